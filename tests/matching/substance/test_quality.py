"""A quality gate on labelled data that is not part of the project: set PRECURSOR_SCREEN_TEST_DATA to run it."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

from tests.matching.substance.test_index import found, index

DATA = os.environ.get("PRECURSOR_SCREEN_TEST_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="PRECURSOR_SCREEN_TEST_DATA names no folder of labelled data")

# Some names with an edit or two are another word, or nobody's.
LEAST = {"misspelling-1-edit": 0.98, "misspelling-2-edit": 0.88, "OCR-confusion": 0.97}
TWINS = {"ephedrine", "pseudoephedrine"}


def rows(name: str) -> list[dict[str, str]]:
    with (Path(DATA) / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_recall() -> None:
    total: defaultdict[str, int] = defaultdict(int)
    right: defaultdict[str, int] = defaultdict(int)
    for row in rows("substance_cases/positives.csv"):
        ids = {m.substance_id for m in found(row["string"])}
        total[row["kind"]] += 1
        right[row["kind"]] += row["substance_id"] in ids or (row["substance_id"] in TWINS and bool(ids & TWINS))
    short = {
        k: f"{right[k]} of {n}" for k, n in total.items() if right[k] < (n * LEAST[k] if k in LEAST else n - max(1, n // 200))
    }
    assert not short


def test_false_positives() -> None:
    total: defaultdict[str, int] = defaultdict(int)
    false: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows("substance_cases/negatives.csv"):
        total[row["kind"]] += 1
        if any(m.strength != "weak" for m in found(row["string"])):
            false[row["kind"]].append(row["string"])
    assert {k: f[:5] for k, f in false.items() if len(f) > total[k] / 200} == {}


def test_ordinary_goods() -> None:
    texts = sorted({r["goods_description"] for r in rows("manifests/goods_descriptions_real.csv")})
    counted = [r for r in index().recognise_texts(texts).to_pylist() if r["suppressed"] is None]
    assert len({r["value"] for r in counted if r["strength"] != "weak"}) < len(texts) / 2000
    assert len({r["value"] for r in counted}) < len(texts) / 1000
