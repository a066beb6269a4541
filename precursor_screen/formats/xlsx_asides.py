"""Texts of an XLSX that stand in no cell: comments, text boxes and shapes, charts, names, properties of the document."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from xml.etree.ElementTree import Element

from precursor_screen.formats.ooxml import records, relations
from precursor_screen.formats.sheet import Aside
from precursor_screen.formats.witness import place_of

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
_PROPERTIES = {"title": "title", "subject": "subject", "description": "comments", "keywords": "keywords", "category": "category"}
# VML was never well-formed XML in practice: <br> stands unclosed in it.
_TEXTBOX = re.compile(r"<v:textbox\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
# What programs call a sheet in the languages of Excel and LibreOffice.
_DEFAULT_SHEET = re.compile(
    r"(?:(?:work)?sheet|tabelle|feuil(?:le)?|hoja|foglio|planilha|folha|лист|аркуш|blad|ark|arkusz|list|sayfa|munka|taulukko|工作表|シート"
    r"|data|table|export|import)?[ _]?\(?\d{0,3}\)?",
    re.IGNORECASE,
)


def asides_of_sheet(archive: zipfile.ZipFile, part: str) -> list[Aside]:
    """What stands beside the cells of one sheet, in the order in which its part refers to it.

    Raises:
        UnreadableManifest: a part is not well formed.
        zipfile.BadZipFile, zlib.error: a part is damaged.
    """
    found: list[Aside] = []
    for kind, path in relations(archive, part).values():
        if kind == "comments":
            found += _comments(records(archive, path, ("comment",)))
        elif kind == "threadedComment":
            found += _comments(records(archive, path, ("threadedComment",)))
        elif kind == "drawing":
            found += _drawing(archive, path)
        elif kind == "vmlDrawing":
            found += _vml(archive, path)
    return found


def asides_of_workbook(archive: zipfile.ZipFile, reached: Iterable[str]) -> list[Aside]:
    """Names that hold words, properties of the document, and drawings and comments that no sheet refers to.

    Args:
        archive: the workbook.
        reached: the parts of sheets, whose own asides were read.

    Raises:
        UnreadableManifest: a part is not well formed.
        zipfile.BadZipFile, zlib.error: a part is damaged.
    """
    found = []
    for element in records(archive, "xl/workbook.xml", ("definedName",)):
        name, value = element.get("name", ""), (element.text or "").strip()
        if not name.startswith("_xlnm"):
            found.append(Aside(None, "defined name", name))
            if '"' in value:  # a constant; a range says nothing
                found.append(Aside(None, f"defined name {name}", value))
    for element in records(archive, "docProps/core.xml", tuple(_PROPERTIES)):
        text = (element.text or "").strip()
        if text:
            found.append(Aside(None, f"document property {_PROPERTIES[element.tag]}", text))
    known = {path for part in reached for _, path in relations(archive, part).values()}
    for path in archive.namelist():
        if path in known or not path.endswith(".xml"):
            continue
        if path.startswith(("xl/comments", "xl/threadedComments/")):
            found += _comments(records(archive, path, ("comment", "threadedComment")))
        elif path.startswith("xl/drawings/drawing"):
            found += _drawing(archive, path)
        elif path.startswith(("xl/charts/chart", "xl/diagrams/data")):
            kind = "chart" if path.startswith("xl/charts") else "diagram"
            found += [Aside(None, kind, text) for e in records(archive, path, ("p",)) if (text := _text(e))]
    return found


def asides_of_names(names: Iterable[str]) -> list[Aside]:
    """Names of sheets, but those that a program gave: `Sheet1`, `Tabelle 2`."""
    return [Aside(None, "name of the sheet", name) for name in names if not _DEFAULT_SHEET.fullmatch(name)]


def _comments(elements: Iterable[Element]) -> Iterator[Aside]:
    for element in elements:
        reference = element.get("ref", "")
        text = _text(element)
        if text:
            yield Aside(place_of(reference)[0] + 1 or None, f"comment at {reference}", text)


def _drawing(archive: zipfile.ZipFile, path: str) -> Iterator[Aside]:
    for anchor in records(archive, path, _ANCHORS):
        row = anchor.findtext("from/row", "").strip()
        at = int(row) + 1 if row.isascii() and row.isdigit() and len(row) < 9 else None
        for shape in anchor.iter():
            if shape.tag == "txBody" and (text := _text(shape)):
                yield Aside(at, "text box", text)
            elif shape.tag == "cNvPr":
                # What Excel itself writes as name says nothing; a description is the user's.
                for key in ("descr", "title"):
                    if shape.get(key):
                        yield Aside(at, "description of a picture or shape", shape.get(key, ""))


def _vml(archive: zipfile.ZipFile, path: str) -> Iterator[Aside]:
    try:
        text = archive.read(path).decode("utf-8", "replace")
    except KeyError:
        return
    # Each box reaches to the next end at most; looking for a pair would cost the square of what is left open.
    for box in (part.partition("</v:textbox>")[0] for part in _TEXTBOX.split(text)[1:]):
        words = " ".join(unescape(_TAG.sub(" ", box)).split())
        if words:
            yield Aside(None, "text box", words)


def _text(element: Element) -> str:
    """All text runs within an element, a line for each paragraph."""
    lines: list[list[str]] = [[]]
    for inner in element.iter():
        if inner.tag == "p":
            lines.append([])
        elif inner.tag in ("t", "text") and inner.text:
            lines[-1].append(inner.text)
    return "\n".join(text for line in lines if (text := "".join(line).strip()))
