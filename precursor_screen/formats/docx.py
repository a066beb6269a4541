"""Documents of Word (DOCX, DOCM): their tables, the text among them, and what they hold beside it.

Source: ISO/IEC 29500-1 (WordprocessingML, part 17; packages, part 9).
"""

from __future__ import annotations

import re
import zipfile
from html import unescape
from typing import Final
from xml.parsers import expat

from msgspec.structs import replace

from precursor_screen.formats.blob import MB, Blob, cells_allowed, unreadable
from precursor_screen.formats.flow import Flow
from precursor_screen.formats.parts import expat_parser, texts_of_parts
from precursor_screen.formats.sheet import Broken, Sheet

_MAIN: Final = re.compile(r'<Relationship\b[^>]*/officeDocument"[^>]*>')
_TARGET: Final = re.compile(r'\bTarget="/?([^"]+)"')
_PAGE: Final = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")  # what stands beside the text
_NUMBERING: Final = "word/numbering.xml"
_LABEL: Final = re.compile(r'<w:lvlText [^>]*w:val="([^"]*)"')
_EMBEDDED: Final = re.compile(r"word/embeddings/[^/]+\.(?:xlsx|xlsm|xlsb|docx|docm|pdf)", re.I)
_MOST_EMBEDDED: Final = 64 * MB
_DEPTH: Final = 256  # elements within each other
_MOST_ACROSS: Final = 64  # columns of a table
_OFF: Final = ("0", "false", "off", "none")
_DELETED, _HIDDEN = "deleted text", "hidden text"
_SAVE: Final = "Open it in its own program and save it again, or ask for it again."


def read_docx(blob: Blob, archive: zipfile.ZipFile) -> list[Sheet]:
    """Every table of a document, each with the text above it; what is not shown, or stands beside the text, is told.

    Args:
        blob: the document.
        archive: the same, opened; each of its parts is whole.

    Raises:
        UnreadableManifest: damaged, or with more cells than are read.
    """
    names = archive.namelist()
    main = _main_part(archive)
    pages = {name: match[1] for name in names if (match := _PAGE.fullmatch(name))}
    hidden: dict[str, int] = {}
    flow = Flow(cells_allowed(sum(info.file_size for info in archive.infolist())))
    try:
        for name in (*(name for name, place in pages.items() if place == "header"), main):
            _Part(flow, hidden).read(archive.read(name))
        for name, place in pages.items():
            if place != "header":
                beside = flow.apart()
                _Part(beside, hidden).read(archive.read(name))
                flow.say_beside(f"{place} of the document", beside)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise unreadable(blob.name, f"is a damaged document of Word ({error})", _SAVE) from error
    for label in _LABEL.findall(archive.read(_NUMBERING).decode("utf-8", "replace") if _NUMBERING in names else ""):
        flow.out_of_table_texts.add("numbering of the document", unescape(label) if any(map(str.isalpha, label)) else "")
    first, *others = flow.sheets(blob.name, "DOCX", "document")
    embedded = [name for name in names if _EMBEDDED.fullmatch(name) and archive.getinfo(name).file_size <= _MOST_EMBEDDED]
    attached = tuple((name.rpartition("/")[2], archive.read(name)) for name in embedded)
    said = {one.text for one in first.out_of_table_texts}
    texts, notes = texts_of_parts(archive, blob, {main, *pages, *embedded}, said)
    notes += [Broken(1, "", count, f"it holds {why}, which was screened", "hidden-text") for why, count in hidden.items()]
    return [replace(first.saying(notes, texts), attached=attached), *others]


def _main_part(archive: zipfile.ZipFile) -> str:
    """The part that the document itself stands in."""
    relations = archive.read("_rels/.rels").decode("utf-8", "replace") if "_rels/.rels" in archive.NameToInfo else ""
    targets = [found[1] for one in _MAIN.findall(relations) if (found := _TARGET.search(one))]
    return next((target for target in targets if target in archive.NameToInfo), "word/document.xml")


class _Part:
    """What the parser calls for one part. Text that is deleted or hidden stands beside the rest."""

    def __init__(self, flow: Flow, hidden: dict[str, int]) -> None:
        self._flows = [flow]  # the last is that of the text box that is open
        self._hidden = hidden
        self._path: list[str] = []
        self._passed = 0  # how deep within what is said elsewhere as well
        self._unseen: dict[str, list[str]] = {}
        self._is_hidden = False

    def read(self, content: bytes) -> None:
        """A part, from its beginning to its end.

        Raises:
            expat.ExpatError, ValueError: it is not well formed, or nested too deep.
        """
        parser = expat_parser(self._start, self._end, self._hear, " ")
        parser.buffer_text = True
        parser.Parse(content, True)
        self._tell_unseen()
        self._flows[0].end_line()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._path.append(local)
        if len(self._path) > _DEPTH:
            raise ValueError("its elements are nested too deep")
        if self._passed or local == "Fallback":  # the same once more, for older programs
            self._passed += 1
            return
        flow = self._flows[-1]
        stated = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        value = stated.get("val", "")
        match local:
            case "txbxContent":
                self._flows.append(flow.apart())
            case "tbl":
                flow.open_table()
            case "tr":
                flow.open_row()
            case "tc":
                flow.open_cell()
            case "gridBefore" | "gridSpan":
                across = min(int(value), _MOST_ACROSS) if value.isdecimal() and len(value) < 9 else 1
                flow.leave_out(across) if local == "gridBefore" else flow.widen(across)
            case "vMerge" if value != "restart":
                flow.go_on()
            case "br" | "cr":
                flow.hear("\n")
            case "tab" | "ptab" if self._path[-2:-1] == ["r"]:
                flow.hear(" " if flow.in_table else "\t")
            case "noBreakHyphen":
                flow.hear("-")
            case "numPr" if not flow.in_table:
                flow.hear("• ")
            case "vanish" if self._path[-3:-1] == ["r", "rPr"]:
                self._is_hidden = value not in _OFF
            case "docPr":
                for text in (stated.get("descr", ""), stated.get("title", "")):
                    flow.out_of_table_texts.add("description of a picture", text)

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self._path.pop()
        if self._passed:
            self._passed -= 1
            return
        flow = self._flows[-1]
        match local:
            case "txbxContent":
                self._flows.pop()
                self._flows[-1].take(flow)
            case "tbl":
                flow.close_table()
            case "tr":
                flow.close_row()
            case "tc":
                flow.close_cell()
            case "p":
                self._tell_unseen()
                flow.end_line()
            case "r":
                self._is_hidden = False

    def _hear(self, text: str) -> None:
        if self._passed or not self._path:
            return
        element = self._path[-1]
        if element == "delText" or (element == "t" and "moveFrom" in self._path):
            self._unseen.setdefault(_DELETED, []).append(text)
        elif element in ("instrText", "delInstrText"):
            self._flows[-1].out_of_table_texts.add("field of the document", text)
        elif element == "t" and self._is_hidden:
            self._unseen.setdefault(_HIDDEN, []).append(text)
        elif element == "t":
            self._flows[-1].hear(text)

    def _tell_unseen(self) -> None:
        for why, texts in self._unseen.items():
            self._flows[-1].out_of_table_texts.add(f"{why} of the document", "".join(texts))
            self._hidden[why] = self._hidden.get(why, 0) + 1
        self._unseen.clear()
