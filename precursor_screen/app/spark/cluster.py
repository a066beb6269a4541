"""A Spark cluster: how it is opened, how rows travel, what is said where it fails."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from precursor_screen.app.spark.tasks import SCHEMA, Numbers, Row, Work, on_batches
from precursor_screen.core.errors import MissingExtra, UsageError, WorkerDied
from precursor_screen.core.kept import program_digest
from precursor_screen.core.left_out import let_pandas_in

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

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
