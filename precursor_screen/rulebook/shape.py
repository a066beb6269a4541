"""Shapes of YAML: each is declared once, and checks a value, tells editors of itself as JSON Schema, and gives the value read.

Compiling says more of some parts, in better words; of those a shape checks nothing and tells editors alone (`hint`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.located import Key

Fault = tuple[Key, str, str]  # where, what is wrong, what to do
_KINDS: dict[str, tuple[type, str]] = {
    "object": (dict, "a mapping"),
    "array": (list, "a list"),
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
    "date": (date, "a date"),
}


def _called(key: Key) -> str:
    """How a message calls a part: by its name; an item of a list has none, and where it stands is told beside the message."""
    return "the item" if isinstance(key[-1], int) else key[-1]


class Shape(Struct, frozen=True, kw_only=True):
    """Any value.

    Attributes:
        hint: JSON Schema for editors, in the place of what the shape would tell of itself.
        fault: what to say whatever is wrong in it; `{value}` is the value. Empty: each fault by itself.
        remedy: what to do about it.
        default: what is read where there is nothing.
        into: makes what is read of a value that has passed.
    """

    hint: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    remedy: str = ""
    default: Any = None
    into: Callable[..., Any] | None = None

    def schema(self) -> dict[str, Any]:
        """JSON Schema (draft 2020-12) of the shape."""
        return dict(self.hint) or self._schema()

    def faults(self, value: Any, key: Key) -> list[Fault]:
        """All that is wrong with a value that stands at `key`; an empty list if nothing is."""
        found = list(self._faults(value, key))
        return [(key, self.fault.format(value=value), self.remedy)] if found and self.fault else found

    def read(self, value: Any) -> Any:
        """What a value that has passed stands for."""
        if value is None:
            return self.default
        return self.into(self._read(value)) if self.into else self._read(value)

    def _schema(self) -> dict[str, Any]:
        return {}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        yield from ()

    def _read(self, value: Any) -> Any:
        return value


class Value(Shape, frozen=True, kw_only=True):
    """A value of some kinds (object, array, string, integer, date); `passes` says what else must hold."""

    kinds: tuple[str, ...]
    passes: Callable[[Any], bool] | None = None

    def _schema(self) -> dict[str, Any]:
        return {} if "date" in self.kinds else {"type": self.kinds[0]}  # in JSON a date is a text like others

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not any(type(value) is _KINDS[kind][0] for kind in self.kinds):
            yield key, f"{_called(key)} must be {' or '.join(_KINDS[kind][1] for kind in self.kinds)}", self.remedy
        elif self.passes and not self.passes(value):
            yield key, f"{value!r} is not possible", self.remedy


class Whole(Shape, frozen=True, kw_only=True):
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def _schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if type(value) is not int:
            yield key, f"{_called(key)} must be a whole number", self.remedy
        elif not self.low <= value <= self.high:
            yield key, f"{_called(key)} must lie between {self.low} and {self.high}", self.remedy


class Choice(Shape, frozen=True, kw_only=True):
    """One of some words."""

    of: tuple[str, ...]

    def _schema(self) -> dict[str, Any]:
        return {"enum": list(self.of)}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in self.of:
            remedy = did_you_mean(str(value), self.of) or f"Use one of {', '.join(self.of)}."
            yield key, f"{_called(key)} {value!r} is not known", remedy


class Items(Shape, frozen=True, kw_only=True):
    """A list of at least so many items of a shape."""

    of: Shape
    least: int = 0

    def _schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema()}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not isinstance(value, list) or len(value) < self.least:
            yield key, f"{_called(key)} must be a list", self.remedy
            return
        for i, item in enumerate(value):
            yield from self.of.faults(item, (*key, i))

    def _read(self, value: Any) -> Any:
        return tuple(self.of.read(item) for item in value)


class Record(Shape, frozen=True, kw_only=True):
    """A mapping; it is read as it stands, unless something is made of what its fields are read as (`into`).

    Attributes:
        fields: shapes of its keys.
        required: keys that must have a value.
        rest: shape of all other keys; None: there must be none.
        names: JSON Schema of the names of other keys.
        least: how many keys there must be.
        what: how it is called where it is a whole file.
    """

    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    rest: Shape | None = None
    names: Mapping[str, Any] = field(default_factory=dict)
    least: int = 0
    what: str = ""

    def _schema(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "required": list(self.required),
            "propertyNames": dict(self.names),
            "additionalProperties": self.rest.schema() if self.rest else False,
            "minProperties": self.least,
        }
        return {"type": "object", **{name: part for name, part in told.items() if part or part is False}}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not isinstance(value, Mapping) or len(value) < self.least:
            message = f"is not {self.what}: a mapping of keys is expected" if self.what else f"{_called(key)} must be a mapping"
            yield key, message, self.remedy or f"Keys: {', '.join(self.fields)}."
            return
        for name, part in value.items():
            shape = self.fields.get(name, self.rest)
            if shape is None:
                remedy = did_you_mean(name, self.fields) or f"Known: {', '.join(self.fields)}."
                yield (*key, name), f"unknown key {name!r}", remedy
            elif part is not None:
                yield from shape.faults(part, (*key, name))
        for name in self.required:
            if value.get(name) is None:
                yield key, f"has no {name!r}", f"Add `{name}:`."

    def _read(self, value: Any) -> Any:
        return {name: shape.read(value.get(name)) for name, shape in self.fields.items()} if self.into else value
