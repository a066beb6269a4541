"""Sheets that are no single table: tables side by side, and labels with values item by item, each made one."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.formats.sheet import Body, OutOfTableText, Sheet, memory_reader, string_array, table_of_columns
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.mapping import KNOWN_NEEDED, SEARCHED_ROWS, find_header
from precursor_screen.readers.tabular.other_texts import ABOVE, out_of_table_cells
from precursor_screen.readers.tabular.shorthand import MOST_ROWS

_GOODS = ("description", "hs_code")


def unfold(sheet: Sheet) -> list[Sheet]:
    """The tables that stand side by side under one header, each as a sheet; else the sheet as it is.

    What stands above them is true of all; a row right above the header that says something of several of them heads each.
    """
    if sheet.named or not any(map(_repeats, sheet.head[:SEARCHED_ROWS])):
        return [sheet]
    place = find_header(sheet)
    names = [name.strip() for name in place.names]
    first = next((name for name in names if name), "")
    starts = [at for at, name in enumerate(names) if name == first]
    spans = list(zip(starts, [*starts[1:], len(names)], strict=True))
    parts = [[name for name in names[begin:end] if name] for begin, end in spans]
    if len(spans) < 2 or place.first != place.row or len(parts[0]) < KNOWN_NEEDED or any(part != parts[0] for part in parts):
        return [sheet]
    if not any(lookup(name)[0] in _GOODS for name in parts[0]):
        return [sheet]
    head = place.row - 1
    over = sheet.head[head - 1] if head else ()
    heads_each = sum(any(cell.strip() for cell in over[begin:end]) for begin, end in spans) > 1
    above = sheet.head[: head - heads_each]
    said = out_of_table_cells(enumerate(above, start=1), ABOVE)
    blank: tuple[tuple[str, ...], ...] = ((),) * len(above)
    found = []
    for at, (begin, end) in enumerate(spans):
        cut = (*blank, *(tuple(row[begin:end]) for row in sheet.head[len(above) :]))
        name = f"{sheet.name} (columns {begin + 1} to {end})"
        part = replace(sheet, name=name, head=cut, read=_Cut(sheet, begin, end), above=(*sheet.above, *above))
        found.append(replace(part, texts=frozenset(column - begin for column in sheet.texts if begin <= column < end)))
        if at:
            found[at] = replace(found[at], notes=(), out_of_table_texts=())
    found[0] = found[0].saying((), said)
    return found


def _repeats(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return len(filled) >= 2 * KNOWN_NEEDED and 2 * len(set(filled)) <= len(filled)


class _Cut:
    """A `read` of some columns of a sheet."""

    def __init__(self, sheet: Sheet, begin: int, end: int) -> None:
        self._sheet, self._begin, self._end = sheet, begin, end

    def __call__(self, after: int, width: int) -> Body:
        body = self._sheet.read(after, self._end)
        columns = body.table.columns[self._begin : self._begin + width]
        return Body(table_of_columns(columns), body.rows, body.broken)


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
