"""The XML of an XLSX sheet, looked at beside the cells: how far it reaches, how many cells hold something, and what calamine leaves out.

calamine gives an empty cell for an error value and for a formula that was never calculated, takes a string of a wrong number
for the first one, and lets a cell that is given twice overwrite the other. Counting what the XML holds shows all of that.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from xml.parsers import expat

from precursor_screen.formats.parts import (
    SheetScan,
    constants_of,
    has_words,
    place_of,
    texts_of_xml,
    words_of_format,
    words_of_page,
)
from precursor_screen.formats.sheet import UNCACHED, OutOfTableText
from precursor_screen.text.codes import is_cas

CHUNK = 1 << 20
# No rectangle is too large without one of these references: 26 columns of 999,999 rows are within the least limit.
_FAR = re.compile(rb"""r=["'](?:[A-Za-z]{3}|[A-Za-z]{2}[0-9]{5}|[A-Za-z][0-9]{7})""")
_PLACE = rb"""r=["']([A-Za-z]{1,9})([0-9]{1,9})["']"""
_ANY = re.compile(_PLACE)
_FILLED = re.compile(_PLACE + rb"(?:[^<>]*[^<>/])?>\s*<(?:\w+:)?(?:v|f|is)\b")  # a cell that has but a style takes no room
# A shared string goes by its number; calamine takes what is none for the first string.
_BAD_STRING = re.compile(rb"""t="s"[^<>]{0,80}>\s*<v>(?!\s*[0-9]+\s*<|\s*[0-9]*\s*\Z)""")
_OVERLAP = 200
_ROW_END = b"</row>"
_LONGEST_ROW = 16 << 20
_ROW_NUMBER = re.compile(rb'<row[^>]*\sr="([0-9]{1,9})"')
_HEADERS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ATTRIBUTES = {"dataValidation": ("promptTitle", "prompt", "errorTitle", "error"), "hyperlink": ("display", "tooltip")}


def survey_sheet(archive: zipfile.ZipFile, path: str, cells: int) -> tuple[tuple[int, int], str]:
    """Looks over a sheet's XML without parsing it.

    Returns:
        Row and column of the corner of its used cells, from 1, as far as they are far out, 0 where the rectangle is small; and what is wrong
        with it, in words.

    Args:
        archive: the workbook.
        path: the sheet's part.
        cells: how large a rectangle may be.

    Raises:
        zipfile.BadZipFile, zlib.error, EOFError: damaged.
    """
    is_far, bad = False, ""
    for chunk in _chunks(archive, path):
        is_far = is_far or _FAR.search(chunk) is not None
        if _BAD_STRING.search(chunk):
            bad = "it refers to texts by what is not a number"
    if is_far:
        for pattern in (_ANY, _FILLED):
            rows, columns = _extent(archive, path, pattern)
            if rows * columns <= cells:
                break
        else:
            return (rows, columns), bad
    return (0, 0), bad


def _extent(archive: zipfile.ZipFile, path: str, pattern: re.Pattern[bytes]) -> tuple[int, int]:
    rows, columns = {b"0"}, {b""}
    for chunk in _chunks(archive, path):
        for column, row in pattern.findall(chunk):
            rows.add(row)
            columns.add(column)
    return max(map(int, rows)), 1 + max(place_of(f"{column.decode()}1")[1] for column in columns)


