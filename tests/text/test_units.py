from __future__ import annotations

import csv
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.quantities import COUNT, find_quantities
from precursor_screen.text.quantity_tokens import tokens_of
from precursor_screen.text.quantity_words import find_unit, is_package_kind, to_base, unit_in_header
from precursor_screen.text.units import UNKNOWN, Naming, mass_from_line

CASES = Path(__file__).parents[1] / "judgements"
UNITS = list(csv.DictReader((CASES / "units_find.csv").read_text("utf-8").splitlines()))
PACKAGES = list(csv.DictReader((CASES / "units_packages.csv").read_text("utf-8").splitlines()))
D = Decimal


@pytest.mark.parametrize("case", UNITS, ids=lambda c: f"{c['text']}: {c['why']}")
def test_the_unit_that_a_text_names(case: dict[str, str]) -> None:
    unit = find_unit(case["text"])
    assert (unit.code if unit else "") == case["code"]


@pytest.mark.parametrize(("text", "code"), [("กก.", "KGM"), ("किलो", "KGM"), ("トン", "TNE"), ("quintaux", "DTN"), ("ถัง", "")])
def test_a_word_of_running_text_names_its_unit_in_a_cell(text: str, code: str) -> None:
    unit = find_unit(text)
    assert (unit.code if unit else "") == code


def test_conversions_are_exact() -> None:
    pound, gallon = find_unit("LBS"), find_unit("GAL")
    assert pound is not None
    assert gallon is not None
    assert to_base(D(100), pound) == D("45.359237")
    assert to_base(D(1000), gallon) == D("3785.411784")


def test_a_header_names_its_unit_at_the_end() -> None:
    pounds, tonnes = unit_in_header(("gross", "weight", "lbs")), unit_in_header(("weight", "mt"))
    assert (pounds.code if pounds else "", tonnes.code if tonnes else "") == ("LBR", "TNE")
    assert unit_in_header(("gross", "weight")) is None


@pytest.mark.parametrize("case", PACKAGES, ids=lambda c: c["text"])
def test_quantities_in_a_goods_text(case: dict[str, str]) -> None:
    found = [q for q in find_quantities(tokens_of(case["text"])) if q.form != COUNT]
    if not case["form"]:
        assert found == []
        return
    assert len(found) == 1
    assert (found[0].form, found[0].kind, found[0].values) == (case["form"], case["kind"], (D(case["total"]),))
    assert found[0].packages == (D(case["packages"]) if case["packages"] else None)
    assert 0 <= found[0].start < found[0].end <= len(case["text"])


@given(st.text(alphabet="0123456789 .,XxKGL/OFDRUMSß桶", max_size=60))
def test_quantities_never_overlap(text: str) -> None:
    found = find_quantities(tokens_of(text))
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("stated", "kg", "basis", "confidence"),
    [
        ({"net": D(5), "quantity": D(7), "unit": "KGM", "gross": D(9)}, "5", "net", "high"),
        ({"net": D(0), "quantity": D(7), "unit": "KGM"}, "7", "quantity", "high"),
        ({"quantity": D(2), "unit": "MT"}, "2000", "quantity", "high"),
        ({"quantity": D(80), "unit": "PCS", "text": "80 DRUMS X 25 KG", "gross": D(2100)}, "2000", "packages", "medium"),
        ({"packages": 80, "text": "IN 220 KG DRUMS"}, "17600", "packages", "medium"),
        ({"quantity": D(80), "unit": "DRUMS", "text": "IN 220 KG DRUMS"}, "17600", "packages", "medium"),
        ({"packages": 10, "text": "X", "package_type": "DRUM 200 KG"}, "2000", "packages", "medium"),
        ({"text": "80 DRUMS X 25 KG, 80 DRUMS OF 25 KG"}, "2000", "packages", "medium"),
        ({"text": "80 DRUMS X 25 KG AND 10 BAGS X 10 KG"}, "2100", "packages", "medium"),
        ({"quantity": D(1000), "unit": "L", "density": D("1.08")}, "1080", "volume", "medium"),
        ({"text": "4 X 2.5 L", "density": D("0.79"), "gross": D(12)}, "7.9", "volume", "medium"),
        ({"quantity": D(1000), "unit": "L", "gross": D(1200)}, "1200", "gross", "low"),
    ],
)
def test_the_first_thing_a_line_states_is_its_mass(stated: dict[str, Any], kg: str, basis: str, confidence: str) -> None:
    mass = mass_from_line(**stated)
    assert (mass.kg, mass.basis, mass.confidence) == (D(kg), basis, confidence)


