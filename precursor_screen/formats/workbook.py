"""Workbooks (XLSX, XLS, XLSB, ODS) to cells, through calamine: every sheet, hidden ones too."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import python_calamine as calamine
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.formats.archive import is_document, open_whole
from precursor_screen.formats.blob import Blob, cells_allowed, damaged_workbook, unreadable
from precursor_screen.formats.ods import read_ods
from precursor_screen.formats.parts import ERRORS, SheetScan, WorkbookAudit, name_of, texts_of_parts
from precursor_screen.formats.sheet import LOST, Broken, Cells, OutOfTableText, Sheet, memory_reader, text_of
from precursor_screen.formats.xls import XlsAudit
from precursor_screen.formats.xlsx import XlsxAudit, absolute, texts_of_names

# What calamine leaves out of an XLSB workbook: cells that hold an error, and comments ([MS-XLSB] 2.1.4 for records).

_ROW, _ERRORS, _BUNDLE, _COMMENT = 0, (3, 11), 156, 637  # BrtRowHdr; BrtCellError, BrtFmlaError; BrtBundleSh; BrtCommentText
_LONGEST = 32_767  # characters of a cell, and bytes of a record that are looked at
_DIMENSIONS, _NAME, _FORMAT = 148, 39, 44  # BrtWsDim, BrtName, BrtFmt
_FORMULAS, _FORMULA_OF_TEXT, _CELLS = (8, 9, 10, 11), 8, tuple(range(12))
_RELATION: Final = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r'\b(Id|Target)="([^"]*)"')
_COMMENT_COLUMN: Final = "comments"


class XlsbAudit(WorkbookAudit):
    """Errors and comments of each sheet; what else a sheet holds is not counted."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sheets = _sheets(archive)

    def scan(self, position: int, name: str) -> SheetScan | None:
        """The errors and comments of a sheet; None where its part is not found."""
        path = self._sheets.get(name)
        if path is None:
            return None
        scan = SheetScan()
        row = stated = -1
        for kind, content in _records(_part(self._archive, path)):
            if kind == _ROW and len(content) >= 4:
                row = struct.unpack_from("<I", content)[0]
                scan.last_row = max(scan.last_row, row + 1)
            elif kind == _DIMENSIONS and len(content) >= 8:
                stated = struct.unpack_from("<I", content, 4)[0] + 1
            if kind in _FORMULAS:
                scan.out_of_table_texts += [
                    OutOfTableText(row + 1, "formula", text) for text in _wide_runs(_formula(kind, content))
                ]
            elif kind not in _CELLS:
                scan.out_of_table_texts += [OutOfTableText(None, "beside the cells", text) for text in _wide_runs(content)]
            if kind in _ERRORS and len(content) >= 9:
                scan.fixes[row, struct.unpack_from("<I", content)[0]] = ERRORS.get(content[8], "#N/A")
        for target in _comments_of(self._archive, path):
            texts = (_wide(content, 1) for kind, content in _records(_part(self._archive, target)) if kind == _COMMENT)
            scan.out_of_table_texts += [OutOfTableText(None, _COMMENT_COLUMN, text) for text in texts if text.strip()]
        if stated > scan.last_row > 0:
            scan.bad = f"it should reach to row {stated} and ends at row {scan.last_row}"
        return scan

    def loose_parts(self) -> tuple[list[OutOfTableText], list[Broken]]:
        """Names that the workbook defines, formats of numbers, and comments of no sheet."""
        found = [
            OutOfTableText(None, place, text)
            for part, kinds, place in (
                ("xl/workbook.bin", (_NAME,), "defined name"),
                ("xl/styles.bin", (_FORMAT,), "format of numbers"),
            )
            for kind, content in _records(_part(self._archive, part))
            if kind in kinds
            for text in _wide_runs(content)
        ]
        return found, []


def _formula(kind: int, content: bytes) -> bytes:
    """What stands behind the value of a cell: its formula."""
    if kind == _FORMULA_OF_TEXT and len(content) >= 12:
        return content[12 + 2 * struct.unpack_from("<I", content, 8)[0] :]
    return content[16:]


def _wide_runs(content: bytes) -> list[str]:
    """Texts of a record, each with its length before it in four bytes, or in two within a formula."""
    found, at, end = [], 0, min(len(content), _LONGEST)
    while at < end:
        text = next((t for size in (4, 2) if (t := _counted(content, at, size))), "")
        at += 4 + 2 * len(text) if text else 1
        found += [text] if text else []
    return list(dict.fromkeys([*found, "".join(found)]))


