"""Judges lines, substance candidates and party candidates by the compiled rules.

`flag_lines` is right under any partitioning of the lines; `flag_shipments` needs every line of a shipment together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.alike import begin_rows, number_alike, rows_of
from precursor_screen.core.engine import connect
from precursor_screen.core.model import Rule
from precursor_screen.core.schema import BY_NAME, FLAG, LINE, PARTY, SUBJECTS, SUBSTANCE, UNJUDGED
from precursor_screen.kernel.judge.flag_rows import PLACE, columns_told, count_unjudged, flags_of
from precursor_screen.kernel.resolve.distinct import COLUMNS_OF, LINE_NO, Resolved
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import TRUE, UNKNOWN, Rows, whole
from precursor_screen.rulebook.expression import Expression, columns_in
from precursor_screen.rulebook.sql import identifier, literal
from precursor_screen.rulebook.tell import NOT_STATED
from precursor_screen.rulebook.windows import Grouping

# Where a match stands, beside what the rule shows: names in the evidence -> columns.
_SPANS = {
    SUBSTANCE: {
        "field": "matched_field",
        "as_written": "matched_text",
        "start": "matched_start",
        "end": "matched_end",
        "compared_as": "matched_as",
        "candidate": "matched_name",
        "method": "match_method",
        "score": "match_score",
    },
    PARTY: {
        "field": "party_role",
        "as_written": "party_name",
        "start": "party_start",
        "end": "party_end",
        "compared_as": "party_compared",
        "candidate": "matched_entry_name",
        "method": "",
        "score": "watchlist_score",
    },
}
_COLUMN_OF_SPAN = {SUBSTANCE: "matched_column", PARTY: "party_column"}  # of the text in which it stands, where one is known
# Columns of FLAG that tell the candidates of a line apart -> columns of the candidate.
_CANDIDATE = {
    LINE: {},
    SUBSTANCE: {"substance_id": "substance_id"},
    PARTY: {"party_role": "party_role", "list_id": "list_id", "entry_id": "entry_id"},
}
_BY = ("substance_id", "party_role", "list_id", "entry_id")


def flag_lines(resolved: Resolved, rules: Iterable[CompiledRule], *, held: bool = False) -> tuple[pa.Table, pa.Table]:
    """Judges the rules of scope line.

    Args:
        resolved: lines with their candidates.
        rules: all compiled rules.
        held: whether flags that say something only beside another are to be told later (`tell_held`): most of them do not stay.

    Returns:
        FLAG, one row a line also where two lines of one movement are one flag (`merge_flags`), and UNJUDGED, in a fixed order.
    """
    return _judge(resolved, [r for r in rules if r.rule.scope == "line"], merged=False, held=held)


def tell_held(flags: pa.Table, noted: Resolved, rules: Iterable[CompiledRule]) -> pa.Table:
    """FLAG rows, those that were held told as well: out of the lines on which they stand.

    Args:
        flags: of which some have no sentence yet.
        noted: with these lines.
        rules: all compiled rules.
    """
    untold = np.flatnonzero(pc.is_null(flags.column("because")).to_numpy())
    if not len(untold):
        return flags
    held = flags.take(untold)
    asked = set(held.column("rule_id").to_pylist())
    mine = [r for r in rules if r.rule.id in asked and _is_held(r.rule)]
    lines = rows_of(held.column("line_id"), noted.lines.column("line_id"))
    rows = _rows(replace(noted, lines=noted.lines.take(lines)), LINE, mine)
    columns = {name: flags.column(name).to_pylist() for name in ("because", "evidence")}
    for rule in mine:
        at = np.flatnonzero(pc.equal(held.column("rule_id"), rule.rule.id).to_numpy())
        told = _flags_of_rows(rule, rows, at)
        for name, texts in columns.items():
            for place, text in zip(untold[at].tolist(), told.column(name).to_pylist(), strict=True):
                texts[place] = text
    for name, texts in columns.items():
        flags = flags.set_column(flags.column_names.index(name), name, pa.array(texts, pa.string()))
    return flags


def _is_held(rule: Rule) -> bool:
    """Whether the flags of a rule are told only once others stand beside them (`tell_held`): many fall away."""
    return rule.beside and rule.subject == LINE and rule.scope == "line"


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
    named = pa.ListArray.from_arrays(pa.array(begins), whole(flags.column("line_id").take(others)))
    merged = flags.take(first) if len(others) else flags
    field = FLAG.field("window_line_ids")
    return merged.set_column(FLAG.get_field_index(field.name), field, named.cast(field.type))


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


# Lines, and those of some line_ids of the run that are missing among them.
Recall = Callable[[pa.Array, Resolved], Resolved]


def recall_nothing(_: pa.Array, noted: Resolved) -> Resolved:
    """Where all lines of the run are noted."""
    return noted


def undecided_lines(
    noted: Resolved, recall: Recall, rules: Iterable[CompiledRule], pairs: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of some pairs (rule, line) that the rule could not judge; a line that is not at hand is one of them.

    Args:
        noted, recall: give the lines.
        rules: of scope line and shipment; others judge nothing here.
        pairs: rule ids and line ids.
    """
    wanted = pa.array(sorted({line for _, line in pairs}), pa.string())
    resolved = recall(wanted, noted)
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


