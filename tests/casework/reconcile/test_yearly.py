"""Licences and annual requirements: what counts a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.casework.reconcile.documents import Document
from precursor_screen.casework.reconcile.yearly import judge_licences, judge_requirements
from precursor_screen.rulebook.registers import LICENCES, REQUIREMENTS
from tests.casework.reconcile.making import FRAME, day, moved, party


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
        ({"holder": party("Zenith")}, "04-01", "103", ["licence-exceeded"]),  # the receiver's
        ({"holder": party("Other")}, "04-01", "103", []),
    ],
)
def test_a_licence(changed: dict[str, Any], on: str, kg: str, kind: list[str]):
    found, _ = judge_licences([licence(**changed)], [moved(kg=kg, on=on)], FRAME)
    assert [d.kind for d in found] == kind


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
