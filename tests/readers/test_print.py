from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.core.errors import InputError, UnknownFormat, UnreadableManifest
from precursor_screen.formats import pdf as printed
from precursor_screen.formats import table
from precursor_screen.formats.blob import Blob
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.formats.pdfs import HEIGHT, WIDTH, Row, box, grid, pdf, picture, stream, text

HEADER = ("No", "HS code", "Description of goods", "Gross weight kg", "Net weight kg", "Consignor", "Consignee")
WIDTHS = (25, 55, 150, 70, 70, 80, 85)
GOODS: list[Row] = [
    (
        str(n),
        "29152400" if n % 7 == 0 else "39011000",
        f"{'ACETIC ANHYDRIDE' if n % 7 == 0 else 'POLYETHYLENE GRANULES'} LOT {n}",
        f"{1000 + n}.50",
        f"{900 + n}.25",
        "Chimia Works Ltd",
        "Pinturas del Arroyo SA",
    )
    for n in range(1, 61)
]


def one(content: bytes) -> InputTables:
    (found,) = read(content, "m.pdf")
    return found


def codes(found: InputTables) -> dict[str, str]:
    return {issue["code"]: issue["message"] for issue in found.issues.to_pylist()}


def beside(found: InputTables) -> list[tuple[str, str]]:
    if found.out_of_table_texts is None:
        return []
    columns = (found.out_of_table_texts.column(name).to_pylist() for name in ("other_columns", "other_texts"))
    return [pair for places, texts in zip(*columns, strict=True) for pair in zip(places, texts, strict=True)]


def is_complete(found: InputTables) -> bool:
    lines = found.lines.to_pydict()
    return (
        [line.split()[-1] for line in lines["description"]] == [row[0] for row in GOODS]
        and lines["hs_code"] == [row[1] for row in GOODS]
        and [float(mass) for mass in lines["gross_mass_kg"]] == [float(row[3]) for row in GOODS]
        and [float(mass) for mass in lines["net_mass_kg"]] == [float(row[4]) for row in GOODS]
        and set(lines["consignor_name"]) == {GOODS[0][5]}
        and set(lines["consignee_name"]) == {GOODS[0][6]}
    )


@pytest.mark.parametrize("lines", [True, False], ids=["drawn", "aligned"])
@pytest.mark.parametrize("again", [True, False], ids=["header again", "header once"])
def test_a_table_over_two_pages_is_one_table_with_all_of_its_rows(lines: bool, again: bool) -> None:
    above = text(200, 40, "CARGO MANIFEST MV AURORA", size=14)
    below = text(30, 800, "Forwarder: Sunrise Logistics GmbH")
    second = [HEADER, *GOODS[40:]] if again else GOODS[40:]
    found = one(pdf(above + grid([HEADER, *GOODS[:40]], WIDTHS, lines=lines), grid(second, WIDTHS, lines=lines) + below))
    assert found.input.name == "m.pdf"
    assert is_complete(found)
    assert beside(found) == [("page 1", "CARGO MANIFEST MV AURORA"), ("page 2", "Forwarder: Sunrise Logistics GmbH")]
    assert set(codes(found)) == {"read-from-print", *(["repeated-header"] if again else [])}
    assert "on 2 pages" in codes(found)["read-from-print"]


def test_a_table_that_lines_draw_only_within_is_read_to_its_edges() -> None:
    rows = [HEADER, *GOODS[:5]]
    edges = [30 + sum(WIDTHS[:i]) for i in range(len(WIDTHS) + 1)]
    bottom = 60 + 14 * len(rows)
    within = "".join(f"{e} {HEIGHT - 60} m {e} {HEIGHT - bottom} l S\n" for e in edges[1:-1])
    within += "".join(
        f"{edges[0]} {HEIGHT - 60 - 14 * n} m {edges[-1]} {HEIGHT - 60 - 14 * n} l S\n" for n in range(1, len(rows))
    )
    found = one(pdf(grid(rows, WIDTHS, lines=False) + within))
    assert found.lines.column("hs_code").to_pylist() == [row[1] for row in GOODS[:5]]
    assert found.lines.column("consignee_name").to_pylist() == [row[6] for row in GOODS[:5]]


