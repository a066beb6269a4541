"""What a rule may refer to: the fields of its subject, its derived columns, parameters and lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from precursor_screen.core.schema import BY_NAME, LINE
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.expression import Expression, Field
from precursor_screen.rulebook.lists import NamedList

_PARAMETER = re.compile(r"\$[a-z_]+")


class AtomError(ValueError):
    """A wrong part of a rule; `remedy` says what to do, `unknown_field` marks fields that the subject does not have.

    part: where in what was read it stands, if not at its beginning.
    """

    def __init__(self, message: str, remedy: str = "", *, unknown_field: bool = False, part: str = "") -> None:
        self.remedy = remedy
        self.part = part
        self.unknown_field = unknown_field
        super().__init__(message)


class Scope(Struct):
    """What a rule may refer to, and which parameters and lists it did refer to."""

    subject: str
    params: Mapping[str, Any]
    lists: Mapping[str, NamedList]
    derived: Mapping[str, Expression] = field(default_factory=dict)
    used_params: set[str] = field(default_factory=set)
    used_lists: set[str] = field(default_factory=set)
    allowed: frozenset[str] | None = None  # the only columns there are (history rules see movements, not lines)

    def column(self, name: str) -> Expression:
        """A field, or what derives it.

        Raises:
            AtomError: the subject, or the history, has no such field.
        """
        if name in self.derived:
            return self.derived[name]
        column = BY_NAME.get(name)
        if column is None:
            raise AtomError(f"unknown field {name!r}", did_you_mean(name, [*BY_NAME, *self.derived]), unknown_field=True)
        if column.subject not in (LINE, self.subject):
            remedy = f"This rule judges a {self.subject}."
            raise AtomError(f"{name!r} is a field of the subject {column.subject}", remedy, unknown_field=True)
        if self.allowed is not None and name not in self.allowed:
            raise AtomError(f"{name!r} is not kept in the history", did_you_mean(name, self.allowed), unknown_field=True)
        if self.allowed is None and column.origin == "ledger":
            raise AtomError(f"{name!r} is known of the history only", "Use scope history.", unknown_field=True)
        return Field(name)

    def resolve(self, value: Any) -> Any:
        """Puts parameters in the place of `$name`."""
        if isinstance(value, str) and _PARAMETER.fullmatch(value):
            name = value[1:]
            if name not in self.params:
                raise AtomError(f"unknown parameter {value!r}", did_you_mean(name, self.params))
            self.used_params.add(name)
            return self.params[name]
        if isinstance(value, list):
            return [self.resolve(v) for v in value]
        if isinstance(value, Mapping):
            return {k: self.resolve(v) for k, v in value.items()}
        return value

    def terms(self, name: Any) -> list[str]:
        """The terms of a named list."""
        if name not in self.lists:
            raise AtomError(f"unknown list {name!r}", did_you_mean(str(name), self.lists) or "Put it into lists/.")
        self.used_lists.add(name)
        return list(self.lists[name].terms)
