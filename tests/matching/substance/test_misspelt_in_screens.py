"""Every misspelt name of labelled data keeps its flag under the codes of other goods: set PRECURSOR_SCREEN_TEST_DATA to run it."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from precursor_screen.reference.bundle import Reference
from tests.matching.substance.test_index import found
from tests.screening import screen_rows, with_rules

DATA = os.environ.get("PRECURSOR_SCREEN_TEST_DATA", "")
KINDS = ("misspelling-1-edit", "misspelling-2-edit", "OCR-confusion")
CODES = ("320890", "340290", "392690", "841391")  # paints, detergents, things of plastic, parts of pumps


@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="PRECURSOR_SCREEN_TEST_DATA names no folder of labelled data")
def test_no_misspelt_name_loses_its_flag(reference: Reference) -> None:
    with (Path(DATA) / "substance_cases/positives.csv").open(encoding="utf-8-sig", newline="") as file:
        cases = [r for r in csv.DictReader(file) if r["kind"] in KINDS]
    # What nothing recognises is counted by the quality gate; of the others none may stop short of a flag.
    cases = [r for r in cases if r["substance_id"] in {m.substance_id for m in found(r["string"])}]
    assert len(cases) >= 150
    rows = [
        {"bill of lading": f"{n}-{code}", "description of goods": case["string"], "hs code": code}
        for n, case in enumerate(cases)
        for code in CODES
    ]
    flags = screen_rows(rows, with_rules(reference, "PS-CHEM-001", "PS-CHEM-003")).report.flags.to_pylist()
    for rule in ("PS-CHEM-001", "PS-CHEM-003"):
        flagged = {(f["shipment_id"], f["substance_id"]) for f in flags if f["rule_id"] == rule}
        assert [
            r["bill of lading"]
            for r in rows
            if (r["bill of lading"], cases[int(r["bill of lading"].split("-")[0])]["substance_id"]) not in flagged
        ] == []
