"""What becomes of movements that a history rule is sure of: FLAG rows."""

from __future__ import annotations

from precursor_screen.kernel.judge.flag_parts import because_of, constants, flag_id_sql
from precursor_screen.kernel.judge.windows.relation import Relation, derive
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.sql import literal
from precursor_screen.schema import LINE


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


def flag_rows(rule: CompiledRule, flagged: Relation, picked: Relation, every: Relation | None = None) -> Relation:
    """FLAG rows of what is flagged, with what is shown of the movement, and `row_no` and `group_key`.

    Args:
        rule: whose flags they are.
        flagged: row_no, tip_row, group_key, correlation_value, window_line_ids, window_lines, group_members, window_text, links, unknown, key_values.
        picked: what the rule picked.
        every: whose movement `tip_row` gives the flag its id; None: that of the row itself does.
    """
    substance = "substance_id" if rule.rule.subject != LINE else "null"
    keys = (
        "list_aggregate(key_values, 'string_agg', chr(30))"
        if rule.window and (rule.window.unnested or rule.window.chain)
        else "null"
    )
    of_window = """[
        {'subject': 'window', 'field': 'correlation_value', 'as_written': regexp_replace(printf('%.6f', correlation_value), '\\.?0+$', '')},
        {'subject': 'window', 'field': 'window', 'as_written': nullif(window_text, '')},
        {'subject': 'window', 'field': 'links', 'as_written': links},
        {'subject': 'window', 'field': 'window_lines', 'as_written': cast(window_lines as varchar)},
        {'subject': 'window', 'field': 'not_evaluable_lines', 'as_written': nullif(cast(unknown as varchar), '0')}]"""
    shown = rule.evidence
    if rule.window:
        shown = f"list_concat({shown}, list_filter({of_window}, lambda x: x.as_written is not null))"
    own = "movement_key" if every is None else "tip_key"
    of_tip = f"join (select row_no as tip_row, movement_key as tip_key from {every}) using (tip_row)" if every is not None else ""
    return derive(
        "flags",
        f"""select {flag_id_sql(own, rule, substance, keys)} as flag_id, shipment_id, line_id, {constants(rule)},
                   {substance} as substance_id, null as party_role, null as list_id, null as entry_id, null as score,
                   {because_of(rule)} as because, source_file, source_row, cast(to_json({shown}) as varchar) as evidence, window_line_ids,
                   row_no, group_key
            from {flagged} join {picked} using (row_no) {of_tip}
            qualify row_number() over (partition by flag_id order by source_file, source_row, line_id) = 1
            order by source_file, source_row, line_id, flag_id""",
        flagged,
        picked,
        *([every] if every is not None else []),
    )
