"""Look-alikes: what is folded together, and where the folded letters came from."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.text import firm_fold, loose_fold, spaced, squash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("T0LUENE", "toluene"),
        ("EPHEDR1NE", "ephedrine"),
        ("5AFR0LE", "safrole"),
        ("rnethyl", "methyl"),
        ("pericline", "peridine"),
        ("piperidorie", "piperidone"),
        ("qlycidate", "glycidate"),
        ("phcnyl", "phenyl"),
        ("ISO8UTYL", "isobutyl"),
        ("P-Z-P", "P-2-P"),
        ("ергоме", "сргомс"),
    ],
)
def test_look_alikes_fold_together(one: str, other: str) -> None:
    assert loose_fold(spaced(one))[0] == loose_fold(spaced(other))[0]


@pytest.mark.parametrize(
    ("one", "other"), [("toluene", "toluidine"), ("3-", "4-"), ("methyl", "ethyl"), ("r n", "m"), ("kit", "cit")]
)
def test_other_letters_do_not(one: str, other: str) -> None:
    assert loose_fold(spaced(one))[0] != loose_fold(spaced(other))[0]


def test_the_firm_fold_joins_digits_only_with_what_they_look_like() -> None:
    assert firm_fold("t0lu1d1ne5") == firm_fold("toluidines")
    assert firm_fold("acetone") == "acetone"


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_every_folded_letter_knows_where_it_begins(text: str) -> None:
    folded, begins = loose_fold(spaced(text))
    assert len(begins) == len(folded) + 1
    assert begins[-1] == len(squash(text))
    assert all(0 < b - a <= 2 for a, b in itertools.pairwise(begins))
