"""Memo files of DBF tables (.dbt of dBase III and IV, .fpt of FoxPro): texts that are too long for their column.

A record holds the number of a block; the text begins there. dBase III ends a text with two marks of the end, the others state its length.
"""

from __future__ import annotations

import struct
from typing import Final

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
