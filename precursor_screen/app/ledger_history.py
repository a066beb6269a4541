"""A run with a ledger: it looks back while it judges, and is recorded whole once its reports are in place, or not at all.

The transaction begins when the kernel first asks (recognition needs no lock). Three steps end it: the reports are written, the run is
recorded (`record`), and, when the terminal has been told too, marked as delivered (`delivered`). Killed before the second, a run
leaves nothing; killed before the third, it is recorded, and the next one tells as new what was new in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Any

import pyarrow as pa

from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.history_seam import (
    FlagComparison,
    History,
    HistoryQuery,
    HistoryRequest,
    JudgeResult,
    QueryAnswer,
)
from precursor_screen.core.model import Input
from precursor_screen.core.report import Report
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.history.transaction import Transaction
from precursor_screen.history.values import FileRecord, RunRecord
from precursor_screen.kernel.judge.windows.absence import absence_rules, no_longer_absent
from precursor_screen.kernel.screen import Screened
from precursor_screen.kernel.trade_counts import sum_trade
from precursor_screen.reference.bundle import Reference

EVER = 36_500  # days: all that is recorded
NOTHING = HistoryQuery((), 0, ())  # which lines of a run are recorded already


def bands_of(shipments: pa.Table) -> dict[str, str]:
    """Shipment -> band, of those that have one."""
    return {shipment_id: band for shipment_id, band in tuples_of(shipments, "shipment_id", "band") if band}


class LedgerMemory:
    """The memory of a run, backed by a ledger. A context manager: without `record` nothing is kept if something is raised within."""

    def __init__(self, url: str, wait: float, reference: Reference | None = None) -> None:
        """Args:
        url: of the ledger.
        wait: seconds for another run that holds it.
        reference: whose rules and registers say which documents are no longer absent; None: that is not asked.
        """
        self._reference = reference
        self._ledger: Ledger = open_ledger(url, wait=wait)
        self._ledger.check_free()  # rather now than after minutes of reading
        self._begun: Transaction | None = None
        self._run: RunRecord | None = None
        self._movements = MOVEMENT.empty_table()

    def __enter__(self) -> LedgerMemory:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        try:
            if self._begun is not None:
                self._begun.__exit__(kind, error, traceback)
        finally:
            self._ledger.close()

    def of_run(self, run: RunRecord) -> LedgerMemory:
        """Says which run asks; before the kernel does."""
        self._run = run
        return self

    @property
    def _transaction(self) -> Transaction:
        assert self._begun is not None
        return self._begun

    @property
    def run_id(self) -> str:
        """Of the run, as the ledger calls it; known once the run has looked back."""
        return self._transaction.run_id

    def look_back(self, request: HistoryRequest) -> History:
        """What is recorded that bears on the run; takes the lock.

        Raises:
            LedgerLocked: another run holds it.
            LedgerError: it is damaged.
        """
        assert self._run is not None
        self._begun = self._ledger.begin(self._run)
        self._movements = request.movements
        first = self._read_query(NOTHING)
        counted = self._transaction.read_counts(request.counted_lines, first.versions.counted_as.values())
        episodes = self._transaction.episodes
        return History(
            lambda query: self._read_query(query).movements, first.known, first.versions, first.since, counted, episodes
        )

    def _read_query(self, query: HistoryQuery) -> QueryAnswer:
        span = EVER if query.span_days is None else query.span_days
        return self._transaction.look_back(self._movements, span, query.columns, query.groupings)

    def listed_between(self, first: date, last: date, columns: Sequence[str]) -> pa.Table:
        """The recorded movements of a substance of some days that still count."""
        return self._transaction.listed_between(first, last, columns)

    def recall(self, line_ids: Iterable[str]) -> pa.Table:
        """MOVEMENT of some lines of earlier runs, those that are still remembered."""
        return self._transaction.recall(line_ids)

    def with_open_serious_flag(self, movement_keys: pa.Array) -> frozenset[str]:
        """Those of some recorded movements that bear an open flag of high or critical."""
        return self._transaction.with_open_serious_flag(movement_keys)

    def with_recorded_flag(self, lines: Callable[[], pa.Table]) -> pa.Array:
        """The line ids of some lines of which, or of whose movement, a flag is recorded."""
        return self._transaction.with_recorded_flag(lines)

    def compare_flags(self, flags: pa.Table, judged: JudgeResult) -> FlagComparison:
        """The flags with their states, and what is no longer raised."""
        return self._transaction.compare_flags(flags, judged, self._answered())

    def reported_bands(self, flags: pa.Table) -> Mapping[str, str]:
        """The bands in which earlier runs reported the shipments of some open flags."""
        return self._transaction.reported_bands(flags)

    def _answered(self) -> frozenset[str]:
        """Recorded flags about a document that was absent and is in the registers of today, whether or not its line is sent again."""
        rules = absence_rules(self._reference) if self._reference is not None else []
        if self._reference is None or not rules:
            return frozenset()
        movements = self._transaction.open_movements([r.rule.id for r in rules])
        return no_longer_absent(movements, rules, self._reference.registers)

    def record(
        self, screened: Screened, report: Report, inputs: tuple[Input, ...], also: Iterable[FileRecord] = ()
    ) -> dict[str, Any]:
        """Records the run for good: what moved, what was flagged, which files were read; `also`: files that inputs came out of.

        Returns:
            Flags by state, as recorded.

        Raises:
            LedgerError: the ledger is damaged.
        """
        self._transaction.record_movements(self._movements)  # staged already
        self._transaction.record_counts(sum_trade(screened.own))
        counts = self._transaction.record_flags(screened.compared, report.cells, screened.judged, bands_of(screened.shipments))
        self._transaction.record_files((*(FileRecord(i.sha256, i.name, i.bytes, i.lines) for i in inputs), *also))
        self._transaction.keep()
        return counts

    def delivered(self) -> None:
        """Marks the recorded run: everybody who waits for it has been told."""
        self._transaction.delivered()
