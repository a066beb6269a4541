"""The second look at an XLSX: each sheet's XML beside the cells that calamine gives."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from html import unescape
from xml.etree.ElementTree import Element

from msgspec import Struct

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.parts import UNREAD, SheetScan, WorkbookAudit, place_of
from precursor_screen.formats.sheet import LOST, Broken, OutOfTableText
from precursor_screen.formats.xlsx_scan import (
    MOST_CONSTANTS,
    numbers_with_dashes,
    scan_sheet,
    survey_sheet,
    unused_strings,
    words_in_formulas,
    words_of_formats,
)
from precursor_screen.formats.xml import stream_records
from precursor_screen.text.text import late

# The parts of an XLSX: which file of the archive holds which sheet, and what each part refers to.

_SHEET_KINDS = ("worksheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


class SheetPart(Struct, frozen=True):
    """One sheet: its name, and the path of its XML in the archive; empty where the workbook does not say."""

    name: str
    path: str


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id -> (last word of the type, path in the archive). Links to the outside are left out.

    Raises:
        UnreadableManifest: not well formed.
        zipfile.BadZipFile, zlib.error: damaged.
    """
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for element in records(archive, path, ("Relationship",)):
        if element.get("TargetMode") == "External":
            continue
        path = absolute(folder, element.get("Target", ""))
        found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], path)
    return found


def absolute(folder: str, target: str) -> str:
    """The path in the archive of what a part in a folder refers to."""
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def sheet_parts(archive: zipfile.ZipFile) -> list[SheetPart]:
    """The sheets that the workbook lists, in order.

    Raises:
        UnreadableManifest: not well formed.
        zipfile.BadZipFile, zlib.error: damaged.
    """
    known = relations(archive, "xl/workbook.xml")
    parts = []
    for element in records(archive, "xl/workbook.xml", ("sheet",)):
        kind, path = known.get(element.get("id", ""), ("", ""))
        if kind in _SHEET_KINDS or not kind:
            parts.append(SheetPart(element.get("name", ""), path))
    return parts


def records(archive: zipfile.ZipFile, path: str, names: tuple[str, ...]) -> Iterator[Element]:
    """The outermost elements of these local names in a part; none where there is no such part.

    Raises:
        UnreadableManifest: not well formed.
        zipfile.BadZipFile, zlib.error: damaged.
    """
    try:
        info = archive.getinfo(path)
    except KeyError:
        return
    with archive.open(info) as stream:
        for record in stream_records(stream, names, file=path, error=UnreadableManifest):
            yield record.element


