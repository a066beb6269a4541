"""Propiophenones and 1-phenyl-2-nitropropene: what a text names, how sure that is, and what looks alike: places in the ring and on the
chain, other halogens, the medicines that are made of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from precursor_screen.matching.substance.match import Match
from precursor_screen.reference.recogniser import known_index

CASES = Path(__file__).parents[2] / "judgements" / "cathinone_precursors.csv"
with CASES.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def counted(text: str) -> list[Match]:
    return [m for m in known_index().match(text) if m.suppressed is None]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['kind']}:{r['text']}".encode("ascii", "backslashreplace").decode())
def test_a_text_names_one_or_none(row: dict[str, str]) -> None:
    found = counted(row["text"])
    assert {m.substance_id for m in found} == ({row["substance_id"]} if row["substance_id"] else set())
    if row["substance_id"]:
        assert row["matched"] in {m.matched for m in found}
        assert ({m.strength for m in found} == {"weak"}) == (row["kind"] == "weak")


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("3'-chloropropiophenone", "strong"),
        ("3 ' - CHLOROPROPIOPHENONE", "strong"),
        ("3\N{PRIME}-chloropropiophenone", "strong"),
        ("3-chloropropiophenone", "weak"),
        ("3 chloro propiophenone", "weak"),
        ("3-chloropropiophenone 200 kg", "medium"),
    ],
)
def test_a_place_without_its_prime_is_weak_where_it_names_another_chemical(text: str, strength: str) -> None:
    (match,) = counted(text)
    assert (match.substance_id, match.strength) == ("3-chloropropiophenone", strength)
