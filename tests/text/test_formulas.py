"""Molar masses, and how much of a salt is the base."""

from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.text.chemical import base_share, molar_mass

EPHEDRINE = "C10H15NO"


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


@pytest.mark.parametrize(
    ("name", "share"),
    [
        # Molar masses of the European Pharmacopoeia: ephedrine hydrochloride 201.7 of 165.2, its sulphate (2:1) 428.5.
        ("ephedrine hydrochloride", "0.819"),
        ("EPHEDRINE-HCL", "0.819"),
        ("盐酸麻黄碱", "0.819"),
        ("эфедрина гидрохлорид", "0.819"),
        ("ephedrine sulfate", "0.771"),
        ("ephedrine hydrogen sulfate", "0.628"),
        ("ephedrine hydrochloride monohydrate", "0.752"),
        ("ephedrine", "1.000"),
        ("ephedrine hclx", "1.000"),
        ("sulfated", "1.000"),
    ],
)
def test_the_share_of_the_base(name, share):
    found = base_share(EPHEDRINE, name)
    assert found is not None
    assert round(found, 3) == Decimal(share)


@pytest.mark.parametrize(
    ("formula", "name"), [("", "x hydrochloride"), ("Zz9", "x hcl"), (EPHEDRINE, "hydrochloride and sulfate")]
)
def test_what_is_not_known_has_none(formula, name):
    assert base_share(formula, name) is None


def test_ergotamine_tartrate_holds_two_of_the_base():
    assert round(base_share("C33H35N5O5", "ergotamine tartrate"), 3) == Decimal("0.886")  # 1313 grams a mole hold 2 x 581.7
