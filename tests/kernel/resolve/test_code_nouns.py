"""Goods that are named by a noun of their code are that article, and words near a name are themselves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.screening import screen_rows, with_rules

CASES = list(csv.DictReader((Path(__file__).parents[2] / "judgements" / "code_nouns.csv").read_text("utf-8").splitlines()))
RULES = ("PS-CHEM-001", "PS-CHEM-003", "PS-CHEM-023", "PS-CHEM-029")


@pytest.fixture(scope="module")
def flagged(reference) -> set[str]:
    rows = [
        {"bill of lading": f"B{n}", "description of goods": case["text"], "hs code": case["hs"]} for n, case in enumerate(CASES)
    ]
    return {flag["shipment_id"] for flag in screen_rows(rows, with_rules(reference, *RULES)).report.flag_records()}


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: CASES[n]["text"])
def test_a_noun_of_the_code_names_the_goods(flagged: set[str], number: int) -> None:
    assert (f"B{number}" in flagged) == (CASES[number]["flagged"] == "yes"), CASES[number]


@pytest.mark.parametrize("more", [{"package type": "drums"}, {"un number": "UN1294"}])
def test_packages_of_chemicals_and_a_un_number_say_that_it_is_the_substance(reference, more) -> None:
    row = {"description of goods": "TOLUENE RECOVERY UNIT", "hs code": "841940", **more}
    assert screen_rows([row], with_rules(reference, *RULES)).report.flags.num_rows
