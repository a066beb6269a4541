"""What a word of a party's name is, and what it weighs."""

from __future__ import annotations

import pytest

from precursor_screen.matching.party import weights
from precursor_screen.matching.party.weights import classify, compared_words, describe, make_word, rarity
from precursor_screen.text.party import normalise_party


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("ltd", weights.LEGAL),
        ("of", weights.SLIGHT),
        ("trading", weights.GENERIC),
        ("chemical", weights.GENERIC),
        ("j", weights.INITIAL),
        ("7", weights.SHORT_NUMBER),
        ("07", weights.SHORT_NUMBER),
        ("0099", weights.SHORT_NUMBER),
        ("0100", weights.NUMBER),
        ("123", weights.NUMBER),
        ("99", weights.SHORT_NUMBER),
        ("zorvan", weights.NAME),
        ("王", weights.NAME),
    ],
)
def test_words_are_of_a_kind(token: str, kind: int) -> None:
    assert classify(token) == kind
    assert describe(token)[1] == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("007", ("7", weights.SHORT_NUMBER, 0.4)),
        ("0", ("0", weights.SHORT_NUMBER, 0.4)),
        ("2004", ("2004", weights.NUMBER, 0.9)),
        ("~mhmd", ("~mhmd", weights.CONSONANTS, 1.0)),
        ("~mhm", ("~mhm", weights.CONSONANTS, 0.9)),
        ("=global trading", ("=global trading", weights.WHOLE, 2.0)),
        ("ltd", ("ltd", weights.LEGAL, 0.0)),
        ("mo", ("mo", weights.NAME, 0.45)),
        ("merlan", ("merlan", weights.NAME, 1.0)),
        ("merlantorin", ("merlantorin", weights.NAME, 1.3)),
        ("merlantorinepa", ("merlantorinepa", weights.NAME, 1.3)),
        ("王", ("王", weights.NAME, 0.6)),
        ("王明", ("王明", weights.NAME, 0.9)),
    ],
)
def test_longer_words_weigh_more_and_syllables_more_than_letters(text: str, expected: tuple[str, int, float]) -> None:
    assert describe(text) == expected


@pytest.mark.parametrize(
    ("count", "entries", "expected"),
    [(0, 0, 1.0), (1, 5000, 1.0), (2, 1000, 0.9), (30, 1000, 0.508), (1000, 1000, 0.35), (10**6, 1000, 0.35), (30, 10, 0.508)],
)
def test_a_word_in_many_entries_weighs_less(count: int, entries: int, expected: float) -> None:
    assert rarity("zorvan", count, entries) == pytest.approx(expected, abs=0.001)
    assert rarity("ali", count, entries) == pytest.approx(min(expected, 0.5), abs=0.001)


def test_a_key_that_the_list_lacks_is_rare_unless_many_bear_it() -> None:
    assert make_word("zorvan", {}).weight == 1.0
    assert make_word("merlan", {"merlan": 0.4}).weight == pytest.approx(0.4)
    assert make_word("merlan", {"merlan": 0.4}).length_weight == 1.0
    assert make_word("ali", {}).weight == pytest.approx(0.5 * 0.6)
    assert make_word("trading", {"trading": 0.4}).weight == 0.25  # only names weigh by how rare they are


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zorvan Trading Ltd", ("zorvan", "trading", "ltd")),
        ("Global Trading Ltd", ("=global trading", "ltd")),
        ("Trading Global", ("=global trading",)),
        ("The Global Trading Co", ("=global trading", "co")),
        ("The Trading", ("=the trading",)),
        ("Ltd", ("=ltd",)),
        ("LLC Ltd", ("=llcltd",)),
        ("2004 Trading", ("2004", "trading")),
    ],
)
def test_a_name_of_general_words_alone_is_one_word(name: str, words: tuple[str, ...]) -> None:
    assert compared_words(normalise_party(name).readings[0]) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [("משה דוד", ("~msh", "~dvd")), ("משה דוד 2004", ("~msh", "~dvd", "2004"))],
)
def test_names_in_writing_without_vowels_are_compared_by_consonants_and_numbers_as_such(
    name: str, words: tuple[str, ...]
) -> None:
    assert [compared_words(r) for r in normalise_party(name).readings if r.script == "consonants"] == [words]