def test_rows_without_lines_between_them_are_rows() -> None:
    rows = [HEADER, *GOODS[:9]]
    edges = [30 + sum(WIDTHS[:i]) for i in range(len(WIDTHS) + 1)]
    bottom = 60 + 14 * len(rows)
    frame = "".join(f"{e} {HEIGHT - 60} m {e} {HEIGHT - bottom} l S\n" for e in edges)
    frame += "".join(f"{edges[0]} {HEIGHT - y} m {edges[-1]} {HEIGHT - y} l S\n" for y in (60, 74, bottom))
    found = one(pdf(grid(rows, WIDTHS, lines=False) + frame))
    assert "drawn lines" in codes(found)["read-from-print"]
    assert found.lines.column("net_mass_kg").to_pylist() == [float(row[4]) for row in GOODS[:9]]


def test_two_tables_are_two_inputs_and_each_says_that_it_was_printed() -> None:
    first, second = read(
        pdf(grid([HEADER, *GOODS[:4]], WIDTHS), grid([("Goods", "Weight kg"), ("toluene", "5")], (90, 60))), "m.pdf"
    )
    assert [t.input.name for t in (first, second)] == ["m.pdf#table 1", "m.pdf#table 2"]
    assert second.lines.column("description").to_pylist() == ["toluene"]
    assert all("read-from-print" in codes(t) for t in (first, second))


def test_tables_of_one_shape_under_different_headers_are_two() -> None:
    other = ("Nr", "Code", "Other words", "Gross kg", "Net kg", "Shipper", "Notify party")
    found = read(pdf(grid([HEADER, *GOODS[:4]], WIDTHS), grid([other, *GOODS[4:8]], WIDTHS)), "m.pdf")
    assert [t.lines.num_rows for t in found] == [4, 4]


def test_a_header_that_reaches_over_its_columns_is_the_header() -> None:
    wide = text(30, 50, "Description of goods") + text(95, 50, "HS") + text(110, 50, "code") + text(150, 50, "Net weight kg")
    rows = [("toluene", "29023000", "5"), ("acetone", "29141100", "61"), ("wool", "51011100", "7"), ("tin", "80011000", "9")]
    found = one(pdf(wide + grid(rows, (65, 60, 60), lines=False, top=52)))
    assert found.lines.column("description").to_pylist() == [row[0] for row in rows]
    assert found.lines.column("hs_code").to_pylist() == [row[1] for row in rows]


def test_three_columns_are_a_table_and_two_are_text() -> None:
    rows = [("Goods", "HS code", "Net weight kg"), ("wool", "51011100", "7"), ("tin", "80011000", "9"), ("zinc", "79011100", "8")]
    assert one(pdf(grid(rows, (90, 90, 90), lines=False))).lines.num_rows == 3
    assert one(pdf(grid([row[:2] for row in rows] * 3, (90, 90), lines=False))).lines.num_rows == 0


def test_words_of_prose_are_screened_as_paragraphs_and_no_line_of_goods_is_told() -> None:
    found = one(
        pdf(
            text(30, 60, "We ship three drums of acetic")
            + text(30, 69, "anhydride to our plant.")
            + text(400, 60, "Bill 7 of May")
        )
    )
    assert beside(found) == [("page 1", "We ship three drums of acetic anhydride to our plant."), ("page 1", "Bill 7 of May")]
    assert {"read-from-print", "no-lines"} <= set(codes(found))
    assert not found.lines.num_rows


ON = text(30, 300, "Nothing to see here")
LAYERS = "/OCProperties << /OCGs [10 0 R] /D << /OFF [10 0 R] >> >>"
LAYER = (b"<< /Type /OCG /Name (L) >>",)


def form(operators: str, entries: str = "", resources: str = "") -> bytes:
    """A drawing that pages refer to."""
    fonts = f"/Resources << /Font << /F1 3 0 R >> {resources} >>"
    return stream(operators.encode(), f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] {fonts} {entries}")


HIDDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "white": (text(30, 200, "EPHEDRINE", before="1 1 1 rg"), {}),
    "white in gray": (text(30, 200, "EPHEDRINE", before="1 g"), {}),
    "white without ink": (text(30, 200, "EPHEDRINE", before="0 0 0 0 k"), {}),
    "black on black": (box(20, 180, 200, 40, "0 0 0") + text(30, 200, "EPHEDRINE"), {}),
    "not painted": (text(30, 200, "EPHEDRINE", before="3 Tr"), {}),
    "seen through": (text(30, 200, "EPHEDRINE", before="/G0 gs"), {"resources": "/ExtGState << /G0 << /ca 0 >> >>"}),
    "covered": (text(30, 200, "EPHEDRINE") + box(20, 180, 200, 40, "1 1 1"), {}),
    "outside": (text(WIDTH + 30, 200, "EPHEDRINE"), {}),
    "tiny": (text(30, 200, "EPHEDRINE", size=0.5), {}),
    "stroked in white": (text(30, 200, "EPHEDRINE", before="1 Tr 1 1 1 RG"), {}),
    "layer by its base": (
        f"/OC /L0 BDC {text(30, 200, 'EPHEDRINE')} EMC\n",
        {
            "catalog": LAYERS.replace("/OFF [10 0 R]", "/BaseState /OFF"),
            "resources": "/Properties << /L0 10 0 R >>",
            "objects": LAYER,
        },
    ),
    "membership of layers": (
        f"/OC /L0 BDC {text(30, 200, 'EPHEDRINE')} EMC\n",
        {"catalog": LAYERS, "resources": "/Properties << /L0 << /Type /OCMD /OCGs [10 0 R] >> >>", "objects": LAYER},
    ),
    "drawing on a layer": (
        "/X0 Do\n",
        {
            "catalog": LAYERS,
            "resources": "/XObject << /X0 11 0 R >>",
            "objects": (*LAYER, form(text(30, 200, "EPHEDRINE"), "/OC 10 0 R")),
        },
    ),
    "layer": (
        f"/OC /L0 BDC {text(30, 200, 'EPHEDRINE')} EMC\n",
        {"catalog": LAYERS, "resources": "/Properties << /L0 10 0 R >>", "objects": LAYER},
    ),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_text_that_nobody_sees_is_told_and_screened_beside_the_table(how: str) -> None:
    drawn, more = HIDDEN[how]
    found = one(pdf(ON + drawn, **more))
    assert "on page 1" in codes(found)["hidden-text"]
    assert [(place.startswith("text of page 1 that is "), words) for place, words in beside(found)] == [
        (False, "Nothing to see here"),
        (True, "EPHEDRINE"),
    ]


SEEN: dict[str, tuple[str, dict[str, Any]]] = {
    "white on blue": (box(20, 180, 200, 40, "0 0 0.6") + text(30, 200, "EPHEDRINE", before="1 1 1 rg"), {}),
    "black on white on black": (box(10, 170, 300, 60, "0 0 0") + box(20, 180, 200, 40, "1 1 1") + text(30, 200, "EPHEDRINE"), {}),
    "marked": (
        text(30, 200, "EPHEDRINE") + f"q /G0 gs {box(20, 180, 200, 40, '1 1 0')} Q\n",
        {"resources": "/ExtGState << /G0 << /BM /Multiply >> >>"},
    ),
    "full ink of its own": (
        text(30, 200, "EPHEDRINE", before="/C0 cs 1 scn"),
        {
            "resources": "/ColorSpace << /C0 [/Separation /Black /DeviceGray << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [0] /N 1 >>] >>"
        },
    ),
    "on a layer that is shown": (
        f"/OC /L0 BDC {text(30, 200, 'EPHEDRINE')} EMC\n",
        {"catalog": LAYERS.replace("/OFF", "/ON"), "resources": "/Properties << /L0 10 0 R >>", "objects": LAYER},
    ),
    "shown though the base is not": (
        f"/OC /L0 BDC {text(30, 200, 'EPHEDRINE')} EMC\n",
        {
            "catalog": LAYERS.replace("/OFF [10 0 R]", "/BaseState /OFF /ON [10 0 R]"),
            "resources": "/Properties << /L0 10 0 R >>",
            "objects": LAYER,
        },
    ),
    "after a drawing that is seen through": (
        f"/X0 Do {text(30, 200, 'EPHEDRINE')}",
        {"resources": "/XObject << /X0 10 0 R >>", "objects": (form("/G0 gs", "", "/ExtGState << /G0 << /ca 0 >> >>"),)},
    ),
    "after a state that was restored": (
        f"q /G0 gs Q {text(30, 200, 'EPHEDRINE')}",
        {"resources": "/ExtGState << /G0 << /ca 0 >> >>"},
    ),
    "before a path of nothing on a hidden layer": (
        f"{text(30, 200, 'EPHEDRINE')} /OC /L0 BDC 0 0 l f EMC\n",
        {"catalog": LAYERS, "resources": "/Properties << /L0 10 0 R >>", "objects": LAYER},
    ),
    "after a hidden layer": (
        f"/OC /L0 BDC EMC {text(30, 200, 'EPHEDRINE')}",
        {"catalog": LAYERS, "resources": "/Properties << /L0 10 0 R >>", "objects": LAYER},
    ),
}


