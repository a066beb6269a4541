"""Texts at the lengths at which they are cut, passed over or looked at no further."""

from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.text import concentrations, quantity_tokens
from precursor_screen.text.chemical import WINDOW, continuation_reason, is_glued_ending, prefix_reason, salt_bounds
from precursor_screen.text.concentrations import concentration_of, find_percentages
from precursor_screen.text.countries import find_country
from precursor_screen.text.numbers import parse_number
from precursor_screen.text.quantities import find_quantities
from precursor_screen.text.quantity_tokens import tokens_of
from precursor_screen.text.quantity_words import find_unit, is_package_kind, unit_in_header


@pytest.mark.parametrize(("blanks", "percent"), [(90, 30), (91, None)])
def test_a_percentage_stands_within_ninety_characters_of_its_name(blanks, percent):
    for text in (f"acetone{' ' * blanks}30%", f"30%{' ' * blanks}acetone"):
        found = concentration_of(text, "acetone")
        assert (found.percent if found else None) == percent


def test_of_a_name_that_stands_often_twenty_places_are_looked_at(monkeypatch):
    for count, percent in ((19, 30), (20, None)):
        found = concentration_of("acetone; " * count + "acetone 30%", "acetone")
        assert (found.percent if found else None) == percent
    monkeypatch.setattr(concentrations, "MAX_TEXT", 20)
    assert len(find_percentages("x 10% y 20% z 30% u 40%")) == 3
    assert concentration_of("acetone 30%", "acetone")
    assert concentration_of("x" * 12 + " acetone 30%", "acetone") is None


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("approx" + " " * 18 + "30% acetone", False),
        ("approx" + " " * 19 + "30% acetone", True),
        ("acetone 30% max", False),
        ("acetone 30%    max", False),
        ("acetone 30%     max", False),
        ("acetone 30%      max", True),
        ("acetone 5-10%", True),
        ("acetone 4.9-10%", False),
        ("acetone min 90%", True),
        ("acetone min 89.9%", False),
        ("acetone max 90%", False),
    ],
)
def test_what_makes_a_share_rough(text, exact):
    found = concentration_of(text, "acetone")
    if found is None:  # what stands between is too wide for the name, but not for the percentage
        (found,) = find_percentages(text)
    assert found.exact is exact


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("100%", [100]),
        ("100.01%", []),
        ("0.0001%", [Decimal("0.0001")]),
        ("0%", []),
        ("5-3%", [3]),
        ("108-24-7 - 98%", [98]),
        ("1234%", []),
        ("99,5 %", [Decimal("99.5")]),
        ("10% 20 % 30 pct", [10, 20, 30]),
    ],
)
def test_figures_that_are_shares(text, found):
    assert [f.percent for f in find_percentages(text)] == found


@pytest.mark.parametrize(("length", "read"), [(200, True), (201, False)])
def test_a_number_is_no_longer_than_two_hundred_characters(length, read):
    assert (parse_number("5".rjust(length)) is not None) is read
    assert (find_country("India".rjust(length)) is not None) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0" * 60 + "5", 5),
        ("1e30", None),
        ("1e-30", 0),
        ("0.1e12", 100_000_000_000),
        ("." + "0" * 59 + "1", 0),
        ("." + "0" * 60 + "1", None),
        ("5 " + "k" * 39, 5),
        ("5 " + "k" * 41, None),
        (",234", None),
        ("1'234", 1234),
        ("1234'567", None),
        ("12,34,567", 1234567),
        ("12.34.567", None),
        ("-0", 0),
    ],
)
def test_numbers_at_their_ends(text, value):
    found = parse_number(text)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(("length", "known"), [(80, True), (81, False)])
def test_a_unit_is_no_longer_than_eighty_characters(length, known):
    assert (find_unit("KG".ljust(length)) is not None) is known


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("weight", "kg"), "KGM"),
        (("kg", "weight"), "KGM"),
        (("kg", "net", "weight"), None),
        (("litres",), None),
        (("kilogrammes",), "KGM"),
        (("kilogramos" + " " * 2,), "KGM"),
        (("kilogramos" + " " * 3,), None),
        ((), None),
        (("t", "kg"), "KGM"),
    ],
)
def test_a_header_ends_in_its_unit(words, code):
    unit = unit_in_header(words)
    assert (unit.code if unit else None) == code


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("drums", True),
        ("drums.", True),
        (" Drum ", True),
        ("drum x", False),
        ("drum".rjust(40), True),
        ("drum".rjust(41), False),
        ("", False),
    ],
)
def test_a_kind_of_package_is_told_in_a_few_letters(text, kind):
    assert is_package_kind(text) is kind


