"""The bytes of one input: a file on disk or bytes in memory, read as often as needed without keeping both."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest

# How much of an input is read. Beyond these an input is set aside, and the message says which limit it was.

MB = 1 << 20
UNPACKED_BYTES = 4 << 30  # of an archive, or of all parts of a workbook
FREE_BYTES = 64 * MB  # below this any ratio passes: a small manifest of equal rows packs a thousandfold
UNPACKED_RATIO = 400
MEMBERS = 10_000  # of an archive
MAX_NESTING = 3  # archives and e-mails within each other
MAIL_BYTES = 256 * MB  # of an e-mail with all its attachments
COLUMNS = 16_384  # Excel's own limit; a wider Parquet or Arrow file holds data in its names

# Memory of the process that reads a binary format, above what it has when it starts.
MEMORY_BASE = 1 << 30
MEMORY_MOST = 4 << 30
MEMORY_TIMES = 10  # times the input, unpacked, comes on top
CELL_BYTES = 40  # calamine keeps the rectangle from the first to the last used cell, 32 bytes each, empty ones too

PACKED = 16  # times that the streams of a PDF unpack to about
SECONDS = 60.0  # for one input
SECONDS_A_MB = 2.0  # more, for each megabyte unpacked
LARGE_TEXT = 16 * MB  # JSON from here on is read in a process of its own as well


def memory_allowed(size: int) -> int:
    """Bytes that reading an input of this size, unpacked, may take."""
    return min(MEMORY_MOST, MEMORY_BASE + MEMORY_TIMES * size)


def cells_allowed(size: int) -> int:
    """Cells of the rectangle that one sheet may span, used or not, in a workbook of this size, unpacked."""
    return memory_allowed(size) // CELL_BYTES


def seconds_allowed(size: int) -> float:
    """Time that reading an input of this size, unpacked, may take."""
    return SECONDS + SECONDS_A_MB * size / MB


CHUNK = 4 << 20
EMPTY = "Check where it comes from: a copy may be incomplete, or the command before it may have failed. Else ask for it again."


def unreadable(name: str, message: str, remedy: str) -> UnreadableManifest:
    """The error of an input, by its name, that cannot be read."""
    return UnreadableManifest(message, where=name, remedy=remedy)


def damaged_workbook(name: str, reason: object) -> UnreadableManifest:
    """The error of a workbook that its reader cannot follow."""
    return unreadable(name, f"is a damaged workbook ({reason})", "Open it in its own program and save it again as XLSX.")


# A pipe that nobody writes to, and some devices, would hold up the opening itself.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_KINDS = {
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


class Blob(Struct, frozen=True):
    """An input: its name in reports (file, or `archive!member`), where its bytes are, and the memo file that came with it in an archive."""

    name: str
    source: Path | bytes
    memo: bytes = b""

    def open(self) -> BinaryIO:
        """A fresh binary stream at the first byte.

        Raises:
            UnreadableManifest: the file is gone, may not be read, or is a device, a pipe, a socket or a folder.
        """
        if isinstance(self.source, bytes):
            return io.BytesIO(self.source)
        try:
            stream = os.fdopen(os.open(self.source, _FLAGS), "rb")
        except OSError as error:
            raise unreadable(
                self.name, f"cannot be opened ({error.strerror or error})", "Check the path and who may read it."
            ) from error
        kind = stat.S_IFMT(os.fstat(stream.fileno()).st_mode)
        if kind != stat.S_IFREG:  # a device may never end
            stream.close()
            raise unreadable(
                self.name, f"is {_KINDS.get(kind, 'no file')}, not a file", "Save what comes from it in a file, and give that."
            )
        return stream

    def head(self, size: int = 1 << 16) -> bytes:
        """The first `size` bytes."""
        with self.open() as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """All bytes."""
        with self.open() as stream:
            return stream.read()

    def size(self) -> int:
        """Number of bytes."""
        with self.open() as stream:
            return stream.seek(0, io.SEEK_END)

    def sha256(self) -> str:
        """Digest of the bytes, and of the memo file behind them, hexadecimal."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        digest.update(self.memo)
        return digest.hexdigest()
