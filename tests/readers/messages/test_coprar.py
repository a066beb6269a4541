"""COPRAR lists containers to load or discharge: what is in each is a line of its own, and masses that include the container are not its goods'."""

from __future__ import annotations

from precursor_screen.readers.registry import read

HEAD = "UNB+UNOA:2+A+B+260301:1200+1'UNH+1+{type}:D:95B:UN:SMDG16'BGM+45+X1+9'TDT+20+12E+1++MSC:172:20+++9V:103::AURORA'LOC+9+BEANR:139:6'"
BOXES = (
    "EQD+CN+MSCU1234566+22G1:102:5+2+2+5'RFF+BM:BL4711'LOC+11+AEJEA:139:6'MEA+AAE+G+KGM:21500'FTX+AAA+++ACETONE 80 DRUMS'DGS+IMD+3+1090'"
    "EQD+CN+MSCU7654321+22G1:102:5+2+2+5'RFF+BM:BL4712'LOC+11+DEHAM:139:6'FTX+AAA+++TILES'"
    "EQD+CN+MSCU7654337+22G1:102:5+2+2+4'"  # empty
)
TAIL = "CNT+16:3'UNT+17+1'UNZ+1+1'"


def test_each_container_is_a_line_with_its_goods() -> None:
    (table,) = read((HEAD.format(type="COPRAR") + BOXES + TAIL).encode(), "m")
    lines = table.lines.to_pylist()
    names = ("container_numbers", "bill_of_lading", "description", "un_numbers", "port_of_discharge", "vessel")
    assert [tuple(line.get(name) for name in names) for line in lines] == [
        (["MSCU1234566"], "BL4711", "ACETONE 80 DRUMS", ["1090"], "AEJEA", "AURORA"),
        (["MSCU7654321"], "BL4712", "TILES", None, "DEHAM", "AURORA"),
        (["MSCU7654337"], None, None, None, None, "AURORA"),
    ]
    assert "gross_mass_kg" not in table.lines.column_names
    assert "21500 KGM" in lines[0]["other_texts"]


def test_in_a_manifest_equipment_stands_beside_the_goods() -> None:
    text = HEAD.format(type="CUSCAR") + "CNI+1+BL1'GID+1+5:DR'FTX+AAA+++WOOL'" + BOXES + TAIL
    (table,) = read(text.encode(), "m")
    assert [line["description"] for line in table.lines.to_pylist()] == ["WOOL"]
