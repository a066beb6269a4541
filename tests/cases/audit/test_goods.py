"""Prices, headings and permits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.cases.audit import profile
from precursor_screen.cases.audit.movements import Rows
from tests.cases.audit.rows import SUBSTANCES, moved, row


def bands(*rows: dict[str, Any]) -> tuple[Rows, Rows]:
    priced = profile.priced_of(moved(*rows))
    found = profile.bands(priced, SUBSTANCES)
    return found, profile.odd_prices(priced, found)


def test_quartiles_need_eight_prices() -> None:
    rows = [row(str(n), kg="10", usd=str(10 * n)) for n in range(2, 10)]
    (band,), odd = bands(*rows)
    # 2, 3 ... 9 dollars: quartiles with the ends included are 3.75, 5.5 and 7.25.
    assert (band.prices, band.low, band.median, band.high) == (8, Decimal("3.75"), Decimal("5.50"), Decimal("7.25"))
    assert odd == ()
    (band,), _ = bands(*rows[1:])
    assert (band.prices, band.low) == (7, None)


@pytest.mark.parametrize(("usd", "told"), [("9.99", True), ("10", False)])
def test_a_price_under_half_of_the_usual_is_told(usd: str, told: bool) -> None:
    # Acetone costs 2.00 by the drum: less than 1.00 a kilogram is odd.
    _, odd = bands(row("1", kg="10", usd=usd))
    assert [o.lines for o in odd] == ([(1,)] if told else [])


@pytest.mark.parametrize(("usd", "told"), [("125", ""), ("125.10", "above")])
def test_a_price_beyond_the_fences_is_told(usd: str, told: str) -> None:
    rows = [row(str(n), kg="10", usd=str(10 * n)) for n in range(2, 10)]
    _, odd = bands(*rows, row("10", kg="10", usd=usd))
    # With 12.50 beside 2 ... 9 the quartiles are 4 and 8, and the upper fence is 8 + 1.5 * 4 = 14.
    assert odd == ()
    _, odd = bands(*rows, row("10", kg="10", usd="140.1" if told else "140"))
    assert [told in o.because for o in odd] == ([True] if told else [])


def test_prices_that_are_mostly_one_have_no_fences() -> None:
    _, odd = bands(*(row(str(n), kg="10", usd="50") for n in range(8)), row("9", kg="10", usd="51"))
    assert odd == ()


def test_a_line_with_two_substances_has_no_price() -> None:
    both = [row("1"), row("1", substance_id="ephedrine")]
    assert bands(*both) == ((), ())


@pytest.mark.parametrize(("kg", "usd"), [("", "150"), ("50", ""), ("0", "150")])
def test_no_price_without_value_and_mass(kg: str, usd: str) -> None:
    assert bands(row("1", kg=kg, usd=usd)) == ((), ())


def test_headings_that_do_not_fit_come_first() -> None:
    found = profile.declared(
        moved(row("1"), row("2", hs6="340290", description="CLEANER"), row("3", hs6=None), row("4", substance_id="toluene")),
        SUBSTANCES,
    )
    assert [(d.substance, d.hs6, d.fits, d.rows) for d in found] == [
        ("acetone", "340290", False, 1),
        ("acetone", "", None, 1),
        ("toluene", "291411", None, 1),
        ("acetone", "291411", True, 1),
    ]
    assert found[0].example == "CLEANER"


def test_shipments_of_one_day_that_are_alike_are_told() -> None:
    rows = [
        row("1"),
        row("2"),
        row("3", kg="51"),
        row("4", usd="151"),
        row("5", receiver="Nettle SARL"),
        row("6", date(2026, 3, 2)),
    ]
    (found,) = profile.duplicates(moved(*rows, row("7", shipment_id="S-6", day=date(2026, 3, 2))))
    assert (found.shipments, found.kg, found.value_usd, found.receiver, found.lines) == (
        ("S-1", "S-2"),
        Decimal(50),
        Decimal(150),
        "Marrow GmbH",
        (1, 2),
    )
    assert profile.duplicates(moved(row("1", kg=""), row("2", kg=""))) == ()


def test_what_was_recognised_by_is_told_once_with_a_description() -> None:
    rows = [row("1", match_method="name", description="SOLVENT"), row("2", match_method="cas", description=""), row("3", kg="")]
    (found,) = profile.declared(moved(*rows), SUBSTANCES)
    assert (found.methods, found.example, found.kg, found.rows, found.lines) == (
        ("cas", "name"),
        "ACETONE",
        Decimal(100),
        3,
        (1, 2, 3),
    )


def test_alike_shipments_to_whom_nobody_named_are_told_too() -> None:
    (found,) = profile.duplicates(moved(row("1", receiver=None), row("2", receiver=None), row("3", None), row("4", None)))
    assert (found.receiver, found.day, found.lines) == ("", date(2026, 3, 1), (1, 2))
