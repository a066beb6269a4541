"""Texts, dates and figures of messages (`texts.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from precursor_screen.readers.messages.text import (
    as_date,
    as_number,
    country_of,
    is_full,
    is_mass_unit,
    is_nothing,
    join_fragments,
    joined_otherwise,
    with_unit,
)

with (Path(__file__).parent / "texts.csv").open(encoding="utf-8", newline="") as stream:
    CASES = list(csv.DictReader(stream))


def split(text: str) -> list[str]:
    return text.split("|")


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "date": lambda t: as_date(*split(t)),
    "number": lambda t: as_number(*split(t)),
    "country": country_of,
    "unit": lambda t: with_unit(*split(t)),
    "nothing": is_nothing,
    "mass": is_mass_unit,
    "full": lambda t: is_full("x" * int(t)),
}


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['function']} {c['given']}")
def test_one_text(case: dict[str, str]) -> None:
    assert str(FUNCTIONS[case["function"]](case["given"])) == case["expected"]


def test_a_full_piece_goes_on_without_a_blank() -> None:
    assert join_fragments(["x" * 45, "y"]) == "x" * 45 + "y"
    assert join_fragments(["x" * 44, "y"]) == "x" * 44 + " y"
    assert join_fragments(["x" * 45, " y"]) == "x" * 45 + " y"
    assert join_fragments(["", "x", " ", "y "]) == "x y"
    assert join_fragments(["x" * 45, "y"], apart=True) == "x" * 45 + " y"
    assert join_fragments([]) == ""


def test_release_characters_may_count_as_well() -> None:
    assert is_full("x" * 67 + ":+'")
    assert not is_full("x" * 66 + ":+'")


@pytest.mark.parametrize(
    ("pieces", "reading"),
    [
        (["x" * 45, "y"], "x" * 45 + " y"),
        (["x" * 44, "y"], "x" * 44 + "y"),  # someone's own width
        (["x" * 44, "y" * 44, "z"], "x" * 44 + "y" * 44 + "z"),
        (["x" * 44, "y" * 20, "z"], "x" * 44 + "y" * 20 + " z"),
        (["x" * 20, "y" * 44, "z z"], "x" * 20 + " " + "y" * 44 + "z z"),
        (["x" * 17, "y"], ""),
        (["x" * 43 + " ", "y"], ""),
        (["x" * 44 + ",", "y"], ""),
        (["x" * 45, "(y"], ""),
        (["x" * 45], ""),
    ],
)
def test_two_readings_where_a_full_piece_may_have_ended_with_a_word(pieces: list[str], reading: str) -> None:
    assert joined_otherwise(pieces) == reading
