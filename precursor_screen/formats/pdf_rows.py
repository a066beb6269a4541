"""Words of a printed page: the lines, paragraphs and rows of a table that they make, and these as they are read.

Letters are known from left to right; Arabic, Hebrew and others run to the left. Source: Unicode Standard Annex 9, of which
`in_reading_order` is the way back for what lines of print hold: words of few scripts, names, figures.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence, Set
from itertools import groupby, pairwise
from typing import Final

from msgspec import Struct

from precursor_screen.text.text import sign_pairs

_SAME_LINE: Final = 3.0  # points between the feet of words on one line
_CLOSE: Final = 0.8  # heights of a line between two lines of one paragraph
_APART: Final = 1.5  # heights of a line between what belongs together
_TO_LEFT: Final = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # the blocks of these scripts, with the shapes that letters take within words
)
_HAS_SOME: Final = re.compile(f"[{_TO_LEFT}]")
_RADICALS: Final = re.compile("[\u2e80-\u2fd5]")  # of Chinese: fonts draw them and whole characters by the same glyphs
_DIGITS: Final = "\u0660-\u0669\u06f0-\u06f9"
_RUN_TO_LEFT: Final = re.compile(rf"(?:(?![{_DIGITS}])[{_TO_LEFT}])(?:[^\w{_TO_LEFT}]*(?:(?![{_DIGITS}])[{_TO_LEFT}]))*")
_RUN_TO_RIGHT: Final = re.compile(
    rf"(?:[^\W{_TO_LEFT}]|[{_DIGITS}])(?:[^{_TO_LEFT}]*(?:[^\W{_TO_LEFT}]|[{_DIGITS}])|[{_DIGITS}.,٫٬])*"
)
_MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


Span = tuple[float, float]
Row = tuple[str, ...]
Rule = tuple[float, float, float]  # a line across the page: from, to, and how far down
_ACROSS: Final = 0.5  # of a table's width: a line that is longer parts its rows
_AT_HEIGHT: Final = 0.4  # of the height of a line, by which the feet of words on it may differ
MORE: Final = 0.3  # heights of a line by which rows stand farther apart than the lines of one row
_FIGURE: Final = re.compile(r"[^\w]*(?=.*\d)[\d\W]+(?:(?<=[\d\s.])[^\W\d]{1,4}[23³²]?)?\W*")


class Word(Struct, frozen=True):
    """A word and its place."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


Line = list[Word]


def as_lines(words: Sequence[Word]) -> list[Line]:
    """Words by the line that they stand on, from left to right."""
    lines: list[Line] = []
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
        for part in parts_of_line(line):
            above = next(
                (one for one in open_ones if one[-1][0].left < part[-1].right and part[0].left < one[-1][-1].right), None
            )
            if above is None:
                found.append(above := [])
                started.append(above)
            above.append(part)
        open_ones += started
    return [" ".join(text_of_line(part) for part in one) for one in found]


def _gap(upper: Sequence[Word], lower: Sequence[Word]) -> float:
    """Between two lines, in heights of the upper one; what stands on one line has none."""
    height = max(upper[0].bottom - upper[0].top, 1.0)
    return max(lower[0].top - upper[0].bottom, 0.0) / height


def parts_of_line(line: Sequence[Word], wide: float = _APART) -> list[Line]:
    """A line, cut at gaps wider than this, in heights of it."""
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if word.left - before.right > wide * (word.bottom - word.top):
            parts.append([])
        parts[-1].append(word)
    return parts


def text_of_line(line: Sequence[Word]) -> str:
    """What it says."""
    return in_reading_order(" ".join(word.text for word in line))


def in_reading_order(text: str) -> str:
    """Lines as they are read, in letters without the shapes that they take within words, and characters in place of their radicals."""
    if _RADICALS.search(text):
        text = text.translate(sign_pairs("radicals"))
    return "\n".join(map(_ordered, text.split("\n"))) if _HAS_SOME.search(text) else text


