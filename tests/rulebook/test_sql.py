"""SQL from checked parts."""

from __future__ import annotations

from precursor_screen.rulebook.sql import fold_terms


def test_terms_are_folded_as_texts_are():
    assert fold_terms(("Émeri", "ÅNGSTRÖM", "straße", "ПЕЧЬ")) == ("emeri", "angstrom", "straße", "печь")
    assert fold_terms(()) == ()
