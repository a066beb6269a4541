"""Folding: what is folded, and that every folded letter knows where it came from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.text import fold, is_vowel_sign, plain, spaced, squash, unmask

# Lone surrogates, controls, marks and every script: whatever a manifest may hold.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Methyl-Ethyl Ketone", "methylethylketone"),
        ("1,3-benzodioxol-5-yl", "13benzodioxol5yl"),
        ("Éther éthylique", "etherethylique"),
        ("α-Phenyl", "alphaphenyl"),
        ("Α-PHENYL", "alphaphenyl"),
        ("tolu\u00ad-\nene", "toluene"),
        ("ace\u200btone", "acetone"),
        ("ＡＣＥＴＯＮＥ", "acetone"),
        ("KMnO₄", "kmno4"),
        ("АCETONE", "acetone"),  # a Cyrillic А
        ("АC\u0301ETONE", "acetone"),
        ("А\u200bCETONE", "acetone"),  # and a space without width after it
        ("acet\u03bfne", "acetone"),  # a Greek omicron
        ("ACETONЁ", "acetone"),
        ("ＡСETONE", "acetone"),
        ("ԚUININE", "quinine"),
        ("А CETONE", "аcetone"),  # a word of its own
        ("βCETO", "betaceto"),  # the name of an isomer, and nothing Cyrillic
        ("ацетoн", "ацетон"),  # a Latin o
        ("Säure", "saure"),
        ("Weißöl", "weissol"),
        ("İZOBÜTİL", "izobutil"),
        ("高錳酸鉀", "高锰酸钾"),
        ("塩酸", "盐酸"),
        ("أنهيدريد", "انهيدريد"),
        ("トルエン", "トルエン"),
        ("ぁヿ", "ぁヿ"),  # the first and the last of the kana, which would fall apart
        ("톨루엔", "톨루엔"),
        ("\ud800\x00 ", ""),
        ("", ""),
    ],
)
def test_squash(text: str, expected: str) -> None:
    assert squash(text) == expected


def test_a_pure_cyrillic_word_of_look_alikes_is_left_alone() -> None:
    assert unmask("СОРТ") == "СОРТ"
    assert unmask("мЕzанол") == "мЕzанол"  # the z is no look-alike of a Cyrillic letter: not ours to guess


@pytest.mark.parametrize(
    ("text", "letter", "index"), [("İacetone", "a", 1), ("ﬁx 9", "9", 3), ("ß toluene", "t", 2), ("α x", "x", 2)]
)
def test_positions_survive_characters_that_change_length(text: str, letter: str, index: int) -> None:
    folded = fold(text)
    places = [p for c, p in zip(folded.squashed, folded.positions, strict=True) if c == letter]
    assert index in places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acetic-anhydride", "acetic anhydride"),
        ("étique/été", "etique ete"),
        ("محـمد", "محمد"),  # a tatweel stretches a word and parts none
        ("ace\u200btone é", "acetone e"),
        ("a\u0301b", "ab"),
        ("α…β", "alpha beta"),
        ("トル・エン", "トル エン"),
    ],
)
def test_what_parts_words_is_a_space_and_what_marks_letters_is_nothing(text: str, expected: str) -> None:
    assert spaced(text) == expected


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("É", "e"),
        ("ß", "s"),
        ("ﬃ", "ﬃ"),
        ("\x07", " "),
        ("\u3000", " "),
        ("\u2028", " "),
        ("\u2029", " "),
        ("\u200b", "\u200b"),
        ("−", "-"),
        ("—", "-"),
        ("′", "'"),
        ("´", "'"),
        ("‘", "'"),
        ("″", "'"),
        ("±", "±"),
        ("〜", "〜"),
        ("；", ";"),
        ("…", "…"),
        ("д", "д"),
    ],
)
def test_one_character_stays_one(char: str, expected: str) -> None:
    assert plain(f"é{char}") == f"e{expected}"


@given(ANY_TEXT)
def test_words_apart_hold_the_same_letters(text: str) -> None:
    assert spaced(text).replace(" ", "") == squash(text)


@given(ANY_TEXT)
def test_every_folded_letter_points_into_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.squashed) == len(folded.positions)
    assert all(0 <= p < len(text) for p in folded.positions)
    assert list(folded.positions) == sorted(folded.positions)
    assert all(c.isalnum() or is_vowel_sign(c) for c in folded.squashed)


CYRILLIC = st.text(st.characters(min_codepoint=0x400, max_codepoint=0x52F) | st.sampled_from(" -,.0123456789"), max_size=80)


@given(ANY_TEXT.filter(lambda text: not re.search("[\u0370-\u052f]", squash(text))) | CYRILLIC)
def test_folding_a_text_of_one_script_twice_changes_nothing(text: str) -> None:
    assert squash(squash(text)) == squash(text)


@given(ANY_TEXT)
def test_plain_keeps_the_length(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_the_ascii_path_agrees_with_the_general_one(text: str) -> None:
    general = fold(text + "é")
    assert fold(text).squashed + "e" == general.squashed
    assert list(fold(text).positions) == list(general.positions)[:-1]
    assert plain(text) == plain(text + "é")[:-1]


def test_a_megabyte_is_linear() -> None:
    assert len(fold("é" * 1_000_000).squashed) == 1_000_000