def quantities(text):
    return find_quantities(tokens_of(text))


def test_quantities_are_told_where_they_stand(monkeypatch):
    text = "groß ß 80 drums x 25 kg and 5 l"
    assert [text[p.start : p.end] for p in quantities(text)] == ["80 drums x 25 kg", "5 l"]
    monkeypatch.setattr(quantity_tokens, "MAX_TEXT", 10)
    assert [p.values for p in quantities("5 kg and 80 kg")] == [(5,)]
    assert [p.values for p in quantities("tiles 5 kg")] == [(5,)]


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("2.5 DRUMS X 10 KG", []),
        ("2.0 DRUMS X 10 KG", [(20, 2)]),
        ("0 X 12 X 5 KG", [(60, 12)]),
        ("10 X 0 X 5 KG", []),
        ("3 X 4 X 5 KG", [(60, 3)]),
        ("3 X 5 KG", [(15, 3)]),
        ("3 DRUMS X 5 KG AND 2 BAGS X 7 KG", [(15, 3), (14, 2)]),
        ("1,5 KG", []),
        ("12345678901234567890 X 1 KG", []),
    ],
)
def test_packages_are_counted_whole(text, counted):
    assert [(p.values[0], p.packages) for p in quantities(text) if p.form == "counted"] == counted


@pytest.mark.parametrize(
    ("text", "name", "whole"),
    [
        ("(ephedrine)", "ephedrine", "ephedrine"),
        ("(ephedrine hydrochloride)", "ephedrine", "ephedrine hydrochloride"),
        ("ephedrine (hydrochloride)", "ephedrine", "ephedrine (hydrochloride)"),
        ("ephedrine hydrochloride sulfate citrate", "ephedrine", "ephedrine hydrochloride sulfate"),  # two words of salts at most
        ("(-)-ephedrine", "ephedrine", "(-)-ephedrine"),
        ("sulfate of ephedrine", "ephedrine", "sulfate of ephedrine"),
    ],
)
def test_what_belongs_to_a_name(text, name, whole):
    at = text.index(name)
    start, end = salt_bounds(text, at, at + len(name), True)
    assert text[start:end] == whole


@pytest.mark.parametrize(
    ("rest", "salts", "glued"),
    [
        ("s", False, True),
        ("s", True, True),
        ("sulfat", True, True),
        ("sulfat", False, False),
        ("acetat", True, False),
        ("", True, False),
        ("salz", True, True),
    ],
)
def test_endings_that_leave_a_name_the_same_substance(rest, salts, glued):
    assert is_glued_ending(rest, salts) is glued


@pytest.mark.parametrize(
    ("before", "name", "says"),
    [
        ("", "toluene", None),
        ("1-", "butanone", "another position isomer: locant 1"),
        ("2-", "butanone", None),
        ("3- ", "propanone", "another position isomer: locant 3"),
        ("1-", "toluene", None),
        ("propionic acid ", "ether", "part of a longer chemical name: 'acid' stands before it"),
        ("methanol ", "ether", None),
        ("glycol ", "toluene", None),
        ("levamisole ", "hcl", "a salt: 'levamisole' stands before it"),
        ("drums ", "hcl", None),
        ("levamisole ", "toluene", None),
        ("2-phenylethylamine; ", "sulfuric acid", "a salt: a base stands before it"),
        ("2-phenylethylamine; ", "acetic acid", None),
        ("c ", "toluene", None),
        ("c-", "toluene", "part of a longer chemical name: 'c-' stands before it"),
    ],
)
def test_what_stands_before_a_name_says_what_it_is_a_part_of(before, name, says):
    assert prefix_reason(before + name, len(before), name) == says


def test_no_further_than_the_window_is_looked():
    far = "toluene" + " " * WINDOW + "diisocyanate"
    assert continuation_reason(far, 7, "toluene", False) is None
    assert continuation_reason("toluene", 7, "toluene", False) is None
    assert prefix_reason("chloro" + " " * WINDOW + "toluene", 6 + WINDOW, "toluene") is None
