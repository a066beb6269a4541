"""A sheet as a whole: how wide it is, what is said of rows above the header, and what there is where nothing is beside the table."""

from __future__ import annotations

import io

import openpyxl
import pytest

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read

HEADER = "Description,HS Code,Shipper"


def one(text: str, options: ReadOptions | None = None) -> InputTables:
    (result,) = read(text.encode(), "m", options)
    return result


def issues(result: InputTables) -> list[tuple[str, int | None, str | None, str, int]]:
    return [(i["code"], i["source_row"], i["value"], i["message"], i["count"]) for i in result.issues.to_pylist()]


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (f"{HEADER}\na,690721,x\n", ["Description", "HS Code", "Shipper"]),
        (f"{HEADER},,\na,690721,x,,\n", ["Description", "HS Code", "Shipper", "column 4", "column 5"]),
        (f"{HEADER}\na,690721,x,y\nb,690721,x,y\n", ["Description", "HS Code", "Shipper", "column 4"]),
        (f"{HEADER}\na,690721,x,\nb,690721,x, \n", ["Description", "HS Code", "Shipper"]),
        (f"{HEADER}, Shipper \na,690721,x,y\n", ["Description", "HS Code", "Shipper", "Shipper (2)"]),
    ],
)
def test_a_table_is_as_wide_as_its_header_or_most_of_its_rows(text, headers):
    assert one(text).raw.column_names == headers


def workbook(*rows: list[str], more: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if more:
        book.create_sheet(more)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_one_wide_row_of_a_workbook_makes_it_wide():
    (result,) = read(
        workbook(HEADER.split(","), ["a", "690721", "x"], ["b", "690721", "x", "wool"], ["c", "690721", "x"]), "m.xlsx"
    )
    assert result.raw.column_names == ["Description", "HS Code", "Shipper", "column 4"]


def test_a_table_with_nothing_beside_it_has_no_texts_out_of_it():
    result = one(f"{HEADER}\na,690721,x\n")
    assert result.out_of_table_texts is None
    assert issues(result) == []
    assert (result.input.header_row, result.input.unmapped, result.input.lines) == (1, (), 1)


@pytest.mark.parametrize(
    ("above", "value", "count"),
    [("Cargo list,,\n", "Cargo list", 1), (",,\n,Cargo,\n", "Cargo", 2), (",,\n", None, 1), ("x" * 201 + ",,\n", "x" * 200, 1)],
)
def test_rows_above_the_header_are_counted_and_shown(above, value, count):
    result = one(f"{above}{HEADER}\na,690721,x\n")
    assert issues(result) == [("preamble-row", 1, value, "rows before the header", count)]
    assert result.lines.column("source_row").to_pylist() == [count + 2]
    assert result.input.header_row == count + 1


def test_a_sheet_without_goods_names_its_headers_and_counts_its_rows():
    result = one("Vessel,Shipper,lid\na,b,c\nd,e,f\n")
    assert issues(result) == [
        ("no-usable-column", 2, None, "no column of descriptions or HS codes among: Vessel, Shipper, lid", 2)
    ]
    assert result.input.mapping == (("Vessel", "vessel"), ("Shipper", "consignor_name"))
    assert result.input.unmapped == ("lid",)


def test_a_workbook_without_a_cell_is_refused():
    with pytest.raises(UnreadableManifest):
        read(workbook(), "m.xlsx")


def test_an_empty_sheet_beside_a_full_one_is_said():
    full, *rest = read(workbook(HEADER.split(","), ["a", "690721", "x"], more="empty"), "m.xlsx")
    assert full.lines.num_rows == 1
    assert [(i["code"], i["count"]) for r in rest for i in r.issues.to_pylist()] in ([], [("empty-sheet", 0)])


def test_a_pasted_header_without_rows_is_a_table_without_lines():
    result = one("description,hs code\n", ReadOptions(pasted=True))
    assert (result.input.format, result.lines.num_rows) == ("CSV", 0)
    result = one("vessel,shipper\n", ReadOptions(pasted=True))
    assert result.lines.column("description").to_pylist() == ["vessel,shipper"]


def test_the_unit_that_the_header_of_quantities_names_counts_where_no_other_is_stated():
    lines = one("Description,Quantity (kg)\nACETONE,800\nTOLUENE,2 LB\nMEK,\n").lines
    found = lines.select(["quantity", "quantity_unit"]).to_pylist()
    assert [(r["quantity"] and int(r["quantity"]), r["quantity_unit"]) for r in found] == [(800, "KGM"), (2, "LB"), (None, None)]
    lines = one("Description,Quantity (kg),Unit\nACETONE,800,LBR\n").lines
    assert lines.column("quantity_unit").to_pylist() == ["LBR"]


def test_what_stands_in_a_header_below_its_name_is_screened():
    (table,) = read(b'"Description of goods\npiperonal 70 kg","HS code"\nwool,510111\ntin,800110\n', "m.csv")
    assert table.lines.column("description").to_pylist() == ["wool", "tin"]
    assert "piperonal" in str(table.out_of_table_texts.column("other_texts").to_pylist())
