"""The movements that windows are judged over: what is kept of each is small, for recorded ones come in millions.

A group is a number instead of its keys, a test is its outcome, and only movements that share a group with a new one are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.engine import fetch
from precursor_screen.core.schema import LINE
from precursor_screen.kernel.judge.windows.groups import Groups, Keys, codes_of, groups_of, sure_of, values_of
from precursor_screen.kernel.judge.windows.history import Relation, WindowInput, derive
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Expression, Field, Literal, columns_in, smallest_tests
from precursor_screen.rulebook.sql import identifier
from precursor_screen.rulebook.windows import Window

_AT_ONCE = 500_000  # movements of which all that rules read is held at once


class Live(Struct, frozen=True):
    """The new movements with all that rules read of them.

    Attributes:
        given: as `_read` gives them.
        rows: the same, for rules to be asked of.
        verdicts: row_no, and a verdict a rule: verdict_0 is that of the first.
    """

    given: pa.Table
    rows: Rows
    verdicts: pa.Table


class Layout(Struct, frozen=True):
    """What the windows of some rules are judged over.

    Attributes:
        moves: row_no (ascending), is_new, day, cargo, the verdicts, the parts of windows, and of each kind of group its number
            (`group_of`), -1 where there is none; or the keys of groups by an element of a list.
        groups: by their keys.
        values: of each key.
        columns: part of a window -> column of `moves`.
    """

    moves: pa.Table
    groups: Mapping[Keys, Groups]
    values: Mapping[str, pa.Array]
    columns: Mapping[Expression, str]


def group_of(keys: Keys) -> str:
    """The column of `moves` that holds the number of a movement's group."""
    return f"group of {' '.join(keys)}"


def parts_of(window: Window) -> list[Expression]:
    """What a window needs of every movement beside its keys."""
    chain = window.chain
    linked = (*map(Field, (*chain.ends, *chain.begins)), *([chain.carried] if chain.carried else [])) if chain else ()
    measured = (e for m in window.measures for e in m.expressions)
    all_parts = (*measured, *window.steps, *window.changes, *(value for value, _ in window.matched), *linked)
    return [part for part in all_parts if not isinstance(part, Literal)]


def judge_live(connection: duckdb.DuckDBPyConnection, rules: Sequence[CompiledRule], seen: WindowInput) -> Live:
    """The new movements, with the verdict of each rule."""
    given = fetch(connection, _read(seen, rules, "where is_new").sql)
    rows = Rows.of(given, seen.tests)
    verdicts = {f"verdict_{n}": pa.array(rows.verdicts(rule)) for n, rule in enumerate(rules)}
    return Live(given, rows, pa.table({"row_no": given.column("row_no"), **verdicts}))


def lay_out(connection: duckdb.DuckDBPyConnection, numbered: Mapping[int, CompiledRule], seen: WindowInput, live: Live) -> Layout:
    """The movements of the groups of some rules, and those groups.

    Args:
        connection: that knows the movements.
        numbered: rules that are sure of a new movement, by the number of their verdict; all have a window.
        seen: all movements.
        live: the new ones, judged.
    """
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    kinds = {w.keys: w.unnested for w in windows.values()}
    values = values_of(live.given, sorted({key for keys in kinds for key in keys}))
    groups = {}
    for keys, lists in kinds.items():
        verdicts = [live.verdicts.column(f"verdict_{n}") for n, w in windows.items() if w.keys == keys]
        sure = live.given.filter(pa.array(sure_of(verdicts)))
        groups[keys] = groups_of(keys, values, codes_of(sure, {key: values[key] for key in keys}, lists))
    columns = {part: f"part_{n}" for n, part in enumerate(dict.fromkeys(p for w in windows.values() for p in parts_of(w)))}
    layout = Layout(live.given, groups, values, columns)
    found = [_moves(live.given, live.rows, numbered, layout)]
    found += [_moves(batch, Rows.of(batch, seen.tests), numbered, layout) for batch in _recorded(connection, numbered, seen)]
    moves = pa.concat_tables(found)
    numbers = moves.column("row_no").to_numpy()
    in_order = bool((numbers[1:] > numbers[:-1]).all())
    return Layout(moves if in_order else moves.sort_by("row_no"), groups, values, columns)


def _recorded(
    connection: duckdb.DuckDBPyConnection, numbered: Mapping[int, CompiledRule], seen: WindowInput
) -> Iterator[pa.Table]:
    if not seen.recorded:  # planning a query that finds nothing takes as long as one that does
        return
    batches = connection.sql(_read(seen, list(numbered.values()), "where not is_new").sql).to_arrow_reader(_AT_ONCE)
    for batch in batches:
        yield pa.Table.from_batches([batch])


def _moves(given: pa.Table, rows: Rows, numbered: Mapping[int, CompiledRule], layout: Layout) -> pa.Table:
    """The movements that a rule is sure of, or cannot judge, in a group of new ones. Groups by an element of a list are found later."""
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    lists = {keys for w in windows.values() if w.unnested for keys in [w.keys]}
    plain = sorted({key for keys in layout.groups if keys not in lists for key in keys})
    codes = codes_of(given, {key: layout.values[key] for key in plain})
    numbers = {keys: g.numbers(codes) for keys, g in layout.groups.items() if keys not in lists}
    about = np.zeros(given.num_rows, dtype=np.bool_)
    columns = {name: given.column(name) for name in ("row_no", "is_new", "day", "cargo", "line") if name in given.column_names}
    columns |= {key: given.column(key) for keys in lists for key in keys}
    for n, rule in numbered.items():
        verdict = rows.verdicts(rule)
        columns[f"verdict_{n}"] = pa.array(verdict)
        keys = windows[n].keys
        about |= (verdict > 0) & (numbers[keys] >= 0 if keys in numbers else True)
    columns |= {group_of(keys): pa.array(number.astype(np.int32)) for keys, number in numbers.items()}
    columns |= {name: _narrow(rows.value(part)) for part, name in layout.columns.items()}
    return pa.table(columns).filter(pa.array(about))


def _narrow(values: pa.Array) -> pa.Array:
    """Values of a kind that the engine knows: its decimals have 38 digits at most."""
    return values.cast(pa.decimal128(38, values.type.scale)) if pa.types.is_decimal256(values.type) else values


def _read(seen: WindowInput, rules: Sequence[CompiledRule], where: str) -> Relation:
    """Movements with no more of them than what some rules read."""
    # An atom may stand in a rule that has it from elsewhere: what a rule requires is a test like any other.
    read_of = [one for r in rules for one in (*r.tests, *(r.window.expressions if r.window else ()))]
    asked = {test for one in read_of for test in smallest_tests(one)}
    known = {test: name for test, name in seen.tests.items() if test in asked}
    keys = {key for r in rules if r.window for key in r.window.keys}
    columns = sorted(columns_in(read_of, known) | keys | {"as_of_date"})
    line = ["hash(movement_key, line_id) as line"] if any(r.rule.subject == LINE for r in rules) else []
    shown = ["row_no", "is_new", "as_of_date as day", "cargo", *map(identifier, columns), *known.values(), *line]
    return derive("read_of", f"select {', '.join(shown)} from {seen.every} {where}", seen.every)
