"""Rows of printed tables whose columns are only aligned: several goods of one bill, details below a name, what heads each page."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.formats.pdfs import HEIGHT, pdf, text

Row = Sequence[str]


def one(*pages: str) -> InputTables:
    (found,) = read(pdf(*pages), "m.pdf")
    return found


def rows(top: float, lefts: Sequence[float], cells: Sequence[Row], *, apart: float = 8, small: float = 8) -> tuple[str, float]:
    """Rows whose cells may have several lines, those behind the first in small print; and where they end."""
    out = ""
    for row in cells:
        for left, cell in zip(lefts, row, strict=True):
            for n, line in enumerate(cell.split("\n")):
                out += text(left, top + 10 * n, line, size=small if n else 8)
        top += 10 * max(cell.count("\n") + 1 for cell in row) + apart
    return out, top


def across(down: float) -> str:
    return f"28 {HEIGHT - down} m 575 {HEIGHT - down} l S\n"


BILLS = (30, 90, 190, 290, 350, 510)
OF_BILLS = ("B/L No.", "Shipper", "Consignee", "Packages", "Description of goods", "Gross weight kg")


def test_several_goods_between_the_lines_of_a_bill_are_lines_of_it() -> None:
    head, at = rows(60, BILLS, [OF_BILLS])
    out = head + across(at - 12)
    bills = [
        [
            ("SMPB1", "Torvald Kemi AB", "Pellam Coatings\nLLC", "80 DRUMS", "ACETONE\nUN 1090", "13,920.00"),
            ("", "", "", "40 DRUMS", "TOLUENE\nUN 1294", "7,080.00"),
        ],
        [("SMPB2", "Okemah FZE", "Crill Tiles Ltd", "22 PALLETS", "FLOOR TILES", "24,310.00")],
        [
            ("SMPB3", "Wendelin GmbH", "Brack Medical", "8 FIBRE\nDRUMS", "PIPERONAL", "221.60"),
            ("", "", "", "200 BAGS", "SUGAR\nFINE\nWHITE", "5,460.00"),
            ("", "", "", "65 CARTONS", "EMPTY CAPSULES", "812.50"),
        ],
    ]
    for bill in bills:
        drawn, at = rows(at, BILLS, bill, apart=6)
        out += drawn + across(at - 10)
        at += 6
    lines = one(out).lines.to_pydict()
    goods = [row for bill in bills for row in bill]
    assert lines["description"] == [row[4] for row in goods]
    assert lines["bill_of_lading"] == ["SMPB1"] * 2 + ["SMPB2"] + ["SMPB3"] * 3
    assert lines["consignor_name"] == ["Torvald Kemi AB"] * 2 + ["Okemah FZE"] + ["Wendelin GmbH"] * 3
    assert [f"{mass:,.2f}" for mass in lines["gross_mass_kg"]] == [row[5] for row in goods]
    assert lines["packages"] == [80, 40, 22, 8, 200, 65]


def test_middles_of_cells_beside_their_figures_are_not_where_goods_begin() -> None:
    lefts = (30, 90, 300, 420)
    out = "".join(
        text(left, 60, name) for left, name in zip(lefts, ("No", "Description of goods", "HS code", "Gross kg"), strict=True)
    )
    out += across(70)
    for n, (goods, code, mass) in enumerate(
        (("Acetone", "29141100", "10.5"), ("Wool", "51011100", "20.5"), ("Tin", "80011000", "30.5"))
    ):
        at = 100 + 50 * n
        out += text(30, at, str(n + 1)) + text(300, at, code) + text(420, at, mass)
        for line, said in enumerate((f"{goods} of the", "second quality, packed", "in bags")):
            out += text(90, at - 10 + 10 * line, said)
    lines = one(out).lines.to_pydict()
    assert [cell.split()[0] for cell in lines["description"]] == ["Acetone", "Wool", "Tin"]
    assert [str(mass)[:4] for mass in lines["gross_mass_kg"]] == ["10.5", "20.5", "30.5"]


def test_middles_of_cells_beside_the_figures_of_bills_are_not_where_goods_begin() -> None:
    lefts = (30, 90, 200, 330, 420, 500)
    header = ("B/L No.", "Packages", "Description of goods", "HS code", "Gross kg", "Terms")
    out, at = "".join(text(left, 60, cell, size=6) for left, cell in zip(lefts, header, strict=True)), 90.0
    bills = [("XQ1", ("Acetone", "Wool")), ("XQ2", ("Tin",)), ("XQ3", ("Salt", "Tea", "Ink"))]
    for number, goods in bills:
        out += across(at - 22) + text(lefts[0], at, number)
        for name in goods:
            row = ("7 BAGS", "", "29141100", "10.5", "agreed")
            out += "".join(text(left, at, cell) for left, cell in zip(lefts[1:], row, strict=True) if cell)
            out += text(lefts[2], at - 5, f"{name} of the") + text(lefts[2], at + 5, "second quality")
            at += 24
        at += 20
    found = one(out + across(at - 22)).lines.column("description").to_pylist()
    assert [cell.split()[0] for cell in found] == [goods[0] for _, goods in bills]  # together, with masses that cannot be read


INVOICE = (30, 70, 250, 350, 450)
OF_INVOICE = ("Pos", "Description", "Quantity", "Unit", "Amount EUR")
ITEMS = [
    ("10", "Acetic anhydride\n12 drums of 200 kg\nCommodity code 29152400", "2400", "kg", "44,160.00"),
    ("20", "Filter aid\n40 bags of 20 kg", "800", "kg", "920.00"),
    ("25", "Soap\nin bars", "7", "kg", "12.00"),
    ("30", "Piperonal\nBatch 7\nCommodity code 29329300", "50", "kg", "3,050.00"),
]


@pytest.mark.parametrize("below", ["", "Goods remain ours until they are paid."])
def test_what_heads_each_page_is_no_row_and_details_below_a_name_are_of_it(below: str) -> None:
    pages = []
    for items in (ITEMS[:2], ITEMS[2:]):
        out = "".join(
            text(350, 40 + 12 * n, label) + text(450, 40 + 12 * n, value)
            for n, (label, value) in enumerate((("Invoice No", "4711"), ("Date", "02.03.2026"), ("Customer", "20881")))
        )
        drawn, at = rows(90, INVOICE, [OF_INVOICE, *items], small=6)
        pages.append(out + drawn + (text(70, at + 15, below) if below else ""))
    found = one(*pages)
    assert found.lines.column("description").to_pylist() == [row[1] for row in ITEMS]
    assert found.lines.column("value").to_pylist() == [44160, 920, 12, 3050]
    assert not below or below in str(found.out_of_table_texts)


def test_headings_over_the_goods_of_each_container_are_no_goods_and_part_no_columns() -> None:
    lefts = (30, 60, 210, 280, 350, 450)
    out, at = rows(60, lefts, [("No", "Description of goods", "UN No", "Packages", "Net weight (kg)", "Gross weight (kg)")])
    goods = [
        ("1", "Xylene", "UN1307", "30", "5250.0", "5790.0"),
        ("2", "Toluene in drums", "UN1294", "20", "3580.0", "3940.0"),
        ("3", "Wall putty", "", "150", "6000.0", "6030.0"),
    ]
    for container in ("MSKU1234565", "TCLU1234568"):
        out += text(30, at, f"Container No: {container}") + text(150, at, "Type: 20DC seal VN00335 intact")
        drawn, at = rows(at + 18, lefts, [*goods, ("", "Total", "", "200", "14830.0", "15760.0")])
        out += drawn
    lines = one(out).lines.to_pydict()
    assert lines["description"] == [row[1] for row in goods] * 2
    assert lines["packages"] == [30, 20, 150] * 2
    assert lines["net_mass_kg"] == [5250, 3580, 6000] * 2
    assert [found[0] for found in lines["container_numbers"]] == ["MSKU1234565"] * 3 + ["TCLU1234568"] * 3


def test_a_remark_as_far_below_the_goods_as_headings_are_is_not_of_them() -> None:
    lefts = (30, 210, 350, 450)
    goods = [("Description of goods", "HS code", "Packages", "Gross weight (kg)"), ("Acetone", "29141100", "4", "10.5")]
    rest = [("PALLETS B", "", "", ""), ("Wool", "51011100", "7", "20.5"), ("Tin", "80011000", "9", "30.5")]
    drawn, at = rows(60, lefts, [*goods, *rest])
    found = one(drawn + text(30, at, "Packed by the sender."))
    assert "Packed by the sender." in str(found.out_of_table_texts)
    assert found.lines.column("description").to_pylist()[-1] == "Tin"


def test_a_form_over_the_rule_of_a_table_closes_none_of_its_columns() -> None:
    names = ("SHIPPER", "TORVALD KEMI EXPORTS PVT LTD", "PLOT 77 NORTH QUAY PHASE IV", "ALMERY 393002, NORWAY", "CONSIGNEE")
    names += ("PELLAM COATINGS AND RESINS LTD", "UNIT 6 COLLIER WAY", "OTTERVILLE SR5, UNITED KINGDOM", "NOTIFY PARTY")
    names += ("WENDELIN CLEARING COMPANY", "DOCK OFFICE, OTTERVILLE")
    out = "".join(text(30, 30 + 10 * n, line) for n, line in enumerate(names))
    boxes = ("B/L NO.", "SMPB7", "PLACE AND DATE OF ISSUE", "ALMERY  28 JAN 2026", "VESSEL", "MV AURORA", "PORT", "OTTERVILLE")
    out += "".join(text(400, 30 + 10 * n, line) for n, line in enumerate(boxes))
    out += across(150) + across(166)
    places = (30, 110, 180, 400, 500)
    header = ("MARKS & NOS", "NO. OF PKGS", "DESCRIPTION OF GOODS", "GROSS WEIGHT KG", "CBM")
    drawn, _ = rows(162, places, [header])
    goods = [("KK 1", "20 DRUMS", "PIPERONAL\nBATCH 7", "560.55", "1.9"), ("KK 2", "9 BAGS", "WOOL", "75.25", "6.4")]
    goods += [("KK 3", "16 BOXES", "TIN CUPS\nBATCH 9", "46.45", "0.3"), ("KK 4", "5 BAGS", "INK", "17.55", "2.7")]
    body, end = rows(180, places, goods)
    lines = one(out + drawn + body + across(end)).lines.to_pydict()
    assert [goods.split("\n")[0] for goods in lines["description"]] == ["PIPERONAL", "WOOL", "TIN CUPS", "INK"]
    assert [float(mass) for mass in lines["gross_mass_kg"]] == [560.55, 75.25, 46.45, 17.55]
    assert lines["packages"] == [20, 9, 16, 5]


def test_a_rule_of_signs_over_a_table_is_not_a_line_of_it() -> None:
    places = (30, 120, 300, 420)
    header = [("Item", "Description", "HS Code", "Net weight kg"), ("001", "ACETONE", "2914.11", "640.5")]
    out = text(30, 40, "-" * 90) + text(30, 74, "-" * 90)
    drawn, _ = rows(60, places, header[:1])
    body, end = rows(90, places, [header[1], ("002", "WOOL", "5101.11", "17.5"), ("003", "INK", "3215.11", "2.5")], apart=4)
    lines = one(out + drawn + body + text(30, end + 4, "-" * 90)).lines.to_pydict()
    assert lines["description"] == ["ACETONE", "WOOL", "INK"]
    assert [float(mass) for mass in lines["net_mass_kg"]] == [640.5, 17.5, 2.5]


def test_items_whose_sentence_reaches_over_columns_keep_their_number_and_what_stands_below() -> None:
    """An invoice whose letterhead and address stand in columns, each item with lines of labels below its name."""
    lefts = (48, 71, 320, 390, 440)
    out = text(330, 50, "Wendelin Feinchemie GmbH") + text(330, 60, "Hafenweg 8") + text(330, 70, "12345 Otterau")
    out += text(48, 100, "Wendelin Feinchemie GmbH · Hafenweg 8 · 12345 Otterau", size=6)
    names = ("Pellam Coatings S.A.", "Rue du Port 7", "75001 Paris", "FRANKREICH", "")
    labels = ("Rechnungs-Nr.", "Rechnungsdatum", "Ihr Auftrag", "Lieferbedingung", "Zahlung")
    said = ("WF-2026-77", "05.11.2026", "PO-44 vom 02.10.2026", "CIF Otterville (Incoterms 2020)", "60 Tage netto")
    for n, cells in enumerate(zip(names, labels, said, strict=True)):
        out += "".join(text(left, 112 + 10 * n, cell) for left, cell in zip((48, 330, 420), cells, strict=True) if cell)
    out += text(48, 180, "Handelsrechnung", size=12)
    out += "".join(
        text(left, 210, cell) for left, cell in zip(lefts, ("Pos.", "Bezeichnung", "Menge kg", "EUR/kg", "Betrag"), strict=True)
    )
    goods = [
        (
            "10",
            ["Aceton, technisch rein, in Stahlfässern", "zu 200 l"],
            "2914 11 00",
            "Ursprung: DE",
            "3.200,00",
            "1,38",
            "4.416,00",
        ),
        (
            "20",
            ["Glaskolben und Kolben, Borosilikat 3.3, bruchsicher verpackt, zu je 12"],
            "7017 20 00",
            "Ursprung: CZ",
            "186,50",
            "2,00",
            "373,00",
        ),
        ("30", ["Toluol, technisch rein, in Stahlfässern"], "2902 30 00", "Ursprung: NO", "1.720,00", "1,50", "2.580,00"),
    ]
    at = 235.0
    for number, name, code, origin, *figures in goods:
        out += text(lefts[0], at, number) + "".join(text(lefts[1], at + 10 * n, part) for n, part in enumerate(name))
        at += 10 * len(name)
        out += text(lefts[1], at, f"Zolltarifnr.: {code}", size=7) + text(190, at, origin, size=7)
        out += "".join(text(left, at, figure) for left, figure in zip(lefts[2:], figures, strict=True))
        out += text(lefts[1], at + 9, f"Netto {figures[0]} kg / Brutto 9.999,00 kg", size=7) + text(
            210, at + 9, "7 Kisten", size=7
        )
        at += 27
    out += text(lefts[1], at, "Warenwert") + text(lefts[4], at, "7.369,00")
    lines = next(table.lines for table in read(pdf(out), "m.pdf") if table.lines.num_rows).to_pydict()
    assert [cell.split("\nZoll")[0].split("\n") for cell in lines["description"]] == [row[1] for row in goods]
    assert lines["item_number"] == ["10", "20", "30"]
    assert lines["hs_code"] == ["29141100", "70172000", "29023000"]
    assert lines["country_of_origin"] == ["DE", "CZ", "NO"]
    assert lines["net_mass_kg"] == [3200, 186.5, 1720]
    assert set(lines["gross_mass_kg"]) == {9999}
    assert set(lines["packages"]) == {7}
    assert set(lines["consignor_name"]) == {"Wendelin Feinchemie GmbH"}
    assert set(lines["consignee_name"]) == {"Pellam Coatings S.A."}
    assert set(lines["stated_shipment_id"]) == {"WF-2026-77"}


PARTIES = (30, 110, 210, 330, 400, 500, 545)


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize(("apart", "alone"), [(9, False), (9, True), (12, True)])
@pytest.mark.parametrize("lefts", [PARTIES, (80, 160, 260, 30, 400, 500, 545)])
def test_addresses_beside_the_goods_of_a_bill_belong_to_all_of_them(
    total: bool, apart: int, alone: bool, lefts: Sequence[float]
) -> None:
    """Their lines stand closer than those of the goods, or as far, and then there are as many where goods are one."""
    header = ("HBL / Container", "Shipper", "Consignee / Notify", "Packages", "Description of goods", "HS code", "Gross kg")
    bills = [
        (
            ("XQ7001\nABCU1234560\n40HC", "Wendelin GmbH\nHafenweg 8\n12345 Otterau", "Pellam LLC\nDock Road 5\nOtterville\nNotify: THE SAME"),
            [("16 DRUMS", "TOLUENE", "29023000", "3,056.0"), ("8 DRUMS", "BUTANONE", "29141200", "1,416.0")],
        ),
        (
            ("XQ7002\nABCU1234560\n40HC", "Torvald AB\nMill Road 7\nMusterau", "Crill Ltd\nDock Road 7\nOtterville\nNotify: Brack Ltd"),
            [("2 CASES", "SPEED REDUCERS AND\nSPARE PARTS", "84834000", "1,284.5")],
        ),
        (
            ("XQ7003\nABCU1234560\n40HC", "Okemah Ltd\nMill Road 9\nMusterau", "Carr Ltd\nDock Road 9\nOtterville\nNotify: Brack Ltd"),
            [("60 CARTONS", "TEA", "09023000", "468.0"), ("25 CARTONS", "CHINA", "69111000", "162.5"), ("9 BAGS", "SALT", "25010000", "90.0")],
        ),
    ]  # fmt: skip
    bills = [bill for bill in bills if alone or len(bill[1]) > 1]
    out, at = "".join(text(left, 60, cell, size=6) for left, cell in zip(lefts, header, strict=True)), 80.0
    for parties, goods in bills:
        out += across(at - 12)
        for left, cell in zip(lefts, parties, strict=False):
            out += "".join(text(left, at + apart * n, line, size=6) for n, line in enumerate(cell.split("\n")))
        sums = [(f"{len(goods)} PKGS", "TOTAL HBL", "", "")] if total and len(goods) > 1 else []
        down = at
        for row in [*goods, *sums]:
            for left, cell in zip(lefts[3:], row, strict=True):
                out += "".join(text(left, down + 8 * n, line, size=6) for n, line in enumerate(cell.split("\n")) if line)
            if row in sums:
                mass = sum(float(one[3].replace(",", "")) for one in goods)
                out += text(lefts[6], down, f"{mass:,.1f}", size=6)
            down += 12 + 8 * row[1].count("\n")
        at = max(down, at + apart * 4) + 16
    lines = one(out + across(at - 12)).lines.to_pydict()
    stated = [(parties, row) for parties, goods in bills for row in goods]
    assert [" ".join(cell.split()) for cell in lines["description"]] == [" ".join(row[1].split()) for _, row in stated]
    assert [f"{mass:,.1f}" for mass in lines["gross_mass_kg"]] == [row[3] for _, row in stated]
    assert lines["house_bill_of_lading"] == [parties[0].split("\n")[0] for parties, _ in stated]
    assert lines["consignor_name"] == [parties[1].split("\n")[0] for parties, _ in stated]
    assert lines["consignee_name"] == [parties[2].split("\n")[0] for parties, _ in stated]
    assert lines["notify_party_name"] == ["Pellam LLC" if "SAME" in parties[2] else "Brack Ltd" for parties, _ in stated]
    assert lines["container_numbers"] == [["ABCU1234560"]] * len(stated)
    assert lines["packages"] == [int(row[0].split()[0]) for _, row in stated]