@pytest.mark.parametrize("how", SEEN)
def test_text_that_people_see_is_not_called_hidden(how: str) -> None:
    drawn, more = SEEN[how]
    found = one(pdf(ON + drawn, **more))
    assert "hidden-text" not in codes(found)
    assert ("page 1", "EPHEDRINE") in beside(found)


def test_hidden_words_do_not_stand_in_the_cells_of_a_table() -> None:
    over = text(30 + 25 + 55 + 2, 60 + 14 + 10, "TOYS", size=6, before="1 1 1 rg")
    found = one(pdf(grid([HEADER, *GOODS[:4]], WIDTHS) + over))
    assert found.lines.column("description").to_pylist() == [row[2] for row in GOODS[:4]]
    assert "TOYS" in {words for _, words in beside(found)}


def test_a_text_layer_that_a_program_recognised_is_the_text_of_the_page() -> None:
    table = grid([HEADER, *GOODS[:6]], WIDTHS).replace("BT ", "BT 3 Tr ")
    found = one(pdf(picture(0, 0, WIDTH, HEIGHT) + table))
    assert found.lines.num_rows == 6
    assert "hidden-text" not in codes(found)
    assert any("recognised in a picture on page 1" in i["message"] for i in found.issues.to_pylist())


def test_pictures_without_text_are_refused_with_the_cure() -> None:
    with pytest.raises(UnreadableManifest, match="has no text") as caught:
        read(pdf(picture(0, 0, WIDTH, HEIGHT), ""), "m.pdf")
    assert "ocrmypdf in.pdf out.pdf" in caught.value.remedy


def test_a_page_that_is_a_picture_is_told_beside_the_others() -> None:
    found = one(pdf(grid([HEADER, *GOODS[:4]], WIDTHS), picture(0, 0, WIDTH, HEIGHT), "", picture(0, 0, WIDTH, HEIGHT)))
    assert found.lines.num_rows == 4
    assert codes(found)["unread-part"].startswith("pictures or drawings without any text on pages 2, 4. `ocrmypdf")


@pytest.mark.parametrize(("side", "told"), [(400, True), (60, False)], ids=["large", "logo"])
def test_a_large_picture_beside_text_is_told(side: int, told: bool) -> None:
    found = one(pdf(ON + picture(10, 400, side, side)))
    assert ("unread-part" in codes(found)) == told


def test_a_locked_file_is_refused_with_the_cure_and_one_that_opens_is_read() -> None:
    table = grid([HEADER, *GOODS[:4]], WIDTHS)
    with pytest.raises(UnreadableManifest, match="locked by a password") as caught:
        read(pdf(table, password="secret"), "m.pdf")
    assert "qpdf --decrypt" in caught.value.remedy
    assert one(pdf(table, password="")).lines.num_rows == 4


EMBEDDED = (
    b"<< /Type /Filespec /F (list.csv) /UF (list.csv) /EF << /F 11 0 R >> >>",
    stream(b"Description,Net weight kg\nacetone,12\n", "/Type /EmbeddedFile"),
)


@pytest.mark.parametrize(
    "more",
    [
        {"catalog": "/Names << /EmbeddedFiles << /Names [(a) 10 0 R] >> >>"},
        {"catalog": "/Names << /EmbeddedFiles << /Kids [<< /Names [(a) 10 0 R] >>] >> >> /AF [10 0 R]"},
        {"page": "/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 10 0 R >>]"},
    ],
    ids=["names", "tree of names", "note"],
)
def test_what_is_attached_is_read_as_a_file_of_its_own(more: dict[str, str]) -> None:
    printed_page, attached = read(pdf(ON, objects=EMBEDDED, **more), "m.pdf")
    assert printed_page.input.name == "m.pdf"
    assert attached.input.name == "m.pdf!list.csv"
    assert attached.lines.column("description").to_pylist() == ["acetone"]


