"""The reader of XML messages and declarations: one walk, and a layout a family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from precursor_screen.core.errors import NoManifest, UnknownFormat, Where
from precursor_screen.formats.blob import Blob, unreadable
from precursor_screen.formats.xml_levels import DAMAGE, START, stream_levels
from precursor_screen.readers.column_map import DATES
from precursor_screen.readers.interface import Digest, InputTables, IssueList, ReadOptions
from precursor_screen.readers.messages.build import MessageContent, build
from precursor_screen.readers.messages.edi import read_text
from precursor_screen.readers.messages.layout import Composed, Layout, find_entry, fold, known_roots
from precursor_screen.readers.messages.scope import (
    AMOUNTS,
    BESIDE,
    IGNORED,
    UNREAD,
    Cell,
    Scope,
    leaves_of,
    lines_of,
    merge_lines,
    with_countries,
)
from precursor_screen.readers.messages.text import as_date, with_unit

_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
# Attributes that say how a value is written, and no more.
_OF_WRITING = frozenset(
    (
        "unitcode",
        "currencyid",
        "formatcode",
        "schemeid",
        "schemeagencyid",
        "languageid",
        "listid",
        "listagencyid",
        "listversionid",
        "phaseid",
        "xmllang",
        "lang",
    )
)
MAX_HELD = 1_000_000  # elements of one item, or of a message's own
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*|Z|[+-]\d{2}:?\d{2})?")
_NEXT_DOCUMENT = re.compile(r"(?<=>)\s*(?=<\?xml\s)")
_STAMP = re.compile(r"\D")


class XmlReader:
    """Messages in XML."""

    name = "XML"

    def sniff(self, kind: str, head: bytes) -> bool:
        """Whether the content is XML."""
        return kind == "xml"

    def read(self, blob: Blob, digest: Digest, options: ReadOptions) -> list[InputTables]:
        """One result: the lines of every message of the file.

        Raises:
            InputError: no message of a known kind is in it, or it has a document type.
        """
        content, text, issues = read_text(blob, options)
        gathered = MessageContent("XML", issues, asides=text.asides)
        walk = _Walk(blob.name, issues)
        # Some write one document behind the other, or blank lines before the first, which XML forbids.
        documents = _NEXT_DOCUMENT.split(content.strip())
        for layout, type_, message in (found for part in documents for found in walk.read(part)):
            gathered.format, gathered.date_order = layout.name, layout.date_order
            lines = (with_countries(line, layout.derive) for line in lines_of(message))
            field = layout.merge.get(fold(type_))
            gathered.lines += [(type_, line) for line in (merge_lines(lines, field) if field else lines)]
        if not gathered.lines:
            raise walk.refuse()
        return [build(gathered, blob.name, digest, str(text.choice))]


class _Walk:
    """One file while it is read."""

    def __init__(self, file: str, issues: IssueList) -> None:
        self.file = file
        self.issues = issues
        self.found = ""
        self.items = 0
        self.known = False

    def refuse(self) -> UnknownFormat:
        """The error where no line was read: what the file is instead."""
        told = "".join(f"; {row[4]}" for row in self.issues.rows[:2])
        if self.known:
            remedy = "Ask for the manifest or declaration itself; answers and notifications are not screened."
            return NoManifest(f"is XML that states no goods: {self.found}{told}", where=Where(self.file), remedy=remedy)
        says = f"is XML of a kind that is not read: {self.found or 'it has no element'}{told}"
        remedy = "Export the table as XLSX or CSV, or see docs/formats.md for the messages that are read."
        return UnknownFormat(says, where=Where(self.file), remedy=remedy)

    def read(self, text: str) -> Iterator[tuple[Layout, str, Scope]]:
        """Each message with its layout and type."""
        names: list[str] = []
        message: _Message | None = None
        for event, element in stream_levels(text, self.file):
            if event == DAMAGE:
                where = message.label() if message is not None else self.found
                says = f"the XML {element}, in {where or 'its beginning'}; what comes before was read"
                self.issues.note_broken(says, max(self.items, 1))
                if message is not None:
                    yield from message.finish(self.issues)
                return
            if event == START:
                name = fold(_local(element))
                names.append(name)
                self.found = self.found or f"its root is {_local(element)[:60]}"
                if message is not None:
                    message.open(element, name)
                elif layout := known_roots().get(name):
                    self.known = True
                    if not layout.within & set(names[:-1]):
                        message = _Message(layout, element, self)
                continue
            names.pop()
            if message is None:
                element.clear()
                if (parent := element.getparent()) is not None:  # an element that is empty takes its room as well
                    parent.remove(element)
            elif message.root is element:
                yield from message.finish(self.issues)
                message = None
                element.clear()
            else:
                message.close(element)


class _Message:
    """One message while it is read: open elements, and the level that they belong to."""

    def __init__(self, layout: Layout, root: Any, walk: _Walk) -> None:
        self.layout = layout
        self.root = root
        self.type = _local(root)
        self.walk = walk
        self.elements: list[Any] = [root]
        self.names: list[str] = [fold(self.type)]
        self.scope = Scope(walk.items + 1, shares=layout.shares)
        self.levels: list[tuple[int, Scope]] = [(1, self.scope)]  # depth of the element that opened each level
        self.fallbacks: list[tuple[Scope, Cell]] = []
        self.joined: list[tuple[str, list[str], str, str]] = []
        self.stamp = ""
        self.held = 0  # elements of the tree that have not been turned into values

    def label(self) -> str:
        """Where the walk stands, for messages."""
        return "/".join(_local(e) for e in self.elements[-3:])

    def open(self, element: Any, name: str) -> None:
        """An element begins."""
        self.elements.append(element)
        self.names.append(name)
        self.held += 1
        if self.held > MAX_HELD:
            raise unreadable(
                self.walk.file, f"holds more than {MAX_HELD:,} elements in one item", "Ask the sender for another file."
            )
        if any(tuple(self.names[-len(path) :]) == path for path in self.layout.levels):
            self.levels.append((len(self.elements), self.levels[-1][1].open(0)))

    def close(self, element: Any) -> None:
        """An element ends; one that was a level is turned into values and emptied."""
        if self.levels[-1][0] == len(self.elements) and len(self.levels) > 1:
            self.held -= sum(1 for _ in element.iter())
            self._close_level()
            element.clear()
            element.getparent().remove(element)
        self.elements.pop()
        self.names.pop()

    def finish(self, issues: IssueList) -> Iterator[tuple[Layout, str, Scope]]:
        """The message as far as it was read."""
        while len(self.levels) > 1:
            depth = self.levels[-1][0]
            del self.elements[depth:], self.names[depth:]
            element = self.elements[-1]
            self._close_level()
            element.getparent().remove(element)
        del self.elements[1:], self.names[1:]
        self._close_level()
        self._number(self.scope)
        for scope, cell in sorted(self.fallbacks, key=lambda found: len([*found[0].above()])):
            if scope.has(cell.field) or (cell.field not in AMOUNTS and any(level.has(cell.field) for level in scope.above())):
                scope.add(BESIDE, cell.label, cell.filed or cell.text)
            else:
                scope.take([cell])
        self._join()
        for field, text in self.layout.states.items():
            if not self.scope.has(field):
                self.scope.add(field, self.type, text)
        function = self.scope.first("message_function")
        if not function and (function := self.layout.roots[self.names[0]]):
            self.scope.add("message_function", self.type, function)
        if function == "replacement" and not self.scope.children:
            says = f"{self.type} names elements of a declaration to be changed, and states no goods"
            issues.add_one_of_many("message-without-goods", says, row=self.scope.place)
            return
        if function in ("replacement", "cancellation") and not self.scope.has("version") and self.stamp:
            self.scope.add("version", "date and time of the message", self.stamp)
        yield self.layout, self.type, self.scope

    def _number(self, scope: Scope, position: int = 1) -> None:
        """Lines are counted through the file; where items bear no number, they are numbered as they come."""
        if not scope.children:
            self.walk.items += 1
            scope.place = self.walk.items
            if self.layout.counted and scope.parent is not None:
                scope.add("item_number", "position of the item", str(position))
        for place, child in enumerate(scope.children, start=1):
            self._number(child, place)

    def _close_level(self) -> None:
        depth, scope = self.levels.pop()
        self._take(self.elements[:depth], self.names[:depth], scope, UNREAD)
        how = self.layout.groups.get(self.names[depth - 1], "")
        if scope.parent is not None and not scope.children and (how == BESIDE or (how and not scope.has("description"))):
            # It only holds together what is in it, and nothing is: no line of its own.
            scope.parent.children.remove(scope)
            self.fallbacks = [(scope.parent if s is scope else s, c) for s, c in self.fallbacks]
            scope.parent.take(Cell(BESIDE, c.label, c.filed or c.text) if how == BESIDE else c for c in scope.cells)

    def _take(self, elements: list[Any], names: list[str], scope: Scope, inherited: str) -> None:
        """The values of an element and of all below it."""
        element = elements[-1]
        entry = find_entry(self.layout, names, elements)
        kind = entry if entry in (BESIDE, IGNORED) else inherited
        if composed := self.layout.compose.get(names[-1]):
            self._compose(element, composed, scope)
        for join in (join for join in self.layout.joins if join.element == names[-1]):
            items = _texts(element, join.by)
            self.joined += [(join.field, items, text, _local(element)) for text in _texts(element, join.value)]
        for key, value in element.attrib.items():
            self._take_attribute(elements, names, scope, key, value)
        children = [c for c in element if isinstance(c.tag, str)]
        if ranks := self.layout.ranks.get(names[-1]):
            children.sort(key=lambda c: ranks.get(fold(_local(c)), -1))
        text = "".join((element.text or "", *(c.tail or "" for c in element))).strip()
        if text:
            self._add(entry if entry is not None else kind, scope, elements, text)
        for child in children:
            name = fold(_local(child))
            if name != "null":
                self._take([*elements, child], [*names, name], scope, kind)

    def _take_attribute(self, elements: list[Any], names: list[str], scope: Scope, key: str, value: str) -> None:
        name = fold(key.rpartition("}")[2])
        entry = find_entry(self.layout, names, elements, name)
        if entry is not None:
            self._add(entry, scope, elements, value.strip())
        elif name not in _OF_WRITING and not key.startswith(_INSTANCE) and len(names) > 1:
            scope.add(UNREAD, f"{_label(elements)}@{key.rpartition('}')[2]}", value)

    def _add(self, entry: str, scope: Scope, elements: list[Any], text: str) -> None:
        label = _label(elements)
        if entry in (BESIDE, UNREAD, IGNORED):
            scope.add(entry, label, text)
            return
        field, _, unit = entry.partition(" @")
        if unit:
            code = _attribute(elements[-1], unit)
            scope.add(field, label, with_unit(text, code.partition("#")[0]), f"{text} {code}")
            return
        name, bar, below = field.partition("|")
        if bar:
            first, _, rest = text.replace("\r", "\n").partition("\n")
            scope.add(name, label, first)
            scope.add(below, label, ", ".join(line.strip() for line in rest.split("\n") if line.strip()))
            return
        if field.endswith("+"):
            self._go_on(scope, field[:-1], label, text)
            return
        name, filed = field.removesuffix("?"), text
        text = self._word(name, text)
        if name == "message_time":
            self.stamp = self.stamp or _STAMP.sub("", text)[:14].ljust(14, "0")
            name = "date"
            field = f"date{'?' if entry.endswith('?') else ''}"
        if name in DATES:
            text = _day(text)
        elif name == "quantity_unit":
            text = text.partition("#")[0]  # UN/ECE code and the EU's qualifier
        if not text:
            return
        if field.endswith("?"):
            self.fallbacks.append((scope, Cell(name, label, text, filed if filed != text else "")))
        else:
            scope.add(name, label, text, filed)

    def _word(self, field: str, text: str) -> str:
        """What a code of the family stands for; a code that is not listed as it stands."""
        table, code = self.layout.codes.get(field, {}), text.upper()
        begun = (word for start, word in table.items() if start.endswith("*") and code.startswith(start[:-1]))
        return table[code] if code in table else next(begun, text)

    def _go_on(self, scope: Scope, field: str, label: str, text: str) -> None:
        at = next((i for i in reversed(range(len(scope.cells))) if scope.cells[i].field == field), None)
        if at is None:
            scope.add(field, label, text)
        else:
            before = scope.cells[at]
            scope.cells[at] = Cell(field, before.label, before.text + text)

    def _compose(self, element: Any, composed: Composed, scope: Scope) -> None:
        if not all(_texts(element, path) for path in composed.needed):
            return
        field = composed.field
        joiner = "" if field == "container_numbers" else " "
        text = joiner.join(t for path in composed.parts for t in _texts(element, path)[:1])
        if not field.endswith("?"):
            scope.add(field, _local(element), text)
        elif text:
            self.fallbacks.append((scope, Cell(field[:-1], _local(element), text)))

    def _join(self) -> None:
        """What names its items goes to these; what names none, or none that is there, to all."""
        leaves: dict[str, Scope] = {}
        for leaf in leaves_of(self.scope):
            leaves.setdefault(leaf.first("item_number"), leaf)
        for field, items, text, label in self.joined:
            for scope in [leaves[i] for i in items if i in leaves] or [self.scope]:
                scope.add(field, label, text)


def _local(element: Any) -> str:
    """The name of an element without its namespace."""
    name: str = element.tag.rpartition("}")[2]
    return name


def _texts(element: Any, path: str) -> list[str]:
    """The texts of all descendants at a path."""
    found = [element]
    for step in path.split("/"):
        name = fold(step)
        found = [c for e in found for c in e if isinstance(c.tag, str) and fold(_local(c)) == name]
    return [text for e in found if (text := (e.text or "").strip())]


def _attribute(element: Any, name: str) -> str:
    return next((v.strip() for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _label(elements: list[Any]) -> str:
    return "/".join(_local(e) for e in elements[-2:])


def _day(text: str) -> str:
    if found := _DAY.fullmatch(text):
        return found[1]
    digits = text.partition("+")[0].partition("-")[0].removesuffix("Z") if text[:8].isdigit() else text
    return as_date(digits, "")
