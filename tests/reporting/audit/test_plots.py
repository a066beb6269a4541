"""Plots: what is drawn is what the tables show, with its numbers, units and labels; what cannot be drawn is said."""

from __future__ import annotations

import itertools
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.cases.audit import partners, profile
from precursor_screen.cases.frames import row as named
from precursor_screen.reporting.audit import plots
from precursor_screen.reporting.audit.axes import BASE, TOP, Calendar
from tests.cases.audit.rows import OWN, SUBSTANCES, exempting, moved, population, row

YEAR = Calendar(2026 * 12, 2026 * 12 + 11)


def month(name: str, kg: str, limit: str | None = "250", unknown: int = 0) -> Any:
    limit_kg = None if limit is None else Decimal(limit)
    return named(
        substance="acetone", month=name, kg=Decimal(kg), limit_kg=limit_kg, regulated_kg=limit_kg, unknown=unknown, lines=(1,)
    )


def bars(plot: str) -> list[tuple[str, float]]:
    """Class and height of each bar."""
    return [(kind, float(height)) for kind, height in re.findall(r'<rect class="(bar[^"]*)"[^>]* height="([^"]+)"', plot)]


def said(plot: str) -> list[str]:
    return re.findall(r">([^<]+)</text>", plot)


def test_a_month_is_as_high_as_its_share_of_the_axis() -> None:
    plot = plots.months("Acetone", [month("2026-02", "200"), month("2026-05", "400")], YEAR)
    assert bars(plot) == [("bar", pytest.approx((BASE - TOP) / 2)), ("bar over", pytest.approx(BASE - TOP))]
    assert {"Acetone", "kg", "0", "100", "400", "400 kg", "threshold", "250 kg", "Jan", "Dec", "2026"} <= set(said(plot))


def test_unknown_masses_are_marked_also_where_nothing_else_is_known() -> None:
    both = plots.months("Acetone", [month("2026-02", "200", unknown=2), month("2026-05", "100", unknown=1)], YEAR)
    assert "200 kg and ?" in said(both)
    assert said(both).count("?") == 1
    alone = plots.months("Acetone", [month("2026-02", "0", None, unknown=1)], YEAR)
    assert (bars(alone), said(alone).count("?")) == ([], 1)
    assert plots.months("Acetone", [month("2026-02", "0", None)], YEAR) == ""


def test_a_threshold_far_above_does_not_flatten_the_bars() -> None:
    plot = plots.months("Acetone", [month("2026-02", "100", "10000")], YEAR)
    assert bars(plot) == [("bar", pytest.approx(BASE - TOP))]
    assert ("threshold ↑" in said(plot), "10,000 kg" in said(plot), 'class="limit"' in plot) == (True, True, False)


def test_grams_are_shown_as_grams() -> None:
    plot = plots.months("Fentanyl", [month("2026-02", "0.05", None)], YEAR)
    assert {"g", "20", "60", "50 g"} <= set(said(plot))


def test_months_out_of_the_calendar_are_not_drawn() -> None:
    assert plots.months("Acetone", [month("2025-02", "200")], YEAR) == ""
    plot = plots.months("Acetone", [month("2025-02", "200"), month("2026-02", "100")], YEAR)
    assert (len(bars(plot)), "earlier months" in plot) == (1, True)


def priced(*usd: str, **values: Any) -> str:
    moves = moved(*[row(str(n), date(2026, 1 + n % 12, 3), usd=price, **values) for n, price in enumerate(usd, 1)])
    found = profile.priced_of(moves)
    (band,) = profile.bands(found, SUBSTANCES)
    lines = frozenset(n for o in profile.odd_prices(found, (band,)) for n in o.lines)
    return plots.prices("Acetone", found["acetone"], band, lines, YEAR)


def test_prices_stand_with_the_middle_half_and_what_it_costs_by_the_drum() -> None:
    plot = priced("150", "155", "160", "150", "155", "160", "150", "155", "40")
    assert (plot.count('class="dot"'), plot.count('class="dot over"')) == (8, 1)
    assert {"USD/kg", "middle half", "3.00–3.10", "by the drum", "2.00", "0.80"} <= set(said(plot))
    assert "on 9 lines, 1 of them outside what is usual<" in plot


