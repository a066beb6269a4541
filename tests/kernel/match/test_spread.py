"""Texts and names in chunks: all of them, in order, none too large."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel import parallel_map
from precursor_screen.kernel.parallel_map import chunk, cut_texts, serial_map


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(parallel_map, "CHUNK", 3)
    monkeypatch.setattr(parallel_map, "CHUNK_LETTERS", 10)


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])])
def test_items_are_cut_by_their_number(count, sizes):
    chunks = chunk(list(range(count)))
    assert [len(c) for c in chunks] == sizes
    assert [i for c in chunks for i in c] == list(range(count))


@pytest.mark.parametrize(
    ("texts", "sizes"),
    [
        ([], []),
        (["a"], [1]),
        (["a"] * 5, [5]),
        (["a"] * 6, [5, 1]),
        (["a" * 7, "b", "c"], [2, 1]),
        (["a" * 6, "b", "c"], [3]),
        (["a" * 9, "b"], [1, 1]),
        (["a" * 50, "b" * 50], [1, 1]),
        (["a" * 8, "b" * 50, "c"], [2, 1]),
        (["a" * 5, "b" * 4, "c" * 5, "d" * 4], [2, 2]),  # letters are counted anew in each chunk
        ([""] * 11, [10, 1]),
    ],
)
def test_texts_are_cut_by_their_number_and_their_letters(texts, sizes):
    chunks = cut_texts(texts)
    assert [len(c) for c in chunks] == sizes
    assert [t for c in chunks for t in c] == texts


@given(st.lists(st.text(max_size=12), max_size=20))
def test_no_text_is_lost(texts):
    assert [t for c in cut_texts(texts) for t in c] == texts
    assert list(serial_map(len, cut_texts(texts))) == [len(c) for c in cut_texts(texts)]
