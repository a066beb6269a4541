"""Pipes that were named as an input (`<(command)`, a FIFO): read to their end, and not waited for for ever."""

from __future__ import annotations

import os
import select
from pathlib import Path

from precursor_screen.errors import UnreadableManifest, Where

IDLE_SECONDS = 60.0
MAX_BYTES = 2 << 30
_CHUNK = 1 << 20


def read_stream(path: Path, name: str) -> bytes:
    """Everything that is written into a pipe until its last writer closes it.

    Args:
        path: the pipe.
        name: how reports call it.

    Raises:
        UnreadableManifest: nothing came for a minute, more than 2 GiB came, or it cannot be read.
    """
    parts: list[bytes] = []
    size = 0
    # A pipe that nobody writes to yet would hold up the opening itself, for ever. (No such flag on Windows, which has no such pipes.)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        while True:
            if not poll.poll(IDLE_SECONDS * 1000):
                raise UnreadableManifest(
                    f"is a pipe through which nothing came for {IDLE_SECONDS:g} seconds",
                    where=Where(name),
                    remedy="Check the program that should write into it, or let it write a file first.",
                )
            try:
                part = os.read(handle, _CHUNK)
            except BlockingIOError:
                continue
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                raise UnreadableManifest(
                    f"is a pipe through which more than {MAX_BYTES >> 30} GiB came",
                    where=Where(name),
                    remedy="Write it to a file first, and split that.",
                )
    finally:
        os.close(handle)
