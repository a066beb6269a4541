"""A run on a Spark cluster: the functions of the local run, each where the data lie; the report is the same to the byte.

    read_one a file -> lines met again, by line_id -> match, by value -> judge_part, by shipment -> merge_parts here

What is of many lines stays on the cluster; the driver holds the parts, as the local run does (`docs/scale.md` says how far that goes).
"""

from __future__ import annotations

import contextlib
import operator
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app import spark_tasks as tasks
from precursor_screen.app.compose_report import EngineResult
from precursor_screen.app.gather_inputs import CITED, Request, beside_of, find_naming_texts, issues_of, part_refused, supplied_by
from precursor_screen.app.inputs import Source, is_pipe
from precursor_screen.app.spark_tasks import TABLE_BITS, Numbers, Plan, Row, Unforeseen, Work, chunks_of, on_rows, unpack
from precursor_screen.app.stream import PART, Engine, spool_parts
from precursor_screen.core.arrow import unpack_table
from precursor_screen.core.cache import program_digest
from precursor_screen.core.errors import InputError, MappingError, MissingExtra, UsageError, Where, WorkerDied
from precursor_screen.core.schema import ISSUE
from precursor_screen.kernel.match import Matches, match, merge_matches
from precursor_screen.kernel.part import Part, find_missing, judge_part, recall_lines
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.same_cargo import CargoNumbers
from precursor_screen.readers.input_tables import find_repeated, no_lines
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.tabular.other_texts import out_of_table_raw
from precursor_screen.reference.bundle import Reference

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

    Rows: TypeAlias = RDD[Row]

# A Spark cluster: how it is opened, how rows travel, what is said where it fails.

SETTINGS: Final = {
    # What travels is compressed already.
    **dict.fromkeys(("spark.rdd.compress", "spark.shuffle.compress", "spark.shuffle.spill.compress"), "false"),
    "spark.serializer.objectStreamReset": "1",  # rows are of megabytes: by default Java keeps the last hundred
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "FATAL",  # what fails is said once, in our words; the cluster keeps its own logs
}
_MOST_TASKS = 10_000  # that read; from there on one reads several files


def make_rows(context: SparkContext, rows: list[Row]) -> Rows:
    """Rows that the driver has, each for a task of its own."""
    return context.parallelize(rows, min(max(len(rows), 1), _MOST_TASKS))


def each(rows: Rows, work: Work) -> Rows:
    """What comes of the rows of each task."""
    return rows.mapPartitions(partial(on_rows, work, program_digest()))


def bring(rows: Rows) -> list[Row]:
    """All rows, in the driver, in no order.

    Raises:
        WorkerDied: a task failed as often as Spark tries.
    """
    with as_worker_died():
        brought: list[Row] = rows.collect()
        return brought


@contextlib.contextmanager
def as_worker_died() -> Iterator[None]:
    """Says in our words that a task failed."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise WorkerDied(
            f"a task failed on the cluster at every attempt: {_what(error)}",
            remedy="See Spark's own logs; each task needs up to 2 GB, the same paths and the same version of this program.",
        ) from error


def _what(error: Exception) -> str:
    """What failed: the last line of Python's, where a task of ours did, else the first."""
    lines = [line for line in str(error).splitlines() if line[:1].strip()]
    begin = next((place for place, line in enumerate(lines, 1) if line.endswith(_TRACEBACK)), 0)
    return next(iter(lines[begin:]), type(error).__name__)


_TRACEBACK = "Traceback (most recent call last):"


def on_disk() -> Any:
    """Where what is asked for again is kept: each executor's own disk."""
    from pyspark import StorageLevel

    return StorageLevel.DISK_ONLY


_MASTERS = ("spark://", "yarn", "k8s://", "local")  # for others Spark's launcher prints a trace of its own
_CHECK = "Check the address, and whether the cluster runs: spark://HOST:7077, yarn, k8s://https://HOST:PORT, local[2]."
_REMEDY = "Install it: pip install 'precursor-screen[spark]', and Java 17 or newer (Debian: apt install openjdk-17-jre-headless)"


