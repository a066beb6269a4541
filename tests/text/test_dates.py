from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.text.dates import parse_date, shifts_to_midnight, weigh_order
from precursor_screen.text.numbers import decide

CASES = list(csv.DictReader((Path(__file__).parents[1] / "judgements/dates_parse.csv").read_text("utf-8").splitlines()))


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
    assert decide(weigh_order(texts)) == order


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


@pytest.mark.parametrize("text", ["25/11/2026 \t10:00", "2026-11-25 \t10:00", "2026-11-25  10:00", "25/11/2026T10:00"])
def test_blanks_may_part_a_day_from_its_hour(text: str) -> None:
    assert parse_date(text, "dmy").day == date(2026, 11, 25)
    assert parse_date(f"{text}h30m", "dmy").day is None


@pytest.mark.parametrize(("length", "read"), [(17, True), (60, True), (61, False)])
def test_a_cell_of_more_than_sixty_characters_is_no_date(length: int, read: bool) -> None:
    text = "2025-03-28 18:30Z".replace("Z", "Z".rjust(length - 16))
    assert len(text) == length
    assert (parse_date(text).day is not None) is read


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_is_not(text: str) -> None:
    for order in ("", "dmy", "mdy", "ymd"):
        parse_date(text, order)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("1950-01-01", "", "1950-01-01"),
        ("1949-12-31", "", None),
        ("2099-12-31", "", "2099-12-31"),
        ("2100-01-01", "", None),
        ("19500101", "", "1950-01-01"),
        ("20991231", "", "2099-12-31"),
        ("20261301", "", None),
        ("20260031", "", None),
        ("20260132", "", None),
        ("20260131.0", "", None),
        ("202611", "", "2026-11-01"),
        ("2026-11", "", "2026-11-01"),
        ("202611.0", "", "2026-11-01"),
        ("195001", "", "1950-01-01"),
        ("209912", "", "2099-12-01"),
        ("210001", "", None),
        ("202613", "", None),
        ("31012026", "", "2026-01-31"),
        ("01312026", "mdy", "2026-01-31"),
        ("1032026", "dmy", "2026-03-01"),
        ("1032026.0", "mdy", "2026-01-03"),
        ("12122026", "", "2026-12-12"),
        ("13122026", "", "2026-12-13"),
        ("20111995", "", "1995-11-20"),
        ("12111995", "mdy", "1995-12-11"),
        ("31121950", "dmy", "1950-12-31"),
        ("31122099", "dmy", "2099-12-31"),
        ("31121949", "dmy", None),
        ("31122100", "dmy", None),
        ("20000", "", "1954-10-03"),
        ("79999", "", "2119-01-10"),
        ("19999", "", None),
        ("80000", "", None),
        ("45000.75", "", "2023-03-15"),
        ("01/02/69", "dmy", "2069-02-01"),
        ("01/02/70", "dmy", "1970-02-01"),
        ("69/02/01", "ymd", "2069-02-01"),
        ("01/02/2026", "ymd", "2026-02-01"),
        ("05/05/2026", "", "2026-05-05"),
        ("05.04.2026", "", "2026-04-05"),
        ("05.04.2026", "mdy", "2026-04-05"),
        ("05/04-2026", "dmy", None),
        ("05/04/2026 10:30", "dmy", "2026-04-05"),
        ("05/04/2026 at noon", "dmy", None),
        ("2026-04-05 noon", "", None),
        ("2026-02-30", "", None),
        ("2026/2/3", "", "2026-02-03"),
        ("2026-04-05T10:30:00+02:00", "", "2026-04-05"),
        ("20260405T1030Z", "", "2026-04-05"),
        ("202604051030", "", "2026-04-05"),
        ("2026年4月5日", "", "2026-04-05"),
        ("2026年4月", "", "2026-04-01"),
        ("2026년 4월 5일", "", "2026-04-05"),
        ("April 2026", "", "2026-04-01"),
        ("5 April 2026", "", "2026-04-05"),
        ("April 5th, 2026", "", "2026-04-05"),
        ("5 de abril de 2026", "", "2026-04-05"),
        ("Sept 26", "", "2026-09-01"),
        ("5 Foo 2026", "", None),
        ("5 พฤศจิกายน 2569", "", "2026-11-05"),
        ("5 พฤศจิกายน พ.ศ. 2569", "", "2026-11-05"),
        ("12 มี.ค. 2569", "", "2026-03-12"),
        ("12 ม.ค. 69", "", "2026-01-12"),  # of the Buddhist calendar, as its month says
        ("12 Jan 69", "", "2069-01-12"),
        ("05/11/2569", "", "2026-11-05"),  # no country of that calendar writes the month first
        ("05/11/2569", "mdy", "2026-05-11"),
        ("'2026-04-05'", "", "2026-04-05"),
        ("", "", None),
    ],
)
def test_days_at_the_edges_of_each_form(text: str, order: str, day: str | None) -> None:
    parsed = parse_date(text, order)
    assert (parsed.day.isoformat() if parsed.day else None, parsed.ambiguous) == (day, False)


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("12/11/2026", True),
        ("13/11/2026", False),
        ("11/13/2026", False),
        ("11/12/2026", True),
        ("11122026", True),
        ("12112026", True),
        ("1122026", True),
    ],
)
def test_where_either_may_be_the_month_nobody_knows(text: str, ambiguous: bool) -> None:
    assert parse_date(text).ambiguous is ambiguous
    assert parse_date(text).day is None


@pytest.mark.parametrize(
    ("texts", "votes"),
    [
        (["12/13/2026"], (0, 1)),
        (["13/12/2026"], (1, 0)),
        (["12/12/2026", "11/12/2026", "13/13/2026"], (0, 0)),
        (["5.13.2026"], (1, 0)),
        (["13122026", "12132026", "11122026", "20261213"], (1, 1)),
        ([" 25/11/2026 ", "soon", ""], (1, 0)),
    ],
)
def test_what_speaks_for_an_order(texts: list[str], votes: tuple[int, int]) -> None:
    weighed = weigh_order(texts)
    assert (weighed["dmy"], weighed["mdy"]) == votes
    both = weighed + weighed
    assert (both["dmy"], both["mdy"]) == (2 * votes[0], 2 * votes[1])


@pytest.mark.parametrize(
    ("texts", "shifts"),
    [
        (["2025-03-28T18:30:00Z"], True),
        (["2025-03-28T18:30:00+00:00"], True),
        (["2025-03-28T23:00:00Z", "2025-07-28T22:00:00Z"], True),
        (["2025-03-28T23:00:00Z", "2025-07-28T22:00:00Z", "2025-07-28T21:00:00Z"], False),
        (["2025-03-28T23:00:00Z", "2025-07-28T00:00:00Z"], False),
        (["2025-03-28T18:20:00Z"], False),
        (["2025-03-28T18:30:00+02:00"], False),
        (["2025-03-28T18:30:00Z", "2025-03-28"], False),
        (["2025-03-28T18:30:00Z", "28/03/2025"], False),
        ([], False),
    ],
)
def test_which_columns_hold_local_midnights(texts: list[str], shifts: bool) -> None:
    assert shifts_to_midnight(texts) is shifts


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025-12-31T12:00:00Z", "2026-01-01"), ("2025-12-31T11:45:00Z", "2025-12-31"), ("2025-12-31", "2025-12-31")],
)
def test_the_nearest_midnight_is_taken(text: str, day: str) -> None:
    assert str(parse_date(text, shift=True).day) == day
