"""Goods in running text: columns, labels with values item by item, entries of lists; words that are none of these stay words."""

from __future__ import annotations

import pytest

from precursor_screen.readers.tabular.letters import goods_in, paired


def goods(text: str):
    return goods_in([(line,) for line in text.splitlines()], "m", "e-mail")


ITEMS = """Dear all,
Shipper: Acme Ltd

Item: 1
Goods: raw wool
HS code: 510111
Net weight: 100 kg

Item: 2
Goods: tin
HS code: 800110
Net weight: 30 kg

Total net weight: 130 kg
Regards"""


def test_labels_with_values_are_items_and_sums_below_them_are_none():
    found = goods(ITEMS)
    assert found.sheet.head == (
        ("Item", "Goods", "HS code", "Net weight"),
        ("1", "raw wool", "510111", "100 kg"),
        ("2", "tin", "800110", "30 kg"),
    )
    assert found.sheet.above == (("Dear all,",), ("Shipper", "Acme Ltd"))
    assert found.used == {3, 4, 5, 6, 8, 9, 10, 11}
    assert found.sheet.read(0, 4).rows.to_pylist() == [4, 9]


@pytest.mark.parametrize(
    "text", ["Goods: raw wool\nfor Acme Ltd", "Goods: see the list attached\nVessel: Aurora", "Dear all", ""]
)
def test_a_label_of_goods_alone_is_no_item(text):
    assert goods(text) is None


def test_one_item_in_one_line_and_the_sum_below_it():
    found = goods("- Goods: wool, HS: 510111, net: 5 kg\n\nTotal net: 5 kg")
    assert found.sheet.head == (("Goods", "HS", "net"), ("wool", "510111", "5 kg"))
    assert found.used == {0}


@pytest.mark.parametrize(
    ("lines", "head"),
    [
        (
            ("• wool, raw – code 510111 – 8 bales – net 158,00 kg", "• tin – code 800110 – 1 box – net 12,50 kg"),
            (("Description of goods", "HS code", "Packages", "net"), ("wool, raw", "510111", "8 bales", "158,00 kg"), ("tin", "800110", "1 box", "12,50 kg")),
        ),
        (
            ("1. wool, raw, HS 510111, 8 bales, 158 kg net", "2) tin, HS 800110, 12.5 kg net"),
            (("Description of goods", "HS", "Packages", "kg net"), ("wool, raw", "510111", "8 bales", "158"), ("tin", "800110", "", "12.5")),
        ),
        (
            ("wool – HS 510111 – 5 kg net / 6 kg gross", "tin – HS 800110 – 7 kg net / 8 kg gross"),
            (("Description of goods", "HS", "kg net", "kg gross"), ("wool", "510111", "5", "6"), ("tin", "800110", "7", "8")),
        ),
        (
            ("Item 1: wool – net 5 kg – gross 6 kg", "Item 2: tin: 2 boxes – net 7 kg – gross 8 kg"),
            (("Description of goods", "net", "gross", "Packages"), ("wool", "5 kg", "6 kg", ""), ("tin", "7 kg", "8 kg", "2 boxes")),
        ),
        (
            ("wool; raw; net 5 kg; gross 6 kg", "tin; net 7 kg; gross 8 kg"),
            (("Description of goods", "net", "gross"), ("wool; raw", "5 kg", "6 kg"), ("tin", "7 kg", "8 kg")),
        ),
        (
            ("- wool that was shorn by hand in the spring – net 5", "  kg – gross 6 kg", "", "- tin – net 7 kg – gross 8 kg"),
            (("Description of goods", "net", "gross"), ("wool that was shorn by hand in the spring", "5 kg", "6 kg"), ("tin", "7 kg", "8 kg")),
        ),
    ],
)  # fmt: skip
def test_entries_of_parts_between_the_same_signs_are_goods(lines, head):
    found = goods("\n".join(["Dear all,", *lines, "", "Regards"]))
    assert found.sheet.head == head
    assert found.used == {at + 1 for at, line in enumerate(lines) if line}


