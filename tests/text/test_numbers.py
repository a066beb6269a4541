from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.numbers import decide, parse_number, weigh_marks

CASES = list(csv.DictReader((Path(__file__).parents[1] / "judgements/numbers_parse.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["why"])
def test_a_cell_is_read_as_its_column_writes_numbers(case: dict[str, str]) -> None:
    number = parse_number(case["text"], case["mark"])
    if not case["value"]:
        assert number is None
    else:
        assert number is not None
        assert (number.value, number.unit) == (Decimal(case["value"]), case["unit"])


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.234,56", "7"], ","),
        (["1,234.56", "7"], "."),
        (["12.5"], "."),
        (["12,5"], ","),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["0,125"], ","),
        (["1,234", "1.234"], ""),
        (["7", "1 000"], ""),
        (["1,5", "2,5", "3.75"], ","),
    ],
)
def test_a_column_decides_its_decimal_mark_by_what_can_only_be_one(texts: list[str], mark: str) -> None:
    assert decide(weigh_marks(texts)) == mark


def test_evidence_adds_up() -> None:
    assert decide(weigh_marks(["1.5"]) + weigh_marks(["1,5"] * 3)) == ","
    assert decide(weigh_marks(["1.5", "1,5"])) == ""


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4, allow_nan=False))
def test_plain_decimals_are_read_exactly(value: Decimal) -> None:
    number = parse_number(format(value, "f"))
    assert number is not None
    assert number.value == value


@given(st.integers(min_value=0, max_value=10**11), st.integers(min_value=0, max_value=99))
def test_the_two_conventions_mirror_each_other(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02d}"
    continental = english.translate(str.maketrans(",.", ".,"))
    assert parse_number(english, ".") == parse_number(continental, ",")


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_is_not(text: str) -> None:
    for mark in ".,":
        number = parse_number(text, mark)
        assert number is None or abs(number.value) < 10**12
