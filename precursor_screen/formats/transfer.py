"""Sheets across the border of a process: columns as Arrow files, the rest as JSON. Nothing that is read can run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from precursor_screen.core import errors
from precursor_screen.core.errors import PrecursorScreenError, Where
from precursor_screen.formats.sheet import Broken, MemoryReader, OutOfTableText, Sheet, table_of_columns

_NUMBERS = "rows"


def write_sheets(sheets: Sequence[Sheet], folder: Path) -> list[dict[str, Any]]:
    """One Arrow file a sheet, named by position, and what JSON holds of each.

    Raises:
        OSError: no space.
        TypeError: a sheet that is not in memory.
    """
    return [_write(sheet, folder / f"{number}.arrow") for number, sheet in enumerate(sheets)]


def _write(sheet: Sheet, path: Path) -> dict[str, Any]:
    reader = sheet.read
    if not isinstance(reader, MemoryReader):
        raise TypeError(f"{sheet.name} is read where it is used")
    table = table_of_columns(reader.columns)
    if reader.numbers is not None:
        table = table.append_column(_NUMBERS, pa.chunked_array([reader.numbers], pa.int64()))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return {
        "file": path.name,
        "name": sheet.name,
        "format": sheet.format,
        "encoding": sheet.encoding,
        "head": sheet.head,
        "named": sheet.named,
        "notes": [[n.row, n.text, n.count, n.reason, n.code] for n in sheet.notes],
        "asides": [[a.row, a.place, a.text] for a in sheet.asides],
    }


def read_sheets(described: Sequence[dict[str, Any]], folder: Path) -> list[Sheet]:
    """What `write_sheets` wrote; the files are removed.

    Raises:
        OSError: a file is gone.
        pyarrow.ArrowInvalid: a file is no Arrow file.
    """
    return [_read(one, folder / str(one["file"])) for one in described]


def _read(described: dict[str, Any], path: Path) -> Sheet:
    if os.name == "nt":  # a file that is mapped cannot be removed there
        table = pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()
    else:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    path.unlink()
    numbers = None
    if _NUMBERS in table.column_names:
        numbers = table.column(_NUMBERS).combine_chunks()
        table = table.drop_columns([_NUMBERS])
    return Sheet(
        name=described["name"],
        format=described["format"],
        encoding=described["encoding"],
        head=tuple(tuple(row) for row in described["head"]),
        named=described["named"],
        read=MemoryReader(tuple(table.columns), numbers),
        notes=tuple(Broken(*note) for note in described["notes"]),
        asides=tuple(OutOfTableText(*aside) for aside in described["asides"]),
    )


def describe_error(error: PrecursorScreenError) -> list[Any]:
    """An error as JSON holds it."""
    return [type(error).__name__, error.message, error.where.file, error.where.row, error.where.field, error.remedy]


def rebuild_error(described: Sequence[Any]) -> PrecursorScreenError:
    """What `describe_error` described."""
    name, message, file, row, field, remedy = described
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, PrecursorScreenError)):
        kind = errors.UnreadableManifest
    return kind(message, where=Where(file, row, field), remedy=remedy)
