"""What nobody foresaw: one short message, the report of the fault in a file under the home folder, no traceback on the terminal."""

from __future__ import annotations

import contextlib
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from precursor_screen.core.words import printable
from precursor_screen.version import __version__

NOT_FAULTS = (KeyboardInterrupt, SystemExit, GeneratorExit)
FOLDER, KEPT = "faults", 20
_LONGEST = 160  # characters of a fault's own message that are shown
_DEEPEST = 40  # frames of a traceback that are kept: an endless recursion has a thousand, all alike
# What a message quotes may come from a manifest; so may anything that follows a colon.
_QUOTED = re.compile(r"(['\"]).*?\1|(?<=: ).*", re.DOTALL)


class Fault(Struct, frozen=True):
    """A fault and where its report is: summary in one line, digest of the place in the program, path or why there is none."""

    summary: str
    digest: str
    path: Path | None
    problem: str

    def __str__(self) -> str:
        """`ValueError: ... (report of the fault: PATH)`."""
        where = f"report of the fault: {self.path}" if self.path else f"the report could not be written: {self.problem}"
        return f"{self.summary} ({where})"


def summarise(error: BaseException) -> str:
    """The kind of an error and the beginning of its message, in one printable line."""
    lines = _message(error).splitlines()
    text = printable(lines[0].strip())[:_LONGEST] if lines else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def keep_fault(error: BaseException, home: Callable[[], Path], words: Iterable[str]) -> Fault:
    """Writes the report of a fault to `<home>/faults/`, of which the last few are kept.

    Args:
        error: the fault.
        home: tells the home folder; settings that cannot be read are no fault of their own.
        words: of the command line that may be kept.
    """
    import hashlib
    import platform

    trace = list(_traces(error))
    digest = hashlib.sha256("".join(trace).encode("utf-8", "replace")).hexdigest()[:12]
    now = datetime.now(UTC)
    head = [
        f"precursor-screen {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"{now.isoformat(timespec='seconds')}  precursor-screen {' '.join(words)}",
    ]
    path, problem = None, ""
    try:
        path = _write(home() / FOLDER, f"{now:%Y%m%dT%H%M%S}-{digest}.txt", "\n".join([*head, "", *trace]))
    except Exception as failed:  # noqa: BLE001 - the home may be anything, and the first fault must still be told
        problem = summarise(failed)
    return Fault(summarise(error), digest, path, problem)


def no_traces() -> None:
    """Threads and finalisers report nothing on the terminal: what they were to do fails where it is waited for."""
    import threading

    sys.excepthook = lambda _, error, __: print(f"error: {summarise(error)}", file=sys.stderr)
    sys.unraisablehook = lambda _: None
    threading.excepthook = lambda _: None


def passes_through(error: BaseException, modules: tuple[str, ...]) -> bool:
    """Whether an error came by some modules (prefixes of their names)."""
    return any((frame.f_globals.get("__name__") or "").startswith(modules) for frame, _ in traceback.walk_tb(error.__traceback__))


def _message(error: BaseException) -> str:
    with contextlib.suppress(Exception):  # an error that cannot even say what it is
        return str(error)
    return ""


def _traces(error: BaseException | None) -> Iterator[str]:
    """Places in the program, the last first in the chain of causes; messages without what they quote."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)
        left_out = len(frames) - _DEEPEST
        yield f"{type(error).__module__}.{type(error).__qualname__}: {_QUOTED.sub('...', _message(error))[:_LONGEST]}\n"
        yield from traceback.format_list(frames[: _DEEPEST // 2] if left_out > 0 else frames)
        if left_out > 0:
            yield f"  ... {left_out} frames ...\n"
            yield from traceback.format_list(frames[-_DEEPEST // 2 :])
        error = error.__cause__ or error.__context__


def _write(folder: Path, name: str, text: str) -> Path:
    from precursor_screen.core.files import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / name, text)  # for the owner alone: a message may name what nobody else should read
    for old in sorted(folder.glob("*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return folder / name
