"""Tables of a printed page: those that lines draw, and those whose columns are only aligned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.formats.pdf_rows import (
    Line,
    Row,
    Rule,
    Span,
    Word,
    as_lines,
    blocks_of_line,
    cells_of_line,
    gap_between,
    is_figure,
    joined_spans,
    rows_of_lines,
    stands_close,
)

Box = tuple[float, float, float, float]  # left, top, right, bottom, in points from the top left corner
SAME_EDGE: Final = 3.0  # points between the edges of one column on two pages
_FEW_LINES: Final = 3  # up to so many lines blanks may come to stand below each other by chance
_WIDE, _NARROW = 1.0, 0.5  # of the height of a line: the least gap between columns, of few lines and of more
_THAN_BLANKS: Final = 1.25  # times a blank: a gap between columns where they stand close to one another
_LEAST_GAP: Final = 0.33  # of the height of a line: narrower ones are blanks in any font
_SAME_PLACE: Final = 0.5  # points between words that begin at one place
_NEARLY_ALL: Final = 0.8  # of the lines
_LEAST: Final = 8  # gaps times lines: 2 lines of 5 columns, 4 of 3
_RICH: Final = 0.7  # of the blocks of the fullest line: rows of a table, not headings among them
_RULE: Final = re.compile(r"[\s=_~─═-]+")  # drawn with letters, as line printers do
_ACROSS: Final = 0.9  # of the width of a table: a rule that parts it from what stands over it
_MOSTLY: Final = 0.6  # of the lines below
_MOST_BLOCKS: Final = 40  # of a line
_MOST_LINES: Final = 300  # of one run; no page has more rows
_HEADER_GAP: Final = 2.5  # heights of a line between a header and the first row
_HEADED: Final = 0.6  # of the columns have a name
DASH: Final = 3.0  # points: what is shorter is the end of a thick line


_NUMBER: Final = re.compile(r"\d+")


class Table(Struct, frozen=True):
    """A table of one page.

    Attributes:
        rows: its cells.
        columns: from where to where each reaches.
        top: where it begins.
        cells: their boxes, where lines draw them; none where they are only aligned.
        above: what stands over it on the page, row by row: the boxes of a form, lines of text.
        open_below: no line closes it at the foot of the page, so its last row may go on.
        records: where most of its boxes have a label of their own, these, and what the boxes say, a row as often as the first label comes.
        below: what stands under it, as `above`.
    """

    rows: tuple[Row, ...]
    columns: tuple[Span, ...]
    top: float
    cells: tuple[Box, ...] = ()
    above: tuple[Row, ...] = ()
    open_below: bool = False
    records: tuple[Row, ...] = ()
    below: tuple[Row, ...] = ()

    def holds(self, word: Word) -> bool:
        """Whether the middle of a word lies in one of the cells."""
        return any(is_in(word, cell) for cell in self.cells)


def is_in(word: Word, box: Box) -> bool:
    """Whether the middle of a word lies in a box."""
    return box[0] <= (word.left + word.right) / 2 < box[2] and box[1] <= (word.top + word.bottom) / 2 < box[3]


def aligned_tables(words: Sequence[Word], rules: Sequence[Rule], blank: float) -> tuple[list[Table], list[Word]]:
    """The tables whose columns are parted by blanks that run through all of their lines, and the words that stand in none.

    Of all runs of lines that with the most gaps times lines is a table; then what stands above and below it is looked at in the same way.
    No word is ever cut.

    Args:
        words: of the page that stand in no table yet.
        rules: of the page.
        blank: how wide a blank is, in heights of a line.
    """
    tables: list[Table] = []
    loose: list[Word] = []
    waiting = [[line for line in as_lines(words) if len(line) > 1 or not _RULE.fullmatch(line[0].text)]]
    narrow = min(_NARROW, max(_LEAST_GAP, _THAN_BLANKS * blank))
    while waiting:
        lines = waiting.pop()
        lines, first, last, columns = _best_run_with_headings(lines, narrow)
        if columns and (at := _rule_over_more_columns(lines, (first, last, columns), rules, narrow)):
            waiting += [lines[:at], lines[at:]]
            continue
        if not columns:
            loose += (word for line in lines for word in line)
            continue
        while first and stands_close(lines[first - 1], lines[first]) and _fits(lines[first - 1], columns, narrow):
            first -= 1
        far = _usual_gap(lines[first:last], columns)
        while last < len(lines) and _goes_on(lines[last - 1], lines[last], columns, far) and _fits(lines[last], columns, narrow):
            last += 1
        first = first - 1 if first and _is_header(lines[first - 1], lines[first], columns) else first
        first, last = _without_edges(lines, first, last, columns)
        run = lines[first:last]
        columns = [part for column in columns for part in _cut_where_aligned(column, run)]
        rows = (row for row in rows_of_lines(run, columns, rules) if not all(map(_RULE.fullmatch, filter(None, row))))
        tables.append(Table(tuple(rows), tuple(columns), run[0][0].top))
        waiting += [lines[last:], lines[:first]]
    return tables, loose


def _rule_over_more_columns(lines: Sequence[Line], run: tuple[int, int, list[Span]], rules: Sequence[Rule], narrow: float) -> int:
    """The line below a rule across a run under which most of its lines have more columns than all of it: what stands over the rule is a form.
    0 where there is none."""
    first, last, columns = run
    left, right = columns[0][0], columns[-1][1]
    tops = sorted(top for begin, end, top in rules if end - begin >= _ACROSS * (right - left))
    best = (len(columns), 0)
    for top in tops:
        at = next((at for at in range(first, last) if lines[at][0].top >= top), last)
        if not first < at < last - 1:
            continue
        _, begin, end, inner = _best_run_with_headings(list(lines[at:last]), narrow)
        if len(inner) > best[0] and not begin and end - begin >= _MOSTLY * (last - at):
            best = (len(inner), at)
    return best[1]


def _without_edges(lines: Sequence[Line], first: int, last: int, columns: Sequence[Span]) -> tuple[int, int]:
    """A table without the lines of a letterhead over it that happen to fit, and without remarks below it: these stand apart."""
    while last - first > 2 and not stands_close(lines[first], lines[first + 1]):
        cells = [cell for cell in cells_of_line(lines[first], columns) if cell]
        if 2 * len(cells) >= len(columns) or any(map(is_figure, cells)):
            break
        first += 1
    filled = [_filled(line, columns) for line in lines[first:last]]
    headers = (at for at, cells in enumerate(filled) if len(cells) == len(columns) and not _has_digit(cells))
    header = next(headers, 0)  # over it stand numbers and days of the document
    if header < len(filled) - 1 and all(2 * len(cells) < len(columns) for cells in filled[:header]):
        first += header
    far = _usual_gap(lines[first:last], columns)
    end = next((at for at in range(last, first + 1, -1) if len(_filled(lines[at - 1], columns)) > 1), last)
    while end < last and _goes_on(lines[end - 1], lines[end], columns, far):
        end += 1
    return first, end


def _filled(line: Line, columns: Sequence[Span]) -> list[str]:
    return [cell for cell in cells_of_line(line, columns) if cell]


def _goes_on(upper: Line, lower: Line, columns: Sequence[Span], far: float) -> bool:
    """Whether a line below a table belongs to its last row: it stands close, or no farther than such words do in the rows above."""
    return stands_close(upper, lower) or (gap_between(upper, lower) <= far and len(_filled(lower, columns)) == 1)


def _usual_gap(lines: Sequence[Line], columns: Sequence[Span]) -> float:
    """The widest gap over a line of one cell among those that stand closer to the row above them than to the one below."""
    full = [at for at, line in enumerate(lines) if len(_filled(line, columns)) > 1]
    gaps = [0.0, *(gap_between(upper, lower) for upper, lower in pairwise(lines))]
    inner = ((max(gaps[one + 1 : other]), gaps[other]) for one, other in pairwise(full) if other > one + 1)
    return max((gap + _SAME_PLACE for gap, below in inner if gap + _SAME_PLACE < below), default=0.0)


def _cut_where_aligned(column: Span, lines: Sequence[Line]) -> list[Span]:
    """Columns that stand as close as words do: in nearly all lines what follows begins at one place, wherever the words before end."""
    inside = [[word for word in line if column[0] <= word.left and word.right <= column[1]] for line in lines]
    parts = joined_spans([(word.left, word.right) for line in inside for word in line], 0.0)
    found = parts[:1]
    for part in parts[1:]:
        before = [[word.right for word in line if found[-1][0] <= word.left < part[0]] for line in inside]
        after = [[word.left for word in line if word.left >= part[0]] for line in inside]
        pairs = [(max(ends), min(begins)) for ends, begins in zip(before, after, strict=True) if ends and begins]
        ends, begins = [sorted(edges) for edges in zip(*pairs, strict=True)] or ([], [])
        alike = sum(abs(begin - begins[len(begins) // 2]) < _SAME_PLACE for begin in begins)
        if len(pairs) > _FEW_LINES and alike >= _NEARLY_ALL * len(pairs) and ends[-1] - ends[0] > SAME_EDGE:
            found.append(part)
        else:
            found[-1] = (found[-1][0], part[1])
    return found


def _best_run_with_headings(lines: list[Line], narrow: float) -> tuple[list[Line], int, int, list[Span]]:
    """The lines, from where to where a table reaches, and its columns. Among its rows may be headings that reach over columns, as those of a
    bill over its goods: they become words of the first one, or of that at whose edge they begin. Three of these together are prose."""
    worth, first, last, columns = _best_run(lines, narrow)
    blocks = [blocks_of_line(line, narrow) for line in lines]
    most = max(map(len, blocks), default=0)
    rich = [at for at, some in enumerate(blocks) if len(some) > max(2, _RICH * most)]
    _, begin, end, columns_of_rich = _best_run([lines[at] for at in rich], narrow)
    among = range(rich[begin], rich[end - 1]) if end - begin > 1 else range(0)
    reaches = [at not in rich and len(joined_spans([*columns_of_rich, *blocks[at]], 0.0)) < len(columns_of_rich) for at in among]
    is_prose = any(map(all, zip(reaches, reaches[1:], reaches[2:], strict=False)))
    if not any(reaches) or is_prose:
        return lines, first, last, columns
    found = list(lines)
    for at in (at for at, one in zip(among, reaches, strict=True) if one):
        found[at] = _narrowed(lines[at], columns_of_rich)
    with_headings = _best_run(found, narrow)
    return (found, *with_headings[1:]) if with_headings[0] > worth else (lines, first, last, columns)


def _narrowed(line: Line, columns: Sequence[Span]) -> Line:
    """A line whose words reach over columns, as words of one of them; the number of an item before it stays where it is."""
    number = line[:1] if len(line) > 1 and is_figure(line[0].text) else []
    said = line[len(number) :]
    column = next((column for column in columns[1:] if abs(column[0] - said[0].left) < _SAME_PLACE), None)
    if column is None:
        number, said, column = [], line, columns[0]
    return [*number, Word(" ".join(word.text for word in said), *column, line[0].top, line[0].bottom)]


def _best_run(lines: Sequence[Line], narrow: float) -> tuple[int, int, int, list[Span]]:
    """How many gaps between columns are filled, line by line, where these are the most, from where to where this reaches, and the columns."""
    best: tuple[int, int, int, list[Span]] = (0, 0, 0, [])
    heights = [max(word.bottom - word.top for word in line) for line in lines]
    height = sorted(heights)[len(heights) // 2] if heights else 0.0
    blocks = [blocks_of_line(line, narrow) for line in lines]
    # By number of blocks, how many lines before each have so many or more.
    filled = np.cumsum([[0] * _MOST_BLOCKS, *([at < len(some) for at in range(_MOST_BLOCKS)] for some in blocks)], axis=0)
    for first in range(len(lines)):
        covered: list[Span] = []
        for last in range(first + 1, min(len(lines), first + _MOST_LINES) + 1):
            covered = joined_spans([*covered, *blocks[last - 1]], 0.0)
            count = last - first
            columns = joined_spans(covered, height * (_WIDE if count <= _FEW_LINES else narrow))
            if len(covered) < 2:
                break
            worth = int((filled[last] - filled[first])[1 : len(columns)].sum())
            if len(columns) > 2 and count > 1 and worth >= _LEAST and worth > best[0]:
                best = worth, first, last, columns
    return best


def _fits(line: Line, columns: Sequence[Span], narrow: float) -> bool:
    """Whether all that a line beside a table says stands in the columns of it."""
    return len(joined_spans([*columns, *blocks_of_line(line, narrow)], 0.0)) == len(columns)


def _is_header(line: Sequence[Word], below: Sequence[Word], columns: Sequence[Span]) -> bool:
    """Whether a line whose words reach over the columns below names most of them."""
    height = below[0].bottom - below[0].top
    near = below[0].top - line[0].bottom < _HEADER_GAP * height
    named = sum(bool(cell) for cell in cells_of_line(line, columns))
    return near and named >= _HEADED * len(columns) and not _has_digit([word.text for word in line])


def _has_digit(texts: Iterable[str]) -> bool:
    return any(sign.isdigit() for text in texts for sign in text)


# A table that goes on over pages.


def goes_on(upper: Table, lower: Table) -> bool:
    """Whether the first table of a page goes on with the last one of the page before: the same columns, under the same header or none.

    Where its header is there again, and what stands above states something else, it is a table of its own: another bill.
    """
    first = lower.rows[0]
    if first == upper.rows[0] and not _stated_above(lower) <= _stated_above(upper):
        return False
    is_header = sum(bool(cell) for cell in first) > len(first) / 2 and not _has_digit(first)
    return _same_columns(upper, lower) and (first == upper.rows[0] or not is_header)


def rows_of_parts(parts: Sequence[Table]) -> Iterator[Row]:
    """The rows of a table that goes on; a header of several rows once, for such a one is not known again by its cells."""
    for at, part in enumerate(parts):
        again = _same_header(parts[0], part) if at else 0
        yield from part.rows[again if again > 1 else 0 :]


def _same_header(upper: Table, lower: Table) -> int:
    """How many rows a part of a table begins with as the other does."""
    pairs = enumerate(zip(upper.rows, lower.rows, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(upper.rows), len(lower.rows)))


def join_pages(upper: Table, lower: Table) -> tuple[Table, Table]:
    """Two parts of a table; a row that the end of the page cuts in two stands whole in the first.

    The rest of a row has no figures, and less than half of what its beginning has; beneath lines that are drawn, none closes the page.
    """
    last, at = upper.rows[-1], _same_header(upper, lower)
    rest = lower.rows[at] if at < len(lower.rows) else ()
    filled = [place for place, cell in enumerate(rest) if cell]
    is_rest = (
        len(rest) == len(last)
        and 0 < 2 * len(filled) <= sum(map(bool, last))
        and filled != [0]
        and all(last[place] and not is_figure(rest[place]) for place in filled)
        and (upper.open_below or not upper.cells)
    )
    if not is_rest:
        return upper, lower
    whole = tuple("\n".join(filter(None, both)) for both in zip(last, rest, strict=True))
    return replace(upper, rows=(*upper.rows[:-1], whole)), replace(lower, rows=lower.rows[:at] + lower.rows[at + 1 :])


def _stated_above(table: Table) -> set[str]:
    """What boxes and labels above a table say, but for numbers, as those of pages."""
    return {_NUMBER.sub("", cell) for row in table.above for cell in row if "\n" in cell or ":" in cell}


def _same_columns(upper: Table, lower: Table) -> bool:
    if len(upper.columns) != len(lower.columns):
        return False
    pairs = list(zip(upper.columns, lower.columns, strict=True))
    if upper.cells and lower.cells:
        return all(abs(one - other) <= SAME_EDGE for pair in pairs for one, other in zip(*pair, strict=True))
    if not upper.cells and not lower.cells:
        return len(joined_spans([*upper.columns, *lower.columns], 0.0)) == len(pairs)
    drawn = upper.columns if upper.cells else lower.columns
    aligned = lower.columns if upper.cells else upper.columns
    return all(left <= sum(words) / 2 <= right for (left, right), words in zip(drawn, aligned, strict=True))
