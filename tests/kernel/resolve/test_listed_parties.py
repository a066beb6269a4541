"""Bands of shipments of chairs by who is named in them: cases that somebody wrote who had seen neither code nor rules.

expect: `hold`; `review`: at least that; `high`: a flag, and where the case says so no review; `any`: named at all; of a negative
(n...) whatever is below review.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.api import load_reference
from precursor_screen.core.model import BANDS
from tests.screening import screen_rows, with_rules

FOLDER = Path(__file__).parents[2] / "judgements" / "listed_parties"
CASES = {row["case_id"]: row for row in csv.DictReader((FOLDER / "cases.csv").read_text(encoding="utf-8").splitlines())}
MISSES = {
    "p013": "the address of a buyer is in no field of its own",
    "p049": "a surname with initials and a country is many people's",
}
PARTIES = {"consignee": "consignee", "shipper": "shipper", "notify_party": "notify party", "buyer": "buyer"}


def row_of(case: dict[str, str]) -> dict[str, str]:
    cells = {
        "bill of lading": case["case_id"],
        "shipper": "Quiet Meadow Joinery",
        "consignee": "Tamsin Furnishings",
        "description of goods": "WOODEN CHAIRS",
        "hs code": "940169",
    }
    column = PARTIES.get(case["role"])
    cells |= (
        {column: case["text"], f"{column} country": case["country"], f"{column} address": case["address"]}
        if column
        else {"vessel": case["text"]}
    )
    if case["other"]:
        name, value = case["other"].split("=", 1)
        cells[name.replace("_", " ")] = value
    return cells


@pytest.fixture(scope="module")
def screened() -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    """Band and flags of each case."""
    whole = load_reference(watchlists=[FOLDER / "listed.csv"], as_of=date(2026, 11, 25))
    rules = [r.rule.id for r in whole.rules if r.rule.id.startswith("PS-PTY") and r.rule.scope == "line"]
    report = screen_rows(map(row_of, CASES.values()), with_rules(whole, *rules)).report
    flags: dict[str, list[dict[str, Any]]] = {case_id: [] for case_id in CASES}
    for flag in report.flags.to_pylist():
        flags[flag["shipment_id"]].append(flag)
    return {row["shipment_id"]: row["band"] for row in report.shipments.to_pylist()}, flags


@pytest.mark.parametrize("case_id", CASES)
def test_the_band_of_a_listed_party(screened, case_id):
    case, (bands, flags) = CASES[case_id], screened
    band, visible = bands[case_id], any(f["level"] != "informational" for f in flags[case_id])
    rank = BANDS.index(band)
    expected = {
        "hold": band == "hold",
        "review": rank >= BANDS.index("review"),
        "high": visible and not ("below review" in case["why"] and rank >= BANDS.index("review")),
        "any": bool(flags[case_id]),
        "low": band == "low" if case_id[0] == "p" else rank < BANDS.index("review"),
        "none": rank < BANDS.index("review"),
    }[case["expect"]]
    assert expected != (case_id in MISSES), f"{band} {[f['rule_id'] for f in flags[case_id]]}: {case}"
