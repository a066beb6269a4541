"""Sheets that are not one table with a row for each line: tables side by side or one below another, a column for each item, labels with values,
a cover."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.formats.sheet import HEAD_ROWS, Body, Sheet, memory_reader, string_array, table_of_columns
from precursor_screen.readers.column_map import PARTY_NAMES
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.concepts import languages_of, meanings, split_header
from precursor_screen.readers.tabular.general_segment import general_segment, pairs_of
from precursor_screen.readers.tabular.header_rows import (
    ADDED_UP,
    GOODS,
    KNOWN_NEEDED,
    SEARCHED_ROWS,
    HeaderPlace,
    find_goods_header,
    find_header,
    padded_names,
)
from precursor_screen.readers.tabular.letterhead import ADDRESSEE, stated_around
from precursor_screen.readers.tabular.other_texts import ABOVE, out_of_table_cells
from precursor_screen.readers.tabular.shorthand import MOST_ROWS
from precursor_screen.readers.tabular.sums import one_of
from precursor_screen.text.text import late

_MOST_BESIDE = 20  # tables; each reads the whole sheet
_HEADED = 6  # rows from a blank one on in which a header is looked for
ITEMS = " (items)"  # ends the name of a table that the sheet does not hold row by row
_OF_SUM = late(lambda: rf"(?:{one_of('sum')})\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_BOX = re.compile(r"\s*([^\W\d_][^:：\n]{0,39})[:：](?:\s*$|\s+(\S))")
_LABELLED = 0.6  # of the lines of a text whose items are labels and what they say
_SAYING = 4  # letters of a word that must mean something in a label of a cover
_FEWEST_LABELLED = 3  # rows
Rows: TypeAlias = tuple[tuple[str, ...], ...]


def unfold(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The tables that stand side by side or one below another in sheets of a file, each as a sheet; a sheet of one table stays as it is.

    What stands above all tables of a sheet is true of each, and what a cover says of all sheets of its workbook.
    """
    parts = [part for sheet in sheets for part in _unfolded(sheet)]
    covers = [sheet for sheet in parts if _is_cover(sheet)] if len(parts) > 1 else []
    if len(covers) != 1:
        return parts
    above = covers[0].head
    return [
        replace(sheet, is_cover=True) if sheet is covers[0] else replace(sheet, above=(*above, *sheet.above)) for sheet in parts
    ]


def carried_over(sheets: Sequence[Sheet]) -> Iterator[Sheet]:
    """The tables of printed pages; those over which nothing is stated, with what the last ones before them do: a table of labels alone, or
    what heads the first page of a list."""
    stated: Rows = ()
    last: Rows = ()
    for sheet in sheets:
        if sheet.form:
            yield sheet
            continue
        is_open = not any(":" in cell or "\n" in cell for row in sheet.above for cell in row)
        over = (*stated, *sheet.above) if is_open else sheet.above
        labels = _whole_labels(sheet.head) if find_goods_header(sheet.head) is None and len(sheet.head) < HEAD_ROWS else ()
        if sheet.above and sheet.above == last and not labels:  # nothing new stands between
            over = stated
        last = sheet.above
        parties = [one for one in stated_around([*over, *labels], (), ()) if one.field in PARTY_NAMES]
        stated = (*over, *labels) if parties else over
        is_address = any(one.label == ADDRESSEE and one.cells[0][0] >= len(over) for one in parties)  # and no table of goods
        yield replace(sheet, above=over, is_cover=is_address)


def _whole_labels(rows: Rows) -> Rows:
    """Rows of labels, each with those below that go on with it: with a label in brackets (`Importer`, and `(consignee):`), or with no label."""
    found: list[tuple[str, ...]] = []
    for row in rows:
        pairs = list(zip(found[-1], row, strict=False)) if found else []
        ends = [low.startswith("(") and low.endswith(":") and up != "" and not up.endswith(":") for up, low in pairs]
        labels, said = ([up for up, _ in pairs[at::2]] for at in (0, 1))
        in_turn = any(labels) and all(up.endswith(":") for up in labels if up) and not any(up.endswith(":") for up in said)
        if any(ends) or (in_turn and not any(row[::2]) and any(row)):
            joined = zip(pairs, ends, strict=True)
            found[-1] = tuple((" " if is_end else "\n").join(filter(None, both)) for both, is_end in joined)
        else:
            found.append(row)
    return tuple(found)


