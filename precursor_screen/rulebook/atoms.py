"""One `field|modifier: value` of a selection, and one derived column, to expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.core.located import quoted
from precursor_screen.core.schema import BY_NAME, LINE
from precursor_screen.core.words import did_you_mean
from precursor_screen.rulebook.expression import (
    LISTS,
    NUMERIC,
    Element,
    Expression,
    Field,
    Literal,
    Operator,
    Supplied,
    all_of,
    any_of,
    apply,
)
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import FOLDED, fold_terms

# What a rule may refer to: the fields of its subject, its derived columns, parameters and lists.

_PARAMETER = re.compile(r"\$[a-z_]+")
_FIELDS = "Rules that ship show fields in use: `precursor-screen rules show PS-QTY-001`."


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
            raise AtomError(
                f"unknown field {name!r}", did_you_mean(name, [*BY_NAME, *self.derived]) or _FIELDS, unknown_field=True
            )
        if column.subject not in (LINE, self.subject):
            remedy = f"This rule judges a {self.subject}."
            raise AtomError(f"{name!r} is a field of the subject {column.subject}", remedy, unknown_field=True)
        if self.allowed is not None and name not in self.allowed:
            raise AtomError(
                f"{name!r} is not kept in the history", did_you_mean(name, self.allowed) or _FIELDS, unknown_field=True
            )
        if self.allowed is None and column.origin == "ledger":
            raise AtomError(f"{name!r} is known of the history only", "Use scope history.", unknown_field=True)
        return Field(name)

    def resolve(self, value: Any) -> Any:
        """Puts parameters in the place of `$name`."""
        if isinstance(value, str) and _PARAMETER.fullmatch(value):
            name = value[1:]
            if name not in self.params:
                raise AtomError(
                    f"unknown parameter {value!r}", did_you_mean(name, self.params) or "Give it a value under `params`."
                )
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


COMPARISONS = {"gt": Operator.GT, "gte": Operator.GTE, "lt": Operator.LT, "lte": Operator.LTE}
TEXT_TESTS = ("contains", "startswith", "endswith", "word", "re")
MODIFIERS = ("eq", "neq", "in", "all", *TEXT_TESTS, *COMPARISONS, "between", "exists", "supplied", "blank", "inlist", "cased")
OPERATORS = {"add": Operator.ADD, "sub": Operator.SUB, "mul": Operator.MUL, "div": Operator.DIV}
OF_TEXTS = {"likeness": Operator.LIKENESS}  # of two texts, a number from 0 to 100
# What a pattern has around its terms.
_AROUND = {
    "contains": ("(?:", ")"),
    "startswith": ("^(?:", ")"),
    "endswith": ("(?:", ")$"),
    "word": (r"(?:^|[^\pL\pN])(?:", r")(?:[^\pL\pN]|$)"),
}
FUNCTIONS = {"ln": Operator.LN, "abs": Operator.ABS}  # of one operand


def parse_atom(key: str, value: Any, scope: Scope) -> Expression:
    """`field|modifier|...: value` as a test.

    Raises:
        AtomError: unknown field or modifier, a type that does not fit, a bad pattern.
    """
    name, *modifiers = key.split("|")
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            raise AtomError(
                f"unknown modifier {modifier!r}", did_you_mean(modifier, MODIFIERS) or f"Known: {', '.join(MODIFIERS)}."
            )
    column = scope.column(name)
    value = scope.resolve(value)
    if "supplied" in modifiers:
        return _supplied(name, value, scope)
    if "blank" in modifiers:
        return _blank(name, column, value, scope)
    if "exists" in modifiers:
        return _unless(value, apply(Operator.FILLED if column.kind in LISTS else Operator.PRESENT, column))
    if value is None:
        raise AtomError(f"{key} has no value to compare with", f"Ask `{name}|exists: false` or `{name}|blank: true`.")
    if "inlist" in modifiers:
        value = scope.terms(value)
    tests = [m for m in modifiers if m not in ("inlist", "all", "cased")] or ["eq"]
    if len(tests) > 1:
        raise AtomError(f"{' and '.join(tests)} cannot be combined", "Write two keys.")
    test = tests[0]
    if column.kind == "controls":
        return _controls(column, value)
    if test in COMPARISONS or test == "between":
        return _compare(column, test, value, scope)
    folded = name in FOLDED and "cased" not in modifiers
    if test in TEXT_TESTS:
        return _text(column, test, value, folded, every="all" in modifiers)
    equal = _equal(column, value, folded, scope, every="all" in modifiers)
    return apply(Operator.NOT, equal) if test == "neq" else equal


def _wants_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise AtomError("true or false is expected", "Write `true` without quotes.")
    return value


def _unless(wanted: Any, test: Expression) -> Expression:
    """The test, or its opposite where false is wanted."""
    return test if _wants_boolean(wanted) else apply(Operator.NOT, test)


def _supplied(name: str, value: Any, scope: Scope) -> Expression:
    if not _wants_boolean(value):
        raise AtomError("supplied is true or unknown, never false", f"Write `{name}|supplied: true`.")
    if BY_NAME[name].origin not in ("filed", "reader"):
        raise AtomError(f"{name!r} is derived, so no input supplies it", "Leave out `|supplied`.")
    if scope.allowed is not None:
        raise AtomError("what an input supplies is not kept in the history", f"Ask `{name}|exists: false`.")
    return Supplied(name)


def _blank(name: str, column: Expression, value: Any, scope: Scope) -> Expression:
    empty = Operator.EMPTY_TEXT if column.kind == "text" else Operator.EMPTY_LIST if column.kind in LISTS else None
    tests = [apply(operator, column) for operator in (Operator.IS_NULL, empty) if operator]
    return _unless(value, apply(Operator.WHEN, _supplied(name, True, scope), any_of(tests)))


def _controls(column: Expression, value: Any) -> Expression:
    if not isinstance(value, Mapping) or not set(value) <= {"instrument", "schedule"} or not value:
        raise AtomError("control needs instrument and schedule", "control: {instrument: UN1988, schedule: [I, II]}")
    wanted = {part: some if isinstance(some, list) else [some] for part, some in value.items()}
    tests = (apply(Operator.IN, Element(part), *(Literal(str(one)) for one in some)) for part, some in wanted.items())
    return apply(Operator.ANY, column, all_of(tests))


def operand(value: Any, kind: str, scope: Scope) -> Expression:
    """A value of a kind, or another column `{field: NAME, times: n}`."""
    if isinstance(value, Mapping):
        if "field" not in value or set(value) - {"field", "times"}:
            raise AtomError("another field is written {field: NAME, times: n}")
        other = scope.column(str(value["field"]))
        if "times" not in value:
            return other
        if other.kind not in NUMERIC or isinstance(value["times"], str | bool):
            raise AtomError("times multiplies a number by a number")
        return apply(Operator.MUL, other, Literal(value["times"]))
    _check_kind(value, kind)
    return Literal(value)


def _check_kind(value: Any, kind: str) -> None:
    if kind in NUMERIC and (isinstance(value, bool | str) or not isinstance(value, int | float)):
        hint = "Write the number without quotes." if isinstance(value, str) else "Write a number."
        raise AtomError(f"a number is expected, not {value!r}", hint)
    if kind in ("text", "texts") and not isinstance(value, str):
        raise AtomError(f"text is expected, not {value!r}", quoted(value))
    if kind == "boolean" and not isinstance(value, bool):
        raise AtomError(f"true or false is expected, not {value!r}", "Write it without quotes.")
    if kind == "date" and not hasattr(value, "isoformat"):
        raise AtomError(f"a date is expected, not {value!r}", "Write it as 2026-11-25.")


def _compare(column: Expression, test: str, value: Any, scope: Scope) -> Expression:
    if column.kind not in (*NUMERIC, "date"):
        raise AtomError(f"{test} compares numbers and dates, not {column.kind}", "Choose a field that holds one of these.")
    if test == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise AtomError("between needs two values", "Write [low, high]; both ends are included.")
        return apply(Operator.BETWEEN, column, *(operand(v, column.kind, scope) for v in value))
    return apply(COMPARISONS[test], column, operand(value, column.kind, scope))


def _values(value: Any, kind: str) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise AtomError("an empty list matches nothing", "Write at least one value.")
    for v in values:
        _check_kind(v, kind)
    return values


def _equal(column: Expression, value: Any, folded: bool, scope: Scope, *, every: bool) -> Expression:
    if isinstance(value, Mapping):
        return _equal_columns(column, operand(value, column.kind, scope))
    wanted = [_folded(Literal(v), folded) for v in _values(value, column.kind)]
    if column.kind == "texts":
        element = _folded(Element(), folded)
        if every:
            return all_of(apply(Operator.ANY, column, apply(Operator.EQ, element, w)) for w in wanted)
        return apply(Operator.ANY, column, apply(Operator.IN, element, *wanted))
    if every and len(wanted) > 1:
        raise AtomError("one value cannot equal all of several", "Leave out `all`.")
    return apply(Operator.EQ if len(wanted) == 1 else Operator.IN, _folded(column, folded), *wanted)


def _folded(text: Expression, folded: bool) -> Expression:
    return apply(Operator.FOLDED, text) if folded else text


def _equal_columns(column: Expression, other: Expression) -> Expression:
    lists = column.kind == "texts", other.kind == "texts"
    operator = Operator.HAS_ANY if all(lists) else Operator.CONTAINS if any(lists) else Operator.EQ
    return apply(operator, other, column) if lists == (False, True) else apply(operator, column, other)


def _text(column: Expression, test: str, value: Any, folded: bool, *, every: bool) -> Expression:
    if column.kind not in ("text", "texts"):
        raise AtomError(f"{test} tests text, not {column.kind}", "Choose a field that holds text.")
    values = _values(value, "text")
    text = _folded(Element() if column.kind == "texts" else column, folded)
    groups = [[v] for v in values] if every else [values]
    found = all_of(apply(Operator.MATCHES, text, Literal(_pattern(test, group, folded))) for group in groups)
    return apply(Operator.ANY, column, found) if column.kind == "texts" else found


def _check_pattern(pattern: str) -> None:
    try:
        pc.match_substring_regex(pa.array([""]), pattern=pattern)
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0].partition(": ")[2]
        raise AtomError(
            f"{pattern!r} is not a pattern: {reason}", "Patterns are those of RE2: no look-behind, no back reference."
        ) from error


def _pattern(test: str, values: list[str], folded: bool) -> str:
    """One RE2 pattern for all values: one pass over the text, however many terms."""
    if test == "re":
        for v in values:
            _check_pattern(v)
        body = "|".join(f"(?:{v})" for v in values)
        return f"(?i){body}" if folded else body
    escaped = tuple(re2_escape(v) for v in values)
    joined = "|".join(fold_terms(escaped) if folded else escaped)
    start, end = _AROUND[test]
    return f"{start}{joined}{end}"


def re2_escape(text: str) -> str:
    """Escapes what RE2 reads as syntax; letters, digits and what is beyond ASCII stand as they are."""
    return re.sub(r"([^\w\s]|_)", lambda m: "\\" + m.group() if m.group().isascii() else m.group(), text)


def parse_derived(name: str, spec: Any, scope: Scope) -> Expression:
    """`derive: {name: {div: [a, b]}}` as a number; division by zero is unknown.

    Raises:
        AtomError: an operator or operand that is not known.
    """
    known = {**OPERATORS, **OF_TEXTS, **FUNCTIONS}
    if not isinstance(spec, Mapping) or len(spec) != 1 or next(iter(spec)) not in known:
        raise AtomError(f"derived column {name!r} needs one operator", f"One of {', '.join(known)}.")
    operator, operands = next(iter(spec.items()))
    wanted, written, form = (1, "one operand", "[a]") if operator in FUNCTIONS else (2, "two operands", "[a, b]")
    if not isinstance(operands, list) or len(operands) != wanted:
        raise AtomError(f"{operator} needs {written}", f"{operator}: {form}")
    read = _text_column if operator in OF_TEXTS else _number
    return apply(known[operator], *(read(o, scope) for o in operands))


def _text_column(name: Any, scope: Scope) -> Expression:
    column = scope.column(str(name))
    if column.kind != "text":
        raise AtomError(f"{name!r} is not a text", "Choose a field that holds text.")
    return column


def _number(value: Any, scope: Scope) -> Expression:
    value = scope.resolve(value)
    if isinstance(value, str):
        column = scope.column(value)
        if column.kind not in NUMERIC:
            raise AtomError(f"{value!r} is not a number", "Choose a field that holds numbers.")
        return column
    _check_kind(value, "number")
    return Literal(value)
