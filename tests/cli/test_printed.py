"""A PDF on the command line: what it names is flagged, and that it was printed is exit code 3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.formats.pdfs import grid, pdf, text

pytestmark = pytest.mark.usefixtures("few_rules")

HEADER = ("Description of goods", "HS code", "Net weight kg")
TABLE = grid([HEADER, ("acetic anhydride", "29152400", "180"), ("wool", "51011100", "20")], (150, 80, 80))
WOOL = grid([HEADER, ("wool", "51011100", "20")], (150, 80, 80))


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (TABLE, ("m.pdf", 2)),
        (WOOL + text(30, 700, "Two drums of acetic") + text(30, 708, "anhydride"), ("m.pdf", None)),
        (WOOL + text(30, 720, "acetic anhydride", before="1 1 1 rg"), ("m.pdf", None)),
    ],
    ids=["table", "prose", "white"],
)
def test_what_a_printed_page_names_is_flagged_and_exit_3_says_that_it_was_printed(ps, page, place):
    Path("m.pdf").write_bytes(pdf(page))
    answer = ps("screen", "m.pdf", "--watchlist", "sample", "--jurisdiction", "US", "-o", "report.json")
    report = json.loads(Path("report.json").read_text())
    assert answer.code == 3
    assert "read-from-print" in {issue["code"] for issue in report["issues"]}
    flags = [(flag["source_file"], flag["source_row"]) for flag in report["flags"] if flag["rule_id"] == "PS-CHEM-001"]
    assert flags == [place]
