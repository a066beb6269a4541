"""Of two readings of a mass that which its packages and containers can hold."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from precursor_screen.readers.registry import read
from precursor_screen.readers.room import beyond_room


@pytest.mark.parametrize(
    ("kilograms", "packages", "kind", "containers", "found"),
    [
        (60_000_000, None, None, None, (False, False)),
        (60_000_001, None, None, None, (True, False)),
        (32_000, None, None, "MSCU1234566", (False, False)),
        (32_001, None, None, "MSCU1234566", (True, False)),
        (64_000, None, None, "MSCU1234566; MSCU1234571", (False, False)),
        (16_800, 80, "drums", None, (False, True)),
        (80_000, 4, "cartons", None, (True, False)),
        (16_800, 80, "DR", None, (False, True)),
        (16_800, None, "drums", None, (False, False)),
        (16_800, 80, "crates", None, (False, False)),
        (None, 80, "drums", "MSCU1234566", (False, False)),
    ],
)  # fmt: skip
def test_a_mass_is_held_against_what_holds_it(kilograms, packages, kind, containers, found):
    def one(value, of):
        return pa.chunked_array([pa.array([value], of)])

    mass = one(None if kilograms is None else Decimal(kilograms), pa.decimal128(18, 6))
    too_large, too_small = beyond_room(mass, one(packages, pa.int64()), one(kind, pa.string()), one(containers, pa.string()))
    assert (too_large.to_pylist(), too_small.to_pylist()) == ([found[0]], [found[1]])


def masses(text: str, name: str = "net_mass_kg") -> list[tuple[float | None, float | None]]:
    (table,) = read(text.encode(), "m.csv")
    return [
        tuple(None if (v := line.get(field)) is None else float(v) for field in (name, f"ambiguous_{name}"))
        for line in table.lines.to_pylist()
    ]


def test_what_settles_one_cell_settles_it_and_several_settle_the_column():
    one = "Goods;Packages;Kind;Net weight\nwool;80;drums;16,800\ntin;;;2,250\n"
    assert masses(one) == [(16800, None), (None, 2250)]
    two = "Goods;Packages;Kind;Net weight\nwool;80;drums;16,800\nzinc;40;drums;8,100\ntin;;;2,250\n"
    assert masses(two) == [(16800, None), (8100, None), (2250, None)]
    against = "Goods;Packages;Kind;Net weight\nwool;80;drums;16,800\nzinc;40;drums;8,100\nlead;4;cartons;12,250\ntin;;;2,250\n"
    assert masses(against) == [(16800, None), (8100, None), (12.25, None), (None, 2250)]


TONNES = ("18.535", "4.120", "12.250")


@pytest.mark.parametrize("header", ["Weight (t)", "Weight MT", "Weight in tonnes"])
@pytest.mark.parametrize("mark", [".", ","])
def test_a_column_of_tonnes_with_three_places_has_decimals(header, mark):
    rows = "\n".join(f"wool;{cell.replace('.', mark)}" for cell in TONNES)
    assert masses(f"Goods;{header}\n{rows}\n", "gross_mass_kg") == [(18535, None), (4120, None), (12250, None)]


def test_tonnes_are_told_by_a_column_of_units_and_by_the_cell_as_well():
    rows = "\n".join(f"wool,{cell},TNE" for cell in TONNES)
    assert masses(f"Goods,Weight,Unit\n{rows}\n", "gross_mass_kg") == [(18535, None), (4120, None), (12250, None)]
    rows = "\n".join(f"wool,{cell} t" for cell in TONNES)
    assert masses(f"Goods,Weight\n{rows}\n", "gross_mass_kg") == [(18535, None), (4120, None), (12250, None)]


@pytest.mark.parametrize(
    "cells", [('"25,000"', '"30,000"'), ('"25,400"', "850"), ('"25,400"', "1.200")], ids=["a ship's cargo", "beside whole numbers", "two marks"]
)  # fmt: skip
def test_tonnes_that_may_be_thousands_are_not_told_to_have_decimals(cells):
    rows = "\n".join(f"wool,{cell}" for cell in cells)
    assert masses(f"Goods,Weight (t)\n{rows}\n", "gross_mass_kg")[0] != (25400, None)


def test_kilograms_with_three_places_stay_open():
    assert masses("Goods;Net weight kg\nwool;18,535\ntin;4,120\n") == [(None, 18535), (None, 4120)]


@pytest.mark.parametrize(
    ("cell", "kilograms"),
    [
        ("640 kgs in 25 drums", 640),
        ("abt 640 kg", 640),
        ("G.W. 640KGS", 640),
        ("25 drums x 200 kg", 5000),
        ("ca. 12 t", 12000),
        ("KGS 640", 640),
        ("640 кг в 25 бочках", 640),
        ("500-600 kg", None),
        ("200 kg per drum", None),
        ("as per invoice", None),
    ],
)
def test_a_cell_of_a_column_of_masses_may_say_it_in_words(cell, kilograms):
    (table,) = read(f"Goods,Net weight\nwool,{cell}\ntin,7.5\n".encode(), "m.csv")
    (line, _) = table.lines.to_pylist()
    assert line["net_mass_kg"] == kilograms
    assert (kilograms is None) == bool([i for i in table.issues.to_pylist() if i["code"] == "unparsed-mass"])
