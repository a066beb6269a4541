"""Files that appear under their name only when all of them has been written; an older one stays until then."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

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


_PREFIX, _HELD = "precursor-screen-", "held"


def temporary_folder() -> Path:
    """A private folder for as long as this process runs; whoever asks for it removes it. What killed processes left goes when the next asks.

    Raises:
        OSError: there is nowhere to make it.
    """
    _remove_left(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    if fcntl is not None:
        # Never closed: the lock tells that the process lives.
        fcntl.flock(os.open(folder / _HELD, os.O_CREAT | os.O_RDWR, PRIVATE), fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder


@cache
def _remove_left(beside: str) -> None:
    for left in Path(beside).glob(f"{_PREFIX}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether the process that made a folder of ours has ended; where no lock can tell, a day must have passed."""
    try:
        if not folder.is_dir() or (fcntl is not None and folder.stat().st_uid != os.getuid()):
            return False
        if fcntl is None or not (folder / _HELD).exists():
            return time.time() - folder.stat().st_mtime > DAY
        with (folder / _HELD).open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def _to_disk(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# SHA-256 of files: whether they are what was written. What is large and has not changed since it was read is not read again.

SMALL = 1 << 18  # bytes that are read in full every time: a tenth of a millisecond
DAY = 86_400.0
_UNSETTLED_NS = 2_000_000_000  # the coarsest clock of a file system in use (FAT): two changes within it look like one


def stat_of(path: Path | None) -> os.stat_result | None:
    """The status of a file or folder, or None where there is none or it cannot be asked for."""
    try:
        return path.stat() if path is not None else None
    except OSError:
        return None


def digest_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Digests:
    """Tells whether files have the digests they should have, and remembers those of large ones.

    cache: the folder for what is remembered; None: nothing is. full: whether every file is to be read, whatever is remembered.
    """

    def __init__(self, cache: Path | None = None, full: bool = False, clock: Callable[[], float] = time.time) -> None:
        self._path = cache / "digests.json" if cache else None
        self._full = full
        self._clock = clock

    def match(self, path: Path, sha256: str) -> bool:
        """Whether a file has that digest.

        Raises:
            OSError: it cannot be read.
        """
        state = _state(path)
        remembers = self._path is not None and state["size"] > SMALL
        if remembers and not self._full and self._knows(path, state, sha256):
            return True
        right = digest_file(path) == sha256
        now = self._clock()
        if right and remembers and now * 1e9 - state["mtime_ns"] > _UNSETTLED_NS:
            self._learn(path, {**state, "sha256": sha256, "read": now})
        return right

    def _knows(self, path: Path, state: dict[str, int], sha256: str) -> bool:
        known = _read(self._path).get(str(path))
        if not isinstance(known, dict) or not isinstance(read := known.get("read"), (int, float)):
            return False
        # What is remembered may be damaged as well: it can spare a reading, and never condemn a file.
        return {**known, "read": 0} == {**state, "sha256": sha256, "read": 0} and 0 <= self._clock() - read < DAY

    def _learn(self, path: Path, entry: dict[str, Any]) -> None:
        if self._path is None:
            return
        known = {name: one for name, one in _read(self._path).items() if name != str(path) and os.path.exists(name)}
        with contextlib.suppress(OSError):  # a home that may only be read: the next run reads the file in full again
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, json.dumps({**known, str(path): entry}, indent=1), READABLE)


def _state(path: Path) -> dict[str, int]:
    known = path.stat()
    return {"size": known.st_size, "mtime_ns": known.st_mtime_ns, "ctime_ns": known.st_ctime_ns, "inode": known.st_ino}


def _read(path: Path | None) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes()) if path else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
