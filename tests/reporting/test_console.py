"""The summary: worst first, what is left out is counted, and no manifest steers the terminal."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from precursor_screen.core.model import BANDS
from precursor_screen.core.words import printable
from precursor_screen.reporting.console import print_report
from tests.screening import screen_rows


def summary(report, most=20, **options) -> str:
    text = io.StringIO()
    print_report(report, Console(file=text, width=200, **options), most)
    return text.getvalue()


@given(st.text())
def test_printable_text_has_no_control_characters_and_its_length(text):
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) == len(text)


def test_no_control_character_reaches_a_terminal(hostile):
    plain = summary(hostile, most=1000, color_system=None)
    assert [c for c in set(plain) if not c.isprintable()] == ["\n"]
    coloured = summary(hostile, most=1000, force_terminal=True, color_system="standard")
    assert "\x1b[1" in coloured
    assert [c for c in set(re.sub(r"\x1b\[[0-9;]*m", "", coloured)) if not c.isprintable()] == ["\n"]


def test_text_in_brackets_is_no_markup_and_no_link(hostile):
    text = summary(hostile, most=1000, force_terminal=True, color_system="standard")
    assert "\x1b]8" not in text
    assert "owned\x07" not in text


def test_shipments_come_worst_first(sample):
    text = summary(sample, most=1000, color_system=None)
    heads = [line for line in text.splitlines() if "one splitting with" not in line]  # which stand below the first of their case
    bands = re.findall(r"^ (HOLD|REVIEW|LOW|NONE|UNSCREENABLE)\b", "\n".join(heads), re.MULTILINE)
    order = [BANDS.index(b.lower()) for b in bands if b != "UNSCREENABLE"]
    assert order == sorted(order, reverse=True)
    assert bands[0] == "HOLD"
    assert text.index("Lines: 200 read") > text.rindex("LOW") > 0
    assert text.index("Could not be screened") > text.index("Lines: 200 read")


def test_notices_come_first(sample):
    assert summary(sample, color_system=None).startswith(f"! {sample.notices[0]}")


def test_of_one_splitting_the_first_shipment_stands_for_those_that_are_low(sample):
    text = summary(sample, most=1000, color_system=None)
    cases = Counter(s["case_id"] for s in sample.shipments.to_pylist() if s["case_id"])
    assert len(cases) > 2
    for first, count in cases.items():
        assert re.search(
            rf" {first}  \d+ lines?, \d+ flags?, with {count - 1} more shipments? of one splitting$", text, re.MULTILINE
        )
    for shipment in sample.shipments.to_pylist():
        told = re.search(rf"  {shipment['shipment_id']}  \d+ lines?, ", text) is not None
        is_folded = shipment["case_id"] not in (None, shipment["shipment_id"]) and shipment["band"] in ("low", "none")
        assert told == (bool(shipment["flags"]) and not is_folded)


def test_it_says_how_many_shipments_it_leaves_out(sample):
    flagged = sample.opened.num_rows
    assert f"  {flagged - 3} more flagged shipments: see the full report" in summary(sample, 3, color_system=None)
    assert "  1 more flagged shipment: see the full report" in summary(sample, flagged - 1, color_system=None)
    assert "more flagged" not in summary(sample, flagged, color_system=None)


def test_it_says_how_many_flags_of_a_shipment_it_leaves_out(sample):
    text = summary(sample, color_system=None)
    most = max(sample.shipments.to_pylist(), key=lambda s: len(s["flags"]))
    assert len(most["flags"]) > 4
    assert f"and {len(most['flags']) - 4} more" in text


def test_one_of_a_thing_is_not_several(sample):
    assert not re.search(r"\b1 (?:lines|flags)\b", summary(sample, most=1000, color_system=None))


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_what_goes_on_hangs_below_itself(sample, hostile, width):
    for report in (sample, hostile):
        text = io.StringIO()
        print_report(report, Console(file=text, width=width, color_system=None), 1000)
        lines = text.getvalue().splitlines()
        assert max(map(cell_len, lines)) <= width
        assert [line for line in lines if line != line.rstrip()] == []
        begins = re.compile(r"[!?] | (?:HOLD|REVIEW|LOW|NONE|UNSCREENABLE) | {4,}|  +[\d,]+  |  \S|[A-Z][A-Za-z ]+: |Could not|$")
        assert [line for line in lines if not begins.match(line)] == []
        wide = io.StringIO()
        print_report(report, Console(file=wide, width=100_000, color_system=None), 1000)
        assert "".join(text.getvalue().split()) == "".join(wide.getvalue().split())  # no word is lost


def test_into_a_pipe_a_flag_is_one_line(sample):
    text = io.StringIO()
    print_report(sample, Console(file=text, width=80, color_system=None, soft_wrap=True), 3)
    assert [
        len(re.findall(rf"^     .*  {re.escape(f['rule_id'])}  .*\]$", text.getvalue(), re.MULTILINE)) > 0
        for f in sample.flags.slice(0, 1).to_pylist()
    ]
    assert max(map(len, text.getvalue().splitlines())) > 80


def test_a_text_of_a_hundred_thousand_characters_does_not_fill_the_terminal(hostile):
    assert max(map(len, summary(hostile, most=1000, color_system=None).splitlines())) < 1000
    text = io.StringIO()
    print_report(hostile, Console(file=text, width=80, color_system=None), 1000)
    assert len(text.getvalue().splitlines()) < 60 * hostile.shipments.num_rows


def test_a_flag_bears_an_id_that_is_its_own(sample):
    text = summary(sample, most=1000, color_system=None)
    ids = re.findall(r"^     \S+ +([0-9a-f]{6,})  PS-", text, re.MULTILINE)
    flags = sample.flags.column("flag_id").to_pylist()
    assert len(ids) == len(set(ids)) > 100
    assert {sum(f.startswith(i) for f in flags) for i in ids} == {1}


def test_no_colour_where_nobody_wants_it(sample, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    text = summary(sample, force_terminal=True)
    assert "\x1b[1m" in text  # bold is no colour
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3|4|9|10)\d(?:;\d+)*m", text)


def test_gaps_are_counted_with_a_place(hostile):
    assert re.search(r"1 +vague-description .*such as input-1\.csv:\d+ <i>CARGO</i>", summary(hostile, color_system=None))


def test_weak_signs_that_stood_alone_are_counted(sample):
    quiet = [{"rule_id": "PS-COV-006", "count": 1200, "shipments": 9}, {"rule_id": "PS-COV-013", "count": 1, "shipments": 1}]
    for some, says in (
        (quiet, "Not raised: 1,201 weak signs with no other sign on the line, by 2 rules (PS-COV-006, PS-COV-013)\n"),
        (quiet[1:], "Not raised: 1 weak sign with no other sign on the line, by 1 rule (PS-COV-013)\n"),
    ):
        assert says in summary(replace(sample, coverage={**sample.coverage, "not_raised": some}), color_system=None)
    assert "Not raised" not in summary(replace(sample, coverage={**sample.coverage, "not_raised": []}), color_system=None)


@pytest.mark.parametrize(
    ("rows", "says"), [([{}], "No shipment is flagged."), ([{"description of goods": "ACETONE"}], "Flags: ")]
)
def test_a_small_report(reference, rows, says):
    assert says in summary(screen_rows(rows, reference).report, color_system=None)
