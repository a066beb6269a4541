"""A second look at a workbook, beside the library that gives its cells: what it holds, so that nothing is lost in silence."""

from __future__ import annotations

import re
from typing import Protocol

from msgspec import Struct, field

from precursor_screen.formats.sheet import Broken, OutOfTableText

LOST = "lost-rows"
# [MS-XLS] 2.5.10 BErr: what a cell shows for the code of its error.
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}
_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Za-z&])')
_FONT = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d+|[BIUSXYEbiusxye])')
_PART_OF_PAGE, _FIELD = re.compile(r"&[LCRlcr]"), re.compile(r"&[A-Za-z](?:[+-]\d+)?")
_REFERENCE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,9})")


class SheetScan(Struct):
    """What a sheet holds by its own records.

    Attributes:
        filled: cells with a value or a text, those of `fixes` not among them.
        rows: rows with at least one such cell.
        last_row: the highest row number with one.
        fixes: (row, column), from 0 -> text of cells that the library gives empty: errors and formulas without a value.
        asides: texts beside the cells.
        bad: what is wrong with it, in words; empty: nothing.
    """

    filled: int = 0
    rows: int = 0
    last_row: int = 0
    fixes: dict[tuple[int, int], str] = field(default_factory=dict)
    asides: list[OutOfTableText] = field(default_factory=list)
    bad: str = ""


class WorkbookAudit(Protocol):
    """What else is known of a workbook. Sheets go by their position among the worksheets."""

    def extent(self, position: int, name: str, cells: int) -> tuple[int, int]:
        """Highest row and column, from 1, of the used cells where they span more than `cells`, or leave the format's grid; else (0, 0)."""

    def scan(self, position: int, name: str) -> SheetScan | None:
        """What the sheet holds; None: not known."""

    def count_empty(self, position: int) -> int:
        """How many of the cells that a scan counted hold an empty text."""

    def repaired(self) -> bytes:
        """The workbook without what the library refuses though it is no damage; empty: there is nothing to mend."""

    def loose_parts(self) -> tuple[list[OutOfTableText], list[Broken]]:
        """Texts that belong to no sheet, and sheets that are in the file but not in its list."""


class NoAudit:
    """Of a format that is looked at once only."""

    def extent(self, position: int, name: str, cells: int) -> tuple[int, int]:
        """Not known."""
        return 0, 0

    def scan(self, position: int, name: str) -> SheetScan | None:
        """Not known."""
        return None

    def count_empty(self, position: int) -> int:
        """Not known."""
        return 0

    def repaired(self) -> bytes:
        """Nothing."""
        return b""

    def loose_parts(self) -> tuple[list[OutOfTableText], list[Broken]]:
        """Not known."""
        return [], []


def place_of(reference: str) -> tuple[int, int]:
    """`C5` as (4, 2); (-1, -1) where it is no reference."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return -1, -1
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def name_of(row: int, column: int) -> str:
    """(4, 2) as `C5`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def has_words(page_text: str) -> bool:
    """Whether a page header or footer holds more than codes for fonts, numbers, dates and names."""
    return any(c.isalpha() for c in _PAGE_CODE.sub("", page_text))


def words_of_page(page_text: str) -> str:
    """What a page header or footer shows: a change of font within a word does not part it."""
    text = _PART_OF_PAGE.sub("\n", _FONT.sub("", page_text.replace("&&", "\0")))
    lines = (" ".join(_FIELD.sub(" ", line).replace("\0", "&").split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
