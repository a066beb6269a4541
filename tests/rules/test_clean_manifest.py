"""How often each rule flags innocent trade. Any change fails until `--renew-golden` writes it down; a reason is kept for every rate."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import Run, run
from precursor_screen.readers.interface import ReadOptions
from tests.rules.clean_manifest import LINES, make_manifest
from tests.screening import STARTED

PINNED = Path(__file__).parent / "clean_rates.csv"
COLUMNS = ("rule_id", "status", "level", "flags_per_10000_lines", "known_reason")
MUST_EXPLAIN = 10  # flags in 10,000 lines: one in a thousand
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def screened(reference) -> Run:
    return run((Source("clean.csv", content=make_manifest()),), ReadOptions(), reference, started=STARTED)


@pytest.fixture(scope="module")
def pinned(request, screened, reference) -> dict[str, dict[str, str]]:
    """The file's rows by rule; written anew, with the reasons that are there, where that is asked for."""
    before = {row["rule_id"]: row for row in read_pinned()}
    if request.config.getoption("--renew-golden"):
        counts = Counter(screened.report.flags.column("rule_id").to_pylist())
        with PINNED.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for rule in sorted((r.rule for r in reference.rules), key=lambda r: r.id):
                reason = before.get(rule.id, {}).get("known_reason", "")
                writer.writerow((rule.id, rule.status, rule.level, f"{counts[rule.id] * 10_000 / LINES:g}", reason))
    return {row["rule_id"]: row for row in read_pinned()}


def read_pinned() -> list[dict[str, str]]:
    if not PINNED.exists():
        return []
    with PINNED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_line_is_screened(screened):
    assert screened.report.coverage["lines_read"] == screened.report.coverage["screened"] == LINES


def test_rates_are_those_written_down(screened, pinned):
    counts = Counter(screened.report.flags.column("rule_id").to_pylist())
    now = {rule: f"{counts[rule] * 10_000 / LINES:g}" for rule in pinned}
    assert now == {rule: row["flags_per_10000_lines"] for rule, row in pinned.items()}
    assert set(counts) <= set(pinned)


def test_every_rule_is_written_down_as_it_is(pinned, reference):
    rules = {r.rule.id: (r.rule.status, r.rule.level) for r in reference.rules}
    assert {rule: (row["status"], row["level"]) for rule, row in pinned.items()} == rules


def test_a_high_rate_has_a_reason(pinned):
    assert [
        r for r, row in pinned.items() if float(row["flags_per_10000_lines"]) > MUST_EXPLAIN and not row["known_reason"]
    ] == []


def test_a_reason_without_a_flag_is_out_of_date(pinned):
    assert [r for r, row in pinned.items() if row["flags_per_10000_lines"] == "0" and row["known_reason"]] == []


def test_nothing_critical_is_flagged(screened):
    flags = screened.report.flags
    worst = [
        r for r, level in zip(*(flags.column(c).to_pylist() for c in ("rule_id", "level")), strict=True) if level == "critical"
    ]
    assert worst == []
