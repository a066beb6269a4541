"""Shapes of files that people write: each is declared once, checks a value, describes itself to editors (JSON Schema), and reads it.

Compiling says more of some parts of a rule, in better words; of those a shape checks nothing and tells editors alone (`hint`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, RuleSyntaxError
from precursor_screen.core.located import Complaints, Key, Located
from precursor_screen.core.words import did_you_mean

Fault = tuple[Key, str, str]  # where, what is wrong, what to do
Make = Callable[[Any, Complaints], Any]
_KINDS: dict[str, tuple[type, str]] = {
    "object": (dict, "a mapping"),
    "array": (list, "a list"),
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
    "date": (date, "a date"),
}
_LONGEST = 100  # characters of a text that a message quotes


def _called(key: Key) -> str:
    """How a message calls a part: by its name; an item of a list has none, and where it stands is told beside the message."""
    return str(key[-1]) if key and not isinstance(key[-1], int) else "the item"


class Shape(Struct, frozen=True, kw_only=True):
    """Any value.

    Attributes:
        hint: JSON Schema for editors, in the place of what the shape would tell of itself.
        what: how it is called where it is a whole file, or an item of one.
        fault: what to say whatever is wrong in it; `{value}` is the value, `{name}` its key. Empty: each fault by itself.
        remedy: what to do about it.
        default: what is read where there is nothing.
        into: makes what is read of a value that has passed.
    """

    hint: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""
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
        if not (found and self.fault):
            return found
        quoted = value[:_LONGEST] if isinstance(value, str) else value
        return [(key, self.fault.format(value=quoted, name=_called(key)), self._near(value) or self.remedy)]

    def read(self, value: Any) -> Any:
        """What a value that has passed stands for."""
        if value is None:
            return self.default
        return self.into(self._read(value)) if self.into else self._read(value)

    def wanted(self) -> str:
        """What may stand there, in words; empty: that is told elsewhere."""
        return ""

    def _schema(self) -> dict[str, Any]:
        return {}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        yield from ()

    def _near(self, value: Any) -> str:
        return ""

    def _read(self, value: Any) -> Any:
        return value


class Value(Shape, frozen=True, kw_only=True):
    """A value of some kinds (object, array, string, integer, boolean, date), or of any; `passes` says what else must hold."""

    kinds: tuple[str, ...] = ()
    passes: Callable[[Any], object] | None = None

    def wanted(self) -> str:
        """The kinds of value."""
        return " or ".join(_KINDS[kind][1] for kind in self.kinds)

    def _schema(self) -> dict[str, Any]:
        return {} if not self.kinds or "date" in self.kinds else {"type": self.kinds[0]}  # in JSON a date is a text like others

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if self.kinds and not any(type(value) is _KINDS[kind][0] for kind in self.kinds):
            yield key, f"{_called(key)} must be {self.wanted()}", self.remedy
        elif self.passes and not self.passes(value):
            yield key, f"{value!r} is not possible", self.remedy


class Whole(Shape, frozen=True, kw_only=True):
    """A whole number from `low` to `high`."""

    low: int
    high: int = 1 << 53  # beyond it JSON has no whole numbers

    def wanted(self) -> str:
        """A whole number."""
        return "a whole number"

    def _schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if type(value) is not int:
            yield key, f"{_called(key)} must be a whole number", self.remedy
        elif not self.low <= value <= self.high:
            yield key, f"{_called(key)} must be between {self.low} and {self.high}", self.remedy


class Choice(Shape, frozen=True, kw_only=True):
    """One of some words; means: the words as a message explains them to somebody who has not written one."""

    of: tuple[str, ...]
    means: str = ""

    def wanted(self) -> str:
        """The words."""
        return self.means or f"one of {', '.join(self.of)}"

    def _schema(self) -> dict[str, Any]:
        return {"enum": list(self.of)}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in self.of:
            remedy = self._near(value) or self.remedy or f"Use one of {', '.join(self.of)}."
            yield key, f"{_called(key)} {value!r} is not known", remedy

    def _near(self, value: Any) -> str:
        return did_you_mean(str(value)[:_LONGEST], self.of)


class Items(Shape, frozen=True, kw_only=True):
    """A list of at least so many items of a shape."""

    of: Shape
    least: int = 0

    def _schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.of.schema()}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not isinstance(value, list) or len(value) < self.least:
            yield key, f"is not {self.what}" if self.what else f"{_called(key)} must be a list", self.remedy
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
        others: shape of all other keys; None: there must be none.
        names: JSON Schema of the names of other keys.
        least: how many keys there must be.
        unknown: what to say of a key that there must not be; `{name}` is the key.
        filled: whether a key that is there must have a value.
    """

    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    others: Shape | None = None
    names: Mapping[str, Any] = field(default_factory=dict)
    least: int = 0
    unknown: str = "unknown key {name!r}"
    filled: bool = False

    def _schema(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "required": list(self.required),
            "propertyNames": dict(self.names),
            "additionalProperties": self.others.schema() if self.others else False,
            "minProperties": self.least,
        }
        return {"type": "object", **{name: part for name, part in values.items() if part or part is False}}

    def _faults(self, value: Any, key: Key) -> Iterator[Fault]:
        if not isinstance(value, Mapping) or len(value) < self.least:
            message = (
                f"is not {self.what}: lines of `key: value` are expected" if self.what else f"{_called(key)} must be a mapping"
            )
            yield key, message, self.remedy or f"Keys: {', '.join(self.fields)}."
            return
        for name, part in value.items():
            shape = self.fields.get(name, self.others)
            if shape is None:
                remedy = did_you_mean(name, self.fields) or f"Known: {', '.join(self.fields)}."
                yield (*key, name), self.unknown.format(name=name), remedy
            elif part is not None:
                yield from shape.faults(part, (*key, name))
            elif self.filled and name not in self.required:
                yield (*key, name), f"{name} has no value", "Write one, or leave it out."
        for name in self.required:
            if value.get(name) is None:
                wanted = self.fields[name].wanted() if name in self.fields else ""
                yield key, f"has no {name!r}", f"Add a line `{name}:` with {wanted or 'its parts below it'}."

    def _read(self, value: Any) -> Any:
        return {name: shape.read(value.get(name)) for name, shape in self.fields.items()} if self.into else value


def as_read(said: Any, _: Complaints) -> Any:
    """Where what was read is what is wanted."""
    return said


def read_shaped(located: Located, shape: Shape, make: Make = as_read, kind: type[PrecursorScreenError] = RuleSyntaxError) -> Any:
    """What a file says.

    Args:
        located: its content.
        shape: of the content.
        make: what content that fits its shape says; it may complain of more.
        kind: of errors.

    Raises:
        ErrorGroup: everything that is wrong with it, each with its place.
    """
    complaints = Complaints(located)
    complaints.extend(shape.faults(located.data, ()), kind)
    made = None if complaints.errors else make(shape.read(located.data), complaints)
    if complaints.errors:
        raise ErrorGroup(complaints.errors)
    return made
