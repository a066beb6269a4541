"""Recording movements: new ones are added, replaced and cancelled ones are marked and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from sqlalchemy import Connection, text

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.batch import STATED, StageResult, why_recorded
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.transfer import fetch, stage
from precursor_screen.history.values import RECOUNTED
from precursor_screen.kernel.versions.bills import SUPERSEDED
from precursor_screen.kernel.versions.decide import BILL

_STORED = pa.schema([*MOVEMENT, (BILL, pa.string()), (STATED, MOVEMENT.field("substance_mass_kg").type)])
_MASS = "substance_mass_kg"
_ZERO = Decimal(0)


class Recorded(Struct, frozen=True):
    """What came of a run's movements. first: id of the first that was added; 0: none was. days: earliest and latest of those."""

    first: int
    added: int
    superseded: int
    cancelled: int
    days: tuple[date, date] | None = None


def record(seals: RowChecksums, staged: StageResult, run_no: int) -> Recorded:
    """Records the movements of a run.

    Args:
        seals: of a transaction.
        staged: what the run brings (`batch.stage_batch`).
        run_no: of the run.
    """
    connection = seals.connection
    ended: Counter[str] = Counter(staged.leaving.values())
    again = read_rows(connection, staged.returning)
    if staged.leaving:
        connection.execute(
            text(
                """update movements set ended_run = :run, ended_why = (select why from leaving l where l.id = movements.id)
                where id in (select id from leaving)"""
            ),
            {"run": run_no},
        )
        seals.rehash("movements", "leaving l cross join movements t where t.id = l.id")
    fresh = staged.rows.take(pa.array(staged.fresh, pa.int64()))
    whys = [why_recorded(staged.decision.why.get(line)) for line in fresh.column("line_id").to_pylist()]
    ended.update(why for why in whys if why is not None)
    added = pa.concat_tables([_counted(fresh, [staged.uncounted(n) for n in staged.fresh]), counted_anew(again, staged)])
    whys += [None] * again.num_rows
    first = next_id(connection)
    if added.num_rows:
        ids = pa.array(np.arange(first, first + added.num_rows))
        runs = pa.array(np.full(added.num_rows, run_no))
        ends = pa.array([run_no if why else None for why in whys], pa.int64())
        names = ["id", "added_run", "ended_run", "ended_why", *_STORED.names]
        seals.insert("movements", pa.table([ids, runs, ends, pa.array(whys, pa.string()), *added.columns], names=names))
    superseded = ended[SUPERSEDED] + ended[RECOUNTED]
    counts = (added.num_rows, superseded, sum(ended.values()) - superseded)
    if not added.num_rows:
        return Recorded(0, *counts)
    days = pc.min_max(added.column("as_of_date")).as_py()
    return Recorded(first, *counts, (days["min"], days["max"]))


def next_id(connection: Connection) -> int:
    """The next number; never one that was given before, even where its row has been pruned."""
    query = "select max(first_movement + movements_added) from runs"
    return max(1, int(connection.execute(text(query)).scalar() or 0))


def read_rows(connection: Connection, ids: Iterable[int]) -> pa.Table:
    """`id`, MOVEMENT, BILL and STATED of some rows, by id."""
    schema = pa.schema([("id", pa.int64()), *_STORED])
    wanted = sorted(ids)
    if not wanted:
        return schema.empty_table()
    stage(connection, "wanted", pa.table([pa.array(wanted, pa.int64())], names=["id"]), ["id"])
    columns = ", ".join(f"t.{n}" for n in schema.names)
    return fetch(connection, f"select {columns} from wanted w cross join movements t where t.id = w.id order by t.id", schema)


def _counted(rows: pa.Table, uncounted: list[bool]) -> pa.Table:
    """_STORED: rows with the mass that counts, and beside it the one that is stated where that is another."""
    mass = rows.column(_MASS)
    elsewhere = pa.array(uncounted, pa.bool_())
    zero = pa.scalar(_ZERO, mass.type)
    counted = pc.if_else(elsewhere, zero, mass)
    stated = pc.if_else(elsewhere, mass, pa.scalar(None, mass.type))
    columns = {n: rows.column(n) for n in (*MOVEMENT.names, BILL)} | {_MASS: counted, STATED: stated}
    return pa.table([columns[n] for n in _STORED.names], schema=_STORED)


def counted_anew(again: pa.Table, staged: StageResult) -> pa.Table:
    """_STORED: rows that stand again, or count otherwise than they did, with the mass that they count with."""
    stated = pc.coalesce(again.column(STATED), again.column(_MASS))
    rows = again.set_column(again.column_names.index(_MASS), _MASS, stated)
    return _counted(rows, [not staged.returning[i] for i in again.column("id").to_pylist()])
