"""Goods in running text, as letters and mails state them: in columns, as labels with values item by item, in entries of a list, and as names with
lines of facts below each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence, Set
from itertools import chain
from typing import Final, TypeAlias

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.formats.blob import Blob
from precursor_screen.formats.flow import Row
from precursor_screen.formats.reading import read_directly
from precursor_screen.formats.sheet import HEAD_ROWS, Sheet, head_of, memory_reader, string_array
from precursor_screen.formats.text_columns import unleadered
from precursor_screen.readers.cells import for_python
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.content import is_hs_code
from precursor_screen.readers.tabular.details import facts_in
from precursor_screen.readers.tabular.header_rows import ADDED_UP, find_goods_header
from precursor_screen.readers.tabular.shorthand import MOST_ROWS
from precursor_screen.readers.tabular.sums import total_pattern
from precursor_screen.readers.tabular.unfold import is_of_sums, items_of, pairs_in
from precursor_screen.text.numbers import parse_number
from precursor_screen.text.quantity_words import is_package_kind, words
from precursor_screen.text.text import plain

WAYS: Final = ("columns", "labels", "lists", "facts")
LABELS: Final = ("labels",)  # which also reports have
_MOST_LINES: Final = 2_000  # of a text; a longer one is not a letter
_TELLING: Final = frozenset((*ADDED_UP, "hs_code", "cas_numbers")) - {"packages", "value"}  # what makes an entry one of goods
_ENTRY: Final = re.compile(r"\s*(?:[•·▪●◦‣*–—-]|\(?\d{1,3}[.)])\s+(\S.*)")
_BETWEEN: Final = (" – ", " — ", " - ", " | ", "; ", " / ", ", ")
_LEAST_PARTS: Final = 3
_WRAPPED: Final = 60  # characters of a line that may go on in the next one
_CELLS: Final = re.compile(r"\t+| {3,}|\s*[|;]\s*")
_OF_ITEM: Final = re.compile(r"(\D{2,30}?)\s*\d{0,3}\s*[:：.)]\s*(\S.*)")  # `Item 1: wool`
_NUMBERED: Final = re.compile(r"([^\W\d_]{2,12}|)[ .:]*(\d{1,4})(?: *[.):–-] *| {2,})(\S.*)")  # `ART 01   WOOL`
MASSES: Final = ("net_mass", "gross_mass")
_AMOUNT: Final = re.compile(r"\d[\d.,]*\d")
Entry: TypeAlias = tuple[list[int], dict[str, tuple[str, str]]]  # its lines, and field -> label and value
_NUMBER_ALONE: Final = re.compile(r"\(?\d{1,3}[.)]?")
_OF_GOODS: Final = frozenset(("hs_code", "cas_numbers", "item_number"))  # a sentence may end above a mass
_MOST_OVER: Final = 2
_GOODS: Final = ("Description of goods",)
_RULE: Final = re.compile(r"[-=_+|:\s]*")
_REMARK: Final = re.compile(r"(\([^()]*\))[\s.;]*$")  # behind all that an entry states
_OF_EACH: Final = re.compile(r"(\d[\d.,]*)\s+(\D{2,20}?)(?:\s+\D{1,3})?\s+\d[\d.,]*\s*[^\W\d_]{1,10}\.?")  # `18 drums of 160 kg`
_FIGURE: Final = re.compile(r"([^\d]{0,30}?)[\s:#.=]*(\d[\d\s.,'’\u00a0-]*?)\s*([^\d]{0,20})")


class Goods(Struct, frozen=True):
    """Goods that a text states: as a sheet, and the positions of its lines that say nothing else."""

    sheet: Sheet
    used: frozenset[int]


def goods_in(lines: Sequence[Row], name: str, format_name: str, ways: Collection[str] = WAYS) -> Goods | None:
    """The goods that lines of text state; None where they state none.

    Args:
        lines: in their order, each as its cells: one, where nothing parts it.
        name: of the file.
        format_name: of the file.
        ways: in which they are looked for.
    """
    if not 0 < len(lines) <= (MOST_ROWS if ways == LABELS else _MOST_LINES):
        return None
    lines = [("",) if _RULE.fullmatch(row[0]) and len(row) == 1 else tuple(map(unleadered, row)) for row in lines]
    find = {"columns": _columns, "labels": _items, "lists": _entries, "facts": _facts_below}
    found = next((goods for way in ways if (goods := find[way](lines, name))), None)
    if found is None:
        return None
    around = (lines[: min(found.used)], lines[max(found.used) + 1 :])
    above, below = (tuple(filter(any, map(_with_pairs, part))) for part in around)
    sheet = replace(found.sheet, format=format_name, above=above, below=below, out_of_table_texts=())
    return replace(found, sheet=sheet)


def paired(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Lines of text; labels and values that take turns, two or more of each, side by side."""
    made: list[Row] = []
    at = 0
    while at < len(rows):
        end = at
        while end + 1 < len(rows) and _is_label(rows[end]) and len(rows[end + 1]) == 1 and not _is_label(rows[end + 1]):
            end += 2
        if end - at > 2:
            made += [(label, value) for (label,), (value,) in zip(rows[at:end:2], rows[at + 1 : end : 2], strict=True)]
            at = end
        else:
            made.append(rows[at])
            at += 1
    return tuple(made)


