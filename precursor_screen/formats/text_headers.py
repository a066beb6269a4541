"""Headers of reports that are printed as text, and how the lines below them are laid out.

A record may take two lines with columns of their own: goods and what is said of them, or a bill and the goods below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.pdf_rows import is_figure
from precursor_screen.formats.text_columns import (
    AT,
    Block,
    Columns,
    aligned_columns,
    alignment,
    barred_columns,
    blocks_of,
    broken_rule,
    is_barred,
    is_framed,
    is_labelled,
    is_rule,
    labelled_cells,
)
from precursor_screen.text.text import late

_MOST_HEADER: Final = 3  # lines
MOST_ABOVE: Final = 25  # lines over a header that are looked at as labels; a header is looked for in thirty rows
JUDGED: Final = 400  # lines below a header by which columns are found
_FIRST: Final = 12  # of which half must stand below it
_LEAST, _PAIR = 3, 2  # the fewest columns of a table; of one between bars, if none of the file has more
HALF: Final = 0.5
_MIDDLE: Final = 2  # characters
_SHARE: Final = 0.2  # of the lines below a header of two lines: what stands below the second one
_BY_RULE: Final = "a rule below its header"
SUM: Final = late(lambda: rf"\W*{pattern_of('footer_words', 'sum')}\b", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")


class TextHeader(Struct, frozen=True):
    """A header, and the columns of the lines below it.

    Attributes:
        first: its first line, and `last` its last one, from 0.
        keys: its lines, without what they are laid out by.
        names: of the columns.
        upper: of the lines that begin a record.
        lower: of the second lines of records, where these have columns of their own.
        places: what lines of each kind are aligned with.
        bills: positions of the columns of an upper line that count for each of the lower ones below it, which are rows; None: both are one row.
        details: lines of labels belong to the row above.
        how: what states the columns.
    """

    first: int
    last: int
    keys: frozenset[str]
    names: tuple[str, ...]
    upper: Columns
    lower: Columns | None
    places: tuple[Sequence[Block], ...]
    bills: frozenset[int] | None
    details: bool
    how: str

    @property
    def is_ruled(self) -> bool:
        """Whether a rule below it states its columns."""
        return self.how == _BY_RULE

    def may_be_row(self, line: str) -> bool:
        """Whether a line is aligned with the header and holds a figure."""
        if not line.strip() or is_rule(line) or is_labelled(line):
            return False
        if self.upper.bars:
            return self.upper.cells(line) is not None
        return _has_figure(line) and any(alignment(line, places) >= HALF for places in self.places)

    def is_lower(self, line: str) -> bool:
        """Whether a line is the second one of a record."""
        return self.lower is not None and _is_second(line, *self.places)


def _is_over(line: str, columns: Columns) -> bool:
    """Whether all that a line says stands above one column each, or in the middle of several."""
    for begin, end, _ in blocks_of(line):
        over = columns.below(begin, end)
        left, right = (columns.spans[over[0]][0], columns.spans[over[-1]][1]) if over else (begin, end)
        if len(over) > 1 and abs((left + right) - (begin + end)) > 2 * _MIDDLE:
            return False
    return not _DIGITS.search(line)


def _is_second(line: str, upper: Sequence[Block], lower: Sequence[Block]) -> bool:
    first, second = alignment(line, upper), alignment(line, lower)
    begin = len(line) - len(line.lstrip(" "))
    if begin < lower[0][0] - AT and lower[0][0] > upper[0][0] + AT:
        return False
    if abs(begin - lower[0][0]) <= AT < abs(begin - upper[0][0]):
        return True
    return second > first or (first == second >= HALF and abs(begin - lower[0][0]) < abs(begin - upper[0][0]))


class TextLines(Struct):
    """The lines of a report, the bars between its cells, and the least columns of a table between bars: boxes round titles have fewer."""

    lines: list[str]
    bars: str

    least: int = _PAIR

    def __post_init__(self) -> None:
        counts = [
            barred_columns(line, self.bars).count for line in self.lines[:JUDGED] if self.bars and is_barred(line, self.bars)
        ]
        self.least = min(max(counts, default=_PAIR), _LEAST)

    def header_at(self, at: int) -> TextHeader | None:
        """The header that begins at a line; None where none does."""
        if found := self.drawn_at(at):
            return found
        found = None if self.bars or not self.text_from(at) else self._aligned(at)
        return None if found is None or self._are_labels(found) else found

    def drawn_at(self, at: int) -> TextHeader | None:
        """The same, where bars or a rule below it state its columns."""
        if not self.text_from(at):
            return None
        return self._barred(at) if self.bars else self._ruled(at)

    def first_header(self) -> TextHeader | None:
        """The first one."""
        return next((found for at in range(len(self.lines)) if (found := self.header_at(at))), None)

    def text_from(self, at: int) -> list[str]:
        """The lines from one on, up to a blank one or a rule."""
        return list(takewhile(lambda line: line.strip() and not is_rule(line), self.lines[at : at + _MOST_HEADER + 1]))

    def _barred(self, at: int) -> TextHeader | None:
        columns = barred_columns(self.lines[at], self.bars)
        cells = columns.cells(self.lines[at]) if columns.at else None
        if cells is None or columns.count < self.least or 2 * sum(map(bool, cells)) < len(cells) or any(map(is_figure, cells)):
            return None
        labels = sum(is_labelled(cell) for cell in cells)
        group = list(takewhile(lambda line: columns.cells(line) is not None, self.text_from(at)))
        is_over_rule = len(group) <= _MOST_HEADER and at + len(group) < len(self.lines) and is_rule(self.lines[at + len(group)])
        if 2 * labels >= len(cells) or not (is_over_rule or (at and is_rule(self.lines[at - 1]))):
            return None
        header = group if is_over_rule else group[:1]
        return self._header(at, header, columns, None, "bars")

    def _ruled(self, at: int) -> TextHeader | None:
        group = self.text_from(at)
        below = at + len(group)
        spans = broken_rule(self.lines[below]) if len(group) <= _MOST_HEADER and below < len(self.lines) else ()
        columns = Columns(spans)
        places = [(begin, end, "") for begin, end in spans]
        if not spans or any(alignment(line, places) < HALF or is_labelled(line) for line in group):
            return None
        said = [block for line in group for block in blocks_of(line)]
        if len(blocks_of(group[0])) < 2 or not all(_is_over(line, columns) for line in group[:-1]):
            return None
        if any(is_figure(text) for *_, text in said) or 2 * len({columns.nearest(*block[:2]) for block in said}) < len(spans):
            return None
        return self._header(at, group, columns, places, _BY_RULE)

    def _aligned(self, at: int) -> TextHeader | None:
        group = list(takewhile(lambda line: not _DIGITS.search(line), self.text_from(at)))[:_MOST_HEADER]
        places = blocks_of(self.lines[at])
        if not group or len(places) < _LEAST or any(map(is_labelled, group)):
            return None
        return self._header(at, group, None, places, "the blanks between them")

    def _are_labels(self, found: TextHeader) -> bool:
        """Whether what seems to be a header and its rows is labels and what they say, side by side over the header of a table: `SHIPPER    ACME    CONSIGNEE    BIRCH`."""
        begin = found.last + 1
        for at in range(begin + _PAIR, min(begin + MOST_ABOVE, len(self.lines))):
            begins = not self.lines[at - 1].strip() or is_rule(self.lines[at - 1])
            if begins and self.text_from(at) and (self._ruled(at) or self._aligned(at)):
                said = [line for line in self.lines[begin:at] if len(blocks_of(line)) > 1 and not is_rule(line)]
                return len(said) > _PAIR and 2 * sum(map(_has_figure, said)) < len(said)
        return False

    def _header(
        self, at: int, group: list[str], columns: Columns | None, places: Sequence[Block] | None, how: str
    ) -> TextHeader | None:
        """The header of some lines; None where what stands below is not aligned with it."""
        said = {page_less(line) for line in self.lines[max(at - MOST_ABOVE, 0) : at + len(group)]}
        below = [
            line
            for line in self.lines[at + len(group) : at + len(group) + JUDGED]
            if line.strip() and not is_rule(line) and not is_framed(line) and page_less(line) not in said and not SUM.match(line)
        ]
        keys = frozenset(map(key_of, group))
        if columns is not None and columns.bars:
            return TextHeader(at, at + len(group) - 1, keys, tuple(columns.names(group)), columns, None, (), None, False, how)
        assert places is not None
        second = blocks_of(group[-1]) if len(group) > 1 else []
        first = [max(alignment(line, places), alignment(line, second)) >= HALF for line in below[:_FIRST]]
        if columns is None and 2 * sum(first) < len(first):
            return None
        rows = [line for line in below if max(alignment(line, places), alignment(line, second)) >= HALF]
        if columns is None and (len(rows) < 2 or not any(map(_has_figure, rows))):
            return None
        lower = [line for line in rows if second and _is_second(line, places, second)]
        seconds = set(lower)
        upper = [line for line in rows if line not in seconds]
        is_record = bool(upper) and len(lower) >= _SHARE * len(rows) and bool(lower)
        if not is_record:
            upper, lower, seconds = rows, [], set()
        labelled = [is_labelled(line) for line in below if line not in seconds]
        details = bool(labelled) and not labelled[0] and 2 * sum(labelled) >= len(labelled) - sum(labelled)
        upper = [line for line in upper if not is_labelled(line)]
        columns = columns or aligned_columns(group[-2] if is_record else group[-1], upper)
        if len(columns.spans) < _LEAST:
            return None
        if not is_record:
            return TextHeader(
                at, at + len(group) - 1, keys, tuple(columns.names(group)), columns, None, (places,), None, details, how
            )
        under = aligned_columns(group[-1], lower)
        names = (*columns.names(group[:-1]), *under.names(group[-1:]))
        bills = _shared(columns, upper, under, lower, [line in seconds for line in rows])
        return TextHeader(at, at + len(group) - 1, keys, names, columns, under, (places, second), bills, details, how)


def _shared(
    upper: Columns, uppers: Sequence[str], lower: Columns, lowers: Sequence[str], kinds: Sequence[bool]
) -> frozenset[int] | None:
    """As `bills` of a header: the second lines are rows where they alone have amounts, or several of them stand below one line."""
    above, below = _amounts(upper, uppers), _amounts(lower, lowers)
    several = any(one and other for one, other in pairwise(kinds))
    if (below and not above) or (several and (below or not above)):
        return frozenset(range(len(upper.spans))) - above
    return None


def _amounts(columns: Columns, lines: Sequence[str]) -> set[int]:
    """The columns of figures of different lengths, or with marks: masses and counts, not codes."""
    rows = [columns.cells(line) or [] for line in lines]
    found = set()
    for at, column in enumerate(zip(*rows, strict=True)):
        filled = [cell for cell in column if cell]
        varied = len(set(map(len, filled))) > 1 or any("." in cell or "," in cell for cell in filled)
        if filled and all(map(is_figure, filled)) and varied:
            found.add(at)
    return found


def _has_figure(line: str) -> bool:
    return any(is_figure(text) for *_, text in blocks_of(line))


def key_of(line: str) -> str:
    """A line without the blanks by which it is laid out."""
    return " ".join(line.split())


def page_less(line: str) -> str:
    """What is the same where a line of the heading comes again on another page: its labels, or the line without its numbers."""
    if is_labelled(line):
        return ":".join(text.partition(":")[0].strip() for _, text, _ in labelled_cells(line))
    return _DIGITS.sub("#", key_of(line))
