"""A day of 10,000 lines against a ledger: `python benchmarks/day.py [--movements 1000000] [--url URL] [--repeat 3]`.

The recorded past is that of `ledger.py`; the day is a table of goods of which every tenth line names a listed substance, between parties of
that past. Measured are the whole run, with the rules that ship, and of it what the ledger takes: to look back, to compare flags, to record.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from ledger import DAYS, FIRST, RUN, make, record_of

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.ledger_history import LedgerMemory
from precursor_screen.app.stream import run
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.history.transaction import Transaction
from precursor_screen.readers.interface import ReadOptions

GOODS = ("EPHEDRINE HYDROCHLORIDE", "ACETIC ANHYDRIDE", "ACETONE", "POTASSIUM PERMANGANATE")
PLAIN = ("CERAMIC TILES", "COTTON SHIRTS", "STEEL BOLTS", "PLASTIC CHAIRS", "PAPER BAGS")
MEASURED = ("look_back", "read_counts", "episodes", "compare_flags", "record_movements", "record_counts", "record_flags", "keep")


def fill(ledger: Ledger, total: int, parties: int, substances: list[str]) -> None:
    """Records a past of substances that the rules are about."""
    rng, per_run = np.random.default_rng(1), max(RUN, total // DAYS)
    recognised = {"form": "substance", "match_strength": "strong", "match_method": "name"}
    for number, start in enumerate(range(0, total, per_run)):
        rows = min(per_run, total - start)
        table = make(rng, rows, start, parties, number * DAYS * per_run // total, 1)
        chosen = (len(substances) * rng.random(rows) ** 3).astype(np.int64)
        for name, values in {
            **{n: [v] * rows for n, v in recognised.items()},
            "substance_id": [substances[n] for n in chosen],
        }.items():
            table = table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(values, pa.string()))
        for side, role in (("sender", "consignor"), ("receiver", "consignee")):
            for part in ("name", "key"):
                at = table.column_names.index(f"{side}_{part}")
                table = table.set_column(at, table.schema.field(at), table.column(f"{role}_{part}"))
        with ledger.begin(record_of(number)) as transaction:
            transaction.record_movements(table)


def day_of(rng: np.random.Generator, lines: int, parties: int, number: int) -> bytes:
    """A manifest of one day as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["bill of lading", "shipper", "consignee", "description of goods", "net weight kg", "date"])
    when = FIRST + timedelta(days=DAYS + number)
    for n in range(lines):
        goods = GOODS[n // 10 % len(GOODS)] if n % 10 == 0 else PLAIN[n % len(PLAIN)]
        origin, target = (int(parties * rng.random() ** 3) for _ in range(2))
        firms = (f"consignor chemicals {origin:07}", f"consignee trading company {target:07}")
        writer.writerow([f"D{number}-{n}", *firms, goods, int(rng.integers(1, 10**4)), when.isoformat()])
    return text.getvalue().encode()


def measured(seconds: dict[str, float]) -> None:
    """Adds up what the methods of a transaction take."""

    def timing(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **more: Any) -> Any:
            started = time.perf_counter()
            try:
                return method(*args, **more)
            finally:
                seconds[name] += time.perf_counter() - started

        return timed

    for name in MEASURED:
        setattr(Transaction, name, timing(name, getattr(Transaction, name)))


def main() -> None:
    """Fills a ledger where there is none, and screens some days."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=1_000_000)
    parser.add_argument("--parties", type=int, default=300_000)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--url", help="where the ledger is; one that exists is used as it is [default: a temporary file]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'ledger.sqlite'}"
        reference = load_reference(as_of=FIRST + timedelta(days=DAYS + options.repeat))
        with open_ledger(url) as ledger:
            if not ledger.info().runs:
                started = time.perf_counter()
                fill(ledger, options.movements, options.parties, [s.substance_id for s in reference.substances.substances])
                print(f"{options.movements:,} movements recorded in {time.perf_counter() - started:.0f} s", flush=True)
        seconds: dict[str, float] = defaultdict(float)
        measured(seconds)
        rng, wholes = np.random.default_rng(11), []
        for number in range(options.repeat):
            seconds.clear()
            source = Source(f"day-{number}.csv", content=day_of(rng, options.lines, options.parties, number))
            started = time.perf_counter()
            begun = datetime.now(UTC)
            with LedgerMemory(url, 0.0, reference) as memory:
                result = run((source,), ReadOptions(), reference, fail_on="high", started=begun, remember=memory.of_run)
                memory.record(result.screened, result.report, result.inputs)
                memory.delivered()
            wholes.append(time.perf_counter() - started)
            parts = ", ".join(f"{name} {seconds[name]:.2f}" for name in MEASURED)
            print(f"day {number}: {wholes[-1]:.2f} s, {result.screened.flags.num_rows} flags; {parts}", flush=True)
        print(f"median {statistics.median(wholes):.2f} s of {options.lines:,} lines against {options.movements:,} movements")


if __name__ == "__main__":
    main()