def _is_cover(sheet: Sheet) -> bool:
    """Whether a sheet of a workbook states a party and another fact, and nothing else."""
    if sheet.named or "#" not in sheet.name:
        return False
    fields = states_alone(sheet.head)
    return len(fields) > 1 and not fields.isdisjoint(PARTY_NAMES)


def states_alone(rows: Rows) -> frozenset[str]:
    """The fields that rows state where they hold nothing that could be goods: titles, and labels with what they say; else none."""
    if len(rows) >= HEAD_ROWS or find_goods_header(rows) is not None:
        return frozenset()
    stated = general_segment(rows)
    taken = {row for one in stated for row, _ in one.cells}
    others = ([cell for cell in row if cell.strip()] for at, row in enumerate(rows) if at not in taken)
    said = all(len(row) < 2 or _is_said(row[0]) or _are_boxes(row) for row in others)
    return frozenset(one.field for one in stated) if said else frozenset()


def _is_said(label: str) -> bool:
    """Whether each longer word of a label is one of headers, and none of them says goods."""
    words = [word for word in split_header(label) if len(word) >= _SAYING]
    known = [meanings(word, languages_of((label,))) for word in words]
    return lookup(label)[0] not in GOODS and bool(words) and all(any(meant) for meant in known)


def _are_boxes(cells: Sequence[str]) -> bool:
    """Whether a row is labels with their values, none of them about goods: `ETD/ETA:` beside two days, `Freight: prepaid`."""
    boxes = [match for cell in cells if (match := _BOX.match(cell))]
    beside = len(cells) == 2 and len(boxes) == 1 and not boxes[0][2] and cells[0] == boxes[0].string
    return (beside or len(boxes) == len(cells)) and all(lookup(box[1].strip())[0] not in (*GOODS, *ADDED_UP) for box in boxes)


def _unfolded(sheet: Sheet) -> list[Sheet]:
    if sheet.named:
        return [sheet]
    if any(map(_repeats, sheet.head[:SEARCHED_ROWS])):
        return _side_by_side(sheet)
    if len(sheet.head) >= HEAD_ROWS or sheet.form:
        return [sheet]
    first = find_goods_header(sheet.head)
    return _below(sheet, first) if first else [_turned(sheet) or _labelled(sheet) or sheet]


def _side_by_side(sheet: Sheet) -> list[Sheet]:
    """A row right above the header that says something of several tables heads each."""
    place = find_header(sheet)
    names = padded_names(place, sheet)
    first = next((name for name in names if name), "")
    starts = [0, *[at for at, name in enumerate(names) if name == first][1:]]
    spans = list(zip(starts, [*starts[1:], len(names)], strict=True))
    parts = [[name for name in names[begin:end] if name] for begin, end in spans]
    if not 2 <= len(spans) <= _MOST_BESIDE or any(part != parts[0] for part in parts):
        return [sheet]
    if len(parts[0]) < KNOWN_NEEDED or not any(lookup(name)[0] in GOODS for name in parts[0]):
        return [sheet]
    head = place.first - 1
    over = sheet.head[head - 1] if head else ()
    heads_each = sum(any(cell.strip() for cell in over[begin:end]) for begin, end in spans) > 1
    above = sheet.head[: head - heads_each]
    blank: Rows = ((),) * len(above)
    found = []
    for begin, end in spans:
        head_rows = (*blank, *(tuple(row[begin:end]) for row in sheet.head[len(above) :]))
        texts = frozenset(column - begin for column in sheet.texts if begin <= column < end)
        part = _part(sheet, f" (columns {begin + 1} to {end})", head_rows, _Cut(sheet, begin, len(names)), above)
        found.append(replace(part, texts=texts))
    return _saying_once(found, above)


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
        found.append(_part(sheet, f" (rows {begin + 1} to {end})", sheet.head[begin:end], read, above if begin else ()))
    return _saying_once(found, ())


