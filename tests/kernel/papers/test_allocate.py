"""Allocation: what goods name, then what agrees; a movement's mass is given out once and whole."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from precursor_screen.kernel.papers.allocate import AllocateResult, allocate
from precursor_screen.kernel.papers.book import Book
from precursor_screen.kernel.papers.documents import Document
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS
from tests.cases.reconcile.making import day, moved, notification, party, permit
from tests.examples import examples


def shares(allocated: AllocateResult) -> list[tuple[str, str, str | None]]:
    """(bill, number of the document, kilograms) of every allocation."""
    return sorted((a.movement.bill, a.document.reference, a.kg and f"{a.kg.normalize():f}") for a in allocated.allocations)


def test_the_number_comes_first_whatever_else_disagrees():
    other = permit("P2", exporter=party("Other"), country="KE")
    allocated = allocate(PERMITS, [moved(permit="p-2")], [permit("P1"), other])
    assert shares(allocated) == [("B1", "P2", "100")]
    assert allocated.allocations[0].why == "names P2"


def test_without_a_number_party_substance_country_and_days_must_agree():
    for other in (
        {"exporter": party("Other")},
        {"substance_id": "toluene"},
        {"country": "KE"},
        {"direction": "import"},
        {"first": day("05-02"), "last": None},  # 31 days off
        {"last": day("03-01")},
        {"exporter": None},  # names nobody
    ):
        allocated = allocate(PERMITS, [moved()], [permit(**other)])
        assert not allocated.allocations, other
        assert [u.movement.bill for u in allocated.unmatched] == ["B1"]
    assert shares(allocate(PERMITS, [moved()], [permit(first=day("05-01"))])) == [("B1", "P1", "100")]  # 30 days off
    assert shares(allocate(PERMITS, [moved(permit="TBA")], [permit()])) == [("B1", "P1", "100")]


def test_every_party_that_a_document_names_must_agree():
    movement = moved(substance_id="piperonal", receiving=("other",))
    assert not allocate(NOTIFICATIONS, [movement], [notification()]).allocations


def test_an_unknown_number_is_not_guessed_at():
    allocated = allocate(PERMITS, [moved(permit="P9")], [permit()])
    assert [u.why for u in allocated.unmatched] == ["names P9, which the register does not hold"]


def test_the_nearest_then_the_largest_coverage_then_the_number():
    near, far = notification("N2", sent=day("03-20"), first=day("03-20")), notification("N1")
    piperonal = moved(substance_id="piperonal")
    assert shares(allocate(NOTIFICATIONS, [piperonal], [far, near])) == [("B1", "N2", "100")]
    assert shares(allocate(PERMITS, [moved()], [permit("P1", "60"), permit("P2", "90")])) == [
        ("B1", "P1", "10"),
        ("B1", "P2", "90"),
    ]
    assert shares(allocate(PERMITS, [moved()], [permit("P2"), permit("P1")])) == [("B1", "P1", "100")]


def test_what_is_in_force_goes_before_what_is_not():
    revoked = permit("P1", "500", status="revoked")
    assert shares(allocate(PERMITS, [moved()], [revoked, permit("P2", "50")])) == [("B1", "P2", "100")]
    assert shares(allocate(PERMITS, [moved()], [revoked])) == [("B1", "P1", "100")]


def test_a_single_use_is_not_spent_on_a_second_shipment_while_there_is_another_permit():
    single = permit("P1", "500", single_use=True)
    movements = [moved("B1", permit="P1"), moved("B2")]
    assert shares(allocate(PERMITS, movements, [single, permit("P2", "100")])) == [("B1", "P1", "100"), ("B2", "P2", "100")]


def test_a_cell_may_name_several_numbers():
    allocated = allocate(PERMITS, [moved(permit="P1; P2")], [permit("P1", "60"), permit("P2", "60")])
    assert [kg for _, _, kg in shares(allocated)] == ["60", "40"]
    assert "takes 60 of 100 kg" in allocated.allocations[0].why


def test_named_goods_are_placed_before_those_that_name_nothing():
    movements = [moved("B1", "100", "03-02"), moved("B2", "100", "03-03", permit="P1")]
    allocated = allocate(PERMITS, movements, [permit("P1", "100"), permit("P2", "100")])
    assert shares(allocated) == [("B1", "P2", "100"), ("B2", "P1", "100")]


def test_within_the_tolerance_nothing_is_split():
    documents = [permit("P1", "99"), permit("P2", "50")]
    assert len(allocate(PERMITS, [moved()], documents, Decimal("0.02")).allocations) == 1
    assert len(allocate(PERMITS, [moved()], documents).allocations) == 2


def test_an_unknown_mass_is_placed_and_stays_unknown():
    assert shares(allocate(PERMITS, [moved(kg=None)], [permit(), permit("P2")])) == [("B1", "P1", None)]


NUMBERS = ("P1", "P2", "P3")
MASSES = st.one_of(st.none(), st.integers(0, 300).map(str))
DOCUMENTS = st.lists(
    st.builds(
        permit,
        st.sampled_from(NUMBERS),
        MASSES,
        country=st.sampled_from(("MX", "KE", None)),
        status=st.sampled_from(("valid", "revoked", "expired")),
        single_use=st.booleans(),
        last=st.sampled_from((day("04-15"), day("05-31"), None)),
    ),
    max_size=6,
)
MOVEMENTS = st.lists(
    st.tuples(MASSES, st.sampled_from((None, "TBA", *NUMBERS, "P1, P2", "P9")), st.sampled_from(("04-01", "04-20", "06-10"))),
    max_size=8,
).map(lambda some: [moved(f"B{n}", kg, on, permit=number) for n, (kg, number, on) in enumerate(some)])


@examples(40, 150)
@given(MOVEMENTS, DOCUMENTS, st.sampled_from(("0", "0.02", "0.5")))
def test_mass_is_conserved(movements: list[Movement], documents: list[Document], tolerance: str):
    allocated = allocate(PERMITS, movements, documents, Decimal(tolerance))
    placed = {m.bill: [a for a in allocated.allocations if a.movement.bill == m.bill] for m in movements}
    left = [u.movement.bill for u in allocated.unmatched]
    for movement in movements:
        parts = placed[movement.bill]
        assert bool(parts) != (movement.bill in left)
        if parts and movement.kg is None:
            assert [a.kg for a in parts] == [None]
        elif parts:
            assert sum(a.kg for a in parts if a.kg is not None) == movement.kg
            assert all(a.kg is not None and 0 <= a.kg <= (movement.kg or 0) for a in parts)
            assert len({id(a.document) for a in parts}) == len(parts)
        assert all(a.why for a in parts)
    assert len(left) == len(set(left))


@examples(40, 150)
@given(MOVEMENTS, DOCUMENTS, st.integers())
def test_the_order_of_rows_does_not_count(movements: list[Movement], documents: list[Document], seed: int):
    shuffled, other = list(movements), list(documents)
    random.Random(seed).shuffle(shuffled)
    random.Random(seed + 1).shuffle(other)

    def told(allocated: AllocateResult) -> list[object]:
        rows = [(a.movement.bill, a.document.rank, a.kg, a.why) for a in allocated.allocations]
        return [rows, [(u.movement.bill, u.why) for u in allocated.unmatched]]

    assert told(allocate(PERMITS, movements, documents)) == told(allocate(PERMITS, shuffled, other))


@examples(40, 200)
@given(st.text("EA/0123", min_size=5, max_size=9), st.lists(st.text("EA/0123", min_size=5, max_size=9), max_size=6))
def test_the_nearest_numbers_are_those_that_differ_in_one_character(named: str, numbers: list[str]):
    documents = [permit(number, exporter=party("Other")) for number in dict.fromkeys(numbers)]
    found, _ = Book(PERMITS, documents, Decimal(0)).nearest(moved(), named)
    plain = "".join(c for c in named if c.isalnum())
    expected = {d.reference for d in documents if OSA.distance(plain, d.number) == 1} if len(plain) >= 5 else set()
    assert {d.reference for d in found} == expected


def test_a_notification_is_found_by_the_permit_that_it_was_sent_for():
    documents = [notification("N1", permit="P1"), notification("N2", permit="P2")]
    goods = moved(substance_id="piperonal", permit="P-2")
    result = allocate(NOTIFICATIONS, [goods], documents)
    assert [(a.document.reference, a.by_number) for a in result.allocations] == [("N2", True)]
    under = moved(substance_id="piperonal", under=("P1",))
    assert [a.document.reference for a in allocate(NOTIFICATIONS, [under], documents).allocations] == ["N1"]


def test_a_notification_for_another_permit_is_not_taken():
    goods = moved(substance_id="piperonal", permit="P3", under=("P3",))
    result = allocate(NOTIFICATIONS, [goods], [notification("N1", permit="P1")])
    assert [(u.named, u.others) for u in result.unmatched] == [("", ())]
    assert allocate(NOTIFICATIONS, [goods], [notification("N1")]).allocations  # one that names no permit may be


def test_the_nearest_number_says_whether_it_may_have_been_meant():
    goods = moved(kg="500", permit="EX/25/00524")
    meant = permit("EX/25/00542", importer=party("Zenith"))
    (one,) = allocate(PERMITS, [goods], [meant]).unmatched  # no room for so much
    assert one.why == "names EX/25/00524, which the register does not hold; the nearest is EX/25/00542 (Acme, Zenith, acetone)"
    other = permit("EX/25/00542", exporter=party("Nadir"), importer=party("Apex"))
    assert allocate(PERMITS, [goods], [other]).unmatched[0].why.endswith(", of another sender and receiver: hardly a slip")
