"""Judges lines, substance candidates and party candidates by the compiled rules.

`flag_lines` is right under any partitioning of the lines; `flag_shipments` needs every line of a shipment together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.engine import connect, fetch
from precursor_screen.kernel.judge.flag_parts import BARRING, because_of, constants, flag_id_sql
from precursor_screen.kernel.resolve.resolved import COLUMNS_OF, LINE_NO, Resolved
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import TRUE, UNKNOWN, Mask, Rows, whole
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.schema import BY_NAME, FLAG, LINE, PARTY, SUBSTANCE, UNJUDGED

SUBJECTS = (LINE, SUBSTANCE, PARTY)
# Every flag names its place, whatever the rule asks for.
_ALWAYS = ("line_id", "movement_key", "shipment_id", "source_file", "source_row")
# Where a match stands, beside what the rule shows: as in `schema.FLAG`.
_SPANS = {
    SUBSTANCE: {
        "field": "coalesce(matched_column, matched_field)",
        "as_written": "matched_text",
        "start": "matched_start",
        "end": "matched_end",
        "compared_as": "matched_as",
        "candidate": "matched_name",
        "method": "match_method",
        "score": "match_score",
    },
    PARTY: {
        "field": "coalesce(party_column, party_role)",
        "as_written": "party_name",
        "start": "party_start",
        "end": "party_end",
        "compared_as": "party_compared",
        "candidate": "matched_entry_name",
        "method": "'name'",
        "score": "watchlist_score",
    },
}
_CANDIDATE = {
    LINE: ("substance_ids",),
    SUBSTANCE: (
        *("substance_id", "membership_verified", "listing_known", "threshold_verified"),
        *("matched_column", "matched_field", "matched_text"),
        *("matched_start", "matched_end", "matched_as", "matched_name", "match_method", "match_score"),
    ),
    PARTY: (
        *("party_role", "list_id", "entry_id", "party_column", "party_name", "party_start", "party_end", "party_compared"),
        *("matched_entry_name", "watchlist_score"),
    ),
}


def flag_lines(resolved: Resolved, rules: Iterable[CompiledRule]) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope line.

    Returns:
        FLAG, one row a line also where two lines of one movement are one flag (`merge_flags`), and UNJUDGED, in a fixed order.
    """
    return _judge(resolved, [r for r in rules if r.rule.scope == "line"], merged=False)


def merge_flags(flags: pa.Table) -> pa.Table:
    """FLAG of rows with two lines of one movement as one flag, in a fixed order; of lines that stand, or one that does not may speak."""
    with connect() as connection:
        return _merge(connection, flags)


def flag_shipments(resolved: Resolved, rules: Iterable[CompiledRule]) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope shipment; `resolved` must hold every line of each shipment.

    They are asked of shipments in which something was recognised: a substance, a listed party, a word of a lexicon. A rule that
    counts all lines of those would else keep every line there is (0.7 KB each).

    Returns:
        FLAG and UNJUDGED tables, in a fixed order.
    """
    return _judge(of_noted_shipments(resolved), [r for r in rules if r.rule.scope == "shipment"])


def of_noted_shipments(resolved: Resolved) -> Resolved:
    """The lines of the shipments of which a line names a substance, a party or a word of the lists; rules of shipments ask of no other."""
    lines = resolved.lines
    numbers = [*resolved.substances.column(LINE_NO).chunks, *resolved.parties.column(LINE_NO).chunks]
    noted = pc.is_in(lines.column(LINE_NO), pc.unique(pa.chunked_array(numbers, pa.int64())))
    for name in ("substance_ids", "lexicon_terms"):
        if name in lines.column_names:  # null is unknown, so it counts
            noted = pc.or_(noted, pc.fill_null(pc.greater(pc.list_value_length(lines.column(name)), 0), name == "substance_ids"))
    shipments = pc.unique(lines.column("shipment_id").filter(noted))
    return replace(resolved, lines=lines.filter(pc.is_in(lines.column("shipment_id"), shipments)))


def undecided_lines(
    resolved: Resolved, rules: Iterable[CompiledRule], pairs: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of some pairs (rule, line) that the rule could not judge; a line that is not at hand is one of them.

    Args:
        resolved: lines with their candidates.
        rules: of scope line and shipment; others judge nothing here.
        pairs: rule ids and line ids.
    """
    wanted = pa.array(sorted({line for _, line in pairs}), pa.string())
    lines = resolved.lines.filter(pc.is_in(resolved.lines.column("line_id"), wanted))
    numbers = pc.unique(lines.column(LINE_NO))
    substances, parties = (t.filter(pc.is_in(t.column(LINE_NO), numbers)) for t in (resolved.substances, resolved.parties))
    few = Resolved(lines, substances, parties, resolved.inputs)
    asked = {rule for rule, _ in pairs}
    there = frozenset(lines.column("line_id").to_pylist())
    found = {pair for pair in pairs if pair[1] not in there}
    for subject in SUBJECTS:
        mine = [r for r in rules if r.rule.subject == subject and r.rule.id in asked and r.rule.scope != "history"]
        if mine and few.table(subject).num_rows:
            rows = _rows(few, subject, mine)
            for rule in mine:
                undecided = rows.column("line_id").filter(pa.array(rows.verdicts(rule) == UNKNOWN))
                found |= {(rule.rule.id, line) for line in undecided.to_pylist()}
    return frozenset(found & set(pairs))