def runs_to_left(text: str) -> bool:
    """Whether half of the letters or more belong to scripts that are written from right to left."""
    found = len(_HAS_SOME.findall(text))
    return found > 0 and 2 * found >= sum(sign.isalpha() for sign in text)


def _ordered(line: str) -> str:
    if not runs_to_left(line):
        ordered = _RUN_TO_LEFT.sub(lambda run: _turned(run[0]), line)
    else:
        ordered = _RUN_TO_RIGHT.sub(lambda run: _turned(run[0]), _turned(line))
    return unicodedata.normalize("NFKC", ordered)


def _turned(text: str) -> str:
    return text[::-1].translate(_MIRRORED)


def rows_of_lines(lines: Sequence[Line], columns: Sequence[Span], rules: Sequence[Rule]) -> list[Row]:
    """A row a line; or what lies between two lines that are drawn, or closer together than the rest, where that is plainly one row each."""
    return grouped_rows(lines, columns, rules) or [cells_of_line(line, columns) for line in lines]


def grouped_rows(lines: Sequence[Line], columns: Sequence[Span], rules: Sequence[Rule] = ()) -> list[Row]:
    """Rows of several lines; none where lines do not tell which belong together. Between two lines that are drawn several goods may stand."""
    for is_drawn, groups in ((True, _between(lines, columns, rules)), *((False, some) for some in _close_together(lines))):
        cells = [[cells_of_line(line, columns) for line in group] for group in groups]
        several = groups if is_drawn and len(groups) > 1 else []
        blocks = _blocks(several, columns)
        stacks = [_stack(group, columns, blocks) for group in several] or [[] for _ in groups]
        wrapped = is_drawn and 2 * sum(len(group) > 1 for group in groups) > len(groups)
        if 1 < len(groups) < len(lines) and all(
            map(any, zip(stacks, (_is_one_row(group, wrapped) for group in cells), strict=True))
        ):
            return [row for stack, group in zip(stacks, cells, strict=True) for row in stack or [_joined(group)]]
    return []


def _joined(lines: Sequence[Row]) -> Row:
    return tuple("\n".join(filter(None, column)) for column in zip(*lines, strict=True))


def _stack(lines: Sequence[Line], columns: Sequence[Span], blocks: Set[int]) -> list[Row]:
    over, rows = stacked_rows([word for line in lines for word in line], columns, blocks)
    return [over, *rows] if any(over) else rows


class _Stack(Struct, frozen=True):
    """What stands one below another in each column.

    Attributes:
        lines: of each column.
        texts: the same as texts.
        plain: whether all of a column are figures.
        figures: the lines of the column with the most figures.
        begun: which lines of each column stand at the height of one of these.
    """

    lines: Sequence[Sequence[Line]]
    texts: Sequence[Sequence[str]]
    plain: Sequence[bool]
    figures: Sequence[Line]
    begun: Sequence[Sequence[int]]


def _by_column(words: Sequence[Word], columns: Sequence[Span]) -> _Stack:
    parts: list[Line] = [[] for _ in columns]
    for word in words:
        parts[_nearest(word, columns)].append(word)
    by_column = [as_lines(part) for part in parts]
    texts = [[text_of_line(line) for line in lines] for lines in by_column]
    plain = [bool(said) and all(map(is_figure, said)) for said in texts]
    figures = max((lines for lines, is_plain in zip(by_column, plain, strict=True) if is_plain), key=len, default=[])
    begun = [[at for at, line in enumerate(lines) if any(_is_at(line, figure) for figure in figures)] for lines in by_column]
    return _Stack(by_column, texts, plain, figures, begun)


