"""Lines to movements: one row a physical movement of one substance, messages about one cargo merged, totals of a bill counted once.

A movement is what windows count and what the ledger keeps. Goods without a substance are kept where something else is worth
remembering of them: a word of a lexicon, a party that resembles a listed one, or goods that are watched.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import rows_with, rows_without, set_columns, tuples_of
from precursor_screen.core.engine import ask, connect, fetch
from precursor_screen.core.history_seam import VersionsResult
from precursor_screen.core.schema import DECIMAL, ISSUE, MOVEMENT, MOVEMENT_ARRIVAL, MOVEMENT_STORED, SUBSTANCE
from precursor_screen.kernel.bills import CANCELLATION, LINK_DAYS, WAITING
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved, begin_rows, column_or_nulls, number_alike, rows_of
from precursor_screen.kernel.versions import apply_versions_alone, is_number

# One row a line and substance: a line's number in the run, what its message does (original, replacement, cancellation), the days on
# which it is dated and on which the goods arrive, MOVEMENT.
_DAYS = ("date", "arrival_date")
LINE_MOVEMENT = pa.schema([(LINE_NO, pa.int64()), ("function", pa.string()), *((d, pa.date32()) for d in _DAYS), *MOVEMENT])


class MovementsResult(Struct, frozen=True):
    """What moved, message by message.

    Attributes:
        live: MOVEMENT rows that stand, each with the mass that it counts with.
        issues: ISSUE about messages that contradict each other, overlap, wait, or hold no longer.
        obsolete: line_id of the lines that do not stand, cancellations among them.
    """

    live: pa.Table
    issues: pa.Table
    obsolete: pa.Array


def movement_rows(resolved: Resolved, *, every_line: bool = False) -> pa.Table:
    """LINE_MOVEMENT: what is worth remembering of each line, in the order of lines and substances; right under any partitioning.

    Args:
        resolved: the lines.
        every_line: whether each is worth it.
    """
    lines, substances = resolved.lines, resolved.substances
    numbers, named = lines.column(LINE_NO), substances.column(LINE_NO)
    function = pc.coalesce(column_or_nulls(lines, "message_function"), "original")
    signs = [pc.is_in(numbers, pc.unique(resolved.parties.column(LINE_NO))), pc.not_equal(function, "original")]
    if "lexicon_terms" in lines.column_names:
        signs.append(pc.greater(pc.list_value_length(lines.column("lexicon_terms")), 0))
    if "goods_key" in lines.column_names:
        signs.append(pc.is_valid(lines.column("goods_key")))
    if "version" in lines.column_names:
        signs.append(_is_later(lines.column("version")))
    if every_line:
        signs.append(pc.is_valid(numbers))
    alone = pc.and_(reduce(pc.or_kleene, signs), pc.invert(pc.is_in(numbers, pc.unique(named))))
    # Rows of the lines, one a candidate, and of the candidates: null where a line has none.
    rows = pa.concat_arrays([rows_of(named, numbers), pc.indices_nonzero(alone).cast(pa.int64())])
    candidates = pa.array(np.arange(len(rows)), mask=np.arange(len(rows)) >= len(named))
    order = pc.sort_indices(numbers.take(rows))
    rows, candidates = rows.take(order), candidates.take(order)
    mass = column_or_nulls(substances, "substance_mass_kg", DECIMAL)
    # Sums are held against thresholds, so a figure that may be read in two ways counts by the larger one.
    given = {"substance_mass_kg": pc.coalesce(mass, column_or_nulls(substances, "largest_mass_kg", DECIMAL))}
    columns = [numbers.take(rows), function.take(rows)]
    columns += [column_or_nulls(lines, name, pa.date32()).take(rows) for name in _DAYS]
    for column in MOVEMENT_STORED:
        table, at = (substances, candidates) if column.subject == SUBSTANCE else (lines, rows)
        columns.append(given.get(column.name, column_or_nulls(table, column.name, column.arrow)).take(at))
    return pa.table(columns, LINE_MOVEMENT.names).cast(LINE_MOVEMENT)


def _is_later(versions: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether a version is none of the first: though it no longer names what an earlier one did, it takes its place."""
    every = pa.table([pc.unique(versions)], ["version"])
    later = ask("select version from every where try_cast(version as double) > 1", every=every)
    return pc.is_in(versions, later.column("version"))


