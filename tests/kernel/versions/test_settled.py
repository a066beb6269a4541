"""An item without a number has another key in every version; it is one cargo of its firm all the same, however the versions come."""

from __future__ import annotations

import itertools

import pytest

from precursor_screen.kernel.versions import counted_as
from tests.schemes.office import Office, row_of


@pytest.mark.parametrize(
    ("previous", "recorded", "expected"),
    [
        ({}, [], {}),
        ({"b": "a"}, [], {"b": "A"}),
        ({"c": "b", "b": "a"}, [], {"b": "A", "c": "A"}),
        ({"b": "a"}, ["a"], {"b": "A"}),
        ({"b": "a"}, ["b"], {"a": "B"}),  # the earlier version comes late
        ({"c": "b", "b": "a"}, ["b", "a"], {"a": "B", "c": "B"}),
        ({"b": "a", "d": "e"}, [], {"b": "A", "d": "E"}),
        ({"b": "x"}, [], {}),  # of which nothing is known
    ],
)
def test_versions_are_counted_under_the_one_that_was_recorded_first(previous, recorded, expected):
    assert counted_as(previous, {line: line.upper() for line in "abcde"}, recorded) == expected


def test_a_line_with_the_key_of_its_first_version_needs_no_other():
    assert counted_as({"b": "a"}, {"a": "K", "b": "K"}) == {}


VERSIONS = [{"bill": "A", "day": "0", "goods": "EPHEDRINE", "kg": f"2{n}", "version": ("", "2", "3")[n]} for n in range(3)]
ORDERS = list(itertools.permutations(range(3)))


def test_three_versions_are_one_cargo_in_whatever_order_they_come(tmp_path, reference):
    """Each order is that of a bill and of firms of its own; one bill has all its versions in the first run."""
    office = Office(f"sqlite:///{tmp_path / 'ledger.sqlite'}", reference, tmp_path / "rules")
    for number in range(3):
        files = [row_of({**VERSIONS[order[number]], "scheme": f"{n:03}"}) for n, order in enumerate(ORDERS, 1)]
        if number == 0:
            files += [row_of({**version, "scheme": "007"}) for version in VERSIONS]
        office.screen([files])
    counted = {kind: sum(r["lines"] for r in office.rows("counts") if r["kind"] == kind) for kind in ("cargoes", "receivers")}
    assert counted == dict.fromkeys(("cargoes", "receivers"), len(ORDERS) + 1)
    assert office.verify() == []