def _judge(
    resolved: Resolved, rules: list[CompiledRule], *, merged: bool = True, held: bool = False
) -> tuple[pa.Table, pa.Table]:
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
            for rule, verdict in zip(mine, verdicts, strict=True):
                at = np.flatnonzero(verdict == TRUE)
                if not len(at):
                    continue
                if rule.grouping:
                    grouped.append(_flags_of_groups(connection, rule, rows, at))
                else:
                    flags.append(_flags_of_rows(rule, rows, at, told=not (held and _is_held(rule.rule))))
        of_rows = pa.concat_tables(flags)
        grouped.append(merge_flags(of_rows) if merged else _in_order(of_rows))
    return pa.concat_tables(grouped), pa.concat_tables(unjudged)


def _rows(resolved: Resolved, subject: str, rules: list[CompiledRule]) -> Rows:
    """The lines, or the candidates of a subject with their lines, as rules see them."""
    table = resolved.lines
    if subject != LINE:
        candidates = resolved.table(subject)
        lines = rows_of(candidates.column(LINE_NO), table.column(LINE_NO))
        of_candidates = [c for c in candidates.column_names if c != LINE_NO and BY_NAME[c] in COLUMNS_OF[subject]]
        wanted = {"input_id", *PLACE, "substance_ids"}.union(*(r.columns for r in rules))
        table = table.select([c for c in table.column_names if c in wanted and c not in of_candidates]).take(lines)
        for name in of_candidates:
            table = table.append_column(name, candidates.column(name))
    inputs = pc.index_in(table.column("input_id"), value_set=resolved.inputs.column("input_id"))
    return Rows(table, whole(inputs), whole(resolved.inputs.column("supplied_fields")))


def _unjudged(rows: Rows, rule: CompiledRule, at: npt.NDArray[np.int64]) -> pa.Table:
    """UNJUDGED rows of a rule that could not judge some rows. A line bars only where a substance is recognised in it."""
    recognised = None
    if rule.rule.subject == LINE:
        recognised = pc.greater(pc.fill_null(pc.list_value_length(rows.column("substance_ids").take(at)), 0), 0)
    return count_unjudged(rule, rows.missing(rule, at), rows.column("shipment_id").take(at), recognised)


def _flags_of_rows(rule: CompiledRule, rows: Rows, at: npt.NDArray[np.int64], *, told: bool = True) -> pa.Table:
    subject = rule.rule.subject
    candidate = _CANDIDATE[subject]
    shown = {*candidate.values(), *_SPANS.get(subject, {}).values(), _COLUMN_OF_SPAN.get(subject, "")} - {""}
    mine = rows.take(at, columns_told(rule) | shown)
    given = {name: mine.column(column) for name, column in candidate.items()}
    if subject != LINE:
        given["score"] = mine.column(_SPANS[subject]["score"])
    identity = [
        mine.column("movement_key").to_pylist(),
        *(given[n].to_pylist() if n in given else [None] * mine.count for n in _BY),
    ]
    return flags_of(rule, mine, identity, given, more_evidence=_spans(subject, mine), told=told)


def _spans(subject: str, rows: Rows) -> list[list[dict[str, Any]]] | None:
    """Of rules about a substance or a party: where the match stands."""
    if subject not in _SPANS:
        return None
    columns = _SPANS[subject]
    values = {name: rows.column(column).to_pylist() if column else ["name"] * rows.count for name, column in columns.items()}
    stands = rows.column(_COLUMN_OF_SPAN[subject]).to_pylist()
    values["field"] = [column if column is not None else field for column, field in zip(stands, values["field"], strict=True)]
    return [[{"subject": subject, **dict(zip(values, row, strict=True))}] for row in zip(*values.values(), strict=True)]


