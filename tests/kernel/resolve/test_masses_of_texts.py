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


def masses(reference: Reference, text: str, substance_id: str, **line: object) -> dict[str, object]:
    named = [{"substance_id": m["substance_id"], "start": m["start"], "end": m["end"]} for m in lookup(text)["matches"]]
    own = next(n for n in named if n["substance_id"] == substance_id)
    row = {
        "substance_id": substance_id,
        "description": text,
        "matched_text": text[own["start"] : own["end"]],
        "matched_field": "description",
        "threshold_counts": None,
        "named": named,
        **line,
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


@pytest.mark.parametrize(
    ("text", "net", "kg", "goods"),
    [
        ("HYDROCHLORIC ACID 0.1 MOL/L VOLUMETRIC SOLUTION 6 X 1 L", "6", "0.0219", "6"),
        ("HYDROCHLORIC ACID N/10 6 X 1 L", "6.5", "0.0219", "6.5"),
        ("HYDROCHLORIC ACID 1 N 6 X 1 L", "4.2", "0.2187", "4.2"),
        ("HYDROCHLORIC ACID 1 N 6 X 1 L", "4.1", "4.1", "4.1"),  # of another volume
        ("HYDROCHLORIC ACID 1 N 6 X 1 L", "12", "0.2187", "12"),
        ("HYDROCHLORIC ACID 1 N 6 X 1 L", "12.1", "12.1", "12.1"),
        ("SULPHURIC ACID 1 N 4 X 2.5 L", "10", "0.4904", "10"),
        ("HYDROCHLORIC ACID 1 N", "6", "6", "6"),
        ("ACETIC ANHYDRIDE 1 M 6 X 1 L", "6", "6", "6"),  # not sold by moles: it may be a metre
    ],
)
def test_a_line_with_a_mass_of_its_own_holds_so_many_moles(
    reference: Reference, text: str, net: str, kg: str, goods: str
) -> None:
    substance = "-".join(text.lower().split()[:2])
    found = masses(reference, text, substance, net_mass_kg=Decimal(net))
    assert round(found["substance_mass_kg"], 4) == Decimal(kg)
    assert found["goods_mass_kg"] == Decimal(goods)
    whole = masses(reference, text, substance, net_mass_kg=Decimal(net), threshold_counts="goods")
    assert whole["substance_mass_kg"] == Decimal(net), "a law that counts goods whole"


@pytest.mark.parametrize(
    ("text", "kg", "readings"),
    [
        ("PCR TEST KIT INCL. 5 ML HYDROCHLORIC ACID", None, ["0.0059", "12"]),
        ("HYDROCHLORIC ACID KIT CONTAINING 5 ML", None, ["0.0059", "12"]),
        ("HYDROCHLORIC ACID KIT", 12, None),
        ("HYDROCHLORIC ACID KIT 20 KG", 12, None),
        ("HYDROCHLORIC ACID 5 ML", 12, None),
    ],
)
def test_the_mass_of_a_kit_is_not_that_of_what_is_in_it(
    reference: Reference, text: str, kg: int | None, readings: object
) -> None:
    found = masses(reference, text, "hydrochloric-acid", net_mass_kg=Decimal(12))
    assert (found["substance_mass_kg"], found["largest_mass_kg"], found["mass_readings"]) == (kg, 12, readings)
    assert found["mass_doubt"] == ("other-goods" if readings else None)


def test_of_a_kit_nobody_is_asked_for_the_mass(reference: Reference) -> None:
    rows = [{"net weight kg": "12", "description of goods": "PCR TEST KIT INCL. 5 ML HYDROCHLORIC ACID"}]
    report = screen_rows(rows, with_rules(reference, "PS-CHEM-001", "PS-CHEM-019")).report
    assert [f["rule_id"] for f in report.flag_records()] == ["PS-CHEM-001"]
    assert any("12 kg of goods that hold it" in part["because"] for part in report.shipments.to_pylist()[0]["parts"])
