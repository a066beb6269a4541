"""Screens a few rows given as dictionaries, through the reader, as a user's file would be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import Run, run
from precursor_screen.kernel.movements import MovementsResult, apply_versions, batch_of, movement_rows
from precursor_screen.kernel.resolve.distinct import Resolved
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule
from tests.examples import SOAK

STARTED = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PLAIN = {
    "bill of lading": "B1",
    "shipper": "Acme Supply Ltd",
    "consignee": "Zenith Imports Inc",
    "description of goods": "CERAMIC TILES",
    "hs code": "690721",
    "net weight kg": "100",
}


def table(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as CSV; each takes the plain line's cells for what it does not say, and every row has all columns."""
    rows = [{**PLAIN, **row} for row in rows]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def with_rules(reference: Reference, *ids: str) -> Reference:
    """The reference cut to the rules that a test is about: a screen with all of them takes three times as long. None: recognising alone."""
    known = {r.rule.id: r for r in reference.rules}
    return replace(reference, rules=tuple(known[rule_id] for rule_id in ids))


def kind(rule: CompiledRule) -> tuple[object, ...]:
    """What makes the kernel judge a rule in another way than others."""
    one, window = rule.rule, rule.window
    if window is None:
        return one.scope, one.subject, rule.grouping is not None
    return window.kind, window.emit, bool(window.period), bool(window.register), window.unseen > 0, window.silence > 0


def of_each_kind(reference: Reference, *ids: str) -> Reference:
    """The reference cut to a rule of each kind, and those named: for what is true of all rules alike. In a soak all of them."""
    return reference if SOAK else one_of_each_kind(reference, *ids)


def one_of_each_kind(reference: Reference, *ids: str) -> Reference:
    """The reference cut to a rule of each kind, and those named."""
    first = {kind(r): r.rule.id for r in reversed(reference.rules)}
    return with_rules(reference, *dict.fromkeys((*ids, *first.values())))


def screen_rows(rows: Iterable[Mapping[str, Any]], reference: Reference, *more: bytes, fail_on: str = "none") -> Run:
    """Screens the rows (and further inputs as bytes)."""
    sources = tuple(Source(f"input-{n}.csv", content=content) for n, content in enumerate((table(rows), *more), 1))
    return run(sources, ReadOptions(), reference, fail_on=fail_on, started=STARTED)


def flagged(result: Run) -> list[tuple[str, int]]:
    """(rule, row) of every flag."""
    flags = result.report.flags
    return sorted(zip(flags.column("rule_id").to_pylist(), flags.column("source_row").to_pylist(), strict=True))


def rules_of_row(result: Run, row: int) -> set[str]:
    """The rules that flagged one source row (the header is row 1)."""
    return {rule for rule, source_row in flagged(result) if source_row == row}


def to_movements(resolved: Resolved) -> MovementsResult:
    """Movements of resolved lines, which hold every line of each bill."""
    moved = movement_rows(resolved)
    return apply_versions(moved, batch_of(moved))
