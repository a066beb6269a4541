"""Columns of parties whose cells hold more lines than the name: printed lists and spreadsheets write the address below it."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.formats.sheet import Body, string_array, table_of_columns
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
from precursor_screen.text.party_cells import part_address

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
        column = columns[guess.position].combine_chunks().dictionary_encode()
        if not pc.any(pc.match_substring_regex(column.dictionary, r"[\r\n]")).as_py():
            continue
        parts = [part_address(cell) for cell in column.dictionary.to_pylist()]
        if not any(address for _, address in parts):
            continue
        columns[guess.position] = _spread(column, [name for name, _ in parts])
        found.append(Guess(len(columns), guess.header, field, BELOW_THE_NAME))
        columns.append(_spread(column, [address or None for _, address in parts]))
        mapped.add(field)
    return (Body(table_of_columns(columns), body.rows, body.broken), tuple(found)) if found else (body, ())


def _spread(column: pa.DictionaryArray, values: Sequence[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([string_array(values).take(column.indices)], pa.string())
