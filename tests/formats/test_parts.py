"""What a workbook holds beside its sheets is screened as words, or named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import xlsxwriter

from precursor_screen.formats import parts, xlsx, xlsx_scan
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.parts import constants_of, runs_of, texts_of_xml, words_of_format, words_of_page
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from tests.formats.binary_book import xlsb


def _book(**options: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Description", "HS Code"))
        sheet.write_row(1, 0, ("wool", "510111"))
        if "property" in options:
            book.set_custom_property("cargo", options["property"])
        if "format" in options:
            sheet.write_number(1, 3, 108247, book.add_format({"num_format": options["format"]}))
        if "formula" in options:
            sheet.write_formula(1, 4, options["formula"], None, "tin")
        if "list" in options:
            sheet.data_validation("A2", {"validate": "list", "source": options["list"].split(",")})
    return out.getvalue()


def _with(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _open(data: bytes) -> Sheet:
    return open_sheets(Blob("b.xlsx", data))[0]


def _texts(data: bytes) -> list[str]:
    return [aside.text for aside in _open(data).out_of_table_texts]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"property": "20 drums"}, "20 drums"),
        ({"format": '0 "KG OF SILK"'}, "KG OF SILK"),
        ({"format": "0-00-0"}, "CAS 108-24-7"),
        ({"formula": '=IF(TRUE,"tin","raw silk")'}, "raw silk"),
        ({"formula": '="SI"&"LK YARN"'}, "SILK YARN"),
        ({"formula": "=CHAR(83)&CHAR(73)&CHAR(76)&CHAR(75)"}, "SILK"),
        ({"list": "tin,raw silk"}, "tin,raw silk"),
    ],
)
def test_words_beside_the_cells_are_screened(options: dict[str, str], said: str) -> None:
    assert said in _texts(_book(**options))


@pytest.mark.parametrize(
    "added",
    [
        {"customXml/item1.xml": b"<a>raw silk</a>"},
        {"xl/pivotCache/pivotCacheRecords1.xml": b'<r><s v="raw silk"/></r>'},
        {"xl/revisions/revisionLog1.xml": b"<r><is><t>raw </t><t>x</t></is><is><t>raw silk</t></is></r>"},
        {"xl/charts/chart9.xml": b"<c><v>raw silk</v></c>"},
        {"META-INF/goods.xml": b"<a>raw silk</a>"},
        {"xl/richData/rdrichvalue.xml": b"<a><v>raw silk</v></a>"},
        {"docMetadata/LabelInfo.xml": b'<a name="raw silk"/>'},
    ],
)
def test_words_of_other_parts_are_screened_and_no_issue(added: dict[str, bytes]) -> None:
    sheet = _open(_with(_book(), added))
    assert "raw silk" in [aside.text for aside in sheet.out_of_table_texts]
    assert sheet.notes == ()


def test_parts_that_are_no_words_are_one_issue_and_those_without_letters_a_note() -> None:
    added = {
        "xl/vbaProject.bin": b"\x01Sub Ship\x00\x02",
        "xl/data.csv": b"Description\nraw silk",
        "xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(9),
    }
    sheet = _open(_with(_book(), added))
    assert [(note.code, note.count, note.text) for note in sheet.notes] == [
        ("unread-part", 2, "xl/vbaProject.bin, xl/data.csv"),
        ("wordless-part", 1, "xl/media/image1.png"),
    ]
    assert "raw silk" in [aside.text for aside in sheet.out_of_table_texts]


@pytest.mark.parametrize(("most", "texts", "unread"), [(9, 2, True), (30, 2, False), (30, 1, True)])
def test_a_part_that_is_too_large_or_says_too_much_is_named(
    most: int, texts: int, unread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_MOST_BYTES", most)
    monkeypatch.setattr(parts, "_MOST_TEXTS", texts)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("item1.xml", b"<a>raw silk</a>")
    with zipfile.ZipFile(data) as archive:
        _, notes = parts.texts_of_parts(archive, Blob("b", data.getvalue()), (), ())
    assert [note.code for note in notes] == ["unread-part"] * unread


def test_a_table_of_texts_that_is_too_large_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_scan, "_MOST_STRINGS", 100)
    monkeypatch.setattr(xlsx, "MOST_CONSTANTS", 1)
    with zipfile.ZipFile(io.BytesIO(_book(formula='="raw silk"'))) as archive:
        audit = xlsx.XlsxAudit(archive)
        scan = audit.scan(0, "Sheet1")
        _, notes = audit.loose_parts()
    assert scan is not None
    assert [note.text for note in notes] == ["Sheet1", "xl/sharedStrings.xml"]


def test_an_archive_behind_a_workbook_is_reported() -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("b.csv", "Description\nraw silk")
    (note,) = _open(inner.getvalue() + _book()).notes
    assert note.code == "unread-part"


def test_a_usual_workbook_says_nothing_more() -> None:
    sheet = _open(_book())
    assert (sheet.notes, sheet.out_of_table_texts) == ((), ())


def test_a_text_that_no_cell_shows_is_screened() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book())) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"</sst>", b"<si><r><t>raw </t></r><r><t>silk &amp; tin</t></r></si></sst>"))
    assert _texts(data.getvalue()) == ["raw silk & tin"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('0 "KG OF SILK"', ["KG OF SILK"]),
        (r"0\ \S\I\L\K", ["SILK"]),
        ('[Red]"above; all";"below"', ["above; all", "below"]),
        ("[$€-407] #,##0.00", []),
        ("dd/mm/yyyy", []),
    ],
)
def test_words_of_a_format_of_numbers(code: str, words: list[str]) -> None:
    assert words_of_format(code) == words


def test_constants_of_a_formula() -> None:
    assert constants_of('=IF(A1="a""b silk";"tin";B2)') == ['a"b silk', "tin", 'a"b silktin']
    assert constants_of("=SUM(A1:B2)") == []


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('&C&"Arial"&12RAW&"Bold" SI&"Arial"LK', "RAW SILK"),
        ("&LLEFT&RRIGHT", "LEFT\nRIGHT"),
        ("Page &P of &N", "Page of"),
        ("R&&D &K01+000blue", "R&D blue"),
    ],
)
def test_a_change_of_font_does_not_part_a_word_of_a_page(code: str, shown: str) -> None:
    assert words_of_page(code) == shown


def test_runs_and_texts() -> None:
    assert runs_of(b"\x00\x01raw silk\x02" + "große Kiste".encode("utf-16-le") + b"\x01") == ["große Kiste", "raw silk"]
    assert texts_of_xml(b"<!DOCTYPE a><a/>") is None
    assert texts_of_xml(b'<a title="raw silk" id="rId1"><b>tin</b> </a>') == ["raw silk", "tin"]


def test_records_of_a_binary_workbook() -> None:
    rows = [["Description", "HS Code"], ["wool", "510111"]]
    data = _with(
        xlsb(rows),
        {"docProps/core.xml": b"<a><title>raw silk</title></a>", "xl/comments9.bin": "raw silk yarn".encode("utf-16-le")},
    )
    sheet = open_sheets(Blob("b.xlsb", data))[0]
    assert [aside.text for aside in sheet.out_of_table_texts if "silk" in aside.text] == ["raw silk", "raw silk yarn"]
    assert sheet.notes == ()


def test_a_binary_workbook_with_fewer_rows_than_it_states_is_reported() -> None:
    data = io.BytesIO()
    rows = [["Description", "HS Code"], ["wool", "510111"]]
    size = b"\x94\x01\x10" + bytes(4) + b"\x01\0\0\0"
    with zipfile.ZipFile(io.BytesIO(xlsb(rows))) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.bin"):
                assert size in content
                content = content.replace(size, size[:7] + b"\x09\0\0\0")
            new.writestr(name, content)
    (note,) = open_sheets(Blob("b.xlsb", data.getvalue()))[0].notes
    assert (note.code, "row 10" in note.reason) == ("lost-rows", True)


_ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x"><office:body><office:spreadsheet>'
    '<table:content-validations><table:content-validation table:condition="is-in(&quot;raw silk&quot;)"><table:help-message><text:p>say silk</text:p>'
    "</table:help-message></table:content-validation></table:content-validations>"
    '<table:table table:name="Sheet1"><table:table-row><table:table-cell><text:p>Description</text:p></table:table-cell></table:table-row>'
    '<table:table-row><table:table-cell office:value-type="string" office:string-value="silk yarn" table:formula="of:=IF(1;&quot;silk thread&quot;)">'
    "<text:p>wool<text:ruby><text:ruby-base>x</text:ruby-base><text:ruby-text>silk cloth</text:ruby-text></text:ruby></text:p></table:table-cell>"
    "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)


def test_texts_beside_the_cells_of_an_open_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", _ODS)
        archive.writestr("meta.xml", "<m><title>silk title</title></m>")
    sheet = open_sheets(Blob("b.ods", out.getvalue()))[0]
    assert {"raw silk", "say silk", "silk yarn", "silk thread", "silk title"} <= {
        aside.text for aside in sheet.out_of_table_texts
    }
    assert "silk cloth" in sheet.head[1][0].split("\n")


def test_what_a_parquet_or_arrow_file_says_beside_its_cells() -> None:
    listed = pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(["wool", "raw silk"]))
    schema = pa.schema([pa.field("goods", listed.type, metadata={"note": "silk yarn"})], metadata={"comment": "silk thread"})
    table = pa.Table.from_arrays([listed], schema=schema)
    out, stream = io.BytesIO(), io.BytesIO()
    parquet.write_table(table, out)
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    found = {aside.text for aside in open_sheets(Blob("b", stream.getvalue()))[0].out_of_table_texts}
    assert {"raw silk", "silk yarn", "silk thread"} <= found
    assert "silk thread" in {aside.text for aside in open_sheets(Blob("b", out.getvalue()))[0].out_of_table_texts}
