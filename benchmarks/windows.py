"""How fast rules are judged: `python benchmarks/windows.py [--parts rows past day] [--movements 10000000] [--url URL]`.

Three parts, all of them unless some are named. rows: every line and shipment rule over 1 M resolved lines. past: every history rule
over a manifest of 1 M lines (100,000 movements) with 10 M recorded ones, given as the kernel gets them. day: a manifest of 10,000
lines (1,000 movements) against a real ledger of as many, from the look back to the flags. Synthetic, from a seed.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ledger import DAYS, FIRST, RUN, make, record_of, timed
from manifests import write_manifest

from precursor_screen.api import load_reference
from precursor_screen.app.ledger_history import EVER
from precursor_screen.core.history_seam import KNOWN, History, HistoryQuery, HistoryRequest, VersionsResult
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.history import Groups
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.kernel.judge.flag import flag_lines, flag_shipments
from precursor_screen.kernel.judge.windows.judge import judge_windows, request_history
from precursor_screen.kernel.match import match
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.readers.registry import read
from precursor_screen.reference.bundle import Reference

PARTIES = 300_000
COUNTRIES = (
    "DE",
    "IN",
    "CN",
    "BE",
    "NL",
    "GB",
    "FR",
    "IT",
    "ES",
    "KR",
    "JP",
    "MX",
    "BR",
    "ZA",
    "TR",
    "AE",
    "SG",
    "TH",
    "VN",
    "PL",
)


def make_moves(rng: np.random.Generator, rows: int, start: int, first_day: int, days: int, reference: Reference) -> pa.Table:
    """Movements as `ledger.make` gives them, of real substances: three in five of the Tables, one in five of national law, one of none."""
    table = make(rng, rows, start, PARTIES, first_day, days)
    known = reference.substances.substances
    listed = [s.substance_id for s in known if any(c.instrument == "UN1988" for c in s.controls)]
    national = [s.substance_id for s in known if s.tier == "national"]
    kind = rng.random(rows)
    of_tables = pa.array(listed).take(pa.array((len(listed) * rng.random(rows) ** 3).astype(np.int64)))
    of_nations = pa.array(national).take(pa.array(rng.integers(0, len(national), rows)))
    none = pa.scalar(None, pa.string())
    ids = pc.if_else(pa.array(kind < 0.6), of_tables, pc.if_else(pa.array(kind < 0.8), of_nations, none))
    there = pc.is_valid(ids)

    def only(value: str) -> pa.Array:
        return pc.if_else(there, pa.scalar(value), none)

    def country() -> pa.Array:
        return pa.array(COUNTRIES).take(pa.array((len(COUNTRIES) * rng.random(rows) ** 2).astype(np.int64)))

    mass = np.exp(rng.normal(4, 1.5, rows)).round(3)
    worth = (mass * np.exp(rng.normal(1, 0.4, rows))).round(2)
    new = {
        "substance_id": ids,
        "form": only("substance"),
        "match_method": only("name"),
        "match_strength": only("strong"),
        "mass_confidence": only("high"),
        "substance_mass_kg": pc.if_else(there, pa.array(mass).cast(pa.string()), none).cast(pa.decimal128(18, 6)),
        "value_usd": pa.array(worth).cast(pa.string()).cast(pa.decimal128(18, 6)),
        "country_of_dispatch": country(),
        "country_of_destination": pa.array(["US"] * rows),
        "lexicon_terms": _words(rng, kind),
        "transport_mode": pc.if_else(pa.array(rng.random(rows) < 0.1), pa.scalar("air"), pa.scalar("sea")),
    }
    for name, column in new.items():
        table = table.set_column(MOVEMENT.get_field_index(name), MOVEMENT.field(name), column)
    return table


def _words(rng: np.random.Generator, kind: np.ndarray) -> pa.Array:
    """A twentieth of the goods without a substance is equipment."""
    some = ((kind >= 0.8) & (rng.random(len(kind)) < 0.05)).astype(np.int32)
    offsets = pa.array(np.concatenate([[0], np.cumsum(some)]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, pa.array(["equipment"] * int(some.sum()), pa.string()))


def judge_rows(reference: Reference, lines: int) -> None:
    """The rules of scope line and shipment over resolved lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.csv"
        write_manifest(path, lines)
        (filed,) = read(path)
    supplied = pa.table([[filed.input.input_id], [sorted(filed.input.supplied)]], names=["input_id", "supplied_fields"])
    found = match(filed.lines, reference)
    resolved = resolve(filed.lines, supplied, found, reference)
    by_line = sum(r.rule.scope == "line" for r in reference.rules)
    by_shipment = sum(r.rule.scope == "shipment" for r in reference.rules)
    with timed(f"{by_line} line rules over {lines:,} lines, {resolved.substances.num_rows:,} substance candidates"):
        flags, _ = flag_lines(resolved, reference.rules)
    print(f"{'':12}{flags.num_rows:,} flags")
    with timed(f"{by_shipment} shipment rules over the same"):
        flag_shipments(resolved, reference.rules)


