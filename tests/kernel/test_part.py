"""Lines judged in parts and joined are what they are judged whole: wherever the cuts between shipments lie, whichever part comes first."""

from __future__ import annotations

import random
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from precursor_screen.app.inputs import Source, read_one
from precursor_screen.core.history_seam import KNOWN, History, NotEvaluable, VersionsResult
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.judge.flag import recall_nothing, undecided_lines
from precursor_screen.kernel.judge.windows.judge import judge_windows, request_history
from precursor_screen.kernel.match import match
from precursor_screen.kernel.part import cut_parts, find_missing, judge_part, merge_parts, recall_lines
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.screen import NoHistory, judge_run, screen
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.rulebook.exceptions import RuleException
from precursor_screen.rulebook.expression import Field, Literal, Operator, any_of, apply
from tests.conftest import ROOT
from tests.examples import examples
from tests.kernel.test_screen import ROWS
from tests.screening import of_each_kind, one_of_each_kind, table

DAYS = [
    ROOT / "sample_data" / "thirty_days" / f"2026-{day}.csv" for day in ("10-20", "10-25", "10-28", "11-02", "11-09", "11-10")
]
# A bill that is taken back, one that is replaced, and one movement that stands in two shipments.
MESSAGES = [
    {
        "message function": "original",
        "bill of lading": "B7",
        "item no": "1",
        "shipment id": "S7",
        "description of goods": "TOLUENE",
    },
    {"message function": "cancellation", "bill of lading": "B7", "item no": "1", "shipment id": "S8"},
    {
        "message function": "original",
        "bill of lading": "B8",
        "item no": "1",
        "shipment id": "S8",
        "description of goods": "ACETONE",
    },
    {
        "message function": "replacement",
        "bill of lading": "B8",
        "item no": "1",
        "shipment id": "S9",
        "description of goods": "ACETONE",
    },
    {"description of goods": "", "hs code": "", "consignee": "#REF!", "shipment id": "S1"},
]


def gather():
    sources = [Source("rows.csv", content=table([*ROWS, *MESSAGES])), *(Source(path.name, path) for path in DAYS)]
    tables = [t for source in sources for t in read_one(source, ReadOptions())]
    lines = pa.concat_tables([t.lines for t in tables], promote_options="default")
    rows = [{"input_id": t.input.input_id, "supplied_fields": sorted(t.input.supplied)} for t in tables]
    # Shipments lie between each other, as they do where several files are read.
    order = random.Random(7).sample(range(lines.num_rows), lines.num_rows)
    return lines.take(pa.array(order)), pa.Table.from_pylist(rows)


LINES, INPUTS = gather()
NAMED = ("PS-CHEM-001", "PS-CHEM-013", "PS-QTY-004")