# Texts of an XLSX that stand in no cell: comments, text boxes and shapes, charts, names, properties of the document.

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor")
_PROPERTIES = {"title": "title", "subject": "subject", "description": "comments", "keywords": "keywords", "category": "category"}
# VML was never well-formed XML in practice: <br> stands unclosed in it.
_TEXTBOX = re.compile(r"<v:textbox\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_DEFAULT_SHEET = late(lambda: rf"{pattern_of('cell_words', 'sheet')}?[ _]?\(?\d{{0,3}}\)?", re.IGNORECASE)


def texts_of_sheet(archive: zipfile.ZipFile, part: str) -> list[OutOfTableText]:
    """What stands beside the cells of one sheet, in the order in which its part refers to it.

    Raises:
        UnreadableManifest: a part is not well formed.
        zipfile.BadZipFile, zlib.error: a part is damaged.
    """
    found: list[OutOfTableText] = []
    for kind, path in relations(archive, part).values():
        if kind in ("comments", "threadedComment"):
            found += _comments(records(archive, path, ("comment", "threadedComment")))
        elif kind == "drawing":
            found += _drawing(archive, path)
        elif kind == "vmlDrawing":
            found += _vml(archive, path)
    return found


def texts_of_workbook(archive: zipfile.ZipFile, reached: Iterable[str]) -> list[OutOfTableText]:
    """Names that hold words, properties of the document, and drawings and comments that no sheet refers to.

    Args:
        archive: the workbook.
        reached: the parts of sheets, whose own texts were read.

    Raises:
        UnreadableManifest: a part is not well formed.
        zipfile.BadZipFile, zlib.error: a part is damaged.
    """
    found = []
    for element in records(archive, "xl/workbook.xml", ("definedName",)):
        name, value = element.get("name", ""), (element.text or "").strip()
        if not name.startswith("_xlnm"):
            found.append(OutOfTableText(None, "defined name", name))
            if '"' in value:  # a constant; a range says nothing
                found.append(OutOfTableText(None, f"defined name {name}", value))
    for element in records(archive, "docProps/core.xml", tuple(_PROPERTIES)):
        text = (element.text or "").strip()
        if text:
            found.append(OutOfTableText(None, f"document property {_PROPERTIES[element.tag]}", text))
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
            found += [OutOfTableText(None, kind, text) for e in records(archive, path, ("p",)) if (text := _text(e))]
    return found


def texts_of_names(names: Iterable[str]) -> list[OutOfTableText]:
    """Names of sheets, but those that a program gave: `Sheet1`, `Tabelle 2`."""
    return [OutOfTableText(None, "name of the sheet", name) for name in names if not _DEFAULT_SHEET.fullmatch(name)]


def _comments(elements: Iterable[Element]) -> Iterator[OutOfTableText]:
    for element in elements:
        reference = element.get("ref", "")
        text = _text(element)
        if text:
            yield OutOfTableText(place_of(reference)[0] + 1 or None, f"comment at {reference}", text)


def _drawing(archive: zipfile.ZipFile, path: str) -> Iterator[OutOfTableText]:
    for anchor in records(archive, path, _ANCHORS):
        row = anchor.findtext("from/row", "").strip()
        at = int(row) + 1 if row.isascii() and row.isdigit() and len(row) < 9 else None
        for shape in anchor.iter():
            if shape.tag == "txBody" and (text := _text(shape)):
                yield OutOfTableText(at, "text box", text)
            elif shape.tag == "cNvPr":
                # What Excel itself writes as name says nothing; a description is the user's.
                for key in ("descr", "title"):
                    if shape.get(key):
                        yield OutOfTableText(at, "description of a picture or shape", shape.get(key, ""))


def _vml(archive: zipfile.ZipFile, path: str) -> Iterator[OutOfTableText]:
    try:
        text = archive.read(path).decode("utf-8", "replace")
    except KeyError:
        return
    # Each box reaches to the next end at most; looking for a pair would cost the square of what is left open.
    for box in (part.partition("</v:textbox>")[0] for part in _TEXTBOX.split(text)[1:]):
        words = " ".join(unescape(_TAG.sub(" ", box)).split())
        if words:
            yield OutOfTableText(None, "text box", words)


def _text(element: Element) -> str:
    """All text runs within an element, a line for each paragraph."""
    lines: list[list[str]] = [[]]
    for inner in element.iter():
        if inner.tag == "p":
            lines.append([])
        elif inner.tag in ("t", "text") and inner.text:
            lines[-1].append(inner.text)
    return "\n".join(text for line in lines if (text := "".join(line).strip()))


_SHEETS = re.compile(r"xl/(?:worksheets|dialogsheets|macrosheets)/[^/]+\.xml")


# Error values that Excel has learnt since 2018; calamine refuses a sheet that holds one.
_NEW_ERROR = re.compile(
    rb"""(\bt=["']e["'][^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>)#(?!NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|DATA!|GETTING_DATA)[^<]*"""
)


class XlsxAudit(WorkbookAudit):
    """Knows which part of the archive is which sheet."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = sheet_parts(archive)
        self._unread: list[Broken] = []
        self._bad: dict[str, str] = {}  # by part, of those that were looked at

    def extent(self, position: int, name: str, cells: int) -> tuple[int, int]:
        """As `WorkbookAudit.extent`."""
        path = self._path(position, name)
        if not path:
            return 0, 0
        extent, self._bad[path] = survey_sheet(self._archive, path, cells)
        return extent

    def scan(self, position: int, name: str) -> SheetScan | None:
        """As `WorkbookAudit.scan`."""
        path = self._path(position, name)
        if not path:
            return SheetScan(bad="the workbook does not say where its cells are")
        scan = scan_sheet(self._archive, path)
        scan.bad = scan.bad or self._bad.get(path, "")
        try:
            scan.out_of_table_texts += texts_of_sheet(self._archive, path)
            for texts in (words_in_formulas(self._archive, path), numbers_with_dashes(self._archive, path)):
                scan.out_of_table_texts += texts
                if len(texts) >= MOST_CONSTANTS:
                    reason = (
                        f"more than {MOST_CONSTANTS:,} texts are in formulas or formats of numbers; the others were not screened"
                    )
                    self._unread.append(Broken(1, name, 1, reason, UNREAD))
        except UnreadableManifest as error:
            scan.bad = scan.bad or f"a comment or drawing is damaged: {error.message}"
        return scan

    def count_empty(self, position: int) -> int:
        """As `WorkbookAudit.count_empty`."""
        texts, count = set[int](), 0
        with suppress(UnreadableManifest):  # the scan has said so
            # Phonetic readings (rPh) are not texts.
            strings = enumerate(records(self._archive, self._strings(), ("si",)))
            texts.update(
                number
                for number, string in strings
                if any((t.text or "").strip() for part in string if part.tag != "rPh" for t in part.iter("t"))
            )
        with suppress(UnreadableManifest):
            for row in records(self._archive, self._parts[position].path, ("row",)):
                count += sum(_is_empty(cell, texts) for cell in row)
        return count

    def _strings(self) -> str:
        """The part of the texts that cells refer to; empty where there is none."""
        return next((path for kind, path in relations(self._archive, "xl/workbook.xml").values() if kind == "sharedStrings"), "")

    def repaired(self) -> bytes:
        """The workbook with `#N/A` for error values that calamine does not know: the scan gives the true ones."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as copy:
            for info in self._archive.infolist():
                content = self._archive.read(info)
                copy.writestr(info.filename, _NEW_ERROR.sub(rb"\1#N/A", content) if _SHEETS.fullmatch(info.filename) else content)
        return out.getvalue()

    def loose_parts(self) -> tuple[list[OutOfTableText], list[Broken]]:
        """As `WorkbookAudit.rest`."""
        notes = self._unread
        try:
            out_of_table_texts = texts_of_workbook(self._archive, self._bad) + words_of_formats(self._archive)
        except UnreadableManifest as error:
            out_of_table_texts = []
            notes.append(Broken(1, "", 1, f"a comment, drawing or list of names is damaged: {error.message}", LOST))
        strings = self._strings()
        if strings in self._archive.NameToInfo:
            unused = unused_strings(self._archive, strings, [p.path for p in self._parts if p.path in self._archive.NameToInfo])
            if unused is None:
                reason = "the table of texts is too large to look for texts that no cell shows"
                notes.append(Broken(1, strings, 1, reason, UNREAD))
            out_of_table_texts += unused or []
        for path in sorted(set(filter(_SHEETS.fullmatch, self._archive.namelist())) - {p.path for p in self._parts}):
            scan = scan_sheet(self._archive, path)
            if scan.filled or scan.fixes:
                notes.append(Broken(1, path, scan.rows, "holds cells, and the workbook does not list it as a sheet", LOST))
        return out_of_table_texts, notes

    def _path(self, position: int, name: str) -> str:
        if position >= len(self._parts) or self._parts[position].name != name:
            return ""
        path = self._parts[position].path
        return path if path in self._archive.NameToInfo else ""


def _is_empty(cell: Element, texts: Container[int]) -> bool:
    """Whether a cell states a value without a formula before it, and that is an empty text. texts: numbers of shared strings with a text."""
    parts = [part for part in cell if part.tag in ("v", "is", "f")]
    values = [part for part in parts if part.tag != "f"]
    if not values or parts[0].tag == "f" or cell.get("t") == "e":
        return False
    value = "".join(text for part in values for text in part.itertext()).strip()
    return not value or (cell.get("t") == "s" and value.isdigit() and int(value) not in texts)
