"""What every tabular format yields: rows of text whose header has not been looked for yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.issues import READ_FROM_PRINT

HEAD_ROWS = 60  # enough for a header among the first thirty rows and some rows to judge it by
# What a formula shows that was never calculated: the file holds the formula and no value, so nobody knows what it would say.
UNCACHED = "#UNCACHED!"
PRINT = READ_FROM_PRINT
LOST = "lost-rows"  # the code of what a file holds and its reader did not give
MOST_OUT_OF_TABLE_TEXTS = 50_000  # texts beside the cells of one file
MAX_CELL = 1 << 20  # characters; spreadsheets stop at 32,767, so more is damage or an attack


class Broken(Struct, frozen=True):
    """A run of source rows that could not become cells: where it starts, what it holds, how many rows, and why."""

    row: int
    text: str
    count: int
    reason: str
    code: str = "broken-row"


class Body(Struct, frozen=True):
    """The rows below the header.

    Attributes:
        table: string columns named "0", "1" ... in the order of the source; null where a cell does not exist.
        rows: int64, the source row of each, from 1.
        broken: rows that are not in the table.
    """

    table: pa.Table
    rows: pa.Array
    broken: tuple[Broken, ...] = ()


class OutOfTableText(Struct, frozen=True):
    """Text of an input that stands in no cell of the table: a comment, a text box, a header or footer, a name of a sheet.

    Attributes:
        row: source row it belongs to; None where it belongs to none.
        place: where it stands, in words an officer can follow: `comment at C5`, `text box`.
        text: as filed.
    """

    row: int | None
    place: str
    text: str


class OutOfTableTexts(Struct):
    """Texts beside the cells while they are gathered: at most `MOST_OUT_OF_TABLE_TEXTS`, and how many more there are."""

    kept: list[OutOfTableText] = field(default_factory=list)
    unread: int = 0

    def add(self, place: str, text: str) -> None:
        """A text of no row; a blank one says nothing."""
        if text.strip() and len(self.kept) < MOST_OUT_OF_TABLE_TEXTS:
            self.kept.append(OutOfTableText(None, place, text))
        elif text.strip():
            self.unread += 1


class JoinedLists(Struct, frozen=True):
    """Lists of a record that became cells of several values each, as it is not said which value of one belongs to which of another.

    Attributes:
        row: the first source row of the record.
        names: their columns.
        opened: the list beside them of which each entry became a row; empty: none did.
    """

    row: int
    names: tuple[str, ...]
    opened: str = ""


class Sheet(Struct, frozen=True):
    """One table of cells: a file, a sheet of a workbook, a member of an archive.

    Attributes:
        name: as in reports: `file`, `file#sheet` or `archive!member`.
        format: CSV, XLSX, XLS, XLSB, ODS, Parquet, Arrow, Feather, JSON, JSON lines, XML.
        encoding: name of the code page, with the runner-up where it was close; empty for formats that state their own.
        head: the first rows as text, at most `HEAD_ROWS`.
        named: the first row of `head` holds the names for sure, and rows count from the first record.
        read: `read(after, width)` gives the rows after source row `after`, `width` columns wide.
        notes: what had to be said while reading, as Broken with the code of an issue.
        out_of_table_texts: texts beside the table; they are screened as well.
        dialect: how text was cut into cells, in words; empty for other formats.
        joined: lists of one record side by side; only JSON and XML have them.
        levels: in how many lists each column stands, by position; empty: a table has no lists within lists.
        begins: of each row in how many lists the outermost object stands that begins there.
        attached: files within the file, by name; only printed pages have them.
        above: rows of text that count as standing over the table; they are screened as texts beside a table already.
        below: rows of text below the last table of a document, which may state what holds for it; they are screened the same way.
        form: boxes with labels that stand over another table and are screened with it; it counts only where it holds goods itself.
        is_cover: it states what holds for the other sheets of its workbook, and no goods.
        texts: positions of the columns of a workbook in which a text, not a number as such, may have a mark for thousands (`1.331`).
    """

    name: str
    format: str
    encoding: str
    head: tuple[tuple[str, ...], ...]
    named: bool
    read: Callable[[int, int], Body]
    notes: tuple[Broken, ...] = ()
    out_of_table_texts: tuple[OutOfTableText, ...] = ()
    dialect: str = ""
    joined: tuple[JoinedLists, ...] = ()
    levels: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    attached: tuple[tuple[str, bytes], ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    below: tuple[tuple[str, ...], ...] = ()
    form: bool = False
    is_cover: bool = False
    texts: frozenset[int] = frozenset()

    def saying(self, notes: Iterable[Broken], texts: Iterable[OutOfTableText]) -> Sheet:
        """The same with more notes, and more texts beside its table."""
        return replace(self, notes=(*self.notes, *notes), out_of_table_texts=(*self.out_of_table_texts, *texts))


def numbered(names: Iterable[str]) -> list[str]:
    """Names, each once: one that is repeated gets a number."""
    found: dict[str, None] = {}
    for name in names:
        unique, number = name, 2
        while unique in found:
            unique, number = f"{name} ({number})", number + 1
        found[unique] = None
    return list(found)


def string_array(values: Sequence[str | None]) -> pa.Array:
    """Text to Arrow; lone surrogates, which no encoding can carry, become U+FFFD."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if v is None else v.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for v in values])


