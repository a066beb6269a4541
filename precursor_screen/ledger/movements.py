"""Recording movements: new ones are added, replaced and cancelled ones are marked and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, text

from precursor_screen.ledger.batch import CANCELLED, IS_MOVEMENT, SUPERSEDED, WAITING
from precursor_screen.ledger.seals import Seals
from precursor_screen.ledger.transfer import fetch
from precursor_screen.ledger.values import CANCELLATION
from precursor_screen.schema import MOVEMENT


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a run's movements. first: id of the first that was added; 0: none was. days: earliest and latest of those."""

    first: int
    added: int
    superseded: int
    cancelled: int
    days: tuple[date, date] | None = None


def record(seals: Seals, movements: pa.Table, run_no: int) -> Recorded:
    """Records the movements of a run whose batch is staged (`batch.stage_batch`).

    Args:
        seals: of a transaction.
        movements: MOVEMENT of the run.
        run_no: of the run.
    """
    connection = seals.connection
    added = movements.take(_unrecorded(connection))
    rows = connection.execute(text("select why, count(*) from leaving group by why")).all()
    ended = {str(why): int(count) for why, count in rows}
    connection.execute(
        text(
            """update movements set ended_run = :run, ended_why = (select why from leaving l where l.id = movements.id)
            where id in (select id from leaving)"""
        ),
        {"run": run_no},
    )
    seals.renew("movements", "leaving l cross join movements t where t.id = l.id")
    first = next_id(connection)
    if added.num_rows:
        _insert(seals, added, first, run_no)
        # A message and its cancellation in one run: recorded, and ended at once.
        both = connection.execute(
            text(
                f"""update movements set ended_run = :run, ended_why = '{CANCELLED}'
                where id >= :first and movement_key in (select movement_key from batch where cancels = 1)"""
            ),
            {"run": run_no, "first": first},
        )
        if both.rowcount:
            seals.renew("movements", "movements t where t.id >= ?", (first,))
        ended[CANCELLED] = ended.get(CANCELLED, 0) + both.rowcount
        for why, count in _end_fallen(seals, first, run_no).items():
            ended[why] = ended.get(why, 0) + count
    added = pa.concat_tables([added, _wait(seals, movements, first + added.num_rows, run_no)])
    ended[CANCELLED] = ended.get(CANCELLED, 0) + sum(f == CANCELLATION for f in added.column("message_function").to_pylist())
    counts = (added.num_rows, ended.get(SUPERSEDED, 0), ended.get(CANCELLED, 0))
    if not added.num_rows:
        return Recorded(0, *counts)
    days = pc.min_max(added.column("as_of_date")).as_py()
    return Recorded(first, *counts, (days["min"], days["max"]))


def _end_fallen(seals: Seals, first: int, run_no: int) -> dict[str, int]:
    """Ends what does not stand as soon as it is recorded: why -> rows."""
    mine = "from fallen f where f.movement_key = movements.movement_key and f.line_id = movements.line_id"
    done = seals.connection.execute(
        text(
            f"""update movements set ended_run = :run, ended_why = (select f.why {mine})
            where id >= :first and ended_run is null and exists (select 1 {mine})"""
        ),
        {"run": run_no, "first": first},
    )
    if not done.rowcount:
        return {}
    seals.renew("movements", "movements t where t.id >= ?", (first,))
    query = text(
        """select m.ended_why, count(*) from fallen f cross join movements m
        where m.movement_key = f.movement_key and m.line_id = f.line_id and m.id >= :first group by m.ended_why"""
    )
    return {str(why): int(count) for why, count in seals.connection.execute(query, {"first": first}).all()}


def _wait(seals: Seals, movements: pa.Table, first: int, run_no: int) -> pa.Table:
    """Records the cancellations of which nothing was there to cancel: they wait for it, as rows that have ended.

    Returns:
        MOVEMENT rows that were recorded.
    """
    query = """select min(b.row_no) from batch b where b.cancels = 1 and not exists (
        select 1 from movements m where m.movement_key = b.movement_key) group by b.movement_key order by 1"""
    rows = movements.take(fetch(seals.connection, query, pa.schema([("row_no", pa.int64())])).column(0).combine_chunks())
    if rows.num_rows:
        _insert(seals, rows, first, run_no)
        update = text(f"update movements set ended_run = :run, ended_why = '{WAITING}' where id >= :first")
        seals.connection.execute(update, {"run": run_no, "first": first})
        seals.renew("movements", "movements t where t.id >= ?", (first,))
    return rows


def next_id(connection: Connection) -> int:
    """The next number; never one that was given before, even where its row has been pruned."""
    query = "select max(first_movement + movements_added) from runs"
    return max(1, int(connection.execute(text(query)).scalar() or 0))


def _unrecorded(connection: Connection) -> pa.Array:
    """Rows of lines that are recorded in no version, and substances that are new on a line that still counts."""
    of_line = f"select 1 from movements m where m.movement_key = b.movement_key and m.line_id = b.line_id and {IS_MOVEMENT}"
    query = f"""select min(b.row_no) from batch b where b.cancels = 0
        and not exists ({of_line} and coalesce(m.substance_id, '') = coalesce(b.substance_id, ''))
        and (not exists ({of_line}) or exists ({of_line} and m.ended_run is null))
        group by b.movement_key, b.line_id, coalesce(b.substance_id, '') order by 1"""
    return fetch(connection, query, pa.schema([("row_no", pa.int64())])).column(0).combine_chunks()


def _insert(seals: Seals, added: pa.Table, first: int, run_no: int) -> None:
    ids = pa.array(np.arange(first, first + added.num_rows))
    runs = pa.array(np.full(added.num_rows, run_no))
    seals.insert("movements", pa.table([ids, runs, *added.columns], names=["id", "added_run", *MOVEMENT.names]))
