"""Rates of currencies: the last on or before a day, a site's own before what ships, and what is wrong in a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from precursor_screen.api import load_reference
from precursor_screen.core.errors import ErrorGroup
from precursor_screen.reference import shipped
from precursor_screen.reference.site_tables import load_rates, rate_of
from tests.screening import screen_rows

SHIPPED = shipped.rates_file()
HEAD = "currency,date,usd\n"


def own(tmp_path, rows: str):
    path = tmp_path / "rates.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return path


def test_those_that_ship_are_plausible_and_one_a_currency():
    rates = load_rates(SHIPPED)
    assert len({r.currency for r in rates}) == len(rates) > 25
    assert {r.currency for r in rates} >= {"EUR", "GBP", "CNY", "INR", "JPY"}
    assert all(Decimal("0.00001") < r.usd < 4 for r in rates)


@pytest.mark.parametrize(
    ("day", "usd"),
    [("2025-12-31", "1.1"), ("2026-01-01", "1.1"), ("2026-02-28", "1.1"), ("2026-03-01", "1.2"), ("2027-01-01", "1.2")],
)
def test_the_last_rate_on_or_before_the_day_counts_else_the_first(tmp_path, day, usd):
    rates = load_rates(SHIPPED, own(tmp_path, "EUR,2026-03-01,1.2\nEUR,2026-01-01,1.1\n"))
    found = rate_of(rates, "EUR", date.fromisoformat(day))
    assert found is not None
    assert found.usd == Decimal(usd)


def test_a_sites_own_currency_replaces_what_ships_of_it_and_of_no_other(tmp_path):
    rates = load_rates(SHIPPED, own(tmp_path, "EUR,2026-01-01,1.1\n"))
    assert [r.usd for r in rates if r.currency == "EUR"] == [Decimal("1.1")]
    assert [r for r in rates if r.currency == "GBP"] == [r for r in load_rates(SHIPPED) if r.currency == "GBP"]
    assert rate_of(rates, "XXX", date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("EUR,2026-01-01,1\nEUR,2026-01-01,2\n", 3, "a second row for EUR on 2026-01-01"),
        ("EURO,2026-01-01,1\n", 2, "'EURO' is not a code of another currency"),
        ("USD,2026-01-01,1\n", 2, "'USD' is not a code of another currency"),
        ("EUR,2026-01-01,-1\n", 2, "'-1' is not a rate above zero"),
        ("EUR,2026-01-01,0\n", 2, "'0' is not a rate above zero"),
        ("EUR,2026-01-01,NaN\n", 2, "'NaN' is not a rate above zero"),
        ("EUR,2026-01-01,one\n", 2, "'one' is not a number"),
        ("EUR,1.1.2026,1\n", 2, "'1.1.2026' is not a day"),
        ("EUR,2026-01-01\n", 2, "a different number of cells"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_remedy(tmp_path, rows, line, says):
    with pytest.raises(ErrorGroup) as caught:
        load_rates(SHIPPED, own(tmp_path, rows))
    (error,) = caught.value.errors
    assert says in str(error)
    assert f"rates.csv:{line}" in str(error) or error.where.row == line
    assert "US dollars for one unit" in error.remedy


def test_a_line_is_worth_what_its_currency_was_on_its_day(tmp_path):
    path = own(tmp_path, "EUR,2026-03-01,1.2\nEUR,2026-01-01,1.1\n")
    reference = load_reference(watchlists=None, rates=path, as_of=date(2026, 11, 25))
    days = [("EUR", "2026-02-01"), ("EUR", "2026-04-01"), ("USD", "2026-02-01"), ("XOF", "2026-02-01")]
    rows = [
        {"bill of lading": f"B{n}", "description of goods": "ACETONE", "value": "100", "currency": c, "date": d}
        for n, (c, d) in enumerate(days)
    ]
    lines = screen_rows(rows, reference).screened.resolved.lines
    assert lines.column("value_usd").to_pylist() == [Decimal(110), Decimal(120), Decimal(100), None]
