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


# Every order of rows, and every split over two runs, takes three quarters of the time, and is judged alike for rules of a kind: in full a
# commit judges the shortest tests of one rule of each kind, a soak all tests of all.
LONGEST_FIRST = sorted(BOOK.compiled, key=lambda r: -sum(len(test.rows) for test in r.rule.tests))
IN_FULL = BOOK.compiled if SOAK else tuple({kind(r): r for r in LONGEST_FIRST}.values())


def shortest(rule: CompiledRule) -> CompiledRule:
    """The rule with its shortest test that flags something, and the shortest that flags nothing, of several rows where there are such."""
    tests = sorted(rule.rule.tests, key=lambda test: (len(test.rows) < 2, len(test.rows)))
    chosen = {bool(test.expect): test for test in reversed(tests)}
    return replace(rule, rule=replace(rule.rule, tests=tuple(chosen.values())))


@pytest.mark.parametrize("rule", IN_FULL, ids=lambda r: r.rule.id)
def test_inline_tests(rule):
    rule = rule if SOAK else shortest(rule)
    count, failures = run_tests([rule])
    assert count == len(rule.rule.tests) > 0
    assert failures == []


def together(rule: CompiledRule) -> list[str]:
    """What is wrong with a rule about single lines on the rows of all its tests at once, but for known gaps."""
    tests = [test for test in rule.rule.tests if not test.gap]
    rows = [
        {**row, "line_id": f"{n} {row['line_id']}"} for n, test in enumerate(tests) for row in test.rows[:: -1 if n % 2 else 1]
    ]
    flags, unjudged = judge((rule,), rows, tests[0])
    found = dict(zip(flags.column("line_id").to_pylist(), flags.column("level").to_pylist(), strict=True))
    expected = {f"{n} {line}" for n, test in enumerate(tests) for line in test.expect}
    levels = {f"{n} {line}": level for n, test in enumerate(tests) for line, level in test.levels.items()}
    faults = [f"{tests[int(line.split()[0])].name}: {line}" for line in sorted(expected ^ set(found))]
    faults += [f"{line}: {found.get(line)}, not {level}" for line, level in levels.items() if found.get(line) != level]
    unsure = sum(unjudged.column("count").to_pylist()), sum(len(test.not_evaluable) for test in tests)
    return faults if unsure[0] == unsure[1] else [*faults, "not evaluable: {}, not {}".format(*unsure)]


@pytest.mark.parametrize("rule", [] if SOAK else BOOK.compiled, ids=lambda r: r.rule.id)
def test_inline_tests_in_one_order(rule):
    """Every other test of a rule with its rows backwards."""
    assert rule.rule.tests
    single = rule.rule.scope == "line" and rule.grouping is None
    if single:
        assert together(rule) == []
    for number, test in enumerate(rule.rule.tests):
        if single and not test.gap:
            continue
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
