"""Shipped rules kill at least nine of ten of their mutants: so many small mistakes in a rule would be noticed by its own tests.

To judge the mutants of all rules takes minutes. `mutants.csv` holds what each rule kills and the digest of the file that was measured: a rule
that changed is measured anew (`pytest tests/rules/test_mutants.py --renew-golden`), and of the others some are, each time.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from precursor_screen.app.rulecheck.mutants import Mutation, mutate, share, show
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulebook.compile import CompiledRule
from tests.examples import SOAK

AT_LEAST = 90  # per cent
# One rule in so many is measured in each run of the tests; of a soak more, among them some over time, which take longest.
EVERY = 16 if SOAK else 40
BOOK = load_rulebook(rule_folders())
MEASURED = Path(__file__).parent / "mutants.csv"
COLUMNS = ("rule", "digest", "killed", "made")
FILES = {path.stem.upper(): path for folder in rule_folders() for path in folder.rglob("ps-*.yml")}


def digest(rule: CompiledRule) -> str:
    return hashlib.sha256(FILES[rule.rule.id].read_bytes()).hexdigest()[:16]


def measure(*rules: CompiledRule) -> list[Mutation]:
    return mutate(rules, BOOK.lists, BOOK.macros)


def recorded() -> dict[str, dict[str, str]]:
    with MEASURED.open(encoding="utf-8", newline="") as stream:
        return {row["rule"]: row for row in csv.DictReader(stream)}


def test_every_rule_was_measured_as_it_stands(request):
    known = recorded()
    changed = [r for r in BOOK.compiled if known.get(r.rule.id, {}).get("digest") != digest(r)]
    if request.config.getoption("--renew-golden"):
        for rule, found in zip(changed, measure(*changed), strict=True):
            values = (rule.rule.id, digest(rule), str(found.killed), str(found.total))
            known[rule.rule.id] = dict(zip(COLUMNS, values, strict=True))
        with MEASURED.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(known[r.rule.id] for r in sorted(BOOK.compiled, key=lambda r: r.rule.id))
        changed = []
    assert [r.rule.id for r in changed] == [], "--renew-golden measures them"
    assert set(known) == {r.rule.id for r in BOOK.compiled}


def test_shipped_rules_kill_nine_of_ten_of_their_mutants():
    rows = recorded().values()
    assert share(sum(int(r["killed"]) for r in rows), sum(int(r["made"]) for r in rows)) >= AT_LEAST


@pytest.mark.slow
@pytest.mark.parametrize("rule", BOOK.compiled[::EVERY], ids=lambda r: r.rule.id)
def test_what_is_recorded_is_what_is_measured(rule):
    (found,) = measure(rule)
    row = recorded()[rule.rule.id]
    assert (found.killed, found.total) == (int(row["killed"]), int(row["made"])), "\n".join(show([found]))
