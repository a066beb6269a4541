"""How a report reaches a file, whole or not at all; and all formats in one place: what writes documents in each of them, and a screening as a
document. The suffix of a path picks one."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from string import ascii_lowercase
from typing import Any, BinaryIO

from msgspec import Struct, field

from precursor_screen.core.errors import NoRoom, UsageError
from precursor_screen.core.files import written_whole
from precursor_screen.core.report import Report
from precursor_screen.core.words import did_you_mean

# What every report is, whatever its format: lines of text, tables of plain values, the data of its JSON.

MOST_ROWS = 1_000_000  # of a table: a sheet holds 1,048,576
# Kinds of columns, by their letters: how a value is shown, or what an officer is to fill in.
CODE, WRITTEN, NUMBER, DAY, LEVEL = "c", "w", "n", "d", "l"
VERDICT, REASON, SAID, UNTIL = ENTRIES = "v", "r", "s", "u"
_EXACT = "x"  # a code that is read back: its text is written as it is


class Column(Struct, frozen=True):
    """A column. width: 0: as wide as its texts; source: the value of a record that it shows; none: what stands where there is none."""

    name: str
    width: int
    kind: str
    source: str
    exact: bool = False
    none: str = ""


def columns(*described: str) -> tuple[Column, ...]:
    """Columns out of words such as `kg:12n`, `substance=name_of:24` and `Mass_known=kg:n?not_stated`.

    They are name, source where it has another name, width, letter of the kind, and what stands for nothing; `_` is a blank on a page.
    """
    return tuple(map(_column, " ".join(described).split()))


def _column(word: str) -> Column:
    word, _, none = word.partition("?")
    named, _, shown = word.partition(":")
    name, _, source = named.partition("=")
    width = shown.rstrip(ascii_lowercase)
    kind = shown[len(width) :] or CODE
    return Column(name, int(width or 0), CODE if kind == _EXACT else kind, source or name, kind == _EXACT, none.replace("_", " "))


class Table(Struct, frozen=True):
    """A table.

    Attributes:
        rows: as long as `columns`; None and empty texts leave a cell empty.
        frozen: columns that stay in sight.
        printed: of the columns; 0: all.
        left_out: rows that are left out.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    frozen: int = 0
    printed: int = 0
    left_out: int = 0
    has_head: bool = True


def tabulate(
    name: str,
    described: tuple[Column, ...],
    things: Iterable[Any],
    frozen: int = 0,
    *,
    make: Callable[[Any], Any] = lambda thing: thing,
    printed: int = 0,
    most: int = MOST_ROWS,
) -> Table:
    """A table of what `make` makes of things: rows, or records that hold values by their sources; what goes beyond `most` is counted."""
    left = iter(things)
    rows = [_row(described, make(thing)) for thing in islice(left, most)]
    return Table(name, described, rows, frozen, printed, sum(1 for _ in left))


def _row(described: tuple[Column, ...], record: Any) -> Sequence[Any]:
    if not isinstance(record, Mapping):
        return tuple(record)
    found = (record.get(column.source) for column in described)
    return tuple(", ".join(value) if isinstance(value, list | tuple) else value for value in found)


class Document(Struct, frozen=True):
    """A report. Each part is made when a format asks for it, anew each time.

    Attributes:
        created: what files say of themselves.
        day: the first that a clearance may end on.
        text: for people, line by line.
        tables: the sheets of a workbook.
        rows: header and rows of the CSV.
        data: of the JSON, in its order; what is an iterator stands one item a line, so that two reports can be compared.
        own: writers of formats that this document has for itself, by suffix; they come before the common ones.
    """

    created: datetime
    day: date
    text: Callable[[], Iterable[str]]
    tables: Callable[[], Iterable[Table]]
    rows: Callable[[], tuple[Sequence[str], Iterable[Iterable[Any]]]] | None = None
    data: Callable[[], Mapping[str, Any]] | None = None
    own: Mapping[str, Callable[[BinaryIO], object]] = field(default_factory=dict)


def check_places(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Finds out before the work what would go wrong after it, or destroy an input.

    Raises:
        UsageError: a folder that does not exist in one that does not either, an output that is a folder, is named twice, or is one of the inputs.
    """
    read = {_real(path) for path in inputs}
    seen: set[Path] = set()
    for path in outputs:
        place = _real(path)
        if not place.parent.is_dir() and (place.parent.exists() or not place.parent.parent.is_dir()):
            raise UsageError("cannot be written: no such folder", where=path, remedy="Check that the folder exists.")
        if place.is_dir():
            raise UsageError("is a folder", where=path, remedy="Name a file in it.")
        if place in read:
            raise UsageError("the report would overwrite an input file", where=path, remedy="Name another file.")
        if place in seen:
            raise UsageError("is named twice as an output", where=path, remedy="Name another file for one of them.")
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
            where=where,
            remedy="Use 0600 (only you) or 0640 (your group may read them).",
        )
    return mode


@contextlib.contextmanager
def whole_file(path: Path, mode: int | None = PRIVATE) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it has been written; an older one stays until then. Its folder is made where only
    that is missing: two that are missing are more likely a mistyped path.

    Args:
        path: of the file.
        mode: its permissions, which it never exceeds, not even while it is written; None: what the process's mask leaves of 0666.
            Windows knows no such permissions: there the folder's rules hold.

    Raises:
        UsageError: the folder does not exist or cannot be written to.
        NoRoom: the disk is full.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        with written_whole(path, mode) as beside, beside.open("wb") as stream:
            yield stream
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom(
                f"cannot be written: {error.strerror}", where=path, remedy="Free some space, and run the command again."
            ) from error
        remedy = "Check its permissions." if path.parent.is_dir() else "Check that the folder exists."
        raise UsageError(f"cannot be written: {error.strerror}", where=path, remedy=remedy) from error


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
    ".txt": ("mail_text", "write"),
}
SUFFIXES = (".html", ".xlsx", ".csv", ".json", ".jsonl", ".parquet", ".txt")  # of a screening


def document_of(report: Report) -> Document:
    """A screening as a document."""
    return Document(
        created=datetime.fromisoformat(report.run["started"]),
        day=date.fromisoformat(report.provenance["as_of"]),
        text=_part("mail_text", "lines_of", report),
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
    if (suffix := path.suffix.lower()) not in suffixes:
        problem = f"{path.suffix} is not a format of {whose}" if suffix else f"has no suffix that says the format of {whose}"
        remedy = did_you_mean(suffix, suffixes) or f"Use {', '.join(suffixes[:-1])} or {suffixes[-1]}."
        raise UsageError(problem, where=path, remedy=remedy)


def check_report(path: Path) -> None:
    """Refuses a file of a format that a screening does not have; errors as of `check_suffix`."""
    check_suffix(path, SUFFIXES, "reports")


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
