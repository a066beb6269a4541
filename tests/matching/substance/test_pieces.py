"""The pigeonhole filter against brute force, and against a dictionary ten times as large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from precursor_screen.matching.substance.pieces import PieceIndex, stretch_keys
from precursor_screen.matching.substance.stream import Stream, any_stream, byte_table, sketch
from precursor_screen.text.text import FIRM
from tests.examples import examples

NONE = np.zeros(0, dtype=np.int64)
NAMES = [("toluol", 1), ("acetone", 1), ("abcabc", 1), ("isosafrole", 1), ("ethylether", 1), ("ацетон", 1), ("アセトンアセ", 1)]
NAMES += [("potassiumpermanganate", 2), ("diethylether12", 2), ("abcabcabcabc", 2), ("1boc4piperidone", 2), ("метилэтилкетон", 2)]
INDEX = PieceIndex(NAMES)


def brute_force(stream: Stream) -> set[tuple[int, int, int]]:
    firm = byte_table(FIRM)
    letters = firm[stream.letters].tobytes().decode("latin-1")
    found = set()
    for number, (name, edits) in enumerate(NAMES):
        wanted = firm[np.frombuffer(sketch(name), dtype=np.uint8)].tobytes().decode("latin-1")
        for a in np.flatnonzero(stream.begins).tolist():
            for b in (np.flatnonzero(stream.ends) + 1).tolist():
                fits = abs(b - a - len(wanted)) <= edits and b > a and stream.text_of[a] == stream.text_of[b - 1]
                if fits and OSA.distance(letters[a:b], wanted) <= edits:
                    found.add((number, a, b))
    return found


@st.composite
def misspelled(draw: st.DrawFn) -> str:
    name = list(draw(st.sampled_from(NAMES))[0])
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(name) - 1))
        kind = draw(st.sampled_from("sidt-"))
        if kind == "s":
            name[at] = draw(st.sampled_from("abcelotxи0"))
        elif kind == "i":
            name.insert(at, draw(st.sampled_from("abcelotxи0")))
        elif kind == "d" and len(name) > 1:
            del name[at]
        elif kind == "t":
            name[at : at + 2] = reversed(name[at : at + 2])
        elif kind == "-":
            name.insert(at, draw(st.sampled_from("- .")))
    return "".join(name)


WORDS = st.one_of(misspelled(), st.text("abcelot 1-", max_size=9))


@examples(100, 400)
@given(st.lists(st.lists(WORDS, max_size=4).map(" ".join), max_size=4))
@example(["isosfarole"])  # a swap over the cut
@example(["abcbacabcabx"])  # a swap over a cut, and an edit in the last piece
@example(["xbcabcabacbc"])
@example(["етилэтилкет0н"])
def test_nothing_within_its_edits_is_lost(texts: list[str]) -> None:
    stream = any_stream(texts)
    assert {(n.name, n.start, n.end) for n in INDEX.find(stream, NONE)} == brute_force(stream)


@pytest.mark.parametrize("name", NAMES)
def test_every_swap_of_neighbours_is_found(name: tuple[str, int]) -> None:
    word = name[0]
    for i in range(len(word) - 1):
        swapped = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        assert NAMES.index(name) in {n.name for n in INDEX.find(any_stream([swapped]), NONE)}


def test_what_is_taken_is_left_out() -> None:
    stream = any_stream(["acetone drums"])
    assert INDEX.find(stream, NONE)
    assert INDEX.find(stream, stretch_keys(np.array([0]), np.array([7]))) == []


def test_no_names_and_no_texts() -> None:
    assert PieceIndex([]).find(any_stream(["acetone"]), NONE) == []
    assert INDEX.find(any_stream([]), NONE) == []
    assert INDEX.find(any_stream(["", " "]), NONE) == []
