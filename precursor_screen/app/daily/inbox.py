"""What lies in the inbox: which files are finished, and what is in them; and the folder from which officers' verdicts are taken."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec import Struct

from precursor_screen.app.inputs import Source, read_one, safe_name
from precursor_screen.app.run_settings import walk
from precursor_screen.app.verdict_files import read_verdicts
from precursor_screen.cases.review import Added, import_verdicts
from precursor_screen.core.errors import PrecursorScreenError, UnreadableManifest
from precursor_screen.core.files import stat_of, write_whole
from precursor_screen.core.words import how_ended
from precursor_screen.formats.blob import Blob, seconds_allowed
from precursor_screen.history.store import Ledger
from precursor_screen.readers.interface import ReadOptions

# Files that may have ended the process that read them.

_SLACK = 60.0  # seconds for the process to start


def read_note(path: Path) -> frozenset[str]:
    """The files, by digest, that a process which ended had taken up."""
    try:
        return frozenset(map(str, json.loads(path.read_text("utf-8"))))
    except (OSError, ValueError, TypeError):
        return frozenset()


def find_deadly(sources: Sequence[Source], options: ReadOptions) -> dict[str, str]:
    """Reads some files in a process that may die.

    Returns:
        Name of each that killed it, or took too long -> what happened.
    """
    deadly: dict[str, str] = {}
    left = list(sources)
    while left:
        done, what = _try(left, options)
        if done == len(left):
            break
        deadly[left[done].name] = what
        left = left[done + 1 :]
    return deadly


def _try(sources: Sequence[Source], options: ReadOptions) -> tuple[int, str]:
    """How many could be read before the process ended, and what ended it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_read_all, args=(theirs, tuple(sources), options), daemon=True)
    process.start()
    theirs.close()
    done, what, started = 0, "", False
    try:
        while done < len(sources):
            seconds = _SLACK + (seconds_allowed(_size(sources[done])) if started else 0.0)
            if not ours.poll(seconds):
                what = f"took more than {seconds:.0f} seconds to read"
                break
            ours.recv()
            done, started = done + started, True
    except (EOFError, OSError):
        process.join()
        what = f"ended the process that read it ({how_ended(process.exitcode)})"
    finally:
        process.kill()
        process.join()
        ours.close()
    return (done, what) if started else (len(sources), "")  # one that never started says nothing of the files


def _size(source: Source) -> int:
    known = stat_of(source.path)
    return known.st_size if known is not None else 0


def _read_all(said: Connection, sources: tuple[Source, ...], options: ReadOptions) -> None:
    said.send(0)
    for source in sources:
        with contextlib.suppress(PrecursorScreenError, Exception):
            read_one(source, options, keep_fault=str)
        said.send(0)


# How programs call what they have not finished.
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", "~")
# What does not change by itself, and is told of once: name it again only in the weekly word.
NOWHERE = "is a link that leads nowhere. Remove it, or restore what it leads to."
NOT_A_FILE = "is a pipe, a socket or a device, not a file. Remove it."
RACY_NS = 2_000_000_000  # the coarsest clock of a file system in use: two changes within it look like one


class Stamp(Struct, frozen=True):
    """By what one sees that a file has changed, without reading it. Times in nanoseconds; changed: of content, name or permissions."""

    size: int
    modified: int
    changed: int
    inode: int

    def age(self, now: float) -> float:
        """Seconds since the last change; 0 for one that lies in the future, as after a clock was set back."""
        return max(0.0, now - max(self.modified, self.changed) / 1e9)


class Listed(Struct, frozen=True):
    """A file of the inbox. name: its path within, as reports call it."""

    name: str
    path: Path
    stamp: Stamp


class Listing(Struct, frozen=True):
    """An inbox at one moment.

    Attributes:
        files: what may be read, in the order of paths.
        unfinished: names of what still has the name of something unfinished.
        problems: name and reason of what cannot be read.
    """

    files: tuple[Listed, ...]
    unfinished: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


def list_inbox(inbox: Path) -> Listing:
    """Everything below the inbox but hidden files.

    Raises:
        OSError: it cannot be listed.
    """
    files, unfinished, problems = [], [], []
    for found in walk(inbox):
        name = safe_name(found.path.relative_to(inbox).as_posix())
        if found.note:
            continue  # a link to what is read under its own name
        if found.path.name.startswith("~$") or found.path.name.lower().endswith(UNFINISHED):
            unfinished.append(name)
            continue
        try:
            stamp = None if found.problem else _stamp(found.path)
        except FileNotFoundError:
            if not found.path.is_symlink():
                continue  # taken away since it was listed
            problems.append((name, NOWHERE))
            continue
        except OSError as error:
            problems.append((name, f"cannot be opened ({error.strerror}). Check its permissions."))
            continue
        if stamp is None:
            problems.append((name, found.problem or NOT_A_FILE))
        else:
            files.append(Listed(name, found.path, stamp))
    return Listing(tuple(files), tuple(unfinished), tuple(problems))


def _stamp(path: Path) -> Stamp | None:
    """None: it is a pipe, a device or a socket."""
    known = path.stat()
    if not stat.S_ISREG(known.st_mode):
        return None
    return Stamp(known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino)


