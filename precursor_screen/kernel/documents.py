"""Registers of documents, as queries see them."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa


def open_registers(connection: duckdb.DuckDBPyConnection, registers: Mapping[str, pa.Table]) -> None:
    """Makes the rows of registers, by name, known to a connection under `register_table`."""
    for name, rows in registers.items():
        connection.register(register_table(name), rows)


def register_table(register: str) -> str:
    """SQL name of the rows of a register."""
    return f"register_{register.replace('-', '_')}"
