"""Judges movements by the history rules: each by itself, or within a window of its group, this run's and recorded ones together.

Needs every movement of a group together. A new movement is judged in every window it falls in: the one that ends at it, and those
that end at movements recorded already, so that a manifest which arrives late still tips the window it completes. The flag is
about the new movement; the others of the window are named beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.documents import open_registers
from precursor_screen.kernel.judge.flag_parts import (
    because_of,
    columns_of_rule,
    constants,
    count_verdicts,
    fetch_unjudged,
    flag_id_sql,
    unjudged,
)
from precursor_screen.kernel.judge.windows.asks import columns_read, history_rules, naming_columns, plan_asks, tests_of_law
from precursor_screen.kernel.judge.windows.frames import Frames
from precursor_screen.kernel.judge.windows.history import open_moves
from precursor_screen.kernel.judge.windows.moves import make_moves, make_verdicts
from precursor_screen.kernel.judge.windows.queries import judge_window
from precursor_screen.kernel.movements import Movements
from precursor_screen.memory import Ask, Past, Request
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.expression import Expression
from precursor_screen.rulebook.sql import literal
from precursor_screen.rulebook.windows import Window
from precursor_screen.schema import FLAG, LINE, UNJUDGED

MOST_LINES = 200  # of a window that are named beside a flag; how many there are is in the evidence


def request_history(movements: Movements, rules: Iterable[CompiledRule], registers: Collection[str]) -> Request:
    """What the history rules need to know of earlier runs to judge some movements."""
    return Request(movements.batch, tuple(dict.fromkeys(ask for ask, _ in plan_asks(rules, registers) if ask.groupings)))


def flag_windows(live: pa.Table, history: Past, rules: Iterable[CompiledRule], reference: Reference) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope history.

    Args:
        live: MOVEMENT rows of this run.
        history: what was recorded before, as `request_history` of the same rules asks for it.
        rules: all compiled rules.
        reference: law, registers.

    Returns:
        FLAG and UNJUDGED tables, in a fixed order.
    """
    if not live.num_rows:
        return FLAG.empty_table(), UNJUDGED.empty_table()
    since = history.since or _begins(live)
    found = []
    plan = plan_asks(rules, reference.registers)
    if plan and history.since is None:  # nothing is recorded, so the questions need not be answered one by one
        plan = [(Ask((), None, ()), history_rules(rules))]
    for ask, mine in plan:
        recorded = history.movements[ask] if ask.groupings else live.schema.empty_table()
        columns = frozenset[str]().union(*(columns_of_rule(r) for r in mine))
        tests = tests_of_law(mine)
        judging = frozenset({"substance_id"}).union(*(columns_read(r, tests) for r in mine))
        naming = frozenset[str]().union(*map(naming_columns, mine))
        with connect() as connection:
            source = open_moves(connection, live, recorded, history, columns, judging, naming, tests, reference)
            rows = recorded.num_rows + live.num_rows
            del recorded
            found.append(_judge_all(connection, mine, source, tests, since, reference.registers, rows))
    return _joined(found)


