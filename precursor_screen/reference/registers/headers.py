"""Headers of a register: which column of a sheet is which column of the register."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field

from precursor_screen.core.tables import words_of
from precursor_screen.formats.sheet import Sheet
from precursor_screen.rulebook.registers import RegisterColumn
from precursor_screen.text.quantity_words import MASS, find_unit, unit_in_header

# A header as filed -> the field of a manifest that it is known for, empty for none (`readers.tabular.headers.lookup`).
FieldOf = Callable[[str], str]
IGNORED = "ignore"


class HeaderWords(Struct, frozen=True):
    """How headers are understood besides a register's own spellings.

    Attributes:
        field_of: see FieldOf.
        columns: header as filed -> column of the register, or `ignore`: what somebody says goes first.
        values: header as filed -> what a cell of it says -> what that means (a status, yes or no, export or import).
        date_order: dmy, mdy or ymd; decimal: `,` or `.`; empty: decided by the column.
    """

    field_of: FieldOf = lambda header: ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_order: str = ""
    decimal: str = ""


OWN_WORDS = HeaderWords()
_COMPOUND = 6  # letters of a word that ends a longer one and says what it is (own proposal)


def fold(text: str) -> str:
    """A header in small letters and figures, its words parted by one blank, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def unit_of(header: str) -> str:
    """The unit of mass that a header of quantities ends with; empty: none."""
    unit = unit_in_header(tuple(fold(header).split()))
    return unit.code if unit else ""


def find_header(sheet: Sheet, columns: Sequence[RegisterColumn], words: HeaderWords) -> tuple[int, dict[str, int]] | None:
    """The row of the header, counted from 1 (0 where names stand apart), and the position of each column."""
    rows = ((number, columns_of(row, columns, words)) for number, row in enumerate(sheet.head, start=0 if sheet.named else 1))
    required = {c.name for c in columns if c.required}
    return next(((number, found) for number, found in rows if required <= found.keys()), None)


def columns_of(row: Sequence[str], columns: Sequence[RegisterColumn], words: HeaderWords) -> dict[str, int]:
    """Where the columns stand in a row of headers: as somebody says, then by their own spellings, then by those known of manifests."""
    said = [words.columns.get(cell.strip(), "") for cell in row]
    found = {c.name: said.index(c.name) for c in columns if c.name in said}

    def take(name: str, places: Iterable[int]) -> None:
        """The first place that is still free."""
        if name not in found and (at := next((at for at in places if at not in found.values()), None)) is not None:
            found[name] = at

    free = [fold(cell) if not said[at] else "" for at, cell in enumerate(row)]
    bare = [_bare(head) for head in free]
    for column in columns:
        # A serial number ("No") may stand beside the number of the permit: the surest spelling wins, wherever it stands.
        wanted = ((column.name,) if column.kind != "reference" else ()) + column.spellings
        take(column.name, (heads.index(word) for word in map(fold, wanted) for heads in (free, bare) if word in heads))
    for column in columns:  # `Genehmigungsinhaber`, `Vergunninghouder`: the end of a compound says what it is
        ends = tuple(word for word in map(fold, column.spellings) if len(word) >= _COMPOUND and " " not in word)
        take(column.name, (at for at, head in enumerate(free) if ends and " " not in head and head.endswith(ends)))
    if "quantity_kg" in (c.name for c in columns) and found:
        take("quantity_kg", (at for at, head in enumerate(free) if head and unit_of(head)))  # `Kg received`
    lacking = [c for c in columns if c.name not in found and c.fields]
    if lacking and any(c.name in found for c in columns):
        known = {at: words.field_of(row[at]) for at, cell in enumerate(free) if cell and at not in found.values()}
        for column in lacking:
            take(column.name, (at for one in column.fields for at, name in known.items() if name in (one, f"{one}_kg")))
    return found


_OF = frozenset(("of", "de", "da", "do", "du", "des", "della", "di", "van", "o", "d"))  # between a number and whose it is


def _bare(head: str) -> str:
    """A folded header without the number or the unit that it ends with, or the number that it begins with: `confirmation no`, `quantity t`,
    `n o de notificacion`."""
    *words, last = head.split() or [""]
    if words and words[0] in words_of("register_words", "number"):
        behind = [*words, last][1:]
        while len(behind) > 1 and behind[0] in _OF:
            behind = behind[1:]
        return " ".join(behind)
    unit = find_unit(last)
    is_bare = last not in words_of("register_words", "number") and (unit is None or unit.kind != MASS)
    return head if is_bare else " ".join(words)
