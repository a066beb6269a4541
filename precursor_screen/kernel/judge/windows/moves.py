"""The tables that windows are judged over: what is kept of each movement is small, for recorded ones come in millions.

A group is a number instead of its keys, a test is its outcome, and only movements that share a group with a new one are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import duckdb

from precursor_screen.kernel.judge.windows.frames import elements_of, gid_of, key_of, parts_of
from precursor_screen.kernel.judge.windows.history import Seen
from precursor_screen.kernel.judge.windows.relation import Relation, derive, kept
from precursor_screen.rulebook.compile import CompiledRule, verdict_columns
from precursor_screen.rulebook.expression import Expression, columns_in, smallest_tests
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import identifier
from precursor_screen.rulebook.windows import Window
from precursor_screen.schema import LINE

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the windows of some rules are judged over.

    Attributes:
        moves: row_no, is_new, day, the verdicts, the parts of windows, and of each kind of group its number (`gid_of`) or its keys.
        groups: keys of groups -> gid, key_0 ... of those groups.
        columns: part of a window -> column of `moves`.
    """

    moves: Relation
    groups: Mapping[Keys, Relation]
    columns: Mapping[Expression, str]


def verdicts_of(rules: Sequence[CompiledRule], seen: Seen) -> Relation:
    """`verdicts`: row_no of the new movements, a verdict a rule (verdict_0 is that of the first), and what groups them."""
    keys = "".join(f", {identifier(k)}" for k in sorted({k for r in rules if r.window for k in r.window.keys}))
    verdicts = "".join(f", verdict_{n}" for n in range(len(rules)))
    query = _with_verdicts(rules, seen, "where is_new")
    return derive("verdicts", f"select row_no{keys}{verdicts} from ({query})", seen.every)


@contextmanager
def lay_out(
    connection: duckdb.DuckDBPyConnection, numbered: Mapping[int, CompiledRule], seen: Seen, verdicts: Relation
) -> Iterator[Layout]:
    """The movements of the groups of some rules, and those groups, while they are looked at.

    Args:
        connection: where they are kept.
        numbered: rules that are sure of a new movement, by the number of their verdict; all have a window.
        seen: all movements.
        verdicts: on the new ones.
    """
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    kinds = sorted({w.keys for w in windows.values()})
    parts = dict.fromkeys(part for w in windows.values() for _, part in parts_of(w) if part and part.columns)
    columns = {part: f"part_{n}" for n, part in enumerate(parts)}
    with ExitStack() as stack:
        # Kept, as every rule of a kind reads them: the groups once more for each flag, the movements with their verdicts.
        groups = {
            keys: stack.enter_context(kept(connection, _groups(f"groups_{n}", verdicts, _of_keys(windows, keys))))
            for n, keys in enumerate(kinds)
        }
        moves = stack.enter_context(kept(connection, _moves(numbered, seen, groups, columns)))
        yield Layout(moves, groups, columns)


def _of_keys(windows: Mapping[int, Window], keys: Keys) -> dict[int, Window]:
    return {n: w for n, w in windows.items() if w.keys == keys}


def _groups(name: str, verdicts: Relation, mine: Mapping[int, Window]) -> Relation:
    """The groups in which a flag is possible at all: those of new movements that a rule is sure of."""
    window = next(iter(mine.values()))
    keys = [f"unnest({elements_of(k)})" if k in window.unnested else key_of(k) for k in window.keys]
    names = [f"key_{i}" for i in range(len(keys))]
    sure = " or ".join(f"verdict_{n} = 1" for n in mine)
    there = " and ".join(f"{name} is not null" for name in names)
    return derive(
        name,
        f"""select cast(row_number() over (order by {", ".join(names)}) as integer) as gid, * from (
                select distinct * from (
                    select {", ".join(f"{sql} as {name}" for sql, name in zip(keys, names, strict=True))} from {verdicts} where {sure})
                where {there})""",
        verdicts,
    )


def _moves(
    numbered: Mapping[int, CompiledRule], seen: Seen, groups: Mapping[Keys, Relation], columns: Mapping[Expression, str]
) -> Relation:
    """The movements that a rule is sure of, or cannot judge, in a group of new ones. Groups by an element of a list are found later."""
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    joined = {keys: g for keys, g in groups.items() if not any(k in w.unnested for w in windows.values() for k in keys)}
    joins = "".join(
        f" left join {g} on {' and '.join(f'{key_of(k)} = {g}.key_{i}' for i, k in enumerate(keys))}"
        for keys, g in joined.items()
    )
    lists = sorted({k for keys in groups if keys not in joined for k in keys})
    cargo = ["cargo"] if any(w.kind == "temporal" or None in [p for _, p in parts_of(w)] for w in windows.values()) else []
    lines = ["hash(movement_key, line_id) as line"] if any(r.rule.subject == LINE for r in numbered.values()) else []
    shown = [
        *cargo,
        *lines,
        *(identifier(k) for k in lists),
        *(f"{render(part, seen.tests)} as {name}" for part, name in columns.items()),
        *(f"verdict_{place} as verdict_{n}" for place, n in enumerate(windows)),
        *(f"{g}.gid as {gid_of(g)}" for g in joined.values()),
    ]
    about = " or ".join(
        f"(verdict_{place} > 0{f' and {groups[w.keys]}.gid is not null' if w.keys in joined else ''})"
        for place, w in enumerate(windows.values())
    )
    return derive(
        "moves",
        f"""select row_no, is_new, as_of_date as day, {", ".join(shown)}
            from ({_with_verdicts([numbered[n] for n in windows], seen)}) {joins} where {about}""",
        seen.every,
        *joined.values(),
    )


def _with_verdicts(rules: Sequence[CompiledRule], seen: Seen, where: str = "") -> str:
    """SQL of the movements with verdicts, of which only what the rules read is read."""
    # An atom may stand in a rule that has it from elsewhere: what a rule requires is a test like any other.
    read_of = [one for r in rules for one in (*r.tests, *(r.window.expressions if r.window else ()))]
    asked = {test for one in read_of for test in smallest_tests(one)}
    known = {test: name for test, name in seen.tests.items() if test in asked}
    read = columns_in(read_of, known)
    identity = {"movement_key", "line_id"} if any(r.rule.subject == LINE for r in rules) else set()
    columns = ["row_no", "is_new", "cargo", *(identifier(c) for c in sorted(read | identity | {"as_of_date"})), *known.values()]
    return verdict_columns(rules, f"(select {', '.join(columns)} from {seen.every} {where})", known)
