from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.numbers import decide, parse_number, read_figure, read_numeral, readings_agree, weigh_marks

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


@pytest.mark.parametrize(
    ("figure", "readings", "open_mark", "foreign_readings", "foreign_open_mark"),
    [
        ("1250", ["1250"], False, ["1250"], False),
        ("1,250", ["1250"], False, ["1.250", "1250"], True),  # a comma before three places parts thousands in English
        ("1.250", ["1.250", "1250"], True, ["1250"], True),
        ("1,25", ["1.25"], False, ["1.25"], False),
        ("0,500", ["0.500"], False, ["0.500"], False),  # no thousands begin with nought
        ("00,250", ["0.250"], False, ["0.250"], False),
        ("1234,567", ["1234.567"], False, ["1234.567"], False),  # nor with four figures
        ("1,250.50", ["1250.50"], False, ["1250.50"], False),
        ("1.250,50", ["1250.50"], False, ["1250.50"], False),
        ("1.250.000,5", ["1250000.5"], False, ["1250000.5"], False),
        ("1,250,50", [], False, [], False),
        ("1.25.000", [], False, [], False),
        ("12,34,567", ["1234567"], False, ["1234567"], False),  # lakh
        ("5 200", ["200", "5200"], True, ["5200"], False),  # five of 200
        ("1 250,5", ["1250.5"], False, ["1250.5"], False),  # with the comma blanks part thousands
        ("1 250.5", ["250.5", "1250.5"], True, ["1250.5"], False),
        ("20 000", ["20000"], False, ["20000"], False),
        ("000 200", ["200"], True, ["200"], False),
        ("1 250 000", ["1250000"], False, ["1250000"], False),
        ("1'250.5", ["1250.5"], False, ["1250.5"], False),
        ("1" * 24, ["1" * 24], False, ["1" * 24], False),
        ("1" * 25, [], False, [], False),
    ],
)
def test_what_a_figure_in_a_text_may_be(
    figure: str, readings: list[str], open_mark: bool, foreign_readings: list[str], foreign_open_mark: bool
) -> None:
    for foreign, expected in ((False, (readings, open_mark)), (True, (foreign_readings, foreign_open_mark))):
        values, is_open = read_figure(figure, foreign)
        assert (list(dict.fromkeys(map(str, values))), is_open) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("二〇", 20),
            ("百", 100),
            ("一百二十", 120),
            ("三百零五", 305),
            ("两", 2),
            ("兩", 2),
        ),
        *(
            ("千五百", 1_500),
            ("三千五百", 3_500),
            ("二万", 20_000),
            ("二萬三千", 23_000),
            ("十万五千", 105_000),
            ("二十万", 200_000),
        ),
    ],
)
def test_chinese_numerals(text: str, number: int) -> None:
    assert read_numeral(text) == number


@pytest.mark.parametrize(
    ("values", "agree"),
    [((), True), (("5",), True), (("100", "102"), True), (("100", "102.01"), False), (("2", "1", "2"), False)],
)
def test_readings_agree_within_two_per_cent(values: tuple[str, ...], agree: bool) -> None:
    assert readings_agree([Decimal(v) for v in values]) is agree


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


@pytest.mark.parametrize(
    ("text", "number"), [("200\n410", None), ("200\r\n410", None), ("200 410", 200410), ("500\nkg", 500), ("\n500 ", 500)]
)
def test_a_break_of_lines_parts_two_numbers(text: str, number: int | None) -> None:
    found = parse_number(text)
    assert (found and found.value) == number
