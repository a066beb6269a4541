"""EC numbers of substances: the table that ships, or another of its form."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, SubstanceTableError, Where
from precursor_screen.names.codes import is_ec

COLUMNS: Final = ["substance_id", "number", "of", "source", "verified"]
KINDS: Final = frozenset({"base", "salt", "isomer", "hydrate"})
_TABLE: Final = Path(__file__).resolve().parents[1] / "data" / "substances" / "ec.csv"
_REMEDY: Final = "Correct the table, or install the package again."


@dataclass(frozen=True, slots=True)
class EcNumber:
    """An EC number of a substance, and what it stands for: base, salt, isomer or hydrate."""

    substance_id: str
    number: str
    of: str
    source: str
    verified: bool


@cache
def load_ec_numbers(path: Path = _TABLE) -> tuple[EcNumber, ...]:
    """EC numbers in the file's order.

    Raises:
        SubstanceTableError: The file cannot be read or has other columns.
        ErrorGroup: Rows that are not filled, or hold no EC number: the check digit is part of it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(path)), remedy=_REMEDY) from error
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or list(reader.fieldnames) != COLUMNS:
        raise SubstanceTableError(f"columns should be {', '.join(COLUMNS)}", where=Where(str(path), 1), remedy=_REMEDY)
    numbers: list[EcNumber] = []
    errors: list[PrecursorScreenError] = []
    for row_number, row in enumerate(reader, start=2):
        if problem := _problem(row):
            errors.append(SubstanceTableError(problem, where=Where(str(path), row_number), remedy=_REMEDY))
            continue
        numbers.append(EcNumber(row["substance_id"], row["number"], row["of"], row["source"], row["verified"] == "true"))
    if errors:
        raise ErrorGroup(errors)
    return tuple(numbers)


def _problem(row: dict[str, str]) -> str:
    if None in row or None in row.values():
        return "the row has not as many cells as the header"
    if not is_ec(row["number"]):
        return f"EC number {row['number']!r}: wrong form or check digit"
    if row["of"] not in KINDS:
        return f"EC number {row['number']!r} stands for {row['of']!r}, which is not known"
    return "" if row["verified"] in ("true", "false") else f"{row['verified']!r} is neither true nor false"
