"""Kinds of packages: words of several languages, codes, and what is none or several of them."""

from __future__ import annotations

import pytest

from precursor_screen.text.quantity_words import package_kind, words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DRUM", "drum"),
        ("200 l steel drums", "drum"),
        ("Tambores", "drum"),
        ("FÛTS", "drum"),
        ("БОЧКИ", "drum"),
        ("1A1", "drum"),
        ("jerrycans", "can"),
        ("IBC", "ibc"),
        ("Intermediate Bulk Container", "ibc"),
        ("FLEXITANK", "tank"),
        ("ISO TANK", "tank"),
        ("ctns", "carton"),
        ("BX", "carton"),
        ("25 KG BAGS", "bag"),
        ("Bottle", "bottle"),
        ("DRUMS ON PALLETS", "drum"),
        ("DRUMS AND BAGS", None),
        ("PALLET", None),
        ("CANDY", None),
        ("", None),
    ],
)
def test_kinds(text, kind):
    assert package_kind(text) == kind


def test_only_words_of_units_have_one() -> None:
    assert all((word.unit is not None) is (word.role == "unit") for word in words().values())
