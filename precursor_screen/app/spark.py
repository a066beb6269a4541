"""A run on a Spark cluster: the functions of the local run, each where the data lie; the report is the same to the byte.

    read_one a file -> lines met again, by line_id -> match_texts, by value -> judge_part, by shipment -> merge_parts here

What is of many lines stays on the cluster; the driver holds the parts, as the local run does (`docs/scale.md` says how far that goes).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app import spark_tasks as tasks
from precursor_screen.app.composed import EngineResult
from precursor_screen.app.gathered import CITED, Request, find_naming_texts, issues_of, split_naming_texts, supplied_by
from precursor_screen.app.inputs import Source, is_pipe
from precursor_screen.app.spark_tasks import (
    SCHEMA,
    TABLE_BITS,
    Numbers,
    Plan,
    Row,
    Unforeseen,
    Work,
    chunks_of,
    on_batches,
    unpack,
)
from precursor_screen.app.stream import PART, Engine, spool_parts
from precursor_screen.core.arrow import unpack_table
from precursor_screen.core.errors import InputError, MappingError, MissingExtra, UsageError, Where, WorkerDied
from precursor_screen.core.kept import program_digest
from precursor_screen.core.left_out import let_pandas_in
from precursor_screen.core.schema import ISSUE
from precursor_screen.kernel.match import Matches, match_texts, merge_matches
from precursor_screen.kernel.part import Part, find_missing, judge_part, recall_lines
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.readers.input_tables import find_repeated, no_lines
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.tabular.other_texts import out_of_table_raw
from precursor_screen.reference.bundle import Reference
from precursor_screen.text.key_numbers import numbers_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# A Spark cluster: how it is opened, how rows travel, what is said where it fails.

SETTINGS: Final = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": 8,  # rows that are handed over together: each may be of megabytes
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "FATAL",  # what fails is said once, in our words; the cluster keeps its own logs
}
_MOST_TASKS = 10_000  # that read; from there on one reads several files


def make_frame(session: SparkSession, rows: list[Row]) -> DataFrame:
    """Rows that the driver has, each for a task of its own."""
    tasks = min(max(len(rows), 1), _MOST_TASKS)
    return session.createDataFrame(session.sparkContext.parallelize(map(tuple, rows), tasks), SCHEMA)


def find_keys(session: SparkSession, count: int) -> Numbers:
    """A key for each task: Spark sends a row to the task of its key's hash."""
    found = session.range(64 * count).selectExpr("id", f"pmod(hash(id), {count}) as task").collect()
    keys = {row.task: row.id for row in reversed(found)}
    return np.array([keys[task] for task in range(count)])


def each(frame: DataFrame, work: Work) -> DataFrame:
    """What comes of the rows of each task."""
    return frame.mapInArrow(partial(on_batches, work, program_digest()), SCHEMA)


def bring(frame: DataFrame) -> Iterator[Row]:
    """All rows, in the driver, in no order.

    Raises:
        WorkerDied: a task failed as often as Spark tries.
    """
    with as_worker_died():
        return iter([Row(*row) for row in frame.collect()])


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
    ours = lines[lines.index(_TRACEBACK) + 1 :] if _TRACEBACK in lines else lines
    return next(iter(ours), type(error).__name__)


_TRACEBACK = "Traceback (most recent call last):"


def on_disk() -> Any:
    """Where what is asked for again is kept: each executor's own disk."""
    from pyspark import StorageLevel

    return StorageLevel.DISK_ONLY


_MASTERS = ("spark://", "yarn", "k8s://", "local")  # for others Spark's launcher prints a trace of its own
_CHECK = "Check the address, and whether the cluster runs: spark://HOST:7077, yarn, k8s://https://HOST:PORT, local[2]."
_REMEDY = "Install it: pip install 'precursor-screen[spark]', and Java 17 or newer (Debian: apt install openjdk-17-jre-headless)"


@contextlib.contextmanager
def open_cluster(master: str) -> Iterator[SparkSession]:
    """A cluster, for as long as a run takes.

    Args:
        master: its URL, or `local[N]`.

    Raises:
        MissingExtra: PySpark or Java is missing.
        UsageError: the address is not that of a cluster, or nothing answers there.
    """
    if not master.startswith(_MASTERS):
        raise UsageError(f"--master {master} is not an address of a cluster", remedy=_CHECK)
    let_pandas_in()  # PySpark asks which version there is
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home, "bin")) if home else None) is None:
        raise MissingExtra("Spark needs Java, which is not installed", remedy=_REMEDY)
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise MissingExtra("--engine spark needs the extra `spark`", remedy=_REMEDY) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    try:
        session = builder.master(master).appName("precursor-screen").getOrCreate()
    except (Py4JError, PySparkException) as error:
        raise UsageError(f"--master {master}: Spark does not answer ({_what(error)})", remedy=_CHECK) from error
    try:
        yield session
    finally:
        session.stop()


