"""How an exporter stands among others of the same substances, by a few columns of everything that moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.cases.audit.moves import Limits, Rows
from precursor_screen.cases.frames import group, row, to_frame, to_tuples
from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.schema import DECIMAL

# What is read of everybody's movements.
READ = (
    *("as_of_date", "direction", "sender_name", "sender_key", "sender_address_key", "sender_country", "receiver_key"),
    *("substance_id", "substance_mass_kg"),
)
JUST_UNDER = Decimal("0.8")  # of the threshold, up to but not with it
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
                substance_mass_kg as kg, sender_key, sender_address_key as address, sender_country as country
            from moved where key is not null"""
        )
        cases = fetch(connection, "select distinct substance, direction, day from m where is_inside and substance is not null")
        found = [limits.find(*case.values()) for case in cases.to_pylist()]
        connection.register("limits", cases.append_column("limit_kg", pa.array(found, DECIMAL)))
        traded = fetch(
            connection,
            f"""select substance, name, key, coalesce(sum(kg), 0) as kg, count(*) filter (kg > 0 and limit_kg > 0) as weighed,
                count(*) filter (kg >= {JUST_UNDER} * limit_kg and kg < limit_kg and limit_kg > 0) as near
            from m join limits using (substance, direction, day) group by all""",
        )
        met = fetch(
            connection,
            """select name, key, receiver, min(day) as earliest, bool_or(is_inside) as inside from m where receiver <> '' group by all""",
        )
        sent = fetch(
            connection,
            f"select name, key, count(*) filter (is_inside) as rows, min(day) + {NEW_AFTER} as settled from m group by all",
        )
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
            rest = [*known[:below], *known[below + 1 :]] if value is not None else known
            place = {"value": value, "median": median(rest) if wanted and rest else None, "below": below, "others": others}
            percentile = 100 * below / others if others and value is not None else None
            found.append(row(sender=sender, measure=name, substance=substance, **place, percentile=percentile))
    return tuple(found)
