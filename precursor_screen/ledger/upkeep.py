"""What an administrator does with a ledger: look, check, copy, take out, thin out."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Float, Integer, inspect, text

from precursor_screen.errors import LedgerError
from precursor_screen.ledger.dispositions import standing_clearances
from precursor_screen.ledger.migrations import read_version
from precursor_screen.ledger.transfer import fetch_batches, stage
from precursor_screen.ledger.values import OPEN, RESOLVED, SUPPRESSED, Pruned
from precursor_screen.schema import MOVEMENT

TABLES = ("runs", "files", "movements", "flags", "cited_lines", "dispositions")
_KEYS = {"runs": "run_no", "files": "run_no, sha256", "flags": "flag_id", "cited_lines": "line_id"}  # else: id


@dataclass(frozen=True, slots=True)
class Info:
    """A ledger in figures.

    Attributes:
        place: path, or URL without password.
        version: number of the last migration.
        bytes: size on disk; None: the database does not say.
        runs: recorded; last_run: when the last one ended, ISO 8601.
        files: screened.
        movements: that count; superseded and cancelled ones, which are kept, apart.
        first_day, last_day: dates of the movements, ISO 8601; empty: there is none.
        flags: by state.
        dispositions: recorded; clearances: of them those that hold today.
    """

    place: str
    version: int
    bytes: int | None
    runs: int
    last_run: str
    files: int
    movements: int
    superseded: int
    cancelled: int
    first_day: str
    last_day: str
    flags: dict[str, int]
    dispositions: int
    clearances: int


def describe(connection: Connection, shown: str, today: date) -> Info:
    """Counts what a ledger holds."""

    def one(query: str) -> Any:
        return connection.execute(text(query)).scalar()

    ended = {str(why): int(n) for why, n in connection.execute(text(_ENDED))}
    flags = dict.fromkeys((*OPEN, SUPPRESSED, RESOLVED), 0)
    flags.update({str(s): int(n) for s, n in connection.execute(text("select state, count(*) from flags group by state"))})
    return Info(
        place=shown,
        version=read_version(connection, shown),
        bytes=_size(connection),
        runs=one("select count(*) from runs"),
        last_run=one("select max(finished) from runs") or "",
        files=one("select count(*) from files"),
        movements=one("select count(*) from movements") - sum(ended.values()),
        superseded=ended.get("superseded", 0),
        cancelled=ended.get("cancelled", 0),
        first_day=one("select min(as_of_date) from movements") or "",
        last_day=one("select max(as_of_date) from movements") or "",
        flags=flags,
        dispositions=one("select count(*) from dispositions"),
        clearances=len(standing_clearances(connection, today)),
    )


_ENDED = "select ended_why, count(*) from movements where ended_run is not null group by ended_why"


def _size(connection: Connection) -> int | None:
    if connection.dialect.name == "sqlite":
        path = connection.engine.url.database or ""
        return sum(os.path.getsize(path + end) for end in ("", "-wal") if os.path.exists(path + end))
    return None


# What must hold in a sound ledger -> what is wrong where it returns rows. The counts of a run are those it wrote itself.
_CHECKS = (
    (
        "runs whose movements are not those they recorded",
        """select r.run_id from runs r left join (select added_run, count(*) as n from movements group by added_run) m
        on m.added_run = r.run_no where coalesce(m.n, 0) + r.movements_pruned <> r.movements_added""",
    ),
    (
        "runs whose flags are not those they recorded",
        """select r.run_id from runs r left join (select first_run, count(*) as n from flags group by first_run) f
        on f.first_run = r.run_no where coalesce(f.n, 0) + r.flags_pruned <> r.flags_added""",
    ),
    (
        "runs that ended more movements than they recorded",
        """select r.run_id from runs r join (select ended_run, count(*) as n from movements where ended_run is not null
        group by ended_run) m on m.ended_run = r.run_no where m.n > r.movements_superseded + r.movements_cancelled""",
    ),
    ("runs that did not end", "select run_id from runs where finished is null"),
    (
        "flags whose run does not exist",
        "select flag_id from flags where first_run not in (select run_no from runs) or last_run not in (select run_no from runs)",
    ),
    ("movements whose run does not exist", "select id from movements where added_run not in (select run_no from runs)"),
    ("verdicts on flags that do not exist", "select id from dispositions where flag_id not in (select flag_id from flags)"),
)


def check(connection: Connection, shown: str) -> list[str]:
    """What is wrong with a ledger; empty: nothing."""
    read_version(connection, shown)
    problems: list[str] = []
    if connection.dialect.name == "sqlite":
        found = [str(row[0]) for row in connection.exec_driver_sql("pragma integrity_check")]
        problems += [] if found == ["ok"] else found
    missing = sorted(set(TABLES) - set(inspect(connection).get_table_names()))
    if missing:
        return [*problems, f"tables that are missing: {', '.join(missing)}"]
    for problem, query in _CHECKS:
        rows = [str(row[0]) for row in connection.execute(text(query))]
        if rows:
            problems.append(f"{len(rows):,} {problem}: {', '.join(rows[:3])}{' ...' if len(rows) > 3 else ''}")
    return problems


def copy_file(source: Path, target: Path) -> None:
    """Copies an SQLite ledger as it is at one moment, while others may write to it; the copy appears whole or not at all.

    Raises:
        LedgerError: the target exists, or cannot be written.
    """
    if target.exists():
        raise LedgerError(f"{target} exists", remedy="Name another file: a backup replaces nothing.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise LedgerError(f"{target} cannot be written: {error.strerror}", remedy="Check that the folder exists.") from error
    part = Path(name)
    try:
        _copy_pages(source, part)
        os.replace(part, target)
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"{target} cannot be written: {error}", remedy="Check space and permissions.") from error
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(name + end).unlink(missing_ok=True)


def _copy_pages(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
        writing.execute("pragma journal_mode = delete")  # one file, which may be moved by itself
        found = writing.execute("pragma quick_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
    finally:
        reading.close()
        writing.close()


def read_table(connection: Connection, name: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """A table of the ledger with its schema, in the order of its key, a bounded number of rows at a time."""
    fields = []
    for column in inspect(connection).get_columns(name):
        kind = column["type"]
        plain = pa.int64() if isinstance(kind, Integer) else pa.float64() if isinstance(kind, Float) else pa.string()
        stored = name == "movements" and column["name"] in MOVEMENT.names
        fields.append(pa.field(column["name"], MOVEMENT.field(column["name"]).type if stored else plain))
    schema = pa.schema(fields)
    query = f"select {', '.join(schema.names)} from {name} order by {_KEYS.get(name, 'id')}"
    return schema, fetch_batches(connection, query, schema)


def prune(connection: Connection, days: int, today: date) -> Pruned:
    """Removes movements that are older than some days, and flags of runs that long ago that are resolved and bear no verdict.

    Runs, files and verdicts stay: they say what was done.

    Args:
        connection: in a transaction that writes.
        days: that are kept.
        today: from which they are counted.
    """
    before = today - timedelta(days=days)
    day = {"day": before.isoformat()}
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma secure_delete = on")  # what is removed is overwritten
    old = "last_run in (select run_no from runs where as_of < :day)"
    judged = "flag_id in (select flag_id from dispositions)"
    stage(connection, "pruned", pa.schema([("flag_id", pa.string())]).empty_table(), ["flag_id"])
    connection.execute(
        text(f"insert into pruned select flag_id from flags where {old} and state = '{RESOLVED}' and not ({judged})"), day
    )
    counted = text(f"select count(*) from flags where {old} and not ({judged}) and state <> '{RESOLVED}'")
    kept_open = int(connection.execute(counted, day).scalar_one())
    kept_judged = int(connection.execute(text(f"select count(*) from flags where {old} and {judged}"), day).scalar_one())
    _note(connection, "movements_pruned", "added_run from movements where as_of_date < :day", day)
    _note(connection, "flags_pruned", "first_run from flags where flag_id in (select flag_id from pruned)", {})
    movements = connection.execute(text("delete from movements where as_of_date < :day"), day).rowcount
    flags = connection.execute(text("delete from flags where flag_id in (select flag_id from pruned)")).rowcount
    return Pruned(before, movements, flags, _remove_uncited(connection) if flags else 0, kept_open, kept_judged)


def _note(connection: Connection, column: str, rows: str, values: dict[str, str]) -> None:
    """Adds to a run's count of removed rows those that are about to go."""
    run, _, rest = rows.partition(" ")
    query = f"select {run}, count(*) {rest} group by {run}"
    for number, count in connection.execute(text(query), values).all():
        connection.execute(
            text(f"update runs set {column} = {column} + :count where run_no = :run"), {"count": count, "run": number}
        )


def _remove_uncited(connection: Connection) -> int:
    each = {
        "sqlite": "select j.value from flags f, json_each(f.window_line_ids) j",
        "postgresql": "select jsonb_array_elements_text(f.window_line_ids::jsonb) from flags f where f.window_line_ids is not null",
    }[connection.dialect.name]
    query = f"""delete from cited_lines where line_id not in (select line_id from flags where line_id is not null)
        and line_id not in ({each})"""
    return connection.execute(text(query)).rowcount
