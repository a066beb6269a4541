"""Spreading over processes changes nothing in the result."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from concurrent.futures import Future
from functools import partial
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from precursor_screen.app import inputs, stream, workers
from precursor_screen.app.inputs import Source, find_sources
from precursor_screen.app.stream import run
from precursor_screen.app.workers import WORTHWHILE, parallel_over
from precursor_screen.core.arrow import is_mapped
from precursor_screen.kernel import parallel_map
from precursor_screen.readers.interface import ReadOptions


def double(chunk):
    return [2 * n for n in chunk]


def fail(chunk):
    raise ValueError(f"chunk {chunk}")


def test_one_job_runs_here():
    with parallel_over(1) as one:
        assert one is parallel_map.serial_map


@pytest.mark.slow
def test_processes_give_the_same_in_the_same_order():
    chunks = [[n, n + 1] for n in range(3 * WORTHWHILE)]
    with parallel_over(2) as many:
        assert list(many(double, chunks)) == list(parallel_map.serial_map(double, chunks))


def leave_a_mark(folder):
    (folder / f"{os.getpid()}").touch()


@pytest.mark.slow
def test_processes_that_start_early_get_ready(tmp_path):
    with parallel_over(2, early=True, prepare=[partial(leave_a_mark, tmp_path)]) as many:
        chunks = [[n] for n in range(2 * WORTHWHILE)]
        assert list(many(double, chunks)) == [[2 * n] for n in range(2 * WORTHWHILE)]
    marks = {path.name for path in tmp_path.iterdir()}
    assert marks
    assert str(os.getpid()) not in marks


def wait_long(path):
    Path(path).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(60)


KILLED = """
import sys
from precursor_screen.app.workers import parallel_over
from tests.app.test_workers import wait_long
if __name__ == "__main__":
    with parallel_over(2) as many:
        list(many(wait_long, sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_processes_end_when_their_parent_is_killed(tmp_path):
    (tmp_path / "run.py").write_text(KILLED, encoding="utf-8")
    paths = [tmp_path / str(n) for n in range(WORTHWHILE)]
    root = str(Path(__file__).parents[2])
    run = subprocess.Popen([sys.executable, str(tmp_path / "run.py"), *map(str, paths)], env={**os.environ, "PYTHONPATH": root})
    assert wait_until(lambda: sum(path.exists() and path.stat().st_size > 0 for path in paths) == 2)
    numbers = [int(path.read_text(encoding="ascii")) for path in paths if path.exists()]
    assert all(map(is_alive, numbers))
    run.kill()
    run.wait()
    assert wait_until(lambda: not any(map(is_alive, numbers)))


def is_alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{number}/stat")  # one that nobody waits for is there until it is
    return not status.exists() or ") Z " not in status.read_text(encoding="utf-8")


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


@pytest.mark.slow
def test_a_failure_in_a_worker_stops_the_run():
    with parallel_over(2) as many, pytest.raises(ValueError, match="chunk"):
        list(many(fail, [[n] for n in range(WORTHWHILE)]))


def test_chunks_hold_everything_in_order(monkeypatch):
    monkeypatch.setattr(parallel_map, "CHUNK", 3)
    assert parallel_map.chunk(list(range(8))) == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert parallel_map.chunk([]) == []


def test_chunks_of_texts_are_cut_by_length(monkeypatch):
    monkeypatch.setattr(parallel_map, "CHUNK_LETTERS", 4)
    assert parallel_map.cut_texts(["a", "b", "c", "d", "eeee", "f", "ggg", "h"]) == [
        ["a", "b"],
        ["c", "d"],
        ["eeee"],
        ["f", "ggg"],
        ["h"],
    ]
    assert parallel_map.cut_texts([]) == []


@pytest.mark.slow
def test_a_run_over_processes_gives_the_same_flags(reference, monkeypatch):
    from tests.screening import screen_rows, table, with_rules

    monkeypatch.setattr(parallel_map, "CHUNK", 2)
    monkeypatch.setattr(workers, "WORTHWHILE", 1)
    few = with_rules(reference, "PS-CHEM-001")
    rows = [{"bill of lading": f"B{n}", "consignee": f"Firm {n}", "description of goods": f"ACETONE LOT {n}"} for n in range(7)]
    many = run((Source("input-1.csv", content=table(rows)),), ReadOptions(), few, jobs=2)
    assert many.report.flags.num_rows == 7
    assert many.report.flags.equals(screen_rows(rows, few).report.flags)


@pytest.mark.slow
def test_files_that_processes_read_give_the_same_report(reference, monkeypatch, tmp_path):
    from tests.screening import with_rules

    monkeypatch.setattr(workers, "WORTHWHILE", 1)
    monkeypatch.setattr(inputs, "_TOGETHER", 2)
    for n in range(7):
        (tmp_path / f"{n}.csv").write_text(f"consignee,description of goods\nFirm {n},ACETONE LOT {n}\n", encoding="utf-8")
    (tmp_path / "3.csv").write_bytes(b"PK\x03\x04 no archive")
    few, sources = with_rules(reference, "PS-CHEM-001"), find_sources([str(tmp_path)])
    one, two = (run(sources, ReadOptions(), few, jobs=jobs).report for jobs in (1, 2))
    assert one.flags.num_rows == 6
    assert one.issues.column("source_file").to_pylist() == ["3.csv"]
    assert (one.flags, one.issues, one.cells) == (two.flags, two.issues, two.cells)


def test_pipes_of_a_shell_are_read_whatever_the_number_of_jobs(reference, monkeypatch):
    from tests.screening import with_rules

    monkeypatch.setattr(workers, "WORTHWHILE", 1)
    ends = [os.pipe() for _ in range(4)]
    for n, (_, end) in enumerate(ends):
        os.write(end, f"consignee,description of goods\nFirm {n},ACETONE LOT {n}\n".encode())
        os.close(end)
    try:
        sources = find_sources([f"/dev/fd/{end}" for end, _ in ends])
        assert run(sources, ReadOptions(), with_rules(reference, "PS-CHEM-001"), jobs=2).report.flags.num_rows == 4
    finally:
        for end, _ in ends:
            os.close(end)


def test_no_more_results_are_kept_than_there_is_room_for():
    begun: list[int] = []

    class Pool:
        def submit(self, call, packed, chunk):
            begun.append(chunk)
            done = Future()
            done.set_result(-chunk)
            return done

    for number, result in enumerate(workers._in_turn(Pool(), b"", range(6), 3)):
        assert result == -number
        assert len(begun) == min(number + 3, 6)


def test_a_slice_of_a_table_travels_without_the_rest():
    table = pa.table({"text": pa.array(["x" * 1000] * 1000)})
    sent = bytes(ForkingPickler.dumps([table.slice(5, 2)]))
    assert len(sent) < 10_000
    assert pickle.loads(sent) == [table.slice(5, 2)]


@pytest.mark.slow
def test_a_large_table_travels_as_a_file_of_which_nothing_is_left():
    tables = [pa.table({"number": pa.array(range(n, n + 200_000))}) for n in range(WORTHWHILE)]
    with parallel_over(2) as many:
        found = list(many(count_up, tables))
        (folder,) = workers._FOLDERS
        assert all(map(is_mapped, found))
        assert not is_mapped(tables[0])
        assert [path.name for path in Path(folder).iterdir()] == [
            "held"
        ]  # the lock by which the next run tells whether this one lives
    assert found == [pa.table({"number": pa.array(range(n + 1, n + 200_001))}) for n in range(WORTHWHILE)]
    assert (workers._FOLDERS, Path(folder).exists()) == ([], False)


def count_up(table):
    return pa.table({"number": pc.add(table.column("number"), 1)})


def test_a_large_table_travels_as_bytes_where_there_is_no_room_for_a_file(monkeypatch, tmp_path):
    table = pa.table({"number": pa.array(range(200_000))})
    monkeypatch.setattr(workers, "_FOLDERS", [str(tmp_path / "gone")])
    assert pickle.loads(bytes(ForkingPickler.dumps(table))) == table
    monkeypatch.setattr(workers, "_FOLDERS", [str(tmp_path)])
    monkeypatch.setattr(workers, "append_table", no_room)
    assert pickle.loads(bytes(ForkingPickler.dumps(table))) == table


@pytest.mark.slow
def test_tables_travel_as_bytes_where_no_folder_can_be_made(monkeypatch):
    def nowhere():
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(workers, "temporary_folder", nowhere)
    tables = [pa.table({"number": pa.array(range(n, n + 200_000))}) for n in range(WORTHWHILE)]
    with parallel_over(2) as many:
        assert [found.column("number")[0].as_py() for found in many(count_up, tables)] == [n + 1 for n in range(WORTHWHILE)]
    assert workers._FOLDERS == []


def no_room(file, table):
    raise OSError(28, "No space left on device")


@pytest.mark.slow
def test_parts_that_processes_judge_give_the_same_report(reference, monkeypatch):
    from tests.screening import screen_rows, table, with_rules

    monkeypatch.setattr(workers, "WORTHWHILE", 2)
    monkeypatch.setattr(stream, "PART", 3)
    few = with_rules(reference, "PS-CHEM-001", "PS-QTY-002")
    rows = [
        {"bill of lading": f"B{n % 4}", "consignee": f"Firm {n}", "description of goods": f"ACETONE LOT {n}"} for n in range(13)
    ]
    many = run((Source("input-1.csv", content=table(rows)),), ReadOptions(), few, jobs=2).report
    alone = screen_rows(rows, few).report
    assert many.flags.num_rows >= 13
    assert (many.flags, many.issues, many.shipments) == (alone.flags, alone.issues, alone.shipments)


def test_chunks_are_asked_for_as_they_are_worked_on():
    asked: list[int] = []
    chunks = (asked.append(n) or n for n in range(20))
    with parallel_over(1) as one:
        for result in one(lambda n: -n, chunks):
            assert len(asked) == 1 - result
