"""A copy of the movements by column, from which windows are read: Arrow IPC, one file a block of consecutive ids.

Only the columns that are asked for are unpacked; texts that repeat are dictionary-encoded.

The ledger alone counts. A block's name says of which rows it is a copy, and a SHA-256 stands behind its content; one that is
missing, damaged or of other rows is made anew, and the folder may be deleted at any time. docs/ledger.md has the figures.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from sqlalchemy import Connection, text

from precursor_screen.core.files import written_whole
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.transfer import fetch, fetch_batches

BLOCK = 1 << 14  # ids; what is not yet a whole block is read from the ledger and checked, in half a second at most
_AT_ONCE = 2  # blocks
_CHECKSUM_BYTES = hashlib.sha256().digest_size
_ID = pa.field("id", pa.int64())
_SCHEMA = pa.schema([_ID, *MOVEMENT])
_ENDED = pa.field("ended_run", pa.int64())
_DATE = "as_of_date"


class _Block(Struct):
    """A block of ids from `first` on.

    Attributes:
        digest: of the runs that wrote its rows, and of what was pruned since: a restored ledger has other runs.
        first_day, last_day: of all movements of those runs, ISO 8601.
    """

    first: int
    digest: Any
    first_day: str = "9999-12-31"
    last_day: str = "0001-01-01"

    @property
    def name(self) -> str:
        """Of the file that is a copy of its rows as they are now."""
        return f"{self.first // BLOCK:06d}-{self.digest.hexdigest()[:16]}.arrow"


class Copy:
    """The movements by column as one transaction sees them until it records some itself: what several questions ask is found out once.

    What they share: which blocks there are, that a block is sound (its digest covers all of it, and a question reads a few columns), and
    the rows that are in no whole block yet.
    """

    def __init__(self, checksums: RowChecksums, folder: Path | None, run_no: int) -> None:
        """Args:
        checksums: of the transaction.
        folder: of the copy; None: everything is read from the ledger.
        run_no: of the run that asks. What it has ended itself is copied: it may yet be rolled back.
        """
        self._checksums, self._folder, self._run_no = checksums, folder, run_no
        self._blocks: list[_Block] | None = None
        self._recent: pa.Table | None = None
        self._sound: set[str] = set()
        self.checks = folder is not None  # whether the rows that it gives are what was recorded

    def read(self, columns: Sequence[str], days: tuple[date, date], pick: Callable[[pa.Table], pa.Table]) -> Iterator[pa.Table]:
        """What is picked of the movements of some days that counted when they were copied, by id, a block at a time.

        Args:
            columns: of MOVEMENT.
            days: the first and the last, which is included.
            pick: takes `id` and the columns of a block, gives what is wanted of it; two blocks are unpacked and picked from at once.
                Rows may be among them that have ended since: see `ended_since`.

        Raises:
            LedgerError: what is copied, or not copied yet, is not what was recorded. Rows that are read where there is no copy are not
                checked here.
        """
        wanted = pa.schema([_ID, *(MOVEMENT.field(c) for c in dict.fromkeys((*columns, _DATE)))])
        if self._folder is None:
            yield from self._read_ledger(wanted, days, pick)
            return
        yield from self._read_blocks(self._folder, wanted, days, pick)
        yield pick(_in_days(self._read_recent().select(wanted.names), *days))

    def _read_blocks(
        self, folder: Path, wanted: pa.Schema, days: tuple[date, date], pick: Callable[[pa.Table], pa.Table]
    ) -> Iterator[pa.Table]:
        first, last = days
        if self._blocks is None:
            self._blocks = _blocks(self._checksums.connection)
            _remove_others(folder, self._blocks)
        mine = [b for b in self._blocks if b.first_day <= last.isoformat() and b.last_day >= first.isoformat()]

        def read(block: _Block) -> pa.Table | None:
            found = _read_file(folder / block.name, wanted, check=block.name not in self._sound)
            return None if found is None else pick(_in_days(found, first, last))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for block, picked in zip(mine, pool.map(read, mine), strict=True):
                if picked is None:
                    copied = _copy(self._checksums, folder / block.name, block.first, self._run_no)
                    picked = pick(_in_days(copied.select(wanted.names), first, last))
                else:
                    self._sound.add(block.name)
                yield picked

    def _read_recent(self) -> pa.Table:
        """The rows behind the whole blocks, checked."""
        if self._recent is None:
            begin = self._blocks[-1].first + BLOCK if self._blocks else 0
            rows = self._checksums.fetch(
                "movements", "movements t where t.id >= ? order by t.id", _SCHEMA.append(_ENDED), (begin,)
            )
            self._recent = rows.filter(pc.is_null(rows.column(_ENDED.name))).select(_SCHEMA.names)
        return self._recent

    def _read_ledger(
        self, wanted: pa.Schema, days: tuple[date, date], pick: Callable[[pa.Table], pa.Table]
    ) -> Iterator[pa.Table]:
        query = f"select {', '.join(wanted.names)} from movements where {_DATE} between ? and ? and ended_run is null order by id"
        for batch in fetch_batches(self._checksums.connection, query, wanted, tuple(d.isoformat() for d in days)):
            yield pick(_in_days(pa.Table.from_batches([batch]), *days))


def ended_since(connection: Connection, first: date, last: date) -> pa.Array:
    """Ids of movements of those days that count no longer."""
    query = f"select id from movements where ended_run is not null and {_DATE} between ? and ?"
    return fetch(connection, query, pa.schema([_ID]), (first.isoformat(), last.isoformat())).column(0).combine_chunks()


def _blocks(connection: Connection) -> list[_Block]:
    """The whole blocks."""
    query = """select run_id, first_movement, movements_added, movements_pruned, first_day, last_day
        from runs where movements_added > 0 order by run_no"""
    runs = [(str(i), int(f), int(n), int(p), str(a), str(z)) for i, f, n, p, a, z in connection.execute(text(query))]
    if not runs:
        return []
    whole = (runs[-1][1] + runs[-1][2]) // BLOCK
    fields = ",".join(_SCHEMA.names).encode()
    blocks = [_Block(number * BLOCK, hashlib.sha256(fields)) for number in range(whole)]
    for run_id, first, added, pruned, first_day, last_day in runs:
        for block in blocks[first // BLOCK : (first + added - 1) // BLOCK + 1]:
            block.digest.update(f"{run_id} {first} {added} {pruned}\n".encode())
            block.first_day, block.last_day = min(block.first_day, first_day), max(block.last_day, last_day)
    return blocks


def _remove_others(folder: Path, blocks: list[_Block]) -> None:
    if folder.is_dir():
        for name in sorted({p.name for p in folder.iterdir()} - {b.name for b in blocks}):
            with contextlib.suppress(OSError):  # a file too many is never read
                (folder / name).unlink()


def _copy(checksums: RowChecksums, path: Path, first: int, run_no: int) -> pa.Table:
    """The rows of a block from the ledger, which are copied."""
    source = "movements t where t.id >= ? and t.id < ? order by t.id"
    table = checksums.fetch("movements", source, _SCHEMA.append(_ENDED), (first, first + BLOCK))
    table = table.filter(pc.equal(pc.fill_null(table.column(_ENDED.name), run_no), run_no)).select(_SCHEMA.names)
    with contextlib.suppress(OSError):  # no space, or a folder that is not ours: the next run reads the ledger again
        _write(path, table)
    return table


def _read_file(path: Path, wanted: pa.Schema, *, check: bool) -> pa.Table | None:
    """The copy; None: there is none, or it is damaged: the ledger is the truth, and the copy is written over.

    check: whether its digest is made: it covers more than what is read.
    """
    fields = sorted(_SCHEMA.get_field_index(name) for name in wanted.names)
    try:
        with pa.memory_map(str(path)) as source:
            content = source.read_buffer()
            body = content.slice(0, max(0, content.size - _CHECKSUM_BYTES))
            if check and content.slice(body.size).to_pybytes() != _checksum_of(path, body):
                return None
            reader = pa.ipc.open_file(body, options=pa.ipc.IpcReadOptions(included_fields=fields))
            table = reader.read_all().select(wanted.names)
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None
    return table if _plain(table.schema).equals(wanted) else None


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(exist_ok=True)
    with written_whole(path) as beside, beside.open("wb") as stream:
        encoded = _encode(table)
        content = pa.BufferOutputStream()
        with pa.ipc.new_file(content, encoded.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
            writer.write_table(encoded)
        body = content.getvalue()
        stream.write(body)
        stream.write(_checksum_of(path, body))


def _checksum_of(path: Path, body: pa.Buffer) -> bytes:
    """The digest of a block and its name, which stands behind it: damage is found, and a block in another's place."""
    digest = hashlib.sha256(path.name.encode())
    digest.update(body)
    return digest.digest()


def _in_days(table: pa.Table, first: date, last: date) -> pa.Table:
    days = table.column(_DATE)
    inside = pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last))
    # Most blocks lie within the window, and to filter one costs more than to read it.
    return table if pc.all(inside, min_count=0).as_py() else table.filter(inside)


def _encode(table: pa.Table) -> pa.Table:
    """The table in one chunk, with texts that repeat as dictionaries."""
    columns = []
    for column in table.combine_chunks().columns:
        if pa.types.is_string(column.type):
            encoded = column.combine_chunks().dictionary_encode()
            columns.append(encoded if len(encoded.dictionary) <= table.num_rows // 2 else column)
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema([(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in schema])