@pytest.mark.parametrize(
    "text",
    [
        "• wool – code 510111 – net 158 kg",  # one is no list
        "• wool – code 510111 – net 158 kg\nand by the way\n• tin – code 800110 – net 12 kg",
        "• wool – 8 bales – soon\n• tin – 1 box – soon",  # neither a code nor a mass
        "• wool – net 158 kg\n• tin – net 5 kg",  # too few parts
        "• 8 – code 510111 – net 158 kg\n• 9 – code 800110 – net 12 kg",
    ],
)
def test_other_entries_stay_words(text):
    assert goods(text) is None


def test_a_table_of_columns_is_read_as_a_text_file_is():
    found = goods("Dear all,\nConsignee: Birch Ltd\n\nGoods;HS code;Net kg\nwool;510111;5\ntin;800110;7\n\nRegards; Ann")
    assert found.sheet.head == (("Goods", "HS code", "Net kg"), ("wool", "510111", "5"), ("tin", "800110", "7"))
    assert found.sheet.above == (("Dear all,",), ("Consignee", "Birch Ltd"))
    assert found.used == {3, 4, 5}


def test_rules_between_the_rows_of_a_table_are_none():
    found = goods("| Goods | HS code | Net kg |\n|---|---|---|\n| wool | 510111 | 5 |")
    assert [cell for cell in found.sheet.head[1] if cell.strip()] == []
    assert found.sheet.read(1, 5).rows.to_pylist() == [2, 3]


def test_labels_and_values_that_take_turns_stand_side_by_side():
    lines = [("Shipper",), ("Acme Ltd",), ("Date",), ("2025-11-05",), ("Vessel",), ("Date",), ("x",)]
    assert paired(lines) == (("Shipper", "Acme Ltd"), ("Date", "2025-11-05"), ("Vessel",), ("Date",), ("x",))


@pytest.mark.parametrize(("length", "goes_on"), [(60, True), (59, False)])
def test_a_full_line_goes_on_in_the_next_one(length, goes_on):
    first = "- wool, HS 510111, net 5"
    found = goods(f"{first.replace('wool', 'wool'.ljust(4 + length - len(first), 'x'))}\nkg\n\n- tin, HS 800110, net 7 kg")
    assert (found is not None) is goes_on  # else it parts the entries


NUMBERED = """POS 1  WOOL
HS code: 510111   Net weight: 5 kg
------
POS 2  TIN
       IN BARS
HS code: 800110   Net weight: 7 kg
CARRIED FORWARD   Net weight: 12 kg
ACME STORES   PAGE 2
IN ALL            Net weight: 12 kg
POS 3  LEAD
HS code: 780110   Net weight: 9 kg
TOTAL   Net weight: 21 kg"""


def test_a_number_and_a_name_head_each_block_of_labels_and_sums_carried_over_are_of_none():
    found = goods(NUMBERED)
    assert found.sheet.head == (
        ("Item number", "Description of goods", "HS code", "Net weight"),
        ("1", "WOOL", "510111", "5 kg"),
        ("2", "TIN IN BARS", "800110", "7 kg"),
        ("3", "LEAD", "780110", "9 kg"),
    )


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"POS 3": "POS 4"}, ["POS 1  WOOL", "IN BARS", "POS 4  LEAD"]),  # one is missing
        ({"POS 2": "BOX 2"}, ["POS 1  WOOL", "IN BARS", "POS 3  LEAD"]),
        ({"POS ": ""}, ["WOOL", "TIN IN BARS", "LEAD"]),
        ({"POS 1  ": "POS 1 "}, ["POS 1 WOOL", "IN BARS", "POS 3  LEAD"]),
        ({"       IN BARS": "in\nbars\nof any length"}, ["POS 1  WOOL", "of any length", "POS 3  LEAD"]),
    ],
)
def test_numbers_that_do_not_count_are_of_the_name(change, names):
    text = NUMBERED
    for before, after in change.items():
        text = text.replace(before, after)
    head = goods(text).sheet.head
    assert [row[head[0].index("Description of goods")] for row in head[1:]] == names


def test_a_sum_in_the_form_of_an_entry_is_none():
    found = goods(
        "- 20 drums acetone, net 5 kg, gross 6 kg\n- 4 bags tin, net 7 kg, gross 8 kg\nTotal: 24 packages, net 12 kg, gross 14 kg"
    )
    assert [row[0] for row in found.sheet.head[1:]] == ["20 drums acetone", "4 bags tin"]


