"""What a run has read and may need again, on disk instead of in memory.

The file has no name: nobody else can open it, and it is gone with the process, however that ends. Where nothing can be written, all
stays in memory.
"""

from __future__ import annotations

import mmap
import tempfile
from typing import IO

import pyarrow as pa

WORTHWHILE = 32 << 20  # bytes of tables that are written together; what is smaller stays in memory


class Spool:
    """Tables by number. Those that are written come back through the memory map, without a copy."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []
        self._waiting: list[int] = []  # tables that are in memory still
        self._bytes = 0
        self._maps: list[mmap.mmap] = []

    def add(self, table: pa.Table) -> int:
        """Keeps a table; its number is its place among those added."""
        number = len(self._tables)
        self._tables.append(table)
        self._waiting.append(number)
        self._bytes += table.nbytes
        if self._bytes >= WORTHWHILE:
            self._write()
        return number

    def table(self, number: int) -> pa.Table:
        """A table as it was added."""
        return self._tables[number]

    def release(self) -> None:
        """Lets go of the pages that were read; they are read again when they are needed."""
        for one in self._maps:
            if hasattr(one, "madvise"):
                one.madvise(mmap.MADV_DONTNEED)
        pa.default_memory_pool().release_unused()

    def _write(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        try:
            with tempfile.TemporaryFile(prefix="precursor-screen-") as file:
                ends = [_append(file, self._tables[number]) for number in waiting]
                file.flush()
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError:  # the disk is full, or there is none: what is in memory is right all the same
            return
        self._maps.append(mapped)
        whole = pa.py_buffer(mapped)
        for number, begin, end in zip(waiting, [0, *ends], ends, strict=False):
            self._tables[number] = pa.ipc.open_stream(whole.slice(begin, end - begin)).read_all()


def _append(file: IO[bytes], table: pa.Table) -> int:
    """Writes a table; returns where it ends."""
    with pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table)
    file.write(bytes(-file.tell() % 64))  # Arrow wants what it maps to begin at such a place
    return file.tell()
