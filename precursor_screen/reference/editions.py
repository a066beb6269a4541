"""How many entries a list holds in its edition: the size that the substance tables are measured against."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import Row, read_boolean
from precursor_screen.reference.table_rows import read_table

_COLUMNS: Final = ["instrument", "schedule", "edition", "count", "source", "verified", "checked", "max_age_days"]
MAX_AGE_DAYS: Final = 400  # where the row says nothing


class Edition(Struct, frozen=True):
    """A list as counted: an instrument, one of its schedules (empty: all together), the edition, its entries.

    checked: the day on which somebody last compared the table with its source (None: nobody has); max_age_days: how long that may be ago.
    """

    instrument: str
    schedule: str
    edition: str
    count: int
    source: str
    verified: bool
    checked: date | None
    max_age_days: int

    @property
    def name(self) -> str:
        """`UN1988 II`, `EU`."""
        return f"{self.instrument} {self.schedule}".strip()

    def stale(self, day: date) -> bool:
        """Whether the last comparison is longer ago than it may be; one that never was is unchecked, not stale."""
        return self.checked is not None and (day - self.checked).days > self.max_age_days


def load_editions(path: Path) -> tuple[Edition, ...]:
    """Read `editions.csv` of a folder, in the file's order; none if there is no such file, as in older tables.

    Raises:
        SubstanceTableError: The file cannot be read or has not the expected columns.
        ErrorGroup: Rows that make no sense.
    """
    file = path / "editions.csv"
    if not file.exists():
        return ()
    older = "checked" not in file.read_text(encoding="utf-8").partition("\n")[0]  # tables of version 0.2 state no day
    return read_table(file, _COLUMNS[:-2] if older else _COLUMNS, _edition)


def _edition(row: Row) -> Edition:
    verified = read_boolean(row["verified"])
    if not (row["count"].isascii() and row["count"].isdigit()):
        raise ValueError(f"count {row['count']!r} is not a number")
    days = {name: row.cells.get(name) for name in _COLUMNS[-2:]}
    checked = date.fromisoformat(day) if (day := days["checked"]) else None
    most = int(days["max_age_days"] or MAX_AGE_DAYS)
    if most < 1:
        raise ValueError("max_age_days is less than a day")
    return Edition(row["instrument"], row["schedule"], row["edition"], int(row["count"]), row["source"], verified, checked, most)
