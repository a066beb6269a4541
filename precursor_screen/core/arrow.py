"""Arrow tables: as uncompressed files, which processes map into memory and share, as bytes between processes; some rows of large ones; and kinds of arrays."""

from __future__ import annotations

import mmap
import weakref
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]


def take_rows(table: pa.Table, rows: Ints) -> pa.Table:
    """Some rows of a table that lies in many pieces, in the order that is given.

    `Table.take` puts the pieces of each column of texts together first: for some rows of millions it reads and copies all of them.
    """
    if not len(rows):
        return table.slice(0, 0)
    low = int(rows.min())
    near = table.slice(low, int(rows.max()) - low + 1)
    there = np.zeros(near.num_rows, dtype=np.bool_)
    there[rows - low] = True
    found = near.filter(pa.array(there))
    if (rows[1:] > rows[:-1]).all():
        return found
    return found.take(pa.array(np.searchsorted(np.flatnonzero(there), rows - low)))


def tuples_of(table: pa.Table | pa.RecordBatch, *names: str) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns, or of all where none is named, as Python values."""
    return zip(*(column.to_pylist() for column in (map(table.column, names) if names else table.columns)), strict=True)


def rows_with(table: pa.Table, name: str, values: Any) -> pa.Table:
    """The rows whose cell of a column is one of some values."""
    return table.filter(_is_one(table.column(name), values))


def rows_without(table: pa.Table, name: str, values: Any) -> pa.Table:
    """The rows whose cell of a column is none of some values."""
    return table.filter(pc.invert(_is_one(table.column(name), values)))


def _is_one(column: pa.ChunkedArray, values: Any) -> pa.ChunkedArray:
    known = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(list(values), column.type)
    return pc.is_in(column, value_set=known)


def text_bytes(chunk: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes in which texts stand, at least one, and where among them each begins, and the last ends."""
    _, offsets, data = chunk.buffers()
    texts = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    if offsets is None or not len(chunk):
        return texts, np.zeros(1, np.int32)
    return texts, np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]


def holds(column: pa.ChunkedArray, text: bytes) -> bool:
    """Whether a text may stand in any cell: it stands in their bytes, if only where one cell ends and the next begins."""
    return any(text in data[offsets[0] : offsets[-1]].tobytes() for data, offsets in map(text_bytes, column.chunks))


def set_columns(table: pa.Table, columns: Mapping[str, Any] | pa.Table) -> pa.Table:
    """A table with some columns, each in the place of the one that is called so, else behind all others."""
    named = zip(columns.column_names, columns.columns, strict=True) if isinstance(columns, pa.Table) else columns.items()
    for name, values in named:
        at = table.schema.get_field_index(name)
        table = table.append_column(name, values) if at < 0 else table.set_column(at, name, values)
    return table


def expand(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """All places of some ranges, one after another: for each the number of its range, and the place."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    return of, np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(of))


def pack_table(table: pa.Table, compression: str | None = None) -> bytes:
    """A table as Arrow's IPC stream. A pickle of a message's tables takes twenty times as long."""
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink := pa.BufferOutputStream(), table.schema, options=options) as stream:
        stream.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def unpack_table(content: bytes, columns: Collection[str] = ()) -> pa.Table:
    """A table out of `pack_table`; columns: those that are wanted, as far as they are there; none: all."""
    stream = pa.ipc.open_stream(content)
    if columns:
        wanted = [place for place, name in enumerate(stream.schema.names) if name in columns]
        stream = pa.ipc.open_stream(content, options=pa.ipc.IpcReadOptions(included_fields=wanted))
    return stream.read_all()


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


# Large tables of a run lie in files of one process, or pass from one to another in them; pages that were read go when memory is wanted.

TRAVELS_AS_FILE = 1 << 20  # bytes of a table from which it passes between processes in a file
_maps: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()


def append_table(file: IO[bytes], table: pa.Table) -> int:
    """Writes a table behind what a file holds, as an IPC stream; returns where it ends."""
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    file.write(bytes(-file.tell() % 64))  # Arrow wants what it maps to begin at such a place
    return file.tell()


def map_file(file: IO[bytes]) -> pa.Buffer:
    """What a file holds, mapped for as long as a table in it is used, whether or not the file is still there."""
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _maps.add(mapped)
    return pa.py_buffer(mapped)


def is_mapped(table: pa.Table) -> bool:
    """Whether a table with rows lies in such files, and takes no memory of its own."""
    places = [(buffer.address, buffer.address + buffer.size) for buffer in map(pa.py_buffer, list(_maps))]
    chunks = (chunk for column in table.columns for chunk in column.chunks)
    buffers = [buffer for chunk in chunks for buffer in chunk.buffers() if buffer is not None and buffer.size]
    return bool(buffers) and all(any(begin <= one.address < end for begin, end in places) for one in buffers)


def release_pages() -> None:
    """Lets go of the pages that were read; they are read again when they are needed."""
    for one in list(_maps):
        if hasattr(one, "madvise"):
            one.madvise(mmap.MADV_DONTNEED)
    pa.default_memory_pool().release_unused()
