"""Movements as a run records them, and what all lines come to by day: one row a run, day and kind, its counts packed.

A row a (party, chapter, day) would be three rows a line: the digests of those alone took longer than the rest of recording. So the
counts of a day are one text: records of fixed width, little-endian, in base64. Kinds:

    senders, receivers  party (8 bytes), chapter (1), lines (4)
    lanes               HS6 (4), dispatch, destination, transit (2 each; no transit: the lane itself), lines (4)
    cargoes             the numbers (8 bytes) of the cargoes that are in the counts of that day
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from sqlalchemy import Connection, text

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.history_seam import CARGOES, COUNTED_DAYS, LANE_COUNTS, PARTY_COUNTS, CountedLines, TradeCounts
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.batch import STATED, StageResult
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.transfer import fetch, stage
from precursor_screen.history.values import RECOUNTED
from precursor_screen.kernel.bills import DONE, SUPERSEDED, WAITING
from precursor_screen.kernel.versions import BILL
from precursor_screen.text.key_numbers import numbers_of

# New movements are added; replaced and cancelled ones are marked and kept.
_MOVEMENT = pa.schema([*MOVEMENT, (BILL, pa.string()), (STATED, MOVEMENT.field("substance_mass_kg").type)])
_MASS = "substance_mass_kg"
_ZERO = Decimal(0)


class Recorded(Struct, frozen=True):
    """What came of a run's movements. first: id of the first that was added; 0: none was. days: earliest and latest of those."""

    first: int
    added: int
    superseded: int
    cancelled: int
    days: tuple[date, date] | None = None


def record_movements(checksums: RowChecksums, staged: StageResult, run_no: int) -> Recorded:
    """Records the movements of a run.

    Args:
        checksums: of a transaction.
        staged: what the run brings (`batch.stage_batch`).
        run_no: of the run.
    """
    connection = checksums.connection
    ended: Counter[str] = Counter(staged.leaving.values())
    returning = read_rows(connection, staged.returning)
    if staged.leaving:
        change = """update movements set ended_run = :run, ended_why = (select why from leaving l where l.id = movements.id)
            where id in (select id from leaving)"""
        connection.execute(text(change), {"run": run_no})
        checksums.rehash("movements", "leaving l cross join movements t where t.id = l.id")
    fresh = staged.rows.take(pa.array(staged.fresh, pa.int64()))
    # A cancellation waits, or has done its work; either way it is a message.
    whys = [WAITING if (w := staged.decision.why.get(line)) == DONE else w for line in fresh.column("line_id").to_pylist()]
    ended.update(why for why in whys if why is not None)
    added = pa.concat_tables([_counted(fresh, [staged.uncounted(n) for n in staged.fresh]), counted_anew(returning, staged)])
    whys += [None] * returning.num_rows
    first = next_id(connection)
    if added.num_rows:
        ids = pa.array(np.arange(first, first + added.num_rows))
        runs = pa.array(np.full(added.num_rows, run_no))
        ends = pa.array([run_no if why else None for why in whys], pa.int64())
        names = ["id", "added_run", "ended_run", "ended_why", *_MOVEMENT.names]
        checksums.insert("movements", pa.table([ids, runs, ends, pa.array(whys, pa.string()), *added.columns], names=names))
    superseded = ended[SUPERSEDED] + ended[RECOUNTED]
    counts = (added.num_rows, superseded, sum(ended.values()) - superseded)
    if not added.num_rows:
        return Recorded(0, *counts)
    days = pc.min_max(added.column("as_of_date")).as_py()
    return Recorded(first, *counts, (days["min"], days["max"]))


def next_id(connection: Connection) -> int:
    """The next number; never one that was given before, even where its row has been pruned."""
    return max(1, int(connection.execute(text("select max(first_movement + movements_added) from runs")).scalar() or 0))


def read_rows(connection: Connection, ids: Iterable[int]) -> pa.Table:
    """`id`, MOVEMENT, BILL and STATED of some rows, by id."""
    schema = pa.schema([("id", pa.int64()), *_MOVEMENT])
    wanted = sorted(ids)
    if not wanted:
        return schema.empty_table()
    stage(connection, "wanted", pa.table([pa.array(wanted, pa.int64())], names=["id"]), ["id"])
    columns = ", ".join(f"t.{n}" for n in schema.names)
    return fetch(connection, f"select {columns} from wanted w cross join movements t where t.id = w.id order by t.id", schema)


