"""The rule index, and a rule to begin with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from precursor_screen.app.rulecheck.inline_tests import run_tests
from precursor_screen.app.rulecheck.statistics import new_rule, rule_index
from precursor_screen.core.errors import UsageError
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulebook.lint import lint

TODAY = date(2026, 11, 25)


def test_a_new_rule_passes_lint_and_its_tests(tmp_path: Path):
    new_rule("PS-QTY-901", tmp_path, TODAY)
    book = load_rulebook([tmp_path])
    assert lint(book.rules, book.compiled, book.lists, TODAY) == []
    assert run_tests(book.compiled) == (3, [])


def test_a_new_rule_takes_no_place_that_is_taken(tmp_path: Path):
    new_rule("PS-QTY-901", tmp_path, TODAY)
    with pytest.raises(UsageError, match="exists already"):
        new_rule("PS-QTY-901", tmp_path, TODAY)
    with pytest.raises(UsageError, match="is not a rule id"):
        new_rule("QTY-901", tmp_path, TODAY)
    with pytest.raises(UsageError, match="is not a folder"):
        new_rule("PS-QTY-902", tmp_path / "nowhere", TODAY)


def test_the_index_names_every_rule_and_its_innocent_explanations():
    rules = load_rulebook(rule_folders()).rules
    page = rule_index(rules)
    assert all(page.count(f"## {r.id} {r.title}") == 1 and f"| {r.id} |" in page for r in rules)
    assert all("; ".join(r.falsepositives) in page for r in rules)
