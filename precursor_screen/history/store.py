"""The ledger: opened by a URL, one transaction a run, whole or not at all."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from precursor_screen.core.errors import LedgerError, LedgerOutdated
from precursor_screen.core.schema import FLAG, MOVEMENT
from precursor_screen.history import chain, counts, history, upkeep, verdicts, verify
from precursor_screen.history import verdicts as verdict_rows
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.database import (
    connected,
    create_database,
    explained,
    hold_file,
    hold_server,
    make_file,
    one_moment,
    parse_url,
    shown_url,
)
from precursor_screen.history.migrations import MIGRATIONS, migrate, read_version
from precursor_screen.history.transaction import Transaction, known_files
from precursor_screen.history.values import Pruned, RunRecord, Verdict, now


def open_ledger(url: str, *, wait: float = 0.0, create: bool = True, upgrade: bool = False, cache: Path | None = None) -> Ledger:
    """Opens a ledger, and makes or migrates its tables where that is needed and wanted.

    Args:
        url: a path, `sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`.
        wait: seconds for which another run is waited for, here and in `begin`.
        create: make one where there is none, and bring one of an older version up to date: what runs do.
        upgrade: bring one of an older version up to date, though none is made. Who only looks changes nothing.
        cache: folder of the copy by column (`columns`); default: beside the file, and none for a server.

    Raises:
        LedgerError: unreadable, none, or somebody else's.
        LedgerVersion: written by a newer version.
        LedgerOutdated: written by an older one, and it is not to be brought up to date.
        LedgerLocked: it must be migrated and another run holds it.
        MissingExtra: PostgreSQL without its driver.
    """
    parsed = parse_url(url)
    path = Path(parsed.database or "") if parsed.drivername == "sqlite" else None
    if path is not None:
        _check_place(path, create)
    if cache is None and path is not None:
        cache = path.with_name(f"{path.name}.columns")
    ledger = Ledger(create_database(parsed, wait), path, wait, cache)
    ledger.prepare(create, create or upgrade)
    return ledger


def _check_place(path: Path, create: bool) -> None:
    try:
        there, folder = path.exists(), path.is_dir()
    except OSError as error:
        raise LedgerError(f"{path} cannot be read: {error.strerror}", remedy="Check the permissions of its folder.") from error
    if folder:
        raise LedgerError(
            f"{path} is a folder, and a ledger is a file", remedy=f"Write the name of the file, such as {path / 'ledger.sqlite'}."
        )
    if not there and not create:
        raise LedgerError(
            f"{path} does not exist", remedy="Check the path; `precursor-screen screen FILE --ledger PATH` makes a new one."
        )
    if not there:
        make_file(path)


def backup_place(path: Path, version: int) -> Path:
    """A free name beside a ledger for the copy that is made before it is migrated."""
    names = itertools.chain([""], (f".{n}" for n in itertools.count(2)))
    places = (path.with_name(f"{path.name}.version-{version}{end}") for end in names)
    return next(place for place in places if not place.exists())


class Ledger:
    """What was screened, what moved, what was flagged and what officers said of it. A context manager; see `open_ledger`."""

    def __init__(self, engine: Engine, path: Path | None, wait: float, cache: Path | None) -> None:
        self.engine, self.path, self.wait, self.cache = engine, path, wait, cache
        self.shown = shown_url(engine.url)
        self.copy: Path | None = None  # of what it was before it was brought up to date by this opening
        self._looked = False

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes what is still open."""
        self.engine.dispose()

    def prepare(self, create: bool, upgrade: bool) -> None:
        """Makes or migrates the tables where they are not those of this version; of an SQLite file that is migrated a copy stays beside.

        Raises:
            LedgerError, LedgerVersion, LedgerLocked: see `open_ledger`.
        """
        with connected(self.engine) as connection:
            version = read_version(connection, self.shown)
        if version == MIGRATIONS[-1].number:
            return
        if not version and not create:
            raise LedgerError(
                f"{self.shown} is not a ledger",
                remedy="Check the name; `precursor-screen screen FILE --ledger PATH` makes a new one.",
            )
        if version and not upgrade:
            raise LedgerOutdated(
                f"{self.shown} has version {version}; this program reads version {MIGRATIONS[-1].number}",
                remedy="Run `precursor-screen ledger upgrade`: it brings the ledger up to date, and keeps a backup beside it.",
            )
        with self._held() as connection:
            if self.path is not None:
                # Readers go on while a run is written; stays with the file.
                connection.connection.cursor().execute("pragma journal_mode = wal")
                if version:
                    copy = backup_place(self.path, version)
                    upkeep.copy_file(self.path, copy)
                    self.copy = copy
            with connection.begin():
                migrate(connection, read_version(connection, self.shown), self.shown)  # another process may have been faster

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        """The lock, and a connection that is in no transaction."""
        with ExitStack() as stack:
            if self.path is not None:
                stack.enter_context(hold_file(self.path, self.wait))
            stack.enter_context(explained(self.engine))
            connection = stack.enter_context(self.engine.connect()).execution_options(writes=True)
            if self.path is None:
                stack.enter_context(hold_server(connection, self.shown, self.wait))
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction under the lock."""
        with self._held() as connection, connection.begin():
            yield connection

    @contextmanager
    def _open_verified(self) -> Iterator[RowChecksums]:
        """A transaction that sees one moment of a ledger that is sound as far as a run would look."""
        with connected(self.engine) as connection:
            one_moment(connection)
            checksums = verify.verified_checksums(connection, self.shown, looked=self._looked)
            self._looked = True
            yield checksums

    def check_free(self) -> None:
        """Waits until no run holds the ledger.

        Raises:
            LedgerLocked: one does, after `wait` seconds; who and since when.
        """
        with self._held():
            pass

    def begin(self, run: RunRecord) -> Transaction:
        """Begins a run: takes the lock and a transaction, which the returned context manager ends.

        Raises:
            LedgerLocked: another run holds the ledger, after `wait` seconds.
            LedgerError: the ledger cannot be written, or is damaged.
        """
        stack = ExitStack()
        with ExitStack() as undo:
            undo.enter_context(stack)
            transaction = Transaction(stack.enter_context(self._held()), self.shown, run, stack, self.cache)
            undo.pop_all()
        return transaction

    def known_files(self, sha256s: Iterable[str]) -> set[str]:
        """Those of some files that a run has screened and delivered already."""
        with self._open_verified() as checksums:
            return known_files(checksums.connection, sha256s)

    def broken_off(self) -> set[str]:
        """Ids of the runs that are recorded, and whose process ended before they were delivered."""
        with self._open_verified() as checksums:
            return set(checksums.connection.execute(text("select run_id from runs where delivered is null")).scalars())

    def deliver(self, run_id: str) -> None:
        """Marks a run that broke off as delivered: its reports have been put in their places after all.

        Raises:
            LedgerLocked: a run holds the ledger.
            LedgerError: it is damaged.
        """
        with self._writing() as connection:
            checksums = verify.verified_checksums(connection, self.shown)
            query = "update runs set delivered = :at where run_id = :run_id and delivered is null returning run_no"
            run_no = connection.execute(text(query), {"at": now(), "run_id": run_id}).scalar()
            if run_no is not None:
                checksums.rehash("runs", "runs t where t.run_no = ?", (run_no,))
                chain.add_link(connection, chain.DELIVERED, checksums.tables, run_no)

    def flags(
        self,
        flag_id: str = "",
        shipment_id: str = "",
        rule_id: str = "",
        states: Sequence[str] = (),
        line_ids: Sequence[str] | None = None,
    ) -> pa.Table:
        """Recorded flags, FLAG columns, worst last raised first.

        Args:
            flag_id: the id or its beginning.
            shipment_id: of one shipment.
            rule_id: of one rule.
            states: new, existing, suppressed, resolved; empty: all.
            line_ids: of some lines; None: all.
        """
        begins = f"substr(flag_id, 1, {len(flag_id)})"
        equal = {c: v for c, v in (("shipment_id", shipment_id), ("rule_id", rule_id), (begins, flag_id)) if v}
        tests = [
            "1 = 1",
            *(f"{column} = ?" for column in equal),
            *([f"state in ({', '.join('?' * len(states))})"] if states else []),
        ]
        level = "case level when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end"
        order = f"order by last_run desc, {level}, shipment_id, rule_id, flag_id"
        where, values = " and ".join(tests), (*equal.values(), *states)
        with self._open_verified() as checksums:
            if line_ids is None:
                return checksums.fetch("flags", f"flags t where {where} {order}", FLAG, values)
            return checksums.fetch_among("flags", f"{where} and line_id in ({{0}}) {order}", FLAG, line_ids, values)

    def history_of(self, flag_id: str) -> dict[str, str]:
        """Start of the runs that first raised a flag, last raised it, and resolved it (empty: none did), ISO 8601."""
        query = """select a.started, z.started, coalesce(r.started, '') from flags f join runs a on a.run_no = f.first_run
            join runs z on z.run_no = f.last_run left join runs r on r.run_no = f.resolved_run where f.flag_id = :flag_id"""
        with self._open_verified() as checksums:
            found = checksums.connection.execute(text(query), {"flag_id": flag_id}).one_or_none()
        return dict(zip(("first", "last", "resolved"), map(str, found), strict=True)) if found else {}

    def cited_lines(self, line_ids: Sequence[str]) -> pa.Table:
        """The source's own cells of flagged lines: line_id, source_file, source_row, shipment_id, cells (JSON)."""
        schema = pa.schema([("line_id", pa.string()), *(FLAG.field(n) for n in ("source_file", "source_row", "shipment_id"))])
        schema = schema.append(pa.field("cells", pa.string()))
        with self._open_verified() as checksums:
            return checksums.fetch_among("cited_lines", "line_id in ({0})", schema, line_ids).sort_by("line_id")

    def lines_with(self, cell: str) -> list[str]:
        """Ids of the flagged lines of which one cell, as it was filed, is this text; in their order."""
        # Either way of writing JSON may have been used; which cell it is, and not a header, is seen by reading it.
        texts = {json.dumps(cell, ensure_ascii=ascii_only) for ascii_only in (True, False)}
        found = set()
        with self._open_verified() as checksums:
            for quoted in sorted(texts):
                pattern = "%" + "".join(f"!{c}" if c in "!%_" else c for c in quoted) + "%"
                query = text("select line_id, cells from cited_lines where cells like :pattern escape '!'")
                rows = checksums.connection.execute(query, {"pattern": pattern})
                found |= {str(line_id) for line_id, cells in rows if cell in json.loads(cells).values()}
        return sorted(found)

    def behind(self, flag_ids: Sequence[str], line_ids: Sequence[str]) -> verdicts.Behind:
        """What stands behind some flags and the lines that they cite (`provenance`)."""
        with self._open_verified() as checksums:
            return verdicts.read_behind(checksums, flag_ids, line_ids)

    def movements_between(
        self,
        first: date,
        last: date,
        pick: Callable[[pa.Table], pa.Table] = lambda rows: rows,
        columns: Sequence[str] = MOVEMENT.names,
    ) -> pa.Table:
        """MOVEMENT rows of some days that count, all their columns or some (`history.read_between`)."""
        with self._open_verified() as checksums:
            return history.read_between(checksums, self.cache, (first, last), pick, columns)

    def counted_parties(self, first: date, last: date) -> frozenset[int]:
        """The numbers (`text.key_numbers`) of the parties of some days, also of those whose names are not recorded."""
        with self._open_verified() as checksums:
            return counts.read_parties(checksums, (first, last))

    def verdicts(self, flag_id: str = "") -> list[Verdict]:
        """The verdicts, all or on one flag, in the order in which they were added."""
        with self._open_verified() as checksums:
            return list(verdict_rows.read(checksums.connection, flag_id))

    def add_verdicts(self, verdicts: Iterable[Verdict]) -> tuple[int, int]:
        """Adds verdicts: all of them or none.

        Returns:
            How many were added, and how many were there already, word for word.

        Raises:
            LedgerError: a flag that is not in the ledger; or the ledger is damaged.
            LedgerLocked: a run holds it.
        """
        with self._writing() as connection:
            checksums = verify.verified_checksums(connection, self.shown)
            added, repeated = verdict_rows.add(checksums, verdicts)
            if added:
                chain.add_link(connection, chain.VERDICTS, checksums.tables)
            return added, repeated

    def info(self, today: date | None = None) -> upkeep.Info:
        """The ledger in figures."""
        with connected(self.engine) as connection:
            return upkeep.describe(connection, self.shown, today or date.today())

    def verify(self) -> list[str]:
        """What is wrong with the ledger; empty: nothing."""
        with connected(self.engine) as connection:
            one_moment(connection)
            return verify.check(connection, self.shown)

    def backup(self, target: Path, mode: int = 0o600) -> None:
        """Copies the ledger into a file with some permissions, as it is at one moment; runs may go on.

        Raises:
            LedgerError: the file exists or cannot be written; or the ledger is on PostgreSQL, which has tools of its own.
        """
        if self.path is None:
            raise LedgerError(f"{self.shown} is on a PostgreSQL server", remedy="Back it up with pg_dump.")
        upkeep.copy_file(self.path, target, mode)

    @contextmanager
    def tables(self) -> Iterator[Iterator[tuple[str, pa.Schema, Iterator[pa.RecordBatch]]]]:
        """All tables as they are at one moment: name, schema and rows, each to be read before the next."""
        with connected(self.engine) as connection:
            one_moment(connection)
            yield ((name, *upkeep.read_table(connection, name)) for name in upkeep.TABLES)

    def prune(self, days: int = upkeep.KEPT_DAYS, today: date | None = None) -> Pruned:
        """Removes what is older than some days (`upkeep.prune`).

        Raises:
            LedgerLocked: a run holds the ledger.
            LedgerError: it is damaged.
        """
        with self._writing() as connection:
            checksums = verify.verified_checksums(connection, self.shown)
            pruned = upkeep.prune(checksums, days, today or date.today())
            chain.add_link(connection, chain.PRUNED, checksums.tables)
            return pruned
