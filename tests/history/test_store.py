"""Opening, locking, breaking off, full disks, other people's files, copies."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from precursor_screen.core.errors import LedgerError, LedgerVersion
from precursor_screen.core.schema import FLAG, MOVEMENT
from precursor_screen.history import migrations
from precursor_screen.history.database import parse_url
from precursor_screen.history.store import open_ledger
from precursor_screen.history.values import FileRecord
from tests.history.rows import DAY, cells, flag, flags, judged, movement, record, run, table
from tests.warm import start


def test_a_new_ledger_is_for_its_owner_alone(file_url, tmp_path):
    with open_ledger(file_url) as ledger:
        record(ledger, 1, movement("A"))
        ledger.backup(tmp_path / "copy.sqlite")
    assert [(tmp_path / n).stat().st_mode & 0o777 for n in ("ledger.sqlite", "copy.sqlite")] == [0o600, 0o600]


def test_a_ledger_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match=r"cannot be created|cannot be read") as caught:
        open_ledger(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite'}")
    assert caught.value.remedy


def test_a_run_that_fails_leaves_nothing(url):
    with open_ledger(url) as ledger:
        record(ledger, 1, movement("A"))
        before = ledger.info()
        with contextlib.suppress(ZeroDivisionError), ledger.begin(run(2)) as transaction:
            transaction.record_movements(table(movement("B")))
            transaction.record_files([FileRecord("f" * 64, "m.csv", 10, 1)])
            _ = 1 / 0
        assert ledger.info() == before
        record(ledger, 2, movement("B"))


def test_run_ids(url):
    with open_ledger(url) as ledger:
        with ledger.begin(run(1)) as one:
            assert len(one.run_id) == 32
        with ledger.begin(run(1)) as other:  # the same again is another run
            assert (other.run_no, other.run_id != one.run_id) == (2, True)
        with ledger.begin(run(1, run_id="mine")):
            pass
        with pytest.raises(LedgerError, match="run mine is in the ledger already"):
            ledger.begin(run(2, run_id="mine"))
        assert ledger.info().runs == 3


def test_files_are_known_once_their_run_ended(url):
    with open_ledger(url) as ledger:
        with ledger.begin(run(1)) as transaction:
            files = [FileRecord("a" * 64, "m.csv", 10, 1), FileRecord("b" * 64, "n.csv", 10, 1)]
            transaction.record_files(files)
            transaction.record_files(files)
        assert ledger.known_files(["a" * 64, "b" * 64, "c" * 64]) == {"a" * 64, "b" * 64}
        assert ledger.known_files([]) == set()
        assert ledger.info().files == 2


def test_a_newer_ledger_is_refused_and_left_alone(url, sql):
    with open_ledger(url) as ledger:
        record(ledger, 1, movement("A"))
    sql("insert into precursor_screen_versions values (99, 'later', 'then', '9.9')")
    with pytest.raises(LedgerVersion, match=r"version 99, written by precursor-screen 9\.9") as caught:
        open_ledger(url)
    assert caught.value.exit_code == 4
    assert sql("select count(*) from movements") == [(1,)]


def test_migrations_are_applied_in_turn_and_all_or_none(url, sql, monkeypatch):
    with open_ledger(url) as ledger:
        record(ledger, 1, movement("A"))

    def widen(connection):
        connection.exec_driver_sql("alter table movements add column colour text")

    def fail(connection):
        connection.exec_driver_sql("alter table movements add column taste text")
        raise LedgerError("no")

    known = migrations.MIGRATIONS
    last = known[-1].number
    monkeypatch.setattr(
        migrations, "MIGRATIONS", (*known, migrations.Migration(last + 1, "a", widen), migrations.Migration(last + 2, "b", fail))
    )
    monkeypatch.setattr("precursor_screen.history.store.MIGRATIONS", migrations.MIGRATIONS)
    with pytest.raises(LedgerError, match="no"):
        open_ledger(url)
    assert sql("select max(number) from precursor_screen_versions") == [(last,)]
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[: last + 1])
    monkeypatch.setattr("precursor_screen.history.store.MIGRATIONS", migrations.MIGRATIONS)
    with open_ledger(url) as ledger:
        assert (ledger.info().version, ledger.info().movements) == (last + 1, 1)
        record(ledger, 2, movement("B"))
        assert ledger.verify() == []
    assert sql("select colour from movements") == [(None,), (None,)]
    assert [kind for (kind,) in sql("select kind from chain order by number")] == ["new", "run", "migrated", "run"]


def test_the_tables_hold_what_the_schema_says(url, sql):
    from sqlalchemy import create_engine, inspect

    with open_ledger(url):
        pass
    engine = create_engine(parse_url(url))
    names = {t: [c["name"] for c in inspect(engine).get_columns(t)] for t in ("movements", "flags")}
    engine.dispose()
    assert set(names["movements"]) == {
        "id",
        "added_run",
        "ended_run",
        "ended_why",
        *MOVEMENT.names,
        "bill_key",
        "stated_kg",
        "digest",
    }
    assert set(names["flags"]) == {
        *FLAG.names,
        "first_run",
        "last_run",
        "resolved_run",
        "movement_key",
        "movement_keys",
        "band",
        "digest",
        "group_key",
        "episode",
        "alias_of",
    }
    numbers = [m.number for m in migrations.MIGRATIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_database_of_something_else_is_left_alone(url, sql):
    sql("create table runs (distance integer)")
    with pytest.raises(LedgerError, match="is a database of another program"):
        open_ledger(url)
    assert sql("select count(*) from runs") == [(0,)]


NOT_LEDGERS = [
    (lambda p: p.write_bytes(b"goods;weight\nsoap;1\n" * 100), "not an SQLite database"),
    (lambda p: p.mkdir(), "is a folder"),
    (lambda p: None, "does not exist"),
    (lambda p: p.write_bytes(b""), "is not a ledger"),
]


@pytest.mark.parametrize(("make", "message"), NOT_LEDGERS)
def test_what_is_no_ledger(tmp_path, make, message):
    path = tmp_path / "x.sqlite"
    make(path)
    with pytest.raises(LedgerError, match=message) as caught:
        open_ledger(f"sqlite:///{path}", create=False)
    assert (caught.value.exit_code, bool(caught.value.remedy)) == (4, True)


def test_a_damaged_ledger(file_url, tmp_path):
    with open_ledger(file_url) as ledger:
        record(ledger, 1, *(movement(f"M{n}") for n in range(500)))
        assert ledger.verify() == []
    shutil.copy(tmp_path / "ledger.sqlite", tmp_path / "sound.sqlite")
    path = tmp_path / "ledger.sqlite"
    content = bytearray(path.read_bytes())
    content[20_000:60_000] = b"\xff" * 40_000
    path.write_bytes(content)
    try:
        with open_ledger(file_url) as ledger:
            problems = ledger.verify()
    except LedgerError as error:
        problems = [str(error)] if "is damaged" in str(error) else []
    assert problems
    assert path.read_bytes() == content


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "oracle+x://h/d"])
def test_urls_that_name_no_ledger(url):
    with pytest.raises(LedgerError) as caught:
        open_ledger(url)
    assert "ledger.sqlite" in caught.value.remedy


@pytest.mark.postgres
def test_a_server_that_does_not_answer_and_no_password_in_the_message(tmp_path):
    with pytest.raises(LedgerError, match="cannot be reached") as caught:
        open_ledger(f"postgresql://somebody:geheim@/x?host={tmp_path}")
    assert "geheim" not in str(caught.value)


def test_without_the_driver_the_remedy_is_the_install_line():
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from precursor_screen.history.store import open_ledger\n"
        "try: open_ledger('postgresql://u@h/d')\n"
        "except Exception as e: print(type(e).__name__, e)"
    )
    out, err = start(code).communicate(timeout=60)
    assert out.startswith("MissingExtra"), err
    assert "pip install 'precursor-screen[postgres]'" in out


READ_ONLY = """
import os, sys
from precursor_screen.core.errors import LedgerError
from precursor_screen.history.store import open_ledger
from tests.history.rows import run
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    with open_ledger(sys.argv[1]) as ledger:
        ledger.begin(run(1))