def judge_past(reference: Reference, live_rows: int, past_rows: int) -> None:
    """The rules of scope history, with the past as a look back gives it: only the columns asked for, one table after another."""
    rng = np.random.default_rng(3)
    live = make_moves(rng, live_rows, 10**9, DAYS, 1, reference)
    request = request_history(live, reference.rules, reference.registers)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{n}.arrow" for n in range(len(request.queries))]
        _write_past(rng, live, request, past_rows, reference, paths)
        path_of = dict(zip(request.queries, paths, strict=True))

        def read(ask: HistoryQuery) -> pa.Table:
            return pa.ipc.open_file(pa.memory_map(str(path_of[ask]))).read_all()

        history = History(read, KNOWN.empty_table(), VersionsResult(), FIRST)
        rules = [r for r in reference.rules if r.rule.scope == "history"]
        with timed(f"{len(rules)} history rules over {live_rows:,} movements and {past_rows:,} recorded"):
            flags, _ = judge_windows(live, history, rules, reference)[:2]
        print(f"{'':12}{flags.num_rows:,} flags")


def _write_past(
    rng: np.random.Generator, live: pa.Table, request: HistoryRequest, past_rows: int, reference: Reference, paths: list[Path]
) -> None:
    last = FIRST + timedelta(days=DAYS)
    groups = [Groups(live, ask.groupings) for ask in request.queries]
    rows = [0] * len(paths)
    with contextlib.ExitStack() as stack:
        schemas = [pa.schema([MOVEMENT.field(c) for c in ask.columns]) for ask in request.queries]
        files = [stack.enter_context(pa.ipc.new_file(str(p), s)) for p, s in zip(paths, schemas, strict=True)]
        for start in range(0, past_rows, 250_000):
            count = min(250_000, past_rows - start)
            table = make_moves(rng, count, start, start * DAYS // past_rows, max(1, DAYS * count // past_rows), reference)
            for n, ask in enumerate(request.queries):
                near = table.filter(pc.field("as_of_date") >= last - timedelta(days=ask.span_days or 36_500))
                part = near.take(pa.array(np.flatnonzero(groups[n].shared(near)))).select(ask.columns)
                files[n].write_table(part)
                rows[n] += part.num_rows
    for ask, count, path in zip(request.queries, rows, paths, strict=True):
        print(
            f"{'':12}{count:,} of {past_rows:,} recorded movements share a group within {ask.span_days or 'all'} days, "
            f"{len(ask.columns)} columns, {path.stat().st_size / 1e6:,.0f} MB"
        )


def judge_day(reference: Reference, live_rows: int, past_rows: int, url: str) -> None:
    """A day against a real ledger, which is left as it was."""
    with open_ledger(url) as ledger:
        if not ledger.info().runs:
            with timed(f"record {past_rows:,} movements"):
                _fill(ledger, past_rows, reference)
        print(f"{'':12}{ledger.info().movements:,} movements, {(ledger.info().bytes or 0) / 1e9:.2f} GB")
        live = make_moves(np.random.default_rng(2), live_rows, 10**9, DAYS, 1, reference)
        for number in range(2):  # the first makes the copy by column
            with contextlib.suppress(InterruptedError):
                _look(ledger, live, reference, DAYS + number)


def _fill(ledger: Ledger, total: int, reference: Reference) -> None:
    rng = np.random.default_rng(1)
    per_run = max(RUN, total // DAYS)
    for number, start in enumerate(range(0, total, per_run)):
        rows = min(per_run, total - start)
        table = make_moves(rng, rows, start, number * DAYS * per_run // total, 1, reference)
        with ledger.begin(record_of(number)) as transaction:
            transaction.record_movements(table)


def _look(ledger: Ledger, live: pa.Table, reference: Reference, run: int) -> None:
    rules = [r for r in reference.rules if r.rule.scope == "history"]
    request = request_history(live, rules, reference.registers)
    with ledger.begin(record_of(run)) as transaction:
        with timed(f"look back for {live.num_rows:,} movements"):
            found = [
                transaction.look_back(request.movements, a.span_days or EVER, a.columns, a.groupings) for a in request.queries
            ]
        for ask, part in zip(request.queries, found, strict=True):
            print(
                f"{'':12}{part.movements.num_rows:,} movements came back of {ask.span_days or 'all'} days, {len(ask.columns)} columns, "
                f"{part.movements.nbytes / 1e6:,.0f} MB"
            )
        answers = dict(zip(request.queries, (h.movements for h in found), strict=True))
        history = History(answers.__getitem__, found[0].known, found[0].versions, found[0].since)
        with timed(f"{len(rules)} history rules"):
            flags, _ = judge_windows(live, history, rules, reference)[:2]
        print(f"{'':12}{flags.num_rows:,} flags")
        with timed("record the movements"):
            transaction.record_movements(live)
        raise InterruptedError


def main() -> None:
    """Measures what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=["rows", "past", "day"], default=["rows", "past", "day"])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--movements", type=int, default=10_000_000)
    parser.add_argument("--url", help="where the ledger is; one that exists is used as it is [default: a temporary file]")
    arguments = parser.parse_args()
    reference = load_reference(watchlists=None, jurisdiction="US", as_of=date(2026, 12, 6))
    if "rows" in arguments.parts:
        judge_rows(reference, arguments.lines)
    if "past" in arguments.parts:
        judge_past(reference, arguments.lines // 10, arguments.movements)
    if "day" in arguments.parts:
        with tempfile.TemporaryDirectory() as folder:
            url = arguments.url or f"sqlite:///{Path(folder) / 'ledger.sqlite'}"
            judge_day(reference, arguments.lines // 1000, arguments.movements, url)


if __name__ == "__main__":
    main()
