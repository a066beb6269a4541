"""URLs of ledgers, and the words for what a database says."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from precursor_screen.core.errors import LedgerError, LedgerLocked
from precursor_screen.history.database import _begin, create_database, explained, make_file, parse_url, shown_url


@pytest.mark.parametrize(
    ("url", "driver", "shown"),
    [
        ("sqlite:////tmp/x.sqlite", "sqlite", "/tmp/x.sqlite"),
        ("sqlite:///x.sqlite", "sqlite", "x.sqlite"),
        ("postgresql://u@h/d", "postgresql+psycopg", "postgresql+psycopg://***@h/d"),
        ("postgres://u:secret@h/d", "postgresql+psycopg", "postgresql+psycopg://***@h/d"),
        ("postgresql+psycopg://u:secret@h/d", "postgresql+psycopg", "postgresql+psycopg://***@h/d"),
    ],
)
def test_a_url_names_a_ledger_and_is_shown_without_its_password(url, driver, shown):
    parsed = parse_url(url)
    assert (parsed.drivername, shown_url(parsed)) == (driver, shown)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "does not name a file"),
        ("sqlite:///:memory:", "does not name a file"),
        ("nothing", "does not name a ledger"),
        ("postgresql://u:secret@h:port/d", "does not name a ledger"),
        ("postgresql+asyncpg://u:secret@h/d", "SQLite or PostgreSQL only"),
        ("mysql://u:secret@h/d", "SQLite or PostgreSQL only"),
    ],
)
def test_a_url_that_names_none_is_refused_with_the_forms_that_there_are(url, says):
    with pytest.raises(LedgerError, match=says) as caught:
        parse_url(url)
    assert "ledger.sqlite" in caught.value.remedy
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["ledger.sqlite", "sub/ledger", "/srv/a b?c/ledger.db"])
def test_a_path_is_a_file_of_sqlite(path):
    parsed = parse_url(path)
    assert (parsed.drivername, parsed.database, shown_url(parsed)) == ("sqlite", path, path)


class Said(sqlite3.OperationalError):
    """What SQLite said."""

    def __init__(self, name: str) -> None:
        super().__init__("words")
        self.sqlite_errorname = name


@pytest.mark.parametrize(
    ("name", "kind", "says", "remedy"),
    [
        ("SQLITE_BUSY", LedgerLocked, "another program is writing to the file", "--wait SECONDS"),
        ("SQLITE_BUSY_SNAPSHOT", LedgerLocked, "another program is writing to the file", "--wait SECONDS"),
        ("SQLITE_LOCKED", LedgerLocked, "another program is writing to the file", "--wait SECONDS"),
        ("SQLITE_FULL", LedgerError, "no space is left (words)", "Make room"),
        ("SQLITE_IOERR_WRITE", LedgerError, "cannot be read or written (words)", "Check the disk"),
        ("SQLITE_READONLY_DIRECTORY", LedgerError, "may not be written (words)", "permissions"),
        ("SQLITE_CANTOPEN", LedgerError, "cannot be opened (words)", "folder exists"),
        ("SQLITE_PERM", LedgerError, "may not be read (words)", "permissions"),
        ("SQLITE_NOTADB", LedgerError, "is not a ledger", "Name another file"),
        ("SQLITE_CORRUPT_INDEX", LedgerError, "is damaged (words)", "last backup"),
        ("SQLITE_MISUSE", LedgerError, ": words", "ledger verify"),
        ("", LedgerError, ": words", "ledger verify"),
    ],
)
def test_what_sqlite_says_is_put_into_words_with_a_way_out(tmp_path, name, kind, says, remedy):
    engine = create_database(parse_url(f"sqlite:///{tmp_path / 'x.sqlite'}"), 1)
    with pytest.raises(kind) as caught, explained(engine):
        raise Said(name)
    assert type(caught.value) is kind
    assert says in str(caught.value)
    assert remedy in caught.value.remedy
    assert str(tmp_path / "x.sqlite") in str(caught.value)


@pytest.mark.parametrize(
    ("error", "reached"),
    [(psycopg.OperationalError("gone"), False), (psycopg.errors.QueryCanceled("gone"), True)],
)
def test_a_server_that_answers_with_a_code_was_reached(error, reached):
    engine = create_database(parse_url("postgresql://u:secret@h/d"), 1)
    with pytest.raises(LedgerError) as caught, explained(engine):
        raise error
    assert str(caught.value).startswith(f"postgresql+psycopg://***@h/d{'' if reached else ' cannot be reached'}: gone")
    assert ("ledger verify" in caught.value.remedy) is reached


def test_an_error_without_a_code_says_of_a_file_that_it_may_be_damaged(tmp_path):
    engine = create_database(parse_url(f"sqlite:///{tmp_path / 'x.sqlite'}"), 1)
    with pytest.raises(LedgerError, match=r"x\.sqlite: gone") as caught, explained(engine):
        raise sqlite3.OperationalError("gone")
    assert "ledger verify" in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "writes", "said"),
    [("sqlite", True, ["begin immediate"]), ("sqlite", False, ["begin"]), ("postgresql", True, [])],
)
def test_a_file_is_locked_from_the_beginning_by_who_writes(name, writes, said):
    heard: list[str] = []
    dialect, options = SimpleNamespace(name=name), {"writes": writes}
    _begin(SimpleNamespace(dialect=dialect, exec_driver_sql=heard.append, get_execution_options=lambda: options))
    assert heard == said


def test_errors_of_our_own_stay_as_they_are(tmp_path):
    engine = create_database(parse_url(f"sqlite:///{tmp_path / 'x.sqlite'}"), 1)
    ours = LedgerError("ours", remedy="none")
    with pytest.raises(LedgerError) as caught, explained(engine):
        raise ours
    assert caught.value is ours
    with pytest.raises(LedgerError, match="is damaged"), explained(engine):
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")


def test_a_new_file_is_made_with_its_folder_and_an_old_one_is_left(tmp_path: Path):
    path = tmp_path / "a" / "b" / "ledger.sqlite"
    make_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"x")
    make_file(path)
    assert path.read_bytes() == b"x"
