"""What lines draw on a printed page: tables, the boxes of forms, and rows of goods that stand below one another in one box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct

from precursor_screen.formats.pdf_rows import (
    Line,
    Row,
    Span,
    Word,
    as_lines,
    grouped_rows,
    in_reading_order,
    is_figure,
    rows_of_lines,
    stacked_rows,
    text_of_line,
)
from precursor_screen.formats.pdf_table import DASH, SAME_EDGE, Box, Table, is_in

_BEYOND: Final = 5.0  # points by which lines across reach beyond the lines down: the table is open at its sides
_FEW: Final = 2  # lines of figures in one cell: two codes, or two numbers
_PAIR: Final = 2  # cells; a single row of so few is not the end of a table that began on the page before
_MOST_WRAPPED: Final = 6  # lines of a cell of such a row
_SMALL_PRINT: Final = 0.9  # of the height of what stands below it: the label of a box of a form
_LEAST_BOXES: Final = 3  # of an item whose boxes come again for each
_NEARLY_ALL: Final = 0.8  # of the boxes of an item that the next one has too


class _DrawnRow(Struct, frozen=True):
    """A row of boxes: what stands in each place, and the box that is drawn there; None where one from above or beside reaches over it."""

    texts: Row
    boxes: Sequence[Box | None]

    @property
    def kind(self) -> frozenset[int]:
        """The places at which a box begins."""
        return frozenset(at for at, box in enumerate(self.boxes) if box)

    @property
    def filled(self) -> list[str]:
        """What its boxes say."""
        return [text for text, box in zip(self.texts, self.boxes, strict=True) if box and text]


def drawn_tables(page: Any, gap: float, words: Sequence[Word]) -> Iterator[Table]:
    """The tables of two columns and two rows or more that lines draw; one row of more may belong to the table of the page before.

    Boxes of another width over or below a table are a form.

    Args:
        page: of pdfplumber.
        gap: of the height of letters, that parts words.
        words: of the page.
    """
    across, down = ([edge for edge in edges_of(page) if edge["orientation"] == way] for way in "hv")
    open_rows = _open_sides(down, across, "top", "bottom")
    settings = {"explicit_vertical_lines": _open_sides(across, down, "x0", "x1"), "explicit_horizontal_lines": open_rows}
    for found in page.find_tables(settings):
        texts = [[in_reading_order(text or "") for text in row] for row in found.extract(x_tolerance_ratio=gap)]
        above, rows, labelled = _drawn_rows(texts, found.rows, words)
        form, table, below, is_records = _parts(rows, labelled)
        edges = sorted({float(edge) for row in table for box in row.boxes if box for edge in (box[0], box[2])})
        records = _records(table) if is_records else ()
        cells = [cell for row in table for cell in _unstacked(row, words)]
        full = [row for row in cells if sum(bool(cell.strip()) for cell in row) > 1]
        is_row = len(full) == 1 and sum(map(bool, full[0])) > _PAIR and max(cell.count("\n") for cell in full[0]) < _MOST_WRAPPED
        if len(full) > 1 or records or is_row:
            yield Table(
                tuple(cells),
                tuple(pairwise(edges)),
                found.bbox[1],
                tuple(found.cells),
                (*(row.texts for row in form), *above),
                any(abs(side - found.bbox[3]) < SAME_EDGE for side in open_rows),
                records,
                tuple(row.texts for row in below),
            )


def edges_of(page: Any) -> list[Any]:
    """The lines of a page, without the ends of thick ones."""
    return [edge for edge in page.edges if max(edge["x1"] - edge["x0"], edge["bottom"] - edge["top"]) > DASH]


def _open_sides(along: Sequence[Any], crossing: Sequence[Any], first: str, last: str) -> list[float]:
    """Where a table has no outer line: the lines along it reach beyond those that cross them; first that at its beginning."""
    if not along or not crossing:
        return []
    begin, end = min(edge[first] for edge in along), max(edge[last] for edge in along)
    inner = (min(edge[first] for edge in crossing) - begin, end - max(edge[last] for edge in crossing))
    return [side for side, open_by in zip((begin, end), inner, strict=True) if open_by > _BEYOND]


def _drawn_rows(
    texts: list[list[str]], drawn: Sequence[Any], words: Sequence[Word]
) -> tuple[list[Row], list[_DrawnRow], set[str]]:
    """What stands over the first goods within their box; the rows, those of several goods each by itself; and the texts that have a label."""
    stacks = [_stack(row, one.cells, words) for row, one in zip(texts, drawn, strict=True)]
    _fill_down(texts, drawn, [bool(rows) for _, rows in stacks], words)
    found: list[_DrawnRow] = []
    labelled: set[str] = set()
    for row, one, (_, stack) in zip(texts, drawn, stacks, strict=True):
        said = [_with_label(text, box, words) for text, box in zip(row, one.cells, strict=True)]
        labelled |= {new for new, text in zip(said, row, strict=True) if new is not text}
        rows = [[cell if box else text for cell, text, box in zip(cells, row, one.cells, strict=True)] for cells in stack] or [
            said
        ]
        found += (_DrawnRow(tuple(cells), one.cells) for cells in rows)
    return [over for over, _ in stacks if over], found, labelled


def _stack(texts: Sequence[str], boxes: Sequence[Box | None], words: Sequence[Word]) -> tuple[Row, list[Row]]:
    """What stands over the goods of a row of boxes, and these, where no lines part them and the figures of each stand where it begins.

    Where each box has a label, these are the first row, as a header. What a box says below the others is not of these goods.
    """
    if max(sum(map(is_figure, text.split("\n"))) for text in texts) < 2:
        return (), []
    drawn = [(at, box) for at, box in enumerate(boxes) if box]
    foot = min(box[3] for _, box in drawn)
    parts = [_parted((*box[:3], foot), words) for _, box in drawn]
    labels = [" ".join(map(text_of_line, label)) for label, _ in parts]
    if any(labels) and not all(labels):
        return (), []
    said = [word for _, lines in parts for line in lines for word in line]
    over, rows = stacked_rows(said, [(box[0], box[2]) for _, box in drawn])
    if any(labels) and rows:
        over, rows = (), [tuple(labels), *([over] if any(over) else []), *rows]
    places = {at: place for place, (at, _) in enumerate(drawn)}
    spread = [tuple(row[places[at]] if at in places else "" for at in range(len(boxes))) for row in rows]
    return tuple(filter(None, over)), spread


def _fill_down(texts: list[list[str]], rows: Sequence[Any], is_stack: Sequence[bool], words: Sequence[Word]) -> None:
    """What a box says that reaches over several rows, in each of them; figures are of all together, so they stay with the first, and where
    several goods stand in one box, words are of the row beside which they stand."""
    for at, row in enumerate(rows[1:], start=1):
        for column, box in enumerate(row.cells):
            up = next((up for up in range(at - 1, -1, -1) if rows[up].cells[column]), 0)
            above = rows[up].cells[column]
            if box or above is None or above[3] <= row.bbox[1] + SAME_EDGE:
                continue
            if is_stack[up]:
                _, lines = _parted((above[0], row.bbox[1], above[2], row.bbox[3]), words)
                texts[at][column] = "\n".join(map(text_of_line, lines))
            elif not is_stack[at - 1] and not is_figure(texts[at - 1][column]):
                texts[at][column] = texts[at - 1][column]


def _parts(
    rows: Sequence[_DrawnRow], labelled: Set[str]
) -> tuple[Sequence[_DrawnRow], Sequence[_DrawnRow], Sequence[_DrawnRow], bool]:
    """The boxes over a table, its rows, the boxes below it; and whether its rows are boxes with labels of their own.

    Boxes that come again for each item are a table. Else it is what has the most boxes of one kind; a header may reach over several of its
    columns, a cell over several of its rows. What stands below is another table where it looks like one.
    """
    if items := _items(rows, labelled):
        return rows[: items.start], rows[items.start : items.stop], rows[items.stop :], True
    kinds = [row.kind for row in rows]
    main = max(kinds, key=lambda kind: kinds.count(kind) * len(kind))
    first, last = kinds.index(main), len(kinds) - kinds[::-1].index(main)
    while first and (kinds[first - 1] <= main or kinds[first - 1] >= main):
        first -= 1
    while last < len(rows) and (kinds[last] <= main or kinds[last] >= main):
        last += 1
    last = len(rows) if _is_table(rows[last:], labelled) else last
    there = sorted(frozenset().union(*kinds[first:last]))
    table = [_DrawnRow(tuple(row.texts[at] for at in there), [row.boxes[at] for at in there]) for row in rows[first:last]]
    return rows[:first], table, rows[last:], _is_form(table, labelled)


def _is_table(rows: Sequence[_DrawnRow], labelled: Set[str]) -> bool:
    """Whether boxes below a table are another one: rows of as many boxes as a table has, and no labels."""
    kinds = [row.kind for row in rows if len(row.kind) > _PAIR]
    return len(set(kinds)) < len(kinds) and not _is_form(rows, labelled)


def _items(rows: Sequence[_DrawnRow], labelled: Set[str]) -> range:
    """The rows of items whose boxes come again for each, with the same labels; none where none do.

    What is stated once, above them or below, is of all.
    """
    boxes = [(at, text.partition("\n")[0]) for at, row in enumerate(rows) for text in row.filled]
    if not _is_form(rows, labelled):
        return range(0)
    for label in dict.fromkeys(label for _, label in boxes):
        begins = [place for place, (_, own) in enumerate(boxes) if own == label]
        items = [{own for _, own in boxes[begin:end]} for begin, end in pairwise(begins)]
        after = {own for _, own in boxes[begins[-1] :]}
        if items and all(len(item) >= _LEAST_BOXES for item in items) and all(
            len(item & other) >= _NEARLY_ALL * len(item) for item, other in pairwise([*items, after])
        ):  # fmt: skip
            last = max(at for at, own in boxes if own in items[0])
            return range(boxes[begins[0]][0], last + 1)
    return range(0)


def _with_label(text: str, box: Box | None, words: Sequence[Word]) -> str:
    """The text of a box, the very same where it has no label; one of several lines is one."""
    if box is None or "\n" not in text:
        return text
    label, lines = _parted(box, words)
    return "\n".join([" ".join(map(text_of_line, label)), *map(text_of_line, lines)]) if label else text


def _parted(box: Box, words: Sequence[Word]) -> tuple[list[Line], list[Line]]:
    """The label of a box, printed small above its text, and the text. Where all lines are the same size, the label is empty."""
    lines = as_lines([word for word in words if is_in(word, box)])
    heights = [max(word.bottom - word.top for word in line) for line in lines]
    small = next((at for at, height in enumerate(heights) if height >= _SMALL_PRINT * max(heights)), 0)
    return lines[:small], lines[small:]


def _is_form(rows: Sequence[_DrawnRow], labelled: Set[str]) -> bool:
    """Whether most boxes of some rows have a label of their own."""
    filled = [text for row in rows for text in row.filled]
    return 2 * sum(text in labelled for text in filled) > len(filled)


def _records(rows: Sequence[_DrawnRow]) -> tuple[Row, ...]:
    """The labels of boxes as a header, and what the boxes say as rows: a new one whenever the first label comes again."""
    boxes = [text.partition("\n") for row in rows for text in row.filled]
    labels = list(dict.fromkeys(label for label, _, _ in boxes))
    found: list[dict[str, str]] = []
    for label, _, value in boxes:
        if label == labels[0]:
            found.append({})
        found[-1][label] = "\n".join(filter(None, (found[-1].get(label, ""), value)))  # another label may come twice
    return (tuple(labels), *(tuple(record.get(label, "") for label in labels) for record in found))


def _unstacked(row: _DrawnRow, words: Sequence[Word]) -> list[Row]:
    """A row; where no lines part the rows of a table, so that columns have figures below one another, these rows."""
    stacked = [sum(map(is_figure, cell.split("\n"))) for cell in row.texts]
    heights = {cell.count("\n") + 1 for cell in row.texts if cell}
    drawn = [box for box in row.boxes if box]
    # Its number and its code are stated once of an item.
    numbers = [figures for text, figures in zip(row.texts, stacked, strict=True) if 0 < figures == text.count("\n") + 1]
    if max(stacked, default=0) < 2 or len(drawn) < len(row.boxes) or 2 * numbers.count(1) > len(numbers):
        return [row.texts]
    lines = as_lines([word for word in words if any(is_in(word, box) for box in drawn)])
    columns: list[Span] = [(box[0], box[2]) for box in drawn]
    if sum(figures > _FEW for figures in stacked) > 1 or (max(stacked) > _FEW and heights == {max(stacked)}):
        return rows_of_lines(lines, columns, ())
    return grouped_rows(lines, columns) or [row.texts]
