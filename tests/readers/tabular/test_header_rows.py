"""A header that nobody listed is found by what its words say, below lines that are no table."""

from __future__ import annotations

import pytest

from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet, memory_reader
from precursor_screen.formats.table import open_sheets
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.header_rows import find_header

FIELDS = {"description", "hs_code", "consignee_name", "consignor_name", "gross_mass"}
LISTS = {
    "de": (
        "Sammelladung der Woche 14\nbitte bis Freitag prüfen, danke\n",
        "Warenbezeichn.;Zolltarif;Empf. Firma;Absender Firma;Rohgew. kg",
        "Aceton technisch;29141100;Acme GmbH;Beta AG;1250\nFliesen;69072100;Cola KG;Delta AG;800",
    ),
    "fr": (
        "Liste des envois\nà vérifier avant lundi",
        "Lib. marchandise;Nomencl. douan.;Sté destinataire;Sté expéditrice;Pds brut",
        "acétone;29141100;Acme SARL;Beta SA;1250\ncarreaux;69072100;Cola SA;Delta SA;800",
    ),
    "es": (
        "Relación de bultos\nSemana catorce",
        "Desc. mercadería;Part. arancel.;Razón social destinatario;Razón social remitente;Peso bto.",
        "acetona;29141100;Acme SL;Beta SA;1250\nazulejos;69072100;Cola SA;Delta SA;800",
    ),
    "ru": (
        "Список грузов\nпросьба проверить",
        "Наимен. товара;Код ТН ВЭД ЕАЭС;Фирма получателя;Фирма отправителя;Вес бр.",
        "ацетон;29141100;ООО Альфа;ООО Бета;1250\nплитка;69072100;ООО Гамма;ООО Дельта;800",
    ),
    "zh": (
        "每周货物\n请核对",
        "货物品名;海关编码;收货人公司;发货人公司;毛重公斤",
        "丙酮;29141100;甲公司;乙公司;1250\n瓷砖;69072100;丙公司;丁公司;800",
    ),
    "tr": (
        "Haftalık yük listesi\nlütfen kontrol edin",
        "Eşya tanımı;Gümrük tarife no;Alıcı firma adı;Gönderici firma adı;Brüt ağırlık",
        "aseton;29141100;Acme AS;Beta AS;1250\nkaro;69072100;Cola AS;Delta AS;800",
    ),
    "pl": (
        "Zestawienie przesyłek\nproszę sprawdzić",
        "Nazwa towaru;Kod taryfy;Firma odbiorcy;Firma nadawcy;Ciężar brutto",
        "aceton;29141100;Acme Sp. z o.o.;Beta SA;1250\npłytki;69072100;Cola SA;Delta SA;800",
    ),
}


def header_row(text: str) -> int:
    (sheet,) = open_sheets(Blob("m", text.encode()), "")
    return find_header(sheet).row


@pytest.mark.parametrize("language", LISTS)
def test_the_header_below_free_lines_is_found_in_each_language(language: str) -> None:
    before, header, goods = LISTS[language]
    (table,) = read("\n".join((before, header, goods, "")).encode(), "m")
    assert table.input.header_row == before.count("\n") + 2
    assert {field for _, field in table.input.mapping} == FIELDS
    assert table.lines.num_rows == 2
    assert [i["code"] for i in table.issues.to_pylist()] == ["preamble-row"]


