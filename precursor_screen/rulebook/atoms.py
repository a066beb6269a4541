"""One `field|modifier: value` of a selection to three-valued SQL.

Every atom is true, false or null (unknown); nothing is coalesced here, so `not` of an unknown stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb

from precursor_screen.engine import connect
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import FOLDED, any_element, fold, fold_terms, identifier, literal
from precursor_screen.schema import BY_NAME, LINE, Column

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
TEXT_TESTS = ("contains", "startswith", "endswith", "word", "re")
MODIFIERS = ("eq", "neq", "in", "all", *TEXT_TESTS, *COMPARISONS, "between", "exists", "supplied", "blank", "inlist", "cased")
OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
FUNCTIONS = {"ln": "ln", "abs": "abs"}  # of one operand


class AtomError(ValueError):
    """A wrong atom; `remedy` says what to do, `unknown_field` marks fields that the subject does not have."""

    def __init__(self, message: str, remedy: str = "", *, unknown_field: bool = False) -> None:
        self.remedy = remedy
        self.unknown_field = unknown_field
        super().__init__(message)


@dataclass(slots=True)
class Scope:
    """What an atom may refer to, and what it did refer to."""

    subject: str
    params: Mapping[str, Any]
    lists: Mapping[str, NamedList]
    derived: Mapping[str, str] = field(default_factory=dict)  # name -> SQL
    columns: set[str] = field(default_factory=set)
    used_params: set[str] = field(default_factory=set)
    used_lists: set[str] = field(default_factory=set)
    allowed: frozenset[str] | None = None  # the only columns there are (history rules see movements, not lines)

    def column(self, name: str) -> tuple[str, str]:
        """The SQL and the kind of a field; notes that it is used."""
        if name in self.derived:
            return self.derived[name], "number"
        column = BY_NAME.get(name)
        if column is None:
            raise AtomError(f"unknown field {name!r}", did_you_mean(name, [*BY_NAME, *self.derived]), unknown_field=True)
        if column.subject not in (LINE, self.subject):
            raise AtomError(
                f"{name!r} is a field of the subject {column.subject}", f"This rule judges a {self.subject}.", unknown_field=True
            )
        if self.allowed is not None and name not in self.allowed:
            raise AtomError(f"{name!r} is not kept in the history", did_you_mean(name, self.allowed), unknown_field=True)
        if self.allowed is None and column.origin == "ledger":
            raise AtomError(f"{name!r} is known of the history only", "Use scope history.", unknown_field=True)
        self.columns.add(name)
        return identifier(name), column.kind

    def resolve(self, value: Any) -> Any:
        """Puts parameters in the place of `$name`."""
        if isinstance(value, str) and re.fullmatch(r"\$[a-z_]+", value):
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


def compile_atom(key: str, value: Any, scope: Scope) -> str:
    """`field|modifier|...: value` to SQL.

    Raises:
        AtomError: unknown field or modifier, a type that does not fit, a bad pattern.
    """
    name, *modifiers = key.split("|")
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            raise AtomError(f"unknown modifier {modifier!r}", did_you_mean(modifier, MODIFIERS))
    column, kind = scope.column(name)
    value = scope.resolve(value)
    if "supplied" in modifiers:
        return _supplied(name, value, scope)
    if "blank" in modifiers:
        return _blank(name, column, kind, value, scope)
    if "exists" in modifiers:
        return _exists(column, kind, value)
    if value is None:
        raise AtomError(f"{key} compares with nothing", f"Ask `{name}|exists: false` or `{name}|blank: true`.")
    if "inlist" in modifiers:
        value = scope.terms(value)
    tests = [m for m in modifiers if m not in ("inlist", "all", "cased")] or ["eq"]
    if len(tests) > 1:
        raise AtomError(f"{' and '.join(tests)} cannot be combined", "Write two keys.")
    test = tests[0]
    if kind == "controls":
        return _controls(column, value)
    if test in COMPARISONS or test == "between":
        return _compare(column, kind, test, value, scope)
    folded = name in FOLDED and "cased" not in modifiers
    if test in TEXT_TESTS:
        return _text(column, kind, test, value, folded, every="all" in modifiers)
    sql = _equal(column, kind, value, folded, scope, every="all" in modifiers)
    return f"(not {sql})" if test == "neq" else sql


def _wants_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise AtomError("true or false is expected", "Write `true` without quotes.")
    return value


def _supplied(name: str, value: Any, scope: Scope) -> str:
    if not _wants_boolean(value):
        raise AtomError("supplied is true or unknown, never false", f"Write `{name}|supplied: true`.")
    column = BY_NAME[name]
    if column.origin not in ("filed", "reader"):
        raise AtomError(f"{name!r} is derived, so no input supplies it")
    if scope.allowed is not None:
        raise AtomError("what an input supplies is not kept in the history", f"Ask `{name}|exists: false`.")
    return f"(case when list_contains(supplied_fields, {literal(name)}) then true end)"


def _blank(name: str, column: str, kind: str, value: Any, scope: Scope) -> str:
    supplied = _supplied(name, True, scope)
    empty = f"trim({column}) = ''" if kind == "text" else f"len({column}) = 0" if kind in ("texts", "controls") else "false"
    sql = f"(case when {supplied} then ({column} is null or {empty}) end)"
    return sql if _wants_boolean(value) else f"(not {sql})"


def _exists(column: str, kind: str, value: Any) -> str:
    there = f"(coalesce(len({column}), 0) > 0)" if kind in ("texts", "controls") else f"({column} is not null)"
    return there if _wants_boolean(value) else f"(not {there})"


def _controls(column: str, value: Any) -> str:
    if not isinstance(value, Mapping) or not set(value) <= {"instrument", "schedule"} or not value:
        raise AtomError("control needs instrument and schedule", "control: {instrument: UN1988, schedule: [I, II]}")
    tests = []
    for part, wanted in value.items():
        texts = wanted if isinstance(wanted, list) else [wanted]
        tests.append(f"x.{part} in ({', '.join(literal(str(t)) for t in texts)})")
    return any_element(column, " and ".join(tests))


def operand(value: Any, kind: str, scope: Scope) -> tuple[str, str]:
    """A literal, or another column `{field: NAME, times: n}`, as SQL with its kind."""
    if isinstance(value, Mapping):
        if "field" not in value or set(value) - {"field", "times"}:
            raise AtomError("another field is written {field: NAME, times: n}")
        sql, other = scope.column(str(value["field"]))
        if "times" in value:
            if other not in ("number", "integer", "score") or isinstance(value["times"], str | bool):
                raise AtomError("times multiplies a number by a number")
            sql = f"({sql} * {literal(value['times'])})"
        return sql, other
    _check_kind(value, kind)
    return literal(value), kind


def _check_kind(value: Any, kind: str) -> None:
    numeric = kind in ("number", "integer", "score")
    if numeric and (isinstance(value, bool | str) or not isinstance(value, int | float)):
        hint = "Write the number without quotes." if isinstance(value, str) else ""
        raise AtomError(f"a number is expected, not {value!r}", hint)
    if kind in ("text", "texts") and not isinstance(value, str):
        raise AtomError(f"text is expected, not {value!r}", f'Quote it: "{value}"')
    if kind == "boolean" and not isinstance(value, bool):
        raise AtomError(f"true or false is expected, not {value!r}")
    if kind == "date" and not hasattr(value, "isoformat"):
        raise AtomError(f"a date is expected, not {value!r}", "Write it as 2026-11-25.")


def _compare(column: str, kind: str, test: str, value: Any, scope: Scope) -> str:
    if kind not in ("number", "integer", "score", "date"):
        raise AtomError(f"{test} compares numbers and dates, not {kind}")
    if test == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise AtomError("between needs two values", "Write [low, high]; both ends are included.")
        low, high = (operand(v, kind, scope)[0] for v in value)
        return f"({column} between {low} and {high})"
    return f"({column} {COMPARISONS[test]} {operand(value, kind, scope)[0]})"


def _equal(column: str, kind: str, value: Any, folded: bool, scope: Scope, *, every: bool) -> str:
    if isinstance(value, Mapping):
        other, other_kind = operand(value, kind, scope)
        return _equal_columns(column, kind, other, other_kind)
    values = value if isinstance(value, list) else [value]
    if not values:
        raise AtomError("an empty list matches nothing")
    for v in values:
        _check_kind(v, kind)
    dress: Callable[[str], str] = fold if folded else str
    wanted = [dress(literal(v)) for v in values]
    if kind == "texts":
        found = [any_element(column, f"{dress('x')} = {w}") for w in wanted]
        if every:
            return f"({' and '.join(found)})"
        return any_element(column, f"{dress('x')} in ({', '.join(wanted)})")
    if every and len(wanted) > 1:
        raise AtomError("one value cannot equal all of several", "Leave out `all`.")
    if len(wanted) == 1:
        return f"({dress(column)} = {wanted[0]})"
    return f"({dress(column)} in ({', '.join(wanted)}))"


def _equal_columns(column: str, kind: str, other: str, other_kind: str) -> str:
    if (kind == "texts") and (other_kind == "texts"):
        return f"(case when {column} is null or {other} is null then null else list_has_any({column}, {other}) end)"
    if other_kind == "texts":
        return f"(case when {column} is null or {other} is null then null else list_contains({other}, {column}) end)"
    if kind == "texts":
        return f"(case when {column} is null or {other} is null then null else list_contains({column}, {other}) end)"
    return f"({column} = {other})"


def _text(column: str, kind: str, test: str, value: Any, folded: bool, *, every: bool) -> str:
    if kind not in ("text", "texts"):
        raise AtomError(f"{test} tests text, not {kind}")
    values = value if isinstance(value, list) else [value]
    if not values:
        raise AtomError("an empty list matches nothing")
    for v in values:
        _check_kind(v, "text")
    subject = "x" if kind == "texts" else column
    dressed = fold(subject) if folded else subject
    groups = [[v] for v in values] if every else [values]
    tests = [f"regexp_matches({dressed}, {_pattern(test, group, folded)})" for group in groups]
    sql = " and ".join(tests)
    return any_element(column, sql) if kind == "texts" else f"({sql})"


def _check_pattern(pattern: str) -> None:
    try:
        with connect() as connection:
            connection.execute("select regexp_matches('', ?)", [pattern]).fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].partition(": ")[2]
        raise AtomError(
            f"{pattern!r} is no pattern: {reason}", "Patterns are those of RE2: no look-behind, no back reference."
        ) from error


def _pattern(test: str, values: list[str], folded: bool) -> str:
    """One RE2 pattern for all values: one pass over the text, however many terms."""
    if test == "re":
        for v in values:
            _check_pattern(v)
        body = "|".join(f"(?:{v})" for v in values)
        return literal(f"(?i){body}" if folded else body)
    escaped = tuple(re2_escape(v) for v in values)
    joined = "|".join(fold_terms(escaped) if folded else escaped)
    start, end = {
        "contains": ("(?:", ")"),
        "startswith": ("^(?:", ")"),
        "endswith": ("(?:", ")$"),
        "word": (r"(?:^|[^\pL\pN])(?:", r")(?:[^\pL\pN]|$)"),
    }[test]
    return literal(f"{start}{joined}{end}")


def re2_escape(text: str) -> str:
    """Escapes what RE2 reads as syntax; letters, digits and what is beyond ASCII stand as they are."""
    return re.sub(r"([^\w\s]|_)", lambda m: "\\" + m.group() if m.group().isascii() else m.group(), text)


def compile_derived(name: str, spec: Any, scope: Scope) -> str:
    """`derive: {name: {div: [a, b]}}` to SQL; division by zero is unknown.

    Raises:
        AtomError: an operator or operand that is not known.
    """
    if not isinstance(spec, Mapping) or len(spec) != 1 or next(iter(spec)) not in (*OPERATORS, *FUNCTIONS):
        known = ", ".join((*OPERATORS, *FUNCTIONS))
        raise AtomError(f"derived column {name!r} needs one operator", f"One of {known}.")
    operator, operands = next(iter(spec.items()))
    if operator in FUNCTIONS:
        if not isinstance(operands, list) or len(operands) != 1:
            raise AtomError(f"{operator} needs one operand", f"{operator}: [a]")
        inner = f"cast({_operand_number(operands[0], scope)} as double)"
        inner = f"case when {inner} > 0 then {inner} end" if operator == "ln" else inner
        return f"round({FUNCTIONS[operator]}({inner}), 6)"
    if not isinstance(operands, list) or len(operands) != 2:
        raise AtomError(f"{operator} needs two operands", f"{operator}: [a, b]")
    left, right = (_operand_number(o, scope) for o in operands)
    if operator == "div":
        return f"round(cast({left} as double) / nullif(cast({right} as double), 0), 6)"
    return f"({left} {OPERATORS[operator]} {right})"


def _operand_number(value: Any, scope: Scope) -> str:
    value = scope.resolve(value)
    if isinstance(value, str):
        sql, kind = scope.column(value)
        if kind not in ("number", "integer", "score"):
            raise AtomError(f"{value!r} is no number")
        return sql
    _check_kind(value, "number")
    return literal(value)


def describe(column: Column) -> str:
    """A column in one line, for lists of fields."""
    return f"{column.name} ({column.kind}; {column.subject}): {column.doc}"
