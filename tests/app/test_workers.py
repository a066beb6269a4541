"""Spreading over processes changes nothing in the result."""

from __future__ import annotations

import os
from functools import partial

import pytest

from precursor_screen.app import stream, workers
from precursor_screen.app.workers import WORTHWHILE, parallel_over
from precursor_screen.kernel import parallel_map


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
    from precursor_screen.app.inputs import Source
    from precursor_screen.app.stream import run
    from precursor_screen.readers.interface import ReadOptions

    few = with_rules(reference, "PS-CHEM-001")
    rows = [{"bill of lading": f"B{n}", "consignee": f"Firm {n}", "description of goods": f"ACETONE LOT {n}"} for n in range(7)]
    many = run((Source("input-1.csv", content=table(rows)),), ReadOptions(), few, jobs=2)
    assert many.report.flags.num_rows == 7
    assert many.report.flags.equals(screen_rows(rows, few).report.flags)


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (64, stream.MOST_AT_ONCE)])
def test_pieces_are_asked_for_as_they_are_worked_on_and_come_back_in_order(jobs, most):
    asked, done = [], []
    pieces = (asked.append(n) or n for n in range(20))
    for result in stream.map_in_threads(lambda n: -n, pieces, jobs):
        done.append(-result)
        assert len(asked) - len(done) <= most  # no more are held than are worked on
    assert done == asked == list(range(20))
