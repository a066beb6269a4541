"""How much of one substance a text speaks of: which quantities are its own, and what they come to."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.quantity_tokens import tokens_of
from precursor_screen.text.quantity_words import holds, package_word, words
from precursor_screen.text.substance_mass import Line, amount_in_text
from precursor_screen.text.text import plain
from precursor_screen.text.units import Naming, mass_from_line

CASES = list(csv.DictReader((Path(__file__).parents[1] / "judgements" / "text_masses.csv").read_text("utf-8").splitlines()))
D = Decimal


def spans(text: str, *names: str) -> list[tuple[int, int]]:
    return [(text.index(n), text.index(n) + len(n)) for n in names if n in text]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_masses_in_texts_of_one_substance(case: dict[str, str]) -> None:
    text = case["text"]
    own = spans(text, "ACETONE") or spans(text, "EPHEDRINE")
    mass = mass_from_line(text=text, density=D(case["density"]) if case["density"] else None, naming=Naming(own))
    assert (mass.kg, mass.doubt) == (D(case["kg"]) if case["kg"] else None, case["doubt"])


@pytest.mark.parametrize(
    ("text", "own", "other", "values", "doubt"),
    [
        ("AAA 10 DRUMS 1600 KG; BBB 5 DRUMS 900 KG", "AAA", "BBB", [1600], ""),
        ("AAA 10 DRUMS 1600 KG; BBB 5 DRUMS 900 KG", "BBB", "AAA", [900], ""),
        ("1600 KG AAA 900 KG BBB", "BBB", "AAA", [900], ""),
        ("AAA, BBB: 900 KG", "AAA", "BBB", [900], "several-goods"),
        ("AAA, BBB: 900 KG", "BBB", "AAA", [900], "several-goods"),
        ("AAA 900 KG, BBB", "AAA", "BBB", [900], "several-goods"),
        ("AAA\n900 KG\nBBB\n800 KG", "AAA", "BBB", [900], ""),
        ("900 KG OF AAA AND 800 KG OF BBB", "BBB", "AAA", [800], ""),
        ("AAA 900 KG & XYLENE 800 KG", "AAA", "", [900], ""),
        ("XYLENE 800 KG & AAA 900 KG", "AAA", "", [900], ""),
        ("900 KG, 60 DRUMS, AAA", "AAA", "", [900], ""),
        ("AAA 900 KG, PACKED ON PALLETS", "AAA", "", [900], ""),  # words without a mass are no goods
        ("AAA, 10 DRUMS X 90 KG, FREIGHT PREPAID 1,500 KGS CARGO", "AAA", "", [900], ""),
    ],
)
def test_a_quantity_belongs_to_the_goods_of_its_clause(text, own, other, values, doubt):
    amount = amount_in_text(text, spans(text, own), spans(text, other) if other else ())
    assert (list(amount.values), amount.doubt) == (values, doubt)


def test_shares_of_a_mixture_are_shares_of_all_its_quantities():
    text = "AAA 30 % BBB 70 % 10 DRUMS X 180 KG"
    amount = amount_in_text(text, spans(text, "AAA"), spans(text, "BBB"), mixture=True)
    assert (amount.values, amount.doubt) == ((1800,), "")
    assert amount_in_text(text, spans(text, "AAA"), spans(text, "BBB")).doubt == "several-goods"


@pytest.mark.parametrize(
    ("text", "line", "values", "doubt"),
    [
        ("175 KG DRUMS", Line(), [], "size-only"),
        ("175 KG DRUMS", Line(60), [10500], ""),
        ("175 KG DRUMS", Line(60, "drum"), [10500], ""),
        ("175 KG DRUMS", Line(60, "pallet"), [], "size-only"),
        ("30 MG TABLETS", Line(60, "carton"), [], "size-only"),
        ("30 MG TABLETS", Line(60, "dose"), [D("0.0018")], ""),
        ("10,500 KG", Line(60, "drum"), [10500], ""),
        ("160 KG", Line(60, "drum", D("0.8")), [9600], ""),
        ("4 DRUMS 400 KG", Line(density=D("0.8")), [400], ""),  # no drum holds 400 kg of so light a liquid
        ("4 DRUMS 400 KG", Line(density=D("1.8")), [400, 1600], "two-readings"),
        ("GROSS 400 KG", Line(), [400], "gross-only"),
        ("10 IBC 1.000 L", Line(), [10000], ""),
        ("400 KG EACH, 4 PALLETS", Line(), [1600], ""),  # nothing else is counted
        ("2 CONTAINERS 400 KG EACH", Line(), [800], ""),
        ("4 PALLETS, 20 BAGS, 25 KG EACH", Line(), [500], ""),
        ("25 KG EACH, 4 PALLETS", Line(20, "bag"), [100], ""),
    ],
)
def test_what_else_is_known_of_the_line(text, line, values, doubt):
    amount = amount_in_text(text, line=line)
    assert (list(amount.values), amount.doubt) == (values, doubt)


@pytest.mark.parametrize(
    ("text", "foreign", "values"),
    [
        ("2.500 KG", False, ["2.5", "2500"]),
        ("2.500 KG", True, ["2500"]),
        ("2,500 KG", False, ["2500"]),
        ("2,500 KG", True, ["2.5", "2500"]),
        ("2.500 KG EN TAMBORES", False, ["2500"]),
        ("2.500 MT", False, ["2500"]),
        ("2.500,5 KG", False, ["2500.5"]),
        ("2.500.000 KG", False, ["2500000"]),
        ("2.50.000 KG", False, []),
        ("0.500 KG", False, ["0.5"]),
        ("1234.500 KG", False, ["1234.5"]),
        ("2 500 KG", False, ["500", "2500"]),
        ("2 500 KG", True, ["2500"]),
        ("2 000 KG", False, ["2000"]),
        ("1" * 25 + " KG", False, []),
        ("٢٥ كجم", False, ["25"]),
        ("二千五百公斤", False, ["2500"]),
        ("一万二千公斤", False, ["12000"]),
    ],
)
def test_readings_of_a_figure(text, foreign, values):
    (measure,) = [t for t in tokens_of(text, foreign=foreign) if t.kind == "measure"] or [None]
    assert [f"{v.normalize():f}" for v in measure.values] == values if measure else values == []


@pytest.mark.parametrize(
    ("gross", "kg", "doubt"),
    [(None, None, "two-readings"), (D(22000), D(20000), ""), (D(25), D(20), ""), (D(50000), None, "two-readings")],
)
def test_a_gross_mass_leaves_one_reading(gross, kg, doubt):
    mass = mass_from_line(text="20.000 KGS", gross=gross)
    assert (mass.kg, mass.doubt) == (kg, doubt)
    assert mass.most == (kg or 20000)


def test_strengths_give_the_mass_of_the_substance_itself():
    mass = mass_from_line(text="5 MG/ML 10 X 2 ML", density=D(1))
    assert (mass.kg, mass.of_substance) == (D("0.0001"), True)
    mass = mass_from_line(text="0.5 M 2 L", density=D(1), dissolved=lambda kind, strength: strength / 10 if kind == "m" else None)
    assert (mass.kg, mass.of_substance) == (D("0.1"), True)
    assert mass_from_line(text="0.5 N 2 L", density=D(1)).kg is None
    mass = mass_from_line(text="2 L", density=D(1), per_litre=D("0.2"))
    assert (mass.kg, mass.of_substance) == (D("0.4"), True)


@pytest.mark.parametrize(
    ("text", "values", "doubt"),
    [
        ("5 MG/ML 2 L", ["0.01"], ""),
        ("1.250 G/L 200 L", ["0.25", "250"], "two-readings"),
        ("1.250 G/L 1 L", ["0.00125", "1.25"], "two-readings"),
        ("5 G/L AND 10 G/L 200 L", ["200"], "several-masses"),
        ("5 G/L 200 KG", ["200"], "other-goods"),
        ("5 G/L", [], "size-only"),
        ("5 MG/ML AMPOULES 2 ML", [], "size-only"),
        ("5 MG/ML 10 AMPOULES 2 ML", ["0.002", "0.02"], "two-readings"),  # litres: of each, or of all
    ],
)
def test_a_strength_that_leaves_a_doubt_says_so(text, values, doubt):
    amount = amount_in_text(text, [])
    assert ([f"{v.normalize():f}" for v in amount.values], amount.doubt) == (values, doubt)


def test_the_table_of_words_is_whole():
    assert all(w.unit for w in words().values() if w.role == "unit")
    assert all(word == plain(word) for word in words())
    kinds = {w.meaning for w in words().values() if w.role == "package"}
    assert set(holds()) <= kinds
    assert all(bounds.least < bounds.most for bounds in holds().values())
    assert (package_word("NEW STEEL DRUMS"), package_word("drums, bags"), package_word("x")) == ("drum", "", "")


@given(st.text(alphabet="0123456789 .,()/XxKGL@OFNETDRUMSß桶公斤二十-%'\n", max_size=80))
def test_any_text_has_an_amount(text):
    amount = amount_in_text(text)
    assert list(amount.values) == sorted(amount.values)
    assert amount.doubt or len(amount.values) <= 1 or max(amount.values) <= min(amount.values) * D("1.02")
