"""What is stated elsewhere, in the rows of goods: the cells that facts above or below them fill, addresses below the names of parties."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.arrow import holds
from precursor_screen.core.schema import DATES
from precursor_screen.formats.sheet import Body, string_array, table_of_columns
from precursor_screen.readers.cells import match_cells
from precursor_screen.readers.column_map import COUNTRIES, PARTY_NAMES, Guess
from precursor_screen.readers.tabular.general_segment import ABOVE_THE_ROWS, Stated
from precursor_screen.text.party_addresses import part_address


def fill_blanks(stated: Sequence[Stated], guesses: Sequence[Guess], body: Body) -> Body:
    """The rows with what stands above them in blank cells of the column that states it; of a document's number and day each row says its own."""
    columns = list(body.table.columns)
    facts = {one.field: one.value for one in stated if one.field in (*COUNTRIES, *PARTY_NAMES)}
    for guess in guesses:
        if guess.field in facts and guess.reason != ABOVE_THE_ROWS:
            column = columns[guess.position]
            blank = match_cells(column, r"^[\s\pZ]*$", null=True)
            columns[guess.position] = pc.if_else(pa.array(blank), pa.scalar(facts[guess.field]), column)
    return Body(table_of_columns(columns), body.rows, body.broken)


def not_mapped(stated: Sequence[Stated], guesses: Sequence[Guess], is_map: bool) -> tuple[Stated, ...]:
    """The facts that no column of the table states. A day counts only where no column has days, and whoever maps columns has said which has:
    else one day above the rows would be that of all lines before their own; that of the arrival comes behind the others.

    Args:
        is_map: whether a column map was given.
    """
    mapped = {guess.field for guess in guesses}
    gone = DATES if is_map else () if mapped.isdisjoint(DATES) else DATES[:-1]
    return tuple(one for one in stated if one.field not in mapped and one.field not in gone)


def guesses_of(stated: Sequence[Stated], first: int) -> tuple[Guess, ...]:
    """A guess for each fact, as columns from position `first` on."""
    return tuple(Guess(first + i, one.label, one.field, ABOVE_THE_ROWS) for i, one in enumerate(stated))


def fill_down(stated: Sequence[Stated], body: Body) -> Body:
    """The rows with a column for each fact behind the others."""
    filled = [pa.chunked_array([pa.repeat(one.value, body.table.num_rows)], pa.string()) for one in stated]
    return Body(table_of_columns([*body.table.columns, *filled]), body.rows, body.broken)


def without(rows: Sequence[Sequence[str]], stated: Sequence[Stated]) -> list[list[str]]:
    """The rows without the cells of some facts."""
    gone = {cell for one in stated for cell in one.cells}
    return [["" if (at, column) in gone else cell for column, cell in enumerate(row)] for at, row in enumerate(rows)]


def left_over(rows: Sequence[Sequence[str]], stated: Sequence[Stated]) -> list[list[str]]:
    """The rows without the cells of which facts took every word; a cell that says more than the facts stays whole."""
    taken = defaultdict[tuple[int, int], set[str]](set)
    for one in stated:
        for place in one.cells:
            taken[place].update(_words(one.label), _words(one.value))
    return [
        ["" if (at, column) in taken and taken[at, column].issuperset(_words(cell)) else cell for column, cell in enumerate(row)]
        for at, row in enumerate(rows)
    ]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


# Columns of parties whose cells hold more lines than the name: printed lists and spreadsheets write the address below it.

BELOW_THE_NAME = "the lines below the name"


def part_addresses(body: Body, guesses: Sequence[Guess]) -> tuple[Body, tuple[Guess, ...]]:
    """The rows with a column of addresses behind the others for each column of parties that holds some, and a guess for each of these.

    A party whose address has a column of its own stays as it is.
    """
    mapped = {guess.field for guess in guesses}
    columns = list(body.table.columns)
    found: list[Guess] = []
    for guess in guesses:
        field = guess.field.replace("_name", "_address")
        if guess.field not in PARTY_NAMES or field in mapped:
            continue
        if not any(holds(columns[guess.position], line_end) for line_end in (b"\r", b"\n")):
            continue
        column = columns[guess.position].combine_chunks().dictionary_encode()
        parts = [part_address(cell) for cell in column.dictionary.to_pylist()]
        if not any(address for _, address in parts):
            continue
        columns[guess.position] = spread_out(column, [name for name, _ in parts])
        found.append(Guess(len(columns), guess.header, field, BELOW_THE_NAME))
        columns.append(spread_out(column, [address or None for _, address in parts]))
        mapped.add(field)
    return (Body(table_of_columns(columns), body.rows, body.broken), tuple(found)) if found else (body, ())


def each_cell(column: pa.ChunkedArray, read: Callable[[str], str | None]) -> pa.ChunkedArray:
    """A column with what is read of each of its distinct texts."""
    encoded = column.combine_chunks().dictionary_encode()
    return spread_out(encoded, list(map(read, encoded.dictionary.to_pylist())))


def spread_out(column: pa.DictionaryArray, values: Sequence[str | None]) -> pa.ChunkedArray:
    """A column with other texts for its distinct ones."""
    return pa.chunked_array([string_array(values).take(column.indices)], pa.string())
