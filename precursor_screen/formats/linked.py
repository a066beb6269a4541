"""JSON-LD to plain JSON: names without their prefixes, references replaced by what they refer to.

Only what a file itself says is read: nothing is fetched. Source: W3C, JSON-LD 1.1, of which are met: compact and expanded names,
`@graph`, `@id`, `@type`, `@value`, `@list` and `@set`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from precursor_screen.formats.blob import unreadable
from precursor_screen.formats.json_levels import Members, as_text, flat

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
    code = node.get("code")
    alone = all(key in _OF_CODES for key, _ in node) and type_of(node) in ("", "CodeListElement")
    return as_text(code) if alone and code is not None and not isinstance(code, list) else None


def _plain(value: Any) -> Any:
    """A value with local names, and without what only says how it is written."""
    if isinstance(value, Members):
        for sign in ("@value", "@list", "@set"):
            if (inner := value.get(sign)) is not None:
                return _plain(inner)
        return Members((key if key.startswith("@") else local_name(key), _plain(one)) for key, one in value if key != "@context")
    return [_plain(one) for one in value] if isinstance(value, list) else value
