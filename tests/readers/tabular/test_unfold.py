"""Sheets that are no single table."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from precursor_screen.readers.registry import read


def workbook(*sheets: list[list[str]], names: tuple[str, ...] = ("A", "B", "C")) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, rows in zip(names, sheets, strict=False):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return content.getvalue()


def lines_of(content: bytes, *fields: str):
    return [
        tuple(line.get(field) for field in ("source_row", "description", *fields))
        for found in read(content, "m.xlsx")
        for line in found.lines.to_pylist()
    ]


SIDE = [
    ["LOAD PLAN"],
    ["Consignee: Bolt SA"],
    [],
    ["CONT. ABCU1234560", "", "", "", "CONT. ABCU1234576", "", ""],
    ["Cargo", "Pkgs", "Gross kg", "", "Cargo", "Pkgs", "Gross kg"],
    ["acetone", "60", "10680", "", "cotton sheets", "310", "4030"],
    ["bleach", "40", "1040", "", "tiles", "220", "5500"],
    ["Total", "100", "11720", "", "safrole", "12", "66"],
    ["", "", "", "", "Total", "542", "9596"],
]


def test_tables_side_by_side_are_two():
    assert lines_of(workbook(SIDE), "gross_mass_kg", "container_numbers", "consignee_name") == [
        (6, "acetone", 10680, ["ABCU1234560"], "Bolt SA"),
        (7, "bleach", 1040, ["ABCU1234560"], "Bolt SA"),
        (6, "cotton sheets", 4030, ["ABCU1234576"], "Bolt SA"),
        (7, "tiles", 5500, ["ABCU1234576"], "Bolt SA"),
        (8, "safrole", 66, ["ABCU1234576"], "Bolt SA"),
    ]
    names = [found.input.name for found in read(workbook(SIDE), "m.xlsx")]
    assert names == ["m.xlsx (columns 1 to 4)", "m.xlsx (columns 5 to 7)"]


def test_a_header_of_two_rows_may_stand_side_by_side():
    upper, lower = ["Cargo", "Pkgs", "Weight in kg", ""], ["", "", "Net", "Gross"]
    rows = [upper * 2, lower * 2, ["acetone", "1", "10", "12", "tiles", "2", "40", "44"]]
    assert lines_of(workbook(rows), "net_mass_kg", "gross_mass_kg") == [(3, "acetone", 10, 12), (3, "tiles", 40, 44)]


def test_text_side_by_side_is_read_with_all_its_cells():
    rows = "Cargo;Pkgs;Gross kg;;Cargo;Pkgs;Gross kg\nacetone;60;10680;;tiles;310;4030\nbleach;40;1040;;safrole;12;66\n"
    found = read(rows.encode(), "m.csv")
    assert [table.lines.column("description").to_pylist() for table in found] == [["acetone", "bleach"], ["tiles", "safrole"]]
    assert [table.issues.num_rows for table in found] == [0, 0]


@pytest.mark.parametrize(
    "header",
    [
        ["Cargo", "Pkgs", "Gross kg", "Net kg", "Remarks", "Other remarks", "Dimensions"],
        ["Cargo", "Pkgs", "Gross kg", "", "Cargo", "Pkgs", "Net kg"],
        ["Cargo", "Pkgs", "Gross kg"] * 21,
    ],
)
def test_columns_that_differ_are_one_table(header):
    assert len(read(workbook([header, ["wool", "1", "2", "3", "x", "y", "z"]]), "m.xlsx")) == 1


BELOW = [
    ["Consignee", "Bolt SA"],
    [],
    ["LOT A - container ABCU 123456-0"],
    ["Description", "HS Code", "Net kg", "Gross kg"],
    ["toluene", "290230", "100", "120"],
    ["Total lot A", "", "100", "120"],
    [],
    ["LOT B - container ABCU 123457-6"],
    ["Pkgs", "Description of goods", "Gross kg", "Net kg"],
    ["30", "talc", "766.5", "750"],
    ["8", "battery acid", "252", "240"],
    ["38", "Total lot B", "1018.5", "990"],
]


def test_a_table_below_another_has_columns_of_its_own():
    assert lines_of(workbook(BELOW), "net_mass_kg", "gross_mass_kg", "container_numbers", "consignee_name") == [
        (5, "toluene", 100, 120, ["ABCU1234560"], "Bolt SA"),
        (10, "talc", 750, 766.5, ["ABCU1234576"], "Bolt SA"),
        (11, "battery acid", 240, 252, ["ABCU1234576"], "Bolt SA"),
    ]


def test_the_same_header_once_more_is_no_other_table():
    rows = [
        ["Description", "HS Code", "Net kg"],
        ["wool", "510111", "1"],
        [],
        ["Description", "HS Code", "Net kg"],
        ["tin", "800110", "2"],
    ]
    assert len(read(workbook(rows), "m.xlsx")) == 1
    assert [line[:2] for line in lines_of(workbook(rows))] == [(2, "wool"), (5, "tin")]


TURNED = [
    ["Shipper", "Acme Ltd"],
    [],
    ["Description of goods", "ketone", "acetone", "paper"],
    ["HS Code", "291413", "291411", "481141"],
    ["Packages", "24 steel drums", "16 drums", "9 pallets"],
    ["Gross weight kg", "4320", "2792", "3240"],
    [],
    ["Freight collect"],
]


def test_a_turned_table_has_a_row_an_item():
    assert lines_of(workbook(TURNED), "hs_code", "packages", "gross_mass_kg", "consignor_name") == [
        (3, "ketone", "291413", 24, 4320, "Acme Ltd"),
        (3, "acetone", "291411", 16, 2792, "Acme Ltd"),
        (3, "paper", "481141", 9, 3240, "Acme Ltd"),
    ]


ITEMS = [
    ["DRAFT DECLARATION"],
    ["Importer", "Bolt SA", "Exporter", "Acme Ltd"],
    ["Total packages", "97"],
    [],
    ["Line 01"],
    ["Description of goods", "toluene", "HS Code", "29023000"],
    ["Packages", "80 drums", "Net weight kg", "14320"],
    [],
    ["Line 02"],
    ["Description of goods", "acetone", "HS Code", "29141100"],
    ["Packages", "12 drums", "Net weight kg", "1920"],
    [],
    ["Signed and stamped by the safrole department"],
]


def test_labels_and_values_item_by_item_are_a_row_each():
    assert lines_of(workbook(ITEMS), "hs_code", "packages", "net_mass_kg", "importer_name", "exporter_name") == [
        (6, "toluene", "29023000", 80, 14320, "Bolt SA", "Acme Ltd"),
        (10, "acetone", "29141100", 12, 1920, "Bolt SA", "Acme Ltd"),
    ]
    (found,) = read(workbook(ITEMS), "m.xlsx")
    assert "Signed and stamped by the safrole department" in str(found.out_of_table_texts.column("other_texts").to_pylist())


COVER = [["CARGO LIST"], [], ["Shipper", "Acme Ltd"], ["Consignee", "Bolt SA"], ["Sailing date", "2026-11-03"]]
GOODS = [["Description", "HS Code", "Net kg"], ["wool", "510111", "1"]]


def test_a_cover_states_what_holds_for_the_other_sheets():
    content = workbook(COVER, GOODS, [["B/L:", "OTT-1"], [], *GOODS])
    found = lines_of(content, "consignor_name", "consignee_name", "bill_of_lading")
    assert found == [(2, "wool", "Acme Ltd", "Bolt SA", None), (4, "wool", "Acme Ltd", "Bolt SA", "OTT-1")]
    cover = read(content, "m.xlsx")[0]
    assert [(i["code"], i["message"]) for i in cover.issues.to_pylist()] == [("preamble-row", "what holds for the other sheets")]


def test_two_covers_hold_for_nothing_else():
    content = workbook(COVER, COVER, GOODS)
    assert (2, "wool", None) in lines_of(content, "consignor_name")
    assert not any(
        i["message"] == "what holds for the other sheets" for found in read(content, "m.xlsx") for i in found.issues.to_pylist()
    )


@pytest.mark.parametrize(
    ("more", "is_cover"),
    [
        ([["No. of containers", "3"]], True),
        ([["Signed by the master"]], True),
        ([["Signed by", "the master"]], False),
        ([["acetone", "200 kg"]], False),  # goods without a header
        ([["1", "acetone", "291411", "200"], ["2", "toluene", "290230", "300"]], False),
        ([["Description of goods", "acetone"]], False),
    ],
)
def test_a_sheet_that_may_hold_goods_is_no_cover(more, is_cover):
    found = lines_of(workbook([*COVER, [], *more], GOODS), "consignor_name")
    assert ((2, "wool", "Acme Ltd") in found) is is_cover


def test_one_fact_makes_no_cover():
    assert lines_of(workbook([["CARGO LIST"], [], ["Shipper", "Acme Ltd"]], GOODS), "consignor_name")[-1] == (2, "wool", None)


def test_what_a_cover_says_beside_its_facts_is_screened():
    first, *_ = read(workbook([*COVER, [], ["with safrole"]], GOODS, names=("Cover", "ephedrine")), "m.xlsx")
    said = str(first.out_of_table_texts.column("other_texts").to_pylist())
    assert "with safrole" in said
    assert "ephedrine" in said  # the name of the other sheet, which stands with the texts of the first one


UNEVEN = ("broken-row", "short-row", "long-row")


def test_rows_of_another_table_are_neither_broken_nor_lost():
    rows = "Description,HS Code,Net weight kg\n" + "wool,510111,1\n" * 3 + "tin,800110,2,surplus\n"
    rows += "\nGoods,HS Code,Gross weight kg,Consignee\n" + "ink,321511,3,Acme\n" * 4 + "oil,150710,4\nsalt,250100,5,Acme\n"
    upper, lower = read(rows.encode(), "m.csv")
    broken = [[i["source_row"] for i in found.issues.to_pylist() if i["code"] in UNEVEN] for found in (upper, lower)]
    assert (upper.lines.column("source_row").to_pylist(), lower.lines.column("source_row").to_pylist()) == (
        [2, 3, 4, 5],
        [8, 9, 10, 11, 12, 13],
    )
    assert broken == [[5], [12]]


def test_a_broken_row_is_told_once_for_tables_side_by_side():
    rows = "Cargo;Pkgs;Gross kg;;Cargo;Pkgs;Gross kg\n" + "acetone;60;10680;;tiles;310;4030\n" * 3 + "bleach;40;1040\n"
    assert [
        [i["source_row"] for i in found.issues.to_pylist() if i["code"] in UNEVEN] for found in read(rows.encode(), "m.csv")
    ] == [[5], []]


def test_cells_before_and_behind_the_headers_belong_to_the_tables():
    rows = [
        ["", "Cargo", "Pkgs", "Gross kg", "Cargo", "Pkgs", "Gross kg"],
        ["safrole x", "wool", "1", "2", "tin", "3", "4", "ephedrine y"],
    ]
    left, right = read(workbook(rows), "m.xlsx")
    assert left.lines.column("other_texts").to_pylist() == [["safrole x"]]
    assert right.lines.column("other_texts").to_pylist() == [["ephedrine y"]]


def test_two_labels_make_a_turned_table_only_where_nothing_else_stands():
    rows = [["Description of goods", "ketone", "acetone"], ["HS Code", "291413", "291411"]]
    assert lines_of(workbook(rows)) == [(1, "ketone"), (1, "acetone")]
    assert lines_of(workbook([*rows, ["Lid", "x", "y"]])) == [(2, "HS Code"), (3, "Lid")]


def test_no_cell_of_a_turned_table_is_lost():
    rows = [*TURNED[:4], ["", "with safrole"], *TURNED[4:6], ["Marks", "", "", "", "ephedrine"], ["Remarks of safrole"]]
    (found,) = read(workbook(rows), "m.xlsx")
    said = str(found.out_of_table_texts.column("other_texts").to_pylist()) + str(found.lines.to_pylist())
    assert all(text in said for text in ("with safrole", "ephedrine", "Remarks of safrole"))


def test_values_of_one_label_within_an_item_all_count():
    (found,) = read(
        workbook(
            [
                *ITEMS[:3],
                ["Total packages", "97 of safrole"],
                *ITEMS[3:7],
                ["Marks", "first"],
                ["Marks", "then ephedrine"],
                *ITEMS[7:],
            ]
        ),
        "m.xlsx",
    )
    said = str(found.lines.to_pylist()) + str(found.out_of_table_texts.column("other_texts").to_pylist())
    assert all(text in said for text in ("first", "ephedrine", "97 of safrole"))
