"""How DuckDB is opened."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from precursor_screen.cli import main
from precursor_screen.core.engine import connect


def test_queries_read_no_files():
    with connect() as connection, pytest.raises(duckdb.PermissionException):
        connection.execute(f"select * from read_csv('{__file__}')")


def test_what_does_not_fit_goes_into_a_private_folder_that_goes_with_the_process(tmp_path: Path):
    code = f"""
import os, stat
from precursor_screen.core import engine
engine.MEMORY_LIMIT = "60MB"
with engine.connect() as connection:
    connection.execute("create temp table t as select range as a, md5(range::varchar) as c from range(2_000_000)")
    assert connection.execute("select count(*) from (select c from t order by c)").fetchall() == [(2_000_000,)]
(folder,) = os.listdir({str(tmp_path)!r})
path = os.path.join({str(tmp_path)!r}, folder)
assert os.listdir(path), "nothing was put aside"
assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_room_anywhere_is_named_with_a_remedy(monkeypatch, capsys):
    def full(*_: object, **__: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to offload data block (1 GiB used)\nmore")

    monkeypatch.setattr(main.cli, "main", full)
    assert main.run(["screen", "x"]) == 4
    said = capsys.readouterr().err
    assert "no room in memory" in said
    assert "TMPDIR" in said
    assert "Traceback" not in said


def test_connections_see_nothing_of_each_other():
    with connect() as one, connect() as other:
        one.execute("create temp table mine as select 1 as a")
        with pytest.raises(duckdb.CatalogException):
            other.execute("from mine")


def test_a_window_over_a_join_gives_each_column_its_own_values():
    """As it comes DuckDB 2.0.1 gives row_no in the place of v (optimizer top_n_window_elimination)."""
    with connect() as connection:
        connection.execute("""create temp table fresh as select * from
            (values (0, 'A', 'A', 'x'), (1, 'B', 'B', null), (2, 'C', 'C', 'y')) t(row_no, key, line, s)""")
        connection.execute("create temp table moves as select row_no, true as is_new, 2 as v from fresh")
        rows = connection.execute("""
            select fresh.*, v as verdict from fresh join (select row_no, v from moves where is_new and v > 0) using (row_no)
            qualify row_number() over (partition by key, line order by s) = 1""").fetchall()
    assert [row[-1] for row in rows] == [2, 2, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing can be forked")
def test_a_forked_process_has_a_database_of_its_own_and_leaves_its_parents_alone():
    code = """
import os, sys
from precursor_screen.core.engine import connect
connect().execute("select 1")
child = os.fork()
if not child:
    sys.exit(connect().execute("select 42").fetchone()[0])
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), connect().execute("select 43").fetchone()[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["42", "43"]