def _is_label(row: Row) -> bool:
    text = row[0].rstrip(" :：") if len(row) == 1 else ""
    return not text[:1].isdigit() and bool(lookup(text)[0])


def _columns(lines: Sequence[Row], name: str) -> Goods | None:
    """A table of columns, as a text file may hold one: from its header to the last line that is one of several cells."""
    texts = ["" if _RULE.fullmatch(text) else text for text in map("\t".join, lines)]
    begin = _header_in(texts, name)
    if begin is None:
        return None
    end = max(at for at in range(begin, len(texts)) if at == begin or len(_CELLS.split(texts[at].strip())) >= _LEAST_PARTS) + 1
    while end < len(texts) and texts[end].strip():  # a last cell may go on below
        end += 1
    table = texts[begin:end]
    if _header_in(table, name) is None:
        return None
    return Goods(read_directly(_as_blob(table, name), "text")[0], frozenset(range(begin, end)))


def _header_in(texts: Sequence[str], name: str) -> int | None:
    if not any(len(_CELLS.split(text.strip())) >= _LEAST_PARTS for text in texts):
        return None
    place = find_goods_header(read_directly(_as_blob(texts, name), "text")[0].head)
    return place.first - 1 if place else None


def _as_blob(texts: Sequence[str], name: str) -> Blob:
    return Blob(name, "\n".join(texts).encode("utf-8", "replace"))


def _items(lines: Sequence[Row], name: str) -> Goods | None:
    """Labels with values, item by item, of which each states more than what the goods are called."""
    found = _items_of([_with_pairs(row) for row in lines], lines, name)
    more = _facts_below(lines, name) if found else None  # where a label stands before some facts only
    return more if more and found and more.sheet.read(0, 1).rows == found.sheet.read(0, 1).rows else found


def _facts_below(lines: Sequence[Row], name: str) -> Goods | None:
    """Names of goods, with lines below each that state facts of them, label or not: `net 100 kg, gross 110 kg`, `18 drums`."""
    lines = [_numbered(row) for row in lines]
    found = _items_of([_with_facts(row) for row in lines], lines, name)
    if found is None:
        return None
    begins = (lines[number - 1][0] for number in found.sheet.read(0, 1).rows.to_pylist())
    are_goods = not _OF_GOODS.isdisjoint(lookup(label)[0] for label in found.sheet.head[0]) or all(map(_ENTRY.fullmatch, begins))
    return found if are_goods else None


def _items_of(rows: Sequence[Row], lines: Sequence[Row], name: str) -> Goods | None:
    """The items of rows that are labels and values, or else lines."""
    rows = _with_names(rows, lines)
    width = max(map(len, rows))
    columns = [
        pa.chunked_array([string_array([row[at] if at < len(row) else None for row in rows])], pa.string()) for at in range(width)
    ]
    made = items_of(Sheet(name, "text", "", tuple(rows), False, memory_reader(columns))) if width > 1 else None
    if made is None:
        return None
    telling = [at for at, label in enumerate(made.head[0]) if lookup(label)[0] in _TELLING]
    if not any(map(str.isdigit, "".join(row[at] for row in made.head[1:] for at in telling))):
        return None
    loose = {one.row for one in made.out_of_table_texts}
    first = made.read(0, 1).rows[0].as_py() - 1
    used = frozenset(at for at in range(first, len(rows)) if len(rows[at]) > 1 and at + 1 not in loose)
    return Goods(made, used)


