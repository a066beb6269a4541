"""Whether a description names goods of its chemical chapter: cases of our own in code_fit.csv."""

from __future__ import annotations

import csv

import pyarrow as pa
import pytest

from precursor_screen.kernel.resolve.goods_facts import CHEMICAL_CODES, FITS, add_goods_facts, misfit
from precursor_screen.reference.bundle import load_rulebook
from precursor_screen.reference.nomenclature import Nomenclature, load_nomenclature
from precursor_screen.reference.shipped import nomenclature_folder, rules_folder
from precursor_screen.text.goods_words import head_noun, heading_nouns
from tests.conftest import ROOT

HS = load_nomenclature(nomenclature_folder())
LISTS = load_rulebook([rules_folder()]).lists
CASES = list(csv.DictReader((ROOT / "tests" / "judgements" / "code_fit.csv").read_text("utf-8").splitlines()))


def judge(rows: list[tuple[str, str | None]]) -> list[tuple[bool | None, str | None]]:
    """(chapter, description) -> (fits_chapter, misfit_noun), through the facts of goods."""
    lines = pa.table(
        {
            "hs_code": [f"{chapter}{_heading(chapter)}" if chapter else None for chapter, _ in rows],
            "hs_chapter": [chapter or None for chapter, _ in rows],
            "hs6": pa.nulls(len(rows), pa.string()),
            "description": pa.array([text for _, text in rows], pa.string()),
            "substance_ids": pa.nulls(len(rows), pa.list_(pa.string())),
        }
    )
    found = add_goods_facts(lines, HS, LISTS)
    return list(zip(found.column("fits_chapter").to_pylist(), found.column("misfit_noun").to_pylist(), strict=True))


def _heading(chapter: str) -> str:
    return HS.last[chapter][2:]


def expected(noun: str) -> tuple[bool | None, str | None]:
    return (None, None) if not noun else (True, None) if noun == FITS else (False, noun)


def test_cases():
    found = judge([(c["chapter"], c["description"] or None) for c in CASES])
    wrong = [(c, f) for c, f in zip(CASES, found, strict=True) if f != expected(c["noun"])]
    assert not wrong


def test_only_chemical_codes_are_judged():
    rows = [(chapter, "BRASS STOP VALVES") for chapter in ("61", "84", "33", "39", "")]
    assert judge(rows) == [(None, None)] * 5
    assert all(judge([(chapter, "BRASS STOP VALVES")])[0][0] is False for chapter in CHEMICAL_CODES)


def test_a_code_that_does_not_exist_is_not_judged():
    lines = pa.table({"hs_code": ["389900"], "hs_chapter": ["38"], "hs6": ["389900"], "description": ["BRASS VALVES"]})
    lines = lines.append_column("substance_ids", pa.nulls(1, pa.list_(pa.string())))
    assert add_goods_facts(lines, HS, LISTS).column("fits_chapter").to_pylist() == [None]


def test_without_a_nomenclature_nothing_is_known():
    assert misfit("BRASS VALVES", Nomenclature(), frozenset(), frozenset()) is None


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("BRASS VALVES FOR WATER", "valves"),
        ("40 ctns, green coffee", "coffee"),
        ("12 x 40", ""),
        ("", ""),
        ("(hinges)", "hinges"),
    ],
)
def test_head_noun(text, noun):
    assert head_noun(text, {"ctns"}) == noun


@pytest.mark.parametrize(
    ("heading", "nouns"),
    [
        ("Horses; live, pure-bred breeding animals", ["horses"]),
        ("Taps, cocks, valves and similar appliances; for pipes", ["taps", "cocks", "valves", "appliances"]),
        ("Waters; n.e.c.", ["waters"]),
    ],
)
def test_heading_nouns(heading, nouns):
    assert list(heading_nouns(heading)) == nouns
