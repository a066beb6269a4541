"""Tables of a printed page: those that lines draw, and those whose columns are only aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, Final

from msgspec import Struct

Box = tuple[float, float, float, float]  # left, top, right, bottom, in points from the top left corner
Span = tuple[float, float]
_SAME_LINE: Final = 3.0  # points between the feet of words on one line
_SAME_EDGE: Final = 3.0  # points between the edges of one column on two pages
_BEYOND: Final = 5.0  # points by which lines across reach beyond the lines down: the table is open at its sides
_FEW_LINES: Final = 3  # up to so many lines blanks may come to stand below each other by chance
_WIDE, _NARROW = 1.0, 0.5  # of the height of a line: the least gap between columns, of few lines and of more
_LEAST: Final = 8  # gaps times lines: 2 lines of 5 columns, 4 of 3
_MOST_LINES: Final = 300  # of one run; no page has more rows
_HEADER_GAP: Final = 2.5  # heights of a line between a header and the first row
_HEADED: Final = 0.6  # of the columns have a name
_CLOSE: Final = 0.8  # heights of a line between two lines of one paragraph
_APART: Final = 1.5  # heights of a line between what belongs together


class Word(Struct, frozen=True):
    """A word and its place."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


class Table(Struct, frozen=True):
    """A table of one page.

    Attributes:
        rows: its cells.
        columns: from where to where each reaches.
        top: where it begins.
        cells: their boxes, where lines draw them; none where they are only aligned.
    """

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Span, ...]
    top: float
    cells: tuple[Box, ...] = ()

    def holds(self, word: Word) -> bool:
        """Whether the middle of a word lies in one of the cells."""
        x, y = (word.left + word.right) / 2, (word.top + word.bottom) / 2
        return any(left <= x < right and top <= y < bottom for left, top, right, bottom in self.cells)


def drawn_tables(page: Any, gap: float) -> Iterator[Table]:
    """The tables of two columns and two rows or more that lines draw.

    Args:
        page: of pdfplumber.
        gap: of the height of letters, that parts words.
    """
    across = [edge for edge in page.edges if edge["orientation"] == "h"]
    down = [edge for edge in page.edges if edge["orientation"] == "v"]
    settings = {
        "explicit_vertical_lines": _open_sides(across, down, "x0", "x1"),
        "explicit_horizontal_lines": _open_sides(down, across, "top", "bottom"),
    }
    for found in page.find_tables(settings):
        rows = [tuple(cell or "" for cell in row) for row in found.extract(x_tolerance_ratio=gap)]
        edges_of_cells = sorted({float(edge) for cell in found.cells for edge in (cell[0], cell[2])})
        full = [row for row in rows if sum(bool(cell.strip()) for cell in row) > 1]
        if len(full) > 1:
            yield Table(tuple(_unstacked(rows)), tuple(pairwise(edges_of_cells)), found.bbox[1], tuple(found.cells))


def _open_sides(along: Sequence[Any], crossing: Sequence[Any], first: str, last: str) -> list[float]:
    """Where a table has no outer line: the lines along it reach beyond those that cross them."""
    if not along or not crossing:
        return []
    begin, end = min(edge[first] for edge in along), max(edge[last] for edge in along)
    inner = (min(edge[first] for edge in crossing) - begin, end - max(edge[last] for edge in crossing))
    return [side for side, open_by in zip((begin, end), inner, strict=True) if open_by > _BEYOND]


