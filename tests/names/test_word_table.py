"""The table of words about goods."""

from __future__ import annotations

import re

import pytest

from precursor_screen.names.text import plain
from precursor_screen.names.word_table import one_of, words_of

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
