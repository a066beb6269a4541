"""Movements as they are compared: once, and in the direction that the countries suggest."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.kernel.papers.allocate import deliveries, direct, once, without_codes
from precursor_screen.kernel.papers.movements import Movement
from tests.cases.reconcile.making import moved

TOLERANCE = Decimal("0.02")


def test_what_a_code_alone_suggests_gives_way_to_what_the_same_line_names():
    named, by_code = moved(), moved(substance_id="toluene", by_code=True)
    assert without_codes([by_code, named]) == [named]
    assert without_codes([by_code]) == [by_code]
    other = replace(by_code, line_id="another")
    assert without_codes([named, other]) == [named, other]


DIRECTIONS = [
    # direction as filed, from, to, direction, whether it is supposed
    (None, None, "MX", "export", True),
    (None, "US", "MX", "export", True),
    (None, "CN", "US", "import", True),
    (None, "CN", None, "import", True),
    (None, "CN", "MX", None, False),
    (None, None, None, None, False),
    (None, None, "US", None, False),
    (None, "US", None, None, False),
    ("import", None, "MX", "import", False),
    ("export", "US", "PR", "domestic", False),
    ("transit", None, "MX", "transit", False),
]


@pytest.mark.parametrize(("filed", "here", "there", "direction", "supposed"), DIRECTIONS)
def test_the_direction_that_countries_suggest(filed, here, there, direction, supposed):
    (one,) = direct([moved(direction=filed, origin=here, destination=there)], ("US", "PR"))
    assert (one.direction, one.supposed) == (direction, supposed)
    if direction == "export":
        assert one.origin == "US"


def test_nothing_is_supposed_for_nobody_or_a_union_of_states():
    filed = moved(direction=None, origin=None)
    assert direct([filed], ()) == [filed]


def two_files(**changed: object) -> tuple[Movement, Movement]:
    return moved("BILL001", file="a.csv", key="1"), replace(moved("BILL001", file="b.csv", key="2"), **changed)  # type: ignore[arg-type]


SAME = [
    # what the second file says otherwise, how many movements count
    ({}, 1),
    ({"kg": Decimal(150)}, 1),
    ({"sending": ()}, 1),
    ({"sending": ("somebody",)}, 2),
    ({"receiving": ("somebody",)}, 2),
    ({"substance_id": "toluene"}, 2),
    ({"direction": "import"}, 2),
    ({"direction": None}, 1),
    ({"bill": "BILL002"}, 2),
    ({"file": "a.csv"}, 2),
]


@pytest.mark.parametrize(("changed", "count"), SAME)
def test_a_consignment_in_two_files_counts_once(changed: dict[str, object], count: int):
    counted, twice, _ = once(two_files(**changed), TOLERANCE)
    assert (len(counted), len(twice)) == (count, 2 - count)


def test_of_two_masses_the_larger_counts_and_the_difference_is_told():
    counted, _, found = once(two_files(kg=Decimal(150), permit="P1"), TOLERANCE)
    assert [(m.kg, m.permit) for m in counted] == [(Decimal(150), "P1")]
    assert [(d.kind, d.shipped_kg, d.difference_kg) for d in found] == [("two-masses", Decimal(150), Decimal(50))]
    assert "100 kg in a.csv and 150 kg in b.csv" in found[0].because
    assert not once(two_files(kg=Decimal(102)), TOLERANCE)[2]


def test_papers_are_those_that_any_of_the_files_names():
    counted, _, _ = once(two_files(kg=Decimal(90), permit="P1", pen="N1"), TOLERANCE)
    assert [(m.kg, m.permit, m.pen) for m in counted] == [(Decimal(100), "P1", "N1")]


def test_short_numbers_of_bills_are_anybodys():
    a, b = moved("B1", file="a.csv"), moved("B1", file="b.csv")
    assert once([a, b], TOLERANCE)[0] == [a, b]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.integers(1, 9)), max_size=8), st.randoms())
def test_nothing_is_lost_and_the_order_does_not_count(made: list[tuple[str, int, int]], random):
    movements = [
        replace(moved(f"BILL00{bill}", str(kg), key=str(n)), file=f"{file}.csv", line_id=str(n))
        for n, (file, bill, kg) in enumerate(made)
    ]
    counted, twice, found = once(movements, TOLERANCE)
    assert sorted(m.line_id for m in (*counted, *twice)) == sorted(m.line_id for m in movements)
    shuffled = list(movements)
    random.shuffle(shuffled)
    again = once(shuffled, TOLERANCE)
    assert {m.line_id for m in again[0]} == {m.line_id for m in counted}
    assert sorted(d.because for d in again[2]) == sorted(d.because for d in found)


def nowhere(n: int, sender: str, receiver: str, **changed: object) -> Movement:
    made = moved(
        f"D{n}", direction=None, origin=None, destination=None, sending=(sender,), receiving=(receiver,), file="home.csv"
    )
    return replace(made, **changed)  # type: ignore[arg-type]


LICENSED = frozenset(("acme", "zenith"))
FILES = [
    # receivers of a file's lines, each with a licence or without; how many are deliveries
    (["zenith", "other"], 2),
    (["zenith", "other", "another"], 0),
    (["zenith"], 1),
    ([], 0),
]


@pytest.mark.parametrize(("receivers", "count"), FILES)
def test_a_file_of_deliveries_goes_from_licence_holders_to_licence_holders(receivers: list[str], count: int):
    lines = [nowhere(n, "acme", receiver) for n, receiver in enumerate(receivers)]
    found = deliveries(lines, LICENSED)
    assert sum(m.direction == "domestic" and m.supposed for m in found) == count


def test_lines_that_state_a_country_or_a_direction_are_no_deliveries():
    lines = [nowhere(1, "acme", "zenith", destination="MX"), nowhere(2, "acme", "zenith", direction="export")]
    assert deliveries(lines, LICENSED) == lines
    assert [m.direction for m in deliveries([*lines, nowhere(3, "acme", "zenith")], LICENSED)] == [None, "export", "domestic"]
    assert deliveries([nowhere(1, "somebody", "zenith")], LICENSED)[0].direction is None


@pytest.mark.parametrize("parties", [49, 50, 51])
def test_a_number_that_everything_bears_is_of_no_consignment(parties: int):
    one = [moved("BILL001", "1", file="a.csv", receiving=("zenith", f"at {n}")) for n in range(parties)]
    two = [moved("BILL001", "1", file="b.csv", receiving=("zenith", f"at {n}")) for n in range(parties)]
    stays, twice, _ = once([*one, *two], Decimal("0.02"))
    assert (len(stays), len(twice)) == ((parties, parties) if parties <= 50 else (2 * parties, 0))