def _blocks(groups: Sequence[Sequence[Line]], columns: Sequence[Span]) -> frozenset[int]:
    """The columns whose text in a group belongs as a whole to the goods beside which it begins. Columns whose lines run on beside the figures of
    several goods, as an address does, are such, or have as many lines where there is one item; so are the columns before them. A cell that
    is centred on its figure does not begin beside it: then no column is one."""
    stacks = [_by_column([word for line in group for word in line], columns) for group in groups]
    several = [one for one in stacks if len(one.figures) > 1]
    places = [(at, one) for at in range(len(columns)) for one in several if not one.plain[at]]
    run_on = [at for at, one in places if _outlasts(stacks, at) or not _begins_with(one.lines[at], one.begun[at], one.figures)]
    return frozenset(
        at
        for at in range(max(run_on, default=-1) + 1)
        if all(0 in one.begun[at] for one in stacks if one.lines[at] and one.figures)
        and not any(len(one.begun[at]) > 1 and _counts(one, at) for one in several)
    )


def _outlasts(stacks: Sequence[_Stack], at: int) -> bool:
    """Whether a column has three lines or more in each group, however many figures stand beside them, as an address does: fewer than two for a figure in some."""
    counts = [(len(one.lines[at]), len(one.figures)) for one in stacks if one.figures and one.lines[at]]
    alone = any(figures == 1 for _, figures in counts)
    return alone and min(counts)[0] > 2 and any(lines < 2 * figures for lines, figures in counts)


def _counts(stack: _Stack, at: int) -> bool:
    """Whether a column has a figure, perhaps with words behind it, wherever one stands beside it."""
    return all(stack.texts[at][place][0].isdigit() for place in stack.begun[at])


def stacked_rows(words: Sequence[Word], columns: Sequence[Span], blocks: Set[int] = frozenset()) -> tuple[Row, list[Row]]:
    """Goods that stand below one another in one box of each column, by the height of their figures: each begins where its figures stand.

    Two columns or more have figures there, and most of those that have figures at all; another one has words at each of these heights.

    Args:
        words: of the boxes.
        columns: from where to where each reaches.
        blocks: the columns of which all belongs to the goods at which it begins.

    Returns:
        What stands over the first; and the rows, none where the heights do not tell them.
    """
    stack = _by_column(words, columns)
    texts, plain, figures, begun = stack.texts, stack.plain, stack.figures, stack.begun
    told = [at for at in range(len(columns)) if at not in blocks]
    if not all(_begins_with(stack.lines[at], begun[at], figures) for at in told):
        return (), []
    full = [at for at in told if len(begun[at]) >= max(2, len(figures) - 1)]  # the last may be the sum, without a code or words
    agree = sum(_counts(stack, at) for at in full)
    beside = sum(plain[at] and 1 < len(begun[at]) == len(texts[at]) for at in told)
    if all(plain[at] for at in full) or agree < 2 or 2 * beside <= sum(plain):
        return (), []
    tops = [_top(line) for line in figures]
    places = [[bisect(tops, (_top(line) + _foot(line)) / 2) for line in lines] for lines in stack.lines]
    places = [own[:1] * len(own) if at in blocks else own for at, own in enumerate(places)]

    def row(wanted: int) -> Row:
        return tuple(
            "\n".join(text for text, place in zip(said, own, strict=True) if place == wanted)
            for said, own in zip(texts, places, strict=True)
        )

    return row(0), [row(at + 1) for at in range(len(tops))]


def _begins_with(lines: Sequence[Line], begun: Sequence[int], figures: Sequence[Line]) -> bool:
    """Whether the goods of a column may begin with these lines; not where the middle of a cell stands beside its figure: then lines overlap
    it, or others are farther apart than these."""
    gaps = [_top(lower) - _foot(upper) for upper, lower in pairwise(lines)]
    own = [gap for at, gap in enumerate(gaps, start=1) if at in begun]
    others = [gap for at, gap in enumerate(gaps, start=1) if at not in begun and begun and at > begun[0]]
    off = (line for at, line in enumerate(lines) if at not in begun)
    overlap = (min(_foot(line), _foot(figure)) - max(_top(line), _top(figure)) for line in off for figure in figures)
    far = MORE * min((_foot(figure) - _top(figure) for figure in figures), default=0.0)
    return max(overlap, default=0.0) < far and (not own or max(others, default=0.0) <= min(own) + far)


