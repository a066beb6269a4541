"""Differences of permits, notifications and confirmations, at their edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from precursor_screen.kernel.papers.documents import Document
from precursor_screen.rulebook.registers import PERMITS, Scope
from tests.cases.reconcile.making import (
    FRAME,
    codes,
    confirmation,
    day,
    judged,
    kinds,
    law,
    moved,
    notification,
    party,
    permit,
)


@pytest.mark.parametrize(
    ("kg", "kind"),
    [("102", []), ("102.001", ["over"]), ("98", []), ("97.999", ["part-used"])],
)
def test_two_per_cent_are_tolerated_either_way(kg: str, kind: list[str]):
    assert kinds([permit()], [moved(kg=kg)]) == kind


def test_the_tolerance_can_be_set():
    assert kinds([permit()], [moved(kg="110")], replace(FRAME, tolerance=Decimal("0.1"))) == []
    assert kinds([permit()], [moved(kg="100.1")], replace(FRAME, tolerance=Decimal(0))) == ["over"]


def test_over_is_the_sum_of_all_shipments_and_tells_by_how_much():
    (one,), _ = judged([permit()], [moved("B1", "60", permit="P1"), moved("B2", "70", permit="P-1")])
    assert (one.kind, one.document_kg, one.shipped_kg, one.difference_kg) == ("over", Decimal(100), Decimal(130), Decimal(30))
    assert [m.bill for m in one.movements] == ["B1", "B2"]
    assert one.why == "names P1 (and 1 more alike)"
    assert one.remedy


DATES = [
    # status, day, kinds of a permit valid from 1 March to 31 May
    ("valid", "03-01", []),
    ("valid", "02-28", ["too-early"]),
    ("valid", "05-31", []),
    ("valid", "06-01", ["later-than-valid"]),
    ("expired", "05-31", []),  # it had not expired then
    ("expired", "06-01", ["expired"]),
    ("revoked", "04-01", ["expired"]),
    ("suspended", "04-01", ["expired"]),
    ("objected", "04-01", ["expired"]),
]


@pytest.mark.parametrize(("status", "on", "kind"), DATES)
def test_days_and_status_of_a_permit(status: str, on: str, kind: list[str]):
    assert kinds([permit(status=status)], [moved(on=on, permit="P1")]) == kind


ANSWERS = [
    # status, day; the notification was sent on 1 March, the period of reply is over on 16 March
    ("accepted", "03-02", []),
    ("accepted", "02-28", ["too-early"]),
    ("sent", "03-15", ["too-early"]),
    ("sent", "03-16", []),
    ("objected", "04-01", ["objected"]),
    ("objected", "03-02", ["objected"]),
    ("revoked", "04-01", ["expired"]),
    ("sent", "12-31", []),  # no last day is stated
]


@pytest.mark.parametrize(("status", "on", "kind"), ANSWERS)
def test_days_and_answers_of_a_notification(status: str, on: str, kind: list[str]):
    assert kinds([notification(status=status)], [moved(on=on, pen="N1", substance_id="piperonal")]) == kind


def test_a_period_of_reply_that_is_not_known_is_said():
    document, movement = notification(status="sent", reply_ends=None), moved(pen="N1", substance_id="piperonal")
    assert kinds([document], [movement]) == []
    assert codes([document], [movement]) == ["no-reply-period"]
    assert codes([replace(document, status="accepted")], [movement]) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"receiver": "Other", "receiving": ("other",)}, ["other-consignee"]),
        ({"receiver": "Other Logistics", "receiving": ("logistics other",)}, ["holder-not-visible"]),
        ({"receiver": "Zenith Paints", "receiving": ("paints zenith",)}, ["holder-not-visible"]),
        ({"receiver": "Other", "receiving": ("other",), "witnesses": ("zenith",)}, []),
        ({"sender": "Other", "sending": ("other",)}, ["holder-not-visible"]),
        (
            {"sender": "Other", "sending": ("other",), "receiver": "Another", "receiving": ("another",)},
            ["other-consignee", "other-exporter"],
        ),
        ({"destination": "KE"}, ["other-country"]),
        ({"receiving": ("other", "zenith")}, []),
        ({"receiving": ()}, []),
        ({"destination": None}, []),
    ],
)
def test_other_parties_and_countries(changed: dict[str, object], kind: list[str]):
    assert kinds([notification()], [moved(pen="N1", substance_id="piperonal", **changed)]) == kind


def test_what_is_not_told_cannot_be_compared():
    movement = moved(pen="N1", substance_id="piperonal", receiving=(), destination=None)
    assert codes([notification()], [movement]) == ["no-country", "no-party"]


def test_unused_and_part_used_only_when_the_document_has_ended_and_all_of_it_was_seen():
    assert kinds([permit()], []) == ["unused"]
    assert kinds([permit(last=day("12-31"))], []) == ["unused"]
    assert kinds([permit(last=date(2026, 1, 1))], []) == []
    assert (kinds([permit(last=None)], []), codes([permit(last=None)], [])) == ([], ["no-last-day"])
    assert kinds([permit(first=day("01-01"))], []) == ["unused"]
    early = permit(first=date(2024, 12, 31))
    (one,) = judged([early], [])[0]
    assert (one.kind, one.because) == (
        "unused",
        "nothing moved under P1 until 2025-05-31; what moved under it before 2025-01-01 is not known",
    )
    assert kinds([early], [moved(kg="50")]) == ["part-used"]
    assert kinds([permit(first=date(2024, 1, 1), last=date(2024, 12, 31))], []) == []  # of another period
    assert kinds([permit(status="revoked")], []) == []  # nobody should use it
    assert kinds([permit()], [moved(kg="50"), moved("B2", None)]) == ["mass-unknown"]  # the rest may be in it


def test_a_single_use_counts_shipments_not_lines():
    document = permit(single_use=True)
    assert kinds([document], [moved(kg="50"), moved(kg="50", line_id="B1.2", row=3)]) == []
    assert kinds([document], [moved(kg="50", permit="P1"), moved("B2", "50", permit="P1")]) == ["used-twice"]
    assert kinds([replace(document, single_use=False)], [moved(kg="50"), moved("B2", "50")]) == []


def test_a_number_that_stands_twice_is_told_and_its_mass_is_not_judged():
    found, _ = judged([permit(), permit(kg="300")], [moved(kg="900", permit="P1")])
    assert [d.kind for d in found] == ["duplicate-number"]
    assert "100 kg and 300 kg" in found[0].because
    objected = [notification(), notification(status="objected", kg="1")]
    assert kinds(objected, [moved(pen="N1", substance_id="piperonal", kg="900")]) == ["duplicate-number"]
    other = [permit(), permit(substance_id="toluene")]  # a document for two substances
    assert kinds(other, [moved(permit="P1"), moved("B2", permit="P1", substance_id="toluene")]) == []


def test_dates_that_contradict_are_told():
    assert kinds([permit(first=day("06-01"), last=day("05-01"))], [moved(permit="P1", kg="500")]) == ["contradicting-dates"]


def test_a_document_without_kilograms_is_said_not_to_be_judged():
    assert (kinds([permit(kg=None)], [moved(kg="9999")]), codes([permit(kg=None)], [moved()])) == ([], ["no-quantity"])


MISSING: list[tuple[Document, dict[str, object], list[str]]] = [
    (permit(country="KE"), {}, ["missing"]),  # the register knows exports of acetone
    (permit(country="KE"), {"direction": "import"}, []),
    (permit(country="KE", direction=None), {"direction": "import"}, ["missing"]),
    (permit(substance_id="toluene"), {}, []),
    (permit(country="KE"), {"bulk": False}, []),
    (permit(country="KE"), {"bulk": False, "permit": "P9"}, ["missing"]),
    (permit(substance_id="toluene"), {"permit": "P9"}, []),
    (notification(country="KE"), {"substance_id": "piperonal"}, ["missing"]),
    (notification(country="KE"), {"substance_id": "piperonal", "direction": "import"}, []),
    (notification(country="KE"), {"substance_id": "piperonal", "bulk": False}, []),
    (notification(country="KE"), {"substance_id": "acetone"}, []),  # the law asks for none
    (notification(country="KE"), {"substance_id": "acetone", "pen": "N9"}, ["missing"]),
]


@pytest.mark.parametrize(("document", "changed", "kind"), MISSING)
def test_missing_where_the_law_or_the_register_asks_for_one(document: Document, changed: dict[str, object], kind: list[str]):
    found = [k for k in kinds([document], [moved(**changed)]) if k != "unused"]  # type: ignore[arg-type]
    assert found == kind


def test_without_a_direction_nobody_can_tell_whether_one_is_missing():
    movement = moved(direction=None, substance_id="piperonal")
    assert codes([notification(country="KE")], [movement]) == ["no-direction"]


def test_missing_is_one_difference_a_shipment_and_substance():
    lines = [moved(kg="10"), moved(kg="20", line_id="2", row=3), moved("B2", "5")]
    found, _ = judged([permit(country="KE", last=None)], lines)
    assert [(d.kind, d.shipped_kg) for d in found] == [("missing", Decimal(30)), ("missing", Decimal(5))]


def test_a_document_for_another_substance():
    found, _ = judged([permit(substance_id="toluene", last=None)], [moved(permit="P1")])
    assert [d.kind for d in found] == ["other-substance"]
    assert "is for toluene, not for acetone" in found[0].because


@pytest.mark.parametrize(
    ("document", "movements", "kind"),
    [
        (confirmation(), [moved()], []),
        (confirmation(kg="90"), [moved()], ["mass-differs"]),
        (confirmation(kg="110"), [moved()], ["mass-differs"]),
        (confirmation(importer=party("Other")), [moved()], ["other-consignee"]),
        (confirmation(country="KE"), [moved()], ["other-country"]),
        (confirmation("ARR 7"), [moved()], []),  # by consignee, substance, country and days
        (confirmation("ARR 7", importer=party("Other")), [moved()], ["not-seen-to-leave", "unconfirmed"]),
        (confirmation("ARR 7", country="KE"), [moved(on="11-01")], ["not-seen-to-leave"]),  # to MX nobody confirms
        (confirmation("ARR 7", first=day("10-15")), [moved(on="10-03")], []),
        (confirmation("ARR 7"), [moved(on="10-03")], ["awaited", "not-seen-to-leave"]),  # may still come
        (confirmation("ARR 7", first=day("03-31")), [], []),  # left before the period, perhaps
        (confirmation("ARR 7", first=day("04-01")), [], ["not-seen-to-leave"]),
    ],
)
def test_what_the_other_side_confirms(document: Document, movements: list[object], kind: list[str]):
    assert kinds([document], movements) == kind  # type: ignore[arg-type]


STATUS_FROM = [
    # status, its first day, day of the goods, kinds
    ("revoked", "04-02", "04-01", []),
    ("revoked", "04-01", "04-01", ["expired"]),
    ("suspended", "04-02", "04-02", ["expired"]),
    ("revoked", None, "04-01", ["expired"]),
]


@pytest.mark.parametrize(("status", "since", "on", "kind"), STATUS_FROM)
def test_goods_that_left_before_a_status_began_were_in_order(status: str, since: str | None, on: str, kind: list[str]):
    assert kinds([permit(status=status, status_from=day(since))], [moved(on=on, permit="P1")]) == kind


@pytest.mark.parametrize(("on", "kind"), [("03-10", ["too-early"]), ("03-16", []), ("03-20", ["objected"])])
def test_an_objection_that_came_after_the_period_of_reply(on: str, kind: list[str]):
    document = notification(status="objected", status_from=day("03-20"))
    assert kinds([document], [moved(on=on, pen="N1", substance_id="piperonal")]) == kind


@pytest.mark.parametrize(("on", "kind"), [("03-10", ["too-early"]), ("03-14", []), ("03-20", [])])
def test_an_answer_that_came_after_the_goods_had_left(on: str, kind: list[str]):
    document = notification(status="accepted", status_from=day("03-14"))
    assert kinds([document], [moved(on=on, pen="N1", substance_id="piperonal")]) == kind


def test_another_consignee_of_a_permit():
    document = permit(importer=party("Zenith"))
    assert kinds([document], [moved(permit="P1")]) == []
    assert kinds([document], [moved(permit="P1", receiving=("other",))]) == ["other-consignee"]
    assert kinds([document], [moved(receiving=("other",))]) == ["missing", "unused"]  # without a number it is none of its papers


def test_an_import_permit_for_an_export():
    document = permit(direction="import", exporter=None, importer=party("Acme"), country="DE")
    assert kinds([document], [moved(permit="P1")]) == ["other-direction"]
    assert kinds([document], [moved(permit="P1", direction="import", receiving=("acme",), origin="DE")]) == []


TYPED = [
    # number that goods name, other changes of the goods, kinds; the register holds EA/25/01857
    ("EA/25/01851", {}, ["missing"]),
    ("EA/25/01875", {}, ["missing"]),
    ("EA/25/0185", {}, ["missing"]),
    ("EA/25/01851", {"sending": ("other",)}, ["missing", "unused"]),
    ("EA/25/01851", {"kg": "300"}, ["missing", "unused"]),  # no room for it
    ("EA/25/01341", {}, ["missing", "unused"]),
]


@pytest.mark.parametrize(("number", "changed", "kind"), TYPED)
def test_a_number_with_a_slip_is_told_and_counts_where_it_fits(number: str, changed: dict[str, object], kind: list[str]):
    found, _ = judged([permit("EA/25/01857")], [moved(permit=number, **changed)])  # type: ignore[arg-type]
    assert sorted(d.kind for d in found) == kind
    missing = next(d for d in found if d.kind == "missing")
    assert f"names {number}, which the register does not hold" in missing.because
    assert ("EA/25/01857" in missing.because) is (number != "EA/25/01341")


def test_a_number_with_a_slip_that_is_anothers():
    theirs = permit("EA/25/01851", exporter=party("Other"), country="KE", substance_id="toluene", last=None)
    found, _ = judged([permit("EA/25/01857"), theirs], [moved(permit="EA/25/01851")])
    assert [(d.kind, d.document and d.document.reference) for d in found] == [("missing", "EA/25/01857")]
    assert "names EA/25/01851, which is of Other; EA/25/01857 differs from it in one character" in found[0].because
    far = [permit("EA/25/77777"), theirs]
    assert "other-substance" in [d.kind for d in judged(far, [moved(permit="EA/25/01851")])[0]]


def test_a_number_with_a_slip_stays_behind_those_that_are_right():
    movements = [moved("B1", on="03-02", permit="EA/25/01851"), moved("B2", on="03-03", permit="EA/25/01857")]
    found, _ = judged([permit("EA/25/01857")], movements)
    assert [(d.kind, [m.bill for m in d.movements]) for d in found] == [("missing", ["B1"])]


def test_a_confirmation_that_names_another_notification():
    frame = replace(FRAME, notifications=frozenset(("N1", "N2")))
    goods = moved(pen="N1")
    assert kinds([confirmation(notification="N-1")], [goods], frame) == []
    assert kinds([confirmation(notification="N-2")], [goods], frame) == ["other-notification"]
    assert kinds([confirmation("N2")], [goods], frame) == [
        "other-notification"
    ]  # found by consignee, substance, country and days
    assert kinds([confirmation("N1")], [goods], frame) == []
    assert kinds([confirmation(notification="N-2")], [moved()], frame) == []  # the goods name none, and are under none
    under = replace(frame, notified={moved().rank: frozenset(("N1",))})
    assert kinds([confirmation(notification="N-2")], [moved()], under) == ["other-notification"]


def test_goods_that_arrived_before_they_left():
    assert kinds([confirmation(first=day("03-30"))], [moved()]) == ["contradicting-dates"]
    assert kinds([confirmation(first=day("03-31"))], [moved()]) == []  # the date line


def test_no_confirmation_is_asked_of_a_country_that_confirms_nothing_of_the_substance():
    toluene = [moved(f"T{n}", substance_id="toluene") for n in range(3)]
    documents = [confirmation()]
    assert kinds(documents, [moved(), *toluene]) == []
    assert codes(documents, [moved(), *toluene]) == ["never-confirmed"]
    assert kinds(documents, [moved(), moved("B2")]) == ["unconfirmed"]
    frame = replace(FRAME, notified={m.rank: frozenset(("N1",)) for m in toluene})
    assert kinds(documents, [moved(), *toluene], frame) == []
    assert kinds(documents, [moved(), *toluene[:2]], frame) == ["unconfirmed", "unconfirmed"]  # notified, and too few for a habit


def test_what_moved_before_the_period_is_used_up_and_not_told():
    known = replace(FRAME, known_from=date(2024, 6, 1))
    document = permit(first=date(2024, 12, 1), last=day("02-28"))
    before, inside = moved("B1", "60", "2024-12-20", permit="P1"), moved("B2", "60", "02-01", permit="P1")
    assert kinds([document], [before, inside], known) == ["over"]
    assert kinds([document], [before, replace(inside, kg=Decimal(40))], known) == []
    assert kinds(
        [permit("P9", last=day("01-15"), first=date(2024, 12, 1))], [moved("B3", on="2024-12-20", permit="LOST1")], known
    ) == ["unused"]


def test_trade_within_a_customs_union_is_asked_for_no_export_papers():
    frame = replace(FRAME, law=law(within_union=lambda m: m.destination == "DE"))
    documents = [permit(country="KE", last=None)]
    assert kinds(documents, [moved(destination="DE")], frame) == []
    assert codes(documents, [moved(destination="DE")], frame) == ["no-last-day", "within-union"]
    assert kinds(documents, [moved(destination="DE", permit="P9")], frame) == ["missing"]  # a number that nobody issued


def test_a_permit_that_was_issued_after_the_goods_left_was_dated_back():
    (one,), _ = judged([permit(issued=day("04-05"))], [moved(permit="P1")])
    assert (one.kind, one.because) == (
        "too-early",
        "left on 2025-04-01; P1 was issued on 2025-04-05, though valid from 2025-03-01",
    )
    assert kinds([permit(issued=day("04-01"))], [moved(permit="P1")]) == []


def test_an_answer_that_came_after_the_goods_had_left_was_none_yet():
    early, late = moved(on="03-10", substance_id="piperonal"), moved(on="03-12", substance_id="piperonal")
    answered = [notification(status_from=day("03-12"))]
    assert kinds(answered, [early]) == ["too-early"]
    assert kinds(answered, [late]) == []


@pytest.mark.parametrize(("on", "kind"), [("03-15", ["too-early"]), ("03-16", [])])
def test_a_declaration_precedes_the_export(on: str, kind: list[str]):
    assert kinds([permit(issued=day("03-01"), reply_ends=day("03-16"))], [moved(on=on, permit="P1")]) == kind


SMALL = [
    # kilograms without a permit, from what on the law asks for a paper, kinds
    ("9", "10", []),
    ("9.5", "9.500001", []),
    ("9.5", "9.5", ["missing"]),
    ("10", "10", ["missing"]),  # a tenth of what permits were issued for
    ("9", "0", ["missing"]),
    ("9", None, ["missing"]),
    (None, "10", ["missing"]),
]


@pytest.mark.parametrize(("kg", "least", "kind"), SMALL)
def test_small_lots_are_asked_for_no_permit(kg: str | None, least: str | None, kind: list[str]):
    frame = replace(FRAME, law=law(papers_from=lambda m: least and Decimal(least)))
    lines = [moved(kg=kg, sending=("other",), on="10-01")]
    three = [permit(f"P{n}", last=None) for n in range(3)]
    assert kinds(three, lines, frame) == kind
    assert kinds([*three[1:], permit("P9", "80", last=None)], lines, frame) == ["missing"]  # permits were issued for less
    assert kinds(three[1:], lines, frame) == ["missing"]  # two are no habit
    assert ("small-lot" in codes(three, lines, frame)) is not bool(kind)


def test_small_lots_of_one_pair_count_together():
    frame = replace(FRAME, law=law(papers_from=lambda m: Decimal(8)))
    lines = [moved(f"B{n}", "4.5", f"10-0{n}", sending=("other",)) for n in (1, 2)]
    three = [permit(f"P{n}", last=None) for n in range(3)]
    assert kinds(three, lines, frame) == ["missing", "missing"]
    assert kinds(three, lines[:1], frame) == []


def test_the_law_asks_for_a_permit_of_a_substance_that_the_register_lacks():
    says_nothing = replace(FRAME, law=law(needs_permit=lambda m: m.substance_id == "safrole"))
    assert kinds([permit(last=None)], [moved(substance_id="safrole")], says_nothing) == []
    assert "not-held" in codes([permit(last=None)], [moved(substance_id="safrole")], says_nothing)
    frame = replace(says_nothing, scopes={PERMITS: Scope(complete=True)})
    assert kinds([permit(last=None)], [moved(substance_id="safrole")], frame) == ["missing"]
    assert kinds([permit(last=None)], [moved(substance_id="toluene")], frame) == []


def test_within_a_union_a_number_of_another_register_is_no_lack():
    frame = replace(FRAME, law=law(within_union=lambda m: True))
    documents = [permit("EXP-17", country="KE", last=None)]
    assert kinds(documents, [moved(permit="DEC-99")], frame) == []
    assert kinds(documents, [moved(permit="EXP-99")], frame) == ["missing"]


def test_goods_that_were_not_notified_are_not_expected_to_be_confirmed():
    frame = replace(FRAME, notifications=frozenset(("N1",)))
    goods = moved("B9", on="04-01")
    notified = replace(frame, notified={goods.rank: frozenset(("N1",))})
    assert "unconfirmed" in kinds([confirmation()], [goods, moved()], notified)
    assert "unconfirmed" not in kinds([confirmation()], [goods, moved()], frame)


@pytest.mark.parametrize(("kg", "kind"), [("25", []), ("25.1", ["missing"])])
def test_more_than_a_canister_or_two_is_no_sample(kg: str, kind: list[str]):
    frame = replace(FRAME, law=law(papers_from=lambda m: Decimal(1500)))
    large = [permit(f"P{n}", "9000", last=None) for n in range(3)]
    assert kinds(large, [moved(kg=kg, sending=("other",), on="10-01")], frame) == kind


def test_goods_of_nobody_whom_a_permit_names_count_once():
    paper = permit(direction=None, holder=party("Holder"), exporter=party("Exporter"), importer=party("Zenith"))
    (one,) = [d for d in judged([paper], [moved(permit="P1")])[0] if d.kind == "other-exporter"]
    assert (one.shipped_kg, one.why) == (Decimal(100), "names P1")