except LedgerError as error:
    print(int(error.exit_code), error)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another user may enter; those of pytest are closed."""
    folder = Path(tempfile.mkdtemp(prefix="ps-ledger-"))
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o555), (0o000, 0o555), (0o444, 0o000), (0o444, 0o777)])
def test_a_file_that_may_not_be_written(place, file_mode, folder_mode):
    path = place / "ledger.sqlite"
    with open_ledger(f"sqlite:///{path}") as ledger:
        record(ledger, 1, movement("A"))
    (place / "ledger.sqlite.lock").unlink(missing_ok=True)
    path.chmod(file_mode)
    place.chmod(folder_mode)
    out, err = start(READ_ONLY, f"sqlite:///{path}").communicate(timeout=60)
    place.chmod(0o700)
    path.chmod(0o600)
    assert out.startswith("4 "), err
    assert str(path) in out
    with open_ledger(f"sqlite:///{path}") as ledger:
        assert (ledger.info().movements, ledger.verify()) == (1, [])


FULL = """
import resource, signal, sys
from precursor_screen.core.errors import LedgerError
from precursor_screen.history.store import open_ledger
from tests.history.rows import movement, run, table
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    with open_ledger(sys.argv[1]) as ledger, ledger.begin(run(2)) as transaction:
        transaction.record_movements(table(*(movement(f"N{n}", description="x" * 500) for n in range(20_000))))
