"""The formula of the scorer, number by number: a change of any part of it moves scores that somebody has set a cut by."""

from __future__ import annotations

import pytest

from precursor_screen.matching.party.alignment import Outcome, compare, compare_words, edits_allowed
from precursor_screen.matching.party.weights import make_word, may_differ
from tests.matching.party.test_alignment import cut_off, words


@pytest.mark.parametrize(
    ("left", "right", "similarity"),
    [
        ("zorvan", "zorvan", 1.0),
        ("zorvan", "zrovan", 0.888333),
        ("zorvan", "zorva", 0.888333),
        ("zorvanmirage", "zorvanmiraxx", 0.888333),
        ("zorvanmirage", "zorvanmirxxx", 0.8325),
        ("zorvanmirage", "zorvanmixxxx", 0.0),
        ("zorvanm", "zorvaxm", 0.904286),
        ("zorvanm", "zorxaxm", 0.0),
        ("zorvanmi", "zorxaxmi", 0.8325),
        ("wolodymyr", "volodymyr", 0.97),
        ("mohammed", "maxamed", 0.96),
        ("~mhmd", "mohammed", 0.96),
        ("~mhmd", "~mhmd", 1.0),
        ("~mhmd", "ltd", 0.0),
        ("~mhmd", "5", 0.0),
        ("05", "5", 0.97),
        ("2004", "2004", 1.0),
        ("2004", "2005", 0.0),
        ("ab", "ac", 0.0),
        ("abc", "abd", 0.0),
        ("mark", "mary", 0.732),
        ("mark", "marq", 0.97),
        ("marq", "mark", 0.97),
        ("lobez", "lopez", 0.8392),
        ("trading", "tradin", 0.0),
        ("tradin", "trading", 0.904286),
        ("zorvam", "trading", 0.0),
        ("j", "juan", 0.0),
        ("ltd", "ltd", 1.0),
        ("ltd", "llc", 0.0),
        ("王明", "王朋", 0.0),
        ("王明天地", "王明天坏", 0.8325),
        ("intl", "international", 0.0),
        ("juan", "joao", 0.0),
        ("john", "ivan", 0.0),
        ("peter", "pedro", 0.0),
    ],
)
def test_how_alike_two_words_are(left: str, right: str, similarity: float) -> None:
    assert compare_words(make_word(left, {}), make_word(right, {})) == pytest.approx(similarity, abs=1e-6)


