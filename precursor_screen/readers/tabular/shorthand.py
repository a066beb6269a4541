"""What a row of a list made by hand leaves to the row above it: ditto marks, blanks in the columns of a document, a party that is another one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import DATES
from precursor_screen.core.tables import words_of
from precursor_screen.formats.sheet import Body, string_array, table_of_columns
from precursor_screen.readers.cells import SHORT, for_python, match_begun, match_cells
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.assign import lookup

MOST_ROWS: Final = 50_000  # of a table in which they are looked for; what is longer was not written by hand
_BILLS: Final = ("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id", "stated_shipment_id")
_ADDRESSES: Final = tuple(name.replace("_name", "_address") for name in PARTY_NAMES)
_OF_DOCUMENT: Final = frozenset((*_BILLS, *DATES, *PARTY_NAMES, *_ADDRESSES, "vessel", "voyage", "container_numbers"))
# Figures are not among them: a mass is stated once.
_REPEATED: Final = _OF_DOCUMENT | {
    "country_of_origin",
    "country_of_dispatch",
    "country_of_destination",
    "hs_code",
    "package_type",
    "currency",
}
_MARK: Final = r"[-=\s]*(?:[\"”“„″〃]|,,|’’|//)[-=\s]*|-+\s?do\.?\s?-+"
_NOTHING: Final = r"^[\s\pZ]*$"

_NO_FIGURE: Final = ~np.isin(np.arange(256), list(b"0123456789"))  # what a ditto mark may begin with, as its first byte

Mask = npt.NDArray[np.bool_]


def _words(role: str) -> str:
    return "|".join(words_of("cell_words", role))


@cache
def _ditto() -> str:
    return rf"(?i)^[\s\pZ]*(?:{_MARK}|\(?(?:{_words('as above')})\)?[\s\pZ.]*)$"


@cache
def _begins_with_ditto() -> str:
    return rf"(?i)^[\s\pZ]*(?:(?:{_words('as above')})[\s\pZ]*[,;:(（–-]|(?:{_MARK})[\s\pZ])[\s\pZ]*"


@cache
def _same_as() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{_words('same as')})\s*:?\s*(.+?)\W*", re.IGNORECASE)


@cache
def _begins_with_same() -> str:
    return rf"(?i)^[\s\pZ(]*(?:{_words('same as')})[\s\pZ:]"


def is_ditto(text: str) -> bool:
    """Whether a cell says no more than that it is as above."""
    return for_python(_ditto()).search(text) is not None


def same_party(text: str, parties: Mapping[str, str]) -> str | None:
    """The party that a cell says is the same one (`same as consignee`); None where it says something else.

    Args:
        text: the cell.
        parties: field -> name.
    """
    match = _same_as().fullmatch(text)
    return (parties.get(lookup(match[1])[0]) or None) if match else None


def write_out(body: Body, guesses: Sequence[Guess], issues: IssueList) -> Body:
    """The rows with what they leave to the rows above.

    A ditto mark stands for the cell above it; a text of goods that begins with one goes on behind the whole text above. Where the
    columns of a document (its number, its date, its parties) are blank together, the rows belong to the document above.

    Args:
        body: rows of goods, in the order of the source.
        guesses: what each column is.
        issues: added to.
    """
    if not 0 < body.table.num_rows <= MOST_ROWS:
        return body
    columns = list(body.table.columns)
    filled = np.zeros(body.table.num_rows, bool)
    for guess in guesses:
        if guess.field == "description" or guess.field in _REPEATED:
            columns[guess.position], places = _undittoed(columns[guess.position], goods=guess.field == "description")
            filled |= places
    _name_same_parties(columns, guesses)
    blank = _as_above(columns, guesses)
    if blank.any():
        filled |= blank
        above = np.maximum.accumulate(np.where(blank, 0, np.arange(len(blank))))
        for guess in guesses:
            if guess.field in _OF_DOCUMENT and (_blank(columns[guess.position]) >= blank).all():
                columns[guess.position] = columns[guess.position].take(pa.array(above))
    if filled.any():
        row = body.rows[int(np.flatnonzero(filled)[0])].as_py()
        issues.add("as-above", "blank cells or ditto marks, read as what the row above states", row=row, count=int(filled.sum()))
    return Body(table_of_columns(columns), body.rows, body.broken)


def _undittoed(column: pa.ChunkedArray, *, goods: bool) -> tuple[pa.ChunkedArray, Mask]:
    """A column with the cells above in place of ditto marks, and where these stood."""
    marks = match_begun(column, _ditto(), _NO_FIGURE) if len(column) > SHORT else match_cells(column, _ditto())
    places = np.flatnonzero(marks | match_cells(column, _begins_with_ditto())) if goods else np.flatnonzero(marks)
    cells = column.to_pylist() if len(places) else []
    found = np.zeros(len(column), bool)
    for place in places.tolist():  # each after the one above, which may be one of them
        above = cells[place - 1] if place else None
        if not above or not above.strip():
            continue
        rest = "" if marks[place] else _behind_ditto(cells[place])
        joint = " " if rest.startswith(("(", "（")) else ", "
        cells[place], found[place] = f"{above}{joint}{rest}" if rest else above, True
    return (pa.chunked_array([string_array(cells)], pa.string()), found) if found.any() else (column, found)


def _behind_ditto(cell: str) -> str:
    rest = for_python(_begins_with_ditto()).sub("", cell, count=1)
    last = cell[: len(cell) - len(rest)].rstrip()[-1:]
    return f"{last}{rest}" if last in "(（" else rest


def _name_same_parties(columns: list[pa.ChunkedArray], guesses: Sequence[Guess]) -> None:
    named = {guess.field: guess.position for guess in guesses if guess.field in PARTY_NAMES}
    for position in named.values():
        distinct = pa.chunked_array([pc.unique(columns[position]).drop_null()])
        if not match_cells(distinct, _begins_with_same()).any():
            continue
        rows = zip(*(columns[at].to_pylist() for at in named.values()), strict=True)
        parties = (dict(zip(named, row, strict=True)) for row in rows)
        cells = [same_party(cell or "", row) or cell for cell, row in zip(columns[position].to_pylist(), parties, strict=True)]
        columns[position] = pa.chunked_array([string_array(cells)], pa.string())


def _as_above(columns: Sequence[pa.ChunkedArray], guesses: Sequence[Guess]) -> Mask:
    """The rows that belong to the document above: those in which its number is blank, and another of its columns wherever it is.

    Where a number is stated twice, lines of one document repeat it, and a blank is a number that is missing.
    """
    none = np.zeros(len(columns[0]), bool)
    blanks = {guess.field: _blank(columns[guess.position]) for guess in guesses if guess.field in _OF_DOCUMENT}
    number = next((guess for guess in guesses if guess.field in _BILLS and blanks[guess.field].any()), None)
    if number is None or blanks[number.field][0]:
        return none
    blank = blanks[number.field]
    together = [field for field, own in blanks.items() if field not in _BILLS and (own == blank).all()]
    stated = pc.drop_null(columns[number.position].filter(pa.array(~blank)))
    texts = [guess.position for guess in guesses if guess.field == "description"]
    goods = all(not _blank(columns[position])[blank].any() for position in texts[:1])
    return blank if together and texts and goods and len(pc.unique(stated)) == len(stated) else none


def _blank(column: pa.ChunkedArray) -> Mask:
    return match_cells(column, _NOTHING, null=True)
