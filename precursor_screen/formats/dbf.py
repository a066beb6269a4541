"""DBF tables (dBase III to V, FoxPro, Visual FoxPro) to cells, with the standard library.

Layout: dBase's header of 32 bytes, 32 bytes a field, then records of fixed length whose first byte says whether they are deleted
(dBase Level 7 is not read; a memo file is where it came in one archive with its table). Text is in the code page that the header names, where it names one that is
believed; else it is decided by content, and cell by cell where most, and not all, is UTF-8.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from precursor_screen.formats.blob import COLUMNS, Blob, unreadable
from precursor_screen.formats.encoding import EncodingChoice, LineDecoder, choose_encoding
from precursor_screen.formats.sheet import HEAD_ROWS, LOST, Broken, Sheet, head_of, memory_reader, string_array
from precursor_screen.formats.sniff import Field, fields_of

# Memo files of DBF tables (.dbt of dBase III and IV, .fpt of FoxPro): texts that are too long for their column.

SUFFIXES: Final = (".dbt", ".fpt", ".smt")
_OLD_BLOCK: Final = 512
_DBASE_IV: Final = b"\xff\xff\x08\x00"
_END: Final = b"\x1a"
_FOXPRO: Final = (0x30, 0x31, 0x32, 0xF5, 0xFB)
_TEXT: Final = 1  # kind of a FoxPro memo; 0 is a picture


def is_memo_of(name: str, table: str) -> bool:
    """Whether a file is the memo file of a table, by their names."""
    stem, dot, suffix = name.rpartition(".")
    of_table, _, kind = table.rpartition(".")
    return bool(dot) and f".{suffix.lower()}" in SUFFIXES and kind.lower() == "dbf" and stem.lower() == of_table.lower()


def block_number(cell: bytes) -> int:
    """The block that a cell points to; 0 where it points to none."""
    if not cell.strip(b" \0"):
        return 0
    if len(cell) == 4:  # Visual FoxPro
        return int(struct.unpack("<I", cell)[0])
    digits = cell.strip()
    return int(digits) if digits.isdigit() else 0


def memo_text(memo: bytes, number: int, version: int) -> bytes | None:
    """The text of a block; None where the file has no such block, or none that holds text.

    Args:
        memo: the memo file.
        number: of the block.
        version: first byte of the table.
    """
    if version in _FOXPRO:
        size = struct.unpack_from(">H", memo, 6)[0] if len(memo) > 8 else 0
        at = number * (size or _OLD_BLOCK)
        if at + 8 > len(memo):
            return None
        kind, length = struct.unpack_from(">II", memo, at)
        return memo[at + 8 : at + 8 + length] if kind == _TEXT and at + 8 + length <= len(memo) else None
    size = struct.unpack_from("<H", memo, 20)[0] if len(memo) > 22 else 0
    at = number * (size or _OLD_BLOCK)
    if memo[at : at + 4] == _DBASE_IV:
        if len(memo) < at + 8:
            return None
        length = struct.unpack_from("<I", memo, at + 4)[0]
        return memo[at + 8 : at + length] if 8 <= length <= len(memo) - at else None
    at = number * _OLD_BLOCK
    if at >= len(memo):
        return None
    end = memo.find(_END, at)
    return memo[at : end if end >= 0 else len(memo)]


Records = npt.NDArray[np.uint8]  # a row a record, a column a byte
Rows = npt.NDArray[np.int64]
Memos = Mapping[Field, list[bytes | None]]  # the text of each record's memo, by field
DELETED: Final = "deleted-record"
# Language driver -> code page. The plain ones (0x03, 0x57: "Windows ANSI") are what programs write who do not think about it.
_PAGES: Final = {
    0x01: "cp437", 0x02: "cp850", 0x64: "cp852", 0x65: "cp866", 0x26: "cp866", 0x66: "cp865", 0x6A: "cp737", 0x6B: "cp857", 0x78: "big5",
    0x4F: "big5", 0x79: "cp949", 0x4E: "cp949", 0x7A: "gb18030", 0x4D: "gb18030", 0x7B: "cp932", 0x13: "cp932", 0x7C: "cp874", 0x50: "cp874",
    0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
_TEXTS: Final = "CVQ"
_MEMOS: Final = "MGPW"
_JULIAN: Final = 1_721_425  # of the day before the first of January of the year 1


def read_dbf(blob: Blob, encoding: str = "") -> Sheet:
    """A DBF table as a sheet whose names are known.

    Args:
        blob: the file.
        encoding: of its texts; empty: what the header names, else decided by content.

    Raises:
        UnreadableManifest: no fields, or more than the limit.
        UsageError: no such encoding.
    """
    data = blob.read()
    fields = fields_of(data)
    if not fields or len(fields) > COLUMNS:
        raise unreadable(blob.name, "is a damaged DBF table", "Export it as CSV or XLSX.")
    stated, header, size = struct.unpack_from("<IHH", data, 4)
    count = min(stated, max(len(data) - header, 0) // size)
    header = min(header, len(data))
    records = np.frombuffer(data, np.uint8, count * size, header).reshape(count, size)
    kept = records[records[:, 0] != ord("*")]
    numbers = np.flatnonzero(records[:, 0] != ord("*")) + 1
    memos = {field: texts for field in fields if field.kind == "M" and (texts := _memos(kept, field, blob.memo, data[0]))}
    choice = _encoding(data[29], kept, fields, encoding, blob.name, memos)
    names = tuple(field.name.decode(choice.name, "replace") for field in fields)
    decoder = LineDecoder(choice, "record")
    decode = decoder.decode if choice.other else lambda cell, _: cell.decode(choice.name, "replace")
    columns = [pa.chunked_array([_cells(kept, field, numbers, decode, memos.get(field))], pa.string()) for field in fields]
    head = head_of(names, columns, HEAD_ROWS)
    behind = data[header + count * size :].strip(b"\x1a\0 ")  # but for the mark of the end and what fills the last block
    notes = _notes(stated, count, -(-len(behind) // size), np.flatnonzero(records[:, 0] == ord("*")) + 1, kept, fields, memos)
    read = memory_reader(columns, numbers.tolist())
    return Sheet(blob.name, "DBF", str(choice), head, True, read, (*notes, *decoder.notes()), tuple(decoder.out_of_table_texts))


def _memos(kept: Records, field: Field, memo: bytes, version: int) -> list[bytes | None]:
    """The text of each record's memo: empty where it points to none, None where it points to what is not there; [] without a memo file."""
    if not memo:
        return []
    numbers = [block_number(row[field.start : field.start + field.length].tobytes()) for row in kept]
    return [memo_text(memo, number, version) if number else b"" for number in numbers]


