"""Reports that line printers and business systems print as text: their tables as sheets, and all else that they say beside them.

A page has a heading, lines of labels and what they say, a header of one line or more, and rows; the next page has most of it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain, takewhile
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.formats.delimited import ONE_COLUMN, find_dialect, sample_of
from precursor_screen.formats.encoding import Text
from precursor_screen.formats.parts import UNREAD
from precursor_screen.formats.sheet import HEAD_ROWS, PRINT, Body, Broken, Cells, MemoryReader, OutOfTableTexts, Sheet
from precursor_screen.formats.text_columns import (
    alignment,
    as_filed,
    bars_of,
    expanded,
    is_labelled,
    is_rule,
    labelled_cells,
    unbarred,
)
from precursor_screen.formats.text_headers import JUDGED, MOST_ABOVE, SUM, TextHeader, TextLines, key_of, page_less
from precursor_screen.formats.text_tables import PAGE, TextTable, facts_of, laid_out

_SIGNS: Final = ("   ", "---", "===", "───", "═══", "\t\t")  # some of these every report has
_ENDS: Final = re.compile(r"\r\n|\n|\r")
_CONTROLS: Final = " 01-+"  # the first character of a line, where it tells a printer how to feed paper (ASA)


def read_printed_text(source: Text) -> list[Sheet]:
    """The tables of a report, each as a sheet; none where a text is not one.

    Raises:
        UnreadableManifest: the file cannot be opened.
    """
    sample = sample_of(source.blob)
    if not any(sign in sample for sign in _SIGNS) or not _is_report(sample):
        return []
    reading = _Reading(*_lines_of(source.blob.read().decode("utf-8", "replace")))
    tables = reading.tables_of()
    texts = reading.texts
    notes = [*source.notes]
    if texts.unread:
        notes.append(Broken(1, "", texts.unread, f"{texts.unread:,} lines of text were not screened", UNREAD))
    sheets = [_sheet(table, source, len(tables), number) for number, table in enumerate(tables, start=1)]
    return [sheets[0].saying(notes, (*source.out_of_table_texts, *texts.kept)), *sheets[1:]]


def _lines_of(text: str, most: int = 0) -> tuple[TextLines, frozenset[int]]:
    """The lines of a text, all or the first ones, and those that begin a page."""
    lines = _ENDS.split(text)[: most or None]
    pages = {at + (not line.startswith("\f")) for at, line in enumerate(lines) if "\f" in line}
    if lines[0].startswith("1") and all(line[:1] in _CONTROLS for line in lines):
        pages |= {at for at, line in enumerate(lines) if line.startswith("1")}
        lines = [line[1:] for line in lines]
    found = [expanded(line.replace("\f", "")) for line in lines]
    return TextLines(found, bars_of(found[:JUDGED])), frozenset(pages)


def _is_report(sample: str) -> bool:
    """Whether a text has a table that is printed, and none that a delimiter cuts."""
    report, _ = _lines_of(sample, JUDGED)
    header = report.first_header()
    if header is None or report.bars:
        return header is not None
    dialect = find_dialect(sample)
    said = "".join(report.lines[header.first : header.last + 1])
    if dialect.delimiter == "\t":  # several in a row lay a header out
        return header.is_ruled and "\t\t" in sample
    return dialect.width < 2 or dialect.delimiter == ONE_COLUMN or dialect.delimiter not in said


class _Reading(Struct):
    """A report while its tables are found.

    Attributes:
        report: its lines.
        pages: those that begin a page.
        texts: what stands beside the tables.
        tables: found yet.
        above: lines before the first one.
        boxes: over the last table: header, row, and lines below it; one that comes again is of another bill, and ends those below it.
        known: what lines over a header are known by on another page.
        seen: what was said, without the numbers of pages.
    """

    report: TextLines
    pages: frozenset[int]
    texts: OutOfTableTexts = field(default_factory=OutOfTableTexts)
    tables: list[TextTable] = field(default_factory=list)
    above: list[tuple[int, str]] = field(default_factory=list)
    boxes: list[tuple[tuple[str, ...], ...]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def tables_of(self) -> list[TextTable]:
        """All tables."""
        at, begins = 0, True  # whether a part of a page begins, behind a rule, a blank line or a heading
        while at < len(self.report.lines):
            line = self.report.lines[at]
            begins = begins or at in self.pages
            if not line.strip() or is_rule(line):
                at, begins = at + 1, True
            elif not self.tables:
                at, begins = self._before(at, line), False
            elif key_of(line) in self.tables[-1].header.keys:
                at, begins = at + 1, True
            elif end := self._heading_end(at, line, begins):
                self._turn_page(at, end)
                at, begins = end, True
            elif begins and (header := self._other_header(self.report.header_at, at)):
                at = self._begin(header)
            else:
                begins = self._add(at, line) and begins
                at += 1
        for table in self.tables:
            table.close_bill()
            for remark in table.with_pages():
                self.texts.add(f"line {table.header.first + 1}", remark)
        return self.tables

    def _before(self, at: int, line: str) -> int:
        """A line before the first table, or its header."""
        if header := self.report.header_at(at):
            return self._begin(header)
        self.above.append((at, unbarred(line, self.report.bars)))
        self.seen |= {PAGE.sub("", key_of(text)) for text in (line, *(text for _, text, _ in labelled_cells(line)))}
        return at + 1

    def _other_header(self, header_at: Callable[[int], TextHeader | None], at: int) -> TextHeader | None:
        """The header of a table of other columns that begins at a line."""
        header, line = self.tables[-1].header, self.report.lines[at]
        of_other = (
            header.upper.cells(line) is None
            if header.upper.bars
            else all(alignment(line, places) < 1 for places in header.places)
        )
        found = header_at(at) if of_other else None
        return found if found and found.keys != header.keys else None

    def _begin(self, header: TextHeader) -> int:
        """Another table; one of a single row before it says what holds for it. Returns the line below the header."""
        if not self.tables:
            for number, text in self.above[:-MOST_ABOVE]:
                self.texts.add(f"line {number + 1}", as_filed(text))
            self.known |= {page_less(text) for _, text in self.above}
            self.tables.append(TextTable(header, self.above[-MOST_ABOVE:]))
            return header.last + 1
        last = self.tables[-1]
        last.close_bill()
        over = tuple(row for _, row in laid_out(last.loose))
        if last.is_over_another():
            self.tables.pop()
            number, row = last.rows[0]
            for said in (*last.names, *row):
                self.texts.add(f"line {number + 1}", said)
            if not self.tables:
                for place, text in last.above:
                    self.texts.add(f"line {place + 1}", as_filed(text))
            self.boxes = [*takewhile(lambda box: box[0] != last.names, self.boxes), (last.names, tuple(row), *over)]
            over = ()
        shared = (row for _, row in laid_out(self.above[-MOST_ABOVE:]))
        self.tables.append(TextTable(header, [], (*shared, *chain(*self.boxes), *over)))
        return header.last + 1

    def _heading_end(self, at: int, line: str, begins: bool) -> int:
        """Where the heading of another page ends that begins at a line: at the header that comes again. 0 where none does, or another
        one stands before it: the box of another bill."""
        is_known = at in self.pages or page_less(line) in self.known
        if not (is_known or begins):
            return 0
        header = self.tables[-1].header
        for end in range(at, min(at + MOST_ABOVE, len(self.report.lines))):
            if key_of(self.report.lines[end]) in header.keys:
                return end
            if self._other_header(self.report.drawn_at, end) or (not is_known and header.may_be_row(self.report.lines[end])):
                return 0
        return 0

    def _turn_page(self, at: int, end: int) -> None:
        lines = [(number, unbarred(self.report.lines[number], self.report.bars)) for number in range(at, end)]
        facts, remarks = facts_of(lines)
        self.tables[-1].turn_page(facts)
        for remark in remarks:
            self._say(at, remark)

    def _add(self, at: int, line: str) -> bool:
        """A line below a header; whether it is a heading, behind which another part of the page begins."""
        table = self.tables[-1]
        is_heading = page_less(line) in self.known
        if not is_heading and table.add(at, line):
            table.loose.clear()
            return False
        table.loose.append((at, line))
        if not is_labelled(line) or SUM.match(line):
            self._say(at, line)
        elif (said := PAGE.sub("", key_of(line))) not in self.seen:
            self.seen.add(said)
            table.heading(at, line)
        return is_heading

    def _say(self, at: int, line: str) -> None:
        """A text beside the tables, once."""
        said = PAGE.sub("", key_of(line))
        if said not in self.seen and any(map(str.isalpha, said)):
            self.seen.add(said)
            self.texts.add(f"line {at + 1}", as_filed(line))


def _sheet(table: TextTable, source: Text, count: int, number: int) -> Sheet:
    name = source.blob.name if count == 1 else f"{source.blob.name}#table {number}"
    header = table.header
    over = dict(laid_out(table.above))
    names = table.names
    before = min(over, default=header.last)
    if header.last - before > MOST_ABOVE + 2:
        before = header.last
    rows = sorted([*over.items(), (header.last, names), *table.rows])
    cells, head = Cells(), {}
    for at, row in rows:
        if at - before < HEAD_ROWS:
            head[at - before] = tuple(row)
    cells.take([*row] for _, row in rows)
    made = cells.sheet(name, "text report", str(source.choice))
    assert isinstance(made.read, MemoryReader)
    reader = replace(made.read, numbers=pa.array([at + 1 for at, _ in rows], pa.int64()))
    note = Broken(
        header.first + 1, "", len(table.rows), f"the table was read from a printed report, its columns by {header.how}", PRINT
    )
    top = tuple(head.get(at, ()) for at in range(max(head) + 1))
    return replace(made, head=top, read=_From(reader, before), above=table.shared, dialect=f"columns by {header.how}").saying(
        [note], ()
    )


class _From(Struct, frozen=True):
    """A `read` of rows that count from a line of the file on, and keep the numbers of their lines."""

    rows: MemoryReader
    before: int

    def __call__(self, after: int, width: int) -> Body:
        """The rows after source row `after`, `width` columns wide."""
        return self.rows(self.before + after, width)
