"""Headers as files of offices and vendors have them: each column is what it is in the world, and nothing is told that is not so."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from precursor_screen.readers.registry import read

CASES = list(csv.DictReader((Path(__file__).parent / "headers_met.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("name", list(dict.fromkeys(case["table"] for case in CASES)))
def test_every_column_is_what_it_is(name: str) -> None:
    cases = [case for case in CASES if case["table"] == name]
    out = io.StringIO()
    csv.writer(out).writerows([case[column] for case in cases] for column in ("header", "first", "second"))
    (table,) = read(out.getvalue().encode(), "m")
    assert table.column_report is not None
    assert [(c.guess.header, c.guess.field) for c in table.column_report.columns] == [
        (case["header"], case["field"]) for case in cases
    ]
    assert table.issues.num_rows == 0


@pytest.mark.parametrize(
    ("weights", "masses", "told"),
    [
        ("120,K", ["120"], []),
        ("120,k", ["120"], []),
        ("120,L", [None], ["unparsed-mass"]),  # pounds by air, litres elsewhere
        ("5 K,KG", [None], ["unparsed-mass"]),  # may be thousands
    ],
)
def test_k_beside_a_mass_is_kilograms(weights: str, masses: list[str | None], told: list[str]) -> None:
    (table,) = read(f"Description,HS_CODE,GROSS_WEIGHT,WEIGHT_UNIT\nacetone,29141100,{weights}\n".encode(), "m")
    assert table.lines.column("gross_mass_kg").to_pylist() == [m and Decimal(m) for m in masses]
    assert [i["code"] for i in table.issues.to_pylist()] == told


def test_a_separator_alone_is_no_code() -> None:
    (table,) = read(b'Description;HS_CODE;CAS\nacetone;";";,\ntiles;69072100;";"\nwool;5101.11;67-64-1\n', "m")
    assert table.lines.column("hs_code").to_pylist() == [None, "69072100", "510111"]
    assert table.lines.column("cas_numbers").to_pylist() == [None, None, ["67-64-1"]]
    assert table.issues.num_rows == 0
