"""A run's movements beside the recorded ones: which lines are new, sent again, amending or cancelling (design: late arrivals).

Staged, for the statements of `history` and `movements`:
    batch    row_no, movement_key, line_id, substance_id, cancels (0 or 1): the rows of the run
    fresh    movement_key: keys with a line that is recorded in no version, and that stands
    fallen   movement_key, line_id, why: lines of which a later version, or a cancellation that waited for them, is recorded
    leaving  id, why: recorded rows that still count and that this run amends or cancels
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from precursor_screen.ledger.seals import Seals
from precursor_screen.ledger.transfer import fetch, stage
from precursor_screen.ledger.values import CANCELLATION
from precursor_screen.schema import MOVEMENT

SUPERSEDED, CANCELLED = "superseded", "cancelled"
WAITING = "waiting"  # a cancellation that came before what it cancels
WAITS_DAYS = 90  # a number used again after that is another consignment's
_TEXT = pa.string()
_FALLEN = pa.schema([(n, _TEXT) for n in ("movement_key", "line_id", "why")])
_LEAVING = pa.schema([("id", pa.int64()), ("why", _TEXT)])
_LINES = pa.schema(
    [("movement_key", _TEXT), ("line_id", _TEXT), ("version", _TEXT), ("day", pa.date32()), ("cancels", pa.int64())]
)
_MESSAGES = pa.schema([("movement_key", _TEXT), ("version", _TEXT), ("as_of_date", pa.date32()), ("ended_why", _TEXT)])
# Recorded, and no cancellation that waits: that is a message, and no movement.
IS_MOVEMENT = f"coalesce(m.ended_why, '') <> '{WAITING}'"
_RECORDED = f"select 1 from movements m where m.movement_key = b.movement_key and m.line_id = b.line_id and {IS_MOVEMENT}"


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
            movements.column("version"),
            movements.column("as_of_date"),
        ],
        names=["row_no", "movement_key", "line_id", "substance_id", "cancels", "version", "day"],
    )
    stage(connection, "batch", rows, ["movement_key", "line_id"])
    keys = "(select distinct movement_key from batch) b"
    seals.check("movements", f"{keys} cross join movements t where t.movement_key = b.movement_key")
    one_text = pa.schema([("movement_key", pa.string())])
    stage(connection, "fresh", one_text.empty_table(), ["movement_key"])
    connection.exec_driver_sql(
        f"insert into fresh select distinct movement_key from batch b where cancels = 0 and not exists ({_RECORDED})"
    )
    stage(connection, "fallen", _find_fallen(connection), ["movement_key", "line_id"])
    connection.exec_driver_sql(
        f"""delete from fresh where not exists (select 1 from batch b where b.movement_key = fresh.movement_key and b.cancels = 0
        and not exists ({_RECORDED})
        and not exists (select 1 from fallen f where f.movement_key = b.movement_key and f.line_id = b.line_id))"""
    )
    stage(connection, "leaving", _find_cancelled(connection), ["id"])
    connection.exec_driver_sql(
        f"""insert into leaving select m.id, '{SUPERSEDED}' from fresh f cross join movements m
        where m.movement_key = f.movement_key and m.ended_run is null
        and not exists (select 1 from batch b where b.movement_key = m.movement_key and b.line_id = m.line_id)
        and not exists (select 1 from leaving l where l.id = m.id)"""
    )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("analyze fresh")
        connection.exec_driver_sql("analyze leaving")


def nth_of(version: str | None, *, cancels: bool = False) -> float:
    """The number of a version; 0: the message has none, or one that is no number. A cancellation without one is of all versions."""
    if version is None and cancels:
        return math.inf
    try:
        number = float(version or 0)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _find_cancelled(connection: Connection) -> pa.Table:
    """_LEAVING: recorded rows that still count and that the run cancels: those of no later version."""
    rows = fetch(
        connection,
        """select m.id, m.version, b.version as cancelling from (select distinct movement_key, version from batch where cancels = 1) b
        cross join movements m where m.movement_key = b.movement_key and m.ended_run is null order by 1""",
        pa.schema([("id", pa.int64()), ("version", _TEXT), ("cancelling", _TEXT)]),
    ).to_pylist()
    ids = dict.fromkeys(r["id"] for r in rows if nth_of(r["version"]) <= nth_of(r["cancelling"], cancels=True))
    return pa.table([list(ids), [CANCELLED] * len(ids)], schema=_LEAVING)


def _find_fallen(connection: Connection) -> pa.Table:
    """_FALLEN: the lines of the run that do not stand, for a later version of theirs counts, or a cancellation has waited for them;
    and its cancellations of what a later version has taken the place of."""
    lines = fetch(
        connection,
        f"""select distinct b.movement_key, b.line_id, b.version, b.day, b.cancels from batch b
        where not exists ({_RECORDED} and m.ended_run is null) order by 1, 2""",
        _LINES,
    )
    recorded = fetch(
        connection,
        f"""select m.movement_key, m.version, m.as_of_date, m.ended_why from (select distinct movement_key from batch) b
        cross join movements m where m.movement_key = b.movement_key and (m.ended_run is null or m.ended_why = '{WAITING}')""",
        _MESSAGES,
    )
    if not recorded.num_rows:
        return _FALLEN.empty_table()
    latest: dict[str, float] = {}
    waiting: dict[str, list[tuple[float, date]]] = defaultdict(list)
    for key, version, day, why in zip(*(c.to_pylist() for c in recorded.columns), strict=True):
        if why == WAITING:
            waiting[key].append((nth_of(version, cancels=True), day))
        else:
            latest[key] = max(latest.get(key, 0.0), nth_of(version))
    found = []
    for key, line_id, version, day, cancels in zip(*(c.to_pylist() for c in lines.columns), strict=True):
        nth = nth_of(version, cancels=bool(cancels))
        if not cancels and any(nth <= n and abs((day - on).days) <= WAITS_DAYS for n, on in waiting.get(key, ())):
            found.append({"movement_key": key, "line_id": line_id, "why": CANCELLED})
        elif nth < latest.get(key, 0.0):
            found.append({"movement_key": key, "line_id": line_id, "why": SUPERSEDED})
    return pa.Table.from_pylist(found, schema=_FALLEN)
