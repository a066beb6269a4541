"""Ways in which the same lines arrive: each is a list of runs, a run a list of files, a file a list of rows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.examples import SOAK

Row = dict[str, Any]
Runs = list[list[list[Row]]]


def _shuffled(rows: list[Row], seed: int) -> list[Row]:
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return mixed


def _by(rows: list[Row], days: int) -> list[list[Row]]:
    """The rows of every so many days, in the order of days."""
    parts: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row["day"] // days].append(row)
    return [parts[n] for n in sorted(parts)]


def _random_files(rows: list[Row], count: int, seed: int) -> list[list[Row]]:
    files: list[list[Row]] = [[] for _ in range(count)]
    choose = random.Random(seed)
    place: dict[int, list[Row]] = {}
    for row in rows:  # equal rows are that many items where they stand in one file, and copies where they stand in several
        place.setdefault(id(row), choose.choice(files)).append(row)
    return [f for f in files if f]


def _cumulative(rows: list[Row]) -> Runs:
    weeks = _by(rows, 30 if SOAK else 60)
    return [[[row for week in weeks[: n + 1] for row in week]] for n in range(len(weeks))]


WAYS: dict[str, Callable[[list[Row]], Runs]] = {
    "one file": lambda rows: [[rows]],
    "shuffled": lambda rows: [[_shuffled(rows, 1)]],
    "folder": lambda rows: [_random_files(_shuffled(rows, 1), 5, 2)],
    "daily": lambda rows: [[day] for day in _by(rows, 1)],
    "weekly": lambda rows: [[week] for week in _by(rows, 7)],
    "three weeks": lambda rows: [[weeks] for weeks in _by(rows, 21)],
    "seven weeks": lambda rows: [[weeks] for weeks in _by(rows, 49)],
    "random files": lambda rows: [[f] for f in _random_files(rows, 12, 3)],
    "late and out of order": lambda rows: [[f] for f in _random_files(_shuffled(rows, 4), 5 if SOAK else 3, 5)],
    "late, in many files": lambda rows: [[f] for f in _random_files(_shuffled(rows, 4), 9, 5)],
    "latest first": lambda rows: [[month[::-1]] for month in reversed(_by(rows, 30))],
    "cumulative": _cumulative,
}
