"""Quantities from which a duty applies: read from `thresholds.csv`, looked up by jurisdiction, substance, direction and day.

"Every quantity" is 0; a row that is not there means unknown, never zero.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError, Where
from precursor_screen.model import Threshold

_COLUMNS: Final = [
    *("jurisdiction", "substance_id", "direction", "quantity", "unit", "kg", "period"),
    *("valid_from", "valid_to", "source", "verified"),
]
_DIRECTIONS: Final = ("import", "export", "domestic", "any")
PERIODS: Final = ("transaction", "month", "year")
_REMEDY: Final = "Correct the table, or install the package again."


def load_thresholds(path: Path) -> tuple[Threshold, ...]:
    """Read `thresholds.csv` of a folder, in the file's order.

    Raises:
        SubstanceTableError: The file is missing or has not the expected columns.
        ErrorGroup: Rows cannot be read, or two say different things of the same day.
    """
    file = path / "thresholds.csv"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(file)), remedy=_REMEDY) from error
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or list(reader.fieldnames) != _COLUMNS:
        raise SubstanceTableError(f"columns should be {', '.join(_COLUMNS)}", where=Where(str(file), 1), remedy=_REMEDY)
    thresholds: list[Threshold] = []
    errors: list[PrecursorScreenError] = []
    for number, row in enumerate(reader, start=2):
        where = Where(str(file), number)
        try:
            threshold = _threshold(row)
        except (ValueError, InvalidOperation, TypeError) as error:
            errors.append(SubstanceTableError(f"the row cannot be read ({error})", where=where, remedy=_REMEDY))
            continue
        if any(_overlap(threshold, other) for other in thresholds):
            errors.append(SubstanceTableError("another row speaks of the same case and day", where=where, remedy=_REMEDY))
        thresholds.append(threshold)
    if errors:
        raise ErrorGroup(errors)
    return tuple(thresholds)


def _threshold(row: dict[str, str]) -> Threshold:
    if row["direction"] not in _DIRECTIONS or row["period"] not in PERIODS or row["verified"] not in ("true", "false"):
        raise ValueError(f"direction {row['direction']!r}, period {row['period']!r} or verified {row['verified']!r} is not known")
    valid_from, valid_to = (date.fromisoformat(row[c]) if row[c] else None for c in ("valid_from", "valid_to"))
    kg = Decimal(row["kg"]) if row["kg"] else None
    quantity = Decimal(row["quantity"])
    if quantity < 0 or (kg is not None and kg < 0):
        raise ValueError("a quantity is negative")
    return Threshold(
        jurisdiction=row["jurisdiction"],
        substance_id=row["substance_id"],
        direction=row["direction"],
        kg=kg,
        quantity=quantity,
        unit=row["unit"],
        period=row["period"],
        valid_from=valid_from,
        valid_to=valid_to,
        source=row["source"],
        verified=row["verified"] == "true",
    )


def _overlap(a: Threshold, b: Threshold) -> bool:
    same = (a.jurisdiction, a.substance_id, a.direction, a.period) == (b.jurisdiction, b.substance_id, b.direction, b.period)
    return (
        same and (a.valid_from or date.min) < (b.valid_to or date.max) and (b.valid_from or date.min) < (a.valid_to or date.max)
    )


def threshold_for(
    thresholds: Sequence[Threshold],
    jurisdiction: str,
    substance_id: str,
    direction: str,
    day: date,
    period: str = "transaction",
) -> Threshold | None:
    """The threshold that a quantity moved within `period` is compared with, or None if none is known.

    A row for the direction itself goes before one for any direction; the two sides of a border are never mixed (acetone in
    the United States: 150 kg at home, 1,500 kg across the border).

    A transaction is compared with a threshold per transaction where the law has one. Where it counts by the month (United
    States: the calendar month) or the year, a single shipment at or over the quantity of the whole period is over it already,
    so that row is returned for a transaction too: its `period` tells that smaller shipments may add up to more. A month falls
    back to the year in the same way. The other way round never: a threshold per transaction says nothing of a sum.

    Args:
        thresholds: As loaded.
        jurisdiction: US, EU, CA, AU ...
        substance_id: The substance.
        direction: import, export or domestic; anything else matches rows for any direction only.
        day: The day judged on; `valid_from` is inclusive, `valid_to` exclusive.
        period: transaction, month or year.
    """
    rows = [
        t
        for t in thresholds
        if t.jurisdiction == jurisdiction
        and t.substance_id == substance_id
        and t.direction in (direction, "any")
        and (t.valid_from or date.min) <= day < (t.valid_to or date.max)
    ]
    for candidate in PERIODS[PERIODS.index(period) :]:
        fitting = [t for t in rows if t.period == candidate]
        if fitting:
            return min(fitting, key=lambda t: t.direction == "any")
    return None