def _with_names(rows: Sequence[Row], lines: Sequence[Row]) -> list[Row]:
    """The rows, each line that heads a block of labels with a code or a mass as the name of its goods, where no label says what these are: two or
    more, or with a number before it."""
    fields = [{lookup(label)[0] for label in row[::2]} if len(row) > 1 else set() for row in rows]
    if any("description" in said for said in fields):
        return list(rows)
    heads = []
    for at, row in enumerate(rows[:-1]):
        if len(row) != 1 or not row[0].strip() or not fields[at + 1]:
            continue
        end = next((below for below in range(at + 1, len(rows)) if not fields[below]), len(rows))
        if not _TELLING.isdisjoint(chain.from_iterable(fields[at + 1 : end])):
            heads.append(at)
    begins = [_begin_of(at, rows, fields) for at in heads]
    numbered = [match for at in begins if (match := _NUMBERED.fullmatch(lines[at][0].strip()))]
    names: dict[int, Row]
    if [int(one[2]) for one in numbered] == list(range(1, len(heads) + 1)) and len({one[1] for one in numbered}) == 1:
        more = [
            " ".join(rows[at][0].strip() for at in range(begin + 1, end + 1)) for begin, end in zip(begins, heads, strict=True)
        ]
        told = zip(begins, numbered, more, strict=True)
        names = {at: ("Item number", one[2], *_GOODS, f"{one[3]} {rest}".strip()) for at, one, rest in told}
    elif len(heads) > 1 or any(_ENTRY.fullmatch(lines[at][0]) for at in heads):
        names = {at: (*_GOODS, entry[1] if (entry := _ENTRY.fullmatch(lines[at][0])) else rows[at][0]) for at in heads}
    else:
        return list(rows)
    return [names.get(at, row) for at, row in enumerate(rows)]


def _begin_of(head: int, rows: Sequence[Row], fields: Sequence[Set[str]]) -> int:
    """The line, two above at most, in which what the goods of a block are called begins with their number."""
    for at in range(head, max(head - _MOST_OVER, 0) - 1, -1):
        if len(rows[at]) != 1 or not rows[at][0].strip() or fields[at]:
            break
        if _NUMBERED.fullmatch(rows[at][0].strip()):
            return at
    return head


def _numbered(row: Row) -> Row:
    """A line without the cells that are blank, and a number alone with what it numbers."""
    filled = tuple(filter(None, row)) or ("",)
    return (" ".join(filled),) if len(filled) == 2 and _NUMBER_ALONE.fullmatch(filled[0]) else filled


def _with_facts(row: Row) -> Row:
    """A line as labels and values, where each of its cells is such or states facts."""
    told = [_pairs_or_facts(cell) for cell in row]
    return tuple(chain(*told)) if all(told) else row


def _pairs_or_facts(cell: str) -> Row:
    if is_of_sums(cell):
        return ()
    if len(pairs := _with_pairs((cell,))) > 1:
        return pairs
    entry = _ENTRY.fullmatch(cell)  # `2. Tin` is not two tins
    return tuple(said for fact in _facts((entry[1] if entry else cell).strip(" .;")).values() for said in fact)


def _with_pairs(row: Row) -> Row:
    """A line as labels and values, where it is such: `Goods: acetone, net: 100 kg`."""
    if len(row) != 1:
        return row
    entry = _ENTRY.fullmatch(row[0])
    text = entry[1] if entry else row[0]
    return tuple(part for pair in pairs_in(text) for part in pair) or row


def _entries(lines: Sequence[Row], name: str) -> Goods | None:
    """Entries of a list, two or more one below another, each of parts between the same signs, of which some are a code or a mass."""
    entries = list(_gathered(lines))
    for between in _BETWEEN:
        told = [_parsed(text, between) for _, text in entries]
        runs: list[list[int]] = [[]]
        for at, one in enumerate(told):
            if one is None or (runs[-1] and not _follows(entries[runs[-1][-1]][0], entries[at][0], lines)):
                runs.append([])
            if one is not None:
                runs[-1].append(at)
        places = [at for run in runs if len(run) > 1 for at in run]
        if places:
            goods = [(entries[at][0], told[at] or {}) for at in places]
            return _as_goods(_as_summed(goods, [text for _, text in entries if is_of_sums(text)]), name)
    return None


def _gathered(lines: Sequence[Row]) -> Iterator[tuple[list[int], str]]:
    """The entries of a list, with the lines in which each goes on, and other lines alone: their positions and what they say."""
    at = 0
    while at < len(lines):
        text = " ".join(lines[at])
        entry, begin = _ENTRY.fullmatch(text), at
        at += 1
        if not text.strip():
            continue
        if entry:
            text = entry[1]
            while at < len(lines) and (more := " ".join(lines[at])).strip() and not _ENTRY.fullmatch(more):
                if len(" ".join(lines[at - 1])) < _WRAPPED and not more[0].isspace():
                    break
                text, at = f"{text} {more.strip()}", at + 1
        pieces = text.split("; ")
        several = len(pieces) > 1 and any(all(_parsed(piece, between) for piece in pieces) for between in _BETWEEN)
        for piece in pieces if several else [text]:  # a sentence that lists them
            yield list(range(begin, at)), piece


