"""What keeps a rule from shipping, and that the rules that ship are clean."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.reference.recogniser import known_substances
from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.lint import lint
from precursor_screen.rulebook.lists import NamedList
from tests.rulebook.rules import LISTS, make_rule

DAY = date(2026, 11, 25)
WHOLE = """description: d
rationale: r
action: a
references: [{title: t, mark: R}]
falsepositives: [honest trade]
tests:
  - {name: p, rows: [{line_id: A, hs6: "291524"}], expect: [A]}
  - {name: n, rows: [{line_id: A, hs6: "291411"}], expect: []}
  - {name: u, rows: [{line_id: A, hs6: null}], expect: [], not_evaluable: [A]}
"""


def complaints(rule, lists=LISTS, as_of=DAY):
    return [str(e) for e in lint((rule,), (compile_rule(rule, lists),), lists, as_of)]


def test_a_whole_rule_is_clean():
    assert complaints(make_rule("sel: {hs6: '291524'}\n  condition: sel", more=WHOLE)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("falsepositives: [honest trade]\n", ""), "does not name false positives"),
        (("references: [{title: t, mark: R}]\n", ""), "does not name a source"),
        (("action: a\n", ""), "has no action"),
        (("mark: R", "mark: K"), "keeps a rule experimental"),
        (("expect: [A]}", "expect: []}"), "needs 1 test(s) that flags"),
        (("expect: [], not_evaluable: [A]", "expect: []"), "that is not evaluable"),
        (("falsepositives", "related: [{id: PS-QTY-901, type: similar}]\nfalsepositives"), "which does not exist"),
    ],
)
def test_what_is_missing_is_named(change, expected):
    more = WHOLE.replace(*change)
    assert any(expected in c for c in complaints(make_rule("sel: {hs6: x}\n  condition: sel", more=more)))


def test_a_list_past_its_age_is_named():
    lists = {"orders": NamedList("orders", "t", "s", date(2026, 1, 1), 30, ("to order",), "")}
    rule = make_rule(
        "sel: {consignee_name|startswith|inlist: orders}\n  condition: sel", more=WHOLE.replace("hs6", "consignee_name")
    )
    assert any("past its maximum age" in c for c in complaints(rule, lists))
    assert not any("past its maximum age" in c for c in complaints(rule, lists, date(2026, 1, 31)))


def test_two_rules_of_one_title_are_told_apart():
    rule = make_rule("sel: {hs6: x}\n  condition: sel", more=WHOLE)
    other = replace(rule, id="PS-QTY-901")
    assert any("the same title" in str(e) for e in lint((rule, other), (), {}, DAY))


def test_the_rules_that_ship_are_clean_and_number_fifteen_or_more():
    book = load_rulebook(rule_folders())
    assert lint(book.rules, book.compiled, book.lists, DAY, known_substances()) == []
    assert len(book.rules) >= 15
    assert len({r.family for r in book.rules}) >= 6
