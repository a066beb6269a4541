"""YAML whose every part knows its line and column, so that an error in a rule can be shown where it stands.

Only plain data is constructed: no tags, no anchors with cycles, no duplicate keys. Dates become `datetime.date`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, field

from precursor_screen.core.errors import PrecursorScreenError, RuleSyntaxError, Where, readable

MAX_BYTES = 1_000_000  # a rule is a page of text; anything larger is not one
_SLOW = 50_000  # characters that take PyYAML's own scanner a second

# libyaml, where PyYAML was built with it, is eight times as fast; both give the same nodes.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_PARTS, MOST_LEVELS = 100_000, 40

Key = tuple[str | int, ...]


class Located(Struct):
    """Plain data with the place of each part: `places` maps a path of keys to (line, column), both from 1."""

    data: Any
    path: str
    places: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def where(self, key: Key) -> Where:
        """The place of a part, or of the nearest part around it."""
        while key and key not in self.places:
            key = key[:-1]
        line, column = self.places.get(key, (1, 1))
        return Where(f"{self.path}:{line}:{column}", None, ".".join(str(k) for k in key))


def load_yaml(path: Path, shown_as: str | None = None) -> Located:
    """Reads one YAML file.

    Raises:
        RuleSyntaxError: not readable, not YAML, duplicate keys, or a construct that is not plain data.
    """
    name = shown_as or str(path)
    with readable(name, "Check path and permissions.", RuleSyntaxError):
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise RuleSyntaxError(f"is larger than {MAX_BYTES} bytes", where=name, remedy="Split it: a rule file holds one rule.")
        text = raw.decode("utf-8-sig")
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Located:
    """Parses YAML text; `name` is how the file is called in errors."""
    located = Located(None, name)
    for node in _compose(lambda: [yaml.compose(text, Loader=_LOADER)], text, name):
        located.data = _construct(node, (), located, set())
    return located


def parse_documents(text: str, name: str) -> list[Located]:
    """Parses YAML text of several documents, none of which may refer to its own parts.

    Raises:
        RuleSyntaxError: too large, not YAML, or an alias.
    """
    if len(text) > MAX_BYTES:
        raise RuleSyntaxError(f"is larger than {MAX_BYTES} bytes", where=name, remedy="Check that it is the right file.")
    try:
        nodes = _documents(text, name, _LOADER)
    except RuleSyntaxError:
        if len(text) > _SLOW:
            raise
        nodes = _documents(text, name, yaml.SafeLoader)  # takes `{A:, B: x}`, which libyaml does not
    found: list[Located] = []
    for node in nodes:
        located = Located(None, name)
        located.data = _construct(node, (), located, set())
        found.append(located)
    return found


def _documents(text: str, name: str, loader: Any) -> list[yaml.Node]:
    """The documents of a text, if none has an alias: nine aliases of aliases are a billion parts, and a message that shows them never ends."""
    for token in _compose(lambda: [t for t in yaml.scan(text, Loader=loader) if isinstance(t, yaml.AliasToken)][:1], text, name):
        line, column = token.start_mark.line + 1, token.start_mark.column + 1
        where = Where(f"{name}:{line}:{column}")
        raise RuleSyntaxError(
            "uses a YAML alias (*)", where=where, remedy="Write that part out in full, or put it in quotes if it is text."
        )
    return _compose(lambda: list(yaml.compose_all(text, Loader=loader)), text, name)


def _compose(parse: Callable[[], list[Any]], text: str, name: str) -> list[Any]:
    """What a step of the library gives, without what is empty; its errors with their place."""
    try:
        return [one for one in parse() if one is not None]
    except RecursionError as error:
        raise RuleSyntaxError(
            "is nested too deeply", where=name, remedy="Check the indentation; write it in fewer levels."
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        tab = mark is not None and "\t" in "".join(text.splitlines()[mark.line : mark.line + 1])
        remedy = "Indent it with spaces: tabs are not allowed there." if tab else "Check the indentation and quotes on that line."
        raise RuleSyntaxError(f"is not valid YAML: {error.problem}", where=place, remedy=remedy) from error
    except yaml.YAMLError as error:
        wrong = chr(
            getattr(error, "character", 0)
        )  # of a ReaderError; its position counts bytes or characters, as the loader does
        place = f"{name}:{text.count(chr(10), 0, max(text.find(wrong), 0)) + 1}"
        problem = f"contains the character U+{ord(wrong):04X}, which YAML does not allow"
        raise RuleSyntaxError(problem, where=place, remedy="Delete it, and save the file as plain UTF-8 text.") from error


def _construct(node: yaml.Node, key: Key, located: Located, open_nodes: set[int]) -> Any:
    if len(located.places) > MOST_PARTS or len(key) > MOST_LEVELS:  # a few aliases of aliases would be millions of parts
        raise RuleSyntaxError("has too many parts", where=located.where(key[:MOST_LEVELS]), remedy="Write less.")
    located.places.setdefault(key, (node.start_mark.line + 1, node.start_mark.column + 1))
    if id(node) in open_nodes:
        raise RuleSyntaxError("refers to itself", where=located.where(key), remedy="Write that part out in full.")
    open_nodes = open_nodes | {id(node)}
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            name = _scalar(key_node, key, located)
            name = str(name)
            if name in result:
                raise RuleSyntaxError(
                    f"gives {name!r} twice",
                    where=f"{located.path}:{key_node.start_mark.line + 1}:{key_node.start_mark.column + 1}",
                    remedy="Keep one of them.",
                )
            located.places[(*key, name)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            result[name] = _construct(value_node, (*key, name), located, open_nodes)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(child, (*key, i), located, open_nodes) for i, child in enumerate(node.value)]
    return _scalar(node, key, located)


def _scalar(node: yaml.Node, key: Key, located: Located) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        raise RuleSyntaxError("a key must be a word", where=located.where(key), remedy="Check the indentation.")
    try:
        if node.tag == "tag:yaml.org,2002:str":
            value: Any = node.value
        else:
            # The type of a scalar by YAML 1.1: text, number, boolean, date, null.
            value = yaml.constructor.SafeConstructor().construct_object(node)
        if isinstance(value, str) and "\0" in value:
            raise ValueError("it holds a NUL character")
        return value
    except (yaml.YAMLError, ValueError) as error:
        raise RuleSyntaxError(
            f"cannot be read: {error}", where=located.where(key), remedy="Put it in quotes if it is text."
        ) from error


def quoted(value: Any) -> str:
    """The remedy for what was meant as text and YAML read as something else."""
    if value is False:
        return 'Quote it: "NO". Without quotes YAML reads NO, off and false as false.'
    if value is True:
        return 'Quote it: "YES". Without quotes YAML reads YES, on and true as true.'
    lost = " A leading 0 is lost without quotes." if isinstance(value, int) else ""
    return f'Quote it: "{value}".{lost}'


class Complaints:
    """Collects errors of one file, so that all can be mended at once."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.errors: list[PrecursorScreenError] = []

    def add(self, key: Key, message: str, remedy: str = "", kind: type[PrecursorScreenError] = RuleSyntaxError) -> None:
        """Notes an error at a part."""
        self.errors.append(kind(message, where=self.located.where(key), remedy=remedy))

    def extend(self, faults: Iterable[tuple[Key, str, str]], kind: type[PrecursorScreenError] = RuleSyntaxError) -> None:
        """Notes faults: where each is, what is wrong, what to do."""
        for key, message, remedy in faults:
            self.add(key, message, remedy, kind)

    def __iter__(self) -> Iterator[PrecursorScreenError]:
        return iter(self.errors)
