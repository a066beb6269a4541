"""Damaged files by the thousand, and what must be true of each: it is refused with a reason, or no row of it is lost in silence.

Every row of a base file carries a number of its own. A row is *physically there* in a mutant when the bytes that hold its number
in that format are there; then the number must be among the cells that are read, or the reader must have said that it lost something.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
from msgspec import Struct

from precursor_screen.core.errors import InputError
from precursor_screen.formats.archive import gunzip, is_workbook, open_zip, unzip
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Broken, Sheet, memory_reader
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.formats.table import open_sheets
from tests.formats import books

FIRST = 700_001
COUNT = 12
HEADER = ("bill", "consignee", "description", "hs code", "net weight")
ROWS = tuple((f"B{i}", f"Consignee {i % 5} Ltd", f"ceramic tiles lot {i}", "6907210000", FIRST + i) for i in range(COUNT))
NUMBERS = tuple(row[-1] for row in ROWS)


def _table() -> pa.Table:
    return pa.table({name: [row[i] for row in ROWS] for i, name in enumerate(HEADER)})


def _parquet() -> bytes:
    out = io.BytesIO()
    parquet.write_table(_table(), out, compression="none", use_dictionary=["consignee"], row_group_size=5)
    return out.getvalue()


def _arrow() -> bytes:
    out = io.BytesIO()
    table = _table()
    table = table.set_column(1, "consignee", table.column(1).dictionary_encode())
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=5)
    return out.getvalue()


def _feather() -> bytes:
    out = io.BytesIO()
    feather.write_feather(_table(), out, compression="lz4")
    return out.getvalue()


def _delimited(delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(HEADER)
    for number, row in enumerate(ROWS):
        cells = [str(v) for v in row]
        if number % 4 == 1:  # some quoted cells, with delimiters, quotes and line ends in them
            cells[2] = f'tiles{delimiter} "grade A"\nlot {number}'
        writer.writerow(cells)
    return out.getvalue().encode()


def _records() -> list[dict[str, object]]:
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m.csv", _delimited(","))
    return out.getvalue()


def _in_any(pattern: Callable[[int], bytes]) -> Callable[[bytes], set[int]]:
    return lambda data: {n for n in NUMBERS if pattern(n) in data}


def _in_parts(part: str, pattern: Callable[[int], bytes]) -> Callable[[bytes], set[int]]:
    def find(data: bytes) -> set[int]:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                text = b"".join(archive.read(n) for n in archive.namelist() if re.search(part, n))
        except Exception:  # noqa: BLE001 - what this library cannot unpack either is not there
            return set()
        return {n for n in NUMBERS if pattern(n) in re.sub(rb"<!--.*?-->", b"", text, flags=re.S)}

    return find


def _gunzipped(data: bytes) -> set[int]:
    try:
        return {n for n in NUMBERS if b"%d" % n in gzip.decompress(data)}
    except Exception:  # noqa: BLE001 - as above
        return set()


def _number_record(number: int) -> bytes:
    """An RK record of [MS-XLS] 2.5.217 with its row: a whole number, shifted by two."""
    return b"\x7e\x02\x0a\x00" + struct.pack("<HHH", number - FIRST + 1, 4, 17) + struct.pack("<I", number << 2 | 2)


class Format(Struct, frozen=True):
    """A base file, and which rows are physically there in a mutant of it."""

    base: bytes
    present: Callable[[bytes], set[int]]
    parts: bool = False  # also altered part by part, under valid checksums
    columns: bool = False  # values stand by themselves: a row counts as read whatever became of its number


FORMATS: dict[str, Format] = {
    "xlsx": Format(books.xlsx((HEADER, *ROWS)), _in_parts("sheet1.xml$", lambda n: b"<v>%d</v></c>" % n), True),
    "xls": Format(books.xls((HEADER, *ROWS)), _in_any(_number_record)),
    "ods": Format(books.ods((HEADER, *ROWS)), _in_parts("content.xml$", lambda n: b'office:value="%d"' % n), True),
    "parquet": Format(_parquet(), _in_any(lambda n: struct.pack("<q", n)), columns=True),
    "arrow": Format(_arrow(), _in_any(lambda n: struct.pack("<q", n)), columns=True),
    "feather": Format(
        _feather(), _in_any(lambda n: struct.pack("<q", n)), columns=True
    ),  # compressed: little is there to be found
    "gz": Format(gzip.compress(_delimited(","), mtime=0), _gunzipped),
    "zip": Format(_zipped(), _in_parts("", lambda n: b"%d" % n), True),
    "csv": Format(_delimited(","), _in_any(lambda n: b"%d" % n)),
    "tsv": Format(_delimited("\t"), _in_any(lambda n: b"%d" % n)),
    "json": Format(json.dumps(_records()).encode(), _in_any(lambda n: b"%d" % n)),
    "jsonl": Format("\n".join(map(json.dumps, _records())).encode(), _in_any(lambda n: b"%d" % n)),
}
BINARY = ("xlsx", "xls", "ods", "parquet", "arrow", "feather", "gz", "zip")
TEXT = ("csv", "tsv", "json", "jsonl")
_SPLICES = (
    b'"', b'""', b",", b"\t", b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b";", b"|", b"'", b"{", b"}", b"[", b"]",
    b"\\", b":", b"null", b"\x1a", b"\xc3", b"\xe2\x80\xa8", b"\x85", b"  ", b"\n\n", b'"\n"', b"<", b"</c>", b"<row>", b"</row>", b"-1", b"0",
    b"99999999999", b"<!--", b"-->", b"<![CDATA[", b"&amp;", b"&x;", b"r=", b"x" * 3000,
)  # fmt: skip
_NUMBERS_LE = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)


def mutant(name: str, number: int) -> bytes:
    """The mutant of a format with this number: the same every time."""
    rng = random.Random(f"{name}:{number}")
    form = FORMATS[name]
    if form.parts and rng.random() < 0.6:
        with zipfile.ZipFile(io.BytesIO(form.base)) as archive:
            names = archive.namelist()
        chosen = rng.choice(
            names if rng.random() < 0.4 else [n for n in names if re.search(r"sheet|content|sharedStrings|csv", n)]
        )
        return books.alter(form.base, lambda part, content: _damage(content, rng) if part == chosen else content)
    return _damage(form.base, rng)


def _damage(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        if not data:
            break
        data = rng.choice(_WAYS)(data, rng)
    return data


def _flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _bit(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _cut(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 4, 30, 200, len(data) // 3 + 1)))


def _delete(data: bytes, rng: random.Random) -> bytes:
    start, end = _cut(data, rng)
    return data[:start] + data[end:]


def _duplicate(data: bytes, rng: random.Random) -> bytes:
    start, end = _cut(data, rng)
    return data[:end] + data[start:end] + data[end:]


def _move(data: bytes, rng: random.Random) -> bytes:
    start, end = _cut(data, rng)
    rest = data[:start] + data[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _splice(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_SPLICES) + data[at + rng.choice((0, 0, 1)) :]


def _number(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    size = rng.choice((1, 2, 4, 8))
    return data[:at] + (rng.choice(_NUMBERS_LE) & (1 << 8 * size) - 1).to_bytes(size, "little") + data[at + size :]


def _digit(data: bytes, rng: random.Random) -> bytes:
    places = [m.start() for m in re.finditer(rb"[0-9]", data)]
    if not places:
        return data
    at = rng.choice(places)
    return data[:at] + b"%d" % rng.randrange(10) + data[at + 1 :]


_WAYS = (_flip, _bit, _delete, _duplicate, _move, _truncate, _splice, _splice, _number, _digit)


class Verdict(Struct, frozen=True):
    """What became of a mutant: `refused`, `said` (read, with a note), `read`; `wrong` says what must not be."""

    outcome: str
    wrong: str = ""


def sheets_of(blob: Blob) -> list[Sheet]:
    """The sheets of an input, unpacked as the registry of readers does it; a member that cannot be read is a sheet with a note."""
    kind = sniff_kind(blob.head())
    if kind == "gzip":
        return sheets_of(gunzip(blob))
    if kind == "zip":
        with open_zip(blob) as archive:
            members = None if is_workbook(archive) else unzip(archive, blob)
        if members is not None:
            if not members.blobs and members.errors:
                raise members.errors[0]
            notes = tuple(Broken(1, "", 1, str(error), "unreadable-file") for error in members.errors)
            empty = Sheet(blob.name, "zip", "", (), True, memory_reader([]), notes)
            return [empty, *(sheet for member in members.blobs for sheet in sheets_of(member))]
    return open_sheets(blob)


def judge(name: str, data: bytes) -> Verdict:
    """Reads a mutant and holds it to its promise."""
    try:
        sheets = sheets_of(Blob("m", data))
        texts, notes, gaps = _gather(sheets)
    except InputError as error:
        if not (error.remedy and error.message):
            return Verdict("refused", f"without a reason: {error}")
        return Verdict("died" if "reader died" in error.message or "reader failed" in error.message else "refused", "")
    except Exception as error:  # noqa: BLE001 - what must not be
        return Verdict("crashed", f"{type(error).__name__}: {error}")
    if gaps:
        return Verdict("read", gaps)
    present = FORMATS[name].present(data)
    lost = sorted(n for n in present if str(n) not in texts)
    if FORMATS[name].columns and sum(len(s.read(0, 1).rows) for s in sheets) >= len(present):
        lost = []
    if lost and not notes:
        return Verdict("read", f"rows lost in silence: {lost}")
    return Verdict("said" if notes else "read")


def _gather(sheets: list[Sheet]) -> tuple[str, int, str]:
    """All texts that were read, the number of notes, and what is wrong with the numbers of rows."""
    texts: list[str] = []
    notes = 0
    for sheet in sheets:
        width = max((len(row) for row in sheet.head), default=1)
        body = sheet.read(0, width)
        body.table.validate(full=True)
        for column in body.table.columns:
            texts += [t for t in column.to_pylist() if t]
        texts += [t for row in sheet.head for t in row]
        texts += [a.text for a in sheet.out_of_table_texts] + [b.text for b in (*sheet.notes, *body.broken)]
        notes += sum(note.code != "blank-row" for note in (*sheet.notes, *body.broken))
        numbers = sorted({*body.rows.to_pylist(), *(b.row + i for b in body.broken for i in range(b.count))})
        if not sheet.named and numbers != list(range(1, len(numbers) + 1)):
            return "", 0, f"rows are numbered {numbers[:40]}"
    return "\n".join(texts), notes, ""
