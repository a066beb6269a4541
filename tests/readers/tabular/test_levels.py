"""Lists within lists: what is stated of each of the goods goes before what is stated of all, and what is stated of all counts once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read


def lines_of(record: Any, *fields: str) -> list[tuple[Any, ...]]:
    lines = read_record(record).lines
    columns = [lines.column(name).to_pylist() if name in lines.column_names else [None] * lines.num_rows for name in fields]
    return list(zip(*columns, strict=True))


def read_record(record: Any) -> InputTables:
    (found,) = read(json.dumps(record).encode(), "m.json")
    return found


GOODS = [
    {"description": "acetone", "hsCode": "291411", "grossWeight": "600.5"},
    {"description": "brushes", "hsCode": "960340", "grossWeight": "300"},
]


@pytest.mark.parametrize(
    ("around", "field", "wanted"),
    [
        ({"grossWeight": "900.5"}, "gross_mass_kg", [600.5, 300]),
        ({"totalGrossWeight": "900.5"}, "gross_mass_kg", [600.5, 300]),
        ({"mainHsCode": "291411"}, "hs_code", ["291411", "960340"]),
        ({"goodsDescription": "chemicals and brushes"}, "description", ["acetone", "brushes"]),
        ({"consignee": "Bolt SA"}, "consignee_name", ["Bolt SA", "Bolt SA"]),
    ],
)
def test_what_is_stated_of_each_of_the_goods_goes_first(around, field, wanted):
    found = lines_of([{**around, "items": GOODS}, {**around, "items": GOODS[:1]}], field)
    assert found == [(value,) for value in (*wanted, wanted[0])]


def test_a_mass_of_several_goods_counts_on_the_first_of_them():
    goods = [{"description": "acetone"}, {"description": "brushes"}]
    bills = [{"bill": "A", "grossWeight": "900", "items": goods}, {"bill": "B", "grossWeight": "900", "items": goods}]
    found = lines_of({"vessel": "Aurora", "bills": bills}, "gross_mass_kg", "stated_once")
    assert found == [(900, None), (None, ["gross mass"])] * 2
    told = [i for i in read_record({"bills": bills}).issues.to_pylist() if i["code"] == "mass-of-the-bill"]
    assert [(i["source_row"], i["count"], i["field"]) for i in told] == [(2, 2, "gross_mass")]


def test_bills_that_say_the_same_are_two():
    bills = [{"consignee": "Bolt SA", "grossWeight": "900", "items": [{"description": name}]} for name in ("acetone", "brushes")]
    assert lines_of({"bills": bills}, "gross_mass_kg", "stated_once") == [(900, None), (900, None)]


def test_one_object_may_stand_where_others_have_a_list():
    goods = [{"description": "acetone"}, {"description": "brushes"}]
    boxes = [{"grossWeight": "25", "items": goods[:1]}, {"grossWeight": "25", "items": goods}]
    found = lines_of([{"boxes": boxes}, {"boxes": boxes[1]}], "gross_mass_kg")
    assert found == [(25,), (25,), (None,), (25,), (None,)]


def test_several_figures_of_a_bill_count_once_each():
    goods = [{"description": "acetone"}, {"description": "brushes"}]
    found = lines_of([{"packages": "4", "grossWeight": "900", "items": goods}], "packages", "gross_mass_kg", "stated_once")
    assert found == [(4, 900, None), (None, None, ["gross mass", "packages"])]


def test_the_sender_of_a_bill_goes_before_that_of_the_file():
    bills = [{"sender": {"name": "Acme"}, "items": GOODS[:1]}, {"items": GOODS[1:]}]
    assert lines_of({"interchange": {"sender": "PP01"}, "bills": bills}, "consignor_name") == [("Acme",), ("PP01",)]


def test_a_street_is_part_of_an_address():
    goods = [{"description": "acetone", "consignee": {"name": "Bolt", "address": {"streetName": "Dock 1"}}}]
    assert lines_of(goods, "consignee_name", "consignee_address", "other_parties") == [("Bolt", "Dock 1", None)]


def test_bills_of_one_line_keep_their_masses():
    bills = [{"bill": name, "grossWeight": "900", "items": [{"description": "acetone"}]} for name in "AB"]
    assert lines_of({"bills": bills}, "gross_mass_kg", "stated_once") == [(900, None), (900, None)]


def test_the_list_with_figures_is_that_of_the_goods():
    parties = [{"role": "seller", "name": "Acme"}, {"role": "buyer", "name": "Bolt"}, {"role": "agent", "name": "Carr"}]
    assert lines_of({"actors": parties, "items": GOODS}, "description") == [("acetone",), ("brushes",)]


def test_charges_are_not_goods():
    charges = [{"description": "freight", "amount": "184.2"}, {"description": "fuel", "amount": "31.1"}]
    found = lines_of(
        [{"awb": "1", "charges": charges, "commodities": GOODS[:1]}, {"awb": "2", "charges": charges, "commodities": GOODS}],
        "description",
    )
    assert found == [("acetone",), ("acetone",), ("brushes",)]


def test_the_map_of_a_user_keeps_what_it_names():
    record = [{"heading": "chemicals", "items": GOODS}, {"heading": "tools", "items": GOODS[:1]}]
    (found,) = read(json.dumps(record).encode(), "m.json", ReadOptions(mapping=ColumnMap({"heading": "description"})))
    assert [text.split("; ")[0] for text in found.lines.column("description").to_pylist()] == ["chemicals", "chemicals", "tools"]
