"""Rows of delimited text with fewer or more cells than the header: filled at their end, or put together again where a text was cut.

Programs leave out empty cells at the end of a row, and write a text that holds the delimiter without quotation marks. What a column holds in
other rows says which cells are its own; where that leaves more than one reading, the row is a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
from msgspec import Struct

from precursor_screen.formats.sheet import Broken

SHORT, LONG = "short-row", "long-row"
_SAMPLED: Final = 2_000  # rows by which one tells what columns hold
_LEAST: Final = 2  # rows: from one alone nothing is told
_RARE: Final = 0.02  # of the filled cells: what is rarer is not what a column holds
_FEW_VALUES, _MANY_ROWS = 20, 50
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,' ]\d+)*")
_BLANK, _FIGURE, _CODE, _WORDS = "blank", "figure", "code", "words"
_MOST_SURPLUS: Final = 40  # cells


def _kind(cell: str) -> str:
    """What a cell holds: nothing, figures, a code of letters and figures or a short word in capitals, or words."""
    cell = cell.strip()
    if not cell:
        return _BLANK
    if not any(map(str.isalpha, cell)):
        return _FIGURE
    is_code = " " not in cell and (any(map(str.isdigit, cell)) or (len(cell) < 4 and cell.isupper()))
    return _CODE if is_code else _WORDS


class _Column(Struct, frozen=True):
    """What a column holds. kinds: of its cells; longest: characters of a cell; values: where there are but few of them; known: all that were seen."""

    kinds: frozenset[str]
    longest: int
    values: frozenset[str]
    known: frozenset[str]

    def fits(self, cell: str) -> bool:
        """Whether a cell may be one of the column."""
        text, kind = cell.strip(), _kind(cell)
        if kind == _BLANK:
            return True
        if self.values:
            return text in self.values
        return kind in self.kinds and (kind == _WORDS or len(text) <= 2 * self.longest)

    def may_hold(self, cell: str) -> bool:
        """Whether a cell that stands alone in its row may be one of the column, and not a heading or a note over all of them."""
        return self.fits(cell) and len(cell.strip()) <= 2 * self.longest


def _column_of(cells: Sequence[str]) -> _Column:
    filled = [cell.strip() for cell in cells if cell.strip()]
    kinds = Counter(map(_kind, filled))
    known = frozenset(filled)
    few = len(filled) >= _MANY_ROWS and len(known) <= _FEW_VALUES
    held = frozenset(kind for kind, count in kinds.items() if count > _RARE * len(filled))
    return _Column(held, max(map(len, filled), default=0), known if few else frozenset(), known)


class Mended(Struct, frozen=True):
    """Uneven rows.

    Attributes:
        rows: number and cells of those that are rows of the table now.
        told: what is said of each: a note without a text, what stands behind its last column, or all of a row that could not be mended.
    """

    rows: list[tuple[int, list[str]]]
    told: list[Broken]


def mend_rows(uneven: Sequence[tuple[int, list[str]]], table: pa.Table, delimiter: str) -> Mended:
    """Rows of another width than a table, as rows of it as far as they can be.

    Args:
        uneven: number and cells of each.
        table: the other rows.
        delimiter: that cut them.
    """
    width, columns = table.num_columns, _columns_of(table)
    mended = Mended([], [])
    for number, cells in uneven:
        if len(cells) == 1 and columns and not columns[0].may_hold(cells[0]):
            mended.told.append(Broken(number, cells[0], 1, f"one cell where the header has {width}; it was screened as a text"))
        elif len(cells) < width:
            mended.rows.append((number, [*cells, *[""] * (width - len(cells))]))
            if any(cell.strip() for cell in cells):
                mended.told.append(Broken(number, "", 1, "cells at its end are left out, and count as empty", SHORT))
        elif not any(cell.strip() for cell in cells[width:]):  # a trailing delimiter is no fault
            mended.rows.append((number, cells[:width]))
        elif (at := _find_join(cells, columns)) is None:
            reason = f"{len(cells)} cells where the header has {width}; the row was screened as one text"
            mended.told.append(Broken(number, delimiter.join(cells), 1, reason))
        else:
            mended.rows.append((number, _joined(cells, at, width, delimiter)[:width]))
            surplus = delimiter.join(cells[width:]) if at == width else ""
            reason = (
                "cells behind the last column" if at == width else "a text was cut at a delimiter, and was put together again"
            )
            mended.told.append(Broken(number, surplus, 1, reason, LONG))
    return mended


def _columns_of(table: pa.Table) -> list[_Column]:
    sample = table.slice(0, _SAMPLED)
    if sample.num_rows < _LEAST:
        return []
    return [_column_of([cell or "" for cell in column.to_pylist()]) for column in sample.columns]


def is_cut_within(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether rows wider than a header are so because texts in them were cut, not because columns without a header follow.

    Args:
        rows: below the header.
        width: of the header.
    """
    whole = [row for row in rows if len(row) == width]
    wide = [row for row in rows if len(row) > width and any(cell.strip() for cell in row[width:])]
    if len(whole) < _LEAST or not wide:
        return False
    columns = [_column_of(column) for column in zip(*whole, strict=True)]
    joined = [_find_join(row, columns) for row in wide]
    return sum(at is not None and at < width for at in joined) * 2 > len(wide)


