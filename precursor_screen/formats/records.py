"""JSON and XML to cells: an array of objects, an object that holds one, or one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from lxml import etree
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.formats.blob import unreadable
from precursor_screen.formats.encoding import Text
from precursor_screen.formats.sheet import Broken, JoinedLists, Sheet, memory_reader, numbered, string_array
from precursor_screen.formats.xml_levels import DAMAGE, START, documents_of, stream_levels

LIST_SEPARATOR = "; "
MAX_COLUMNS = 2_000  # beyond this the keys are data (numbers, names), not columns
MAX_DEPTH = 12
MOST_REPEATED = 256 << 20  # characters that rows repeat of the records around them
_SHOWN = 200
_OF_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

Record = dict[str, str | None]


def read_json(source: Text) -> Sheet:
    """A JSON or JSON lines file as a sheet whose names are known; records count from 1.

    Nested objects become columns named with dots; a list of objects inside a record (items of a bill) becomes one row each,
    with what the record says beside it repeated.

    Raises:
        UnreadableManifest: no JSON, or no object in it.
    """
    blob, notes = source.blob, source.notes
    whole, broken, lines = _parse(blob.read().decode("utf-8", "replace").removeprefix("\ufeff"), blob.name)
    return _of_text(source, whole, [*notes, *broken], "JSON lines" if lines else "JSON")


def read_xml(source: Text) -> Sheet:
    """An XML file of an unknown schema as a sheet like that of JSON: elements are objects, those that come again are lists, attributes are texts.

    Raises:
        UnreadableManifest: no element in it, a document type, or beyond the limits of `xml_levels`.
    """
    blob = source.blob
    whole: list[tuple[int, Any]] = []
    broken = list(source.notes)
    for document in documents_of(blob.read().decode("utf-8", "replace")):
        record, damage = _xml_record(document, blob.name)
        whole += ((number, one) for number, one in enumerate(find_records(record), start=len(whole) + 1))
        broken += [Broken(1, "", 1, f"the XML {damage}; what comes before was read", "lost-rows")] if damage else []
    return _of_text(source, whole, broken, "XML")


def _xml_record(text: str, file: str) -> tuple[Any, str]:
    """What the root of a document holds, and what is wrong with it, if anything."""
    opened: list[tuple[Any, dict[str, list[Any]]]] = [(None, {})]
    damage = ""
    for event, element in stream_levels(text, file):
        if event == START:
            stated = ((key, value.strip()) for key, value in element.attrib.items() if not key.startswith(_OF_XSI))
            opened.append((element, {etree.QName(key).localname: [value] for key, value in stated if value}))
        elif event == DAMAGE:
            damage = str(element)
        else:
            _close(opened)
    while len(opened) > 1:  # what the damage left open
        _close(opened)
    return _value_of(opened[0][1], []), damage


def _close(opened: list[tuple[Any, dict[str, list[Any]]]]) -> None:
    """The innermost of the open elements becomes a value of the one around it."""
    element, members = opened.pop()
    texts = [element.text, *(child.tail for child in element)]
    value = _value_of(members, [said.strip() for said in texts if said and said.strip()])
    opened[-1][1].setdefault(etree.QName(element).localname, []).append(value)
    element[:] = []


_UNITS = frozenset(("unitcode", "unit", "uom", "unitofmeasure", "measureunit", "currencyid", "currency"))


def _value_of(members: dict[str, list[Any]], texts: list[str]) -> Any:
    """An element as JSON would have it: its text, with its unit; or an object, whose own text has no key."""
    units = [key for key, (unit, *_) in members.items() if key.casefold() in _UNITS and unit.isalpha()] if texts else []
    texts += [members.pop(key)[0] for key in units]
    if not texts and members.keys() == {"value"}:  # <name value="acetone"/>
        texts = members.pop("value")
    if not members:
        return " ".join(texts)
    found = {key: values[0] if len(values) == 1 else values for key, values in members.items()}
    return {**found, "": " ".join(texts)} if texts else found


def _of_text(source: Text, whole: Iterable[tuple[int, Any]], broken: list[Broken], kind: str) -> Sheet:
    sheet = sheet_of_records(source.blob.name, whole, broken, kind)
    return replace(sheet, encoding=str(source.choice), out_of_table_texts=source.out_of_table_texts)


def sheet_of_records(name: str, whole: Iterable[tuple[int, Any]], broken: list[Broken], kind: str) -> Sheet:
    """Records as a sheet whose names are known.

    Args:
        name: of the file.
        whole: number and record of each.
        broken: what stands for the others.
        kind: of the file, for reports.

    Raises:
        UnreadableManifest: there is no record, or none says anything.
    """
    rows: list[Record] = []
    numbers: list[int] = []
    room = Room()
    places: list[tuple[int, dict[tuple[str, ...], str]]] = []  # where a record begins that holds lists side by side
    for number, value in whole:
        room.lists = {}
        exploded = explode(value, room)
        places += [(len(rows), room.lists)] if room.lists else []
        for row in exploded:
            rows.append(row)
            numbers.append(number)
    if kind == "XML" and not any(text for row in rows for text in row.values()):
        raise unreadable(name, "is XML without a text", "Ask the sender for another file.")
    if not any(rows):
        raise unreadable(name, "is JSON without a list of objects", "Give an array of objects, one a line of goods.")
    broken = [*broken, *(Broken(1, name[:_SHOWN], 1, reason, "lost-rows") for name, reason in room.closed.items())]
    # A record may explode into several rows; rows are numbered as they come, since a report must tell them apart.
    if len(numbers) != len(set(numbers)) or kind != "JSON lines":
        numbers = list(range(1, len(rows) + 1))
    sheet = _to_sheet(rows, numbers, name, kind, broken)
    opened = [f"{one}." for one in room.opened]
    levels, begins = (tuple(sum(map(one.startswith, opened)) for one in some) for some in (sheet.head[0], room.begins))
    joined = (JoinedLists(numbers[at], names, opened) for at, lists in places for names, opened in lists.items())
    return replace(sheet, joined=tuple(joined), levels=levels, begins=begins)


def _parse(text: str, name: str) -> tuple[list[tuple[int, Any]], list[Broken], bool]:
    try:
        value = _loads(text)
    except RecursionError as error:
        raise unreadable(name, "is JSON nested too deeply", "Ask for a flat list.") from error
    except ValueError as error:
        parsed, broken = _objects(_lines(text))
        if not parsed:
            place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "the start"
            raise unreadable(
                name, f"is damaged JSON (at {place})", "Check it with a JSON validator, or ask for it again."
            ) from error
        return parsed, broken, True
    records, broken = _objects((number, one, str(one)) for number, one in enumerate(find_records(value), start=1))
    return records, broken, False


def _objects(values: Iterable[tuple[int, Any, str]]) -> tuple[list[tuple[int, Any]], list[Broken]]:
    """The objects among numbered values, and what stands for each of the others, as filed."""
    records: list[tuple[int, Any]] = []
    broken: list[Broken] = []
    for number, value, shown in values:
        if isinstance(value, dict):
            records.append((number, value))
        else:
            broken.append(value if isinstance(value, Broken) else Broken(number, shown, 1, "is not an object", "broken-record"))
    return records, broken


def _lines(text: str) -> Iterator[tuple[int, Any, str]]:
    lines = text.split("\n")
    for number, line in enumerate(lines if lines[-1].strip() else lines[:-1], start=1):
        value: Any = Broken(number, "", 1, "is blank", "blank-row")
        if line.strip():
            try:
                value = _loads(line)
            except (ValueError, RecursionError) as error:
                value = Broken(number, line, 1, f"is not JSON ({error})"[:_SHOWN], "broken-record")
        yield number, value, line


def _loads(text: str) -> Any:
    # Numbers stay as filed: 0304 is not a JSON number, but 900.10 is, and its zero belongs to the document.
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None, object_pairs_hook=_keep_repeated)


def _keep_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with every value of a repeated key, numbered: RFC 8259 leaves open which counts, so none may be lost."""
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    return dict(zip(numbered(key for key, _ in pairs), (value for _, value in pairs), strict=True))


