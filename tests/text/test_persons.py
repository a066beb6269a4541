"""Private persons by their names: said, told by the shape, or neither."""

from __future__ import annotations

import pytest

from precursor_screen.text.party_trades import person


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Mr Thomas Alder", "said"),
        ("Frau Helga Brunn", "said"),
        ("Osoba prywatna O. Hollar", "said"),
        ("Физическое лицо Петров", "said"),
        ("B. Alder", "shape"),
        ("ALDER, B.", "shape"),
        ("Juan Robledo", "shape"),
        ("Robledo, Juan", "shape"),
        ("María Robledo Espino", "shape"),
        ("Сергей Ольхов", "shape"),
        ("Juan Maria Robledo Espino", "shape"),
        ("Juan Lee", "shape"),
    ],
)
def test_a_private_person(name, told):
    assert person(name) == told


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Rill",
        "Juan",  # one name alone
        "Herr",
        "Maria Fashion SA",
        "Hans Brunn Chemie",
        "Mr Alder Ltd",
        "Peter Holm Holding",
        "Alder & Birch",
        "Juan 24",
        "A. Holm Inc",
        "Okemadu Textile Mills Limited",
        "St. James Trading",
        "Mary John",  # two given names
        "Juan Maria Robledo Espino Brunn",  # five words
        "Juan Li",  # two letters may be anything
    ],
)
def test_a_name_that_is_no_private_person_s(name):
    assert person(name) == ""