def _turned(sheet: Sheet) -> Sheet | None:
    """A table with a column for each item and its names in the first column, as a table with a row for each item; all other cells are texts."""
    rows = [tuple(cell.strip() for cell in row) for row in sheet.head]
    goods = next((at for at, row in enumerate(rows) if row and lookup(row[0])[0] == "description"), None)
    if goods is None:
        return None
    begin = next((at + 1 for at in range(goods, -1, -1) if not any(rows[at])), 0)
    end = next((at for at in range(goods, len(rows)) if not any(rows[at])), len(rows))
    block = [row for row in rows[begin:end] if row[0]]
    columns = sorted({at for row in block for at, cell in enumerate(row) if at and cell})
    named = sum(bool(lookup(row[0])[0]) for row in block)
    if (
        sum(map(bool, rows[goods][1:])) < 2
        or named < min(KNOWN_NEEDED, len(block))
        or len(block) < 2
        or any(lookup(cell)[0] for row in block for cell in row[1:])
    ):
        return None
    items = [[(row[0], row[at]) for row in block if at < len(row) and row[at]] for at in columns]
    loose = [(at + 1, row) for at, row in enumerate(rows) if not begin <= at < end or not row[0] or not any(row[1:])]
    return _items(sheet, items, [goods + 1] * len(items), rows[:begin], loose)


def _labelled(sheet: Sheet) -> Sheet | None:
    """A sheet of labels and values throughout, two or more pairs of them in some row, as the item that it states."""
    pairs = [_pairs(row) for row in sheet.head if any(cell.strip() for cell in row)]
    if len(pairs) < _FEWEST_LABELLED or not all(pairs) or max(map(len, pairs)) < 2:
        return None
    return items_of(sheet)


def items_of(sheet: Sheet) -> Sheet | None:
    """A sheet of labels and values, item by item, as a table with a row for each item; None where no label is that of goods.

    An item begins as many rows above the label of its goods as the first one does, up to a blank row; the last one ends at a blank row or
    a party below which no label of another item stands, or sums do where it is the only one.
    """
    if not any(_names_item(_pairs(row)) for row in sheet.head):
        return None
    body = sheet.read(0, max(map(len, sheet.head)))
    if body.table.num_rows > MOST_ROWS:
        return None
    rows = [tuple((cell or "").strip() for cell in row) for row in zip(*(c.to_pylist() for c in body.table.columns), strict=True)]
    stated = [_pairs(row) for row in rows]
    if len(rows) and max(map(len, rows)) == 1 and sum(map(bool, stated)) < _LABELLED * sum(map(any, rows)):
        return None  # running words hold labels, too
    labels = [[label for label, _ in pairs] for pairs in stated]
    goods = [at for at, pairs in enumerate(stated) if _names_item(pairs)]
    lead = 0
    while goods[0] > lead and labels[goods[0] - lead - 1]:
        if any(labels[at - lead - 1] != labels[goods[0] - lead - 1] for at in goods):
            break
        lead += 1
    begins = [at - lead for at in goods]
    of_others = {label for said in labels[begins[0] : begins[-1]] for label in said}
    below = range(goods[-1] + 1, len(rows))
    labelled = [at for at in below if labels[at]]
    last = max((at for at in labelled if not of_others.isdisjoint(labels[at])), default=0)

    def are_sums_below(at: int) -> bool:
        place = bisect_left(labelled, at)
        return place < len(labelled) and _OF_SUM.match(labels[labelled[place]][0]) is not None

    ends = (at for at in below if not any(rows[at]) or any(lookup(label)[0] in PARTY_NAMES for label in labels[at]))
    end = next((at for at in ends if (at > last if of_others else are_sums_below(at))), len(rows))
    spans = zip(begins, [*begins[1:], end], strict=True)
    items = [[pair for pairs in stated[begin:end] for pair in pairs] for begin, end in spans]
    numbers = body.rows.to_pylist()
    loose = [(number, rows[at]) for at, number in enumerate(numbers) if not begins[0] <= at < end or not stated[at]]
    made = _items(sheet, items, [numbers[begin] for begin in begins], rows[: begins[0]], loose)
    return made.saying(body.broken, ())


def _names_item(pairs: Sequence[tuple[str, str]]) -> bool:
    return any(lookup(label)[0] == "description" for label, _ in pairs)


