"""How fast the ledger looks back and records: `python benchmarks/ledger.py [--movements 10000000] [--url URL] [--keep]`.

Synthetic movements from a seed: 400 days, consignees drawn by a power law, every tenth line of a manifest a movement. Measured are
a day of 10,000 lines (1,000 movements) and a run of 1 M lines (100,000 movements of one day) against what is recorded.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.history.values import RunRecord

FIRST = date(2025, 11, 1)
DAYS = 400
RUN = 25_000  # movements a run of the recorded past
COLUMNS = (
    *("as_of_date", "shipment_id", "consignee_key", "consignor_key", "consignee_address_key", "exporter_key", "substance_id"),
    *("substance_mass_kg", "country_of_destination", "direction", "container_numbers", "permit_reference", "value_usd"),
)
KEYS = (
    *(("consignee_key", "substance_id"), ("consignor_key", "consignee_key", "substance_id"), ("consignee_key",)),
    *(("consignee_address_key",), ("exporter_key", "substance_id"), ("container_numbers",)),
)


def make(rng: np.random.Generator, rows: int, start: int, parties: int, first_day: int, days: int) -> pa.Table:
    """Movements whose numbers begin at `start`, spread over some days."""

    def numbered(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
        digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
        return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")

    def party(prefix: str) -> pa.Array:
        return numbered(prefix, (parties * rng.random(rows) ** 3).astype(np.int64), 7)

    numbers = np.arange(start, start + rows)
    keys = numbered("", numbers, 32)
    consignee = party("consignee trading company ")
    some = pa.array(rng.random(rows) < 0.1)
    containers = pa.ListArray.from_arrays(
        pa.array(np.arange(rows + 1), pa.int32()), numbered("TESU", rng.integers(0, 10**7, rows), 7)
    )
    grams = rng.integers(1, 10**7, rows)
    mass = pa.array((grams / 1000).astype("U16")).cast(pa.decimal128(18, 6))
    none = pa.scalar(None, pa.string())
    columns = {
        "movement_key": keys,
        "line_id": keys,
        "shipment_id": numbered("BL", numbers // 3, 10),
        "bill_of_lading": numbered("BL", numbers // 3, 10),
        "source_file": pa.array(["manifest.csv"] * rows),
        "source_row": pa.array(numbers % 10_000),
        "message_function": pa.array(["original"] * rows),
        "as_of_date": pa.array((first_day + rng.integers(0, days, rows) + (FIRST - date(1970, 1, 1)).days).astype(np.int32)).cast(
            pa.date32()
        ),
        "container_numbers": containers,
        "direction": pa.array(["import"] * rows),
        "country_of_destination": numbered("C", rng.integers(0, 90, rows), 1),
        "consignee_name": pc.utf8_upper(consignee),
        "consignee_key": consignee,
        "consignor_name": party("CONSIGNOR CHEMICALS LIMITED "),
        "consignor_key": party("consignor chemicals "),
        "consignee_address_key": numbered("12 harbour road ", rng.integers(0, parties, rows), 7),
        "exporter_key": pc.if_else(some, party("exporter "), none),
        "permit_reference": pc.if_else(some, numbered("P", numbers // 20, 8), none),
        "hs6": numbered("29", rng.integers(0, 9999, rows), 4),
        "description": numbered("ACETIC ANHYDRIDE 98 % IN DRUMS, UN 1715, LOT ", rng.integers(0, 10**6, rows), 6),
        "substance_id": numbered("substance-", (300 * rng.random(rows) ** 3).astype(np.int64), 3),
        "substance_mass_kg": mass,
        "mass_basis": pa.array(["net"] * rows),
    }
    filled = [columns[f.name] if f.name in columns else pa.nulls(rows, f.type) for f in MOVEMENT]
    return pa.table([c.cast(f.type) for c, f in zip(filled, MOVEMENT, strict=True)], schema=MOVEMENT)


def record_of(number: int) -> RunRecord:
    """The run of a day."""
    started = datetime(2025, 11, 1, 6, tzinfo=UTC) + timedelta(days=number)
    return RunRecord(started, "bench", started.date())


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long something took, and the most memory so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - wall:8.2f} s {time.process_time() - cpu:8.2f} CPU-s  peak {peak:6.0f} MB  {what}", flush=True)


def fill(ledger: Ledger, total: int, parties: int) -> None:
    """Records the past."""
    rng = np.random.default_rng(1)
    per_run = max(RUN, total // DAYS)
    for number, start in enumerate(range(0, total, per_run)):
        rows = min(per_run, total - start)
        table = make(rng, rows, start, parties, number * DAYS * per_run // total, 1)
        with ledger.begin(record_of(number)) as transaction:
            transaction.record_movements(table)


def look(ledger: Ledger, rows: int, total: int, parties: int, span: int, columns: tuple[str, ...]) -> None:
    """A run of that many movements, on the day after the past, which is not recorded."""
    table = make(np.random.default_rng(2), rows, 10**9, parties, DAYS, 1)
    try:
        with ledger.begin(record_of(DAYS)) as transaction:
            with timed(f"look back {span} days for {rows:,} movements over {total:,}, {len(columns)} columns"):
                history = transaction.look_back(table, span, columns, KEYS)
            print(f"{'':12}{history.movements.num_rows:,} movements came back, {history.movements.nbytes / 1e6:,.0f} MB")
            with timed(f"record {rows:,} movements"):
                transaction.record_movements(table)
            raise InterruptedError
    except InterruptedError:
        pass


def main() -> None:
    """Fills a ledger and measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=1_000_000)
    parser.add_argument("--parties", type=int, default=300_000)
    parser.add_argument("--url", help="where the ledger is; one that exists is used as it is [default: a temporary file]")
    parser.add_argument("--span", type=int, nargs="*", default=[30, 180])
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(arguments.url or f"sqlite:///{Path(folder) / 'l.sqlite'}") as ledger,
    ):
        total = arguments.movements
        if not ledger.info().runs:
            with timed(f"record {total:,} movements in runs of {max(RUN, total // DAYS):,}"):
                fill(ledger, total, arguments.parties)
        info = ledger.info()
        print(f"{'':12}{info.movements:,} movements, {(info.bytes or 0) / 1e9:.2f} GB")
        for span in arguments.span:
            for rows in (1_000, 100_000):
                look(ledger, rows, total, arguments.parties, span, COLUMNS)


if __name__ == "__main__":
    main()
