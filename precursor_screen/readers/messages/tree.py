"""A message that is a tree, of XML or of JSON: what its elements say, put on the levels of its layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.core.schema import DATES
from precursor_screen.formats.blob import unreadable
from precursor_screen.readers.column_map import PARTY_NAMES
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import (
    Composed,
    Layout,
    Place,
    find_entry,
    fold,
    fold_tag,
    holds,
    place_below,
    place_of_root,
)
from precursor_screen.readers.messages.scope import (
    AMOUNTS,
    EXTRA,
    IGNORED,
    SEVERAL,
    UNREAD,
    Cell,
    MessageLine,
    Scope,
    as_extra,
    group_of,
    leaves_of,
    lines_of,
    merge_lines,
    with_countries,
)
from precursor_screen.readers.messages.text import as_date, join_fragments, joined_otherwise, with_unit

_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
# Attributes that say how a value is written, and no more.
_OF_WRITING = frozenset(
    [
        *("unitcode", "currencyid", "formatcode", "schemeid", "schemeagencyid", "languageid", "listid"),
        *("listagencyid", "listversionid", "phaseid", "xmllang", "lang", "unit", "currency", "currencyunit"),
        *("language", "agency", "format", "identificationscheme", "identificationschemeagency"),
    ]
)
MAX_HELD = 1_000_000  # elements of one item, or of a message's own
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{8}(?=T))(?:[T ].*|Z|[+-]\d{2}:?\d{2})?")
_STAMP = re.compile(r"\D")


class Progress(Struct):
    """A file of messages while it is read: its name, its issues, and how many items were counted in it."""

    file: str
    issues: IssueList
    items: int = 0


class TreeMessage:
    """One message while it is read: open elements, and the level that they belong to."""

    def __init__(self, layout: Layout, root: Any, walk: Progress) -> None:
        self.layout = layout
        self.root = root
        self.type = local(root)
        self.walk = walk
        self.elements: list[Any] = [root]
        self.places: list[Place] = [place_of_root(layout, root.tag)]  # of the elements
        self.scope = Scope(walk.items + 1, shares=layout.shares)
        self.levels: list[tuple[int, Scope]] = [(1, self.scope)]  # depth of the element that opened each level
        self.fallbacks: list[tuple[Scope, Cell]] = []
        self.joined: list[tuple[str, list[str], str, str]] = []
        self.stamp = ""
        self.held = 0  # elements of the tree that have not been turned into values

    def label(self) -> str:
        """Where the walk stands, for messages."""
        return "/".join(local(e) for e in self.elements[-3:])

    def open(self, element: Any) -> None:
        """An element begins."""
        place = place_below(self.places[-1], element.tag)
        self.elements.append(element)
        self.places.append(place)
        self.held += 1
        if self.held > MAX_HELD:
            raise self._too_many()
        if place.opens:
            self.levels.append((len(self.elements), self.levels[-1][1].open(0)))

    def _too_many(self) -> UnreadableManifest:
        says = f"holds more than {MAX_HELD:,} elements in one item"
        return unreadable(self.walk.file, says, "Ask the sender for another file.")

    def add_leaf(self, element: Any) -> None:
        """Reads an element without elements of its own, which opens and closes at once."""
        if place_below(self.places[-1], element.tag).opens:
            self.open(element)
            self.close(element)
            return
        self.held += 1
        if self.held > MAX_HELD:
            raise self._too_many()

    def close(self, element: Any) -> None:
        """An element ends; one that was a level is turned into values and emptied."""
        if self.levels[-1][0] == len(self.elements) and len(self.levels) > 1:
            self.held -= sum(1 for _ in element.iter())
            self._close_level()
            element.clear()
            self.elements[-2].remove(element)
        self.elements.pop()
        self.places.pop()

    def complete(self, issues: IssueList) -> Iterator[tuple[Layout, str, Scope]]:
        """The message as far as it was read."""
        while len(self.levels) > 1:
            depth = self.levels[-1][0]
            del self.elements[depth:], self.places[depth:]
            self._close_level()
            self.elements[-2].remove(self.elements[-1])
        del self.elements[1:], self.places[1:]
        self._close_level()
        self._number(self.scope)
        filled: dict[tuple[int, str], str] = {}  # by level and field, which element stands for it
        for scope, cell in sorted(self.fallbacks, key=lambda found: len([*found[0].above()])):
            known = scope.has(cell.field) or (cell.field not in AMOUNTS and any(level.has(cell.field) for level in scope.above()))
            if known and (cell.field not in SEVERAL or filled.get((id(scope), cell.field)) != cell.label):
                scope.take([as_extra(cell)])
            else:
                filled[id(scope), cell.field] = cell.label
                scope.take([cell])
        self._join()
        for field, text in self.layout.states.items():
            if not self.scope.has(field):
                self.scope.add(field, self.type, text)
        function = self.scope.first("message_function")
        if not function and (function := self._function_of_root()):
            self.scope.add("message_function", self.type, function)
        if function == "replacement" and not self.scope.children:
            says = f"{self.type} names elements of a declaration to be changed, and states no goods"
            issues.add_one_of_many("message-without-goods", says, row=self.scope.place)
            return
        if function in ("replacement", "cancellation") and not self.scope.has("version") and self.stamp:
            self.scope.add("version", "date and time of the message", self.stamp)
        yield self.layout, self.type, self.scope

    def _function_of_root(self) -> str:
        roots = self.layout.roots
        return roots.get(fold(self.root.tag)) or roots.get(self.places[0].name, "")

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
        place = self.places[depth - 1]
        self._take(self.elements[:depth], place, scope, UNREAD)
        how = self.layout.groups.get(place.name, "")
        if scope.parent is not None and not scope.children and (how == EXTRA or (how and not scope.has("description"))):
            # It only holds together what is in it, and nothing is: no line of its own.
            scope.parent.children.remove(scope)
            self.fallbacks = [(scope.parent if s is scope else s, c) for s, c in self.fallbacks]
            scope.parent.take(Cell(EXTRA, c.label, c.filed or c.text) if how == EXTRA else c for c in scope.cells)

    def _take(self, elements: list[Any], place: Place, scope: Scope, inherited: str) -> None:
        """The values of the last element and of all below it; the list is as it was when it returns."""
        element = elements[-1]
        entry = find_entry(place, elements)
        for composed in place.composed:
            self._compose(element, composed, scope)
        for join in place.joins:
            items = _texts(element, join.by)
            self.joined += [(join.field, items, text, place.tag) for text in _texts(element, join.value)]
        kind = entry if entry in (EXTRA, IGNORED) else inherited
        for key, value in element.items():
            self._take_attribute(elements, place, scope, key, value, kind)
        below, text = list(element), element.text or ""
        if below:
            text += "".join([tail for one in below if (tail := one.tail)])
        if text := text.strip():
            self._add(entry if entry is not None else kind, scope, element, place.label, text)
        if below:
            self._take_below(elements, place, below, scope, kind)

    def _take_below(self, elements: list[Any], place: Place, below: list[Any], scope: Scope, kind: str) -> None:
        if ranks := self.layout.ranks.get(place.name):
            below.sort(key=lambda one: ranks.get(fold_tag(one.tag), -1) if isinstance(one.tag, str) else -1)
        fragments: dict[str, list[Any]] = {}
        seen: set[str] = set()
        for child in below:
            if not isinstance(child.tag, str):
                continue
            again = child.tag in seen and len(child) > 0
            seen.add(child.tag)
            inner = place_below(place, child.tag)
            if inner.name in self.layout.fragments and not len(child):
                fragments.setdefault(inner.name, []).append(child)
            elif inner.name != "null" or len(child) or child.text:
                begin, waiting = len(scope.cells), len(self.fallbacks)
                elements.append(child)
                self._take(elements, inner, scope, kind)
                elements.pop()
                if again:
                    self._part_parties(scope, begin, waiting)
        for cut in fragments.values():
            inner = place_below(place, cut[0].tag)
            self._take_fragments([*elements, cut[0]], inner, scope, kind, [one.text or "" for one in cut])

    def _part_parties(self, scope: Scope, begin: int, waiting: int) -> None:
        """Of several parties in one role the first is the line's, and what is said of another is not said of that one.

        begin, waiting: where the values of the element that was taken last begin, among those of its level and among the fallbacks.
        """
        before, later = self.fallbacks[:waiting], self.fallbacks[waiting:]
        known = {cell.field for cell in (*scope.cells[:begin], *(cell for level, cell in before if level is scope))}
        stated = (cell.field for cell in (*scope.cells[begin:], *(cell for _, cell in later)))
        roles = {group_of(field) for field in stated if field in PARTY_NAMES and field in known}
        if not roles:
            return
        scope.cells[begin:] = [as_extra(cell) if group_of(cell.field) in roles else cell for cell in scope.cells[begin:]]
        for level, cell in later:
            if group_of(cell.field) in roles:
                level.take([as_extra(cell)])
        self.fallbacks = [*before, *(one for one in later if group_of(one[1].field) not in roles)]

    def _take_fragments(self, elements: list[Any], place: Place, scope: Scope, kind: str, texts: list[str]) -> None:
        """A text that is written in fragments of some width; where words may have been cut, both ways to join them are screened."""
        entry = find_entry(place, elements)
        if entry is None or not entry.endswith("&"):
            for text in texts:
                self._add(entry if entry is not None else kind, scope, elements[-1], place.label, text)
            return
        self._add(entry[:-1], scope, elements[-1], place.label, join_fragments(texts))
        if len(texts) > 1:
            scope.add(EXTRA, place.label, joined_otherwise(texts))

    def _take_attribute(self, elements: list[Any], place: Place, scope: Scope, key: str, value: str, kind: str) -> None:
        name = fold(key.rpartition("}")[2])
        entry = find_entry(place, elements, name)
        if entry is not None:
            self._add(entry, scope, elements[-1], place.label, value.strip())
        elif name not in _OF_WRITING and not key.startswith(_INSTANCE) and len(place.path) > 1:
            scope.add(kind, f"{place.label}@{key.rpartition('}')[2]}", value)

    def _add(self, entry: str, scope: Scope, element: Any, label: str, text: str) -> None:
        if entry in (EXTRA, UNREAD, IGNORED):
            scope.add(entry, label, text)
            return
        field, _, unit = entry.partition(" @")
        name, _, below = field.partition("|")
        if unit:
            code = _attribute(element, unit)
            scope.add(field, label, with_unit(text, code.partition("#")[0]), f"{text} {code}")
        elif below:
            first, _, rest = text.replace("\r", "\n").partition("\n")
            scope.add(name, label, first)
            scope.add(below, label, ", ".join(line.strip() for line in rest.split("\n") if line.strip()))
        elif field.endswith("+"):
            self._go_on(scope, field[:-1], label, text)
        else:
            self._add_word(field, scope, label, text)

    def _add_word(self, field: str, scope: Scope, label: str, filed: str) -> None:
        name = field.removesuffix("?")
        text = self._word(name, filed)
        if name == "message_time":
            self.stamp = self.stamp or _STAMP.sub("", text)[:14].ljust(14, "0")
            name = "date"
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
        table = self.layout.codes.get(field)
        if not table:
            return text
        code = text.upper()
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
        if not all(_texts(element, path) for path in composed.needed) or (
            composed.step.child and not holds(composed.step, element)
        ):
            return
        field = composed.field
        text = composed.joiner.join(t for path in composed.parts for t in _texts(element, path)[:1])
        if not field.endswith("?"):
            scope.add(field, local(element), text)
        elif text:
            self.fallbacks.append((scope, Cell(field[:-1], local(element), text)))

    def _join(self) -> None:
        """What names its items goes to these; what names none, or none that is there, to all."""
        leaves: dict[str, Scope] = {}
        for leaf in leaves_of(self.scope):
            leaves.setdefault(leaf.first("item_number"), leaf)
        for field, items, text, label in self.joined:
            for scope in [leaves[i] for i in items if i in leaves] or [self.scope]:
                scope.add(field, label, text)


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2] if tag[:1] == "{" else tag


def lines_of_message(layout: Layout, type_: str, message: Scope) -> list[tuple[str, MessageLine]]:
    """The lines of a message, each with its type."""
    lines: Iterable[MessageLine] = (with_countries(line, layout.derive) for line in lines_of(message))
    if field := layout.merge.get(fold(type_)):
        lines = merge_lines(lines, field)
    return [(type_, line) for line in lines]


def _texts(element: Any, path: str) -> list[str]:
    """The texts of all descendants at a path."""
    found = [element]
    for step in path.split("/"):
        name = fold(step)
        found = [c for e in found for c in e if isinstance(c.tag, str) and fold_tag(c.tag) == name]
    return [text for e in found if (text := (e.text or "").strip())]


def _attribute(element: Any, name: str) -> str:
    return next((v.strip() for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _day(text: str) -> str:
    if found := _DAY.fullmatch(text):
        return found[1]
    digits = text.partition("+")[0].partition("-")[0].removesuffix("Z") if text[:8].isdigit() else text
    return as_date(digits, "")
