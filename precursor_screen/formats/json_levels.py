"""JSON messages as they are nested: the documents of a text, and each one as a tree of elements like those of XML.

Whatever is said twice, under one key or in a list, is several elements of one name. A document that is damaged or cut short is read as
far as it goes, and the damage is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from precursor_screen.formats.blob import unreadable
from precursor_screen.formats.xml_levels import DAMAGE, END, MAX_DEPTH, START, Event

DOCUMENT = "document"
MAX_VALUES = 5_000_000  # of a file; each takes some 200 bytes while its document is read
# A value with what says how it is written: `{"value": 5, "unit": "KGM"}` is the value, and the rest are attributes of it.
_VALUES = frozenset(("value", "numericalValue"))
_OF_VALUES = frozenset(
    ("unit", "currency", "currencyUnit", "language", "agency", "format", "identificationScheme", "identificationSchemeAgency")
)
_LONGEST = 35  # characters of a code: what is longer says more than how a value is written
_BLANKS = re.compile(r"[\s\ufeff\x00\x1a]*")
_PART = re.compile(r'"(?:[^"\\]|\\.)*("|\Z)|[{}\[\],]', re.DOTALL)
_NEXT_LINE = re.compile(r"\n\s*\{")


class Members(list[tuple[str, Any]]):
    """The members of an object, in order; a key may stand among them twice."""

    def get(self, key: str) -> Any:
        """The first value of a key that is not null; None: there is none."""
        return next((value for name, value in self if name == key and value is not None), None)


_DECODER, _LENIENT = (
    json.JSONDecoder(object_pairs_hook=Members, parse_float=str, parse_int=str, parse_constant=str, strict=strict)
    for strict in (True, False)
)


def stream_documents(text: str, file: str) -> Iterator[Event]:
    """Each value of a list, each line of JSON lines, or the one value: (DOCUMENT, value); (DAMAGE, a sentence) where it is no JSON.

    Args:
        text: decoded.
        file: its name, for errors.

    Raises:
        UnreadableManifest: it nests too deeply, or holds too many values.
    """
    if text.count(",") + text.count("{") + text.count("[") > MAX_VALUES:
        raise unreadable(file, f"holds more than {MAX_VALUES:,} values", "Split the file.")
    place = _after_blanks(text, 0)
    listed = text.startswith("[", place)
    place += listed
    while (place := _after_blanks(text, place)) < len(text):
        if listed and text[place] in ",]":
            place += 1
            continue
        try:
            value, place = _decode(text, place)
        except RecursionError as error:
            raise unreadable(file, "is JSON nested too deeply", "Ask the sender for another file.") from error
        except json.JSONDecodeError as error:
            yield DAMAGE, f"is not JSON at line {error.lineno}, column {error.colno} ({error.msg})"
            after = _NEXT_LINE.search(text, error.pos)
            end = after.start() if after else len(text)
            if (
                whole := _repaired(text, place, end if "string" in error.msg or "control" in error.msg else min(error.pos, end))
            ) is not None:
                yield DOCUMENT, whole
            place = end
        else:
            yield DOCUMENT, value
    if listed and not text.rstrip("\ufeff\x00\x1a \t\r\n").endswith("]"):
        yield DAMAGE, "is a list without its end"


def _decode(text: str, place: int) -> tuple[Any, int]:
    """The value at a place, and where it ends; line breaks within a text, which JSON forbids, are read unless the next document begins there."""
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        if "control character" not in error.msg or _NEXT_LINE.match(text, error.pos):
            raise
    return _LENIENT.raw_decode(text, place)


def _after_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _repaired(text: str, start: int, end: int) -> Any:
    """What a document that breaks off says: what is open is closed; where that is not enough, what began last is left out."""
    closing: list[str] = []
    cut, left = start, ""
    open_text = False
    for part in _PART.finditer(text, start, end):
        sign = text[part.start()]
        if sign == '"':
            open_text = not part[1]
        elif sign in "}]":
            if not closing:
                break
            closing.pop()
        else:
            if sign != ",":
                closing.append("}" if sign == "{" else "]")
            cut, left = part.start() + (sign != ","), "".join(reversed(closing))
    for whole in (text[start:end] + '"' * open_text + "".join(reversed(closing)), text[start:cut] + left):
        try:
            return _LENIENT.raw_decode(whole)[0]
        except (json.JSONDecodeError, RecursionError):
            continue
    return None


def stream_tree(name: str, members: Members, file: str) -> Iterator[Event]:
    """Each element of an object as it closes, and one that holds others as it opens too; else like `xml_levels.stream_levels`.

    Args:
        name: of the root.
        members: of the object.
        file: its name, for errors.

    Raises:
        UnreadableManifest: it nests too deeply.
    """
    root = Element(name)
    yield START, root
    open_ones: list[tuple[Any, Iterator[tuple[str, Any]]]] = [(root, _values_of(members))]
    while open_ones:
        parent, waiting = open_ones[-1]
        found = next(waiting, None)
        if found is None:
            open_ones.pop()
            yield END, parent
            continue
        key, one = found
        element = SubElement(parent, key)
        if not isinstance(one, Members):
            element.text = as_text(one)
        elif stated := _stated_value(one):
            element.text, written = stated
            element.attrib.update(written)
        elif len(open_ones) >= MAX_DEPTH - 1:
            raise unreadable(file, f"nests objects deeper than {MAX_DEPTH}", "Ask the sender for another file.")
        else:
            yield START, element
            open_ones.append((element, _values_of(one)))
            continue
        yield END, element


def _values_of(members: Members) -> Iterator[tuple[str, Any]]:
    """Each value under the name of its element; of a list each one."""
    for key, value in members:
        name = as_text(key) or "?"
        if type(value) is list:  # no `Members`, which is a list as well
            for one in flat(value):
                yield name, one
        elif value is not None:
            yield name, value


def flat(value: Any) -> Iterator[Any]:
    """The values of a list, and of lists within it; a value that is no list by itself."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list) and not isinstance(one, Members):
            waiting += reversed(one)
        elif one is not None:
            yield one


