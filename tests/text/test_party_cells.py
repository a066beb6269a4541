"""Cells that hold a name and more."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from precursor_screen.text.party_addresses import part_address
from precursor_screen.text.party_cells import PartyCell, party_key, read_cell
from precursor_screen.text.party_name_parts import name_parts


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("INVENTED CHEMIE GMBH, ERLENWEG 9, 04711 MUSTERAU", "INVENTED CHEMIE GMBH"),
        ("INVENTED CHEMICAL CO., LTD., 9 LOTUS ROAD, MINGBEI", "INVENTED CHEMICAL CO., LTD."),
        ("INVENTED CHEMIE GMBH\nERLENWEG 9\n04711 MUSTERAU", "INVENTED CHEMIE GMBH"),
        ("INVENTED CHEMIE GMBH TEL: +49 30 123456", "INVENTED CHEMIE GMBH "),
        ("INVENTED CHEMIE GMBH / ERLENWEG 9, MUSTERAU", "INVENTED CHEMIE GMBH"),
        ("INVENTED CHEMIE GMBH TAX ID 12345", "INVENTED CHEMIE GMBH "),
        ("TO ORDER OF FIRST BANK\nNOTIFY: INVENTED CHEMIE GMBH", "INVENTED CHEMIE GMBH"),
    ],
)
def test_the_name_is_among_the_parts(cell, name):
    assert name.strip() in [p.strip() for p in name_parts(cell)]
    assert name_parts(cell)[0] == cell


@pytest.mark.parametrize(
    "cell",
    [
        "Acme / Bold Trading",
        "SURNAME, Given",
        "Invented Chemical Co., Ltd.",
        "Acme 9 Ltd",
        "Bold Trading Corp No. 2",
        "AL NOOR 2 TRADING",
        "EASTERN TRADING COMPANY OF ZORVAN MIRAGE",
        "ZORVAN DUBAI BRANCH LTD",
        "ZORVAN MIRAGE LLC SANDTOWN DEU",
        "ACME; ROAD",
        "A",
    ],
)
def test_a_plain_name_stays_whole(cell):
    assert read_cell(cell) == PartyCell(cell)
    assert name_parts(cell)[0] == cell


@given(st.text(max_size=300))
def test_there_is_always_a_part_and_never_many(cell):
    assert name_parts(cell)[0] == cell
    assert len(name_parts(cell)) <= 14


LABELS = [
    "Tel",
    "TELEPHONE:",
    "fax.",
    "e-mail",
    "Tax ID",
    "VAT no",
    "eori",
    "attn",
    "zip",
    ",",
    "9",
    "\n",
    ":",
    ";",
    " ",
    "Zorvan",
    "notify party;",
]


@given(st.lists(st.sampled_from(LABELS), max_size=8).map("".join) | st.text(st.characters(max_codepoint=127), max_size=60))
@example("A, 9")
@example("9\x0b,")
def test_the_name_of_the_one_reading_is_among_the_parts(cell):
    name = read_cell(cell).name
    assert name == cell or name.strip(" ,;:/|-–—\t\r\n") in (p.strip(" ,;:/|-–—\t\r\n") for p in name_parts(cell))
    assert read_cell(name_parts(cell)[0]) == read_cell(cell)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("ACME 9 TEL 5", ["ACME 9 TEL 5", "ACME 9"]),
        ("X NOTIFY: ACME", ["X NOTIFY: ACME", "X", "ACME"]),
        ("ACME; ROAD", ["ACME; ROAD", "ACME", "ACME, ROAD"]),
        ("A" * 201 + "\nB", ["A" * 201 + "\nB", "B"]),
        (" : ", [" : "]),
        ("AL NOOR 2 TRADING", ["AL NOOR 2 TRADING", "AL NOOR"]),
        ("Acme / Bold Trading", ["Acme / Bold Trading", "Acme", "Acme, Bold Trading", "Bold Trading"]),
        ("ZORVAN MIRAGE LLC SANDTOWN DEU", ["ZORVAN MIRAGE LLC SANDTOWN DEU"]),
        ("ZORVAN, Germany Office", ["ZORVAN, Germany Office", "ZORVAN", "Germany Office"]),
        # A person with the surname first is no firm of one word in a town.
        ("ZORVAN, Quillon", ["ZORVAN, Quillon"]),
        ("Zorvan, Ahmed Ali", ["Zorvan, Ahmed Ali"]),
        ("Zorvan, Quillon", ["Zorvan, Quillon", "Zorvan"]),
        ("ZORVAN, Dubai", ["ZORVAN, Dubai", "ZORVAN"]),
        ("ZORVAN MIRAGE, Ahmed", ["ZORVAN MIRAGE, Ahmed", "ZORVAN MIRAGE"]),
    ],
)
def test_the_parts_of_a_cell_and_their_order(cell, parts):
    assert name_parts(cell) == parts


READINGS = [
    ("SHPR: ZORVAN MIRAGE LLC", "ZORVAN MIRAGE LLC", "consignor", ""),
    ("CONSIGNEE - ZORVAN MIRAGE LLC", "ZORVAN MIRAGE LLC", "consignee", ""),
    ("FAO ZORVAN MIRAGE LLC", "ZORVAN MIRAGE LLC", "contact", ""),
    *((f"ZORVAN MIRAGE LLC{sign}LIMA{sign}PERU", "ZORVAN MIRAGE LLC", "", "PE") for sign in (", ", "; ", " - ", " / ")),
    ("ZORVAN MIRAGE LLC (LIMA, PERU)", "ZORVAN MIRAGE LLC", "", "PE"),
    ("ZORVAN MIRAGE LLC SANDTOWN GERMANY", "ZORVAN MIRAGE LLC", "", "DE"),
    ("ZORVAN MIRAGE LLC RUC 20481930275, LIMA, PERU", "ZORVAN MIRAGE LLC", "", "PE"),
    *(
        (cell, "ZORVAN MIRAGE", "", "")
        for cell in ("[ID 5567] ZORVAN MIRAGE", "ZORVAN MIRAGE (CUST 00482)", "ZORVAN MIRAGE /ACC 77120")
    ),
    *((cell, "ZORVAN MIRAGE", "", "") for cell in ("ZORVAN MIRAGE HEAD OFFICE", "ZORVAN MIRAGE BR", "ZORVAN MIRAGE WAREHOUSE 4")),
    *(
        (f"ZORVAN MIRAGE {more}", "ZORVAN MIRAGE", "", "")
        for more in ("VAT DE318460277", "IMO 9074729", "4829103345", "12 DUNE ROAD")
    ),
    ("ZORVAN MIRAGE\n3RD FLOOR", "ZORVAN MIRAGE", "", ""),
    ("ZORVAN MIRAGE Dubai Branch", "ZORVAN MIRAGE", "", ""),
    ("ZORVAN (Shanghai Branch)", "ZORVAN", "", ""),
    ("ZORVAN MIRAGE APS DUNEVEJ 9 DK-6000", "ZORVAN MIRAGE APS", "", ""),
]


@pytest.mark.parametrize(("cell", "name", "role", "country"), READINGS)
def test_one_reading_of_a_cell(cell, name, role, country):
    found = read_cell(cell)
    assert (found.name, found.role, found.country) == (name, role, country)
    assert party_key(cell) == party_key(name)
    assert name in name_parts(cell)


@pytest.mark.parametrize(
    ("cell", "name", "address"),
    [
        ("Corvane Chemicals BV\n4 Quay Street\nPort Almery", "Corvane Chemicals BV", "4 Quay Street, Port Almery"),
        ("Tessaly Industrial Supplies\nLLC\nP.O. Box 400\nZandara", "Tessaly Industrial Supplies LLC", "P.O. Box 400, Zandara"),
        ("Blauental Technik GmbH\nAm Kanal 17", "Blauental Technik GmbH", "Am Kanal 17"),
        ("Acme Trading Ltd\nMill Road", "Acme Trading Ltd", "Mill Road"),
        ("Acme Trading Ltd\nGermany", "Acme Trading Ltd", "Germany"),
        ("Yellowmere Farms\nP.O. Box 404\nZandara", "Yellowmere Farms", "P.O. Box 404, Zandara"),
        # A wrapped name stays whole.
        *((cell, cell, "") for cell in ("Tessaly Industrial Supplies\nLLC", "Okemah\nTrading\nFZE", "Studio\n54 Records\nOtterville")),
        *((cell, cell, "") for cell in ("Studio Group\n54 Records", "New Silk\nRoad Trading", "National Bank of\nIndia", "Acme")),
        *((cell, cell, "") for cell in ("Pharma House\nIndia Private Limited", "Al Noor Group\n2 Trading LLC\nx")),
        ("Acme Trading Ltd\nThe Old Mill\nOtterville", "Acme Trading Ltd\nThe Old Mill\nOtterville", ""),
    ],
)  # fmt: skip
def test_a_name_ends_where_its_address_begins(cell, name, address):
    assert part_address(cell) == (name, address)
