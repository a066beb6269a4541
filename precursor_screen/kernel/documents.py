"""Registers of documents, as queries see them: where their rows are, and which row is the document that goods name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb
import pyarrow as pa

from precursor_screen.rulebook.sql import same_reference
from precursor_screen.rulebook.windows import Window


def open_registers(connection: duckdb.DuckDBPyConnection, registers: Mapping[str, pa.Table]) -> None:
    """Makes the rows of registers, by name, known to a connection under `register_table`."""
    for name, rows in registers.items():
        connection.register(register_table(name), rows)


def register_table(register: str) -> str:
    """SQL name of the rows of a register."""
    return f"register_{register.replace('-', '_')}"


def is_document(window: Window, own: Iterable[str]) -> str:
    """SQL that is true where the row `r` of a window's register is the document that goods name.

    Args:
        window: says which columns of the register must agree.
        own: SQL of what the goods say, in the order of `window.matched`.
    """
    return " and ".join(same_reference(f'r."{column}"', sql) for (_, column), sql in zip(window.matched, own, strict=True))
