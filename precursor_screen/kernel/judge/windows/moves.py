"""The tables that windows are judged over: what is kept of each movement is small, for recorded ones come in millions.

A group is a number instead of its keys, a test is its outcome, and only movements that share a group with a new one are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.engine import fetch
from precursor_screen.core.schema import LINE
from precursor_screen.kernel.judge.windows.frames import elements_of, gid_of, key_of, parts_of
from precursor_screen.kernel.judge.windows.history import Seen
from precursor_screen.kernel.judge.windows.relation import Relation, derive, give, kept
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Expression, Literal, columns_in, smallest_tests
from precursor_screen.rulebook.sql import identifier
from precursor_screen.rulebook.windows import Window

Keys = tuple[str, ...]
_AT_ONCE = 500_000  # movements of which all that rules read is held at once


class Layout(Struct, frozen=True):
    """What the windows of some rules are judged over.

    Attributes:
        moves: row_no, is_new, day, the verdicts, the parts of windows, and of each kind of group its number (`gid_of`) or its keys.
        groups: keys of groups -> gid, key_0 ... of those groups.
        columns: part of a window -> column of `moves`.
    """

    moves: Relation
    groups: Mapping[Keys, Relation]
    columns: Mapping[Expression, str]


def verdicts_of(connection: duckdb.DuckDBPyConnection, rules: Sequence[CompiledRule], seen: Seen) -> pa.Table:
    """row_no of the new movements, a verdict a rule (verdict_0 is that of the first), and what groups them."""
    keys = sorted({k for r in rules if r.window for k in r.window.keys})
    given = fetch(connection, _read(seen, rules, keys, "where is_new").sql)
    rows = Rows.of(given, seen.tests)
    verdicts = {f"verdict_{n}": rows.verdicts(rule) for n, rule in enumerate(rules)}
    return pa.table({"row_no": given.column("row_no"), **{k: given.column(k) for k in keys}, **verdicts})


@contextmanager
def lay_out(
    connection: duckdb.DuckDBPyConnection, numbered: Mapping[int, CompiledRule], seen: Seen, verdicts: Relation
) -> Iterator[Layout]:
    """The movements of the groups of some rules, and those groups, while they are looked at.

    Args:
        connection: where they are kept.
        numbered: rules that are sure of a new movement, by the number of their verdict; all have a window.
        seen: all movements.
        verdicts: on the new ones, as `verdicts_of` gives them.
    """
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    kinds = sorted({w.keys for w in windows.values()})
    parts = dict.fromkeys(p for w in windows.values() for _, p in parts_of(w) if p and not isinstance(p, Literal))
    columns = {part: f"part_{n}" for n, part in enumerate(parts)}
    with ExitStack() as stack:
        # Kept, as every rule of a kind reads them: the groups once more for each flag, the movements with their verdicts.
        groups = {
            keys: stack.enter_context(kept(connection, _groups(f"groups_{n}", verdicts, _of_keys(windows, keys))))
            for n, keys in enumerate(kinds)
        }
        given = give(connection, "given_moves", _moves(connection, numbered, seen, groups, columns))
        moves = stack.enter_context(kept(connection, derive("moves", f"select * from {given}", given)))
        connection.unregister(str(given))
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
    connection: duckdb.DuckDBPyConnection,
    numbered: Mapping[int, CompiledRule],
    seen: Seen,
    groups: Mapping[Keys, Relation],
    columns: Mapping[Expression, str],
) -> pa.Table:
    """The movements that a rule is sure of, or cannot judge, in a group of new ones. Groups by an element of a list are found later."""
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    joined = {keys: g for keys, g in groups.items() if not any(k in w.unnested for w in windows.values() for k in keys)}
    lists = sorted({k for keys in groups if keys not in joined for k in keys})
    of_lines = any(r.rule.subject == LINE for r in numbered.values())
    read = _read(seen, list(numbered.values()), lists, "", of_lines)
    joins = "".join(
        f" left join {g} on {' and '.join(f'{key_of(k)} = {g}.key_{i}' for i, k in enumerate(keys))}"
        for keys, g in joined.items()
    )
    gids = "".join(f", {g}.gid as {gid_of(g)}" for g in joined.values())
    inside = "" if lists or not joined else f" where {' or '.join(f'{g}.gid is not null' for g in joined.values())}"
    query = derive("grouped", f"select rows.*{gids} from {read} rows {joins}{inside}", read, *joined.values())
    shown = ("row_no", "is_new", "day", "cargo", *(["line"] if of_lines else []), *lists, *map(gid_of, joined.values()))

    def judged(given: pa.Table) -> pa.Table:
        rows = Rows.of(given, seen.tests)
        verdicts = {n: rows.verdicts(rule) for n, rule in numbered.items()}
        about = np.zeros(rows.count, dtype=np.bool_)
        for n, window in windows.items():
            there = pc.is_valid(given.column(gid_of(groups[window.keys]))).to_numpy() if window.keys in joined else True
            about |= (verdicts[n] > 0) & there
        parts = {name: _narrow(rows.value(part)) for part, name in columns.items()}
        columns_of_rules = {f"verdict_{n}": verdict for n, verdict in verdicts.items()}
        return pa.table({**{name: given.column(name) for name in shown}, **parts, **columns_of_rules}).filter(pa.array(about))

    batches = connection.sql(query.sql).to_arrow_reader(_AT_ONCE)
    # Without a batch there is nothing to join: groups may all be without a key, as a permit numbered `--` is.
    found = [judged(pa.Table.from_batches([batch])) for batch in batches]
    return pa.concat_tables(found) if found else judged(batches.schema.empty_table())


def _narrow(values: pa.Array) -> pa.Array:
    """Values of a kind that the engine knows: its decimals have 38 digits at most."""
    return values.cast(pa.decimal128(38, values.type.scale)) if pa.types.is_decimal256(values.type) else values


def _read(seen: Seen, rules: Sequence[CompiledRule], also: Iterable[str], where: str, of_lines: bool = False) -> Relation:
    """Movements with no more of them than what some rules read, and some columns beside."""
    # An atom may stand in a rule that has it from elsewhere: what a rule requires is a test like any other.
    read_of = [one for r in rules for one in (*r.tests, *(r.window.expressions if r.window else ()))]
    asked = {test for one in read_of for test in smallest_tests(one)}
    known = {test: name for test, name in seen.tests.items() if test in asked}
    columns = sorted(columns_in(read_of, known) | {*also, "as_of_date"})
    line = ["hash(movement_key, line_id) as line"] if of_lines else []
    shown = ["row_no", "is_new", "as_of_date as day", "cargo", *map(identifier, columns), *known.values(), *line]
    return derive("read_of", f"select {', '.join(shown)} from {seen.every} {where}", seen.every)