def test_an_attachment_that_cannot_be_read_is_told() -> None:
    bad = (EMBEDDED[0], stream(b"\x7fELF" + bytes(40)))
    _, attached = read(pdf(ON, objects=bad, catalog="/AF [10 0 R]"), "m.pdf")
    assert codes(attached).keys() == {"unknown-format"}


def test_attachments_beyond_the_limit_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    content = pdf(ON, objects=EMBEDDED, catalog="/AF [10 0 R]")
    size = len(b"Description,Net weight kg\nacetone,12\n")
    for most, attached in ((size, 1), (size - 1, 0)):
        monkeypatch.setattr(printed, "MOST_ATTACHED", most)
        (sheet,) = printed.read_pdf(Blob("m.pdf", content))
        assert len(sheet.attached) == attached
        assert ("unread-part" in {note.code for note in sheet.notes}) == (not attached)


def test_names_of_attachments_that_hold_each_other_end() -> None:
    names = (*EMBEDDED, b"<< /Names [(a) 10 0 R] /Kids [12 0 R] >>")
    found = read(pdf(ON, objects=names, catalog="/Names << /EmbeddedFiles 12 0 R >>"), "m.pdf")
    assert [t.input.name for t in found] == ["m.pdf", "m.pdf!list.csv"]


def test_files_attached_to_files_attached_end(tmp_path: Path) -> None:
    content = b"Description\nacetone\n"
    for _ in range(6):
        content = pdf(ON, objects=(EMBEDDED[0], stream(content)), catalog="/AF [10 0 R]")
    found = read(content, "m.pdf")
    assert [t.input.name.count("!") for t in found] == [0, 1, 2, 3, 4]
    assert codes(found[-1]) == {"unreadable-file": "is attached within attachments. Save it, and screen that."}


def test_notes_fields_of_forms_and_titles_are_screened() -> None:
    annots = (
        "/Annots [<< /Subtype /Text /Rect [0 0 9 9] /Contents (see ephedrine) >> << /Subtype /Widget /Rect [0 0 9 9] /FT /Tx /T (Goods) /V "
        "<FEFF0073006100660072006F006C0065> >>]"
    )
    form = "/AcroForm << /Fields [<< /T (Group) /Kids [<< /T (Shipper) /V (Chimia Works) >>] >>] >>"
    found = one(pdf(ON, page=annots, catalog=form, info="/Title (Invoice for toluene) /Producer (Some program)"))
    assert beside(found)[1:] == [
        ("note on page 1", "see ephedrine"),
        ("field Goods of the form", "safrole"),
        ("title of the document", "Invoice for toluene"),
        ("field Shipper of the form", "Chimia Works"),
    ]


def test_a_form_drawn_by_a_program_that_is_not_read_is_told() -> None:
    found = one(pdf(ON, catalog="/AcroForm << /Fields [] /XFA (x) >>"))
    assert "XFA" in codes(found)["unread-part"]


def test_letters_that_the_file_does_not_name_are_told() -> None:
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [11 0 R] >>"
    inner = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor << /FontName /X /Flags 4 >> >>"
    drawn = f"/F9 8 Tf 1 0 0 1 30 {HEIGHT - 200} Tm <00410042> Tj"
    found = one(pdf(f"{ON} BT {drawn} ET", objects=(font, inner), page="/Resources << /Font << /F1 3 0 R /F9 10 0 R >> >>"))
    assert "--force-ocr" in codes(found)["undecodable-text"]


def test_fewer_pages_than_stated_are_told() -> None:
    assert codes(one(pdf(ON, count=3)))["fewer-than-stated"] == "it states 3 pages, and 1 were found"
    assert "fewer-than-stated" not in codes(one(pdf(ON)))


def test_what_stands_behind_the_end_is_told() -> None:
    found = one(pdf(ON) + b"PK\x03\x04 and more")
    assert "are behind its end" in codes(found)["unread-part"]


def test_a_file_that_was_cut_short_is_refused_or_told() -> None:
    whole = pdf(grid([HEADER, *GOODS[:4]], WIDTHS), ON)
    with pytest.raises(UnreadableManifest, match="damaged PDF"):
        read(whole[: whole.index(b"xref\n")], "m.pdf")
    for damaged in (whole[: whole.index(b"startxref")], whole.replace(b"startxref\n", b"startxref\n1")):
        found = one(damaged)
        assert "cut short" in codes(found)["lost-rows"]
        assert found.lines.num_rows == 4


