"""Names that a list writes otherwise: words run together, parted, misspelt or cut, as far as the list bears it."""

from __future__ import annotations

import pytest

from precursor_screen.matching.party.word_book import Speller, is_truncated
from precursor_screen.text.party import normalise_party
from precursor_screen.text.party_words import fold_key

LISTED = ("merlan", "torine", "merlantorine", "quarndon", "wexley", "perlanko")


def read(name: str, *more: str) -> list[str]:
    """The ways to read a name other than as it stands."""
    speller = Speller(frozenset(fold_key(w) for w in (*LISTED, *more)))
    first, *others = [" ".join(getattr(t, "text", t) for t in texts) for texts in speller.read(normalise_party(name))]
    assert first
    return others


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("quarndonwexley", ["quarndon wexley"]),
        ("quarndonperlank", []),
        ("wexleyltd", ["wexley ltd"]),
        ("quarndonwexleychemical", ["quarndon wexley chemical"]),
        ("quarndonwexleytorine", ["quarndon wexley torine"]),
        ("quarndonwexleyx", []),
        ("wexleygmbh", ["wexley llc"]),
        ("quarndonco", []),
        ("newwexley", ["new wexley"]),
        ("inewexley", []),
        ("thequarndon", ["the quarndon"]),
        ("alwexley", ["al wexley"]),
        ("xywexley", []),
        ("deltaquarndon", []),
        ("merlantorine", ["merlan torine"]),
        ("merlan", []),
        ("quarndonwexley12", []),
        ("кварндонwexley", []),
    ],
)
def test_a_word_is_parted_where_both_parts_are_known(name, others):
    assert read(name) == others


def test_a_word_of_the_list_is_parted_into_names_only():
    assert read("wexleyltd", "wexleyltd") == []
    assert read("quarndonwexley", "quarndonwexley") == ["quarndon wexley"]


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("merlan torine", ["merlantorine"]),
        ("torine merlan", []),
        ("mer lan torine", ["merlan torine", "merlantorine"]),
        ("mer lan quarndon", ["merlan quarndon"]),
        ("mer lan 12", ["merlan 12"]),
        ("merlan 12 torine", []),
        ("wex l ey", ["wexley"]),
        ("perlan xko", []),
        ("perlank ko", ["perlankko"]),
    ],
)
def test_neighbours_are_joined_where_they_make_a_name_of_the_list(name, others):
    assert read(name) == others


def test_a_name_with_its_form_run_together_in_the_list_is_found():
    assert read("quarndon ag", "quarndonag") == ["quarndonag"]
    assert read("quarndon ag") == []


def test_consonants_part_as_the_writer_likes():
    assert "~bdllh" in read("عبد الله")


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("tradng quarndon", ["trading quarndon"]),
        ("traading quarndon", ["trading quarndon"]),
        ("tarding quarndon", ["trading quarndon"]),
        ("trdng quarndon", []),
        ("tradng", ["=trading"]),
        ("trading quarndon", []),
        ("quarndonn trading", []),
    ],
)
def test_a_general_word_that_is_misspelt_by_one_letter_is_put_right(name, others):
    assert read(name) == others


def test_a_misspelt_general_word_that_the_list_holds_is_left():
    assert read("tradng quarndon", "tradng") == []


def test_no_more_than_four_ways_are_tried_and_none_of_a_very_long_name():
    assert len(read(" ".join(["merlan torine"] * 7))) == 4
    assert len(read(" ".join(["merlan torine"] * 39))) == 4
    assert read(" ".join(["merlan torine"] * 41)) == []


@pytest.mark.parametrize(
    ("length", "cut"),
    [(24, True), (25, True), (26, False), (29, True), (30, True), (33, False), (34, True), (35, True), (36, False)],
)
def test_manifests_cut_names_at_certain_lengths(length, cut):
    assert is_truncated("x" * length) is cut


@pytest.mark.parametrize(
    ("name", "listed", "others"),
    [
        ("newwex", "wex", []),  # of a general beginning and three letters nothing is made
        ("newwexl", "wexl", ["new wexl"]),
        ("alwexl", "wexl", ["al wexl"]),
        ("wexnew", "wex", ["wex new"]),
        ("abcdefg", "abc", []),
        ("merlanwexl", "wexl", ["merlan wexl"]),
        ("merlanwex", "wex", ["merlan wex"]),
        ("merlanwe", "we", []),
        ("wexmer", "wex mer", ["wex mer"]),
        ("wemer", "we mer", []),
    ],
)
def test_how_short_a_part_may_be(name, listed, others):
    assert read(name, *listed.split()) == others


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("quarndon tradng", ["quarndon trading"]),
        ("quarndon traiding", ["quarndon trading"]),
        ("quarndon tradnig", ["quarndon trading"]),
        ("quarndon trdng", []),
        ("quarndon tradxi", []),
        ("quarndon bnak", []),  # four letters bear no error
    ],
)
def test_a_general_word_with_one_error_is_read_as_such(name, others):
    assert read(name) == others


def test_a_word_that_the_list_holds_is_no_misspelt_general_word():
    assert read("quarndon tradng", "tradng") == []


def test_a_name_of_very_many_words_is_read_as_it_stands():
    many = " ".join(["merlan", "torine"] * 40)
    assert read(many)
    assert read(many + " wexley") == []
