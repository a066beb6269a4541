"""Tables of web pages and of Excel's XML are read, whatever the name of the file."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import InputError, UnknownFormat
from precursor_screen.formats import markup, sheet
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
    assert [aside.text for aside in first.out_of_table_texts] == ["raw silk", "say silk", "silk comment", "silk picture"]


def test_a_web_page_named_xls_is_lines() -> None:
    result = read(PAGE.encode(), "b.xls")[0]
    assert result.lines.column("description").to_pylist()[:2] == ["wool & tin", "wool & tin"]
    assert result.input.format == "HTML"


def test_the_code_page_that_a_web_page_states_is_used() -> None:
    page = '<html><meta charset="windows-1251"><table><tr><td>Товар<td>Код<tr><td>шерсть<td>5101</table>'
    (sheet,) = _sheets(page.encode("cp1251"))
    assert sheet.head[1] == ("шерсть", "5101")


def test_a_cell_that_reaches_down_at_the_end_of_a_row_stands_in_the_next_one() -> None:
    page = """<html><table><tr><td>1<td>2<td>Goods<tr><td>a<td>b<td rowspan=3>wool<tr><td>c<td>d<tr><td>e<td>f</tr><tr><td>g<td>h<td>tin</table>"""
    (sheet,) = _sheets(page)
    assert sheet.head == (("1", "2", "Goods"), ("a", "b", "wool"), ("c", "d", "wool"), ("e", "f", "wool"), ("g", "h", "tin"))


@pytest.mark.parametrize(("kind", "beyond"), [("page", 2), ("book", 4)])
def test_texts_beyond_those_that_are_kept_are_counted(kind: str, beyond: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_OUT_OF_TABLE_TEXTS", 2)
    first = (
        markup.read_html(Blob("b", PAGE.encode()))[0]
        if kind == "page"
        else markup.read_spreadsheetml(Blob("b", BOOK.encode()))[0]
    )
    assert [(note.code, note.count) for note in first.notes] == [("unread-part", beyond)]


@pytest.mark.parametrize(
    ("kind", "stated", "cell"),
    [
        ("String", "20.000", "20.000"),
        ("Number", "20.000", "20.000"),
        ("DateTime", "2026-11-03T00:00:00.000", "2026-11-03"),
        ("DateTime", "2026-11-03T10:30:00.000", "2026-11-03T10:30:00"),
    ],
)
def test_only_a_date_loses_the_time_that_it_does_not_have(kind: str, stated: str, cell: str) -> None:
    (sheet,) = _sheets(BOOK.replace('"DateTime">2026-11-03T00:00:00.000', f'"{kind}">{stated}'))
    assert sheet.head[2][3] == cell


@pytest.mark.parametrize(
    "page", ["<html><p>wool", "<html><table><tr><td>one cell</table>", "<html><frameset><frame src='a.htm'>"]
)
def test_a_web_page_without_a_table_says_what_to_do(page: str) -> None:
    with pytest.raises(UnknownFormat, match="web page without a table") as caught:
        read(page.encode(), "b.htm")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("parts", "goods"),
    [
        (("<tr><td>wool<td>5",), "wool"),
        (('<tr><td><input value="wool"><td><input type=number value=5>',), "wool"),
        (("<tr><td><select><option>silk<option selected>wool<option>tin</select><td>5",), "wool"),
    ],
)
def test_fields_of_a_form_say_what_they_show(parts: tuple[str, ...], goods: str) -> None:
    (sheet,) = _sheets(f"<html><table><tr><th>Goods<th>kg{''.join(parts)}</table><input type=hidden value=secret>")
    assert sheet.head == (("Goods", "kg"), (goods, "5"))
    said = [(one.place, one.text) for one in sheet.out_of_table_texts]
    assert ("value of input", "secret") in said
    assert not {"wool", "5"} & {text for _, text in said}


def test_choices_that_were_not_made_are_screened_beside() -> None:
    (sheet,) = _sheets(
        "<html><table><tr><td>a<td>b<tr><td><select><option>silk</option><option selected>wool</select>c<td>d</table>"
    )
    assert sheet.head[1] == ("wool\nc", "d")
    assert [(one.place, one.text) for one in sheet.out_of_table_texts] == [("choice that was not made", "silk")]


def test_columns_of_text_as_it_was_typed_are_a_table() -> None:
    (sheet,) = _sheets("<html><p>two  blanks</p><pre>Goods   HS code  kg\nraw wool  510111  5\ntin  800110  7\n</pre>")
    assert sheet.above == (("two blanks",),)
    assert sheet.head == (("Goods", "HS code", "kg"), ("raw wool", "510111", "5"), ("tin", "800110", "7"))


def test_boxes_with_roles_are_a_table() -> None:
    row = '<div role="row"><div role="{0}"><span>{1}</span></div><span role="{0}">{2}</span></div>'
    rows = row.format("columnheader", "Goods", "kg") + row.format("gridcell", "wool", "5")
    (sheet,) = _sheets(f'<html><body><div>above</div><div role="grid"><div role="rowgroup">{rows}</div></div><div>below</div>')
    assert (sheet.above, sheet.head, sheet.below) == ((("above",),), (("Goods", "kg"), ("wool", "5")), (("below",),))


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
    said = [aside.text for aside in sheet.out_of_table_texts]
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
