"""A small run of the campaigns of `benchmarks/damage.py`: the first mutants of each format, and those that once broke the promise."""

from __future__ import annotations

import pytest

from tests.examples import SOAK
from tests.formats.mutants import BINARY, FORMATS, TEXT, judge, mutant

ONCE_WRONG = (
    ("xls", 293), ("xls", 508), ("xls", 522), ("xls", 2529), ("xls", 4302), ("xls", 4320), ("xls", 7362), ("xls", 7383),
    ("ods", 2817), ("zip", 1602), ("xlsx", 183), ("arrow", 6035), ("xls", 6460),
)  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_the_whole_file_is_read_in_full(name: str) -> None:
    form = FORMATS[name]
    assert len(form.present(form.base)) == 12 or name == "feather"  # which is compressed
    assert judge(name, form.base).outcome == "read"
    assert judge(name, form.base).wrong == ""


@pytest.mark.parametrize(("name", "number"), ONCE_WRONG)
def test_what_once_was_lost_or_crashed(name: str, number: int) -> None:
    verdict = judge(name, mutant(name, number))
    assert verdict.outcome in ("refused", "said")
    assert verdict.wrong == ""


@pytest.mark.parametrize("name", [*BINARY, *TEXT])
def test_no_damaged_file_crashes_or_loses_a_row_in_silence(name: str) -> None:
    verdicts = {number: judge(name, mutant(name, number)) for number in range(60 if name in BINARY else 150)}
    assert {number: v.wrong for number, v in verdicts.items() if v.wrong} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*BINARY, *TEXT])
def test_nor_do_more_of_them(name: str) -> None:
    count = (500 if SOAK else 100) if name in BINARY else (1500 if SOAK else 300)
    verdicts = {number: judge(name, mutant(name, number)) for number in range(20_000, 20_000 + count)}
    assert {number: v.wrong for number, v in verdicts.items() if v.wrong} == {}


def test_the_judge_sees_a_lost_row(monkeypatch: pytest.MonkeyPatch) -> None:
    short = FORMATS["csv"].base
    monkeypatch.setattr("tests.formats.mutants.open_sheets", lambda blob: [])
    assert judge("csv", short).wrong.startswith("rows lost in silence: [700001")
