"""Rows of the reviewed CSV tables that ship, each with its place."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.errors import SubstanceTableError, Where

REMEDY: Final = "Correct the table, or install the package again."


class Row(Struct, frozen=True):
    """A row with its place, so that an error can say where it stands."""

    cells: dict[str, str]
    where: Where

    def __getitem__(self, column: str) -> str:
        """A cell.

        Raises:
            ValueError: the row has not as many cells as the header, so nobody knows which is which.
        """
        if None in self.cells or None in self.cells.values():
            raise ValueError("the row has not as many cells as the header")
        return self.cells[column]

    def error(self, problem: str) -> SubstanceTableError:
        """What is wrong with the row, with its place."""
        return SubstanceTableError(problem, where=self.where, remedy=REMEDY)


def read_rows(file: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table, in the file's order.

    Raises:
        SubstanceTableError: The file cannot be read or has other columns.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(file)), remedy=REMEDY) from error
    reader = csv.DictReader(lines)
    if reader.fieldnames is None or list(reader.fieldnames) != list(columns):
        raise SubstanceTableError(f"columns should be {', '.join(columns)}", where=Where(str(file), 1), remedy=REMEDY)
    for number, cells in enumerate(reader, start=2):
        yield Row(cells, Where(str(file), number))


def read_boolean(cell: str) -> bool:
    """`true` or `false`.

    Raises:
        ValueError: neither.
    """
    if cell not in ("true", "false"):
        raise ValueError(f"{cell!r} is neither true nor false")
    return cell == "true"
