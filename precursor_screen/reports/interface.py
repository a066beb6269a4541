"""The seam of the presenters, and how a report reaches a file: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from precursor_screen.errors import UsageError, Where
from precursor_screen.reports.report import Report


class Presenter(Protocol):
    """Writes a report in one format."""

    suffix: str

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the whole report."""


def check_places(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Finds out before the work what would go wrong after it, or destroy an input.

    Raises:
        UsageError: a folder that does not exist, an output that is a folder, is named twice, or is one of the inputs.
    """
    read = {_real(path) for path in inputs}
    seen: set[Path] = set()
    for path in outputs:
        place = _real(path)
        if not place.parent.is_dir():
            raise UsageError("cannot be written: no such folder", where=Where(str(path)), remedy="Check that the folder exists.")
        if place.is_dir():
            raise UsageError("is a folder", where=Where(str(path)), remedy="Name a file in it.")
        if place in read:
            raise UsageError("is an input, which the report would replace", where=Where(str(path)), remedy="Name another file.")
        if place in seen:
            raise UsageError("is named twice as output", where=Where(str(path)), remedy="Give every output a file of its own.")
        seen.add(place)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # `Path.resolve` raises where links form a circle, which is for the reader to say


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it has been written; an older one stays until then.

    Raises:
        UsageError: the folder does not exist or cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=Where(str(path)), remedy="Check that the folder exists."
        ) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=Where(str(path)), remedy="Check space and permissions."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# OWASP, CSV injection: the characters that begin a formula, their full-width forms, and the blanks that some programs skip.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def defuse(text: str) -> str:
    """Text that no spreadsheet program runs as a formula when it opens a CSV file; numbers stay as they are."""
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
