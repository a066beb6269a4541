"""Flags that stand only beside another: alone they are not raised, and what is recorded stays."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.history_seam import KNOWN, FlagComparison, HistoryRequest, VersionsResult
from precursor_screen.core.model import retired_rule
from precursor_screen.core.schema import FLAG, MOVEMENT, SUPPRESSED
from precursor_screen.kernel.judge.companions import (
    count_not_raised,
    describe_held,
    drop_without_companion,
    lines_with_companions,
    pick_held,
    without_held,
)
from precursor_screen.kernel.judge.flag import HELD, flag_lines, judge_lines, merge_flags, recall_nothing
from precursor_screen.kernel.movements import without_obsolete
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.screen import NoHistory, RaiseResult, raise_held
from tests.examples import examples
from tests.kernel.judge.test_flag_levels import rule

RULES = [
    replace(retired_rule("X"), beside=True),
    retired_rule("Y"),
    replace(retired_rule("Z"), beside=True),
    replace(retired_rule("OUTLIER"), correlation={"type": "baseline"}),
    replace(retired_rule("SUM"), correlation={"type": "value_sum"}),
]


def flag(rule_id: str, line_id: str, weight: int = 10, state: str = "new", more: tuple[str, ...] = ()):
    return {
        "flag_id": f"{rule_id}{line_id}",
        "rule_id": rule_id,
        "line_id": line_id,
        "shipment_id": f"S{line_id[:1]}",
        "weight": weight,
        "state": state,
        "window_line_ids": list(more),
    }


def dropped(*flags, carried=()):
    tables = [pa.Table.from_pylist(list(rows), schema=FLAG) for rows in (flags, carried)]
    return drop_without_companion(FlagComparison(tables[0], tables[1], FLAG.empty_table(), SUPPRESSED.empty_table()), RULES)


def rules_left(*flags, carried=()):
    return dropped(*flags, carried=carried)[0].flags.column("rule_id").to_pylist()


@pytest.mark.parametrize(
    ("flags", "carried", "left"),
    [
        ([flag("X", "A")], [], []),
        ([flag("X", "A"), flag("Y", "A")], [], ["X", "Y"]),
        ([flag("X", "A"), flag("Y", "B")], [], ["Y"]),
        ([flag("X", "A"), flag("Y", "A", weight=0)], [], ["Y"]),
        ([flag("X", "A"), flag("Z", "A")], [], []),
        ([flag("X", "A"), flag("Y", "B", more=("A",))], [], ["X", "Y"]),
        ([flag("X", "A"), flag("SUM", "B", more=("A",))], [], ["X", "SUM"]),
        ([flag("X", "A"), flag("OUTLIER", "B", more=("A",))], [], ["OUTLIER"]),
        ([flag("X", "B"), flag("OUTLIER", "B", more=("A",))], [], ["X", "OUTLIER"]),
        ([flag("X", "A")], [flag("Y", "A", state="existing")], ["X"]),
        ([flag("X", "A", state="existing")], [], ["X"]),
        ([flag("Y", "A")], [], ["Y"]),
        ([], [], []),
    ],
)
def test_a_flag_alone_is_not_raised(flags, carried, left):
    assert rules_left(*flags, carried=carried) == left


def test_what_is_not_raised_is_counted():
    flags = [
        flag("X", "A1"),
        flag("X", "A2"),
        flag("X", "B"),
        flag("Z", "B"),
        flag("X", "C"),
        flag("Y", "C"),
        flag("Z", "D", state="existing"),
    ]
    left, fallen = dropped(*flags)
    none = pa.table({LINE_NO: pa.array([], pa.int64()), "line_id": pa.array([], pa.string())})
    assert count_not_raised(fallen, HELD.empty_table(), left.flags, none).to_pylist() == [
        {"rule_id": "X", "count": 3, "shipments": 2},
        {"rule_id": "Z", "count": 1, "shipments": 1},
    ]
    assert left.flags.num_rows + 4 == len(flags)
    assert dropped(flag("Y", "A"))[1].num_rows == 0


HOLDING = [
    replace(one, rule=replace(one.rule, id=name))
    for one, name in zip(
        [
            rule("{description|exists: true}", "line", beside=True, explain="Goods {description}"),
            rule("{marks|exists: true}", "line", beside=True, explain="Marks {marks}"),
            rule("{package_type|exists: true}", "line", explain="Type {package_type}"),
        ],
        ("PS-QTY-900", "PS-QTY-901", "PS-QTY-902"),
        strict=True,
    )
]
SAID = st.sampled_from([None, "toys"])


@given(
    st.lists(st.tuples(st.sampled_from("km"), st.sampled_from("ST"), SAID, SAID, SAID), max_size=8),
    st.sets(st.integers(0, 7)),
    st.sets(st.integers(0, 7)),
)
@examples(60, 600)
def test_flags_that_are_made_when_they_stand_are_those_that_would_have_been_left(lines, obsolete, recorded):
    names = ("movement_key", "shipment_id", "description", "marks", "package_type")
    rows = [
        {"line_id": f"L{n}", "source_row": -n, **{k: v for k, v in zip(names, line, strict=True) if v}}
        for n, line in enumerate(lines)
    ]
    resolved = resolved_from_rows(rows, "line") if rows else None
    if resolved is None:
        return
    gone = pa.array([f"L{n}" for n in obsolete], pa.string())
    rules = [one.rule for one in HOLDING]

    def fell(flags):
        return drop_without_companion(
            FlagComparison(flags, FLAG.empty_table(), FLAG.empty_table(), SUPPRESSED.empty_table()), rules
        )

    def order(table):
        return table.sort_by([("rule_id", "ascending"), ("flag_id", "ascending"), ("shipment_id", "ascending")]).to_pylist()

    everything = merge_flags(without_obsolete(flag_lines(resolved, HOLDING)[0], gone))
    left, fallen = fell(everything)
    expected = {
        one: (len(mine), len({f["shipment_id"] for f in mine}))
        for one in sorted({f["rule_id"] for f in fallen.to_pylist()})
        for mine in [[f for f in fallen.to_pylist() if f["rule_id"] == one]]
    }

    flags, _, held = judge_lines(resolved, HOLDING)
    assert set(flags.column("rule_id").to_pylist()) <= {"PS-QTY-902"}
    flags, held = merge_flags(without_obsolete(flags, gone)), without_held(held, resolved.lines, gone)
    more = pa.array([f"L{n}" for n in recorded], pa.string())  # of which a flag may be recorded
    picked = pick_held(held, resolved.lines, pa.concat_arrays([lines_with_companions(flags, rules), more]))
    standing, dropped_later = fell(pa.concat_tables([flags, describe_held(picked, resolved, HOLDING)]))
    assert order(standing.flags) == order(left.flags)
    counted = count_not_raised(dropped_later, held, standing.flags, resolved.lines).to_pylist()
    assert [tuple(r.values()) for r in counted] == [(rule_id, *numbers) for rule_id, numbers in expected.items()]


class Judged(Struct):
    lines: pa.Table
    relevant: Resolved


class Remembers(NoHistory):
    def with_recorded_flag(self, lines):
        asked = lines()
        assert asked.column_names == ["line_id", "movement_key"]
        return asked.filter(pc.equal(asked.column("movement_key"), "of R")).column("line_id").combine_chunks()


def test_a_flag_that_may_be_recorded_is_made_though_nothing_stands_beside_it():
    """On lines of which one is recorded, that amend another, or that are sent again; whether it stands is for the comparison."""
    rows = [{"line_id": i, "movement_key": f"of {i}", "description": "toys"} for i in "RAKN"]
    resolved = resolved_from_rows(rows, "line")
    flags, unjudged, held = judge_lines(resolved, HOLDING)
    raised = RaiseResult(Judged(resolved.lines, resolved), None, flags, held, unjudged, None)
    reference = SimpleNamespace(rules=HOLDING)
    nothing = NoHistory().look_back(HistoryRequest(MOVEMENT.empty_table(), ()))
    known = pa.Table.from_pylist([{"movement_key": "of K", "line_id": "K"}], schema=KNOWN)
    history = replace(nothing, known=known, versions=VersionsResult(previous={"A": "before A"}))
    found = raise_held(raised, Remembers(), history, reference, recall_nothing)
    assert sorted(found.flags.column("line_id").to_pylist()) == ["A", "K", "R"]
    assert raise_held(raised, NoHistory(), nothing, reference, recall_nothing).flags.num_rows == 0
