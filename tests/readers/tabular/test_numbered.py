"""Texts that a layout cuts into numbered rows: whole again in the line of the first piece."""

from __future__ import annotations

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read

HEAD = "identifier,container_number,description_sequence_number,piece_count,description_text,harmonized_number,weight"
FULL = "MACHINES AND PARTS FOR THE MAKING OF FINE PAP"  # 45 characters, the width of the field


def ams(*rows: str) -> InputTables:
    (table,) = read("\n".join((HEAD, *rows)).encode(), "m")
    assert table.column_report is not None
    assert table.column_report.preset == "us-ams"
    return table


def texts(table: InputTables) -> list[tuple[str, int]]:
    return [(line["description"], line["source_row"]) for line in table.lines.to_pylist()]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("B1,C1,1,20,ACETIC,,5", "B1,C1,2,0,ANHYDRIDE,,5"), [("ACETIC ANHYDRIDE", 2)]),
        (("B1,C1,1,20,ACETIC,,5", "B1,C1,2,20,ANHYDRIDE,,5"), [("ACETIC ANHYDRIDE", 2)]),
        (("B1,C1,1,0,ACETIC,,5", "B1,C1,2,20,ANHYDRIDE,,5"), [("ACETIC ANHYDRIDE", 2)]),
        (("B1,C1,2,,ANHYDRIDE,,", "B1,C1,1,20,ACETIC,,5"), [("ACETIC ANHYDRIDE", 3)]),  # in whatever order
        (("B1,C1,1.0,20,ACETIC,,5", "B1,C1,2.0,,ANHYDRIDE,,", "B1,C1,3.0,,PURE,,"), [("ACETIC ANHYDRIDE PURE", 2)]),
        ((f"B1,C1,1,20,{FULL},,5", "B1,C1,2,,ER,,"), [(f"{FULL}ER", 2)]),  # a piece that fills its field goes on
        # Goods of their own: another bill, container, count, code or mass, a number that is not the next.
        (("B1,C1,1,20,WOOL,,5", "B2,C1,2,,TIN,,"), [("WOOL", 2), ("TIN", 3)]),
        (("B1,C1,1,20,WOOL,,5", "B1,C2,2,,TIN,,"), [("WOOL", 2), ("TIN", 3)]),
        (("B1,C1,1,20,WOOL,,5", "B1,C1,2,30,TIN,,"), [("WOOL", 2), ("TIN", 3)]),
        (("B1,C1,1,20,WOOL,510111,5", "B1,C1,2,,TIN,800110,"), [("WOOL", 2), ("TIN", 3)]),
        (("B1,C1,1,20,WOOL,,5", "B1,C1,2,,TIN,,6"), [("WOOL", 2), ("TIN", 3)]),
        (("B1,C1,1,20,WOOL,,5", "B1,C1,3,,TIN,,"), [("WOOL", 2), ("TIN", 3)]),
        (("B1,C1,1,20,WOOL,,5", "B1,C1,1,20,TIN,,5"), [("WOOL", 2), ("TIN", 3)]),
        ((",C1,1,20,WOOL,,5", ",C1,2,,TIN,,"), [("WOOL", 2), ("TIN", 3)]),  # no bill at all
        # A join of tables repeats all pieces for each code.
        (
            ("B1,C1,1,20,ACETIC,510111,5", "B1,C1,1,20,ACETIC,800110,5", "B1,C1,2,,ACID,510111,5", "B1,C1,2,,ACID,800110,5"),
            [("ACETIC ACID", 2), ("ACETIC ACID", 3)],
        ),
    ],
)
def test_which_rows_are_pieces_of_one_text(rows, expected):
    assert texts(ams(*rows)) == expected


def test_every_row_is_a_line_or_counted_and_stays_as_filed():
    table = ams("B1,C1,1,20,ACETIC,,5", "B1,C1,2,,ANHYDRIDE,291524,", "B1,C1,3,,PURE,,", "B2,C1,1,3,WOOL,,6")
    (issue,) = table.issues.to_pylist()
    assert (issue["code"], issue["source_row"], issue["count"]) == ("continued-row", 3, 2)
    assert table.lines.num_rows + issue["count"] == 4
    raw = table.raw.to_pylist()[0]
    assert (raw["description_text"], raw["description_sequence_number"]) == ("ACETIC\nANHYDRIDE\nPURE", "1\n2\n3")
    line = table.lines.to_pylist()[0]
    assert (line["hs_code"], line["item_number"], line["packages"]) == ("291524", "1", 20)
    assert table.raw.column_names == HEAD.split(",")
    assert "pieces together" not in table.input.unmapped


@pytest.mark.parametrize(
    ("first", "second", "column", "other"),
    [
        ("ACETIC ANHYDR", "IDE IN DRUMS", "pieces together", "ACETIC ANHYDRIDE IN DRUMS"),
        (FULL, "ER", "pieces apart", f"{FULL} ER"),
        ("ACETONE,", "WOOL", None, None),
    ],
)
def test_the_other_way_to_join_is_screened_as_well(first, second, column, other):
    (line,) = ams(f'B1,C1,1,20,"{first}",,5', f"B1,C1,2,,{second},,").lines.to_pylist()
    said = dict(zip(line.get("other_columns") or (), line.get("other_texts") or (), strict=True))
    assert said == ({column: other} if column else {})


def test_a_table_without_containers_goes_by_the_bill():
    data = b"identifier,description_sequence_number,piece_count,description_text\nB1,1,2,ACETIC\nB1,2,,ACID\n"
    (table,) = read(data, "m")
    assert table.lines.column("description").to_pylist() == ["ACETIC ACID"]
