"""The bytes of one input: a file on disk or bytes in memory, read as often as needed without keeping both."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest, Where

CHUNK = 4 << 20
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
            raise UnreadableManifest(
                f"cannot be opened ({error.strerror or error})",
                where=Where(self.name),
                remedy="Check the path and who may read it.",
            ) from error
        kind = stat.S_IFMT(os.fstat(stream.fileno()).st_mode)
        if kind != stat.S_IFREG:  # a device may never end
            stream.close()
            raise UnreadableManifest(
                f"is {_KINDS.get(kind, 'no file')}, not a file", where=Where(self.name), remedy="Write it to a file first."
            )
        return stream

    def head(self, size: int = 1 << 16) -> bytes:
        """The first `size` bytes."""
        if isinstance(self.source, bytes):
            return self.source[:size]
        with self.open() as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """All bytes."""
        if isinstance(self.source, bytes):
            return self.source
        with self.open() as stream:
            return stream.read()

    def size(self) -> int:
        """Number of bytes."""
        if isinstance(self.source, bytes):
            return len(self.source)
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
