"""Rows of sums and of pages, told by their words, or proved by their figures.

Printed lists write sums, sums carried over, pages, when they were printed and that they end; a cell must say that and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from precursor_screen.core.tables import words_of
from precursor_screen.readers.cells import for_python, match_cells

Mask = npt.NDArray[np.bool_]


def one_of(role: str) -> str:
    """The words of a role of `footer_words.csv`, as a pattern."""
    return "|".join(words_of("footer_words", role))


@cache
def total_pattern() -> str:
    """What a cell is as a whole that names a sum, with words that only tell of what; RE2, for columns of Arrow."""
    sums, of_what = (
        re.sub(r"(?<=[\u3040-\u9fff\uac00-\ud7a3])(?=[\u3040-\u9fff\uac00-\ud7a3])", r"[\\s\\pZ]*", one_of("sum")),
        one_of("of what"),
    )
    figure, reference = r"\d[\d.,'/ ]*", r"[A-Z]{2,4}[A-Z\d/-]*\d{5,}[A-Z\d/-]*"
    more = rf"[\s\pZ:=.()_-]*(?:{of_what}|{reference}|\([\s\d.,/-]*\d[\s\d.,/-]*(?:{of_what})?\)|{figure})"
    tax = rf"(?:{one_of('tax')})(?:[\s\pZ:]*\d[\d.,]*[\s\pZ]*%)?(?:[\s\pZ]*\([^()]*\d[^()]*\))?"
    return rf"(?i)^[\s\pZ*]*(?:(?:{sums})(?:[\s\pZ]*[/|]?[\s\pZ]*(?:{sums}))?(?:{more})*|{tax})[\s\pZ:：=.*-]*$"


@cache
def footer_pattern() -> str:
    """The same of a page, of when it was printed, and of an end."""
    return (
        rf"(?i)^[\s\pZ*=_-]*(?:(?:total )?(?:{one_of('page')})s?[.:#№ ]*\d+(?:\s*(?:{one_of('of')})\s*\d+)?"
        r"|\d+\s*/\s*\d+\s*(?:ページ|페이지|页|頁|pages?)|第?\s*\d+\s*[页頁](?:[\s,，/]*共\s*\d+\s*[页頁])?|共\s*\d+\s*[页頁]|"
        rf"(?:{one_of('printed')})(?:\s+(?:on|el|le|em|am|il|at|dnia))?\s*[:：]?\s*[\d./: T年月日-]{{6,}}(?:\s*[ap]\.?m\.?)?"
        rf"|{one_of('end')})[\s\pZ.:*=_-]*$"
    )


def any_matches(table: pa.Table, positions: Sequence[int], pattern: str) -> Mask:
    """Which rows have a cell in these columns that matches."""
    found = np.zeros(table.num_rows, bool)
    for position in positions:
        found |= match_cells(table.column(position), pattern)
    return found


# Rows that are proved to be sums by their figures alone: printed lists end in a row of sums that often has no word for it.

MOST_SUMMED: Final = 20_000  # of a table in which sums are looked for; no printed list is longer
MOST_CANDIDATES: Final = 200
_FIGURE: Final = re.compile(r"[^\w+-]*([+-]?\d[\d.,'\s]*?)\s*[^\W\d]{0,12}[^\w]*")
# A single row above always equals its own sum, so that as many of its figures must agree.
_LEAST_OF_ONE, _LEAST_SAID = 3, 2  # the latter where a word says that it is a sum


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
    if not 0 < len(places) <= MOST_CANDIDATES or table.num_rows > MOST_SUMMED:
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


def calls_itself_sum(table: pa.Table) -> Mask:
    """Which rows have a cell that begins or ends with a word for a sum, and may say more."""
    return any_matches(table, range(table.num_columns), _calls_itself_sum())


@cache
def _calls_itself_sum() -> str:
    sums = one_of("sum")
    return rf"(?i)^[\s\pZ*]*(?:{sums})\.?(?:[\s\pZ:/]|$)|[\s\pZ](?:{sums})[\s\pZ:.*]*$"


def _adds_up(columns: list[list[str]], place: int, rows: list[int]) -> bool:
    sums = [0, 0]  # of one row above, and of several
    told = any(for_python(_calls_itself_sum()).search(column[place]) for column in columns if column[place])
    for column in columns:
        cell = column[place]
        if not any(map(str.isalnum, cell)) or for_python(_calls_itself_sum()).search(cell):  # `**` marks a sum
            continue
        filled = [column[row] for row in rows if column[row]]
        if _is_sum(cell, filled, rounded=told):
            sums[len(filled) > 1] += 1
        elif told and sum(map(bool, map(_FIGURE.fullmatch, (cell, *filled)))) <= len(filled):
            continue  # words beside a sum that is called so, or a figure below words
        elif not filled or cell != filled[-1] or _FIGURE.fullmatch(cell):
            return False
    return sums[1] > 0 or sums[0] >= (_LEAST_SAID if told else _LEAST_OF_ONE)


def _is_sum(cell: str, filled: list[str], *, rounded: bool) -> bool:
    """Whether a cell is the sum of others by the point as decimal mark, or by the comma; zero is the sum of nothing. Rounded: of more places
    than are printed, so that the last one may differ."""
    for mark in ".,":
        total, *parts = (_number(text, mark) for text in (cell, *filled))
        numbers = [part for part in parts if part is not None]
        if total and numbers and len(numbers) == len(parts):
            off = abs(total - sum(numbers))
            place = min(int(number.as_tuple().exponent) for number in numbers)
            if not off or (rounded and off < Decimal(len(parts)).scaleb(place) / 2):
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