def _counted(content: bytes, at: int, size: int) -> str:
    count = int.from_bytes(content[at : at + size], "little")
    raw = content[at + size : at + size + 2 * count]
    if not 2 < count < _LONGEST or len(raw) < 2 * count:
        return ""
    text = raw.decode("utf-16-le", "replace")
    return text if text.isprintable() and "\ufffd" not in text and sum(c.isalpha() for c in text) > 2 else ""


def linked_comments(archive: zipfile.ZipFile) -> list[str]:
    """The parts of comments that a sheet refers to, which the audit reads."""
    return [target for path in _sheets(archive).values() for target in _comments_of(archive, path)]


def _comments_of(archive: zipfile.ZipFile, path: str) -> list[str]:
    return [target for target in _targets(archive, path).values() if "comments" in target.rpartition("/")[2].lower()]


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet, by its name."""
    targets = _targets(archive, "xl/workbook.bin")
    found = {}
    for kind, content in _records(_part(archive, "xl/workbook.bin")):
        if kind == _BUNDLE:
            relation = _wide(content, 8)
            name = _wide(content, 12 + 2 * len(relation))
            found[name] = targets.get(relation, "")
    return {name: path for name, path in found.items() if path}


def _targets(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """What a part refers to, by id: without a parser, for a list that is not well formed must not cost the sheets, which calamine can read."""
    folder, _, file = path.rpartition("/")
    text = _part(archive, f"{folder}/_rels/{file}.rels").decode("utf-8", "replace")
    found = [dict(_ATTRIBUTE.findall(one)) for one in _RELATION.findall(text)]
    return {one["Id"]: absolute(folder, one["Target"]) for one in found if "Id" in one and "Target" in one}


def _part(archive: zipfile.ZipFile, path: str) -> bytes:
    return archive.read(path) if path in archive.NameToInfo else b""


def _wide(content: bytes, at: int) -> str:
    """A text with its length before it; empty where the record is too short."""
    if len(content) < at + 4:
        return ""
    length = struct.unpack_from("<I", content, at)[0]
    return content[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace")


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and bytes of each record, as far as they are whole."""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < end:
            kind = kind & 0x7F | data[at] << 7
            at += 1
        size = shift = 0
        while at < end and shift < 28:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if at + size > end:
            return
        yield kind, data[at : at + size]
        at += size


_READ_ELSEWHERE = re.compile(r"xl/(?:comments|threadedComments/|drawings/drawing)[^/]*\.xml|docProps/core\.xml")
Covered = dict[int, list[tuple[int, int]]]  # row -> (column, first row) of what a merged range covers
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
            data = blob.read()
            if _holds_stream(data, "EncryptedPackage"):  # [MS-OFFCRYPTO] 2.3.4.4: a protected XLSX or DOCX
                raise unreadable(blob.name, _LOCKED, "Save it without a password.")
            if _holds_stream(data, "WordDocument") and not any(_holds_stream(data, name) for name in ("Workbook", "Book")):
                raise unreadable(
                    blob.name, "is a document of Word 97 to 2003 (.doc)", "Open it and save it as DOCX, and screen that."
                )
            audit = XlsAudit(data)  # first: calamine asks for what a damaged container states, be it gigabytes
            return _read_sheets(blob, _open(data), "XLS", audit, len(data))
        with open_whole(blob) as archive:
            return _read_zipped(blob, archive)
    except calamine.PasswordError as error:
        raise unreadable(blob.name, _LOCKED, "Save it without a password.") from error
    except _DAMAGE as error:
        raise damaged_workbook(blob.name, error) from error


def _read_zipped(blob: Blob, archive: zipfile.ZipFile) -> list[Sheet]:
    if is_document(archive):
        from precursor_screen.formats.docx import read_docx

        return read_docx(blob, archive)
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
    said = {aside.text for sheet in sheets for aside in sheet.out_of_table_texts}
    read = [name for name in archive.namelist() if "xl/workbook.xml" in archive.NameToInfo and _READ_ELSEWHERE.match(name)]
    out_of_table_texts, notes = texts_of_parts(archive, blob, [*read, *linked_comments(archive)], said)
    return [sheet if at else sheet.saying(notes, out_of_table_texts) for at, sheet in enumerate(sheets)]