def batch_of(movements: pa.Table) -> pa.Table:
    """MOVEMENT: what a memory is to decide on and to keep, one row a line and substance.

    Args:
        movements: LINE_MOVEMENT, in the order of lines and substances.
    """
    first = begin_rows(number_alike(movements.column("line_id"), movements.column("substance_id")))
    stored = movements.select(MOVEMENT.names)
    return stored if len(first) == movements.num_rows else stored.filter(pa.array(np.isin(np.arange(movements.num_rows), first)))


def apply_versions(movements: pa.Table, batch: pa.Table, versions: VersionsResult | None = None) -> MovementsResult:
    """Makes movements of what moved, message by message (`kernel.bills`).

    Args:
        movements: LINE_MOVEMENT, every line of each bill.
        batch: of these, as `batch_of` makes it.
        versions: what was decided in the light of all that is remembered; None: nothing is.
    """
    versions = apply_versions_alone(batch) if versions is None else versions
    obsolete = pa.array(sorted(versions.why), pa.string())
    live = without_obsolete(batch, obsolete)
    issues = pa.concat_tables([_message_issues(movements, versions), _obsolete_issues(movements, obsolete)])
    return MovementsResult(_weighed(live, versions.uncounted), issues, obsolete)


def add_arrival(live: pa.Table, movements: pa.Table, amended: pa.Table, as_of: date) -> pa.Table:
    """The movements with MOVEMENT_ARRIVAL: of those that amend others, whether they were filed after the goods had come.

    Args:
        live: MOVEMENT of this run, and more.
        movements: LINE_MOVEMENT of it.
        amended: AMENDED_MOVEMENT.
        as_of: the day of the run: a message without a date is of this day.
    """
    if not amended.num_rows:
        return live
    rows = movements.filter(pc.is_in(movements.column("movement_key"), pc.unique(amended.column("movement_key"))))
    filed, arrives = (rows.column(name) for name in _DAYS)
    after = pc.less(arrives, pc.coalesce(filed, pa.scalar(as_of)))
    at = pc.index_in(live.column("line_id"), rows.column("line_id").combine_chunks())
    return set_columns(live, {MOVEMENT_ARRIVAL[0].name: after.take(at)})


def without_obsolete(rows: pa.Table, obsolete: pa.Array) -> pa.Table:
    """The rows of lines that stand, of any table with line_id; mostly all do, and a copy would hold them twice."""
    return rows_without(rows, "line_id", obsolete) if len(obsolete) else rows


def _weighed(live: pa.Table, uncounted: pa.Table) -> pa.Table:
    """The rows, with no mass where it counts in another one."""
    if not uncounted.num_rows:
        return live
    pairs = set(tuples_of(uncounted))
    own = tuples_of(live, *uncounted.column_names)
    zero = pa.scalar(Decimal(0), live.schema.field("substance_mass_kg").type)
    mass = pc.if_else(pa.array([pair in pairs for pair in own], pa.bool_()), zero, live.column("substance_mass_kg"))
    return set_columns(live, {"substance_mass_kg": mass})


_MESSAGES = {
    "version-conflict": "another message of this version states the same item with other content",
    "partial-overlap": "another part of the bill states some of its items as well; they count once, here",
    "cancellation-waiting": "what it cancels has not been received",
    "unparsed-version": "the version is not a number; the message counts as one without a version",
}


def _message_issues(movements: pa.Table, versions: VersionsResult) -> pa.Table:
    """ISSUE about single lines, in their order."""
    about = [("version-conflict", versions.conflicting), ("partial-overlap", versions.overlapping)]
    about.append(("cancellation-waiting", frozenset(line for line, why in versions.why.items() if why == WAITING)))
    stated = pc.unique(movements.column("version")).drop_null().to_pylist()
    if wrong := [v for v in stated if not is_number(v)]:
        rows = rows_with(movements, "version", wrong)
        about.append(("unparsed-version", frozenset(rows.column("line_id").to_pylist())))
    found = []
    for code, line_ids in about:
        if not line_ids:
            continue
        rows = rows_with(movements, "line_id", line_ids)
        rows = rows.select([LINE_NO, "line_id", "source_file", "source_row", "version"]).to_pylist()
        for row in {r["line_id"]: r for r in reversed(rows)}.values():
            value = row["version"] if code == "unparsed-version" else row["line_id"]
            place = {n: row[n] for n in (LINE_NO, "source_file", "source_row", "line_id")}
            found.append(
                {**place, "code": code, "field": _FIELD.get(code, "movement_key"), "value": value, "message": _MESSAGES[code]}
            )
    found.sort(key=lambda r: (r[LINE_NO], r["code"]))
    return pa.Table.from_pylist([{**{n: r.get(n) for n in ISSUE.names}, "count": 1} for r in found], schema=ISSUE)


