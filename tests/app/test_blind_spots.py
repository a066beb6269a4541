"""What a report says it could not see: by consequence, with the one thing that would cure it, most shipments first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.core.errors import ExitCode
from precursor_screen.reference.site_tables import STALE_DAYS, rate_of
from precursor_screen.rulebook.registers import REGISTERS, schema_of
from tests.screening import screen_rows, with_rules

AS_OF = date(2026, 11, 25)
GOODS = {"description of goods": "ACETIC ANHYDRIDE", "hs code": "291524"}


@pytest.fixture(scope="module", params=["US"])
def reference(request):
    return load_reference(watchlists=["sample"], jurisdiction=request.param, as_of=AS_OF)


@pytest.fixture(scope="module")
def few(reference):
    """A rule that asks for a register, and one that asks for masses and thresholds."""
    return with_rules(reference, "PS-PTY-019", "PS-QTY-001", "PS-QTY-006")


def spots(rows, reference):
    return {s["code"]: s for s in screen_rows(rows, reference).report.coverage["blind_spots"]}


def test_without_a_jurisdiction_nothing_is_said_of_quantities(few):
    found = spots([GOODS], replace(few, jurisdiction="", own_countries=()))
    assert found["no-jurisdiction"]["shipments"] == 1
    assert found["no-jurisdiction"]["remedy"] == "Give --jurisdiction."
    assert next(iter(found)) == "no-jurisdiction"


def test_a_jurisdiction_without_thresholds_says_so_first():
    elsewhere = with_rules(load_reference(watchlists=["sample"], jurisdiction="CN", as_of=AS_OF), "PS-QTY-001")
    report = screen_rows([GOODS], elsewhere).report
    assert report.notices[0] == "no thresholds for CN in the tables: quantities are NOT judged"
    first = report.coverage["blind_spots"][0]
    assert (first["code"], first["message"]) == ("no-thresholds", "No thresholds for CN: quantities are not judged")


def test_a_jurisdiction_with_thresholds_says_nothing_of_them(reference):
    found = spots([GOODS | {"date": "2026-11-20", "country of destination": "US", "country of dispatch": "DE"}], reference)
    assert not {"no-jurisdiction", "no-thresholds", "no-watchlist", "no-descriptions"} & set(found)


def test_registers_are_named_until_they_are_there(reference):
    found = spots([GOODS], with_rules(reference, "PS-PTY-019"))
    named = {c.removeprefix("no-register-") for c in found if c.startswith("no-register-")}
    assert named == {"licences"}
    licences = found["no-register-licences"]
    assert licences["remedy"] == "Import one: precursor-screen registers import licences FILE"
    assert "PS-PTY-019" in licences["rules"]
    there = replace(reference, registers={name: schema_of(name).empty_table() for name in REGISTERS})
    assert not [c for c in spots([GOODS], there) if c.startswith("no-register-")]


def test_a_column_that_is_missing_is_a_blind_spot_of_the_shipments_that_lack_it(few):
    rows = [GOODS | {"bill of lading": f"B{n}", "net weight kg": kg} for n, kg in enumerate(("", "", "50"))]
    assert spots(rows, few)["no-mass"]["shipments"] == 2


def test_what_concerns_more_shipments_stands_first(few):
    rows = [GOODS | {"bill of lading": f"B{n}", "net weight kg": kg} for n, kg in enumerate(("", "40", "50"))]
    counts = [s["shipments"] for s in screen_rows(rows, few).report.coverage["blind_spots"]]
    assert len(set(counts)) > 1
    assert counts == sorted(counts, reverse=True)


def test_lines_without_a_description_are_seen_by_code_only_and_that_is_exit_code_3(few):
    bare = [{"description of goods": "", "hs code": "291524"}]
    report = screen_rows(bare, few).report
    assert report.coverage["blind_spots"][0]["code"] == "no-descriptions"
    assert report.exit_code == ExitCode.SET_ASIDE


def test_values_without_a_rate_and_with_one_of_long_ago(few):
    rows = [
        GOODS | {"bill of lading": "B1", "value": "10", "currency": "XOF", "date": "2026-11-20"},
        GOODS | {"bill of lading": "B2", "value": "10", "currency": "EUR", "date": "2026-11-20"},
        GOODS | {"bill of lading": "B3", "value": "10", "currency": "USD", "date": "2026-11-20"},
        GOODS | {"bill of lading": "B4", "value": "", "currency": "XOF", "date": "2026-11-20"},
    ]
    found = spots(rows, few)
    assert (found["no-rate"]["shipments"], found["no-rate"]["message"]) == (1, "No rate for XOF: their values are not judged")
    assert found["stale-rates"]["shipments"] == 1
    rate = rate_of(few.rates, "EUR", date(2026, 11, 20))
    assert rate is not None
    for days, stale in ((STALE_DAYS, False), (STALE_DAYS + 1, True)):
        off = [rows[1] | {"date": (rate.day - timedelta(days)).isoformat()}]
        assert ("stale-rates" in spots(off, few)) is stale


def test_no_list_is_a_blind_spot_of_every_shipment(few):
    found = spots([GOODS], replace(few, watchlists=()))
    assert found["no-watchlist"]["shipments"] == 1


def test_ordinary_goods_leave_nothing_unseen(reference):
    assert spots([{"description of goods": "CERAMIC TILES"}], reference) == {}
