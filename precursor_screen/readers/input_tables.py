"""What every reader ends with: the name of an input, its issues as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from precursor_screen.core.model import Input
from precursor_screen.core.schema import ISSUE, LINE_COLUMNS, empty
from precursor_screen.readers.column_map import ColumnReport
from precursor_screen.readers.interface import Digest, InputTables, IssueList
from precursor_screen.text.key_numbers import numbers_of

# Lines met again among the inputs of one run; a line_id is the same wherever the line was filed.


def find_repeated(lines: pa.Table) -> tuple[pa.Array, pa.Table]:
    """Which lines are met for the first time, and what is said of the others.

    Args:
        lines: LINE columns, in the order read.

    Returns:
        The rows to keep, in order; one ISSUE `repeated-line` for each pair of files, with the number of lines that the one repeats of the other.
    """
    # Eight bytes a line tell that none is met again; where one may be, the whole ids decide.
    chunks = (numbers_of(pa.chunked_array([chunk])).to_numpy() for chunk in lines.column("line_id").chunks)
    numbers = np.sort(np.concatenate([np.empty(0, np.uint64), *chunks]))
    if not (numbers[1:] == numbers[:-1]).any():
        return pa.array(np.arange(lines.num_rows)), ISSUE.empty_table()
    ids = lines.column("line_id").combine_chunks().dictionary_encode()
    first: dict[int, int] = {}
    keep, pairs = [], dict[tuple[str, str], list[int]]()
    files, rows = (lines.column(c) for c in ("source_file", "source_row"))
    for number, code in enumerate(ids.indices.to_pylist()):
        if code not in first:
            first[code] = number
            keep.append(number)
        else:
            pairs.setdefault((files[number].as_py(), files[first[code]].as_py()), []).append(number)
    issues = []
    for (file, earlier), repeated in pairs.items():
        code, count = ids.indices[repeated[0]].as_py(), len(repeated)
        message = f"already read in {earlier}, row {rows[first[code]].as_py()}" + (
            f"; {count} lines of this file were" if count > 1 else ""
        )
        issues.append(
            ("repeated-line", file, rows[repeated[0]].as_py(), None, None, message, ids.dictionary[code].as_py(), count)
        )
    return pa.array(keep, pa.int64()), _issues(issues)


def _issues(rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    """`schema.ISSUE` of some rows."""
    return pa.Table.from_pylist([dict(zip(ISSUE.names, row, strict=True)) for row in rows], schema=ISSUE)


def input_id(name: str, digest: Digest) -> str:
    """Which input: a hash of the file's digest and of the name with sheet or member."""
    return hashlib.sha256(f"{digest.sha256}\0{name}".encode("utf-8", "replace")).hexdigest()[:16]


@cache
def no_lines() -> pa.Table:
    """LINE without rows, with the columns that every input has."""
    always = ("line_id", "movement_key", "source_file", "source_row", "input_id", "shipment_id")
    return empty(pa.schema([(c.name, c.arrow) for c in LINE_COLUMNS if c.name in always]))


def input_without_lines(name: str, digest: Digest, format_name: str = "") -> Input:
    """An input of which nothing is known but what it is called."""
    return Input(input_id(name, digest), name, digest.sha256, digest.size, format_name, "", None, (), (), frozenset(), 0)


def without_lines(
    described: Input, issues: IssueList, out_of_table_texts: pa.Table | None = None, column_report: ColumnReport | None = None
) -> InputTables:
    """An input that gave no lines, and what is said of it."""
    lines = no_lines()
    return InputTables(described, lines, pa.table({}), issue_table(issues, lines), out_of_table_texts, column_report)


def with_place(lines: pa.Table, inputs: Sequence[tuple[str, Digest, int]], source_row: pa.Array, **more: pa.Array) -> pa.Table:
    """The lines with where they stand and more columns, in the order of the schema; inputs: name, digest and lines of each."""
    places = {
        "source_file": pa.concat_arrays([pa.repeat(name, count) for name, _, count in inputs]),
        "source_row": source_row,
        "input_id": pa.concat_arrays([pa.repeat(input_id(name, digest), count) for name, digest, count in inputs]),
    }
    for column, values in (places | more).items():
        lines = lines.append_column(column, pa.chunked_array([values]))
    present = frozenset(lines.column_names)  # a table makes that list anew each time it is asked
    return lines.select([c.name for c in LINE_COLUMNS if c.name in present])


def issue_table(issues: IssueList, lines: pa.Table) -> pa.Table:
    """`schema.ISSUE` of what was gathered, in order of rows; issues about a line carry its id."""
    ids = lines.column("line_id") if lines.num_rows else None
    more = [(code, row, None, None, f"and {count} more of this kind", count, None) for code, (count, row) in issues.more.items()]
    rows = sorted([*issues.rows, *more], key=lambda r: (r[1] if r[1] is not None else 0, r[0], r[2] or "", r[3] or ""))
    id_of: dict[int | None, str] = {i: ids[i].as_py() for *_, i in rows if ids is not None and i is not None}
    return _issues(
        (code, issues.source_file, row, field, value, message, id_of.get(index), count)
        for code, row, field, value, message, count, index in rows
    )