_FIELD = {"unparsed-version": "version", "cancellation-waiting": "message_function"}


def _obsolete_issues(movements: pa.Table, obsolete: pa.Array) -> pa.Table:
    """ISSUE: that lines raise no flag since another message holds; one note a file, at its first such row, with their number."""
    goods = pc.not_equal(movements.column("function"), CANCELLATION)
    rows = movements.filter(pc.and_(goods, pc.is_in(movements.column("line_id"), obsolete)))
    rows = rows.select(["source_file", "source_row", "line_id"])
    by_file = rows.group_by("source_file", use_threads=False).aggregate([("source_row", "min"), ("line_id", "count_distinct")])
    message = "another message about the same goods holds: a later version, or a cancellation"
    notes = [
        {"code": "overtaken-message", "source_file": file, "source_row": row, "message": message, "count": count}
        for file, row, count in tuples_of(by_file, "source_file", "source_row_min", "line_id_count_distinct")
    ]
    return pa.Table.from_pylist(notes, schema=ISSUE)


def _numbered(column: str) -> str:
    """SQL of a number of a document, null where no figure stands in it: "TBA" on two bills is not one bill."""
    return f"case when regexp_matches({column}, '[1-9]') then {column} end"


# A movement's own document is the highest that it states: declaration over house bill over bill; with none it is its own. Bills of two
# carriers may carry the same number.
_BILL = f"coalesce({_numbered('bill_of_lading')}, {_numbered('master_bill_of_lading')})"
DOCUMENT_RANK = f"""case when {_numbered("declaration_id")} is not null then 3
    when {_numbered("house_bill_of_lading")} is not null then 2 when {_BILL} is not null then 1 else 0 end"""
OWN_NUMBER = f"coalesce({_numbered('declaration_id')}, {_numbered('house_bill_of_lading')}, {_BILL}, movement_key)"
CARGO = f"""({DOCUMENT_RANK})::varchar || ':' || case when {DOCUMENT_RANK} in (1, 2) then coalesce(bill_issuer, '') else '' end
    || ':' || {OWN_NUMBER}"""
LOWER_NUMBERS = ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading")
# Of a sum over a window, not the type that it has by itself, decimal(38, 6): DuckDB 2.0.0 reads that as a whole number and fails to bind it.
_SUM = "decimal(36, 6)"
_COVERS = "0.95"  # of a bill's mass must stand in the documents above it; else it speaks for itself


def link_movements(source: str) -> str:
    """SQL that adds `cargo_id`, `counts` and `covered_kg` to the movements of the table `source`.

    Declaration, house bill and master bill of one cargo carry different numbers. Where a movement states the number of a
    document of a lower rank, and that document's own movement of the same substance lies within 90 days, the two are one cargo:
    it takes the identity of the highest (declaration over house over master), and only that one counts. A small declaration
    hides no large bill: where the documents above state less of the substance than the bill does, or do not say how much, the bill
    counts as well, with what they leave of its mass (`covered_kg` is what they cover).
    """
    return f"""
        with own as (
            select *, coalesce(bill_issuer, '') as issuer, {DOCUMENT_RANK} as document_rank, {OWN_NUMBER} as own_number,
                   {CARGO} as own_cargo from {source}),
        weighed as (
            select *, cast(sum(substance_mass_kg) over (partition by own_cargo, substance_id) as {_SUM}) as own_kg from own),
        stated as (
            select number, above, substance_id, issuer, as_of_date, own_cargo, max(own_number) as own_number, max(own_kg) as kg
            from (select document_rank as above, substance_id, issuer, as_of_date, own_number, own_cargo, own_kg,
                         unnest([{", ".join(LOWER_NUMBERS)}]) as number
                  from weighed where document_rank >= 2)
            where regexp_matches(number, '[1-9]') and number <> own_number group by all),
        covered as (
            select movement_key, line_id, substance_id, own_kg, arg_max(cargo, (above, cargo)) as upper_cargo,
                   greatest(sum(kg) filter (where above = 3), sum(kg) filter (where above = 2)) as upper_kg
            from (select distinct o.movement_key, o.line_id, o.substance_id, o.own_kg, s.own_cargo as cargo, s.above, s.kg
                  from weighed o join stated s on o.own_number = s.number and o.document_rank < s.above
                       and o.substance_id is not distinct from s.substance_id
                       and (o.issuer = s.issuer or o.issuer = '' or s.issuer = '')
                       and abs(date_diff('day', o.as_of_date, s.as_of_date)) <= {LINK_DAYS}
                  where o.document_rank in (1, 2))
            group by all)
        select w.* exclude (issuer, document_rank, own_number, own_cargo, own_kg),
               c.upper_cargo is null or (c.own_kg is not null and coalesce(c.upper_kg, 0) < {_COVERS} * c.own_kg) as counts,
               coalesce(c.upper_cargo, w.own_cargo) as cargo_id,
               case when c.upper_kg > 0 and c.own_kg > 0 then cast(round(w.substance_mass_kg::double
                    * least(c.upper_kg::double / c.own_kg::double, 1), 6) as decimal(18, 6)) end as covered_kg
        from weighed w left join covered c on w.movement_key = c.movement_key and w.line_id = c.line_id
             and w.substance_id is not distinct from c.substance_id"""


