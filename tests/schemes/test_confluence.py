"""Random messages in random runs: the open flags in the end are those of one run with all of them, with their members and values.

Split, shuffled, sent again, amended, cancelled, late, killed and run again. Each sequence is a scheme of its own in one ledger, so that a
run judges a hundred of them at once; that they do not touch each other is what makes it the same as a ledger each.

A commit is held by a hundred of them in three runs, on a server by sixty in two, for what costs are the runs; PS_SEQUENCES asks for
another number of sequences, PS_SEED for others and for more runs.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from precursor_screen.reference.bundle import Reference
from tests.examples import SOAK
from tests.history.conftest import new_database
from tests.schemes.office import Office, row_of
from tests.schemes.ways import Row

SEQUENCES = int(os.environ.get("PS_SEQUENCES", "100"))
SEED = int(os.environ.get("PS_SEED", "1"))
RUNS = 6 if SOAK else 3
RUNS_ON_A_SERVER = 6 if SOAK else 2
AT_ONCE = 300


def messages(scheme: int, choose: random.Random) -> list[Row]:
    """Some messages about two or three bills of one scheme, few enough to meet often."""
    found = []
    for _ in range(choose.randint(2, 8)):
        origin, target = choose.sample("123", 2)
        function = choose.choice(["", "", "", "", "replacement", "cancellation"])
        line = {
            "scheme": f"{scheme:03}",
            "bill": choose.choice("ABCD"),
            "item": choose.choice(["1", "1", "2"]),
            "day": choose.choice(["0", "1", "14", "29", "30", "31", "45", "60", "61", "90"]),
            "goods": choose.choice(["EPHEDRINE"] * 5 + ["ACETONE"]),
            "kg": choose.choice(["20", "40", "60", "100"]),
            "function": function,
            "version": choose.choice(["", "", "1", "2", "3"]),
            "from": origin,
            "to": target,
        }
        found.append(row_of(line))
    return list({json.dumps(row, sort_keys=True): row for row in found}.values())


def arrivals(rows: list[Row], count: int, choose: random.Random) -> list[list[Row]]:
    """The rows in so many runs: in any order, some of them sent again."""
    runs: list[list[Row]] = [[] for _ in range(count)]
    for row in rows:
        for number in {choose.randrange(count) for _ in range(choose.choice([1, 1, 1, 2]))}:
            runs[number].append(row)
    for some in runs:
        choose.shuffle(some)
    return runs


def agrees(office_of: Callable[[str], Office], first: int, count: int, run_count: int) -> None:
    choose = random.Random(f"{SEED} {first}")
    schemes = {n: messages(n, choose) for n in range(first, first + count)}
    runs: list[list[Row]] = [[] for _ in range(run_count)]
    for rows in schemes.values():
        for number, some in enumerate(arrivals(rows, run_count, choose)):
            runs[number] += some
    whole, parts = office_of(f"whole{first}"), office_of(f"parts{first}")
    whole.screen([[row for rows in schemes.values() for row in rows]])
    fates = [n % 4 for n in range(run_count)]  # killed before it is recorded, killed after, and neither
    choose.shuffle(fates)
    for rows, fate in zip(runs, fates, strict=True):
        if fate < 2:
            parts.screen_and_die([rows], recorded=fate == 1)
        half = len(rows) // 2
        parts.screen([rows] if choose.randrange(2) else [rows[half:], rows[:half]])
    assert parts.verify() == []
    expected, found = whole.told(), parts.told()
    wrong = {f"{n:03}": (found[f"{n:03}"], expected[f"{n:03}"]) for n in schemes if found[f"{n:03}"] != expected[f"{n:03}"]}
    assert not wrong, f"{len(wrong)} of {count}, first {next(iter(wrong.items()))}"


def blocks(count: int) -> list[tuple[int, int]]:
    """A scheme has a number of three figures."""
    return [(first, min(AT_ONCE, count - first)) for first in range(0, min(count, 900), AT_ONCE)]


@pytest.mark.parametrize(("first", "count"), blocks(SEQUENCES))
def test_open_flags_do_not_depend_on_how_messages_came(tmp_path: Path, reference: Reference, first: int, count: int) -> None:
    agrees(lambda name: Office(f"sqlite:///{tmp_path / name}.sqlite", reference, tmp_path / name), first, count, RUNS)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize(("first", "count"), blocks(200 if SOAK else 60))
def test_the_same_on_a_server(postgres: str, tmp_path: Path, reference: Reference, first: int, count: int) -> None:
    agrees(lambda name: Office(new_database(postgres), reference, tmp_path / name), first, count, RUNS_ON_A_SERVER)
