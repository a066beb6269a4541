"""Of names that overlap the longest is meant, unless another spelling says more."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.matching.substance.layers import EXACT, MISREAD, NEAR, STEREO, Candidate, Kept, LocatedName
from tests.matching.substance.test_near import pattern


def name(
    start: int, end: int, *owners: int, layer: str = EXACT, edits: int = 0, letters: int = 0, whole: tuple[int, int] | None = None
) -> LocatedName:
    """A name that stands from one place to another and means some substances."""
    candidate = Candidate(
        replace(pattern("zorvan"), owners=owners or (0,)), list(range(letters or end - start)), layer, frozenset(), None, edits
    )
    return LocatedName(candidate, (start, end), whole or (start, end))


def never(_: LocatedName) -> bool:
    return False


def places(found: list[LocatedName]) -> list[tuple[int, int, str]]:
    return [(*s.core, s.candidate.layer) for s in found]


@pytest.mark.parametrize(
    ("standing", "kept"),
    [
        ([name(0, 5), name(5, 9)], [(0, 5, EXACT), (5, 9, EXACT)]),
        ([name(0, 5), name(4, 9)], [(0, 5, EXACT)]),
        ([name(0, 5), name(4, 10)], [(4, 10, EXACT)]),
        ([name(0, 5), name(0, 9), name(6, 9)], [(0, 9, EXACT)]),
        ([name(0, 5, layer=STEREO), name(0, 5)], [(0, 5, EXACT)]),
        ([name(0, 5, whole=(0, 8)), name(6, 9)], [(0, 5, EXACT)]),
        ([name(0, 5, whole=(0, 8)), name(8, 9)], [(0, 5, EXACT), (8, 9, EXACT)]),
        ([], []),
    ],
)
def test_the_longest_of_the_names_that_overlap_is_kept(standing: list[LocatedName], kept: list[tuple[int, int, str]]) -> None:
    for order in (standing, standing[::-1]):
        assert places(Kept(order, never).add([])) == kept


@pytest.mark.parametrize(
    ("other", "replaces"),
    [
        (name(2, 12, 1, layer=MISREAD), True),  # holds it and more, with look-alikes alone
        (name(4, 12, 0, layer=MISREAD), True),
        (name(4, 10, 0, layer=MISREAD), False),  # the same place
        (name(5, 12, 0, layer=MISREAD), False),  # begins within it
        (name(2, 9, 0, layer=MISREAD), False),  # ends within it
        (name(2, 12, 1, layer=NEAR, edits=1, letters=8), True),  # another substance, by two letters more
        (name(2, 12, 1, layer=NEAR, edits=1, letters=7), False),  # the letter more is the edit
        (name(2, 12, 1, layer=NEAR, edits=2, letters=9), True),
        (name(2, 12, 1, layer=NEAR, edits=2, letters=8), False),
        (name(2, 12, 0, layer=NEAR, edits=1, letters=10), False),  # the same substance
        (name(2, 12, 1, 0, layer=NEAR, edits=1, letters=10), False),
        (name(10, 14, 1, layer=NEAR, edits=1), None),  # beside it
        (name(0, 4, 1, layer=NEAR, edits=1), None),
    ],
)
def test_a_name_spelled_otherwise_takes_the_place_of_an_exact_one_where_it_says_more(
    other: LocatedName, replaces: bool | None
) -> None:
    exact = name(4, 10, letters=6)
    kept = Kept([exact], never)
    expected = {True: [other], False: [exact], None: sorted([exact, other], key=lambda s: s.core)}[replaces]
    room = kept.leaves_room(
        other.candidate.pattern.owners, *other.core, len(other.candidate.where), edited=other.candidate.edits > 0
    )
    if other.candidate.edits < 2:
        assert room is (replaces is not False)
    assert kept.add([other]) == expected


def test_a_weak_name_gives_way_to_a_longer_one_of_its_substance() -> None:
    exact = name(4, 10, letters=6)
    weak = replace(exact.candidate.pattern, name=replace(exact.candidate.pattern.name, strength="weak"))
    exact = replace(exact, candidate=replace(exact.candidate, pattern=weak))
    for letters, says_more in ((8, True), (7, False)):  # of seven letters one is the edit
        other = name(2, 12, 0, layer=NEAR, edits=1, letters=letters)
        assert (Kept([exact], never).add([other]) == [other]) is says_more


def test_an_exact_name_that_counts_for_nothing_gives_way_to_any_that_holds_it() -> None:
    exact, other = name(4, 10), name(3, 10, 0, layer=NEAR, edits=1)
    assert places(Kept([exact], lambda s: s is exact).add([other])) == [(3, 10, NEAR)]
    assert places(Kept([exact], never).add([other])) == [(4, 10, EXACT)]


def test_a_name_must_say_more_than_all_it_overlaps() -> None:
    exact = [name(0, 4), name(5, 9), name(12, 16)]
    assert places(Kept(exact, never).add([name(0, 9, 1, layer=MISREAD)])) == [(0, 9, MISREAD), (12, 16, EXACT)]
    assert places(Kept(exact, never).add([name(2, 9, 1, layer=MISREAD)])) == [(0, 4, EXACT), (5, 9, EXACT), (12, 16, EXACT)]


@pytest.mark.parametrize(
    ("resembling", "meant"),
    [
        ([name(0, 5, 1, layer=NEAR, edits=1), name(3, 10, 2, layer=NEAR, edits=1)], [(3, 10)]),
        ([name(0, 5, 1, layer=NEAR, edits=1), name(5, 10, 2, layer=NEAR, edits=1)], [(0, 5), (5, 10)]),
        ([name(0, 5, 1, layer=NEAR, edits=1), name(0, 5, 2, layer=NEAR, edits=1)], [(0, 5), (0, 5)]),
        ([name(0, 5, 1, layer=NEAR, edits=2), name(0, 5, 2, layer=NEAR, edits=1)], [(0, 5)]),
        ([name(0, 5, 1, layer=NEAR, edits=1), name(0, 5, 1, layer=NEAR, edits=1)], [(0, 5)]),
        ([name(0, 5, 1, layer=NEAR, edits=1), name(0, 5, 2, 1, layer=NEAR, edits=1)], [(0, 5)]),
        ([name(3, 8, 1, layer=NEAR, edits=1), name(0, 5, 2, layer=NEAR, edits=1)], [(0, 5)]),
    ],
)
def test_of_names_spelled_otherwise_the_longest_and_nearest_are_meant(
    resembling: list[LocatedName], meant: list[tuple[int, int]]
) -> None:
    for order in (resembling, resembling[::-1]):
        assert [s.core for s in Kept([], never).add(order)] == meant


def test_of_two_in_one_place_the_one_with_fewer_edits_is_named() -> None:
    far, near = name(0, 5, 1, layer=NEAR, edits=2), name(0, 5, 2, layer=NEAR, edits=1)
    assert Kept([], never).add([far, near]) == [near]
