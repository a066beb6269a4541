"""Axes: round numbers that hold what they are to hold, months that all plots share, labels that do not touch."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.reporting.audit import axes
from precursor_screen.reporting.audit.axes import BASE, LEFT, RIGHT, TOP, Calendar, by_ratio, calendar, from_zero
from precursor_screen.reporting.pages import figure

SOME = st.floats(min_value=1e-6, max_value=1e12)


@pytest.mark.parametrize(
    ("top", "steps"),
    [
        (1900, (0, 500, 1000, 1500, 2000)),
        (4000, (0, 1000, 2000, 3000, 4000)),
        (1.1, (0, 0.5, 1.0, 1.5)),
        (9000, (0, 2500, 5000, 7500, 10000)),
        (1, (0, 0.25, 0.5, 0.75, 1.0)),
    ],
)
def test_steps_are_round(top, steps):
    assert from_zero(top).steps == pytest.approx(steps)


def test_whole_things_are_counted_by_whole_numbers():
    assert from_zero(1, whole=True).steps == (0, 1)
    assert from_zero(7, whole=True).steps == (0, 2, 4, 6, 8)


@given(SOME)
def test_the_highest_lies_within_and_near_the_top(top):
    scale = from_zero(top)
    assert 3 <= len(scale.steps) <= 5
    assert scale.steps[0] == 0
    assert top <= scale.steps[-1] * 1.001
    assert scale.steps[-1] < 2 * top
    assert TOP - 0.2 <= scale.y(top) <= BASE


@given(SOME, SOME)
def test_far_apart_numbers_lie_within_too(one, other):
    low, high = sorted((one, other))
    scale = by_ratio(low, high * 1.5)
    assert scale.steps == tuple(sorted(set(scale.steps)))
    assert len(scale.steps) >= 2
    assert TOP - 0.2 <= scale.y(high) <= scale.y(low) <= BASE + 0.2


def test_few_decades_have_steps_between_and_many_have_not():
    assert by_ratio(0.7, 9.5).steps == (0.5, 1, 2, 5, 10)
    assert by_ratio(0.7, 9_500).steps == pytest.approx((0.1, 1, 10, 100, 1_000, 10_000))


def test_a_period_is_shown_whole_and_a_long_one_by_its_days():
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert calendar([date(2026, 3, 5)], *year) == Calendar(2026 * 12, 2026 * 12 + 11)
    assert calendar([date(2025, 3, 5)], *year) is None
    assert calendar([date(2026, 3, 5), date(2025, 11, 5)], date(1990, 1, 1), year[1]) == Calendar(2025 * 12 + 10, 2026 * 12 + 2)
    many = [date(2000, 1, 1) + timedelta(days=90 * n) for n in range(100)]
    shown = calendar(many, date(1990, 1, 1), year[1])
    assert shown is not None
    assert shown.last - shown.first + 1 == axes.MOST_MONTHS
    assert shown.holds(f"{many[-1]:%Y-%m}")
    assert not shown.holds(f"{many[0]:%Y-%m}")


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.dates(date(2025, 1, 1), date(2026, 12, 31)))
def test_days_stand_in_their_month_and_in_their_order(one, other):
    shown = Calendar(2025 * 12, 2026 * 12 + 11)
    first, second = sorted((one, other))
    assert LEFT <= shown.day(first) <= shown.day(second) <= RIGHT
    assert shown.month(f"{one:%Y-%m}") < shown.day(one) < shown.month(f"{one:%Y-%m}") + shown.pitch


@pytest.mark.parametrize(
    ("months", "named"), [(1, ["Jan"]), (12, list(axes._NAMES)), (36, ["Jan", "Apr", "Jul", "Oct"] * 3), (60, ["Jan", "Jul"] * 5)]
)
def test_names_of_months_have_room(months, named):
    drawn = "".join(Calendar(2024 * 12, 2024 * 12 + months - 1).axis(BASE, TOP))
    said = re.findall(r">([^<]+)</text>", drawn)
    assert [s for s in said if not s.isdecimal()] == named
    assert [s for s in said if s.isdecimal()] == [str(2024 + n) for n in range((months + 11) // 12)]


@given(st.lists(st.floats(min_value=TOP, max_value=BASE), min_size=1, max_size=3))
def test_labels_do_not_touch_and_stay_beside_the_plot(places):
    drawn = "".join(axes.labels([(y, "k", f"label {n}", "value") for n, y in enumerate(places)]))
    found = sorted(float(y) for y in re.findall(r'<text x="[^"]+" y="([^"]+)"[^>]*>label', drawn))
    assert len(found) == len(places)
    assert all(b - a > 35 for a, b in itertools.pairwise(found))
    assert found[0] > 0
    assert found[-1] <= BASE


def test_numbers_have_separators_and_no_idle_zeros():
    assert [axes.plain(v) for v in (0, 0.5, 2.50, 1_000, 12_500_000, 1e-6)] == [
        "0",
        "0.5",
        "2.5",
        "1,000",
        "12,500,000",
        "0.000001",
    ]


def test_what_is_said_is_escaped():
    assert axes.text(1, 2, "<b>&") == '<text x="1.0" y="2.0">&lt;b&gt;&amp;</text>'
    assert "<script" not in figure("<script>", 10, [])
