"""Expressions to DuckDB SQL: the one place where the tree of a rule becomes text."""

from __future__ import annotations

from collections.abc import Mapping

from precursor_screen.rulebook.expression import Apply, AtLeast, Element, Expression, Field, Literal, Outcome, Supplied, Text
from precursor_screen.rulebook.sql import identifier, literal


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
        case Text() | Outcome():
            raise TypeError(f"{type(expression).__name__} has no form in SQL; `tell` shows it")
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
    raise TypeError(f"{type(expression).__name__} has no form in SQL")
