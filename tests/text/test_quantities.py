"""Where the quantities of a text begin and end, and in what form each is stated; what follows is read by itself."""

from __future__ import annotations

import pytest

from precursor_screen.text.quantities import find_quantities
from precursor_screen.text.quantity_tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "form", "value", "packages", "package"),
    [
        ("50 KG DRUMS 400", "counted", "20000", "400", "drum"),
        ("50 KG DRUMS 999", "counted", "49950", "999", "drum"),
        ("25 KG BAGS X 40", "counted", "1000", "40", "bag"),
        ("800 25KG BAGS", "counted", "20000", "800", "bag"),
        ("20 PALLETS X 40 BAGS X 25 KG", "counted", "20000", "20", "bag"),
        ("5 CTN X 12 X 1 L", "counted", "60", "5", "carton"),
        ("4 X 4 L/CASE", "each", "16", "", "carton"),
        ("10 AMPOULES OF 1 ML PER BOX", "each", "0.01", "", "carton"),
        ("10 X 500 BOXES", "count", "5000", "5000", "carton"),
        ("BAG X 25", "count", "25", "25", "bag"),
        ("2 X 20 FT CONTAINER", "count", "2", "2", "container"),
        ("10 DRUMS", "count", "10", "10", "drum"),
        ("5 MG/ML", "strength", "0.005", "", ""),
        ("400 KG", "plain", "400", "", ""),
    ],
)
@pytest.mark.parametrize("behind", ["", ", ACETONE", "; 7 KG", "; 7 DRUMS"])
def test_a_quantity_ends_where_it_is_said(text: str, form: str, value: str, packages: str, package: str, behind: str) -> None:
    whole = f"GOODS {text}{behind}"
    first = find_quantities(tokens_of(whole))[0]
    assert whole[first.start : first.end] == text
    assert (first.form, f"{first.values[-1].normalize():f}", first.package) == (form, value, package)
    assert ("" if first.packages is None else f"{first.packages:f}") == packages


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("50 KG DRUMS 1000", ["50 KG DRUMS"]),  # a year, or a UN number
        ("50 KG DRUMS 12.5", ["50 KG DRUMS"]),
        ("50 KG DRUM 400", ["50 KG DRUM"]),
        ("50 KG DRUMS 400 BAGS", ["50 KG DRUMS", "400 BAGS"]),
        ("BAG X 25 X 4 KG", ["25 X 4 KG"]),
        ("BAGS X 25 KG", ["25 KG"]),
        ("DRUMS OF 25 KG", ["25 KG"]),
        ("PER DRUM 160 KG", ["160 KG"]),
        ("10 CTN 600 X 600 MM", ["10 CTN"]),
        ("600 X 600 MM PALLET", []),
        ("600 X 600 MM PALLET 5 KG", ["5 KG"]),
        ("2 X 20 FT", []),
        ("3 X 2 X 20FT CONTAINER", []),
        ("3 X 2 X 20FT CONTAINER 5 KG", ["5 KG"]),
        ("20 MT DRUMS", []),  # empty ones
        ("20 MT DRUMS 5 KG", ["5 KG"]),
    ],
)
def test_what_is_no_part_of_a_quantity_stands_apart(text: str, stretches: list[str]) -> None:
    assert [text[q.start : q.end] for q in find_quantities(tokens_of(text))] == stretches
