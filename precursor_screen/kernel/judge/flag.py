"""Judges lines, substance candidates and party candidates by the compiled rules.

`flag_lines` is right under any partitioning of the lines; `flag_shipments` needs every line of a shipment together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.arrow import rows_with, set_columns
from precursor_screen.core.engine import connect
from precursor_screen.core.model import OWN_LIST, Rule, Substance
from precursor_screen.core.schema import BY_NAME, DATES, FLAG, LINE, SUBJECTS, SUBSTANCE, UNJUDGED
from precursor_screen.kernel.judge.flag_rows import BARRING, PLACE, compact, flags_of_groups, flags_of_rows
from precursor_screen.kernel.resolve.distinct import (
    COLUMNS_OF,
    LINE_NO,
    Resolved,
    begin_rows,
    column_or_nulls,
    number_alike,
    rows_of,
)
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import TRUE, UNKNOWN, Rows, whole
from precursor_screen.rulebook.expression import Field, Operator, apply


def flag_lines(resolved: Resolved, rules: Iterable[CompiledRule]) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope line.

    Returns:
        FLAG, one row a line also where two lines of one movement are one flag (`merge_flags`), and UNJUDGED, in a fixed order.
    """
    return _judge(resolved, [r for r in rules if r.rule.scope == "line"], merged=False)


# What flags are made of once they are known to stand. group, shipment: the first line of its movement, and of its shipment, of which the rule says it.
HELD = pa.schema([(LINE_NO, pa.int64()), ("rule_id", pa.string()), ("group", pa.int64()), ("shipment", pa.int64())])


