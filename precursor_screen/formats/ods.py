"""OpenDocument spreadsheets (ODS) to cells: one pass over content.xml.

Source: OASIS Open Document Format 1.3, part 3, chapters 9 (tables), 14 (annotations) and 19 (attributes).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct, field

from precursor_screen.formats.blob import damaged_workbook, unreadable
from precursor_screen.formats.parts import UNREAD, constants_of, expat_parser, name_of
from precursor_screen.formats.sheet import (
    MOST_OUT_OF_TABLE_TEXTS,
    UNCACHED,
    Broken,
    Cells,
    OutOfTableText,
    Sheet,
    text_of,
)
from precursor_screen.formats.xlsx import records, texts_of_names

_CHUNK = 1 << 20
_CELLS = ("table:table-cell", "table:covered-table-cell")
_BESIDE = (
    "office:annotation",
    "draw:frame",
    "draw:custom-shape",
    "draw:rect",
    "draw:ellipse",
    "draw:line",
    "draw:caption",
    "draw:polygon",
    "table:help-message",
    "table:error-message",
)
_PARTING = ("text:line-break", "text:ruby", "text:ruby-text")  # a reading above a word does not belong to the word
_DURATION = re.compile(r"P(?:T)?(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_MOST_DIGITS = 9  # of a number of repeats


def read_ods(name: str, archive: zipfile.ZipFile, cells: int) -> list[Sheet]:
    """Every table of a spreadsheet, in order.

    Args:
        name: of the input.
        archive: its members.
        cells: how many a table may span.

    Raises:
        UnreadableManifest: not well formed, no spreadsheet, or a table spans too many cells.
        zipfile.BadZipFile, zlib.error, EOFError, KeyError: damaged.
    """
    if "content.xml" not in archive.NameToInfo:
        raise unreadable(name, "is not a spreadsheet", "Save it as XLSX.")
    reader = _Reader(cells)
    try:
        with archive.open("content.xml") as stream:
            while chunk := stream.read(_CHUNK):
                reader.parser.Parse(chunk, False)
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged_workbook(name, error) from error
    tables = reader.tables
    sheets = [
        table.cells.sheet(f"{name}#{table.name}" if len(tables) > 1 else name, "ODS").saying((), table.out_of_table_texts)
        for table in tables
    ]
    outside = (*reader.loose, *texts_of_names(table.name for table in tables), *_page_texts(archive))
    if sheets and outside:
        reason = f"texts of {reader.unread:,} formulas were not screened"
        unread = (Broken(1, "", reader.unread, reason, UNREAD),) if reader.unread else ()
        sheets[0] = sheets[0].saying(unread, outside)
    return sheets


class _Table(Struct):
    name: str
    cells: Cells = field(default_factory=Cells)
    out_of_table_texts: list[OutOfTableText] = field(default_factory=list)
    width: int = 0
    rows: int = 0
    blank: int = 0  # rows without a cell that are held back: those at the end are not there


class _Reader:
    """What the parser calls. Texts beside cells are gathered apart from the cell they stand in."""

    def __init__(self, cells: int) -> None:
        self.parser = expat_parser(self._start, self._end, self._hear)
        self.tables: list[_Table] = []
        self._most = cells
        self._tables_open = 0  # a table may stand within a cell
        self._row: list[str] = []
        self._row_repeats = 1
        self._cell: dict[str, str] | None = None
        self._lines: list[str] = []
        self._open_texts: list[tuple[str, list[str]]] = []  # annotations and shapes that are open
        self._paragraphs = 0
        self.unread = 0  # formulas beyond the texts that are kept
        self.loose: list[OutOfTableText] = []  # of no table: what validations say and list, constants within formulas

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "text:p" or name == "text:h":
            self._paragraphs += 1
            self._target().append("")
        elif name in _CELLS and not self._open_texts:
            self._cell, self._lines = attributes, []
            self._note_constants("formula", attributes.get("table:formula", ""))
        elif name == "table:content-validation":
            self._note_constants("list of a validation", attributes.get("table:condition", ""))
        elif name in _BESIDE:
            self._open_texts.append((name, []))
        elif name == "table:table-row" and not self._open_texts:
            self._row, self._row_repeats = [], _count(attributes.get("table:number-rows-repeated", "1"))
        elif name == "table:table":
            self._tables_open += 1
            if self._tables_open == 1:
                self.tables.append(_Table(attributes.get("table:name", "")))
        elif self._paragraphs and name in ("text:s", "text:tab"):
            self._hear(" " * min(_count(attributes.get("text:c", "1")), 1000))
        elif self._paragraphs and name in _PARTING:
            self._hear("\n")

    def _end(self, name: str) -> None:
        if name == "text:p" or name == "text:h":
            self._paragraphs -= 1
        elif name in _CELLS and not self._open_texts and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif self._open_texts and name == self._open_texts[-1][0]:
            self._end_text(*self._open_texts.pop())
        elif name == "table:table-row" and not self._open_texts and self._tables_open == 1:
            self._end_row(self.tables[-1])
        elif name == "table:table":
            self._tables_open -= 1

    def _hear(self, text: str) -> None:
        if self._paragraphs:
            target = self._target()
            target[-1:] = [(target[-1] if target else "") + text]

    def _target(self) -> list[str]:
        return self._open_texts[-1][1] if self._open_texts else self._lines

    def _note_constants(self, place: str, formula: str) -> None:
        if '"' not in formula:
            return
        if len(self.loose) < MOST_OUT_OF_TABLE_TEXTS:
            self.loose += [OutOfTableText(None, place, text) for text in constants_of(formula)]
        else:
            self.unread += 1

    def _end_cell(self, attributes: dict[str, str]) -> None:
        repeats = _count(attributes.get("table:number-columns-repeated", "1"))
        text = _cell_text(attributes, "\n".join(self._lines))
        stated = attributes.get("office:string-value", "")
        if stated and stated.split() != text.split() and self.tables:
            row = self.tables[-1].rows + self.tables[-1].blank
            place = f"value at {name_of(row, len(self._row))}, where the cell shows another text"
            self.tables[-1].out_of_table_texts.append(OutOfTableText(row + 1, place, stated))
        if text and len(self._row) + repeats > self._most:
            raise ValueError(f"a row of more than {self._most:,} cells, the limit for its size")
        self._row.extend([text] * min(repeats, self._most - len(self._row)))

    def _end_text(self, name: str, lines: list[str]) -> None:
        text = "\n".join(line for line in lines if line.strip())
        if not text:
            return
        if not self.tables or name.startswith("table:"):
            self.loose.append(OutOfTableText(None, "message of a validation", text))
            return
        table = self.tables[-1]
        row, inside = table.rows + table.blank, self._cell is not None
        if name == "office:annotation":
            table.out_of_table_texts.append(OutOfTableText(row + 1, f"comment at {name_of(row, len(self._row))}", text))
        else:
            table.out_of_table_texts.append(OutOfTableText(row + 1 if inside else None, "text box", text))

    def _end_row(self, table: _Table) -> None:
        while self._row and not self._row[-1]:
            self._row.pop()
        if not self._row:
            table.blank += self._row_repeats
            return
        table.width = max(table.width, len(self._row))
        rows = table.rows + table.blank + self._row_repeats
        if rows * table.width > self._most:
            extent = name_of(rows - 1, table.width - 1)
            raise ValueError(f"its cells reach to {extent}, {rows * table.width:,} cells where {self._most:,} are read")
        table.cells.take([] for _ in range(table.blank))
        table.cells.take(list(self._row) for _ in range(self._row_repeats))
        table.rows, table.blank = rows, 0


def _count(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 1


def _cell_text(attributes: dict[str, str], shown: str) -> str:
    kind = attributes.get("office:value-type", "")
    if kind in ("float", "percentage", "currency"):
        value = attributes.get("office:value", "")
        try:
            return text_of(float(value))
        except ValueError:
            return shown or value
    if kind == "date":
        return attributes.get("office:date-value", shown).removesuffix("T00:00:00")
    if kind == "time":
        parts = _DURATION.match(attributes.get("office:time-value", ""))
        return ":".join(part.zfill(2) for part in parts.groups()) if parts else shown
    if kind == "boolean":
        return attributes.get("office:boolean-value", shown).upper()
    if kind == "string":
        return shown or attributes.get("office:string-value", "")
    return shown or (UNCACHED if attributes.get("table:formula") else "")


def _page_texts(archive: zipfile.ZipFile) -> Iterator[OutOfTableText]:
    """Headers and footers of pages, from styles.xml."""
    names = tuple(f"{kind}{page}" for kind in ("header", "footer") for page in ("", "-left", "-first"))
    for element in records(archive, "styles.xml", names):
        # Fields (page, title, date) are elements of their own; their text is a sample.
        words = " ".join(t.strip() for p in element.iter("p") for t in (p.text, *(c.tail for c in p)) if t and t.strip())
        if any(c.isalpha() for c in words) and words not in ("Page", "Seite"):
            yield OutOfTableText(None, "page header" if element.tag.startswith("header") else "page footer", words)
