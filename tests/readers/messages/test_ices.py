"""Rows of shipping bills of India that say less than the tables have fields for."""

from __future__ import annotations

import pytest

from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.ices import read_bills

BEGIN, ITEM = "HREC|ZZ", "<TABLE>ITEM\nF|INNSA1|1|20260101|77|20260102|1|1||29141100|ACETONE"


@pytest.mark.parametrize(
    ("rows", "issues"),
    [
        ("<TABLE>SB\nF|INX", []),
        ("<TABLE>CONTAINER\nF|INX", []),
        ("F|INX|1", ["broken-segment"]),  # in no table
        ("<TABLE>SB\nTOLUENE", ["broken-segment"]),
    ],
)
def test_what_says_too_little_stops_nothing_and_is_told(rows: str, issues: list[str]) -> None:
    told = IssueList("m")
    (bill,) = read_bills(f"{BEGIN}\n{rows}\n{ITEM}".replace("|", "\x1d"), told)
    assert [item.first("description") for item in bill.children] == ["ACETONE"]
    assert [row[0] for row in told.rows] == issues
