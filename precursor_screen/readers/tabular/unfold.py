"""Sheets that are no single table: tables side by side or one below another, turned ones, labels with values item by item, covers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.formats.sheet import HEAD_ROWS, Body, OutOfTableText, Sheet, memory_reader, string_array, table_of_columns
from precursor_screen.readers.column_map import PARTY_NAMES
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.general_segment import general_segment
from precursor_screen.readers.tabular.header_rows import KNOWN_NEEDED, SEARCHED_ROWS, HeaderPlace, find_goods_header, find_header
from precursor_screen.readers.tabular.other_texts import ABOVE, out_of_table_cells
from precursor_screen.readers.tabular.shorthand import MOST_ROWS

_GOODS = ("description", "hs_code")
_MOST_BESIDE = 20  # tables; each reads the whole sheet
_HEADED = 6  # rows from a blank one on in which a header is looked for
Rows: TypeAlias = tuple[tuple[str, ...], ...]


def unfold(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The tables that stand side by side or one below another in sheets of a file, each as a sheet; what holds none stays as it is.

    What stands above all tables of a sheet is true of each, and what a cover says of all sheets of its workbook.
    """
    parts = [part for sheet in sheets for part in _unfolded(sheet)]
    covers = [sheet for sheet in parts if is_cover(sheet)] if len(parts) > 1 else []
    if len(covers) != 1:
        return parts
    above = covers[0].head
    return [sheet if sheet is covers[0] or sheet.named else replace(sheet, above=(*above, *sheet.above)) for sheet in parts]


def is_cover(sheet: Sheet) -> bool:
    """Whether a sheet of a workbook states a party and another fact, and holds no goods."""
    if sheet.named or "#" not in sheet.name or not len(sheet.head) < HEAD_ROWS or find_goods_header(sheet.head) is not None:
        return False
    fields = {stated.field for stated in general_segment(sheet.head)}
    labels = (cell for row in sheet.head for cell in row[:1] if cell.strip())
    return len(fields) > 1 and not fields.isdisjoint(PARTY_NAMES) and all(lookup(label)[0] not in _GOODS for label in labels)


def _unfolded(sheet: Sheet) -> list[Sheet]:
    if sheet.named:
        return [sheet]
    if any(map(_repeats, sheet.head[:SEARCHED_ROWS])):
        return _side_by_side(sheet)
    if len(sheet.head) >= HEAD_ROWS or sheet.form:
        return [sheet]
    first = find_goods_header(sheet.head)
    return _below(sheet, first) if first else [_turned(sheet) or sheet]


def _side_by_side(sheet: Sheet) -> list[Sheet]:
    """A row right above the header that says something of several tables heads each."""
    place = find_header(sheet)
    names = [name.strip() for name in place.names]
    first = next((name for name in names if name), "")
    starts = [at for at, name in enumerate(names) if name == first]
    spans = list(zip(starts, [*starts[1:], len(names)], strict=True))
    parts = [[name for name in names[begin:end] if name] for begin, end in spans]
    if (
        not 2 <= len(spans) <= _MOST_BESIDE
        or place.first != place.row
        or len(parts[0]) < KNOWN_NEEDED
        or any(part != parts[0] for part in parts)
    ):
        return [sheet]
    if not any(lookup(name)[0] in _GOODS for name in parts[0]):
        return [sheet]
    head = place.row - 1
    over = sheet.head[head - 1] if head else ()
    heads_each = sum(any(cell.strip() for cell in over[begin:end]) for begin, end in spans) > 1
    above = sheet.head[: head - heads_each]
    blank: tuple[tuple[str, ...], ...] = ((),) * len(above)
    found = []
    for begin, end in spans:
        head_rows = (*blank, *(tuple(row[begin:end]) for row in sheet.head[len(above) :]))
        texts = frozenset(column - begin for column in sheet.texts if begin <= column < end)
        found.append(_part(sheet, f"columns {begin + 1} to {end}", head_rows, _Cut(sheet, begin, len(names)), above, texts))
    return _saying_once(found, sheet, above)


def _below(sheet: Sheet, first: HeaderPlace) -> list[Sheet]:
    """A table below another one begins behind a blank row, with a header of its own that names other columns."""
    starts = [0]
    for at in range(first.row + 1, len(sheet.head)):
        if any(cell.strip() for cell in sheet.head[at - 1]):
            continue
        other = find_goods_header(sheet.head[at : at + _HEADED])
        if other is not None and tuple(filter(None, other.names)) != tuple(filter(None, first.names)):
            starts.append(at)
    if len(starts) == 1:
        return [sheet]
    blanks = [at for at, row in enumerate(sheet.head[: first.first - 1]) if not any(cell.strip() for cell in row)]
    above = sheet.head[: blanks[-1]] if blanks else sheet.head[: first.first - 1]
    found = []
    for begin, end in zip(starts, [*starts[1:], len(sheet.head)], strict=True):
        read = _Rows(sheet, begin, end)
        found.append(_part(sheet, f"rows {begin + 1} to {end}", sheet.head[begin:end], read, above if begin else (), sheet.texts))
    return _saying_once(found, sheet, ())


