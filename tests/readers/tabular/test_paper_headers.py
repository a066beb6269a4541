"""Headers of permits that no spelling is known of."""

from __future__ import annotations

import pytest

from precursor_screen.readers.tabular.headers import lookup


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
