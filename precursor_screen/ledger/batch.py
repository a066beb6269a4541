"""A run's movements beside the recorded ones: which lines are new, sent again, amending or cancelling (design: late arrivals).

Staged, for the statements of `history` and `movements`:
    batch    row_no, movement_key, line_id, substance_id, cancels (0 or 1): the rows of the run
    fresh    movement_key: keys with a line that is recorded in no version
    leaving  id, why: recorded rows that still count and that this run amends or cancels
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.ledger.seals import Seals
from precursor_screen.ledger.transfer import stage
from precursor_screen.ledger.values import CANCELLATION
from precursor_screen.schema import MOVEMENT

SUPERSEDED, CANCELLED = "superseded", "cancelled"
_RECORDED = "select 1 from movements m where m.movement_key = b.movement_key and m.line_id = b.line_id"


def as_movements(movements: pa.Table) -> pa.Table:
    """The table with exactly the columns of MOVEMENT; those it lacks are null."""
    columns = [
        movements.column(f.name).cast(f.type) if f.name in movements.column_names else pa.nulls(movements.num_rows, f.type)
        for f in MOVEMENT
    ]
    return pa.table(columns, schema=MOVEMENT)


def stage_batch(seals: Seals, movements: pa.Table) -> None:
    """Stages the rows of the run and what follows from them.

    Args:
        seals: of a transaction.
        movements: MOVEMENT, with the cancellations among them.

    Raises:
        LedgerError: a recorded movement of the same key is not what was recorded.
    """
    connection = seals.connection
    cancels = pc.fill_null(pc.equal(movements.column("message_function"), CANCELLATION), False)
    rows = pa.table(
        [
            pa.array(range(movements.num_rows), pa.int64()),
            *(movements.column(c) for c in ("movement_key", "line_id", "substance_id")),
            cancels.cast(pa.int64()),
        ],
        names=["row_no", "movement_key", "line_id", "substance_id", "cancels"],
    )
    stage(connection, "batch", rows, ["movement_key", "line_id"])
    keys = "(select distinct movement_key from batch) b"
    seals.check("movements", f"{keys} cross join movements t where t.movement_key = b.movement_key")
    one_text = pa.schema([("movement_key", pa.string())])
    stage(connection, "fresh", one_text.empty_table(), ["movement_key"])
    connection.exec_driver_sql(
        f"insert into fresh select distinct movement_key from batch b where cancels = 0 and not exists ({_RECORDED})"
    )
    stage(connection, "leaving", pa.schema([("id", pa.int64()), ("why", pa.string())]).empty_table(), ["id"])
    connection.exec_driver_sql(
        f"""insert into leaving select m.id, '{CANCELLED}'
        from (select distinct movement_key from batch where cancels = 1) b
        cross join movements m where m.movement_key = b.movement_key and m.ended_run is null"""
    )
    connection.exec_driver_sql(
        f"""insert into leaving select m.id, '{SUPERSEDED}' from fresh f cross join movements m
        where m.movement_key = f.movement_key and m.ended_run is null
        and not exists (select 1 from batch b where b.movement_key = m.movement_key and b.line_id = m.line_id)
        and not exists (select 1 from leaving l where l.id = m.id)"""
    )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("analyze fresh")
        connection.exec_driver_sql("analyze leaving")
