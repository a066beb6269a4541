"""FLAG rows of what a rule is true of: identity, level, sentence, evidence, and what a flag rests on that nobody has checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.history_seam import FlagComparison
from precursor_screen.core.model import OWN_LIST, Rule, Substance
from precursor_screen.core.schema import FLAG, SUBSTANCE, UNJUDGED
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Mask, Rows
from precursor_screen.rulebook.expression import Expression, Field, Operator, apply, columns_in
from precursor_screen.rulebook.tell import Telling, Texts

# Rules whose flags say something only beside another: one that stands alone is counted and not raised.

NOT_RAISED = pa.schema([("rule_id", pa.string()), ("count", pa.int64()), ("shipments", pa.int64())])


def drop_lonely(compared: FlagComparison, rules: Iterable[Rule]) -> tuple[FlagComparison, pa.Table]:
    """Leaves out new flags of rules that are marked `beside`, on lines that no other flag with a weight is about.

    Flags that are recorded stay: what stood beside them was there, and a run that knows no more of the line does not take them back.

    Returns:
        What is left, and NOT_RAISED: how many flags of each rule fell, and of how many shipments.
    """
    rules = tuple(rules)
    lonely = _ids(rule for rule in rules if rule.beside)
    flags = compared.flags
    about = pc.is_in(flags.column("rule_id"), lonely)
    if not pc.any(about, min_count=0).as_py():
        return compared, NOT_RAISED.empty_table()
    others = pa.concat_tables([flags, compared.carried])
    counts = pc.and_(pc.invert(pc.is_in(others.column("rule_id"), lonely)), pc.greater(others.column("weight"), 0))
    others = others.filter(counts)
    # The past that an outlier is measured by is no part of it.
    measured = pc.is_in(
        others.column("rule_id"), _ids(rule for rule in rules if (rule.correlation or {}).get("type") == "baseline")
    )
    windows = others.filter(pc.invert(measured)).column("window_line_ids").combine_chunks()
    lines = pa.chunked_array([*others.column("line_id").chunks, pc.list_flatten(windows)])
    kept = pc.or_(pc.is_in(flags.column("line_id"), pc.unique(lines)), pc.not_equal(flags.column("state"), "new"))
    raised = pc.or_(pc.invert(about), kept)
    return replace(compared, flags=flags.filter(raised)), _count(flags.filter(pc.invert(raised)))


def _ids(rules: Iterable[Rule]) -> pa.Array:
    return pa.array(sorted(rule.id for rule in rules), pa.string())


def _count(flags: pa.Table) -> pa.Table:
    counted = flags.group_by("rule_id", use_threads=False).aggregate([("flag_id", "count"), ("shipment_id", "count_distinct")])
    return counted.rename_columns(NOT_RAISED.names).sort_by("rule_id").cast(NOT_RAISED)


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Only these levels bar the band `none` when they could not be judged.
BARRING = ("high", "critical")
# Every flag names its place, whatever the rule asks for.
PLACE = ("line_id", "movement_key", "shipment_id", "source_file", "source_row")


def doubts(rule: CompiledRule) -> list[tuple[str, Expression]]:
    """[(what the flag rests on that nobody has checked, true when it is so)]."""
    if rule.rule.subject != SUBSTANCE:
        return []
    found = [
        ("membership unverified", _is_false("membership_verified")),
        ("unknown whether listed on that day", _is_false("listing_known")),
    ]
    if {"threshold_kg", "threshold_month_kg", "threshold_year_kg"} & rule.columns:
        found.append(("threshold unverified", _is_false("threshold_verified")))
    return found


def _is_false(column: str) -> Expression:
    return apply(Operator.NOT, Field(column))


def columns_told(rule: CompiledRule) -> frozenset[str]:
    """The columns that a rule's flags show, or are weighed by."""
    shown = (rule.sentence, *(fact.as_written for fact in rule.facts), *(when for when, _, _ in rule.levels))
    return columns_in((*shown, *(test for _, test in doubts(rule)))) | set(PLACE)


def columns_of_rule(rule: CompiledRule) -> frozenset[str]:
    """The columns that judging a history rule and showing its flags need."""
    verified = {"membership_verified", "listing_known", "threshold_verified"} if rule.rule.subject == SUBSTANCE else set()
    return rule.columns | verified | {"substance_id"}


