"""Tables as uncompressed Arrow files, which processes map into memory and share."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa


def write_arrow(table: pa.Table, path: Path) -> None:
    """Writes a table as one batch."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def map_arrow(path: Path) -> pa.Table:
    """Maps a table into memory.

    Raises:
        OSError, pa.ArrowInvalid: missing or damaged.
    """
    with pa.memory_map(str(path), "r") as source:
        return pa.ipc.open_file(source).read_all()
