"""Tables of web pages and of Excel's XML are read, whatever the name of the file."""

from __future__ import annotations

import pytest

from precursor_screen.errors import InputError, UnknownFormat
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from precursor_screen.readers.registry import read

PAGE = """<html><head><title>raw silk</title><style>td {color: red}</style></head><body><p>say <b>si</b>lk</p><!-- silk comment -->
<table><tr><th>Description<th>HS Code<th>Consignee</tr>
<tr><td rowspan=2>wo<b>ol</b> &amp; tin<td>510111</td><td>Alder Ltd</tr><tr><td>510121<td>Birch Ltd</tr>
<tr><td colspan=2>both<td>Cedar<table><tr><td>a<td>b<tr><td>c<td>d</table></td></tr></table>
<img alt="silk picture"></body></html>"""


def _sheets(text: str | bytes) -> list[Sheet]:
    return open_sheets(Blob("b.xls", text.encode() if isinstance(text, str) else text))


def test_tables_of_a_web_page_are_read_with_the_words_around_them() -> None:
    first, second = _sheets(PAGE)
    assert first.head == (
        ("Description", "HS Code", "Consignee"),
        ("wool & tin", "510111", "Alder Ltd"),
        ("wool & tin", "510121", "Birch Ltd"),
        ("both", "", "Cedar"),
    )
    assert second.head == (("a", "b"), ("c", "d"))
    assert [aside.text for aside in first.asides] == ["raw silk", "say silk", "silk comment", "silk picture"]


def test_a_web_page_named_xls_is_lines() -> None:
    result = read(PAGE.encode(), "b.xls")[0]
    assert result.lines.column("description").to_pylist()[:2] == ["wool & tin", "wool & tin"]
    assert result.input.format == "HTML"


def test_the_code_page_that_a_web_page_states_is_used() -> None:
    page = '<html><meta charset="windows-1251"><table><tr><td>Товар<td>Код<tr><td>шерсть<td>5101</table>'
    (sheet,) = _sheets(page.encode("cp1251"))
    assert sheet.head[1] == ("шерсть", "5101")


@pytest.mark.parametrize(
    "page", ["<html><p>wool", "<html><table><tr><td>one cell</table>", "<html><frameset><frame src='a.htm'>"]
)
def test_a_web_page_without_a_table_says_what_to_do(page: str) -> None:
    with pytest.raises(UnknownFormat, match="web page without a table") as caught:
        _sheets(page)
    assert caught.value.remedy


BOOK = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:x">
<DocumentProperties xmlns="urn:schemas-microsoft-com:office:office"><Title>raw silk</Title></DocumentProperties>
<Styles><Style ss:ID="s1"><NumberFormat ss:Format="0 &quot;KG OF SILK&quot;"/></Style></Styles>
<Worksheet ss:Name="Sheet1"><Table><Row><Cell><Data ss:Type="String">Description</Data></Cell><Cell><Data ss:Type="String">HS Code</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">wo<B>ol</B></Data><Comment ss:Author="Alder"><Data>silk comment</Data></Comment></Cell>
<Cell ss:Index="4" ss:Formula="=IF(1,&quot;silk yarn&quot;)"><Data ss:Type="DateTime">2026-11-03T00:00:00.000</Data></Cell></Row></Table>
<WorksheetOptions><PageSetup><Header x:Data="&amp;CSI&amp;BLK"/></PageSetup></WorksheetOptions></Worksheet></Workbook>"""


def test_sheets_of_an_xml_spreadsheet_are_read_with_what_stands_beside_them() -> None:
    (sheet,) = _sheets(BOOK)
    assert sheet.head == (("Description", "HS Code"), (), ("wool", "", "", "2026-11-03"))
    said = [aside.text for aside in sheet.asides]
    assert said == ["raw silk", "KG OF SILK", "Alder", "silk comment", "silk yarn", "SILK"]


@pytest.mark.parametrize(
    "book",
    [
        BOOK[:-40],
        BOOK.replace('ss:Index="3"', 'ss:Index="99999999"'),
        BOOK.replace("<Workbook", "<!DOCTYPE a><Workbook"),
        BOOK[: BOOK.index("<Worksheet")] + "</Workbook>",
    ],
)
def test_an_xml_spreadsheet_that_is_damaged_is_refused_in_words(book: str) -> None:
    with pytest.raises(InputError) as caught:
        _sheets(book)
    assert caught.value.remedy
