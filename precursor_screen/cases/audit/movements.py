"""What an audit looks at: movements of one exporter as a frame, each numbered by the line that states it.

Declaration, bills, invoice and packing list of one cargo count once (`kernel.movements.count_once`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from statistics import median
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.cases.frames import group, or_nought, row, sum_known, sum_once, to_column, to_frame, to_tuples, values
from precursor_screen.cases.reconcile.law import Frame
from precursor_screen.cases.reconcile.reconcile import concerns, reconcile
from precursor_screen.core.engine import ask, connect, fetch
from precursor_screen.core.model import OWN_LIST, Threshold
from precursor_screen.core.schema import DECIMAL
from precursor_screen.kernel.papers.differences import QUESTIONS
from precursor_screen.kernel.papers.documents import NOTIFICATION_DAYS, Document, read_documents
from precursor_screen.kernel.papers.movements import READ as OF_PAPERS
from precursor_screen.kernel.papers.movements import read_movements
from precursor_screen.kernel.papers.similar_names import firm_keys
from precursor_screen.reference.jurisdiction import law_of, laws_of
from precursor_screen.reference.thresholds import known_reply_periods, threshold_for
from precursor_screen.rulebook.registers import REQUIREMENTS

# What is read of each movement of the exporter.
READ = (
    *("movement_key", "line_id", "shipment_id", "source_file", "source_row", "as_of_date", "direction"),
    *("declaration_id", "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "bill_issuer"),
    *("country_of_dispatch", "country_of_destination", "transit_countries"),
    *("sender_name", "sender_key", "sender_address_key", "sender_country", "receiver_name", "receiver_key", "receiver_country"),
    *("permit_reference", "pen_reference", "hs6", "description", "value_usd", "substance_id", "match_method"),
    *("form", "match_strength", "substance_mass_kg", "content_mass_kg", "goods_mass_kg", "mass_basis", "mass_confidence"),
)
WANTED = tuple(dict.fromkeys((*READ, *OF_PAPERS)))  # with what papers are compared with
Lines = tuple[int, ...]
Rows = Sequence[Any]  # of a table, as named tuples


class Limit(NamedTuple):
    """A threshold in kilograms, and the smallest mass that it makes a duty of: itself, or a milligram more; None: none is known."""

    kg: Decimal | None
    regulated_kg: Decimal | None


class Limits:
    """Thresholds in kilograms of one jurisdiction, by substance, direction and day; each is looked up once."""

    def __init__(self, thresholds: Iterable[Threshold], jurisdiction: str) -> None:
        self.jurisdiction = jurisdiction
        laws = (*laws_of(jurisdiction), OWN_LIST)
        self._rows = [one for one in thresholds if one.jurisdiction in laws]
        self.find = cache(self._find)

    def _find(self, substance: str, direction: str, day: date | None, period: str = "transaction") -> Limit:
        """The threshold of a transaction, month or year. One of zero (every quantity) is one."""
        found = day and threshold_for(self._rows, law_of(self.jurisdiction, day), substance, direction, day, period)
        return Limit(found.kg, found.regulated_kg) if found else Limit(None, None)


# The columns of a frame of movements, by what MOVEMENT says of each; texts are empty where nothing is stated.
_TEXTS = {
    **{name: name for name in ("line_id", "movement_key", "shipment_id", "source_file", "direction", "mass_basis", "hs6")},
    **{name: name for name in ("description", "match_method", "receiver_name", "receiver_country")},
    "substance": "substance_id",
    "sender": "sender_name",
    "receiver": "receiver_key",
    "dispatch": "country_of_dispatch",
    "destination": "country_of_destination",
    "permit": "permit_reference",
    "notification": "pen_reference",
}

# A name, a number or a code of its own tells the substance; an article that is named after it, and a package that held it, are none of it. What
# the goods hold of it, whatever a law counts; of movements recorded before that was, what the law counted of goods that are the substance.
_IS_SURE = "coalesce(match_strength, '') <> 'weak' and coalesce(form, '') <> 'article'"
_CONTENT = """case when substance_mass_kg = 0 then 0 when content_mass_kg is not null then content_mass_kg
    when coalesce(form, 'substance') = 'substance' and coalesce(mass_confidence, '') <> 'low' then substance_mass_kg end"""
_OF_SURE = f"""select * replace (case when {_IS_SURE} then substance_id end as substance_id,
        case when {_IS_SURE} then substance_mass_kg end as substance_mass_kg),
    case when {_IS_SURE} then {_CONTENT} end as content_kg from"""

_OTHERS = {
    "source_row": "source_row",
    "day": "as_of_date",
    "kg": "content_kg",
    "threshold_kg": "substance_mass_kg",
    "value_usd": "value_usd",
    "transit": "coalesce(transit_countries, [])",
    "goods_kg": "case when content_kg > 0 and content_kg < goods_mass_kg then goods_mass_kg end",
}
_ORDER = (
    *("line", "line_id", "movement_key", "shipment_id", "source_file", "source_row", "day", "direction", "substance", "kg"),
    *(
        "threshold_kg",
        "mass_basis",
        "value_usd",
        "hs6",
        "description",
        "match_method",
        "sender",
        "receiver",
        "receiver_name",
        "receiver_country",
    ),
    *("dispatch", "destination", "transit", "permit", "notification", "limit_kg", "regulated_kg", "goods_kg"),
)


def to_table(rows: pa.Table, limits: Limits) -> pd.DataFrame:
    """A row a movement of one substance, or of goods that were remembered for another reason; in an order that does not depend on theirs.

    Of the columns:
        line: number of the line, from 1 by day, file and row; a line that names two substances is two rows.
        substance: empty too where nothing but a code that substances share, an article or an emptied package tells of one.
        kg: mass of the substance that counts here, as the salt that is named; 0: another document of the cargo states it; unknown: it is not
            known. threshold_kg: what of it the law counts against a threshold, which may be the goods or the base of a salt.
        receiver: what receivers are told apart by; empty: none is named.
        limit_kg, regulated_kg: threshold of a transaction on that day, and from which mass it counts; unknown: none is known.
        goods_kg: mass of the goods as traded, where they hold less of the substance; unknown: they are it, or it is not known.

    Args:
        rows: MOVEMENT rows, the columns of READ, each mass once (`kernel.movements.count_once`).
        limits: of the jurisdiction.
    """
    movements = to_frame(_ordered(rows))
    movements["line"] = to_column(pd.factorize(movements["line_id"])[0] + 1, pa.int64())
    movements["receiver"] = to_column(
        (key or name.casefold() for key, name in zip(movements["receiver"], movements["receiver_name"], strict=True)), pa.string()
    )
    cases = zip(*(values(movements[name]) for name in ("substance", "direction", "day")), strict=True)
    found = [limits.find(*case) for case in cases]
    movements["limit_kg"] = pd.Series([limit.kg for limit in found], dtype=object)  # as the law states it
    movements["regulated_kg"] = pd.Series([limit.regulated_kg for limit in found], dtype=object)
    return movements.sort_values(["line", "substance"], kind="stable", ignore_index=True)[list(_ORDER)]


def _ordered(rows: pa.Table) -> pa.Table:
    """The columns but those that are looked up, by day, file and row."""
    wanted = [f"coalesce({column}, '') as {name}" for name, column in _TEXTS.items()]
    wanted += [f"{column} as {name}" for name, column in _OTHERS.items()]
    query = f"""select {", ".join(wanted)} from ({_OF_SURE} movements)
        qualify substance <> '' or row_number() over (partition by line_id order by substance desc) = 1
        order by as_of_date nulls last, coalesce(source_file, ''), coalesce(source_row, 0), line_id, coalesce(substance_id, '')"""
    return ask(query, movements=rows)


def place_of(movement: Any) -> str:
    """File and row of a movement."""
    return f"{movement.source_file}:{movement.source_row}" if movement.source_row is not None else str(movement.source_file)


def named(movements: pd.DataFrame) -> pd.DataFrame:
    """Those in which a substance was recognised."""
    is_named = movements["substance"] != ""
    return movements if is_named.all() else movements[is_named]


def sums(movements: pd.DataFrame, *by: str) -> pd.DataFrame:
    """A row a group, in the order of its keys.

    kg: what is known of its masses; of_kg: mass of the goods that hold it, where they hold less; movements: messages about one cargo are
    one; rows: of the frame; unknown: of them those without a mass.
    """
    found = group(
        movements,
        by,
        movements=("movement_key", "count_distinct"),
        rows=("line", "count"),
        known=("kg", "count"),
        first=("day", "min"),
        last=("day", "max"),
        lines=("line", "distinct"),
        kg=("kg", "sum"),
        of_kg=("goods_kg", "sum"),
    )
    # Of each line every mass once, for one text may be read as several substances (esters of an acid).
    found["kg"] = or_nought(found["kg"] if movements["line"].is_unique else sum_once(movements, by, ("line", "kg"), "kg"))
    found["of_kg"] = or_nought(found["of_kg"])
    found["unknown"] = found["rows"] - found["known"]
    found["lines"] = [tuple(sorted(lines)) for lines in found["lines"]]
    return found


def known_kg(movements: pd.DataFrame) -> Decimal:
    """The sum of the masses that are known."""
    found: Decimal = or_nought([sum_known(movements.drop_duplicates(["line", "kg"])["kg"])])[0]
    return found


def lines_of(movements: pd.DataFrame) -> Lines:
    """The numbers of their lines, each once, in order."""
    return tuple(sorted(set(values(movements["line"]))))


# What `reconcile` finds between an exporter's movements and the registers, with the lines of the audit.


def read_papers(registers: Mapping[str, pa.Table], jurisdiction: str) -> dict[str, tuple[Document, ...]]:
    """The documents of the registers that were imported, for a jurisdiction, whose law asks for papers.

    A country's annual requirement is for all exporters together, and not held against one.
    """
    return {
        name: read_documents(name, table, jurisdiction, known_reply_periods(), NOTIFICATION_DAYS)
        for name, table in registers.items()
        if name != REQUIREMENTS
    }


def papers(
    rows: pa.Table,
    documents: Mapping[str, Sequence[Document]],
    frame: Frame,
    keys: frozenset[str],
    numbers: Mapping[str, int],
) -> Rows:
    """What differs between a paper and the goods, the gravest first.

    lawful: a question of use, not a fault; shipped_kg: as traded; None: not known.

    Args:
        rows: MOVEMENT columns of what the exporter sent.
        documents: by register.
        frame: the period and the law.
        keys: of the exporter's names.
        numbers: of its lines, by line_id.
    """
    result = reconcile(read_movements(rows), documents, frame)
    every = [d for some in documents.values() for d in some]
    firms = keys.union(*(firm_keys(key, every) for key in keys))
    return tuple(
        row(
            kind=d.kind,
            title=d.title,
            lawful=d.kind in QUESTIONS,
            register=d.register,
            reference=d.document.reference if d.document else "",
            substance=d.document.substance_id if d.document else d.movements[0].substance_id,
            **{name: getattr(d, name) for name in ("document_kg", "shipped_kg", "difference_kg", "because")},
            settle=d.remedy,
            lines=tuple(sorted({numbers[m.line_id] for m in d.movements if m.line_id in numbers})),
        )
        for d in result.differences
        if concerns(d, firms)
    )


# How an exporter stands among others of the same substances, by a few columns of everything that moved.

# What is read of everybody's movements.
READ_OF_ALL = (
    *("as_of_date", "direction", "sender_name", "sender_key", "sender_address_key", "sender_country", "receiver_key"),
    *("substance_id", "form", "match_strength", "substance_mass_kg", "content_mass_kg", "mass_confidence"),
)
JUST_UNDER = Decimal("0.8")  # of the threshold, up to what it no longer leaves free
NEW_AFTER = 365  # days after an exporter's first day on record from which a partner that was never met counts as new
SHARE = "share just under the threshold"
LEAST_WEIGHED = 5  # movements with a mass and a threshold, before a share of them is compared
OWN = "\x00own"  # stands for the exporter that is audited


class Trade(NamedTuple):
    """Everybody's trade by name as written (`name`) and by what names are compared by (`key`).

    Attributes:
        traded: of the period by substance: kilograms that are known; movements with a mass and a threshold (weighed), and those just
            under (near).
        met: each receiver with the earliest day, also of before the period; inside: whether in it.
        sent: rows in the period; settled: the day after which a partner that was never met counts as new.
        senders: by name alone, in its order, what tells one firm: rows, first and last day in the period; addresses and countries, also of
            before.
        days: of everything, each once; rows: how many of everything.
    """

    traded: pd.DataFrame
    met: pd.DataFrame
    sent: pd.DataFrame
    senders: pd.DataFrame
    days: Sequence[date]
    rows: int


class Peers(NamedTuple):
    """Everybody's trade by exporter (`sender`): of each substance, and in all: rows, partners and those of them that are new."""

    traded: pd.DataFrame
    exporters: pd.DataFrame


