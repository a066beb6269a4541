"""The ledger's tables as files, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from precursor_screen.core.errors import UsageError, Where
from precursor_screen.history.store import Ledger
from precursor_screen.reporting.interface import PRIVATE, whole_file
from precursor_screen.reporting.tables import write_rows


def export_tables(ledger: Ledger, folder: Path, kind: str, mode: int = PRIVATE) -> dict[str, int]:
    """Writes each table of the ledger into a file of the folder, all as they are at one moment.

    Args:
        ledger: to read.
        folder: made where it does not exist; no file in it is replaced.
        kind: parquet or csv (formulas defused).
        mode: permissions of the files.

    Returns:
        Rows by table.

    Raises:
        UsageError: a file exists already, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", where=Where(str(folder)), remedy="Check the path.") from error
    counts: dict[str, int] = {}
    with ledger.tables() as tables:
        for name, schema, batches in tables:
            path = folder / f"{name}.{kind}"
            if path.exists():
                raise UsageError("exists", where=Where(str(path)), remedy="Name another folder: an export replaces nothing.")
            with whole_file(path, mode) as stream:
                write = _write_parquet if kind == "parquet" else _write_csv
                counts[name] = write(stream, schema, batches)
    return counts


def _write_parquet(stream: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    with pq.ParquetWriter(stream, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _write_csv(stream: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return write_rows(schema.names, rows, stream)
