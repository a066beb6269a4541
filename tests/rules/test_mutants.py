"""Shipped rules kill at least nine of ten of their mutants: so many small mistakes in a rule would be noticed by its own tests."""

from __future__ import annotations

import pytest

from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulecheck.mutation import mutate, share, show

AT_LEAST = 90  # per cent, of every rule and so of all
BOOK = load_rulebook(rule_folders())


@pytest.mark.slow
@pytest.mark.parametrize("rule", BOOK.compiled, ids=lambda r: r.rule.id)
def test_a_rule_kills_nine_of_ten_of_its_mutants(rule):
    (found,) = mutate([rule], BOOK.lists, BOOK.macros)
    assert share(found.killed, found.total) >= AT_LEAST, "\n".join(show([found]))
