"""Printed forms: boxes that come again for each item, goods below one another in one box, and what boxes below the goods say."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.formats.pdfs import HEIGHT, pdf, text

Box = tuple[float, float, float, float, str, str]  # left, top, right, bottom, the label in small print, what it says


def frame(left: float, top: float, right: float, bottom: float) -> str:
    return f"{left} {HEIGHT - bottom} {right - left} {bottom - top} re S\n"


def form(boxes: Sequence[Box]) -> str:
    out = ""
    for left, top, right, bottom, label, said in boxes:
        out += frame(left, top, right, bottom) + text(left + 2, top + 6, label, size=5)
        out += "".join(text(left + 2, top + 15 + 9 * n, line) for n, line in enumerate(said.split("\n")))
    return out


def one(*pages: str) -> InputTables:
    (found,) = read(pdf(*pages), "m.pdf")
    return found


def item(top: float, number: int, goods: str, code: str, gross: str, net: str) -> list[Box]:
    return [
        (30, top, 300, top + 75, "31 Packages and description of goods", goods),
        (300, top, 420, top + 25, "32 Item No.", str(number)),
        (420, top, 570, top + 25, "33 Commodity code", code),
        (300, top + 25, 420, top + 50, "34 Country of origin", "NO"),
        (420, top + 25, 500, top + 50, "35 Gross mass (kg)", gross),
        (500, top + 25, 570, top + 50, "36 Preference", "100"),
        (300, top + 50, 420, top + 75, "37 Procedure", "10 00"),
        (420, top + 50, 500, top + 75, "38 Net mass (kg)", net),
        (500, top + 50, 570, top + 75, "39 Quota", ""),
    ]


OVER: list[Box] = [
    (30, 40, 300, 90, "2 Exporter", "Wendelin Feinchemie GmbH\nMill Road 7\nMusterau"),
    (300, 40, 420, 65, "1 Declaration", "EX 1"),
    (420, 40, 570, 65, "A Office of export", "Otterville"),
    (300, 65, 420, 90, "5 Items", "2"),
    (420, 65, 570, 90, "6 Total packages", "90"),
    (30, 90, 300, 115, "18 Means of transport", "34 KGL 771"),  # figures below one another, which are no goods
    (300, 90, 420, 115, "19 Ctr", "0"),
    (420, 90, 570, 115, "25 Mode of transport", "30"),
]
ITEMS = [
    *item(115, 1, "Sulphuric acid", "28070000", "15 210", "14 800"),
    *item(190, 2, "Acetone\nin drums", "29141100", "2 180", "2 000"),
]
SIGNED: list[Box] = [(30, 265, 570, 290, "54 Place and date", "Otterville, 11.05.2026")]


@pytest.mark.parametrize("others", [(OVER, SIGNED), (OVER, []), ([], SIGNED), ([], [])])
def test_an_item_has_the_masses_of_its_own_boxes(others: tuple[list[Box], list[Box]]) -> None:
    above, below = others
    lines = one(form([*above, *ITEMS, *below])).lines.to_pydict()
    assert lines["description"] == ["Sulphuric acid", "Acetone\nin drums"]
    assert lines["hs_code"] == ["28070000", "29141100"]
    assert lines["gross_mass_kg"] == [15210, 2180]
    assert lines["net_mass_kg"] == [14800, 2000]
    if above:
        assert set(lines["exporter_name"]) == {"Wendelin Feinchemie GmbH"}
    if below:
        assert {f"{day:%d.%m.%Y}" for day in lines["date"]} == {"11.05.2026"}


def test_boxes_of_one_label_above_the_items_do_not_begin_them() -> None:
    names = [
        (30 + 180 * n, 40, 210 + 180 * n, 115, "Name and address", name) for n, name in enumerate(("Acme", "Brack", "Crill"))
    ]
    lines = one(form([*names, *ITEMS])).lines.to_pydict()
    assert (lines["description"], lines["net_mass_kg"]) == (["Sulphuric acid", "Acetone\nin drums"], [14800, 2000])


def test_a_label_that_comes_again_among_other_boxes_does_not_begin_an_item() -> None:
    labels = (("Name", "Street", "Town"), ("Name", "Vessel", "Voyage"))
    over = [
        (30 + 180 * n, 55 + 30 * row, 210 + 180 * n, 85 + 30 * row, label, "Aurora 7")
        for row, some in enumerate(labels)
        for n, label in enumerate(some)
    ]
    items = [(left, top, right, bottom, label, said) for left, top, right, bottom, label, said in ITEMS]
    lines = one(form([*over, *items])).lines.to_pydict()
    assert (lines["description"], lines["net_mass_kg"]) == (["Sulphuric acid", "Acetone\nin drums"], [14800, 2000])


COLUMNS = (30, 90, 170, 420, 500, 570)
HEADER = ("Packages", "Gross weight kg", "Nature and quantity of goods", "HS code", "Rate")
GOODS = [
    ("4", "104.6", "Ephedrine hydrochloride,\nin drums", "29394200", "6.20"),
    ("12", "298.5", "Amoxicillin", "29411000", "4.10"),
    ("2", "51.2", "Piperonal", "29329300", "6.20"),
]


def stacked(
    top: float,
    goods: Sequence[tuple[str, ...]],
    total: tuple[str, ...] = (),
    over: str = "",
    down: float = 0,
    header: Sequence[str] = HEADER,
) -> str:
    """A table that lines part into columns, not into rows; down: points by which words stand below the figures beside them."""
    out = "".join(frame(left, top, right, top + 14) for left, right in itertools.pairwise(COLUMNS))
    out += "".join(text(left + 2, top + 9, name, size=6) for left, name in zip(COLUMNS, header, strict=False))
    at = top + 30
    if over:
        out += text(COLUMNS[2] + 2, at, over)
        at += 20
    for row in goods:
        for place, (left, cell) in enumerate(zip(COLUMNS, row, strict=False)):
            shift = down if place == 2 else 0
            out += "".join(text(left + 2, at + shift + 9.5 * n, part) for n, part in enumerate(cell.split("\n")))
        at += 9.5 * max(cell.count("\n") + 1 for cell in row) + 12
    spans = list(itertools.pairwise(COLUMNS))
    out += "".join(frame(left, top + 14, right, at) for n, (left, right) in enumerate(spans) if n != 2 or not total)
    for n, (left, right) in enumerate(spans if total else ()):
        if n == 2:  # the box of the goods reaches down beside the sum
            out += frame(left, top + 14, right, at + 20)
        else:
            out += frame(left, at, right, at + 20) + text(left + 2, at + 12, total[n])
    return out


@pytest.mark.parametrize("total", [(), ("18", "454.3", "", "", "")])
@pytest.mark.parametrize("over", ["", "SHIPPER'S LOAD AND COUNT"])
def test_goods_in_one_box_begin_where_their_figures_stand(total: tuple[str, ...], over: str) -> None:
    found = one(stacked(200, GOODS, total, over))
    lines = found.lines.to_pydict()
    assert lines["description"] == [row[2] for row in GOODS]
    assert [str(mass)[:-5] for mass in lines["gross_mass_kg"]] == [row[1] for row in GOODS]
    assert lines["packages"] == [4, 12, 2]
    assert lines["hs_code"] == [row[3] for row in GOODS]
    assert not over or over in str(found.out_of_table_texts)


def test_words_that_begin_a_little_over_their_figures_stay_together() -> None:
    goods = [(*row[:2], f"{row[2]}, first\nand second line", *row[3:]) for row in GOODS]
    assert one(stacked(200, goods, down=-7)).lines.column("description").to_pylist() == [row[2] for row in goods]


def test_figures_that_a_column_breaks_are_not_two_goods() -> None:
    """Nobody says whose the mass would be."""
    lines = one(stacked(200, [("4\n12", "104.6", "Acetone\nToluene", "2914\n11 00", "6.20")])).lines
    assert lines.column("description").to_pylist() == ["Acetone\nToluene"]


def test_labels_over_goods_in_one_box_are_their_header_and_words_beside_the_sum_are_no_goods() -> None:
    columns = (30, 110, 420, 495, 570)
    labels = ("14 Shipping marks", "* Number and kind of packages; description of goods", "Gross mass (kg)", "Net mass (kg)")
    goods = (
        ("80 steel drums (1A1)\nUN 1090, ACETONE, Class 3, PG II", "14 144.0", "12 640.0"),
        ("40 fibreboard boxes (4G)\nUN 1490, POTASSIUM PERMANGANATE, Class 5.1", "1 046.0", "1 000.0"),
    )
    out = "".join(text(left + 2, 206, label, size=5) for left, label in zip(columns, labels, strict=False))
    for top, row in zip((216, 250), goods, strict=True):
        for left, cell in zip(columns[1:], row, strict=False):
            out += "".join(text(left + 2, top + 9 * n, line) for n, line in enumerate(cell.split("\n")))
    out += text(32, 216, "W.F.") + text(112, 290, "TOTAL: 120 packages") + text(422, 290, "15 190.0") + text(497, 290, "13 640.0")
    for place, (left, right) in enumerate(itertools.pairwise(columns)):
        out += frame(left, 200, right, 310 if place < 2 else 280) + (frame(left, 280, right, 310) if place > 1 else "")
    above: list[Box] = [
        (30, 150, 300, 200, "1 Shipper", "Wendelin Feinchemie GmbH"),
        (300, 150, 570, 200, "6 Consignee", "Pellam LLC"),
    ]
    lines = one(form(above) + out).lines.to_pylist()
    names = ("description", "un_numbers", "packages", "package_type", "gross_mass_kg", "net_mass_kg", "consignee_name")
    assert [tuple(line[name] for name in names) for line in lines] == [
        ("ACETONE, Class 3, PG II", ["1090"], 80, "steel drums (1A1)", 14144, 12640, "Pellam LLC"),
        ("POTASSIUM PERMANGANATE, Class 5.1", ["1490"], 40, "fibreboard boxes (4G)", 1046, 1000, "Pellam LLC"),
    ]


def test_boxes_below_the_goods_say_what_nothing_above_does_but_no_party() -> None:
    below: list[Box] = [
        (30, 400, 330, 425, "Container No.", "MSKU1234565"),
        (330, 400, 570, 425, "Place and date of issue", "Otterville, 02 JUL 2026"),
        (30, 425, 330, 450, "Signature of shipper", "Nobody Forwarding Ltd"),
        (330, 425, 570, 450, "Shipper", "Nobody Forwarding Ltd"),
    ]
    above: list[Box] = [(30, 150, 330, 200, "Consignee", "Pellam Coatings LLC"), (330, 150, 570, 200, "B/L No.", "SMPB9")]
    lines = read(pdf(form(above) + stacked(200, GOODS) + form(below)), "m.pdf")[0].lines
    assert set(lines.column("consignee_name").to_pylist()) == {"Pellam Coatings LLC"}
    assert {tuple(found) for found in lines.column("container_numbers").to_pylist()} == {("MSKU1234565",)}
    assert {f"{day:%d.%m.%Y}" for day in lines.column("date").to_pylist()} == {"02.07.2026"}
    assert "consignor_name" not in lines.column_names


def listed(top: float, goods: Sequence[str], *lines: str) -> str:
    """A table of goods by drawn lines; lines: what stands over it."""
    out = "".join(text(30, top - 30 + 12 * n, line) for n, line in enumerate(lines))
    names = ("Description of goods", "HS code", "Net weight kg")
    for n, row in enumerate([names, *((name, "29141100", "7") for name in goods)]):
        for left, right, cell in zip((30, 210, 320), (210, 320, 578), row, strict=True):
            out += frame(left, top + 14 * n, right, top + 14 * (n + 1)) + text(left + 2, top + 14 * n + 10, cell, size=6)
    return out


LABELS = (
    ("Exporter:", "Consignee:", "Container:"),
    ("Wendelin GmbH", "Pellam Coatings LLC", "ABCU1234560"),
    ("Mill Road 7", "Dock Road 5", ""),
)


@pytest.mark.parametrize(
    ("again", "consignee"),
    [(("Page 2",), "Pellam Coatings LLC"), (("Consignee: Brack Medical Ltd",), "Brack Medical Ltd"), (("Order: 7",), None)],
)
def test_a_table_of_labels_counts_for_the_lists_behind_it_up_to_other_labels(
    again: tuple[str, ...], consignee: str | None
) -> None:
    labels = "".join(
        text(left, 60 + 10 * n, cell) for n, row in enumerate(LABELS) for left, cell in zip((30, 220, 420), row, strict=True)
    )
    pages = pdf(labels + listed(160, ["Acetone", "Wool"]), listed(100, ["Tin"], *again))
    lines = [line for table in read(pages, "m.pdf") for line in table.lines.to_pylist()]
    assert [line.get("consignee_name") for line in lines] == ["Pellam Coatings LLC"] * 2 + [consignee]
    assert [line.get("exporter_name") for line in lines[:2]] == ["Wendelin GmbH"] * 2


def test_cells_whose_middle_stands_beside_their_figures_are_not_parted_there() -> None:
    goods = [
        (pieces, mass, f"{name} of\nsecond quality", code, "agreed")
        for (pieces, mass, _, code, _), name in zip(GOODS, ("Salt", "Wool", "Tin"), strict=True)
    ]
    found = one(stacked(200, goods, down=-4.75)).lines.column("description").to_pylist()
    assert all(said.startswith(("Salt", "Wool", "Tin")) for said in found)


def test_an_air_waybill_is_read_box_by_box() -> None:
    """Its number stands at the corners, the class of the rate is not a name of goods, a flight is not a day."""
    boxes: list[Box] = [
        (30, 60, 300, 110, "Shipper's Name and Address", "WENDELIN AROMATICS LTD\n12 MILL ROAD\nOTTERVILLE"),
        (300, 60, 570, 110, "Not Negotiable", "Air Waybill"),
        (30, 110, 300, 160, "Consignee's Name and Address", "PELLAM COATINGS SA\n7 RUE DU PORT\n75001 PARIS"),
        (300, 110, 570, 160, "Requested Flight/Date", "XQ505/23 XQ077/24"),
    ]
    header = ("Pieces RCP", "Gross Weight", "Nature and Quantity of Goods (incl. Dimensions or Volume)", "kg lb", "Commodity")
    goods = [
        ("8", "216.0", "PIPERONAL\nCRYSTALS\nHS CODE 2932.93\nNET WT 200.00 KGS", "K", "Q"),
        ("3", "74.4", "SANDALWOOD OIL\nHS CODE 3301.29\nNET WT 60.00 KGS", "K", "Q"),
    ]
    number = text(450, 50, "020-1234 5675")
    (table,) = read(pdf(number + form(boxes) + stacked(160, goods, header=header)), "m.pdf")
    lines = table.lines.to_pydict()
    assert [said.split("\n")[0] for said in lines["description"]] == ["PIPERONAL", "SANDALWOOD OIL"]
    assert lines["hs_code"] == ["293293", "330129"]
    assert lines["packages"] == [8, 3]
    assert [float(mass) for mass in lines["gross_mass_kg"]] == [216, 74.4]
    assert lines["net_mass_kg"] == [200, 60]
    assert set(lines["bill_of_lading"]) == {"020-1234 5675"}
    assert set(lines["consignor_name"]) == {"WENDELIN AROMATICS LTD"}
    assert set(lines["consignee_name"]) == {"PELLAM COATINGS SA"}
    assert "date" not in lines