def find_records(value: Any, depth: int = 0) -> list[Any]:
    """The list of records in a parsed JSON value: itself, or the longest list of objects within, its surroundings repeated."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    if depth < 3 and not any(_is_objects(v) for v in value.values()):
        # A lone envelope ({"manifest": {...}}) is opened; an object of plain values is itself the record.
        inner = [v for v in value.values() if isinstance(v, dict)]
        if len(inner) == 1 and len(value) == 1:
            return find_records(inner[0], depth + 1)
    return [value]


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


class Room(Struct):
    """How much may still be repeated while lists are opened, and which lists stayed closed for want of it.

    Attributes:
        texts: characters that rows may still repeat of what stands around them.
        closed: name of a list that was not opened -> why.
        lists: of the record at hand, columns that hold a list each -> the list beside them that was opened, or empty.
        opened: names of the lists that were opened.
        begins: of each row, what the keys begin with of the outermost object that begins there.
        begun: the same of the row that comes next; None: nothing has begun since the last one.
    """

    texts: int = MOST_REPEATED
    closed: dict[str, str] = field(default_factory=dict)
    lists: dict[tuple[str, ...], str] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    begins: list[str] = field(default_factory=list)
    begun: str | None = None

    def row(self, flat: Record) -> list[Record]:
        """A row, as it comes."""
        self.begins.append(self.begun or "")
        self.begun = None
        return [flat]


def explode(record: dict[str, Any], room: Room | None = None) -> list[Record]:
    """Rows of one record: the longest list of objects in it becomes rows, again and again, lists within lists too."""
    return _explode(record, "", 0, room or Room())


def _explode(record: dict[str, Any], prefix: str, depth: int, room: Room) -> list[Record]:
    room.begun = prefix if room.begun is None else room.begun
    flat: Record = {}
    lists: list[tuple[str, list[dict[str, Any]]]] = []
    plain = _flatten(record, prefix, flat, lists, 0)
    if not lists:
        _note_lists(plain, "", room)
        return room.row(flat)
    name, items = max(lists, key=lambda item: _rank(*item)) if len(lists) > 1 else lists[0]
    for other, values in lists:
        if other != name:
            joined = _join(other, values, flat, room)
            plain += joined if len(values) > 1 and _lines_in(other, values) else []
    _note_lists(plain, name if len(items) > 1 and _lines_in(name, items) else "", room)
    if not _lines_in(name, items):
        _join(name, items, flat, room)
        return room.row(flat)
    if depth >= MAX_DEPTH:
        room.closed[name] = f"lists are nested more than {MAX_DEPTH} deep: the one within was read as text, its masses were not"
        _join(name, items, flat, room)
        return room.row(flat)
    room.opened.add(name)
    around = sum(map(len, filter(None, flat.values())))
    rows: list[Record] = []
    for item in items:
        for row in _explode(item, f"{name}.", depth + 1, room):
            room.texts -= around
            if room.texts < 0 and rows:
                room.closed[name] = (
                    "what stands around the lists would be repeated too often: from here on rows hold only what is their own"
                )
            rows.append({**flat, **row} if room.texts >= 0 or not rows else row)
    return rows


_DECIMAL = re.compile(r"\d+[.,]\d+")
_LOOKED_AT = 20  # objects of a list


def _rank(name: str, items: list[dict[str, Any]]) -> tuple[bool, bool, int, int]:
    """Which of several lists is that of the goods: they have figures with decimals, as neither parties nor documents do."""
    lines = _lines_in(name, items)
    stated: list[Record] = [{} for _ in items[:_LOOKED_AT]]
    for one, found in zip(items, stated, strict=False):
        _flatten(one, "", found, [], 0)
    figures = any(_DECIMAL.fullmatch(text) for found in stated for text in found.values() if text)
    return lines > 0, figures, lines, len(items)


def _note_lists(names: list[str], opened: str, room: Room) -> None:
    if len(names) > 1 or (names and opened):
        room.lists[tuple(names)] = opened


_NOT_ITEMS = (
    *("container", "equipment", "party", "parties", "document", "reference", "seal", "address", "contact", "route", "leg"),
    *("charge", "fee", "tax", "duty", "duties", "payment", "event", "milestone"),
)


def _lines_in(name: str, items: list[dict[str, Any]], depth: int = 0) -> int:
    """How many lines of goods a list holds: containers and parties describe a line, they do not multiply it, unless goods are listed in them."""
    last = name.rsplit(".", 1)[-1].lower()
    if not any(word in last for word in _NOT_ITEMS):
        return len(items)
    if depth >= MAX_DEPTH:
        return 0
    within = ((key, objects_of(value)) for item in items for key, value in item.items())
    return sum(_lines_in(key, listed, depth + 1) for key, listed in within if listed)


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, those of lists within it too; a bare text among them is an object of one text. Empty: it holds no object."""
    if not isinstance(value, list) or not any(isinstance(v, (dict, list)) for v in value):
        return []
    found: list[dict[str, Any]] = []
    waiting = list(reversed(value))
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif one is not None:
            found.append(one if isinstance(one, dict) else {"text": one})
    return found if any(one.keys() != {"text"} for one in found) else []


