"""How many entries a list holds in its edition: the size that the substance tables are measured against."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import Row, read_boolean
from precursor_screen.reference.table_rows import read_table

_COLUMNS: Final = ["instrument", "schedule", "edition", "count", "source", "verified"]


class Edition(Struct, frozen=True):
    """A list as counted: an instrument, one of its schedules (empty: all together), the edition, its entries."""

    instrument: str
    schedule: str
    edition: str
    count: int
    source: str
    verified: bool


def load_editions(path: Path) -> tuple[Edition, ...]:
    """Read `editions.csv` of a folder, in the file's order; none if there is no such file, as in tables of before 2026.

    Raises:
        SubstanceTableError: The file cannot be read or has not the expected columns.
        ErrorGroup: Rows that make no sense.
    """
    file = path / "editions.csv"
    return read_table(file, _COLUMNS, _edition) if file.exists() else ()


def _edition(row: Row) -> Edition:
    verified = read_boolean(row["verified"])
    if not (row["count"].isascii() and row["count"].isdigit()):
        raise ValueError(f"count {row['count']!r} is not a number")
    return Edition(row["instrument"], row["schedule"], row["edition"], int(row["count"]), row["source"], verified)
