"""Numbers of parties and ships: what of a cell is one, and which are long enough to be one party's."""

from __future__ import annotations

import pytest

from precursor_screen.names.identifiers import imo_numbers_in, numbers_in, plain_number, tells_apart


@pytest.mark.parametrize(
    ("number", "enough"),
    [
        ("12345678", True),
        ("1234567", False),
        ("ab1234", True),
        ("a1234", False),
        ("abc123", False),
        ("abcdefgh", False),
        ("", False),
    ],
)
def test_a_number_that_many_may_bear_tells_nobody_apart(number, enough):
    assert tells_apart(number) is enough


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("QRE 000101-AB1", ["qre000101ab1", "000101ab1"]),
        ("RFC:QRE000101AB1", ["rfcqre000101ab1", "qre000101ab1"]),
        ("VAT DE 123456789; 55", ["vatde12345678955", "123456789"]),
        ("n/a", []),
    ],
)
def test_a_prefix_is_no_part_of_a_number(cell, numbers):
    assert [number for _, number in numbers_in(cell)] == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("MV EXAMPLE (IMO 9074729)", ["9074729"]),
        ("imo no. 9074729", ["9074729"]),
        ("IMO9074729/IMO 9074729", ["9074729", "9074729"]),
        ("IMO 9074728", []),  # check digit
        ("IMO 90747291", []),
        ("9074729", []),
    ],
)
def test_a_ships_number_stands_beside_its_letters_and_keeps_its_check_digit(text, numbers):
    assert [number for _, number in imo_numbers_in(text)] == numbers


def test_case_blanks_and_punctuation_do_not_count():
    assert plain_number(" Qre-000.101/aB1 ") == "qre000101ab1"
