"""What calamine leaves out of an XLSB workbook: cells that hold an error, and comments ([MS-XLSB] 2.1.4 for records)."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Final

from precursor_screen.formats.sheet import Aside
from precursor_screen.formats.witness import NoWitness, SheetScan

_ROW, _ERRORS, _BUNDLE, _COMMENT = 0, (3, 11), 156, 637  # BrtRowHdr; BrtCellError, BrtFmlaError; BrtBundleSh; BrtCommentText
_NAMES: Final = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
_RELATION: Final = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r'\b(Id|Target)="([^"]*)"')
_COMMENT_COLUMN: Final = "comments"


class XlsbWitness(NoWitness):
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
        row = -1
        for kind, content in _records(_part(self._archive, path)):
            if kind == _ROW and len(content) >= 4:
                row = struct.unpack_from("<I", content)[0]
            elif kind in _ERRORS and len(content) >= 9:
                scan.fixes[row, struct.unpack_from("<I", content)[0]] = _NAMES.get(content[8], "#N/A")
        for target in _targets(self._archive, path).values():
            if "comments" in target.rpartition("/")[2].lower():
                texts = (_wide(content, 1) for kind, content in _records(_part(self._archive, target)) if kind == _COMMENT)
                scan.asides += [Aside(None, _COMMENT_COLUMN, text) for text in texts if text.strip()]
        return scan


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
