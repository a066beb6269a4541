"""Headers of permits that no spelling is known of."""

from __future__ import annotations

import pytest

from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.assign import lookup


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Permit / Licence ref.",
            "License No. / License Exemption",
            "Authority permit",
            "Genehmigung Nr.",
            "N.º de autorización",
        ),
        *("N° de déclaration / autorisation", "Vergunning", "Разрешение №"),
    ],
)
def test_a_column_of_permits(header):
    assert lookup(header)[0] == "permit_reference"


@pytest.mark.parametrize(
    "header",
    ["Permit date", "Licence type", "Permit holder", "Permit quantity kg", "Permit required", "Country of permit", "Permitted"],
)
def test_what_is_said_of_a_permit_is_not_its_number(header):
    assert lookup(header)[0] != "permit_reference"


KNOWN = (("permit_reference", frozenset(("EX2517", "EX2518", "EX2519"))),)
GOODS = "ACETONE"


@pytest.mark.parametrize(
    ("cells", "taken"),
    [
        (["EX/25/17", "EX/25/18", "EX-25-19", "EX/25/99"], "permit_reference"),
        (["EX/25/17", "EX/25/18", "EX/25/98", "EX/25/99"], None),  # two prove nothing
        ([*("EX/25/17", "EX/25/18", "EX/25/19"), *(f"REF {n}" for n in range(9))], None),  # nor a few among many
    ],
)
def test_a_column_of_numbers_that_a_register_knows(cells, taken):
    text = "\n".join(["Description,Beilage", *(f"{GOODS},{cell}" for cell in cells)])
    found = read(text.encode(), "m.csv", ReadOptions(papers=KNOWN))[0]
    assert dict(found.input.mapping).get("Beilage") == taken
    assert "Beilage" not in dict(read(text.encode(), "m.csv", ReadOptions())[0].input.mapping)


def test_a_column_of_its_own_goes_first():
    text = "\n".join(["Description,Permit No,Beilage", *(f"{GOODS},A{n},EX/25/{n}" for n in (17, 18, 19))])
    found = dict(read(text.encode(), "m.csv", ReadOptions(papers=KNOWN))[0].input.mapping)
    assert (found["Permit No"], found.get("Beilage")) == ("permit_reference", None)
