"""Judged cases, one row each: what a text names, and what looks alike and is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.matching.substance.test_index import found, index

CASES = Path(__file__).parents[2] / "judgements"


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


POSITIVE, NEGATIVE = rows("substances_positive.csv"), rows("substances_negative.csv")
MISSPELLED, NEIGHBOURS = rows("substances_misspelled.csv"), rows("substances_neighbours.csv")


def test_there_are_enough_cases() -> None:
    assert len(POSITIVE) >= 200
    assert len(NEGATIVE) >= 200
    assert len(MISSPELLED) >= 250
    assert len(NEIGHBOURS) >= 90
    assert {r["substance_id"] for r in POSITIVE} == {s.substance_id for s in index().substances}


@pytest.mark.parametrize("row", POSITIVE, ids=lambda r: f"{r['kind']}:{r['text']}".encode("ascii", "backslashreplace").decode())
def test_a_text_that_names_a_substance(row: dict[str, str]) -> None:
    right = [m for m in found(row["text"]) if m.substance_id == row["substance_id"]]
    assert any(m.matched == row["matched"] for m in right), index().match(row["text"])
    assert {m.substance_id for m in found(row["text"]) if m.strength != "weak"} <= {row["substance_id"]}
    if row["kind"] == "weak":
        assert {m.strength for m in right} == {"weak"}
    elif row["kind"] not in ("CAS", "EC"):
        assert any(m.strength != "weak" for m in right)
        assert all((m.method == "normalised") == (row["kind"] == "normalised") for m in right)


@pytest.mark.parametrize("row", NEGATIVE, ids=lambda r: f"{r['kind']}:{r['text']}".encode("ascii", "backslashreplace").decode())
def test_a_text_that_names_none(row: dict[str, str]) -> None:
    assert [m for m in found(row["text"]) if m.strength != "weak"] == []


@pytest.mark.parametrize("row", MISSPELLED, ids=lambda r: r["text"].encode("ascii", "backslashreplace").decode())
def test_a_name_spelled_otherwise(row: dict[str, str]) -> None:
    right = [m for m in found(row["text"]) if m.substance_id == row["substance_id"]]
    assert (row["matched"], row["method"]) in {(m.matched, m.method) for m in right}, index().match(row["text"])
    assert {m.strength for m in right if m.method in ("fuzzy", "normalised")} <= {"medium", "weak"}
    assert all(m.score < 100 for m in right if m.method == row["method"])


@pytest.mark.parametrize("row", NEIGHBOURS, ids=lambda r: r["text"].encode("ascii", "backslashreplace").decode())
def test_a_word_that_resembles_a_name(row: dict[str, str]) -> None:
    assert [m for m in found(row["text"]) if m.strength != "weak"] == []
