"""Reports that line printers and business systems print as text: their tables as sheets, and all else that they say beside them.

A page has a heading, lines of labels and what they say, a header of one line or more, and rows; the next page has most of it again. A record may
take two lines with columns of their own: goods and what is said of them, or a bill and the goods below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.delimited import ONE_COLUMN, find_dialect, sample_of
from precursor_screen.formats.encoding import Text
from precursor_screen.formats.parts import UNREAD
from precursor_screen.formats.pdf_rows import is_figure
from precursor_screen.formats.sheet import HEAD_ROWS, PRINT, Body, Broken, Cells, MemoryReader, OutOfTableTexts, Sheet
from precursor_screen.formats.text_columns import (
    Columns,
    alignment,
    as_filed,
    bars_of,
    blocks_of,
    expanded,
    is_framed,
    is_labelled,
    is_rule,
    labelled_cells,
)
from precursor_screen.formats.text_headers import HALF, JUDGED, MOST_ABOVE, TextHeader, TextLines, key_of, page_less
from precursor_screen.text.text import late

_SAME_STOP: Final = 2  # characters between what begins at one place over a table
_PAGE: Final = late(
    lambda: (
        rf"\b{pattern_of('footer_words', 'page')}s?[.:#№ ]*\d+(?:\s*(?:{pattern_of('footer_words', 'of')})\s*\d+)?|\s{{2,}}\d{{1,4}}$"
    ),
    re.IGNORECASE,
)
_SUM: Final = late(lambda: rf"\W*{pattern_of('footer_words', 'sum')}\b", re.IGNORECASE)


class _Table(Struct):
    """A table while its rows are gathered.

    Attributes:
        header: its own.
        above: lines over it, each with its number from 0.
        shared: what stands above it and is screened already.
        rows: the number of a line, and cells; the columns of labels that rows have below them stand behind those of the header.
        labels: of these columns, and where each stands; that of texts without a label has no name.
        bill: the last upper line, where it counts for each of the lower ones, and whether none is below it yet.
        loose: lines since the last row that are not rows.
        pages: of a page with a heading of its own, how many rows stand before it, and what its labels say.
    """

    header: TextHeader
    above: list[tuple[int, str]]
    shared: tuple[tuple[str, ...], ...] = ()
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    bill: tuple[int, list[str]] | None = None
    is_open: bool = False
    loose: list[tuple[int, str]] = field(default_factory=list)
    pages: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def add(self, number: int, line: str) -> bool:
        """A line below the header; False where it is no row and belongs to none."""
        header = self.header
        labelled = is_labelled(line) and not header.upper.bars
        is_lower = header.is_lower(line)
        if labelled and not is_lower:
            if header.details and self.rows:
                self._detail(line)
                return True
            return False
        if is_framed(line) and not header.upper.bars:
            return False
        if is_lower and header.lower is not None:
            self._lower(number, line, header.lower)
            return True
        cells = header.upper.cells(line)
        if cells is None or (not header.upper.bars and self._is_across(line)):
            return False
        if self._goes_on(cells, 0):
            return True
        rest = [""] * (len(header.names) - len(cells))
        if header.bills is None:
            self.rows.append((number, [*cells, *rest]))
        else:
            self.close_bill()
            self.bill, self.is_open = (number, [*cells, *rest]), True
        return True

    def _is_across(self, line: str) -> bool:
        blocks = blocks_of(line)
        across = any(len(self.header.upper.below(begin, end)) > 1 for begin, end, _ in blocks)
        return across and (len(blocks) == 1 or alignment(line, self.header.places[0]) < HALF)

    def _lower(self, number: int, line: str, columns: Columns) -> None:
        begin = len(self.header.names) - len(columns.spans)
        if self.header.bills is None and self.rows and is_labelled(line):
            self._detail(line, begin)
            return
        cells = columns.cells(line) or []
        if self.header.bills is None and self.rows:
            last = self.rows[-1][1]
            for at, cell in enumerate(cells, start=begin):
                last[at] = "\n".join(filter(None, (last[at], cell)))
            return
        if self._goes_on(cells, begin):
            return
        shared = self.bill[1][:begin] if self.bill else [""] * begin
        if not self.is_open or self.bill is None:
            shared = [cell if self.header.bills is None or at in self.header.bills else "" for at, cell in enumerate(shared)]
        self.rows.append((number, [*shared, *cells]))
        self.is_open = False

    def close_bill(self) -> None:
        """A bill without goods is a row."""
        if self.bill is not None and self.is_open:
            self.rows.append(self.bill)
            self.is_open = False

    def _goes_on(self, cells: Sequence[str], begin: int) -> bool:
        """Whether cells are the rest of the row above, and stand in it now: they do not begin where rows do, and are no figures."""
        filled = [at for at, cell in enumerate(cells) if cell]
        if not filled:
            return True
        if not self.rows or cells[0] or self.is_open or any(is_figure(cells[at]) for at in filled):
            return False
        last = self.rows[-1][1]
        for at in filled:
            above = last[begin + at]
            if above and not is_figure(above):
                last[begin + at] = f"{above}\n{cells[at]}"
            else:
                self._say("", cells[at])
        return True

    def _detail(self, line: str, begin: int | None = None) -> None:
        """A line of labels that belongs to the row above; what has no label stands in a column that `begin` names, or in one without a name."""
        for _, text, _ in labelled_cells(line):
            label, mark, said = text.partition(":")
            if mark:
                self._say(label.strip(), said.strip())
            elif begin is None:
                self._say("", text)
            else:
                last = self.rows[-1][1]
                last[begin] = "\n".join(filter(None, (last[begin], text)))

    def _say(self, label: str, text: str, row: list[str] | None = None) -> None:
        at = self.labels.setdefault(label, len(self.header.names) + len(self.labels))
        row = self.rows[-1][1] if row is None else row
        row += [""] * (at + 1 - len(row))
        row[at] = "\n".join(filter(None, (row[at], text)))

    def turn_page(self, facts: dict[str, str]) -> None:
        """Another page begins, of which its heading says this."""
        self.close_bill()
        self.pages.append((len(self.rows), facts))

    def with_pages(self) -> None:
        """Where headings of pages say different things of their rows, these stand in columns, and no longer above the table."""
        pages = [(0, _facts(self.above))]
        for begin, facts in self.pages:  # a heading of few labels leaves what the others say
            last = pages[-1][1]
            pages.append((begin, facts if 2 * len(facts) >= len(last) else last | facts))
        if all(facts == pages[0][1] for _, facts in pages):
            return
        for (begin, facts), end in zip(pages, [*(begin for begin, _ in self.pages), len(self.rows)], strict=True):
            for _, row in self.rows[begin:end]:
                for label, text in facts.items():
                    self._say(label, text, row)
        self.above = [(number, line) for number, line in self.above if not is_labelled(line)]

    def heading(self, number: int, line: str) -> None:
        """A line of labels between rows, which may count for those below it."""
        self.close_bill()
        row = [""] * len(self.header.names)
        self._say("", line.replace("\x00", "").strip(), row)
        self.rows.append((number, row))


def _laid_out(lines: Sequence[tuple[int, str]]) -> list[tuple[int, tuple[str, ...]]]:
    """Lines over a table as rows of cells: a label and what it says apart, and what begins at one place in one column."""
    cells = [(number, [part for cell in labelled_cells(line) for part in _parted(*cell)]) for number, line in lines]
    stops: list[int] = []
    for begin in sorted({begin for _, row in cells for begin, _ in row}):
        if not stops or begin - stops[-1] > _SAME_STOP:
            stops.append(begin)
    rows = []
    for number, row in cells:
        placed: dict[int, str] = {}
        for begin, text in row:
            at = max(sum(stop <= begin for stop in stops) - 1, max(placed, default=-1) + 1)
            placed[at] = text
        rows.append((number, tuple(placed.get(at, "") for at in range(max(placed, default=-1) + 1))))
    return rows


def _parted(begin: int, text: str, place: int) -> Iterator[tuple[int, str]]:
    label, mark, said = text.partition(":")
    if mark and said.startswith(" ") and ":" not in said and any(map(str.isalpha, label)):
        yield begin, f"{label.strip()}:"
        begin, text = place, said.strip()
    yield begin, text


def read_printed_text(source: Text) -> list[Sheet]:
    """The tables of a report, each as a sheet; none where a text is not one.

    Raises:
        UnreadableManifest: the file cannot be opened.
    """
    sample = sample_of(source.blob)
    if not _MAY_BE_ONE.search(sample) or not _is_report(sample):
        return []
    lines = re.split(r"\r\n|\n|\r", source.blob.read().decode("utf-8", "replace"))
    pages = {at for at, line in enumerate(lines) if "\f" in line}
    report = TextLines([expanded(line.replace("\f", "")) for line in lines], "")
    report.bars = bars_of(report.lines[:JUDGED])
    texts = OutOfTableTexts()
    tables = _tables(report, pages, texts)
    sheets = [_sheet(table, source, len(tables), number) for number, table in enumerate(tables, start=1)]
    notes = list(source.notes)
    if texts.unread:
        notes.append(Broken(1, "", texts.unread, f"{texts.unread:,} lines of text were not screened", UNREAD))
    return [sheets[0].saying(notes, (*source.out_of_table_texts, *texts.kept)), *sheets[1:]]


_MAY_BE_ONE: Final = re.compile(r"\S {2,}\S.* {2,}\S|[-=_─═]{3}")


def _is_report(sample: str) -> bool:
    """Whether a text has a table that is printed, and none that a delimiter cuts."""
    lines = [expanded(line) for line in re.split(r"\r\n|\n|\r", sample.replace("\f", ""))[:JUDGED]]
    bars = bars_of(lines)
    header = TextLines(lines, bars).first_header()
    if header is None:
        return False
    if bars:
        return True
    dialect = find_dialect(sample)
    said = "".join(lines[header.first : header.last + 1])
    if dialect.delimiter == "\t":  # several in a row lay a header out
        return header.is_ruled and "\t\t" in sample
    return dialect.width < 2 or dialect.delimiter == ONE_COLUMN or dialect.delimiter not in said


def _tables(report: TextLines, pages: set[int], texts: OutOfTableTexts) -> list[_Table]:
    tables: list[_Table] = []
    above: list[tuple[int, str]] = []
    known: set[str] = set()  # lines that stood over a header, without their numbers
    seen: set[str] = set()  # what was said, without the numbers of pages
    begins = True
    at = 0
    while at < len(report.lines):
        line = report.lines[at]
        begins = begins or at in pages
        if not line.strip() or is_rule(line):
            begins, at = True, at + 1
            continue
        table = tables[-1] if tables else None
        if table and key_of(line) in table.header.keys:
            begins, at = True, at + 1
            continue
        if table and (at in pages or page_less(line) in known) and (end := _heading_end(report, at, table.header)):
            table.turn_page(_facts(list(enumerate(report.lines[at:end], start=at))))
            for number in range(at, end):
                said = _PAGE.sub("", key_of(report.lines[number]))
                if said not in seen and not is_labelled(report.lines[number]):
                    seen.add(said)
                    texts.add(f"line {number + 1}", as_filed(report.lines[number]))
            begins, at = True, end
            continue
        header = report.header_at(at) if table is None or (begins and _may_be_other(line, table.header)) else None
        if header is not None and (table is None or header.keys != table.header.keys):
            if table:
                table.close_bill()
                shared = (*table.shared, *(row for _, row in _laid_out([*table.above, *table.loose])))
                tables.append(_Table(header, [], shared))
            else:
                tables.append(_Table(header, above[-MOST_ABOVE:]))
                for number, text in above[:-MOST_ABOVE]:
                    texts.add(f"line {number + 1}", as_filed(text))
            known |= {page_less(text) for _, text in above}
            at = header.last + 1
            continue
        at += 1
        said = _PAGE.sub("", key_of(line))
        if table is None:
            above.append((at - 1, line))
            seen.add(said)
            continue
        is_heading = page_less(line) in known
        if is_heading or not table.add(at - 1, line):
            begins = begins or is_heading
            if said not in seen:
                seen.add(said)
                table.loose.append((at - 1, line))
                if is_labelled(line) and not _SUM.match(line):
                    table.heading(at - 1, line)
                else:
                    texts.add(f"line {at}", as_filed(line))
            continue
        table.loose.clear()
        begins = False
    for table in tables:
        table.close_bill()
        table.with_pages()
    return tables


def _heading_end(report: TextLines, at: int, header: TextHeader) -> int:
    """Where the heading of another page ends: at the header that comes again. 0 where it does not."""
    return next(
        (end for end in range(at, min(at + MOST_ABOVE, len(report.lines))) if key_of(report.lines[end]) in header.keys), 0
    )


def _facts(lines: Sequence[tuple[int, str]]) -> dict[str, str]:
    """What the labels of a heading say, with the lines below that begin where it begins; the numbers of pages are left out."""
    found: dict[str, str] = {}
    above: dict[int, str] = {}
    for _, row in _laid_out([(number, line) for number, line in lines if not is_rule(line)]):
        label, said = "", {}
        for at, cell in enumerate(row):
            name, mark, text = cell.partition(":")
            if not cell:
                continue
            if mark and not text:
                label = name
            elif label or (mark and any(map(str.isalpha, name))):
                label, text = (label, cell) if label else (name.strip(), text.strip())
                if not _PAGE.search(f"{label} {text}"):
                    found[label], said[at] = text, label
                label = ""
            elif at in above:
                found[above[at]] += f"\n{cell}"
                said[at] = above[at]
        above = said
    return found


def _may_be_other(line: str, header: TextHeader) -> bool:
    """Whether a line that begins a part of a page may be the header of another table."""
    if header.upper.bars:
        return header.upper.cells(line) is None
    return all(alignment(line, places) < 1 for places in header.places)


def _sheet(table: _Table, source: Text, count: int, number: int) -> Sheet:
    name = source.blob.name if count == 1 else f"{source.blob.name}#table {number}"
    header = table.header
    over = dict(_laid_out(table.above))
    names = (*header.names, *sorted(table.labels, key=lambda label: table.labels[label]))
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
