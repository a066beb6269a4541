"""Nested names: a leaf that says nothing by itself goes with the words before it."""

from __future__ import annotations

import json

import pytest

from precursor_screen.readers.column_map import parse_column_map
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.assign import lookup


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("grossWeight.value", "gross_mass"),
        ("consignment.netWeight.amount", "net_mass"),
        ("grossWeight.unitCode", "mass_unit"),
        ("shipper.address.country", "consignor_country"),
        ("shipper.address.country.name", "consignor_country"),
        ("shipper.country.code", "consignor_country"),
        ("shipper.address.text", "consignor_address"),
        ("billsOfLading.shipper.address", "consignor_address"),
        ("billsOfLading.consignee.address.street", "consignee_address"),
        ("shipper.name.text", "consignor_name"),
        ("consignee.company.name", "consignee_name"),
        ("consignee.id", "consignee_identifier"),
        ("shipper.address.city", ""),
        ("shipper.value", ""),
        ("vessel.name", "vessel"),
        ("carrier.vessel.name", "vessel"),
        ("items.name", "description"),
        ("goods.text", "description"),
        ("items.value", "value"),
        ("invoice.amount", "value"),
        ("insurance.amount", ""),
        ("meta.value", ""),
        ("meta.name", ""),
        ("meta.country", ""),
        ("meta.code", ""),
        ("commodity.code", "hs_code"),
        ("countryOfOrigin.code", "country_of_origin"),
        ("items.description", "description"),
        ("Gr.Weight", "gross_mass"),
        ("No.of pkgs", "packages"),
    ],
)
def test_a_path_is_read_with_its_words(path: str, field: str) -> None:
    assert lookup(path)[0] == field


@pytest.mark.parametrize(
    ("party", "role", "field"),
    [
        ("shipper", "shipper", "consignor_name"),
        ("shipper", "consignee", ""),
        ("shipper", "importer", ""),
        ("shipper", "exporter", ""),
        ("shipper", "notify", ""),
        ("importer", "importer", "importer_name"),
        ("importer", "consignee", ""),
        ("importer", "notify", ""),
        ("exporter", "exporter", "exporter_name"),
        ("exporter", "shipper", ""),
        ("exporter", "notify", ""),
    ],
)
def test_a_party_that_is_named_within_another_is_of_neither_role(party: str, role: str, field: str) -> None:
    assert lookup(f"{party}.{role}Name")[0] == field


SHIPMENT = {
    "description": "OFFICE CHAIRS",
    "hsCode": "940130",
    "grossWeight": {"value": 1200, "unit": "KGM"},
    "netWeight": {"value": 2, "unit": "TNE"},
    "shipper": {"name": "Alder Seating", "address": {"street": "Rua A 1", "country": "PT"}},
    "extra": {"thing": {"label": "ALDER"}},
}


def test_each_mass_goes_by_its_own_unit() -> None:
    (result,) = read(json.dumps([SHIPMENT]).encode(), "m.json")
    (line,) = result.lines.to_pylist()
    assert (float(line["gross_mass_kg"]), float(line["net_mass_kg"])) == (1200, 2000)
    assert line["consignor_country"] == "PT"
    assert (line["consignor_address"], line.get("value")) == ("Rua A 1", None)


@pytest.mark.parametrize("path", ["extra.thing.label", "extra[].thing.label"])
def test_a_map_names_a_path(path: str) -> None:
    column_map = parse_column_map(f"columns: {{'{path}': consignee_name}}", "own.yml")
    (result,) = read(json.dumps([SHIPMENT]).encode(), "m.json", ReadOptions(mapping=column_map))
    assert result.lines.column("consignee_name").to_pylist() == ["ALDER"]


def _side_by_side(record: dict[str, object]) -> list[tuple[object, ...]]:
    (tables,) = read(json.dumps([{"description": "LAMPS"}, record]).encode(), "m.json")
    found = [i for i in tables.issues.to_pylist() if i["code"] == "side-by-side-lists"]
    return [(i["source_file"], i["source_row"], i["field"], i["value"]) for i in found]


def test_lists_side_by_side_are_told_by_row_and_field() -> None:
    goods = [{"description": "CHAIRS"}, {"description": "TABLES"}]
    assert _side_by_side({"items": goods, "gross_weight_kg": [4, 5]}) == [("m.json", 2, "gross_mass", "gross_weight_kg")]
    assert _side_by_side({"description": ["CHAIRS", "TABLES"], "quantity": [4, 5]}) == [
        ("m.json", 2, "description", "description"),
        ("m.json", 2, "quantity", "quantity"),
    ]


def test_lists_of_which_a_line_may_have_several_are_not_told() -> None:
    assert _side_by_side({"description": "CHAIRS", "container_numbers": ["A", "B"], "marks": ["1", "2"]}) == []
    assert _side_by_side({"description": ["CHAIRS", "TABLES"], "container_numbers": ["A", "B"]}) == []
