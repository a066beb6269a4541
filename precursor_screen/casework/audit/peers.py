"""How an exporter stands among others of the same substances: reckoned of a few columns of everything that moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from precursor_screen.casework.audit.moves import Limits
from precursor_screen.engine import connect, fetch
from precursor_screen.schema import DECIMAL

# What is read of everybody's movements.
READ = (
    *("as_of_date", "direction", "sender_name", "sender_key", "sender_address_key", "sender_country", "receiver_key"),
    *("substance_id", "substance_mass_kg"),
)
JUST_UNDER = Decimal("0.8")  # of the threshold, up to but not with it
NEW_AFTER = 365  # days after an exporter's first day on record from which a partner that was never met counts as new
LEAST_WEIGHED = 5  # movements with a mass and a threshold, before a share of them is compared
OWN = "\x00own"  # stands for the exporter that is audited


@dataclass(frozen=True, slots=True)
class Traded:
    """What one exporter moved of one substance: kilograms that are known; movements with a mass and a threshold, and those just under."""

    kg: Decimal
    weighed: int
    near: int

    @property
    def share(self) -> float | None:
        """Just under, of those that can be compared; None: too few."""
        return self.near / self.weighed if self.weighed >= LEAST_WEIGHED else None


@dataclass(frozen=True, slots=True)
class Peers:
    """Everybody of a period.

    Attributes:
        traded: by substance and exporter.
        partners: by exporter: receivers in the period, and of them those that are new.
        movements: by exporter.
    """

    traded: Mapping[str, Mapping[str, Traded]]
    partners: Mapping[str, tuple[int, int]]
    movements: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A place among others.

    Attributes:
        measure: volume, share just under the threshold, share of new partners.
        substance: empty: of all.
        value: the exporter's own; None: too little to say.
        median: of the others; None: there are none.
        below: how many of the others have less; others: how many there are.
    """

    measure: str
    substance: str
    value: float | None
    median: float | None
    below: int
    others: int

    @property
    def percentile(self) -> float | None:
        """Share of the others that have less, in per cent; None: nothing to compare."""
        return 100 * self.below / self.others if self.others and self.value is not None else None


def compare(rows: pa.Table, first: date, last: date, limits: Limits, own: frozenset[str] = frozenset()) -> Peers:
    """Reckons what everybody traded.

    Args:
        rows: the columns of READ; days before `first` tell which partners are not new.
        first, last: the period; both are included.
        limits: of the jurisdiction.
        own: names of senders, as written, that are one exporter, OWN.
    """
    with connect() as connection:
        connection.register("moved", rows)
        connection.register("own", pa.table({"name": pa.array(sorted(own), pa.string())}))
        connection.execute(
            f"""create temp table m as select case when o.name is not null then '{OWN}'
                    else coalesce(nullif(sender_key, ''), sender_name) end as sender,
                receiver_key as receiver, as_of_date as day, coalesce(direction, '') as direction, substance_id, substance_mass_kg as kg
            from moved left join own o on sender_name = o.name where sender is not null"""
        )
        inside = f"day between date '{first}' and date '{last}'"
        cases = fetch(
            connection, f"select distinct substance_id, direction, day from m where {inside} and substance_id is not null"
        )
        found = [{**row, "limit_kg": limits.find(row["substance_id"], row["direction"], row["day"])} for row in cases.to_pylist()]
        schema = pa.schema([*cases.schema, ("limit_kg", DECIMAL)])
        connection.register("limits", pa.Table.from_pylist(found, schema=schema))
        traded: dict[str, dict[str, Traded]] = {}
        for row in _records(
            connection,
            f"""select substance_id, sender, coalesce(sum(kg), 0) as kg, count(*) filter (kg > 0 and limit_kg > 0) as weighed,
                count(*) filter (kg >= {JUST_UNDER} * limit_kg and kg < limit_kg and limit_kg > 0) as near
            from m join limits using (substance_id, direction, day) group by all""",
        ):
            traded.setdefault(row["substance_id"], {})[row["sender"]] = Traded(Decimal(row["kg"]), row["weighed"], row["near"])
        partners = _records(
            connection,
            f"""with met as (select sender, receiver, min(day) as earliest, bool_or({inside}) as inside from m
                    where receiver <> '' group by all),
                began as (select sender, min(day) as began from m group by all)
            select sender, count(*) as partners,
                count(*) filter (earliest >= date '{first}' and date_diff('day', began, earliest) > {NEW_AFTER}) as new
            from met join began using (sender) where inside group by all""",
        )
        counts = _records(connection, f"select sender, count(*) as rows from m where {inside} group by all")
        return Peers(
            traded,
            {r["sender"]: (r["partners"], r["new"]) for r in partners},
            {r["sender"]: r["rows"] for r in counts},
        )


def _records(connection: Any, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = fetch(connection, query).to_pylist()
    return rows


def places(peers: Peers, sender: str = OWN) -> tuple[Place, ...]:
    """Where an exporter stands among all others of its substances, in a fixed order."""
    found = []
    for substance, traded in sorted(peers.traded.items()):
        if sender not in traded:
            continue
        mine = traded[sender]
        others = [t for name, t in traded.items() if name != sender]
        found.append(_place("volume", substance, float(mine.kg), [float(t.kg) for t in others]))
        shares = [t.share for t in others if t.share is not None]
        if mine.weighed:
            found.append(_place("share just under the threshold", substance, mine.share, shares))
    if sender in peers.partners:
        shares = [new / count for name, (count, new) in peers.partners.items() if name != sender]
        count, new = peers.partners[sender]
        found.append(_place("share of new partners", "", new / count, shares))
    return tuple(found)


def _place(measure: str, substance: str, value: float | None, others: Iterable[float]) -> Place:
    values = sorted(others)
    below = sum(v < value for v in values) if value is not None else 0
    return Place(measure, substance, value, _median(values), below, len(values))


def _median(values: list[float]) -> float | None:
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
