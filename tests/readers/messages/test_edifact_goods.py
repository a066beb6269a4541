"""Segments of EDIFACT about goods one by one: which fields their elements fill, and what is kept beside them."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read

Filed = list[tuple[str, str, str]]  # field, element, text
OF_ALL = {("message_function", "BGM+1225", "9"), ("beside", "BGM+1004", "M1"), ("bill_of_lading", "CNI+1004", "B1"), ("item_number", "GID+1496", "1")}  # fmt: skip
ITEM = "GID+1+2:DR'"
OF_ITEM = {("packages", "GID+7224", "2"), ("package_type", "GID+7065", "DR")}


def filed(segments: str, kind: str = "CUSCAR:D:95B") -> Filed:
    """What a consignment of one item has in its fields, beside them, and in elements that nobody knows."""
    text = f"UNH+1+{kind}:UN'BGM+785+M1+9'CNI+1+B1'{segments}UNT++1'"
    (tables,) = read(text.encode(), "m")
    (row,) = tables.raw.to_pylist()
    fields = dict(tables.input.mapping) | dict.fromkeys(tables.input.unmapped, "unread")
    found = [(fields.get(label, "beside"), label, text) for label, text in row.items() if text]
    return [one for one in found if one not in OF_ALL]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("MEA+AAE+G+KGM:5'", [("gross_mass", "MEA+AAE+G", "5")]),
        ("MEA+AAE+G+LBR:5'", [("gross_mass", "MEA+AAE+G", "5 LBR")]),
        ("MEA+AAE+G+MTQ:5'", [("beside", "MEA+AAE+G", "5 MTQ")]),
        ("MEA+AAE+N+:5'", [("net_mass", "MEA+AAE+N", "5")]),
        ("MEA+AAE+G+KGM:0'", []),
        ("MEA+AAE+G+KGM'", []),
        ("MEA+XX+YY+CEL:5'", [("beside", "MEA+XX+YY", "5 CEL")]),
        ("MEA+XX+YY+KGM:5'", [("unread", "MEA+XX+YY", "5 KGM")]),
        ("MEA+AAE+AAW+MTQ:5'", [("beside", "MEA+AAE+AAW", "5 MTQ")]),
        ("EQD+CN+TSTU1'MEA+AAE+G+KGM:5'", [("container_numbers", "EQD+CN", "TSTU1"), ("beside", "MEA+AAE+G", "5 KGM")]),
        ("MOA+14:100:USD'", [("value", "MOA+14", "100"), ("currency", "MOA+14+6345", "USD")]),
        ("MOA+14:0:USD'", []),
        ("MOA+14:100:USD'MOA+39:200:EUR'", [("value", "MOA+14", "100"), ("currency", "MOA+14+6345", "USD"), ("beside", "MOA+39", "200 EUR")]),
        ("MOA+64:5:USD'MOA+144:6:USD'", [("freight", "MOA+64", "5"), ("beside", "MOA+144", "6 USD")]),
        ("MOA+999:5:USD'", [("unread", "MOA+999", "5 USD")]),
        ("MOA+14:100:USD'MOA+999:5:USD'", [("value", "MOA+14", "100"), ("currency", "MOA+14+6345", "USD"), ("beside", "MOA+999", "5 USD")]),
        ("QTY+1:5:KGM'QTY+2:6:NMB'", [("quantity", "QTY+6060", "5"), ("quantity_unit", "QTY+6411", "KGM"), ("beside", "QTY+2", "6 NMB")]),
        ("QTY+1:0:KGM'", []),
        ("PAC+3++BX'", [("beside", "PAC", "3 BX")]),
        ("CST++29141100:HS'", [("hs_code", "CST+7361", "29141100")]),
        ("CST++4000'", [("procedure", "CST+7361 1", "4000")]),
        ("CST++40001'", [("beside", "CST+7361 1", "40001")]),
        ("CST++4000000'", [("procedure", "CST+7361 1", "4000000")]),
        ("PIA+5+29141100:HS'", [("hs_code", "PIA+HS", "29141100")]),
        ("PIA+5+29141100:ZZ'", [("beside", "PIA+ZZ", "29141100")]),
        ("DGS+IMD+3+1090+X:Y'", [("un_numbers", "DGS+7124", "1090"), ("dangerous_goods_class", "DGS+8351", "3"), ("beside", "DGS", "X Y")]),
        ("PCI++MARK 1:MARK 2'", [("marks", "PCI+7102", "MARK 1 MARK 2")]),
        ("IMD+++:::ACETONE:IN DRUMS'", [("description", "IMD+7008", "ACETONE IN DRUMS")]),
        ("IMD+++GOODS'", [("description", "IMD+7008", "GOODS")]),
        ("RFF+UCN:U1'", [("beside", "RFF+UCN", "U1")]),
        ("TOD+3+CC+CIF'", [("beside", "TOD", "3 CC CIF")]),
        ("ZZZ+1+WHAT'", [("unread", "ZZZ", "1 WHAT")]),
        ("RFF+AED:X:2'", [("beside", "RFF+AED", "X 2")]),
    ],
)  # fmt: skip
def test_what_is_said_of_an_item(segments: str, expected: Filed) -> None:
    assert [one for one in filed(ITEM + segments) if one not in OF_ITEM] == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("GID+1+0:DR'", [("package_type", "GID+7065", "DR")]),
        ("GID+1++4:BX'", [("packages", "GID+7224", "4"), ("package_type", "GID+7065", "BX")]),
        ("GID+1+2:DR+8:BX'", [("packages", "GID+7224", "2"), ("package_type", "GID+7065", "DR"), ("beside", "GID inner packages", "8 BX")]),
        ("GID+1+2:DR::5:STEEL DRUM'", [("packages", "GID+7224", "2"), ("package_type", "GID+7065", "DR"), ("beside", "GID+7064", "STEEL DRUM")]),
        ("GID+1+2:6:X:5:STEEL DRUM'", [("packages", "GID+7224", "2"), ("package_type", "GID+7065", "STEEL DRUM")]),
        ("GID+1+2:6:KEG'", [("packages", "GID+7224", "2"), ("package_type", "GID+7065", "KEG")]),
        ("GID+1'PAC+3++DR'", [("packages", "PAC+7224", "3"), ("package_type", "PAC+7065", "DR")]),
        ("GID+1'PAC+3++DR::9:STEEL'PAC+4++BX'", [("packages", "PAC+7224", "3"), ("package_type", "PAC+7065", "STEEL"), ("beside", "PAC", "4 BX")]),
        ("GID+1'PAC+0++DR'", [("beside", "PAC", "0 DR")]),
    ],
)  # fmt: skip
def test_the_packages_of_an_item(segments: str, expected: Filed) -> None:
    assert filed(segments) == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("RFF+BM:B2'", [("bill_of_lading", "RFF+BM", "B2"), ("master_bill_of_lading", "CNI+1004", "B1")]),
        ("RFF+BM:B1'", [("bill_of_lading", "RFF+BM", "B1")]),
        ("RFF+MB:M9'RFF+BM:B2'", [("bill_of_lading", "RFF+BM", "B2"), ("master_bill_of_lading", "RFF+MB", "M9")]),
        ("RFF+UCN:U1'RFF+UCR:U2'", [("stated_shipment_id", "RFF+UCN", "U1"), ("beside", "RFF+UCR", "U2")]),
    ],
)  # fmt: skip
def test_numbers_of_a_consignment(segments: str, expected: Filed) -> None:
    assert [one for one in filed(segments + ITEM) if one not in OF_ITEM] == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ("CNT+7:500:KGM'CNT+11:7'", [("packages", "CNT+11", "7"), ("gross_mass", "CNT+7", "500")]),
        ("CNT+7:500:LBR'", [("gross_mass", "CNT+7", "500 LBR")]),
        ("CNT+7:500:MTQ'", []),
        ("CNT+7:0:KGM'CNT+11:0'", []),
        ("CNT+7:500'", [("gross_mass", "CNT+7", "500")]),
    ],
)  # fmt: skip
def test_totals_that_a_consignment_of_a_consolidation_states_before_its_goods(segments: str, expected: Filed) -> None:
    assert filed(f"{segments}GID+1'", "IFCSUM:D:96A") == expected
    assert filed(f"GID+1'{segments}", "IFCSUM:D:96A") == []
    assert filed(f"{segments}GID+1'") == []
