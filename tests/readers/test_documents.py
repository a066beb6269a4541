"""Documents to lines: what the text and the tables above the goods state holds for them."""

from __future__ import annotations

import re

import pytest

from precursor_screen.core.errors import InputError
from precursor_screen.readers.registry import read
from sample_data.filing.outlook import compound
from tests.formats.books import xlsx
from tests.formats.documents import docx, paragraph, table

GOODS = (("Goods", "HS code", "Net kg"), ("wool", "510111", "5"), ("tin", "800110", "7"))


def page(*parts: str) -> bytes:
    return f"<html><body>{''.join(parts)}</body></html>".encode()


def of_page(rows=GOODS) -> str:
    made = ("".join(f"<td>{text}</td>" for text in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in made)}</table>"


def lines(data: bytes, *fields: str) -> list[tuple[object, ...]]:
    return [tuple(line.get(field) for field in fields) for one in read(data, "d") for line in one.lines.to_pylist()]


def issues(data: bytes) -> list[str]:
    return [issue["code"] for one in read(data, "d") for issue in one.issues.to_pylist()]


RTF = r"{\rtf1 Shipper: Acme Ltd\par \trowd\intbl Goods\cell HS code\cell Net kg\cell\row wool\cell 510111\cell 5\cell\row tin\cell 800110\cell 7\cell\row}"


@pytest.mark.parametrize(
    "data",
    [
        docx(paragraph("Shipper: Acme Ltd"), table(GOODS)),
        docx(table([["Shipper", "Acme Ltd"]]), table(GOODS)),
        docx(table([["Shipper:\nAcme Ltd\n1 Mill Road", "Vessel:\nAurora"]]), table(GOODS)),
        RTF.encode(),
        page("<h1>List</h1><p>Shipper: Acme Ltd</p>", of_page()),
        page("<dl><dt>Shipper</dt><dd>Acme Ltd</dd><dt>Vessel</dt><dd>Aurora</dd></dl>", of_page()),
        page(of_page([("Shipper", "Acme Ltd"), ("Vessel", "Aurora")]), of_page()),
        page("<b>Shipper</b> Acme Ltd", of_page()),
        page("<div>Shipper</div><div>Acme Ltd</div><div>Vessel</div><div>Aurora</div>", of_page()),
        page(of_page(), "<p>Shipper: Acme Ltd</p><p>Signed, Birch Ltd</p>"),
        page("<p>Shipper: Acme Ltd</p>", of_page(), "<p>Shipper: Birch Ltd</p>"),  # what stands above goes before
        page(of_page([("Shipper", "Vessel"), ("Acme Ltd", "Aurora")]), of_page()),
    ],
)
def test_what_stands_above_the_goods_is_stated_of_them(data):
    assert lines(data, "description", "consignor_name") == [("wool", "Acme Ltd"), ("tin", "Acme Ltd")]
    assert set(issues(data)) <= {"preamble-row"}


def test_what_is_stated_anew_above_a_table_holds_from_there():
    first, second = of_page(), of_page([GOODS[0], ("silk", "500200", "9"), GOODS[2]])
    data = page("<p>Vessel: Aurora</p><p>Shipper: Acme Ltd</p>", first, "<p>Shipper: Birch Ltd</p>", second)
    assert lines(data, "description", "consignor_name", "vessel") == [
        ("wool", "Acme Ltd", "Aurora"),
        ("tin", "Acme Ltd", "Aurora"),
        ("silk", "Birch Ltd", "Aurora"),
        ("tin", "Birch Ltd", "Aurora"),
    ]


BOXES = (
    ("Shipper:\nAcme Ltd\nMill Road 7", "Waybill No: ACM-4471"),
    ("Port of loading: Bordin", "Freight: prepaid"),
    ("POL/POD:", "Bordin / Otterville"),
)


@pytest.mark.parametrize(
    "boxes", [BOXES, BOXES[:2], [row[::-1] for row in BOXES[:2]], [("Shipper:", "Acme Ltd"), ("Carrier's wish:", "none")]]
)
def test_a_table_of_labels_holds_for_the_goods_of_another_and_has_none(boxes):
    assert lines(docx(table(boxes), table(GOODS)), "description", "consignor_name") == [("wool", "Acme Ltd"), ("tin", "Acme Ltd")]


@pytest.mark.parametrize(
    "row",
    [
        ("Goods: silk", "Net kg: 7"),
        ("Goods:", "silk"),
        ("silk", "Bordin"),
        ("Freight: prepaid", "silk", "Bordin"),
        ("Freight: prepaid", "silk"),
        ("Net kg: 7", "Freight: prepaid"),
    ],
)
def test_a_table_that_says_more_than_labels_is_read(row):
    assert len(read(docx(table([*BOXES, row]), table(GOODS)), "d")) == 2
    assert "preamble-row" not in issues(docx(table([*BOXES, row]), table(GOODS)))


ENUMERATED = (
    "320 bags boric acid, HS 2810.00, net 8.000 kg, gross 8.096 kg (bags of 25 kg, on 8 pallets);",
    "48 drums acetone, HS 2914.11, net 7.680 kg, gross 8.352 kg (UN 1090);",
    "and 26 cartons glass, HS 7016.10, net 312 kg, gross 338 kg.",
)


