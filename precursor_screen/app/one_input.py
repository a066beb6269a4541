"""One input among several: whatever goes wrong with it sets that input aside, and the others are screened."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.app.inputs import Source, is_pipe
from precursor_screen.core.errors import ChangedWhileRead, InputError, PrecursorScreenError, UnreadableManifest, Where
from precursor_screen.core.model import Input
from precursor_screen.formats.blob import Blob
from precursor_screen.readers.finish import input_id, issue_table, no_lines
from precursor_screen.readers.interface import Digest, InputTables, IssueList, ReadOptions
from precursor_screen.readers.registry import read

FaultKeeper = Callable[[BaseException], str]

READINGS = 3
PAUSE = 0.3  # seconds before a file that was changing is read again
_RECENT_NS = 2_000_000_000  # the coarsest clock of a file system in use (FAT): two changes within it look like one


def read_one(source: Source, options: ReadOptions, keep_fault: FaultKeeper | None = None) -> list[InputTables]:
    """Every table of one input.

    Args:
        source: what to read.
        options: how.
        keep_fault: told of an error that nobody foresaw, gives the sentence for the report; default: such an error is raised.

    Raises:
        InputError: it cannot be read, or was changing all the time; it is to be set aside.
        PrecursorScreenError: of another kind: the column map or the encoding asked for is wrong, for every input.
    """
    if source.note:
        return [_noted(source)]
    try:
        return _read_unchanged(source, replace(options, pasted=source.pasted))
    except PrecursorScreenError:
        raise
    except OSError as error:
        raise UnreadableManifest(
            f"cannot be read ({error.strerror or error})", where=Where(source.name), remedy="Check the disk, and who may read it."
        ) from error
    except MemoryError as error:
        raise UnreadableManifest(
            "does not fit into memory", where=Where(source.name), remedy="Split the file, or screen it by itself."
        ) from error
    except BaseException as error:
        # Whatever a library makes of a damaged file, a panic of one in Rust (no Exception) too, must not take the others with it.
        if keep_fault is None or isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        raise UnreadableManifest(
            keep_fault(error), where=Where(source.name), remedy="Convert it to CSV or XLSX, and tell us of the fault."
        ) from error


def _read_unchanged(source: Source, options: ReadOptions) -> list[InputTables]:
    """Reads a file until it is the same before and after; only then its digest, its rows and its sheets are of one file."""
    if source.path is None or source.problem or is_pipe(source.path):
        return read(source.readable(), source.name, options)
    for reading in range(READINGS):
        if reading:
            time.sleep(PAUSE)
        recent = _is_recent(source.path)
        before = _state(source.path, recent)
        try:
            tables = read(source.readable(), source.name, options)
        except InputError:
            if _state(source.path, recent) == before:
                raise
            continue
        if _state(source.path, recent) == before:
            return tables
    raise ChangedWhileRead(
        f"changed while it was read, {READINGS} times", where=Where(source.name), remedy="Screen it when it is complete."
    )


def _is_recent(path: Path) -> bool:
    """Whether a file changed a moment ago, so that its time might stay the same when it changes again."""
    try:
        return path.is_file() and abs(time.time_ns() - path.stat().st_mtime_ns) < _RECENT_NS
    except OSError:
        return False


def _state(path: Path, digested: bool) -> tuple[object, ...]:
    """Changes when the file does."""
    try:
        known = path.stat()
        digest = Blob(path.name, path).sha256() if digested else ""
    except (OSError, UnreadableManifest) as error:
        return (str(error),)
    return known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns, digest


def _noted(source: Source) -> InputTables:
    """No lines, and an issue that says why there is nothing to read."""
    issues = IssueList(source.name)
    issues.add("linked-folder", source.note)
    lines, digest = no_lines(), Digest("", 0)
    described = Input(input_id(source.name, digest), source.name, "", 0, "", "", None, (), (), frozenset(), 0)
    return InputTables(described, lines, pa.table({}), issue_table(issues, lines))