def test_a_damaged_page_costs_no_other_and_is_told() -> None:
    good = pdf(grid([HEADER, *GOODS[:4]], WIDTHS), ON)
    at = good.rindex(b"/FlateDecode")
    found = one(good[:at] + b"/UnknownCode" + good[at + 12 :])
    assert found.lines.num_rows == 4
    assert codes(found)["lost-rows"] == "page 2 is damaged and could not be read (PDFNotImplementedError)"


def test_where_all_pages_are_damaged_the_file_is_refused_as_such() -> None:
    with pytest.raises(UnreadableManifest, match="is a damaged PDF: page 1 is damaged"):
        read(pdf(ON).replace(b"/FlateDecode", b"/UnknownCode"), "m.pdf")


def test_a_page_of_which_the_end_is_lost_is_told() -> None:
    good = pdf(grid([HEADER, *GOODS[:9]], WIDTHS))
    at = good.rindex(b"endstream") - 40
    found = one(good[:at] + bytes(30) + good[at + 30 :])
    assert codes(found)["lost-rows"] == "1 of its parts are damaged: what could be unpacked of them was read"
    assert "ANHYDRIDE" in str(found.lines.to_pydict())


def test_a_page_that_unpacks_to_far_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "memory_allowed", lambda size: 32 << 20)
    with pytest.raises(UnreadableManifest, match="more than 32 MB of memory"):
        read(pdf(" " * (100 << 20)), "m.pdf")


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "seconds_allowed", lambda size: 2)
    with pytest.raises(UnreadableManifest, match="more than 2 seconds"):
        read(pdf(*[grid([HEADER, *GOODS[:40]], WIDTHS)] * 200), "m.pdf")


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = pdf(*[text(30, 60, "goods")] * 3)
    monkeypatch.setattr(printed, "MOST_PAGES", 2)
    with pytest.raises(UnreadableManifest, match="more than 2 pages"):
        printed.read_pdf(Blob("m.pdf", many))
    monkeypatch.setattr(printed, "MOST_PAGES", 3)
    assert len(printed.read_pdf(Blob("m.pdf", many))) == 1


def test_pages_that_hold_each_other_end() -> None:
    loop = pdf(ON).replace(b"/Kids [10 0 R]", b"/Kids [2 0 R 10 0 R]")
    assert ("page 1", "Nothing to see here") in beside(one(loop))


def test_drawings_that_hold_each_other_end() -> None:
    form = stream(b"/X0 Do /X0 Do", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X0 10 0 R >> >>")
    found = read(pdf(f"{ON} /X0 Do", resources="/XObject << /X0 10 0 R >>", objects=(form,)), "m.pdf")
    assert found[0].issues.num_rows


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "find_spec", lambda name: None)
    with pytest.raises(UnknownFormat, match="is not installed") as caught:
        printed.read_pdf(Blob("m.pdf", pdf(ON)))
    assert caught.value.remedy.startswith("Install it: pip install 'precursor-screen[pdf]'")


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 9, b"%PDF-1.7\n%%EOF", b"%PDF-1.4 trailer << /Root 1 0 R >>"]
)
def test_garbage_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="PDF"):
        read(content, "m.pdf")


def test_bytes_that_change_at_random_end_in_lines_or_in_an_error_that_says_why() -> None:
    whole = pdf(grid([HEADER, *GOODS[:3]], WIDTHS), ON, objects=EMBEDDED, catalog="/AF [10 0 R]")
    draw = random.Random(31)
    ends: Counter[str] = Counter()
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(draw.choice((1, 3, 20))):
            content[draw.randrange(8, len(content))] = draw.randrange(256)
        ends[_end_of(bytes(content))] += 1
    assert ends.keys() == {"told", "refused"}


def _end_of(content: bytes) -> str:
    try:
        found = read(content, "m.pdf")
    except InputError as error:
        return "refused" if error.message and error.remedy else "refused without a reason"
    return "told" if all("read-from-print" in codes(t) or t.input.name == "m.pdf!list.csv" for t in found) else "untold"