def as_text(value: Any) -> str:
    """A plain value as text; lone surrogates, which no encoding can carry, become U+FFFD."""
    if not isinstance(value, str):
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _stated_value(members: Members) -> tuple[str, dict[str, str]] | None:
    """The value of an object that holds no more than one, and how it is written."""
    if _VALUES.isdisjoint([key for key, _ in members]):
        return None
    texts = {key: as_text(value) for key, value in members if not isinstance(value, list) and value is not None}
    named = [key for key in _VALUES if key in texts]
    remaining = {key: text for key, text in texts.items() if key in _OF_VALUES and len(text) <= _LONGEST}
    if len(named) != 1 or len(remaining) != sum(value is not None for _, value in members) - 1:
        return None
    return texts[named[0]], remaining


# JSON-LD to plain JSON: names without their prefixes, references replaced by what they refer to.

MAX_READ = 1_000_000  # values, those of a node as often as it is referred to
_ABOUT = ("@context", "@type", "@id", "type", "id")
# A code with the list that it is of is the code.
_OF_CODES = frozenset(("code", "codeDescription", "codeLevel", "codeListName", "codeListReference", "codeListVersion", *_ABOUT))


def local_name(name: str) -> str:
    """A name without its prefix or address: `cargo:Piece`, `https://example.com/ns#Piece` and `Piece` are one."""
    return name.rpartition("#")[2].rpartition("/")[2].rpartition(":")[2]


def type_of(node: Members) -> str:
    """The type that a node states, the first of several; empty: none."""
    stated = node.get("@type") or node.get("type")
    return next((local_name(as_text(one)) for one in flat(stated) if isinstance(one, str)), "")


