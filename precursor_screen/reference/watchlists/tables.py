"""Lists that are delimited text with a header: rows by column name, counted where they are broken, refused where cut short."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.interface import ListFile, Tally

_CELL_LIMIT = 1 << 30


def fold_column(cell: str) -> str:
    """A column's name as it is compared: lower case, letters and digits only."""
    return "".join(c for c in cell.lower() if c.isalnum())


def read_head_rows(head: bytes, delimiter: str, count: int = 2) -> list[list[str]]:
    """The first rows of a file's head, their cells folded as column names."""
    text = head.decode("utf-8-sig", "replace")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([fold_column(cell) for cell in row])
            if len(rows) == count:
                break
    except csv.Error:
        return rows
    return rows


def read_rows(file: ListFile, delimiter: str, skipped: Tally, header_row: int = 1) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row as its line number and its cells by folded column name, stripped; missing columns are not there.

    A row with too few or too many cells is counted; a header repeated among the rows is counted too.

    Args:
        file: the file.
        delimiter: what parts the cells.
        skipped: where rows that are left out are counted.
        header_row: which row is the header, from 1; those before are passed over.

    Raises:
        WatchlistError: damaged, or its last row is cut short.
    """
    text, _ = file.read_text()
    csv.field_size_limit(_CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    short = 0
    try:
        header: list[str] = []
        for _ in range(header_row):
            header = [fold_column(cell) for cell in next(reader, [])]
        for row in reader:
            if not any(cell.strip("\x1a \t") for cell in row):
                continue
            short = 0
            if [fold_column(cell) for cell in row] == header:
                skipped.add("header repeated among the rows", f"line {reader.line_num}")
            elif len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
                short = reader.line_num if len(row) < len(header) else 0
                skipped.add(f"row without {len(header)} cells", f"line {reader.line_num}: {delimiter.join(row)}")
            else:
                # The first of several columns with one name counts; lists repeat names in sub-records.
                cells = zip(reversed(header), reversed(row[: len(header)]), strict=True)
                yield reader.line_num, {name: cell.strip() for name, cell in cells}
    except csv.Error as error:
        message = f"The file is damaged or was cut short at line {reader.line_num}: {error}."
        raise WatchlistError(message, where=Where(file.name, reader.line_num), remedy="Fetch it again.") from error
    if short:
        raise WatchlistError("The last row is cut short.", where=Where(file.name, short), remedy="Fetch it again.")