def _judge(resolved: Resolved, rules: list[CompiledRule], *, merged: bool = True) -> tuple[pa.Table, pa.Table]:
    flags, grouped, unjudged = [FLAG.empty_table()], [FLAG.empty_table()], [UNJUDGED.empty_table()]
    with connect() as connection:
        for subject in SUBJECTS:
            mine = sorted((r for r in rules if r.rule.subject == subject), key=lambda r: r.rule.id)
            if not mine or resolved.table(subject).num_rows == 0:
                continue
            rows = _rows(resolved, subject, mine)
            verdicts = [rows.verdicts(rule) for rule in mine]
            unjudged.extend(
                _unjudged(rows, rule, at)
                for rule, v in zip(mine, verdicts, strict=True)
                if len(at := np.flatnonzero(v == UNKNOWN))
            )
            true = {n: v == TRUE for n, v in enumerate(verdicts) if (v == TRUE).any()}
            if not true:
                continue
            connection.register("verdicts", _flagged(rows, subject, [mine[n] for n in true], true))
            for n in true:
                if mine[n].grouping:
                    grouped.append(fetch(connection, _flags_of_group(mine[n], n), FLAG))
                else:
                    flags.append(fetch(connection, _flags_of_row(mine[n], n), FLAG))
            connection.unregister("verdicts")
        of_rows = pa.concat_tables(flags)
        grouped.append(_merge(connection, of_rows) if merged else _in_order(of_rows))
    return pa.concat_tables(grouped), pa.concat_tables(unjudged)


def _rows(resolved: Resolved, subject: str, rules: list[CompiledRule]) -> Rows:
    """The lines, or the candidates of a subject with their lines, as rules see them."""
    table = resolved.lines
    if subject != LINE:
        candidates = resolved.table(subject)
        lines = pc.index_in(candidates.column(LINE_NO), value_set=table.column(LINE_NO))
        of_candidates = [c for c in candidates.column_names if c != LINE_NO and BY_NAME[c] in COLUMNS_OF[subject]]
        wanted = {"input_id", *_ALWAYS, *_CANDIDATE[LINE]}.union(*(r.columns for r in rules))
        table = table.select([c for c in table.column_names if c in wanted and c not in of_candidates]).take(lines)
        for name in of_candidates:
            table = table.append_column(name, candidates.column(name))
    inputs = pc.index_in(table.column("input_id"), value_set=resolved.inputs.column("input_id"))
    return Rows(table, whole(inputs), whole(resolved.inputs.column("supplied_fields")))


def _flagged(rows: Rows, subject: str, rules: list[CompiledRule], true: Mapping[int, Mask]) -> pa.Table:
    """The rows that a rule is true of, with the columns that the rules name, and one column `verdict_n` a rule."""
    at = np.flatnonzero(np.logical_or.reduce(list(true.values())))
    shown = sorted({*_ALWAYS, *_CANDIDATE[subject]}.union(*(r.columns for r in rules)))
    columns = {name: rows.column(name).take(at) for name in shown} | {f"verdict_{n}": pa.array(v[at]) for n, v in true.items()}
    return pa.table({**columns, "supplied_fields": rows.supplied.take(at)})


def _unjudged(rows: Rows, rule: CompiledRule, at: npt.NDArray[np.int64]) -> pa.Table:
    """UNJUDGED rows of a rule that could not judge some rows. A line bars only where a substance is recognised in it."""
    shipments = rows.column("shipment_id").take(at)
    if rule.rule.level not in BARRING:
        shipments = pa.nulls(len(at), pa.string())
    elif rule.rule.subject == LINE:
        recognised = pc.greater(pc.fill_null(pc.list_value_length(rows.column("substance_ids").take(at)), 0), 0)
        shipments = pc.if_else(recognised, shipments, None)
    table = pa.table({"field": rows.missing(rule, at).cast(pa.string()), "shipment_id": shipments})
    counted = (
        table.group_by(["field", "shipment_id"])
        .aggregate([([], "count_all")])
        .sort_by([("field", "ascending"), ("shipment_id", "ascending")])
    )
    ids = pa.repeat(pa.scalar(rule.rule.id), counted.num_rows)
    return pa.table(
        [ids, counted.column("field"), counted.column("shipment_id"), counted.column("count_all")], UNJUDGED.names
    ).cast(UNJUDGED)