def _unstacked(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows; one that holds all rows of a table, as no lines part them, becomes these: each column has as many lines, and two or more
    of nothing but figures."""
    for row in rows:
        cells = [cell.split("\n") for cell in row]
        filled = [lines for lines in cells if lines != [""]]
        figures = sum(all(_is_figure(line) for line in lines) for lines in filled)
        if len(filled) > 2 and figures > 1 and len(filled[0]) > 2 and len({len(lines) for lines in filled}) == 1:
            yield from zip(*(lines if lines != [""] else [""] * len(filled[0]) for lines in cells), strict=True)
        else:
            yield row


def _is_figure(text: str) -> bool:
    return any(sign.isdigit() for sign in text) and not any(sign.isalpha() for sign in text)


def as_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words by the line that they stand on, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.bottom, word.left)):
        if lines and word.bottom - lines[-1][0].bottom <= _SAME_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def paragraphs(words: Sequence[Word]) -> list[str]:
    """Words as people read them: what stands close below other words goes on with these; a wide gap within a line parts it."""
    found: list[list[list[Word]]] = []
    open_ones: list[list[list[Word]]] = []
    for line in as_lines(words):
        open_ones = [one for one in open_ones if _gap(one[-1], line) < _CLOSE]
        started: list[list[list[Word]]] = []
        for part in _parts(line):
            above = next(
                (one for one in open_ones if one[-1][0].left < part[-1].right and part[0].left < one[-1][-1].right), None
            )
            if above is None:
                found.append(above := [])
                started.append(above)
            above.append(part)
        open_ones += started
    return [" ".join(_text(part) for part in one) for one in found]


def _gap(upper: Sequence[Word], lower: Sequence[Word]) -> float:
    """Between two lines, in heights of the upper one; what stands on one line has none."""
    height = max(upper[0].bottom - upper[0].top, 1.0)
    return max(lower[0].top - upper[0].bottom, 0.0) / height


def _parts(line: Sequence[Word]) -> list[list[Word]]:
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if word.left - before.right > _APART * (word.bottom - word.top):
            parts.append([])
        parts[-1].append(word)
    return parts


def _text(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)


def aligned_tables(words: Sequence[Word]) -> tuple[list[Table], list[Word]]:
    """The tables whose columns are parted by blanks that run through all of their lines, and the words that stand in none.

    Of all runs of lines that with the most gaps times lines is a table; then what stands above and below it is looked at in the same way.
    No word is ever cut.
    """
    tables: list[Table] = []
    loose: list[Word] = []
    waiting = [as_lines(words)]
    while waiting:
        lines = waiting.pop()
        first, last, columns = _best_run(lines)
        if not columns:
            loose += (word for line in lines for word in line)
            continue
        first = first - 1 if first and _is_header(lines[first - 1], lines[first], columns) else first
        run = lines[first:last]
        rows = tuple(_cells(line, columns) for line in run)
        tables.append(Table(rows, tuple(columns), run[0][0].top))
        waiting += [lines[last:], lines[:first]]
    return tables, loose


def _best_run(lines: Sequence[Sequence[Word]]) -> tuple[int, int, list[Span]]:
    best: tuple[int, int, int, list[Span]] = (0, 0, 0, [])
    heights = sorted(word.bottom - word.top for line in lines for word in line)
    height = heights[len(heights) // 2] if heights else 0.0
    for first in range(len(lines)):
        covered: list[Span] = []
        for last in range(first + 1, min(len(lines), first + _MOST_LINES) + 1):
            covered = _joined([*covered, *((word.left, word.right) for word in lines[last - 1])], 0.0)
            count = last - first
            columns = _joined(covered, height * (_WIDE if count <= _FEW_LINES else _NARROW))
            if len(covered) < 3:
                break
            worth = (len(columns) - 1) * count
            if len(columns) > 2 and count > 1 and worth >= _LEAST and worth > best[0]:
                best = worth, first, last, columns
    return best[1:]


def _joined(spans: Sequence[Span], gap: float) -> list[Span]:
    """The spans, those joined that overlap or have less than a gap between them."""
    found: list[Span] = []
    for left, right in sorted(spans):
        if found and left - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def _is_header(line: Sequence[Word], below: Sequence[Word], columns: Sequence[Span]) -> bool:
    """Whether a line whose words reach over the columns below names most of them."""
    height = below[0].bottom - below[0].top
    near = below[0].top - line[0].bottom < _HEADER_GAP * height
    named = sum(bool(cell) for cell in _cells(line, columns))
    return near and named >= _HEADED * len(columns) and not any(sign.isdigit() for word in line for sign in word.text)


def _cells(line: Sequence[Word], columns: Sequence[Span]) -> tuple[str, ...]:
    """The words of a line by the column that each is nearest to."""

    def nearest(word: Word) -> int:
        middle = (word.left + word.right) / 2
        return min(range(len(columns)), key=lambda at: max(columns[at][0] - middle, middle - columns[at][1]))

    cells = {at: _text(list(some)) for at, some in groupby(line, nearest)}
    return tuple(cells.get(at, "") for at in range(len(columns)))


# A table that goes on over pages.


def goes_on(upper: Table, lower: Table) -> bool:
    """Whether the first table of a page goes on with the last one of the page before: the same columns, under the same header or none."""
    first = lower.rows[0]
    is_header = sum(bool(cell) for cell in first) > len(first) / 2 and not any(sign.isdigit() for cell in first for sign in cell)
    return _same_columns(upper, lower) and (first == upper.rows[0] or not is_header)


def _same_columns(upper: Table, lower: Table) -> bool:
    if len(upper.columns) != len(lower.columns):
        return False
    pairs = list(zip(upper.columns, lower.columns, strict=True))
    if upper.cells and lower.cells:
        return all(abs(one - other) <= _SAME_EDGE for pair in pairs for one, other in zip(*pair, strict=True))
    if not upper.cells and not lower.cells:
        return len(_joined([*upper.columns, *lower.columns], 0.0)) == len(pairs)
    drawn = upper.columns if upper.cells else lower.columns
    aligned = lower.columns if upper.cells else upper.columns
    return all(left <= sum(words) / 2 <= right for (left, right), words in zip(drawn, aligned, strict=True))