def read(rows: pa.Table, first: date, last: date, limits: Limits) -> Trade:
    """What everybody traded.

    Args:
        rows: the columns of READ; days before `first` tell which partners are not new.
        first, last: the period; both are included.
        limits: of the jurisdiction.
    """
    with connect() as connection:
        connection.register("moved", rows)
        connection.execute(
            f"""create temp table m as select sender_name as name, coalesce(nullif(sender_key, ''), sender_name) as key, receiver_key as receiver,
                as_of_date as day, day between date '{first}' and date '{last}' as is_inside, coalesce(direction, '') as direction, substance_id as substance,
                content_kg as kg, substance_mass_kg as threshold_kg, sender_key, sender_address_key as address, sender_country as country
            from ({_OF_SURE} moved) where key is not null"""
        )
        cases = fetch(connection, "select distinct substance, direction, day from m where is_inside and substance is not null")
        found = [limits.find(*case.values()) for case in cases.to_pylist()]
        cases = cases.append_column("limit_kg", pa.array([limit.kg for limit in found], DECIMAL))
        connection.register(
            "limits", cases.append_column("regulated_kg", pa.array([limit.regulated_kg for limit in found], DECIMAL))
        )
        traded = fetch(
            connection,
            f"""select substance, name, key, coalesce(sum(kg), 0) as kg, count(*) filter (threshold_kg > 0 and limit_kg > 0) as weighed,
                count(*) filter (threshold_kg >= {JUST_UNDER} * limit_kg and threshold_kg < regulated_kg and limit_kg > 0) as near
            from m join limits using (substance, direction, day) group by all""",
        )
        wanted = "name, key, receiver, min(day) as earliest, bool_or(is_inside) as inside"
        met = fetch(connection, f"select {wanted} from m where receiver <> '' group by all")
        wanted = f"name, key, count(*) filter (is_inside) as rows, min(day) + {NEW_AFTER} as settled"
        sent = fetch(connection, f"select {wanted} from m group by all")
        senders = fetch(
            connection,
            """select name, coalesce(any_value(sender_key), '') as key, count(*) filter (is_inside) as rows,
                min(day) filter (is_inside) as first, max(day) filter (is_inside) as last,
                coalesce(list(distinct address) filter (address <> ''), []) as addresses,
                coalesce(list(distinct country) filter (country <> ''), []) as countries
            from m where name is not null group by name order by name""",
        )
    days = pc.unique(rows.column("as_of_date")).drop_null().to_pylist()
    return Trade(to_frame(traded), to_frame(met), to_frame(sent), to_frame(senders), days, rows.num_rows)