def _pairs(row: Sequence[str]) -> list[tuple[str, str]]:
    """The labels of a row and what stands beside each, or of its only cell; none where they do not take turns."""
    cells = [cell for cell in row if cell.strip()]
    if len(cells) == 1:
        return pairs_in(cells[0]) if "\n" not in cells[0] else []
    filled = [said for cell in row if (said := cell.strip().rstrip(" :："))]
    pairs = list(zip(filled[::2], filled[1::2], strict=False))
    labelled = any(lookup(label)[0] for label, _ in pairs) and not any(
        lookup(value)[0]
        for _, value in pairs
        if not value[0].isdigit()  # `100 kg` is not a header, though its unit names a mass
    )
    return pairs if len(filled) % 2 == 0 and labelled else []


def is_of_sums(line: str) -> bool:
    """Whether a line begins with a word for a sum."""
    return _OF_SUM.match(line.lstrip(" *")) is not None


def pairs_in(line: str) -> list[tuple[str, str]]:
    """The labels and values of a line. A line of sums has none; the words before its first label may show that it is one (`REPORT   GROSS: 9,183 kg`)."""
    pairs = [(label.strip(), said) for label, said in pairs_of(line)]
    before = line[: line.find(pairs[0][0])].strip() if pairs else ""
    of_sums = is_of_sums(line) or (_WORDS.fullmatch(before) and all(lookup(label)[0] in ADDED_UP for label, _ in pairs))
    return [] if of_sums else pairs


def _items(
    sheet: Sheet,
    items: Sequence[Sequence[tuple[str, str]]],
    numbers: Sequence[int],
    above: Sequence[tuple[str, ...]],
    loose: Sequence[tuple[int, tuple[str, ...]]],
) -> Sheet:
    """A sheet with a row for each item.

    Args:
        sheet: that holds them.
        items: labels and values of each; values of one label are joined by a break of lines.
        numbers: the source row of each.
        above: rows that state what holds for all.
        loose: source row and cells of what is screened as texts.
    """
    cells = [{label: "\n".join(values) for label, values in grouped(pairs).items()} for pairs in items]
    names = tuple(dict.fromkeys(label for item in cells for label in item))
    columns = [pa.chunked_array([string_array([item.get(name) for item in cells])], pa.string()) for name in names]
    head = (names, *(tuple(item.get(name, "") for name in names) for item in cells[:SEARCHED_ROWS]))
    made = _part(sheet, ITEMS, head, memory_reader(columns, numbers), tuple(above))
    return replace(made, named=True, texts=frozenset()).saying((), out_of_table_cells(loose, ABOVE))


def _part(sheet: Sheet, where: str, head: Rows, read: Callable[[int, int], Body], above: Rows) -> Sheet:
    return replace(sheet, name=f"{sheet.name}{where}", head=head, read=read, above=(*sheet.above, *above))


def _saying_once(parts: Sequence[Sheet], above: Rows) -> list[Sheet]:
    """The parts of a sheet, the first with what is said of all of it."""
    texts = out_of_table_cells(enumerate(above, start=1), ABOVE)
    return [parts[0].saying((), texts), *(replace(part, notes=(), out_of_table_texts=()) for part in parts[1:])]


def _repeats(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return len(filled) >= 2 * KNOWN_NEEDED and 2 * len(set(filled)) <= len(filled)


class _Cut:
    """A `read` of some columns of a sheet. The first of them tells of rows that are broken."""

    def __init__(self, sheet: Sheet, begin: int, width: int) -> None:
        self._sheet, self._begin, self._width = sheet, begin, width

    def __call__(self, after: int, width: int) -> Body:
        body = self._sheet.read(after, self._width)  # a row of text is read with all its cells, or is broken
        columns = body.table.columns[self._begin : self._begin + width]
        return Body(table_of_columns(columns), body.rows, () if self._begin else body.broken)


class _Rows:
    """A `read` of some rows of a sheet; rows count from the first of them, and keep their numbers in the source."""

    def __init__(self, sheet: Sheet, begin: int, end: int) -> None:
        self._sheet, self._begin, self._end = sheet, begin, end

    def __call__(self, after: int, width: int) -> Body:
        body = self._sheet.read(self._begin + after, width)
        count = int(np.searchsorted(np.asarray(body.rows), self._end, side="right"))
        broken = tuple(one for one in body.broken if one.row <= self._end)
        return Body(body.table.slice(0, count), body.rows.slice(0, count), broken)