def head_of(names: tuple[str, ...], columns: Sequence[pa.ChunkedArray], rows: int) -> tuple[tuple[str, ...], ...]:
    """The `head` of a sheet whose names are known: these, and the first cells of the columns below them."""
    cells = ([cell or "" for cell in column.slice(0, rows).to_pylist()] for column in columns)
    return (names, *zip(*cells, strict=True))


def table_of_columns(columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Table:
    """Columns named by position."""
    return pa.Table.from_arrays(list(columns), names=[str(i) for i in range(len(columns))])


class MemoryReader(Struct, frozen=True):
    """A `read` over columns in memory.

    Attributes:
        columns: of equal length.
        numbers: the source row of each, ascending; None: they count from 1.
    """

    columns: tuple[pa.ChunkedArray, ...]
    numbers: pa.Array | None = None

    def __call__(self, after: int, width: int) -> Body:
        """The rows after source row `after`, `width` columns wide."""
        count = len(self.columns[0]) if self.columns else 0
        rows = np.arange(1, count + 1, dtype=np.int64) if self.numbers is None else self.numbers.to_numpy(zero_copy_only=False)
        skip = int(np.searchsorted(rows, after, side="right"))
        cut = [column.slice(skip) for column in self.columns[:width]]
        cut += [pa.chunked_array([pa.nulls(count - skip, pa.string())]) for _ in range(width - len(cut))]
        return Body(table_of_columns(cut), pa.array(rows[skip:], pa.int64()))


def memory_reader(columns: Sequence[pa.ChunkedArray], numbers: Sequence[int] | None = None) -> MemoryReader:
    """A `read` over columns in memory; by default rows count from 1."""
    return MemoryReader(tuple(columns), None if numbers is None else pa.array(numbers, pa.int64()))


# Cells of a spreadsheet on their way into columns of text.

BATCH = 20_000


class Cells:
    """Columns in the making, in batches: a table of Python strings takes five times what Arrow takes."""

    def __init__(self) -> None:
        self.head: list[tuple[str, ...]] = []
        self.filled = 0  # as the library gave them
        self.texts: set[int] = set()  # as `Sheet.texts`
        self._columns: list[list[pa.Array]] = []
        self._batch: list[list[str]] = []
        self._done = 0

    def take(self, rows: Iterable[list[str]]) -> None:
        """Some rows; more may follow."""
        for cells in rows:
            if len(self.head) < HEAD_ROWS:
                self.head.append(tuple(cells))
            self._batch.append(cells)
            if len(self._batch) == BATCH:
                self._flush()

    def sheet(self, name: str, kind: str, encoding: str = "") -> Sheet:
        """What was taken; no more follows."""
        self._flush()
        columns = [pa.chunked_array(c, pa.string()) for c in self._columns]
        return Sheet(name, kind, encoding, tuple(self.head), False, memory_reader(columns), texts=frozenset(self.texts))

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
    return str(cell)
