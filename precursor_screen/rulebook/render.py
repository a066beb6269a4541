"""Expressions to DuckDB SQL: the one place where the tree of a rule becomes text."""

from __future__ import annotations

from collections.abc import Mapping

from precursor_screen.rulebook.expression import Apply, AtLeast, Element, Expression, Field, Literal, Outcome, Supplied, Text
from precursor_screen.rulebook.sql import identifier, literal

LONGEST = 160  # characters of a cell shown in a sentence; the whole cell is in the evidence
UNKNOWN = "not stated"
# What judging a group or window gives to a sentence, by the scope of its rule: name -> SQL.
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "shipment": {
        "correlation_value": "cast(correlation_value as varchar)",
        "group_members": "coalesce(group_members, 'not stated')",
    },
    "history": {
        "correlation_value": "regexp_replace(printf('%.3f', correlation_value), '\\.?0+$', '')",
        "window": "window_text",
        "window_lines": "cast(window_lines as varchar)",
        "group_members": "coalesce(group_members, 'not stated')",
    },
}


def render(expression: Expression, known: Mapping[Expression, str] | None = None) -> str:
    """The SQL of an expression.

    Args:
        expression: the tree.
        known: nodes whose outcome is a column of the source already.
    """
    if known and expression in known:
        return known[expression]
    match expression:
        case Supplied(name):
            return f"(case when list_contains(supplied_fields, {literal(name)}) then true end)"
        case Field(name):
            return identifier(name)
        case Literal(value):
            return literal(value)
        case Element(part):
            return f"x.{part}" if part else "x"
        case Outcome(scope, name):
            return OUTCOMES[scope][name]
    parts = [render(part, known) for part in expression.parts]
    match expression:
        case Apply(operator):
            return operator.value.format(
                *parts, rest=", ".join(parts[1:]), and_=" and ".join(parts), or_=" or ".join(parts), joined=" || ".join(parts)
            )
        case AtLeast(count):
            true = " + ".join(f"(case when {p} then 1 else 0 end)" for p in parts)
            open_ = " + ".join(f"(case when {p} is null or {p} then 1 else 0 end)" for p in parts)
            return f"(case when {true} >= {count} then true when {open_} < {count} then false end)"
        case Text(value, shown, percent):
            return _shown(parts[0], value.kind, percent) if shown else _plain(parts[0], value.kind)
    raise TypeError(f"{type(expression).__name__} has no form in SQL")


def _shown(sql: str, kind: str, percent: bool) -> str:
    """SQL that shows a value to a person: numbers without idle zeros, lists joined, unknown as such."""
    if percent:
        return f"coalesce(printf('%g', round(cast({sql} as double) * 100, 1)), {literal(UNKNOWN)})"
    shown = _plain(sql, kind, LONGEST)
    if kind in ("texts", "controls"):
        shown = f"case when {shown} = '' then 'none' else {shown} end"
    return f"coalesce({shown}, {literal(UNKNOWN)})"


def _plain(sql: str, kind: str, longest: int | None = None) -> str:
    """SQL that turns a value into text; null stays null."""
    match kind:
        case "number":
            return f"regexp_replace(regexp_replace(cast({sql} as varchar), '(\\.\\d*?)0+$', '\\1'), '\\.$', '')"
        case "score":
            return f"printf('%.1f', {sql})"
        case "texts":
            sql = f"array_to_string({sql}, ', ')"
        case "controls":
            sql = f"array_to_string(list_transform({sql}, lambda x: x.instrument || ' ' || x.schedule), ', ')"
        case "text":
            pass
        case _:
            return f"cast({sql} as varchar)"
    if longest is None:
        return sql
    return f"(case when length({sql}) > {longest} then left({sql}, {longest - 3}) || '...' else {sql} end)"
