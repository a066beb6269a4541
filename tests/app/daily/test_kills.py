"""Runs of `daily` that are killed at random moments: no half file is seen, nothing is screened twice, nothing is left out.

PRECURSOR_SCREEN_TEST_KILLS says how many; `python -m tests.app.daily.test_kills 100` does as many by hand.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.history.store import open_ledger
from tests.app.remembered import line
from tests.cli.conftest import FEW, OTHER_RULES, cut_rules
from tests.examples import SOAK
from tests.screening import table
from tests.warm import PROGRAM, Process, start

KILLS = int(os.environ.get("PRECURSOR_SCREEN_TEST_KILLS", "12" if SOAK else "5"))
WORDS = ("--jurisdiction", "US", "--watchlist", "sample", "--settle", "0", "--jobs", "1", "--format", "json", "--format", "csv")


def daily(folder: Path) -> Process:
    """A run with a few rules, unless faults are looked for: what it publishes and records is the same with all."""
    code, words = (PROGRAM, []) if SOAK else (OTHER_RULES, [folder / "rules"])
    process: Process = start(
        code, *words, "--home", "home", "daily", "inbox", "--out", "out", *WORDS, cwd=folder, stdout=subprocess.DEVNULL
    )
    return process


def see(folder: Path) -> list[dict[str, Any]]:
    """Everything that can be seen is whole; the records of the folders."""
    found = []
    for place in sorted((folder / "out").iterdir()):
        if place.name.startswith(".") or place.is_symlink():
            continue
        if not place.is_dir():
            text = place.read_text()
            assert text.endswith("\n")
            assert place.suffix != ".json" or json.loads(text)
            continue
        record = json.loads((place / "run.json").read_text())
        report = json.loads((place / "report.json").read_text())
        with (place / "report.csv").open(encoding="utf-8-sig", newline="") as stream:
            assert len(list(csv.reader(stream))) == len(report["flags"]) + 1
        assert (place / "summary.txt").read_text().startswith(record["subject"] + "\n")
        found.append(record | {"report": report, "name": place.name})
    latest = folder / "out" / "latest"
    assert not latest.is_symlink() or latest.resolve().is_dir()
    return found


def told_as(flag: dict[str, Any]) -> tuple[str, ...]:
    """What may be told once: a flag, and each time it escalated from what it was when somebody was told."""
    return (flag["flag_id"], *(e["as_written"] for e in flag["evidence"] if e["field"] == "escalated"))


def run_with_kills(folder: Path, kills: int, seed: int) -> str:
    """Files come, runs are killed, and what is seen is checked each time; gives figures in a sentence."""
    chance = random.Random(seed)
    for name in ("inbox", "out"):
        (folder / name).mkdir()
    cut_rules(folder / "rules", *FEW, "ps-qty-004.yml", "ps-qty-005.yml")
    came, runs, killed, seen, long = 0, 0, 0, 0, 0.0
    while killed < kills:
        runs += 1
        if not came or chance.random() < 0.6:
            (folder / "inbox" / f"{came}.csv").write_bytes(table([line(came, 60), line(1_000 + came, 5)]))
            came += 1
        process, began = daily(folder), time.monotonic()
        try:
            process.wait(chance.uniform(0.2, 1.1 * long) if long else None)
            long = time.monotonic() - began  # the last run in full: a slow one must not spare all that follow
        except subprocess.TimeoutExpired:
            process.kill()
        _, said = process.communicate()
        assert process.returncode in (-9, 0, 1), said
        killed += process.returncode == -9
        assert len(see(folder)) >= seen  # nothing disappears
        seen = len(see(folder))
    both = [daily(folder) for _ in range(2)]  # and two at once
    for process in both:
        assert process.communicate(timeout=300) is not None
        assert process.returncode in (0, 1)
    records = see(folder)
    files = Counter(f["name"] for r in records for f in r["files"])
    assert files == dict.fromkeys((f"{n}.csv" for n in range(came)), 1)
    bills = Counter(s["shipment_id"] for r in records for s in r["report"]["shipments"])
    assert sorted(bills) == sorted(f"B{n}" for m in range(came) for n in (m, 1_000 + m))
    assert set(bills.values()) == {1}
    flags = Counter(told_as(f) for r in records for f in r["report"]["flags"] if f["state"] == "new")
    assert set(flags.values()) == {1}, sorted(one for one, times in flags.items() if times > 1)
    assert [r["number"] for r in sorted(records, key=lambda r: r["started"])] == list(range(1, len(records) + 1))
    with open_ledger(f"sqlite:///{folder / 'home' / 'ledger.sqlite'}") as ledger:
        assert (ledger.verify(), ledger.broken_off()) == ([], set())
        assert ledger.info().files == came
    return f"{runs} runs, {killed} of them killed; {came} files in {len(records)} folders, {len(flags)} new flags, each once"


@pytest.mark.slow
def test_kills_at_random_moments(tmp_path):
    assert run_with_kills(tmp_path, KILLS, seed=14)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(
            run_with_kills(Path(place), int(sys.argv[1]), seed=int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000))
        )
