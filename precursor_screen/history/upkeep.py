"""What an administrator does with a ledger: look, check, copy, take out, thin out."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from sqlalchemy import Connection, Float, Integer, inspect, text

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.errors import LedgerError
from precursor_screen.core.files import written_whole
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import OPEN
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history import chain
from precursor_screen.history.chain import DIGEST, KEYS, RowChecksums
from precursor_screen.history.migrations import read_version
from precursor_screen.history.transfer import fetch_batches, fetch_texts, stage, stage_keys
from precursor_screen.history.values import RESOLVED, SUPPRESSED, Pruned
from precursor_screen.history.verdicts import clearances_in_force
from precursor_screen.rulebook.successors import predecessors

# A flag keeps the id under which it was first raised, also when the key of its item is another today.

_TEXT = pa.string()
_ABOUT = ("line_id", "rule_id", "substance_id", "party_role", "list_id", "entry_id")
_RECORDED = pa.schema([("flag_id", _TEXT), *((n, _TEXT) for n in _ABOUT)])
_Place = tuple[str | None, ...]


def adopt_ids(checksums: RowChecksums, flags: pa.Table, amends: Mapping[str, str]) -> pa.Table:
    """The flags, those about what was flagged before under the id that they had.

    Args:
        checksums: of a transaction.
        flags: FLAG of a run.
        amends: line_id -> the line that it amends.

    Raises:
        LedgerError: a flag on one of the lines is not what was recorded.
    """
    connection = checksums.connection
    if not flags.num_rows or connection.exec_driver_sql("select 1 from flags limit 1").first() is None:
        return flags
    stage_keys(connection, "own_ids", "flag_id", pc.unique(flags.column("flag_id")))
    known = set(fetch_texts(connection, "select o.flag_id from own_ids o cross join flags f where f.flag_id = o.flag_id"))
    columns = [flags.column(n).to_pylist() for n in _ABOUT]
    ids = flags.column("flag_id").to_pylist()
    asked: dict[_Place, str] = {}
    times: Counter[_Place] = Counter()
    for number, flag_id in enumerate(ids):
        if flag_id not in known:
            line, *about = (column[number] for column in columns)
            rule_id, *rest = about
            for one in {line, amends.get(line or "")} - {None}:
                for name in (rule_id, *predecessors().get(rule_id or "", ())):  # a flag of a rule that was joined into this one
                    asked[(one, name, *rest)] = flag_id
                    times[(one, name, *rest)] += 1
    if not asked:
        return flags
    stage_keys(connection, "flagged_before", "line_id", {str(place[0]) for place in asked})
    source = "flagged_before b cross join flags t where t.line_id = b.line_id"
    recorded = checksums.fetch("flags", source, _RECORDED).to_pylist()
    others = (row for row in recorded if row["flag_id"] not in known)  # the known are raised under their own id
    found = grouped((tuple(row[n] for n in _ABOUT), row["flag_id"]) for row in others)
    # One flag of each kind on a line, or nobody can say which is which.
    before = sorted(found.items(), key=lambda p: p[1])
    same = {asked[place]: some[0] for place, some in before if place in asked and times[place] == len(some) == 1}
    if not same:
        return flags
    return set_columns(flags, {"flag_id": pa.array([same.get(i, i) for i in ids], _TEXT)})


TABLES = (*KEYS, chain.CHAIN)
KEPT_DAYS = 800  # an audit over two years, or over one with the 400 days before it
_ORDER = {**KEYS, "files": "run_no, sha256", chain.CHAIN: "number"}


class Info(Struct, frozen=True):
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
        undelivered: runs that were recorded and broke off before anybody was told.
        verified_since: when the chain begins, ISO 8601; unverified_runs: recorded before that.
        links: of the chain; head: the last one, which an older copy of the ledger does not have.
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
    undelivered: int
    verified_since: str
    unverified_runs: int
    links: int
    head: str


def describe(connection: Connection, shown: str, today: date) -> Info:
    """Counts what a ledger holds."""
    ended = {str(why): int(n) for why, n in connection.execute(text(_ENDED))}
    flags = dict.fromkeys((*OPEN, SUPPRESSED, RESOLVED), 0)
    flags.update({str(s): int(n) for s, n in connection.execute(text("select state, count(*) from flags group by state"))})
    figures: dict[str, Any] = {name: connection.execute(text(query)).scalar() for name, query in _FIGURES.items()}
    return Info(
        place=shown,
        version=read_version(connection, shown),
        bytes=_size(connection),
        superseded=ended.get("superseded", 0),
        cancelled=ended.get("cancelled", 0),
        flags=flags,
        clearances=len(clearances_in_force(connection, today)),
        **figures,
    )


_FIGURES = {
    "runs": "select count(*) from runs",
    "last_run": "select coalesce(max(finished), '') from runs",
    "files": "select count(*) from files",
    "movements": "select count(*) from movements where ended_run is null",
    "first_day": "select coalesce(min(as_of_date), '') from movements",
    "last_day": "select coalesce(max(as_of_date), '') from movements",
    "dispositions": "select count(*) from dispositions",
    "undelivered": "select count(*) from runs where delivered is null",
    "verified_since": "select coalesce(min(at), '') from chain",
    "unverified_runs": "select count(*) from runs where run_no not in (select run_no from chain where kind = 'run')",
    "links": "select count(*) from chain",
    "head": "select coalesce(max(link), '') from chain where number = (select max(number) from chain)",
}
_ENDED = "select ended_why, count(*) from movements where ended_run is not null group by ended_why"


def _size(connection: Connection) -> int | None:
    if connection.dialect.name == "sqlite":
        path = connection.engine.url.database or ""
        return sum(os.path.getsize(path + end) for end in ("", "-wal") if os.path.exists(path + end))
    return None


def copy_file(source: Path, target: Path, mode: int = 0o600) -> None:
    """Copies an SQLite ledger as it is at one moment, while others may write to it; the copy appears whole or not at all.

    Args:
        source: the ledger.
        target: the copy.
        mode: its permissions; without effect on Windows.

    Raises:
        LedgerError: the target exists, or cannot be written.
    """
    if target.exists():
        raise LedgerError(f"{target} exists already", remedy="Name another file: a backup never replaces one.")
    try:
        with written_whole(target, mode) as part:
            try:
                _copy_pages(source, part)
            finally:
                for end in ("-wal", "-shm", "-journal"):
                    Path(f"{part}{end}").unlink(missing_ok=True)
    except (sqlite3.Error, OSError) as error:
        remedy = "Check space and permissions." if target.parent.is_dir() else "Check that the folder exists."
        raise LedgerError(f"{target} cannot be written: {error}", remedy=remedy) from error


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
        if column["name"] == DIGEST:  # the chain has their sums; what they are of is in `chain`
            continue
        kind = column["type"]
        plain = pa.int64() if isinstance(kind, Integer) else pa.float64() if isinstance(kind, Float) else pa.string()
        stored = name == "movements" and column["name"] in MOVEMENT.names
        fields.append(pa.field(column["name"], MOVEMENT.field(column["name"]).type if stored else plain))
    schema = pa.schema(fields)
    query = f"select {', '.join(schema.names)} from {name} order by {_ORDER[name]}"
    return schema, fetch_batches(connection, query, schema)


def prune(checksums: RowChecksums, days: int, today: date) -> Pruned:
    """Removes movements and counts that are older than some days, and flags of runs that long ago that are resolved and bear no verdict.

    Runs, files and verdicts stay: they say what was done.

    Args:
        checksums: of a transaction that writes.
        days: that are kept.
        today: from which they are counted.

    Raises:
        LedgerError: a row that would go is not what was recorded.
    """
    connection = checksums.connection
    before = today - timedelta(days=days)
    day = {"day": before.isoformat()}
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma secure_delete = on")  # what is removed is overwritten
    old = "last_run in (select run_no from runs where as_of < :day)"
    has_verdict = "flag_id in (select flag_id from dispositions)"
    stage(connection, "pruned", pa.schema([("flag_id", pa.string())]).empty_table(), ["flag_id"])
    gone = f"select flag_id from flags where {old} and state = '{RESOLVED}' and not ({has_verdict})"
    connection.execute(text(f"insert into pruned {gone}"), day)
    # An alias that stays, for its verdict or its age, leads somewhere.
    connection.exec_driver_sql(
        """delete from pruned where flag_id in (select alias_of from flags
        where alias_of is not null and flag_id not in (select flag_id from pruned))"""
    )
    counted = text(f"select count(*) from flags where {old} and not ({has_verdict}) and state <> '{RESOLVED}'")
    kept_open = int(connection.execute(counted, day).scalar_one())
    counted = text(f"select count(*) from flags where {old} and {has_verdict}")
    kept_with_verdict = int(connection.execute(counted, day).scalar_one())
    _note(connection, "movements_pruned", "added_run from movements where as_of_date < :day", day)
    _note(connection, "flags_pruned", "first_run from flags where flag_id in (select flag_id from pruned)", {})
    _note(connection, "counts_pruned", "added_run from counts where kind = 'cargoes' and day < :day", day, "sum(lines)")
    checksums.drop("movements", "movements t where t.as_of_date < ?", (day["day"],))
    checksums.drop("counts", "counts t where t.day < ?", (day["day"],))
    checksums.drop("flags", "pruned p cross join flags t where t.flag_id = p.flag_id")
    movements = connection.execute(text("delete from movements where as_of_date < :day"), day).rowcount
    connection.execute(text("delete from counts where day < :day"), day)
    flags = connection.execute(text("delete from flags where flag_id in (select flag_id from pruned)")).rowcount
    checksums.rehash("runs", "runs t")
    return Pruned(before, movements, flags, _remove_uncited(checksums) if flags else 0, kept_open, kept_with_verdict)


def _note(connection: Connection, column: str, rows: str, values: dict[str, str], counted: str = "count(*)") -> None:
    """Adds to a run's count of removed rows those that are about to go."""
    run, _, rest = rows.partition(" ")
    query = f"select {run}, {counted} {rest} group by {run}"
    for number, count in connection.execute(text(query), values).all():
        change = text(f"update runs set {column} = coalesce({column}, 0) + :count where run_no = :run")
        connection.execute(change, {"count": int(count), "run": number})


def _remove_uncited(checksums: RowChecksums) -> int:
    connection = checksums.connection
    each = {
        "sqlite": "select j.value from flags f, json_each(f.window_line_ids) j",
        "postgresql": "select jsonb_array_elements_text(f.window_line_ids::jsonb) from flags f where f.window_line_ids is not null",
    }[connection.dialect.name]
    uncited = f"line_id not in (select line_id from flags where line_id is not null) and line_id not in ({each})"
    checksums.drop("cited_lines", f"cited_lines t where t.{uncited}")
    return connection.execute(text(f"delete from cited_lines where {uncited}")).rowcount
