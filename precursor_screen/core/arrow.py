"""Arrow tables: as uncompressed files, which processes map into memory and share, as bytes between processes; some rows of large ones; and kinds of arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]


def take_rows(table: pa.Table, rows: Ints) -> pa.Table:
    """Some rows of a table that lies in many pieces, in the order that is given.

    `Table.take` puts the pieces of each column of texts together first: for some rows of millions it reads and copies all of them.
    """
    wanted, places = np.unique(rows, return_inverse=True)
    there = np.zeros(table.num_rows, dtype=np.bool_)
    there[wanted] = True
    found = table.filter(pa.array(there))
    return found if np.array_equal(places, np.arange(len(wanted))) else found.take(pa.array(places))


def pack_table(table: pa.Table) -> bytes:
    """A table as Arrow's IPC stream. A pickle of a message's tables takes twenty times as long."""
    with pa.ipc.new_stream(sink := pa.BufferOutputStream(), table.schema) as stream:
        stream.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def unpack_table(content: bytes) -> pa.Table:
    """A table out of `pack_table`."""
    return pa.ipc.open_stream(content).read_all()


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
