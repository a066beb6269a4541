"""How the database is opened, and how its errors become ours."""

from __future__ import annotations

import getpass
import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from precursor_screen.core.errors import LedgerError, LedgerLocked, MissingExtra, PrecursorScreenError, mask_urls
from precursor_screen.history.values import now

# One run at a time. The lock is the operating system's or the server's, so a run that was killed holds nothing.

_POLL = 0.05  # seconds
_REMEDY = "Wait until it has ended, or give --wait SECONDS."
_CLASS = 0x5053  # first half of PostgreSQL's advisory key: `PS`
_MOST_NAME = 63  # bytes of an application_name; PostgreSQL cuts the rest


def os_user() -> str:
    """The user as the operating system names it; the number where there is no name (containers)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


@contextmanager
def hold_file(path: Path, wait: float) -> Iterator[None]:
    """Holds the lock beside an SQLite ledger. Who holds it stands in a file of its own, which is only ever information.

    Args:
        path: the ledger.
        wait: seconds.

    Raises:
        LedgerLocked: somebody else holds it; who and since when, where they said so.
        LedgerError: the folder cannot be written to.
    """
    owner = path.with_name(path.name + ".owner")
    lock = FileLock(path.with_name(path.name + ".lock"), timeout=wait, poll_interval=_POLL)
    try:
        lock.acquire()
    except Timeout as error:
        raise LedgerLocked(f"{path} is in use by {_read_owner(owner)}", remedy=_REMEDY) from error
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be locked: {error.strerror or error}", remedy="Check that you may write to its folder."
        ) from error
    try:
        _write_owner(path, owner)
        yield
    finally:
        with suppress(OSError):  # it informs and decides nothing; the next holder writes it anew
            owner.unlink(missing_ok=True)
        lock.release()


def _write_owner(path: Path, owner: Path) -> None:
    said = {"pid": os.getpid(), "host": socket.gethostname(), "user": os_user(), "since": now()}
    try:
        owner.write_text(json.dumps(said), encoding="utf-8")
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be locked: {error.strerror or error}",
            remedy="Check the free space, and that you may write to its folder.",
        ) from error


def _read_owner(owner: Path) -> str:
    try:
        said = json.loads(owner.read_text(encoding="utf-8"))
        return f"process {said['pid']} of {said['user']} on {said['host']} since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process, which has not said who it is"


@contextmanager
def hold_server(connection: Connection, shown: str, wait: float) -> Iterator[None]:
    """Holds the lock in PostgreSQL; it ends with the connection at the latest, however that ends.

    Args:
        connection: in no transaction.
        shown: the ledger as errors name it.
        wait: seconds.

    Raises:
        LedgerLocked: who holds it and since when.
    """
    until = time.monotonic() + wait
    key = f"{_CLASS}, hashtext(current_schema())"
    while not connection.execute(text(f"select pg_try_advisory_lock({key})")).scalar_one():
        if time.monotonic() >= until:
            raise LedgerLocked(f"{shown} is in use by {_server_owner(connection)}", remedy=_REMEDY)
        connection.rollback()
        time.sleep(_POLL)
    # Visible to other users too, unlike the query and its start.
    name = f"precursor-screen {os.getpid()} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {os_user()}@{socket.gethostname()}"
    connection.execute(text("select set_config('application_name', :name, false)"), {"name": name[:_MOST_NAME]})
    connection.commit()
    try:
        yield
    finally:
        with suppress(DBAPIError):  # a connection that is gone holds nothing
            connection.rollback()
            connection.execute(text(f"select pg_advisory_unlock({key})"))
            connection.commit()


def _server_owner(connection: Connection) -> str:
    query = (
        "select a.application_name from pg_locks l join pg_stat_activity a on a.pid = l.pid "
        "where l.locktype = 'advisory' and l.granted and l.classid = :kind "
        "and l.objid::bigint = hashtext(current_schema())::bigint & 4294967295 "
        "and l.database = (select oid from pg_database where datname = current_database())"
    )
    said = (connection.execute(text(query), {"kind": _CLASS}).scalar() or "").split(" ")
    if len(said) != 4 or said[0] != "precursor-screen":
        return "another process, which has not said who it is"
    return f"process {said[1]} of {said[3]} since {said[2]}"


_FORMS = "Write a file name that ends in .sqlite, or postgresql://USER@HOST/DATABASE, or the word home for the ledger in the home folder."
_CACHE_KIB = 65_536  # SQLite's own 2 MB let every insert into a large index read the page anew


def parse_url(url: str) -> URL:
    """The URL of a ledger, with the driver we use; a path is one of SQLite.

    Raises:
        LedgerError: neither a URL nor a path, or of no database that we write to.
    """
    if "://" not in url:
        # A word alone is rather a mistyped `home` than a file.
        if not (Path(url).suffix or Path(url).name != url or Path(url).is_file()):
            raise LedgerError(f"{url!r} does not name a ledger", remedy=_FORMS)
        return URL.create("sqlite", database=str(Path(url).expanduser()))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerError(f"{mask_urls(url)!r} does not name a ledger", remedy=_FORMS) from error
    if parsed.drivername == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise LedgerError(f"{url!r} does not name a file", remedy=_FORMS)
        return parsed
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise LedgerError(f"{shown_url(parsed)!r}: a ledger is kept on SQLite or PostgreSQL only", remedy=_FORMS)


def shown_url(url: URL) -> str:
    """The ledger as messages name it: the path, or the URL without user and password."""
    return url.database or "" if url.drivername == "sqlite" else mask_urls(url.render_as_string())


def create_database(url: URL, wait: float) -> Engine:
    """The engine. Connections are made when asked for and closed after use: a run needs one.

    Raises:
        MissingExtra: PostgreSQL without its driver.
        LedgerError: an option in the URL that the driver does not know.
    """
    if url.drivername == "sqlite":
        # Another program's lock on the file is short, or it is worth saying who waits for whom.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": max(wait, 1.0), "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        try:
            engine = create_engine(url, poolclass=NullPool)
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "A ledger on PostgreSQL needs the extra `postgres`", remedy="Install it: pip install 'precursor-screen[postgres]'"
            ) from error
        except (ArgumentError, NoSuchModuleError) as error:
            raise LedgerError(f"{shown_url(url)}: {error}", remedy=_FORMS) from error
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("foreign_keys = on", f"cache_size = -{_CACHE_KIB}", "temp_store = memory", "synchronous = full"):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A reader that wants to write later would meet a writer's changes and fail; so who writes says so at once.
        connection.exec_driver_sql("begin immediate" if connection.get_execution_options().get("writes") else "begin")


@contextmanager
def connected(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    """A connection with a transaction: committed at the end, rolled back on any exception.

    Raises:
        LedgerError: the database refuses.
    """
    with explained(engine), engine.connect() as connection, connection.execution_options(writes=writes).begin():
        yield connection


def one_moment(connection: Connection) -> None:
    """Lets a transaction that only reads see the ledger as it is at its beginning; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("set transaction isolation level repeatable read")


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turns errors of the database into ours.

    Raises:
        LedgerError, LedgerLocked: with a remedy.
    """
    driver: Any = engine.dialect.dbapi
    try:
        yield
    except PrecursorScreenError:
        raise
    except DBAPIError as error:
        raise _explain(engine, error.orig or error) from error
    except driver.Error as error:
        raise _explain(engine, error) from error
    except UnicodeDecodeError as error:  # names of tables and columns, which the driver reads as UTF-8
        raise LedgerError(f"{shown_url(engine.url)} is damaged: {error}", remedy=_SQLITE["SQLITE_CORRUPT"][1]) from error


# What SQLite says (https://sqlite.org/rescode.html) -> what is wrong, what to do.
_SQLITE = {
    "SQLITE_FULL": ("no space is left", "Make room; nothing of this run was recorded."),
    "SQLITE_IOERR": ("cannot be read or written", "Check the disk and its space; nothing of this run was recorded."),
    "SQLITE_READONLY": ("may not be written", "Check the permissions of the file and its folder."),
    "SQLITE_CANTOPEN": ("cannot be opened", "Check that the folder exists and may be written to."),
    "SQLITE_PERM": ("may not be read", "Check the permissions of the file and its folder."),
    "SQLITE_NOTADB": ("is not a ledger: not an SQLite database", "Name another file; nothing was changed."),
    "SQLITE_CORRUPT": ("is damaged", "Restore the last backup, or save what can be read with `sqlite3 LEDGER .recover`."),
}


def _explain(engine: Engine, error: BaseException) -> LedgerError:
    shown = shown_url(engine.url)
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return LedgerLocked(f"{shown}: another program is writing to the file", remedy="Close it, or give --wait SECONDS.")
        for start, (problem, remedy) in _SQLITE.items():
            if name.startswith(start):
                return LedgerError(f"{shown} {problem} ({error})", remedy=remedy)
    message = " ".join(str(error).split())
    if getattr(error, "sqlstate", None) is None and engine.dialect.name == "postgresql":
        return LedgerError(f"{shown} cannot be reached: {message}", remedy="Check host, user, password and that the server runs.")
    return LedgerError(f"{shown}: {message}", remedy="Run `precursor-screen ledger verify`.")


def make_file(path: Path) -> None:
    """Makes the folder and the empty file of a new ledger, for its owner alone: it holds names.

    Raises:
        LedgerError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise LedgerError(f"{path} cannot be created: {error.strerror}", remedy="Check path and permissions.") from error
