"""The records of an XLS (BIFF5 and BIFF8): what each sheet holds, counted without the library that gives its cells.

Sources: [MS-XLS] 2.4 for records, 2.5.10 for error codes; [MS-CFB] for the container. BIFF2 to BIFF4 are not looked at.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile
from msgspec import Struct, field

from precursor_screen.formats.parts import ERRORS, SheetScan, has_words, name_of, runs_of, words_of_page
from precursor_screen.formats.sheet import OutOfTableText

BOF, EOF, BOUNDSHEET, CONTINUE, SST = 0x809, 0x0A, 0x85, 0x3C, 0xFC
DIMENSIONS, ROW, BLANK, MULBLANK = 0x200, 0x208, 0x201, 0xBE
NUMBER, LABEL, BOOLERR, RK, RSTRING, LABELSST, MULRK, FORMULA = 0x203, 0x204, 0x205, 0x27E, 0xD6, 0xFD, 0xBD, 0x06
NOTE, OBJ, TXO, HEADER, FOOTER = 0x1C, 0x5D, 0x1B6, 0x14, 0x15
_SINGLE = (NUMBER, LABEL, BOOLERR, RK, RSTRING, LABELSST, FORMULA)
_SIZES = {NUMBER: 14, RK: 10, LABELSST: 10, BOOLERR: 8, ROW: 16, BLANK: 6}
# How records of cells begin: within the body of another one they were swallowed by it.
_BEGINNINGS = tuple(struct.pack("<HH", kind, _SIZES[kind]) for kind in (NUMBER, RK, LABELSST, ROW))
_BIFF8 = 0x600
COLUMNS = 256  # [MS-XLS] 2.5.43: a sheet has no more
_WITH_CELLS = (0, 1)  # worksheets and macro sheets; 2 is a chart, 6 a module

_TEXT_IN_FORMULA = b"\x17"  # [MS-XLS] 2.5.198.89, PtgStr
FORMAT_OF_NUMBERS = "format of numbers"
# WRITEACCESS, FORMAT, NAME, EXTERNNAME, CRN, SUPBOOK, SXSTRING, DV, HLINK, of the whole workbook or of a sheet.
WORDS_OUTSIDE_CELLS = {
    0x5C: "user of the workbook",
    0x41E: FORMAT_OF_NUMBERS,
    0x18: "defined name",
    0x23: "name in another workbook",
    0x5A: "value of another workbook",
    0x1AE: "name of another workbook",
    0xCD: "value behind a pivot table",
    0x1BE: "prompt",
    0x1B8: "link",
    0x800: "link",
}
Record = tuple[int, bytes]


class _State(Struct):
    version: int
    scan: SheetScan = field(default_factory=SheetScan)
    last_column: int = -1
    rows: set[int] = field(default_factory=set)
    stated: set[int] = field(default_factory=set)  # rows that have cells by their ROW record
    blank: set[int] = field(default_factory=set)
    last_mentioned: int = -1  # the highest row that any record names, blank ones too
    dimensions: int = 0  # rows by the DIMENSIONS record
    object_id: int = -1
    texts: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[int, int, int]] = field(default_factory=list)


def workbook_stream(data: bytes) -> bytes:
    """The stream of records within the container; the bytes themselves where there is none.

    Raises:
        OSError: the container is damaged, or holds no workbook.
    """
    if not data.startswith(olefile.MAGIC):
        return data
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        for name in ("Workbook", "Book"):
            if container.exists(name):
                stream: bytes = container.openstream(name).read()
                return stream
    raise OSError("its container has no workbook")


def records(stream: bytes, offset: int) -> Iterator[Record]:
    """Record after record from an offset.

    Raises:
        ValueError: the stream ends within a record.
    """
    while offset + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, offset)
        if offset + 4 + size > len(stream):
            raise ValueError("it ends in the middle of a record")
        yield kind, stream[offset + 4 : offset + 4 + size]
        offset += 4 + size


def list_sheets(stream: bytes) -> list[int]:
    """Where the records of each sheet of cells begin that the workbook lists.

    Raises:
        ValueError, struct.error: damaged.
    """
    sheets = []
    for kind, body in records(stream, 0):
        if kind == EOF:
            break
        if kind == BOUNDSHEET and body[5] & 0x0F in _WITH_CELLS:
            sheets.append(struct.unpack_from("<I", body)[0])
    return sheets


def scan_records(stream: bytes, offset: int) -> tuple[SheetScan, int]:
    """What one sheet holds, and its highest used column, from 0.

    Raises:
        ValueError, struct.error: damaged.
    """
    all_records = records(stream, offset)
    kind, body = next(all_records, (0, b""))
    if kind != BOF:
        raise ValueError("its records do not begin where the workbook says")
    state = _State(struct.unpack_from("<H", body)[0])
    depth, end = 1, offset + 4 + len(body)
    text: tuple[int, bytearray] | None = None  # a text box whose characters follow
    for kind, body in all_records:
        end += 4 + len(body)
        if text is not None and kind == CONTINUE and len(text[1]) < 2 * text[0]:
            text[1].extend(_continued(body))
        elif text is not None:
            _end_text(state, text)
            text = None
        if kind == BOF:  # a chart within the sheet
            depth += 1
        elif kind == EOF:
            depth -= 1
            if not depth:
                break
        elif kind == TXO:
            text = (struct.unpack_from("<H", body, 10)[0], bytearray())
        elif depth == 1:
            _note(state, kind, body)
    else:
        raise ValueError("it was cut off")
    scan = _complete(state)
    after = stream[end:]
    if not after.startswith(struct.pack("<H", BOF)) and after.strip(b"\0"):  # zeros fill up the container's last sector
        scan.bad = scan.bad or "records follow after its end"
    return scan, state.last_column


def _note(state: _State, kind: int, body: bytes) -> None:
    if len(body) != _SIZES.get(kind, len(body)):  # a longer one has swallowed what follows it
        raise ValueError("a cell record has the wrong length")
    if len(body) > 16 and any(beginning in body for beginning in _BEGINNINGS):
        raise ValueError("records stand within another one")
    if kind in _SINGLE:
        row, column = struct.unpack_from("<HH", body)
        text = _error_of(kind, body)
        if text:
            state.scan.fixes[row, column] = text
        elif not _is_empty_text(kind, body):
            state.scan.filled += 1
        if kind == FORMULA and _TEXT_IN_FORMULA in body[22:]:
            texts = _constants(body[22:], state.version >= _BIFF8)
            state.scan.out_of_table_texts += [OutOfTableText(row + 1, "formula", text) for text in texts]
        _use(state, row, column)
    elif kind == MULRK:
        row, first = struct.unpack_from("<HH", body)
        count = (len(body) - 6) // 6
        state.scan.filled += count
        _use(state, row, first + count - 1)
    elif kind in (ROW, BLANK, MULBLANK):
        row, first, last = struct.unpack_from("<HHH", body)
        state.last_mentioned = max(state.last_mentioned, row)
        if kind != ROW:
            state.blank.add(row)
        elif first < last:
            state.stated.add(row)
    elif kind == DIMENSIONS:
        state.dimensions = struct.unpack_from(*(("<I", body, 4) if state.version >= _BIFF8 else ("<H", body, 2)))[0]
    elif kind == OBJ and len(body) >= 8:
        state.object_id = struct.unpack_from("<H", body, 6)[0]
    elif kind == NOTE:
        row, column, _, number = struct.unpack_from("<HHHH", body)
        state.notes.append((row, column, number))
    elif kind in WORDS_OUTSIDE_CELLS:
        state.scan.out_of_table_texts += [OutOfTableText(None, WORDS_OUTSIDE_CELLS[kind], text) for text in runs_of(body)]
    elif kind in (HEADER, FOOTER) and len(body) > 3:
        shown = (
            _characters(body[3:], struct.unpack_from("<H", body)[0], body[2])
            if state.version >= _BIFF8
            else body[1:].decode("latin-1")
        )
        if has_words(shown):
            place = "page header" if kind == HEADER else "page footer"
            state.scan.out_of_table_texts.append(OutOfTableText(None, place, words_of_page(shown)))


def _constants(tokens: bytes, has_width: bool) -> list[str]:
    """The texts of a formula: each, and all of them put together."""
    found, at = [], tokens.find(_TEXT_IN_FORMULA)
    while at >= 0 and at + 2 < len(tokens):
        count = tokens[at + 1]
        wide = tokens[at + 2] if has_width or tokens[at + 2] < 2 else 0
        begin = at + 3 if has_width or tokens[at + 2] < 2 else at + 2
        text = _characters(tokens[begin:], count, wide)
        good = len(text) == count and wide < 2 and text.isprintable()
        found += [text] if good and text else []
        at = tokens.find(_TEXT_IN_FORMULA, begin + count * (1 + (wide & 1)) if good else at + 1)
    return list(dict.fromkeys([*found, "".join(found)]))


def _use(state: _State, row: int, column: int) -> None:
    state.rows.add(row)
    state.last_mentioned = max(state.last_mentioned, row)
    state.last_column = max(state.last_column, column)


def _error_of(kind: int, body: bytes) -> str:
    if kind == BOOLERR and body[7]:
        return ERRORS.get(body[6], "#ERROR!")
    if kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return ERRORS.get(body[8], "#ERROR!")
    return ""


def _is_empty_text(kind: int, body: bytes) -> bool:
    if kind == FORMULA:
        return body[12:14] == b"\xff\xff" and body[6] == 3
    return kind in (LABEL, RSTRING) and len(body) >= 8 and body[6:8] == b"\x00\x00"


def _complete(state: _State) -> SheetScan:
    scan = state.scan
    scan.rows, scan.last_row = len(state.rows), max(state.rows, default=-1) + 1
    titles = {number: (row, column) for row, column, number in state.notes}
    for number, text in state.texts.items():
        place = titles.get(number)
        if text.strip():
            shown = "text box" if place is None else f"comment at {name_of(*place)}"
            scan.out_of_table_texts.append(OutOfTableText(None if place is None else place[0] + 1, shown, text))
    if scan.rows and state.dimensions > state.last_mentioned + 1:
        scan.bad = f"it should reach to row {state.dimensions} and ends at row {state.last_mentioned + 1}"
    empty = sorted(state.stated - state.rows - state.blank)
    if empty and not scan.bad:
        scan.bad = f"row {empty[0] + 1} says that it has cells and has none"
    return scan


def _end_text(state: _State, text: tuple[int, bytearray]) -> None:
    count, raw = text
    state.texts[state.object_id] = bytes(raw[: 2 * count]).decode("utf-16-le", "replace")


def _continued(body: bytes) -> bytes:
    """Characters of a CONTINUE record as UTF-16: its first byte says whether they have one byte each."""
    if body[:1] == b"\x01":
        return body[1:]
    return body[1:].decode("latin-1").encode("utf-16-le")


def _characters(raw: bytes, count: int, wide: int) -> str:
    return raw[: 2 * count].decode("utf-16-le", "replace") if wide & 1 else raw[:count].decode("latin-1")