def _flags_of_row(rule: CompiledRule, number: int) -> str:
    subject = rule.rule.subject
    substance = "substance_id" if subject == SUBSTANCE else "null"
    role, listed, entry = ("party_role", "list_id", "entry_id") if subject == PARTY else ("null", "null", "null")
    score = {SUBSTANCE: "match_score", PARTY: "watchlist_score"}.get(subject, "null")
    identity = flag_id_sql("movement_key", rule, substance, role, listed, entry)
    return f"""
        select {identity} as flag_id, shipment_id, line_id, {constants(rule)}, {substance} as substance_id, {role} as party_role,
               {listed} as list_id, {entry} as entry_id, {score} as score, {because_of(rule)} as because, source_file, source_row,
               cast(to_json({_with_span(rule)}) as varchar) as evidence, cast([] as varchar[]) as window_line_ids
        from verdicts where verdict_{number}"""


def _with_span(rule: CompiledRule) -> str:
    """SQL of the rule's evidence and, of a rule about a substance or a party, of where the match stands."""
    span = _SPANS.get(rule.rule.subject)
    if span is None:
        return rule.evidence
    members = ", ".join(f"{literal(name)}: {sql}" for name, sql in {"subject": literal(rule.rule.subject), **span}.items())
    return f"list_append(list_transform({rule.evidence}, lambda x: to_json(x)), to_json({{{members}}}))"


def _in_order(flags: pa.Table) -> pa.Table:
    return flags.sort_by([(c, "ascending") for c in ("rule_id", "source_file", "source_row", "line_id", "flag_id")])


def _merge(connection: duckdb.DuckDBPyConnection, flags: pa.Table) -> pa.Table:
    """Two lines of one movement are one flag: the first line stands for it, the others are named beside it. Also puts flags in order."""
    connection.register("flagged", flags)
    order = "source_file, source_row, line_id"
    return fetch(
        connection,
        f"""
        with numbered as (
            select *, row_number() over same as nth, list(line_id) over same_all as line_ids from flagged
            window same as (partition by flag_id, shipment_id order by {order}),
                   same_all as (partition by flag_id, shipment_id order by {order}
                                rows between unbounded preceding and unbounded following))
        select * exclude (nth, line_ids) replace (line_ids[2:] as window_line_ids) from numbered
        where nth = 1 order by rule_id, {order}, flag_id""",
        FLAG,
    )


def _flags_of_group(rule: CompiledRule, number: int) -> str:
    grouping = rule.grouping
    assert grouping is not None
    unnested = [f"unnest({identifier(k)}) as key_{k}" for k in sorted(grouping.unnested)]
    columns = {k: f"key_{k}" if k in grouping.unnested else identifier(k) for k in grouping.keys}
    keys = list(columns.values())
    others = [sql for k, sql in columns.items() if k != "shipment_id"]
    members = "array_to_string(list_sort(list(distinct substance_name)), ', ')" if "substance_name" in rule.columns else "null"
    over = f"partition by {', '.join(keys)}"
    # A list among the keys is one group an element: the sentence names that element, not the first line's list.
    shown = "".join(f", [key_{k}] as {k}" for k in sorted(grouping.unnested))
    hidden = f" exclude ({', '.join(sorted(grouping.unnested))})" if grouping.unnested else ""
    return f"""
        with selected as (select {", ".join(["*", *unnested])} from verdicts where verdict_{number}),
        grouped as (
            select {", ".join(keys)}, {render(grouping.value)} as correlation_value, {members} as group_members,
                   list_sort(list(distinct line_id)) as line_ids
            from selected group by {", ".join(keys)} having {render(grouping.test)}),
        placed as (
            select selected.*{hidden}{shown}, correlation_value, group_members, line_ids,
                   row_number() over ({over} order by source_file, source_row, line_id) as nth
            from selected join grouped using ({", ".join(keys)}))
        select {flag_id_sql("shipment_id", rule, *others)} as flag_id, shipment_id, line_id, {constants(rule)},
               null as substance_id, null as party_role, null as list_id, null as entry_id, null as score,
               {because_of(rule)} as because, source_file, source_row, cast(to_json({rule.evidence}) as varchar) as evidence,
               list_filter(line_ids, lambda x: x <> line_id) as window_line_ids
        from placed where nth = 1 order by source_file, source_row, line_id, flag_id"""
