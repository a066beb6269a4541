"""A table in a document: of Word, in RTF, and on a page of the web."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

from sample_data.filing.delimited import table
from sample_data.filing.shipment import Shipment

_MADE = (2026, 11, 25, 0, 0, 0)
_OFFICE = "http://schemas.openxmlformats.org"


def write_docx(shipments: Sequence[Shipment]) -> bytes:
    """Below a line of text."""
    headers, rows = table(shipments)
    made = "".join(f"<w:tr>{''.join(f'<w:tc>{_paragraph(text)}</w:tc>' for text in row)}</w:tr>" for row in (headers, *rows))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" Target="word/document.xml"'
        f' Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_OFFICE}/wordprocessingml/2006/main"><w:body>{_paragraph("MANIFEST")}'
        f"<w:tbl>{made}</w:tbl>{_paragraph('')}</w:body></w:document>",
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name, _MADE), f'<?xml version="1.0" encoding="UTF-8"?>{text}', zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def write_rtf(shipments: Sequence[Shipment]) -> bytes:
    """Letters beyond ASCII in Unicode."""
    headers, rows = table(shipments)
    edges = "".join(rf"\cellx{1000 * number}" for number in range(1, len(headers) + 1))
    body = "".join(
        "".join([r"\trowd", edges, "\n", *(rf"\pard\intbl {_coded(text)}\cell" + "\n" for text in row), r"\row", "\n"])
        for row in (headers, *rows)
    )
    return "".join([r"{\rtf1\ansi\uc1 MANIFEST\par", "\n", body, r"\pard\par}", "\n"]).encode("ascii")


def _coded(text: str) -> str:
    units = text.encode("utf-16-le")
    codes = (int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2))
    return "".join(
        chr(code) if 31 < code < 127 and chr(code) not in "\\{}" else rf"\u{code - (code >> 15 << 16)}?" for code in codes
    )


def write_html(shipments: Sequence[Shipment]) -> bytes:
    """As a portal shows it."""
    headers, rows = table(shipments)
    made = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>\n" for row in (headers, *rows))
    page = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>MANIFEST</title></head><body><table>\n{made}</table></body></html>\n'
    return page.encode()
