"""Lines that contradict themselves, and the places of delivery that other lines know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.app.reconcile_inputs import read_line_details
from precursor_screen.cases.reconcile.reconcile import judge_by_itself
from precursor_screen.kernel.papers.movements import LineDetails
from tests.cases.reconcile.making import day, moved


@pytest.mark.parametrize(("arrival", "kinds"), [("04-09", []), ("04-08", ["contradicting-dates"]), ("04-30", []), (None, [])])
def test_goods_do_not_arrive_before_they_left(arrival: str | None, kinds: list[str]):
    line = moved(details=LineDetails(day("04-10"), day(arrival)))
    assert [d.kind for d in judge_by_itself([line])] == kinds


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({}, ["other-place"]),
        ({"goods": "Acetone, in transit to Toluca"}, []),
        ({"direction": "import"}, []),
        ({"details": LineDetails(delivery="Colima")}, []),
    ],
)
def test_a_place_of_delivery_elsewhere(changed: dict[str, Any], kinds: list[str]):
    line = moved(**{"details": LineDetails(delivery="Adelsport", elsewhere="KE"), "goods": "Acetone", **changed})
    assert [d.kind for d in judge_by_itself([line])] == kinds


def told(*rows: tuple[str, str | None]) -> list[str]:
    lines = pa.table(
        {
            "line_id": [str(n) for n in range(len(rows))],
            "place_of_delivery": pa.array([place for place, _ in rows], pa.string()),
            "country_of_destination": pa.array([country for _, country in rows], pa.string()),
        }
    )
    return [read_line_details(lines)[str(n)].elsewhere for n in range(len(rows))]


def test_a_place_is_where_the_other_lines_have_it():
    assert told(("Adelsport", "KE"), ("ADELSPORT", "KE"), ("Adelsport", "MX")) == ["", "", "KE"]
    assert told(("Adelsport", "KE"), ("Adelsport", "MX")) == ["", ""]  # one line proves nothing
    assert told(("Adelsport", "KE"), ("Adelsport", "KE"), ("Adelsport", "CO"), ("Adelsport", "CO")) == [""] * 4  # two towns
    assert told(("Adelsport", "KE"), ("Adelsport", "KE"), ("Adelsport", None)) == ["", "", ""]


def test_lines_without_days_and_places_say_nothing():
    assert read_line_details(pa.table({"line_id": ["1"]})) == {}
    lines = pa.table({"line_id": ["1"], "dispatch_date": [date(2025, 4, 1)]})
    assert read_line_details(lines) == {"1": LineDetails(date(2025, 4, 1))}
