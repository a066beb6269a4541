"""Licences and annual requirements: what counts a year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.cases.reconcile.yearly import judge_licences, judge_requirements
from precursor_screen.kernel.papers.documents import Document, Party
from precursor_screen.rulebook.registers import LICENCES, REQUIREMENTS, Scope
from tests.cases.reconcile.making import FRAME, day, law, moved, party


def licence(number: str = "L1", kg: str | None = "100", **changed: Any) -> Document:
    values = {"holder": party("Acme"), "first": day("02-01"), "last": day("11-30"), **changed}
    return Document(LICENCES, number, number, "acetone", kg and Decimal(kg), **values)


def need(kg: str = "100") -> Document:
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    return Document(REQUIREMENTS, "MX 2025", "MX2025", "acetone", Decimal(kg), country="MX", first=first, last=last)


@pytest.mark.parametrize(
    ("changed", "on", "kg", "kind"),
    [
        ({}, "04-01", "102", []),
        ({}, "04-01", "102.1", ["licence-exceeded"]),
        ({}, "02-01", "1", []),
        ({}, "01-31", "1", ["too-early"]),
        ({}, "11-30", "1", []),
        ({}, "12-01", "1", ["later-than-valid"]),
        ({"status": "suspended"}, "04-01", "1", ["expired"]),
        ({"status": "expired"}, "12-01", "1", ["expired"]),
        ({"status": "expired"}, "04-01", "1", []),
        ({"status": "expired", "last": None}, "04-01", "1", ["expired"]),
        ({"holder": party("Zenith")}, "04-01", "103", ["licence-exceeded", "missing"]),  # the receiver's
        ({"holder": party("Other")}, "04-01", "103", ["missing"]),  # of who sends there is none
    ],
)
def test_a_licence(changed: dict[str, Any], on: str, kg: str, kind: list[str]):
    found, _ = judge_licences([licence(**changed)], [moved(kg=kg, on=on)], FRAME)
    assert sorted(d.kind for d in found) == kind


def test_licences_of_one_holder_add_up_and_the_one_in_force_counts():
    two = [licence("L1", "60"), licence("L2", "60")]
    assert not judge_licences(two, [moved(kg="110")], FRAME)[0]
    follows = [licence("L1", last=day("05-31")), licence("L2", first=day("06-01"))]
    assert not judge_licences(follows, [moved(on="05-31"), moved("B2", on="06-01")], FRAME)[0]
    assert not judge_licences([licence(status="revoked"), licence("L2")], [moved()], FRAME)[0]


def test_a_licence_that_stands_twice_or_states_nothing():
    found, _ = judge_licences([licence(), licence(kg="900")], [moved(kg="500")], FRAME)
    assert [d.kind for d in found] == ["duplicate-number"]
    found, told = judge_licences([licence(kg=None)], [moved(kg="500")], FRAME)
    assert (found, [u.code for u in told]) == ([], ["no-quantity"])


def test_years_are_calendar_years():
    frame = replace(FRAME, first=date(2024, 1, 1))
    long = licence(first=date(2024, 1, 1))
    movements = [moved(on="2024-12-31"), moved("B2", on="2025-01-01")]
    assert not judge_licences([long], movements, frame)[0]
    both = [moved(on="2024-12-30"), moved("B2", on="2024-12-31")]
    assert [d.kind for d in judge_licences([long], both, frame)[0]] == ["licence-exceeded"]


def test_a_year_in_part_is_said():
    _, told = judge_licences([licence()], [moved()], replace(FRAME, last=date(2025, 12, 30)))
    assert [(u.code, u.count) for u in told] == [("year-in-part", 1)]
    assert judge_licences([licence()], [moved()], FRAME)[1] == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"kg": "102"}, []),
        ({"kg": "103"}, ["requirement-exceeded"]),
        ({"kg": "103", "destination": "KE"}, []),
        ({"kg": "103", "direction": "import"}, ["requirement-exceeded"]),
        ({"kg": "103", "direction": "transit"}, []),
        ({"kg": "103", "substance_id": "toluene"}, []),
        ({"kg": "103", "on": "2024-12-31"}, []),
    ],
)
def test_a_requirement(changed: dict[str, Any], kind: list[str]):
    assert [d.kind for d in judge_requirements([need()], [moved(**changed)], FRAME)[0]] == kind


def test_a_requirement_that_stands_twice_and_masses_and_countries_that_are_not_known():
    assert [d.kind for d in judge_requirements([need(), need("200")], [moved(kg="900")], FRAME)[0]] == ["duplicate-number"]
    _, told = judge_requirements([need()], [moved(kg=None), moved("B2", destination=None)], FRAME)
    assert [u.code for u in told] == ["mass-unknown", "no-country"]


@pytest.mark.parametrize(
    ("changed", "on", "said"),
    [
        ({"status": "suspended"}, "04-01", "licence L1 of Acme is suspended; goods moved on 2025-04-01"),
        ({}, "12-01", "goods moved on 2025-12-01; licence L1 of Acme ended on 2025-11-30"),
        ({}, "01-31", "goods moved on 2025-01-31; licence L1 of Acme begins on 2025-02-01"),
        ({}, "04-01", "500 kg of acetone moved in 2025; 100 kg a year by L1"),
    ],
)
def test_each_kind_says_what_it_is_about(changed: dict[str, Any], on: str, said: str):
    (found,) = judge_licences([licence(**changed)], [moved(kg="500", on=on)], FRAME)[0]
    assert found.because == said
    assert found.difference_kg == (Decimal(400) if "moved in" in said else None)


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({"first": date(2026, 1, 1), "last": None}, ["licence-exceeded"]),  # of the next year
        ({"first": date(2024, 1, 1), "last": date(2024, 12, 31)}, ["licence-exceeded"]),  # of the year before
        ({"first": date(2025, 12, 31), "last": None}, []),  # in force on its last day
        ({"first": date(2024, 1, 1), "last": date(2025, 1, 1)}, []),  # and on its first
        ({"first": None}, []),
        ({"status": "revoked"}, ["licence-exceeded"]),
        ({"status": "expired", "last": None}, ["licence-exceeded"]),  # nobody knows when
        ({"status": "expired"}, []),
        ({"last": None}, []),
    ],
)
def test_which_licences_count_for_a_year(other: dict[str, Any], kind: list[str]):
    found, _ = judge_licences([licence("L1"), licence("L2", **other)], [moved(kg="200", on="06-01")], FRAME)
    assert [d.kind for d in found] == kind


def test_a_number_that_stands_twice_names_both_masses():
    found, _ = judge_licences([licence(), licence(kg="900")], [], FRAME)
    assert [d.because for d in found] == ["L1 is in 2 rows, for 100 kg and 900 kg a year"]
    assert not judge_licences([replace(licence(), authority="A"), replace(licence(), authority="B")], [], FRAME)[0]


@pytest.mark.parametrize(("kg", "kind"), [("102", []), ("102.000001", ["requirement-exceeded"])])
def test_a_requirement_at_the_edge_of_the_tolerance(kg: str, kind: list[str]):
    found, _ = judge_requirements([need()], [moved(kg=kg)], FRAME)
    assert [d.kind for d in found] == kind
    assert [d.difference_kg for d in found] == ([Decimal(kg) - 100] if kind else [])


def test_a_requirement_that_states_no_kilograms_is_told():
    found, told = judge_requirements([replace(need(), kg=None)], [moved()], FRAME)
    assert (found, [u.code for u in told]) == ([], ["no-quantity"])


def test_who_never_held_a_licence():
    other = moved("B2", sender="Borealis", sending=("borealis",))
    (found,) = judge_licences([licence(kg=None)], [moved(), other, replace(other, bill="B3")], FRAME)[0]
    assert (found.kind, [m.bill for m in found.movements]) == ("missing", ["B2", "B3"])
    assert found.because == "200 kg of acetone; the register has no licence of Borealis for it"
    assert not judge_licences([licence(kg=None)], [replace(other, substance_id="toluene")], FRAME)[0]
    assert not judge_licences([licence(kg=None)], [replace(other, bulk=False)], FRAME)[0]


def test_importers_are_asked_where_importers_are_licensed_or_the_law_asks():
    brought = moved("B2", direction="import", sending=("zenith",), receiving=("borealis",), origin="MX", destination="US")
    assert not judge_licences([licence(kg=None)], [brought], FRAME)[0]
    of_acme = replace(brought, bill="B1", receiving=("acme",))
    assert [d.kind for d in judge_licences([licence(kg=None)], [brought, of_acme], FRAME)[0]] == ["missing"]
    came_back = replace(of_acme, returned=True)  # importers are licensed all the same
    assert [d.kind for d in judge_licences([licence(kg=None)], [brought, came_back], FRAME)[0]] == ["missing"]
    silent = replace(FRAME, law=law(licence_from=lambda m: Decimal("50.000001")))
    assert not judge_licences([], [brought], silent)[0]  # it does not say that it is complete, and holds none of the substance
    asking = replace(silent, scopes={LICENCES: Scope(complete=True)})
    assert [d.kind for d in judge_licences([], [brought], asking)[0]] == ["missing"]
    assert not judge_licences([], [replace(brought, kg=Decimal(50))], asking)[0]
    assert [d.kind for d in judge_licences([], [replace(brought, kg=Decimal(30), bill=b) for b in ("B1", "B2")], asking)[0]] == [
        "missing"
    ]


def test_dates_of_a_licence_that_contradict_are_told_and_judge_nothing():
    (found,) = judge_licences([licence(first=day("06-01"), last=day("05-01"))], [moved()], FRAME)[0]
    assert (found.kind, found.because) == ("contradicting-dates", "L1 is valid from 2025-06-01 until 2025-05-01")


def test_a_licence_that_was_suspended_later():
    later = licence(status="suspended", status_from=day("06-01"))
    assert not judge_licences([later], [moved(on="05-31")], FRAME)[0]
    assert [d.kind for d in judge_licences([later], [moved(on="06-01")], FRAME)[0]] == ["expired"]


def test_licences_without_a_limit_are_one_line():
    many = [licence(f"L{n}", None, holder=party(f"Firm {n}")) for n in range(9)]
    goods = [moved(f"B{n}", sending=(f"firm {n}",)) for n in range(9) for _ in range(2)]
    found, told = judge_licences(many, goods, FRAME)
    assert (found, [(u.code, u.count) for u in told]) == ([], [("no-quantity", 9)])


@pytest.mark.parametrize(
    ("sender", "kind", "code"),
    [
        ("Brennhold Chemical Supply", ["missing"], []),
        ("Halvorsen Fine Chemicals and Reagents Inc", [], ["holder-alike"]),
        ("Halvorsen Fine Chemicals 2 Inc", ["missing"], []),
    ],
)
def test_a_name_very_like_a_holder_is_asked_about(sender: str, kind: list[str], code: list[str]):
    held = licence(kg=None, holder=Party("chemical fine halvorsen reagent", "Halvorsen Fine Chemicals & Reagent Inc"))
    goods = moved(sender=sender, sending=(sender.casefold(),))
    found, told = judge_licences([held], [goods], FRAME)
    assert ([d.kind for d in found], [u.code for u in told]) == (kind, code)


BUYERS = [
    # deliveries to holders, from what on the law asks; how many are without a licence
    (0, Decimal(0), 1),
    (0, Decimal("100.000001"), 0),
    (0, Decimal(100), 1),
    (0, Decimal(99), 1),
    (0, None, 0),
    (9, None, 1),  # nine in ten hold one
    (8, None, 0),
]


@pytest.mark.parametrize(("holders", "least", "missing"), BUYERS)
def test_a_buyer_at_home_without_a_licence(holders: int, least: Decimal | None, missing: int):
    frame = replace(FRAME, law=law(licence_from=lambda m: least, class_of=lambda m: "1"))
    lines = [moved(f"B{n}", "1", direction="domestic") for n in range(holders)]
    lines.append(moved("B99", direction="domestic", receiving=("other",), receiver="Other"))
    found, _ = judge_licences([licence(holder=party("Zenith"), kg=None)], lines, frame)
    without = [d for d in found if d.kind == "missing"]
    assert len(without) == missing
    assert all("no licence of Other" in d.because for d in without)
