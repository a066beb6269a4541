"""Tokens of quantities at the numbers at which a reading ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.text import quantity_tokens
from precursor_screen.text.quantity_tokens import tokens_of


def told(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Kind, readings and the stretch of each token."""
    return [(t.kind, tuple(f"{v.normalize():f}" for v in t.values), text[t.start : t.end]) for t in tokens_of(text)]


def kinds(text: str) -> list[str]:
    return [t.kind for t in tokens_of(text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1/85 G", ("0.085",)),
        ("200/85 G", ("0.085", "17")),
        ("201/85 G", None),
        ("0/85 G", None),
        ("1.250/85 G", None),  # twelve hundred and fifty, or one and a quarter
        ("TWO/85 G", None),
        ("NET 12/85 G", None),
        ("12/85 G GROSS", None),
        ("TARE A B 12/85 G", None),
        ("NET A B C 12/85 G", ("0.085", "1.02")),  # the label is three tokens away at most
    ],
)
def test_a_pack_of_many_is_one_measure_with_two_readings(text: str, values: tuple[str, ...] | None) -> None:
    assert [v for kind, v, _ in told(text) if kind == "measure"] == [values or ("0.085",)]
    assert ("slash" in kinds(text)) is (values is None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("WP316/316L", [("word", "WP"), ("word", "316"), ("slash", "/"), ("word", "316L")]),  # grades of steel, no litres
        ("WP/316L", [("word", "WP"), ("slash", "/"), ("word", "316L")]),
        ("WP /316L", [("word", "WP"), ("slash", "/"), ("measure", "316L")]),
        ("WP/ 316L", [("word", "WP"), ("slash", "/"), ("measure", "316L")]),
        ("12/316L", [("measure", "12/316L")]),
        ("WP-316L", [("word", "WP"), ("word", "316L")]),
    ],
)
def test_a_figure_close_behind_a_word_and_a_slash_goes_on_with_it(text: str, read: list[tuple[str, str]]) -> None:
    assert [(kind, stretch) for kind, _, stretch in told(text)] == read


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("1/2 KG", True),
        ("3/4 KG", True),
        ("3/8 KG", True),
        ("4/8 KG", False),
        ("3/16 KG", False),
        ("1/ 2 KG", False),
        ("1 /2 KG", False),
    ],
)
def test_a_fraction_of_a_unit_is_left_out(text: str, left_out: bool) -> None:
    assert (told(text) == []) is left_out


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("999999999999 KG", "measure", "999999999999"),
        ("1000000000000 KG", "word", "1000000000000"),
        ("999999999 TON", "measure", "999999999000"),
        ("1000000000 TON", "word", "1000000000000"),
        ("0.01 G", "measure", "0.00001"),
        ("0 KG", "word", "0"),
    ],
)
def test_a_measure_is_more_than_nothing_and_less_than_a_billion_tonnes(text: str, kind: str, value: str) -> None:
    assert told(text) == [(kind, (value,), text)]


@pytest.mark.parametrize(
    ("text", "molar"), [("40 N", True), ("40 M", True), ("40.1 N", False), ("41 M", False), ("6 N/A", False), ("6 MOL/L", True)]
)
def test_no_acid_holds_more_than_forty_moles(text: str, molar: bool) -> None:
    assert (kinds(text) == ["molar"]) is molar


@pytest.mark.parametrize(
    ("text", "of", "value"),
    [
        ("0.1 MOL/L", "m", "0.1"),
        ("0,1 N", "n", "0.1"),
        ("500 MMOL/L", "m", "0.5"),
        ("40000 MMOL/L", "m", "40"),
        ("1 MOL PER LITRE", "m", "1"),
        ("1 MOL L-1", "m", "1"),
        ("N/10", "n", "0.1"),
        ("M/50", "m", "0.02"),
        ("1/10 N", "n", "0.1"),
        ("1/100 M", "m", "0.01"),
    ],
)
def test_how_much_a_litre_holds(text: str, of: str, value: str) -> None:
    assert [(t.kind, t.of, t.values) for t in tokens_of(text)] == [("molar", of, (Decimal(value),))]