class Linked:
    """The nodes of some documents, by their ids.

    Args:
        documents: as parsed.
        inverse: a name that refers from a part to its whole -> the name under which the whole lists its parts.
        file: for errors.

    Attributes:
        missing: (name, id) of parts that are referred to and are not in the file.
    """

    def __init__(self, documents: Iterable[Any], inverse: Mapping[str, str], file: str) -> None:
        self.file = file
        self.nodes: list[Members] = []  # in the order of the file, the outer one first
        self.by_id: dict[str, Members] = {}
        self.reached: set[int] = set()
        self.wholes = frozenset(inverse.values())
        self.missing: list[tuple[str, str]] = []
        self.room = MAX_READ
        for document in documents:
            self._gather(_plain(document))
        self._turn_round(inverse)

    def _gather(self, value: Any) -> None:
        waiting = [value]
        while waiting:
            for one in flat(waiting.pop()):
                if not isinstance(one, Members):
                    continue
                if not _is_reference(one):
                    self.nodes.append(one)
                    name = one.get("@id")
                    if isinstance(name, str):
                        # Two that say something of one id are one node.
                        known = self.by_id.setdefault(name, one)
                        if known is not one:
                            known += one
                            self.reached.add(id(one))
                waiting += [inner for _, inner in reversed(one)]

    def _turn_round(self, inverse: Mapping[str, str]) -> None:
        """A part that names its whole is listed by it instead, so that everything is read from the outside in."""
        listed: dict[int, set[int]] = {}
        for node in self.nodes:
            for key, value in [member for member in node if member[0] in inverse]:
                whole = self._whole(value)
                if whole is None or whole is node:
                    continue
                node.remove((key, value))
                if id(whole) not in listed:
                    listed[id(whole)] = {id(one) for one in self.parts(whole)}
                if id(node) not in listed[id(whole)]:
                    listed[id(whole)].add(id(node))
                    whole.append((inverse[key], node))

    def _whole(self, value: Any) -> Members | None:
        """The node that a part names; one that says nothing by itself has no more than its parts."""
        name = value.get("@id") if isinstance(value, Members) else None
        if not isinstance(name, str):
            return None
        if name not in self.by_id:
            self.by_id[name] = Members([("@id", name)])
            self.nodes.append(self.by_id[name])
        return self.by_id[name]

    def _target(self, value: Any) -> Members | None:
        """The node of this file that a value refers to, or is."""
        if not isinstance(value, Members):
            return None
        name = value.get("@id")
        return self.by_id.get(name) if isinstance(name, str) else None

    def parts(self, node: Members) -> Iterator[Members]:
        """The nodes that a node holds or refers to, of this file."""
        for _, value in node:
            for one in flat(value):
                if isinstance(one, Members):
                    yield self._target(one) or one

    def resolve(self, node: Members) -> Members:
        """The node with everything that it refers to.

        Raises:
            UnreadableManifest: it refers to itself too often, or nests too deeply.
        """
        try:
            return self._resolve(node, frozenset())
        except RecursionError as error:
            raise unreadable(self.file, "is JSON nested too deeply", "Ask the sender for another file.") from error

    def _resolve(self, node: Members, above: frozenset[int]) -> Members:
        above |= {id(node)}
        self.reached.add(id(node))
        found = Members()
        for key, value in node:
            if key.startswith("@"):
                continue
            for one in flat(value):
                self.room -= 1
                if self.room < 0:
                    raise unreadable(self.file, "refers to its own parts too often", "Ask the sender for another file.")
                target = self._target(one) or one
                if not isinstance(target, Members):
                    found.append((key, target))
                elif key in self.wholes and _is_reference(target):
                    self.missing.append((key, as_text(target.get("@id"))))
                elif (text := _code(target)) is not None:
                    self.reached.add(id(target))
                    found.append((key, text))
                elif id(target) not in above:
                    found.append((key, self._resolve(target, above)))
        return found

    def unreached(self) -> Iterator[Members]:
        """The nodes that nothing was read of."""
        return (node for node in self.nodes if id(node) not in self.reached)


def _is_reference(node: Members) -> bool:
    """Whether a node says no more than what it refers to."""
    return node.get("@id") is not None and all(key in ("@id", "@type") for key, _ in node)


def _code(node: Members) -> str | None:
    """The text that stands for a node: of a code, or of a reference to what is not in the file."""
    if _is_reference(node):
        name = as_text(node.get("@id"))
        return local_name(name) if "#" in name or "://" not in name else name
    codes = [*flat(node.get("code"))]  # expanded JSON-LD has each value in a list
    alone = all(key in _OF_CODES for key, _ in node) and type_of(node) in ("", "CodeListElement")
    return as_text(codes[0]) if alone and len(codes) == 1 and not isinstance(codes[0], list) else None


def _plain(value: Any) -> Any:
    """A value with local names, and without what only says how it is written."""
    if isinstance(value, Members):
        for sign in ("@value", "@list", "@set"):
            if (inner := value.get(sign)) is not None:
                return _plain(inner)
        return Members((key if key.startswith("@") else local_name(key), _plain(one)) for key, one in value if key != "@context")
    return [_plain(one) for one in value] if isinstance(value, list) else value
