"""Judges movements by the history rules: each by itself, or within a window of its group, this run's and recorded ones together.

Needs every movement of a group together. A new movement is judged in every window it falls in: the one that ends at it, and those
that end at movements recorded already, so that a manifest which arrives late still tips the window it completes. The flag is
about the new movement; the others of the window are named beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.flag_parts import because_of, columns_of_rule, constants, flag_id_sql, unjudged
from precursor_screen.kernel.history import open_moves
from precursor_screen.kernel.movements import Movements
from precursor_screen.kernel.window_queries import Frames, judge_window
from precursor_screen.memory import History, Request, columns_of
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.sql import literal
from precursor_screen.rulebook.windows import Window
from precursor_screen.schema import FLAG, LINE, UNJUDGED

MOST_LINES = 200  # of a window that are named beside a flag; how many there are is in the evidence


def history_rules(rules: Iterable[CompiledRule]) -> list[CompiledRule]:
    """The rules of scope history, in their fixed order."""
    return sorted((r for r in rules if r.rule.scope == "history"), key=lambda r: r.rule.id)


def request_history(movements: Movements, rules: Iterable[CompiledRule]) -> Request:
    """What the history rules need to know of earlier runs to judge some movements."""
    mine = history_rules(rules)
    windows = [r.window for r in mine if r.window is not None]
    reaches = [w.reach for w in windows]
    span = None if None in reaches else max((r for r in reaches if r is not None), default=0)
    groupings = tuple(sorted({w.keys for w in windows if w.keys}))
    needed = frozenset[str]().union(*(columns_of_rule(r) for r in mine)) if mine else frozenset[str]()
    return Request(movements.batch, groupings, span, columns_of(needed))


def flag_windows(
    live: pa.Table, history: History, rules: Iterable[CompiledRule], reference: Reference
) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope history.

    Args:
        live: MOVEMENT rows of this run.
        history: what was recorded before.
        rules: all compiled rules.
        reference: law, registers.

    Returns:
        FLAG and UNJUDGED tables, in a fixed order.
    """
    mine = history_rules(rules)
    if not mine or not live.num_rows:
        return FLAG.empty_table(), UNJUDGED.empty_table()
    with connect() as connection:
        columns = frozenset[str]().union(*(columns_of_rule(r) for r in mine))
        open_moves(connection, live, history, columns, reference)
        first = connection.execute("select min(as_of_date) from moves").fetchall()[0][0]
        days = [d for d in (first, history.since) if d is not None]
        return _judge_all(connection, mine, min(days, default=None), bool(history.movements.num_rows), reference.registers)


def flag_moves(
    moves: pa.Table, rules: Iterable[CompiledRule], since: date | None, registers: Mapping[str, pa.Table]
) -> tuple[pa.Table, pa.Table]:
    """Judges movements that are linked and looked up already.

    Args:
        moves: row_no, is_new, cargo_id and the columns that the rules name.
        rules: all compiled rules; those of another scope are passed over.
        since: where recorded history begins.
        registers: by name.
    """
    with connect() as connection:
        connection.register("moves", moves)
        recorded = pc.any(pc.invert(moves.column("is_new"))).as_py()
        return _judge_all(connection, history_rules(rules), since, bool(recorded), registers)


def _judge_all(
    connection: duckdb.DuckDBPyConnection,
    rules: list[CompiledRule],
    since: date | None,
    has_past: bool,
    registers: Mapping[str, pa.Table],
) -> tuple[pa.Table, pa.Table]:
    flags, not_judged = [FLAG.empty_table()], [UNJUDGED.empty_table()]
    for name, table in registers.items():
        connection.register(f"register_{name.replace('-', '_')}", table)
    verdicts = ", ".join(f"cast({r.verdict} as tinyint) as verdict_{n}" for n, r in enumerate(rules))
    connection.execute(f"create temp table verdicts as select row_no, {verdicts} from moves")
    for number, rule in enumerate(rules):
        found, missing = _judge(connection, rule, number, since, has_past, frozenset(registers))
        flags.append(found)
        not_judged.append(missing)
    return pa.concat_tables(flags), pa.concat_tables(not_judged)