def _counted(rows: pa.Table, uncounted: list[bool]) -> pa.Table:
    """By the columns of `_MOVEMENT`: rows with the mass that counts, and beside it the one that is stated where that is another."""
    mass = rows.column(_MASS)
    elsewhere = pa.array(uncounted, pa.bool_())
    counted = pc.if_else(elsewhere, pa.scalar(_ZERO, mass.type), mass)
    stated = pc.if_else(elsewhere, mass, pa.scalar(None, mass.type))
    columns = {n: rows.column(n) for n in (*MOVEMENT.names, BILL)} | {_MASS: counted, STATED: stated}
    return pa.table([columns[n] for n in _MOVEMENT.names], schema=_MOVEMENT)


def counted_anew(returning: pa.Table, staged: StageResult) -> pa.Table:
    """By the columns of `_MOVEMENT`: rows that stand again, or count otherwise than they did, with the mass that they count with."""
    rows = set_columns(returning, {_MASS: pc.coalesce(returning.column(STATED), returning.column(_MASS))})
    return _counted(rows, [not staged.returning[i] for i in returning.column("id").to_pylist()])


TABLE: Final = "counts"
SENT_ANEW_DAYS: Final = 92  # days around a run's own in which a cargo is looked for that is counted already
PARTIES: Final = ("senders", "receivers")
LANES, CARGO_KIND = "lanes", "cargoes"
_PARTY = np.dtype([("party", "<u8"), ("chapter", "u1"), ("lines", "<u4")])
_LANE = np.dtype([("hs6", "<u4"), ("dispatch", "S2"), ("destination", "S2"), ("transit", "S2"), ("lines", "<u4")])
_CARGO = np.dtype([("cargo", "<u8")])
_TYPES = {**dict.fromkeys(PARTIES, _PARTY), LANES: _LANE, CARGO_KIND: _CARGO}
_COUNTS = pa.schema([("day", pa.string()), (TABLE, pa.string())])
_Records = npt.NDArray[np.void]


def record_counts(checksums: RowChecksums, counts: TradeCounts, run_no: int) -> int:
    """Records what the lines of a run come to that no earlier run has counted.

    Returns:
        How many lines that were.
    """
    first = int(checksums.connection.execute(text(f"select coalesce(max(id), 0) + 1 from {TABLE}")).scalar_one())
    rows = [row for kind, table in _by_kind(counts) for row in _packed(kind, table)]
    if rows:
        days, kinds, lines, packed = zip(*rows, strict=True)
        columns = [
            pa.array(np.arange(first, first + len(rows))),
            pa.array(np.full(len(rows), run_no)),
            *(pa.array(values) for values in (days, kinds, lines, packed)),
        ]
        checksums.insert(TABLE, pa.table(columns, names=["id", "added_run", "day", "kind", "lines", TABLE]))
    return int(counts.cargoes.num_rows)


def _by_kind(counts: TradeCounts) -> Iterator[tuple[str, pa.Table]]:
    for role, kind in enumerate(PARTIES):
        yield kind, counts.parties.filter(pc.equal(counts.parties.column("role"), role))
    yield LANES, counts.lanes
    yield CARGO_KIND, counts.cargoes


def _packed(kind: str, table: pa.Table) -> Iterator[tuple[str, str, int, str]]:
    """Day, kind, lines and counts of each day; records in their own order, so that the order of lines shows nowhere."""
    names = _TYPES[kind].names or ()
    table = table.sort_by([(name, "ascending") for name in ("day", *names)]).combine_chunks()
    records = np.empty(table.num_rows, _TYPES[kind])
    for name in names:
        column = table.column(name)
        records[name] = column.to_numpy() if not pa.types.is_string(column.type) else np.array(column.to_pylist(), "S2")
    days = table.column("day").cast(pa.int32()).to_numpy()
    for start, end in pairwise([0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]) if len(days) else ():
        part = records[start:end]
        lines = int(part["lines"].sum()) if "lines" in names else len(part)
        yield str(table.column("day")[start].as_py()), kind, lines, base64.b64encode(part.tobytes()).decode()