def _chunks(archive: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """A part in pieces that overlap, so that nothing short is cut in two."""
    tail = b""
    with archive.open(path) as stream:
        while chunk := stream.read(CHUNK):
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def scan_sheet(archive: zipfile.ZipFile, path: str) -> SheetScan:
    """Reads a sheet's XML through.

    Raises:
        zipfile.BadZipFile, zlib.error, EOFError: damaged.
    """
    with archive.open(path) as stream:
        return _Scanner().run(stream.read)


def _is_plain(chunk: bytes) -> bool:
    """Whether tags can be counted as bytes: no error, no formula, no comment, and no tag written in an unusual way."""
    if any(mark in chunk for mark in (b't="e"', b"t='", b"<f", b"<!", b":row", b":v>", b"\x00")):
        return False
    return all(chunk.count(tag) == chunk.count(tag + b">") for tag in (b"<v", b"<is"))


class _Scanner:
    """Counts while expat parses. Only what is looked for has a handler: the rest costs nothing."""

    def __init__(self) -> None:
        self.scan = SheetScan()
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._may_count = True
        self._local: dict[str, str] = {}
        # The cell that is open: its row, from 0; the last reference given in the row and how many cells ago that was.
        self._row, self._reference, self._since = -1, "", 0
        self._type = ""
        self._is_error = self._is_formula = self._is_filled = False
        self._row_filled = False
        self._text: list[str] | None = None
        self._element = ""

    def run(self, read: Callable[[int], bytes]) -> SheetScan:
        """Parses all of a stream, cut after rows."""
        rest = b""
        try:
            while chunk := read(CHUNK):
                piece = rest + chunk
                end = piece.rfind(_ROW_END) + len(_ROW_END)
                if end < len(_ROW_END):
                    end = len(piece) if len(piece) > _LONGEST_ROW else 0
                    self._may_count = self._may_count and not end
                rest = piece[end:]
                self._feed(piece[:end])
            self._may_count = False  # what follows the rows is looked at
            self._feed(rest)
            self._parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding that is not known is a LookupError
            self.scan.bad = f"its XML is not well formed ({error})"
        except _Refused:
            self.scan.bad = "its XML holds a document type definition"
        self._end_cell()
        self._end_row()
        return self.scan

    def _feed(self, piece: bytes) -> None:
        """Whole rows: plain ones are counted as bytes, which takes a third of the time."""
        if self._may_count and _is_plain(piece):
            self._parser.StartElementHandler = None
            filled = piece.count(b"<v>") + piece.count(b"<is>")
            self.scan.filled += filled
            if filled:
                self.scan.rows += piece.count(b"<row")
                number = _ROW_NUMBER.match(piece, piece.rfind(b"<row"))
                self._row = int(number[1]) - 1 if number else self._row + piece.count(b"<row")
                self.scan.last_row = max(self.scan.last_row, self._row + 1)
        else:
            self._parser.StartElementHandler = self._start
        self._parser.Parse(piece, False)

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
        elif local not in ("t", "r"):
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
                    self.scan.out_of_table_texts.append(OutOfTableText(row, place, attributes[key]))

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
                self.scan.out_of_table_texts.append(OutOfTableText(None, kind, words_of_page(text)))
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


_FORMULA = re.compile(rb"<(?:\w+:)?(?:f|formula[12]?)\b[^>]*>([^<]*\"[^<]*|[^<]*&quot;[^<]*|[^<]*CHAR\([^<]*)<", re.I)
_EXTENSION = re.compile(rb"<(?:\w+:)?extLst\b.*?</(?:\w+:)?extLst>", re.S)
MOST_CONSTANTS = 50_000  # of a sheet


def words_in_formulas(archive: zipfile.ZipFile, path: str) -> list[OutOfTableText]:
    """Texts within formulas, in lists of what a cell may hold, and in extensions of a sheet; none of them need stand in a cell. At most
    `MOST_CONSTANTS` and those of one more piece of the sheet."""
    found: dict[tuple[str, str], None] = {}
    rest = b""
    with archive.open(path) as stream:
        while len(found) < MOST_CONSTANTS and ((chunk := stream.read(CHUNK)) or rest):
            piece = rest + chunk
            end = piece.rfind(b"</") if chunk else len(piece)  # a formula is cut in two nowhere but at the end of the file
            rest = piece[end:] if end > 0 and len(piece) - end < _LONGEST_ROW else b""
            piece = piece[: len(piece) - len(rest)] + (b"<" if rest else b"")
            has_formulas = b"<f" in piece or b":f" in piece  # nearly all pieces of most sheets have none
            for formula in _FORMULA.findall(piece) if has_formulas else ():
                for text in constants_of(unescape(formula.decode("utf-8", "replace"))):
                    found["formula", text] = None
            for extension in _EXTENSION.findall(piece) if b"extLst" in piece else ():
                for text in texts_of_xml(_without_prefixes(extension)) or ():
                    found["extension of the sheet", text] = None
    return [OutOfTableText(None, place, text) for place, text in found]


def _without_prefixes(piece: bytes) -> bytes:
    """A piece of XML without the prefixes of names, which are declared outside of it."""
    for pattern, rest in ((rb"\sxmlns(?::\w+)?=\"[^\"]*\"", b""), (rb"(</?)\w+:", rb"\1"), (rb"\b\w+:(?=\w+[\s=>/])", b"")):
        piece = re.sub(pattern, rest, piece)
    return piece


_NUMBER_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^>]*\bformatCode=\"([^\"]*)\"")


