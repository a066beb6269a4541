"""The inline tests of every rule that ships, and that the checker can fail."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import failure_of, judge, run_tests
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulebook.expression import Literal, Operator, apply

BOOK = load_rulebook(rule_folders())


@pytest.mark.parametrize("rule", BOOK.compiled, ids=lambda r: r.rule.id)
def test_inline_tests(rule):
    count, failures = run_tests([rule])
    assert count == len(rule.rule.tests) > 0
    assert failures == []


@pytest.mark.parametrize("rule", [r for r in BOOK.compiled if r.window], ids=lambda r: r.rule.id)
def test_inline_tests_by_themselves(rule):
    """Every other test, with its rows backwards: what comes out among others comes out alone."""
    assert rule.rule.tests
    for test in rule.rule.tests[::2]:
        failure = failure_of(rule, test, *judge((rule,), list(test.rows[::-1]), test))
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


def of_kind(window_kind):
    return next(r for r in BOOK.compiled if r.window and r.window.kind == window_kind and not any(t.gap for t in r.rule.tests))


@pytest.mark.parametrize("window_kind", ["value_sum", "first_seen", "reconcile"])
def test_one_test_that_is_wrong_fails_alone_among_several(window_kind):
    """Tests of a history rule are judged at once: what one of them says wrongly is told of that one."""
    rule = of_kind(window_kind)
    first, *others = sorted(rule.rule.tests, key=lambda test: len(test.rows))[:3]
    turned = replace(first, expect=() if first.expect else (str(first.rows[-1]["line_id"]),))
    _, failures = run_tests([replace(rule, rule=replace(rule.rule, tests=(*others, turned)))])
    assert [f.test.partition(", split")[0] for f in failures] == [first.name]


@pytest.mark.parametrize("scope", ["line", "history"])
def test_what_cannot_be_judged_is_counted_for_each_test(scope):
    """One too few and one too many must not make up for each other."""
    rule = next(
        r
        for r in BOOK.compiled
        if r.rule.scope == scope and {bool(t.not_evaluable) for t in r.rule.tests if not t.gap} == {True, False}
    )
    some, none = (next(t for t in rule.rule.tests if bool(t.not_evaluable) is kind) for kind in (True, False))
    tests = (replace(some, not_evaluable=some.not_evaluable[1:]), replace(none, not_evaluable=("A",)))
    _, failures = run_tests([replace(rule, rule=replace(rule.rule, tests=tests))])
    assert [f.test for f in failures] == [some.name, none.name]


def test_a_rule_of_known_gaps_alone_is_tested():
    rule = BOOK.compiled[0]
    gaps = tuple(replace(test, gap=True) for test in rule.rule.tests[:1])
    _, failures = run_tests([replace(rule, rule=replace(rule.rule, tests=gaps))])
    assert [f.expected for f in failures] == ["a known gap"]


def test_a_test_does_not_see_the_rows_and_documents_of_another():
    """The same rows and ids stand in two tests, with other documents and another beginning of the record."""
    rule = next(
        r for r in BOOK.compiled if r.window and r.window.register and any(t.registers and t.expect for t in r.rule.tests)
    )
    test = next(t for t in rule.rule.tests if t.registers and t.expect)
    twice = (test, replace(test, name="again"), replace(test, name="without documents", registers={}))
    failures = run_tests([replace(rule, rule=replace(rule.rule, tests=twice))])[1]
    assert [f.test for f in failures] == ["without documents"]
    assert "not evaluable 0" not in failures[0].got
