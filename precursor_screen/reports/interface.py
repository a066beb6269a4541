"""The seam of the presenters, and how a report reaches a file: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from precursor_screen.errors import UsageError, Where
from precursor_screen.reports.report import Report


class Presenter(Protocol):
    """Writes a report in one format."""

    suffix: str

    def write(self, report: Report, stream: BinaryIO) -> None:
        """Writes the whole report."""


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


def defuse(text: str) -> str:
    """Text that no spreadsheet program runs as a formula when it opens a CSV file (OWASP, CSV injection)."""
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