@pytest.mark.parametrize(
    ("left", "right", "kind", "truncated", "score", "by_length", "informative", "evidence"),
    [
        ("zorvan mirage", "zorvan mirage", "organisation", False, 99.8846, 100.0, 2, 2.0),
        ("zorvan mirage", "mirage zorvan", "organisation", False, 99.7846, 100.0, 2, 2.0),
        ("zorvan mirage ltd", "zorvan mirage ltd", "organisation", False, 99.8846, 100.0, 2, 2.0),
        ("zorvan mirage ltd", "zorvan mirage llc", "organisation", False, 99.6846, 100.0, 2, 2.0),
        ("zorvan mirage ltd", "zorvan mirage", "organisation", False, 99.7846, 100.0, 2, 2.0),
        ("zorvan mirage ltd co", "zorvan mirage ltd", "organisation", False, 99.7846, 100.0, 2, 2.0),
        ("zorvan mirage", "zorvan mirage ferula", "organisation", False, 90.7937, 90.9091, 2, 2.0),
        ("zorvan mirage ferula", "zorvan mirage", "organisation", False, 90.7937, 90.9091, 2, 2.0),
        ("zorvan mirage quillon", "zorvan mirage ferula", "organisation", False, 60.1256, 60.241, None, 2.0),
        ("zorvan mirages", "zorvan mirage", "organisation", False, 95.0805, 95.2143, 2, 1.9043),
        ("zorvan", "zorvan", "organisation", False, 99.6923, 100.0, 1, 1.0),
        ("zorvan trading", "zorvan", "organisation", False, 92.7326, 95.2381, 1, 1.0),
        ("zorvan trading", "zorvan", "vessel", False, 75.3333, 83.3333, 1, 1.0),
        ("zorvan trading", "zorvan", "aircraft", False, 75.3333, 83.3333, 1, 1.0),
        ("zorvan trading", "zorvan trading", "vessel", False, 99.7404, 100.0, 1, 1.25),
        ("zorvan steel", "zorvan", "person", False, 92.7326, 95.2381, None, 1.0),
        ("zorvan", "zorvan steel", "person", False, 92.7326, 95.2381, 1, 1.0),
        ("ana zorvan", "zorvan", "person", False, 91.4194, 89.2857, None, 1.0),
        ("zorvan 5", "zorvan 6", "organisation", False, 49.6923, 65.7895, 1, 1.0),
        ("zorvan 5", "zorvan", "organisation", False, 88.8661, 92.5926, 1, 1.0),
        ("zorvan 2004", "zorvan 2005", "organisation", False, 20.8905, 46.0829, None, 1.0),
        ("j veladro", "veladro jacinto", "person", False, 92.6829, 93.0233, 1, 1.35),
        ("jacinto veladro", "veladro j", "person", False, 82.9929, 83.3333, 1, 1.35),
        ("k veladro", "veladro jacinto", "person", False, 62.3489, 71.4286, 1, 1.1),
        ("trading j", "zorvan juan", "person", False, 0.0, 0.0, None, 0.0),
        ("komon trading", "komon trading india", "organisation", False, 82.2853, 95.8333, None, 0.565),
        ("komon", "komon", "organisation", False, 99.5606, 100.0, 1, 0.315),
        ("komons", "komon", "organisation", False, 70.8611, 88.8333, None, 0.2798),
        ("komon x", "komon y", "organisation", False, 0.0, 77.5862, None, 0.315),
        ("zorvam", "zorvan", "organisation", False, 81.4319, 88.8333, 1, 0.8883),
        ("zorvam trading", "zorvan trading", "organisation", False, 88.5637, 91.0667, 1, 1.1383),
        ("zorvam trading", "zorvan", "organisation", False, 74.5227, 84.6032, None, 0.8883),
        ("merlantorin trading", "merlantorim", "organisation", False, 89.0001, 90.431, 1, 1.2208),
        ("=global_trading", "=global_trading", "organisation", False, 99.8846, 100.0, 0, 2.0),
        ("=trading", "=trading", "organisation", False, 99.8846, 100.0, None, 2.0),
        ("trading of", "trading", "organisation", False, 89.4889, 96.1538, None, 0.25),
        ("zorvan mirage fer", "zorvan mirage ferula", "organisation", True, 98.3333, 98.3333, 3, 2.95),
        ("zorvan mirage fer", "zorvan mirage ferula", "organisation", False, 69.8147, 69.9301, 2, 2.0),
        ("zorvan mirage tra", "zorvan mirage trading", "organisation", True, 99.3747, 99.4444, 2, 2.2375),
        ("zorvan fer mirage", "zorvan ferula mirage", "organisation", True, 69.8147, 69.9301, 2, 2.0),
        ("juan lopez", "juan lobez", "person", False, 88.1444, 92.6909, 2, 1.1544),
        ("juan lopez", "juan lopez", "person", False, 99.6587, 100.0, 2, 0.825),
        ("al ali", "ali al", "person", False, 99.4673, 100.0, 1, 0.35),
        ("zorvan", "quillon", "organisation", False, 0.0, 0.0, None, 0.0),
        ("abc zorvan", "abd zorvan", "organisation", False, 35.6474, 56.1798, None, 1.0),
        ("zorvanmi trading", "zorxaxmi", "organisation", False, 70.3135, 79.92, 1, 0.999),
        ("zorvanmi", "zorxaxmi", "organisation", False, 75.1856, 83.25, 1, 0.999),
        ("zorvanmi trading", "zorxaxmi trading", "organisation", False, 84.7905, 86.1379, 1, 1.249),
        ("zorvanm trading", "zorvaxm", "organisation", False, 79.8462, 86.4969, 1, 0.9947),
        ("abc", "abd", "organisation", False, 0.0, 0.0, None, 0.0),
        ("abcd", "abce", "organisation", False, 65.4597, 83.25, None, 0.6244),
        ("abcde", "abcdf", "organisation", False, 75.5175, 86.6, 1, 0.7794),
        ("abcd trading", "abce trading", "organisation", False, 78.8796, 87.4375, None, 0.8744),
        ("komonabc trading", "komonabd", "organisation", False, 83.9576, 87.96, 1, 1.0995),
        ("zorvan mirage", "zorvan", "organisation", False, 75.3333, 83.3333, None, 1.0),
        ("zorvan", "zorvan mirage", "person", False, 75.3333, 83.3333, 1, 1.0),
        ("zorvan j", "zorvan juan trading", "person", False, 91.9366, 90.3955, 1, 1.25),
        ("zorvan 07", "zorvan 7", "organisation", False, 98.9098, 99.1429, 1, 1.388),
        ("zorvan 5 trading", "zorvan trading", "organisation", False, 93.2627, 93.985, 1, 1.25),
        ("zorvan ltd llc", "zorvan llc", "organisation", False, 99.5923, 100.0, 1, 1.0),
        ("zorvan ltd llc", "zorvan co", "organisation", False, 99.4923, 100.0, 1, 1.0),
        ("mirage ferula zorvan", "zorvan mirage ferula", "organisation", False, 99.9, 100.0, 3, 3.0),
    ],
)
def test_what_comparing_two_names_gives(
    left: str,
    right: str,
    kind: str,
    truncated: bool,
    score: float,
    by_length: float,
    informative: int | None,
    evidence: float,
) -> None:
    found = compare(cut_off(words(left)) if truncated else words(left), words(right), kind)
    assert (found.score, found.length_score, found.evidence) == pytest.approx((score, by_length, evidence), abs=1e-4)
    assert found.informative == informative


def test_below_the_score_that_matters_only_the_score_is_told() -> None:
    left, right = words("zorvan mirage"), words("zorvan mirage ferula")
    least = 100 / 1.1
    assert compare(left, right, "organisation", least=least + 1e-6) == Outcome(pytest.approx(least), 0.0, (), None, 2.0)
    assert compare(left, right, "organisation", least=least - 1e-6).informative == 2


@pytest.mark.parametrize(("length", "edits"), [(0, 0), (2, 0), (3, 0), (4, 1), (7, 1), (8, 2), (11, 2), (12, 3), (60, 3)])
def test_longer_words_may_hold_more_errors(length: int, edits: int) -> None:
    assert edits_allowed(length) == edits


@pytest.mark.parametrize(
    ("key", "may"),
    [("abc", True), ("ab1", False), ("123", False), ("王明天", False), ("王明天地", True), ("петр", True), ("пет", False)],
)
def test_numbers_and_short_words_of_other_scripts_hold_none(key: str, may: bool) -> None:
    assert may_differ(key) is may