def words_of_formats(archive: zipfile.ZipFile) -> list[OutOfTableText]:
    """The words that formats of numbers show beside them."""
    if "xl/styles.xml" not in archive.NameToInfo:
        return []
    codes = (unescape(code.decode("utf-8", "replace")) for code in _NUMBER_FORMAT.findall(archive.read("xl/styles.xml")))
    return [
        OutOfTableText(None, "format of numbers", text)
        for text in dict.fromkeys(t for code in codes for t in words_of_format(code))
    ]


_STRING = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.S)
_RUN = re.compile(rb"<(?:\w+:)?t\b[^>]*>([^<]*)<")
_USED = re.compile(rb"""t="s"[^<>]{0,80}>\s*<v>\s*([0-9]{1,9})""")
_MOST_STRINGS = 64 << 20  # bytes: all are held at once


def unused_strings(archive: zipfile.ZipFile, strings: str, sheets: list[str]) -> list[OutOfTableText] | None:
    """Texts of the common table that no cell of any sheet refers to: what was deleted may still stand there. None: it is too large to
    be looked at."""
    if archive.getinfo(strings).file_size > _MOST_STRINGS:
        return None
    texts = _STRING.findall(archive.read(strings))
    used = {int(number) for path in sheets for piece in _chunks(archive, path) for number in _USED.findall(piece)}
    rest = (b"".join(_RUN.findall(text)).decode("utf-8", "replace") for at, text in enumerate(texts) if at not in used)
    return [OutOfTableText(None, "text that no cell shows", unescape(text)) for text in dict.fromkeys(rest) if text.strip()]


_CELL = re.compile(rb"<c\b([^>]*)>\s*(?:<f\b[^>]*(?:/>|>[^<]*</f>))?\s*<v>([0-9]{4,10})</v>")
_STYLE = re.compile(rb'\bs="([0-9]+)"')
_PLACED = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_DASHED = re.compile(r"[0#]{1,7}(?:\\?-|\"-\")0{2}(?:\\?-|\"-\")0")
_XF = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")


def numbers_with_dashes(archive: zipfile.ZipFile, path: str) -> list[OutOfTableText]:
    """Numbers that a format shows as a CAS number (108247 as 108-24-7): the cell holds no dash."""
    if "xl/styles.xml" not in archive.NameToInfo:
        return []
    styles = archive.read("xl/styles.xml")
    formats = {
        number: code
        for number, code in re.findall(rb'<(?:\w+:)?numFmt\b[^>]*?numFmtId="([0-9]+)"[^>]*?formatCode="([^"]*)"', styles)
        if _DASHED.search(unescape(code.decode("utf-8", "replace")))
    }
    if not formats:
        return []
    begin = styles.find(b"<cellXfs")
    xfs = _XF.findall(styles[begin : styles.find(b"</cellXfs>", begin)])
    shown = {str(at).encode() for at, xf in enumerate(xfs) for number in formats if b'numFmtId="' + number + b'"' in xf}
    found: dict[tuple[str, str], None] = {}
    for piece in _chunks(archive, path):
        for attributes, digits in _CELL.findall(piece):
            style, place = _STYLE.search(attributes), _PLACED.search(attributes)
            if style and style[1] in shown and len(found) < MOST_CONSTANTS:
                text = digits.decode()
                text = f"{text[:-3]}-{text[-3:-1]}-{text[-1]}"
                found[place[1].decode() if place else "", f"CAS {text}" if is_cas(text) else text] = None
    return [OutOfTableText(place_of(at)[0] + 1 or None, f"number as shown at {at}", text) for at, text in found]
