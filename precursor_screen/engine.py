"""The one way DuckDB is opened: in memory, no extensions fetched, no files, bounded memory."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

MEMORY_LIMIT = "1200MB"


def connect(threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An in-memory connection that reads nothing but the Arrow tables registered with it.

    As it comes DuckDB would fetch extensions from the network and spill into the working folder.
    """
    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_external_access": "false",
            "temp_directory": "",
            "memory_limit": MEMORY_LIMIT,
            "threads": str(threads),
        },
    )


def fetch(connection: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema | None = None) -> pa.Table:
    """Runs a query and returns its rows as an Arrow table, cast to `schema` where one is given."""
    result: Any = connection.sql(query).to_arrow_table()
    return result.cast(schema) if schema is not None else result
