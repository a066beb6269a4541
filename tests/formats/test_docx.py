"""Documents of Word: their tables with the text above, what is not shown, what is beside the text, and hostile ones."""

from __future__ import annotations

import io
import zipfile

import pytest

from precursor_screen.core.errors import InputError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from tests.formats.books import xlsx
from tests.formats.documents import cell, docx, paragraph, part, table

GOODS = table([["Goods", "HS code", "Net kg"], ["wool", "510111", "200"], ["tin", "800110", "30"]])


def sheets(*body: str, **more) -> list[Sheet]:
    return open_sheets(Blob("d.docx", docx(*body, **more)))


def said(sheet: Sheet) -> list[tuple[str, str]]:
    return [(one.place, one.text) for one in sheet.out_of_table_texts]


def test_tables_are_sheets_with_the_lines_above_each():
    first, second = sheets(
        paragraph("Packing list"), GOODS, paragraph("and"), table([["a", "b"], ["c", "d"]]), paragraph("Signed")
    )
    assert [(one.name, one.above) for one in (first, second)] == [
        ("d.docx#table 1", (("Packing list",),)),
        ("d.docx#table 2", (("and",),)),
    ]
    assert first.head == (("Goods", "HS code", "Net kg"), ("wool", "510111", "200"), ("tin", "800110", "30"))
    assert said(first) == [("document", "Packing list"), ("document", "and"), ("document", "Signed")]
    assert said(second) == []


def test_a_table_of_one_row_is_what_stands_above_the_next():
    (only,) = sheets(table([["Seller:\nAcme Ltd\n1 Mill Road", "Buyer:\nBirch Ltd"]]), GOODS)
    assert only.above == (("Seller:\nAcme Ltd\n1 Mill Road", "Buyer:\nBirch Ltd"),)


def test_words_of_several_runs_are_one_and_breaks_and_tabs_part():
    line = "<w:p><w:r><w:t>Ship</w:t></w:r><w:r><w:t>per:</w:t><w:ptab/><w:t>Acme</w:t><w:tab/><w:t>&amp; Sons</w:t><w:br/><w:t>Ltd</w:t></w:r></w:p>"
    (only,) = sheets(line, GOODS)
    assert only.above == (("Shipper:", "Acme", "& Sons"), ("Ltd",))


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ([[cell("a", '<w:gridSpan w:val="2"/>'), "c"], ["1", "2", "3"]], (("a", "", "c"), ("1", "2", "3"))),
        ([["x", cell("wool", '<w:vMerge w:val="restart"/>')], ["y", cell("", "<w:vMerge/>")]], (("x", "wool"), ("y", "wool"))),
        (
            [["x", "1", cell("200", '<w:vMerge w:val="restart"/>')], ["y", "2", cell("", "<w:vMerge/>")]],
            (("x", "1", "200"), ("y", "2", "")),
        ),
        ([["1", "2", "3"], ['<w:trPr><w:gridBefore w:val="1"/></w:trPr>', "b", "c"]], (("1", "2", "3"), ("", "b", "c"))),
        ([["1", "2"], [cell("a", '<w:gridSpan w:val="99999999"/>'), "c"]], (("1", "2"), ("a", *[""] * 63, "c"))),
    ],
)
def test_merged_cells(rows, read):
    (only,) = sheets(table(rows))
    assert only.head == read


def test_a_table_within_a_table_is_one_of_its_own_and_a_frame_is_none():
    framed = f"<w:tc>{paragraph('Shipper: Acme')}{GOODS}{paragraph('Signed')}</w:tc>"
    (only,) = sheets(table([["menu", framed], ["left", "right"]]))
    assert only.above == (("menu",), ("Shipper: Acme",))
    assert only.head[1] == ("wool", "510111", "200")


def tabbed(rows):
    return [f"<w:p><w:r>{'<w:tab/>'.join(f'<w:t>{text}</w:t>' for text in row)}</w:r></w:p>" for row in rows]


HEADER = ("Goods", "HS code", "kg")


@pytest.mark.parametrize(
    ("rows", "begin", "end"),
    [
        ((HEADER, ("wool", "510111", "200"), ("tin", "800110", "30")), 0, 3),
        ((HEADER, ("wool", "510111", "200")), 0, 0),  # two lines of three cells may be labels
        (((*HEADER, "Bags", "Marks"), ("wool", "510111", "200", "2", "AA")), 0, 2),
        (((*HEADER, "Bags"), ("wool, raw,", "510111", "200", "2"), ("", "of sheep"), ("tin", "800110", "30")), 0, 4),
        ((("Shipper:", "Acme"), (*HEADER, "Bags"), ("wool", "510111", "200"), ("tin", "800110", "30"), ("By:", "Ann")), 1, 4),
        ((("Date: 1 May", "No: 7", "By: Ann"), (*HEADER, "Bags"), ("wool", "510111", "200"), ("tin", "800110", "30")), 1, 4),
    ],
)
def test_lines_that_tabs_part_are_a_table_below_its_widest(rows, begin, end):
    (only,) = sheets(*tabbed(rows))
    assert [tuple(filter(None, row)) for row in only.head] == [tuple(filter(None, row)) for row in rows[begin:end]]


