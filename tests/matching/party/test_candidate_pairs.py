"""The bound of a pair against its score: never lower, whatever the names; and low where what is alike is a letter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.model import ENTRY_KINDS
from precursor_screen.matching.party import candidates
from precursor_screen.matching.party.alignment import compare
from precursor_screen.text.party import normalise_party
from tests.examples import examples
from tests.matching.party.test_candidates import CUT, KINDS, WORDS, listed, name

Bounds = list[tuple[float, float]]


def bounds(names: list[tuple[str, str]], asked: list[str]) -> Bounds:
    """What each reading of the names asked for scores at most, and scores, with each row of a list."""
    index = listed(names)
    if not len(index):
        return []
    index.prepare()
    book = index._book
    readings = [book.make(texts) for one in asked for texts in book.speller.read(normalise_party(one))]
    book.look_up(None)
    positions, rows = np.divmod(np.arange(len(readings) * len(index)), len(index))
    most = candidates.best_scores(book.questions_of(readings), positions, rows, index._postings) if len(readings) else np.empty(0)
    found = []
    for position, row, best in zip(positions.tolist(), rows.tolist(), most.tolist(), strict=True):
        kind = ENTRY_KINDS[index.arrays["entry_kind"][index.arrays["row_entry"][row]]]
        found.append((100.0 * best, compare([book.words[i] for i in readings[position]], index._words_of(row), kind).score))
    return found


def holds(found: Bounds) -> bool:
    return all(score <= max(0.0, best) + 1e-6 for best, score in found)


@given(
    st.lists(st.tuples(name, st.sampled_from(KINDS)), min_size=1, max_size=8),
    st.lists(name, min_size=1, max_size=3),
)
@examples(60, 400)
def test_no_pair_scores_more_than_its_bound(names: list[tuple[str, str]], asked: list[str]) -> None:
    assert holds(bounds(names, [*asked, names[0][0]]))


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=12), st.sampled_from(KINDS)), min_size=1, max_size=6), st.text(max_size=12)
)
@examples(40, 150)
def test_nor_does_any_text(names: list[tuple[str, str]], asked: str) -> None:
    assert holds(bounds(names, [asked, names[0][0]]))


@given(
    st.lists(st.tuples(name, st.sampled_from(KINDS)), min_size=1, max_size=6),
    st.lists(st.sampled_from(WORDS), min_size=6, max_size=9).map(" ".join),
    st.sampled_from([24, 25, 29, 30, 34, 35]),
)
@examples(30, 120)
def test_nor_does_a_cut_name(names: list[tuple[str, str]], long: str, length: int) -> None:
    others = [(one, kind) for one in CUT for kind in KINDS]
    assert holds(bounds([*names, *others, (long, "organisation")], [long[:length], *(one[:length] for one in CUT)]))


@pytest.mark.parametrize(
    ("filed", "as_listed"),
    [
        ("zorvan mirage trading", "zorvan mirage trading"),
        ("z mirage", "zorvan mirage"),
        ("zorvan mirage", "z mirage"),
        ("zorvam mirage", "zorvan mirage"),
        ("zorvan mirage quillon", "zorvan mirage"),
        ("zorvan chemical", "zorvan trading"),
        ("zorvan mirage oppidan", "zorvan ferula"),
    ],
)
def test_where_no_word_may_stand_for_two_the_bound_is_the_score_but_for_a_point(filed: str, as_listed: str) -> None:
    ((best, score), *_) = bounds([(as_listed, "organisation")], [filed])
    assert score <= best < score + 5.0


def test_a_letter_stands_for_what_starts_with_it_and_for_nothing_else() -> None:
    filed = "veladro bright trading s p"
    beside, apart = (max(bounds([(one, "person")], [filed]))[0] for one in ("bright shoal pelorus", "bright ferula quillon"))
    assert apart < 30.0 < beside


def test_pairs_that_can_reach_a_score_are_the_same_however_many_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [(one, kind) for one in CUT for kind in KINDS]
    expected = listed(names).match_names([one for one, _ in names], cut=50.0).matches
    monkeypatch.setattr(candidates, "_BLOCK", 40)
    assert listed(names).match_names([one for one, _ in names], cut=50.0).matches.equals(expected)
