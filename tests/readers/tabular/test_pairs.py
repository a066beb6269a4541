"""Each quantity goes with its own unit, whichever way the columns stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from precursor_screen.readers.registry import read

GOODS = ("Description", "Consignee")
FIELDS = ("quantity", "quantity_unit", "packages", "package_type", "net_mass_kg", "gross_mass_kg")


def first_line(headers: tuple[str, ...], *rows: tuple[str, ...]) -> dict[str, Any]:
    table = "\n".join(
        ";".join(cells) for cells in (GOODS + headers, *((f"wool {at}", "Acme Ltd", *row) for at, row in enumerate(rows)))
    )
    line = read(table.encode(), "m.csv")[0].lines.to_pylist()[0]
    return {
        name: (float(v) if isinstance(v := line[name], int) or hasattr(v, "quantize") else v)
        for name in FIELDS
        if line.get(name) is not None
    }


PAIRS = [
    ("QUANTITY", "UNIT", "STD QUANTITY", "STD UNIT"),
    ("Qty 1", "Unit 1", "Qty 2", "Unit 2"),
    ("申报数量", "申报单位", "法定数量", "法定单位"),
    ("Quantité", "Unité", "Quantité supplémentaire", "Unité supplémentaire"),
]


@pytest.mark.parametrize("headers", PAIRS, ids=lambda h: h[0])
@pytest.mark.parametrize("drums_first", [True, False])
def test_of_two_quantities_that_of_mass_is_kept_with_its_unit_and_the_other_counts_packages(headers, drums_first):
    drums, mass = ("150", "drums"), ("27000", "KGS")
    row = (*drums, *mass) if drums_first else (*mass, *drums)
    assert first_line(headers, row, row) == {"quantity": 27000, "quantity_unit": "KGS", "packages": 150, "package_type": "drums"}


def test_quantities_and_then_their_units_are_paired_by_their_words():
    assert first_line(("Qty 1", "Qty 2", "Unit 1", "Unit 2"), ("150", "27000", "drums", "KGM")) == {
        "quantity": 27000, "quantity_unit": "KGM", "packages": 150, "package_type": "drums",
    }  # fmt: skip


def test_a_unit_that_stands_before_its_amount_is_its_unit():
    assert first_line(("U.M.", "Quantità", "U.M.", "Peso netto"), ("FUSTI", "150", "KG", "24000"), ("FUSTI", "20", "LB", "900")) == {
        "quantity": 150, "quantity_unit": "FUSTI", "net_mass_kg": 24000,
    }  # fmt: skip


@pytest.mark.parametrize("header", ["W. UQ", "Unit", "U.M.", "UOM", "Weight unit"])
def test_a_unit_behind_a_mass_is_of_the_mass(header):
    assert first_line(("Weight", header), ("100", "LB"), ("10", "LB"))["gross_mass_kg"] == pytest.approx(45.359237)


def test_a_country_behind_a_mass_is_not_its_unit():
    table = "Description,Weight,Origin\nwool,100,LB\nsilk,200,LB\n"
    line = read(table.encode(), "m.csv")[0].lines.to_pylist()[0]
    assert (line["gross_mass_kg"], line["country_of_origin"]) == (100, "LB")


def test_two_masses_in_different_units_are_not_read_by_one_of_them():
    found = first_line(("Gross weight", "Unit", "Net weight", "Unit"), ("100", "LB", "40", "KG"), ("100", "LB", "40", "KG"))
    assert {name: found.get(name) for name in ("gross_mass_kg", "net_mass_kg")} == {
        "gross_mass_kg": pytest.approx(45.359237),
        "net_mass_kg": None,
    }


def test_a_count_of_packages_with_its_kind_stays_beside_a_quantity_with_its_unit():
    assert first_line(("Packages", "Kind of packages", "Quantity", "Unit"), ("80", "drums", "16000", "KG"), ("4", "bags", "90", "KG")) == {
        "packages": 80, "package_type": "drums", "quantity": 16000, "quantity_unit": "KG",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"quantity": {"amount": 150, "uom": "DRM"}}, ("quantity", 150)),
        ({"weight": {"amount": 24.5, "unitCode": "TNE"}}, ("gross_mass_kg", 24500)),
        ({"netWeight": {"value": 100, "unitCode": "LBR"}}, ("net_mass_kg", 45.359237)),
        ({"packages": {"quantity": 150, "type": "drums"}}, ("packages", 150)),
    ],
)
def test_an_amount_is_of_what_it_stands_in(record, found):
    (table,) = read(json.dumps([{"description": "wool", "consignee": "Acme Ltd", **record}]).encode(), "m.json")
    name, value = found
    assert float(table.lines.to_pylist()[0][name]) == pytest.approx(value)