# Papers of one cargo, for sums that are told as facts: bill and declaration as above; and what two files state alike of one number, as an invoice
# and its packing list do. Alike: the same substance, all of its mass but for rounding, sender or receiver, and days that are near (own
# proposals): a number that is none of transport may be that of a contract, under which the same goods leave every week.
_LEAST_OF_A_NUMBER, _ROUNDING, _DAYS_OF_A_BILL, _DAYS_OF_A_REFERENCE = 4, 0.005, 30, 3
_NUMBERS = {
    "list_distinct([declaration_id, house_bill_of_lading, bill_of_lading, master_bill_of_lading])": _DAYS_OF_A_BILL,
    "[case when shipment_id not in (movement_key, line_id) then shipment_id end]": _DAYS_OF_A_REFERENCE,
}
_STATED = " union all ".join(
    f"""select line_id, substance_id, source_file, substance_mass_kg as kg, as_of_date as day, sender_key, receiver_key,
        {DOCUMENT_RANK} as paper, {days} as days, unnest({numbers}) as number from rows where substance_mass_kg > 0"""
    for numbers, days in _NUMBERS.items()
)
_AGAIN = f"""
    with stated as (
        select * from ({_STATED}) where length(number) >= {_LEAST_OF_A_NUMBER} and regexp_matches(number, '[1-9]')),
    papers as (
        select number, days, substance_id, source_file, sum(kg)::double as kg, min(day) as day, max(paper) as paper,
               list(distinct sender_key) as senders, list(distinct receiver_key) as receivers
        from stated group by all),
    again as (
        select distinct o.number, o.days, o.substance_id, o.source_file
        from papers o join papers other using (number, days, substance_id)
        where o.source_file <> other.source_file and (other.paper, o.source_file) > (o.paper, other.source_file)
              and abs(o.kg - other.kg) <= {_ROUNDING} * other.kg and abs(date_diff('day', o.day, other.day)) <= days
              and (list_has_any(o.senders, other.senders) or list_has_any(o.receivers, other.receivers)))
    select distinct line_id, substance_id from stated join again using (number, days, substance_id, source_file)"""
_MASSES = ("substance_mass_kg", "content_mass_kg", "goods_mass_kg")
# What `count_once` looks at.
READ_OF_CARGO = (
    *("movement_key", "line_id", "shipment_id", "source_file", "as_of_date", "substance_id", "sender_key", "receiver_key"),
    *("declaration_id", *LOWER_NUMBERS, "bill_issuer", *_MASSES),
)


def count_once(rows: pa.Table) -> pa.Table:
    """The movements, with no mass where another paper of the cargo states it, and what is left of it where that states a part.

    Args:
        rows: MOVEMENT rows that stand, READ_OF_CARGO and more; each is counted against all others.
    """
    left = "case when covered_kg > 0 then cast({0} - {0} * (covered_kg / substance_mass_kg) as decimal(18, 6)) else {0} end"
    masses = ", ".join(
        f"case when counts and substance_mass_kg is distinct from 0 then {left.format(mass)} else {mass} * 0 end as {mass}"
        for mass in _MASSES
    )
    with connect() as connection:
        connection.register("given", rows.append_column(LINE_NO, pa.array(np.arange(rows.num_rows))))
        connection.execute(f"create temp table rows as select {LINE_NO}, {', '.join(READ_OF_CARGO)} from given")
        connection.execute(f"create temp table repeated as {_AGAIN}")
        once = "select r.* replace (case when o.line_id is null then r.substance_mass_kg else 0 end as substance_mass_kg) from rows r"
        connection.execute(f"create temp table once as {once} left join repeated o using (line_id, substance_id)")
        counted = fetch(connection, f"select {masses} from ({link_movements('once')}) order by {LINE_NO}")
    return set_columns(rows, {name: counted.column(name).cast(rows.schema.field(name).type) for name in _MASSES})
