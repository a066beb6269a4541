"""Verdicts as files: CSV that goes to a colleague and comes back, the page's file, and the workbook of a report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct
from msgspec.structs import asdict, fields

from precursor_screen.cases.review import Placed, VerdictDraft
from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.errors import UsageError, Where, readable
from precursor_screen.core.model import OPEN
from precursor_screen.core.words import did_you_mean
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from precursor_screen.history.store import Ledger
from precursor_screen.history.values import Verdict
from precursor_screen.reporting.interface import PRIVATE, defuse, whole_file
from precursor_screen.reporting.tables import FLAG_COLUMNS, SHIPMENT_COLUMNS, write_rows

# The ledger's tables as files, for other programs.


def export_tables(ledger: Ledger, folder: Path, kind: str, mode: int = PRIVATE) -> dict[str, int]:
    """Writes each table of the ledger into a file of the folder, all as they are at one moment.

    Args:
        ledger: to read.
        folder: made where it does not exist; no file in it is replaced.
        kind: parquet or csv (formulas defused).
        mode: permissions of the files.

    Returns:
        Rows by table.

    Raises:
        UsageError: a file exists already, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be created: {error.strerror}", where=folder, remedy="Check the path.") from error
    counts: dict[str, int] = {}
    with ledger.tables() as tables:
        for name, schema, batches in tables:
            path = folder / f"{name}.{kind}"
            if path.exists():
                raise UsageError("exists already", where=path, remedy="Name another folder: an export never replaces a file.")
            with whole_file(path, mode) as stream:
                write = _write_parquet if kind == "parquet" else _write_csv
                counts[name] = write(stream, schema, batches)
    return counts


