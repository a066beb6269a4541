"""The summary in short: forty lines for whatever was screened, what was not screened first, nothing wider than the terminal."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reporting.brief import MOST_LINES, WIDEST, brief_lines, result_in_words
from tests.screening import screen_rows, table

ROW = {
    "description of goods": "ACETIC ANHYDRIDE",
    "hs code": "291524",
    "net weight kg": "9000",
    "consignee": "Quimeralda Reactivos",
}


def texts(report, *given):
    return ["".join(text for text, _ in pieces) for pieces in brief_lines(report, *given)]


@pytest.mark.parametrize("width", [40, 80, WIDEST])
def test_no_report_is_longer_or_wider_than_a_screen(sample, hostile, reference, width):
    many = screen_rows([ROW | {"bill of lading": f"B{n}"} for n in range(90)], reference).report
    for report in (sample, hostile, many):
        lines = texts(report, width)
        assert len(lines) <= MOST_LINES
        assert max(map(len, lines)) <= width
        assert all(line.isprintable() for line in lines)


def test_what_was_not_screened_begins_the_first_line(reference):
    bare = screen_rows([ROW, ROW], replace(reference, watchlists=(), jurisdiction="")).report
    assert result_in_words(bare).startswith("Parties NOT screened. 2 lines, 1 shipment: 1 low")
    plain = screen_rows([{"description of goods": "COTTON YARN", "hs code": "520512"}], replace(reference, watchlists=())).report
    assert result_in_words(plain) == (
        "Parties NOT screened. 1 line, 1 shipment: nothing is flagged; 1 shipment could not be screened in full"
    )
    vague = screen_rows([{"description of goods": "GENERAL CARGO", "hs code": "", "consignee": "Firm A"}], reference).report
    assert result_in_words(vague) == (
        "1 line, 1 shipment: nothing is flagged; 1 shipment could not be screened in full; 1 line could not be screened"
    )
    assert "watchlists update" in texts(bare)[1]


def test_a_line_that_is_repeated_was_screened(reference):
    dull = {"description of goods": "COTTON YARN", "hs code": "520512", "consignee": "Firm A"}
    vague = {"description of goods": "GENERAL CARGO", "hs code": "", "consignee": "Firm A"}
    sources = tuple(Source(f"{n}.csv", content=table([dull, vague])) for n in range(3))
    report = run(sources, ReadOptions(), reference).report
    said = "6 lines, 1 shipment: nothing is flagged; 1 shipment could not be screened in full; 4 lines repeated; 1 line could not be screened"
    assert result_in_words(report) == said


def test_nothing_is_flagged(reference):
    dull = screen_rows([{"description of goods": "COTTON YARN", "hs code": "520512", "consignee": "Firm A"}], reference).report
    assert texts(dull)[0].startswith("1 line, 1 shipment: nothing is flagged")
    assert "No shipment is flagged." in texts(dull)


def test_as_many_shipments_as_are_asked_for(sample):
    few, many = texts(sample, WIDEST, 1), texts(sample, WIDEST, 1000)
    assert sum(line.startswith(("HOLD", "REVIEW", "LOW")) for line in few) == 1
    flagged = sample.opened.num_rows
    assert f"  {flagged - 1} more flagged shipments: see the full report" in few
    assert not [line for line in many if "more flagged" in line]
    assert len(many) > 2 * flagged


def test_a_shipment_says_what_who_why_and_what_to_do(sample):
    lines = texts(sample)
    at = next(n for n, line in enumerate(lines) if "SMPL059" in line)
    assert lines[at].startswith("HOLD    100  SMPL059  25 kg ")
    assert "→" in lines[at]
    assert "Ester or protected form of a precursor. Treat it as the precursor it converts to" in lines[at + 1]


def test_what_goes_on_is_counted(sample):
    spots = sample.coverage["blind_spots"]
    assert any(line.startswith(f"? {len(spots) - 3} more blind spot") for line in texts(sample))
    gaps = [line for line in texts(sample) if "manifest.csv:" in line]
    assert len(gaps) == 4


@pytest.mark.parametrize(("kinds", "more"), [(5, False), (6, True)])
def test_five_kinds_of_gaps_are_shown_and_more_are_counted(sample, kinds, more):
    gap = {"count": 1, "title": "A gap", "examples": []}
    gaps = {"set_aside": [gap | {"code": f"gap-{n}"} for n in range(kinds)], "unscreenable": [], "degraded": []}
    lines = texts(replace(sample, coverage={**sample.coverage, **gaps}))
    assert sum("  gap-" in line for line in lines) == 5
    assert ("  1 more kind of gaps: see the full report" in lines) is more
