"""Looking back: the recorded movements that share a group with a run's movements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, text

from precursor_screen.ledger.batch import IS_MOVEMENT, SUPERSEDED
from precursor_screen.ledger.columns import ended_since, read_window
from precursor_screen.ledger.groups import Groups
from precursor_screen.ledger.seals import Seals
from precursor_screen.ledger.transfer import fetch, stage
from precursor_screen.memory import KNOWN
from precursor_screen.schema import MOVEMENT

IDENTITY = ("movement_key", "line_id")


def read_beside(seals: Seals) -> tuple[pa.Table, pa.Table, date | None, pa.Table]:
    """What is recorded of a run's own lines, whatever is asked beside: `known`, `amended`, `since` and `fallen` of a `History`.

    Args:
        seals: of a transaction in which the batch of the run is staged (`batch.stage_batch`).
    """
    connection = seals.connection
    known = fetch(
        connection,
        f"""select distinct b.movement_key, b.line_id from batch b cross join movements m
        where m.movement_key = b.movement_key and m.line_id = b.line_id and {IS_MOVEMENT} order by 1, 2""",
        KNOWN,
    )
    amended = fetch(
        connection,
        f"""select {", ".join(f"m.{c}" for c in MOVEMENT.names)} from leaving l cross join movements m
        where m.id = l.id and l.why = '{SUPERSEDED}' order by m.id""",
        MOVEMENT,
    )
    first = connection.execute(text(f"select min(as_of_date) from movements m where {IS_MOVEMENT}")).scalar()
    fallen = fetch(connection, "select movement_key, line_id from fallen order by 1, 2", KNOWN)
    return known, amended, date.fromisoformat(first) if first else None, fallen


def read_groups(
    seals: Seals,
    folder: Path | None,
    run_no: int,
    movements: pa.Table,
    span_days: int,
    columns: Sequence[str],
    keys: Iterable[Sequence[str]],
) -> pa.Table:
    """The recorded movements that share a group with a run whose batch is staged: `movements` of a `History`.

    Args:
        seals: of a transaction.
        folder: of the copy by column; None: there is none.
        run_no: of the run.
        movements: MOVEMENT of the run.
        span_days: longest window of the rules.
        columns: of MOVEMENT, beside the identity.
        keys: the groupings of the rules.

    Raises:
        LedgerError: a movement that it reads is not what was recorded.
    """
    wanted = tuple(dict.fromkeys((*IDENTITY, *columns)))
    return _find(seals, folder, run_no, Groups(movements, keys), date_range(movements, span_days), wanted)


def date_range(movements: pa.Table, span_days: int) -> tuple[date, date] | None:
    """From one span before a run's earliest day to one after its latest; None: it has no movement."""
    days = pc.min_max(movements.column("as_of_date")).as_py()
    if days["min"] is None:
        return None
    span = timedelta(days=span_days)
    # A manifest may state the first or the last day that a date can be.
    earliest = days["min"] - span if days["min"] - date.min >= span else date.min
    latest = days["max"] + span if date.max - days["max"] >= span else date.max
    return earliest, latest


def _find(
    seals: Seals,
    folder: Path | None,
    run_no: int,
    groups: Groups,
    days: tuple[date, date] | None,
    columns: tuple[str, ...],
) -> pa.Table:
    schema = pa.schema([MOVEMENT.field(c) for c in columns])
    if days is None or not groups.keys:
        return schema.empty_table()
    gone = pa.concat_arrays([ended_since(seals.connection, *days), _leaving(seals.connection)])

    def pick(rows: pa.Table) -> pa.Table:
        part = rows.take(pa.array(np.flatnonzero(groups.shared(rows))))
        part = part.filter(pc.invert(pc.is_in(part.column("id"), gone)))
        if folder is None:
            _check(seals, part.column("id"))
        return part.select(list(columns)).cast(schema)

    found = read_window(seals, folder, run_no, (*columns, *groups.columns), days, pick)
    return pa.concat_tables([schema.empty_table(), *found])


def _check(seals: Seals, ids: pa.ChunkedArray) -> None:
    stage(seals.connection, "picked", pa.table([ids], names=["id"]), ["id"])
    seals.check("movements", "picked p cross join movements t where t.id = p.id")


def _leaving(connection: Connection) -> pa.Array:
    return fetch(connection, "select id from leaving", pa.schema([("id", pa.int64())])).column(0).combine_chunks()
