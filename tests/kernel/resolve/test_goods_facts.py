"""What a line says of its goods without a substance: watched or not, by what they are named, how packed; whatever the order of lines."""

from __future__ import annotations

import random
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import DECIMAL
from precursor_screen.kernel.resolve.goods_facts import GOODS, Vocabulary, add_goods_facts, may_be_generic, name_kind
from tests.examples import examples

FACTS = ("hs_known", "watched", "goods_key", "goods_named", "package_kind", "package_kg", "packing_unusual")
KINDS = {
    **dict.fromkeys(("net_mass_kg", "gross_mass_kg"), DECIMAL),
    **dict.fromkeys(("un_numbers", "substance_ids_listed"), pa.list_(pa.string())),
    "packages": pa.int64(),
}
CASES = [
    ({"hs_code": "291521", "description": "ACETIC ACID"}, {"watched": True, "goods_key": "291521", "goods_named": "goods"}),
    ({"hs_code": "291411", "description": "ACETONE", "substance_ids_listed": ["acetone"]}, {"watched": True, "goods_key": None}),
    ({"hs_code": "940130", "description": "CHEMICAL POWDER CHAIR"}, {"watched": False, "goods_key": None, "goods_named": None}),
    ({"hs_code": "940130", "package_type": "DRUM"}, {"watched": False, "packing_unusual": True}),
    ({"description": "BLUE FLUID XY-12"}, {"watched": True, "goods_key": "blue fluid", "hs_known": None}),
    ({"description": "CHAIRS", "package_type": "IBC"}, {"watched": True, "goods_key": "chair"}),
    ({"description": "CHAIRS", "dangerous_goods_class": "8"}, {"watched": True}),
    ({"description": "CHAIRS", "un_numbers": ["2790"]}, {"watched": True}),
    ({"description": "CHAIRS"}, {"watched": False}),
    ({"hs_code": "389900", "description": "ZORBAX FLUID"}, {"hs_known": "does-not-exist", "watched": True, "goods_key": "zorbax fluid"}),
    ({}, {"watched": None, "goods_key": None, "goods_named": None, "packing_unusual": None}),
    ({"hs_code": "080810", "package_type": "CARTON"}, {"packing_unusual": False}),
    ({"hs_code": "321519", "package_type": "BOX", "net_mass_kg": Decimal(1600), "packages": 10}, {"package_kg": 160, "packing_unusual": True}),
    ({"hs_code": "321519", "package_type": "BOX", "gross_mass_kg": Decimal(200), "packages": 10}, {"package_kg": 20, "packing_unusual": False}),
    ({"hs_code": "321519", "package_type": "BOX", "net_mass_kg": Decimal(1600), "packages": 0}, {"package_kg": None, "packing_unusual": None}),
    ({"hs_code": "321519", "package_type": "PALLET"}, {"package_kind": None, "packing_unusual": None}),
    ({"hs_code": "880330", "package_type": "DRUM"}, {"hs_known": "unknown-edition", "packing_unusual": True}),
]  # fmt: skip
NAMES = [
    ("PRESERVATIVE QXJC-240", "code name"),
    ("CHEMICAL ADDITIVE B12", "code name"),
    ("ZORBAX FLUID", "trade name"),
    ("ZQ FLUID", "trade name"),
    ("Q FLUID", "purpose"),  # one letter is no name
    ("ZORBAX QUENTIL FLUID", "trade name"),
    ("ZORBAX QUENTIL VORPAX FLUID", "goods"),  # three words tell what they are
    ("CHEMICAL ADDITIVE CLEANING LIQUID FLUID B12", "code name"),
    ("CHEMICAL ADDITIVE CLEANING LIQUID WINTER FLUID B12", "goods"),  # seven
    ("WINTER FLUID", "purpose"),
    ("CHEMICAL FOR INDUSTRIAL USE", "purpose"),
    ("CHEMICAL FOR ANALYSIS", "purpose"),  # an s at the end is left out of the list and of the text alike
    ("BONBONS FLUID", "goods"),
    ("CHEMICAL FLUID IN DRUMS", "purpose"),  # what it is packed in names nothing
    ("CITRIC ACID", "goods"),
    ("CITRIC ACID POWDER", "goods"),
    ("PARACETAMOL POWDER", "goods"),
    ("STPP TECHNICAL GRADE", "goods"),
    ("PUMP FX-400", "goods"),
    ("FX-400", "goods"),
    ("ADDITIVE 25KG", "purpose"),
    ("20 DRUMS", "goods"),
    ("ЖИДКОСТЬ FLUID", "goods"),
    ("THIS FLUID IS DESCRIBED BY VERY MANY FURTHER WORDS", "goods"),
    ("", "goods"),
]


def facts(reference, *lines):
    names = ("hs_code", "description", "package_type", "dangerous_goods_class", *KINDS)
    table = pa.table({n: pa.array([line.get(n) for line in lines], KINDS.get(n, pa.string())) for n in names})
    codes = [line.get("hs_code") for line in lines]
    table = table.append_column("hs6", pa.array([c and c[:6] for c in codes], pa.string()))
    table = table.append_column("hs_chapter", pa.array([c and c[:2] for c in codes], pa.string()))
    return add_goods_facts(table, reference.nomenclature, reference.lists).select(FACTS).to_pylist()


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_facts(reference, line, expected):
    (found,) = facts(reference, line)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(("text", "kind"), NAMES)
def test_by_what_goods_are_named(reference, text, kind):
    assert facts(reference, {"hs_code": "382499", "description": text})[0]["goods_named"] == kind


WORDS = Vocabulary({"fluid", "chemical", "additive", "glass"}, {"fluid"}, {"winter"}, set(), set())


@given(
    st.lists(st.one_of(st.sampled_from(["fluid", "FLUIDS", "Chemical", "glass", "GLASSS", "ﬂuid", "flüid", "QX-2", "winter"]), st.text(max_size=4)), max_size=5),
    st.sampled_from([" ", "-", "", ".", "_"]),
)  # fmt: skip
@examples(200, 5000)
def test_a_text_without_a_generic_word_is_goods(words, between):
    text = between.join(words)
    (may_be,) = may_be_generic(pa.array([text]), WORDS).to_pylist()
    assert may_be or name_kind(text, WORDS) == GOODS


@pytest.mark.parametrize("seed", range(4))
def test_neither_order_nor_company_changes_a_fact(reference, seed):
    lines = [line for line, _ in CASES] + [{"hs_code": "382499", "description": text} for text, _ in NAMES]
    alone = [facts(reference, line)[0] for line in lines]
    order = list(range(len(lines)))
    random.Random(seed).shuffle(order)
    cut = len(order) // 3
    again = facts(reference, *(lines[i] for i in order[:cut])) + facts(reference, *(lines[i] for i in order[cut:]))
    assert again == [alone[i] for i in order]


def test_columns_that_are_not_there_are_unknown(reference):
    table = pa.table({name: pa.array([None], pa.string()) for name in ("hs6", "hs_chapter")})
    found = add_goods_facts(table, reference.nomenclature, reference.lists).select(FACTS).to_pylist()
    assert found == [dict.fromkeys(FACTS)]
