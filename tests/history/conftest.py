"""Ledgers to test with: each test runs on SQLite, and on a PostgreSQL server of its own where its programs are installed."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from precursor_screen.history.store import Ledger, open_ledger

_numbers = count(1)
_ONLY_FOR_TESTS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c max_connections=20"


def _programs() -> Path:
    """The folder of PostgreSQL's own programs, the newest first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    folders += [Path(found).resolve().parent] if found else []
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed")


def _user() -> tuple[str, list[str]]:
    """Whom the server runs as, since it refuses to run as root, and the words that make it so."""
    if os.getuid() != 0:
        return getpass.getuser(), []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user `postgres`")
    if shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and there is no `runuser`")
    return "postgres", ["runuser", "-u", "postgres", "--"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running server, without the name of a database."""
    programs = _programs()
    user, as_user = _user()
    folder = Path(tempfile.mkdtemp(prefix="ps-pg-", dir="/tmp"))  # a socket's path must be short
    shutil.chown(folder, user)

    def run(*words: str) -> None:
        done = subprocess.run([*as_user, *words], capture_output=True, text=True, check=False, cwd="/", timeout=60)
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {done.stderr or done.stdout}")

    control = (str(programs / "pg_ctl"), "-D", str(folder / "data"))
    try:
        run(str(programs / "initdb"), "-D", str(folder / "data"), "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync")
        run(*control, "-w", "-l", str(folder / "log"), "-o", f"-k {folder} {_ONLY_FOR_TESTS}", "start")
        try:
            yield f"postgresql://{user}@/{{}}?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str) -> str:
    import psycopg

    name = f"ledger_{next(_numbers)}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return server.format(name)


def drop_databases(server: str, urls: list[str]) -> None:
    import psycopg

    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        for url in urls:
            name = url.rpartition("?")[0].rpartition("/")[2]
            connection.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new ledger may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    with open_ledger(url) as opened:
        yield opened


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """Where a new ledger on SQLite may be made."""
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture
def sql(url: str) -> Callable[[str], list[tuple[object, ...]]]:
    """Runs a statement on the database past the ledger."""
    from sqlalchemy import create_engine

    from precursor_screen.history.database import parse_url

    def run(statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(parse_url(url))
        try:
            with engine.begin() as connection:
                result = connection.exec_driver_sql(statement)
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()

    return run