class ClusterLines(Struct, frozen=True):
    """The rows of the tables of a run on the cluster. keys: one that each task has."""

    rows: DataFrame
    plan: Plan
    keys: Numbers

    @property
    def lines(self) -> DataFrame:
        """The rows that hold lines."""
        return self.rows.where("kind = 'lines'")

    def share(self, value: Any) -> Any:
        """A value that each process of the cluster loads once."""
        return self.rows.sparkSession.sparkContext.broadcast(value)

    def by_key(self, cut: Callable[..., Iterable[Row]], work: Work) -> DataFrame:
        """What comes of the lines, cut and sent to tasks by key."""
        return each(each(self.lines, cut).repartition(len(self.keys), "key"), work)

    def take(self, numbers: pa.ChunkedArray) -> pa.Table:
        """The lines with such numbers of their ids, in order, with LINE_NO."""
        taken = bring(each(self.lines, partial(tasks.take_lines, self.share(self.plan), pc.unique(numbers).to_numpy())))
        empty = self.plan.schema.append(pa.field(LINE_NO, pa.int64())).empty_table()
        return pa.concat_tables([empty, *(unpack_table(row.content) for row in taken)]).sort_by(LINE_NO)


def judge_on_spark(session: SparkSession, request: Request, lines_a_task: int = PART) -> EngineResult:
    """Reads and judges on a cluster; an `Engine`.

    Args:
        session: of the cluster, which sees the files under the same paths.
        request: see there.
        lines_a_task: that are judged together, about.

    Raises:
        UsageError: an input that only this machine can read.
        WorkerDied: a task failed as often as Spark tries.
    """
    reference, progress = request.reference, request.progress
    progress("reading on the cluster")
    cluster_lines, tables, issues = _read(session, request, lines_a_task)
    inputs, plan = tuple(t.input for t in tables), cluster_lines.share(cluster_lines.plan)
    shared = cluster_lines.share(tasks.KnownLists(reference, tasks.digests_of(reference)))
    progress("matching texts and parties")
    matched = cluster_lines.by_key(partial(tasks.cut_texts, plan, cluster_lines.keys), partial(tasks.match_values, shared))
    given = {"inputs": supplied_by(inputs), "matches": _join_matches(matched, cluster_lines.plan, reference)}
    progress("applying rules")
    total, textless = cluster_lines.plan.total, list[int]()
    judge = partial(tasks.judge_lines, cluster_lines.share(given), shared, request.every_line or total <= PART)
    judged = cluster_lines.by_key(partial(tasks.cut_lines, plan, cluster_lines.keys), judge)
    if total:
        part = spool_parts(_parts(judged, textless), total, request.spool, progress)
    else:
        part = judge_part(cluster_lines.plan.schema.empty_table(), **given, reference=reference, every_line=True)
    recall = partial(_recall, cluster_lines, {**given, "reference": reference})
    return EngineResult(inputs, issues, part, sum(textless), recall, partial(_cite, cluster_lines, part.lines))


