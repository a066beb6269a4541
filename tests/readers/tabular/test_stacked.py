"""Cells that say several things on lines below one another."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.formats.sheet import Body
from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.stacked import part_sides


def lines(header: str, *cells: str) -> list[dict[str, Any]]:
    rows = [("Description of goods", "HS code", "Net weight kg", header)]
    rows += [(goods, "29141100", "7", cell) for goods, cell in zip(("Acetone", "Toluene", "Wool"), cells, strict=False)]
    text = "\n".join(";".join(f'"{cell}"' for cell in row) for row in rows)
    return read(text.encode(), "m.csv")[0].lines.to_pylist()


@pytest.mark.parametrize(
    ("header", "cells", "facts"),
    [
        (
            "HBL / Container",
            ("XQ7001\nABCU1234560\n40HC", "XQ7002\nABCU1234560", "XQ7003"),
            {"house_bill_of_lading": ["XQ7001", "XQ7002", "XQ7003"], "container_numbers": [["ABCU1234560"]] * 2 + [None]},
        ),
        ("B/L No. / Vessel", ("XQ1\nAurora", "XQ2\nAurora"), {"bill_of_lading": ["XQ1", "XQ2"], "vessel": ["Aurora"] * 2}),
        # Cells of one line; lines that most cells do not have; a side that says nothing; goods, which are several lines as they are.
        ("HBL / Container", ("XQ7001", "XQ7002"), {"container_numbers": [None] * 2}),
        (
            "Vessel / Container",
            ("Aurora\nABCU1234560", "Aurora", "Aurora"),
            {"vessel": ["Aurora\nABCU1234560", "Aurora", "Aurora"]},
        ),
        ("Goods / Marks", ("Acetone\nK 1", "Toluene\nK 2"), {"marks": [None] * 2}),
    ],
)
def test_a_header_of_several_sides_has_a_column_for_each(header: str, cells: tuple[str, ...], facts: dict[str, Any]) -> None:
    found = lines(header, *cells)
    assert {field: [line.get(field) for line in found] for field in facts} == facts


@pytest.mark.parametrize(
    ("header", "cells", "names"),
    [
        ("Shipper / Exporter", ("Acme Ltd\nMill Road 7", "Bolt Ltd\nDock Road 5"), ["Acme Ltd", "Bolt Ltd"]),
        ("Consignee / Notify", ("Acme Ltd\nBolt Ltd", "Carr Ltd\nDock Road 5"), None),  # two firms in one cell
    ],
)
def test_a_column_of_two_parties_is_of_the_first_where_it_names_one(
    header: str, cells: tuple[str, ...], names: list[str] | None
) -> None:
    found = lines(header, *cells)
    parties = [{line.get(f"{role}_name") for role in ("consignor", "consignee")} - {None} for line in found]
    assert parties == [{name} for name in names] if names else not any(parties)


@pytest.mark.parametrize(
    ("header", "guessed"),
    [("Shipper / Exporter", "Shipper"), ("Consignee / Notify", "Consignee"), ("Shipper / Consignee", "Shipper / Consignee")],
)
def test_who_sends_and_who_receives_are_not_one(header: str, guessed: str) -> None:
    cells = pa.table({"0": ["Acme Ltd\nMill Road 7"]})
    assert part_sides((header,), Body(cells, pa.array([2])), ())[0] == (guessed,)


@pytest.mark.parametrize("named", ["HBL / Container", "4"])
def test_a_column_that_a_map_names_stays_as_it_is_filed(named: str) -> None:
    rows = 'Goods;HS code;Net kg;HBL / Container\nWool;51011100;7;"XQ1\nABCU1234560"\n'
    columns = {"Goods": "description", named: "marks"}
    (table,) = read(rows.encode(), "m.csv", ReadOptions(mapping=ColumnMap(columns)))
    (line,) = table.lines.to_pylist()
    assert (line["marks"], "container_numbers" in line) == ("XQ1\nABCU1234560", False)


def test_the_header_of_a_column_that_is_parted_is_cited_as_it_is_filed() -> None:
    (table,) = read(b'Goods;HS code;Net kg;HBL / Container\nWool;51011100;7;"XQ1\nABCU1234560"\n', "m.csv")
    assert table.raw.column_names == ["Goods", "HS code", "Net kg", "HBL / Container", "Container"]


def test_the_header_once_more_is_that_of_both_columns() -> None:
    header = "Description of goods;HS code;Consignee / Notify;HBL / Container\n"
    rows = f'{header}Wool;51011100;"Acme\nNotify: Bolt";"XQ7001\nABCU1234560"\n{header}'
    assert read(rows.encode(), "m.csv")[0].lines.column("house_bill_of_lading").to_pylist() == ["XQ7001"]


@pytest.mark.parametrize(
    ("cell", "consignee", "notify"),
    [
        ("Pellam Coatings LLC\nDock Road 5\nNotify: Brack Ltd\nMill Road 7", "Pellam Coatings LLC", "Brack Ltd"),
        ("Pellam Coatings LLC\nDock Road 5\nNotify: THE SAME", "Pellam Coatings LLC", "Pellam Coatings LLC"),
        ("Pellam Coatings LLC\nNotify: same as consignee", "Pellam Coatings LLC", "Pellam Coatings LLC"),
        ("Pellam Coatings LLC\nDock Road 5\nTel: 55501", "Pellam Coatings LLC", None),
    ],
)
def test_a_party_below_another_one_is_the_one_that_its_label_says(cell: str, consignee: str, notify: str | None) -> None:
    for header in ("Consignee", "Consignee / Notify party"):
        (line,) = lines(header, cell)
        assert (line["consignee_name"], line.get("notify_party_name")) == (consignee, notify)
        if notify == "Brack Ltd":
            assert (line["consignee_address"], line["notify_party_address"]) == ("Dock Road 5", "Mill Road 7")


def test_a_party_that_has_a_column_of_its_own_is_not_taken_from_cells_of_another() -> None:
    rows = 'Description of goods;HS code;Consignee;Notify\nWool;51011100;"Pellam LLC\nNotify: Brack Ltd";Carr Ltd\n'
    assert read(rows.encode(), "m.csv")[0].lines.to_pylist()[0]["notify_party_name"] == "Carr Ltd"
