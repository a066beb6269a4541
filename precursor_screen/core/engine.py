"""The one way DuckDB is opened: in memory, no extensions fetched, no access to files, bounded memory.

What does not fit goes into a private temporary folder, which goes with the process: a manifest that names listed parties in
every line is slow, and not refused.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import unicodedata
from functools import cache, partial
from typing import Any

import duckdb
import pyarrow as pa

from precursor_screen.core.files import temporary_folder

MEMORY_LIMIT = "1200MB"
NFKC = "nfkc"  # the function of a text's form in Unicode, which DuckDB lacks
THREADS = "1"  # with two, 200,000 lines took a fifth more CPU time and were not screened sooner


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """The process's database, which never holds a table: what a connection makes or registers is its own and goes with it.

    As it comes DuckDB would fetch extensions from the network and spill into the working folder.
    """
    try:
        folder = str(temporary_folder())
        atexit.register(_remove, folder, os.getpid())
    except OSError:  # nowhere to write: then all must fit
        folder = ""
    database = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_external_access": "false",
            "temp_directory": folder,
            # With it DuckDB 2.0.1 gave another column's values for `qualify row_number() = 1` over a join.
            "disabled_optimizers": "top_n_window_elimination",
            "memory_limit": MEMORY_LIMIT,
            "threads": THREADS,
        },
    )
    database.create_function(NFKC, partial(unicodedata.normalize, "NFKC"), ["varchar"], "varchar")
    return database


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:  # a forked child leaves what is its parent's
        shutil.rmtree(folder, ignore_errors=True)


def _leave_to_the_parent() -> None:
    """A forked process must not share its parent's database, nor take it down: the threads that it would wait for are the parent's."""
    if _database.cache_info().currsize:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_database()))
    _database.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_the_parent)


def connect() -> duckdb.DuckDBPyConnection:
    """A connection that reads nothing but the Arrow tables registered with it, and sees nothing of any other.

    Opening a database takes 15 ms, a connection to an open one a third of a millisecond; a run needs about ten.
    """
    return _database().cursor()


def ask(query: str, schema: pa.Schema | None = None, /, **tables: pa.Table) -> pa.Table:
    """What a query gives of some tables, each under the name by which it is passed; see `fetch`."""
    with connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return fetch(connection, query, schema)


def fetch(connection: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema | None = None) -> pa.Table:
    """Runs a query and returns its rows as an Arrow table, cast to `schema` where one is given."""
    result: Any = connection.sql(query).to_arrow_table()
    return result.cast(schema) if schema is not None else result