def _is_at(line: Line, figure: Line) -> bool:
    """Whether words of two columns stand on one line."""
    off = min(abs(_top(line) - _top(figure)), abs(_foot(line) - _foot(figure)))
    return off < _AT_HEIGHT * (_foot(figure) - _top(figure))


def _top(line: Line) -> float:
    return min(word.top for word in line)


def _foot(line: Line) -> float:
    return max(word.bottom for word in line)


def _between(lines: Sequence[Line], columns: Sequence[Span], rules: Sequence[Rule]) -> list[list[Line]]:
    left, right = columns[0][0], columns[-1][1]
    lengths: dict[int, float] = {}
    for begin, end, down in rules:  # a rule may be drawn cell by cell
        lengths[round(down)] = lengths.get(round(down), 0.0) + max(min(end, right) - max(begin, left), 0.0)
    downs = sorted(down for down, length in lengths.items() if length > _ACROSS * (right - left))
    return [list(group) for _, group in groupby(lines, lambda line: bisect(downs, (line[0].top + line[0].bottom) / 2))]


def _close_together(lines: Sequence[Line]) -> Iterator[list[list[Line]]]:
    """Lines that stand closer to one another than others do; then those that overlap, as beside cells of two lines one of one does."""
    gaps = [min(w.top for w in lower) - max(w.bottom for w in upper) for upper, lower in pairwise(lines)]
    height = lines[0][0].bottom - lines[0][0].top
    for far in (min((gap for gap in gaps if gap >= 0), default=0.0) + MORE * height, 0.0):
        groups = [[lines[0]]]
        for gap, line in zip(gaps, lines[1:], strict=True):
            if gap >= far:
                groups.append([])
            groups[-1].append(line)
        yield groups


def _is_one_row(lines: Sequence[Row], wrapped: bool) -> bool:
    """Whether some lines may be one row; wrapped: lines are drawn round most rows, and most have several lines.

    Words do not stand over figures in two columns, as those of a header do. No column has figures in two lines; or they are wrapped, and
    one line is fuller than the others. Without any figures, one line is fuller than the others, or they fill few columns.
    """
    columns = [[is_figure(cell) for cell in column if cell] for column in zip(*lines, strict=True)]
    filled = [sum(map(bool, line)) for line in lines]
    if any(map(any, columns)):
        is_plain = max(map(sum, columns)) < 2 or (wrapped and filled.count(max(filled)) == 1)
        return is_plain and sum(any(column) and not column[0] for column in columns) < 2
    return filled.count(max(filled)) == 1 or 2 * max(filled) < len(columns)


def cells_of_line(line: Sequence[Word], columns: Sequence[Span]) -> tuple[str, ...]:
    """The words of a line by the column that each is nearest to."""

    cells = {at: text_of_line(list(some)) for at, some in groupby(line, lambda word: _nearest(word, columns))}
    return tuple(cells.get(at, "") for at in range(len(columns)))


def _nearest(word: Word, columns: Sequence[Span]) -> int:
    middle = (word.left + word.right) / 2
    return min(range(len(columns)), key=lambda at: max(columns[at][0] - middle, middle - columns[at][1]))


def joined_spans(spans: Sequence[Span], gap: float) -> list[Span]:
    """The spans, those joined that overlap or have less than a gap between them."""
    found: list[Span] = []
    for left, right in sorted(spans):
        if found and left - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def blocks_of_line(line: Line, narrow: float) -> list[Span]:
    """What stands together on a line, as it is printed: words of a title are farther apart than those of small print."""
    height = max(word.bottom - word.top for word in line)
    return joined_spans([(word.left, word.right) for word in line], narrow * height)


def is_figure(text: str) -> bool:
    """Whether it is a number, or one with its unit."""
    return _FIGURE.fullmatch(text) is not None


def stands_close(upper: Line, lower: Line) -> bool:
    """Whether two lines are closer to one another than rows are."""
    return gap_between(upper, lower) < MORE * (lower[0].bottom - lower[0].top)


def gap_between(upper: Line, lower: Line) -> float:
    """In points."""
    return lower[0].top - upper[0].bottom
