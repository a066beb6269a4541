"""The text of a mail."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from precursor_screen.reporting.mail_text import MOST_LINES, WIDTH, lines_of, subject_of
from tests.screening import screen_rows


def test_the_subject_stands_first_and_says_it_all(sample):
    first, second, *_ = lines_of(sample)
    assert re.fullmatch(r"precursor-screen: \d+ hold, \d+ review, \d+ low, \d+ unscreenable \(\d{4}-\d\d-\d\d, US\)", first)
    assert second == ""
    jurisdiction = replace(sample, provenance={**sample.provenance, "as_of": "2026-11-26", "jurisdiction": "EU"})
    assert subject_of(jurisdiction).endswith(" (2026-11-26, EU)")
    aside = replace(sample, coverage={**sample.coverage, "files_set_aside": 1})
    assert ", 1 file set aside (" in subject_of(aside)


def test_it_fits_a_mail(sample, hostile):
    for report in (sample, hostile):
        lines = lines_of(report)
        assert len(lines) <= MOST_LINES == 60
        assert max(map(len, lines)) <= WIDTH == 78
        assert all(line.isprintable() for line in lines)
        assert [line for line in lines if line.startswith("Lines: ")]


def test_it_uses_the_room_that_there_is_and_counts_the_rest(sample):
    text = "\n".join(lines_of(sample))
    shown = re.findall(r"^(?:HOLD|REVIEW|LOW|NONE|UNSCREENABLE) +\d+  ", text, re.MULTILINE)
    flagged = sample.opened.num_rows
    assert f"  {flagged - len(shown)} more flagged shipments are in the full report" in text
    assert len(shown) >= 6


def test_many_notices_and_gaps_leave_room_for_shipments(sample):
    spots = [{**sample.coverage["blind_spots"][0], "message": "word " * 100}] * 50
    many = replace(sample, notices=("notice " * 40,) * 50, coverage={**sample.coverage, "blind_spots": spots})
    lines = lines_of(many)
    assert len(lines) <= 60
    assert any(line.startswith("HOLD") for line in lines)


@pytest.mark.parametrize(
    ("rows", "subject", "says"),
    [
        ([{}], "nothing to look at", "No shipment is flagged."),
        ([{"description of goods": "ACETONE", "hs code": "291411"}], "1 low", "LOW "),
    ],
)
def test_small_reports(reference, rows, subject, says):
    text = "\n".join(lines_of(screen_rows(rows, reference).report))
    assert text.startswith(f"precursor-screen: {subject} (")
    assert says in text
    assert "more flagged" not in text
