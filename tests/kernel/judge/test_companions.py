"""Flags that stand only beside another: alone they are not raised, and what is recorded stays."""

from __future__ import annotations

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.history_seam import FlagComparison
from precursor_screen.core.model import retired_rule
from precursor_screen.core.schema import FLAG, SUPPRESSED
from precursor_screen.kernel.judge.flag import describe_held, drop_without_companion, flag_lines
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
    left, counted = dropped(*flags)
    assert counted.to_pylist() == [
        {"rule_id": "X", "count": 3, "shipments": 2},
        {"rule_id": "Z", "count": 1, "shipments": 1},
    ]
    assert left.flags.num_rows + 4 == len(flags)
    assert dropped(flag("Y", "A"))[1].num_rows == 0


def test_flags_that_were_held_are_told_as_they_would_have_been():
    rows = resolved_from_rows([{"line_id": i, "description": f"toys {i}", "marks": "x"} for i in "ABC"], "line")
    rules = [rule("{description|exists: true}", "line", beside=True, explain="Goods {description}")]
    rules = [
        replace(one, rule=replace(one.rule, id=name)) for one, name in zip(rules * 2, ("PS-QTY-900", "PS-QTY-901"), strict=True)
    ]
    whole = flag_lines(rows, rules)[0]
    held = flag_lines(rows, rules, held=True)[0]
    assert held.column("because").null_count == held.num_rows == 6
    assert held.drop_columns(["because", "evidence"]).equals(whole.drop_columns(["because", "evidence"]))
    assert describe_held(held, rows, rules).equals(whole)
    assert describe_held(held.slice(2, 3), rows, rules).equals(whole.slice(2, 3))
    assert describe_held(whole, rows, rules) is whole
