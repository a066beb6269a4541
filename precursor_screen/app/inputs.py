"""The inputs of a run: what the user named (files, folders, patterns, `-`), in a fixed order, and how each is read by itself."""

from __future__ import annotations

import fnmatch
import glob
import os
import select
import stat
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.run_settings import walk
from precursor_screen.core.errors import (
    ChangedWhileRead,
    InputError,
    MappingError,
    PrecursorScreenError,
    UnreadableManifest,
    UsageError,
    Where,
)
from precursor_screen.core.files import stat_of
from precursor_screen.formats.blob import Blob
from precursor_screen.readers.input_tables import input_without_lines, issue_table, no_lines
from precursor_screen.readers.interface import Digest, InputContent, InputTables, IssueList, ReadOptions
from precursor_screen.readers.messages.build import build_tables
from precursor_screen.readers.registry import read_contents

STANDARD_INPUT = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


class Source(Struct, frozen=True):
    """One thing to read: a path, or bytes that came through a pipe. name: how reports call it.
    pasted: what is no table is a list of descriptions. problem: why it cannot be read, as far as that is known beforehand.
    note: why it is not read, where nothing is lost by that."""

    name: str
    path: Path | None = None
    content: bytes | None = None
    pasted: bool = False
    problem: str = ""
    note: str = ""

    def readable(self) -> Path | bytes:
        """What a reader is given: the path, or the bytes; a pipe is read to its end.

        Raises:
            UnreadableManifest: the file is gone, may not be read, or is none; nobody writes into the pipe.
        """
        if self.problem:
            raise UnreadableManifest(self.problem, where=self.name, remedy="Check its permissions.")
        if self.path is None:
            return self.content or b""
        if is_pipe(self.path):
            return read_stream(self.path, self.name)
        try:
            str(self.path).encode()
        except UnicodeEncodeError:  # Arrow opens only files whose names are UTF-8
            return Blob(self.name, self.path).read()
        return self.path


def wants_stdin(named: tuple[str, ...]) -> bool:
    """Whether standard input is among what the user named, under any of its names."""
    return any(name in STANDARD_INPUT for name in named)


def is_pipe(path: Path) -> bool:
    """Whether it is a named pipe, or what a shell makes of `<(command)`."""
    known = stat_of(path)
    return known is not None and stat.S_ISFIFO(known.st_mode)


