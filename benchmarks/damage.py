"""Damaged files by the thousand through the readers.

    PYTHONPATH=. python benchmarks/damage.py [--binary 10000] [--text 100000] [--jobs 2] [FORMAT ...]

Each process of the campaign, and the one that reads for it, has 2 GB. It prints what became of the mutants of each format and the
numbers of those that broke the promise (`tests/formats/mutants.py`); the exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections import Counter

MEMORY = 2 << 30
BATCH = 500


def _run(task: tuple[str, int, int]) -> tuple[Counter[str], list[str]]:
    from tests.formats.mutants import judge, mutant

    name, start, end = task
    outcomes: Counter[str] = Counter()
    wrong = []
    for number in range(start, end):
        verdict = judge(name, mutant(name, number))
        outcomes[verdict.outcome] += 1
        if verdict.wrong:
            wrong.append(f"{name} {number}: {verdict.wrong}")
    return outcomes, wrong


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> int:
    from tests.formats.mutants import BINARY, TEXT

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=int, default=10_000)
    parser.add_argument("--text", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("formats", nargs="*", default=[*BINARY, *TEXT])
    options = parser.parse_args()
    broken = 0
    with multiprocessing.get_context("spawn").Pool(options.jobs, _limit) as pool:
        for name in options.formats:
            started = time.monotonic()
            count = options.binary if name in BINARY else options.text
            tasks = [(name, start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
            outcomes: Counter[str] = Counter()
            for one, wrong in pool.imap_unordered(_run, tasks):
                outcomes += one
                broken += len(wrong)
                for line in wrong[:20]:
                    print(line, flush=True)
            shown = ", ".join(f"{n} {outcome}" for outcome, n in sorted(outcomes.items()))
            print(f"{name}: {count} mutants in {time.monotonic() - started:.0f} s: {shown}", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