@pytest.mark.parametrize(
    ("stated", "basis"),
    [
        ({"quantity": D("999999999999"), "unit": "KGM"}, "quantity"),
        ({"quantity": D("1000000000000"), "unit": "KGM"}, ""),
        ({"quantity": D(0), "unit": "KGM", "gross": D(5)}, "gross"),
        ({"net": D(0), "gross": D(0)}, ""),
        ({"net": D(-1), "quantity": D(-1), "unit": "KGM", "gross": D(-1)}, ""),
        ({"net": D("0.000001"), "gross": D(9)}, "net"),
        ({"quantity": D(0), "unit": "DRUMS", "text": "IN 220 KG DRUMS"}, ""),
        ({"quantity": D("1.5"), "unit": "DRUMS", "text": "IN 220 KG DRUMS"}, ""),
        ({"quantity": D(1), "unit": "DRUMS", "text": "IN 220 KG DRUMS"}, "packages"),
        ({"quantity": D(2), "unit": "", "text": "IN 220 KG DRUMS"}, ""),
        ({"packages": 0, "text": "IN 220 KG DRUMS"}, ""),
        ({"packages": -1, "text": "IN 220 KG DRUMS"}, ""),
        ({"packages": 1, "text": "IN 220 KG DRUMS"}, "packages"),
        ({"quantity": D(10), "unit": "L", "density": D(0), "gross": D(5)}, "gross"),
        ({"quantity": D(10), "unit": "L", "density": D("0.5")}, "volume"),
        ({"packages": 3, "text": "IN 200 L DRUMS", "density": D("0.5")}, "volume"),
    ],
)
def test_what_is_nothing_or_beyond_measure_is_no_mass(stated: dict[str, Any], basis: str) -> None:
    mass = mass_from_line(**stated)
    assert (mass.basis, mass.kg is None) == (basis, not basis)


@pytest.mark.parametrize(
    ("packages", "text", "package_type", "kg"),
    [
        (5, "DRUMS OF 200 KG", "DRUM 25 KG", "1000"),  # the text goes before the kind of packages
        (5, "", "BAG 25 KG", "125"),
        (7, "80 DRUMS X 25 KG", "", "2000"),  # what is counted goes before the column of packages
        (None, "ABOUT 25 KG", "", "25"),
    ],
)
def test_texts_say_how_much_there_is(packages: int | None, text: str, package_type: str, kg: str) -> None:
    assert mass_from_line(packages=packages, text=text, package_type=package_type).kg == D(kg)


def test_a_line_that_states_nothing_has_no_mass() -> None:
    assert mass_from_line() == UNKNOWN
    assert mass_from_line(quantity=D(80), unit="PCS", text="ACETIC ANHYDRIDE") == UNKNOWN


def test_kinds_of_packages() -> None:
    assert is_package_kind("drums")
    assert not is_package_kind("KGM")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("weight", "kg", "net"), "KGM"),
        (("kg", "net", "weight"), None),
        (("kg",), "KGM"),
        (("lbs", "kg"), "KGM"),
        (("kg", "lbs"), "LBR"),
        (("weight", "l"), None),  # of volume
        (("weight", "kilogrammes"), "KGM"),
        (("weight", "toneladametricaneta"), None),
        ((), None),
    ],
)
def test_the_unit_stands_among_the_last_two_words_of_a_header(words: tuple[str, ...], code: str | None) -> None:
    unit = unit_in_header(words)
    assert (unit.code if unit else None) == code


@pytest.mark.parametrize(("length", "code"), [(80, "KGM"), (81, None)])
def test_a_long_cell_names_no_unit(length: int, code: str | None) -> None:
    unit = find_unit("kg" + " " * (length - 2))
    assert (unit.code if unit else None) == code


@pytest.mark.parametrize(("value", "kg"), [("1", "0.453592"), ("3", "1.360777"), ("0.0000011", "0.000000"), ("-1", "-0.453592")])
def test_masses_are_rounded_to_a_milligram(value: str, kg: str) -> None:
    pound = find_unit("lb")
    assert pound
    assert to_base(D(value), pound) == D(kg)


@pytest.mark.parametrize(
    ("stated", "text", "readings"),
    [
        ({"net": 200, "gross": 220}, "ACETONE 20000 KGS", (200, 20000)),
        ({"net": 200, "gross": 220}, "ACETONE 243 KGS", (200, 243)),
        ({"net": 200, "gross": 220}, "ACETONE 242 KGS", ()),  # a tenth more than the gross mass
        ({"net": 200}, "ACETONE 281 KG", (200, 281)),
        ({"net": 200}, "ACETONE 280 KG", ()),  # it may be the gross mass
        ({"net": 500}, "ACETONE 2 MT", (500, 2000)),
        ({"quantity": 200, "unit": "KGM"}, "ACETONE 80 DRUMS X 200 KG", (200, 16000)),
        ({"net": 16000, "packages": 100}, "ACETONE IN 160 KG DRUMS", ()),
        ({"net": 200, "gross": 220}, "ACETONE 50 KG", ()),
        ({"net": 200, "gross": 220}, "ACETONE UN1090 LOT 20000", ()),
        ({"net": 200, "gross": 220}, "ACETONE 1 KG/L 500 L", ()),  # of the substance alone, and not of the goods
    ],
)
def test_a_text_whose_mass_exceeds_the_lines_makes_two_readings(stated, text, readings):
    line = {k: D(v) if k not in ("unit", "packages") else v for k, v in stated.items()}
    found = mass_from_line(text=text, naming=Naming(((0, 7),)), **line)
    assert (found.readings, found.doubt) == (tuple(map(D, readings)), "text-exceeds-line" if readings else "")
    assert found.kg == (None if readings else line.get("net", line.get("quantity")))
