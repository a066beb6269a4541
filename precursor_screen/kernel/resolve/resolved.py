"""What `resolve` makes and the rules judge: three narrow tables, joined by the number of the line in the run."""

from __future__ import annotations

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
