"""All formats in one place: what writes documents in each of them, and a screening as a document. The suffix of a path picks one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from precursor_screen.core.errors import UsageError, Where
from precursor_screen.core.report import Report
from precursor_screen.core.words import did_you_mean
from precursor_screen.reporting.document import Document
from precursor_screen.reporting.interface import PRIVATE, whole_file

# Suffix -> module with `write`, imported when it is wanted: what writes pages and workbooks takes a while.
PRESENTERS = {".xlsx": "xlsx", ".csv": "tables", ".json": "json_report", ".txt": "text"}
SUFFIXES = (".html", ".xlsx", ".csv", ".json", ".jsonl", ".parquet", ".txt")  # of a screening


def document_of(report: Report) -> Document:
    """A screening as a document."""
    return Document(
        created=datetime.fromisoformat(report.run["started"]),
        day=date.fromisoformat(report.provenance["as_of"]),
        text=_part("text", "lines_of", report),
        tables=_part("sheets", "tables_of", report),
        rows=_part("tables", "flag_rows", report),
        data=_part("json_report", "data_of", report),
        own={
            ".html": _part("html", "write", report),
            ".jsonl": _part("json_report", "write_lines", report),
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
        remedy = did_you_mean(suffix, SUFFIXES) or f"Known: {', '.join(SUFFIXES)}."
        raise UsageError(f"no report format has the suffix {path.suffix or 'none'!r}", where=Where(str(path)), remedy=remedy)


def presenter_of(document: Document, path: Path) -> Callable[[BinaryIO], object]:
    """What writes a document in the format of a path's suffix."""
    suffix = path.suffix.lower()
    return document.own.get(suffix) or _part(PRESENTERS[suffix], "write", document)


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
