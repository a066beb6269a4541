"""What a comparison tells, on its way out: sheets, text, JSON or CSV, by the suffix of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from precursor_screen.errors import UsageError, Where
from precursor_screen.reports.interface import PRIVATE, whole_file
from precursor_screen.reports.json_report import dump
from precursor_screen.reports.printable import printable
from precursor_screen.reports.tables import write_rows
from precursor_screen.reports.xlsx import MOST_ROWS, write_workbook
from precursor_screen.reports.xlsx_sheets import Column, Sheet

SUFFIXES = (".xlsx", ".csv", ".json", ".txt")


class Told(Struct, frozen=True):
    """What is told.

    Attributes:
        text: for people, line by line.
        sheets: of a workbook; `table`, one of them by its place, is the CSV.
        data: of the JSON, in its order.
        day: of the workbook; nothing of the clock is in any of them but in `run` of the data.
    """

    text: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    table: int
    data: Mapping[str, Any]
    day: date


def check_suffix(path: Path, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Refuses a file of another format.

    Raises:
        UsageError: the suffix is none of them.
    """
    if path.suffix.lower() not in suffixes:
        raise UsageError(
            f"{path.suffix or 'no suffix'} is no format of this command",
            where=Where(str(path)),
            remedy=f"Use {', '.join(suffixes)}.",
        )


def deliver(told: Told, path: Path, mode: int = PRIVATE) -> None:
    """Writes it by suffix, with some permissions; the file is whole or does not change.

    Raises:
        UsageError: it cannot be written.
    """
    writers: dict[str, Callable[[Told, BinaryIO], None]] = {
        ".xlsx": _xlsx,
        ".csv": _csv,
        ".json": _json,
        ".txt": _txt,
    }
    with whole_file(path, mode) as stream:
        writers[path.suffix.lower()](told, stream)


def _xlsx(told: Told, stream: BinaryIO) -> None:
    write_workbook(told.sheets, stream, datetime.combine(told.day, time(), UTC), told.day)


def _csv(told: Told, stream: BinaryIO) -> None:
    sheet = told.sheets[told.table]
    rows = ([plain_kg(v) if isinstance(v, Decimal) else v for v in row] for row in sheet.rows)
    write_rows([c.name for c in sheet.columns], rows, stream)


def _json(told: Told, stream: BinaryIO) -> None:
    parts = [f" {dump(key)}: {_pretty(value)}" for key, value in told.data.items()]
    stream.write(("{\n" + ",\n".join(parts) + "\n}\n").encode())


def _pretty(value: Any) -> str:
    """A list with one item a line, so that two reports can be compared."""
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(map(dump, value)) + "]"
    return dump(value)


def _txt(told: Told, stream: BinaryIO) -> None:
    stream.write("".join(f"{printable(line)}\n" for line in told.text).encode("utf-8", "backslashreplace"))


def make_sheet(name: str, columns: Iterable[Column], rows: Sequence[Sequence[Any]], frozen: int = 0) -> Sheet:
    """A sheet that says how many rows do not fit on it."""
    return Sheet(name, tuple(columns), rows[:MOST_ROWS], frozen=frozen, rest=max(len(rows) - MOST_ROWS, 0))


def plain_kg(value: Decimal | None) -> str | None:
    """A mass as JSON has it: a string without trailing zeros; null if unknown."""
    return None if value is None else f"{value.normalize():f}"


def plain(value: Any) -> Any:
    """What JSON is made of, with masses as it has them."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return plain_kg(value) if isinstance(value, Decimal) else value
