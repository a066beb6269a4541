"""How the database is opened, and how its errors become ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from precursor_screen.core.errors import LedgerError, LedgerLocked, MissingExtra, PrecursorScreenError, mask_urls

_FORMS = "Give a file name such as ledger.sqlite, postgresql://USER@HOST/DATABASE, or home."
_CACHE_KIB = 65_536  # SQLite's own 2 MB let every insert into a large index read the page anew


def parse_url(url: str) -> URL:
    """The URL of a ledger, with the driver we use; a path is one of SQLite.

    Raises:
        LedgerError: neither a URL nor a path, or of no database that we write to.
    """
    if "://" not in url:
        # A word alone is rather a mistyped `home` than a file.
        if not (Path(url).suffix or Path(url).name != url or Path(url).is_file()):
            raise LedgerError(f"{url!r} is not a ledger", remedy=_FORMS)
        return URL.create("sqlite", database=str(Path(url).expanduser()))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerError(f"{mask_urls(url)!r} is not a ledger", remedy=_FORMS) from error
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
                "A ledger on PostgreSQL needs the extra `postgres`", remedy="pip install 'precursor-screen[postgres]'"
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
    "SQLITE_NOTADB": ("is no ledger: not an SQLite database", "Name another file; nothing was changed."),
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
        raise LedgerError(f"{path} cannot be made: {error.strerror}", remedy="Check path and permissions.") from error