def compare(trade: Trade, first: date, own: frozenset[str] = frozenset()) -> Peers:
    """Everybody by exporter.

    Args:
        trade: of everybody.
        first: day of the period.
        own: names of senders, as written, that are one exporter, OWN.
    """
    traded, met, sent = (
        frame.assign(sender=frame["key"].mask(frame["name"].isin(own).fillna(False), OWN))
        for frame in (trade.traded, trade.met, trade.sent)
    )
    rows = group(sent, ["sender"], rows=("rows", "sum"), settled=("settled", "min"))
    met = group(met, ["sender", "receiver"], earliest=("earliest", "min"), inside=("inside", "any")).merge(rows, on="sender")
    met = met[met["inside"]]
    met = met.assign(new=(met["earliest"] >= first) & (met["earliest"] > met["settled"]))
    partners = group(met, ["sender"], partners=("receiver", "count"), new=("new", "sum"))
    exporters = rows[rows["rows"] > 0].merge(partners, on="sender", how="left").fillna({"partners": 0, "new": 0})
    return Peers(
        group(traded, ["substance", "sender"], kg=("kg", "sum"), weighed=("weighed", "sum"), near=("near", "sum")),
        exporters[["sender", "rows", "partners", "new"]],
    )


def measure(peers: Peers, wanted: str = "") -> Rows:
    """How much each exporter, or one that is wanted, has of each measure, and its place among all others; in a fixed order.

    measure: volume, share just under the threshold, share of new partners; substance: empty: of all; value: the exporter's own; None: too
    little to say; median: of the others; None: there are none; below: how many of the others have less; others: how many there are;
    percentile: share of the others that have less, in per cent; None: nothing to compare.
    """
    values: dict[tuple[bool, str, int, str], dict[str, float | None]] = {}
    for t in to_tuples(peers.traded):
        values.setdefault((False, t.substance, 0, "volume"), {})[t.sender] = float(t.kg)
        if t.weighed:
            share = t.near / t.weighed if t.weighed >= LEAST_WEIGHED else None
            values.setdefault((False, t.substance, 1, SHARE), {})[t.sender] = share
    for e in to_tuples(peers.exporters[peers.exporters["partners"] > 0]):
        values.setdefault((True, "", 2, "share of new partners"), {})[e.sender] = e.new / e.partners
    found = []
    for (_, substance, _, name), own in sorted(values.items()):
        known = sorted(value for value in own.values() if value is not None)
        for sender in [wanted] if wanted else own:
            if sender not in own:
                continue
            value = own[sender]
            below, others = (bisect_left(known, value), len(known) - 1) if value is not None else (0, len(known))
            without_own = [*known[:below], *known[below + 1 :]] if value is not None else known
            place = {
                "value": value,
                "median": median(without_own) if wanted and without_own else None,
                "below": below,
                "others": others,
            }
            percentile = 100 * below / others if others and value is not None else None
            found.append(row(sender=sender, measure=name, substance=substance, **place, percentile=percentile))
    return tuple(found)
