"""Texts that a layout cuts into numbered fragments, a row each: put together into the line that the first fragment stands in.

The manifests of the United States hold a description as fragments under one bill and container, numbered 1, 2, 3. Each fragment alone says
little, and a name that is cut in two says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.formats.sheet import Body, string_array
from precursor_screen.readers.cells import clean_cell
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.text import is_full, join_fragments

_MOST_COMPARED: Final = 50  # texts of one bill and container that a fragment may go on from
_ZERO: Final = "0"


class Numbered(Struct, frozen=True):
    """Where fragments stand, by position: the columns that all fragments share (the first is never blank), the number, the text."""

    same: tuple[int, ...]
    sequence: int
    text: int


class Joined(Struct, frozen=True):
    """A body whose fragments are joined.

    Attributes:
        body: a row a text, where its first fragment stands.
        filed: the same rows as filed: fragments and their numbers a line each in their cells.
        other_joins: other ways to join the fragments of each text, a column each, with what the way is called.
    """

    body: Body
    filed: pa.Table
    other_joins: tuple[tuple[str, pa.ChunkedArray], ...] = ()


class _Text(Struct):
    """A text while its fragments are gathered: its rows, the number of the last one, the cells beside."""

    rows: list[int]
    last: int
    others: list[str | None] = field(default_factory=list)


def join_numbered(body: Body, numbered: Numbered, issues: IssueList) -> Joined:
    """The body with the fragments of each text in one row; the others are counted in an issue.

    A row goes on from another where bill and container are the same, its number is the next, and no other cell differs: a fragment
    with a count or a code of its own is goods of its own.

    Args:
        body: rows of goods, in the order of the source.
        numbered: where fragments stand.
        issues: added to.
    """
    table = body.table
    numbers = _numbers(table.column(numbered.sequence))
    goes_on = any(number > 1 for number in numbers)
    texts = [text for text in _gather(table, numbered, numbers) if len(text.rows) > 1] if goes_on else []
    if not texts:
        return Joined(body, table)
    gone = [row for text in texts for row in text.rows[1:]]
    first = body.rows[min(gone)].as_py()
    message = f"{len(gone)} rows hold pieces of a text that another row begins, and were joined to it"
    issues.add("continued-row", message, row=first, count=len(gone))
    kept = np.ones(table.num_rows, bool)
    kept[gone] = False
    keep = pa.array(kept)
    column, stated = (table.column(at).to_pylist() for at in (numbered.text, numbered.sequence))
    fragments = [[column[row] or "" for row in text.rows] for text in texts]
    heads = [text.rows[0] for text in texts]
    others = [i for i in range(table.num_columns) if i not in (numbered.sequence, numbered.text)]
    filled = table
    for place, position in enumerate(others):
        if position not in numbered.same:
            filled = _replaced(filled, position, heads, [text.others[place] for text in texts])
    joined = _replaced(filled, numbered.text, heads, [join_fragments(some) for some in fragments])
    filed = _replaced(filled, numbered.text, heads, ["\n".join(some) for some in fragments])
    filed = _replaced(filed, numbered.sequence, heads, ["\n".join(stated[row] or "" for row in text.rows) for text in texts])
    other_joins = []
    for name, read in (("pieces apart", _apart), ("pieces together", _together)):
        if any(cells := list(map(read, fragments))):
            blank = pa.chunked_array([pa.repeat("", table.num_rows)], pa.string())
            spread = _replaced(pa.table({"0": blank}), 0, heads, cells).column(0)
            other_joins.append((name, spread.filter(keep)))
    return Joined(Body(joined.filter(keep), body.rows.filter(keep), body.broken), filed.filter(keep), tuple(other_joins))


def _numbers(column: pa.ChunkedArray) -> list[int]:
    """The number of each fragment; 0 where there is none."""
    texts = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), r"\.0+$", "")
    return [int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else 0 for text in texts.to_pylist()]


def _gather(table: pa.Table, numbered: Numbered, numbers: Sequence[int]) -> list[_Text]:
    others = [i for i in range(table.num_columns) if i not in (numbered.sequence, numbered.text)]
    columns = [table.column(i).to_pylist() for i in others]
    shared = [table.column(i).to_pylist() for i in numbered.same]
    texts: list[_Text] = []
    open_texts: dict[tuple[tuple[str, ...], int], list[_Text]] = {}
    for row in sorted(range(table.num_rows), key=numbers.__getitem__):
        if not numbers[row] or not (shared[0][row] or "").strip():
            continue
        key = tuple((column[row] or "").strip() for column in shared)
        cells = [_cell_text(column[row]) for column in columns]
        before = open_texts.get((key, numbers[row] - 1), []) if numbers[row] > 1 else []
        text = next((one for one in before[:_MOST_COMPARED] if _agree(one.others, cells)), None)
        if text is None:
            text = _Text([row], numbers[row], cells)
            texts.append(text)
        else:
            before.remove(text)
            text.rows.append(row)
            text.last = numbers[row]
            text.others = [a or b for a, b in zip(text.others, cells, strict=True)]
        open_texts.setdefault((key, text.last), []).append(text)
    return texts


def _cell_text(cell: str | None) -> str | None:
    """What a cell says; nought of something is nothing."""
    text = clean_cell(cell) if cell else None
    return None if text is None or (text.strip("0.") == "" and _ZERO in text) else text


def _agree(above: Sequence[str | None], below: Sequence[str | None]) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(above, below, strict=True))


def _apart(fragments: Sequence[str]) -> str:
    """The text with a blank between all fragments; empty where that is how it was joined."""
    joined = join_fragments(fragments, apart=True)
    return joined if joined != join_fragments(fragments) else ""


def _together(fragments: Sequence[str]) -> str:
    """The text without blanks between fragments that may part a word; empty where that is how it was joined."""
    filled = [fragment.strip() for fragment in fragments if fragment.strip()]
    parts = filled[:1]
    cut = False
    for above, below in pairwise(filled):
        within = above[-1].isalnum() and below[0].isalnum()
        cut |= within and not is_full(above)
        parts.append(below if within else f" {below}")
    return "".join(parts) if cut else ""


def _replaced(table: pa.Table, position: int, rows: Sequence[int], cells: Sequence[str | None]) -> pa.Table:
    """The table with other cells in one column; None leaves a cell as it is."""
    changed = {row: cell for row, cell in zip(rows, cells, strict=True) if cell is not None}
    if not changed:
        return table
    mask = np.zeros(table.num_rows, bool)
    mask[list(changed)] = True
    column = table.column(position).combine_chunks()
    in_order = [changed[row] for row in sorted(changed)]
    replaced = pc.replace_with_mask(column, pa.array(mask), string_array(in_order))
    return table.set_column(position, table.column_names[position], pa.chunked_array([replaced]))