def _read(session: SparkSession, request: Request, lines_a_task: int) -> tuple[ClusterLines, list[InputTables], pa.Table]:
    """The lines, those met again left out; the tables without them; ISSUE of reading."""
    sources = [_as_seen_everywhere(number, source) for number, source in enumerate(request.sources)]
    read = each(make_frame(session, sources), partial(tasks.read_files, request.options, tasks.leave_to_driver))
    read = read.persist(on_disk())
    described, more = _describe(read, sources, request)
    tables = {row.key: one for row, one in described if isinstance(one, InputTables)}
    named = find_naming_texts(list(tables.values()), request.reference)
    errors = [e for _, e in described if isinstance(e, InputError)]
    issues = issues_of(list(tables.values()), errors, named, refuse_empty=request.refuse_empty)
    schema = pa.concat_tables([t.lines for t in tables.values()] or [no_lines()], promote_options="default").schema
    lengths = {row.key: row.first for row, _ in described if row.key in tables}
    plan = Plan(schema, lengths, {key: one.input.input_id for key, one in tables.items()})
    keys = find_keys(session, max(1, -(-plan.total // lines_a_task)))
    request.progress("looking for lines met again")
    cluster_lines, repeated = _drop_repeated(ClusterLines(read.union(make_frame(session, more)) if more else read, plan, keys))
    found, by_hand = split_naming_texts(named, list(tables.values()))
    if found.num_rows:
        cluster_lines = _add_texts_as_lines(cluster_lines, found, len(sources) << TABLE_BITS)
    return cluster_lines, list(tables.values()), pa.concat_tables([issues, repeated, by_hand])


def _as_seen_everywhere(number: int, source: Source) -> Row:
    if source.path is not None and is_pipe(source.path):
        raise UsageError(
            "is a pipe, which the cluster cannot read",
            where=Where(source.name),
            remedy="Save the data in a file that all its machines can read.",
        )
    placed = replace(source, path=source.path and source.path.absolute())
    return Row("source", number << TABLE_BITS, 0, tasks.pack(placed))


def _describe(read: DataFrame, sources: list[Row], request: Request) -> tuple[list[tuple[Row, Any]], list[Row]]:
    """The tables without their lines, and what could not be read, in order, with their rows; and rows that were read here."""
    rows = [(row, unpack(row)) for row in bring(read.where("kind in ('input', 'error')"))]
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
    found = bring(cluster_lines.by_key(partial(tasks.cut_ids, cluster_lines.keys), tasks.find_repeated_ids))
    numbers = np.concatenate([np.empty(0, np.uint64), *map(unpack, found)])
    if not len(numbers):
        return cluster_lines, ISSUE.empty_table()
    lines = cluster_lines.take(pa.chunked_array([pa.array(numbers)]))
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
    return replace(cluster_lines, rows=cluster_lines.rows.union(make_frame(cluster_lines.rows.sparkSession, rows)), plan=plan)


def _join_matches(matched: DataFrame, plan: Plan, reference: Reference) -> Matches:
    rows = list(bring(matched))
    cut_at = {file: length for row in rows if row.kind == "cut" for file, length in unpack(row).items()}
    none = match_texts(plan.schema.empty_table(), reference)
    return merge_matches([none, *(unpack(row) for row in rows if row.kind == "matches")], cut_at)


def _parts(judged: DataFrame, textless: list[int]) -> Iterator[Part]:
    """The parts, one after the other; how many of their lines have no text is noted."""
    judged = judged.persist(on_disk())
    with as_worker_died():
        judged.count()  # all at once; what follows is asked for one by one
        for row in judged.toLocalIterator():
            part, without = unpack(Row(*row))
            textless.append(without)
            yield part
    judged.unpersist()


def _recall(cluster_lines: ClusterLines, given: Mapping[str, Any], line_ids: pa.Array, relevant: Resolved) -> Resolved:
    unknown = find_missing(line_ids, relevant)
    if not len(unknown):
        return relevant
    lines = cluster_lines.take(numbers_of(pa.chunked_array([unknown])))
    return recall_lines(lines.filter(pc.is_in(lines.column("line_id"), unknown)), relevant, **given)


def _cite(cluster_lines: ClusterLines, known: pa.Table, line_ids: pa.Array, shipments: tuple[str, ...]) -> pa.Table:
    """As `gathered.cite_cells`; known: line_id and shipment_id of all lines."""
    sampled = known.filter(pc.is_in(known.column("shipment_id"), pa.array(shipments, pa.string()))).column("line_id")
    wanted = pa.concat_arrays([line_ids.drop_null(), *sampled.chunks])
    lines = cluster_lines.take(numbers_of(pa.chunked_array([wanted])))
    lines = lines.filter(pc.is_in(lines.column("line_id"), pc.unique(wanted)))
    numbers, plan = lines.column(LINE_NO).to_numpy(), cluster_lines.plan
    places = {key: rows for key in plan.lengths if len(rows := plan.rows_of(key, numbers))}
    cells = cluster_lines.rows.where("kind = 'cells'").where(f"key in ({', '.join(map(str, places)) or 'null'})")
    found: dict[int, dict[int, str]] = {key: {} for key in places}
    for row in bring(each(cells, partial(tasks.show_rows, places))):
        found[row.key].update(unpack(row))
    texts = [found[key][row] for key, rows in places.items() for row in rows.tolist()]
    return lines.select(CITED).append_column("cells", pa.array(texts, pa.string()))


@contextlib.contextmanager
def open_engine(master: str) -> Iterator[Engine]:
    """The `Engine` of a cluster, for as long as a run takes; for arguments and errors see `open_cluster`."""
    with open_cluster(master) as session:
        yield partial(judge_on_spark, session)
