"""Shipments drawn by chance: how many, which, and that all forms of the report tell them apart."""

from __future__ import annotations

import functools
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.inputs import find_sources
from precursor_screen.app.sampling import draw, read_share, unflagged
from precursor_screen.app.stream import run
from precursor_screen.core.errors import UsageError
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reporting import tables
from precursor_screen.reporting.console import counts_in_words
from precursor_screen.reporting.interface import document_of
from precursor_screen.reporting.mail_text import lines_of
from precursor_screen.reporting.shipment import shipments_in_words
from tests.conftest import ROOT
from tests.screening import STARTED, with_rules

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def manifest(reference):
    sources = find_sources((str(ROOT / "sample_data" / "manifest.csv"),))

    few = with_rules(reference, "PS-CHEM-001", "PS-PTY-001")

    @functools.cache
    def screen(share):
        return run(sources, ReadOptions(), few, started=STARTED, sample=share).report

    return screen


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (None, "0"),
        ("1%", "0.01"),
        (" 0.5 % ", "0.005"),
        ("0.01", "0.01"),
        ("100%", "1"),
        ("0.999", "0.999"),
        ("0", "0"),
        ("0%", "0"),
    ],
)
def test_a_share_is_a_percentage_or_a_fraction(text, share):
    assert read_share(text) == Decimal(share)


@pytest.mark.parametrize("text", ["", "%", "one", "1", "1.0", "-1%", "101%", "1.1", "nan", "inf", "1%%", "1e400%"])
def test_what_is_no_share_is_refused_with_a_remedy(text):
    with pytest.raises(UsageError) as caught:
        read_share(text)
    assert "1%" in caught.value.remedy


@given(st.sets(st.text(min_size=1, max_size=6), max_size=60), st.integers(0, 100))
def test_the_sample_has_the_share_rounded_up_and_does_not_depend_on_the_order(ids, percent):
    share = Decimal(percent) / 100
    drawn = draw(sorted(ids), share, DAY)
    assert set(drawn) <= ids
    assert len(drawn) == len(set(drawn)) == -(-len(ids) * percent // 100)
    assert drawn == draw(sorted(ids, reverse=True), share, DAY)


def test_another_day_draws_others():
    ids = [f"B{n}" for n in range(1_000)]
    one, other = (set(draw(ids, Decimal("0.1"), day)) for day in (DAY, date(2026, 11, 26)))
    assert len(one) == len(other) == 100
    assert len(one & other) < 40  # by chance ten


def test_only_what_was_screened_and_has_no_flag_is_drawn(manifest):
    report = manifest(Decimal(1))
    rows = {r["shipment_id"]: r for r in report.shipments.to_pylist()}
    assert set(report.sampled) == {i for i, r in rows.items() if not r["flags"] and r["band"] is not None}
    assert report.coverage["sample"] == {"share": "1", "unflagged": len(report.sampled), "drawn": len(report.sampled)}
    assert set(unflagged(report.shipments)) == set(report.sampled)


def test_without_the_option_nothing_is_drawn_and_nothing_else_changes(manifest):
    plain, sampled = manifest(Decimal(0)), manifest(Decimal("0.1"))
    assert plain.sampled == ()
    assert "sample" not in plain.coverage
    assert "sample" not in {k.casefold() for k, _ in counts_in_words(plain)}
    assert sampled.flags.equals(plain.flags)
    assert sampled.shipments.equals(plain.shipments)
    assert sampled.exit_code == plain.exit_code


def test_every_form_of_the_report_tells_what_was_drawn_from_what_was_flagged(manifest):
    report = manifest(Decimal("0.1"))
    words = list(shipments_in_words(report, report.listed))
    assert [w.shipment_id for w in words if w.state == "sample"] == [w.shipment_id for w in words[-len(report.sampled) :]]
    for said in words[-len(report.sampled) :]:
        assert "drawn by chance" in said.question
        assert said.goods, "its lines stand in the report"
        assert said.flags == ()
    stream = io.BytesIO()
    tables.write_json(document_of(report), stream)
    document = json.loads(stream.getvalue())
    assert {s["shipment_id"] for s in document["shipments"] if s["sampled"]} == set(report.sampled)
    assert {line["shipment_id"] for line in document["lines"]} >= set(report.sampled)
    of_unflagged = f"{len(report.sampled)} of {report.coverage['sample']['unflagged']} shipments without a flag"
    assert ("Sample", of_unflagged) in counts_in_words(report)
    assert of_unflagged in "\n".join(lines_of(report))
