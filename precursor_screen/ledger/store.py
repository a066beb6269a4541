"""The ledger: opened by a URL, one transaction a run, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from precursor_screen.errors import LedgerError
from precursor_screen.ledger import dispositions, flag_records, flags, movements, upkeep
from precursor_screen.ledger.batch import as_movements, stage_batch
from precursor_screen.ledger.database import connected, create_database, explained, make_file, parse_url, shown_url
from precursor_screen.ledger.history import read_history
from precursor_screen.ledger.lock import hold_file, take_server_lock
from precursor_screen.ledger.migrations import MIGRATIONS, migrate, read_version
from precursor_screen.ledger.transfer import fetch, fetch_texts, insert, stage
from precursor_screen.ledger.values import Disposition, FileRecord, Pruned, RunRecord
from precursor_screen.memory import Compared, History, Judged
from precursor_screen.schema import FLAG


def open_ledger(url: str, *, wait: float = 0.0, create: bool = True, cache: Path | None = None) -> Ledger:
    """Opens a ledger, and makes or migrates its tables where that is needed.

    Args:
        url: `sqlite:///PATH` or `postgresql://USER@HOST/DATABASE`.
        wait: seconds for which another run is waited for, here and in `begin`.
        create: make one where there is none.
        cache: folder of the copy by column (`columns`); default: beside the file, and none for a server.

    Raises:
        LedgerError: unreadable, none, or somebody else's.
        LedgerVersion: written by a newer version.
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
    ledger.prepare(create)
    return ledger


def _check_place(path: Path, create: bool) -> None:
    try:
        there, folder = path.exists(), path.is_dir()
    except OSError as error:
        raise LedgerError(f"{path} may not be read: {error.strerror}", remedy="Check the permissions of its folder.") from error
    if folder:
        raise LedgerError(f"{path} is a folder", remedy="Name a file in it.")
    if not there and not create:
        raise LedgerError(f"{path} does not exist", remedy="A run with --ledger makes it; check the path.")
    if not there:
        make_file(path)


