"""Whether a ledger is sound: in full, and as far as a run looks before it believes it."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

from precursor_screen.core.errors import LedgerError
from precursor_screen.core.words import first_few
from precursor_screen.history import chain, migrations
from precursor_screen.history.chain import RESTORE, TABLES, Checksum, RowChecksums, describe, from_state, read_rows

SMALL = 4_000_000  # bytes of a file that every run checks in full, indexes and all: a third of a second
_SHOWN = 3

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
    (
        "runs whose counted lines are not those they recorded",
        """select r.run_id from runs r left join (select added_run, sum(lines) as n from counts where kind = 'cargoes'
        group by added_run) c on c.added_run = r.run_no
        where coalesce(c.n, 0) + coalesce(r.counts_pruned, 0) <> coalesce(r.lines_counted, 0)""",
    ),
    (
        "aliases of flags that do not exist, or are aliases themselves",
        """select a.flag_id from flags a left join flags f on f.flag_id = a.alias_of
        where a.alias_of is not null and (f.flag_id is null or f.alias_of is not null)""",
    ),
    ("aliases that are open", "select flag_id from flags where alias_of is not null and state <> 'resolved'"),
    ("counts whose run does not exist", "select id from counts where added_run not in (select run_no from runs)"),
    ("movements whose run does not exist", "select id from movements where added_run not in (select run_no from runs)"),
    ("verdicts on flags that do not exist", "select id from dispositions where flag_id not in (select flag_id from flags)"),
)


def verified_checksums(connection: Connection, shown: str, *, looked: bool = False) -> RowChecksums:
    """Looks at what a run relies on: the chain from its last checkpoint on, runs and verdicts in full, and of a file that is small
    everything. Other rows are checked when they are read (`RowChecksums.check`).

    Args:
        connection: in a transaction.
        shown: the ledger as errors name it.
        looked: whether the same process has just done so: then the file is not read in full once more.

    Raises:
        LedgerError: damaged.
    """
    if connection.dialect.name == "sqlite" and not looked:
        path = connection.engine.url.database or ""
        problems = _check_tables(connection)
        if not problems and os.path.getsize(path) <= SMALL:
            problems = check(connection, shown)
        if problems:
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise LedgerError(f"{shown} is damaged: {problems[0]}{more}", remedy=RESTORE)
    checksums = chain.open_checksums(connection, shown)
    checksums.check_all("runs")
    checksums.check_all("dispositions")
    return checksums


def check(connection: Connection, shown: str) -> list[str]:
    """What is wrong with a ledger; empty: nothing.

    Args:
        connection: in a transaction that sees one moment.
        shown: the ledger as errors name it.
    """
    migrations.read_version(connection, shown)
    missing = sorted({*TABLES, chain.CHAIN} - set(inspect(connection).get_table_names()))
    problems: list[str] = []
    if connection.dialect.name == "sqlite":
        found = [str(row[0]) for row in connection.exec_driver_sql("pragma integrity_check")]
        problems += [] if found == ["ok"] else found
        problems += [] if missing else _check_tables(connection)
    if missing:
        return [*problems, f"tables that are missing: {', '.join(missing)}"]
    problems += _check_rows(connection)
    for problem, query in _CHECKS:
        rows = [str(row[0]) for row in connection.execute(text(query))]
        if rows:
            problems.append(f"{len(rows):,} {problem}: {first_few(rows, _SHOWN)}")
    return problems


def _check_tables(connection: Connection) -> list[str]:
    """Whether SQLite knows the tables, indexes and triggers as we made them: their text is in the file, and may be damaged too."""
    there = _objects(connection)
    wrong = [name for name, made in _expected_objects(migrations.MIGRATIONS).items() if there.get(name) != made]
    return [f"tables, indexes or triggers that are not as they were made: {first_few(wrong, _SHOWN)}"] if wrong else []


def _objects(connection: Connection) -> dict[str, str]:
    query = "select name, type || ' on ' || tbl_name || ': ' || sql from sqlite_master where sql is not null"
    return {str(name): str(made) for name, made in connection.exec_driver_sql(query)}


@functools.cache
def _expected_objects(_: tuple[migrations.Migration, ...]) -> Mapping[str, str]:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            migrations.migrate(connection, 0, "")
            return _objects(connection)
    finally:
        engine.dispose()


def _check_rows(connection: Connection) -> list[str]:
    """The chain from its beginning, and every row against it."""
    problems = []
    driver: Any = connection.dialect.dbapi
    try:
        links = chain.read_chain(connection, whole=True)
        problems += [p for p in [chain.find_break(links)] if p]
        checksums = from_state(links[-1].state) if links else None
    except (ValueError, TypeError) as error:
        problems.append(f"the chain cannot be read: {error}")
        checksums = None
    for name in TABLES:
        found, wrong = Checksum(), []
        try:
            for row in read_rows(connection, f"{name} t"):
                found.add(row.now)
                if not row.sound:
                    wrong.append(describe(name, row))
        except driver.Error as error:
            problems.append(f"{name} cannot be read to its end: {error}")
            continue
        if wrong:
            problems.append(f"{len(wrong):,} rows of {name} that are not what was recorded: {first_few(wrong, _SHOWN)}")
        expected = checksums[name] if checksums else found
        if found.rows != expected.rows:
            problems.append(f"{name} has {found.rows:,} rows, not the {expected.rows:,} that were recorded")
        elif found != expected and not wrong:
            problems.append(f"{name} holds rows that were never recorded")
    return problems
