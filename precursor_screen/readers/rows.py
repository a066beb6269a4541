"""Rows that are no goods: blank ones, the header once more, totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.formats.sheet import Body
from precursor_screen.readers.interface import IssueList

_BLANK = r"^[\s\pZ\x{FEFF}]*$"
_TOTAL = (
    r"(?i)^[\s\pZ*]*(?:grand[\s_]?|sub[\s_-]?|report[\s_]?|sheet[\s_]?)?totale?s?(?:\s*(?:general|général|geral|weight|rows?|usd|amount|kgs?|:|=|-|sum)*)?[\s:.*]*$|"
    r"^\s*(?:сумма|итого|всего|合计|总计|小计|gesamt|summe|suma|razem|toplam|genel toplam|tổng|tổng cộng|разом|fin de archivo|end of (?:file|report))[\s:.]*$"
)


Mask = npt.NDArray[np.bool_]


def drop_idle_rows(body: Body, names: Sequence[str], texts: Sequence[int], codes: Sequence[int], issues: IssueList) -> Body:
    """The body without rows that are no goods, each run counted in an issue.

    A row of totals holds no HS code, and says so in its goods text or in its first cell; a row with an HS code is always goods.

    Args:
        body: rows below the header.
        names: the header.
        texts: positions of the columns that hold descriptions.
        codes: position of the column of HS codes, if there is one.
        issues: added to.
    """
    table = body.table
    if not table.num_rows or not table.num_columns:
        return body
    uncoded = _blank_in(table, codes)
    idle = uncoded & _blank_in(table, texts)
    blank = _narrow(idle, table, lambda part: _blank_in(part, range(part.num_columns)))
    total = _narrow(idle & ~blank, table, _first_cell_is_total)
    for position in texts:
        total |= uncoded & _mask(pc.match_substring_regex(table.column(position), _TOTAL))
    header = _repeats_header(table, names, [*texts, *codes])
    rows = np.asarray(body.rows)
    _count_runs(rows, blank, "blank-row", "blank", issues)
    _count_runs(rows, header & ~blank, "repeated-header", "the header again", issues)
    _count_runs(rows, total & ~blank & ~header, "totals-row", "a sum of other rows", issues)
    drop = blank | total | header
    if not drop.any():
        return body
    keep = pa.array(~drop)
    return Body(table.filter(keep), body.rows.filter(keep), body.broken)


def _mask(mask: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.fill_null(mask, False).to_numpy(), bool)


def _blank_in(table: pa.Table, positions: Iterable[int]) -> Mask:
    """Which rows are blank in all of these columns; all rows, if there is none."""
    blank = np.ones(table.num_rows, bool)
    for position in positions:
        if blank.any():
            column = table.column(position)
            blank &= np.asarray(pc.fill_null(pc.match_substring_regex(column, _BLANK), True).to_numpy(), bool)
    return blank


def _narrow(candidates: Mask, table: pa.Table, judge: Callable[[pa.Table], Mask]) -> Mask:
    """`judge` on the candidates alone: most tables have none, and judging takes a pass over every column."""
    result = np.zeros(len(candidates), bool)
    if candidates.any():
        result[candidates] = judge(table.filter(pa.array(candidates)))
    return result


def _first_cell_is_total(table: pa.Table) -> Mask:
    none = pa.scalar(None, pa.string())
    first = None
    for column in table.columns:
        filled = pc.if_else(pc.fill_null(pc.match_substring_regex(column, _BLANK), True), none, column)
        first = filled if first is None else pc.coalesce(first, filled)
    return _mask(pc.match_substring_regex(first, _TOTAL))


def _repeats_header(table: pa.Table, names: Sequence[str], positions: Sequence[int]) -> Mask:
    same = np.ones(table.num_rows, bool)
    for position in positions:
        same &= _mask(pc.equal(table.column(position), names[position]))
    if not positions or not same.any():
        return np.zeros(table.num_rows, bool)
    for position, name in enumerate(names):
        same &= np.asarray(pc.fill_null(pc.equal(table.column(position), name), name == "").to_numpy(), bool)
    return same


def _count_runs(rows: npt.NDArray[np.int64], mask: Mask, code: str, what: str, issues: IssueList) -> None:
    """One issue a run of neighbouring rows."""
    places = np.flatnonzero(mask)
    if not len(places):
        return
    starts = np.flatnonzero(np.diff(places, prepend=places[0] - 2) != 1)
    lengths = np.diff(np.append(starts, len(places)))
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        first = int(rows[places[start]])
        issues.add(code, f"{what}" if length == 1 else f"{length} rows, {what}", row=first, count=length)