@pytest.mark.parametrize("text", [ENUMERATED, (" ".join(ENUMERATED),)])
def test_goods_that_a_sentence_lists_and_a_sum_that_proves_what_their_points_part(text):
    total = "Total 394 packages, net {} kg, gross 16.786 kg. Country of origin: Norway"
    parts = (table(BOXES), *map(paragraph, text))
    assert lines(
        docx(*parts, paragraph(total.format("15.992"))),
        "description",
        "packages",
        "net_mass_kg",
        "gross_mass_kg",
        "consignor_name",
    ) == [
        ("boric acid (bags of 25 kg, on 8 pallets)", 320, 8000, 8096, "Acme Ltd"),
        ("acetone (UN 1090)", 48, 7680, 8352, "Acme Ltd"),
        ("glass", 26, 312, 338, "Acme Ltd"),
    ]
    assert set(lines(docx(*parts, paragraph(total.format("15.992"))), "country_of_origin")) == {("NO",)}
    for says in ("In all 394 packages, net 15.992 kg", "Total 394 packages, net 15.993 kg"):
        assert "ambiguous-number" not in issues(docx(*parts, paragraph(says)))  # 320 bags do not hold eight kilograms
        crates = (paragraph(re.sub("bags|drums|cartons", "crates", one)) for one in text)
        assert "ambiguous-number" in issues(docx(table(BOXES), *crates, paragraph(says)))


@pytest.mark.parametrize(
    ("masses", "total", "read_as"),
    [
        (("1.200", "300"), "1.500", [1200, 300]),
        (("1.200", "2.300"), "3.500", [None, None]),
        (("1.5", "2.5"), "4.0", [1.5, 2.5]),
        (("1.200", "2.300"), "3.501", [None, None]),
    ],
)
def test_two_masses_and_their_sum_prove_thousands_where_they_are_none_of_decimals(masses, total, read_as):
    entries = [f"{goods}, HS 2810.00, net {net} kg" for goods, net in zip(("8 crates wool", "4 crates tin"), masses, strict=True)]
    assert lines(docx(*map(paragraph, (*entries, f"Total net {total} kg"))), "net_mass_kg") == [(mass,) for mass in read_as]


def test_a_table_that_may_hold_goods_is_told_though_it_states_a_party():
    strange = of_page([("Shipper", "Acme Ltd"), ("acetone", "200 kg"), ("toluene", "300 kg")])
    assert "no-usable-column" in issues(page(strange, of_page()))


LIST = ("• silk – HS 500200 – net 9 kg", "• hemp – HS 530210 – net 8 kg")


def test_goods_in_a_list_beside_a_table_are_lines_and_no_words():
    data = docx(paragraph("Shipper: Acme Ltd"), *map(paragraph, LIST), table(GOODS))
    assert lines(data, "description", "consignor_name") == [(name, "Acme Ltd") for name in ("silk", "hemp", "wool", "tin")]
    said = [
        text
        for one in read(data, "d")
        if one.out_of_table_texts
        for text in one.out_of_table_texts.column("other_texts").to_pylist()
    ]
    assert not any("silk" in text for texts in said for text in texts)


def test_a_list_of_what_a_table_holds_is_words():
    again = ("• wool – HS 510111 – net 5 kg", "• tin – HS 800110 – net 7 kg")
    assert lines(docx(*map(paragraph, again), table(GOODS)), "description") == [("wool",), ("tin",)]


def test_labels_above_a_table_are_no_goods_beside_it():
    text = ("Goods: textiles and metals", "HS code: 510111", "Net weight: 12 kg")
    assert lines(docx(*map(paragraph, text), table(GOODS)), "description") == [("wool",), ("tin",)]


def test_items_on_a_page_without_a_table_are_lines():
    item = "<dl><dt>Goods</dt><dd>{}</dd><dt>HS code</dt><dd>{}</dd></dl>"
    data = page("<h1>List</h1>", item.format("wool", "510111"), item.format("tin", "800110"))
    assert lines(data, "description", "hs_code") == [("wool", "510111"), ("tin", "800110")]


def test_items_in_the_text_of_a_document_are_lines():
    text = (
        "Shipper: Acme Ltd",
        "",
        "Goods: wool",
        "HS code: 510111",
        "Net weight: 5 kg",
        "",
        "Goods: tin",
        "HS code: 800110",
        "Net weight: 7 kg",
    )
    data = docx(*map(paragraph, text))
    assert lines(data, "description", "consignor_name") == [("wool", "Acme Ltd"), ("tin", "Acme Ltd")]
    assert issues(data) == []


def test_a_workbook_within_a_document_is_read():
    data = docx(paragraph("see the table"), parts={"word/embeddings/Sheet1.xlsx": xlsx()})
    assert [one.input.name for one in read(data, "d")] == ["d", "d!Sheet1.xlsx"]
    assert lines(data, "description")[0] == ("acetic anhydride",)


def test_a_document_without_goods_says_so_and_its_words_are_screened():
    (only,) = read(docx(paragraph("20 drums of acetone")), "d")
    assert [issue["code"] for issue in only.issues.to_pylist()] == ["words-alone"]
    assert only.out_of_table_texts.column("other_texts").to_pylist() == [["20 drums of acetone"]]


@pytest.mark.parametrize(
    ("streams", "says"),
    [({"WordDocument": b"\0" * 64}, "Word 97 to 2003"), ({"EncryptedPackage": b"\0" * 64}, "locked by a password")],
)
def test_documents_that_are_not_read_say_what_to_do(streams, says):
    with pytest.raises(InputError, match=says) as caught:
        read(compound(streams), "d.doc")
    assert "Save" in caught.value.remedy or "save" in caught.value.remedy


def test_a_folder_of_the_name_of_a_part_is_no_document():
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/a.csv", "Goods;HS code;Net kg\nwool;510111;5\n")
    assert lines(out.getvalue(), "description") == [("wool",)]
