"""Lines met again among the inputs of one run; a line_id is the same wherever the line was filed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from precursor_screen.core.schema import ISSUE
from precursor_screen.text.key_numbers import numbers_of


def find_repeated(lines: pa.Table) -> tuple[pa.Array, pa.Table]:
    """Which lines are met for the first time, and what is said of the others.

    Args:
        lines: LINE columns, in the order read.

    Returns:
        The rows to keep, in order; ISSUE `repeated-line` of every other, naming the first place.
    """
    # Eight bytes a line tell that none is met again; where one may be, the whole ids decide.
    chunks = (numbers_of(pa.chunked_array([chunk])).to_numpy() for chunk in lines.column("line_id").chunks)
    numbers = np.sort(np.concatenate([np.empty(0, np.uint64), *chunks]))
    if not (numbers[1:] == numbers[:-1]).any():
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
