from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.names.dates import parse_date, shifts_to_midnight, weigh_order

CASES = list(csv.DictReader((Path(__file__).parents[1] / "cases/dates_parse.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['text']} {c['order']}: {c['why']}")
def test_a_cell_states_a_day(case: dict[str, str]) -> None:
    parsed = parse_date(case["text"], case["order"])
    assert (parsed.day.isoformat() if parsed.day else "", "yes" if parsed.ambiguous else "") == (case["day"], case["ambiguous"])


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2026", "25/11/2026"], "dmy"),
        (["03/04/2026", "11/25/2026"], "mdy"),
        (["03/04/2026", "05/06/2026"], ""),
        (["05.03.2024"], "dmy"),
        (["03052025", "25052025"], "dmy"),
        (["20250305"], ""),
        (["25/11/2026", "26/11/2026", "11/27/2026"], "dmy"),
    ],
)
def test_a_column_decides_its_order(texts: list[str], order: str) -> None:
    assert weigh_order(texts).decide() == order


def test_local_midnights_told_in_utc_belong_to_the_next_day() -> None:
    texts = ["2025-03-28T18:30:00.000Z", "2025-04-01T18:30:00.000Z"]
    assert shifts_to_midnight(texts)
    assert parse_date(texts[0], shift=True).day == date(2025, 3, 29)
    assert not shifts_to_midnight(["2025-03-28T18:30:00Z", "2025-03-28T09:12:44Z"])
    assert not shifts_to_midnight(["2025-03-28T00:00:00Z"])
    assert not shifts_to_midnight(["2025-03-28"])


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_back_from_every_form(day: date) -> None:
    assert parse_date(day.isoformat()).day == day
    assert parse_date(f"{day:%Y%m%d}").day == day
    assert parse_date(f"{day:%d/%m/%Y}", "dmy").day == day
    assert parse_date(f"{day:%m/%d/%Y}", "mdy").day == day
    assert parse_date(f"{day:%d-%b-%Y}").day == day


@pytest.mark.parametrize(("length", "read"), [(17, True), (60, True), (61, False)])
def test_a_cell_of_more_than_sixty_characters_is_no_date(length: int, read: bool) -> None:
    text = "2025-03-28 18:30Z".replace("Z", "Z".rjust(length - 16))
    assert len(text) == length
    assert (parse_date(text).day is not None) is read


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_is_not(text: str) -> None:
    for order in ("", "dmy", "mdy", "ymd"):
        parse_date(text, order)
