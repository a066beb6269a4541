"""The parts that all flag queries share: level, sentence, identity, and what a flag rests on that nobody has checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from precursor_screen.engine import fetch
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import literal
from precursor_screen.schema import LINE, SUBSTANCE, UNJUDGED

# Only these levels bar the band `none` when they could not be judged.
BARRING = ("high", "critical")


def doubts(rule: CompiledRule) -> list[tuple[str, str]]:
    """[(what the flag rests on that nobody has checked, SQL that is true when it is so)]."""
    if rule.rule.subject != SUBSTANCE:
        return []
    found = [
        ("membership unverified", "membership_verified = false"),
        ("unknown whether listed on that day", "listing_known = false"),
    ]
    if {"threshold_kg", "threshold_month_kg", "threshold_year_kg"} & rule.columns:
        found.append(("threshold unverified", "threshold_verified = false"))
    return found


def columns_of_rule(rule: CompiledRule) -> frozenset[str]:
    """The columns that judging a history rule and showing its flags need."""
    verified = {"membership_verified", "listing_known", "threshold_verified"} if rule.rule.subject == SUBSTANCE else set()
    return rule.columns | verified | {"substance_id"}


def level_of(rule: CompiledRule) -> str:
    """A flag that rests on a membership, a day or a threshold that nobody has checked is at most medium."""
    level = _by_level(rule, {name: literal(name) for _, name, _ in rule.levels}, literal(rule.rule.level))
    doubtful = [sql for _, sql in doubts(rule)]
    if not doubtful or not {rule.rule.level, *(name for _, name, _ in rule.levels)}.intersection(BARRING):
        return level
    return f"case when ({' or '.join(doubtful)}) and {level} in ('high', 'critical') then 'medium' else {level} end"


def _by_level(rule: CompiledRule, values: Mapping[Any, str], otherwise: str) -> str:
    """SQL of a value by the first of the rule's levels whose selection holds."""
    cases = "".join(f" when {render(when)} then {values.get(level, weight)}" for when, level, weight in rule.levels)
    return f"(case{cases} else {otherwise} end)" if cases else otherwise


def because_of(rule: CompiledRule) -> str:
    """The rule's sentence, and what in it is unverified."""
    return " || ".join(
        [f"({rule.because})", *(f"case when {sql} then {literal(f' ({doubt})')} else '' end" for doubt, sql in doubts(rule))]
    )


def constants(rule: CompiledRule) -> str:
    """The columns of FLAG that follow from the rule, and from which of its levels holds."""
    r = rule.rule
    return (
        f"{literal(r.id)} as rule_id, {literal(r.version)} as rule_version, {level_of(rule)} as level, "
        f"{literal(r.confidence)} as confidence, 'new' as state, {literal(r.family)} as family, {_by_level(rule, {}, str(r.weight))} as weight"
    )


def flag_id_sql(key: str, rule: CompiledRule, *parts: str) -> str:
    """SHA-256 over what makes the flag the same tomorrow: never a row number, a score or a wording."""
    joined = " || chr(31) || ".join([key, literal(rule.rule.id), *(f"coalesce({p}, '')" for p in parts)])
    return f"left(sha256({joined}), 32)"


def count_verdicts(connection: duckdb.DuckDBPyConnection, table: str, rules: int) -> list[tuple[int, int]]:
    """(true, unknown) rows of each rule, in one pass: most rules have neither on most inputs, and every query costs milliseconds."""
    if not rules:
        return []
    parts = [f"count(*) filter (where verdict_{n} = {value})" for n in range(rules) for value in (1, 2)]
    row = connection.execute(f"select {', '.join(parts)} from {table}").fetchall()[0]
    return list(zip(row[::2], row[1::2], strict=True))


def fetch_unjudged(connection: duckdb.DuckDBPyConnection, queries: Iterable[str]) -> pa.Table:
    """The UNJUDGED rows of some rules, in one query."""
    joined = " union all ".join(queries)
    return fetch(connection, f"{joined} order by all", UNJUDGED) if joined else UNJUDGED.empty_table()


def unjudged(rule: CompiledRule, source: str, field: str = "") -> str:
    """SQL of UNJUDGED rows of a rule of history.

    Args:
        rule: which could not judge them.
        source: SQL of the rows.
        field: what was missing, where that is no field of the row.
    """
    # A line bars only where a substance is recognised in it; a candidate is one by itself.
    recognised = "substance_id is not null" if rule.rule.subject in (LINE, SUBSTANCE) else "true"
    shipment = f"case when {recognised if rule.rule.level in BARRING else 'false'} then shipment_id end"
    return f"""
        select {literal(rule.rule.id)} as rule_id, {literal(field) if field else rule.missing} as field, {shipment} as shipment_id, count(*) as count
        from {source} group by all"""