def judge_lines(resolved: Resolved, rules: Iterable[CompiledRule]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The same; of rules whose flags are mostly not raised, HELD instead of FLAG, behind UNJUDGED."""
    held = [HELD.empty_table()]
    flags, unjudged = _judge(resolved, [r for r in rules if r.rule.scope == "line"], merged=False, held=held)
    return flags, unjudged, pa.concat_tables(held)


def _is_held(rule: Rule) -> bool:
    """Whether flags of a rule are made only once others stand beside them (`companions`): most fall away."""
    return rule.beside and rule.subject == LINE and rule.scope == "line"


def _hold(rule: Rule, lines: pa.Table, at: npt.NDArray[np.int64]) -> pa.Table:
    """HELD of a rule that is true of some lines."""
    mine = lines.select([LINE_NO, "movement_key", "shipment_id"]).take(at)
    numbers, shipments = mine.column(LINE_NO).to_numpy(), number_alike(mine.column("shipment_id"))
    groups = number_alike(mine.column("movement_key"), mine.column("shipment_id"))
    first = [numbers[begin_rows(alike)][alike] for alike in (groups, shipments)]
    return pa.table([numbers, pa.repeat(pa.scalar(rule.id), len(at)), *first], schema=HELD)


def merge_flags(flags: pa.Table) -> pa.Table:
    """FLAG of rows with two lines of one movement as one flag, in a fixed order; of lines that stand, or one that does not may speak.

    The first line stands for it, the others are named beside it.
    """
    flags = _in_order(flags)
    numbers = number_alike(flags.column("flag_id"), flags.column("shipment_id"))
    first = begin_rows(numbers)
    others = np.delete(np.arange(flags.num_rows), first)
    others = others[np.argsort(numbers[others], kind="stable")]
    begins = np.searchsorted(numbers[others], np.arange(len(first) + 1)).astype(np.int32)
    named = pa.ListArray.from_arrays(pa.array(begins), flags.column("line_id").take(others).combine_chunks())
    merged = flags.take(first) if len(others) else flags
    return set_columns(merged, {"window_line_ids": named.cast(FLAG.field("window_line_ids").type)})


def flag_shipments(resolved: Resolved, rules: Iterable[CompiledRule]) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope shipment; `resolved` must hold every line of each shipment.

    They are asked of shipments in which something was recognised: a substance, a listed party, a word of a lexicon. A rule that
    counts all lines of those would else keep every line there is (0.7 KB each).

    Returns:
        FLAG and UNJUDGED tables, in a fixed order.
    """
    relevant = replace(resolved, lines=resolved.lines.filter(in_relevant_shipments(resolved)))
    return _judge(relevant, [r for r in rules if r.rule.scope == "shipment"])


def in_relevant_shipments(resolved: Resolved) -> pa.ChunkedArray:
    """Whether each line is of a shipment of which a line names a substance, a party or a word of the lists; rules of shipments ask of no other."""
    lines = resolved.lines
    numbers = [*resolved.substances.column(LINE_NO).chunks, *resolved.parties.column(LINE_NO).chunks]
    relevant = pc.is_in(lines.column(LINE_NO), pc.unique(pa.chunked_array(numbers, pa.int64())))
    for name in ("substance_ids", "substance_ids_listed", "lexicon_terms"):
        if name in lines.column_names:  # of substances null is unknown, so it counts
            relevant = pc.or_(
                relevant, pc.fill_null(pc.greater(pc.list_value_length(lines.column(name)), 0), name != "lexicon_terms")
            )
    return pc.is_in(lines.column("shipment_id"), pc.unique(lines.column("shipment_id").filter(relevant)))


# Lines, and those of some line_ids of the run that are missing among them.
Recall = Callable[[pa.Array, Resolved], Resolved]


def recall_nothing(_: pa.Array, relevant: Resolved) -> Resolved:
    """Where all lines of the run are relevant."""
    return relevant


def undecided_lines(
    relevant: Resolved, recall: Recall, rules: Iterable[CompiledRule], pairs: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of some pairs (rule, line) that the rule could not judge; a line that is not at hand is one of them.

    Args:
        relevant, recall: give the lines.
        rules: of scope line and shipment; others judge nothing here.
        pairs: rule ids and line ids.
    """
    wanted = pa.array(sorted({line for _, line in pairs}), pa.string())
    resolved = recall(wanted, relevant)
    lines = rows_with(resolved.lines, "line_id", wanted)
    numbers = pc.unique(lines.column(LINE_NO))
    substances, parties = (rows_with(t, LINE_NO, numbers) for t in (resolved.substances, resolved.parties))
    few = Resolved(lines, substances, parties, resolved.inputs)
    asked = {rule for rule, _ in pairs}
    there = frozenset(lines.column("line_id").to_pylist())
    found = {pair for pair in pairs if pair[1] not in there}
    for subject in SUBJECTS:
        mine = [r for r in rules if r.rule.subject == subject and r.rule.id in asked and r.rule.scope != "history"]
        if mine and few.table(subject).num_rows:
            rows = rows_for(few, subject, mine)
            for rule in mine:
                undecided = rows.column("line_id").filter(pa.array(rows.verdicts(rule) == UNKNOWN))
                found |= {(rule.rule.id, line) for line in undecided.to_pylist()}
    return frozenset(found & set(pairs))


def _judge(
    resolved: Resolved, rules: list[CompiledRule], *, merged: bool = True, held: list[pa.Table] | None = None
) -> tuple[pa.Table, pa.Table]:
    flags, grouped, unjudged = [FLAG.empty_table()], [FLAG.empty_table()], [UNJUDGED.empty_table()]
    with connect() as connection:
        for subject in SUBJECTS:
            mine = sorted((r for r in rules if r.rule.subject == subject), key=lambda r: r.rule.id)
            if not mine or resolved.table(subject).num_rows == 0:
                continue
            rows = rows_for(resolved, subject, mine)
            verdicts = [rows.verdicts(rule) for rule in mine]
            unjudged.extend(
                _unjudged(rows, rule, at)
                for rule, v in zip(mine, verdicts, strict=True)
                if len(at := np.flatnonzero(v == UNKNOWN))
            )
            for rule, verdict in zip(mine, verdicts, strict=True):
                at = np.flatnonzero(verdict == TRUE)
                if not len(at):
                    continue
                if rule.grouping:
                    grouped.append(flags_of_groups(connection, rule, rows, at))
                elif held is not None and _is_held(rule.rule):
                    held.append(_hold(rule.rule, resolved.lines, at))
                else:
                    flags.append(flags_of_rows(rule, rows, at))
        of_rows = pa.concat_tables(flags)
        grouped.append(merge_flags(of_rows) if merged else _in_order(of_rows))
    return pa.concat_tables(grouped), pa.concat_tables(unjudged)


def rows_for(resolved: Resolved, subject: str, rules: list[CompiledRule]) -> Rows:
    """The lines, or the candidates of a subject with their lines, as rules see them."""
    table = resolved.lines
    if subject != LINE:
        candidates = resolved.table(subject)
        lines = rows_of(candidates.column(LINE_NO), table.column(LINE_NO))
        of_candidates = [c for c in candidates.column_names if c != LINE_NO and BY_NAME[c] in COLUMNS_OF[subject]]
        wanted = {"input_id", *PLACE, "substance_ids"}.union(*(r.columns for r in rules))
        table = table.select([c for c in table.column_names if c in wanted and c not in of_candidates]).take(lines)
        table = set_columns(table, candidates.select(of_candidates))
    inputs = pc.index_in(table.column("input_id"), value_set=resolved.inputs.column("input_id"))
    return Rows(table, whole(inputs), whole(resolved.inputs.column("supplied_fields")))


def _unjudged(rows: Rows, rule: CompiledRule, at: npt.NDArray[np.int64]) -> pa.Table:
    """UNJUDGED rows of a rule that could not judge some rows. A line bars only where a substance is recognised in it."""
    bars = np.full(len(at), rule.rule.level in BARRING)
    if rule.rule.subject == LINE:
        bars &= rows.true(_RECOGNISED)[at]
    return count_unjudged(rule, rows.missing(rule, at), rows.column("shipment_id").take(pa.array(at, mask=~bars)))


_RECOGNISED = apply(Operator.FILLED, Field("substance_ids"))


def sort_flags(flags: pa.Table) -> pa.Table:
    """Flags in their fixed order: file, row, rule, candidate."""
    return flags.sort_by([(k, "ascending") for k in ("source_file", "source_row", "rule_id", "flag_id")])


def _in_order(flags: pa.Table) -> pa.Table:
    return flags.sort_by([(c, "ascending") for c in ("rule_id", "source_file", "source_row", "line_id", "flag_id")])


def mark_own_list(flags: pa.Table, substances: Sequence[Substance]) -> pa.Table:
    """FLAG rows; the evidence of those about a substance that the office's own list holds says so."""
    own = {s.substance_id: c.schedule for s in substances for c in s.controls if c.instrument == OWN_LIST}
    at = np.flatnonzero(pc.is_in(flags.column("substance_id"), pa.array(own, pa.string())).to_numpy())
    if not len(at):
        return flags
    evidence, ids = (flags.column(name).to_pylist() for name in ("evidence", "substance_id"))
    for place in at:
        mark = {"subject": SUBSTANCE, "field": "own_list", "as_written": f"{OWN_LIST} {own[ids[place]]}"}
        evidence[place] = compact([*json.loads(evidence[place] or "[]"), mark])
    return set_columns(flags, {"evidence": pa.array(evidence, pa.string())})


def mark_undated(flags: pa.Table, lines: pa.Table, rules: Iterable[CompiledRule]) -> pa.Table:
    """FLAG rows; the sentences of those about a span of time say so where lines state no date: the day they are judged on is not in the file.

    Args:
        flags: of any rules.
        lines: LINE rows that `flags` may name; of others, of earlier runs, it is not known.
        rules: all compiled rules.
    """
    over_time = pa.array([r.rule.id for r in rules if r.window is not None], pa.string())
    at = np.flatnonzero(pc.is_in(flags.column("rule_id"), over_time).to_numpy())
    some = flags.select(["line_id", "window_line_ids"]).take(at).to_pylist()
    named = [{one["line_id"], *one["window_line_ids"]} for one in some]
    undated = _undated(lines, pa.array(sorted(set[str]().union(*named)), pa.string()))
    if not undated:
        return flags
    because = flags.column("because").to_pylist()
    for place, ids in zip(at, named, strict=True):
        if ids & undated and because[place] is not None:
            who = "The lines state" if ids <= undated else "Some of the lines state"
            because[place] += f" {who} no date: they are judged as of the day of the run."
    return set_columns(flags, {"because": pa.array(because, pa.string())})


def _undated(lines: pa.Table, ids: pa.Array) -> set[str]:
    """Those of some line ids whose lines state no date."""
    lines = rows_with(lines, "line_id", ids)
    dates = [column_or_nulls(lines, name, pa.date32()) for name in DATES]
    return set(lines.column("line_id").filter(pc.is_null(pc.coalesce(*dates))).to_pylist())


def count_unjudged(rule: CompiledRule, fields: pa.Array, shipments: pa.Array, recognised: pa.Array | None = None) -> pa.Table:
    """UNJUDGED rows, in a fixed order.

    Args:
        rule: that could not judge some rows.
        fields: what was missing, for each row.
        shipments: the shipment of each row.
        recognised: whether a substance is recognised in each row. Rows without one do not keep their shipment out of the band `none`.
    """
    if rule.rule.level not in BARRING:
        shipments = pa.nulls(len(shipments), pa.string())
    elif recognised is not None:
        shipments = pc.if_else(recognised, shipments, None)
    fields, bars = fields.dictionary_encode(), shipments.is_valid()
    named = pa.table([fields.indices.filter(bars), shipments.filter(bars)], ["number", "shipment_id"])
    named = named.group_by(["number", "shipment_id"], use_threads=False).aggregate([([], "count_all")])
    others = np.bincount(fields.indices.filter(pc.invert(bars)))
    at = np.flatnonzero(others)
    unnamed = pa.table([pa.array(at, pa.int32()), pa.nulls(len(at), pa.string()), pa.array(others[at])], named.column_names)
    counted = pa.concat_tables([named, unnamed])
    names = fields.dictionary.take(counted.column("number").combine_chunks())
    ids = pa.repeat(pa.scalar(rule.rule.id), counted.num_rows)
    rows = pa.table([ids, names, counted.column("shipment_id"), counted.column("count_all")], UNJUDGED.names).cast(UNJUDGED)
    return rows.sort_by([("field", "ascending"), ("shipment_id", "ascending")])


def sum_unjudged(unjudged: pa.Table) -> pa.Table:
    """UNJUDGED with one row a rule, field and shipment, in a fixed order."""
    keys = [n for n in UNJUDGED.names if n != "count"]
    summed = unjudged.group_by(keys, use_threads=False).aggregate([("count", "sum")]).rename_columns([*keys, "count"])
    return summed.sort_by([(k, "ascending") for k in keys]).cast(UNJUDGED)
