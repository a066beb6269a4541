"""What becomes of movements that a history rule is sure of, or cannot judge: FLAG and UNJUDGED rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.engine import fetch
from precursor_screen.kernel.judge.flag_rows import BARRING, columns_told, flags_of
from precursor_screen.kernel.judge.windows.relation import Relation, derive
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows, whole
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.rulebook.tell import NOT_STATED, Texts
from precursor_screen.schema import LINE, SUBSTANCE, UNJUDGED


def picked_moves(rule: CompiledRule, number: int, fresh: Relation, verdicts: Relation) -> Relation:
    """The new movements that a rule flags or cannot judge, by themselves, with `verdict`; one a line if it judges lines."""
    one = (
        "qualify row_number() over (partition by movement_key, line_id order by row_no) = 1" if rule.rule.subject == LINE else ""
    )
    return derive(
        "picked",
        f"""select fresh.*, verdict_{number} as verdict
            from {fresh} fresh join (select row_no, verdict_{number} from {verdicts} where verdict_{number} > 0) using (row_no) {one}""",
        fresh,
        verdicts,
    )


def with_verdict(picked: Relation, verdict: int) -> Relation:
    """The picked movements of one verdict."""
    return derive("of_verdict", f"select * from {picked} where verdict = {verdict}", picked)


def left_open(picked: Relation, undecided: Relation, reason: str) -> Relation:
    """The picked movements that are undecided for a reason."""
    rows = f"select row_no from {undecided} where reason = {literal(reason)}"
    return derive("left_open", f"select * from {picked} where row_no in ({rows})", picked, undecided)


def by_themselves(sure: Relation) -> Relation:
    """What is flagged where a rule looks no further than the movement."""
    return derive(
        "flagged",
        f"""select row_no, row_no as tip_row, '' as group_key, cast(null as double) as correlation_value, cast([] as varchar[]) as window_line_ids, 1 as window_lines,
                   cast(null as varchar) as group_members, '' as window_text, cast(null as varchar) as links, 0 as unknown, cast([] as varchar[]) as key_values
            from {sure}""",
        sure,
    )


class Raised(NamedTuple):
    """FLAG rows, and which movement carries each, of which group."""

    flags: pa.Table
    carriers: pa.Table


def raise_flags(
    connection: duckdb.DuckDBPyConnection, rule: CompiledRule, flagged: Relation, picked: Relation, every: Relation | None = None
) -> Raised:
    """FLAG rows of what is flagged; of several with one id the first.

    Args:
        connection: that knows the relations.
        rule: whose flags they are.
        flagged: row_no, tip_row, group_key, correlation_value, window_line_ids, window_lines, group_members, window_text, links, unknown, key_values.
        picked: what the rule picked.
        every: whose movement `tip_row` gives the flag its id; None: that of the row itself does.

    Returns:
        carriers: flag_id, row_no, group_key.
    """
    subject = set() if rule.rule.subject == LINE else {"substance_id"}
    shown = sorted(columns_told(rule) | subject)
    own = "picked.movement_key" if every is None else "tip_key"
    of_tip = f"join (select row_no as tip_row, movement_key as tip_key from {every}) using (tip_row)" if every is not None else ""
    query = f"""select {", ".join(f"picked.{identifier(n)}" for n in shown)}, {own} as own_key, flagged.*
            from {flagged} flagged join {picked} picked using (row_no) {of_tip}"""
    table = fetch(connection, derive("raised", query, flagged, picked, *([every] if every is not None else [])).sql)
    rows = Rows(table.select(shown), pa.nulls(table.num_rows, pa.int32()), pa.array([None], pa.list_(pa.string())))
    told = {name: table.column(name).to_pylist() for name in _TOLD}
    given = {name: rows.column(name) for name in subject} | {"window_line_ids": whole(table.column("window_line_ids"))}
    substances = rows.column("substance_id").to_pylist() if subject else [None] * rows.count
    identity = [table.column("own_key").to_pylist(), substances, _keys_in(rule, told["key_values"])]
    of_window = [_of_window(dict(zip(told, row, strict=True))) for row in zip(*told.values(), strict=True)] if rule.window else []
    flags = flags_of(rule, rows, identity, given, _outcomes(told), of_window)
    first = _first_of_each(flags)
    flags = flags.take(first)
    carried = {"flag_id": flags.column("flag_id"), **{n: table.column(n).take(first) for n in ("row_no", "group_key")}}
    return Raised(flags, pa.table(carried))


def _first_of_each(flags: pa.Table) -> pa.Array:
    """Where the first row of each id stands, by place."""
    order = pc.sort_indices(flags, [(name, "ascending") for name in ("source_file", "source_row", "line_id", "flag_id")])
    places: dict[str, int] = {}
    for flag_id, place in zip(flags.column("flag_id").take(order).to_pylist(), order.to_pylist(), strict=True):
        places.setdefault(flag_id, place)
    return pa.array(places.values(), pa.int64())


_SEPARATOR = "\x1e"
_TOLD = ("correlation_value", "window_text", "links", "window_lines", "unknown", "group_members", "key_values")


def _keys_in(rule: CompiledRule, keys: Sequence[Sequence[str | None]]) -> Texts:
    """What a flag's id holds of its group, where one movement is in several."""
    if rule.window is None or not (rule.window.unnested or rule.window.chain):
        return [None] * len(keys)
    return [_SEPARATOR.join(key for key in some if key is not None) for some in keys]


def _outcomes(told: Mapping[str, Sequence[Any]]) -> Mapping[str, Texts]:
    return {
        "correlation_value": [_rounded(value, 3) for value in told["correlation_value"]],
        "window": told["window_text"],
        "window_lines": [str(lines) for lines in told["window_lines"]],
        "group_members": [NOT_STATED if members is None else members for members in told["group_members"]],
    }


def _of_window(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the evidence says of a window."""
    texts = {
        "correlation_value": _rounded(told["correlation_value"], 6),
        "window": told["window_text"] or None,
        "links": told["links"],
        "window_lines": str(told["window_lines"]),
        "not_evaluable_lines": str(told["unknown"]) if told["unknown"] else None,
    }
    return [{"subject": "window", "field": name, "as_written": text} for name, text in texts.items() if text is not None]


def _rounded(value: float | None, places: int) -> str | None:
    return None if value is None else f"{value:.{places}f}".rstrip("0").rstrip(".")


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
