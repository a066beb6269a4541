"""What a rule file says key by key: every `field|modifier: value`, with its place and with parameters put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.model import Rule


class Written(Struct, frozen=True):
    """One `field|modifier: value` of a selection. part: where its key stands, as in `Rule.lines`."""

    part: str
    key: str
    value: Any

    @property
    def field(self) -> str:
        """The name before the modifiers."""
        return self.key.partition("|")[0]

    @property
    def modifiers(self) -> tuple[str, ...]:
        """In the order written."""
        return tuple(self.key.split("|")[1:])


def selections_of(rule: Rule) -> Iterator[tuple[str, Any]]:
    """(where it stands, selection): what a rule applies to, its detection, the conditions of its levels."""
    if rule.applies:
        yield "applies", rule.applies
    for name, spec in rule.selections.items():
        yield f"detection.{name}", spec
    for i, level in enumerate(rule.levels):
        yield f"levels.{i}.when", level.when


def written_in(rule: Rule) -> Iterator[Written]:
    """Every key of every selection, in the order written."""
    for part, spec in selections_of(rule):
        yield from _keys(part, spec)


def _keys(part: str, spec: Any) -> Iterator[Written]:
    if isinstance(spec, list):
        for i, item in enumerate(spec):
            yield from _keys(f"{part}.{i}", item)
    elif isinstance(spec, Mapping):
        for key, value in spec.items():
            yield Written(f"{part}.{key}", str(key), value)


def values_of(written: Written, params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(where it stands, value): each item of a list; of a parameter what it stands for, at the place where that is said."""
    yield from _values(written.part, written.value, params)


def _values(part: str, value: Any, params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str) and value.startswith("$") and value[1:] in params:
        yield from _values(f"params.{value[1:]}", params[value[1:]], {})
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _values(f"{part}.{i}", item, params)
    else:
        yield part, value
