"""The XML of an XLSX sheet, looked at beside the cells: how far it reaches, how many cells hold something, and what calamine leaves out.

calamine gives an empty cell for an error value and for a formula that was never calculated, takes a string of a wrong number
for the first one, and lets a cell that is given twice overwrite the other. Counting what the XML holds shows all of that.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.parsers import expat

from precursor_screen.formats.sheet import UNCACHED, Aside
from precursor_screen.formats.witness import SheetScan, has_words, place_of

CHUNK = 1 << 20
# Only these references can make a rectangle of cells too large; looking at no others is what makes it quick.
_FAR = rb"""\sr=["']([A-Za-z]{3,9}[0-9]{1,9}|[A-Za-z]{2}[0-9]{5,9}|[A-Za-z][0-9]{6,9})["']"""
_ANY_FAR = re.compile(_FAR)
_FILLED_FAR = re.compile(_FAR + rb"(?:[^<>]*[^<>/])?>\s*<(?:\w+:)?(?:v|f|is)\b")  # a cell that has but a style takes no room
# A shared string goes by its number; calamine takes what is none for the first string.
_BAD_STRING = re.compile(rb"""\st=["']s["'][^<>]*>\s*<v>(?!\s*[0-9]+\s*(?:<|\Z)|\s*\Z)""")
_OVERLAP = 200
_HEADERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ATTRIBUTES = {"dataValidation": ("promptTitle", "prompt", "errorTitle", "error"), "hyperlink": ("display", "tooltip")}


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be told of a sheet before its cells are read.

    Attributes:
        rows, columns: the corner of its used cells, from 1, as far as they are far out; 0 where the rectangle is small.
        bad: what is wrong with it, in words.
    """

    rows: int
    columns: int
    bad: str


def survey_sheet(archive: zipfile.ZipFile, path: str, cells: int) -> Survey:
    """Looks over a sheet's XML without parsing it.

    Args:
        archive: the workbook.
        path: the sheet's part.
        cells: how large a rectangle may be.

    Raises:
        zipfile.BadZipFile, zlib.error, EOFError: damaged.
    """
    survey = _survey(archive, path, _ANY_FAR)
    if survey.rows * survey.columns > cells:
        survey = _survey(archive, path, _FILLED_FAR)
    return survey if survey.rows * survey.columns > cells else replace(survey, rows=0, columns=0)


def _survey(archive: zipfile.ZipFile, path: str, pattern: re.Pattern[bytes]) -> Survey:
    rows = columns = 0
    bad, tail = "", b""
    with archive.open(path) as stream:
        while chunk := stream.read(CHUNK):
            piece = tail + chunk
            tail = chunk[-_OVERLAP:]
            for reference in set(pattern.findall(piece)):
                row, column = place_of(reference.decode())
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            if _BAD_STRING.search(piece):
                bad = "it refers to texts by what is no number"
    return Survey(rows, columns, bad)


def scan_sheet(archive: zipfile.ZipFile, path: str) -> SheetScan:
    """Reads a sheet's XML through.

    Raises:
        zipfile.BadZipFile, zlib.error, EOFError: damaged.
    """
    scanner = _Scanner()
    with archive.open(path) as stream:
        return scanner.run(stream.read)


class _Scanner:
    """Counts while expat parses. Only what is looked for has a handler: the rest costs nothing."""

    def __init__(self) -> None:
        self.scan = SheetScan()
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._local: dict[str, str] = {}
        # The cell that is open: its row, from 0; the last reference given in the row and how many cells ago that was.
        self._row, self._reference, self._since = -1, "", 0
        self._type = ""
        self._is_error = self._is_formula = self._is_filled = False
        self._row_filled = False
        self._text: list[str] | None = None
        self._element = ""

    def run(self, read: Callable[[int], bytes]) -> SheetScan:
        """Parses all of a stream."""
        try:
            while chunk := read(CHUNK):
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            self.scan.bad = f"its XML is not well formed ({error})"
        except _Refused:
            self.scan.bad = "its XML holds a document type definition"
        self._end_cell()
        self._end_row()
        return self.scan

    def _refuse(self, *_: object) -> None:
        raise _Refused

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._local.get(name)
        if local is None:
            local = self._local[name] = name.rpartition(":")[2]
        if local == "c":
            if self._is_error or self._is_formula:
                self._end_cell()
            self._since += 1
            reference = attributes.get("r")
            if reference:
                self._reference, self._since = reference, 0
            self._is_filled = False
            self._type = attributes.get("t", "")
            if self._type == "e":
                self._is_error = True
                self._listen()
        elif local == "v" or local == "is":
            if self._is_error or self._is_formula:
                self._element, self._is_filled = local, True
            elif not self._is_filled:
                self._is_filled = self._row_filled = True
                self.scan.filled += 1
        elif local == "row":
            self._end_cell()
            self._end_row()
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isascii() and number.isdigit() else self._row + 1
            self._reference, self._since = "", 0
        elif local == "f":
            if not self._is_filled and not self._is_error:
                self._is_formula = True
                self._listen()
        elif local == "t" or local == "r":
            return
        else:
            self._start_other(local, attributes)

    def _start_other(self, local: str, attributes: dict[str, str]) -> None:
        if local in _HEADERS:
            self._element = local
            self._listen()
        elif local in _ATTRIBUTES:
            self._end_cell()
            place = f"{'prompt' if local == 'dataValidation' else 'link'} at {attributes.get('sqref', attributes.get('ref', ''))}"
            row = place_of(attributes.get("ref", ""))[0] + 1 or None
            for key in _ATTRIBUTES[local]:
                if attributes.get(key):
                    self.scan.asides.append(Aside(row, place, attributes[key]))

    def _listen(self) -> None:
        self._text = []
        self._parser.CharacterDataHandler = self._hear
        self._parser.EndElementHandler = self._end

    def _hear(self, text: str) -> None:
        if self._text is not None and self._element in ("v", "is", *_HEADERS):
            self._text.append(text)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local in _HEADERS and self._text is not None:
            text = "".join(self._text).strip()
            if has_words(text):
                kind = "page header" if local.endswith("Header") else "page footer"
                self.scan.asides.append(Aside(None, kind, text))
            self._stop_listening()
        elif local == self._element:
            self._element = ""
        elif local == "c":
            self._end_cell()

    def _stop_listening(self) -> None:
        self._text, self._element = None, ""
        self._parser.CharacterDataHandler = None
        self._parser.EndElementHandler = None

    def _end_cell(self) -> None:
        if not (self._is_error or self._is_formula):
            return
        text = "".join(self._text or ())
        row, column = self._place()
        if self._is_error:
            self.scan.fixes[row, column] = text or UNCACHED
        elif text:
            self.scan.filled += 1
        elif self._type != "str" or not self._is_filled:  # a formula may come to an empty text
            self.scan.fixes[row, column] = UNCACHED
        self._row_filled = True
        self._is_error = self._is_formula = False
        self._stop_listening()

    def _end_row(self) -> None:
        if self._row_filled:
            self.scan.rows += 1
            self.scan.last_row = max(self.scan.last_row, self._row + 1)
        self._row_filled = False

    def _place(self) -> tuple[int, int]:
        row, column = place_of(self._reference) if self._reference else (self._row, -1)
        return row, column + self._since


class _Refused(Exception):
    """A document type definition."""
