"""Files that hold tables, to lines: workbooks, delimited text, Parquet and Arrow, JSON, and documents with tables among their text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.errors import InputError, UnknownFormat
from precursor_screen.formats.blob import Blob, unreadable
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.flow import DOCUMENTS, MOST_ABOVE, Row
from precursor_screen.formats.reading import TABULAR_KINDS
from precursor_screen.formats.sheet import HEAD_ROWS, Sheet, memory_reader, string_array
from precursor_screen.formats.table import open_sheets
from precursor_screen.formats.text_columns import expanded, is_labelled
from precursor_screen.formats.text_tables import laid_out
from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import Digest, InputTables, Reader, ReadOptions
from precursor_screen.readers.same_goods import are_among, goods_of
from precursor_screen.readers.tabular.fill import without
from precursor_screen.readers.tabular.general_segment import general_segment, stated_in
from precursor_screen.readers.tabular.letters import LABELS, WAYS, goods_in, paired
from precursor_screen.readers.tabular.other_texts import ABOVE, out_of_table_cells, rows_of
from precursor_screen.readers.tabular.reader import read_sheet, read_sheets
from precursor_screen.readers.tabular.shorthand import MOST_ROWS
from precursor_screen.readers.tabular.unfold import states_alone, unfold

_FEWEST_LABELLED: Final = 3  # lines among the first ones


def read_tables(blob: Blob, digest: Digest, options: ReadOptions) -> list[InputTables]:
    """One result for each sheet.

    Raises:
        InputError: the file cannot be read, or the user's map does not fit it.
    """
    sheets = open_sheets(blob, options.encoding)
    is_page = sheets[0].format == "HTML"  # which may show nothing but other pages
    if not is_page and not any(any(c.strip() for c in row) for sheet in sheets for row in (*sheet.head, *sheet.above)):
        raise unreadable(blob.name, "is empty", "Check that it is the right file.")
    return read_as_laid_out(sheets, blob.name, digest, options)


TABLES = Reader(lambda kind, _: kind in TABULAR_KINDS, read_tables)


def read_as_laid_out(sheets: Sequence[Sheet], file: str, digest: Digest, options: ReadOptions) -> list[InputTables]:
    """The tables that sheets or a document hold; where the user's map says what a sheet is, it is what the map describes."""
    if options.mapping is not None and not options.mapping.names_tables:
        return read_sheets(sheets, file, digest, options)
    if sheets[0].format in DOCUMENTS:
        return read_document(sheets, file, digest, options)
    if len(sheets) == 1 and (report := _report_of_labels(sheets[0])):
        return read_sheets([report], file, digest, options)
    return read_sheets(unfold(sheets), file, digest, options)


def _report_of_labels(sheet: Sheet) -> Sheet | None:
    """The goods of a text whose lines are labels and what they say, block by block, as a table; None where it is not such a text."""
    head = [row[0] for row in sheet.head if row]
    if sheet.format != "CSV" or any(len(row) > 1 for row in sheet.head) or sum(map(is_labelled, head)) < _FEWEST_LABELLED:
        return None
    body = sheet.read(0, 1)
    if body.table.num_rows > MOST_ROWS:
        return None
    lines = [row[0] for _, row in rows_of(body)]
    goods = goods_in([(line,) for line in lines], sheet.name, "text report", LABELS)
    if goods is None:
        return None
    above = laid_out([(at, expanded(line)) for at, line in enumerate(lines[: min(goods.used)])])
    beside = out_of_table_cells([(at + 1, (line,)) for at, line in enumerate(lines) if at not in goods.used], ABOVE)
    shown = replace(goods.sheet, above=tuple(row for _, row in above), encoding=sheet.encoding, notes=sheet.notes)
    return shown.saying((), (*sheet.out_of_table_texts, *beside))