def _in_order(flags: pa.Table) -> pa.Table:
    return flags.sort_by([(c, "ascending") for c in ("rule_id", "source_file", "source_row", "line_id", "flag_id")])


def _flags_of_groups(
    connection: duckdb.DuckDBPyConnection, rule: CompiledRule, rows: Rows, at: npt.NDArray[np.int64]
) -> pa.Table:
    """A flag for each group that meets the test, about its first line; the others are named beside it."""
    grouping = rule.grouping
    assert grouping is not None
    shown = columns_told(rule) | {*grouping.keys} | columns_in(grouping.expressions)
    members = {"substance_name"} & rule.columns
    mine = rows.take(at, shown | members)
    found = groups_of(connection, grouping, mine, bool(members))
    first = mine.take(found.column("place").to_numpy(), shown)
    keys = {key: found.column(f"key_{key}").to_pylist() for key in grouping.keys}
    if (
        grouping.unnested
    ):  # a list among the keys is one group an element: the sentence names that element, not the first line's list
        first = first.with_columns({key: pa.array([[v] for v in keys[key]], BY_NAME[key].arrow) for key in grouping.unnested})
    identity = [keys.pop("shipment_id") if "shipment_id" in keys else first.column("shipment_id").to_pylist(), *keys.values()]
    outcomes = {name: found.column(name).to_pylist() for name in ("correlation_value", "group_members")}
    return flags_of(rule, first, identity, {"window_line_ids": whole(found.column("others"))}, outcomes)


_AGGREGATES = {
    "event_count": "count(distinct {})",
    "value_count": "count(distinct {})",
    "value_sum": "sum({})",
    "value_avg": "avg({})",
    "value_median": "median({})",
}


def _parts_of(grouping: Grouping) -> Iterator[tuple[str, Expression]]:
    """What is added up or counted of each row, and its limits: names of columns of `selected`, and what they hold."""
    for i, measure in enumerate(grouping.measures):
        assert measure.of is not None
        yield f"value_{i}", measure.of
        yield from ((f"limit_{i}_{j}", limit) for j, (_, limit) in enumerate(measure.limits))


def groups_of(connection: duckdb.DuckDBPyConnection, grouping: Grouping, rows: Rows, has_members: bool = False) -> pa.Table:
    """The groups of some rows that meet the test.

    Returns:
        key_... of its keys, correlation_value as text, group_members, place of its first row, others: its other lines.
    """
    names = ("line_id", "source_file", "source_row", *grouping.keys, *(["substance_name"] if has_members else []))
    parts = {name: rows.value(part) for name, part in _parts_of(grouping)}
    places = {"place": np.arange(rows.count)}
    connection.register("selected", pa.table({**{n: rows.column(n) for n in dict.fromkeys(names)}, **parts, **places}))
    found: pa.Table = connection.sql(_groups(grouping, has_members)).to_arrow_table()
    connection.unregister("selected")
    return found


def _groups(grouping: Grouping, has_members: bool) -> str:
    columns = {k: f"unnest({identifier(k)})" if k in grouping.unnested else identifier(k) for k in grouping.keys}
    keys = ", ".join(f"key_{k}" for k in columns)
    members = "array_to_string(list_sort(list(distinct substance_name)), ', ')" if has_members else "cast(null as varchar)"
    computed = [_AGGREGATES[m.aggregate].format(f"value_{i}") for i, m in enumerate(grouping.measures)]
    tests = [
        f"{computed[i]} {sign} min(limit_{i}_{j})"
        for i, m in enumerate(grouping.measures)
        for j, (sign, _) in enumerate(m.limits)
    ]
    order = "source_file, source_row, line_id"
    return f"""
        with grouped as (
            select {keys}, cast({computed[0]} as varchar) as correlation_value, coalesce({members}, {literal(NOT_STATED)}) as group_members,
                   list_sort(list(distinct line_id)) as line_ids, first(place order by {order}) as place,
                   first(line_id order by {order}) as line_id, first(source_file order by {order}) as source_file, first(source_row order by {order}) as source_row
            from (select *, {", ".join(f"{sql} as key_{k}" for k, sql in columns.items())} from selected)
            where {" and ".join(f"key_{k} is not null" for k in columns)} group by {keys} having {" and ".join(tests)})
        select {keys}, correlation_value, group_members, place, list_filter(line_ids, lambda x: x <> line_id) as others
        from grouped order by {order}, {keys}"""
