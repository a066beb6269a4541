"""Workbooks (XLSX, XLS, XLSB, ODS) to cells, through calamine: every sheet, hidden ones too."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from precursor_screen.errors import UnreadableManifest, Where
from precursor_screen.formats.archive import check_bomb, open_zip
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import HEAD_ROWS, Sheet, memory_reader, string_array

BATCH = 20_000
_LOCKED = "is locked by a password"


def read_workbook(blob: Blob) -> list[Sheet]:
    """Every worksheet of a workbook, in order; sheets without a cell have an empty head.

    Raises:
        UnreadableManifest: locked by a password, damaged, or no workbook.
    """
    head = blob.head(8)
    if head.startswith(b"PK"):
        with open_zip(blob) as archive:
            check_bomb(archive, blob)
            kind = _zip_kind(set(archive.namelist()))
    else:
        kind = "XLS"
        if _is_encrypted(blob):
            raise _unreadable(blob, _LOCKED, "Save it without a password.")
    source: Any = io.BytesIO(blob.source) if isinstance(blob.source, bytes) else str(blob.source)
    try:
        book = calamine.CalamineWorkbook.from_object(source) if not isinstance(source, str) else _open_path(blob)
        sheets = []
        several = len(book.sheets_metadata) > 1
        for meta in book.sheets_metadata:
            if meta.typ not in (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.DialogSheet):
                continue
            name = f"{blob.name}#{meta.name}" if several else blob.name
            sheets.append(_read_sheet(book.get_sheet_by_name(meta.name), name, kind))
        book.close()
    except calamine.PasswordError as error:
        raise _unreadable(blob, _LOCKED, "Save it without a password.") from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise _unreadable(
            blob, f"is a damaged workbook ({error})", "Open it in its own program and save it again as XLSX."
        ) from error
    return sheets


def _open_path(blob: Blob) -> calamine.CalamineWorkbook:
    # By content, not by path: calamine believes the suffix, and an XLSX named .xls is common.
    return calamine.CalamineWorkbook.from_filelike(io.BytesIO(blob.read()))


def _unreadable(blob: Blob, message: str, remedy: str) -> UnreadableManifest:
    return UnreadableManifest(message, where=Where(blob.name), remedy=remedy)


def _zip_kind(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "XLSB"
    return "XLSX" if any(n.startswith("xl/") for n in names) else "ODS"


def _is_encrypted(blob: Blob) -> bool:
    # [MS-OFFCRYPTO] 2.3.4.4: a protected XLSX is a compound file with a stream of this name, in UTF-16.
    return "EncryptedPackage".encode("utf-16-le") in blob.read()


def _read_sheet(sheet: calamine.CalamineSheet, name: str, kind: str) -> Sheet:
    merged = _fill_from_merged(sheet)
    columns: list[list[pa.Array]] = []
    head: list[tuple[str, ...]] = []
    batch: list[list[str]] = []
    done = 0

    def flush() -> None:
        nonlocal done
        width = max((len(r) for r in batch), default=0)
        while len(columns) < width:
            columns.append([pa.nulls(done, pa.string())] if done else [])
        for i, column in enumerate(columns):
            column.append(string_array([r[i] if i < len(r) else None for r in batch]))
        done += len(batch)
        batch.clear()

    for number, cells in enumerate(_text_rows(sheet, merged)):
        if number < HEAD_ROWS:
            head.append(tuple(cells))
        batch.append(cells)
        if len(batch) == BATCH:
            flush()
    flush()
    chunked = [pa.chunked_array(c, pa.string()) for c in columns]
    return Sheet(name, kind, "", tuple(head), False, memory_reader(chunked))


def _fill_from_merged(sheet: calamine.CalamineSheet) -> dict[int, list[tuple[int, int, int]]]:
    """Row -> (column, first row, first column) of the cells that a merged range covers."""
    covered: dict[int, list[tuple[int, int, int]]] = {}
    ranges = sheet.merged_cell_ranges or []
    for (top, left), (bottom, right) in ranges:
        # A merge over a whole column or sheet is layout, and would cost a million entries.
        if bottom - top > 10_000 or right - left > 200 or len(covered) > 200_000:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    covered.setdefault(row, []).append((column, top, left))
    return covered


def _text_rows(sheet: calamine.CalamineSheet, covered: dict[int, list[tuple[int, int, int]]]) -> Iterator[list[str]]:
    anchors: dict[tuple[int, int], str] = {}
    wanted = {(top, left) for cells in covered.values() for _, top, left in cells}
    tops = {top for top, _ in wanted}
    for number, row in enumerate(sheet.iter_rows()):
        cells = [c if type(c) is str else text_of(c) for c in row]
        if number in tops:
            for left, cell in enumerate(row):
                # A number is not copied down: one gross mass over five rows is one mass, a name over five rows is five names.
                if (number, left) in wanted and isinstance(cell, str):
                    anchors[number, left] = cell
        for column, top, left in covered.get(number, ()):
            if column < len(cells) and not cells[column]:
                cells[column] = anchors.get((top, left), "")
        yield cells


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without `.0`, dates in ISO form, a time of day only where it is not midnight."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