def quiet_files(
    files: Iterable[Listed],
    seconds: float,
    *,
    pause: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> tuple[tuple[Listed, ...], tuple[Listed, ...]]:
    """Tells files that nobody writes to any more from the others. Those that changed lately are looked at again after a while.

    Args:
        files: as they are listed.
        seconds: for which a file must not have changed; nothing is waited for any longer.
        pause: waits.
        now: the time.

    Returns:
        Those that have settled, and those that have not (or are gone).
    """
    files, at = tuple(files), now()
    missing = {f.name: max(0.0, seconds - f.stamp.age(at)) for f in files}
    longest = max(missing.values(), default=0.0)
    if longest:
        pause(longest)
    ready: list[Listed] = []
    waiting: list[Listed] = []
    for file in files:
        (ready if not missing[file.name] or is_as_before(file) else waiting).append(file)
    return tuple(ready), tuple(waiting)


def is_as_before(file: Listed) -> bool:
    """Whether a file is still what was listed."""
    try:
        return _stamp(file.path) == file.stamp
    except OSError:
        return False


class Digests:
    """SHA-256 of files, remembered for those that have not changed since, so that an inbox of years is not read every day."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        """Args:
        path: where they are remembered; a file that is damaged or missing costs time only.
        now: the time.
        """
        self._path, self._now = path, now
        self._known: dict[str, list[int | str]] = {}
        with contextlib.suppress(OSError, ValueError):
            known = json.loads(path.read_text("utf-8"))
            if isinstance(known, dict):
                self._known = known
        self._met: dict[str, list[int | str]] = {}

    def of(self, file: Listed) -> str:
        """The digest of a file.

        Raises:
            UnreadableManifest: it cannot be read.
        """
        stamp = [file.stamp.size, file.stamp.modified, file.stamp.changed, file.stamp.inode]
        key = str(file.path.absolute()).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        known = self._known.get(key)
        if isinstance(known, list) and known[:-1] == stamp and isinstance(known[-1], str):
            sha256 = known[-1]
        else:
            try:
                sha256 = Blob(file.name, file.path).sha256()
            except OSError as error:
                raise UnreadableManifest(
                    f"cannot be read ({error.strerror or error})", remedy="Check its permissions."
                ) from error
        if file.stamp.age(self._now()) * 1e9 > RACY_NS:
            self._met[key] = [*stamp, sha256]
        return sha256

    def save(self) -> None:
        """Remembers what was met this time, and nothing else."""
        if self._met != self._known:
            write_whole(self._path, json.dumps(self._met))


# Verdicts that officers put into a folder: files that the page saved, and workbooks in which verdicts were chosen.

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_MOST_REFUSED = 5  # that a mail tells one by one


class VerdictsTaken(Struct, frozen=True):
    """What came of a folder: a sentence each; whether something was refused; what is done with, digest -> name."""

    remarks: tuple[str, ...]
    refused: bool
    done: Mapping[str, str]


def take_verdicts(
    ledger: Ledger,
    folder: Path,
    officer: str,
    now: datetime,
    done: Mapping[str, str],
    quiet_seconds: float,
    may_clear: Collection[str] = (),
) -> VerdictsTaken:
    """Adds the verdicts of the files that are new by content and have not changed for some seconds.

    Args:
        ledger: that holds the flags.
        folder: with the files.
        officer: who speaks where a file does not say.
        now: when, likewise.
        done: what earlier runs took, digest -> name.
        quiet_seconds: seconds.
        may_clear: see `casework.review.add_verdicts`.

    Raises:
        OSError: the folder cannot be listed.
        LedgerError: the ledger is held or damaged.
    """
    remarks: list[str] = []
    refused, met = False, dict(done)
    for file in _files(folder, quiet_seconds):
        try:
            sha256 = Blob(file.name, file.path).sha256()
            if sha256 in met:
                continue
            drafts = read_verdicts(file.path).drafts
        except OSError as error:
            drafts, refused = [], True
            remarks.append(f"Verdicts in {file.name} were NOT taken: {UnreadableManifest(f'cannot be read ({error.strerror})')}")
            continue
        except PrecursorScreenError as error:
            refused, met[sha256] = True, file.name
            remarks.append(f"Verdicts in {file.name} were NOT taken: {error}")
            continue
        met[sha256] = file.name
        if drafts:
            added = import_verdicts(ledger, drafts, officer, now, may_clear)
            remarks.append(_remark(file.name, added))
            refused |= bool(added.refused)
    return VerdictsTaken(tuple(remarks), refused, met)


def _files(folder: Path, quiet_seconds: float) -> Iterator[Listed]:
    for file in list_inbox(folder).files:
        name = file.path.name.lower()
        is_ours = (name.startswith("verdicts-") and name.endswith(".csv")) or name.endswith(WORKBOOKS)
        if is_ours and file.stamp.age(time.time()) >= quiet_seconds:
            yield file


def _remark(name: str, done: Added) -> str:
    kinds = ", ".join(f"{count:,} {verdict}" for verdict, count in done.kinds.items())
    parts = [f"{done.added:,} added{f' ({kinds})' if kinds else ''}"]
    parts += [f"{done.repeated:,} recorded already"] if done.repeated else []
    if done.refused:
        more = len(done.refused) - _MOST_REFUSED
        named = [str(error) for error in done.refused[:_MOST_REFUSED]] + ([f"and {more:,} more"] if more > 0 else [])
        parts.append(f"{len(done.refused):,} refused: {'; '.join(named)}")
    return f"Verdicts in {name}: {', '.join(parts)}"