def _write_parquet(stream: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    with pq.ParquetWriter(stream, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _write_csv(stream: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
    rows = (row for batch in batches for row in tuples_of(batch))
    return write_rows(schema.names, rows, stream)


COLUMNS = tuple(f.name for f in fields(Verdict))
NEEDED = ("flag_id", "verdict", "reason")
LONGEST_CELL = 100_000  # characters
_BESIDE = frozenset((*FLAG_COLUMNS, *SHIPMENT_COLUMNS))  # columns of a table of flags, to which somebody has added verdicts
_DELIMITERS = ",;\t"  # spreadsheet programs take the one of their country
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # XLSX and ODS; XLS
_LARGEST = 256 << 20  # bytes of a file: beyond all that officers decide
_SAYS = ("verdict", "reason", "text", "officer", "until", "second")


class Stated(Struct, frozen=True):
    """What a file states: the verdicts, and how many flags or shipments it leaves undecided."""

    drafts: list[Placed]
    undecided: int = 0


def read_verdicts(source: Path) -> Stated:
    """Reads verdicts: a workbook of a report, or CSV with flag_id, verdict and reason; the other columns may be there.

    Raises:
        UsageError: the file cannot be read, or lacks a column.
        InputError: a workbook that is locked or damaged.
    """
    with readable(source, "Check path and permissions."), source.open("rb") as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise UsageError(f"is larger than {_LARGEST >> 20} MB", where=source, remedy="Split it, and import the parts one by one.")
    return _read_workbook(source) if content.startswith(_WORKBOOKS) else _read_csv(source, content)


def _read_csv(source: Path, content: bytes) -> Stated:
    # The limit of the module is the process's, and other readers raise it: what a cell may hold is judged below.
    csv.field_size_limit(1 << 30)
    drafts: list[Placed] = []
    undecided = 0
    try:
        text = content.decode("utf-8-sig")
        head = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=head.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = _names(next(reader, []), source)
        for number, row in enumerate(reader, 2):
            where = Where(str(source), number)
            cells = _cells(names, row, where)
            if any(cells[n] for n in _SAYS if n in cells):
                drafts.append((where, _draft(cells)))
            else:
                undecided += any(cells.values())
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"is not CSV in UTF-8: {error}", where=source, remedy="Save it as CSV, UTF-8.") from error
    return Stated(drafts, undecided)


def _names(header: list[str], source: Path) -> list[str]:
    names = [name.strip().lower() for name in header]
    missing = [n for n in NEEDED if n not in names]
    unknown = [n for n in names if n and n not in COLUMNS and n not in _BESIDE]
    twice = [n for n in names if n in COLUMNS and names.count(n) > 1]
    if missing or unknown or twice:
        problem = f"does not have the column {missing[0]}" if missing else ""
        problem = problem or (f"has a column {unknown[0]!r}, which is not known" if unknown else f"has two columns {twice[0]}")
        remedy = did_you_mean(unknown[0], COLUMNS) if unknown else ""
        raise UsageError(problem, where=source, remedy=remedy or f"The columns are {', '.join(COLUMNS)}.")
    return names


def _cells(names: list[str], row: list[str], where: Where) -> dict[str, str]:
    if any(len(cell) > LONGEST_CELL for cell in row):
        raise UsageError(
            f"has a cell of more than {LONGEST_CELL:,} characters",
            where=where,
            remedy="A quotation mark before it is probably not closed: correct it.",
        )
    if any(row[len(names) :]):
        raise UsageError("has more cells than the header", where=where, remedy="Put quotes around texts that hold commas.")
    padded = [*row, *[""] * (len(names) - len(row))]
    return {n: cell if n == "text" else cell.strip() for n, cell in zip(names, padded, strict=False) if n in COLUMNS}


def _draft(cells: Mapping[str, str]) -> VerdictDraft:
    """A row as people write it: `Cleared` is cleared, `end use confirmed` is a code."""
    plain = {name: _as_written(value) for name, value in cells.items()}
    plain["verdict"] = plain["verdict"].lower()
    plain["reason"] = plain["reason"].lower().replace(" ", "-")
    return VerdictDraft(flag=plain.pop("flag_id"), **plain)


def _as_written(text: str) -> str:
    """Undoes `defuse`, so that what was exported comes back word for word."""
    return text[1:] if text.startswith("'") and defuse(text[1:]) == text else text


# The workbook: a verdict on a flag stands beside it; one on a shipment is one on each of its open flags that has none of its own.


def _read_workbook(source: Path) -> Stated:
    sheets = {sheet.name.rpartition("#")[2]: sheet for sheet in open_sheets(Blob(str(source), source))}
    flags = _rows(source, sheets, "Flags", ("flag_id", "shipment_id", "state", *_SAYS[:2]))
    shipments = _rows(source, sheets, "Shipments", ("shipment_id", *_SAYS[:2]))
    decided = {row["shipment_id"]: (where, row) for where, row in shipments if _says(row)}
    drafts, met, undecided = [], set(), 0
    for where, row in flags:
        is_open = row["state"] in OPEN
        # A message names the row that somebody filled in: that of the shipment, where it stands for the flag.
        where, said = (where, row) if _says(row) or not is_open else decided.get(row["shipment_id"], (where, row))
        if _says(said):
            met.add(row["shipment_id"])
            stated = {name: said.get(name, "") for name in _SAYS}
            drafts.append((where, _draft({"flag_id": row["flag_id"], "line_id": row.get("line_id", ""), **stated})))
        else:
            undecided += is_open
    for shipment_id, (where, row) in decided.items():
        if shipment_id not in met:  # the sheet of flags was shortened, or it has none
            drafts.append((where, _draft({"flag_id": f"shipment:{shipment_id}", **{n: row.get(n, "") for n in _SAYS}})))
    return Stated(drafts, undecided)


def _says(row: Mapping[str, str]) -> bool:
    return any(row.get(name) for name in _SAYS)


def _rows(source: Path, sheets: Mapping[str, Sheet], name: str, needed: Iterable[str]) -> list[tuple[Where, dict[str, str]]]:
    """The rows of a sheet by the names of its header, with their places.

    Raises:
        UsageError: the sheet is not there, or lacks a column.
    """
    place = f"{source}#{name}"
    remedy = "Import the workbook that `screen -o report.xlsx` wrote, or CSV with flag_id, verdict and reason."
    sheet = sheets.get(name)
    if sheet is None or not sheet.head:
        raise UsageError(f"has no sheet {name}", where=source, remedy=remedy)
    names = [cell.strip() for cell in sheet.head[0]]
    missing = [n for n in needed if n not in names]
    if missing:
        raise UsageError(f"does not have the column {missing[0]}", where=place, remedy=remedy)
    body = sheet.read(1, len(names))
    columns: list[list[Any]] = [column.to_pylist() for column in body.table.columns]
    found = []
    for number, row in zip(body.rows.to_pylist(), zip(*columns, strict=True), strict=True):
        cells = {n: (v or "") if n == "text" else (v or "").strip() for n, v in zip(names, row, strict=False) if n}
        found.append((Where(place, number), cells))
    return found


def write_verdicts(ledger: Ledger, target: Path, mode: int = PRIVATE) -> int:
    """Writes all verdicts as CSV, formulas defused, with some permissions.

    Returns:
        How many.

    Raises:
        UsageError: the file cannot be written.
    """
    verdicts = ledger.verdicts()
    with whole_file(target, mode) as stream:
        return write_rows(COLUMNS, (asdict(v).values() for v in verdicts), stream, quoted=True)
