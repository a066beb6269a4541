"""All registers together: those that are not there, an exporter's own share."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from precursor_screen.app.reconcile_inputs import make_frame
from precursor_screen.cases.reconcile.reconcile import mark_returned, reconcile
from precursor_screen.kernel.papers.differences import KINDS
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, OF_LAW, PERMITS, Scope
from tests.cases.reconcile.making import FRAME, confirmation, day, law, moved, notification, party, permit


def test_a_register_that_was_not_imported_is_not_an_empty_one():
    nothing = reconcile([moved()], {}, FRAME)
    assert [(u.code, u.register) for u in nothing.unjudged] == [("not-imported", r) for r in OF_LAW]
    assert not nothing.differences
    empty = reconcile([moved()], dict.fromkeys(OF_LAW, ()), FRAME)
    assert not empty.unjudged
    assert {register for register, *_ in empty.compared} == set(OF_LAW)


def test_movements_of_unknown_mass_are_counted_and_named():
    told = reconcile([moved(kg=None)], dict.fromkeys(OF_LAW, ()), FRAME).unjudged
    assert [(u.code, u.count, u.examples) for u in told] == [("mass-unknown", 1, ("x.csv:2",))]


def test_of_one_exporter_only_what_concerns_it_but_others_use_up_what_they_name():
    documents = [permit("P1"), permit("P2", exporter=party("Other"), country="KE")]
    movements = [moved("B1", "60", permit="P1"), moved("B2", "60", permit="P1", sending=("other",), sender="Other")]
    own = reconcile(movements, {PERMITS: documents}, FRAME, "acme")
    assert [(d.kind, d.document and d.document.reference) for d in own.differences] == [("over", "P1"), ("other-exporter", "P1")]
    assert [c[2:4] for c in own.compared if c[0] == PERMITS] == [(1, 1)]
    every = reconcile(movements, {PERMITS: documents}, FRAME)
    assert [d.kind for d in every.differences] == ["over", "other-exporter", "unused"]


def test_requirements_are_not_judged_for_one_exporter():
    told = reconcile([moved()], {"annual-requirements": ()}, FRAME, "acme").unjudged
    assert ("one-exporter", "annual-requirements") in [(u.code, u.register) for u in told]


def test_every_kind_says_what_would_settle_it():
    assert all(title and settle.endswith(".") and not title.endswith(".") for title, settle in KINDS.values())


RETURNED = [
    # mass, day, sender, what comes of the import: whether it is a return
    ("50", "05-01", "zenith", True),
    ("102", "05-01", "zenith", True),
    ("103", "05-01", "zenith", False),
    ("50", "09-28", "zenith", True),
    ("50", "09-29", "zenith", False),
    ("50", "03-31", "zenith", False),
    ("50", "05-01", "other", False),
]


@pytest.mark.parametrize(("kg", "on", "sender", "back"), RETURNED)
def test_what_comes_back_from_who_received_it(kg: str, on: str, sender: str, back: bool):
    left = moved()
    came = moved("B2", kg, on, direction="import", sending=(sender,), receiving=("acme",), origin="MX", destination="US")
    marked = mark_returned([came, left])
    assert [m.returned for m in marked] == [back, back and kg != "50"]
    assert [m.returned for m in mark_returned([replace(came, permit="P1"), left])] == [False, False]


def test_goods_come_back_once():
    came = [moved(f"R{n}", "60", "05-01", direction="import", sending=("zenith",), receiving=("acme",)) for n in range(2)]
    assert [m.returned for m in mark_returned([moved(), *came])] == [False, True, False]


def test_a_mass_that_most_goods_lack_is_said_once():
    movements = [moved(f"B{n}", None, permit="P1") for n in range(10)]
    result = reconcile(movements, {PERMITS: [permit(), permit("P2")]}, FRAME)
    assert [d.kind for d in result.differences] == ["unused"]
    assert [(u.code, u.count) for u in result.unjudged if u.register == PERMITS] == [("masses-missing", 10)]
    weighed = [*movements, *(moved(f"C{n}", "1", permit="P1") for n in range(10))]
    assert "mass-unknown" in [d.kind for d in reconcile(weighed, {PERMITS: [permit()]}, FRAME).differences]


@pytest.mark.parametrize(
    ("substance", "kg", "destination", "told"),
    [
        ("ephedrine", "1", "FR", True),
        ("acetic-anhydride", "108.000001", "FR", True),
        ("acetic-anhydride", "108", "FR", False),
        ("acetone", "999", "FR", False),
        ("ephedrine", "1", "CH", False),
    ],
)
def test_what_the_law_of_a_customs_union_asks_of_the_receiver_is_told(substance: str, kg: str, destination: str, told: bool):
    frame = make_frame("DE", FRAME.first, FRAME.last)
    movement = moved(kg=kg, substance_id=substance, origin="DE", destination=destination)
    codes = [u.code for u in reconcile([movement], dict.fromkeys(OF_LAW, ()), frame).unjudged]
    assert ("of-receiver" in codes) is told


@pytest.mark.parametrize(
    ("substance", "kg", "destination", "kinds"),
    [
        ("ephedrine", "1", "FR", ["missing"]),  # the seller's licence, and no notification
        ("ephedrine", "1", "MX", ["missing"] * 3),  # an export permit, a notification, a licence
        ("acetic-anhydride", "108", "FR", []),
        ("acetic-anhydride", "109", "FR", ["missing"]),
        ("acetone", "999", "FR", []),
    ],
)
def test_licences_that_the_law_asks_for(substance: str, kg: str, destination: str, kinds: list[str]):
    frame = make_frame("DE", FRAME.first, FRAME.last, scopes=dict.fromkeys(OF_LAW, Scope(complete=True)))
    movement = moved(kg=kg, substance_id=substance, origin="DE", destination=destination)
    assert [d.kind for d in reconcile([movement], dict.fromkeys(OF_LAW, ()), frame).differences] == kinds


@pytest.mark.parametrize(("base", "kinds"), [(True, []), (False, ["over"])])
def test_a_salt_under_a_permit_for_the_base(base: bool, kinds: list[str]):
    frame = replace(FRAME, law=law(base_share=lambda m: Decimal("0.8")))
    result = reconcile([moved(kg="120", permit="P1")], {PERMITS: [permit(base=base)]}, frame)
    assert [d.kind for d in result.differences if d.kind != "part-used"] == kinds


def test_what_was_supposed_or_left_out_is_told():
    lines = [
        moved(direction=None, origin=None, permit="P1"),
        moved("B1", substance_id="toluene", by_code=True),
        moved("BILL002", "10", file="a.csv", direction=None, origin=None),
        moved("BILL002", "10", file="b.csv", direction=None, origin=None),
    ]
    told = reconcile(lines, dict.fromkeys(OF_LAW, ()), replace(FRAME, law=law(home=("US",)))).unjudged
    assert [(u.code, u.count) for u in told] == [("code-only", 1), ("in-two-files", 1), ("direction-supposed", 2)]


def test_a_confirmation_is_found_by_the_notification_of_the_permit_that_goods_name():
    registers = {
        PERMITS: [permit("P1", substance_id="piperonal")],
        NOTIFICATIONS: [notification("N1", permit="P1")],
        CONFIRMATIONS: [confirmation("C1", substance_id="piperonal", notification="N1", first=day("03-25"))],
    }
    result = reconcile([moved(substance_id="piperonal", permit="P1")], registers, FRAME)
    assert [(d.kind, d.document and d.document.reference) for d in result.differences] == [("contradicting-dates", "C1")]