def test_few_prices_have_no_middle_half_and_far_ones_equal_ratios() -> None:
    assert "middle half" not in priced("150", "155")
    assert "the scale is logarithmic" in priced("150", "9000")
    assert "the scale is logarithmic" not in priced("150", "155")
    assert "on 1 line, 0 of them" in priced("150")


def test_numbers_beside_prices_do_not_lie_over_each_other() -> None:
    plot = priced(*["40"] * 9, *["41", "42"] * 3)
    found = re.findall(r'<text x="([^"]+)" y="([^"]+)" class="value"', plot)
    places = [(float(x), float(y)) for x, y in found]
    assert 2 <= len(places) <= 6 < plot.count("dot over")
    assert all(abs(a - c) > 70 or abs(b - d) > 19 for (a, b), (c, d) in itertools.combinations(places, 2))


def test_prices_without_a_day_are_counted() -> None:
    moves = moved(row("1"), row("2", None))
    (band,) = profile.bands(profile.priced_of(moves), SUBSTANCES)
    found = profile.priced_of(moves)["acetone"]
    assert "1 more without a day in these months" in plots.prices("Acetone", found, band, frozenset(), YEAR)
    assert plots.prices("Acetone", found[1:], band, frozenset(), YEAR) == ""


def test_a_receiver_stands_with_its_mass_and_its_signs() -> None:
    rows = [row("1", date(2026, 1, 5)), row("2", date(2026, 11, 5), receiver='Nettle & "Sons" <GmbH>')]
    first, second = sorted(population(*rows).profile(OWN).receivers, key=lambda r: r.name)
    first = first._replace(is_new=False)
    listed = second._replace(is_new=True, listed=(named(list_id="sample", entry_id="S-1"),))
    plot = plots.spans([first, listed], YEAR)
    assert "Nettle &amp; &quot;Sons&quot; &lt;GmbH&gt;</tspan> · 50 kg · new · listed" in plot
    assert [kind for kind, _ in bars(plot)] == ["bar", "bar over"]
    assert "2 of 2 receivers by first and last day; 1 new, 1 matching a watchlist" in plot
    assert plots.spans([first], None) == ""
    assert plots.spans([first], Calendar(2027 * 12, 2027 * 12)) == ""


def test_shares_of_the_threshold_are_counted_in_steps_of_five() -> None:
    (found,) = partners.just_under(
        moved(*[row(str(n), kg=kg) for n, kg in enumerate(("84.9", "85", "99.9999", "100", "950"), 1)])
    )
    plot = plots.distances("Acetone", found)
    kinds = [kind for kind, _ in bars(plot)]
    assert kinds == ["bar here", "bar here", "bar here", "bar over", "bar over"]
    assert {"just under: 3", "threshold", "movements", "200+", "% of the threshold of a transaction"} <= set(said(plot))
    assert "3 of them from 80 to under 100 %" in plot


def test_what_is_at_a_limit_that_is_exempt_is_drawn_below_it() -> None:
    (found,) = partners.just_under(
        moved(*[row(str(n), kg=kg) for n, kg in enumerate(("80", "95", "100", "100.000001", "950"), 1)], law=exempting())
    )
    plot = plots.distances("Acetone", found)
    assert [kind for kind, _ in bars(plot)] == ["bar here", "bar here", "bar over", "bar over"]
    assert "3 of them from 80 to 100 %" in plot
    titles = re.findall(r"<title>([^<]*)</title>", plot)
    assert {"80 to under 85 %: 1", "95 to 100 %: 2", "over 100 to under 105 %: 1", "200 % and more: 1"} <= set(titles)


def test_a_month_at_a_limit_that_is_exempt_is_not_over_it() -> None:
    there = [month("2026-01", "250")._replace(regulated_kg=Decimal("250.000001")), month("2026-02", "251")]
    plot = plots.months(
        "Acetone", [m._replace(regulated_kg=Decimal("250.000001")) for m in there], Calendar(2026 * 12, 2026 * 12 + 1)
    )
    assert [kind for kind, _ in bars(plot)] == ["bar", "bar over"]
    assert "1 month over the threshold of 250 kg" in plot
