"""Issues of an input as a table, and which input it is."""

from __future__ import annotations

import pyarrow as pa

from precursor_screen.core.schema import ISSUE
from precursor_screen.readers.input_tables import input_id, issue_table, no_lines
from precursor_screen.readers.interface import Digest, IssueList


def test_issues_are_in_order_of_rows_and_name_their_line() -> None:
    issues = IssueList("m")
    issues.add("b", "second", row=3, index=1)
    issues.add("z", "of no row")
    issues.add("b", "later field", row=2, field="y", index=0, value="2", count=4)
    issues.add("b", "other value", row=2, field="x", value="b", index=0)
    issues.add("b", "first value", row=2, field="x", value="a", index=0)
    issues.add("a", "earlier code", row=2)
    table = issue_table(issues, pa.table({"line_id": ["L1", "L2"]}))
    assert table.schema == ISSUE
    assert [(i["message"], i["source_row"], i["line_id"], i["count"]) for i in table.to_pylist()] == [
        ("of no row", None, None, 1),
        ("earlier code", 2, None, 1),
        ("first value", 2, "L1", 1),
        ("other value", 2, "L1", 1),
        ("later field", 2, "L1", 4),
        ("second", 3, "L2", 1),
    ]
    assert set(table.column("source_file").to_pylist()) == {"m"}


def test_without_lines_issues_name_none() -> None:
    issues = IssueList("m")
    issues.add("a", "said", row=1, index=0)
    assert issue_table(issues, no_lines()).column("line_id").to_pylist() == [None]


def test_an_input_is_its_content_and_its_name() -> None:
    one = input_id("m.csv", Digest("abc", 1))
    assert len(one) == 16
    assert one == input_id("m.csv", Digest("abc", 2))
    assert (
        len(
            {one, input_id("n.csv", Digest("abc", 1)), input_id("m.csv", Digest("abd", 1)), input_id("m\ud800", Digest("abc", 1))}
        )
        == 4
    )
