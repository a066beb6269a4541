"""Lines met again among the inputs of a run: the first stands, each other one says where it is."""

from __future__ import annotations

import pyarrow as pa

from precursor_screen.core.schema import ISSUE
from precursor_screen.readers.input_tables import find_repeated


def lines(*ids: str) -> pa.Table:
    rows = [{"line_id": i, "source_file": f"m{n // 2}", "source_row": n + 2} for n, i in enumerate(ids)]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("line_id", pa.string()), ("source_file", pa.string()), ("source_row", pa.int64())])
    )


def test_lines_that_all_differ_are_all_kept() -> None:
    keep, issues = find_repeated(lines("a", "b", "c"))
    assert (keep.to_pylist(), issues.num_rows, issues.schema) == ([0, 1, 2], 0, ISSUE)


def test_each_pair_of_files_is_told_once_with_the_first_place() -> None:
    keep, issues = find_repeated(lines("a", "b", "a", "c", "b", "a"))
    assert keep.to_pylist() == [0, 1, 3]
    assert issues.schema == ISSUE
    assert [
        (i["code"], i["line_id"], i["source_file"], i["source_row"], i["message"], i["count"]) for i in issues.to_pylist()
    ] == [
        ("repeated-line", "a", "m1", 4, "already read in m0, row 2", 1),
        ("repeated-line", "b", "m2", 6, "already read in m0, row 3; 2 lines of this file were", 2),
    ]
