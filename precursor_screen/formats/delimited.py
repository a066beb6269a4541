"""Delimited text to cells: Arrow's reader, and a slow careful one for what Arrow refuses."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from os import SEEK_END

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import holds
from precursor_screen.formats.blob import EMPTY, Blob, unreadable
from precursor_screen.formats.encoding import Text
from precursor_screen.formats.sheet import HEAD_ROWS, LOST, Body, Broken, Sheet, string_array, table_of_columns
from precursor_screen.formats.uneven_rows import SHORT, mend_rows

# The delimiter of a text table, found by which one cuts its rows into the same number of cells.

# In order of preference where two cut equally well: a tab is hardly ever data, a comma often is.
DELIMITERS = ("\t", ";", "|", "\x1d", "^", "@", "\x01", ",")
ONE_COLUMN = "\x1f"  # stands for "no delimiter": a list of texts, one a line
SAMPLE_ROWS = 300
_NAMES = {
    "\t": "tab", ";": "semicolon", "|": "bar", ",": "comma", "^": "caret", "@": "at sign", "\x1d": "group separator (0x1D)",
    "\x01": "0x01", ONE_COLUMN: "one text a line",
}  # fmt: skip
_NUMBER = re.compile(r"[\s\d.,+-]*\d[\s\d.,+-]*")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_SEP = re.compile(r"\ufeff?sep=(.)\r?\n", re.I)


class Dialect(Struct, frozen=True):
    """How the text is cut.

    Attributes:
        delimiter: one character; `ONE_COLUMN`: none.
        quoted: whether `"` quotes.
        width: how many cells most rows have.
        runner_up: the delimiter that would have cut next best; empty where no other cuts at all.
    """

    delimiter: str
    quoted: bool
    width: int
    runner_up: str = ""

    def __str__(self) -> str:
        """`semicolon, next comma`."""
        said = _NAMES.get(self.delimiter, repr(self.delimiter)) + ("" if self.quoted else ", quotes stay in the cells")
        return f"{said}, next {_NAMES.get(self.runner_up, repr(self.runner_up))}" if self.runner_up else said


def find_dialect(sample: str) -> Dialect:
    """The dialect of a text table.

    Args:
        sample: the start of the text, cut at the end of a line.
    """
    stated = _SEP.match(sample)  # Excel's own first line
    if stated:
        return Dialect(stated[1], True, _widths(split(sample, stated[1], True))[0])
    dialects: list[tuple[float, Dialect]] = [(0.0, Dialect(ONE_COLUMN, True, 1))]
    for order, delimiter in enumerate(DELIMITERS):
        ways = () if delimiter not in sample else (True, False) if _breaks_quotes(sample, delimiter) else (True,)
        for quoted in ways:
            rows = split(sample, delimiter, quoted)
            width, share = _widths(rows)
            if share < 0.5:
                width, share = _headed(rows)
            if width < 2 or share < 0.5 or _is_prose(rows, delimiter, share):
                continue
            header = any(len(r) == width and not any(_NUMBER.fullmatch(c) for c in r) for r in rows[:30])
            # A list within a cell ("Acetone; Toluene; Safrole") may cut the rows alike, but seldom the line that heads them.
            first = next((r for r in rows if any(c.strip() for c in r)), [])
            # Without quoting the quotes stay in the cells, so quoting must lose clearly before it is given up.
            signs = 0.3 * header + 0.15 * (len(first) == width) + 0.01 * min(width, 20)
            dialects.append((share + signs - 0.001 * order - 0.1 * (not quoted), Dialect(delimiter, quoted, width)))
    dialects.sort(key=lambda scored: -scored[0])
    best = dialects[0][1]
    if best.delimiter == "," and len(_DECIMAL_COMMA.findall(sample)) == sample.count(","):
        # "77;ACETONA;1250,50": the decimal commas cut all rows alike too, where commas stand nowhere else.
        best = next((d for _, d in dialects if d.delimiter != "," and d.width > best.width), best)
    others = [scored.delimiter for _, scored in dialects if scored.delimiter not in (best.delimiter, ONE_COLUMN)]
    return replace(best, runner_up=others[0]) if others else best


def split(text: str, delimiter: str, quoted: bool, limit: int = SAMPLE_ROWS) -> list[list[str]]:
    """The first records of a text. Blank lines count as records of no cell."""
    csv.field_size_limit(1 << 30)
    reader = csv.reader(_lines(text), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    return list(islice(reader, limit))


def _breaks_quotes(sample: str, delimiter: str) -> bool:
    """Whether quotes in the text do not quote: something other than a delimiter follows one that closes."""
    if '"' not in sample:
        return False
    try:
        for _ in csv.reader(_lines(sample), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _lines(text: str) -> list[str]:
    # str.splitlines would also cut at U+2028, U+0085 and the separators 0x1C to 0x1E, which are data here.
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _widths(rows: list[list[str]]) -> tuple[int, float]:
    filled = [len(r) for r in rows if any(c.strip() for c in r)]
    if not filled:
        return 1, 0.0
    counts = Counter(filled)
    # A short preamble must not outvote the rows, nor a tie fall to the narrower of two.
    width = max(counts, key=lambda w: (counts[w] if w > 1 else counts[w] / 2, w))
    return width, counts[width] / len(filled)


_OF_SENTENCES = (",", ";")  # stand in prose as well
_SENTENCE = 7  # words of a line from which it may be one
_FEW_FIGURES, _EVEN = 0.15, 0.8
_WORD = re.compile(r"[^\W\d_]{2,}")


def _is_prose(rows: list[list[str]], delimiter: str, share: float) -> bool:
    """Whether the lines are sentences: behind each delimiter stands a blank, hardly a cell is a figure, and they part into all numbers of cells or
    the first cells are no names."""
    filled = [row for row in rows if any(c.strip() for c in row)]
    parted = [cell for row in filled for cell in row[1:] if cell]
    if delimiter not in _OF_SENTENCES or not parted or not all(cell.startswith(" ") for cell in parted):
        return False
    figures = sum(_NUMBER.fullmatch(cell) is not None for row in filled for cell in row)
    words = [sum(len(_WORD.findall(cell)) for cell in row) for row in filled]
    is_even = share >= _EVEN and all(len(_WORD.findall(cell)) < _SENTENCE for cell in filled[0])
    return (
        not is_even
        and figures < _FEW_FIGURES * sum(map(len, filled))
        and sum(count >= _SENTENCE for count in words) * 2 >= len(filled)
    )


_LONGEST_NAME, _MOST_WORDS = 30, 5  # of a column
_LEAST_NAMES = 4
_NEARLY_ALL = 0.9


def _headed(rows: list[list[str]]) -> tuple[int, float]:
    """The width of a header above rows of all widths, as there are where empty cells are left out or texts are cut; 1: there is none."""
    header, *below = [row for row in rows if any(c.strip() for c in row)] or [[]]
    names = [cell.strip() for cell in header]
    are_names = all(
        0 < len(name) <= _LONGEST_NAME and len(name.split()) <= _MOST_WORDS and name[-1] not in ".,;" for name in names
    )
    if len(names) < _LEAST_NAMES or not below or not are_names or any(map(_NUMBER.fullmatch, names)):
        return 1, 0.0
    of_table = sum(1 < len(row) <= 2 * len(names) for row in below)
    return (len(names), 0.5) if of_table >= _NEARLY_ALL * len(below) else (1, 0.0)


BLOCK = 2 << 20
BIG_BLOCK = 256 << 20
BATCH = 50_000
_JOIN_LINES = 60  # how far a quoted cell may run over line ends before it counts as unbalanced
_SAMPLED_LINES = 2_000  # lines by which one tells what columns hold
_WIDE = 4  # columns from which a line of that many cells is hardly one by chance


def read_delimited(source: Text) -> Sheet:
    """A delimited text file as a sheet.

    Raises:
        UnreadableManifest: the file holds no text.
    """
    text, choice, notes, out_of_table_texts = source
    sample = sample_of(text)
    if not sample.strip():
        raise unreadable(text.name, "is empty", EMPTY)
    dialect = find_dialect(sample)
    head = tuple(tuple(row) for row in split(sample, dialect.delimiter, dialect.quoted, HEAD_ROWS))

    def read(after: int, width: int) -> Body:
        return read_rows(text, dialect, after, width)

    return Sheet(text.name, "CSV", str(choice), head, False, read, notes, out_of_table_texts, str(dialect))


def sample_of(text: Blob) -> str:
    """The start of a text, cut at the end of a line."""
    size = 1 << 17
    raw = text.head(size)
    decoded = raw.decode("utf-8", "ignore").removeprefix("\ufeff")
    if len(raw) < size:
        return decoded
    end = max(decoded.rfind("\n"), decoded.rfind("\r"))
    return decoded[: end + 1] if end > 0 else decoded


def read_rows(text: Blob, dialect: Dialect, after: int, width: int) -> Body:
    """All rows after source row `after`, `width` cells each; rows are counted as records, from 1."""
    body = None
    for block in (BLOCK, BIG_BLOCK):
        with suppress(pa.ArrowInvalid):
            body = _read_arrow(text, dialect, after, width, block)
            break
    return _note_cut(body if body is not None else _read_careful(text, dialect, after, width), text)


def _note_cut(body: Body, text: Blob) -> Body:
    """A last row that is the only short one, without an end of its line, is what is left of a file that was cut."""
    short = [one for one in body.broken if one.code == SHORT]
    if len(short) != 1 or short[0].row != body.rows[-1].as_py():
        return body
    with text.open() as stream:
        stream.seek(-1, SEEK_END)
        if stream.read(1) in (b"\n", b"\r"):
            return body
    reason = "the last row ends before its last cells: the file may have been cut short"
    told = (replace(one, code=LOST, reason=reason) if one is short[0] else one for one in body.broken)
    return Body(body.table, body.rows, tuple(told))


def _read_arrow(text: Blob, dialect: Dialect, after: int, width: int, block: int) -> Body | None:
    """None where an unbalanced quote has swallowed rows."""
    invalid: list[tuple[int, int, str]] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        invalid.append((row.number, row.actual_columns, row.text))
        return "skip"

    names = [str(i) for i in range(width)]
    source = pa.BufferReader(text.source) if isinstance(text.source, bytes) else pa.OSFile(str(text.source))
    with source:
        try:
            reader = arrow_csv.open_csv(
                source,
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=block, column_names=names),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char='"' if dialect.quoted else False,
                    double_quote=dialect.quoted,
                    newlines_in_values=dialect.quoted,
                    ignore_empty_lines=False,
                    invalid_row_handler=keep,
                ),
                # Nothing is parsed and nothing is null: `NA` is Namibia, `007` is no seven.
                convert_options=arrow_csv.ConvertOptions(
                    column_types={n: pa.string() for n in names}, strings_can_be_null=False, check_utf8=False
                ),
            )
            batches = list(reader)
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):
                raise
            batches = []
    table = pa.Table.from_batches(batches, schema=pa.schema([(n, pa.string()) for n in names]))
    if dialect.quoted and _swallowed_rows(table, invalid, dialect, width):
        return None
    numbers = np.arange(1, table.num_rows + len(invalid) + 1, dtype=np.int64)
    rows = np.delete(numbers, [n - 1 for n, _, _ in invalid]) if invalid else numbers
    keep_from = int(np.searchsorted(rows, after, side="right"))
    body = Body(table.slice(keep_from), pa.array(rows[keep_from:]))
    uneven = [(n, _cells_of(text, dialect)) for n, _, text in invalid if n > after]
    return _with_uneven(body, uneven, dialect) if uneven else body


def _cells_of(text: str, dialect: Dialect) -> list[str]:
    return next(iter(split(text, dialect.delimiter, dialect.quoted, 1)), [text])


def _with_uneven(body: Body, uneven: list[tuple[int, list[str]]], dialect: Dialect) -> Body:
    """A body with the rows of another width, as far as they can be read."""
    mended = mend_rows(uneven, body.table, dialect.delimiter)
    broken = tuple(sorted((*body.broken, *mended.told), key=lambda one: one.row))
    if not mended.rows:
        return Body(body.table, body.rows, broken)
    columns = zip(*(cells for _, cells in mended.rows), strict=True)
    table = pa.concat_tables([body.table, table_of_columns([string_array(column) for column in columns])])
    rows = pa.concat_arrays([body.rows, pa.array([n for n, _ in mended.rows], pa.int64())])
    order = pc.sort_indices(rows)
    return Body(table.take(order), rows.take(order), broken)


def _swallowed_rows(table: pa.Table, invalid: list[tuple[int, int, str]], dialect: Dialect, width: int) -> bool:
    """Whether a cell holds what looks like whole rows: a quote was opened and closed in another row."""
    if width < 2:
        return False
    of_lines = [text for _, _, text in invalid if "\n" in text]
    if any(line.count(dialect.delimiter) >= width - 1 for text in of_lines for line in text.split("\n")):
        return True
    for column in (column for column in table.columns if holds(column, b"\n")):
        ends = pc.count_substring(column, "\n")
        found = pc.count_substring(column, dialect.delimiter)
        if pc.any(pc.and_(pc.greater(ends, 0), pc.equal(found, pc.multiply(ends, width - 1)))).as_py():
            return True
    return False


class _Record(Struct, frozen=True):
    """A row that was read by itself. doubt: how else its lines could be read; lines: how many these are."""

    cells: list[str]
    doubt: str = ""
    lines: int = 1


def _figures(lines: list[str], dialect: Dialect, width: int) -> tuple[int, ...]:
    """The columns that hold figures in nearly every row of one line: by them one tells whether other lines are rows."""
    rows = [
        cells for line in lines[1:_SAMPLED_LINES] if '"' not in line and len(cells := _split_line(line, dialect, False)) == width
    ]
    return tuple(n for n, column in enumerate(zip(*rows, strict=True)) if sum(map(_is_figure, column)) >= _NEARLY_ALL * len(rows))


def _is_figure(cell: str) -> bool:
    return any(c.isdigit() for c in cell) and not any(c.isalpha() for c in cell)


def _read_careful(text: Blob, dialect: Dialect, after: int, width: int) -> Body:
    """Record by record: a quote that is not closed in time quotes nothing.

    A record that is quoted well is one row. Where it has another width than the header, or where its lines would be rows by what other
    rows hold in each column, it may be rows that a stray quote has joined: the former are tried line by line, the latter are named.
    """
    columns: list[list[pa.Array]] = [[] for _ in range(width)]
    numbers: list[int] = []
    broken: list[Broken] = []
    uneven: list[tuple[int, list[str]]] = []
    batch: list[list[str]] = []

    def flush() -> None:
        for i in range(width):
            columns[i].append(string_array([cells[i] for cells in batch]))
        batch.clear()

    for number, record in enumerate(_careful_records(text, dialect, width), start=1):
        if number <= after:
            continue
        row = record.cells or [""] * width
        if record.doubt:
            broken.append(Broken(number, "", record.lines, record.doubt, "doubtful-quotes"))
        if len(row) != width:
            uneven.append((number, row))
            continue
        batch.append(row)
        numbers.append(number)
        if len(batch) == BATCH:
            flush()
    flush()
    table = table_of_columns([pa.chunked_array(c, pa.string()) for c in columns])
    body = Body(table, pa.array(numbers, pa.int64()), tuple(broken))
    return _with_uneven(body, uneven, dialect) if uneven else body


def _careful_records(text: Blob, dialect: Dialect, width: int) -> Iterator[_Record]:
    # The whole text is held here: looking ahead for a closing quote and stepping back needs it, and this path is rare.
    csv.field_size_limit(1 << 30)
    lines = text.read().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    figures = _figures(lines, dialect, width)

    def fits(cells: list[str]) -> bool:
        """Whether a line of the right width has figures where other rows have them."""
        return len(cells) == width and all(_is_figure(cells[n]) for n in figures)

    at = 0
    while at < len(lines):
        cells, used = _strict_record(lines, at, dialect) if dialect.quoted else ([], 0)
        if used == 1:
            yield _Record(cells)
            at += 1
            continue
        loose = [_loose(line, dialect, width) for line in lines[at : at + max(used, 1)]]
        as_rows = width >= _WIDE and all(map(fits, loose))
        if len(cells) == width:  # what a writer has quoted well stands; rows that a stray quote has joined look the same
            doubt = f"read as one row, for its quotes are whole; its {used} lines could be a row each"
            yield _Record(cells, doubt if as_rows else "", used)
            at += used
        elif used and width >= _WIDE and not any(map(fits, loose)):
            yield _Record(cells)  # one row of another width, not as many as it has lines
            at += used
        else:
            joined = f"its quotes join {used} lines to a row of {len(cells)} cells where the header has {width}"
            doubt = f"read line by line, for {joined}"
            yield _Record(loose[0], doubt if used else "", max(used, 1))
            at += 1


def _loose(line: str, dialect: Dialect, width: int) -> list[str]:
    """One line, its stray quotes quoting what they can, else nothing."""
    cells = _split_line(line, dialect, dialect.quoted)
    return cells if len(cells) == width else _split_line(line, dialect, False)


def _strict_record(lines: list[str], at: int, dialect: Dialect) -> tuple[list[str], int]:
    """The record that begins at a line and how many lines it takes; none where its quotes do not come out even in time."""
    ahead = (f"{line}\n" for line in lines[at : at + _JOIN_LINES])
    reader = csv.reader(ahead, delimiter=dialect.delimiter, strict=True)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], 0


def _split_line(line: str, dialect: Dialect, quoted: bool) -> list[str]:
    reader = csv.reader([line], delimiter=dialect.delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    return next(reader, [])