def read_document(sheets: Sequence[Sheet], file: str, digest: Digest, options: ReadOptions) -> list[InputTables]:
    """The tables of a document, and goods that its text states: in lists, and in any way where no table holds goods.

    Raises:
        UnknownFormat: a web page without a table, and without goods.
    """
    covers = [sheet for sheet in sheets if sheet.head and states_alone(sheet.head)]
    found = _read_tables_of(sheets, file, digest, options)
    has_goods = any(one.lines.num_rows for one in found)
    has_table = any(sheet.head for sheet in sheets)
    lines = tuple(chain.from_iterable((*sheet.above, *sheet.below) for sheet in sheets))
    goods = goods_in(lines, file, sheets[0].format, ("lists",) if has_goods else WAYS)
    if goods is None:
        if sheets[0].format == "HTML" and not has_table:
            remedy = "Open it in a spreadsheet program and save it as XLSX or CSV."
            raise UnknownFormat("is a web page without a table", where=file, remedy=remedy)
        return found
    said = {" ".join(filter(None, lines[at])) for at in goods.used}
    first = replace(sheets[0], out_of_table_texts=tuple(one for one in sheets[0].out_of_table_texts if one.text not in said))
    above = _joined(tuple(chain.from_iterable(sheet.head for sheet in covers)), paired(goods.sheet.above))
    stating = replace(goods.sheet, above=_joined(_stating(goods.sheet.below), above))
    if not has_table:
        stated = replace(stating, notes=first.notes, out_of_table_texts=first.out_of_table_texts)
        return read_sheets([stated], file, digest, options)
    more = read_sheets([stating], file, digest, options)
    if has_goods and are_among(goods_of(more), goods_of(found)):
        return found
    return [*more, *_read_tables_of([first, *sheets[1:]], file, digest, options)]


def _read_tables_of(sheets: Sequence[Sheet], file: str, digest: Digest, options: ReadOptions) -> list[InputTables]:
    """What the lines and the tables without goods above a table state holds for it, up to where it is stated anew, and what the lines below the last
    one do."""
    found: list[InputTables] = []
    above: tuple[Row, ...] = ()
    for sheet in sheets:
        above = _joined(above, paired(sheet.above))
        part = replace(sheet, above=_joined(_stating(sheet.below), above))
        is_cover = bool(sheet.head and states_alone(sheet.head))
        tables = read_sheets([replace(part, is_cover=True)] if is_cover else unfold([part]), file, digest, options)
        if not any(one.lines.num_rows for one in tables) and len(sheet.head) < HEAD_ROWS:
            above = _joined(above, sheet.head)
        found += tables
    return found


def _joined(before: tuple[Row, ...], below: tuple[Row, ...]) -> tuple[Row, ...]:
    """Rows, without what those below them state anew."""
    anew = {one.field for one in general_segment(below)}
    if anew and before:
        before = tuple(map(tuple, without(before, [one for one in general_segment(before) if one.field in anew])))
    return (*before, *below)[-MOST_ABOVE:]


def _stating(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows that state a fact each by itself."""
    return tuple(row for row in rows if any(True for _ in stated_in(0, row)))


# Text pasted from a mail or a page: every line that is not blank is a description.

LINES = ColumnMap({"1": "description"}, header_row=0, name="pasted text")


def read_pasted(blob: Blob, digest: Digest, options: ReadOptions) -> list[InputTables]:
    """One result.

    Raises:
        InputError: the file is empty.
    """
    try:
        tables = read_tables(blob, digest, options)
    except InputError:
        if options.mapping is not None:
            raise
        tables = []
    if options.mapping is not None or any(t.lines.num_rows or t.input.supplied & {"description", "hs_code"} for t in tables):
        return tables
    return [read_sheet(_as_sheet(blob, options.encoding), digest, LINES)]


PASTED = Reader(lambda kind, _: kind == "text", read_pasted)


def _as_sheet(blob: Blob, encoding: str) -> Sheet:
    text, choice, notes, out_of_table_texts = open_text(blob, encoding)
    lines = text.read().decode("utf-8").removeprefix("\ufeff").splitlines()
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    column = pa.chunked_array([string_array([line for _, line in rows])], pa.string())
    head = tuple((line,) for _, line in rows[:HEAD_ROWS])
    return Sheet(
        blob.name,
        "text",
        str(choice),
        head,
        False,
        memory_reader([column], [number for number, _ in rows]),
        notes,
        out_of_table_texts,
    )
