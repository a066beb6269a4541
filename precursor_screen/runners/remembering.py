"""A run with a ledger: it looks back while it judges, and is recorded whole once its reports are in place, or not at all.

The transaction begins when the kernel first asks (recognition needs no lock) and ends after the reports are written: a run that is
killed leaves either nothing, and the next one finds the same flags anew, or reports and ledger together.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import pyarrow as pa

from precursor_screen.kernel.screen import Screened
from precursor_screen.ledger.store import Ledger, Transaction, open_ledger
from precursor_screen.ledger.values import FileRecord, RunRecord
from precursor_screen.memory import Ask, Compared, History, Judged, Past, Request
from precursor_screen.model import Input
from precursor_screen.reports.report import Report

EVER = 36_500  # days: all that is recorded
NOTHING = Ask((), 0, ())  # which lines are recorded already must be known even where no rule looks back


class Remembering:
    """The memory of a run, backed by a ledger. A context manager: what was recorded is kept only if nothing is raised within."""

    def __init__(self, url: str, wait: float) -> None:
        self._ledger: Ledger = open_ledger(url, wait=wait)
        self._transaction: Transaction | None = None
        self._run: RunRecord | None = None

    def __enter__(self) -> Remembering:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        try:
            if self._transaction is not None:
                self._transaction.__exit__(kind, error, traceback)
        finally:
            self._ledger.close()

    def of_run(self, run: RunRecord) -> Remembering:
        """Says which run asks; before the kernel does."""
        self._run = run
        return self

    def look_back(self, request: Request) -> Past:
        """What is recorded that bears on the run; takes the lock.

        Raises:
            LedgerLocked: another run holds it.
        """
        assert self._run is not None
        self._transaction = self._ledger.begin(self._run)
        found = [self._ask(request.movements, ask) for ask in request.asks or (NOTHING,)]
        tables = tuple(h.movements for h in found) if request.asks else ()
        return Past(tables, found[0].known, found[0].amended, found[0].since)

    def _ask(self, movements: pa.Table, ask: Ask) -> History:
        assert self._transaction is not None
        span = EVER if ask.span_days is None else ask.span_days
        return self._transaction.look_back(movements, span, ask.columns, ask.groupings)

    def compare_flags(self, flags: pa.Table, judged: Judged) -> Compared:
        """The flags with their states, and what is no longer raised."""
        assert self._transaction is not None
        return self._transaction.compare_flags(flags, judged)

    def record(self, screened: Screened, report: Report, inputs: tuple[Input, ...]) -> dict[str, Any]:
        """Records the run: what moved, what was flagged, which files were read.

        Returns:
            Flags by state, as recorded.
        """
        assert self._transaction is not None
        self._transaction.record_movements(screened.movements.batch)
        counts = self._transaction.record_flags(screened.compared, report.cells, screened.judged)
        self._transaction.record_files(FileRecord(i.sha256, i.name, i.bytes, i.lines) for i in inputs)
        return counts
