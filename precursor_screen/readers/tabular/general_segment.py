"""Facts above the rows of a table, which are true of every row below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
from msgspec import Struct

from precursor_screen.formats.sheet import Body, table_of_columns
from precursor_screen.readers.column_map import DATES, PARTY_NAMES, Guess
from precursor_screen.readers.tabular.assign import lookup

# The general segment of a printed manifest: "Vessel: MV Aurora", "Voyage", "12E" above the rows, which is true of every row
# below.

_FILLED_DOWN: Final = frozenset(
    [
        *("vessel", "voyage", "transport_mode", "carrier_name", "declarant_name", "port_of_loading", "port_of_discharge"),
        *("place_of_delivery", "bill_of_lading", "master_bill_of_lading", "declaration_id", "bill_issuer", "direction"),
        *("country_of_origin", "country_of_dispatch", "country_of_destination", "currency", "customs_office"),
        *DATES,
        *PARTY_NAMES,
        *(name.replace("_name", suffix) for name in PARTY_NAMES for suffix in ("_address", "_country", "_identifier")),
    ]
)
_PAIR: Final = re.compile(r"\s*([^:：\n]{2,40}?)\s*[:：]\s*(\S.*)", re.S)
_LABEL: Final = re.compile(r"\s*([^:：\n]{2,40}?)\s*[:：]\s*")
_LONGEST: Final = 300
ABOVE_THE_ROWS: Final = "stated above the rows"


class Stated(Struct, frozen=True):
    """One fact above the rows: the field, its label and value as filed, and the cells (row, column, from 0) that say so."""

    field: str
    label: str
    value: str
    cells: tuple[tuple[int, int], ...]


def general_segment(rows: Sequence[Sequence[str]]) -> tuple[Stated, ...]:
    """What the rows above a header state; a field that is stated twice, and differently, is not taken."""
    found: dict[str, list[Stated]] = {}
    for at, row in enumerate(rows):
        for stated in _pairs(at, row):
            found.setdefault(stated.field, []).append(stated)
    return tuple(some[0] for some in found.values() if len({one.value for one in some}) == 1)


def _pairs(at: int, row: Sequence[str]) -> Iterator[Stated]:
    filled = [(column, cell.strip()) for column, cell in enumerate(row) if cell.strip() and len(cell) <= _LONGEST]
    skip = False
    for place, (column, cell) in enumerate(filled):
        if skip:
            skip = False
            continue
        pair = _PAIR.fullmatch(cell)
        if pair is not None:
            if field := _field(pair[1]):
                yield Stated(field, pair[1], pair[2].strip(), ((at, column),))
            continue
        label = _LABEL.fullmatch(cell)
        # Without a colon a label is one only where labels and values take turns: "Vessel | MV Aurora | Voyage | 12E".
        name = label[1] if label else cell if place % 2 == 0 and len(filled) % 2 == 0 else ""
        field = _field(name)
        if field and place + 1 < len(filled):
            beside, value = filled[place + 1]
            if not lookup(value)[0] and not _LABEL.fullmatch(value) and not _PAIR.fullmatch(value):
                yield Stated(field, name, value, ((at, column), (at, beside)))
                skip = True


def _field(label: str) -> str:
    field = lookup(label)[0] if label else ""
    return field if field in _FILLED_DOWN else ""


def not_mapped(stated: Sequence[Stated], guesses: Sequence[Guess]) -> tuple[Stated, ...]:
    """The facts that no column of the table states."""
    mapped = {guess.field for guess in guesses}
    return tuple(one for one in stated if one.field not in mapped)


def guesses_of(stated: Sequence[Stated], first: int) -> tuple[Guess, ...]:
    """A guess for each fact, as columns from position `first` on."""
    return tuple(Guess(first + i, one.label, one.field, ABOVE_THE_ROWS) for i, one in enumerate(stated))


def fill_down(stated: Sequence[Stated], body: Body) -> Body:
    """The rows with a column for each fact behind the others."""
    filled = [pa.chunked_array([pa.repeat(one.value, body.table.num_rows)], pa.string()) for one in stated]
    return Body(table_of_columns([*body.table.columns, *filled]), body.rows, body.broken)


def without(rows: Sequence[Sequence[str]], taken: Sequence[Stated]) -> list[list[str]]:
    """The rows without the cells of facts that were taken."""
    gone = {cell for one in taken for cell in one.cells}
    return [["" if (at, column) in gone else cell for column, cell in enumerate(row)] for at, row in enumerate(rows)]
