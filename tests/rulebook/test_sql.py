"""SQL from checked parts."""

from __future__ import annotations

from precursor_screen.rulebook.sql import fold_terms, substitute


def test_expressions_are_replaced_and_literals_are_left_alone():
    known = {"(\"tier\" = 'x')": "law_0", '("tier" is null)': "law_1"}
    assert substitute('not ("tier" = \'x\') or ("tier" is null)', known) == "not law_0 or law_1"
    assert substitute('"marks" = \'("tier" is null)\'', known) == '"marks" = \'("tier" is null)\''
    assert substitute("'it''s (\"tier\" is null)' || (\"tier\" is null)", known) == "'it''s (\"tier\" is null)' || law_1"
    assert substitute('("tier" is null)', {}) == '("tier" is null)'


def test_of_two_expressions_one_within_the_other_the_longer_is_replaced():
    assert substitute("((a) or b)", {"(a)": "x", "((a) or b)": "y"}) == "y"


def test_terms_are_folded_as_texts_are():
    assert fold_terms(("Émeri", "ÅNGSTRÖM", "straße", "ПЕЧЬ")) == ("emeri", "angstrom", "straße", "печь")
    assert fold_terms(()) == ()
