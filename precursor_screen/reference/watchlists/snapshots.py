"""The folder of one list: numbered snapshots, and a pointer to the current one."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from precursor_screen.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.attempts import IMPORTED, read_attempts
from precursor_screen.reference.watchlists.interface import ListFile
from precursor_screen.reference.watchlists.manifest import SourceFile
from precursor_screen.reference.watchlists.opened import INDEX_PREFIX, SEALED_FILES
from precursor_screen.store.digests import digest_file
from precursor_screen.store.sealed import POINTER, SUMS, DamagedError, Pointer, point, read_pointer, seal

LOCK, BUILDING = ".lock", ".building-"
KEPT = 5  # snapshots: what changed lately can be told, and a run that is still going keeps what it opened


def snapshot_numbers(place: Path) -> list[int]:
    """The numbers of all snapshots that are there, ascending."""
    return sorted(int(p.name) for p in place.iterdir() if p.is_dir() and p.name.isdecimal())


def was_imported(place: Path) -> bool:
    """Whether the list was ever imported, also if nothing is left of it."""
    if not place.is_dir():
        return False
    if (place / POINTER).exists() or snapshot_numbers(place):
        return True
    return any(attempt.outcome == IMPORTED for attempt in read_attempts(place))


def current_snapshot(place: Path, list_id: str) -> tuple[Path, str]:
    """The folder of the current snapshot, and what the digest of its SHA256SUMS must be (empty: not known).

    Raises:
        WatchlistError: there is no pointer, or it points at nothing.
    """
    remedy = f"Import it again: precursor-screen watchlists import {list_id} FILE"
    try:
        pointer = read_pointer(place)
    except (OSError, DamagedError) as error:
        message = f"Watchlist {list_id} has no current copy."
        raise WatchlistError(message, where=Where(str(place / POINTER)), remedy=remedy) from error
    folder = place / str(pointer.number)
    if not folder.is_dir():
        message = f"Snapshot {pointer.number} of watchlist {list_id} is missing."
        raise WatchlistError(message, where=Where(str(place)), remedy=remedy)
    return folder, pointer.seal


def begin_snapshot(place: Path, number: int) -> Path:
    """An empty folder beside the snapshots, in which the next one is built."""
    for left_over in place.glob(f"{BUILDING}*"):
        shutil.rmtree(left_over)  # of an import that was killed; nobody else writes while the lock is held
    building = place / f"{BUILDING}{number}"
    building.mkdir()
    return building


def keep_source(file: ListFile, folder: Path) -> SourceFile:
    """Copy a source file, as it was offered, into a snapshot.

    Raises:
        WatchlistError: its name is one that a snapshot uses itself.
    """
    if file.name in (*SEALED_FILES, SUMS) or file.name.startswith(INDEX_PREFIX):
        message = "The file has a name that the store uses itself."
        raise WatchlistError(message, where=Where(file.name), remedy="Rename it.")
    copy = folder / file.name
    shutil.copyfile(file.path, copy)
    return SourceFile(file.name, digest_file(copy), copy.stat().st_size)


def finish_snapshot(building: Path, place: Path, number: int) -> None:
    """Write down the digests of a snapshot, rename it into place, point at it, and remove the oldest beyond those that are kept."""
    sealed = seal(building, SEALED_FILES)
    building.replace(place / str(number))
    point(place, Pointer(number, sealed))
    for old in [n for n in snapshot_numbers(place) if n != number][: -(KEPT - 1)]:
        # A snapshot that a run has mapped cannot be removed on Windows; the next import tries again.
        shutil.rmtree(place / str(old), ignore_errors=True)


def remove_snapshots(place: Path) -> None:
    """Remove a list with all that is known of it; the pointer goes last, so that half a removal shows as a missing list.

    Raises:
        OSError: something cannot be removed.
    """
    for path in sorted(place.iterdir(), key=lambda p: p.name == POINTER):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def remove_empty(place: Path) -> None:
    """Remove the folder of a list that was removed, unless somebody has begun to import the list anew."""
    with contextlib.suppress(OSError):
        if [path.name for path in place.iterdir()] in ([], [LOCK]):
            (place / LOCK).unlink(missing_ok=True)
            place.rmdir()
