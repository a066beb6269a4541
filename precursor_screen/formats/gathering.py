"""Cells of a spreadsheet on their way into columns of text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from precursor_screen.formats.sheet import HEAD_ROWS, string_array

BATCH = 20_000


class Cells:
    """Columns in the making, in batches: a table of Python strings takes five times what Arrow takes."""

    def __init__(self) -> None:
        self.head: list[tuple[str, ...]] = []
        self.filled = 0  # as the library gave them
        self._columns: list[list[pa.Array]] = []
        self._batch: list[list[str]] = []
        self._done = 0

    def take(self, rows: Iterable[list[str]]) -> None:
        """All rows of a sheet."""
        self.take_some(rows)
        self.finish()

    def take_some(self, rows: Iterable[list[str]]) -> None:
        """Some rows; more may follow."""
        for cells in rows:
            if len(self.head) < HEAD_ROWS:
                self.head.append(tuple(cells))
            self._batch.append(cells)
            if len(self._batch) == BATCH:
                self._flush()

    def finish(self) -> None:
        """No more rows follow."""
        self._flush()

    def columns(self) -> list[pa.ChunkedArray]:
        """What was taken."""
        return [pa.chunked_array(c, pa.string()) for c in self._columns]

    def _flush(self) -> None:
        batch = self._batch
        width = max((len(r) for r in batch), default=0)
        while len(self._columns) < width:
            self._columns.append([pa.nulls(self._done, pa.string())] if self._done else [])
        for i, column in enumerate(self._columns):
            column.append(string_array([r[i] if i < len(r) else None for r in batch]))
        self._done += len(batch)
        batch.clear()


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without `.0`, dates in ISO form, a time of day only where it is not midnight."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