GOODS = "Acme GmbH;Beta AG;Aceton\nCola KG;Delta AG;Fliesen\n"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Liste\n\nEmpf. Firma;Absender Firma;Warenbezeichn.\n" + GOODS, 3),
        ("Liste\n\nEmpf. Firma;Zzyzx;Warenbezeichn.\n" + GOODS, 1),  # two say something: too few
        ("Liste\nEmpf. Firma;Absender Firma;Warenbezeichn.;12\n" + GOODS, 1),  # a figure is no header
        ("Liste\nEmpf. Firma;Absender Firma;Warenbezeichn.;a;b;c\n" + GOODS, 1),  # half of the cells: goods may hold such words
        ("Liste\nEmpf. Firma;Absender Firma;Warenbezeichn.;a;b\n" + GOODS, 2),
        ("Liste\nEmpf. Firma;Empf.;Warenbezeichn.;Waren\n" + GOODS, 1),  # twice the same is one
        ("Versand von;;an\nAbsender Firma;Warenbezeichn.;Empf. Firma\n" + GOODS, 2),
        ("Zzyzx;Qwert;Zuiop\nTonne;Karton;Kiste\n" + GOODS, 1),
    ],
)
def test_three_fields_that_most_cells_say_make_a_header(text: str, row: int) -> None:
    assert header_row(text) == row


@pytest.mark.parametrize("goods", ["10;9;Acme GmbH;Beta AG;Aceton\n", ""])
def test_a_header_of_two_rows_is_found_by_its_words(goods: str) -> None:
    text = "Liste\nGewicht;;Firma;;Warenbezeichn.\nroh;rein;Empf.;Abs.;\n"
    (sheet,) = open_sheets(Blob("m", (text + goods).encode()), "")
    place = find_header(sheet)
    assert (place.first, place.row, place.names[:4]) == (2, 3, ("Gewicht roh", "Gewicht rein", "Firma Empf.", "Firma Abs."))


@pytest.mark.parametrize(
    ("rows", "row", "names"),
    [
        ([["Description", "Packages", "Gross weight"], ["", "pcs", "kg"], ["wool", "1", "2"]], 2, ("Description", "Packages (pcs)", "Gross weight (kg)")),
        ([["Description", "Gross weight", "Value"], ["", "(t)", "EUR"], ["wool", "1", "2"]], 2, ("Description", "Gross weight (t)", "Value (EUR)")),
        ([["Description", "Packages", "Gross weight", "Value"], ["1", "2", "3", "4"], ["wool", "1", "2", "3"]], 2, ("Description", "Packages", "Gross weight", "Value")),
        ([["Description", "Packages", "Gross weight", "Value"], ["(1)", "(2)", "(3)", "(4)"], ["wool", "1", "2", "3"]], 2, ("Description", "Packages", "Gross weight", "Value")),
        ([["Description", "Packages", "Value"], ["1", "2", "3"], ["wool", "1", "2"]], 1, ("Description", "Packages", "Value")),
        ([["Description", "Packages", "Gross weight", "Value"], ["", "", "kg"], ["1", "2", "3", "4"], ["wool", "1", "2"]], 3, ("Description", "Packages", "Gross weight (kg)", "Value")),
        ([["Description", "Packages", "Gross weight"], ["1", "2", "4"], ["wool", "1", "2"]], 1, ("Description", "Packages", "Gross weight")),
        ([["Description", "Packages", "Gross weight"], ["tin", "", "kg"], ["wool", "1", "2"]], 1, ("Description", "Packages", "Gross weight")),
        # A form above the goods has labels of its own.
        ([["Exporter", "Vessel", "Port of Loading"], ["Acme", "Aurora", "Almery"], [], ["Description", "HS Code", "Packages"]], 4, ("Description", "HS Code", "Packages")),
        # A fact above the header is not its upper row.
        (
            [["出荷元：架空試薬", "", "", "", "出荷日：2026/11/22"], ["伝票番号", "届け先", "品番", "品名", "個数"], ["T-1", "架空", "A-1", "x", "6"]],
            2,
            ("伝票番号", "届け先", "品番", "品名", "個数"),
        ),
        ([["Shipper: Acme Ltd", "", "Date: 2026-11-03"], ["Description", "HS Code", "Packages"]], 2, ("Description", "HS Code", "Packages")),
    ],
)  # fmt: skip
def test_rows_that_belong_to_the_header(rows, row, names):
    sheet = Sheet("m", "XLSX", "", tuple(map(tuple, rows)), False, memory_reader([]))
    place = find_header(sheet)
    assert (place.row, place.names) == (row, names)