def test_what_is_deleted_or_hidden_is_screened_and_told_and_stands_in_no_cell():
    deleted = "<w:p><w:del><w:r><w:delText>ace</w:delText></w:r><w:r><w:delText>tone</w:delText></w:r></w:del><w:ins><w:r><w:t>wool</w:t></w:r></w:ins></w:p>"
    moved = "<w:p><w:moveFrom><w:r><w:t>toluene</w:t></w:r></w:moveFrom></w:p>"
    hidden = paragraph("safrole", "<w:vanish/>")
    shown = paragraph("silk", '<w:vanish w:val="0"/>')
    (only,) = sheets(table([["Goods", "kg"], [f"<w:tc>{deleted}{moved}{hidden}{shown}</w:tc>", "1"]]))
    assert only.head[1] == ("wool\nsilk", "1")
    assert said(only) == [
        ("deleted text of the document", "acetone"),
        ("deleted text of the document", "toluene"),
        ("hidden text of the document", "safrole"),
    ]
    assert [(note.code, note.reason, note.count) for note in only.notes] == [
        ("hidden-text", "it holds deleted text, which was screened", 2),
        ("hidden-text", "it holds hidden text, which was screened", 1),
    ]


def test_what_is_not_shown_in_a_box_or_beside_the_text_is_screened_too():
    hidden = paragraph("safrole", "<w:vanish/>") + "<w:p><w:r><w:delInstrText>LINK acetone</w:delInstrText></w:r></w:p>"
    box = f"<w:p><w:r><w:pict><w:txbxContent>{hidden}</w:txbxContent></w:pict></w:r></w:p>"
    unseen = [("hidden text of the document", "safrole"), ("field of the document", "LINK acetone")]
    assert said(sheets(box)[0]) == unseen
    assert said(sheets("", parts={"word/footnotes.xml": part(hidden, "footnotes")})[0]) == unseen
    assert said(sheets("<w:r><w:delText>safrole</w:delText></w:r>")[0]) == [("deleted text of the document", "safrole")]


def test_text_boxes_stand_above_and_count_once():
    box = f"<w:txbxContent>{paragraph('Shipper: Acme')}</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    (only,) = sheets(f"<w:p><w:r><w:t>List</w:t>{both}</w:r></w:p>", GOODS)
    assert only.above == (("Shipper: Acme",), ("List",))


def test_heads_of_pages_stand_above_and_notes_beside():
    parts = {
        "word/header1.xml": part(paragraph("Acme Ltd"), "hdr"),
        "word/footer1.xml": part(table([["page", "one"]]), "ftr"),
        "word/comments.xml": part(f"<w:comment>{paragraph('really acetone')}</w:comment>", "comments"),
        "word/numbering.xml": part('<w:lvl><w:lvlText w:val="%1. toluene"/></w:lvl>', "numbering"),
        "word/styles.xml": part('<w:style w:name="safrole"/>', "styles"),
        "customXml/item1.xml": "<a>silk</a>",
    }
    (only,) = sheets(GOODS, parts=parts)
    assert only.above == (("Acme Ltd",),)
    assert said(only) == [
        ("document", "Acme Ltd"),
        ("footer of the document", "page one"),
        ("comments of the document", "really acetone"),
        ("numbering of the document", "%1. toluene"),
        ("part customXml/item1.xml", "silk"),
    ]


def test_files_within_are_given_and_macros_told():
    parts = {"word/embeddings/Sheet1.xlsx": xlsx(), "word/vbaProject.bin": b"\xd0\xcf\x11\xe0 acetone macro"}
    (only,) = sheets(GOODS, parts=parts)
    assert [name for name, _ in only.attached] == ["Sheet1.xlsx"]
    assert [(note.code, note.text) for note in only.notes] == [("unread-part", "word/vbaProject.bin")]


@pytest.mark.parametrize(("more", "is_given"), [(0, True), (-1, False)])
def test_files_within_that_are_too_large_are_told(more, is_given, monkeypatch):
    from precursor_screen.formats import docx as documents
    from precursor_screen.formats.workbook import read_workbook

    content = xlsx()
    monkeypatch.setattr(documents, "_MOST_EMBEDDED", len(content) + more)
    (only,) = read_workbook(Blob("d.docx", docx(GOODS, parts={"word/embeddings/a.xlsx": content})))
    assert bool(only.attached) is is_given
    assert [note.code for note in only.notes] == ([] if is_given else ["unread-part"])


def test_elements_within_each_other_have_a_limit():
    assert sheets("<w:p>" * 254, "</w:p>" * 254, GOODS)[0].head


def test_the_main_part_is_the_one_that_the_package_names():
    assert sheets(GOODS, main="word/document2.xml")[0].head[0] == ("Goods", "HS code", "Net kg")


def _packed(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (_packed(**{"[Content_Types].xml": "", "word__x.xml": ""}), "is a damaged document of Word"),
        (docx("<w:p>"), "is a damaged document of Word"),
        (docx("<w:p>" * 255, "</w:p>" * 255), "nested too deep"),
        (docx(GOODS).replace(b"[Content_Types].xml", b"[Content_Types].xmX", 1), "damaged"),
        (docx(GOODS)[:-200], "damaged"),
    ],
)
def test_a_damaged_document_is_refused_in_words(data, says):
    with pytest.raises(InputError, match=says) as caught:
        open_sheets(Blob("d.docx", data))
    assert caught.value.remedy


def test_a_document_with_a_type_definition_is_refused():
    parts = {"word/header1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}
    with pytest.raises(InputError, match="document type definition"):
        sheets(GOODS, parts=parts)


def test_a_document_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("precursor_screen.formats.archive.FREE_BYTES", 1 << 20)
    monkeypatch.setattr("precursor_screen.formats.archive.UNPACKED_RATIO", 2)
    from precursor_screen.formats.workbook import read_workbook

    with pytest.raises(InputError, match="unpacks to far more"):
        read_workbook(Blob("d.docx", docx(paragraph("a" * (2 << 20)))))
