"""The tables that windows are judged over: what is kept of each movement is small, for recorded ones come in millions.

A group is a number instead of its keys, a test is its outcome, and only movements that share a group with a new one are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from precursor_screen.kernel.judge.windows.frames import key_of, parts_of
from precursor_screen.rulebook.compile import CompiledRule, verdict_columns
from precursor_screen.rulebook.expression import Expression, columns_in, smallest_tests
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import identifier
from precursor_screen.rulebook.windows import Window
from precursor_screen.schema import LINE


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand: keys of groups -> number of their table `groups_0` ..., part of a window -> column of `moves`."""

    groups: Mapping[tuple[str, ...], int]
    columns: Mapping[Expression, str]


def make_verdicts(
    connection: duckdb.DuckDBPyConnection, rules: Sequence[CompiledRule], source: str, tests: Mapping[Expression, str]
) -> None:
    """Makes `verdicts`: row_no of the new movements, a verdict a rule, and what groups them.

    Args:
        connection: where the tables are.
        rules: verdict_0 is that of the first.
        source: SQL of all movements, as `history.open_moves` gives it.
        tests: outcomes that the source holds.
    """
    keys = "".join(f", {identifier(k)}" for k in sorted({k for r in rules if r.window for k in r.window.keys}))
    verdicts = "".join(f", verdict_{n}" for n in range(len(rules)))
    connection.execute(f"""
        create or replace temp table verdicts as
        select row_no{keys}{verdicts} from ({_with_verdicts(rules, f"({source}) where is_new", tests)})""")


def make_moves(
    connection: duckdb.DuckDBPyConnection, numbered: Mapping[int, CompiledRule], source: str, tests: Mapping[Expression, str]
) -> Layout:
    """Makes `moves`, the movements of the groups of some rules, and a table of each kind of group.

    Args:
        connection: where the tables are, `verdicts` among them.
        numbered: rules that are sure of a new movement, by the number of their verdict; all have a window.
        source: SQL of all movements.
        tests: outcomes that the source holds.
    """
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    groups = {keys: n for n, keys in enumerate(sorted({w.keys for w in windows.values()}))}
    for keys, number in groups.items():
        _make_groups(connection, number, [(n, w) for n, w in windows.items() if w.keys == keys])
    parts = dict.fromkeys(part for w in windows.values() for _, part in parts_of(w) if part and part.columns)
    columns = {part: f"part_{n}" for n, part in enumerate(parts)}
    joined = {keys: n for keys, n in groups.items() if not any(k in w.unnested for w in windows.values() for k in keys)}
    joins = "".join(
        f" left join groups_{n} on {' and '.join(f'{key_of(k)} = groups_{n}.key_{i}' for i, k in enumerate(keys))}"
        for keys, n in joined.items()
    )
    lists = sorted({k for keys in groups if keys not in joined for k in keys})
    cargo = ["cargo"] if any(w.kind == "temporal" or None in [p for _, p in parts_of(w)] for w in windows.values()) else []
    lines = ["hash(movement_key, line_id) as line"] if any(r.rule.subject == LINE for r in numbered.values()) else []
    kept = [
        *cargo,
        *lines,
        *(identifier(k) for k in lists),
        *(f"{render(part, tests)} as {name}" for part, name in columns.items()),
        *(f"verdict_{place} as verdict_{n}" for place, n in enumerate(windows)),
        *(f"groups_{n}.gid as gid_{n}" for n in joined.values()),
    ]
    about = " or ".join(
        f"(verdict_{place} > 0{f' and groups_{groups[w.keys]}.gid is not null' if w.keys in joined else ''})"
        for place, w in enumerate(windows.values())
    )
    for table in ("moves", "selected", "measured"):
        connection.execute(f"drop table if exists {table}")
    connection.execute(f"""
        create temp table moves as select row_no, is_new, as_of_date as day, {", ".join(kept)}
        from ({_with_verdicts([numbered[n] for n in windows], f"({source})", tests)}) {joins} where {about}""")
    return Layout(groups, columns)


def _make_groups(connection: duckdb.DuckDBPyConnection, number: int, mine: Sequence[tuple[int, Window]]) -> None:
    """The groups in which a flag is possible at all: those of new movements that a rule is sure of."""
    window = mine[0][1]
    keys = [f"unnest({identifier(k)})" if k in window.unnested else key_of(k) for k in window.keys]
    names = [f"key_{i}" for i in range(len(keys))]
    sure = " or ".join(f"verdict_{n} = 1" for n, _ in mine)
    there = " and ".join(f"{name} is not null" for name in names)
    connection.execute(f"""
        create or replace temp table groups_{number} as
        select cast(row_number() over (order by {", ".join(names)}) as integer) as gid, * from (
            select distinct * from (
                select {", ".join(f"{sql} as {name}" for sql, name in zip(keys, names, strict=True))} from verdicts where {sure})
            where {there})""")


def _with_verdicts(rules: Sequence[CompiledRule], source: str, tests: Mapping[Expression, str]) -> str:
    """SQL of a source with verdicts, of which only what the rules read is read."""
    # An atom may stand in a rule that has it from elsewhere: what a rule requires is a test like any other.
    read_of = [one for r in rules for one in (*r.tests, *(r.window.expressions if r.window else ()))]
    asked = {test for one in read_of for test in smallest_tests(one)}
    known = {test: name for test, name in tests.items() if test in asked}
    read = columns_in(read_of, known)
    identity = {"movement_key", "line_id"} if any(r.rule.subject == LINE for r in rules) else set()
    columns = ["row_no", "is_new", "cargo", *(identifier(c) for c in sorted(read | identity | {"as_of_date"})), *known.values()]
    return verdict_columns(rules, f"(select {', '.join(columns)} from {source})", known)
