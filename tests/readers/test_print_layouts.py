"""Tables as people print them: wrapped cells, rows that the end of a page cuts in two, forms, shading."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.formats.pdfs import HEIGHT, Row, box, pdf, text

SIZE, LEADING, PADDING = 8.0, 9.5, 7.0
LEFTS = (30, 90, 130, 210, 320, 380, 450, 520)
HEADER = ("B/L No.", "Item", "Shipper", "Description of\ngoods", "HS code", "Net weight\n(kg)", "Gross weight\n(kg)", "Date")
GOODS: list[Row] = [
    ("SMPB700", "1", "Wendelin\nFeinchemie GmbH", "ACETIC\nANHYDRIDE 99 %", "2915.24", "442.00", "477.50", "05.11.2026"),
    ("SMPB70121", "2", "Torvald Kemi AB", "Cotton shirts,\nfor men,\nassorted", "6109.10", "2,151.00", "2,323.50", "06.11.2026"),
    ("SMPB70", "3", "Okemah\nTrading\nFZE", "Acetone", "2914.11", "19.50", "21.00", "07.11.2026"),
    ("SMPB7", "4", "Pellam Coatings\nLLC", "Printed books", "4901.99", "385.00", "415.50", "08.11.2026"),
    ("SMPB7018", "5", "Torvald Kemi AB", "Piperonal", "2932.93", "70.00", "82.00", "09.11.2026"),
]


def one(*pages: str) -> InputTables:
    (found,) = read(pdf(*pages), "m.pdf")
    return found


def lines_of(row: Row) -> int:
    return max(cell.count("\n") + 1 for cell in row)


def table(rows: Sequence[Row], *, top: float = 60, how: str = "top", lefts: Sequence[float] = LEFTS) -> tuple[str, list[float]]:
    """A table whose cells are wrapped, and where each of its rows begins, and the last one ends; how: `top` or `middle` of a row."""
    out, edges = "", [top]
    for row in rows:
        height = lines_of(row) * LEADING
        for left, cell in zip(lefts, row, strict=True):
            parts = cell.split("\n")
            begin = edges[-1] + (height - len(parts) * LEADING) / 2 * (how == "middle")
            out += "".join(text(left, begin + LEADING * (n + 1), part, size=SIZE) for n, part in enumerate(parts) if part)
        edges.append(edges[-1] + height + PADDING)
    return out, edges


def across(down: float, left: float = 28, right: float = 575) -> str:
    return f"{left} {HEIGHT - down + 4} m {right} {HEIGHT - down + 4} l S\n"


def down(edges: Sequence[float], lefts: Sequence[float] = (*LEFTS, 578)) -> str:
    return "".join(f"{x - 3} {HEIGHT - edges[0] + 4} m {x - 3} {HEIGHT - edges[-1] + 4} l S\n" for x in lefts)


def is_right(found: InputTables, goods: Sequence[Row] = GOODS) -> bool:
    lines = found.lines.to_pydict()

    def flat(name: str) -> list[str]:
        return [" ".join(value.split()) for value in lines[name]]

    return (
        flat("bill_of_lading") == [row[0] for row in goods]
        and flat("item_number") == [row[1] for row in goods]
        and flat("consignor_name") == [" ".join(row[2].split()) for row in goods]
        and flat("description") == [" ".join(row[3].split()) for row in goods]
        and lines["hs_code"] == [row[4].replace(".", "") for row in goods]
        and [f"{mass:,.2f}" for mass in lines["net_mass_kg"]] == [row[5] for row in goods]
        and [f"{mass:,.2f}" for mass in lines["gross_mass_kg"]] == [row[6] for row in goods]
        and [f"{day:%d.%m.%Y}" for day in lines["date"]] == [row[7] for row in goods]
    )


@pytest.mark.parametrize("how", ["top", "middle"])
@pytest.mark.parametrize(
    "drawn", ["nothing", "a line a row", "a line below the header", "shading of every other row", "lines down"]
)
def test_wrapped_cells_are_cells(how: str, drawn: str) -> None:
    cells, edges = table([HEADER, *GOODS], how=how)
    lines = {
        "nothing": "",
        "a line a row": "".join(map(across, edges)),
        "a line below the header": across(edges[1]),
        "shading of every other row": "".join(
            box(x - 3, a - 4, y - x, b - a, "0.9 0.9 0.9")
            for a, b in list(pairwise(edges))[::2]
            for x, y in pairwise((*LEFTS, 578))
        ),
        "lines down": down(edges) + across(edges[0]) + across(edges[-1]),
    }[drawn]
    assert is_right(one(lines + cells))


def test_columns_may_stand_as_close_as_words() -> None:
    rows = [HEADER, *GOODS]
    cells, _ = table(rows, lefts=(30, 77.5, *LEFTS[2:]))  # the longest number of a bill ends a blank before the items
    assert is_right(one(cells))


def test_words_that_stand_below_each_other_in_all_rows_are_one_cell() -> None:
    goods = [(bill, item, shipper, "ACETIC ANHYDRIDE", *others) for bill, item, shipper, _, *others in GOODS]
    cells, _ = table([HEADER, *goods])
    assert is_right(one(cells), goods)


@pytest.mark.parametrize(("drawn", "again"), [(True, True), (True, False), (False, True)])
def test_a_row_that_the_end_of_a_page_cuts_in_two_is_one(drawn: bool, again: bool) -> None:
    begin = (*GOODS[1][:3], "Cotton shirts,", *GOODS[1][4:])
    rest = ("", "", "", "for men,\nassorted", "", "", "", "")
    first, edges = table([HEADER, GOODS[0], begin])
    second, others = table([*([HEADER] if again else []), rest, *GOODS[2:]])
    if drawn:
        first += "".join(map(across, edges[:-1])) + down(edges)
        second += "".join(map(across, others)) + down(others)
    assert is_right(one(first, second))


def test_a_row_of_the_next_page_is_no_rest_where_the_page_is_closed_or_it_has_figures() -> None:
    first, edges = table([HEADER, *GOODS[:2]])
    rest = ("", "", "of Otterville", "boxed", "", "", "", "")
    second, others = table([HEADER, rest, *GOODS[2:]])
    closed = one(first + "".join(map(across, edges)) + down(edges), second + "".join(map(across, others)) + down(others))
    assert closed.lines.column("consignor_name")[1].as_py() == GOODS[1][2]
    figures = ("", "", "", "Boxes", "", "7.00", "", "")
    second, _ = table([figures, *GOODS[2:]])
    assert one(first, second).lines.num_rows == len(GOODS) + 1


def test_a_heading_at_the_top_of_a_page_is_no_rest_of_the_last_bill() -> None:
    first, _ = table([HEADER, *GOODS[:2]])
    second, _ = table([HEADER, ("CONTAINER", "", "", "", "", "", "", ""), *GOODS[2:]])
    assert one(first, second).lines.column("bill_of_lading")[1].as_py() == GOODS[1][0]


def test_rows_that_stand_in_pairs_are_rows() -> None:
    lefts, rows = (30, 130, 320, 400), [("Ref", "Description of goods", "HS code", "Net weight kg")]
    goods = [
        (f"A-{n}", name, code, f"{n}.50") for n, (name, code) in enumerate((("Wool", "5101.11"), ("Tin", "8001.10")) * 3, start=1)
    ]
    cells, edges = table(rows, lefts=lefts)
    for n, row in enumerate(goods):
        cells += table([row], top=edges[-1] + n * LEADING + n // 2 * 12, lefts=lefts)[0]
    assert one(cells).lines.column("net_mass_kg").to_pylist() == [float(row[3]) for row in goods]


def test_a_mass_that_reaches_over_rows_is_of_all_together() -> None:
    lefts = (30, 130, 320, 400)
    rows = [("Marks", "Description of goods", "HS code", "Net weight kg"), ("LOT 1", "Acetone", "2914.11", "500")]
    cells, edges = table([*rows, ("LOT 2", "Tiles", "6907.21", ""), ("LOT 3", "Wool", "5101.11", "7")], lefts=lefts)
    lines = "".join(map(across, (*edges[:2], *edges[3:]))) + across(edges[2], right=397) + down(edges, (*lefts, 578))
    assert one(lines + cells).lines.column("net_mass_kg").to_pylist() == [500, None, 7]


def test_labels_beside_what_they_say_in_a_table_of_two_columns_count_for_the_goods_below() -> None:
    stated = [("Exporter", "Wendelin Feinchemie GmbH"), ("Consignee", "Pellam Coatings LLC"), ("B/L No.", "SMPB77")]
    above, edges = table(stated, lefts=(30, 130))
    drawn = "".join(across(edge, right=300) for edge in edges) + down(edges, (30, 130, 303))
    rows = [("Description of goods", "HS code", "Net weight kg"), ("Acetone", "2914.11", "500"), ("Tiles", "6907.21", "12")]
    cells, others = table(rows, top=edges[-1] + 40, lefts=(30, 210, 320))
    found = read(pdf(above + drawn + cells + "".join(map(across, others)) + down(others, (30, 210, 320, 578))), "m.pdf")[-1].lines
    assert found.column("exporter_name").to_pylist() == ["Wendelin Feinchemie GmbH"] * 2
    assert found.column("consignee_name").to_pylist() == ["Pellam Coatings LLC"] * 2
    assert found.column("bill_of_lading").to_pylist() == ["SMPB77"] * 2


def test_a_header_of_two_rows_reaches_over_its_columns() -> None:
    lefts = (30, 210, 320, 400)
    header = ("Description of goods", "HS code", "Weight in kg", ""), ("", "", "Net", "Gross")
    rows = [("Acetone", "2914.11", "500", "540"), ("Tiles", "6907.21", "12", "13"), ("Wool", "5101.11", "7", "8")]
    cells, edges = table([*header, *rows], lefts=lefts)
    lines = "".join(map(across, [edges[0], *edges[2:]])) + across(edges[1], 317)
    lines += down(edges, (*lefts[:3], 578)) + down(edges[1:], lefts[3:])
    found = one(lines + cells).lines.to_pydict()
    assert found["description"] == ["Acetone", "Tiles", "Wool"]
    assert (found["net_mass_kg"], found["gross_mass_kg"]) == ([500, 12, 7], [540, 13, 8])


@pytest.mark.parametrize("drawn", [True, False])
def test_a_header_of_two_rows_on_every_page_is_told_once(drawn: bool) -> None:
    header = [(*HEADER[:5], "Weight in kg", "", "Date"), ("", "", "", "", "", "Net", "Gross", "")]
    pages = []
    for goods in (GOODS[:3], GOODS[3:]):
        cells, edges = table([*header, *goods])
        pages.append(cells + ("".join(map(across, edges)) + down(edges) if drawn else ""))
    assert is_right(one(*pages))


def test_a_letterhead_over_a_table_is_not_of_it() -> None:
    """Its words would close the gaps between columns: a count and a mass would be one number."""
    rows = [
        ("No", "Description of goods", "Packages", "Net weight kg"),
        ("1", "Lamps", "200", "410.00"),
        ("2", "Cable", "12", "96.50"),
    ]
    cells, _ = table([*rows, ("3", "Acetone", "40", "800.00")], top=160, lefts=(30, 60, 300, 345))
    above = (
        text(30, 60, "HALOGENA", size=18)
        + text(120, 60, "LAMP WORKS", size=18)
        + text(30, 90, "Mill Road 7, Otterville, and at the port")
    )
    above += text(250, 90, "Telephone and telefax of the office") + text(30, 110, "Seller: Halogena Lamp Works")
    above += text(250, 110, "Buyer: Brackwater Lighting Company")
    found = one(above + cells).lines.to_pydict()
    assert found["description"] == ["Lamps", "Cable", "Acetone"]
    assert [float(mass) for mass in found["net_mass_kg"]] == [410, 96.5, 800]
    assert set(found["consignor_name"]) == {"Halogena Lamp Works"}
    assert set(found["consignee_name"]) == {"Brackwater Lighting Company"}


@pytest.mark.parametrize("parts", [1, 3])
def test_headings_that_reach_over_columns_close_no_gaps_between_them(parts: int) -> None:
    cells, edges = table([HEADER, *GOODS[:3]])
    more, _ = table(GOODS[3:], top=edges[-1] + 20)
    said = ["B/L: SMPB1 of a bill of lading", "Shipper: Wendelin Feinchemie of Musterau", "Consignee: Pellam Coatings and sons"]
    said = said if parts == 3 else [", ".join(said)]
    heading = "".join(text(40 + 175 * n, edges[-1] + LEADING, part, size=SIZE) for n, part in enumerate(said))
    found = one(cells + heading + more).lines
    goods = [" ".join(cell.split()) for cell in found.column("description").to_pylist() if cell]
    assert goods == [" ".join(row[3].split()) for row in GOODS]
    masses = [f"{mass:,.2f}" for mass in found.column("net_mass_kg").to_pylist() if mass is not None]
    assert masses == [row[5] for row in GOODS]


def test_figures_with_units_below_one_another_are_rows_where_lines_only_part_columns() -> None:
    lefts = (30, 130, 400)
    rows = [
        ("Marks", "Description of goods", "Gross weight"),
        ("A 1-80", "Ethyl ether\nclass 3", "9,600.00 KGS"),
        ("B 1", "Glassware\nboxed", "2,310.40 KGS"),
    ]
    cells, edges = table(rows, lefts=lefts)
    found = one(cells + "".join(across(edge) for edge in (*edges[:2], edges[-1])) + down(edges, (*lefts, 578))).lines.to_pydict()
    assert [cell.split("\n")[0] for cell in found["description"]] == ["Ethyl ether", "Glassware"]
    assert [f"{mass:.2f}" for mass in found["gross_mass_kg"]] == ["9600.00", "2310.40"]


def test_codes_that_a_narrow_column_breaks_are_whole_between_the_lines_of_a_row() -> None:
    rows = [
        ("Ref", "Description of goods", "HS code", "Net weight kg"),
        ("FR-\n100", "Soap in bars,\nscented", "3401 19\n00", "12.5"),
    ]
    rows += [("FR-\n207", "Acetone", "2914 11\n00", "800.0"), ("FR-\n88", "Dried lavender", "1211 90\n86", "7.0")]
    cells, edges = table(rows, lefts=(30, 90, 320, 400))
    found = one(cells + "".join(map(across, edges))).lines.to_pydict()
    assert found["hs_code"] == ["34011900", "29141100", "12119086"]
    assert found["net_mass_kg"] == [12.5, 800, 7]


def test_boxes_that_come_again_for_each_item_are_its_line() -> None:
    out, at, ends = "", 60.0, (30, 250, 400, 578)
    for number, goods, code, mass in (("1", "Sulphuric acid", "28070000", "14800"), ("2", "Acetone", "29141100", "2000")):
        bottom = at + 60
        for left, top, label, value in (
            (30, at, "31 Packages and description of goods", goods),
            (250, at, "32 Item No.", number),
            (400, at, "33 Commodity code", code),
            (250, at + 30, "37 Procedure", "10 00"),
            (400, at + 30, "38 Net mass (kg)", mass),
        ):
            out += text(left, top + 4, label, size=5) + text(left, top + 16, value, size=SIZE)
        out += across(at) + across(at + 30, 247) + across(bottom) + down([at, bottom], ends)
        at = bottom
    found = one(out).lines.to_pydict()
    assert found["description"] == ["Sulphuric acid", "Acetone"]
    assert found["hs_code"] == ["28070000", "29141100"]
    assert found["net_mass_kg"] == [14800, 2000]


def test_a_cell_may_reach_over_several_rows() -> None:
    lefts = (30, 130, 320, 400)
    rows = [("B/L No.", "Description of goods", "HS code", "Net weight kg"), ("SMPB1", "Acetone", "2914.11", "500")]
    others = ("Tiles", "Wool", "Tin", "Zinc", "Lead", "Iron", "Salt", "Sand", "Rope", "Soap")  # most rows lack the first cell
    rows += [("", goods, "6907.21", "12") for goods in others] + [("SMPB2", "Piperonal", "2932.93", "3")]
    cells, edges = table(rows, lefts=lefts)
    whole = [*edges[:2], *edges[-2:]]
    lines = "".join(map(across, whole)) + "".join(across(edge, 127) for edge in edges[2:-2]) + down(edges, (*lefts, 578))
    found = one(lines + cells).lines.to_pydict()
    assert found["description"] == ["Acetone", *others, "Piperonal"]
    assert found["bill_of_lading"] == ["SMPB1"] * 11 + ["SMPB2"]


FORM = [
    ("Shipper (complete name and address)", "Okemah Trading FZE\nPlot 7, Free Zone\nSharjah", "B/L No.", "SMPB9"),
    ("Consignee", "Pinturas del Arroyo\nCalle Norte 45", "Ocean vessel", "SAMPLE STAR"),
]
OTHER_FORM = [
    ("Shipper", "Torvald Kemi AB\nMalmö", "B/L No.", "SMPB10"),
    ("Consignee", "Pellam Coatings LLC\nOtterville", "Ocean vessel", "SAMPLE STAR"),
]


def boxes(top: float, form: Sequence[Row] = FORM) -> tuple[str, float]:
    """A form of two boxes a row, each with its label in small print."""
    out, at = "", top
    for left_label, left, right_label, right in form:
        bottom = at + 48
        for x, label, value in ((30, left_label, left), (300, right_label, right)):
            out += text(x, at + 4, label, size=5)
            out += "".join(text(x, at + 14 + n * LEADING, part, size=SIZE) for n, part in enumerate(value.split("\n")))
        out += across(at) + across(bottom) + down([at, bottom], (30, 300, 578))
        at = bottom
    return out, at


def test_the_boxes_of_a_form_over_a_table_say_who_sends_and_who_receives() -> None:
    form, bottom = boxes(60)
    rows = [("Description of goods", "HS code", "Net weight kg"), ("Acetone", "2914.11", "500"), ("Tiles", "6907.21", "12")]
    lefts = (30, 210, 320)
    cells, edges = table(rows, top=bottom, lefts=lefts)
    found = one(form + cells + "".join(map(across, edges)) + down(edges, (*lefts, 578)))
    assert found.lines.column("description").to_pylist() == ["Acetone", "Tiles"]
    stated = {
        "consignor_name": "Okemah Trading FZE",
        "consignor_address": "Plot 7, Free Zone, Sharjah",
        "consignee_name": "Pinturas del Arroyo",
        "consignee_address": "Calle Norte 45",
        "bill_of_lading": "SMPB9",
        "vessel": "SAMPLE STAR",
    }
    assert {name: found.lines.column(name).to_pylist() for name in stated} == {
        name: [value] * 2 for name, value in stated.items()
    }
    texts = found.out_of_table_texts
    assert texts is not None
    assert "Okemah Trading FZE" in str(texts.column("other_texts").to_pylist())


def test_each_page_with_a_form_of_its_own_is_a_bill_of_its_own() -> None:
    rows = [("Description of goods", "HS code", "Net weight kg"), ("Acetone", "2914.11", "500"), ("Tiles", "6907.21", "12")]
    lefts, pages = (30, 210, 320), []
    for form in (FORM, OTHER_FORM):
        drawn, bottom = boxes(60, form)
        cells, edges = table(rows, top=bottom + 30, lefts=lefts)
        pages.append(drawn + cells + "".join(map(across, edges)) + down(edges, (*lefts, 578)))
    bills = [
        found.lines.select(["bill_of_lading", "consignor_name", "consignee_name"]).to_pylist()
        for found in read(pdf(*pages), "m.pdf")
    ]
    first = {"bill_of_lading": "SMPB9", "consignor_name": "Okemah Trading FZE", "consignee_name": "Pinturas del Arroyo"}
    second = {"bill_of_lading": "SMPB10", "consignor_name": "Torvald Kemi AB", "consignee_name": "Pellam Coatings LLC"}
    assert bills == [[first] * 2, [second] * 2]


def test_a_row_of_boxes_with_labels_in_small_print_is_a_header_and_a_row() -> None:
    labels = ("6 Marques et\nnuméros", "9 Nature de la marchandise", "10 No. statistique", "11 Poids brut, kg")
    values = ("LP 1-10", "Pipéronal", "2932 93 00", "270")
    lefts = (30, 130, 320, 450)
    out = across(60) + across(110) + down([60, 110], (*lefts, 578))
    for left, label, value in zip(lefts, labels, values, strict=True):
        parts = label.split("\n")
        out += "".join(text(left, 66 + 6 * n, part, size=5) for n, part in enumerate(parts))
        out += text(left, 70 + 6 * len(parts), value, size=SIZE)
    (line,) = one(out).lines.to_pylist()
    assert (line["marks"], line["description"], line["hs_code"], line["gross_mass_kg"]) == (
        "LP 1-10",
        "Pipéronal",
        "29329300",
        270,
    )


def labelled(boxes: Sequence[tuple[float, float, str, str]]) -> str:
    """Boxes of a form: from where, how far down, the label in small print, and what it says."""
    return "".join(text(x, y + 4, label, size=5) + text(x, y + 14, value, size=SIZE) for x, y, label, value in boxes)


def test_goods_in_the_boxes_of_a_form_are_a_line_though_a_table_follows() -> None:
    goods = [
        (30, 60, "9 Nature of the goods", "Piperonal"),
        (250, 60, "10 Commodity code", "29329300"),
        (400, 60, "11 Gross weight, kg", "270"),
    ]
    drawn = labelled(goods) + across(60) + across(90) + down([60, 90], (30, 250, 400, 578))
    rows = [("Freight and charges", "Place", "Stamp"), ("prepaid", "Otterville", "none")]
    cells, edges = table(rows, top=140, lefts=(30, 250, 400))
    found = read(pdf(drawn + cells + "".join(map(across, edges)) + down(edges, (30, 250, 400, 578))), "m.pdf")
    (line,) = [line for one_table in found for line in one_table.lines.to_pylist() if line["description"]]
    assert (line["description"], line["hs_code"], line["gross_mass_kg"]) == ("Piperonal", "29329300", 270)


def test_what_boxes_of_one_label_say_is_kept() -> None:
    out, at, ends = "", 60.0, (30, 250, 400, 578)
    for goods, more, code in (("Acetone", "in drums", "29141100"), ("Piperonal", "in bags", "29329300")):
        boxes = [(30, at, "31 Description of goods", goods), (250, at, "33 Commodity code", code), (400, at, "44 Remarks", goods)]
        out += labelled([*boxes, (250, at + 30, "44 Remarks", more), (400, at + 30, "38 Net mass (kg)", "7")])
        out += across(at) + across(at + 30, 247) + across(at + 60) + down([at, at + 60], ends)
        at += 60
    said = str(one(out).lines.to_pylist())
    assert "Acetone\\nin drums" in said
    assert "Piperonal\\nin bags" in said


def test_masses_below_one_another_in_a_cell_are_not_one_mass() -> None:
    rows = [
        ("Description of goods", "HS code", "Net weight kg"),
        ("Lamps,\nboxed", "9405.42", "200\n410"),
        ("Acetone,\nin drums", "2914.11", "500"),
    ]
    rows += [("Tiles,\nglazed", "6907.21", "12"), ("Wool,\nraw", "5101.11", "7")]
    cells, edges = table(rows, lefts=(30, 250, 400))
    found = one(cells + "".join(map(across, edges)) + down(edges, (30, 250, 400, 578)))
    assert found.lines.column("net_mass_kg").to_pylist() == [None, 500, 12, 7]
    assert "unparsed-mass" in {issue["code"] for issue in found.issues.to_pylist()}


def test_a_last_page_of_one_row_goes_on() -> None:
    first, edges = table([HEADER, *GOODS[:4]])
    second, others = table(GOODS[4:])
    pages = [first + "".join(map(across, edges)) + down(edges), second + "".join(map(across, others)) + down(others)]
    assert is_right(one(*pages))
    alone = one(
        pages[0],
        second.replace("Piperonal", "Not of it") + across(others[0]) + across(others[1]) + down(others, (30, 300, 450, 578)),
    )
    assert alone.lines.num_rows == 4
    texts = alone.out_of_table_texts
    assert texts is not None
    assert "Not of it" in str(texts.column("other_texts").to_pylist())


def test_an_invoice_says_above_who_sells_and_below_what_is_no_line() -> None:
    rows = [
        ("Item", "Description", "HS code", "Net weight kg", "Amount"),
        ("1", "Methylamine hydrochloride,\n25 kg drums", "29211100", "500", "2,050.00"),
        ("2", "Reactive dye", "32041600", "1,200", "7,200.00"),
    ]
    cells, edges = table(rows, top=140, lefts=(30, 60, 210, 320, 450))
    above = text(30, 60, "Seller: Wendelin Feinchemie GmbH") + text(30, 80, "Buyer: Pellam Coatings LLC")
    below = text(60, edges[-1] + 40, "Country of origin and terms as agreed by both.")
    found = one(above + cells + below)
    assert [" ".join(cell.split()) for cell in found.lines.column("description").to_pylist()] == [
        "Methylamine hydrochloride, 25 kg drums",
        "Reactive dye",
    ]
    assert set(found.lines.column("consignor_name").to_pylist()) == {"Wendelin Feinchemie GmbH"}
    assert set(found.lines.column("consignee_name").to_pylist()) == {"Pellam Coatings LLC"}


def test_an_item_of_several_lines_between_drawn_lines_is_one_line() -> None:
    """What follows the first line of a cell stands in smaller print, or farther below: lines overlap."""
    lefts = (30, 60, 130, 330, 420, 500)
    header = ("Item", "HS code", "Description of goods", "Net quantity", "Price/Total", "Origin")
    items = [
        ("1", "29141100", "Acetone\n4|3|technical|no brand", "2000 KG\n2000 KG", "1.15\n2300.00\nUSD", "Chile\n(CHL)"),
        ("2", "29153990", "Butyl acetate\n4|3|for paints", "40 CARTONS\n900 KG", "2.65\n2385.00\nUSD", "Norway\n(NOR)"),
        ("3", "39269090", "Grips\n4|3|of plastic", "90 KG\n30 KG", "0.50\n45.00\nUSD", "Norway\n(NOR)"),
    ]
    out, at = "".join(text(left, 70, cell, size=6) for left, cell in zip(lefts, header, strict=True)), 74.0
    edges = [60.0, at]
    for item in items:
        for place, (left, cell) in enumerate(zip(lefts, item, strict=True)):
            downs = {2: (10, 19), 3: (10, 37)}.get(place, (10, 23.5, 37))
            out += "".join(
                text(left, at + down, part, size=5 if place == 2 and n else 8)
                for n, (down, part) in enumerate(zip(downs, cell.split("\n"), strict=False))
            )
        edges.append(at := at + 46)
    found = one(
        out + "".join(across(edge + 4) for edge in edges) + down([edge + 4 for edge in edges], (*lefts, 578))
    ).lines.to_pydict()
    assert [cell.split("\n")[0] for cell in found["description"]] == ["Acetone", "Butyl acetate", "Grips"]
    assert found["hs_code"] == ["29141100", "29153990", "39269090"]
    assert found["net_mass_kg"] == [2000, 900, None]  # of two masses in one cell nobody says which it is
    assert found["quantity"] == [2000, 900, None]
    assert found["country_of_origin"] == ["CL", "NO", "NO"]
