"""Printed pages that are read from right to left: labels stand right of what they say, figures come from another font."""

from __future__ import annotations

import pytest

from precursor_screen.formats.pdf_page import _align
from precursor_screen.formats.pdf_rows import runs_to_left
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.formats.pdfs import HEIGHT, pdf, stream

SIZE = 8
# Letters by their code points, each half as wide as high, and deeper below the line than those of Helvetica.
FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [11 0 R] /ToUnicode 13 0 R >>",
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 /FontDescriptor 12 0 R "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
    b"<< /Type /FontDescriptor /FontName /X /Flags 4 /Ascent 400 /Descent -700 /FontBBox [0 -700 500 400] >>",
    stream(
        b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap"
    ),
)
ROWS = [
    ("رقم الفاتورة:", "2026/71", "ميناء الشحن:", "العقبة"),
    ("تاريخ الفاتورة:", "17/08/2026", "ميناء الوصول:", "جدة"),
    ("المستورد", "مؤسسة النخيل الطبية", "شروط التسليم:", "CFR"),
    ("(المرسل إليه):", "والكيماوية", "", ""),
    ("", "شارع الطابية، مربع 9، جدة", "", ""),
    ("رقم الحاوية:", "ABCU1234560", "الختم:", "A17"),
]
GOODS = [("وصف البضاعة", "البند الجمركي", "الوزن الصافي (كغم)"), ("أسيتون", "29141100", "9600"), ("تولوين", "29023000", "6880")]
ENDS = (560, 470, 300, 180)


def words(right: float, top: float, said: str) -> str:
    """Words that end at a place, as they are drawn: each in its own order, figures in Helvetica."""
    out = ""
    for word in said.split(" "):
        if not runs_to_left(word):
            left = right - 4.8 * len(word)
            out += f"BT /F1 {SIZE} Tf {left} {HEIGHT - top} Td ({word}) Tj ET\n"
        else:
            left = right - SIZE / 2 * len(word)
            turned = word[::-1].translate(str.maketrans("()", ")("))
            out += f"BT /F9 {SIZE} Tf {left} {HEIGHT - top} Td <{turned.encode('utf-16-be').hex()}> Tj ET\n"
        right = left - 2.5
    return out


def page(*, above: str = "") -> InputTables:
    out = words(560, 30, above) if above else ""
    for n, row in enumerate(ROWS):
        out += "".join(words(right, 60 + 14 * n, cell) for right, cell in zip(ENDS, row, strict=True) if cell)
    for n, row in enumerate(GOODS):
        for right, cell in zip((560, 410, 260), row, strict=True):
            out += words(right - 3, 210 + 20 * n, cell) + f"{right - 150} {HEIGHT - 218 - 20 * n} 150 20 re S\n"
    found = read(pdf(out, objects=FONT, page="/Resources << /Font << /F1 3 0 R /F9 10 0 R >> >>"), "m.pdf")
    return next(table for table in found if table.lines.num_rows)


@pytest.mark.parametrize("above", ["", "هاتف: 555"])
def test_labels_right_of_what_they_say_are_read(above: str) -> None:
    lines = page(above=above).lines.to_pylist()
    assert [(line["description"], line["hs_code"], line["net_mass_kg"]) for line in lines] == [
        ("أسيتون", "29141100", 9600),
        ("تولوين", "29023000", 6880),
    ]
    for line in lines:
        assert (line["importer_name"], line["container_numbers"]) == ("مؤسسة النخيل الطبية والكيماوية", ["ABCU1234560"])
        assert (line["stated_shipment_id"], f"{line['date']:%d.%m.%Y}") == ("2026/71", "17.08.2026")


@pytest.mark.parametrize(("text", "does"), [("", False), ("12", False), ("אב ab", True), ("אב abc", False), ("أ 12", True)])
def test_what_runs_to_the_left(text: str, does: bool) -> None:
    assert runs_to_left(text) is does


def letter(font: str, depth: float, *, upright: bool = True, size: float = 10) -> dict[str, object]:
    low = 100 - depth * size
    matrix = (1, 0, 0, 1, 0, 100)
    box = {"top": 700 - low - size, "bottom": 700 - low, "doctop": 700 - low - size, "y0": low, "y1": low + size}
    return {"fontname": font, "size": size, "upright": upright, "matrix": matrix, **box}


def test_fonts_have_one_depth_below_the_line() -> None:
    usual, other, turned = letter("A", 0.2), letter("B", 0.7), letter("B", 0.7, upright=False)
    raised = letter("A", -0.1)
    before = dict(turned)
    _align([usual, usual, raised, other, turned])
    assert [one["bottom"] for one in (usual, other, raised)] == [602, 602, 599]
    assert (other["top"], other["y0"], other["y1"]) == (592, 98, 108)
    assert turned == before
    _align([])