def read(checksums: RowChecksums, counted_lines: CountedLines, keys: Iterable[str] = ()) -> TradeCounts:
    """What earlier runs counted of the parties and codes that a run asks for, and which of its cargoes are counted already.

    Raises:
        LedgerError: a row that it reads is not what was recorded.
    """
    asked = counted_lines.lines.filter(counted_lines.asked)
    days = pc.min_max(asked.column("day")).as_py()
    parties, lanes = [PARTY_COUNTS.empty_table()], [LANE_COUNTS.empty_table()]
    if days["min"] is not None:
        between = (_earlier(days["min"], COUNTED_DAYS), _earlier(days["max"], 1))
        for role, (kind, side) in enumerate(zip(PARTIES, ("sender", "receiver"), strict=True)):
            found, on = _read(checksums, kind, between, "party", asked.column(side))
            parties.append(_table(PARTY_COUNTS, found, on, role=np.full(len(found), role, np.uint8)))
        found, on = _read(checksums, LANES, between, "hs6", asked.column("hs6"))
        lanes.append(_table(LANE_COUNTS, found, on))
    return TradeCounts(pa.concat_tables(parties), pa.concat_tables(lanes), _known(checksums, counted_lines.lines, keys))


def read_parties(checksums: RowChecksums, days: tuple[date, date]) -> frozenset[int]:
    """The numbers of all parties that were counted on some days, the last included.

    Raises:
        LedgerError: a row that it reads is not what was recorded.
    """
    found: set[int] = set()
    for kind in PARTIES:
        for _, records in _records(checksums, kind, days):
            found.update(records["party"].tolist())
    return frozenset(found)


def _known(checksums: RowChecksums, lines: pa.Table, keys: Iterable[str]) -> pa.Table:
    days = pc.min_max(lines.column("day")).as_py()
    if days["min"] is None:
        return CARGOES.empty_table()
    between = (_earlier(days["min"], SENT_ANEW_DAYS), _earlier(days["max"], -SENT_ANEW_DAYS))
    more = numbers_of(pa.chunked_array([sorted(set(keys))], pa.string()))
    asked = pa.chunked_array([*lines.column("cargo").chunks, *(more.chunks if isinstance(more, pa.ChunkedArray) else [more])])
    found, on = _read(checksums, CARGO_KIND, between, "cargo", asked)
    return _table(CARGOES, found, on)


def _read(
    checksums: RowChecksums, kind: str, days: tuple[date, date], name: str, asked: pa.ChunkedArray
) -> tuple[_Records, npt.NDArray[np.int32]]:
    """Records of a kind whose column `name` is among those asked for, each with its day since 1970."""
    wanted = np.sort(pc.unique(asked).drop_null().to_numpy(zero_copy_only=False).astype(_TYPES[kind][name]))
    records, on = [np.empty(0, _TYPES[kind])], [np.empty(0, np.int32)]
    for day, every in _records(checksums, kind, days) if len(wanted) else ():
        # `np.isin` would look through all that is wanted once a day of the ledger.
        at = np.minimum(np.searchsorted(wanted, every[name]), len(wanted) - 1)
        part = every[wanted[at] == every[name]]
        records.append(part)
        on.append(np.full(len(part), (day - date(1970, 1, 1)).days, np.int32))
    return np.concatenate(records), np.concatenate(on)


def _records(checksums: RowChecksums, kind: str, days: tuple[date, date]) -> Iterator[tuple[date, _Records]]:
    """The records of a kind, a row of the ledger at a time, each with its day."""
    source = f"{TABLE} t where t.kind = ? and t.day between ? and ? order by t.id"
    for row in checksums.fetch(TABLE, source, _COUNTS, (kind, *(day.isoformat() for day in days))).to_pylist():
        yield date.fromisoformat(row["day"]), np.frombuffer(base64.b64decode(row[TABLE]), _TYPES[kind])


def _table(schema: pa.Schema, records: _Records, days: npt.NDArray[np.int32], **more: npt.NDArray[Any]) -> pa.Table:
    """Records as a table of the seam."""
    columns = []
    for field in schema:
        if field.name == "day":
            columns.append(pa.array(days).cast(pa.date32()))
        else:
            values = more.get(field.name, records[field.name] if field.name in (records.dtype.names or ()) else None)
            assert values is not None
            columns.append(
                pa.array(np.char.decode(values) if values.dtype.kind == "S" else np.ascontiguousarray(values)).cast(field.type)
            )
    return pa.table(columns, schema=schema)


def _earlier(day: date, days: int) -> date:
    """A day some days before, or after; as near as a date can be written."""
    return date.fromordinal(min(max(day.toordinal() - days, date.min.toordinal()), date.max.toordinal()))
