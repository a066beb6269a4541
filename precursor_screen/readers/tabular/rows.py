"""Rows that are not lines of their own: blank ones, the header once more, totals, descriptions that go on below.

Printed lists write sums, sums carried over, pages, when they were printed and that they end; a cell must say that and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.core.schema import DATES
from precursor_screen.core.tables import words_of
from precursor_screen.formats.sheet import Body, string_array, table_of_columns
from precursor_screen.readers.cells import BLANKS, NOTHINGS, NULLS, match_begun
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.assign import lookup

# The general segment of a printed manifest: "Vessel: MV Aurora", "Voyage", "12E" above the rows, which is true of every row
# below.

_FILLED_DOWN: Final = frozenset(
    [
        *("vessel", "voyage", "transport_mode", "carrier_name", "declarant_name", "port_of_loading", "port_of_discharge"),
        *("place_of_delivery", "bill_of_lading", "master_bill_of_lading", "declaration_id", "bill_issuer", "direction"),
        *("country_of_origin", "country_of_dispatch", "country_of_destination", "currency", "customs_office"),
        *DATES,
        *PARTY_NAMES,
        *(name.replace("_name", suffix) for name in PARTY_NAMES for suffix in ("_address", "_country", "_identifier")),
    ]
)
_PAIR: Final = re.compile(r"\s*([^:：\n]{2,40}?)\s*[:：]\s*(\S.*)", re.S)
_BOX: Final = re.compile(r"\s*([^\n]{2,60}?)\s*\n\s*(\S.*)", re.S)  # of a form: the label over what it says
_LABEL: Final = re.compile(r"\s*([^:：\n]{2,40}?)\s*[:：]\s*")
_LONGEST: Final = 300
ABOVE_THE_ROWS: Final = "stated above the rows"


class Stated(Struct, frozen=True):
    """One fact above the rows: the field, its label and value as filed, and the cells (row, column, from 0) that say so."""

    field: str
    label: str
    value: str
    cells: tuple[tuple[int, int], ...]


def general_segment(rows: Sequence[Sequence[str]]) -> tuple[Stated, ...]:
    """What the rows above a header state; a field that is stated twice, and differently, is not taken."""
    found = grouped((stated.field, stated) for at, row in enumerate(rows) for stated in _pairs(at, row))
    return tuple(some[0] for some in found.values() if len({one.value for one in some}) == 1)


def _pairs(at: int, row: Sequence[str]) -> Iterator[Stated]:
    filled = [(column, cell.strip()) for column, cell in enumerate(row) if cell.strip() and len(cell) <= _LONGEST]
    skip = False
    for place, (column, cell) in enumerate(filled):
        if skip:
            skip = False
            continue
        pair = _PAIR.fullmatch(cell) or _BOX.fullmatch(cell)
        if pair is not None:
            if field := _field(pair[1]):
                yield from _of_party(Stated(field, pair[1], pair[2].strip(), ((at, column),)))
            continue
        label = _LABEL.fullmatch(cell)
        # Without a colon a label is one only where labels and values take turns: "Vessel | MV Aurora | Voyage | 12E".
        name = label[1] if label else cell if place % 2 == 0 and len(filled) % 2 == 0 else ""
        field = _field(name)
        if field and place + 1 < len(filled):
            below, value = filled[place + 1]
            if not lookup(value)[0] and not _LABEL.fullmatch(value) and not _PAIR.fullmatch(value):
                yield Stated(field, name, value, ((at, column), (at, below)))
                skip = True


def _of_party(stated: Stated) -> Iterator[Stated]:
    """What is stated; of the lines of a party the first is its name, the others are its address."""
    name, *address = stated.value.split("\n") if stated.field in PARTY_NAMES else [stated.value]
    yield replace(stated, value=name)
    if address:
        yield replace(stated, field=stated.field.replace("_name", "_address"), value=", ".join(address))


def _field(label: str) -> str:
    field = next((field for said in (label, label.partition("(")[0]) if said and (field := lookup(said)[0])), "")
    return field if field in _FILLED_DOWN else ""


def not_mapped(stated: Sequence[Stated], guesses: Sequence[Guess]) -> tuple[Stated, ...]:
    """The facts that no column of the table states."""
    mapped = {guess.field for guess in guesses}
    return tuple(one for one in stated if one.field not in mapped)


def guesses_of(stated: Sequence[Stated], first: int) -> tuple[Guess, ...]:
    """A guess for each fact, as columns from position `first` on."""
    return tuple(Guess(first + i, one.label, one.field, ABOVE_THE_ROWS) for i, one in enumerate(stated))


def fill_down(stated: Sequence[Stated], body: Body) -> Body:
    """The rows with a column for each fact behind the others."""
    filled = [pa.chunked_array([pa.repeat(one.value, body.table.num_rows)], pa.string()) for one in stated]
    return Body(table_of_columns([*body.table.columns, *filled]), body.rows, body.broken)


def without(rows: Sequence[Sequence[str]], stated: Sequence[Stated]) -> list[list[str]]:
    """The rows without the cells of facts that were taken."""
    gone = {cell for one in stated for cell in one.cells}
    return [["" if (at, column) in gone else cell for column, cell in enumerate(row)] for at, row in enumerate(rows)]


_BLANK = r"^[\s\pZ\x{FEFF}]*$"
_NOTHING = rf"(?i)^[\s\pZ\x{{FEFF}}]*(?:{NULLS})?[\s\pZ]*$"

Mask = npt.NDArray[np.bool_]


LEAST_OTHERS = 2  # cells beside the description that make a row a line to which others may belong
MOST_CONTINUED = 200  # rows that a description may go on for; a table of descriptions alone is no single line


def _one_of(role: str) -> str:
    return "|".join(words_of("footer_words", role))


@cache
def total_pattern() -> str:
    """What a cell is as a whole that names a sum, with words that only tell of what; RE2, for columns of Arrow."""
    return rf"(?i)^[\s\pZ*]*(?:{_one_of('sum')})(?:[\s\pZ:=.()_-]*(?:{_one_of('of what')}))*[\s\pZ:：=.*-]*$"


@cache
def footer_pattern() -> str:
    """The same of a page, of when it was printed, and of an end."""
    return (
        rf"(?i)^[\s\pZ*=_-]*(?:(?:total )?(?:{_one_of('page')})s?[.:#№ ]*\d+(?:\s*(?:{_one_of('of')})\s*\d+)?"
        r"|\d+\s*/\s*\d+\s*(?:ページ|페이지|页|頁|pages?)|第?\s*\d+\s*[页頁](?:[\s,，/]*共\s*\d+\s*[页頁])?|共\s*\d+\s*[页頁]|"
        rf"(?:{_one_of('printed')})(?:\s+(?:on|el|le|em|am|il|at|dnia))?\s*[:：]?\s*[\d./: T年月日-]{{6,}}(?:\s*[ap]\.?m\.?)?"
        rf"|{_one_of('end')})[\s\pZ.:*=_-]*$"
    )


def drop_idle_rows(
    body: Body, names: Sequence[str], texts: Sequence[int], codes: Sequence[int], issues: IssueList
) -> tuple[Body, Body]:
    """The body without rows that are no goods, each run counted in an issue; and its rows of totals, which may say more than that.

    A row of totals holds no HS code, and says so in its goods text or in its first cell; a row with an HS code is always goods.

    Args:
        body: rows below the header.
        names: the header.
        texts: positions of the columns that hold descriptions.
        codes: position of the column of HS codes, if there is one.
        issues: added to.
    """
    table = body.table
    none = Body(table.slice(0, 0), body.rows.slice(0, 0))
    if not table.num_rows or not table.num_columns:
        return body, none
    uncoded = _blank_in(table, codes)
    idle = uncoded & _blank_in(table, texts)
    blank = _narrow(idle, table, lambda part: _blank_in(part, range(part.num_columns)))
    total = _narrow(idle & ~blank, table, lambda part: _first_cell_matches(part, total_pattern()))
    total |= _narrow(uncoded, table, lambda part: _any_matches(part, texts, total_pattern()))
    # A row with a page number, or with when it was printed, holds nothing else.
    footer = (idle & ~blank) | _narrow(uncoded, table, lambda part: _any_matches(part, texts, footer_pattern()))
    total |= _narrow(
        footer, table, lambda part: _first_cell_matches(part, footer_pattern()) & (_filled_in(part, range(part.num_columns)) == 1)
    )
    header = _repeats_header(table, names, [*texts, *codes])
    rows = np.asarray(body.rows)
    _count_runs(rows, blank, "blank-row", "blank", issues)
    _count_runs(rows, header & ~blank, "repeated-header", "the header again", issues)
    _count_runs(rows, total & ~blank & ~header, "totals-row", "a sum of other rows", issues)
    drop = blank | total | header
    if not drop.any():
        return body, none
    keep, sums = pa.array(~drop), pa.array(total & ~blank & ~header)
    return (
        Body(table.filter(keep), body.rows.filter(keep), body.broken),
        Body(table.filter(sums), body.rows.filter(sums)),
    )


def join_continued(body: Body, texts: Sequence[int], issues: IssueList) -> Body:
    """The body with descriptions that go on in the rows below put together, each run counted in an issue.

    A row of which only the description is filled continues the row above it: printed manifests wrap long texts so. Where the row
    above says hardly more than its description, or the table has no room for more, each row is a line: a value may just be missing.

    Args:
        body: rows of goods, in the order of the source.
        texts: positions of the columns that hold descriptions.
        issues: added to.
    """
    table = body.table
    others = [i for i in range(table.num_columns) if i not in texts]
    if len(others) <= LEAST_OTHERS or not texts or table.num_rows < 2:
        return body
    alone = _none_filled(table, others) & ~_blank_in(table, texts)
    if not alone.any():
        return body
    rows = np.asarray(body.rows)
    below = np.concatenate(([False], np.diff(rows) == 1))
    goes_on = _runs_within(alone & below, MOST_CONTINUED)
    # The first of a run must stand below a line of its own.
    head = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(rows))))
    goes_on &= (_filled_in(table, others) >= LEAST_OTHERS)[head]
    if not goes_on.any():
        return body
    _count_runs(rows, goes_on, "continued-row", "the description of the line above goes on", issues)
    columns = list(table.columns)
    places = np.flatnonzero(goes_on)
    for position in texts:
        columns[position] = _append_below(columns[position], places, head[places])
    keep = pa.array(~goes_on)
    joined = pa.Table.from_arrays(columns, names=table.column_names)
    return Body(joined.filter(keep), body.rows.filter(keep), body.broken)


def _runs_within(mask: Mask, most: int) -> Mask:
    """The mask without runs of more than `most` rows."""
    starts = np.flatnonzero(mask & ~np.concatenate(([False], mask[:-1])))
    ends = np.flatnonzero(mask & ~np.concatenate((mask[1:], [False]))) + 1
    kept = mask.copy()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start > most:
            kept[start:end] = False
    return kept


def _append_below(column: pa.ChunkedArray, places: npt.NDArray[np.int64], heads: npt.NDArray[np.int64]) -> pa.ChunkedArray:
    below = zip(heads.tolist(), column.take(pa.array(places)).to_pylist(), strict=True)
    parts = grouped((head, text) for head, text in below if text and text.strip())
    if not parts:
        return column
    mask = np.zeros(len(column), bool)
    mask[list(parts)] = True
    above = column.take(pa.array(list(parts))).to_pylist()
    joined = ["\n".join(t for t in (first, *more) if t and t.strip()) for first, more in zip(above, parts.values(), strict=True)]
    return pc.replace_with_mask(column.combine_chunks(), pa.array(mask), string_array(joined))


def _mask(mask: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.fill_null(mask, False).to_numpy(), bool)


def _without_value(column: pa.ChunkedArray, pattern: str, beginnings: Mask) -> Mask:
    """Which cells do not exist, or match a pattern for nothing; see `match_begun`."""
    found = match_begun(column, pattern, beginnings)
    return found | np.asarray(pc.is_null(column).to_numpy(), bool) if column.null_count else found


def _blank_in(table: pa.Table, positions: Iterable[int]) -> Mask:
    """Which rows are blank in all of these columns; all rows, if there is none."""
    blank = np.ones(table.num_rows, bool)
    for position in positions:
        if blank.any():
            column = table.column(position)
            blank &= _without_value(column, _BLANK, BLANKS)
    return blank


def _filled_in(table: pa.Table, positions: Iterable[int]) -> npt.NDArray[np.int64]:
    """How many of these columns each row fills with more than a word for nothing."""
    count = np.zeros(table.num_rows, np.int64)
    for position in positions:
        column = table.column(position)
        count += ~_without_value(column, _NOTHING, NOTHINGS)
    return count


def _none_filled(table: pa.Table, positions: Iterable[int]) -> Mask:
    """Which rows fill none of these columns; nearly always the first ones tell."""
    empty = np.ones(table.num_rows, bool)
    for position in positions:
        if not empty.any():
            break
        empty &= _without_value(table.column(position), _NOTHING, NOTHINGS)
    return empty


def _narrow(candidates: Mask, table: pa.Table, judge: Callable[[pa.Table], Mask]) -> Mask:
    """`judge` on the candidates alone: most tables have none, and judging takes a pass over every column."""
    result = np.zeros(len(candidates), bool)
    if candidates.any():
        result[candidates] = judge(table.filter(pa.array(candidates)))
    return result


def _any_matches(table: pa.Table, positions: Sequence[int], pattern: str) -> Mask:
    found = np.zeros(table.num_rows, bool)
    for position in positions:
        found |= _mask(pc.match_substring_regex(table.column(position), pattern))
    return found


def _first_cell_matches(table: pa.Table, pattern: str) -> Mask:
    none = pa.scalar(None, pa.string())
    first = None
    for column in table.columns:
        filled = pc.if_else(pc.fill_null(pc.match_substring_regex(column, _BLANK), True), none, column)
        first = filled if first is None else pc.coalesce(first, filled)
    return _mask(pc.match_substring_regex(first, pattern))


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
    starts = np.flatnonzero(np.concatenate(([True], np.diff(places) != 1)))
    lengths = np.diff(np.append(starts, len(places)))
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        first = int(rows[places[start]])
        issues.add(code, f"{what}" if length == 1 else f"{length} rows, {what}", row=first, count=length)
