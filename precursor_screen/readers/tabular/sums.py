"""Rows that are proved to be sums by their figures alone: printed lists end in a row of sums that often has no word for it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Mask = npt.NDArray[np.bool_]

MOST_ROWS: Final = 20_000  # of a table in which sums are looked for; printed lists are no longer
MOST_CANDIDATES: Final = 200
_FIGURE: Final = re.compile(r"[^\w+-]*([+-]?\d[\d.,'\s]*?)\s*[^\W\d]{0,6}[^\w]*")
# One row above has the sums of itself: only three of them are no chance.
_LEAST_OF_ONE: Final = 3


def are_sums(table: pa.Table, candidates: Mask, goods: Mask) -> Mask:
    """Which of the candidates hold the sums of the goods above them, of all or of those since the last sum, and nothing else.

    A text that the row above holds too, such as the number of the bill, does not count against it.

    Args:
        table: cells of every row.
        candidates: rows without texts and codes of goods.
        goods: rows that may be added up.
    """
    found = np.zeros(table.num_rows, bool)
    places = np.flatnonzero(candidates)
    if not 0 < len(places) <= MOST_CANDIDATES or table.num_rows > MOST_ROWS:
        return found
    columns = [[(cell or "").strip() for cell in column.to_pylist()] for column in table.columns]
    start = 0
    for place in places.tolist():
        above = np.flatnonzero(goods[:place] & ~found[:place])
        since = above[above >= start]
        if any(_adds_up(columns, place, rows.tolist()) for rows in (since, above) if len(rows)):
            found[place] = True
            start = place + 1
    return found


def _adds_up(columns: list[list[str]], place: int, rows: list[int]) -> bool:
    sums = [0, 0]  # of one row above, and of several
    for column in columns:
        cell = column[place]
        if not cell:
            continue
        filled = [column[row] for row in rows if column[row]]
        if _is_sum(cell, filled):
            sums[len(filled) > 1] += 1
        elif not filled or cell != filled[-1] or _FIGURE.fullmatch(cell):
            return False
    return sums[1] > 0 or sums[0] >= _LEAST_OF_ONE


def _is_sum(cell: str, filled: list[str]) -> bool:
    """Whether a cell is the sum of others by the point as decimal mark, or by the comma; zero is the sum of nothing."""
    for mark in ".,":
        total, *parts = (_number(text, mark) for text in (cell, *filled))
        if total and parts and None not in parts and total == sum(part for part in parts if part is not None):
            return True
    return False


def _number(text: str, mark: str) -> Decimal | None:
    """The number of a cell, perhaps with its unit; None: it is not one."""
    match = _FIGURE.fullmatch(text)
    if match is None:
        return None
    figures = re.sub(r"[^\d+.,-]", "", match[1])
    whole, _, places = figures.replace("," if mark == "." else ".", "").partition(mark)
    return Decimal(f"{whole}.{places or 0}") if mark not in places else None
