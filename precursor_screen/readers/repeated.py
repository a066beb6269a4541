"""Lines met again among the inputs of one run; a line_id is the same wherever the line was filed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import ISSUE


def find_repeated(lines: pa.Table) -> tuple[pa.Array, pa.Table]:
    """Which lines are met for the first time, and what is said of the others.

    Args:
        lines: LINE columns, in the order read.

    Returns:
        The rows to keep, in order; ISSUE `repeated-line` of every other, naming the first place.
    """
    if len(pc.unique(lines.column("line_id"))) == lines.num_rows:
        return pa.array(np.arange(lines.num_rows)), ISSUE.empty_table()
    ids = lines.column("line_id").combine_chunks().dictionary_encode()
    first: dict[int, int] = {}
    keep, issues = [], []
    place = [lines.column(c) for c in ("source_file", "source_row")]
    for number, code in enumerate(ids.indices.to_pylist()):
        if code not in first:
            first[code] = number
            keep.append(number)
            continue
        here, there = ([column[n].as_py() for column in place] for n in (number, first[code]))
        message = f"already read in {there[0]}, row {there[1]}"
        issues.append(
            {
                "code": "repeated-line",
                "source_file": here[0],
                "source_row": here[1],
                "message": message,
                "line_id": ids.dictionary[code].as_py(),
                "count": 1,
            }
        )
    return pa.array(keep, pa.int64()), pa.Table.from_pylist(issues, schema=ISSUE)
