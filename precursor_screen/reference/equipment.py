"""Equipment that a law names, tableting machines and the like: read from `law/equipment.csv`; by which words goods are such stands in `names/equipment_words.csv`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import Row, roles_of
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import Dated, read_dated
from precursor_screen.reference.table_rows import UNREAD, read_table

WORDS: Final = "equipment_words"
_COLUMNS: Final = ["kind", "law", "name", "hs6", "since", "until", "source", "read"]
_HS6: Final = 6  # digits
_SEEN: Final = ("read", "copy")  # of the text


class Equipment(Struct, frozen=True):
    """A kind of equipment that a law names.

    Attributes:
        kind: a role of `equipment_words.csv`. law: as `controls.csv` names laws. name: in the law's words.
        hs6s: subheadings in which it is filed. Each is a basket of other machines too: a code alone says nothing.
    """

    kind: str
    law: str
    name: str
    hs6s: tuple[str, ...]
    dated: Dated

    def __str__(self) -> str:
        """`US: tableting machine`, and that nobody has read it where that is so."""
        return f"{self.law}: {self.name}{'' if self.dated.read in _SEEN else f' ({self.dated.read})'}"


def load_equipment(folder: Path) -> tuple[Equipment, ...]:
    """Reads `equipment.csv` of a folder, in the file's order.

    Raises:
        SubstanceTableError: it is missing or has not the expected columns.
        ErrorGroup: rows that make no sense.
    """
    return read_table(folder / "equipment.csv", _COLUMNS, _equipment, UNREAD)


def _equipment(row: Row) -> Equipment:
    hs6s = tuple(filter(None, row["hs6"].split("|")))
    if row["kind"] not in roles_of(WORDS) or not row["law"] or not row["name"]:
        raise ValueError(f"law or name is empty, or kind {row['kind']!r} has no words")
    if any(len(code) != _HS6 or not (code.isascii() and code.isdigit()) for code in hs6s):
        raise ValueError(f"hs6 {row['hs6']!r} holds what is not a subheading")
    return Equipment(row["kind"], row["law"], row["name"], hs6s, read_dated(row))


def known_equipment() -> tuple[Equipment, ...]:
    """That of the tables in use."""
    return _of_folder(shipped.law_folder())


_of_folder = cache(load_equipment)
