"""A function of texts, asked once a distinct text."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.schema import (
    LINE,
    LINE_COLUMNS,
    LINE_FACTS,
    PARTY,
    PARTY_COLUMNS,
    SUBSTANCE,
    SUBSTANCE_COLUMNS,
    Column,
)

# What `resolve` makes and the rules judge: three narrow tables, joined by the number of the line in the run.

LINE_NO = "line_no"  # position of the line in the run, from 0: the key within one run only

COLUMNS_OF: dict[str, tuple[Column, ...]] = {
    LINE: (*LINE_COLUMNS, *LINE_FACTS),
    SUBSTANCE: SUBSTANCE_COLUMNS,
    PARTY: PARTY_COLUMNS,
}
_TEXT = pa.string()


class Resolved(Struct, frozen=True):
    """lines: LINE and LINE_FACTS, one row a line; substances and parties: candidates with LINE_NO; inputs: input_id, supplied_fields."""

    lines: pa.Table
    substances: pa.Table
    parties: pa.Table
    inputs: pa.Table

    def table(self, subject: str) -> pa.Table:
        """The table of a subject."""
        return {LINE: self.lines, SUBSTANCE: self.substances, PARTY: self.parties}[subject]


def column_or_nulls(table: pa.Table, name: str, kind: pa.DataType = _TEXT) -> pa.ChunkedArray:
    """A column of some lines; all null where no input has it."""
    return table.column(name) if name in table.column_names else pa.chunked_array([pa.nulls(table.num_rows, kind)])


def map_distinct(column: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Applies a function once to every distinct text; an empty result is none."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    mapped = pa.array([function(v) or None for v in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([mapped.take(encoded.indices)])
