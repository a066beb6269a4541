"""Lines as `resolve` leaves them; and what is distinct in them: a text is asked once, rows that are alike have one number."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.schema import (
    BY_NAME,
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


def unnested(field: str) -> tuple[str, str]:
    """The table `lines` with one row a value of a field, as SQL, and its column (as `l.…`) of where the value stands, if it has one."""
    if BY_NAME[field].kind != "texts":
        return "lines", ""
    is_beside = field == "other_texts"
    where = ", unnest(other_columns) as in_column" if is_beside else ""
    lines = f"(select {LINE_NO}, unnest({field}) as {field}{where} from lines where {field} is not null)"
    return lines, "l.in_column" if is_beside else ""


def column_or_nulls(table: pa.Table, name: str, kind: pa.DataType = _TEXT) -> pa.ChunkedArray:
    """A column of some lines; all null where no input has it."""
    return table.column(name) if name in table.column_names else pa.chunked_array([pa.nulls(table.num_rows, kind)])


def encode(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of texts as numbers of its distinct ones."""
    encoded = (column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()).dictionary_encode()
    return encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded


def map_distinct(column: pa.ChunkedArray, function: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Applies a function once to every distinct text; an empty result is none."""
    encoded = encode(column)
    mapped = pa.array([function(v) or None for v in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([mapped.take(encoded.indices)])


# Rows that are alike in some columns, as numbers: what a database would partition or join by, without asking one.

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def number_alike(*columns: pa.ChunkedArray) -> Numbers:
    """The number of each row's group, from 0 in the order in which groups begin; rows of a group are equal in all columns.

    Args:
        columns: of one length, at least one; null is like null. Lists are not compared.
    """
    numbers, *others = map(_number, columns)
    for column in others:
        numbers = _number(pa.chunked_array([pa.array(numbers * (int(column.max(initial=0)) + 1) + column)]))
    return numbers


def begin_rows(numbers: Numbers) -> Numbers:
    """The first row of each group, in order.

    Args:
        numbers: from `number_alike`.
    """
    highest = np.maximum.accumulate(np.concatenate([np.array([-1]), numbers]))
    return np.flatnonzero(numbers > highest[:-1])


def all_rows(parts: Iterable[Numbers]) -> Numbers:
    """The rows that are in any of some lists, ascending, each once."""
    lists = list(parts)
    found = np.zeros(max((int(rows.max(initial=-1)) for rows in lists), default=-1) + 1, bool)
    for rows in lists:
        found[rows] = True
    return np.flatnonzero(found)


def any_of(groups: Numbers, rows: Mask) -> Mask:
    """Whether any row of each row's group is one of those."""
    found = np.zeros(groups.max(initial=-1) + 1, bool)
    found[groups[rows]] = True
    return found[groups]


def differs(groups: Numbers, values: Numbers) -> Mask:
    """Whether each row has another value than the first of its group."""
    return np.not_equal(values, values[begin_rows(groups)][groups])


def rows_of(values: pa.ChunkedArray, column: pa.ChunkedArray) -> pa.Array:
    """The first row of a column that holds each value; null where none does.

    Args:
        values: few; to look them up in a table of all rows would be to make one of a million for a hundred.
        column: of any length.
    """
    rows = np.flatnonzero(pc.is_in(column, pc.unique(values)).to_numpy())
    return pa.array(rows).take(pc.index_in(values, column.take(pa.array(rows)).combine_chunks()).combine_chunks())


def _number(column: pa.ChunkedArray) -> Numbers:
    encoded = column.dictionary_encode("encode")  # one dictionary for all chunks
    chunks = [chunk.indices.to_numpy() for chunk in encoded.chunks]
    return np.concatenate([np.array([], np.int64), *chunks]).astype(np.int64)
