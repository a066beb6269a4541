"""What moved in a period, for who looks at more than one run: out of the ledger, or out of manifests that are screened for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.app.inputs import Source
from precursor_screen.app.session import Session
from precursor_screen.core.report import Report
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.store import open_ledger

Pick = Callable[[pa.Table], pa.Table]
Cite = Callable[[pa.Table, pa.Table], pa.Table]


class Moved(Struct, frozen=True):
    """What moved.

    Attributes:
        movements: MOVEMENT rows that stand, each with the mass that it counts with; only those with a substance have one.
        undated: how many rows carry no date, and are in no period.
        report: of the manifests; None: it came out of the ledger.
    """

    movements: pa.Table
    undated: int = 0
    report: Report | None = None


def _all(rows: pa.Table) -> pa.Table:
    return rows


def from_ledger(url: str, first: date, last: date, pick: Pick = _all) -> Moved:
    """What a ledger remembers of some days.

    Args:
        url: of the ledger.
        first, last: both are included.
        pick: takes MOVEMENT rows, gives those that are wanted: of a large ledger, before all are gathered.

    Raises:
        LedgerError: there is none, or it is damaged.
    """
    with open_ledger(url, create=False) as ledger:
        return Moved(ledger.movements_between(first, last, pick))


def from_manifests(
    session: Session, sources: tuple[Source, ...], first: date, last: date, pick: Pick = _all, cite: Cite | None = None
) -> Moved:
    """What some manifests tell of some days, screened together; no ledger takes part.

    Args:
        session: the settings.
        sources: the manifests.
        first, last: both are included.
        pick: takes MOVEMENT rows, gives those that are wanted.
        cite: gives these with what else their lines say.

    Raises:
        InputError: no input could be read at all.
    """
    result = session.run(sources, remember=False)
    live = pick(result.screened.movements.live.select(MOVEMENT.names))
    if cite is not None:
        live = cite(live, result.screened.resolved.lines)
    days = live.column("as_of_date")
    inside = pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last))
    return Moved(live.filter(inside), int(days.null_count), result.report)
