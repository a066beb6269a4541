"""One input to its sheets by kind: in the process that asks, or in one of its own that reads binary formats for it.

That process gets one request a line on its standard input and gives one answer a line on its output. It may take only so much memory and
may die: the program that asked loses one input, never a run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
from msgspec import convert, to_builtins
from msgspec.structs import fields

from precursor_screen.core import errors
from precursor_screen.core.errors import PrecursorScreenError, Where
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.sheet import MemoryReader, Sheet, table_of_columns

WORKBOOKS = ("zip", "ole", "xls")
COLUMNAR = ("parquet", "arrow")
MARKUP = ("html", "spreadsheetml")
TABULAR_KINDS = (*WORKBOOKS, *COLUMNAR, *MARKUP, "rtf", "dbf", "json", "xml", "text")


def read_directly(blob: Blob, kind: str, encoding: str = "") -> list[Sheet]:
    """The sheets of an input of a tabular kind.

    Args:
        blob: the input, unpacked.
        kind: zip, ole, xls, parquet, arrow, html, spreadsheetml, pdf, rtf, dbf, json, xml or text.
        encoding: for text formats; empty: decide by content.

    Raises:
        UnreadableManifest: empty, damaged or locked.
        UnknownFormat: a web page without a table; printed pages, where the extra that reads them is not installed.
        UsageError: no such encoding.
    """
    if kind in WORKBOOKS:
        from precursor_screen.formats.workbook import read_workbook

        return read_workbook(blob)
    if kind in COLUMNAR:
        from precursor_screen.formats.columnar import read_columnar

        return [read_columnar(blob)]
    if kind in MARKUP:
        from precursor_screen.formats.markup import read_html, read_spreadsheetml

        return read_html(blob, encoding) if kind == "html" else read_spreadsheetml(blob)
    if kind == "pdf":
        from precursor_screen.formats.pdf import read_pdf

        return read_pdf(blob)
    if kind == "rtf":
        from precursor_screen.formats.rtf import read_rtf

        return read_rtf(blob)
    if kind == "dbf":
        from precursor_screen.formats.dbf import read_dbf

        return [read_dbf(blob, encoding)]
    text = open_text(blob, encoding)
    if kind in ("json", "xml"):
        from precursor_screen.formats.records import read_json, read_xml

        return [read_json(text) if kind == "json" else read_xml(text)]
    from precursor_screen.formats.delimited import read_delimited
    from precursor_screen.formats.printed_text import read_printed_text

    return read_printed_text(text) or [read_delimited(text)]


# Sheets across the border of a process: columns as Arrow files, the rest as JSON. Nothing that is read can run.

_NUMBERS = "rows"
_STATED: Final = {f.name: f.type for f in fields(Sheet) if f.name != "read"}


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
    return {"file": path.name, **{name: to_builtins(getattr(sheet, name)) for name in _STATED}}


def read_sheets(described: Sequence[dict[str, Any]], folder: Path) -> list[Sheet]:
    """What `write_sheets` wrote; the files are removed.

    Raises:
        OSError: a file is gone.
        pyarrow.ArrowInvalid: a file is no Arrow file.
    """
    return [_read(one, folder / str(one["file"])) for one in described]


def _read(described: dict[str, Any], path: Path) -> Sheet:
    # A file that is mapped cannot be removed under Windows.
    source = pa.py_buffer(path.read_bytes()) if os.name == "nt" else pa.memory_map(str(path))
    table = pa.ipc.open_file(source).read_all()
    path.unlink()
    numbers = None
    if _NUMBERS in table.column_names:
        numbers = table.column(_NUMBERS).combine_chunks()
        table = table.drop_columns([_NUMBERS])
    read = MemoryReader(tuple(table.columns), numbers)
    return Sheet(read=read, **{name: convert(described[name], kind) for name, kind in _STATED.items()})


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


# The process that reads binary formats.

_NO_OBJECT = "PyObject pointer is null"  # how a reader in Rust (PyO3) panics where Python has no memory left for an object
TIRED = 256 << 20  # bytes kept after an input from which a fresh process is cheaper than a lower limit


def serve() -> None:
    """Answers requests until the input ends."""
    # What libraries print must not stand among the answers.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    # Imported before the limit is set; what only Parquet needs is left until then.
    import_module("precursor_screen.formats.workbook")
    base = memory_in_use()
    _answer(answers, {"ready": base})
    folder = ""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        folder = request["folder"]
        limit_memory(memory_in_use() + int(request["memory"]))
        answer = _handle(request)
        limit_memory(None)
        answer["tired"] = memory_in_use() > base + TIRED
        _answer(answers, answer)
    if folder:  # the other side is gone, perhaps killed, and did not clear up
        shutil.rmtree(folder, ignore_errors=True)


def _answer(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")


def _handle(request: dict[str, Any]) -> dict[str, Any]:
    blob = Blob(request["name"], Path(request["path"]))
    try:
        sheets = read_directly(blob, request["kind"], request["encoding"])
        return {"sheets": write_sheets(sheets, Path(request["folder"]))}
    except PrecursorScreenError as error:
        return {"error": describe_error(error)}
    except MemoryError:  # Arrow's is one as well
        return {"memory": True}
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        if str(error) == _NO_OBJECT:
            return {"memory": True}
        return {"failed": f"{type(error).__name__}: {error}"[:300].replace("\n", " ")}


def memory_in_use() -> int:
    """Bytes of address space; 0 where the system does not say (only Linux does)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def limit_memory(most: int | None) -> None:
    """Sets the limit of address space, None: none. Windows has no such limit, macOS does not hold to it."""
    try:
        import resource
    except ImportError:
        return
    unlimited = resource.getrlimit(resource.RLIMIT_AS)[1]
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        wanted = unlimited if most is None else most if unlimited == resource.RLIM_INFINITY else min(most, unlimited)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, unlimited))
    except (OSError, ValueError):
        return
