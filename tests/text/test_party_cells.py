"""Cells that hold a name and more."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from precursor_screen.text.party_cells import MAY_HOLD_MORE, name_parts, part_address


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
        "Bold Trading Corp No. 123",
        "A",
    ],
)
def test_a_plain_name_stays_whole(cell):
    assert name_parts(cell) == [cell]


@given(st.text(max_size=300))
def test_there_is_always_a_part_and_never_many(cell):
    assert name_parts(cell)[0] == cell
    assert len(name_parts(cell)) <= 8


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
def test_the_pattern_for_whole_columns_finds_all_that_hold_more(cell):
    if name_parts(cell) != [cell]:
        assert pc.match_substring_regex(pa.array([cell]), MAY_HOLD_MORE)[0].as_py()


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("ACME 9 TEL 5", ["ACME 9 TEL 5", "ACME 9 "]),
        ("ACME, 9 ROAD", ["ACME, 9 ROAD", "ACME"]),
        ("ACME, ROAD, 9", ["ACME, ROAD, 9", "ACME", "ACME, ROAD"]),
        ("ACME\nROAD", ["ACME\nROAD", "ACME", "ROAD"]),
        ("ACME\n\n ,; \nROAD 9", ["ACME\n\n ,; \nROAD 9", "ACME", "ACME, ; \nROAD 9"]),
        ("ACME\n9", ["ACME\n9", "ACME"]),
        ("X NOTIFY: ACME", ["X NOTIFY: ACME", "X", "X ", "ACME", " ACME"]),
        ("ACME; ROAD", ["ACME; ROAD"]),
        ("A" * 200 + "\nB", ["A" * 200 + "\nB", "A" * 200, "B"]),
        ("A" * 201 + "\nB", ["A" * 201 + "\nB", "B"]),
        ("\n".join("ABCDEFG"), ["\n".join("ABCDEFG"), *"ABCDEFG"]),
        ("\n".join("ABCDEFGH"), ["\n".join("ABCDEFGH"), *"ABCDEFG"]),
        (" : ", [" : "]),
        ("ZORVAN MIRAGE CO LTD DUNE ROAD SANDTOWN", ["ZORVAN MIRAGE CO LTD DUNE ROAD SANDTOWN", "ZORVAN MIRAGE CO LTD"]),
        ("ZORVAN MIRAGE APS DUNEVEJ 9 DK-6000", ["ZORVAN MIRAGE APS DUNEVEJ 9 DK-6000", "ZORVAN MIRAGE APS"]),
        ("ZORVAN MIRAGE 12 DUNE ROAD", ["ZORVAN MIRAGE 12 DUNE ROAD", "ZORVAN MIRAGE"]),
        ("AL NOOR 2 TRADING", ["AL NOOR 2 TRADING"]),
        ("EASTERN TRADING COMPANY OF ZORVAN MIRAGE", ["EASTERN TRADING COMPANY OF ZORVAN MIRAGE"]),
        ("ZORVAN MIRAGE LLC SANDTOWN GERMANY", ["ZORVAN MIRAGE LLC SANDTOWN GERMANY", "ZORVAN MIRAGE LLC"]),
        ("ZORVAN MIRAGE LLC SANDTOWN DEU", ["ZORVAN MIRAGE LLC SANDTOWN DEU"]),
        ("ZORVAN MIRAGE VAT DE318460277", ["ZORVAN MIRAGE VAT DE318460277", "ZORVAN MIRAGE "]),
        ("ZORVAN MIRAGE 4829103345", ["ZORVAN MIRAGE 4829103345", "ZORVAN MIRAGE"]),
        ("ZORVAN 482910", ["ZORVAN 482910"]),
        ("ZORVAN MIRAGE Dubai Branch", ["ZORVAN MIRAGE Dubai Branch", "ZORVAN MIRAGE"]),
        ("ZORVAN (Shanghai Branch)", ["ZORVAN (Shanghai Branch)", "ZORVAN"]),
        ("ZORVAN, Germany Office", ["ZORVAN, Germany Office", "ZORVAN"]),
        ("ZORVAN, Botswana Office", ["ZORVAN, Botswana Office", "ZORVAN"]),
        ("ZORVAN Mirage Branch", ["ZORVAN Mirage Branch"]),
        ("ZORVAN DUBAI BRANCH LTD", ["ZORVAN DUBAI BRANCH LTD"]),
        ("ZORVAN MIRAGE IMO 9074729", ["ZORVAN MIRAGE IMO 9074729", "ZORVAN MIRAGE "]),
        ("ZORVAN MIRAGE\n3RD FLOOR", ["ZORVAN MIRAGE\n3RD FLOOR", "ZORVAN MIRAGE"]),
    ],
)
def test_the_parts_of_a_cell_and_their_order(cell, parts):
    assert name_parts(cell) == parts


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
