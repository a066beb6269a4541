"""Rows that are not lines of their own: blank ones, the header once more, totals, headings, notes, descriptions that go on below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.grouped import grouped
from precursor_screen.formats.sheet import Body, Broken, OutOfTableText, string_array
from precursor_screen.formats.uneven_rows import LONG, SHORT
from precursor_screen.readers.cells import BLANKS, NOTHINGS, NULLS, match_begun, match_cells
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.other_texts import BROKEN, out_of_table_cells
from precursor_screen.readers.tabular.sums import (
    MOST_SUMMED,
    any_matches,
    are_sums,
    calls_itself_sum,
    footer_pattern,
    total_pattern,
)

_BLANK = r"^[\s\pZ\x{FEFF}]*$"
_WORDLESS = r"^\PL*$"
_WORDS = r"\pL{3}"
_DATUM = r"^\s*(?:\S{0,34}\d\S{0,34}|[\d.,'\pZ]*\d[\d.,'\pZ]*\pL{1,8}\.?)\s*$"  # a figure, perhaps with its unit, or a number of a document
_AMOUNT = r"^[^\d:/]{0,10}\d[\d.,'\pZ]*(?:[^\d:/.-][^\d:/]{0,30})?$"  # a figure, perhaps with what it counts; no day and no hour
_NOTHING = rf"(?i)^[\s\pZ\x{{FEFF}}]*(?:{NULLS})?[\s\pZ]*$"

Mask = npt.NDArray[np.bool_]


LEAST_OTHERS = 2  # cells beside the description that make a row a line to which others may belong
MOST_CONTINUED = 200  # rows that a description may go on for; a table of descriptions alone is no single line
MOST_JUDGED = 100  # rows of a list, of which a few idle ones change what its columns seem to hold
MOST_NOTES = 200  # rows below the last goods; more of them are goods that nobody describes


_SHOWN = 200  # characters of a broken row that an issue shows
_BROKEN = ("broken-row", "broken-record")
_ONCE = (SHORT, LONG)  # of which there is one issue a file


def note_broken(found: Sequence[Broken], issues: IssueList) -> list[OutOfTableText]:
    """What is said of rows that are broken, in issues; and their words, which are screened as texts beside the table."""
    for code in _ONCE:
        if mine := [one for one in found if one.code == code]:
            first, count = mine[0], len(mine)
            says = first.reason if count == 1 else f"{count:,} rows, the first one: {first.reason}"
            issues.add(code, says, row=first.row, value=first.text[:_SHOWN] or None, count=count)
    for one in found:
        if one.code not in _ONCE:
            issues.add(one.code, one.reason, row=one.row, value=one.text[:_SHOWN] or None, count=one.count)
    texts = [(one.row, (one.text,)) for one in found if one.text and one.code in (*_ONCE, *_BROKEN)]
    return out_of_table_cells(texts, BROKEN, joined=False)


def drop_idle_rows(
    body: Body, names: Sequence[str], texts: Sequence[int], codes: Sequence[int], issues: IssueList
) -> tuple[Body, Body]:
    """The body without rows that are no goods, each run counted in an issue; and its rows of totals, which may say more than that.

    A row of totals has no HS code. Either its goods text or its first cell of words says that it is one, or all that it holds are the sums
    of the rows above it. A row with an HS code is always goods.

    Args:
        body: rows below the header.
        names: the header.
        texts: positions of the columns that hold descriptions.
        codes: position of the column of HS codes, if there is one.
        issues: added to.
    """
    table = body.table
    if not table.num_rows or not table.num_columns:
        return body, Body(table.slice(0, 0), body.rows.slice(0, 0))
    uncoded, textless = _blank_in(table, codes), _blank_in(table, texts)
    if texts:  # the word for a sum may stand where codes do
        uncoded |= _narrow(textless & ~uncoded, table, lambda part: any_matches(part, codes, total_pattern()))
    idle = uncoded & textless
    blank = _narrow(idle, table, lambda part: _blank_in(part, range(part.num_columns)))
    total = _narrow(idle & ~blank, table, lambda part: _first_cell_matches(part, total_pattern(), _WORDLESS))
    total |= _narrow(uncoded, table, lambda part: any_matches(part, texts, total_pattern()))
    # A row with a page number, or with when it was printed, holds nothing else.
    footer = (idle & ~blank) | _narrow(uncoded, table, lambda part: any_matches(part, texts, footer_pattern()))
    total |= _narrow(
        footer,
        table,
        lambda part: _first_cell_matches(part, footer_pattern(), _BLANK) & (_filled_in(part, range(part.num_columns)) == 1),
    )
    header = _repeats_header(table, names, [*texts, *codes])
    begun = (
        _narrow(uncoded & ~total & ~header, table, calls_itself_sum)
        if table.num_rows <= MOST_SUMMED
        else np.zeros(len(total), bool)
    )
    total |= are_sums(table, (idle | begun) & ~blank & ~total & ~header, ~(blank | total | header | begun))
    rows = np.asarray(body.rows)
    _count_runs(rows, blank, "blank-row", "blank", issues)
    _count_runs(rows, header & ~blank, "repeated-header", "the header again", issues)
    _count_runs(rows, total & ~blank & ~header, "totals-row", "a sum of other rows", issues)
    return _where(body, ~(blank | total | header)), _where(body, total & ~blank & ~header)


def _where(body: Body, mask: Mask) -> Body:
    """The rows that a mask names; where it names all, none is copied."""
    if mask.all():
        return body
    chosen = pa.array(mask)
    return Body(body.table.filter(chosen), body.rows.filter(chosen), body.broken)


def drop_notes(body: Body, totals: Body, fields: Mapping[str, Sequence[int]], issues: IssueList) -> tuple[Body, Body]:
    """The body without the rows below its last goods that hold words alone, counted in an issue; and those rows.

    Boxes of charges, signatures and an amount in words stand there. A figure, a number of a document or a party makes a row a line. Of
    the rows below the last total none is goods if none of them has a party, or a figure where goods have theirs.

    Args:
        body: rows of goods, in the order of the source.
        totals: the rows of totals that were in it.
        fields: positions of the columns of `texts`, `codes`, `parties` and `figures`.
        issues: added to.
    """
    table = body.table
    last = max(table.num_rows - MOST_NOTES, 0)
    end = table.slice(last)
    goods = np.flatnonzero(~(_blank_in(end, fields["texts"]) & _blank_in(end, fields["codes"])))
    start = last + int(goods[-1]) + 1 if len(goods) else table.num_rows
    note = np.zeros(table.num_rows, bool)
    below = table.slice(start)
    note[start:] = any_matches(below, range(below.num_columns), _WORDS) & _blank_in(below, fields["parties"])
    note[start:] &= ~any_matches(below, range(below.num_columns), _DATUM)
    if totals.table.num_rows:
        behind = int(np.searchsorted(np.asarray(body.rows), totals.rows[-1].as_py()))
        after = table.slice(behind)
        told = ~_blank_in(after, [*fields["codes"], *fields["parties"]]) | any_matches(after, fields["figures"], _AMOUNT)
        if behind and after.num_rows <= MOST_NOTES and not told.any():
            note[behind:] = True
    _count_runs(np.asarray(body.rows), note, "row-below-goods", "words below the goods", issues)
    return _where(body, ~note), _where(body, note)


def drop_sections(body: Body, positions: Sequence[int], issues: IssueList) -> tuple[Body, Body]:
    """The body without rows among the goods of which one cell holds words, and no other anything; and those rows.

    Args:
        body: rows of goods, in the order of the source.
        positions: of the columns of goods and of parties; a cell in one of these is not a heading.
        issues: added to.
    """
    table = body.table
    section = np.zeros(table.num_rows, bool)
    if 0 < table.num_rows <= MOST_SUMMED:
        section = _narrow(_blank_in(table, positions), table, _is_section)
    _count_runs(np.asarray(body.rows), section, "section-row", "words alone, above other rows", issues)
    return _where(body, ~section), _where(body, section)


def _is_section(table: pa.Table) -> Mask:
    everywhere = range(table.num_columns)
    words = any_matches(table, everywhere, _WORDS) & ~any_matches(table, everywhere, _DATUM)
    return np.asarray(words & (_filled_in(table, everywhere) == 1))


def read_on(body: Body, notes: Body) -> list[str]:
    """Each column of the last goods with what the notes below have in it: a cell may go on there."""
    last = body.table.slice(max(body.table.num_rows - 1, 0))
    cells = (
        [*above.drop_null().to_pylist(), *below.drop_null().to_pylist()]
        for above, below in zip(last.columns, notes.table.columns, strict=True)
        if below.null_count < len(below)
    )
    return [" ".join(column) for column in cells if len(column) > 1]


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


def _first_cell_matches(table: pa.Table, pattern: str, idle: str) -> Mask:
    """Whether the first cell of each row that does not match `idle` matches a pattern."""
    none = pa.scalar(None, pa.string())
    first = None
    for column in table.columns:
        filled = pc.if_else(pa.array(match_cells(column, idle, null=True)), none, column)
        first = filled if first is None else pc.coalesce(first, filled)
    return match_cells(first, pattern)


def typical_rows(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows of a list by which one tells what its columns hold: without the header once more, without totals and words in one cell alone."""
    everywhere = range(table.num_columns)
    if not 0 < table.num_rows <= MOST_JUDGED:
        return table
    idle = _repeats_header(table, names, [at for at, name in enumerate(names) if name])
    idle |= any_matches(table, everywhere, total_pattern()) | (
        (_filled_in(table, everywhere) < LEAST_OTHERS) & (len(everywhere) > LEAST_OTHERS)
    )
    return table.filter(pa.array(~idle)) if idle.any() and not idle.all() else table


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
