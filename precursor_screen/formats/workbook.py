"""Workbooks (XLSX, XLS, XLSB, ODS) to cells, through calamine: every sheet, hidden ones too."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import python_calamine as calamine
from msgspec.structs import replace

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.archive import check_bomb, check_members, open_zip
from precursor_screen.formats.blob import Blob, cells_allowed, unreadable
from precursor_screen.formats.ods import read_ods
from precursor_screen.formats.parts import SheetScan, WorkbookAudit, name_of, parts_beside
from precursor_screen.formats.sheet import LOST, Broken, Cells, Sheet, memory_reader, text_of
from precursor_screen.formats.xls import XlsAudit
from precursor_screen.formats.xlsb import XlsbAudit, linked_comments
from precursor_screen.formats.xlsx import XlsxAudit, asides_of_names

_READ_ELSEWHERE = re.compile(r"xl/(?:comments|threadedComments/|drawings/drawing)[^/]*\.xml|docProps/core\.xml")
Covered = dict[int, list[tuple[int, int, int]]]  # row -> (column, first row, first column) of what a merged range covers
_LOCKED = "is locked by a password"
_READ = (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.DialogSheet, calamine.SheetTypeEnum.MacroSheet)
_DAMAGE = (calamine.CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError)


def read_workbook(blob: Blob) -> list[Sheet]:
    """Every worksheet of a workbook, in order; sheets without a cell have an empty head.

    What calamine leaves out (error values, formulas that were never calculated, texts beside the cells) is added, and what it
    loses is counted in the notes of a sheet.

    Raises:
        UnreadableManifest: locked by a password, damaged, no workbook, or none of its sheets can be read.
    """
    try:
        if not blob.head(8).startswith(b"PK"):
            if _is_encrypted(blob):
                raise _unreadable(blob, _LOCKED, "Save it without a password.")
            data = blob.read()
            audit = XlsAudit(data)  # first: calamine asks for what a damaged container states, be it gigabytes
            return _read_sheets(blob, _open(data), "XLS", audit, len(data))
        with open_zip(blob) as archive:
            return _read_zipped(blob, archive)
    except calamine.PasswordError as error:
        raise _unreadable(blob, _LOCKED, "Save it without a password.") from error
    except _DAMAGE as error:
        raise _damaged(blob, str(error)) from error


def _read_zipped(blob: Blob, archive: zipfile.ZipFile) -> list[Sheet]:
    check_bomb(archive, blob)
    check_members(archive, blob)
    names = archive.NameToInfo
    size = sum(info.file_size for info in archive.infolist())
    if "xl/workbook.bin" in names:
        sheets = _read_sheets(blob, _open(blob.read()), "XLSB", XlsbAudit(archive), size)
    elif not any(name.startswith("xl/") for name in names):
        sheets = read_ods(blob.name, archive, cells_allowed(size))
    else:
        sheets = _read_sheets(blob, _open(blob.read()), "XLSX", XlsxAudit(archive), size)
    return _with_parts(sheets, archive, blob)


def _with_parts(sheets: list[Sheet], archive: zipfile.ZipFile, blob: Blob) -> list[Sheet]:
    """The sheets, the first with the words of all parts that are no sheet, and with notes of those that were not read."""
    said = {aside.text for sheet in sheets for aside in sheet.asides}
    read = [name for name in archive.namelist() if "xl/workbook.xml" in archive.NameToInfo and _READ_ELSEWHERE.match(name)]
    asides, notes = parts_beside(archive, blob, [*read, *linked_comments(archive)], said)
    if not sheets or not (asides or notes):
        return sheets
    first = sheets[0]
    return [replace(first, asides=(*first.asides, *asides), notes=(*first.notes, *notes)), *sheets[1:]]


def _open(data: bytes) -> calamine.CalamineWorkbook:
    # By content, not by path: calamine believes the suffix, and an XLSX named .xls is common.
    return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def _unreadable(blob: Blob, message: str, remedy: str) -> UnreadableManifest:
    return unreadable(blob.name, message, remedy)


def _damaged(blob: Blob, reason: str) -> UnreadableManifest:
    return _unreadable(blob, f"is a damaged workbook ({reason})", "Open it in its own program and save it again as XLSX.")


def _is_encrypted(blob: Blob) -> bool:
    # [MS-OFFCRYPTO] 2.3.4.4: a protected XLSX is a compound file with a stream of this name, in UTF-16.
    return "EncryptedPackage".encode("utf-16-le") in blob.read()


def _read_sheets(blob: Blob, book: calamine.CalamineWorkbook, kind: str, audit: WorkbookAudit, size: int) -> list[Sheet]:
    metas = [(index, meta.name) for index, meta in enumerate(book.sheets_metadata) if meta.typ in _READ]
    several = len(book.sheets_metadata) > 1
    sheets: list[Sheet] = []
    for position, (index, name) in enumerate(metas):
        shown = f"{blob.name}#{name}" if several else blob.name
        empty = Sheet(shown, kind, "", (), False, memory_reader([]))
        sheets.append(_read_watched(book, index, name, empty, audit, position, size))
    book.close()
    asides, notes = audit.loose_parts()
    asides += asides_of_names(name for _, name in metas)
    if asides or notes:
        sheets[0] = replace(sheets[0], asides=(*sheets[0].asides, *asides), notes=(*sheets[0].notes, *notes))
    if not sheets:
        raise _unreadable(blob, "has no sheet of cells", "Check that it is the right file.")
    lost = [note for sheet in sheets for note in sheet.notes]
    if lost and not any(sheet.head for sheet in sheets):
        raise _unreadable(blob, f"cannot be read: {lost[0].reason}", "Open it in its own program and save it again as XLSX.")
    return sheets


def _read_watched(
    book: calamine.CalamineWorkbook, index: int, name: str, empty: Sheet, audit: WorkbookAudit, position: int, size: int
) -> Sheet:
    """One sheet by calamine while the audit looks at it as well: calamine leaves the interpreter alone meanwhile."""
    most = cells_allowed(size)
    rows, columns = audit.extent(position, name, most)
    if rows:  # before calamine makes room for them
        too_many = f"{rows * columns:,} cells where {most:,} are read"
        why = too_many if rows * columns > most else "a column that the format does not have"
        far = f"its cells reach to {name_of(rows - 1, columns - 1)}, {why}"
        return replace(empty, notes=(Broken(1, name, 1, far, LOST),))
    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(audit.scan, position, name)
        try:
            sheet = _load(book, index, audit)
        except _DAMAGE as error:
            scan = looking.result()
            held = max(scan.rows if scan else 1, 1)
            return replace(empty, notes=(Broken(1, name, held, f"the sheet is damaged ({error})", LOST),))
        scan = looking.result()
    cells = Cells()
    cells.take(_text_rows(sheet, _fill_from_merged(sheet), scan.fixes if scan else {}, cells))
    made = replace(empty, head=tuple(cells.head), read=memory_reader(cells.columns()))
    if scan is None:
        return made
    notes = _compare(scan, cells.filled, lambda: audit.count_empty(position))
    return replace(made, notes=tuple(notes), asides=tuple(scan.asides))


def _load(book: calamine.CalamineWorkbook, index: int, audit: WorkbookAudit) -> calamine.CalamineSheet:
    try:
        return book.get_sheet_by_index(index)
    except calamine.CalamineError as error:
        mended = audit.repaired() if "error value" in str(error) else b""
        if not mended:
            raise
        return _open(mended).get_sheet_by_index(index)


def _compare(scan: SheetScan, delivered: int, count_empty: Callable[[], int]) -> list[Broken]:
    if scan.bad:
        return [Broken(1, "", max(scan.rows, 1), f"{scan.bad}: rows may be missing", LOST)]
    missing = scan.filled - delivered
    if missing <= 0 or (missing := missing - count_empty()) <= 0:
        return []
    reason = f"{missing} of its {scan.filled} filled cells could not be read (rows with cells: {scan.rows}, the last is row {scan.last_row})"
    return [Broken(1, "", min(missing, scan.rows), reason, LOST)]


def _fill_from_merged(sheet: calamine.CalamineSheet) -> Covered:
    """The cells of merged ranges."""
    covered: Covered = {}
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


def _text_rows(
    sheet: calamine.CalamineSheet, covered: Covered, fixes: Mapping[tuple[int, int], str], count: Cells
) -> Iterator[list[str]]:
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (at, column), text in fixes.items():
        by_row.setdefault(at, []).append((column, text))
    anchors: dict[tuple[int, int], str] = {}
    wanted = {(top, left) for cells in covered.values() for _, top, left in cells}
    tops = {top for top, _ in wanted}
    number = -1
    for number, row in enumerate(sheet.iter_rows()):
        cells = [c if type(c) is str else text_of(c) for c in row]
        count.filled += len(cells) - cells.count("")
        for column, text in by_row.pop(number, ()):
            _put(cells, column, text)
        if number in tops:
            for left, cell in enumerate(row):
                # A number is not copied down: one gross mass over five rows is one mass, a name over five rows is five names.
                if (number, left) in wanted and isinstance(cell, str):
                    anchors[number, left] = cell
        for column, top, left in covered.get(number, ()):
            if column < len(cells) and not cells[column]:
                cells[column] = anchors.get((top, left), "")
        yield cells
    # calamine ends at the last cell that it does not give empty.
    last = number
    for at in sorted(at for at in by_row if at > last):
        for _ in range(at - last - 1):
            yield []
        last, cells = at, []
        for column, text in by_row[at]:
            _put(cells, column, text)
        yield cells


def _put(cells: list[str], column: int, text: str) -> None:
    if column < 0:
        return
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = text
