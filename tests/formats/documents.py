"""Documents of Word for tests, made of their parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Target="{}"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def paragraph(text: str, properties: str = "") -> str:
    """One line; `properties` of its one run."""
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    """A cell; its lines are paragraphs."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(map(paragraph, text.split(chr(10))))}</w:tc>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of cells; one that is XML already stays so."""
    made = ("".join(text if text.startswith("<") else cell(text) for text in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in made)}</w:tbl>"


def part(body: str, name: str = "document") -> str:
    """A part of a document around its content."""
    return f"<w:{name} {_W}>{body}</w:{name}>"


def docx(*body: str, parts: Mapping[str, str | bytes] | None = None, main: str = "word/document.xml") -> bytes:
    """A document: its body, and parts beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", _RELATIONS.format(main))
        archive.writestr(main, part(f"<w:body>{''.join(body)}</w:body>"))
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()
