"""Numbered snapshots of one thing in a folder, and a pointer to the current one. They show any damage.

    <place>/current            `3 <SHA-256 of 3/SHA256SUMS>`
    <place>/3/SHA256SUMS       one line a file, as `sha256sum -c` reads it

A snapshot is written beside and renamed into place, and only then is the pointer replaced: a run sees the old one or the new one, never
half of either. A snapshot of before there were digests has a pointer of one word and no SHA256SUMS; `add_missing_sums` gives it both.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from msgspec import Struct

from precursor_screen.core.errors import PrecursorScreenError
from precursor_screen.core.files import READABLE, Digests, digest_file, write_whole

SUMS, POINTER, LOCK = "SHA256SUMS", "current", ".lock"
KEPT = 5  # snapshots: what changed lately can be told, and a run that is still going keeps what it opened
LOCK_SECONDS = 30.0
_BUILDING = ".building-"
_POINTER = re.compile(rb"(0|[1-9]\d{0,17})(?: ([0-9a-f]{64}))?\n")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class DamagedError(Exception):
    """A file is not what was written; the message says which and how."""


class Snapshots(Struct, frozen=True):
    """The snapshots in a folder. files: those of a snapshot that are sealed."""

    place: Path
    files: tuple[str, ...]

    def numbers(self) -> list[int]:
        """The numbers of all snapshots that are there, ascending."""
        return sorted(int(p.name) for p in self.place.iterdir() if p.is_dir() and p.name.isdecimal())

    def exist(self) -> bool:
        """Whether there ever was one, as far as anything is left of it."""
        return self.place.is_dir() and ((self.place / POINTER).exists() or bool(self.numbers()))

    def current(self) -> tuple[Path, str]:
        """The folder of the current one, and the digest of its SHA256SUMS (empty: it was written before there were any).

        Raises:
            OSError: there is no pointer, or it cannot be read.
            DamagedError: it is not a pointer.
        """
        found = _POINTER.fullmatch((self.place / POINTER).read_bytes())
        if found is None:
            raise DamagedError("the pointer to the current snapshot is damaged")
        return self.place / str(int(found[1])), (found[2] or b"").decode()

    @contextmanager
    def locked(self, kind: type[PrecursorScreenError], busy: str) -> Iterator[None]:
        """Nobody else writes meanwhile; makes the folder.

        Raises:
            PrecursorScreenError: of that kind and with that message, where somebody does and does not end.
        """
        self.place.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.place / LOCK, timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise kind(busy, where=self.place, remedy="Wait until it has ended, then try again.") from error

    @contextmanager
    def next(self) -> Iterator[tuple[int, Path]]:
        """The number of the next one and an empty folder for it; it becomes the current one when the block ends without an error.

        The oldest beyond those that are kept go. To be called with the lock held.
        """
        for left_over in self.place.glob(f"{_BUILDING}*"):
            shutil.rmtree(left_over)  # of an import that was killed
        number = max(self.numbers(), default=0) + 1
        building = self.place / f"{_BUILDING}{number}"
        building.mkdir()
        yield number, building
        sums_sha256 = self._write_sums(building)
        building.replace(self.place / str(number))
        self._point(number, sums_sha256)
        for old in self.numbers()[:-KEPT]:
            # A snapshot that a run has mapped cannot be removed on Windows; the next import tries again.
            shutil.rmtree(self.place / str(old), ignore_errors=True)

    def add_missing_sums(self) -> None:
        """Writes down the digests of a snapshot of before there were any, if it is still the current one and nobody writes."""
        with suppress(OSError, DamagedError, Timeout), FileLock(self.place / LOCK, timeout=0):
            folder, sums_sha256 = self.current()
            if not sums_sha256:
                self._point(int(folder.name), self._write_sums(folder))

    def remove(self) -> None:
        """Removes all of them; the pointer goes last, so that half a removal shows as a missing one.

        Raises:
            OSError: something cannot be removed.
        """
        for path in sorted(self.place.iterdir(), key=lambda p: p.name == POINTER):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LOCK:
                path.unlink()

    def remove_empty(self) -> None:
        """Removes the folder of what was removed, unless somebody has begun to import it anew."""
        with suppress(OSError):
            if [path.name for path in self.place.iterdir()] in ([], [LOCK]):
                (self.place / LOCK).unlink(missing_ok=True)
                self.place.rmdir()

    def _write_sums(self, folder: Path) -> str:
        """Writes the digests of the files of a snapshot into its SHA256SUMS; returns the digest of that."""
        text = "".join(f"{digest_file(folder / name)}  {name}\n" for name in sorted(self.files))
        write_whole(folder / SUMS, text, READABLE, durable=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _point(self, number: int, sums_sha256: str) -> None:
        write_whole(self.place / POINTER, f"{number} {sums_sha256}\n", READABLE, durable=True)


def check(folder: Path, files: tuple[str, ...], digests: Digests, sums_sha256: str = "") -> bool:
    """Checks the files of a snapshot that are about to be read.

    Args:
        folder: of the snapshot.
        files: their names.
        digests: what knows the digests of files.
        sums_sha256: what the digest of SHA256SUMS must be; empty: not known, as of snapshots that are not current.

    Returns:
        False where it was written before there were digests, so that there is nothing to check.

    Raises:
        DamagedError: one is not what was written.
        OSError: one is missing or cannot be read.
    """
    if not sums_sha256 and not (folder / SUMS).exists():
        return False
    if sums_sha256 and not digests.match(folder / SUMS, sums_sha256):
        raise DamagedError(f"{SUMS} is not what was written")
    try:
        lines = [_LINE.fullmatch(line) for line in (folder / SUMS).read_text("utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise DamagedError(f"{SUMS} is damaged") from error
    known = {line[2]: line[1] for line in lines if line}
    if len(known) < len(lines):
        raise DamagedError(f"{SUMS} is damaged")
    for name in files:
        if name not in known:
            raise DamagedError(f"{SUMS} does not name {name}")
        if not digests.match(folder / name, known[name]):
            raise DamagedError(f"{name} is not what was written")
    return True