@contextlib.contextmanager
def open_cluster(master: str) -> Iterator[SparkContext]:
    """A cluster, for as long as a run takes.

    Args:
        master: its URL, or `local[N]`.

    Raises:
        MissingExtra: PySpark or Java is missing.
        UsageError: the address is not that of a cluster, or nothing answers there.
    """
    if not master.startswith(_MASTERS):
        raise UsageError(f"--master {master} is not an address of a cluster", remedy=_CHECK)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home, "bin")) if home else None) is None:
        raise MissingExtra("Spark needs Java, which is not installed", remedy=_REMEDY)
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
    except ModuleNotFoundError as error:
        raise MissingExtra("--engine spark needs the extra `spark`", remedy=_REMEDY) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Java only passes bytes on here: to compile that to the utmost takes 5 CPU-s, and saves none.
    os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1")
    settings = SparkConf().setMaster(master).setAppName("precursor-screen").setAll(list(SETTINGS.items()))
    try:
        context = SparkContext.getOrCreate(settings)
        context.parallelize([0], 1)._jrdd.count()  # that nothing answers at an address is known at the first task
    except (Py4JError, PySparkException) as error:
        raise UsageError(f"--master {master}: Spark does not answer ({_what(error)})", remedy=_CHECK) from error
    try:
        yield context
    finally:
        context.stop()


