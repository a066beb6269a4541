"""What calamine leaves out of an XLSB workbook: cells that hold an error, and comments ([MS-XLSB] 2.1.4 for records)."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Final

from precursor_screen.formats.parts import ERRORS, SheetScan, WorkbookAudit
from precursor_screen.formats.sheet import Broken, OutOfTableText

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
                scan.asides += [OutOfTableText(row + 1, "formula", text) for text in _wide_runs(_formula(kind, content))]
            elif kind not in _CELLS:
                scan.asides += [OutOfTableText(None, "beside the cells", text) for text in _wide_runs(content)]
            if kind in _ERRORS and len(content) >= 9:
                scan.fixes[row, struct.unpack_from("<I", content)[0]] = ERRORS.get(content[8], "#N/A")
        for target in _comments_of(self._archive, path):
            texts = (_wide(content, 1) for kind, content in _records(_part(self._archive, target)) if kind == _COMMENT)
            scan.asides += [OutOfTableText(None, _COMMENT_COLUMN, text) for text in texts if text.strip()]
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
    folder, _, file = path.rpartition("/")
    text = _part(archive, f"{folder}/_rels/{file}.rels").decode("utf-8", "replace")
    found = [dict(_ATTRIBUTE.findall(one)) for one in _RELATION.findall(text)]
    return {one["Id"]: _absolute(folder, one["Target"]) for one in found if "Id" in one and "Target" in one}


def _absolute(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/")
    while target.startswith("../"):
        target, parts = target[3:], parts[:-1]
    return "/".join([*parts, target])


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
