"""The header of a DBF table: its columns, and whether it is one at all."""

from __future__ import annotations

import struct
from typing import Final

from msgspec import Struct

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
        name, kind, length, decimals = (
            head[at : at + 11].split(b"\0")[0].strip(),
            chr(head[at + 11]),
            head[at + 16],
            head[at + 17],
        )
        if not name or not kind.isalnum():
            break
        if kind == "C":
            length, decimals = length + 256 * decimals, 0  # FoxPro's long texts
        fields.append(Field(name, kind, start, length, decimals))
        start += length
    return ()
