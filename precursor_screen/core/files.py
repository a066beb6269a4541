"""Files that appear under their name only when all of them has been written; an older one stays until then."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600  # for the owner alone
READABLE: Final = 0o644
PART: Final = ".part"  # how the name of a file ends that is still being written, or was when its writer was killed


@contextlib.contextmanager
def written_whole(path: Path, mode: int | None = PRIVATE, *, durable: bool = False) -> Iterator[Path]:
    """An empty file beside `path`, which takes its place when the block ends without an error, and is removed otherwise.

    Args:
        path: where the file is to be.
        mode: its permissions, which it never exceeds, not even while it is written; None: what the process's mask leaves of 0666.
            Windows knows no such permissions: there the folder's rules hold.
        durable: whether it is to be on the disk before it takes its place.

    Raises:
        OSError: the folder does not exist or cannot be written to, or there is no room.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        if durable:
            _to_disk(beside)
        beside.chmod(0o666 & ~_umask() if mode is None else mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes, mode: int | None = PRIVATE, *, durable: bool = False) -> None:
    """Writes a small file whole, text as UTF-8; arguments and errors as of `written_whole`."""
    with written_whole(path, mode, durable=durable) as beside:
        beside.write_bytes(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


def remove_oldest(folder: Path, pattern: str, most: int) -> None:
    """No more files of a pattern than are kept; one that somebody else removes or still holds is left to them."""
    dated = []
    for path in folder.glob(pattern):
        with contextlib.suppress(OSError):
            dated.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(dated)[:-most]:
        with contextlib.suppress(OSError):
            path.unlink()


def _to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
