"""Subject, mail, metrics and records: small texts that others read."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from precursor_screen.app.daily.delivering import Sample, of_counts, samples_of, write_metrics
from precursor_screen.app.daily.mail import WIDEST, MailContent, write_failure, write_subject, write_summary
from precursor_screen.app.daily.out_folder import SCREENED, SET_ASIDE, Delivery, FileOutcome, delivery_from_json, worst
from precursor_screen.app.daily.plan import Change, changed, decide_the_same

DAY = MailContent("2026-11-26", "EU")
ASIDE = FileOutcome("x.pdf", "0" * 64, 5, SET_ASIDE, "is of no format that is read")
FINE = FileOutcome("y.csv", "1" * 64, 5, SCREENED)


@pytest.mark.parametrize(
    ("counts", "files", "subject"),
    [
        ({"shipments": {"hold": 2, "review": 9, "low": 31}}, (ASIDE, FINE), "2 hold, 9 review, 1 file set aside"),
        ({"shipments": {"low": 1_031}, "known": 6}, (FINE,), "1,031 low, 6 known"),
        ({"shipments": {"none": 4}}, (FINE,), "nothing to look at"),
        ({}, (ASIDE, ASIDE), "2 files set aside"),
        ({}, (), "nothing new"),
        ({"shipments": {"low": 1}, "lines": {"unscreenable": 2}}, (FINE,), "1 low, 2 lines not screened"),
    ],
)
def test_the_subject_alone_says_it(counts, files, subject):
    assert write_subject(counts, MailContent("2026-11-26", "EU", files)) == f"precursor-screen: {subject} (2026-11-26, EU)"


def test_a_mail_is_short_and_printable_whatever_names_say():
    said = MailContent(
        "2026-11-26",
        "",
        files=[FileOutcome(f"\x1b[31m\u202e{n}.csv" + "x" * 300, "0", 1, SET_ASIDE, "<script>\nBcc: all") for n in range(50)],
        waiting=[f"{n}.csv" for n in range(50)],
        unreadable=[("gone", "is a link that leads nowhere")] * 50,
        remarks=["Changed."] * 100,
    )
    lines = write_summary(write_subject({}, said), None, said).splitlines()
    assert lines[0] == "precursor-screen: 100 files set aside (2026-11-26)"
    assert len(lines) < 150
    assert all(line.isprintable() and len(line) <= WIDEST for line in lines)
    assert "  10 more files are in run.json" in lines


def test_a_failure_says_why():
    assert write_failure("no watchlist", DAY) == "precursor-screen: could NOT screen (2026-11-26, EU)\n\nno watchlist\n"


def test_metrics_are_of_the_format():
    text = write_metrics(
        [
            Sample("last_exit_code", 3),
            *of_counts("flags", "level", {"high": 2, "low": 0}),
            Sample("watchlist_age_days", 1.5, {"list": 'a"\\\n'}),
            Sample("last_run_timestamp_seconds", 1795728972.6918),
        ]
    )
    metric = r"precursor_screen_daily_[a-z_]+"
    lines = rf'(# HELP {metric} .+|# TYPE {metric} gauge|{metric}(\{{[a-z]+="(\\.|[^"\\\n])*"\}})? -?[0-9.e+]+)\n'
    assert re.fullmatch(f"({lines})+", text)
    assert 'precursor_screen_daily_watchlist_age_days{list="a\\"\\\\\\n"} 1.5\n' in text
    assert "precursor_screen_daily_last_run_timestamp_seconds 1795728972.6918\n" in text
    assert text.count("# TYPE precursor_screen_daily_flags") == 1


def test_a_record_is_read_as_it_was_written_and_nothing_else_is():
    delivery = Delivery(3, "new", "2026-11-26", "t", "0.1", "EU", "run", 1, "s", {"known": 1}, (ASIDE, FINE), {"rules": "x"})
    assert delivery_from_json(delivery.to_json()) == delivery
    assert delivery.set_aside == (ASIDE,)
    for wrong in ("", "[]", "{}", '{"schema": 2}', '{"schema": 1, "files": [{}]}', '{"schema": 1, "files": []}', '{"schema": 1}'):
        with pytest.raises(ValueError, match=r".*"):
            delivery_from_json(wrong)


def test_the_worst_code_is_in_the_order_of_the_contract():
    assert [worst(*codes) for codes in ((), (0,), (0, 3), (3, 1), (1, 4, 3), (4, 5), (5, 2))] == [0, 0, 3, 1, 4, 5, 2]


def test_changes_are_phrases():
    long, other = "a" * 64, "b" * 64
    before = {"rules": long, "watchlist un-sc": long, "program": "0.1", "jurisdiction": ""}
    assert changed(before, before) == []
    now = {"rules": other, "watchlist eu": long, "program": "0.2", "jurisdiction": "EU"}
    assert changed(before, now) == [
        *("rules", "watchlist un-sc (gone)", "program 0.1 -> 0.2", "jurisdiction none -> EU", "watchlist eu (new)"),
    ]


def test_rules_that_are_only_worded_otherwise_are_told_apart():
    before = {"rules": "a:d"}
    assert changed(before, {"rules": "b:d"}) == ["rules (wording only)"]
    assert changed(before, {"rules": "b:e"}) == ["rules"]
    assert changed({"rules": "a"}, {"rules": "a:d"}) == []
    assert changed({"rules": "a"}, {"rules": "b:d"}) == ["rules"]
    assert [decide_the_same(before, now) for now in ({"rules": "b:d"}, {"rules": "b:e"}, {"rules": "b:d", "program": "2"})] == [
        True,
        False,
        False,
    ]
    assert [Change(what).decides for what in ((), ("rules (wording only)",), ("rules (wording only)", "x"))] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(("age", "stale"), [(30, 0), (31, 1)])
def test_a_list_is_stale_once_it_is_older_than_it_may_be(age: int, stale: int) -> None:
    watchlist = SimpleNamespace(list_id="a", snapshot=SimpleNamespace(age_days=lambda _: age))
    reference = SimpleNamespace(watchlists=[watchlist], as_of=None, maximum_ages={"a": 30})
    found, said = SimpleNamespace(aside=[], known=[]), SimpleNamespace(unreadable=[], waiting=[])
    values = {s.name: s.value for s in samples_of(found, [], said, reference) if s.labels.get("list") == "a"}
    assert values == {"watchlist_age_days": age, "watchlist_stale": stale}
