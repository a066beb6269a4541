"""What all lines, flagged or not, lack to be judged: the law of a country on their way, a rate of their currency."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.kernel.resolve.countries import SIDES
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import law_of
from precursor_screen.reference.site_tables import STALE_DAYS, USD, rate_of


class Gap(Struct, frozen=True):
    """Shipments that lack something: in all, and by what they lack (one shipment may lack several)."""

    shipments: int = 0
    by_name: dict[str, int] = {}


class LineGaps(Struct, frozen=True):
    """Of some lines. law: by country; rate: by currency without any; stale_rate: by currency whose nearest rate is of long ago."""

    law: Gap = Gap()
    rate: Gap = Gap()
    stale_rate: Gap = Gap()


def find_gaps(lines: pa.Table, reference: Reference) -> LineGaps:
    """The gaps of lines that are resolved, every line of each shipment among them."""
    laws: dict[str, set[str]] = defaultdict(set)
    for side in SIDES:
        there = [lines.column(name) for name in side if name in lines.column_names]
        if there:
            for country, day, shipments in _by_day(lines, pc.coalesce(*there)):
                if country != reference.jurisdiction and not law_of(country, day):  # that of one's own is said by itself
                    laws[country] |= shipments
    rates: dict[str, set[str]] = defaultdict(set)
    stale: dict[str, set[str]] = defaultdict(set)
    if {"value", "currency"} <= set(lines.column_names):
        valued = lines.filter(pc.is_valid(lines.column("value")))
        for currency, day, shipments in _by_day(valued, valued.column("currency")):
            rate = None if currency in (USD, "US$", "$") else rate_of(reference.rates, currency, day)
            if rate is not None and abs((rate.day - day).days) > STALE_DAYS:
                stale[currency] |= shipments
            elif rate is None and currency not in (USD, "US$", "$"):
                rates[currency] |= shipments
    return LineGaps(
        *(Gap(len(set().union(*some.values())), {k: len(v) for k, v in some.items()}) for some in (laws, rates, stale))
    )


def _by_day(lines: pa.Table, names: pa.ChunkedArray) -> Iterable[tuple[str, date, set[str]]]:
    """Each name and day is looked up once: there may be a million lines of them."""
    rows = lines.select(["shipment_id", "as_of_date"]).append_column("name", names).drop_null()
    for group in rows.group_by(["name", "as_of_date"]).aggregate([("shipment_id", "distinct")]).to_pylist():
        yield group["name"], group["as_of_date"], set(group["shipment_id_distinct"])


def add_gaps(parts: Iterable[LineGaps]) -> LineGaps:
    """The gaps of parts of a run that share no shipment."""
    every = list(parts)
    return LineGaps(*(_add([getattr(one, name) for one in every]) for name in LineGaps.__struct_fields__))


def _add(gaps: list[Gap]) -> Gap:
    named: Counter[str] = Counter()
    for gap in gaps:
        named.update(gap.by_name)
    return Gap(sum(gap.shipments for gap in gaps), dict(named))