def _flatten(
    value: dict[str, Any], prefix: str, flat: Record, lists: list[tuple[str, list[dict[str, Any]]]], depth: int
) -> list[str]:
    """Puts texts in `flat` and lists of objects in `lists`; the names of lists of several plain values, which become one text."""
    plain: list[str] = []
    for key, item in value.items():
        name = f"{prefix}{key}".rstrip(".")
        if isinstance(item, dict) and depth < MAX_DEPTH:
            plain += _flatten(item, f"{name}.", flat, lists, depth + 1)
        elif objects := objects_of(item):
            lists.append((name, objects))
        else:
            flat[name] = _text(item)
            if isinstance(item, list) and len(item) > 1:
                plain.append(name)
    return plain


def _join(name: str, values: list[dict[str, Any]], flat: Record, room: Room) -> list[str]:
    """Joins the texts of a list that is not a list of lines, one text for each name in it.

    Returns:
        The names.
    """
    texts_by_key: dict[str, list[str]] = {}
    for value in values:
        part: Record = {}
        inner: list[tuple[str, list[dict[str, Any]]]] = []
        _flatten(value, f"{name}.", part, inner, 0)
        for key, items in inner:
            part[key] = json.dumps(items, ensure_ascii=False)
            if name not in room.closed and _lines_in(key, items):
                room.closed[key] = "a second list of goods beside a longer one: it was read as text, its masses were not"
        for key, text in part.items():
            if text:
                texts_by_key.setdefault(key, []).append(text)
    for key, texts in texts_by_key.items():
        flat[key] = LIST_SEPARATOR.join(texts)
    return list(texts_by_key)


def _text(item: Any) -> str | None:
    if item is None or isinstance(item, str):
        return item
    if isinstance(item, bool):
        return "TRUE" if item else "FALSE"
    if isinstance(item, list):
        return LIST_SEPARATOR.join(t for t in (_text(v) for v in item) if t)
    return json.dumps(item, ensure_ascii=False)


def _to_sheet(rows: list[Record], numbers: list[int], name: str, kind: str, broken: list[Broken]) -> Sheet:
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
        if len(names) > MAX_COLUMNS:
            raise unreadable(name, f"has more than {MAX_COLUMNS} different keys", "Give records that share their keys.")
    columns = [pa.chunked_array([string_array([row.get(n) for row in rows])]) for n in names]
    head = [tuple(names), *(tuple(row.get(n) or "" for n in names) for row in rows[:30])]
    return Sheet(name, kind, "", tuple(head), True, memory_reader(columns, numbers), tuple(broken))
