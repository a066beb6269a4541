"""What registers say of single goods: found by parties, the number confirms or contradicts."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.kernel.papers.documents import Document
from precursor_screen.kernel.papers.facts import PaperFacts, Papers
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.principals import of_one_group, shipped_go_betweens
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS, Scope
from tests.cases.reconcile.making import day, moved, notification, party, permit


def of_permits(movement: Movement, *documents: Document, scope: Scope | None = None) -> PaperFacts:
    return Papers(PERMITS, documents, shipped_go_betweens(), scope or Scope()).of(movement)


def of_notifications(movement: Movement, *documents: Document) -> PaperFacts:
    return Papers(NOTIFICATIONS, documents, shipped_go_betweens()).of(movement)


def goods(**changed: Any) -> Movement:
    return moved(**{"substance_id": "piperonal", **changed})


P1 = permit("EX-4711", importer=party("Zenith"))
OTHERS = permit("EX-9000", exporter=party("Borealis Works"), importer=party("Quillan Oy"))
NOBODY = {"sending": ("nowhere",), "receiving": ("noplace",)}


@pytest.mark.parametrize(
    ("changed", "differences", "covers"),
    [
        ({"permit": "EX-4711"}, (), True),
        ({"permit": "ex 4711"}, (), True),
        ({}, (), True),  # by its parties
        ({"permit": "EX-9000"}, ("other-consignee", "other-exporter"), False),  # stolen
        ({"permit": "ZZ-123456"}, ("unknown-number",), False),  # invented
        ({"permit": "EX-4711", "destination": "KE"}, ("other-country",), False),
        ({"permit": "EX-4711", "on": "07-15"}, ("later-than-valid",), False),
        ({"permit": "EX-4711", "on": "02-15"}, ("too-early",), False),
        ({"permit": "EX-4711", "substance_id": "toluene"}, ("other-substance",), False),
        ({"permit": "EX-4711", "direction": "import"}, ("other-direction",), False),
        ({"permit": "EX-4711", "direction": "domestic"}, (), True),
        ({"permit": "EX-4711", **NOBODY}, ("other-consignee", "other-exporter"), False),
        ({"permit": "EX-4711", **NOBODY, "witnesses": ("acme", "zenith")}, (), True),  # the notify party, the house bill
        ({"permit": "EX-4711", "sending": ("larnmoor",)}, ("holder-not-visible",), True),  # a trader in the middle
        ({"permit": "EX-4711", "receiving": ("sable logistics",)}, ("holder-not-visible",), True),  # a forwarder
        ({"permit": "EX-4711", "receiving": ("larnmoor",)}, ("other-consignee",), False),
    ],
)
def test_a_permit_of_goods(changed: dict[str, Any], differences: tuple[str, ...], covers: bool):
    found = of_permits(moved(**changed), P1, OTHERS)
    assert (found.differences, found.covers) == (differences, covers)


def test_revoked_suspended_and_not_yet():
    for status, wrong in (("revoked", ("expired",)), ("suspended", ("expired",)), ("valid", ())):
        assert of_permits(moved(permit="EX-4711"), replace(P1, status=status)).differences == wrong
    later = replace(P1, status="revoked", status_from=day("04-02"))
    assert of_permits(moved(permit="EX-4711", on="04-01"), later).covers
    assert not of_permits(moved(permit="EX-4711", on="04-02"), later).covers
    assert of_permits(moved(), replace(P1, status="revoked")).differences == ("expired",)  # though nobody names it


def test_the_number_of_before_stands_for_the_next_permit_of_the_holder():
    next_one = replace(P1, reference="EX-5000", number="EX5000", first=day("06-01"), last=day("08-31"))
    found = of_permits(moved(permit="EX-4711", on="07-15"), P1, next_one)
    assert (found.differences, found.covers, found.document) == ((), True, next_one)


def test_a_number_that_an_incomplete_register_does_not_hold_proves_nothing():
    unknown = moved(permit="ZZ-123456")
    assert of_permits(unknown, P1, scope=Scope(complete=False)).differences == ()
    assert of_permits(unknown, P1, scope=Scope(complete=True)).differences == ("unknown-number",)
    assert of_permits(unknown, P1, scope=Scope(complete=True, substances=("toluene",))).differences == ()
    assert of_permits(unknown, P1, scope=Scope(complete=True, last="2025-03-31")).differences == ()


@pytest.mark.parametrize("named", [None, "N1", "N9", "TBA"])
def test_an_objection_is_seen_whatever_number_the_goods_name(named: str | None):
    refused = notification(status="objected")
    assert of_notifications(goods(pen=named), refused).differences[0] == "objected"


def test_an_office_that_imports_sees_the_objection_too():
    refused = notification(status="objected")
    assert of_notifications(goods(direction="import"), refused).differences == ("objected",)
    assert of_notifications(goods(direction="import", pen="N1"), notification()).covers


def test_a_later_acceptance_ends_an_objection():
    refused = notification(status="objected", sent=day("03-01"))
    accepted = notification("N2", sent=day("03-10"), first=day("03-10"))
    found = of_notifications(goods(), refused, accepted)
    assert (found.differences, found.covers, found.document and found.document.reference) == ((), True, "N2")
    earlier = notification("N2", sent=day("02-10"), first=day("02-10"))
    assert of_notifications(goods(), refused, earlier).differences == ("objected",)


def test_the_same_buyer_was_refused_from_another_sender():
    refused = notification(status="objected", exporter=party("Borealis"))
    assert of_notifications(goods(), refused).differences == ("objected-before",)
    assert of_notifications(goods(on="12-31"), refused).differences == ("objected-before",)
    assert of_notifications(replace(goods(), day=day("2026-03-02")), refused).differences == ()  # a year and a day after
    assert of_notifications(goods(receiving=("else",)), refused).differences == ()


def test_no_register_of_notifications_covers_before_the_answer():
    assert not of_notifications(goods(), notification(status="sent")).covers
    assert of_notifications(goods(), notification()).covers


@pytest.mark.parametrize(
    ("one", "other", "group"),
    [
        ("Orvane Chemie GmbH", "Orvane International Trading SA", True),
        ("Orvane Chemie GmbH", "Orvano Chemie GmbH", False),
        ("Trading Corp No. 2", "Trading Corp No. 7", False),
        ("Orvane 2 Ltd", "Orvane 7 Ltd", False),
        ("", "", False),
    ],
)
def test_firms_of_one_group(one: str, other: str, group: bool):
    assert of_one_group(one, other) is group
