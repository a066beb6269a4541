"""Names that a list writes otherwise: words run together, parted, misspelt or cut, as far as the list bears it."""

from __future__ import annotations

import pytest

from precursor_screen.matching.party.speller import Marked, Speller, is_truncated
from precursor_screen.matching.party.weights import CUT, LAST_CUT
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
    assert "~mshdvd" in read("משה דוד")


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
        ("quarndon cornpany", ["quarndon co"]),
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


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("4exley torine", []),  # taken for no letter
        ("8exley torine", ["bexley torine"]),
        ("0rabel torine", ["orabel torine"]),  # the list need not have the word
        ("torine rabel1", []),  # a figure at the end numbers what stands before
        ("torine ver1", ["torine verl"]),  # unless the list has the word, of two letters that it may be
        ("torine 50s8", []),
        ("torine s0", []),
        ("a1 torine", ["al torine"]),
    ],
)
def test_figures_stand_for_the_letters_that_they_look_like(name, others):
    assert read(name, "verl") == others


def marked(name: str, may_be_cut: bool = True) -> list[list[tuple[str, int]]]:
    """The words of each reading that may be starts of longer ones."""
    speller = Speller(frozenset(map(fold_key, LISTED)))
    readings = speller.read(normalise_party(name), may_be_cut)
    return [[(t.text, t.cut) for t in texts if isinstance(t, Marked) and t.cut] for texts in readings]


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("Quarndon Wexley Torine Pe", [[("pe", LAST_CUT)]]),
        ("Quarndon Wexley Tori Trad", [[("trad", LAST_CUT)]]),
        ("Quarndon Wexley Torin LLC", [[]]),  # what follows a legal form belongs to no name
        ("Quarndon Wexley Torine Per", [[]]),
        ("Quar Wexl", [[], [("quar", CUT), ("wexl", CUT)]]),
        ("Quar Wexl Ltd", [[], [("quar", CUT), ("wexl", CUT)]]),
        ("Quar Wexle", [[]]),
        ("Quar Ltd", [[]]),
        ("Quar Wex", [[]]),
    ],
)
def test_what_of_a_name_may_have_been_cut(name, cut):
    assert marked(name) == cut
    assert not any(marked(name, may_be_cut=False))


@pytest.mark.parametrize(
    ("name", "listed", "others"),
    [
        ("quarndon10", "quarndon", ["quarndon 10"]),
        ("37quarndon", "quarndon", ["37 quarndon"]),
        ("zorvan37", "quarndon", []),
        ("qua37", "qua", []),
        ("quarndon37x", "quarndon", []),
        ("vanderbilt", "bilt", ["van der bilt"]),
    ],
)
def test_numbers_and_particles_are_parted_from_a_name_of_the_list(name, listed, others):
    assert read(name, *listed.split()) == others


def test_words_of_four_letters_that_the_list_has_are_whole():
    speller = Speller(frozenset(map(fold_key, ("quar", "wexl"))))
    assert len(speller.read(normalise_party("Quar Wexl"))) == 1
    assert len(speller.read(normalise_party("Quar Wexm"))) == 2


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("quarndonwexleytorinemerlan", ["quarndon wexley torine merlan"]),
        ("quarndonalwexleytradingco", ["quarndon al wexley trading co"]),
        ("quarndonxwexleytorine", []),
        (
            "quarndonwexley torinemerlan",
            ["quarndon wexley torinemerlan", "quarndonwexley torine merlan", "quarndon wexley torine merlan"],
        ),
        ("quarndon techno logy", ["quarndon technology", "quarndon technology logy"]),
        ("quarndon kompanx", []),
        ("quarndon compani", ["quarndon co"]),
    ],
)
def test_many_words_run_together_and_words_of_business_parted_or_spelt_otherwise(name, others):
    assert read(name) == others
