"""The percentage beside a name: which one is the name's, what it is a share of, and how surely."""

from __future__ import annotations

import csv
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.concentrations import concentration_of, find_percentages

CASES = Path(__file__).parents[1] / "judgements" / "concentrations.csv"
ROWS = list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines(keepends=True)))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['name']} in {r['text']}".encode("ascii", "backslashreplace").decode())
def test_the_percentage_of_a_name(row: dict[str, str]) -> None:
    found = concentration_of(row["text"], row["name"])
    if not row["percent"]:
        assert found is None
        return
    assert found is not None
    assert (found.percent, found.by_mass, found.exact) == (
        Decimal(row["percent"]),
        row["by_mass"] == "true",
        row["exact"] == "true",
    )


def test_every_percentage_is_found_with_its_place() -> None:
    text = "ÁCIDO 33,5 %, 95-98 PCT, 12 vol.% and 250 %"
    found = find_percentages(text)
    assert [(str(f.percent), text[f.start : f.end]) for f in found] == [
        ("33.5", "33,5 %"),
        ("98", "95-98 PCT"),
        ("12", "12 vol.%"),
    ]


def test_no_name_has_no_percentage() -> None:
    assert concentration_of("acetone 99 %", "") is None
    assert concentration_of("acetone 99 %", "toluene") is None
    assert concentration_of("", "acetone") is None


@given(st.decimals(min_value="0.1", max_value="100", places=1), st.sampled_from([" ", ", ", " min ", " purity: ", " ("]))
def test_a_percentage_right_after_the_name_is_its(percent: Decimal, between: str) -> None:
    found = concentration_of(f"acetone{between}{percent} %", "acetone")
    assert found is not None
    assert found.percent == percent


@given(st.integers(1, 99))
def test_names_that_take_turns_have_each_their_own(percent: int) -> None:
    for text in (f"acetone {percent} % toluene {100 - percent} %", f"{percent} % acetone {100 - percent} % toluene"):
        assert [f.percent for n in ("acetone", "toluene") if (f := concentration_of(text, n))] == [percent, 100 - percent]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(before: str, after: str) -> None:
    text = f"{before}acetone{after}"
    for found in find_percentages(text):
        assert 0 <= found.start < found.end <= len(text)
        assert 0 < found.percent <= 100
    concentration_of(text, "acetone")


def test_a_megabyte_takes_no_time() -> None:
    began = time.process_time()
    for piece in ("1,", "cas 11 ", "含", "98% ", "acetone 98% ", "99-", "conc ", "acetone conc ", "a30% ", "~" * 9):
        concentration_of(piece * (1_000_000 // len(piece)), "acetone")
    assert time.process_time() - began < 3