def _open(data: bytes) -> calamine.CalamineWorkbook:
    # By content, not by path: calamine believes the suffix, and an XLSX named .xls is common.
    return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def _holds_stream(data: bytes, name: str) -> bool:
    """Whether a compound file names a stream so, in UTF-16 with a zero behind it ([MS-CFB] 2.6.1)."""
    return f"{name}\0".encode("utf-16-le") in data


def _read_sheets(blob: Blob, book: calamine.CalamineWorkbook, kind: str, audit: WorkbookAudit, size: int) -> list[Sheet]:
    metas = [(index, meta.name) for index, meta in enumerate(book.sheets_metadata) if meta.typ in _READ]
    several = len(book.sheets_metadata) > 1
    sheets: list[Sheet] = []
    for position, (index, name) in enumerate(metas):
        shown = f"{blob.name}#{name}" if several else blob.name
        empty = Sheet(shown, kind, "", (), False, memory_reader([]))
        sheets.append(_read_watched(book, index, name, empty, audit, position, size))
    book.close()
    out_of_table_texts, notes = audit.loose_parts()
    out_of_table_texts += texts_of_names(name for _, name in metas)
    if not sheets:
        raise unreadable(blob.name, "has no sheet of cells", "Check that it is the right file.")
    sheets[0] = sheets[0].saying(notes, out_of_table_texts)
    lost = [note for sheet in sheets for note in sheet.notes]
    if lost and not any(sheet.head for sheet in sheets):
        raise unreadable(blob.name, f"cannot be read: {lost[0].reason}", "Open it in its own program and save it again as XLSX.")
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
    made = cells.sheet(empty.name, empty.format)
    if scan is None:
        return made
    return made.saying(_compare(scan, cells.filled, lambda: audit.count_empty(position)), scan.out_of_table_texts)


def _load(book: calamine.CalamineWorkbook, index: int, audit: WorkbookAudit) -> calamine.CalamineSheet:
    try:
        return book.get_sheet_by_index(index)
    except calamine.CalamineError as error:
        repaired = audit.repaired() if "error value" in str(error) else b""
        if not repaired:
            raise
        return _open(repaired).get_sheet_by_index(index)


def _compare(scan: SheetScan, delivered: int, count_empty: Callable[[], int]) -> list[Broken]:
    if scan.bad:
        return [Broken(1, "", max(scan.rows, 1), f"{scan.bad}: rows may be missing", LOST)]
    missing = scan.filled - delivered
    if missing <= 0 or (missing := missing - count_empty()) <= 0:
        return []
    reason = f"{missing} of its {scan.filled} filled cells could not be read (rows with cells: {scan.rows}, the last is row {scan.last_row})"
    return [Broken(1, "", min(missing, scan.rows), reason, LOST)]


def _fill_from_merged(sheet: calamine.CalamineSheet) -> Covered:
    """The cells that merged ranges cover below their first one. What stands over several columns is said once: in the first of them."""
    covered: Covered = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        # A merge over a whole column or sheet is layout, and would cost a million entries.
        if bottom - top > 10_000 or len(covered) > 200_000:
            continue
        for row in range(top + 1, bottom + 1):
            covered.setdefault(row, []).append((left, top))
    return covered


def _text_rows(
    sheet: calamine.CalamineSheet, covered: Covered, fixes: Mapping[tuple[int, int], str], count: Cells
) -> Iterator[list[str]]:
    by_row = grouped((at, (column, text)) for (at, column), text in fixes.items())
    anchors: dict[tuple[int, int], str] = {}
    wanted = {(top, left) for cells in covered.values() for left, top in cells}
    tops = {top for top, _ in wanted}
    number = -1
    for number, row in enumerate(sheet.iter_rows()):
        cells = [c if type(c) is str else text_of(c) for c in row]
        count.filled += len(cells) - cells.count("")
        count.texts.update([at for at, c in enumerate(row) if type(c) is str and c[-4:-3] == "."])
        for column, text in by_row.pop(number, ()):
            _put(cells, column, text)
        if number in tops:
            for left, cell in enumerate(row):
                # A number is not copied down: one gross mass over five rows is one mass, a name over five rows is five names.
                if (number, left) in wanted and isinstance(cell, str):
                    anchors[number, left] = cell
        for left, top in covered.get(number, ()):
            if left < len(cells) and not cells[left]:
                cells[left] = anchors.get((top, left), "")
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
