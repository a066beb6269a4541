"""The second look at an XLS: its records beside the cells that calamine gives."""

from __future__ import annotations

import io
import struct

import olefile

from precursor_screen.formats.biff import (
    BOF,
    COLUMNS,
    CONTINUE,
    EOF,
    FORMAT_OF_NUMBERS,
    LABELSST,
    SST,
    WORDS_OUTSIDE_CELLS,
    list_sheets,
    records,
    scan_records,
    workbook_stream,
)
from precursor_screen.formats.parts import SheetScan, WorkbookAudit, notes_of, runs_of, words_of_format
from precursor_screen.formats.sheet import LOST, Broken, OutOfTableText

MOST_OF_A_STREAM = 64 << 20
STANDARD_PROPERTIES = ("Microsoft Excel", "Worksheets", "Arbeitsblätter", "Feuilles de calcul")
_DAMAGE = (ValueError, struct.error, IndexError, OSError)


class XlsAudit(WorkbookAudit):
    """Walks the records of each sheet."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError where the container or the list of sheets is damaged."""
        self._scans: dict[int, tuple[SheetScan, int]] = {}
        self._sheets: list[int] = []  # where the records of each begin
        try:
            self._stream = workbook_stream(data)
            self._container = data if data.startswith(olefile.MAGIC) else b""
            self._is_known = self._is_biff5_or_later()
            if self._is_known:
                self._sheets = list_sheets(self._stream)
        except _DAMAGE as error:
            raise ValueError(str(error)) from error

    def _is_biff5_or_later(self) -> bool:
        begins, version = self._stream[:2] == struct.pack("<H", BOF), self._stream[4:6]
        return begins and version >= b"\x00\x05" and version[1:] in (b"\x05", b"\x06")

    def extent(self, position: int, name: str, cells: int) -> tuple[int, int]:
        """As `WorkbookAudit.extent`."""
        if not self._is_known or position >= len(self._sheets):
            return 0, 0
        scan, column = self._scan(position)
        is_far = column >= COLUMNS or scan.last_row * (column + 1) > cells
        return (scan.last_row, column + 1) if is_far else (0, 0)

    def scan(self, position: int, name: str) -> SheetScan | None:
        """As `WorkbookAudit.scan`."""
        if not self._is_known:
            return None
        if position >= len(self._sheets):
            return SheetScan(bad="the workbook does not list it")
        return self._scan(position)[0]

    def count_empty(self, position: int) -> int:
        """Cells that refer to an empty shared string."""
        try:
            return _count_empty(self._stream, self._sheets[position])
        except _DAMAGE:
            return 0

    def loose_parts(self) -> tuple[list[OutOfTableText], list[Broken]]:
        """Properties of the document, who wrote it, names, formats of numbers, and streams that are no workbook."""
        if not self._is_known:
            return [], []
        out_of_table_texts = [OutOfTableText(None, place, text) for place, text in _of_workbook(self._stream)]
        try:
            found, notes = _of_container(self._container) if self._container else ([], [])
        except (*_DAMAGE, TypeError, KeyError, AttributeError) as error:  # what olefile raises on damage is one of these
            found, notes = [], [Broken(1, "", 1, f"its properties or other parts are damaged ({type(error).__name__})", LOST)]
        return out_of_table_texts + found, notes

    def _scan(self, position: int) -> tuple[SheetScan, int]:
        if position not in self._scans:
            try:
                self._scans[position] = scan_records(self._stream, self._sheets[position])
            except _DAMAGE as error:
                self._scans[position] = SheetScan(bad=f"the records of the sheet are damaged: {error}"), -1
        return self._scans[position]


def _of_workbook(stream: bytes) -> list[tuple[str, str]]:
    """What records of the workbook say beside its cells; places and texts, each once."""
    found: dict[tuple[str, str], None] = {}
    try:
        for kind, body in records(stream, 0):
            if kind in WORDS_OUTSIDE_CELLS:
                place = WORDS_OUTSIDE_CELLS[kind]
                texts = runs_of(body)
                texts = [w for t in texts for w in words_of_format(t)] if place == FORMAT_OF_NUMBERS else texts
                found |= dict.fromkeys((place, text) for text in texts)
    except _DAMAGE:
        pass  # the scan of the sheets says so
    return list(found)


def _of_container(data: bytes) -> tuple[list[OutOfTableText], list[Broken]]:
    """Properties of the document, and notes of streams that are none of a workbook: macros, files within it."""
    out_of_table_texts: list[OutOfTableText] = []
    unread: list[str] = []
    wordless: list[str] = []
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        for path in container.listdir():
            name = "/".join(path)
            if name in ("Workbook", "Book") or name.endswith("\x01CompObj") or name.startswith("\x06DataSpaces"):
                continue
            texts = runs_of(container.openstream(path).read(MOST_OF_A_STREAM))
            if name.startswith("\x05"):
                out_of_table_texts += [
                    OutOfTableText(None, "document property", text) for text in texts if text not in STANDARD_PROPERTIES
                ]
            else:
                out_of_table_texts += [OutOfTableText(None, f"part {name}", text) for text in texts]
                (unread if texts else wordless).append(name)
    return out_of_table_texts, notes_of(unread, wordless)


def _count_empty(stream: bytes, offset: int) -> int:
    empty = _empty_strings(stream)
    count = 0
    for kind, body in records(stream, offset):
        if kind == EOF:
            break
        count += kind == LABELSST and struct.unpack_from("<I", body, 6)[0] in empty
    return count


def _empty_strings(stream: bytes) -> set[int]:
    """Numbers of the shared strings without a character, [MS-XLS] 2.4.265."""
    parts: list[bytes] = []
    for kind, body in records(stream, 0):
        if kind == SST:
            parts.append(body[8:])
        elif kind == CONTINUE and parts:
            parts.append(body)
        elif parts:
            break
    cursor = _Cursor(parts)
    empty: set[int] = set()
    number = 0
    while cursor.has_more():
        count, flags = struct.unpack("<HB", cursor.take(3))
        runs = struct.unpack("<H", cursor.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", cursor.take(4))[0] if flags & 4 else 0
        cursor.skip_characters(count, flags & 1)
        cursor.take(4 * runs + extra)
        if not count:
            empty.add(number)
        number += 1
    return empty


class _Cursor:
    """A place in a text table that runs over several records."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = [part for part in parts if part]
        self._at = 0

    def has_more(self) -> bool:
        """Whether anything follows."""
        return bool(self._parts)

    def take(self, size: int) -> bytes:
        """The next bytes, over the ends of records."""
        read = b""
        while len(read) < size:
            if not self._parts:
                raise ValueError("the table of texts was cut off")
            chunk = self._parts[0][self._at : self._at + size - len(read)]
            read += chunk
            self._advance(len(chunk))
        return read

    def skip_characters(self, count: int, wide: int) -> None:
        """Characters of one string: where it runs into the next record, that begins with the width of its own characters."""
        while count:
            if not self._parts:
                raise ValueError("the table of texts was cut off")
            here = min(count, (len(self._parts[0]) - self._at) // (1 + wide))
            ends = self._at + here * (1 + wide) >= len(self._parts[0]) - wide
            self._advance(max(here * (1 + wide), len(self._parts[0]) - self._at if ends else 0))
            count -= here
            if count:
                wide = self.take(1)[0] & 1

    def _advance(self, size: int) -> None:
        self._at += size
        if self._at >= len(self._parts[0]):
            self._parts.pop(0)
            self._at = 0
