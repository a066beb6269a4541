"""Figures as SVG: they say in words what they show, and hold no text of a manifest as it is."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from precursor_screen.reporting.pages import Consignment, quantity_bar, score_bar, timeline

PARTS = [
    {"part": "licit use", "points": 16, "because": ""},
    {"part": "quantity", "points": 20, "because": ""},
    {"part": "evidence", "points": 35, "because": ""},
    {"part": "standing", "points": -10, "because": ""},
]


def parse(figure: str):
    root = ElementTree.fromstring(figure)
    return root, root.find("svg").get("aria-label")


def widths(root, kind: str) -> list[float]:
    return [float(r.get("width")) for r in root.iter("rect") if kind in r.get("class").split()]


def test_parts_of_a_score_are_as_wide_as_their_points():
    root, said = parse(score_bar(PARTS, 61))
    assert said == "Score 61 of 100: licit use 16, quantity 20, evidence 35, standing -10"
    assert widths(root, "part") == pytest.approx([102.4, 128, 224, 64])


def test_a_score_of_nothing_has_no_bar():
    assert score_bar([], 0) == ""


@pytest.mark.parametrize(
    ("kg", "said"),
    [
        (1460, "1,460 kg, 97% of the threshold of 1,500 kg"),
        (1500, "1,500 kg, 100% of the threshold of 1,500 kg"),
        (60000, "60,000 kg, 40 times the threshold of 1,500 kg"),
    ],
)
def test_a_quantity_stands_against_its_threshold(kg, said):
    root, words = parse(quantity_bar(kg, 1500))
    assert words == said
    assert bool(widths(root, "over")) == (kg > 1500)  # at it, some laws leave it free
    assert max(widths(root, "bar")) <= 640


def test_no_quantity_and_no_threshold_draw_nothing():
    assert quantity_bar(0, 100) == quantity_bar(100, 0) == ""


def test_a_window_shows_its_days_and_masses():
    days = [
        Consignment(date(2026, 11, 1), 250.0, False),
        Consignment(date(2026, 11, 2), 250.0, True),
        Consignment(date(2026, 11, 9), None, False),
    ]
    root, said = parse(timeline(days, 500.0))
    assert said == "3 consignments from 2026-11-01 to 2026-11-09, 500 kg in all"
    titles = [t.text for t in root.iter("title")]
    assert titles == ["2026-11-01: 250 kg", "2026-11-02: 250 kg", "2026-11-09: mass unknown"]
    assert len(widths(root, "here")) == 1


def test_one_consignment_is_no_window():
    assert timeline([Consignment(date(2026, 11, 1), 1.0, True)], None) == ""
