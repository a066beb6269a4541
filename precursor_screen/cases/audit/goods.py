"""What was declared and for how much: headings that do not fit what was recognised, prices outside a band, shipments that are alike."""

from __future__ import annotations

from collections.abc import Mapping, Set
from decimal import Decimal
from statistics import quantiles
from typing import Any

import pandas as pd

from precursor_screen.cases.audit.moves import Rows, named, sums
from precursor_screen.cases.frames import group, row, to_tuples
from precursor_screen.core.model import Substance

LEAST_PRICES = 8  # of a substance, before its quartiles say anything
FENCE = Decimal("1.5")  # interquartile ranges beyond a quartile (J. W. Tukey, Exploratory Data Analysis, 1977)
CHEAP = 2  # times less than the low end of what it usually costs


def priced_of(moves: pd.DataFrame) -> Mapping[str, Rows]:
    """Lines with a price, `usd_per_kg`, by substance. The value is that of the line, so that a line with two substances has no price."""
    some = named(moves)
    some = some[~some["line"].duplicated(keep=False) & (some["kg"] != 0) & (some["value_usd"] != 0)]
    some = some.assign(usd_per_kg=[value / kg for value, kg in zip(some["value_usd"], some["kg"], strict=True)])
    found: dict[str, list[Any]] = {}
    for one in to_tuples(some.sort_values(["substance", "line"])[["substance", "line", "day", "usd_per_kg"]]):
        found.setdefault(one.substance, []).append(one)
    return found


def bands(priced: Mapping[str, Rows], substances: Mapping[str, Substance]) -> Rows:
    """What each substance cost, US dollars a kilogram.

    prices: how many; low, median, high: quartiles; None: fewer than LEAST_PRICES; usual: low end of what it costs by the drum, if the
    tables know it.
    """
    found = []
    for substance, some in priced.items():
        known = substances.get(substance)
        quartiles: list[Decimal | None] = [None, None, None]
        if len(some) >= LEAST_PRICES:
            quartiles = [_cents(q) for q in quantiles([p.usd_per_kg for p in some], n=4, method="inclusive")]
        band = dict(zip(("low", "median", "high"), quartiles, strict=True))
        usual = known.usual_usd_per_kg if known else None
        found.append(row(substance=substance, prices=len(some), **band, usual=usual, lines=tuple(p.line for p in some)))
    return tuple(found)


def odd_prices(priced: Mapping[str, Rows], found: Rows) -> Rows:
    """Prices outside their bands; because: of which band."""
    return tuple(
        row(substance=band.substance, usd_per_kg=_cents(one.usd_per_kg), because=because, lines=(one.line,))
        for band in found
        for one in sorted(priced[band.substance], key=lambda p: (p.usd_per_kg, p.line))
        if (because := _outside(one.usd_per_kg, band.low, band.high, band.usual))
    )


def _outside(price: Decimal, low: Decimal | None, high: Decimal | None, usual: Decimal | None) -> str:
    if usual is not None and price * CHEAP < usual:
        return f"less than half of the {_cents(usual)} that it costs by the drum"
    if low is not None and high is not None and high > low:  # of prices that are mostly one, any other would lie outside
        reach = FENCE * (high - low)
        if price < low - reach or price > high + reach:
            side = "below" if price < low else "above"
            return f"far {side} this exporter's own {low} to {high} (middle half)"
    return ""


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def declared(moves: pd.DataFrame, substances: Mapping[str, Substance]) -> Rows:
    """What was declared where a substance was recognised, by substance and heading, what does not fit first.

    hs6: declared; empty: none. fits: among the substance's headings; None: no heading is declared, or the tables know none. methods: by
    what it was recognised, the best of each line; example: a description.
    """
    some = named(moves)
    wanted = {"methods": ("match_method", "distinct"), "texts": ("description", "distinct")}
    told = group(some, ["substance", "hs6"], **wanted)
    found = sums(some, "substance", "hs6")
    headings = {s: {code.hs6 for code in substances[s].hs_codes} if s in substances else set() for s in set(some["substance"])}
    found["fits"] = pd.Series(
        [_fits(hs6, headings[s]) for s, hs6 in zip(found["substance"], found["hs6"], strict=True)], dtype=object
    )
    found["methods"] = [tuple(sorted(filter(None, methods))) for methods in told["methods"]]
    found["example"] = [min(filter(None, texts), default="") for texts in told["texts"]]
    rows = to_tuples(found[["substance", "hs6", "fits", "methods", "example", "kg", "rows", "lines"]])
    return tuple(sorted(rows, key=lambda d: (d.fits is not False, d.fits is not None, d.substance, d.hs6)))


def _fits(hs6: str, headings: Set[str]) -> bool | None:
    return hs6 in headings if hs6 and headings else None


def duplicates(moves: pd.DataFrame) -> Rows:
    """Shipments that are alike in substance, receiver, day, mass and value: one declared twice, or one that was cut in equal parts."""
    some = named(moves[(moves["kg"] != 0) & (moves["value_usd"] != 0) & moves["day"].notna()])
    some = some.rename(columns={"receiver": "key"})
    found = group(
        some,
        ["substance", "day", "kg", "value_usd", "key"],
        receivers=("receiver_name", "list"),
        shipments=("shipment_id", "distinct"),
        times=("shipment_id", "count_distinct"),
        lines=("line", "distinct"),
    )
    found = found[found["times"] > 1].copy()
    found["receiver"] = [names[0] or key for names, key in zip(found["receivers"], found["key"], strict=True)]
    found["shipments"] = [tuple(sorted(shipments)) for shipments in found["shipments"]]
    found["lines"] = [tuple(sorted(lines)) for lines in found["lines"]]
    rows = to_tuples(found[["substance", "day", "kg", "value_usd", "receiver", "shipments", "lines"]])
    return tuple(sorted(rows, key=lambda d: (d.day, d.substance, d.receiver, d.kg)))