@pytest.mark.parametrize("net", ["as agreed", "5 kg"])
def test_a_block_of_labels_without_a_figure_of_goods_is_none(net):
    assert (goods(f"Goods: wool\nNet weight: {net}") is not None) is (net != "as agreed")


def test_words_before_a_label_that_is_not_of_a_sum_are_none_of_its_line():
    assert goods(f"Acme Stores   Vessel: Aurora\n\n{NUMBERED}").sheet.above == (("Vessel", "Aurora"),)


def test_points_lead_from_a_label_to_what_it_says():
    found = goods(f"Shipper ....... : Acme Ltd\nConsignee...... Birch Ltd\nDear all ... wool\n\n{NUMBERED}")
    assert found.sheet.above == (("Shipper", "Acme Ltd"), ("Consignee", "Birch Ltd"), ("Dear all ... wool",))


def test_a_long_text_is_no_letter(monkeypatch):
    for most, is_letter in ((len(ITEMS.splitlines()), True), (len(ITEMS.splitlines()) - 1, False)):
        monkeypatch.setattr("precursor_screen.readers.tabular.letters._MOST_LINES", most)
        assert (goods(ITEMS) is not None) is is_letter


FACTS = """Shipper: Acme Ltd
What we load:
1. Raw wool
HS code 5101110000
18 bags of 160 kg
net 2 880 kg, gross 3 132 kg
country of origin Poland

2. Tin
HS code 8001100000
quantity 4 boxes
100 kg net / 106.4 kg gross
country of origin: Germany
Total 22 packages, net 2 980 kg"""
STATED = [
    {
        "Description of goods": "Raw wool",
        "HS code": "5101110000",
        "Packages": "18 bags",
        "Content of each": "18 bags of 160 kg",
        "country of origin": "Poland",
    },
    {"Description of goods": "Tin", "HS code": "8001100000", "Packages": "4 boxes", "country of origin": "Germany"},
]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"HS code ": "HS code: "},  # some facts behind a mark, others not
        {"1. ": "", "2. ": "", "What we load:\n": "What we load:\n\n"},
        {"1. ": "• ", "2. ": "• ", "HS code 5101110000\n": "", "HS code 8001100000\n": ""},
    ],
)
def test_lines_below_the_name_of_goods_state_facts_of_them(change):
    text = FACTS
    for before, after in change.items():
        text = text.replace(before, after)
    found = goods(text)
    read = [{label: cell for label, cell in zip(found.sheet.head[0], row, strict=True) if cell} for row in found.sheet.head[1:]]
    stated = [{label: value for label, value in one.items() if label != "HS code" or "HS" in text} for one in STATED]
    assert [{label: one.get(label) for label in said} for one, said in zip(read, stated, strict=True)] == stated
    assert [{"2 880 kg", "3 132 kg"} <= {*read[0].values()}, {"100", "106.4"} <= {*read[1].values()}] == [True, True]
    assert found.sheet.below == (("Total 22 packages, net 2 980 kg",),)


def test_facts_in_cells_that_tabs_part_are_of_the_numbered_goods_above():
    rows = [
        ("Shipper:", "Acme Ltd"),
        ("1.", "Raw wool"),
        ("", "HS code 5101.11", "20 bags"),
        ("", "net 400 kg", "origin China"),
        ("2.", "Lead"),
        ("", "net 7 kg"),
    ]
    found = goods_in(rows, "m", "DOCX")
    assert found.sheet.head[1:] == (("1", "Raw wool", "5101.11", "20 bags", "400 kg", "China"), ("2", "Lead", "", "", "7 kg", ""))


@pytest.mark.parametrize(("code", "is_goods"), [("", False), ("HS code 510111\n", True)])
def test_a_sentence_above_a_mass_is_not_goods(code, is_goods):
    text = f"The lorry comes with\n{code}18 bags\nnet 2880 kg\n\nPlease call.\n{code}net 300 kg"
    assert (goods(text) is not None) is is_goods


def test_an_entry_that_goes_on_in_a_line_of_facts_is_one_of_a_list():
    found = goods("1. wool, HS 510111, 8 bales,\n   net 5 kg, gross 6 kg\n2. tin, HS 800110, 1 box,\n   net 7 kg, gross 8 kg")
    assert [row[0] for row in found.sheet.head[1:]] == ["wool", "tin"]
