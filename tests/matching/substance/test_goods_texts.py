"""Goods texts that somebody wrote who had seen neither code nor tables: what they name, what they do not, and masses that are never too small.

texts.csv: kind, text, hs, expected (empty: nothing). masses.csv: substance_id, kg (of the goods; empty: not to be told), text, note.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from precursor_screen.api import load_reference
from precursor_screen.reference.recogniser import known_index
from tests.screening import screen_rows, with_rules

FOLDER = Path(__file__).parents[2] / "judgements" / "goods_texts"


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True)))


TEXTS = rows_of("texts.csv")
MASSES = rows_of("masses.csv")
SAME = {"3-4-mdp-2-p-methyl-glycidate": "3-4-mdp-2-p-methyl-glycidic-acid-methyl-ester"}
MISSES = {
    "G.B.L. 99.9 ELECTRONIC GRD": "three letters alone are weak",
    "KETAMINE HYDROCHLORIDE USP STERILE": "not under the conventions",
    "FOLDING CARTONS PRINTED FOR PSEUDOEPHEDRINE TABLETS, EMPTY": "tablets make a medicine of it",
}
SMALL = 0.94  # of the mass: densities and roundings differ


@pytest.mark.parametrize("row", TEXTS, ids=lambda r: r["text"][:40])
def test_what_a_text_names(row):
    usable = {m.substance_id for m in known_index().match(row["text"]) if m.suppressed is None and m.strength != "weak"}
    wanted = SAME.get(row["expected"], row["expected"])
    right = wanted in usable if wanted else not usable
    assert right != (row["text"] in MISSES), (row, usable)


def test_no_mass_is_too_small() -> None:
    """A solution counts as what is dissolved, so that a share of the goods' mass is right where the text states a strength."""
    reference = with_rules(load_reference(watchlists=None), "PS-CHEM-001", "PS-CHEM-022")
    rows = [
        {"bill of lading": f"B{n}", "description of goods": r["text"], "hs code": "", "net weight kg": ""}
        for n, r in enumerate(MASSES)
    ]
    found: dict[tuple[str, str], float] = {}
    for flag in screen_rows(rows, reference).report.flags.to_pylist():
        for one in json.loads(flag["evidence"]):
            if one["field"] == "substance_mass_kg" and one["as_written"]:
                found[flag["shipment_id"], flag["substance_id"]] = float(one["as_written"])
    told = {n: found[f"B{n}", r["substance_id"]] for n, r in enumerate(MASSES) if (f"B{n}", r["substance_id"]) in found}
    small = [
        (MASSES[n]["text"], kg)
        for n, kg in told.items()
        if MASSES[n]["kg"] and "%" not in MASSES[n]["text"] and kg < SMALL * float(MASSES[n]["kg"])
    ]
    assert small == []
    assert sum(bool(MASSES[n]["kg"]) for n in told) >= 38
    assert {n for n in told if not MASSES[n]["kg"]} <= {
        58
    }  # a container of 20 feet in Indonesian, and packages of which no number is told
