"""Quantities from which a duty applies: read from `thresholds.csv`, looked up by jurisdiction, substance, direction and day.

"Every quantity" is 0; a row that is not there means unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.model import ABOVE, OWN_LIST, Substance, Threshold
from precursor_screen.core.tables import Row
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import law_of
from precursor_screen.reference.table_rows import UNREAD, Span, at_once, holds, read_span, read_table

# How long the importing State has to answer a pre-export notification: read from `reply_periods.csv`, by the exporter's
# jurisdiction.

_REPLY_COLUMNS: Final = ["jurisdiction", "days", "working_days", "valid_from", "valid_to", "source", "verified"]
_FRIDAY: Final = 5  # of ISO's days of a week


class ReplyPeriod(Struct, frozen=True):
    """A period of reply, in force from `valid_from` (inclusive, None: ever) until `valid_to` (exclusive, None: still).

    working_days: Saturdays and Sundays do not count; holidays are not known, and do. verified: the source was read.
    """

    jurisdiction: str
    days: int
    working_days: bool
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return holds((self.valid_from, self.valid_to), day)

    def ends(self, sent: date) -> date:
        """The first day on which goods may leave without an answer, if the notification was sent on that day."""
        if not self.working_days:
            return sent + timedelta(days=self.days)
        day, left = sent, self.days
        while left:
            left -= day.isoweekday() <= _FRIDAY
            day += timedelta(days=1)
        return day


def load_reply_periods(path: Path) -> tuple[ReplyPeriod, ...]:
    """Read `reply_periods.csv` of a folder, in the file's order.

    Raises:
        SubstanceTableError: the file is missing or has not the expected columns.
        ErrorGroup: rows cannot be read, or two speak of the same jurisdiction and day.
    """
    found: list[ReplyPeriod] = []

    def make(row: Row) -> ReplyPeriod:
        found.append(_period(row))
        new = found[-1]
        if any(new.jurisdiction == one.jurisdiction and at_once(_span(new), _span(one)) for one in found[:-1]):
            raise row.error("another row speaks of the same jurisdiction and day")
        return new

    return read_table(path / "reply_periods.csv", _REPLY_COLUMNS, make, say=UNREAD)


def _period(row: Row) -> ReplyPeriod:
    flags = {"true": True, "false": False}
    if row["working_days"] not in flags or row["verified"] not in flags or int(row["days"]) < 1:
        raise ValueError("days is not a number from 1 on, or working_days or verified is neither true nor false")
    span = read_span(row, "valid_from", "valid_to")
    return ReplyPeriod(
        row["jurisdiction"], int(row["days"]), flags[row["working_days"]], *span, row["source"], flags[row["verified"]]
    )


_reply_periods = cache(load_reply_periods)


def known_reply_periods() -> tuple[ReplyPeriod, ...]:
    """Those of the tables in use."""
    return _reply_periods(shipped.substances_folder())


def reply_period(periods: Sequence[ReplyPeriod], jurisdiction: str, day: date) -> ReplyPeriod | None:
    """The period of a jurisdiction on a day, else that of the law that holds there: for a member of the European Union the Union's.

    Returns:
        None: unknown, which is never none at all.
    """
    names = (jurisdiction, law_of(jurisdiction, day))
    return next((p for name in names for p in periods if p.jurisdiction == name and p.in_force(day)), None)


_COLUMNS: Final = [
    *("jurisdiction", "substance_id", "direction", "quantity", "unit", "kg", "period", "counts", "applies"),
    *("valid_from", "valid_to", "source", "verified"),
]
DIRECTIONS: Final = ("import", "export", "domestic")
ANY_DIRECTION: Final = "any"
PERIODS: Final = ("transaction", "month", "year")
LATER: Final = ("applies",)  # packs that were made before it say nothing of it
# What of a mixture or salt the law compares: the goods whole, the substance in them, or its base without the acid of a salt.
GOODS, OF_SUBSTANCE, OF_BASE = COUNTS = ("goods", "substance", "base")
# Whether the quantity itself counts, or only what exceeds it; empty: nothing is said of that, and it counts.
APPLIES: Final = ("from", ABOVE, "")

_WORDS: Final = {
    "direction": (*DIRECTIONS, ANY_DIRECTION),
    "period": PERIODS,
    "counts": COUNTS,
    "applies": APPLIES,
    "verified": ("true", "false"),
}


def load_thresholds(path: Path) -> tuple[Threshold, ...]:
    """Read `thresholds.csv` of a folder, in the file's order.

    Raises:
        SubstanceTableError: The file is missing or has not the expected columns.
        ErrorGroup: Rows cannot be read, or two say different things of the same day.
    """
    same_case: dict[tuple[str, ...], list[Threshold]] = {}

    def make(row: Row) -> Threshold:
        threshold = _threshold(row)
        others = same_case.setdefault(_case(threshold), [])
        others.append(threshold)
        if any(at_once(_span(threshold), _span(other)) for other in others[:-1]):
            raise row.error("another row speaks of the same case and day")
        return threshold

    return read_table(path / "thresholds.csv", _COLUMNS, make, say=UNREAD, later=LATER)


def _threshold(row: Row) -> Threshold:
    if unknown := [f"{name} {row[name]!r}" for name, words in _WORDS.items() if row[name] not in words]:
        raise ValueError(f"{' and '.join(unknown)} not known")
    valid_from, valid_to = read_span(row, "valid_from", "valid_to")
    kg = Decimal(row["kg"]) if row["kg"] else None
    quantity = Decimal(row["quantity"])
    if quantity < 0 or (kg is not None and kg < 0):
        raise ValueError("a quantity is negative")
    return Threshold(
        **{
            name: row[name]
            for name in ("jurisdiction", "substance_id", "direction", "unit", "period", "source", "counts", "applies")
        },
        kg=kg,
        quantity=quantity,
        valid_from=valid_from,
        valid_to=valid_to,
        verified=row["verified"] == "true",
    )


def _case(threshold: Threshold) -> tuple[str, ...]:
    return threshold.jurisdiction, threshold.substance_id, threshold.direction, threshold.period


def _span(one: Threshold | ReplyPeriod) -> Span:
    return one.valid_from, one.valid_to


# Kilograms in a unit; a volume needs the density of the substance, and any other unit is no mass.
KILOGRAMS: Final = {"kg": Decimal(1), "g": Decimal("0.001"), "mg": Decimal("0.000001"), "t": Decimal(1000)}


def check_thresholds(thresholds: Sequence[Threshold], substances: Sequence[Substance]) -> list[str]:
    """What is wrong with thresholds that could be read, as a sentence each.

    A quantity must be the mass that stands beside it, belong to a substance that the jurisdiction lists (if any of its listings are
    in the tables), hold for a while, name its source, and not shrink from transaction to month to year.
    """
    by_id = {s.substance_id: s for s in substances}
    listed = {(c.instrument, s.substance_id) for s in substances for c in s.controls}
    with_listings = {instrument for instrument, _ in listed}
    problems: list[str] = []
    for t in thresholds:
        here = f"{t.jurisdiction}, {t.substance_id}, {t.direction}"
        if t.substance_id not in by_id:
            problems.append(f"{here}: no substance has that id")
            continue
        if not t.jurisdiction or not t.source.strip():
            problems.append(f"{here}: no jurisdiction or no source")
        if t.jurisdiction in with_listings and (t.jurisdiction, t.substance_id) not in listed:
            problems.append(f"{here}: a threshold, but {t.jurisdiction} lists no such substance")
        factor = by_id[t.substance_id].density_kg_per_l if t.unit == "l" else KILOGRAMS.get(t.unit)
        if (t.kg is None) != (factor is None) or (factor is not None and t.kg != t.quantity * factor):
            problems.append(f"{here}: {t.quantity} {t.unit} are not {t.kg if t.kg is not None else 'an unknown number of'} kg")
        if t.valid_from and t.valid_to and t.valid_to <= t.valid_from:
            problems.append(f"{here}: ends before it begins")
    return [*problems, *_shrinking(thresholds)]


def _shrinking(thresholds: Sequence[Threshold]) -> list[str]:
    """Cases in which more may move at once than in the whole month or year."""
    return [
        f"{a.jurisdiction}, {a.substance_id}, {a.direction}: {a.kg} kg per {a.period}, but {b.kg} per {b.period}"
        for a, b in product(thresholds, repeat=2)
        if (a.jurisdiction, a.substance_id, a.direction) == (b.jurisdiction, b.substance_id, b.direction)
        and PERIODS.index(a.period) < PERIODS.index(b.period)
        and at_once(_span(a), _span(b))
        and (a.kg and b.kg and a.kg > b.kg)
    ]


def threshold_for(
    thresholds: Sequence[Threshold], jurisdiction: str, substance_id: str, direction: str, day: date, period: str = "transaction"
) -> Threshold | None:
    """The threshold that a quantity moved within `period` is compared with, or None if none is known.

    Where the law has none for the direction and day, that of the office's own list counts: beside a law it takes nothing from it.

    A row for the direction itself goes before one for any direction; the two sides of a border are never mixed (acetone in
    the United States: 150 kg at home, 1,500 kg across the border).

    A transaction is compared with a threshold per transaction where the law has one. Where it counts by the month (United
    States: the calendar month) or the year, a single shipment at or over the quantity of the whole period is over it already,
    so that row is returned for a transaction too: its `period` tells that smaller shipments may add up to more. A month falls
    back to the year in the same way. The other way round never: a threshold per transaction says nothing of a sum.

    Args:
        thresholds: As loaded.
        jurisdiction: US, EU, FR, AU ...
        substance_id: The substance.
        direction: import, export or domestic; anything else matches rows for any direction only.
        day: The day judged on; `valid_from` is inclusive, `valid_to` exclusive.
        period: transaction, month or year.
    """
    found = [
        t
        for t in thresholds
        if t.jurisdiction in (jurisdiction, OWN_LIST)
        and t.substance_id == substance_id
        and t.direction in (direction, ANY_DIRECTION)
        and holds(_span(t), day)
    ]
    rows = [t for t in found if t.jurisdiction != OWN_LIST] or found
    for candidate in PERIODS[PERIODS.index(period) :]:
        fitting = [t for t in rows if t.period == candidate]
        if fitting:
            return min(fitting, key=lambda t: t.direction == ANY_DIRECTION)
    return None
