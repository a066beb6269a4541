"""A month of cron, a run a day and some of them killed: each new hold and review is in exactly one mail, and each mail was sent."""

from __future__ import annotations

import random
import re
import subprocess
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.app.remembered import LARGE, line, write_rules
from tests.cli.conftest import FEW, OTHER_RULES, cut_rules
from tests.screening import table
from tests.warm import start

DAYS, RISES = 30, 15
FIRST = date(2026, 11, 1)
WORDS = ("--jurisdiction", "US", "--watchlist", "sample", "--settle", "0", "--jobs", "1", "--format", "json")
_TOLD = re.compile(r"^(HOLD|REVIEW) +\d+  (\S+)  ", re.MULTILINE)


def run_day(folder: Path, day: int, seconds: float | None) -> tuple[int, str]:
    """A run on a day, killed after some seconds: its exit code, and what reached the mail."""
    words = ("--home", "home", "daily", "inbox", "--out", "out", *WORDS, "--as-of", FIRST + timedelta(days=day))
    process = start(OTHER_RULES, folder / "rules", *words, cwd=folder, stdout=subprocess.PIPE)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    mail, said = process.communicate()
    assert process.returncode in (-9, 0, 1), said
    return process.returncode, mail


def spend_month(folder: Path, seed: int) -> tuple[list[str], str, int]:
    """Files come, a run a day, half of them killed at random moments.

    Returns:
        The mails of the folders, what was printed, and how many runs were killed.
    """
    chance, long, printed, killed = random.Random(seed), 0.0, "", 0
    for name in ("inbox", "out"):
        (folder / name).mkdir()
    write_rules(cut_rules(folder / "rules", *FEW), LARGE)
    for day in range(DAYS):
        rows = [line(3 * day, 60, FIRST), line(3 * day + 1, 1, FIRST), line(3 * day + 2, 3_000, FIRST)]
        if day == RISES:  # what was in review two weeks ago
            rows.append({**line(3, 3_000, FIRST), "version": "2"})
        (folder / "inbox" / f"{day}.csv").write_bytes(table(rows))
        began, dies = time.monotonic(), long and chance.random() < 0.5
        code, mail = run_day(folder, day, chance.uniform(0.2, 1.1 * long) if dies else None)
        long = long if dies else time.monotonic() - began
        printed += mail
        killed += code == -9
    printed += run_day(folder, DAYS, None)[1]
    places = (p for p in sorted((folder / "out").iterdir()) if p.is_dir() and not p.is_symlink() and p.name[0].isdigit())
    return [(place / "summary.txt").read_text() for place in places], printed, killed


@pytest.mark.slow
def test_each_hold_and_review_of_a_month_is_in_exactly_one_mail(tmp_path):
    mails, printed, killed = spend_month(tmp_path, seed=26)
    assert killed > 5
    wanted = [(f"B{3 * day}", "REVIEW") for day in range(DAYS)] + [(f"B{3 * day + 2}", "HOLD") for day in range(DAYS)]
    told = Counter((bill, band) for mail in mails for band, bill in _TOLD.findall(mail))
    assert told == dict.fromkeys([*wanted, ("B3", "HOLD")], 1)
    assert all(mail in printed for mail in mails)
