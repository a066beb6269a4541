"""What the rows above the goods state of all of them: pairs of a label and a value, the boxes of forms, numbers of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.core.schema import DATES
from precursor_screen.formats.sheet import Body, table_of_columns
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
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
_BOX: Final = re.compile(r"\s*([^\n]{2,60}?)\s*\n\s*(\S.*)", re.S)  # of a form: the label over what it says
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
    found = grouped((stated.field, stated) for at, row in enumerate(rows) for stated in _pairs(at, row))
    return tuple(some[0] for some in found.values() if len({one.value for one in some}) == 1)


def _pairs(at: int, row: Sequence[str]) -> Iterator[Stated]:
    filled = [(column, cell.strip()) for column, cell in enumerate(row) if cell.strip() and len(cell) <= _LONGEST]
    skip = False
    for place, (column, cell) in enumerate(filled):
        if skip:
            skip = False
            continue
        pair = _PAIR.fullmatch(cell) or _BOX.fullmatch(cell)
        if pair is not None:
            if field := _field(pair[1]):
                yield from _of_party(Stated(field, pair[1], pair[2].strip(), ((at, column),)))
            continue
        label = _LABEL.fullmatch(cell)
        # Without a colon a label is one only where labels and values take turns: "Vessel | MV Aurora | Voyage | 12E".
        name = label[1] if label else cell if place % 2 == 0 and len(filled) % 2 == 0 else ""
        field = _field(name)
        if field and place + 1 < len(filled):
            below, value = filled[place + 1]
            if not lookup(value)[0] and not _LABEL.fullmatch(value) and not _PAIR.fullmatch(value):
                yield Stated(field, name, value, ((at, column), (at, below)))
                skip = True


def _of_party(stated: Stated) -> Iterator[Stated]:
    """What is stated; of the lines of a party the first is its name, the others are its address."""
    name, *address = stated.value.split("\n") if stated.field in PARTY_NAMES else [stated.value]
    yield replace(stated, value=name)
    if address:
        yield replace(stated, field=stated.field.replace("_name", "_address"), value=", ".join(address))


def _field(label: str) -> str:
    field = next((field for said in (label, label.partition("(")[0]) if said and (field := lookup(said)[0])), "")
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


def without(rows: Sequence[Sequence[str]], stated: Sequence[Stated]) -> list[list[str]]:
    """The rows without the cells of facts that were taken."""
    gone = {cell for one in stated for cell in one.cells}
    return [["" if (at, column) in gone else cell for column, cell in enumerate(row)] for at, row in enumerate(rows)]
