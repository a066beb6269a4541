"""One run at a time. The lock is the operating system's or the server's, so a run that was killed holds nothing."""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from precursor_screen.core.errors import LedgerError, LedgerLocked
from precursor_screen.history.values import now

_POLL = 0.05  # seconds
_REMEDY = "Wait for it to end, or give --wait SECONDS."
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
        raise LedgerLocked(f"{path} is held by {_read_owner(owner)}", remedy=_REMEDY) from error
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be locked: {error.strerror or error}", remedy="Check that its folder may be written to."
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
            f"{path} cannot be locked: {error.strerror or error}", remedy="Check space and that its folder may be written to."
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
            raise LedgerLocked(f"{shown} is held by {_server_owner(connection)}", remedy=_REMEDY)
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
