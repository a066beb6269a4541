"""Texts as runs of words: where each word and text begins, what stands beside it, and stretches that end where a text ends."""

from __future__ import annotations

import numpy as np
import pytest

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.matching.party.mention_words import OwnScript, Partners, Stream, parted

TEXTS = ["Quarndon Wexley", "", "of Halbrecht-Chemie, 9"]
STREAM = Stream.of(TEXTS)  # quarndon wexley | (nothing) | of halbrecht chemie 9


def numbers(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_texts_are_one_run_of_words_with_a_bar_between():
    assert [w for w in STREAM.words if w] == ["quarndon", "wexley", "|", "|", "of", "halbrecht", "chemie", "9"]
    assert STREAM.data.startswith(b" quarndon wexley | ")
    assert STREAM.data.endswith(b" 9 ")


def test_every_word_knows_its_text_and_its_length():
    places = [i for i, w in enumerate(STREAM.words) if w and w != "|"]
    starts = STREAM.blanks[numbers(*places)]
    assert STREAM.words_before(starts).tolist() == places
    assert STREAM.text_of(starts).tolist() == [0, 0, 2, 2, 2, 2]
    canonical = STREAM.data.decode().split(" ")[1:-1]
    assert STREAM.lengths(numbers(*places)).tolist() == [len(canonical[p]) for p in places]


@pytest.mark.parametrize(
    ("word", "step", "least", "there"),
    [
        ("quarndon", 1, 6, True),
        ("quarndon", 1, 7, False),
        ("quarndon", 2, 2, False),  # a bar is short
        ("quarndon", -1, 0, False),
        ("wexley", -1, 8, True),
        ("wexley", -1, 9, False),
        ("wexley", -2, 0, False),
        ("of", -1, 0, False),
        ("of", 1, 9, True),
        ("9", 1, 0, False),
        ("9", -2, 9, True),
    ],
)
def test_what_stands_beside_a_word_in_its_text(word, step, least, there):
    place = STREAM.words.index(word)
    assert (len(STREAM.beside(numbers(place), step, least)) == 1) is there


@pytest.mark.parametrize(
    ("start", "end", "inside", "stretch"),
    [
        (0, 2, 0, (0, "quarndon wexley")),
        (0, 1, 0, (0, "quarndon")),
        (-2, 2, 0, (0, "quarndon wexley")),
        (-1, 2, 1, (0, "quarndon wexley")),
        (0, 9, 0, (0, "quarndon wexley")),
        (1, 9, 1, (0, "wexley")),
    ],
)
def test_a_stretch_ends_where_its_text_ends(start, end, inside, stretch):
    assert STREAM.stretch(start, end, inside) == stretch


def test_a_stretch_begins_where_its_text_begins():
    of = STREAM.words.index("of")
    assert STREAM.stretch(of - 3, of + 2, of) == (2, "of halbrecht")
    assert STREAM.stretch(of - 3, of + 99, of + 1) == (2, "of halbrecht chemie 9")
    assert STREAM.stretch(0, of + 2, of + 1) == (2, "of halbrecht")


def test_partners_stand_before_behind_or_on_either_side():
    found = Partners.of(numbers(1, 3), numbers(2, 1), numbers(7, 8), np.array([False, True]))
    low, high = found.range_of(numbers(1, 2, 3, 4))
    assert (high - low).tolist() == [2, 1, 1, 0]
    at, partner, row, side = found.between(low, high)
    assert sorted(zip(at.tolist(), partner.tolist(), row.tolist(), side.tolist(), strict=True)) == [
        (0, 2, 7, 1),
        (0, 3, 8, 0),
        (1, 1, 7, -1),
        (2, 1, 8, 0),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("O'Hara & Sons, Ltd.", "ohara sons ltd"),
        ("A-B_C/9", "a b c 9"),
        ("Zürich", "zurich"),
        ("QUАRNDON", "quarndon"),  # a Cyrillic А
        ("d`or", "dor"),
    ],
)
def test_what_parts_words_is_a_blank_and_an_apostrophe_is_nothing(text, words):
    assert parted(text).split() == words.split()


def own_script(*names: tuple[str, str]) -> OwnScript:
    entries = [
        WatchlistEntry("l", str(n), "organisation", (WatchlistName("Plain", "primary"), WatchlistName(name, kind)))
        for n, (name, kind) in enumerate(names)
    ]
    return OwnScript(PartyIndex(build_index("l", entries)))


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("海湖化工", "strong", True),
        ("海湖化", "strong", False),  # three characters are too few
        ("海湖化工", "weak", False),
        ("이태원상사", "strong", True),
        ("이태원", "strong", False),
        ("кварндон", "strong", True),
        ("кварндо", "strong", False),
        ("Quarndon Wexley", "strong", False),
        ("ÉÈÀÙÇÔÎÛ", "strong", False),
    ],
)
def test_names_in_their_own_script_are_looked_for_as_a_whole(name, kind, found):
    assert list(own_script((name, kind)).find([f"x {name.upper()} y"])) == ([(0, name)] if found else [])


def test_each_text_in_which_a_name_stands_is_told():
    search = own_script(("海湖化工", "strong"), ("湖化工贸", "strong"))
    assert sorted(search.find(["plain", "海湖 化工", "", "收货海湖化工贸易", "海湖"])) == [
        (1, "海湖化工"),
        (3, "海湖化工"),
        (3, "湖化工贸"),
    ]
    assert list(search.find(["plain"])) == []
    assert list(own_script().find(["海湖化工"])) == []
