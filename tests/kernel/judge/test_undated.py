"""Lines without a date are judged as of the day of the run, and what is said over a span of time says so."""

from __future__ import annotations

import pytest

from tests.screening import screen_rows, with_rules

NOTED = " state no date: they are judged as of the day of the run."


@pytest.fixture(scope="module")
def over_time(reference):
    """With a rule about three days, and one about each line."""
    return with_rules(reference, "PS-QTY-011", "PS-CHEM-001")


def sentences(reference, *dates):
    """What the rules say of one consignment a date, by rule."""
    rows = [{"description of goods": "ACETIC ANHYDRIDE", "bill of lading": f"B{n}", **date} for n, date in enumerate(dates)]
    flags = screen_rows(rows, reference).report.flag_records()
    return {f["rule_id"]: f["because"] for f in flags}


DAY = {"date": "2026-11-25"}  # of the run


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (({}, {}, {}), "The lines"),
        (({"date": ""},) * 3, "The lines"),
        ((DAY, {}, {"date": "2026-11-24"}), "Some of the lines"),
        ((DAY, DAY, {"arrival date": "2026-11-25"}), None),
        ((DAY, {"dispatch date": "2026-11-25"}, DAY), None),
    ],
)
def test_a_sentence_about_a_span_of_time_says_where_lines_state_no_date(over_time, dates, said):
    found = sentences(over_time, *dates)
    assert "within 3 days" in found["PS-QTY-011"]
    assert found["PS-QTY-011"].endswith(f" {said}{NOTED}" if said else "at least 3.")
    assert NOTED not in found["PS-CHEM-001"], "says nothing of time"