class Ledger:
    """What was screened, what moved, what was flagged and what officers said of it. A context manager; see `open_ledger`."""

    def __init__(self, engine: Engine, path: Path | None, wait: float, cache: Path | None) -> None:
        self.engine, self.path, self.wait, self.cache = engine, path, wait, cache
        self.shown = shown_url(engine.url)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes what is still open."""
        self.engine.dispose()

    def prepare(self, create: bool) -> None:
        """Makes or migrates the tables where they are not those of this version.

        Raises:
            LedgerError, LedgerVersion, LedgerLocked: see `open_ledger`.
        """
        with connected(self.engine) as connection:
            version = read_version(connection, self.shown)
        if version == MIGRATIONS[-1].number:
            return
        if not version and not create:
            raise LedgerError(f"{self.shown} holds no ledger", remedy="A run with --ledger makes it; check the name.")
        if self.path is not None:
            with hold_file(self.path, self.wait), explained(self.engine), self.engine.connect() as connection:
                # Readers go on while a run is written; stays with the file.
                connection.connection.cursor().execute("pragma journal_mode = wal")
        with self._writing() as connection:
            migrate(connection, read_version(connection, self.shown))  # another process may have been faster

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction under the lock."""
        with ExitStack() as stack:
            if self.path is not None:
                stack.enter_context(hold_file(self.path, self.wait))
            connection = stack.enter_context(connected(self.engine, writes=True))
            if self.path is None:
                take_server_lock(connection, self.shown, self.wait)
            yield connection

    def begin(self, run: RunRecord) -> Transaction:
        """Begins a run: takes the lock and a transaction, which the returned context manager ends.

        Raises:
            LedgerLocked: another run holds the ledger, after `wait` seconds.
            LedgerError: the ledger cannot be written.
        """
        stack = ExitStack()
        with ExitStack() as undo:
            undo.enter_context(stack)
            connection = stack.enter_context(self._writing())
            transaction = Transaction(connection, run, stack, self.cache)
            undo.pop_all()
        return transaction

    def known_files(self, sha256s: Iterable[str]) -> set[str]:
        """Those of some files that a run has screened already."""
        with connected(self.engine) as connection:
            return _known_files(connection, sha256s)

    def flags(self, flag_id: str = "", shipment_id: str = "", rule_id: str = "", states: Sequence[str] = ()) -> pa.Table:
        """Recorded flags, FLAG columns, worst last raised first.

        Args:
            flag_id: the id or its beginning.
            shipment_id: of one shipment.
            rule_id: of one rule.
            states: new, existing, suppressed, resolved; empty: all.
        """
        tests, values = ["1 = 1"], []
        for column, value in (("shipment_id", shipment_id), ("rule_id", rule_id)):
            if value:
                tests.append(f"{column} = ?")
                values.append(value)
        if flag_id:
            tests.append(f"substr(flag_id, 1, {len(flag_id)}) = ?")
            values.append(flag_id)
        if states:
            tests.append(f"state in ({', '.join('?' * len(states))})")
            values.extend(states)
        order = "case level when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end"
        query = f"""select {", ".join(FLAG.names)} from flags where {" and ".join(tests)}
            order by last_run desc, {order}, shipment_id, rule_id, flag_id"""
        with connected(self.engine) as connection:
            return fetch(connection, query, FLAG, tuple(values))

    def history_of(self, flag_id: str) -> dict[str, str]:
        """Start of the runs that first raised a flag, last raised it, and resolved it (empty: none did), ISO 8601."""
        query = """select a.started, z.started, coalesce(r.started, '') from flags f join runs a on a.run_no = f.first_run
            join runs z on z.run_no = f.last_run left join runs r on r.run_no = f.resolved_run where f.flag_id = :flag_id"""
        with connected(self.engine) as connection:
            found = connection.execute(text(query), {"flag_id": flag_id}).one_or_none()
        return dict(zip(("first", "last", "resolved"), map(str, found), strict=True)) if found else {}

    def cited_lines(self, line_ids: Sequence[str]) -> pa.Table:
        """The source's own cells of flagged lines: line_id, source_file, source_row, shipment_id, cells (JSON)."""
        schema = pa.schema([("line_id", pa.string()), *(FLAG.field(n) for n in ("source_file", "source_row", "shipment_id"))])
        schema = schema.append(pa.field("cells", pa.string()))
        marks = ", ".join("?" * len(line_ids)) or "null"
        query = f"select {', '.join(schema.names)} from cited_lines where line_id in ({marks}) order by line_id"
        with connected(self.engine) as connection:
            return fetch(connection, query, schema, tuple(line_ids))

    def dispositions(self, flag_id: str = "") -> list[Disposition]:
        """The verdicts, all or on one flag, in the order in which they were added."""
        with connected(self.engine) as connection:
            return list(dispositions.read(connection, flag_id))

    def add_dispositions(self, verdicts: Iterable[Disposition]) -> tuple[int, int]:
        """Adds verdicts: all of them or none.

        Returns:
            How many were added, and how many were there already, word for word.

        Raises:
            LedgerError: a flag that is not in the ledger.
            LedgerLocked: a run holds it.
        """
        with self._writing() as connection:
            return dispositions.add(connection, verdicts)

    def info(self, today: date | None = None) -> upkeep.Info:
        """The ledger in figures."""
        with connected(self.engine) as connection:
            return upkeep.describe(connection, self.shown, today or date.today())

    def verify(self) -> list[str]:
        """What is wrong with the ledger; empty: nothing."""
        with connected(self.engine) as connection:
            return upkeep.check(connection, self.shown)

    def backup(self, target: Path) -> None:
        """Copies the ledger into a file, as it is at one moment; runs may go on.

        Raises:
            LedgerError: the file exists or cannot be written; or the ledger is on PostgreSQL, which has tools of its own.
        """
        if self.path is None:
            raise LedgerError(f"{self.shown} is a database of a server", remedy="Back it up with pg_dump.")
        upkeep.copy_file(self.path, target)

    @contextmanager
    def tables(self) -> Iterator[Iterator[tuple[str, pa.Schema, Iterator[pa.RecordBatch]]]]:
        """All tables as they are at one moment: name, schema and rows, each to be read before the next."""
        with connected(self.engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("set transaction isolation level repeatable read")
            yield ((name, *upkeep.read_table(connection, name)) for name in upkeep.TABLES)

    def prune(self, days: int = 400, today: date | None = None) -> Pruned:
        """Removes what is older than some days (`upkeep.prune`).

        Raises:
            LedgerLocked: a run holds the ledger.
        """
        with self._writing() as connection:
            return upkeep.prune(connection, days, today or date.today())


def _known_files(connection: Connection, sha256s: Iterable[str]) -> set[str]:
    asked = pa.table([pa.array(sorted(set(sha256s)), pa.string())], names=["sha256"])
    stage(connection, "asked", asked, ["sha256"])
    return set(fetch_texts(connection, "select a.sha256 from asked a join files f on f.sha256 = a.sha256"))


class Transaction:
    """One run. Ends with everything recorded, or, on any exception, with nothing."""

    def __init__(self, connection: Connection, run: RunRecord, stack: ExitStack, cache: Path | None) -> None:
        self._connection, self._run, self._stack, self._cache = connection, run, stack, cache
        self._staged: pa.Table | None = None
        self.run_no = int(connection.execute(text("select coalesce(max(run_no), 0) + 1 from runs")).scalar_one())
        row = run.columns(self.run_no)
        self.run_id = str(row["run_id"])
        if connection.execute(text("select 1 from runs where run_id = :run_id"), row).first():
            raise LedgerError(f"run {self.run_id} is recorded already", remedy="Give every run an id of its own.")
        marks = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"insert into runs ({', '.join(row)}) values ({marks})"), row)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        if kind is not None:
            return self._stack.__exit__(kind, error, traceback)
        with self._stack:
            self._count("finished", datetime.now(UTC).isoformat(timespec="seconds"))
        return None

    def look_back(self, batch: pa.Table, span_days: int, columns: Sequence[str], keys: Iterable[Sequence[str]]) -> History:
        """What is recorded that bears on the movements of this run.

        Args:
            batch: MOVEMENT of this run, cancellations among them.
            span_days: the longest window, in days: as far before the run's earliest day and after its latest.
            columns: of MOVEMENT, that the rules name.
            keys: the groupings of the rules, each some columns of MOVEMENT. A list of containers is one group an element. Null is
                in no group. Columns that are not stored, and other lists, widen the groups.

        Returns:
            See `History`. Movements outside the run's groups and days may be among them; none that shares both is missing.
        """
        table = self._stage(batch)
        return read_history(self._connection, self._cache, self.run_no, table, span_days, columns, keys)

    def record_movements(self, batch: pa.Table) -> movements.Recorded:
        """Records the movements of this run; the same twice changes nothing.

        Args:
            batch: MOVEMENT of this run, cancellations among them.
        """
        recorded = movements.record(self._connection, self._stage(batch), self.run_no)
        self._staged = None
        counts = {"added": recorded.added, "superseded": recorded.superseded, "cancelled": recorded.cancelled}
        for name, count in counts.items():
            self._add(f"movements_{name}", count)
        if recorded.days is not None:
            known = "select first_movement, first_day, last_day from runs where run_no = :run"
            first, *days = self._connection.execute(text(known), {"run": self.run_no}).one()
            days = [d for d in (*days, *(d.isoformat() for d in recorded.days)) if d]
            for column, value in (("first_movement", first or recorded.first), ("first_day", min(days)), ("last_day", max(days))):
                self._count(column, value)
        return recorded

    def _stage(self, batch: pa.Table) -> pa.Table:
        if self._staged is not batch:
            stage_batch(self._connection, as_movements(batch))
            self._staged = batch
        return as_movements(batch)

    def open_movements(self, rule_ids: Sequence[str]) -> pa.Table:
        """The movements that count and bear an open flag of some rules: flag_id, rule_id and the columns of MOVEMENT."""
        return flags.open_movements(self._connection, rule_ids)

    def compare_flags(self, found: pa.Table, judged: Judged, answered: frozenset[str] = frozenset()) -> Compared:
        """States of the flags of this run, and what is no longer raised (`flags.compare`)."""
        return flags.compare(self._connection, found, judged, self._run.as_of, self.run_no, answered)

    def record_flags(self, compared: Compared, cells: pa.Table, judged: Judged) -> dict[str, int]:
        """Records flags with their evidence and the cells of the lines they cite.

        Returns:
            Flags by state; `added`: never recorded before.
        """
        counts = flag_records.record(self._connection, compared, cells, judged, self.run_no)
        for name, count in counts.items():
            self._add(f"flags_{name}", count)
        return dict(counts)

    def record_files(self, files: Iterable[FileRecord]) -> None:
        """Records which files this run has screened; one that is known stays with the run that screened it first."""
        rows = [{"sha256": f.sha256, "name": f.name, "bytes": f.bytes, "lines": f.lines, "run_no": self.run_no} for f in files]
        kinds = [
            ("sha256", pa.string()),
            ("name", pa.string()),
            ("bytes", pa.int64()),
            ("lines", pa.int64()),
            ("run_no", pa.int64()),
        ]
        table = pa.Table.from_pylist(rows, schema=pa.schema(kinds))
        insert(self._connection, "files", table, on_conflict="on conflict (sha256) do nothing")

    def known_files(self, sha256s: Iterable[str]) -> set[str]:
        """Those of some files that a run has screened already."""
        return _known_files(self._connection, sha256s)

    def _count(self, column: str, value: Any) -> None:
        query = text(f"update runs set {column} = :value where run_no = :run")
        self._connection.execute(query, {"value": value, "run": self.run_no})

    def _add(self, column: str, count: int) -> None:
        query = text(f"update runs set {column} = {column} + :count where run_no = :run")
        self._connection.execute(query, {"count": count, "run": self.run_no})
