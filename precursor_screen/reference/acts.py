"""The acts that bring listings: when each was proposed, adopted and published, by the day on which its listings begin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import Row, read_boolean
from precursor_screen.reference.table_rows import read_table

_COLUMNS: Final = ("instrument", "since", "act", "proposed", "adopted", "published", "source", "verified")


class Act(Struct, frozen=True):
    """An act of one instrument; a day is None where nobody has found it."""

    instrument: str
    since: date
    name: str
    proposed: date | None
    adopted: date | None
    published: date | None


def load_acts(path: Path) -> Mapping[tuple[str, date], Act]:
    """(instrument, first day of its listings) -> act, from `acts.csv` of a folder; older tables have none.

    Raises:
        SubstanceTableError: The file cannot be read or has not the expected columns.
        ErrorGroup: Rows that make no sense; days out of order; two acts of an instrument with one first day.
    """
    file = path / "acts.csv"
    found: dict[tuple[str, date], Act] = {}

    def make(row: Row) -> None:
        act = _act(row)
        key = act.instrument, act.since
        if key in found:
            raise ValueError(f"{act.name}: a second act of {act.instrument} whose listings begin on {act.since}")
        found[key] = act

    if file.exists():
        read_table(file, _COLUMNS, make)
    return found


def _act(row: Row) -> Act:
    read_boolean(row["verified"])
    since = date.fromisoformat(row["since"])
    proposed, adopted, published = (date.fromisoformat(row[c]) if row[c] else None for c in ("proposed", "adopted", "published"))
    days = [d for d in (proposed, adopted, published, since) if d]
    if any(later < earlier for earlier, later in pairwise(days)):
        raise ValueError(f"{row['act']}: proposed, adopted, published and first day are not in order")
    return Act(row["instrument"], since, row["act"], proposed, adopted, published)
