"""A ledger with three flags, and verdicts on them."""

from __future__ import annotations

from datetime import UTC, datetime

from precursor_screen.cases.review import add_verdicts
from precursor_screen.core.errors import Where
from tests.history.rows import cells, flag, flags, judged, movement, run, table

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def fill(ledger):
    found = [flag("PS-CHEM-001", k, flag_id=k) for k in ("abcdef01", "abcdef02", "=sum(9)")]
    judgement = judged("abcdef01", "abcdef02", "=sum(9)")
    with ledger.begin(run(1)) as transaction:
        transaction.record_movements(table(movement("abcdef01", description="=cmd", container_numbers=["-1"])))
        transaction.record_flags(transaction.compare_flags(flags(*found), judgement), cells("abcdef01"), judgement)


def add(ledger, *drafts):
    return add_verdicts(ledger, [(Where("v.csv", n), d) for n, d in enumerate(drafts, 2)], "N. Officer", NOW)
