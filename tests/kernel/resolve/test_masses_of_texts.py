"""The mass of what the recogniser finds in texts as trade writes them; where a text does not settle it, none, and why."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from precursor_screen.api import lookup
from precursor_screen.kernel.resolve.quantities import quantify
from precursor_screen.reference.bundle import Reference
from tests.screening import screen_rows, with_rules

CASES = list(csv.DictReader((Path(__file__).parents[2] / "judgements" / "masses.csv").read_text("utf-8").splitlines()))


def masses(reference: Reference, text: str, substance_id: str) -> dict[str, object]:
    named = [{"substance_id": m["substance_id"], "start": m["start"], "end": m["end"]} for m in lookup(text)["matches"]]
    own = next(n for n in named if n["substance_id"] == substance_id)
    row = {
        "substance_id": substance_id,
        "description": text,
        "matched_text": text[own["start"] : own["end"]],
        "matched_field": "description",
        "threshold_counts": None,
        "named": named,
    }
    (found,) = quantify(pa.Table.from_pylist([row]), reference).to_pylist()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['substance']} in {c['text']}: {c['why']}")
def test_the_mass_of_a_substance_in_a_text(reference: Reference, case: dict[str, str]) -> None:
    found = masses(reference, case["text"], case["substance"])
    assert found["mass_doubt"] == (case["doubt"] or None)
    assert (found["substance_mass_kg"] is None) == (not case["kg"])
    if case["kg"]:
        assert found["substance_mass_kg"] == pytest.approx(Decimal(case["kg"]), rel=Decimal("0.005"))
        assert found["largest_mass_kg"] == found["substance_mass_kg"]
        assert found["mass_readings"] is None
    elif found["mass_readings"]:
        assert found["largest_mass_kg"] == max(map(Decimal, found["mass_readings"]))
        assert found["mass_confidence"] == "low"


def test_thresholds_are_held_against_the_largest_reading(reference: Reference) -> None:
    found = masses(reference, "ACETONE 20.000 KGS", "acetone")
    assert (found["substance_mass_kg"], found["largest_mass_kg"], found["mass_readings"]) == (None, 20000, ["20", "20000"])


def test_two_readings_of_a_description_are_an_issue_of_a_line_that_was_screened(reference: Reference) -> None:
    rows = [
        {"bill of lading": f"B{n}", "net weight kg": "", "description of goods": f"ACETONE {q}"}
        for n, q in enumerate(["20.000 KGS", "20 KGS"])
    ]
    report = screen_rows(rows, with_rules(reference)).report
    found = [i for i in report.coverage["degraded"] if i["code"] == "ambiguous-number"]
    assert [(i["count"], i["examples"][0]["message"]) for i in found] == [(1, "the mass may be 20 or 20000 kg")]
    assert report.coverage["screened"] == 2