_BINARY = frozenset((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet", ".arrow", ".feather", ".pdf"))


def looks_binary(source: Source) -> bool:
    """Whether a source is called like a format that a process of its own reads: a hint, what it is its content says."""
    return source.path is not None and source.path.suffix.lower() in _BINARY


def find_sources(named: tuple[str, ...], stdin: bytes | None = None) -> tuple[Source, ...]:
    """Expands what the user named.

    Args:
        named: paths, folders (all below, hidden ones left out), patterns, or `-`.
        stdin: what came through standard input, for `-` and its other names.

    Raises:
        UsageError: a path that does not exist, a pattern or folder without files.
    """
    found: list[Source] = []
    for name in dict.fromkeys("-" if name in STANDARD_INPUT else name for name in named):
        if name == "-":
            found.append(Source("standard input", content=stdin or b"", pasted=True))
        else:
            found.extend(_expand(name))
    return _distinct(found)


def _expand(name: str) -> list[Source]:
    path = Path(name)
    try:
        if name and path.is_dir():
            return _below(path)
        if name and path.exists():
            return [_source(path.name, path)]
        matched = _match(name) if name else []
    except (OSError, ValueError) as error:  # the latter: a NUL within
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot be opened: {reason}", where=safe_name(name)[:200], remedy="Check the path.") from error
    if not matched:
        raise UsageError("does not exist", where=safe_name(name) or "''", remedy="Check the path.")
    return [_source(p.name, p) for p in matched]


def _match(pattern: str) -> list[Path]:
    """What fits a pattern and is not a folder, in a fixed order; `**` stands for any number of folders, linked ones among them once."""
    parts = Path(pattern).parts
    if "**" not in parts:
        return sorted(p for p in map(Path, glob.glob(pattern)) if not p.is_dir())
    # glob.glob goes round in circles where links do, and takes hours where two of them do.
    first = parts.index("**")
    found: list[Path] = []
    for folder in map(Path, glob.glob(str(Path(*parts[:first])))):
        if folder.is_dir():
            below = [one.path for one in walk(folder) if not one.note]
            found += [path for path in below if _fits(path.relative_to(folder).parts, parts[first:])]
    return sorted(set(found))


def _fits(names: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether the names of a path fit the parts of a pattern."""
    if not pattern:
        return not names
    if pattern[0] == "**":
        return len(pattern) == 1 or any(_fits(names[n:], pattern[1:]) for n in range(len(names) + 1))
    return bool(names) and fnmatch.fnmatch(names[0], pattern[0]) and _fits(names[1:], pattern[1:])


def _below(folder: Path) -> list[Source]:
    """Everything below a folder, in a fixed order: what cannot be read is set aside, not passed over."""
    found = walk(folder)
    if not found:
        raise UsageError("the folder is empty", where=Where(safe_name(str(folder))), remedy="Name the folder with the manifests.")
    return [
        replace(_source(one.path.relative_to(folder).as_posix(), one.path), problem=one.problem, note=one.note) for one in found
    ]


def _source(name: str, path: Path) -> Source:
    return Source(safe_name(name), path)


def safe_name(name: str) -> str:
    """A file name as text: bytes that are no UTF-8, which Python keeps as lone surrogates, fit into no report."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _distinct(sources: list[Source]) -> tuple[Source, ...]:
    """The same file is read once; different files of one name are told apart by their paths."""
    seen: set[str] = set()
    kept = []
    for source in sources:
        if source.path is not None:
            key = os.path.realpath(source.path)
            if key in seen:
                continue
            if not source.note:  # a link to a folder that is read under its own name: both are listed
                seen.add(key)
        kept.append(source)
    names = [s.name for s in kept]
    return tuple(replace(s, name=safe_name(str(s.path))) if s.path is not None and names.count(s.name) > 1 else s for s in kept)


# Pipes that were named as an input (`<(command)`, a FIFO): read to their end, and not waited for for ever.

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
                    f"is a pipe, and nothing was written to it for {IDLE_SECONDS:g} seconds",
                    where=name,
                    remedy="Check the program that should write to it, or save its output in a file and screen that.",
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
                    f"is a pipe, and more than {MAX_BYTES >> 30} GiB came through it",
                    where=name,
                    remedy="Save the data in a file, split the file, and screen the parts.",
                )
    finally:
        os.close(handle)


# One input among several: whatever goes wrong with it sets that input aside, and the others are screened.

FaultKeeper = Callable[[BaseException], str]

READINGS = 3
PAUSE = 0.3  # seconds before a file that was changing is read again
_RECENT_NS = 2_000_000_000  # the coarsest clock of a file system in use (FAT): two changes within it look like one


Built = TypeVar("Built", bound=InputContent)


def read_one(source: Source, options: ReadOptions, keep_fault: FaultKeeper | None = None) -> list[InputTables]:
    """Every table of one input; arguments and errors as of `_read_and_build`."""
    return _read_and_build(source, options, keep_fault, build_tables)


def _read_and_build(
    source: Source, options: ReadOptions, keep_fault: FaultKeeper | None, build: Callable[[list[InputContent]], list[Built]]
) -> list[Built]:
    """What is built of the contents of one input.

    Args:
        source: what to read.
        options: how.
        keep_fault: called with an error that nobody foresaw, returns the sentence for the report; None: the error is raised.
        build: of the contents; it fails as reading does.

    Raises:
        InputError: it cannot be read, or was changing all the time; it is to be set aside.
        PrecursorScreenError: of another kind: the column map or the encoding asked for is wrong, for every input.
    """
    try:
        return build([_only_a_note(source)] if source.note else _read_unchanged(source, replace(options, pasted=source.pasted)))
    except PrecursorScreenError:
        raise
    except OSError as error:
        raise UnreadableManifest(
            f"cannot be read ({error.strerror or error})",
            where=source.name,
            remedy="Check the disk, and the permissions of the file.",
        ) from error
    except MemoryError as error:
        raise UnreadableManifest(
            "does not fit into the memory of this machine", where=source.name, remedy="Split the file, or screen it alone."
        ) from error
    except BaseException as error:
        # Whatever a library makes of a damaged file, a panic of one in Rust (no Exception) too, must not take the others with it.
        if keep_fault is None or isinstance(error, _OF_THE_RUN):
            raise
        raise UnreadableManifest(
            keep_fault(error),
            where=source.name,
            remedy="Convert it to CSV or XLSX and screen that; and report the fault with that record.",
        ) from error


_OF_THE_RUN = (KeyboardInterrupt, SystemExit, GeneratorExit)
ReadResult = list[InputTables] | InputError | None


def read_some(options: ReadOptions, sources: Sequence[Source]) -> list[ReadResult]:
    """What `read_one` gives of each of some sources, or the error that sets one aside; None: an error that nobody foresaw.

    Raises:
        PrecursorScreenError: as `read_one`, for every input.
    """
    found: list[list[InputContent] | InputError | None] = []
    for source in sources:
        try:
            found.append(_read_and_build(source, options, None, list))
        except BaseException as error:
            of_input = isinstance(error, InputError) and not isinstance(error, MappingError)
            if isinstance(error, (PrecursorScreenError, *_OF_THE_RUN)) and not of_input:
                raise
            found.append(error if isinstance(error, InputError) else None)
    try:
        tables = iter(build_tables(chain.from_iterable(result for result in found if isinstance(result, list))))
    except BaseException as error:
        if isinstance(error, _OF_THE_RUN):
            raise
        return [None if isinstance(result, list) else result for result in found]  # which of them it is, each will tell by itself
    return [list(islice(tables, len(result))) if isinstance(result, list) else result for result in found]


_TOGETHER, _TOGETHER_BYTES = 64, 1 << 20  # small files that are read in one go


def cut_sources(sources: Iterable[Source]) -> list[list[Source]]:
    """Sources in chunks to be read in one go, in order: small files together, large ones by themselves."""
    chunks: list[list[Source]] = []
    room = 0
    for source in sources:
        size = _size_of(source)
        if not chunks or size > room or len(chunks[-1]) == _TOGETHER:
            chunks.append([])
            room = _TOGETHER_BYTES
        chunks[-1].append(source)
        room -= size
    return chunks


def is_the_same_elsewhere(source: Source) -> bool:
    """Whether another process finds a source under its path: `<(command)` and `/dev/fd/5` are this one's own, and a pipe is read once."""
    path = source.path
    return path is None or not (is_pipe(path) or path.parts[:2] in (("/", "dev"), ("/", "proc")))


def _size_of(source: Source) -> int:
    """Bytes of a file; of anything else as many as are read in one go."""
    known = stat_of(source.path)
    return known.st_size if known is not None and stat.S_ISREG(known.st_mode) else _TOGETHER_BYTES


def _read_unchanged(source: Source, options: ReadOptions) -> list[InputContent]:
    """Reads a file until it is the same before and after; only then its digest, its rows and its sheets are of one file."""
    file = None if source.path is None or source.problem or is_pipe(source.path) else source.path
    for reading in range(READINGS):
        if reading:
            time.sleep(PAUSE)
        recent = _is_recent(file)
        before = _state(file, recent)
        try:
            contents = read_contents(source.readable(), source.name, options)
        except InputError:
            if _state(file, recent) == before:
                raise
            continue
        if _state(file, recent) == before:
            return contents
    raise ChangedWhileRead(
        f"changed each of the {READINGS} times that it was read",
        where=source.name,
        remedy="Wait until it is complete, then screen it again.",
    )


def _is_recent(file: Path | None) -> bool:
    """Whether a file changed a moment ago, so that its time might stay the same when it changes again."""
    known = stat_of(file)
    return known is not None and stat.S_ISREG(known.st_mode) and abs(time.time_ns() - known.st_mtime_ns) < _RECENT_NS


def _state(file: Path | None, digested: bool) -> tuple[object, ...]:
    """Changes when the file does; what came through a pipe, or was pasted, does not."""
    if file is None:
        return ()
    try:
        known = file.stat()
        digest = Blob(file.name, file).sha256() if digested else ""
    except (OSError, UnreadableManifest) as error:
        return (str(error),)
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns, digest


def _only_a_note(source: Source) -> InputTables:
    """No lines, and an issue that says why there is nothing to read."""
    issues = IssueList(source.name)
    issues.add("linked-folder", source.note)
    described, lines = input_without_lines(source.name, Digest("", 0)), no_lines()
    return InputTables(described, lines, pa.table({}), issue_table(issues, lines))
