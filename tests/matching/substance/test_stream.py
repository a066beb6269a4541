"""Many texts as one stream: nothing is lost or moved on the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.matching.substance import stream
from precursor_screen.matching.substance.boundaries import script
from precursor_screen.matching.substance.stream import BREAK, any_stream, ascii_stream, free_places, sketch
from precursor_screen.text.text import squash
from tests.examples import examples

TEXTS = st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=40), max_size=6)


@examples(150, 150)
@given(TEXTS)
def test_the_stream_is_the_squashed_texts(texts: list[str]) -> None:
    stream = any_stream(texts)
    assert stream.letters.tobytes() == b"".join(sketch(squash(t)) + bytes([BREAK]) for t in texts)
    for i in range(len(texts)):
        assert (stream.text_of == i).sum() == len(squash(texts[i])) + 1


@examples(100, 100)
@given(st.lists(st.text(st.characters(max_codepoint=127), max_size=40), max_size=6))
def test_the_way_for_ascii_gives_the_same(texts: list[str]) -> None:
    one, other = ascii_stream(texts), any_stream(texts)
    for name in ("letters", "kind", "text_of", "begins", "ends", "touches"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_word_edges() -> None:
    stream = ascii_stream(["2-Propanone99% in tolu-ene"])
    letters = stream.letters.tobytes().decode()
    assert [letters[i] for i in np.flatnonzero(stream.begins)] == list("2p9ite")
    assert [letters[i] for i in np.flatnonzero(stream.ends)] == list("2e9nue")


@pytest.mark.parametrize(
    ("text", "word", "free"),
    [
        ("acetone", "acetone", True),
        ("acetones", "acetone", True),
        ("ephedrinhydrochlorid", "ephedrin", True),
        ("acetonitrile", "aceton", False),
        ("triacetone", "acetone", False),
        ("x acetone99", "acetone", True),
        ("acetonexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "acetone", False),
    ],
)
def test_what_may_stand_free(text: str, word: str, free: bool) -> None:
    stream = ascii_stream([text])
    start = stream.letters.tobytes().decode().index(word)
    assert free_places(stream, np.array([start]), np.array([start + len(word)])).tolist() == [free]


def test_articles_and_particles() -> None:
    assert any_stream(["التولوين"]).begins[:4].all()
    assert any_stream(["톨루엔을"]).ends[2]


@pytest.mark.parametrize("code", [n for low, high, _ in stream._RANGES for n in (low - 1, low, high, high + 1)])
def test_a_letter_is_of_the_same_script_in_a_stream_and_by_itself(code: int) -> None:
    kinds = {1: "alpha", 2: "digit", 3: "cjk", 4: "kana", 5: "hangul", 6: "arabic"}
    folded = squash(chr(code))
    if len(folded) == 1:
        found = any_stream([folded])
        assert kinds[int(found.kind[0])] == script(folded)
