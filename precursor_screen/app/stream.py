"""A run on this machine: the inputs read onto disk, what is distinct matched once, the lines judged part by part, the report composed.

No screening logic lives here. In memory stay the relevant lines, what is distinct, and some numbers a line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.compose_report import EngineResult, compose, provenance_of
from precursor_screen.app.gather_inputs import Request, Spool, cite_cells, count_textless, gather, supplied_by
from precursor_screen.app.inputs import FaultKeeper, Source
from precursor_screen.app.match_cache import cached_matches
from precursor_screen.app.workers import parallel_over
from precursor_screen.core.arrow import release_pages
from precursor_screen.core.history_seam import HistoryStore
from precursor_screen.core.model import Input
from precursor_screen.core.report import Report
from precursor_screen.core.words import counted
from precursor_screen.kernel.match import Progress, match
from precursor_screen.kernel.parallel_map import ParallelMap
from precursor_screen.kernel.part import Part, cut_parts, find_missing, judge_part, merge_parts, recall_lines
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.same_cargo import ids_that_bear
from precursor_screen.kernel.screen import NoHistory, Screened, judge_run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from precursor_screen.version import __version__

if TYPE_CHECKING:
    from precursor_screen.history.values import RunRecord

LARGE = 20_000_000  # bytes

Engine = Callable[[Request], EngineResult]


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
    every_line: bool = False,
    engine: Engine | None = None,
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
        jobs: processes for reading, matching and judging; 0: as many as there are cores.
        remember: what is known of earlier runs, for this one; default: nothing.
        home: where names that were matched are kept for the next run; default: nowhere.
        keep_fault: called with an unforeseen error in reading an input; by default the error is raised.
        sample: share of the shipments without a flag that are shown all the same, from 0 to 1.
        refuse_empty: whether it is an error that no input has a line; else there is a report that says why.
        every_line: whether `Run.screened` is to hold all lines as they were resolved, which takes a kilobyte each.
        engine: reads and judges; default: this machine, with `jobs` and `home`.

    Raises:
        InputError: no input could be read at all, and that is an error.
        MappingError: the column map is wrong.
    """
    started, spool = started or datetime.now(UTC), Spool()

    def step(doing: str) -> None:
        release_pages()
        progress(doing)

    request = Request(sources, options, reference, spool, step, keep_fault, refuse_empty, every_line)
    judged = engine(request) if engine else judge_here(request, jobs, home)
    provenance = provenance_of(judged.inputs, reference)
    memory = remember(_record(started, shown_options or {}, provenance, reference)) if remember else None
    screened = judge_run(judged.part, memory or NoHistory(), reference, judged.recall, step, judged.find)
    step("writing the report")
    head = {"tool_version": __version__, "started": started.isoformat(timespec="seconds"), "options": dict(shown_options or {})}
    report = compose(head, provenance, judged, screened, memory, reference, fail_on=fail_on, sample=sample)
    release_pages()
    return Run(report, screened, judged.inputs)


PART = 1 << 17  # lines that are judged together


def judge_here(request: Request, jobs: int = 1, home: Path | None = None) -> EngineResult:
    """Reads and judges on this machine; for arguments and errors see `run`."""
    reference, progress = request.reference, request.progress
    early, prepare = _is_large(request.sources), [w.index.prepare for w in reference.watchlists]
    with (
        parallel_over(jobs, early=early, prepare=prepare) as parallel_map,
        cached_matches(home, progress) as known_parties,
    ):
        gathered = gather(request, parallel_map)
        given: dict[str, Any] = {
            "inputs": supplied_by(gathered.inputs),
            "matches": match(gathered.lines, reference, parallel_map, known_parties, progress),
            "reference": reference,
        }
        textless = count_textless(gathered.lines)
        release_pages()
        every_line = request.every_line or gathered.lines.num_rows <= PART
        judge = partial(judge_part, **given, every_line=every_line)
        part = _judge(gathered.lines, judge, request.spool, parallel_map, progress)
    recall = partial(_recall, gathered.lines, request.spool, given)
    return EngineResult(
        gathered.inputs,
        gathered.issues,
        part,
        textless,
        recall,
        partial(ids_that_bear, gathered.lines),
        partial(cite_cells, gathered, request.spool),
        gathered.texts_beside,
    )


def _recall(lines: pa.Table, spool: Spool, given: Mapping[str, Any], line_ids: pa.Array, relevant: Resolved) -> Resolved:
    rows = np.flatnonzero(pc.is_in(lines.column("line_id"), find_missing(line_ids, relevant)).to_numpy())
    return recall_lines(spool.take(lines, rows).append_column(LINE_NO, pa.array(rows)), relevant, **given)


_OF_MANY_LINES = ("lines", "counted_lines", "movements", "flags", "held", "shipments")  # the tables of a part that go to disk


def _judge(
    lines: pa.Table, judge: Callable[[pa.Table], Part], spool: Spool, parallel_map: ParallelMap, progress: Progress
) -> Part:
    """All lines, judged part by part; what is kept of every line, or of many, is kept on disk."""
    progress("applying rules")
    parts = parallel_map(judge, cut_parts(lines, PART))
    return spool_parts(parts, lines.num_rows, spool, progress) if lines.num_rows else judge(lines)


def spool_parts(parts: Iterable[Part], of: int, spool: Spool, progress: Progress) -> Part:
    """Parts as they come, at least one, as one; `of`: how many lines they hold together."""
    kept, places, done, begun = [], [], 0, time.monotonic()
    for part in parts:
        places.append([spool.add(getattr(part, name)) for name in _OF_MANY_LINES])
        kept.append(replace(part, **{name: getattr(part, name).schema.empty_table() for name in _OF_MANY_LINES}))
        done += part.lines.num_rows
        progress(f"applying rules: {show_rate(done, of, time.monotonic() - begun)}")
    back = ({name: spool.table(number) for name, number in zip(_OF_MANY_LINES, numbers, strict=True)} for numbers in places)
    return merge_parts([replace(part, **tables) for part, tables in zip(kept, back, strict=True)])


def show_rate(done: int, of: int, seconds: float) -> str:
    """How far something is, how fast, and how long it will take at that pace."""
    pace = done / max(seconds, 0.001)
    return f"{done:,} of {counted(of, 'line')}, {pace:,.0f} a second, {(of - done) / max(pace, 1):,.0f} s left"


_EDITIONS = ("substances", "law_packs", "watchlists", "registers")


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
