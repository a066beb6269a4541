"""The chain: what the ledger held after each thing that was done to it, each link a hash over the one before.

A link says what was done, by which run, when, and how many rows each table held then with the sum of their digests (`Checksum`). The
last one, the head, tells what the tables must hold now. Links are only ever added. Where nothing that came before has to be read any
more (a new ledger, one of an earlier version, rows that were pruned, tables that were changed) a link is a checkpoint: a run
follows the chain from the last one, `verify` from the beginning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from msgspec import Struct, field
from sqlalchemy import Connection

from precursor_screen.core.errors import LedgerError
from precursor_screen.history.transfer import fetch_rows, insert_rows, run_many, to_batch, to_rows

# What shows that a row is what was recorded: a digest in each row, and of each table the number of its rows and their sum.

KEYS = {
    "runs": "run_no",
    "files": "sha256",
    "movements": "id",
    "flags": "flag_id",
    "cited_lines": "line_id",
    "dispositions": "id",
    "counts": "id",
}
TABLES = tuple(KEYS)
DIGEST = "digest"
RESTORE = "Restore the last backup; `precursor-screen ledger verify` says what is wrong."
_BYTES = 16
_SPACE = 1 << (8 * _BYTES)
_AT_ONCE = 1_000  # values of one statement
# A value of a damaged row may be of any type; it has to differ, not to be right.
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=repr).encode


def digest_of(values: Sequence[Any]) -> bytes:
    """The digest of a row: its values, without the digest that it holds."""
    end = len(values)
    while end and values[end - 1] is None:
        end -= 1
    return hashlib.sha256(_encode(values[:end]).encode()).digest()[:_BYTES]


class Checksum(Struct):
    """How many rows a table holds, and the sum of their digests."""

    rows: int = 0
    total: int = 0

    def add(self, digest: bytes, sign: int = 1) -> None:
        """Counts a row, or, with -1, takes it away."""
        self.rows += sign
        self.total = (self.total + sign * int.from_bytes(digest)) % _SPACE


class Row(Struct, frozen=True):
    """A row that was read. values: without its digest; stored: the digest it holds, of whatever type; now: that of its values."""

    names: tuple[str, ...]
    values: tuple[Any, ...]
    stored: Any
    now: bytes

    def __getitem__(self, name: str) -> Any:
        return self.values[self.names.index(name)]

    @property
    def sound(self) -> bool:
        """Whether it is what was recorded."""
        return bool(self.stored == self.now)


def read_rows(connection: Connection, source: str, values: tuple[Any, ...] = ()) -> Iterator[Row]:
    """The rows `t` of a source, whole.

    Args:
        connection: to the ledger.
        source: what stands after `from`; the table is called t.
        values: of its question marks.
    """
    for names, rows in fetch_rows(connection, f"select t.* from {source}", values):
        at = names.index(DIGEST)
        kept = (*names[:at], *names[at + 1 :])
        for row in rows:
            plain = (*row[:at], *row[at + 1 :])
            yield Row(kept, plain, row[at], digest_of(plain))


def describe(name: str, row: Row) -> str:
    """A row as messages name it: `movements 17 (run 3)`."""
    runs = [row[c] for c in ("added_run", "last_run", "run_no") if c in row.names and c != KEYS[name]]
    return f"{name} {row[KEYS[name]]}{f' (run {runs[0]})' if runs else ''}"


class RowChecksums(Struct):
    """Reads and writes rows with their digests, within one transaction.

    Attributes:
        connection: in a transaction.
        shown: the ledger as errors name it.
        checksums: what the tables hold, by name; follows what is written.
    """

    connection: Connection
    shown: str
    tables: dict[str, Checksum]
    _columns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def check(self, name: str, source: str, values: tuple[Any, ...] = ()) -> None:
        """Checks rows before they are believed, or changed.

        Args:
            name: of the table.
            source: see `read_rows`.
            values: of its question marks.

        Raises:
            LedgerError: one is not what was recorded.
        """
        for _ in self._checked_rows(name, source, values):
            pass

    def fetch(self, name: str, source: str, schema: pa.Schema, values: tuple[Any, ...] = ()) -> pa.Table:
        """Some columns of rows that are checked; for the arguments and errors see `check`."""
        batches = []
        for names, rows in self._checked_rows(name, source, values):
            at = [names.index(column) for column in schema.names]
            batches.append(to_batch(self.connection, [tuple(row[i] for i in at) for row in rows], schema))
        return pa.Table.from_batches(batches, schema)

    def fetch_among(
        self, name: str, where: str, schema: pa.Schema, wanted: Sequence[Any], values: tuple[Any, ...] = ()
    ) -> pa.Table:
        """`fetch` of rows with one of the values that are wanted, some at a time: `{0}` in `where`, behind the marks of `values`."""
        found, times = [schema.empty_table()], where.count("{0}")
        for start in range(0, len(wanted), _AT_ONCE // times):
            some = tuple(wanted[start : start + _AT_ONCE // times])
            source = f"{name} t where {where.format(', '.join('?' * len(some)))}"
            found.append(self.fetch(name, source, schema, (*values, *some * times)))
        return pa.concat_tables(found)

    def _checked_rows(
        self, name: str, source: str, values: tuple[Any, ...]
    ) -> Iterator[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
        for names, rows in fetch_rows(self.connection, f"select t.* from {source}", values):
            at = names.index(DIGEST)
            for row in rows:
                plain = row[:at] + row[at + 1 :]
                if (now := digest_of(plain)) != row[at]:
                    raise self._damaged(name, Row((*names[:at], *names[at + 1 :]), plain, row[at], now))
            yield names, rows

    def check_all(self, name: str) -> None:
        """Checks every row of a table, and that none is missing or too many.

        Raises:
            LedgerError: it is not what was recorded.
        """
        found = Checksum()
        for row in read_rows(self.connection, f"{name} t"):
            self._verify(name, row)
            found.add(row.now)
        if found != self.tables[name]:
            problem = f"{name} has {found.rows:,} rows, not the {self.tables[name].rows:,} that were recorded"
            raise LedgerError(f"{self.shown} is damaged: {problem}", remedy=RESTORE)

    def insert(self, name: str, table: pa.Table) -> None:
        """Inserts new rows; columns that the table lacks are null."""
        names = self._names(name)
        columns = [table.column(n) if n in table.column_names else pa.nulls(table.num_rows) for n in names]
        checksum = self.tables[name]
        for rows in to_rows(pa.table(columns, names=names)):
            digests = [digest_of(row) for row in rows]
            for digest in digests:
                checksum.add(digest)
            insert_rows(self.connection, name, (*names, DIGEST), [(*r, d) for r, d in zip(rows, digests, strict=True)])

    def rehash(self, name: str, source: str, values: tuple[Any, ...] = ()) -> int:
        """Gives rows that were inserted without digest, or changed, the digest of what they hold now.

        Returns:
            How many of them had none.
        """
        checksum, changed = self.tables[name], {}
        added = 0
        for row in read_rows(self.connection, source, values):
            if row[KEYS[name]] in changed or row.sound:
                continue
            changed[row[KEYS[name]]] = row.now
            if row.stored is None:
                added += 1
            else:
                checksum.add(row.stored, -1)
            checksum.add(row.now)
        statement = f"update {name} set {DIGEST} = ? where {KEYS[name]} = ?"
        run_many(self.connection, statement, [(digest, key) for key, digest in changed.items()])
        return added

    def drop(self, name: str, source: str, values: tuple[Any, ...] = ()) -> None:
        """Takes rows that are about to be removed out of the sum.

        Raises:
            LedgerError: one is not what was recorded.
        """
        for row in read_rows(self.connection, source, values):
            self._verify(name, row)
            self.tables[name].add(row.now, -1)

    def _verify(self, name: str, row: Row) -> None:
        if not row.sound:
            raise self._damaged(name, row)

    def _damaged(self, name: str, row: Row) -> LedgerError:
        return LedgerError(f"{self.shown} is damaged: {describe(name, row)} is not what was recorded", remedy=RESTORE)

    def _names(self, name: str) -> tuple[str, ...]:
        if name not in self._columns:
            ((names, _),) = fetch_rows(self.connection, f"select * from {name} where 1 = 0", at_least_once=True)
            self._columns[name] = tuple(n for n in names if n != DIGEST)
        return self._columns[name]


def to_state(checksums: Mapping[str, Checksum]) -> str:
    """Checksums as the chain holds them."""
    return json.dumps({name: [t.rows, f"{t.total:032x}"] for name, t in checksums.items()}, sort_keys=True)


def from_state(state: str) -> dict[str, Checksum]:
    """The opposite.

    Raises:
        ValueError: it is none.
    """
    try:
        found = json.loads(state)
        # A link that was added before there were counts says nothing of them.
        found.setdefault("counts", [0, "0"])
        return {name: Checksum(int(found[name][0]), int(found[name][1], 16)) for name in TABLES}
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError("no state") from error


CHAIN = "chain"
NEW, UNVERIFIED, RUN, DELIVERED, VERDICTS, PRUNED, MIGRATED = (
    *("new", "unverified", "run", "delivered", "verdicts", "pruned", "migrated"),
)
CHECKPOINTS = (NEW, UNVERIFIED, PRUNED, MIGRATED)
COLUMNS = ("number", "kind", "run_no", "at", "state", "link")
CREATE = """create table chain (
    number integer primary key, kind text not null, run_no integer, at text not null, state text not null, link text not null)"""
_SELECT = f"select {', '.join(COLUMNS)} from {CHAIN}"


class Link(Struct, frozen=True):
    """A row of the chain. run_no: of `run` and `delivered`. state: see `to_state`. link: SHA-256, hexadecimal."""

    number: int
    kind: str
    run_no: int | None
    at: str
    state: str
    link: str

    def follows(self, before: str) -> bool:
        """Whether its hash is that of its content and of the link before."""
        return bool(self.link == _hash(before, (self.number, self.kind, self.run_no, self.at, self.state)))


def _hash(before: str, content: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps([before, *content], default=repr).encode()).hexdigest()


def read_chain(connection: Connection, *, whole: bool = False) -> list[Link]:
    """The links in order: all, or from the one before the last checkpoint on."""
    kinds = ", ".join(f"'{kind}'" for kind in CHECKPOINTS)
    start = "" if whole else f" where number >= (select coalesce(max(number), 1) - 1 from {CHAIN} where kind in ({kinds}))"
    return [Link(*row) for _, rows in fetch_rows(connection, f"{_SELECT}{start} order by number") for row in rows]


def find_break(links: Iterable[Link]) -> str:
    """Where links do not follow one another; empty: they do. The first is believed unless it is that of the whole chain."""
    before: Link | None = None
    for link in links:
        if before is not None or link.number == 1:
            number, text = (before.number + 1, before.link) if before is not None else (1, "")
            if link.number != number or not link.follows(text):
                return f"the chain is broken at link {link.number} ({link.kind}, {link.at})"
        before = link
    return "" if before else "the chain is empty"


def open_checksums(connection: Connection, shown: str) -> RowChecksums:
    """Follows the chain from the last checkpoint to its head, and takes what the tables must hold from there.

    Raises:
        LedgerError: the chain is broken.
    """
    try:
        links = read_chain(connection)
        problem = find_break(links)
        checksums = from_state(links[-1].state) if not problem else {}
    except (ValueError, TypeError) as error:
        problem, checksums = f"the chain cannot be read ({error})", {}
    if problem:
        raise LedgerError(f"{shown} is damaged: {problem}", remedy=RESTORE)
    return RowChecksums(connection, shown, checksums)


def add_link(connection: Connection, kind: str, checksums: Mapping[str, Checksum], run_no: int | None = None) -> None:
    """Adds what was done.

    Args:
        connection: in a transaction that writes, in which the chain was followed (`open_checksums`).
        kind: of what was done.
        checksums: what the tables hold now.
        run_no: of the run that did it.
    """
    query = f"{_SELECT} order by number desc limit 1"
    last = [Link(*row) for _, rows in fetch_rows(connection, query) for row in rows]
    number, before = (last[0].number + 1, last[0].link) if last else (1, "")
    content = (number, kind, run_no, datetime.now(UTC).isoformat(timespec="seconds"), to_state(checksums))
    insert_rows(connection, CHAIN, COLUMNS, [(*content, _hash(before, content))])
