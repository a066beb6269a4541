"""More than one core: processes for matching, whose work is Python's, and threads for judging, whose work is Arrow's and DuckDB's."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from precursor_screen.core.errors import WorkerDied
from precursor_screen.core.left_out import leave_out_pandas
from precursor_screen.kernel.match.parallel_map import ParallelMap, serial_map

T = TypeVar("T")
R = TypeVar("R")

WORTHWHILE = 4  # chunks below which a process of its own costs more than it saves


@lru_cache(maxsize=4)
def _unpack(packed: bytes) -> Callable[[Any], Any]:
    """A function once a worker: an index that comes with it takes longer to build than a chunk to match."""
    function: Callable[[Any], Any] = pickle.loads(packed)  # noqa: S301 - made by this very process
    return function


def _get_ready(packed: bytes) -> None:
    """Imports what matching needs, and does beforehand what each function would do at its first call."""
    importlib.import_module("precursor_screen.kernel.match.recognise")
    for prepare in pickle.loads(packed):  # noqa: S301 - made by this very process
        prepare()


def _call(packed: bytes, chunk: Any) -> Any:
    return _unpack(packed)(chunk)


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

    def start() -> None:
        # Spawned, not forked: a forked process would inherit threads of Arrow and DuckDB in an unknown state.
        pool.append(ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=leave_out_pandas))

    def parallel_map(function: Callable[[Any], Any], chunks: Sequence[Any]) -> Iterable[Any]:
        if len(chunks) < WORTHWHILE:
            return serial_map(function, chunks)
        if not pool:
            start()
        packed = pickle.dumps(function)
        return pool[0].map(_call, [packed] * len(chunks), chunks)

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


# Python's lock keeps more threads from being any faster, and each holds the 150 MB of its piece.
MOST_AT_ONCE = 4


def in_turn(function: Callable[[T], R], pieces: Iterator[T], jobs: int) -> Iterator[R]:
    """The results in order, of as many pieces at once as there are jobs, in threads: for what leaves Python's lock alone most of the time.

    Args:
        function: right in any thread.
        pieces: asked for one by one, so that not all of them need to be there at once.
        jobs: threads, of which no more than `MOST_AT_ONCE` are started; 0: as many as there are cores; 1: none.
    """
    jobs = min(jobs or os.cpu_count() or 1, MOST_AT_ONCE)
    if jobs == 1:
        yield from map(function, pieces)
        return
    with ThreadPoolExecutor(jobs) as pool:
        running = deque(pool.submit(function, piece) for piece in islice(pieces, jobs))
        while running:
            done = running.popleft().result()
            running.extend(pool.submit(function, piece) for piece in islice(pieces, 1))
            yield done
