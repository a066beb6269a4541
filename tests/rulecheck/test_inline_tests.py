"""The inline tests of every rule that ships, and that the checker can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulebook.expression import Literal, Operator, apply
from precursor_screen.rulecheck.inline_tests import run_tests

BOOK = load_rulebook(rule_folders())


@pytest.mark.parametrize("rule", BOOK.compiled, ids=lambda r: r.rule.id)
def test_inline_tests(rule):
    count, failures = run_tests([rule])
    assert count == len(rule.rule.tests) > 0
    assert failures == []


def test_a_rule_that_never_flags_fails_its_tests():
    rule = BOOK.compiled[0]
    broken = replace(rule, selected=Literal(False))
    _, failures = run_tests([broken])
    assert failures
    assert failures[0].rule_id == rule.rule.id


def test_a_rule_that_folds_unknown_to_false_fails_its_tests():
    rule = next(r for r in BOOK.compiled if r.rule.requires)
    broken = replace(rule, required=(), selected=apply(Operator.SURELY, rule.selected))
    _, failures = run_tests([broken])
    assert any("not evaluable 0" in f.got for f in failures)