def _turned(sheet: Sheet) -> Sheet | None:
    """A table of one column an item, its names in the first one, as one of one row an item."""
    rows = [tuple(cell.strip() for cell in row) for row in sheet.head]
    goods = next((at for at, row in enumerate(rows) if row and lookup(row[0])[0] == "description"), None)
    if goods is None:
        return None
    items = [at for at, cell in enumerate(rows[goods]) if at and cell]
    begin = next((at + 1 for at in range(goods, -1, -1) if not any(rows[at])), 0)
    end = next((at for at in range(goods, len(rows)) if not any(rows[at])), len(rows))
    block = [row for row in rows[begin:end] if row[0]]
    named = sum(bool(lookup(row[0])[0]) for row in block)
    if len(items) < 2 or named < KNOWN_NEEDED or any(lookup(cell)[0] for row in block for cell in row[1:]):
        return None
    names = tuple(row[0] for row in block)
    columns = [pa.chunked_array([string_array([row[at] if at < len(row) else "" for at in items])], pa.string()) for row in block]
    head = (names, *(tuple(row[at] if at < len(row) else "" for row in block) for at in items))
    read = memory_reader(columns, [goods + 1] * len(items))
    texts = out_of_table_cells(enumerate(rows[:begin] + rows[end:], start=1), ABOVE)
    return replace(sheet, head=head, named=True, read=read, above=tuple(rows[:begin]), texts=frozenset()).saying((), texts)


def _part(sheet: Sheet, where: str, head: Rows, read: Callable[[int, int], Body], above: Rows, texts: frozenset[int]) -> Sheet:
    return replace(sheet, name=f"{sheet.name} ({where})", head=head, read=read, above=(*sheet.above, *above), texts=texts)


def _saying_once(parts: Sequence[Sheet], sheet: Sheet, above: Rows) -> list[Sheet]:
    """The parts of a sheet, the first with what is said of all of it."""
    texts = out_of_table_cells(enumerate(above, start=1), ABOVE)
    return [parts[0].saying((), texts), *(replace(part, notes=(), out_of_table_texts=()) for part in parts[1:])]


def _repeats(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return len(filled) >= 2 * KNOWN_NEEDED and 2 * len(set(filled)) <= len(filled)


class _Cut:
    """A `read` of some columns of a sheet."""

    def __init__(self, sheet: Sheet, begin: int, width: int) -> None:
        self._sheet, self._begin, self._width = sheet, begin, width

    def __call__(self, after: int, width: int) -> Body:
        body = self._sheet.read(after, self._width)  # a row of text is read with all its cells, or is broken
        columns = body.table.columns[self._begin : self._begin + width]
        return Body(table_of_columns(columns), body.rows, body.broken)


class _Rows:
    """A `read` of some rows of a sheet; rows count from the first of them, and keep their numbers in the source."""

    def __init__(self, sheet: Sheet, begin: int, end: int) -> None:
        self._sheet, self._begin, self._end = sheet, begin, end

    def __call__(self, after: int, width: int) -> Body:
        body = self._sheet.read(self._begin + after, width)
        count = max(self._end - self._begin - after, 0)
        return Body(body.table.slice(0, count), body.rows.slice(0, count), body.broken if self._begin == 0 else ())


def records_of(sheet: Sheet) -> Sheet | None:
    """A sheet of labels and values, item by item, as a table of one row an item; None where no label is that of goods.

    An item begins as many rows above the label of its goods as the first one does, up to a blank row.
    """
    width = max(map(len, sheet.head), default=0)
    body = sheet.read(0, width)
    if body.table.num_rows > MOST_ROWS:
        return None
    rows = [
        [(cell or "").strip() for cell in row] for row in zip(*(column.to_pylist() for column in body.table.columns), strict=True)
    ]
    stated = [_pairs(row) for row in rows]
    goods = [at for at, pairs in enumerate(stated) if any(lookup(label)[0] == "description" for label, _ in pairs)]
    if not goods:
        return None
    lead = 0
    while (
        goods[0] > lead
        and stated[goods[0] - lead - 1]
        and all(_labels(stated, at - lead - 1) == _labels(stated, goods[0] - lead - 1) for at in goods)
    ):
        lead += 1
    begins = [at - lead for at in goods]
    items = [
        dict(pair for pairs in stated[begin:end] for pair in pairs)
        for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True)
    ]
    names = tuple(grouped((label, value) for item in items for label, value in item.items()))
    columns = [pa.chunked_array([string_array([item.get(name) for item in items])], pa.string()) for name in names]
    numbers = body.rows.to_pylist()
    loose = [
        (number, row)
        for number, row, pairs in zip(numbers, rows, stated, strict=True)
        if not pairs and number > numbers[begins[0]]
    ]
    texts: list[OutOfTableText] = out_of_table_cells([*loose, *zip(numbers[: begins[0]], rows, strict=False)], ABOVE)
    head = (names, *(tuple(item.get(name) or "" for name in names) for item in items[:SEARCHED_ROWS]))
    read = memory_reader(columns, [numbers[begin] for begin in begins])
    made = replace(sheet, head=head, named=True, read=read, above=tuple(map(tuple, rows[: begins[0]])), texts=frozenset())
    return made.saying((), texts)


def _pairs(row: Sequence[str]) -> list[tuple[str, str]]:
    """The labels of a row and what stands beside each; none where they do not take turns."""
    filled = [cell.rstrip(" :：") for cell in row if cell]
    pairs = list(zip(filled[::2], filled[1::2], strict=False))
    in_turn = (
        len(filled) % 2 == 0 and any(lookup(label)[0] for label, _ in pairs) and not any(lookup(value)[0] for _, value in pairs)
    )
    return pairs if in_turn else []


def _labels(stated: Sequence[Sequence[tuple[str, str]]], at: int) -> list[str]:
    return [label for label, _ in stated[at]] if at >= 0 else []