def _follows(before: Sequence[int], after: Sequence[int], lines: Sequence[Row]) -> bool:
    return not any("".join(lines[at]).strip() for at in range(before[-1] + 1, after[0]))


def _parsed(text: str, between: str) -> dict[str, tuple[str, str]] | None:
    """Field -> label and value of an entry; None where the entry does not state goods."""
    remark = _REMARK.search(text)
    first, *parts = (text[: remark.start()].rstrip() if remark else text).split(between)
    if (numbered := _OF_ITEM.fullmatch(first)) and lookup(numbered[1])[0] in ("description", "item_number"):
        first = numbered[2]
    name, mark, more = first.rpartition(": ")
    if mark and _facts(more):
        first, parts = name, [more, *parts]
    if len(parts) + 1 < _LEAST_PARTS or sum(c.isalpha() for c in first) < _LEAST_PARTS:
        return None
    facts: dict[str, tuple[str, str]] = {}
    goods = [first.strip()]
    for part in parts:
        told = _facts(part.strip(" .;"))
        if told and facts.keys().isdisjoint(told):
            facts |= told
        else:
            goods.append(part.strip())
    if len(facts) < _LEAST_PARTS - 1 or _TELLING.isdisjoint(facts):
        return None
    called = _without_and(between.join(goods))
    if for_python(total_pattern()).search(called):
        return None
    return {"description": ("Description of goods", f"{called} {remark[1]}" if remark else called), **facts}


def _without_and(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if rest and (word := words().get(plain(first))) and word.role == "and" else text


def _facts(part: str) -> dict[str, tuple[str, str]]:
    """What a part states, or all of the parts in it: `158 kg net / 171 kg gross`; none where anything of it is not known."""
    for between in ("", *_BETWEEN):
        told = [_stated(said) for said in (part.split(between) if between else [part])]
        if all(told) and (len(told) > 1 or not between):
            return {field: (label, value) for field, label, value in chain(*told)}
    return {}


def _stated(part: str) -> list[tuple[str, str, str]]:
    """What a part states: fields, their labels and values; none where anything of it is not known."""
    match = _FIGURE.fullmatch(part)
    if (each := _OF_EACH.fullmatch(part)) and is_package_kind(each[2]):
        return [("packages", "Packages", f"{each[1]} {each[2]}"), ("", "Content of each", part)]
    if match is None:
        return [(field, field.replace("_", " "), value) for field, value in facts_in(part)]
    before, figure, behind = (said.strip(" :.") for said in match.groups())
    if is_package_kind(behind) and (not before or lookup(before)[0] == "quantity"):
        return [("packages", "Packages", f"{figure} {behind}")]
    for label, value in ((before, f"{figure} {behind}".strip()), (behind, figure)):
        if label and (field := lookup(label)[0]) and field not in ("description", "quantity_unit"):
            return [(field, label, value)]
    return [("hs_code", "HS code", figure)] if is_hs_code(figure) and not behind else []


def _as_summed(goods: Sequence[Entry], sums: Sequence[str]) -> Sequence[Entry]:
    """The entries, their masses without marks of thousands, where a sum proves that they are: of `8.000 kg` and `312 kg` one of `8.312 kg`."""
    marks = []
    for mark in ".,":
        stated = {number.value for text in sums for figure in _AMOUNT.findall(text) if (number := parse_number(figure, mark))}
        masses = [[parse_number(facts[field][1], mark) for _, facts in goods if field in facts] for field in MASSES]
        if any(all(some) and sum(one.value for one in some if one) in stated for some in masses if len(some) > 1):
            marks.append(mark)
    if len(marks) != 1:
        return goods
    grouping = "," if marks == ["."] else "."
    return [
        (lines, facts | {field: (facts[field][0], facts[field][1].replace(grouping, "")) for field in MASSES if field in facts})
        for lines, facts in goods
    ]


def _as_goods(entries: Sequence[Entry], name: str) -> Goods:
    labels = {field: label for _, facts in reversed(entries) for field, (label, _) in facts.items()}
    fields = list(dict.fromkeys(field for _, facts in entries for field in facts))
    columns = [
        pa.chunked_array([string_array([facts[field][1] if field in facts else None for _, facts in entries])], pa.string())
        for field in fields
    ]
    names = tuple(labels[field] for field in fields)
    read = memory_reader(columns, [lines[0] + 1 for lines, _ in entries])
    sheet = Sheet(name, "text", "", head_of(names, columns, HEAD_ROWS), True, read)
    return Goods(sheet, frozenset(at for lines, _ in entries for at in lines))