def _encoding(driver: int, kept: Records, fields: tuple[Field, ...], override: str, name: str, memos: Memos) -> EncodingChoice:
    if override:
        return choose_encoding(Blob(name, b""), override)
    if driver in _PAGES:
        return EncodingChoice(_PAGES[driver], "named in the header")
    # A line a cell: cells of a table that was put together are in an encoding each.
    end = np.full((len(kept), 1), ord("\n"), np.uint8)
    texts = [np.hstack((kept[:, f.start : f.start + f.length], end)).tobytes() for f in fields if f.kind in _TEXTS]
    lines = b"\n".join([*texts, *(t for some in memos.values() for t in some if t)])
    return choose_encoding(Blob(name, lines.replace(b"\0", b" ")))


def _cells(
    kept: Records, field: Field, numbers: Rows, decode: Callable[[bytes, int], str], memos: list[bytes | None] | None
) -> pa.Array:
    if not field.length or not len(kept):
        return pa.nulls(len(kept), pa.string())
    if memos:
        texts = zip(memos, numbers.tolist(), strict=True)
        return string_array([decode(text or b"", number).strip(" \r\n\t\0") for text, number in texts])
    part = np.ascontiguousarray(kept[:, field.start : field.start + field.length])
    raw = [bytes(row) for row in part]
    if field.kind in _TEXTS:
        cells = zip(raw, numbers.tolist(), strict=True)
        return string_array([decode(cell.split(b"\0")[0], number).strip() for cell, number in cells])
    return string_array([_value(cell, field) for cell in raw])


def _value(cell: bytes, field: Field) -> str:
    kind, size = field.kind, len(cell)
    if kind in _MEMOS:
        return ""
    if kind in "I+" and size == 4:
        return str(struct.unpack("<i", cell)[0])
    if kind in "BO" and size == 8:
        number = struct.unpack("<d", cell)[0]
        return f"{number:.{min(field.decimals, 15)}f}" if field.decimals else repr(number)
    if kind == "Y" and size == 8:
        return f"{struct.unpack('<q', cell)[0] / 10_000:.4f}"
    if kind in "T@" and size == 8:
        day, milliseconds = struct.unpack("<ii", cell)
        return _moment(day, milliseconds)
    text = cell.split(b"\0")[0].decode("ascii", "replace").strip()
    if kind == "D" and len(text) == 8 and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text != "00000000" else ""
    return "" if (kind == "L" and text == "?") or text.strip("*") == "" else text


def _moment(day: int, milliseconds: int) -> str:
    """A day in Julian numbers and milliseconds since midnight; empty where there is none."""
    if not _JULIAN < day <= _JULIAN + date.max.toordinal():
        return ""
    written = date.fromordinal(day - _JULIAN)
    clock = timedelta(milliseconds=milliseconds)
    return written.isoformat() if not milliseconds else f"{written.isoformat()}T{str(clock).split('.')[0]:0>8}"


def _notes(
    stated: int, count: int, beyond: int, deleted: Rows, kept: Records, fields: tuple[Field, ...], memos: Memos
) -> list[Broken]:
    notes = []
    if count < stated:
        notes.append(Broken(count + 1, "", stated - count, f"the table ends after {count} of {stated} records", LOST))
    if beyond:
        reason = f"{beyond} more records stand behind the {stated} that the table says it has"
        notes.append(Broken(count + 1, "", beyond, reason, LOST))
    if len(deleted):
        notes.append(Broken(int(deleted[0]), "", len(deleted), "marked as deleted in the table", DELETED))
    for field in fields:
        name = field.name.decode("latin-1")
        if lost := sum(text is None for text in memos.get(field, ())):
            notes.append(Broken(1, "", lost, f"the memo file has no text for {lost} records of {name}", LOST))
        if field.kind in _MEMOS and len(kept) and field not in memos:
            part = kept[:, field.start : field.start + field.length]
            filled = int(((part != 32) & (part != 0) & (part != 48)).any(axis=1).sum())
            reason = f"the texts of {name} are in a memo file of their own, which is read only from one archive with the table"
            notes += [Broken(1, "", filled, reason, LOST)] if filled else []
    return notes
