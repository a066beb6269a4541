"""What the words of a header say without its cells: a field beyond doubt, or one that is likely, or none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.readers.tabular import headers
from precursor_screen.readers.tabular.assign import known
from precursor_screen.readers.tabular.header_words import beyond_doubt, by_words, clues, field_weights
from precursor_screen.readers.tabular.headers import is_exact, is_spelled

LAYOUTS = Path(headers.__file__).parent / "layouts"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Shipper Name", "consignor_name"),
        ("country of destination", "country_of_destination"),
        ("ВесБрутто", "gross_mass"),
        ("Nettogewicht", "net_mass"),
        ("提单号", "bill_of_lading"),
        ("CONTAINERNO", "container_numbers"),
        ("numéro de conteneur", "container_numbers"),
        ("Shipper", ""),  # one thing: who, and not what of him
        ("Item Code", ""),  # of a shop as well as of a tariff
        ("Item Customs Value", ""),  # one word says nothing of the value
        ("Gros weight", ""),  # misspelt
        ("gross weight of the gross weight of the", ""),  # a sentence
        ("Net Weight 22", ""),
        ("Number of bills", ""),
        ("", ""),
    ],
)
def test_words_leave_no_doubt_where_they_say_two_things_of_one_field_and_nothing_else(header, field):
    assert beyond_doubt(header)[0] == field


def test_no_field_is_beyond_doubt_that_is_not_the_likeliest():
    words = [row["word"] for row in csv.DictReader((LAYOUTS / "header_words.csv").read_text("utf-8").splitlines())]
    pairs = [f"{a} {b}" for a, b in zip(words[::7], words[3::7], strict=False)]
    sure = {header: found for header in pairs if (found := beyond_doubt(header)[0])}
    assert sure
    assert all(by_words(header)[0] == field for header, field in sure.items())


def test_a_spelling_goes_before_words_that_mean_another_field():
    for row in csv.DictReader((LAYOUTS / "headers.csv").read_text("utf-8").splitlines()):
        assert headers.spelled(row["spelling"]) == (row["canonical"], "known spelling"), row


@pytest.mark.parametrize(
    ("header", "exact", "spelled"),
    [
        ("Shipper Name", True, False),
        ("SHIPPER_NM", True, False),
        ("Shipper", True, True),
        ("STD_SHIPPER_NAME", False, False),
        ("Shipper Name 2", False, False),
        ("Shipper Name EN", False, False),
        ("Total Shipper", False, True),
        ("lid", False, False),
    ],
)
def test_which_of_two_columns_states_a_field_as_it_stands(header, exact, spelled):
    assert is_exact(header, known(header)[1]) is exact
    assert is_spelled(header) is spelled


@pytest.mark.parametrize(
    ("header", "field", "reason"),
    [
        ("shipment.countryOfOrigin", "country_of_origin", "its header says country, origin"),
        ("12. Country of origin", "country_of_origin", "its header says country, origin"),
        ("Total fecha de llegada (KG)", "arrival_date", "its header says date, arrival"),
        ("SB Date", "dispatch_date", "known spelling"),
        ("SB Date EN", "dispatch_date", "known spelling without language or number"),  # its words mean the date of a declaration
        ("Number of bills", "", ""),  # and not the number of a bill
    ],
)
def test_forms_of_a_header_are_read_by_their_words(header, field, reason):
    assert known(header) == (field, reason)


def test_each_thing_is_said_once():
    assert clues("gross_mass", [{"gross": 1.0}, {"mass": 1.0}, {"mass": 1.0}]) == ["gross", "mass"]
    assert field_weights()["gross_mass"]["words"]["gross"] > 0