except LedgerError as error:
    print(int(error.exit_code), error)
"""


def test_no_space(file_url):
    with open_ledger(file_url) as ledger:
        record(ledger, 1, movement("A"))
    out, err = start(FULL, file_url).communicate(timeout=60)
    assert out.startswith("4 "), err
    assert "nothing of this run was recorded" in out
    with open_ledger(file_url) as ledger:
        assert (ledger.info().runs, ledger.info().movements, ledger.verify()) == (1, 1, [])
        record(ledger, 2, movement("B"))


def test_a_backup_is_whole_and_replaces_nothing(file_url, tmp_path):
    with open_ledger(file_url) as ledger:
        record(ledger, 1, movement("A"))
        target = tmp_path / "copy.sqlite"
        with ledger.begin(run(2)) as transaction:
            transaction.record_movements(table(movement("B")))
            ledger.backup(target)
        with pytest.raises(LedgerError, match="exists"):
            ledger.backup(target)
        with pytest.raises(LedgerError, match="cannot be written"):
            ledger.backup(tmp_path / "nowhere" / "copy.sqlite")
    assert sorted(p.name for p in tmp_path.iterdir() if "copy" in p.name) == ["copy.sqlite"]
    with open_ledger(f"sqlite:///{target}") as copy:
        assert (copy.info().movements, copy.verify()) == (1, [])


@pytest.mark.postgres
def test_a_server_is_backed_up_with_its_own_tools(ledger, tmp_path):
    if ledger.path is None:
        with pytest.raises(LedgerError, match="pg_dump"):
            ledger.backup(tmp_path / "copy")


def test_tables_come_out_typed(url):
    with open_ledger(url) as ledger:
        with ledger.begin(run(1, options={"a": 1}, inputs=({"name": "m.csv"},), jurisdiction="US")) as transaction:
            transaction.record_movements(table(movement("A")))
            judgement = judged("A")
            compared = transaction.compare_flags(flags(flag("PS-CHEM-001", "A", score=1.5)), judgement)
            transaction.record_flags(compared, cells("A"), judgement)
        with ledger.tables() as tables:
            found = {name: [row for batch in rows for row in batch.to_pylist()] for name, _, rows in tables}
    assert list(found) == ["runs", "files", "movements", "flags", "cited_lines", "dispositions", "counts", "chain"]
    (row,) = found["runs"]
    assert (row["jurisdiction"], json.loads(row["options"]), json.loads(row["inputs"])) == ("US", {"a": 1}, [{"name": "m.csv"}])
    assert (row["movements_added"], row["flags_added"], row["flags_new"], row["finished"] > "2026") == (1, 1, 1, True)
    assert found["movements"][0]["as_of_date"] == DAY
    assert found["movements"][0]["container_numbers"] == ["TESU1234567"]
    assert found["flags"][0]["score"] == 1.5


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update runs set movements_added = 7", "1 runs whose movements are not those they recorded"),
        ("update runs set flags_added = 7", "1 runs whose flags are not those they recorded"),
        ("update movements set ended_run = 1", "1 runs that ended more movements than they recorded"),
        ("update runs set finished = null", "1 runs that did not end"),
        ("drop table files", "tables that are missing: files"),
    ],
)
def test_verify_finds_what_does_not_add_up(url, sql, statement, problem):
    with open_ledger(url) as ledger:
        record(ledger, 1, movement("A"))
        assert ledger.verify() == []
        sql(statement)
        assert problem in [p if "missing" in p else p.split(": ")[0] for p in ledger.verify()]
