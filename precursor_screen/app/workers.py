"""Processes for reading, matching and judging, most of which is Python's work; each imports what it needs when it needs it."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pickle
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from itertools import chain, islice
from multiprocessing.reduction import ForkingPickler
from typing import Any

import pyarrow as pa

from precursor_screen.core.arrow import TRAVELS_AS_FILE, append_table, map_file, pack_table, unpack_table
from precursor_screen.core.errors import WorkerDied
from precursor_screen.core.files import temporary_folder
from precursor_screen.core.no_pandas import leave_out_pandas
from precursor_screen.kernel.parallel_map import ParallelMap, serial_map

WORTHWHILE = 4  # chunks below which a process of its own costs more than it saves


_FOLDERS: list[str] = []  # for tables on their way from one process to another; the last one counts


def _send(table: pa.Table) -> tuple[Callable[[Any], pa.Table], tuple[Any]]:
    """How a table is sent to another process: a large one as a file, which neither process has to copy; as bytes where no file can be written."""
    if table.nbytes >= TRAVELS_AS_FILE and _FOLDERS:
        with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=_FOLDERS[-1], delete=False) as file:
            append_table(file, table)
            return _receive, (file.name,)
    return unpack_table, (pack_table(table),)


def _receive(path: str) -> pa.Table:
    """A table out of a file, of which nothing is left when the table goes."""
    with open(path, "rb") as file:
        content = map_file(file)
    with contextlib.suppress(OSError):  # Windows removes no file that is mapped: it goes with the folder
        os.unlink(path)
    return pa.ipc.open_stream(content).read_all()


ForkingPickler.register(pa.Table, _send)


def _begin(folder: str) -> None:
    """A process begins, and ends when the run does, however that ends: nobody else tells it that its parent was killed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    leave_out_pandas()
    _FOLDERS.extend([folder] if folder else [])


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@lru_cache(maxsize=4)
def _unpack(packed: bytes) -> Callable[[Any], Any]:
    """A function once a worker: an index that comes with it takes longer to build than a chunk to match."""
    function: Callable[[Any], Any] = pickle.loads(packed)  # noqa: S301 - made by this very process
    return function


def _get_ready(packed: bytes) -> None:
    """Imports what matching and judging need, and does beforehand what each function would do at its first call."""
    importlib.import_module("precursor_screen.kernel.part")
    for prepare in pickle.loads(packed):  # noqa: S301 - made by this very process
        prepare()


def _call(packed: bytes, chunk: Any) -> Any:
    return _unpack(packed)(chunk)


def _in_turn(pool: ProcessPoolExecutor, packed: bytes, chunks: Iterable[Any], most: int) -> Iterator[Any]:
    """Results in order; no more than `most` are waited for or kept at once, for one of them may be all lines of a file."""
    running = deque[Future[Any]]()
    for chunk in chunks:
        running.append(pool.submit(_call, packed, chunk))
        if len(running) == most:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


@contextlib.contextmanager
def parallel_over(jobs: int, early: bool = False, prepare: Sequence[Callable[[], object]] = ()) -> Iterator[ParallelMap]:
    """A way to spread chunks over some processes; they are started when first needed and end with the block.

    Args:
        jobs: number of processes; 0: as many as there are cores; 1: none, all runs in this one.
        early: start them at once: they get ready while the input is still being read.
        prepare: what they then do beforehand, such as opening the index of a watchlist; picklable.

    Raises:
        WorkerDied: a process ended before its work was done.
    """
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1:
        yield serial_map
        return
    pool: list[ProcessPoolExecutor] = []
    folders: list[str] = []

    def start() -> None:
        with contextlib.suppress(OSError):  # nowhere to write: tables are sent as bytes
            folders.append(str(temporary_folder()))
            _FOLDERS.append(folders[0])
        # Spawned, not forked: a forked process would inherit threads of Arrow and DuckDB in an unknown state.
        spawn = multiprocessing.get_context("spawn")
        pool.append(ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_begin, initargs=("".join(folders),)))

    def parallel_map(function: Callable[[Any], Any], chunks: Iterable[Any]) -> Iterable[Any]:
        waiting = iter(chunks)
        first = list(islice(waiting, WORTHWHILE))
        if len(first) < WORTHWHILE:
            return serial_map(function, first)
        if not pool:
            start()
        return _in_turn(pool[0], pickle.dumps(function), chain(first, waiting), jobs + 1)

    try:
        if early:
            start()
            packed = pickle.dumps(list(prepare))
            for _ in range(jobs):
                pool[0].submit(_get_ready, packed)
        yield parallel_map
    except BrokenProcessPool as error:
        raise WorkerDied(
            "a process of this run was killed, or ran out of memory", remedy="Screen fewer files at a time, or with --jobs 1."
        ) from error
    finally:
        for one in pool:
            one.shutdown(cancel_futures=True)
        for folder in folders:
            _FOLDERS.remove(folder)
            shutil.rmtree(folder, ignore_errors=True)
