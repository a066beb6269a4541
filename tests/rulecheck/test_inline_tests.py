"""The inline tests of every rule that ships, and that the checker can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.expression import Literal, Operator, apply
from precursor_screen.rulecheck.inline_tests import failure_of, judge, run_tests
from tests.examples import SOAK
from tests.screening import kind

BOOK = load_rulebook(rule_folders())


# Every split over two runs takes most of the time, and is judged alike for rules of a kind: in full a commit judges the shortest tests of
# one rule of each kind of window, a soak all tests of all. Rules of lines have all their tests judged at once.
LONGEST_FIRST = sorted(BOOK.compiled, key=lambda r: -sum(len(test.rows) for test in r.rule.tests))
ONE_OF_EACH = {kind(r): r.rule.id for r in LONGEST_FIRST}.values()
IN_FULL = BOOK.compiled if SOAK else tuple(r for r in BOOK.compiled if r.window is None or r.rule.id in ONE_OF_EACH)


def shortest(rule: CompiledRule) -> CompiledRule:
    """The rule with its shortest test that flags something, and the shortest that flags nothing, of several rows where there are such."""
    tests = sorted(rule.rule.tests, key=lambda test: (len(test.rows) < 2, len(test.rows)))
    chosen = {bool(test.expect): test for test in reversed(tests)}
    return replace(rule, rule=replace(rule.rule, tests=tuple(chosen.values())))


@pytest.mark.parametrize("rule", IN_FULL, ids=lambda r: r.rule.id)
def test_inline_tests(rule):
    rule = rule if SOAK or rule.window is None else shortest(rule)
    count, failures = run_tests([rule])
    assert count == len(rule.rule.tests) > 0
    assert failures == []


@pytest.mark.parametrize("rule", [r for r in BOOK.compiled if r.window and not SOAK], ids=lambda r: r.rule.id)
def test_inline_tests_in_one_order(rule):
    """Every other test of a rule with its rows backwards."""
    assert rule.rule.tests
    for number, test in enumerate(rule.rule.tests):
        rows = list(test.rows[:: -1 if number % 2 else 1])
        failure = failure_of(rule, test, *judge((rule,), rows, test))
        assert (failure is not None) == test.gap, failure or f"{test.name} passes: remove `gap`"


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
