"""What a file is, by its first bytes; its name is never asked."""

from __future__ import annotations

import re
import struct
from typing import Final

from msgspec import Struct

from precursor_screen.formats.edi import sniff_edi

# The header of a DBF table: its columns, and whether it is one at all.

_VERSIONS: Final = frozenset((0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xF5, 0xFB))
_HEADER, _FIELD, _END = 32, 32, 0x0D


class Field(Struct, frozen=True):
    """One column: its name, its kind (a letter), where it begins in a record, its length, decimals of a binary number."""

    name: bytes
    kind: str
    start: int
    length: int
    decimals: int


def looks_dbf(head: bytes) -> bool:
    """Whether the bytes begin a DBF table: its lengths must agree with its fields."""
    return len(head) > _HEADER + _FIELD and head[0] in _VERSIONS and bool(fields_of(head))


def fields_of(head: bytes) -> tuple[Field, ...]:
    """The columns; none where the header contradicts itself."""
    header, record = struct.unpack_from("<HH", head, 8)
    fields: list[Field] = []
    start = 1
    for at in range(_HEADER, min(header, len(head)), _FIELD):
        if head[at] == _END:
            return tuple(fields) if start == record else ()
        if at + _FIELD > len(head):
            break
        name, kind = head[at : at + 11].split(b"\0")[0].strip(), chr(head[at + 11])
        length, decimals = head[at + 16], head[at + 17]
        if not name or not kind.isalnum():
            break
        if kind == "C":
            length, decimals = length + 256 * decimals, 0  # FoxPro's long texts
        fields.append(Field(name, kind, start, length, decimals))
        start += length
    return ()


# Signatures: PKWARE APPNOTE 4.3.7; RFC 1952; [MS-CFB] 2.2; Apache Parquet and Arrow specifications.
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
    (b"ARROW1", "arrow"),
    (b"FEA1", "arrow"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3", "sqlite"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)
_BIFF = re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00")  # an XLS of Excel 2 to 5 without its container
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style|script)\b", re.I)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\xff\xfe", b"\xfe\xff")
_WIDE_BOMS = _BOMS[1:]
# The identifier of the message on a line of its own, after the lines of a telegram's address at most.
_CARGO_IMP = re.compile(
    r"\s*(?:(?:[A-Z]{2} [A-Z0-9 ]{7,69}|\.[A-Z0-9]{7}[A-Z0-9 /]{0,60}|=?[A-Z0-9=/ ]{0,20})\s*?(?:\r\n?|\n)){0,6}\s*(?:FWB|FHL|FFM)/[0-9]{1,2}"
    r"[ \t]*(?:\r\n?|\n|MBI/[0-9]{3}-|[0-9]{3}-[0-9]{8}[A-Z]{6}/|[0-9]/[A-Z0-9]{2}[0-9])"
)
_ICES = re.compile(r"\s*HREC\x1d[^\r\n]*\x1dCACHE01\x1d")  # other messages of ICES are not read
_MAIL_LINE = re.compile(rb"[!-9;-~]{1,70}:|[ \t]")
_SENT = re.compile(rb"^(?:from|received|return-path|delivered-to):", re.I | re.M)
_ABOUT = re.compile(rb"^(?:subject|date|message-id|mime-version|to):", re.I | re.M)
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 1, 2, 3}) + b"\x7f"


def sniff_kind(head: bytes) -> str:
    """One of: empty, zip, gzip, ole, xls, dbf, parquet, arrow, html, rtf, spreadsheetml, xml, json, mail, edifact, x12, cargo-imp, ices, text, or the name of what we do not read.

    Args:
        head: the first bytes, some kilobytes if there are as many.
    """
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff\x1a"):
        return "empty" if len(head) < 1 << 16 or not head.strip(b" \t\r\n") else "binary"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if _BIFF.match(head):
        return "xls"
    if looks_dbf(head):
        return "dbf"
    wide = head.startswith(_WIDE_BOMS) or looks_utf16(head) != ""
    text = head.replace(b"\x00", b"") if wide else head
    for bom in _BOMS:
        text = text.removeprefix(bom)
    text = text.lstrip()
    if text.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in text[:4096] and b"<html" not in text[:4096].lower():
            return "spreadsheetml"
        return "html" if _HTML.search(text[:2048]) else "xml"
    if text.startswith((b"{", b"[")):
        return "json"
    if not wide and is_binary(head):
        return "binary"
    if not wide and looks_mail(head):
        return "mail"
    return sniff_message(text[:4096].decode("latin-1")) or "text"


def sniff_message(text: str) -> str:
    """`edifact`, `x12`, `cargo-imp`, `ices`, or empty, by the first characters of a text; a message is never a table or a list."""
    return sniff_edi(text) or ("cargo-imp" if _CARGO_IMP.match(text) else "ices" if _ICES.match(text) else "")


def looks_mail(head: bytes) -> bool:
    """Whether a text begins with the header of an e-mail: who sent it and what it is about, in lines of `Name: value`."""
    block = re.split(rb"\r?\n\r?\n", head.lstrip(b"\xef\xbb\xbf\r\n"), maxsplit=1)[0]
    lines = block.splitlines()
    named = len(lines) > 2 and all(map(_MAIL_LINE.match, lines[:200]))
    return named and _SENT.search(block) is not None and len(_ABOUT.findall(block)) > 1


def is_binary(head: bytes) -> bool:
    """Whether the bytes are not text in any code page: NULs throughout, or one in twenty a control character."""
    sample = head[: 1 << 16]
    bad = len(sample) - len(sample.translate(None, _CONTROLS))
    return bad > max(3, len(sample) // 20)


def looks_utf16(head: bytes) -> str:
    """`utf-16-le`, `utf-16-be`, or empty: UTF-16 without a byte order mark has NULs in every other place."""
    sample = head[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return ""
    even, odd = sample[::2], sample[1::2]
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > 0.4 and zeros_even < 0.05:
        return "utf-16-le"
    if zeros_even > 0.4 and zeros_odd < 0.05:
        return "utf-16-be"
    return ""