def _joined(cells: Sequence[str], at: int, width: int, delimiter: str) -> list[str]:
    end = at + len(cells) - width + 1
    return [*cells[:at], delimiter.join(cells[at:end]), *cells[end:]]


def _find_join(cells: Sequence[str], columns: Sequence[_Column]) -> int | None:
    """The column of which cells are put together, so that all others fit their columns; one past the last: they stand behind it. None: several."""
    width, surplus = len(columns), len(cells) - len(columns)
    if not columns or surplus > _MOST_SURPLUS:
        return None
    before = [True]  # whether the first cells fit, one after the other
    for column, cell in zip(columns, cells, strict=False):
        before.append(before[-1] and column.fits(cell))
    behind = [True]
    for column, cell in zip(reversed(columns), reversed(cells), strict=False):
        behind.append(behind[-1] and column.fits(cell))
    found = [
        at
        for at in range(width)
        if before[at] and behind[width - at - 1] and _may_be_cut(cells[at : at + surplus + 1], columns[at])
    ]
    if not found:
        # Figures behind the last column may be the end of a number that was cut.
        is_text = any(_kind(cell) == _WORDS for cell in cells[width:]) and all(_kind(cell) != _FIGURE for cell in cells[width:])
        return width if before[width] and is_text else None
    return found[0] if len(found) == 1 else _choose(cells, columns, found)


def _may_be_cut(parts: Sequence[str], column: _Column) -> bool:
    if all(_kind(part) == _FIGURE for part in parts):
        return _FIGURE in column.kinds and all(_NUMBER.fullmatch(part.strip()) for part in parts)
    return _WORDS in column.kinds and not column.values


def _choose(cells: Sequence[str], columns: Sequence[_Column], found: Sequence[int]) -> int | None:
    """Of several columns the one at which parts begin with a blank, as behind a comma in a text; else the one that leaves the others what they
    have elsewhere."""
    surplus = len(cells) - len(columns)
    spaced = [at for at in found if all(part.startswith(" ") for part in cells[at + 1 : at + surplus + 1])]
    if len(spaced) == 1:
        return spaced[0]
    known = Counter({at: _count_known(cells, columns, at) for at in spaced or found})
    (best, most), *others = known.most_common(2)
    return best if not others or most > others[0][1] else None


def _count_known(cells: Sequence[str], columns: Sequence[_Column], at: int) -> int:
    """How many other cells of words hold what their column holds in another row."""
    others = [
        *zip(columns[:at], cells[:at], strict=False),
        *zip(columns[at + 1 :], cells[at + len(cells) - len(columns) + 1 :], strict=True),
    ]
    return sum(_kind(cell) == _WORDS and cell.strip() in column.known for column, cell in others)
