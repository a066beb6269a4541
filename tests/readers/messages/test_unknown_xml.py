"""XML of no known schema: a table of goods by its paths, or refused."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import InputError, UnreadableManifest
from precursor_screen.readers.registry import read

GOODS = """<dispatch><sender><name>SILVER BIRCH CHEMICALS</name></sender><consignee><name>HARBOUR LANE TRADING</name></consignee>
<goods hsCode="291411"><description>ACETONE</description><grossWeight unitCode="TNE">1.5</grossWeight></goods>
<goods hsCode="960340"><description>PAINT BRUSHES</description><grossWeight unitCode="KGM">20</grossWeight></goods></dispatch>"""


def lines_of(text: str) -> list[tuple[object, ...]]:
    (found,) = read(text.encode(), "m.xml")
    wanted = ("description", "hs_code", "gross_mass_kg", "consignor_name", "consignee_name")
    return list(zip(*(found.lines.column(name).to_pylist() for name in wanted), strict=True))


def test_goods_of_a_schema_that_is_not_known_are_lines() -> None:
    parties = ("SILVER BIRCH CHEMICALS", "HARBOUR LANE TRADING")
    assert lines_of(GOODS) == [("ACETONE", "291411", 1500, *parties), ("PAINT BRUSHES", "960340", 20, *parties)]


def test_one_item_is_enough() -> None:
    begin, end = GOODS.index("<goods"), GOODS.rindex("<goods")
    assert [line[0] for line in lines_of(GOODS[:begin] + GOODS[end:])] == ["PAINT BRUSHES"]


def test_what_is_damaged_is_read_as_far_as_it_goes() -> None:
    (found,) = read(
        GOODS.replace('</description><grossWeight unitCode="KGM">20</grossWeight></goods></dispatch>', "").encode(), "m.xml"
    )
    assert found.lines.column("description").to_pylist() == ["ACETONE", "PAINT BRUSHES"]
    assert [i["code"] for i in found.issues.to_pylist() if i["code"] == "lost-rows"] == ["lost-rows"]


@pytest.mark.parametrize(
    "text",
    [
        "<page><title>Acetone</title><text>words</text></page>",
        "<ErrorResponse><item><description>ACETONE</description><hsCode>291411</hsCode></item></ErrorResponse>",
        "<CC043C><item><description>ACETONE</description><hsCode>291411</hsCode></item></CC043C>",
        "<a/>",
    ],
)
def test_what_holds_no_goods_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is XML of a kind that is not known"):
        read(text.encode(), "m.xml")


def test_a_document_type_is_refused() -> None:
    with pytest.raises(UnreadableManifest, match="document type"):
        read(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + GOODS.encode(), "m.xml")