def flags_of(
    rule: CompiledRule,
    rows: Rows,
    identity: Sequence[Texts],
    given: Mapping[str, pa.Array] | None = None,
    outcomes: Mapping[str, Texts] | None = None,
    more_evidence: Sequence[Sequence[Mapping[str, Any]]] | None = None,
    told: bool = True,
) -> pa.Table:
    """FLAG rows, one a row, in their order.

    Args:
        rule: that is true of each row.
        rows: with the columns of `columns_told`.
        identity: what makes a flag the same tomorrow, beside the rule: never a row number, a score or a wording.
        given: columns of FLAG beyond those that every flag has; others are null.
        outcomes: for `Telling`.
        more_evidence: for each row, what follows the rule's own evidence.
        told: False leaves sentence and evidence null, to be told later of the flags that stay.
    """
    levels, weights = _levels(rule, rows)
    r = rule.rule
    same = {"rule_id": r.id, "rule_version": r.version, "confidence": r.confidence, "state": "new", "family": r.family}
    columns = {
        **{name: rows.column(name) for name in PLACE if name in FLAG.names},
        **{name: pa.repeat(pa.scalar(value, pa.string()), rows.count) for name, value in same.items()},
        "flag_id": pa.array([_flag_id(r.id, parts) for parts in zip(*identity, strict=True)], pa.string()),
        "level": pa.array(levels, pa.string()),
        "weight": pa.array(weights, pa.int64()),
        **(_texts(rule, rows, outcomes, more_evidence) if told else {}),
        "window_line_ids": pa.array([[]] * rows.count, FLAG.field("window_line_ids").type),
        **(given or {}),
    }
    return pa.table([columns.get(f.name, pa.nulls(rows.count, f.type)).cast(f.type) for f in FLAG], schema=FLAG)


def mark_own_list(flags: pa.Table, substances: Sequence[Substance]) -> pa.Table:
    """FLAG rows; the evidence of those about a substance that the office's own list holds says so."""
    own = {s.substance_id: c.schedule for s in substances for c in s.controls if c.instrument == OWN_LIST}
    at = np.flatnonzero(pc.is_in(flags.column("substance_id"), pa.array(own, pa.string())).to_numpy())
    if not len(at):
        return flags
    evidence, ids = (flags.column(name).to_pylist() for name in ("evidence", "substance_id"))
    for place in at:
        mark = {"subject": SUBSTANCE, "field": "own_list", "as_written": f"{OWN_LIST} {own[ids[place]]}"}
        evidence[place] = _compact([*json.loads(evidence[place] or "[]"), mark])
    return flags.set_column(flags.column_names.index("evidence"), "evidence", pa.array(evidence, pa.string()))


def _texts(
    rule: CompiledRule,
    rows: Rows,
    outcomes: Mapping[str, Texts] | None,
    more_evidence: Sequence[Sequence[Mapping[str, Any]]] | None,
) -> dict[str, pa.Array]:
    """Sentence and evidence of each row."""
    telling = Telling(rows, outcomes)
    because = telling.texts(rule.sentence)
    for doubt, test in doubts(rule):
        because = [
            f"{text} ({doubt})" if is_so and text is not None else text
            for text, is_so in zip(because, rows.true(test), strict=True)
        ]
    evidence = _evidence(rule, telling, rows.count)
    for mine, more in zip(evidence, more_evidence, strict=True) if more_evidence is not None else ():
        mine.extend(more)
    return {"because": pa.array(because, pa.string()), "evidence": pa.array([_compact(one) for one in evidence], pa.string())}


def _flag_id(rule_id: str, parts: tuple[str | None, ...]) -> str:
    """The first half of a SHA-256."""
    key, *others = ("" if part is None else part for part in parts)
    return hashlib.sha256("\x1f".join((key, rule_id, *others)).encode()).hexdigest()[:32]


def _levels(rule: CompiledRule, rows: Rows) -> tuple[list[str], list[int]]:
    """Level and weight of each row: of the first of the rule's levels that holds; at most medium where something is in doubt."""
    levels, weights = [rule.rule.level] * rows.count, [rule.rule.weight] * rows.count
    for when, level, weight in reversed(rule.levels):
        for at in np.flatnonzero(rows.true(when)):
            levels[at], weights[at] = level, weight
    doubtful: Mask = np.logical_or.reduce([np.zeros(rows.count, dtype=np.bool_), *(rows.true(test) for _, test in doubts(rule))])
    return ["medium" if is_so and level in BARRING else level for is_so, level in zip(doubtful, levels, strict=True)], weights


def _evidence(rule: CompiledRule, telling: Telling, count: int) -> list[list[Mapping[str, Any]]]:
    """{subject, field, as_written} of each fact that has a value."""
    found: list[list[Mapping[str, Any]]] = [[] for _ in range(count)]
    for fact in rule.facts:
        for mine, text in zip(found, telling.texts(fact.as_written), strict=True):
            if text is not None:
                mine.append({"subject": fact.subject, "field": fact.field, "as_written": text})
    return found


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
    table = pa.table({"field": fields.cast(pa.string()), "shipment_id": shipments})
    counted = table.group_by(["field", "shipment_id"]).aggregate([([], "count_all")])
    counted = counted.sort_by([("field", "ascending"), ("shipment_id", "ascending")])
    ids = pa.repeat(pa.scalar(rule.rule.id), counted.num_rows)
    columns = [ids, counted.column("field"), counted.column("shipment_id"), counted.column("count_all")]
    return pa.table(columns, UNJUDGED.names).cast(UNJUDGED)
