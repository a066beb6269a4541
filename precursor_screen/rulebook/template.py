"""The sentence of a flag: `explain` templates such as "{substance_name} at {substance_mass_kg} kg", to SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from precursor_screen.rulebook.atoms import AtomError, Scope
from precursor_screen.rulebook.sql import literal
from precursor_screen.schema import BY_NAME

_PART = re.compile(r"\{([a-z_0-9]+)(?::(%))?\}")
LONGEST = 160  # characters of a cell shown in a sentence; the whole cell is in the evidence
UNKNOWN = "not stated"


def compile_template(template: str, scope: Scope, correlation: Mapping[str, str] | None = None) -> str:
    """A template to an SQL text expression. `{name}` is a field, derived column or parameter; `{name:%}` a share in per cent.

    correlation maps further names (correlation_value ...) to SQL.

    Raises:
        AtomError: a name that is none of these, or a stray brace.
    """
    pieces, at = [], 0
    for part in _PART.finditer(template):
        pieces.append(_plain(template[at : part.start()]))
        pieces.append(_part(part.group(1), part.group(2) == "%", scope, correlation or {}))
        at = part.end()
    pieces.append(_plain(template[at:]))
    return " || ".join(p for p in pieces if p != "''") or "''"


def _plain(text: str) -> str:
    if "{" in text or "}" in text:
        raise AtomError(f"a brace without a name in {text!r}", "Write {field} or {field:%}.")
    return literal(text)


def _part(name: str, percent: bool, scope: Scope, correlation: Mapping[str, str]) -> str:
    if name in correlation:  # before parameters: `{window}` tells the days, and the parameter of that name only how many
        return correlation[name]
    if name in scope.params:
        scope.used_params.add(name)
        return literal(_parameter(scope.params[name], percent))
    sql, kind = scope.column(name)
    return show(sql, kind, percent)


def _parameter(value: Any, percent: bool) -> str:
    if percent:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise AtomError(f"{value!r} is no share", "Only numbers can be shown in per cent.")
        return f"{value * 100:g}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def show(sql: str, kind: str, percent: bool = False) -> str:
    """SQL that shows a value to a person: numbers without idle zeros, lists joined, unknown as such."""
    if percent:
        return f"coalesce(printf('%g', round(cast({sql} as double) * 100, 1)), {literal(UNKNOWN)})"
    shown = plain(sql, kind, LONGEST)
    if kind in ("texts", "controls"):
        shown = f"case when {shown} = '' then 'none' else {shown} end"
    return f"coalesce({shown}, {literal(UNKNOWN)})"


def plain(sql: str, kind: str, longest: int | None = None) -> str:
    """SQL that turns a value into text; null stays null."""
    if kind == "number":
        return f"regexp_replace(regexp_replace(cast({sql} as varchar), '(\\.\\d*?)0+$', '\\1'), '\\.$', '')"
    if kind == "score":
        return f"printf('%.1f', {sql})"
    if kind == "texts":
        sql = f"array_to_string({sql}, ', ')"
    elif kind == "controls":
        sql = f"array_to_string(list_transform({sql}, lambda x: x.instrument || ' ' || x.schedule), ', ')"
    elif kind != "text":
        return f"cast({sql} as varchar)"
    return (
        sql
        if longest is None
        else f"(case when length({sql}) > {longest} then left({sql}, {longest - 3}) || '...' else {sql} end)"
    )


def evidence(fields: tuple[str, ...], scope: Scope) -> str:
    """SQL of a JSON array [{field, as_written}], one for each field that has a value."""
    parts = []
    for name in fields:
        sql, kind = scope.column(name)
        value = plain(sql, kind)
        subject = BY_NAME[name].subject if name in BY_NAME else scope.subject
        parts.append(f"{{'subject': {literal(subject)}, 'field': {literal(name)}, 'as_written': {value}}}")
    return f"list_filter([{', '.join(parts)}], lambda x: x.as_written is not null)" if parts else "[]"
