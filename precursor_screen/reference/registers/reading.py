"""A register as filed (CSV, XLSX, Parquet ...) to its table; a row that cannot be understood is set aside with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.errors import RegisterError, Where
from precursor_screen.core.grouped import grouped
from precursor_screen.core.words import did_you_mean
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.table import open_sheets
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.reference.registers.headers import IGNORED, OWN_WORDS, HeaderWords, columns_of, find_header, fold, unit_of
from precursor_screen.reference.registers.rows import LONGEST_REASON, BadCell, RowParser, default_status
from precursor_screen.rulebook.registers import AMENDED, REGISTERS, schema_of

_SHOWN = 20  # headers in a message


class Skipped(Struct, frozen=True):
    """A row that was set aside: its number in the file, why, and the number of its document as far as it states one."""

    row: int
    reason: str
    reference: str = ""


class ReadRegister(Struct, frozen=True):
    """What came of a file.

    Attributes:
        table: see `rulebook.registers.schema_of`.
        skipped: rows that are not in it.
        unused: headers of filled columns that no column took.
        notes: how cells were read that may be read otherwise, a sentence each. doubts: those of which nothing says that it is right.
    """

    table: pa.Table
    skipped: tuple[Skipped, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()


def read_register(register: str, path: Path, index: SubstanceIndex, words: HeaderWords = OWN_WORDS) -> ReadRegister:
    """Reads one file.

    Args:
        register: a key of `rulebook.registers.REGISTERS`.
        path: CSV, XLSX, XLS, Parquet or JSON; of a workbook every sheet that has the columns.
        index: recognises the substances by name or CAS number.
        words: how headers are understood.

    Raises:
        RegisterError: a required column is missing, or no row can be understood.
        InputError: the file is of no format that is read.
    """
    where = Where(path.name)
    sheets = open_sheets(Blob(path.name, path))
    placed = [(sheet, place) for sheet in sheets if (place := find_header(sheet, REGISTERS[register], words)) is not None]
    if not placed:
        raise _refused(register, where, sheets, words)
    rows: list[dict[str, Any]] = []
    skipped: list[Skipped] = []
    unused: list[str] = []
    notes: list[str] = [
        f"sheet {s.name!r} is left out: it does not have the columns" for s in sheets if s not in [p for p, _ in placed]
    ]
    uncertain: list[str] = []
    seen: set[tuple[Any, ...]] = set()
    for sheet, (header_row, columns) in placed:
        of = f"{sheet.name}: " if len(placed) > 1 else ""
        one = _read_sheet(register, sheet, header_row, columns, index, words, seen)
        rows += one.rows
        skipped += [Skipped(s.row, f"{of}{s.reason}", s.reference) for s in one.skipped]
        unused += [header for header in one.unused if header not in unused]
        notes += [f"{of}{len(one.rows)} rows"] if of else []
        notes += [f"{of}{note}" for note in one.notes]
        uncertain += [f"{of}{note}" for note in one.uncertain]
    if not rows:
        reason = f"; row {skipped[0].row}: {skipped[0].reason}" if skipped else ""
        if skipped:
            raise RegisterError(f"no row could be read{reason}", where=where, remedy="Check its columns.")
        notes.append("the file has no rows: the register is empty")
    _settle_amended(rows, default_status(register))
    table = pa.Table.from_pylist(rows, schema=schema_of(register))
    return ReadRegister(table, tuple(skipped), tuple(unused), tuple(notes), tuple(uncertain))


def _settle_amended(rows: Sequence[dict[str, Any]], in_force: str) -> None:
    """What AMENDED means of a row: the last version of its number is in force, those before it are superseded."""
    groups = grouped(((fold(r.get("reference") or ""), fold(r.get("authority") or ""), r["substance_id"]), r) for r in rows)
    for versions in groups.values():
        last = max(_place(r) for r in versions)
        for one in versions:
            if one.get("status") == AMENDED:
                one["status"] = in_force if _place(one) == last else "superseded"


def _place(row: Mapping[str, Any]) -> tuple[int, date, bool]:
    """The place of a version among others of its number: by its own number, its days, and one in force behind one that was amended."""
    digits = re.sub(r"\D", "", row.get("version") or "")
    day = row.get("issued") or row.get("sent") or row.get("valid_from") or date.min
    return int(digits[:9] or 0), day, row.get("status") != AMENDED


class _SheetRows(Struct, frozen=True):
    """What came of a sheet, as `ReadRegister` has it of a file."""

    rows: list[dict[str, Any]]
    skipped: list[Skipped]
    unused: tuple[str, ...]
    notes: tuple[str, ...]
    uncertain: tuple[str, ...]


def _read_sheet(
    register: str,
    sheet: Sheet,
    header_row: int,
    columns: Mapping[str, int],
    index: SubstanceIndex,
    words: HeaderWords,
    seen: set[tuple[Any, ...]],
) -> _SheetRows:
    """The rows of a sheet. seen: the content of rows so far; a row that appears twice would allow twice as much."""
    headers = sheet.head[header_row - 1] if not sheet.named else sheet.head[0]
    body = sheet.read(header_row, max(len(row) for row in sheet.head))
    cells = {name: body.table.column(at).to_pylist() for name, at in columns.items()}
    unit = unit_of(headers[columns["quantity_kg"]]) if "quantity_kg" in columns else ""
    parse = RowParser(register, index, cells, words, unit, {name: headers[at] for name, at in columns.items()})
    rows, skipped = [], [Skipped(b.row, b.reason[:LONGEST_REASON]) for b in body.broken]
    for number, source_row in enumerate(body.rows.to_pylist()):
        content = tuple((name, (values[number] or "").strip()) for name, values in cells.items())
        if not any(said for _, said in content):
            continue
        if content in seen:
            skipped.append(Skipped(source_row, "the same row appears above"))
            continue
        seen.add(content)
        try:
            rows.extend(parse.row(number))
        except BadCell as error:
            skipped.append(Skipped(source_row, str(error)[:LONGEST_REASON], parse.reference(number)))
    left_out = {at for at, header in enumerate(headers) if words.columns.get(header.strip()) == IGNORED}
    unused = tuple(
        header
        for at, header in enumerate(headers)
        if header.strip() and at not in {*columns.values(), *left_out} and _is_filled(body.table.column(at).to_pylist())
    )
    return _SheetRows(rows, skipped, unused, *parse.remarks())


def _refused(register: str, where: Where, sheets: Sequence[Sheet], words: HeaderWords) -> RegisterError:
    """What was seen instead of the columns, and what of it is near to them."""
    columns = REGISTERS[register]
    required = ", ".join(c.name for c in columns if c.required)
    rows = [row for sheet in sheets for row in sheet.head if any(cell.strip() for cell in row)]
    best = max(rows, key=lambda row: len(columns_of(row, columns, words)), default=())
    seen = ", ".join(repr(cell.strip()[:40]) for cell in best[:_SHOWN] if cell.strip()) or "nothing"
    found = columns_of(best, columns, words)
    lacking = [c for c in columns if c.required and c.name not in found]
    free = [cell.strip() for at, cell in enumerate(best) if cell.strip() and at not in found.values()]
    near = [
        f"{cell!r} for {c.name} ({said})"
        for c in lacking
        for cell in free
        if (said := did_you_mean(fold(cell), map(fold, (c.name, *c.spellings))))
    ]
    return RegisterError(
        f"does not have the columns of the register {register}: {', '.join(c.name for c in lacking)} "
        f"{'is' if len(lacking) == 1 else 'are'} missing. Headers seen: {seen}"
        + (f". Near: {'; '.join(near[:3])}" if near else ""),
        where=where,
        remedy=f"Needed: {required}. Say in a file which header is which (columns: {{HEADER: {lacking[0].name if lacking else 'reference'}}}), and pass it: --mapping FILE",
    )


def _is_filled(cells: Sequence[str | None]) -> bool:
    """Whether a column says something; numbers of rows do not."""
    said = [(cell or "").strip() for cell in cells]
    return any(said) and not all(cell in ("", str(number)) for number, cell in enumerate(said, 1))
