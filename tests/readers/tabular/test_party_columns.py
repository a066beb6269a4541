"""Cells of parties that hold the address below the name."""

from __future__ import annotations

from precursor_screen.readers.registry import read

CELL = '"Tessaly Industrial Supplies\nLLC\nP.O. Box 400\nZandara"'
WRAPPED = '"Tessaly Industrial\nSupplies LLC"'


def test_the_lines_below_a_name_are_its_address():
    (found,) = read(f"Description,HS Code,Consignee\nwool,510111,{CELL}\ntin,800110,{WRAPPED}\nlead,780110,\n".encode(), "m.csv")
    assert found.lines.column("consignee_name").to_pylist() == [
        "Tessaly Industrial Supplies LLC",
        "Tessaly Industrial\nSupplies LLC",
        None,
    ]
    assert found.lines.column("consignee_address").to_pylist() == ["P.O. Box 400, Zandara", None, None]


def test_without_one_or_beside_a_column_of_addresses_a_cell_stays_whole():
    for header, cell in (("Consignee,Consignee address", CELL), ("Consignee,x", WRAPPED)):
        (found,) = read(f"Description,HS Code,{header}\nwool,510111,{cell},Mill Road 7\n".encode(), "m.csv")
        assert found.lines.column("consignee_name").to_pylist() == [cell.strip('"')]
