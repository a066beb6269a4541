"""What is to be known by name comes before counts in every form that has a head, and its list is bounded."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.core.schema import LISTED_ASIDE
from precursor_screen.reporting.listed_aside import HEAD, MOST, named_aside
from precursor_screen.reporting.xlsx import summary_rows

ROW = {
    "line_id": "a",
    "source_file": "offer.txt",
    "source_row": 3,
    "place": "row",
    "read_from": "words",
    "substance_id": "ephedrine",
    "substance_name": "Ephedrine",
    "table": "I",
    "mass_kg": Decimal(102),
    "total_kg": Decimal(102),
    "threshold_kg": Decimal(1),
}
SAID = "  102 kg Ephedrine (Table I, threshold 1 kg)  offer.txt:3 (row): only its words were screened"


def with_rows(report, *rows):
    return replace(report, listed_aside=pa.Table.from_pylist([{**ROW, **row} for row in rows], schema=LISTED_ASIDE))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, SAID),
        ({"mass_kg": None, "total_kg": None}, SAID.replace("102 kg", "mass not stated:")),
        ({"total_kg": Decimal(150)}, SAID.replace("102 kg", "102 kg of 150 kg")),
        ({"threshold_kg": Decimal(0)}, SAID.replace("threshold 1 kg", "any mass counts")),
        ({"threshold_kg": None}, SAID.replace("threshold 1 kg", "no threshold known")),
        ({"source_row": None, "place": "", "read_from": "print"}, "  102 kg Ephedrine (Table I, threshold 1 kg)  offer.txt: read from print"),
        ({"source_file": "a\x1b[2J\nb"}, SAID.replace("offer.txt", "a\ufffd[2J b")),
    ],
)  # fmt: skip
def test_each_says_mass_substance_table_threshold_and_place(sample, row, said):
    assert named_aside(with_rows(sample, row)) == [HEAD, said]


def test_what_goes_beyond_the_first_is_counted_with_what_is_not_weighed(sample):
    lines = named_aside(with_rows(sample, *[{}] * MOST, {"mass_kg": None}, {}))
    assert (len(lines), lines[-1]) == (MOST + 2, "  2 more in the full report, 1 of them of unknown mass")
    assert named_aside(with_rows(sample, *[{}] * (MOST + 1)))[-1] == "  1 more in the full report"
    assert named_aside(sample) == []


def test_every_form_with_a_head_has_it_there(sample, rendered):
    report = with_rows(sample, {})
    assert rendered(report, "report.txt").decode().splitlines()[2] == HEAD[: HEAD.rindex(" ", 0, 79)]
    page = rendered(report, "report.html").decode()
    assert page.index(SAID.strip()) < page.index("What this report could not see")
    assert [value for _, value in summary_rows(report)[:2]] == [HEAD, SAID.strip()]
    assert json.loads(rendered(report, "report.json"))["listed_aside"] == [
        {**ROW, "mass_kg": "102.000000", "total_kg": "102.000000", "threshold_kg": "1.000000"}
    ]
