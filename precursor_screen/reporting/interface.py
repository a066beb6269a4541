"""How a report reaches a file, whole or not at all; and all formats in one place: what writes documents in each of them, and a screening as a
document. The suffix of a path picks one."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from precursor_screen.core.errors import NoRoom, UsageError, Where
from precursor_screen.core.files import written_whole
from precursor_screen.core.report import Report
from precursor_screen.core.words import did_you_mean
from precursor_screen.reporting.document import Document


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
            raise UsageError("the report would overwrite an input file", where=Where(str(path)), remedy="Name another file.")
        if place in seen:
            raise UsageError("is named twice as an output", where=Where(str(path)), remedy="Name another file for one of them.")
        seen.add(place)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # `Path.resolve` raises where links form a circle, which is for the reader to say


_FULL = (errno.ENOSPC, errno.EDQUOT)
PRIVATE = 0o600  # reports hold names of persons and companies
_MODES = re.compile(r"0?[0-7]{3}", re.ASCII)
_OWN, _READ_AND_WRITE = 0o600, 0o666


def parse_mode(text: str, where: str) -> int:
    """Permissions of a file, as `chmod` takes them in octal.

    Args:
        text: 0640 or 640; empty: for the owner alone.
        where: they are given, for the error.

    Raises:
        UsageError: not octal, not for the owner to read and write, or for anybody to execute.
    """
    if not text:
        return PRIVATE
    mode = int(text, 8) if _MODES.fullmatch(text) else -1
    if mode & _OWN != _OWN or mode & ~_READ_AND_WRITE:
        raise UsageError(
            f"{text!r} does not say who may open the reports",
            where=Where(where),
            remedy="Use 0600 (only you) or 0640 (your group may read them).",
        )
    return mode


@contextlib.contextmanager
def whole_file(path: Path, mode: int | None = PRIVATE) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it has been written; an older one stays until then.

    Args:
        path: of the file.
        mode: its permissions, which it never exceeds, not even while it is written; None: what the process's mask leaves of 0666.
            Windows knows no such permissions: there the folder's rules hold.

    Raises:
        UsageError: the folder does not exist or cannot be written to.
        NoRoom: the disk is full.
    """
    try:
        with written_whole(path, mode) as beside, beside.open("wb") as stream:
            yield stream
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom(
                f"cannot be written: {error.strerror}",
                where=Where(str(path)),
                remedy="Free some space, and run the command again.",
            ) from error
        remedy = "Check its permissions." if path.parent.is_dir() else "Check that the folder exists."
        raise UsageError(f"cannot be written: {error.strerror}", where=Where(str(path)), remedy=remedy) from error


# OWASP, CSV injection: the characters that begin a formula, their full-width forms, and the blanks that some programs skip.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def defuse(text: str) -> str:
    """Text that no spreadsheet program runs as a formula when it opens a CSV file; numbers stay as they are."""
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


# All formats in one place: what writes documents in each of them, and a screening as a document. The suffix of a path picks
# one.

# Suffix -> module and function, imported when it is wanted: what writes pages and workbooks takes a while.
PRESENTERS = {
    ".xlsx": ("xlsx", "write"),
    ".csv": ("tables", "write"),
    ".json": ("tables", "write_json"),
    ".txt": ("text", "write"),
}
SUFFIXES = (".html", ".xlsx", ".csv", ".json", ".jsonl", ".parquet", ".txt")  # of a screening


def document_of(report: Report) -> Document:
    """A screening as a document."""
    return Document(
        created=datetime.fromisoformat(report.run["started"]),
        day=date.fromisoformat(report.provenance["as_of"]),
        text=_part("text", "lines_of", report),
        tables=_part("xlsx", "tables_of", report),
        rows=_part("tables", "flag_rows", report),
        data=_part("tables", "data_of", report),
        own={
            ".html": _part("html", "write", report),
            ".jsonl": _part("tables", "write_lines", report),
            ".parquet": _part("tables", "write_parquet", report),
        },
    )


def _part(module: str, name: str, *given: object) -> Callable[..., Any]:
    """A function of a presenter, which is imported when it is called."""
    return lambda *more: getattr(import_module(f"precursor_screen.reporting.{module}"), name)(*given, *more)


def check_suffix(path: Path, suffixes: Sequence[str], whose: str) -> None:
    """Refuses a file of another format.

    Raises:
        UsageError: the suffix is none of them.
    """
    if path.suffix.lower() not in suffixes:
        problem = f"{path.suffix or 'no suffix'} is not a format of {whose}"
        raise UsageError(problem, where=Where(str(path)), remedy=f"Use {', '.join(suffixes)}.")


def check_report(path: Path) -> None:
    """Refuses a file of a format that a screening has not.

    Raises:
        UsageError: no presenter has its suffix.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        remedy = did_you_mean(suffix, SUFFIXES) or f"Use {', '.join(SUFFIXES)}."
        problem = f"{path.suffix} is not a format of reports" if suffix else "has no suffix that says the format of the report"
        raise UsageError(problem, where=Where(str(path)), remedy=remedy)


def presenter_of(document: Document, path: Path) -> Callable[[BinaryIO], object]:
    """What writes a document in the format of a path's suffix."""
    suffix = path.suffix.lower()
    return document.own.get(suffix) or _part(*PRESENTERS[suffix], document)


def write(document: Document, path: Path, mode: int = PRIVATE) -> None:
    """Writes a document in the format of the path's suffix, with some permissions; the file is whole or does not change.

    Raises:
        UsageError: the place cannot be written to.
    """
    with whole_file(path, mode) as stream:
        presenter_of(document, path)(stream)


def write_report(report: Report, path: Path, mode: int = PRIVATE) -> None:
    """Writes a report in the format of the path's suffix, with some permissions; the file is whole or does not change.

    Raises:
        UsageError: unknown suffix, or the place cannot be written to.
    """
    check_report(path)
    write(document_of(report), path, mode)
