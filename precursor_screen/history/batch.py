"""A run's movements beside the recorded ones: what is new, sent again, amended or cancelled (`kernel.bills` decides).

Staged, for the statements of `history` and `movements`:
    batch    row_no, movement_key, line_id, bill_key: the rows of the run
    leaving  id, why: recorded rows that stand and that what this run brings ends
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.history_seam import LINE_SUBSTANCE
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.transfer import stage
from precursor_screen.history.values import RECOUNTED
from precursor_screen.kernel.bills import CANCELLATION, WAITING, Decision
from precursor_screen.kernel.versions import BILL, add_bills, decide

# A message that is recorded, and no movement.
IS_MOVEMENT = f"coalesce(m.ended_why, '') not in ('{WAITING}', '{RECOUNTED}')"
STATED = "stated_kg"  # the mass of a row whose mass counts in another one
_TEXT = pa.string()
_LEAVING = pa.schema([("id", pa.int64()), ("why", _TEXT)])
_DECIDED_BY = (
    *("movement_key", "line_id", "shipment_id", "message_function", "version", "as_of_date", "container_numbers", "hs6"),
    *("description", "packages", "substance_id", "substance_mass_kg", "mass_basis", "item_number"),
    *("match_strength", "match_method", "form"),
)
_RECORDED = pa.schema(
    [
        *(("id", pa.int64()), ("ended_run", pa.int64()), ("ended_why", _TEXT)),
        (STATED, MOVEMENT.field("substance_mass_kg").type),
        *(MOVEMENT.field(n) for n in _DECIDED_BY),
        (BILL, _TEXT),
    ]
)


class StageResult(Struct, frozen=True):
    """What a run brings, and what follows from it.

    Attributes:
        rows: MOVEMENT and BILL of the run, one row a line and substance.
        recorded: _RECORDED: every row of the bills of the run; the mass is the one that is stated.
        decision: on both, the recorded rows first.
        fresh: positions of `rows` that are not recorded.
        known: line_id of the run that are recorded.
        leaving: id -> why a recorded row stands no longer.
        returning: id of a recorded row -> whether its mass counts: it stands after all, or counts otherwise than it did.
    """

    rows: pa.Table
    recorded: pa.Table
    decision: Decision
    fresh: tuple[int, ...]
    known: frozenset[str]
    leaving: Mapping[int, str]
    returning: Mapping[int, bool]

    def uncounted(self, position: int) -> bool:
        """Whether the mass of a row of the run counts in another one."""
        return self.recorded.num_rows + position in self.decision.uncounted

    @property
    def uncounted_rows(self) -> pa.Table:
        """LINE_SUBSTANCE: the rows of the run whose mass counts in another one."""
        before = self.recorded.num_rows
        # A line that is recorded is decided on as it was recorded.
        theirs = self.recorded.take(pa.array(sorted(n for n in self.decision.uncounted if n < before), pa.int64()))
        mine = self.rows.take(pa.array(sorted(n - before for n in self.decision.uncounted if n >= before), pa.int64()))
        return pa.concat_tables([t.select(LINE_SUBSTANCE.names) for t in (theirs, mine)])


def stage_batch(checksums: RowChecksums, movements: pa.Table) -> StageResult:
    """Stages the rows of the run, and decides on them and on what is recorded of their bills.

    Args:
        checksums: of a transaction.
        movements: MOVEMENT, with the cancellations among them.

    Raises:
        LedgerError: a recorded movement of the same bill is not what was recorded.
    """
    connection = checksums.connection
    rows = add_bills(each_once(movements))
    staged = pa.table(
        [pa.array(range(rows.num_rows), pa.int64()), *(rows.column(c) for c in ("movement_key", "line_id", BILL))],
        names=["row_no", "movement_key", "line_id", BILL],
    )
    stage(connection, "batch", staged, [BILL])
    bills = f"(select distinct {BILL} from batch) b cross join movements t where t.{BILL} = b.{BILL}"
    recorded = checksums.fetch("movements", f"{bills} order by t.id", _RECORDED)
    # Of a row that was recorded anew the later one speaks.
    recorded = recorded.filter(pc.fill_null(pc.not_equal(recorded.column("ended_why"), RECOUNTED), True))
    mass = pc.coalesce(recorded.column(STATED), recorded.column("substance_mass_kg"))
    stated = set_columns(recorded, {"substance_mass_kg": mass})
    columns = [*_DECIDED_BY, BILL]
    decision = decide(pa.concat_tables([stated.select(columns), rows.select(columns)]))
    leaving, returning = _changes(recorded, decision)
    stage(connection, "leaving", pa.table([list(leaving), list(leaving.values())], schema=_LEAVING), ["id"])
    there = set(zip(*_columns(recorded, "line_id", "substance_id"), strict=True))
    ends = list(zip(*_columns(recorded, "line_id", "ended_run"), strict=True))
    over = {line for line, ended in ends if ended is not None} - {line for line, ended in ends if ended is None}
    known = frozenset(line for line, _ in there)
    mine = list(zip(*_columns(rows, "line_id", "substance_id"), strict=True))
    # A substance that is recognised later is added to its line, unless that stands no longer.
    fresh = tuple(n for n, row in enumerate(mine) if row not in there and row[0] not in over)
    own = frozenset(line for line, _ in mine)
    return StageResult(rows, stated, decision, fresh, known & own, leaving, returning)


def each_once(movements: pa.Table) -> pa.Table:
    """One row a line and substance, the first."""
    seen: set[tuple[str, str]] = set()
    keep = []
    for number, pair in enumerate(zip(*_columns(movements, "line_id", "substance_id"), strict=True)):
        if pair not in seen:
            seen.add(pair)
            keep.append(number)
    return movements if len(keep) == movements.num_rows else movements.take(pa.array(keep, pa.int64()))


def _columns(table: pa.Table, *names: str) -> list[list[str]]:
    return [table.column(n).to_pylist() for n in names]


def _changes(recorded: pa.Table, decision: Decision) -> tuple[dict[int, str], dict[int, bool]]:
    """What becomes of recorded rows: (those that end -> why, those that stand again or count otherwise -> whether they count)."""
    leaving: dict[int, str] = {}
    returning: dict[int, bool] = {}
    names = ("id", "line_id", "message_function", "ended_run", STATED, "substance_mass_kg")
    rows: Iterable[tuple[Any, ...]] = zip(*_columns(recorded, *names), strict=True)
    for row, (number, line, function, ended, stated, mass) in enumerate(rows):
        if function == CANCELLATION:
            continue
        why, counts = decision.why.get(line), row not in decision.uncounted
        if why is not None:
            if ended is None:
                leaving[number] = why
        elif ended is not None:
            returning[number] = counts
        elif counts != (stated is None) and (stated if stated is not None else mass) not in (None, Decimal(0)):
            leaving[number], returning[number] = RECOUNTED, counts
    return leaving, returning
