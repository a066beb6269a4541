"""What a text says over and over is looked at a few times and counted."""

from __future__ import annotations

import pytest

from precursor_screen.core.schema import SUBSTANCE_MATCH
from precursor_screen.matching.substance import match
from precursor_screen.matching.substance.match import SAME_PLACES, SHORT, Match, MatchCounts, Repeats, match_table


@pytest.mark.parametrize(("length", "listed"), [(SHORT, 50), (SHORT + 1, SAME_PLACES)])
def test_in_a_long_text_equal_places_are_listed_twenty_times(length, listed):
    seen = Repeats("x" * length)
    groups = [seen.note("name", 1000, 1004) for _ in range(50)]
    assert sum(g is not None for g in groups) == listed
    last = [g for g in groups if g][-1]
    assert last.more == (0 if listed == 50 else 30)


def test_other_names_and_other_surroundings_are_counted_apart():
    text = "a" * 2000 + "b" + "a" * 3000
    seen = Repeats(text)
    assert all(seen.note("name", n, n + 4) for n in range(400, 400 + SAME_PLACES))
    assert seen.note("name", 500, 504) is None
    assert seen.note("other", 500, 504)
    assert seen.note("name", 500, 505)  # longer
    assert seen.note("name", 1700, 1704)  # the b stands near enough
    assert seen.note("name", 1696, 1700) is None
    assert seen.note("name", 2300, 2304)
    assert seen.note("name", 2301, 2305) is None


def test_matches_of_a_substance_are_counted_to_their_limits(monkeypatch):
    monkeypatch.setattr(match, "COUNTED_MATCHES", 2)
    monkeypatch.setattr(match, "SEEN_MATCHES", 3)
    tally = MatchCounts()
    tally.add("a", counts=True)
    assert not tally.is_enough("a")
    tally.add("a", counts=True)
    assert tally.is_enough("a")
    assert tally.is_enough("a")
    assert (tally.left["a"], tally.left["b"]) == (2, 0)
    for _ in range(2):
        tally.add("b", counts=False)
    assert not tally.is_enough("b")
    tally.add("b", counts=False)
    assert tally.is_enough("b")


def test_matches_as_a_table():
    one = Match("s", "name", "strong", "substance", "Éther", 2, 7, 100.0, "ether", True, None, 3)
    table = match_table("description", [("\ud800 Éther", one)])
    assert table.schema == SUBSTANCE_MATCH
    (row,) = table.to_pylist()
    assert (row["field"], row["value"], row["matched"], row["compared_as"]) == ("description", "? Éther", "Éther", "ether")
    assert (row["start"], row["end"], row["score"], row["suppressed"]) == (2, 7, 100.0, None)
    assert match_table("description", []).num_rows == 0
