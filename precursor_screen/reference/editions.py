"""How many entries a list holds in its edition: the size that the substance tables are measured against."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError, Where

_COLUMNS: Final = ["instrument", "schedule", "edition", "count", "source", "verified"]
_REMEDY: Final = "Correct the table, or install the package again."


@dataclass(frozen=True, slots=True)
class Edition:
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
    if not file.exists():
        return ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(file)), remedy=_REMEDY) from error
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or list(reader.fieldnames) != _COLUMNS:
        raise SubstanceTableError(f"columns should be {', '.join(_COLUMNS)}", where=Where(str(file), 1), remedy=_REMEDY)
    editions: list[Edition] = []
    errors: list[PrecursorScreenError] = []
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values() or not row["count"].isascii() or not row["count"].isdigit():
            problem = "the row has not as many cells as the header, or its count is no number"
        elif row["verified"] not in ("true", "false"):
            problem = f"{row['verified']!r} is neither true nor false"
        else:
            count, verified = int(row["count"]), row["verified"] == "true"
            editions.append(Edition(row["instrument"], row["schedule"], row["edition"], count, row["source"], verified))
            continue
        errors.append(SubstanceTableError(problem, where=Where(str(file), number), remedy=_REMEDY))
    if errors:
        raise ErrorGroup(errors)
    return tuple(editions)
