"""Tables of reports that are printed as text while their rows are gathered, and what the lines above them say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.pdf_rows import is_figure
from precursor_screen.formats.text_columns import Columns, alignment, blocks_of, is_framed, is_labelled, is_rule, labelled_cells
from precursor_screen.formats.text_headers import HALF, SUM, TextHeader
from precursor_screen.text.text import late

_MOST_LABELS: Final = 200  # columns of labels below rows, and labels of a heading that hold on later pages
_SAME_STOP: Final = 2  # characters between what begins at one place over a table
_SAYS: Final = re.compile(r"[^\W\d_]+[^\d]*[ :]\d")  # `NET 23,045.85 LB`: a sum with what it is of
PAGE: Final = late(
    lambda: (
        rf"\b{pattern_of('footer_words', 'page')}s?[.:#№ ]*\d+(?:\s*(?:{pattern_of('footer_words', 'of')})\s*\d+)?|\s{{2,}}\d{{1,4}}$"
    ),
    re.IGNORECASE,
)


class TextTable(Struct):
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

    @property
    def names(self) -> tuple[str, ...]:
        """The header with the labels that rows have below them."""
        return (*self.header.names, *sorted(self.labels, key=lambda label: self.labels[label]))

    def is_over_another(self) -> bool:
        """Whether it is one row without a figure, as a bill is in a box over that of its goods."""
        return len(self.rows) == 1 and not self.pages and not any(map(is_figure, self.rows[0][1]))

    def add(self, number: int, line: str) -> bool:
        """A line below the header; False where it is not a row and belongs to none."""
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
        is_sum = bool(SUM.match(line))
        if is_sum and any(_SAYS.match(text) for *_, text in blocks_of(line)[1:]):
            return False
        cells = header.upper.cells(_whole(line) if is_sum else line)
        if is_sum and cells:
            cells = [cell.replace("\xa0", " ") for cell in cells]
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
        bill = self.bill[1] if self.bill else [""] * begin
        shared = [bill[at] if at in (self.header.bills or ()) else "" for at in range(begin)]
        self.rows.append((number, [*shared, *cells]))
        self.is_open = False

    def close_bill(self) -> None:
        """A bill without goods is a row."""
        if self.bill is not None and self.is_open:
            self.rows.append(self.bill)
            self.is_open = False

    def _goes_on(self, cells: Sequence[str], begin: int) -> bool:
        """Whether cells are the rest of the row above, and stand in it now: they do not begin where rows do, and are not figures."""
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
        if label not in self.labels and len(self.labels) >= _MOST_LABELS:
            label, text = "", f"{label}: {text}" if label else text
        at = self.labels.setdefault(label, len(self.header.names) + len(self.labels))
        row = self.rows[-1][1] if row is None else row
        row += [""] * (at + 1 - len(row))
        row[at] = "\n".join(filter(None, (row[at], text)))

    def turn_page(self, facts: dict[str, str]) -> None:
        """Another page begins, of which its heading says this."""
        self.close_bill()
        self.pages.append((len(self.rows), facts))

    def with_pages(self) -> list[str]:
        """Where headings of pages say different things of their rows, these stand in columns, and no longer above the table. Returns what
        then stands nowhere: of pages without rows, and beside the labels."""
        facts, remarks = facts_of(self.above)
        pages = [(0, facts)]
        for begin, facts in self.pages:
            pages.append((begin, _inherited(pages[-1][1], facts)))
        if all(facts == pages[0][1] for _, facts in pages):
            return []
        self.above = [(number, line) for number, line in self.above if not is_labelled(line)]
        for (begin, facts), end in zip(pages, [*(begin for begin, _ in self.pages), len(self.rows)], strict=True):
            remarks += [f"{label}: {text}" for label, text in facts.items() if begin == end]
            for _, row in self.rows[begin:end]:
                for label, text in facts.items():
                    self._say(label, text, row)
        return remarks

    def heading(self, number: int, line: str) -> None:
        """A line of labels between rows, which may count for those below it."""
        self.close_bill()
        row = [""] * len(self.header.names)
        self._say("", line.replace("\x00", "").strip(), row)
        self.rows.append((number, row))


def _whole(line: str) -> str:
    """A line of sums whose first words stay together, wherever columns begin."""
    begin, end, text = blocks_of(line)[0]
    return line[:begin] + text.replace(" ", "\xa0") + line[end:]


def _inherited(last: dict[str, str], facts: dict[str, str]) -> dict[str, str]:
    """What a heading says, with what stands above it on the page before; one of few labels leaves what the others say."""
    labels = list(last)[-_MOST_LABELS:]
    first = next((at for at, label in enumerate(labels) if label in facts), len(labels))
    kept = labels if 2 * len(facts) < len(labels) - first else labels[:first]
    return {label: last[label] for label in kept} | facts


def laid_out(lines: Sequence[tuple[int, str]]) -> list[tuple[int, tuple[str, ...]]]:
    """Lines over a table as rows of cells: a label and what it says apart, and what begins at one place in one column."""
    cells = [(number, [part for cell in labelled_cells(line) for part in _parted(*cell)]) for number, line in lines]
    stops: list[int] = []
    for begin in sorted({begin for _, row in cells for begin, _ in row}):
        if not stops or begin - stops[-1] > _SAME_STOP:
            stops.append(begin)
    rows, side = [], 0
    for number, row in cells:
        side ^= any(
            text.endswith(":") for _, text in row
        )  # what one line of labels says does not stand below what another one does
        placed: dict[int, str] = {}
        for begin, text in row:
            at = max(2 * sum(stop <= begin for stop in stops) + side, max(placed, default=-1) + 1)
            if not PAGE.fullmatch(text):
                placed[at] = text
        rows.append((number, tuple(placed.get(at, "") for at in range(max(placed, default=-1) + 1))))
    return rows


def _parted(begin: int, text: str, place: int) -> Iterator[tuple[int, str]]:
    label, mark, said = text.partition(":")
    if mark and said.startswith(" ") and ":" not in said and any(map(str.isalpha, label)):
        yield begin, f"{label.strip()}:"
        begin, text = place, said.strip()
    yield begin, text


def facts_of(lines: Sequence[tuple[int, str]]) -> tuple[dict[str, str], list[str]]:
    """What the labels of a heading say, with the lines below that begin where it begins; and all else. The numbers of pages are left out."""
    found: dict[str, str] = {}
    remarks: list[str] = []
    above: dict[int, str] = {}
    for _, row in laid_out([(number, line) for number, line in lines if not is_rule(line)]):
        label, said = "", {}
        for at, cell in enumerate(row):
            name, mark, text = cell.replace("：", ":").partition(":")
            if cell and mark and not text:
                label = name
            elif cell and (label or (mark and any(map(str.isalpha, name)))):
                label, text = (label, cell) if label else (name.strip(), text.strip())
                if not PAGE.search(f"{label} {text}"):
                    found[label], said[at] = "\n".join(filter(None, (found.get(label), text))), label
                label = ""
            elif cell and at in above:
                found[above[at]] += f"\n{cell}"
                said[at] = above[at]
            elif cell:
                remarks.append(cell)
        above = said
    return found, remarks
