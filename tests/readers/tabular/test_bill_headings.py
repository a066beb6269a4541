"""Rows that state a bill and its parties for the rows below them."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read

HEADER = "Item;Description;HS Code;Gross weight kg"
FIRST = "B/L: VDM0001 Shipper: Acme Ltd Consignee: Bolt SA;;;"
FIELDS = ("bill_of_lading", "consignor_name", "consignee_name")
GOODS = "1;wool;510111;12"


def lines_of(*rows, above=""):
    (found,) = read("\n".join((*above, HEADER, *rows)).encode(), "m.csv")
    said = [text for texts in (found.out_of_table_texts or {"other_texts": []})["other_texts"] for text in texts.as_py()]
    lines = [tuple(line.get(field) for field in FIELDS) for line in found.lines.to_pylist()]
    return lines, [(i["code"], i["source_row"], i["count"]) for i in found.issues.to_pylist() if i["code"] == "heading-row"], said


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([FIRST, GOODS, GOODS], [("VDM0001", "Acme Ltd", "Bolt SA")] * 2),
        (
            [FIRST, GOODS, "B/L: VDM0002 Consignee: Carr;;;", GOODS],
            [("VDM0001", "Acme Ltd", "Bolt SA"), ("VDM0002", None, "Carr")],
        ),
        (["B/L: VDM0001;Shipper: Acme Ltd;Consignee: Bolt SA;", GOODS], [("VDM0001", "Acme Ltd", "Bolt SA")]),
        (["B/L:;VDM0001;;", "Shipper:;Acme Ltd;;", "Consignee:;Bolt SA;;", GOODS], [("VDM0001", "Acme Ltd", "Bolt SA")]),
        ([GOODS, FIRST, GOODS], [(None, None, None), ("VDM0001", "Acme Ltd", "Bolt SA")]),
    ],
)
def test_rows_below_have_what_a_heading_states(rows, lines):
    found, issues, said = lines_of(*rows)
    assert (found, said) == (lines, [])
    assert [count for *_, count in issues] == [len(rows) - len(lines)]


@pytest.mark.parametrize(
    "row",
    [
        "B/L: VDM0001;acetone;;",  # it names goods
        "B/L: VDM0001;;291411;",
        "B/L: VDM0001;;;12",
    ],
)
def test_what_says_more_is_no_heading(row):
    lines, issues, _ = lines_of(row, GOODS)
    assert (len(lines), issues) == (2, [])


@pytest.mark.parametrize(
    "row",
    [
        "B/L: unknown",
        "Note: shipper",
        "Household goods",
    ],
)
def test_words_in_one_cell_alone_are_screened_as_a_text(row):
    (found,) = read(f"B/L No.;Description;HS Code;Net weight kg\n{row};;;\n{GOODS}\n".encode(), "m.csv")
    issues = [(i["code"], i["source_row"]) for i in found.issues.to_pylist() if i["code"] in ("section-row", "heading-row")]
    assert (found.lines.column("source_row").to_pylist(), issues) == ([3], [("section-row", 2)])
    assert row in str(found.out_of_table_texts.column("other_texts").to_pylist())


@pytest.mark.parametrize(
    ("row", "containers"),
    [
        ("CONTAINER ABCU 123456-0 (20' DV, seal NL1);;;", [["ABCU1234560"]]),
        (";CNTR ABCU1234560;;", [["ABCU1234560"]]),
        ("Seal ABCU1234560;;;", [None]),
    ],
)
def test_rows_below_are_in_the_container_that_a_row_names(row, containers):
    (found,) = read(f"B/L No.;Description;HS Code;Net weight kg\n{row}\n{GOODS}\n".encode(), "m.csv")
    lines = found.lines.to_pylist()
    assert [line.get("container_numbers") for line in lines] == containers


def test_a_heading_without_rows_is_screened_as_a_text():
    lines, issues, said = lines_of(GOODS, FIRST)
    assert (len(lines), issues, said) == (1, [("heading-row", 3, 1)], ["B/L: VDM0001 Shipper: Acme Ltd Consignee: Bolt SA"])


def test_it_goes_before_what_stands_above_all_rows_and_after_a_cell_of_the_row():
    assert lines_of(GOODS, FIRST, GOODS, above=["B/L: VDM0009;Shipper: Zed"])[0] == [
        ("VDM0009", "Zed", None),
        ("VDM0001", "Acme Ltd", "Bolt SA"),
    ]
    (found,) = read(b"B/L No.;Description;HS Code\nShipper: Acme B/L: VDM1;;\nX900;wool;510111\n;tin;800110\n", "m.csv")
    assert found.lines.column("bill_of_lading").to_pylist() == ["X900", "VDM1"]
    assert found.lines.column("consignor_name").to_pylist() == ["Acme"] * 2


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("A. Solvents and acids – origin: Norway", "country_of_origin", "NO"),
        ("Vessel: MV Aurora", "vessel", "MV Aurora"),
        ("B/L: VDM0001 Goods: acetone", "bill_of_lading", "VDM0001"),
    ],
)
def test_a_row_of_one_cell_may_say_more_than_its_facts_and_is_screened(row, field, value):
    (found,) = read(f"Item;Description;HS Code;Net weight kg\n{row};;;\n{GOODS}\n".encode(), "m.csv")
    assert found.lines.column(field).to_pylist() == [value]
    assert row in str(found.out_of_table_texts.column("other_texts").to_pylist())


def test_what_is_not_another_bill_adds_to_the_last_heading():
    rows = ["Container: ABCU1234560;;;", "Country of origin: Norway;;;", GOODS, "Country of origin: Chile;;;", GOODS]
    rows += ["B/L: VDM0002;;;", GOODS]
    (found,) = read("\n".join(("Item;Description;HS Code;Net weight kg", *rows)).encode(), "m.csv")
    fields = ("container_numbers", "country_of_origin", "bill_of_lading")
    assert [tuple(line.get(field) for field in fields) for line in found.lines.to_pylist()] == [
        (["ABCU1234560"], "NO", None),
        (["ABCU1234560"], "CL", None),
        (None, None, "VDM0002"),
    ]
