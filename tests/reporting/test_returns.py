"""What the yearly return tells: a mass that nobody knows is blank, never 0, in every form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.cases.returns import make_return
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.reporting.comparison import Head, head_of, present_return
from precursor_screen.reporting.interface import Document
from tests.cases.reconcile.making import moved

HEAD = Head({}, {}, (), date(2025, 12, 31))


def told(*movements: Movement) -> Document:
    return present_return(make_return(2025, "US", movements, lambda *_: "II", ()), HEAD)


def data_of(document: Document) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, Iterator) else value for name, value in document.data().items()}


@pytest.mark.parametrize(
    ("movements", "in_workbook", "in_json", "in_text"),
    [
        ([moved(kg=None)], None, None, "not known  0 lines + 1 of unknown mass"),
        ([moved(kg="0")], Decimal(0), "0", "0 kg  1 lines"),
        ([moved(kg="10"), moved("B2", kg=None)], Decimal(10), "10", "10 kg  1 lines + 1 of unknown mass"),
    ],
)
def test_a_figure_without_any_known_mass_is_blank(movements, in_workbook, in_json, in_text):
    result = told(*movements)
    trade = next(s for s in result.tables() if s.name == "Trade")
    (row,) = trade.rows
    assert row[[c.name for c in trade.columns].index("kg")] == in_workbook
    assert data_of(result)["trade"][0]["kg"] == in_json
    assert list(result.text())[-1].endswith(in_text)


def test_the_head_of_the_form_is_filled_in_as_far_as_it_is_told():
    made = make_return(2025, "US", (moved(kg="10"),), lambda *_: "II", ())
    result = present_return(made, HEAD, head_of("United States", "Office of Forms", "", date(2026, 6, 30)))
    assert next(s for s in result.tables() if s.name == "Head").rows == [
        ("Country or territory", "United States"),
        ("Competent office", "Office of Forms"),
        ("Name of the officer", None),
        ("Date", "2026-06-30"),
        ("Signature", None),
        ("Year", "2025"),
    ]
    assert result.rows()[0] == [c.name for c in result.tables()[1].columns]


def test_the_country_of_a_party_stands_for_one_that_is_not_filed_and_is_told():
    made = make_return(2025, "US", (moved(kg="10", assumed=True),), lambda *_: "II", ())
    assert (made.figures["country"].to_list(), [u.code for u in made.unjudged]) == (["MX"], ["party-country"])


def test_seizures_and_licit_use_are_in_no_input_and_stay_blank():
    result = told(moved(kg="10"))
    sheets = {s.name: s.rows for s in result.tables()}
    assert sheets["Seizures"] == [("II", "acetone", None, None, None)]
    assert sheets["Use and needs"][0][2:4] == (None, None)
    assert data_of(result)["use"][0] | {"table": ""} == {
        "table": "",
        "substance_id": "acetone",
        "licit_use_kg": None,
        "annual_requirement_kg": None,
    }
