"""Flags about a document that was absent are answered by what the register holds now, all of their movements' documents."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import register_from_rows
from precursor_screen.kernel.judge.windows.absence import absence_rules, no_longer_absent
from tests.kernel.judge.windows.test_judge import make_rule

RULE = make_rule("type: absence\nregister: permits\nmatch: {permit_reference: reference}")
OTHER = replace(RULE, rule=replace(RULE.rule, id="PS-QTY-901"))
COUNT = make_rule("type: event_count\ngroup-by: [consignee_key]\ntimespan: 9d\ncondition: {gte: 2}")
PERMITS = {"permits": register_from_rows(({"reference": "P-1"}, {"reference": "P2"}))}


def answered(*flags: tuple[str, str, str | None], rules: tuple[Any, ...] = (RULE,)) -> frozenset[str]:
    names = ("flag_id", "rule_id", "permit_reference")
    table = pa.table({n: pa.array([f[i] for f in flags], pa.string()) for i, n in enumerate(names)})
    return no_longer_absent(table, list(rules), PERMITS)


@pytest.mark.parametrize(
    ("flags", "gone"),
    [
        ([("f", "PS-QTY-900", "p 1")], {"f"}),
        ([("f", "PS-QTY-900", "P3")], set()),
        ([("f", "PS-QTY-900", None)], set()),
        ([("f", "PS-QTY-900", "P1"), ("f", "PS-QTY-900", "P2")], {"f"}),
        ([("f", "PS-QTY-900", "P1"), ("f", "PS-QTY-900", "P3")], set()),
        ([("f", "PS-QTY-900", "P1"), ("g", "PS-QTY-900", "P3"), ("h", "PS-QTY-900", "P2")], {"f", "h"}),
        ([("f", "PS-QTY-901", "P1")], set()),
        ([], set()),
    ],
)
def test_a_flag_is_answered_where_all_its_documents_are_there(flags, gone):
    assert answered(*flags) == gone


def test_each_rule_is_asked_for_its_own_flags():
    flags = (("f", "PS-QTY-900", "P1"), ("g", "PS-QTY-901", "P1"))
    assert answered(*flags, rules=(RULE, OTHER)) == {"f", "g"}
    assert answered(*flags, rules=(OTHER,)) == {"g"}
    assert answered(*flags, rules=()) == frozenset()


@pytest.mark.parametrize(("registers", "found"), [(PERMITS, ["PS-QTY-900"]), ({}, []), ({"licences": PERMITS["permits"]}, [])])
def test_rules_are_asked_again_where_their_register_is_imported(registers, found):
    reference: Any = SimpleNamespace(rules=(RULE, COUNT), registers=registers)
    assert [r.rule.id for r in absence_rules(reference)] == found
