"""Files that may have ended the process that read them.

Before files are read they are noted. A note that is still there at the next start says that the process ended in between: it was
killed, the power failed, or a file crashed its reader. So these files are read once more, by a process that may die, and who kills it
is set aside. Errors that are raised are none of this: they set an input aside in any run.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import signal
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from precursor_screen.app.inputs import Source
from precursor_screen.app.one_input import read_one
from precursor_screen.core.errors import PrecursorScreenError
from precursor_screen.core.files import write_whole
from precursor_screen.formats.limits import seconds_allowed
from precursor_screen.readers.interface import ReadOptions

_SLACK = 60.0  # seconds for the process to start


class Note:
    """Which files are being taken up, by digest."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, sha256s: Iterable[str]) -> None:
        """Notes them."""
        write_whole(self._path, json.dumps(sorted(sha256s)), durable=True)

    def read(self) -> frozenset[str]:
        """Those that a process which ended had taken up."""
        try:
            return frozenset(map(str, json.loads(self._path.read_text("utf-8"))))
        except (OSError, ValueError, TypeError):
            return frozenset()

    def clear(self) -> None:
        """The process has not ended over them."""
        self._path.unlink(missing_ok=True)


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
        what = f"ended the process that read it ({_how(process.exitcode)})"
    finally:
        process.kill()
        process.join()
        ours.close()
    return (done, what) if started else (len(sources), "")  # one that never started says nothing of the files


def _size(source: Source) -> int:
    try:
        return source.path.stat().st_size if source.path is not None else 0
    except OSError:
        return 0


def _read_all(said: Connection, sources: tuple[Source, ...], options: ReadOptions) -> None:
    said.send(0)
    for source in sources:
        with contextlib.suppress(PrecursorScreenError, Exception):
            read_one(source, options, keep_fault=str)
        said.send(0)


def _how(code: int | None) -> str:
    try:
        return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}" if code else "?"