def _judge(
    connection: duckdb.DuckDBPyConnection,
    rule: CompiledRule,
    number: int,
    since: date | None,
    has_past: bool,
    registers: frozenset[str],
) -> tuple[pa.Table, pa.Table]:
    one_a_line = (
        "qualify row_number() over (partition by movement_key, line_id order by substance_id) = 1"
        if rule.rule.subject == LINE
        else ""
    )
    connection.execute(f"""
        create or replace temp table picked as select moves.*, verdict_{number} as verdict
        from moves join verdicts using (row_no) where verdict_{number} > 0 {one_a_line}""")
    not_judged = fetch(connection, unjudged(rule, "(select * from picked where verdict = 2 and is_new)"), UNJUDGED)
    window = rule.window
    if window is None:
        connection.execute("""
            create or replace temp table flagged as
            select row_no, cast(null as double) as correlation_value, cast([] as varchar[]) as window_line_ids, 1 as window_lines,
                   cast(null as varchar) as group_members, '' as window_text, 0 as unknown, cast([] as varchar[]) as key_values
            from picked where verdict = 1 and is_new""")
        return _flags(connection, rule), not_judged
    if window.register and window.register not in registers:
        missing = f"register.{window.register}"
        return FLAG.empty_table(), pa.concat_tables(
            [not_judged, _all_unjudged(connection, rule, missing, "verdict = 1 and is_new")]
        )
    frames = Frames(window, since, has_past)
    judge_window(connection, rule, frames, MOST_LINES)
    late = [not_judged]
    for reason in ("history", "group", f"register.{window.register}"):
        late.append(
            _all_unjudged(connection, rule, reason, f"row_no in (select row_no from undecided where reason = {literal(reason)})")
        )
    return _flags(connection, rule), pa.concat_tables(late)


def _all_unjudged(connection: duckdb.DuckDBPyConnection, rule: CompiledRule, field: str, where: str) -> pa.Table:
    """UNJUDGED rows for what a rule could not judge for want of something that is no field of the movement."""
    source = f"(select * from picked where {where})"
    found = fetch(connection, unjudged(rule, source), UNJUDGED)
    return found.set_column(1, "field", pa.array([field] * found.num_rows, pa.string()))


def _flags(connection: duckdb.DuckDBPyConnection, rule: CompiledRule) -> pa.Table:
    """FLAG rows of the table `flagged`, joined to what is shown of the movement."""
    window: Window | None = rule.window
    substance = "substance_id" if rule.rule.subject != LINE else "null"
    keys = "list_aggregate(key_values, 'string_agg', chr(30))" if window and window.unnested else "null"
    of_window = """[
        {'subject': 'window', 'field': 'correlation_value', 'as_written': regexp_replace(printf('%.6f', correlation_value), '\\.?0+$', '')},
        {'subject': 'window', 'field': 'window', 'as_written': nullif(window_text, '')},
        {'subject': 'window', 'field': 'window_lines', 'as_written': cast(window_lines as varchar)},
        {'subject': 'window', 'field': 'not_evaluable_lines', 'as_written': nullif(cast(unknown as varchar), '0')}]"""
    shown = (
        f"list_concat({rule.evidence}, list_filter({of_window}, lambda x: x.as_written is not null))" if window else rule.evidence
    )
    query = f"""
        select {flag_id_sql("movement_key", rule, substance, keys)} as flag_id, shipment_id, line_id, {constants(rule)},
               {substance} as substance_id, null as party_role, null as list_id, null as entry_id, null as score,
               {because_of(rule)} as because, source_file, source_row, cast(to_json({shown}) as varchar) as evidence, window_line_ids
        from flagged join picked using (row_no)
        qualify row_number() over (partition by flag_id order by source_file, source_row, line_id) = 1
        order by source_file, source_row, line_id, flag_id"""
    return fetch(connection, query, FLAG)
