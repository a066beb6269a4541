"""Words beside a name that deny it or make other goods of it, as far as they reach and no further."""

from __future__ import annotations

import re

import pytest

from precursor_screen.text.goods_words import form_of, head_noun, is_negated, one_of, words_of
from precursor_screen.text.text import plain

KINDS = (
    "negation",
    "negation-after",
    "absent",
    "dosage",
    "medicine",
    "article",
    "grade",
    "emptied",
    "mixture",
    "evidence",
    "packing",
)


def placed(text: str, name: str = "toluene") -> tuple[str, int, int]:
    flat = plain(text)
    start = flat.index(name)
    return flat, start, start + len(name)


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("without toluene", True),
        ("without any toluene", True),
        ("paint without benzene, toluene", True),
        ("paint without benzene and toluene", True),
        ("paint without aa, bb, cc, dd, toluene", True),
        ("paint without aa, bb, cc, dd, ff, gg, hh, toluene", False),
        ("toluene free", True),
        ("toluene-free", True),
        ("toluene free of charge", False),
        ("toluene free 20 drums", False),
        ("toluene freedom", False),
        ("toluene not included", True),
        ("toluene, excluded", True),
        ("toluene is prohibited", True),
        ("no toluene", True),
        ("un no toluene", False),
        ("lot no toluene", False),
        ("with toluene", False),
        ("toluene", False),
    ],
)
def test_a_substance_is_denied_or_it_is_not(text, negated):
    assert is_negated(*placed(text)) is negated


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("toluene", "substance"),
        ("toluene in drums", "substance"),
        ("toluene tablets", "preparation"),
        ("syrup of toluene", "preparation"),
        ("tablets, toluene", "substance"),
        ("tablets; toluene", "substance"),
        ("pump for toluene", "article"),
        ("toluene pump", "article"),
        ("toluene, pump", "substance"),
        ("pump: toluene", "substance"),
        ("pump (toluene", "substance"),
        ("pump toluene", "article"),
        ("pumps and 20 drums toluene", "substance"),
        ("thinner containing toluene", "mixture"),
        ("toluene based paint", "mixture"),
        ("paint with toluene", "mixture"),
        ("paint, toluene", "substance"),
        ("paint and 20 drums toluene", "substance"),
        ("toluene tablets for a pump", "preparation"),
        ("toluene 10 mg", "preparation"),
        ("toluene injection", "preparation"),
        ("medicine toluene 10 boxes", "preparation"),
        ("medicine toluene", "substance"),
        ("toluene coated paper", "article"),
        ("toluene pump grade", "substance"),
        ("pump grade toluene", "substance"),
        ("pump no 5 toluene", "substance"),
        ("pumps and toluene", "substance"),
        ("pump for toluene 20 drums", "substance"),
        ("cabinet for acid and toluene bottles", "article"),
        ("cabinet for acid and toluene 20 drums", "substance"),
        ("masterbatch with toluene", "article"),
        ("masterbatch; toluene", "substance"),
        ("battery toluene 37 %", "substance"),
        ("empty drums of toluene", "article"),
        ("toluene empty drums", "article"),
        ("drum last contained toluene", "article"),
        ("empty boxes and toluene 20 drums", "substance"),
        ("nail polish remover with toluene 100 ml x 72", "article"),
        ("nail polish remover with toluene 100 l", "mixture"),
        ("low toluene adhesive", "article"),
        ("low toluene adhesive 20 drums", "mixture"),
    ],
)
def test_what_the_goods_are(text, form):
    assert form_of(*placed(text)) == form


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("without " + "any toluene", True),
        ("x" * 80 + " without toluene", True),
        ("without " + "the all toluene", True),
        ("without any added other of the toluene", False),
        ("toluene" + " " * 3 + "free", True),
        ("toluene" + " " * 4 + "free", False),
        ("toluene is excluded", True),
        ("toluene   excluded", True),
    ],
)
def test_how_close_a_denial_stands(text, negated):
    assert is_negated(*placed(text)) is negated


def apart(word: str, gap: int, *, before: bool) -> str:
    """A word so many characters from the name, with nothing between that says anything."""
    filler = " " + "q" * (gap - 2) + " "
    return f"{word}{filler}toluene" if before else f"toluene{filler}{word}"


@pytest.mark.parametrize(
    ("word", "reach_before", "reach_after", "form"),
    [("tablet", 60, 60, "preparation"), ("pump", 30, 30, "article"), ("paint", 40, 40, "mixture")],
)
def test_how_far_a_word_for_other_goods_reaches(word, reach_before, reach_after, form):
    for before, reach in ((True, reach_before), (False, reach_after)):
        assert form_of(*placed(apart(word, reach - len(word), before=before))) == form
        assert form_of(*placed(apart(word, reach - len(word) + 1, before=before))) == "substance"


def test_a_pump_far_away_is_meant_for_the_goods_where_it_says_so():
    near, far = ("pump " + "q" * n + " for toluene" for n in (140, 155))
    assert form_of(*placed(near)) == "article"
    assert form_of(*placed(far)) == "substance"
    assert form_of(*placed("for toluene pumping")) == "substance"


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_kept_as_texts_are_compared(kind):
    assert words_of(kind)
    assert [w for w in words_of(kind) if plain(w) != w or not w.strip()] == []


def test_an_unknown_kind_is_none():
    with pytest.raises(KeyError):
        words_of("nothing")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a pump", "pump"),
        ("pumpkin", None),
        ("spump", None),
        ("насосный", "насосныи"),
        ("离心水泵两台", "水泵"),
        ("Test-Kit", "test-kit"),
    ],
)
def test_a_word_stands_free_where_its_script_has_gaps(text, found):
    match = re.search(one_of("article"), plain(text))
    assert (match and match[0]) == found


def test_words_that_are_passed_over_name_no_goods():
    assert head_noun("new ball bearings parts", {"parts"}) == "bearings"
    assert head_noun("parts", {"parts"}) == ""
