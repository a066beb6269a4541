"""A run on this machine: read the inputs, screen all lines together, gather the report. No screening logic lives here."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from precursor_screen.app.composed import compose, provenance_of
from precursor_screen.app.gathered import FaultKeeper, gather, supplied_by
from precursor_screen.app.inputs import Source
from precursor_screen.app.match_cache import cached_matches
from precursor_screen.core.errors import WorkerDied
from precursor_screen.core.history_seam import HistoryStore
from precursor_screen.core.left_out import leave_out_pandas
from precursor_screen.core.model import Input
from precursor_screen.core.report import Report
from precursor_screen.kernel.match.match import Progress, match
from precursor_screen.kernel.match.parallel_map import ParallelMap, serial_map
from precursor_screen.kernel.no_history import NoHistory
from precursor_screen.kernel.part import judge_part
from precursor_screen.kernel.screen import Screened, judge_run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from precursor_screen.version import __version__

if TYPE_CHECKING:
    from precursor_screen.history.values import RunRecord

# Worker processes for matching, where there is enough to match that starting them pays.

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
            "a worker process was killed, or ran out of memory", remedy="Screen fewer files at a time, or with --jobs 1."
        ) from error
    finally:
        for one in pool:
            one.shutdown(cancel_futures=True)


LARGE = 20_000_000  # bytes


class Run(Struct, frozen=True):
    """A report, the tables behind it for `--resolved` and the ledger, what was read, and the ledger's name for the run, if any."""

    report: Report
    screened: Screened
    inputs: tuple[Input, ...]
    run_id: str = ""


def run(
    sources: tuple[Source, ...],
    options: ReadOptions,
    reference: Reference,
    *,
    fail_on: str = "none",
    shown_options: Mapping[str, Any] | None = None,
    started: datetime | None = None,
    progress: Progress = lambda _: None,
    jobs: int = 1,
    remember: Callable[[RunRecord], HistoryStore] | None = None,
    home: Path | None = None,
    keep_fault: FaultKeeper | None = None,
    sample: Decimal = Decimal(0),
    refuse_empty: bool = True,
) -> Run:
    """Screens some inputs.

    Args:
        sources: in order; a line met again is set aside.
        options: how to read them.
        reference: what to screen against.
        fail_on: level or band from which something new sets the exit code, or `none`.
        shown_options: the options as the report shows them.
        started: default: now.
        progress: told what is being done.
        jobs: processes for matching; 0: as many as there are cores.
        remember: what is known of earlier runs, for this one; default: nothing.
        home: where names that were matched are kept for the next run; default: nowhere.
        keep_fault: told of an error in reading one input that nobody foresaw; default: it is raised.
        sample: share of the shipments without a flag that are shown all the same, from 0 to 1.
        refuse_empty: whether it is an error that no input has a line; else there is a report that says why.

    Raises:
        InputError: no input could be read at all, and that is an error.
        MappingError: the column map is wrong.
    """
    started = started or datetime.now(UTC)
    prepare = [w.index.prepare for w in reference.watchlists]
    with (
        parallel_over(jobs, early=_is_large(sources), prepare=prepare) as parallel_map,
        cached_matches(home, progress) as known_parties,
    ):
        gathered = gather(sources, options, reference, progress, keep_fault, refuse_empty)
        provenance = provenance_of(gathered.inputs, reference)
        matches = match(gathered.lines, reference, parallel_map, known_parties, progress)
        progress("applying rules")
        part = judge_part(gathered.lines, supplied_by(gathered.inputs), matches, reference, parallel_map, every_line=True)
        progress("looking back")
        memory = remember(_record(started, shown_options or {}, provenance, reference)) if remember else None
        screened = judge_run(part, NoHistory() if memory is None else memory, reference)
    progress("writing the report")
    head = {"tool_version": __version__, "started": started.isoformat(timespec="seconds"), "options": dict(shown_options or {})}
    report = compose(head, provenance, gathered, screened, memory, reference, fail_on=fail_on, sample=sample)
    return Run(report, screened, gathered.inputs)


_EDITIONS = ("substances", "watchlists", "registers")


def _record(started: datetime, options: Mapping[str, Any], provenance: Mapping[str, Any], reference: Reference) -> RunRecord:
    from precursor_screen.history.values import REFERENCE, RunRecord

    inputs = tuple({k: i[k] for k in ("name", "sha256", "bytes", "lines")} for i in provenance["inputs"])
    return RunRecord(
        started=started,
        tool_version=__version__,
        as_of=reference.as_of,
        jurisdiction=reference.jurisdiction,
        options={**options, REFERENCE: {name: provenance[name] for name in _EDITIONS if name in provenance}},
        rules_sha256=reference.rules_sha256,
        inputs=inputs,
    )


def _is_large(sources: tuple[Source, ...]) -> bool:
    """Whether there will be enough names for processes to pay."""
    return sum(s.path.stat().st_size for s in sources if s.path is not None and s.path.is_file()) > LARGE