def screen_in_parts(reference, count, *, every_line, recall=recall_nothing):
    matches = match(LINES, reference)
    cut = cut_parts(LINES, -(-LINES.num_rows // count))
    parts = [judge_part(lines, INPUTS, matches, reference, every_line=every_line) for lines in cut]
    random.Random(count).shuffle(parts)
    return judge_run(merge_parts(parts), NoHistory(), reference, recall)


@pytest.fixture(scope="module")
def reference(reference):
    return of_each_kind(reference, *NAMED)


@pytest.fixture(scope="module")
def excepting(reference):
    """An exception that asks for a column of the line, whichever line a rule flags."""
    rules = ("PS-CHEM-013", "PS-CHEM-001")
    when = any_of([apply(Operator.IS_NULL, Field("hs6")), apply(Operator.EQ, Field("hs6"), Literal("291411"))])
    days = date(2020, 1, 1), date(2030, 1, 1)
    return replace(reference, exceptions=(RuleException("E", "", "", "", rules, when, "known", "K. Officer", *days),))


@pytest.fixture(scope="module")
def whole(excepting):
    return screen(LINES, INPUTS, excepting)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_parts_joined_are_the_whole(excepting, whole, count):
    parts = screen_in_parts(excepting, count, every_line=True)
    assert len(whole.movements.obsolete) == 3  # a cancellation with what it cancels, and what is replaced
    assert {"PS-QTY-004", "PS-CHEM-001"} <= set(whole.flags.column("rule_id").to_pylist())
    assert whole.suppressed.num_rows
    for field in fields(whole):
        expected, found = (getattr(screened, field.name) for screened in (whole, parts))
        if field.name in ("resolved", "movements", "compared", "judged", "counts"):
            pairs = zip(values_of(expected), values_of(found), strict=True)
        else:
            pairs = [(expected, found)]
        for a, b in pairs:
            assert same(a, b), field.name


def values_of(value):
    return [getattr(value, f.name) for f in fields(value)]


def same(a, b):
    if isinstance(a, pa.Table):
        return a.select(sorted(a.column_names)).equals(b.select(sorted(a.column_names))) and len(a.columns) == len(b.columns)
    if isinstance(a, NotEvaluable):
        a, b = (
            replace(doubts, undecided=None) for doubts in (a, b)
        )  # a function: what it looks up are tables compared elsewhere
    return a == b


def recall_by(reference):
    given = {"inputs": INPUTS, "matches": match(LINES, reference), "reference": reference}
    numbered = LINES.append_column(LINE_NO, pa.array(range(LINES.num_rows)))

    def recall(line_ids, noted):
        lines = numbered.filter(pc.is_in(LINES.column("line_id"), find_missing(line_ids, noted)))
        return recall_lines(lines, noted, **given)

    return recall


def test_a_part_keeps_little_and_loses_nothing(excepting, whole):
    parts = screen_in_parts(excepting, 3, every_line=False, recall=recall_by(excepting))
    assert pc.all(pc.is_in(whole.flags.column("line_id"), parts.resolved.lines.column("line_id"))).as_py()
    assert parts.resolved.lines.num_rows < LINES.num_rows / 2
    for name in ("flags", "unjudged", "shipments", "issues", "suppressed"):
        assert getattr(parts, name).equals(getattr(whole, name)), name


def test_the_past_is_asked_by_what_is_wanted_and_once(reference, whole):
    request = request_history(whole.movements.live, reference.rules, reference.registers)
    asked = []

    def read(ask):
        asked.append(ask)
        return MOVEMENT.empty_table().select(ask.columns)

    def judge(asks):
        past = History(lambda ask: read(asks[asks.index(ask)]), KNOWN.empty_table(), VersionsResult(), date(2020, 1, 1))
        return judge_windows(whole.movements.live, past, reference.rules, reference)

    flags = judge(request.queries).flags
    assert sorted(asked, key=repr) == sorted(request.queries, key=repr)
    assert judge(request.queries[::-1]).flags.equals(flags)
    with pytest.raises(ValueError, match="not in tuple"):
        judge(request.queries[:-1])


def test_lines_that_were_not_noted_are_recalled_as_they_were_resolved(excepting, whole):
    noted = screen_in_parts(excepting, 3, every_line=False).resolved
    recall = recall_by(excepting)
    every = LINES.column("line_id").combine_chunks()
    found = recall(pa.concat_arrays([every[::-1], pa.array(["of another run"])]), noted)
    for subject in ("line", "substance", "party"):
        assert same(found.table(subject), whole.resolved.table(subject)), subject
    assert recall(noted.lines.column("line_id").combine_chunks(), noted) is noted
    pairs = {("PS-CHEM-013", line) for line in [*every.to_pylist(), "of another run"]}
    undecided = undecided_lines(noted, recall, excepting.rules, pairs)
    assert undecided == undecided_lines(whole.resolved, recall_nothing, excepting.rules, pairs)
    assert ("PS-CHEM-013", "of another run") in undecided
    assert len(undecided) < len(pairs)


def test_a_rule_that_looks_at_something_else_decides_nothing_of_a_line(excepting, whole):
    """Each rule is judged on the candidates of its own subject, and a rule of history on none: all that these ask is known."""
    lines, rules = [*LINES.column("line_id").to_pylist(), "of another run"], one_of_each_kind(excepting, *NAMED).rules
    pairs = {(r.rule.id, line) for r in rules for line in lines}
    assert {(r.rule.subject, r.rule.scope) for r in rules} > {
        ("line", "line"),
        ("party", "line"),
        ("substance", "history"),
    }
    undecided = undecided_lines(whole.resolved, recall_nothing, rules, pairs)
    assert undecided == {(r.rule.id, "of another run") for r in rules}


@examples(200, 5000)
@given(st.text("STUVW", max_size=12), st.integers(1, 5))
def test_a_shipment_is_judged_whole_in_the_part_in_which_it_begins(shipments, size):
    lines = pa.table({"line_id": [str(n) for n in range(len(shipments))], "shipment_id": pa.array(shipments, pa.string())})
    parts = {number: [] for number in range(0, len(shipments), size)}
    for number, shipment in enumerate(shipments):
        parts[shipments.index(shipment) // size * size].append(number)
    found = list(cut_parts(lines, size))
    assert [p.column(LINE_NO).to_pylist() for p in found] == [numbers for numbers in parts.values() if numbers]
    for part in found:
        assert part.column("line_id").to_pylist() == [str(n) for n in part.column(LINE_NO).to_pylist()]
