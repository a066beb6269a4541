"""Kinds of packages: words of several languages, codes, and what is none or several of them."""

from __future__ import annotations

import pytest

from precursor_screen.text.quantity_words import counted, package_kind, words


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


@pytest.mark.parametrize(
    ("text", "packages", "goods"),
    [
        ("20 drums of acetone", "20 drums", "acetone"),
        ("20 beczek ACETON TECHNICZNY", "20 beczek", "ACETON TECHNICZNY"),
        ("4 δεξαμενές IBC υδροχλωρικό οξύ", "4 δεξαμενές IBC", "υδροχλωρικό οξύ"),
        ("1.200 steel drums wool, raw", "1.200 steel drums", "wool, raw"),
        ("12 pallets bags rice", "12 pallets", "bags rice"),  # of the second kind none is told to be one
        ("10 cartons bottles", "10 cartons", "bottles"),
        ("5 drums of", "5 drums", "of"),
        ("80 boxes\nUN 1090, ACETONE", "80 boxes", "UN 1090, ACETONE"),
        ("64 plastics jerricans (3H1)\nacid", "64 plastics jerricans (3H1)", "acid"),
        ("20 drums UN acetone", "", "20 drums UN acetone"),
        ("64 grey things (3X1) acid", "", "64 grey things (3X1) acid"),
        *[
            (text, "", text)
            for text in (
                *(
                    "200 L drums",
                    "25 kg bags of rice",
                    "12 drums",
                    "20 drums 200 L acetone",
                    "20 bags kg",
                    "acetone, 20 drums",
                    "",
                ),
                *(
                    "30 tablets aspirin",
                    "5 pcs pumps",
                    "2 containers rice",
                    "20drums acetone",
                    "1234567 bags rice",
                    "2 drumsticks of wood",
                ),
            )
        ],
    ],
)
def test_packages_before_the_goods(text, packages, goods):
    assert counted(text) == (packages, goods)
