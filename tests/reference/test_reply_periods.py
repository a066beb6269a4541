"""Periods of reply to a pre-export notification."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from precursor_screen.core.errors import ErrorGroup, SubstanceTableError
from precursor_screen.reference.thresholds import ReplyPeriod, known_reply_periods, load_reply_periods, reply_period

HEAD = "jurisdiction,days,working_days,valid_from,valid_to,source,verified\n"


def write(folder: Path, *rows: str) -> Path:
    (folder / "reply_periods.csv").write_text(HEAD + "".join(f"{r}\n" for r in rows), encoding="utf-8")
    return folder


def test_those_that_ship_each_have_a_source_and_say_whether_it_was_read():
    periods = known_reply_periods()
    assert {p.jurisdiction: (p.days, p.working_days, p.verified) for p in periods} == {
        "AR": (7, False, True),
        "AU": (5, True, True),
        "EU": (15, True, True),
        "US": (15, False, True),
    }
    assert all(p.source for p in periods)


@pytest.mark.parametrize(
    ("sent", "ends"),
    [
        ("2025-03-03", "2025-03-08"),  # from Monday: the fifth working day is Friday
        ("2025-03-07", "2025-03-14"),  # from Friday, which counts
        ("2025-03-08", "2025-03-15"),  # from Saturday
    ],
)
def test_working_days(sent: str, ends: str):
    period = ReplyPeriod("AU", 5, True, None, None, "", True)
    assert period.ends(date.fromisoformat(sent)) == date.fromisoformat(ends)


def test_working_days_are_counted_as_the_rule_about_lines_counts_them():
    period = ReplyPeriod("AU", 5, True, None, None, "", True)
    for offset in range(14):
        sent = date(2025, 3, 1) + timedelta(days=offset)
        days = (sent + timedelta(days=n) for n in range((period.ends(sent) - sent).days))
        assert sum(d.isoweekday() <= 5 for d in days) == 5


def test_calendar_days():
    assert ReplyPeriod("US", 15, False, None, None, "", True).ends(date(2025, 3, 1)) == date(2025, 3, 16)


def test_a_member_of_the_union_has_the_unions_period_unless_it_has_its_own(tmp_path: Path):
    periods = load_reply_periods(write(tmp_path, "EU,15,true,,,x,true", "FR,20,false,2025-01-01,2026-01-01,x,true"))

    def days(jurisdiction: str, day: date = date(2025, 6, 1)) -> int | None:
        found = reply_period(periods, jurisdiction, day)
        return found.days if found else None

    assert (days("DE"), days("FR"), days("EU"), days("US"), days("")) == (15, 20, 15, None, None)
    assert (days("FR", date(2024, 12, 31)), days("FR", date(2025, 12, 31)), days("FR", date(2026, 1, 1))) == (15, 20, 15)


@pytest.mark.parametrize(
    "rows",
    [
        ("US,x,false,,,s,true",),
        ("US,0,false,,,s,true",),
        ("US,5,maybe,,,s,true",),
        ("US,5,false,,,s,perhaps",),
        ("US,5,false,2025-13-01,,s,true",),
        ("US,5,false",),
        ("US,5,false,,,s,true", "US,6,false,2025-01-01,,s,true"),
    ],
)
def test_rows_that_cannot_be_read_are_errors(tmp_path: Path, rows: tuple[str, ...]):
    with pytest.raises(ErrorGroup):
        load_reply_periods(write(tmp_path, *rows))


def test_rows_that_follow_one_another_are_none(tmp_path: Path):
    assert len(load_reply_periods(write(tmp_path, "US,5,false,,2025-01-01,s,true", "US,6,false,2025-01-01,,s,true"))) == 2


def test_a_table_that_is_missing(tmp_path: Path):
    with pytest.raises(SubstanceTableError):
        load_reply_periods(tmp_path)
