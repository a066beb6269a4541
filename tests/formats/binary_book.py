"""Writes small XLSB workbooks ([MS-XLSB]): records of a number, a length and their bytes; texts and figures in their cells."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)
_RELATIONS = '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_RELATION = '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}


def _record(number: int, content: bytes = b"") -> bytes:
    kind = bytes((number,)) if number < 128 else bytes((number & 0x7F | 0x80, number >> 7))
    size, length = len(content), b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes((low | (0x80 if size else 0),))
        if not size:
            return kind + length + content


def _text(text: str) -> bytes:
    coded = text.encode("utf-16-le")
    return struct.pack("<I", len(coded) // 2) + coded


def _cell(column: int, value: object) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(value, bool):
        return _record(4, place + bytes((value,)))
    if isinstance(value, (int, float)):
        return _record(5, place + struct.pack("<d", value))
    if value in ERRORS:
        return _record(3, place + bytes((ERRORS[str(value)],)))
    return _record(6, place + _text(str(value)))


def xlsb(rows: Sequence[Sequence[object]], *comments: str) -> bytes:
    """A workbook of one sheet and its comments; None leaves a cell out, a name of an error is that error."""
    width = max((len(row) for row in rows), default=1)
    body = b"".join(
        _record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        + b"".join(_cell(column, value) for column, value in enumerate(row) if value is not None)
        for number, row in enumerate(rows)
    )
    size = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1)
    sheet = _record(129) + _record(148, size) + _record(145) + body + _record(146) + _record(130)
    bundle = struct.pack("<II", 0, 1) + _text("rId1") + _text("goods")
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS.format(_RELATION.format("rId1", "officeDocument", "xl/workbook.bin")))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels", _RELATIONS.format(_RELATION.format("rId1", "worksheet", "worksheets/sheet1.bin"))
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        if comments:
            relation = _RELATION.format("rId1", "comments", "../comments1.bin")
            archive.writestr("xl/worksheets/_rels/sheet1.bin.rels", _RELATIONS.format(relation))
            archive.writestr("xl/comments1.bin", b"".join(_record(637, b"\0" + _text(comment)) for comment in comments))
    return out.getvalue()
