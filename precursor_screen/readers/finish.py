"""What every reader ends with: the name of an input, its issues as a table."""

from __future__ import annotations

import hashlib

import pyarrow as pa

from precursor_screen.readers.interface import Digest, IssueList
from precursor_screen.schema import ISSUE, LINE_COLUMNS, empty


def input_id(name: str, digest: Digest) -> str:
    """Which input: a hash of the file's digest and of the name with sheet or member."""
    return hashlib.sha256(f"{digest.sha256}\0{name}".encode("utf-8", "replace")).hexdigest()[:16]


def no_lines() -> pa.Table:
    """LINE without rows, with the columns that every input has."""
    always = ("line_id", "movement_key", "source_file", "source_row", "input_id", "shipment_id")
    return empty(pa.schema([(c.name, c.arrow) for c in LINE_COLUMNS if c.name in always]))


def issue_table(issues: IssueList, lines: pa.Table) -> pa.Table:
    """`schema.ISSUE` of what was gathered, in order of rows; issues about a line carry its id."""
    ids = lines.column("line_id") if lines.num_rows else None
    more = [(code, row, None, None, f"and {count} more of this kind", count, None) for code, (count, row) in issues.rest.items()]
    rows = sorted([*issues.rows, *more], key=lambda r: (r[1] if r[1] is not None else 0, r[0], r[2] or "", r[3] or ""))
    return pa.Table.from_pylist(
        [
            {
                "code": code,
                "source_file": issues.source_file,
                "source_row": row,
                "field": field,
                "value": value,
                "message": message,
                "line_id": ids[index].as_py() if ids is not None and index is not None else None,
                "count": count,
            }
            for code, row, field, value, message, count, index in rows
        ],
        schema=ISSUE,
    )
