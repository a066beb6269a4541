"""Numbers of parties and ships: what of a cell is one, and which are long enough to be one party's."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from precursor_screen.text.codes import (
    MAY_HOLD_NUMBER,
    imo_numbers_in,
    labelled_numbers_in,
    numbers_in,
    plain_number,
    says_whose_number,
    tells_apart,
)


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
        ("Lloyd's No: 9074729", ["9074729"]),
        ("IMO 9074728", []),  # check digit
        ("IMO 90747291", []),
        ("9074729", []),
    ],
)
def test_a_ships_number_stands_beside_its_letters_and_keeps_its_check_digit(text, numbers):
    assert [number for _, number in imo_numbers_in(text)] == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ZORVAN LTD VAT DE318460277", ["de318460277", "318460277"]),
        ("ZORVAN LTDA CNPJ 38.471.926/0001-38.", ["38471926000138"]),
        ("paid by NIT: 901774326-5", ["9017743265"]),
        ("reg. no 12345678", ["12345678"]),
        ("RUC 2050123", []),  # too short to be one party's
        ("order 901774326", []),
        ("TINNED 901774326", []),
        ("ship IMO No 9074729", ["9074729"]),
    ],
)
def test_a_number_in_a_text_stands_behind_what_such_numbers_are_called(text, numbers):
    assert [number for _, number in labelled_numbers_in(text)] == numbers
    found = pc.match_substring_regex(pa.array([text]), MAY_HOLD_NUMBER)[0].as_py()
    assert found or not numbers


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("IMO No", True),
        ("vessel_imo", True),
        ("Lloyd's No", True),
        ("Buyer VAT No.", True),
        ("Tax ID", True),
        ("CIF value", False),
        ("CIF", False),
        ("VAT amount", False),
        ("GST %", False),
        ("Tin plates", True),  # a word that is also a label: its figures are looked at as well
        ("Routine", False),
    ],
)
def test_headers_that_say_whose_number_it_is(header, says):
    assert says_whose_number(header) is says


def test_case_blanks_and_punctuation_do_not_count():
    assert plain_number(" Qre-000.101/aB1 ") == "qre000101ab1"
