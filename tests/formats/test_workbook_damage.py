"""What a library leaves out of a workbook, or loses, is said."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.parts import name_of, place_of
from precursor_screen.formats.sheet import UNCACHED, Sheet
from precursor_screen.formats.table import open_sheets
from tests.formats.books import ROWS, alter, inline_xlsx, ods, ods_of, replace_in, xls, xlsx

SHEET = "worksheets/sheet1"


def one(data: bytes) -> Sheet:
    (sheet,) = open_sheets(Blob("b", data))
    return sheet


def cells(sheet: Sheet) -> list[list[str | None]]:
    return [list(row.values()) for row in sheet.read(0, len(sheet.head[0])).table.to_pylist()]


def test_a_whole_workbook_has_no_notes() -> None:
    for data in (xlsx(), inline_xlsx(), xls(), ods()):
        sheet = one(data)
        assert sheet.notes == ()
        assert cells(sheet) == [[str(v) for v in row] for row in ROWS]


# What reaches too far


def test_a_cell_at_the_far_corner_is_not_read_and_is_named() -> None:
    data = replace_in(xlsx(), SHEET, b'r="A4"', b'r="XFD1048576"')
    assert len(data) < 10_000
    with pytest.raises(UnreadableManifest, match=r"reach to XFD1048576, 17,179,869,184 cells where 26,8"):
        open_sheets(Blob("b.xlsx", data))


def test_a_far_cell_that_has_but_a_style_takes_no_room() -> None:
    data = replace_in(xlsx(), SHEET, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    assert cells(one(data)) == cells(one(xlsx()))


@pytest.mark.slow
def test_a_far_row_or_a_far_column_alone_is_read() -> None:
    far_row = one(replace_in(xlsx(), SHEET, b'r="A4"', b'r="A1048576"'))
    assert far_row.read(1_048_575, 1).table.to_pylist() == [{"0": "B3"}]
    assert len(one(replace_in(xlsx(), SHEET, b'r="A4"', b'r="XFD4"')).head[3]) == 16_384


def test_a_sheet_that_reaches_too_far_leaves_the_others() -> None:
    book = openpyxl.Workbook()
    for title in ("far", "goods"):
        book.create_sheet(title).append(["description", "acetone"])
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    far, goods = open_sheets(Blob("b", replace_in(out.getvalue(), "sheet1.xml", b'r="B1"', b'r="XFD1048576"')))
    assert (far.head, [n.code for n in far.notes]) == ((), ["lost-rows"])
    assert goods.head == (("description", "acetone"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<table:table-row>", '<table:table-row table:number-rows-repeated="100000000">'),
        ("<table:table-cell ", '<table:table-cell table:number-columns-repeated="100000000" '),
    ],
)
def test_repeats_of_an_ods_are_limited(old: str, new: str) -> None:
    with pytest.raises(UnreadableManifest, match=r"26,8\d\d,\d\d\d"):
        open_sheets(Blob("b.ods", replace_in(ods(), "content", old.encode(), new.encode())))


# What is lost


@pytest.mark.parametrize(
    ("part", "old", "new", "reason"),
    [
        (SHEET, b'<c r="A3"', b'<c r="A2"', "1 of its 16 filled cells"),
        (SHEET, b't="s"><v>4</v>', b't="s"><v>-4</v>', "not a number"),
        (SHEET, b't="s"><v>4</v>', b't="s"><v>x</v>', "not a number"),
        (SHEET, b'<row r="3"', b'<rw r="3"', "not well formed"),
        (SHEET, b'<row r="3"', b'<row r="2"', None),  # cells know their own row
        ("xl/workbook.xml", b'name="Sheet1"', b'name="Sheet&#50;"', None),
    ],
)
def test_cells_that_are_not_delivered_are_counted(part: str, old: bytes, new: bytes, reason: str | None) -> None:
    sheet = one(replace_in(xlsx(), part, old, new))
    if reason is None:
        assert sheet.notes == ()
    else:
        (note,) = sheet.notes
        assert note.code == "lost-rows"
        assert reason in note.reason
        assert note.count >= 1


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, b"</sheetData>", b""),
        (SHEET, b"</row></sheetData>", b""),
        (SHEET, b't="s"><v>4</v>', b't="s"><v>99</v>'),
        (SHEET, b't="s"><v>4</v>', b't="s"><v>4</w>'),
        ("sharedStrings", b"<si><t>toluene in drums</t></si>", b""),
        ("sharedStrings", b"toluene", b"\xff\xfe"),
        ("sharedStrings", b"toluene", b"&nothing;"),
        ("workbook.xml.rels", b"worksheets/sheet1.xml", b"worksheets/sheet2.xml"),
    ],
)
def test_what_cannot_be_read_is_set_aside(part: str, old: bytes, new: bytes) -> None:
    with pytest.raises(UnreadableManifest):
        open_sheets(Blob("b", replace_in(xlsx(), part, old, new)))


def test_empty_texts_are_not_missing() -> None:
    sheet = one(xlsx([("description", "x"), ("acetone", "y")]))
    assert sheet.notes == ()
    hollow = replace_in(xlsx(), "sharedStrings", b"<t>toluene in drums</t>", b'<t/><rPh sb="0" eb="1"><t>to</t></rPh>')
    assert one(hollow).notes == ()
    assert one(replace_in(xlsx(), SHEET, b"<v>20</v>", b"<v></v>")).notes == ()
    assert one(xls([("description", "hs"), ("", "1"), ("a", "2")])).notes == ()


def test_a_sheet_that_the_workbook_does_not_list_is_named() -> None:
    data = xlsx()
    hidden: list[bytes] = []
    alter(data, lambda name, content: hidden.append(content) or content if SHEET in name else content)
    extended = io.BytesIO(data)
    with zipfile.ZipFile(extended, "a") as archive:
        archive.writestr("xl/worksheets/sheet9.xml", hidden[0])
    (note,) = one(extended.getvalue()).notes
    assert (note.code, note.count, note.text) == ("lost-rows", 4, "xl/worksheets/sheet9.xml")


def test_a_member_with_a_wrong_checksum_is_set_aside() -> None:
    data = bytearray(ods())
    at = data.index(b"mimetypeapplication") + 20
    data[at] ^= 1
    with pytest.raises(UnreadableManifest, match="its part mimetype"):
        open_sheets(Blob("b", bytes(data)))


def test_an_xls_that_ends_before_its_dimensions_say_is_named() -> None:
    data = xls()
    dimensions = b"\x00\x02\x0e\x00" + b"\x00\x00\x00\x00" + b"\x04\x00\x00\x00"
    assert data.count(dimensions) == 1
    (note,) = one(data.replace(dimensions, dimensions[:8] + b"\x09\x00\x00\x00")).notes
    assert (note.code, note.count) == ("lost-rows", 4)
    assert "should reach to row 9 and ends at row 4" in note.reason


# What calamine gives empty


@pytest.mark.parametrize("error", ["#REF!", "#NAME?", "#N/A", "#SPILL!", "#CALC!"])
def test_an_error_value_stands_as_its_text(error: str) -> None:
    sheet = one(xlsx())
    data = replace_in(xlsx(), SHEET, b'<c r="D3"><v>20</v>', b'<c r="D3" t="e"><v>' + error.encode() + b"</v>")
    assert cells(one(data))[2] == ["B2", "ceramic tiles", "6907210000", error]
    assert cells(one(data))[3] == cells(sheet)[3]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b'<c r="D3"><f>1+1</f></c>', UNCACHED),
        (b'<c r="D3"><f>1+1</f><v/></c>', UNCACHED),
        (b'<c r="D3"><f>1+1</f><v></v></c>', UNCACHED),
        (b"<c><f>1+1</f></c>", UNCACHED),
        (b'<c r="D3" t="str"><f>""</f><v></v></c>', ""),
        (b'<c r="D3"><f>1+1</f><v>2</v></c>', "2"),
        (b'<c r="D3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b"<c r='D3' t='e'><v>#DIV/0!</v></c>", "#DIV/0!"),
    ],
)
def test_a_formula_without_a_value_is_marked(cell: bytes, text: str) -> None:
    sheet = one(replace_in(xlsx(), SHEET, b'<c r="D3"><v>20</v></c>', cell))
    assert sheet.notes == ()
    assert cells(sheet)[2][3] == text
    assert cells(sheet)[3][3] == "7"


def test_markers_beyond_the_last_filled_cell_are_delivered() -> None:
    data = replace_in(xlsx(), SHEET, b"</sheetData>", b'<row r="7"><c r="F7"><f>A1</f></c></row></sheetData>')
    sheet = one(data)
    assert sheet.read(6, 6).table.to_pylist() == [{"0": "", "1": "", "2": "", "3": "", "4": "", "5": UNCACHED}]


def test_errors_of_an_xls_stand_as_their_text() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    sheet.write(0, 0, "description")
    sheet.row(1).set_cell_error(0, "#REF!")
    out = io.BytesIO()
    book.save(out)
    assert cells(one(out.getvalue())) == [["description"], ["#REF!"]]


def test_an_ods_cell_says_what_it_shows() -> None:
    body = (
        '<table:table table:name="Sheet1"><table:table-row>'
        '<table:table-cell table:formula="of:=1+1"/>'
        '<table:table-cell table:formula="of:=X" office:value-type="string" office:string-value=""><text:p>#NAME?</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-28T00:00:00"><text:p>28.03.</text:p></table:table-cell>'
        '<table:table-cell office:value-type="time" office:time-value="PT03H04M00S"/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/><text:span>b</text:span></text:p><text:p>c</text:p></table:table-cell>'
        '<table:table-cell office:value-type="percentage" office:value="0.25"/><table:table-cell table:number-columns-repeated="16377"/>'
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048572"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table>"
    )
    sheet = one(ods_of(body))
    assert sheet.head[0] == (UNCACHED, "#NAME?", "2026-03-28", "03:04:00", "TRUE", "a  b\nc", "0.25")
    assert [row[:1] for row in sheet.head[1:]] == [(), (), ("x",)]


# Texts beside the cells


def asides(data: bytes) -> list[tuple[int | None, str, str]]:
    return [(a.row, a.place, a.text) for a in one(data).out_of_table_texts]


def test_comments_text_boxes_headers_and_names_are_delivered() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("acetone")
        sheet.write(0, 0, "description")
        sheet.write_comment("C5", "ephedrine")
        sheet.insert_textbox(8, 1, "20 drums\nof toluene")
        sheet.set_header('&C&"Arial"&12Page &P phosphorus')
        sheet.set_footer("&P")
        sheet.write_url(2, 0, "https://example.org", string="x", tip="piperonal")
        sheet.data_validation("A4", {"validate": "any", "input_title": "mercury", "input_message": "say which"})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=acetone!$A$1"})
        chart.set_title({"name": "safrole"})
        sheet.insert_chart("H1", chart)
        book.define_name("iodine", "=acetone!$A$1")
        book.set_properties({"title": "red cargo", "comments": "norephedrine"})
    assert sorted(asides(out.getvalue()), key=str) == sorted(
        [
            (5, "comment at C5", "ephedrine"),
            (9, "text box", "20 drums\nof toluene"),
            (None, "page header", "Page phosphorus"),
            (3, "link at A3", "piperonal"),
            (None, "prompt at A4", "mercury"),
            (None, "prompt at A4", "say which"),
            (None, "chart", "safrole"),
            (None, "defined name", "iodine"),
            (None, "document property title", "red cargo"),
            (None, "document property comments", "norephedrine"),
            (None, "name of the sheet", "acetone"),
        ],
        key=str,
    )


def test_threaded_comments_are_delivered() -> None:
    threaded = b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B2"><text>safrole</text></threadedComment></ThreadedComments>'
    out = io.BytesIO(xlsx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/threadedComments/threadedComment1.xml", threaded)
    assert asides(out.getvalue()) == [(2, "comment at B2", "safrole")]


def test_comments_and_shapes_of_an_ods_are_delivered() -> None:
    body = (
        '<table:table table:name="Sheet1"><table:shapes><draw:frame><draw:text-box><text:p>safrole</text:p></draw:text-box></draw:frame></table:shapes>'
        '<table:table-row/><table:table-row><table:table-cell/><table:table-cell office:value-type="string">'
        "<office:annotation><dc:date>2026</dc:date><text:p>ephedrine</text:p></office:annotation><text:p>tiles</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    assert asides(ods_of(body)) == [(None, "text box", "safrole"), (2, "comment at B2", "ephedrine")]
    assert one(ods_of(body)).head[1] == ("", "tiles")


@pytest.mark.parametrize(
    "shape",
    ["annotation", "frame", "custom-shape", "rect", "ellipse", "line", "caption", "polygon"],
)
def test_a_text_box_within_a_cell_of_an_ods_is_beside_the_text_of_the_cell(shape: str) -> None:
    element = f"office:{shape}" if shape == "annotation" else f"draw:{shape}"
    within = (
        "<table:table><table:table-row><table:table-cell><text:p>oil</text:p></table:table-cell></table:table-row></table:table>"
    )
    body = (
        '<table:table table:name="Sheet1"><table:table-row table:number-rows-repeated="2"/><table:table-row><table:table-cell/>'
        f'<table:table-cell office:value-type="string"><text:p>tiles <{element}><draw:text-box><text:p>safrole</text:p><text:p> </text:p>'
        f"{within}</draw:text-box></{element}>of clay</text:p><text:p>in boxes</text:p></table:table-cell>"
        '<table:table-cell office:value-type="string"><text:p>next</text:p></table:table-cell></table:table-row></table:table>'
    )
    place = "comment at B3" if shape == "annotation" else "text box"
    assert asides(ods_of(body)) == [(3, place, "safrole\noil")]
    sheet = one(ods_of(body))
    assert sheet.head[2] == ("", "tiles of clay\nin boxes", "next")
    assert len(sheet.head) == 3


def test_shapes_of_an_ods_without_words_are_not_told_of() -> None:
    body = '<table:table table:name="Sheet1"><table:table-row><table:table-cell><draw:frame><text:p> </text:p></draw:frame><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
    assert asides(ods_of(body)) == []
    assert one(ods_of(body)).head == (("x",),)


@pytest.mark.parametrize("name", ["Sheet1", "Tabelle 2", "Лист1", "sheet", "工作表3", ""])
def test_a_name_that_a_program_gave_says_nothing(name: str) -> None:
    from precursor_screen.formats.xlsx import texts_of_names

    assert texts_of_names([name]) == []
    assert texts_of_names([f"{name} acetone"]) != []


@pytest.mark.parametrize(
    ("reference", "place"), [("A1", (0, 0)), ("Z9", (8, 25)), ("AA10", (9, 26)), ("XFD1048576", (1048575, 16383))]
)
def test_places(reference: str, place: tuple[int, int]) -> None:
    assert place_of(reference) == place
    assert name_of(*place) == reference