def _begins(live: pa.Table) -> date | None:
    """Where a run that knows no other begins: one twentieth of its movements lie before; a date mistyped by years is no history."""
    days = live.column("as_of_date").drop_null().sort()
    first: date | None = days[len(days) // 20].as_py() if len(days) else None
    return first


def flag_moves(
    moves: pa.Table, rules: Iterable[CompiledRule], since: date | None, registers: Mapping[str, pa.Table]
) -> tuple[pa.Table, pa.Table]:
    """Judges movements that are linked and looked up already.

    Args:
        moves: is_new, cargo_id, what identifies a movement and the columns that the rules name.
        rules: all compiled rules; those of another scope are passed over.
        since: where recorded history begins.
        registers: by name.
    """
    mine = history_rules(rules)
    if not mine:
        return FLAG.empty_table(), UNJUDGED.empty_table()
    with connect() as connection:
        connection.register("given", moves)
        connection.execute("""create temp table numbered as select * exclude (row_no),
            row_number() over (order by as_of_date, line_id, substance_id, row_no) - 1 as row_no from given""")
        connection.execute("create temp table fresh as select * from numbered where is_new")
        connection.execute("create temp view named as select * from numbered")
        source = "select *, hash(cargo_id) as cargo from numbered"
        return _joined([_judge_all(connection, mine, source, {}, since, registers, moves.num_rows)])


def _joined(found: Sequence[tuple[pa.Table, pa.Table]]) -> tuple[pa.Table, pa.Table]:
    """The tables of all rules, by rule: whichever question they were judged with."""
    flags = pa.concat_tables([FLAG.empty_table(), *(table for table, _ in found)])
    order = ("rule_id", "source_file", "source_row", "line_id", "flag_id")
    missing = pa.concat_tables([UNJUDGED.empty_table(), *(table for _, table in found)])
    return flags.sort_by([(c, "ascending") for c in order]), missing.sort_by([(c, "ascending") for c in UNJUDGED.names])


_JUDGED_AT_ONCE = 40_000_000  # movements times rules: so much fits into memory


def _judge_all(
    connection: duckdb.DuckDBPyConnection,
    rules: list[CompiledRule],
    source: str,
    tests: Mapping[Expression, str],
    since: date | None,
    registers: Mapping[str, pa.Table],
    movements: int,
) -> tuple[pa.Table, pa.Table]:
    """FLAG and UNJUDGED rows of all rules. Recorded movements are read for rules that are sure of a new one."""
    open_registers(connection, registers)
    make_verdicts(connection, rules, source, tests)
    flags, missing = [FLAG.empty_table()], []
    windows: dict[int, CompiledRule] = {}
    for number, (rule, (sure, unknown)) in enumerate(zip(rules, count_verdicts(connection, "verdicts", len(rules)), strict=True)):
        picked = _picked(rule, number)
        if unknown:
            missing.append(unjudged(rule, f"({picked} where verdict = 2)"))
        if sure and rule.window is None:
            flags.append(_flags_by_themselves(connection, rule, picked))
        elif sure and rule.window and rule.window.register and rule.window.register not in registers:
            missing.append(unjudged(rule, f"({picked} where verdict = 1)", f"register.{rule.window.register}"))
        elif sure:
            windows[number] = rule
    unjudged_rows = [fetch_unjudged(connection, missing)]
    at_once = max(1, _JUDGED_AT_ONCE // max(1, movements))
    for start in range(0, len(windows), at_once):
        some = dict(list(windows.items())[start : start + at_once])
        layout = make_moves(connection, some, source, tests)
        for number, rule in some.items():
            assert rule.window is not None
            frames = Frames(
                rule.window, number, layout.groups[rule.window.keys], layout.columns, since, rule.rule.subject == LINE
            )
            picked = _picked(rule, number)
            reasons, found = judge_window(connection, frames, MOST_LINES)
            undecided = [
                (r, f"({picked} where row_no in (select row_no from undecided where reason = {literal(r)}))") for r in reasons
            ]
            unjudged_rows.append(fetch_unjudged(connection, [unjudged(rule, source, r) for r, source in undecided]))
            if found:
                flags.append(_flags(connection, rule, picked))
    return pa.concat_tables(flags), pa.concat_tables(unjudged_rows)


def _picked(rule: CompiledRule, number: int) -> str:
    """SQL of the new movements that a rule flags or cannot judge, by themselves, with `verdict`; one a line if it judges lines."""
    one = (
        "qualify row_number() over (partition by movement_key, line_id order by row_no) = 1" if rule.rule.subject == LINE else ""
    )
    return f"""select * from (
        select fresh.*, verdict_{number} as verdict
        from fresh join (select row_no, verdict_{number} from verdicts where verdict_{number} > 0) using (row_no) {one})"""


def _flags_by_themselves(connection: duckdb.DuckDBPyConnection, rule: CompiledRule, picked: str) -> pa.Table:
    """The flags of a rule that looks no further than the movement."""
    connection.execute(f"""
        create or replace temp table flagged as
        select row_no, cast(null as double) as correlation_value, cast([] as varchar[]) as window_line_ids, 1 as window_lines,
               cast(null as varchar) as group_members, '' as window_text, 0 as unknown, cast([] as varchar[]) as key_values
        from ({picked} where verdict = 1)""")
    return _flags(connection, rule, picked)


def _flags(connection: duckdb.DuckDBPyConnection, rule: CompiledRule, picked: str) -> pa.Table:
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
        from flagged join ({picked}) using (row_no)
        qualify row_number() over (partition by flag_id order by source_file, source_row, line_id) = 1
        order by source_file, source_row, line_id, flag_id"""
    return fetch(connection, query, FLAG)
