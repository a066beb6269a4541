"""The movements that windows are judged over: what is kept of each is small, for recorded ones come in millions.

A group is a number instead of its keys, a test is its outcome, and only movements that share a group with a new one are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.schema import LINE
from precursor_screen.kernel.judge.windows.groups import (
    Groups,
    Keys,
    Numbers,
    codes_of,
    groups_of,
    key_column,
    sure_of,
    values_of,
)
from precursor_screen.kernel.judge.windows.history import WindowInput, derive
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import TRUE, UNKNOWN, Rows, whole
from precursor_screen.rulebook.expression import Expression, Field, Literal, columns_in, smallest_tests
from precursor_screen.rulebook.sql import identifier
from precursor_screen.rulebook.windows import Window

_AT_ONCE = 1 << 17  # movements of which all that rules read is held at once


class Live(Struct, frozen=True):
    """The new movements, judged by themselves.

    Attributes:
        movements: row_no (ascending), is_new, day, cargo, `line` where a rule is about lines, a verdict a rule (verdict_0 is that of the
            first), the keys of groups, and the parts of windows of rules that have a verdict.
        columns: part of a window -> column of `movements`.
    """

    movements: pa.Table
    columns: Mapping[Expression, str]

    def picked(self, rule: CompiledRule, number: int) -> tuple[Numbers, Numbers]:
        """row_no of the movements of which a rule is sure, and of those that it cannot judge; `number` is that of its verdict.

        A rule about lines judges the first movement of each.
        """
        verdict = whole(self.movements.column(f"verdict_{number}")).to_numpy()
        at = np.flatnonzero(verdict > 0)
        if rule.rule.subject == LINE:
            lines = whole(self.movements.column("line")).to_numpy()
            at = np.sort(at[np.unique(lines[at], return_index=True)[1]])
        rows = whole(self.movements.column("row_no")).to_numpy()[at]
        return rows[verdict[at] == TRUE], rows[verdict[at] == UNKNOWN]


class Layout(Struct, frozen=True):
    """What the windows of some rules are judged over.

    Attributes:
        movements: row_no (ascending), is_new, day, cargo, the verdicts, the parts of windows, and of each kind of group its number
            (`group_of`), -1 where there is none; or the keys of groups by an element of a list.
        groups: by their keys.
        values: of each key.
        columns: part of a window -> column of `movements`.
    """

    movements: pa.Table
    groups: Mapping[Keys, Groups]
    values: Mapping[str, pa.Array]
    columns: Mapping[Expression, str]


def group_of(keys: Keys) -> str:
    """The column of `movements` that holds the number of a movement's group."""
    return f"group of {' '.join(keys)}"


def parts_of(window: Window) -> list[Expression]:
    """What a window needs of every movement beside its keys."""
    chain = window.chain
    linked = (*map(Field, (*chain.ends, *chain.begins)), *([chain.carried] if chain.carried else [])) if chain else ()
    measured = (e for m in window.measures for e in m.expressions)
    all_parts = (*measured, *window.steps, *window.changes, *(value for value, _ in window.matched), *linked)
    return [part for part in all_parts if not isinstance(part, Literal)]


def judge_live(connection: duckdb.DuckDBPyConnection, rules: Sequence[CompiledRule], window_input: WindowInput) -> Live:
    """The new movements, with the verdict of each rule and what its windows need of them."""
    numbered = dict(enumerate(rules))
    parts = dict.fromkeys(part for r in rules if r.window is not None for part in parts_of(r.window))
    columns = {part: f"part_{n}" for n, part in enumerate(parts)}
    return Live(
        _joined([_judged(batch, numbered, window_input, columns) for batch in _read(connection, rules, window_input, "is_new")]),
        columns,
    )


def lay_out(
    connection: duckdb.DuckDBPyConnection, numbered: Mapping[int, CompiledRule], window_input: WindowInput, live: Live
) -> Layout:
    """The movements of the groups of some rules, and those groups.

    Args:
        connection: that knows the movements.
        numbered: rules that are sure of a new movement, by the number of their verdict; all have a window.
        window_input: all movements.
        live: the new ones, judged.
    """
    windows = {n: r.window for n, r in numbered.items() if r.window is not None}
    kinds = {w.keys: w.unnested for w in windows.values()}
    values = values_of(live.movements, sorted({key for keys in kinds for key in keys}))
    groups = {}
    for keys, lists in kinds.items():
        verdicts = [live.movements.column(f"verdict_{n}") for n, w in windows.items() if w.keys == keys]
        sure = live.movements.select(list(keys)).filter(pa.array(sure_of(verdicts)))
        groups[keys] = groups_of(keys, values, codes_of(sure, {key: values[key] for key in keys}, lists))
    layout = Layout(live.movements, groups, values, live.columns)
    found = [_in_groups(live.movements, windows, layout)]
    # Planning a query that finds nothing takes as long as one that does.
    recorded = _read(connection, list(numbered.values()), window_input, "not is_new") if window_input.recorded else ()
    found += [_in_groups(_judged(batch, numbered, window_input, live.columns), windows, layout) for batch in recorded]
    return replace(layout, movements=_joined(found))