class ClusterLines(Struct, frozen=True):
    """The rows of the tables of a run on the cluster. task_count: how many share what is cut."""

    rows: Rows
    plan: Plan
    task_count: int

    @property
    def lines(self) -> Rows:
        """The rows that hold lines."""
        return self.rows.filter(partial(tasks.is_of, ("lines",)))

    def share(self, value: Any) -> Any:
        """A value that each process of the cluster loads once."""
        return self.rows.context.broadcast(value)

    @property
    def few(self) -> int:
        """How many tasks share what is little of each line: matching begins anew in each of them, so four times fewer, if that leaves no core idle."""
        cores: int = self.rows.context.defaultParallelism
        return min(self.task_count, max(cores, self.task_count // 4))

    def by_task(self, task_count: int, cut: Callable[..., Iterable[Row]], work: Work) -> Rows:
        """What comes of the lines, cut and sent to so many tasks; cut: of the plan, that number, and rows."""
        pieces = each(self.lines, partial(cut, self.share(self.plan), task_count))
        return each(pieces.keyBy(operator.attrgetter("key")).partitionBy(task_count, int).values(), work)

    def take(self, numbers: Numbers) -> pa.Table:
        """The lines of such numbers, in order, with LINE_NO."""
        taken = bring(each(self.lines, partial(tasks.take_lines, self.share(self.plan), np.sort(numbers))))
        empty = self.plan.schema.append(pa.field(LINE_NO, pa.int64())).empty_table()
        return pa.concat_tables([empty, *(unpack_table(row.content) for row in taken)]).sort_by(LINE_NO)


def judge_on_spark(context: SparkContext, request: Request, lines_a_task: int = PART) -> EngineResult:
    """Reads and judges on a cluster; an `Engine`.

    Args:
        context: of the cluster, which sees the files under the same paths.
        request: see there.
        lines_a_task: that are judged together, about.

    Raises:
        UsageError: an input that only this machine can read.
        WorkerDied: a task failed as often as Spark tries.
    """
    reference, progress = request.reference, request.progress
    progress("reading on the cluster")
    cluster_lines, tables, issues, named = _read(context, request, lines_a_task)
    inputs = tuple(t.input for t in tables)
    shared = cluster_lines.share(tasks.KnownLists(reference, tasks.digests_of(reference)))
    progress("matching texts and parties")
    matched = cluster_lines.by_task(cluster_lines.few, tasks.cut_texts, partial(tasks.match_values, shared))
    given = {"inputs": supplied_by(inputs), "matches": _join_matches(matched, cluster_lines.plan, reference)}
    progress("applying rules")
    total, textless = cluster_lines.plan.total, list[int]()
    judge = partial(tasks.judge_lines, cluster_lines.share(given), shared, request.every_line or total <= PART)
    judged = cluster_lines.by_task(cluster_lines.task_count, tasks.cut_lines, judge)
    if total:
        part = spool_parts(_parts(judged, textless), total, request.spool, progress)
    else:
        part = judge_part(cluster_lines.plan.schema.empty_table(), **given, reference=reference, every_line=True)
    recall = partial(_recall, cluster_lines, part.lines, {**given, "reference": reference})
    find, cite = partial(_find, cluster_lines), partial(_cite, cluster_lines, part.lines)
    return EngineResult(inputs, issues, part, sum(textless), recall, find, cite, beside_of(named))


def _read(
    context: SparkContext, request: Request, lines_a_task: int
) -> tuple[ClusterLines, list[InputTables], pa.Table, pa.Table]:
    """The lines, those met again left out; the tables without them; ISSUE of reading; the texts beside tables that name something."""
    sources = [_as_seen_everywhere(number, source) for number, source in enumerate(request.sources)]
    read = each(make_rows(context, sources), partial(tasks.read_files, request.options, tasks.leave_to_driver))
    read = read.persist(on_disk())
    described, more = _describe(read, sources, request)
    tables = {row.key: one for row, one in described if isinstance(one, InputTables)}
    named = find_naming_texts(list(tables.values()), request.reference)
    read_tables, refused = part_refused(list(tables.values()), named)
    tables = {key: one for key, one in tables.items() if any(one is kept for kept in read_tables)}
    errors = [*(e for _, e in described if isinstance(e, InputError)), *refused]
    issues = issues_of(list(tables.values()), errors, named, refuse_empty=request.refuse_empty)
    schema = pa.concat_tables([t.lines for t in tables.values()] or [no_lines()], promote_options="default").schema
    lengths = {row.key: row.first for row, _ in described if row.key in tables}
    plan = Plan(schema, lengths, {key: one.input.input_id for key, one in tables.items()})
    request.progress("looking for lines met again")
    read = read.union(make_rows(context, more)) if more else read
    cluster_lines, repeated = _drop_repeated(ClusterLines(read, plan, max(1, -(-plan.total // lines_a_task))))
    if named.num_rows:
        cluster_lines = _add_texts_as_lines(cluster_lines, named, len(sources) << TABLE_BITS)
    return cluster_lines, list(tables.values()), pa.concat_tables([issues, repeated]), named


def _as_seen_everywhere(number: int, source: Source) -> Row:
    if source.path is not None and is_pipe(source.path):
        raise UsageError(
            "is a pipe, which the cluster cannot read",
            where=Where(source.name),
            remedy="Save the data in a file that all its machines can read.",
        )
    placed = replace(source, path=source.path and source.path.absolute())
    return Row("source", number << TABLE_BITS, 0, tasks.pack(placed))


def _describe(read: Rows, sources: list[Row], request: Request) -> tuple[list[tuple[Row, Any]], list[Row]]:
    """The tables without their lines, and what could not be read, in order, with their rows; and rows that were read here."""
    rows = [(row, unpack(row)) for row in bring(read.filter(partial(tasks.is_of, ("input", "error"))))]
    left = (sources[row.key >> TABLE_BITS] for row, one in rows if isinstance(one, Unforeseen))
    again = list(tasks.read_files(request.options, request.keep_fault, left))
    rows = [pair for pair in rows if not isinstance(pair[1], Unforeseen)]
    rows += [(row, unpack(row)) for row in again if row.kind in ("input", "error")]
    rows.sort(key=lambda pair: pair[0].key)
    for _, one in rows:
        if isinstance(one, MappingError) or not isinstance(one, InputTables | InputError):
            raise one
    return rows, [row for row in again if row.kind in ("lines", "cells")]


def _drop_repeated(cluster_lines: ClusterLines) -> tuple[ClusterLines, pa.Table]:
    """The lines without those met again, and ISSUE of these: eight bytes of an id tell which may be, the whole ids of these decide."""
    found = bring(cluster_lines.by_task(cluster_lines.few, tasks.cut_ids, tasks.find_repeated_ids))
    numbers = np.concatenate([np.empty(0, np.int64), *map(unpack, found)])
    if not len(numbers):
        return cluster_lines, ISSUE.empty_table()
    lines = cluster_lines.take(numbers)
    kept, repeated = find_repeated(lines)
    gone = np.delete(lines.column(LINE_NO).to_numpy(), kept.to_numpy())
    plan = cluster_lines.plan
    dropped = {key: places for key in plan.lengths if len(places := plan.rows_of(key, gone))}
    return replace(cluster_lines, plan=replace(plan, dropped=dropped)), repeated


def _add_texts_as_lines(cluster_lines: ClusterLines, found: pa.Table, key: int) -> ClusterLines:
    """The lines, and behind them those of texts beside the tables."""
    rows = [*chunks_of("lines", key, found), *chunks_of("cells", key, out_of_table_raw(found))]
    schema = pa.concat_tables([cluster_lines.plan.schema.empty_table(), found], promote_options="default").schema
    plan = replace(cluster_lines.plan, schema=schema, lengths={**cluster_lines.plan.lengths, key: found.num_rows})
    return replace(cluster_lines, rows=cluster_lines.rows.union(make_rows(cluster_lines.rows.context, rows)), plan=plan)


def _join_matches(matched: Rows, plan: Plan, reference: Reference) -> Matches:
    rows = bring(matched)
    cut_at = {file: length for row in rows if row.kind == "cut" for file, length in unpack(row).items()}
    none = match(plan.schema.empty_table(), reference)
    return merge_matches([none, *(unpack(row) for row in rows if row.kind == "matches")], cut_at)


def _parts(judged: Rows, textless: list[int]) -> Iterator[Part]:
    """The parts, one after the other; how many of their lines have no text is noted."""
    judged = judged.persist(on_disk())
    with as_worker_died():
        judged._jrdd.count()  # all at once, and by Spark itself, which need not unpack them; what follows is asked for one by one
        for row in judged.toLocalIterator():
            part, without = unpack(row)
            textless.append(without)
            yield part
    judged.unpersist()


def _recall(
    cluster_lines: ClusterLines, known: pa.Table, given: Mapping[str, Any], line_ids: pa.Array, relevant: Resolved
) -> Resolved:
    """As `stream._recall`; known: LINE_NO and line_id of all lines."""
    unknown = find_missing(line_ids, relevant)
    if not len(unknown):
        return relevant
    numbers = known.filter(pc.is_in(known.column("line_id"), unknown)).column(LINE_NO)
    return recall_lines(cluster_lines.take(numbers.to_numpy()), relevant, **given)


def _find(cluster_lines: ClusterLines, numbers: CargoNumbers) -> pa.Array:
    """The ids of the lines that bear some numbers."""
    found = bring(each(cluster_lines.lines, partial(tasks.find_lines, cluster_lines.share(cluster_lines.plan), numbers)))
    return pa.array([line_id for row in found for line_id in unpack(row)], pa.string())


def _cite(cluster_lines: ClusterLines, known: pa.Table, line_ids: pa.Array, shipments: tuple[str, ...]) -> pa.Table:
    """As `gather_inputs.cite_cells`; known: LINE_NO, line_id and shipment_id of all lines."""
    sampled = pc.is_in(known.column("shipment_id"), pa.array(shipments, pa.string()))
    mine = pc.or_(pc.is_in(known.column("line_id"), line_ids), sampled)
    lines = cluster_lines.take(known.filter(mine).column(LINE_NO).to_numpy())
    numbers, plan = lines.column(LINE_NO).to_numpy(), cluster_lines.plan
    places = {key: rows for key in plan.lengths if len(rows := plan.rows_of(key, numbers))}
    found: dict[int, dict[int, str]] = {key: {} for key in places}
    for row in bring(each(cluster_lines.rows.filter(partial(tasks.is_of, ("cells",))), partial(tasks.show_rows, places))):
        found[row.key].update(unpack(row))
    texts = [found[key][row] for key, rows in places.items() for row in rows.tolist()]
    return lines.select(CITED).append_column("cells", pa.array(texts, pa.string()))


@contextlib.contextmanager
def open_engine(master: str) -> Iterator[Engine]:
    """The `Engine` of a cluster, for as long as a run takes; for arguments and errors see `open_cluster`."""
    with open_cluster(master) as context:
        yield partial(judge_on_spark, context)
