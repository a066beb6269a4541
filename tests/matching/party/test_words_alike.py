"""How many errors two words may differ by, and what each kind of pair of words is worth."""

from __future__ import annotations

import pytest

from precursor_screen.matching.party import alignment
from precursor_screen.matching.party.alignment import Pair, align, compare, compare_words, edits_allowed
from precursor_screen.matching.party.weights import Word, make_word, may_differ
from tests.matching.party.test_alignment import cut_off


def word(text: str, written: str = "") -> Word:
    return make_word(text.replace("_", " "), {}, written)


def words(text: str) -> list[Word]:
    return [word(token) for token in text.split()]


@pytest.mark.parametrize(("length", "edits"), [(0, 0), (2, 0), (3, 0), (4, 1), (7, 1), (8, 2), (11, 2), (12, 3), (30, 3)])
def test_longer_words_may_hold_more_errors(length, edits):
    assert edits_allowed(length) == edits


@pytest.mark.parametrize(
    ("key", "may"),
    [("abc", True), ("ab1", False), ("123", False), ("王小明", False), ("王小明明", True), ("петров", True), ("", False)],
)
def test_numbers_and_short_words_of_other_scripts_may_hold_none(key, may):
    assert may_differ(key) is may


@pytest.mark.parametrize(
    ("left", "right", "errors", "length"),
    [
        ("merlan", "merlan", 0, 6),
        ("merlan", "merlon", 1, 6),
        ("merlan", "mirlon", None, 6),
        ("merlantor", "mirlontor", 2, 9),
        ("merlantor", "mirlontur", None, 9),
        ("merlantorinep", "mirlonturinep", 3, 13),
        ("merlantorinep", "mirlonturanep", None, 13),
        ("merl", "morl", 1, 4),
        ("mer", "mor", None, 3),
        ("me", "mo", None, 2),
        ("merlan", "merlantor", None, 9),
        ("merlan", "merla", 1, 6),
        ("mrelan", "merlan", 1, 6),
    ],
)
def test_an_error_costs_by_the_length_of_the_word(left, right, errors, length):
    expected = 0.0 if errors is None else 1.0 - alignment.ERROR * errors / length
    assert compare_words(word(left), word(right)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("left", "right", "worth"),
    [
        ("mohammed", "~mhmd", alignment.SAME_CONSONANTS),
        ("~mhmd", "mohammed", alignment.SAME_CONSONANTS),
        ("~mhmd", "trading", 0.0),
        ("2004", "~mhmd", 0.0),
        ("zhomart", "jomart", alignment.SAME_KEY),
        ("05", "5", alignment.SAME_KEY),
        ("2004", "2005", 0.0),
        ("trading", "tradin", 0.0),
        ("tradin", "trading", 1.0 - alignment.ERROR / 7),
        ("j", "k", 0.0),
        ("ltd", "ltdd", 0.0),
    ],
)
def test_words_of_two_kinds(left, right, worth):
    assert compare_words(word(left), word(right)) == pytest.approx(worth)


def test_joined_words_must_make_the_very_word():
    assert compare_words(word("merlantor", "merlan tor"), word("merlantor")) == 1.0
    assert compare_words(word("merlantor", "merlan tor"), word("merlontor")) == 0.0


def test_legal_forms_are_aligned_with_nothing():
    assert align(words("merlan ltd"), words("ltd merlan")) == [Pair(0, 1, 1.0)]
    assert align(words("ltd"), words("ltd")) == []


@pytest.mark.parametrize(
    ("left", "right", "pairs"),
    [
        ("merlan merlan", "merlan", [(0, 0)]),
        ("merlan", "merlan merlan", [(0, 0)]),
        ("merlan merlan", "merlan merlan", [(0, 0), (1, 1)]),
        ("merlon torine", "torine merlan", [(1, 0), (0, 1)]),
        ("m torine", "torine merlan", [(1, 0), (0, 1)]),
        ("merlan torine", "torine m", [(1, 0), (0, 1)]),
        ("x torine", "torine merlan", [(1, 0)]),
        ("m m torine", "torine merlan", [(2, 0), (0, 1)]),
        ("t torine", "torine trading", [(1, 0), (0, 1)]),
        ("trading torine", "torine t", [(1, 0)]),
    ],
)
def test_each_word_has_one_partner_and_an_initial_the_first_that_it_can_stand_for(left, right, pairs):
    assert [(p.left, p.right) for p in align(words(left), words(right))] == pairs


@pytest.mark.parametrize(
    ("left", "truncated", "aligned"),
    [("torine merl", True, True), ("torine merl", False, False), ("merl torine", True, False), ("torine trad", True, False)],
)
def test_only_the_last_word_of_a_cut_name_may_be_the_start_of_a_word(left, truncated, aligned):
    pairs = align(cut_off(words(left)) if truncated else words(left), words("torine merlantor"))
    assert (len(pairs) == 2) is aligned
    if aligned:
        assert pairs[1].similarity == alignment.TRUNCATED


@pytest.mark.parametrize("kind", ["vessel", "aircraft"])
def test_words_of_business_beside_the_name_of_a_ship_tell_against_it(kind):
    plain = compare(words("merlan torine trading"), words("merlan torine"), "organisation").score
    assert compare(words("merlan torine trading"), words("merlan torine"), kind).score < plain
    assert compare(words("merlan torine"), words("merlan torine trading"), kind).score == pytest.approx(
        compare(words("merlan torine"), words("merlan torine trading"), "organisation").score
    )


def test_below_the_least_score_nothing_but_the_score_is_told():
    left, right = words("merlan torine"), words("merlan quillo")
    whole = compare(left, right, "organisation")
    assert compare(left, right, "organisation", least=whole.score - 0.5).pairs == whole.pairs
    low = compare(left, right, "organisation", least=99.9)
    assert (low.pairs, low.informative, low.length_score) == ((), None, 0.0)


@pytest.mark.parametrize(
    ("left", "right"),
    [("merlan torine ltd", "merlan torine llc"), ("merlan torine", "merlan torine ltd"), ("torine merlan", "merlan torine")],
)
def test_another_form_and_another_order_cost_less_than_a_point(left, right):
    same = compare(words(right), words(right), "organisation").score
    assert same - 1.0 < compare(words(left), words(right), "organisation").score < same
