"""Workbooks for tests, and ways to alter one part of a package under a valid checksum."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import xlsxwriter
import xlwt

ROWS: tuple[tuple[Any, ...], ...] = (
    ("bill", "description", "hs code", "net weight"),
    ("B1", "acetic anhydride", "2915240000", 1000.5),
    ("B2", "ceramic tiles", "6907210000", 20),
    ("B3", "toluene in drums", "2902300000", 7),
)


def xlsx(rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    """Texts in a table of their own, as Excel writes them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def inline_xlsx(rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    """By openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    """BIFF8."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("goods")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:body><office:spreadsheet>{}'
    "</office:spreadsheet></office:body></office:document-content>"
)


def ods_of(body: str) -> bytes:
    """A spreadsheet around the XML of its tables."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", _ODS.format(body))
    return out.getvalue()


def ods(rows: Sequence[Sequence[Any]] = ROWS) -> bytes:
    """One table."""
    return ods_of(f'<table:table table:name="Sheet1">{"".join(map(_ods_row, rows))}</table:table>')


def _ods_row(row: Sequence[Any]) -> str:
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
        if isinstance(v, str)
        else f'<table:table-cell office:value-type="float" office:value="{v}"><text:p>{v}</text:p></table:table-cell>'
        for v in row
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def alter(package: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The package with each part as `change(name, content)` gives it; None leaves the part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = change(info.filename, old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    return out.getvalue()


def replace_in(package: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The package with one text replaced in the parts whose name holds `part`; it must be there."""
    found = []

    def change(name: str, content: bytes) -> bytes:
        if part in name and old in content:
            found.append(name)
            return content.replace(old, new)
        return content

    altered = alter(package, change)
    assert found, f"{old!r} is in no part {part}"
    return altered
