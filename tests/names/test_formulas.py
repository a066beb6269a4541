from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.names.formulas import molar_mass


@pytest.mark.parametrize(
    ("formula", "mass"),
    [
        ("HCl", "36.458"),
        ("H2O4S", "98.072"),
        ("KMnO4", "158.032"),
        ("C10H15NO", "165.236"),
        ("", None),
        ("Xx2", None),
        ("(CH3)2", None),
    ],
)
def test_molar_masses(formula, mass):
    assert molar_mass(formula) == (Decimal(mass) if mass else None)
