"""The Harmonized System as data: which codes exist, which may be of another edition, and how goods are packed."""

from __future__ import annotations

import math

import pytest

from precursor_screen.core.errors import SubstanceTableError
from precursor_screen.reference import shipped
from precursor_screen.reference.nomenclature import Nomenclature, load_nomenclature, stem

HS = load_nomenclature(shipped.nomenclature_folder())


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("291521", "exists"),
        ("2915", "exists"),
        ("2915210000", "exists"),
        ("382200", "unknown-edition"),  # HS 2017; 2022 has 3822.11 to 3822.90
        ("880330", "unknown-edition"),  # a heading that HS 2022 dropped
        ("284800", "unknown-edition"),
        ("389900", "does-not-exist"),
        ("294300", "does-not-exist"),
        ("290012", "does-not-exist"),
        ("991500", None),
        ("980100", None),
        ("770100", None),
        ("29", None),
    ],
)
def test_a_code_exists_or_not_or_is_of_another_edition(code, told):
    assert HS.edition_of(code) == told


def test_without_a_nomenclature_nothing_is_known():
    assert Nomenclature().edition_of("389900") is None
    assert Nomenclature().most_in("drum", "0808") == math.inf


def test_every_chapter_of_goods_and_no_national_one():
    chapters = {code for code in HS.codes if len(code) == 2}
    assert chapters == {f"{n:02}" for n in range(1, 98)} - {"77"}
    assert {code[:2] for code in HS.codes} == chapters == set(HS.last)
    assert {"anhydride", "permanganate", "chair"} <= HS.words.keys()


@pytest.mark.parametrize(
    ("kind", "code", "most"),
    [
        ("drum", "0808", 0),
        ("drum", "0811", math.inf),
        ("carton", "3215", 60),
        ("carton", "0808", math.inf),
        ("sledge", "0808", math.inf),
    ],
)
def test_how_goods_travel(kind, code, most):
    assert HS.most_in(kind, code) == most


@pytest.mark.parametrize(("word", "plain"), [("pigments", "pigment"), ("glass", "glass"), ("gas", "gas"), ("dye", "dye")])
def test_a_plural_is_the_same_word(word, plain):
    assert stem(word) == plain


@pytest.mark.parametrize(
    ("codes", "packing"),
    [
        ("29x5,A\n", ""),
        ("2915,A\n", "drum,08,,many,ours,false\n"),
        ("2915,A\n", "drum,08,,0,ours,perhaps\n"),
        ("2915,A\n", "drum,08\n"),
    ],
)
def test_what_is_wrong_in_a_table_is_said_with_its_place(tmp_path, codes, packing):
    (tmp_path / "nomenclature.csv").write_text(f"code,description\n{codes}", encoding="utf-8")
    (tmp_path / "packing.csv").write_text(f"kind,goods,except_for,most_kg,source,verified\n{packing}", encoding="utf-8")
    with pytest.raises(SubstanceTableError) as raised:
        load_nomenclature(tmp_path)
    assert raised.value.where is not None