def _joined(found: Sequence[pa.Table]) -> pa.Table:
    """Movements by row_no."""
    movements = pa.concat_tables(found, promote_options="default").unify_dictionaries()
    numbers = movements.column("row_no").to_numpy()
    return movements if (numbers[1:] > numbers[:-1]).all() else movements.take(pa.array(np.argsort(numbers)))


def _judged(
    given: pa.Table, numbered: Mapping[int, CompiledRule], window_input: WindowInput, columns: Mapping[Expression, str]
) -> pa.Table:
    """The movements as `Live` holds them."""
    rows = Rows.of(given, window_input.tests)
    found = {name: given.column(name) for name in ("row_no", "is_new", "day", "cargo", "line") if name in given.column_names}
    for n, rule in numbered.items():
        verdict = rows.verdicts(rule)
        found[f"verdict_{n}"] = pa.array(verdict)
        if rule.window is None:
            continue
        for key in rule.window.keys:
            if key not in found:
                found[key] = given.column(key) if key in rule.window.unnested else key_column(given, key).dictionary_encode()
        if (verdict > 0).any():
            found |= {columns[part]: _narrow(rows.value(part)) for part in parts_of(rule.window) if columns[part] not in found}
    return pa.table(found)


def _in_groups(movements: pa.Table, windows: Mapping[int, Window], layout: Layout) -> pa.Table:
    """The movements that a rule is sure of, or cannot judge, in a group of new ones. Groups by an element of a list are found later."""
    lists = {w.keys for w in windows.values() if w.unnested}
    plain = sorted({key for keys in layout.groups if keys not in lists for key in keys})
    codes = codes_of(movements, {key: layout.values[key] for key in plain})
    numbers = {keys: g.numbers(codes) for keys, g in layout.groups.items() if keys not in lists}
    about = np.zeros(movements.num_rows, dtype=np.bool_)
    for n, window in windows.items():
        about |= (whole(movements.column(f"verdict_{n}")).to_numpy() > 0) & (
            numbers[window.keys] >= 0 if window.keys in numbers else True
        )
    parts = {layout.columns[part] for w in windows.values() for part in parts_of(w)}
    names = [
        "row_no",
        "is_new",
        "day",
        "cargo",
        "line",
        *(f"verdict_{n}" for n in windows),
        *sorted({k for keys in lists for k in keys}),
        *sorted(parts),
    ]
    kept = {name: movements.column(name) for name in names if name in movements.column_names}
    kept |= {group_of(keys): pa.array(number.astype(np.int32)) for keys, number in numbers.items()}
    return pa.table(kept).filter(pa.array(about))


def _narrow(values: pa.Array) -> pa.Array:
    """Values of a kind that the engine knows: its decimals have 38 digits at most."""
    return values.cast(pa.decimal128(38, values.type.scale)) if pa.types.is_decimal256(values.type) else values


def _read(
    connection: duckdb.DuckDBPyConnection, rules: Sequence[CompiledRule], window_input: WindowInput, where: str
) -> Iterator[pa.Table]:
    """Movements with no more of them than what some rules read, at least one table of them."""
    # An atom may stand in a rule that has it from elsewhere: what a rule requires is a test like any other.
    read_of = [one for r in rules for one in (*r.tests, *(r.window.expressions if r.window else ()))]
    asked = {test for one in read_of for test in smallest_tests(one)}
    known = {test: name for test, name in window_input.tests.items() if test in asked}
    keys = {key for r in rules if r.window for key in r.window.keys}
    columns = sorted(columns_in(read_of, known) | keys | {"as_of_date"})
    line = ["hash(movement_key, line_id) as line"] if any(r.rule.subject == LINE for r in rules) else []
    shown = ["row_no", "is_new", "as_of_date as day", "cargo", *map(identifier, columns), *known.values(), *line]
    query = derive("read_of", f"select {', '.join(shown)} from {window_input.every} where {where}", window_input.every)
    reader = connection.sql(query.sql).to_arrow_reader(_AT_ONCE)
    batches = (pa.Table.from_batches([batch]) for batch in reader)
    yield next(batches, reader.schema.empty_table())
    yield from batches
