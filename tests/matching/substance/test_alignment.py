"""Letters of a text against those of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from precursor_screen.matching.substance.near import align, same_word
from tests.examples import examples

NOTHING: frozenset[int] = frozenset()


@pytest.mark.parametrize(
    ("name", "text", "edits"),
    [
        ("toluene", "tolune", 1),
        ("toluene", "toluenee", 1),
        ("toluene", "tolunee", 1),
        ("toluene", "t0luene", 0),
        ("toluene", "toiuene", 1),
        ("4piperidone", "3piperidone", None),
        ("4piperidone", "piperidone", None),
        ("4piperidone", "44piperidone", None),
        ("2propanone", "zpropanone", 0),
    ],
)
def test_edits(name: str, text: str, edits: int | None) -> None:
    alignment = align(name, text, NOTHING, 2)
    assert (alignment.edits if alignment else None) == edits


def test_fixed_letters_bear_no_edit() -> None:
    assert align("oaminobenzoic", "paminobenzoic", frozenset({0}), 2) is None
    assert align("oaminobenzoic", "oaminobenzolc", frozenset({0}), 2) is not None


def test_answers_follow_the_name() -> None:
    alignment = align("toluene", "txlueene", NOTHING, 2)
    assert alignment is not None
    assert alignment.letter_map[:4] == (0, 1, 2, 3)
    assert sum(a is None for a in alignment.letter_map) == 1
    swapped = align("toluene", "otluene", NOTHING, 1)
    assert swapped is not None
    assert swapped.letter_map == (0, 1, 2, 3, 4, 5, 6)


@examples(300, 300)
@given(st.text("abct", min_size=1, max_size=9), st.text("abct", min_size=1, max_size=9))
def test_it_counts_as_optimal_string_alignment_does(name: str, text: str) -> None:
    alignment = align(name, text, NOTHING, 2)
    distance = OSA.distance(name, text)
    assert (alignment.edits if alignment else None) == (distance if distance <= 2 else None)
    if alignment:
        answered = [a for a in alignment.letter_map if a is not None]
        assert answered == sorted(set(answered))


def test_same_word() -> None:
    assert same_word("toluene", "t0luene")
    assert not same_word("toluol", "toiuol")
    assert not same_word("toluol", "toluo")
