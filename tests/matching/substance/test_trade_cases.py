"""Goods as trade writes them, kind by kind: what is named counts for something, what is not named flags nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.matching.substance.evidence import STRENGTHS
from precursor_screen.reference.recogniser import known_index

with (Path(__file__).parents[2] / "judgements" / "substances_trade.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['kind']}:{c['text']}".encode("ascii", "backslashreplace").decode())
def test_a_text_of_trade(case):
    best = {}
    for match in known_index().match(case["text"]):
        if match.suppressed is None:
            best[match.substance_id] = min(best.get(match.substance_id, 2), STRENGTHS.index(match.strength))
    for wanted in filter(None, case["expected"].split("|")):
        assert best.get(wanted, 3) <= STRENGTHS.index(case["strength"])
    if not case["expected"]:
        assert {s for s, rank in best.items() if rank < 2} == set()