@pytest.mark.parametrize("text", ["S/N/10", "N/10/3", "N/15", "N/50 KG", "N/1", "PN/10", "40001 MMOL/L", "11/10 N/A", "N/10.5"])
def test_what_only_looks_like_moles_is_none(text: str) -> None:
    assert "molar" not in kinds(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("TWENTY FIVE", 25), ("TWO HUNDRED", 200), ("TWO NINETY", 92), ("HUNDRED HUNDRED", 200), ("TWO HUNDRED FIFTY", 250)],
)
def test_words_of_one_number_are_joined(text: str, value: int) -> None:
    assert [t.values for t in tokens_of(f"{text} DRUMS") if t.kind == "number"] == [(Decimal(value),)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("10 MG/ML", ("strength", ("0.01",), "10 MG/ML")),
        ("10 MG/5 ML", ("strength", ("0.002",), "10 MG/5 ML")),
        ("10 MG/9999 ML", ("strength", ("0.000001",), "10 MG/9999 ML")),
        ("10 MG/99999 ML", ("measure", ("0.00001",), "10 MG")),
        ("10 MG/0 ML", ("measure", ("0.00001",), "10 MG")),
    ],
)
def test_a_strength_is_a_mass_in_a_volume_that_is_not_nothing(text: str, first: tuple[str, tuple[str, ...], str]) -> None:
    kind, values, stretch = told(text)[0]
    assert (kind, stretch) == (first[0], first[2])
    assert Decimal(values[0]).quantize(Decimal("1e-6")) == Decimal(first[1][0]).quantize(Decimal("1e-6"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (".5 KG", ("0.5",)),
        (".500 KG", ("0.5",)),
        ("(.5 KG", ("0.5",)),
        ("a.5 KG", ("5",)),
        ("24.500 MT", ("24500",)),  # tonnes are written to the kilogram
        ("24,500 MT", ("24500000",)),
        ("24.500 KG", ("24.5", "24500")),
        ("CLASS 3 160 KG", ("160",)),
        ("CLASSES 3 160 KG", ("160", "3160")),
        ("5 KG-NET", ("5",)),
        ("5 G-NET", None),  # one letter and a hyphen begin a word
    ],
)
def test_which_figure_a_unit_follows(text: str, values: tuple[str, ...] | None) -> None:
    assert [v for kind, v, _ in told(text) if kind == "measure"] == ([] if values is None else [values])


@pytest.mark.parametrize(
    ("length", "kept"), [(8, ["number", "package"]), (7, ["number", "package"]), (6, ["number", "word"]), (2, ["number"])]
)
def test_a_text_is_looked_at_to_its_limit(monkeypatch: pytest.MonkeyPatch, length: int, kept: list[str]) -> None:
    monkeypatch.setattr(quantity_tokens, "MAX_TEXT", length)
    assert kinds("10 drums of 5 kg") == kept


@pytest.mark.parametrize("text", ["(STEEL) DRUMS", "(4)", "UN 160 KG", "EIGHTY", "/ 2 KG", ") 4 ("])
def test_what_stands_first_follows_nothing(text: str) -> None:
    assert kinds(text) == kinds(f"TOYS {text}")[1:]


@pytest.mark.parametrize("before", ["", "5 kg, "])
def test_a_digit_that_is_not_a_decimal_is_not_a_figure(before: str) -> None:
    assert kinds(f"{before}\u1369 kg") == kinds(f"{before}§ kg")  # Ethiopic: a digit, but none of ten


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("KGS 12,800", ("12800",)),
        ("KILOS: 1.250", ("1.25", "1250")),
        ("M/T BULK 18,900", ("18900", "18900000")),  # to the kilogram, or a shipload
        ("KG 200 L", ("200",)),  # of the unit behind it
        ("5 KG 200", ("5",)),
        ("KG 30 %", None),
        ("KG 5/6", None),
        ("KG 5X", None),
    ],
)
def test_a_unit_may_stand_before_its_figure(text: str, values: tuple[str, ...] | None) -> None:
    assert [v for kind, v, _ in told(text) if kind == "measure"] == ([] if values is None else [values])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("二十吨", [("measure", ("20000",))]),
        ("三千五百公斤", [("measure", ("3500",))]),
        ("八十桶", [("number", ("80",)), ("package", ())]),
        ("〇吨", [("word", ())]),
        ("二十", [("word", ()), ("word", ())]),  # nothing says of what
    ],
)
def test_chinese_numerals_before_a_unit_or_a_package(text: str, read: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(kind, values) for kind, values, _ in told(text)] == read


def test_the_limit_is_twenty_thousand_characters() -> None:
    text = "5 kg".rjust(20_000)
    assert kinds(text) == ["measure"]
    assert kinds(" " + text) != ["measure"]
