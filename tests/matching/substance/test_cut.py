"""Which words may be the cut end of a name: equal to all beginnings of all last words, one by one."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance.dictionary import CutNames
from precursor_screen.reference.recogniser import known_index


@pytest.fixture(scope="module")
def patterns():
    return [p for p in known_index()._names.patterns if p.loose and p.words]


def beginnings(patterns):
    for pattern in patterns:
        begin, end = pattern.words[-1]
        least = (end - begin) // 3 if len(pattern.words) > 1 else min(8, end - begin)
        yield from (pattern.squashed[begin:stop] for stop in range(begin + max(least, 1), end))


def test_beginnings_of_last_words_and_no_others(patterns):
    names, wanted = CutNames(patterns), set(beginnings(patterns))
    drawn = {p.squashed[a:stop] for p in patterns for a, b in p.words for stop in range(a, b + 1)} | {"", "z", "zzz", "acetonex"}
    assert len(drawn - wanted) > 1_000
    assert {word for word in drawn | wanted if names._is_begun(word)} == wanted


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("POTASSIUM PERMA", True),
        ("POTASSIUM PE", False),  # shorter than any field
        ("POTASSIUM PERMANG 1", False),
        ("POTASSIUM PERMANGANATE", False),  # all of it
        ("CERAMIC TILES WHITE", False),
    ],
)
def test_texts_that_may_end_within_a_name(patterns, text, may):
    assert CutNames(patterns).may_end(text) is may
