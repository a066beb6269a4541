"""What stands above the rows and is true of each of them."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.general_segment import general_segment

TABLE = "Description;HS Code;Consignee\nwool;510111;Acme Ltd\ntin;800110;Acme Ltd\n"


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ([["Vessel: MV Aurora"]], {"vessel": "MV Aurora"}),
        ([["Vessel:", "MV Aurora", "Voyage:", "12E"]], {"vessel": "MV Aurora", "voyage": "12E"}),
        ([["Vessel", "MV Aurora", "", "Voyage", "12E"]], {"vessel": "MV Aurora", "voyage": "12E"}),
        ([["Vessel", "MV Aurora", "12E"]], {}),  # which is the value of which?
        ([["Puerto de descarga：Callao"]], {"port_of_discharge": "Callao"}),
        ([["Судно:", "Аврора"]], {"vessel": "Аврора"}),
        ([["Vessel:", ""]], {}),
        ([["Vessel:", "Voyage:", "12E"]], {"voyage": "12E"}),
        ([["Vessel", "Voyage"]], {}),
        ([["Total packages: 500"]], {}),  # of the whole manifest
        ([["Gross weight:", "12000"]], {}),
        ([["Vessel: A"], ["Vessel: B"]], {}),
        ([["Vessel: A"], ["Vessel: A"]], {"vessel": "A"}),
        ([["Printed by: somebody"]], {}),
        ([["Arrival of MV Aurora at 12:30"]], {}),
        ([["Vessel: " + "x" * 400]], {}),
        ([["Consignee\nAcme Ltd"]], {"consignee_name": "Acme Ltd"}),
        (
            [["2 Consignee (name and address)\nAcme Ltd\nMill Road 7\nOtterville"]],
            {"consignee_name": "Acme Ltd", "consignee_address": "Mill Road 7, Otterville"},
        ),
        ([["Consignee:\nAcme Ltd\nMill Road 7"]], {"consignee_name": "Acme Ltd", "consignee_address": "Mill Road 7"}),
        ([["Ocean vessel\nMV Aurora"]], {"vessel": "MV Aurora"}),
        ([["Terms of sale\nas agreed"]], {}),
    ],
)
def test_facts_above_the_rows(rows, facts):
    assert {one.field: one.value for one in general_segment(rows)} == facts


def test_each_line_is_told_of_them():
    (table,) = read(f"Cargo manifest;;\nVessel: MV Aurora;Consignee: Other;\nETA:;05.11.2025;\n{TABLE}".encode(), "m")
    for line in table.lines.to_pylist():
        assert (line["vessel"], line["consignee_name"], str(line["arrival_date"])) == ("MV Aurora", "Acme Ltd", "2025-11-05")
    assert table.raw.column("Vessel").to_pylist() == ["MV Aurora"] * 2
    assert ("Vessel", "vessel") in table.input.mapping
    said = [text for texts in table.out_of_table_texts.column("other_texts").to_pylist() for text in texts]
    assert "Consignee: Other" in said  # a column states it, so it is screened beside the lines
    assert not any("Aurora" in text for text in said)


def test_a_column_of_the_table_goes_before():
    (table,) = read(b"Vessel: MV Aurora;;\nDescription;HS Code;Vessel\nwool;510111;Borealis\n", "m")
    assert table.lines.column("vessel").to_pylist() == ["Borealis"]


def test_totals_among_the_rows_stay_totals():
    (table,) = read(f"Vessel: MV Aurora;;\n{TABLE};;\nTotal;;\n".encode(), "m")
    assert table.lines.num_rows == 2
