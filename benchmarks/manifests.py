"""Manifests for benchmarks as files: coherent or random, of 10 or 22 columns, CSV or Parquet. Both formats hold the same text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from coherent import coherent_chunks
from data import random_chunks

# What an office exports when it is asked for a table of goods.
TEN = (
    *("Bill of Lading", "Item No", "Shipper", "Consignee", "Description of Goods", "HS Code", "Net Weight KG"),
    *("Country of Dispatch", "Country of Destination", "Date"),
)


def write_manifest(
    path: Path, lines: int, *, coherent: bool = False, columns: int = 22, listed: Sequence[str] = (), seed: int = 1988
) -> None:
    """Writes a manifest.

    Args:
        path: to write; the suffix says whether as CSV or as Parquet.
        lines: how many.
        coherent: as trade is, else at random.
        columns: 10 or 22.
        listed: names of listed parties, of which a coherent manifest has some.
        seed: of everything that is drawn.
    """
    chunks = coherent_chunks(lines, seed, listed) if coherent else random_chunks(lines, seed)
    write_chunks(path, (chunk.select(TEN) if columns == len(TEN) else chunk for chunk in chunks))


def write_chunks(path: Path, chunks: Iterable[pa.Table]) -> None:
    """Writes tables of one schema as one file."""
    writer = None
    for chunk in chunks:
        if writer is None:
            kind = pyarrow.parquet.ParquetWriter if path.suffix == ".parquet" else pyarrow.csv.CSVWriter
            writer = kind(path, chunk.schema)
        writer.write_table(chunk)
    if writer is not None:
        writer.close()
