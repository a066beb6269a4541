"""The profile of one exporter: every figure of an audit, of its movements, its flags and what everybody else traded. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from statistics import quantiles
from typing import Any

import pandas as pd
import pyarrow as pa
from msgspec import Struct

from precursor_screen.cases.audit import partners
from precursor_screen.cases.audit.movements import Limits, Rows, known_kg, lines_of, named, sums, to_table
from precursor_screen.cases.audit.names import ExporterNames
from precursor_screen.cases.frames import group, row, to_tuples, values
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import LEVELS, OPEN, Substance

# Flags of the exporter's lines by family, what officers said of them, and the episodes among them.

RECEIVING = ("consignee", "importer", "notify_party", "receiver")


def families(flags: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str], movements: pd.DataFrame) -> Rows:
    """Flags by family, that with the most open flags first. levels, states, verdicts, rules: how many of each, those that occur.

    Args:
        flags: FLAG rows.
        verdicts: the last on each flag.
        movements: of the period.
    """
    numbers = dict(zip(movements["line_id"], movements["line"], strict=True))
    found = [
        row(
            family=name,
            flags=len(some),
            open=sum(f["state"] in OPEN for f in some),
            levels=_counts((f["level"] for f in some), *reversed(LEVELS)),
            states=_counts((f["state"] for f in some), *OPEN, "suppressed", "resolved"),
            verdicts=_counts(verdicts[f["flag_id"]] for f in some if f["flag_id"] in verdicts),
            rules=_counts(f["rule_id"] for f in some),
            lines=tuple(sorted({numbers[f["line_id"]] for f in some if f["line_id"] in numbers})),
        )
        for name, some in grouped((flag["family"] or "other", flag) for flag in flags).items()
    ]
    return tuple(sorted(found, key=lambda f: (-f.open, -f.flags, f.family)))


def _counts(named: Iterable[str], *order: str) -> tuple[tuple[str, int], ...]:
    counts = Counter(named)
    names = [n for n in order if n in counts] + sorted(n for n in counts if n not in order)
    return tuple((n, counts[n]) for n in names)


def episodes(flags: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str], movements: pd.DataFrame) -> Rows:
    """Flags about several lines, worst first. begin, end: days of those that are this exporter's."""
    numbers = dict(zip(movements["line_id"], zip(movements["line"], values(movements["day"]), strict=True), strict=True))
    found = []
    for flag in flags:
        members = set(flag["window_line_ids"] or ()) | {flag["line_id"]}
        own = [numbers[i] for i in members if i in numbers]
        if len(members) > 1 and own:
            days = [day for _, day in own if day]
            found.append(
                row(
                    **{name: flag[name] for name in ("flag_id", "rule_id")},
                    family=flag["family"] or "other",
                    level=flag["level"] or "",
                    state=flag["state"],
                    verdict=verdicts.get(flag["flag_id"], ""),
                    begin=min(days, default=None),
                    end=max(days, default=None),
                    members=len(members),
                    because=flag["because"] or "",
                    lines=tuple(sorted(line for line, _ in own)),
                )
            )
    return tuple(sorted(found, key=lambda e: (e.state not in OPEN, -_rank(e.level), e.begin or date.max, e.flag_id)))


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def listed_by_line(flags: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Entries of watchlists that names of receivers matched, by line_id."""
    listed = (flag for flag in flags if flag["list_id"] and flag["entry_id"] and flag["party_role"] in RECEIVING)
    names = ("list_id", "entry_id", "score", "flag_id", "state")
    return grouped((flag["line_id"], row(**{name: flag[name] for name in names})) for flag in listed)


# What was declared and for how much: headings that do not fit what was recognised, prices outside a band, shipments that are
# alike.

LEAST_PRICES = 8  # of a substance, before its quartiles say anything
FENCE = Decimal("1.5")  # interquartile ranges beyond a quartile (J. W. Tukey, Exploratory Data Analysis, 1977)
CHEAP = 2  # times less than the low end of what it usually costs


def priced_of(movements: pd.DataFrame) -> Mapping[str, Rows]:
    """Lines with a price, `usd_per_kg`, by substance. The value is that of the line, so that a line with two substances has no price."""
    some = named(movements)
    some = some[~some["line"].duplicated(keep=False) & (some["kg"] != 0) & (some["value_usd"] != 0)]
    some = some.assign(usd_per_kg=[value / kg for value, kg in zip(some["value_usd"], some["kg"], strict=True)])
    prices = to_tuples(some.sort_values(["substance", "line"])[["substance", "line", "day", "usd_per_kg"]])
    return grouped((one.substance, one) for one in prices)


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


def declared(movements: pd.DataFrame, substances: Mapping[str, Substance]) -> Rows:
    """What was declared where a substance was recognised, by substance and heading, what does not fit first.

    hs6: declared; empty: none. fits: among the substance's headings; None: no heading is declared, or the tables know none. methods: by
    what it was recognised, the best of each line; example: a description.
    """
    some = named(movements)
    wanted = {"methods": ("match_method", "distinct"), "texts": ("description", "distinct")}
    texts = group(some, ["substance", "hs6"], **wanted)
    found = sums(some, "substance", "hs6")
    headings = {s: {code.hs6 for code in substances[s].hs_codes} if s in substances else set() for s in set(some["substance"])}
    found["fits"] = pd.Series(
        [_fits(hs6, headings[s]) for s, hs6 in zip(found["substance"], found["hs6"], strict=True)], dtype=object
    )
    found["methods"] = [tuple(sorted(filter(None, methods))) for methods in texts["methods"]]
    found["example"] = [min(filter(None, several), default="") for several in texts["texts"]]
    rows = to_tuples(found[["substance", "hs6", "fits", "methods", "example", "kg", "rows", "lines"]])
    return tuple(sorted(rows, key=lambda d: (d.fits is not False, d.fits is not None, d.substance, d.hs6)))


def _fits(hs6: str, headings: Set[str]) -> bool | None:
    return hs6 in headings if hs6 and headings else None


def duplicates(movements: pd.DataFrame) -> Rows:
    """Shipments that are alike in substance, receiver, day, mass and value: one declared twice, or one that was cut in equal parts."""
    some = named(movements[(movements["kg"] != 0) & (movements["value_usd"] != 0) & movements["day"].notna()])
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


class Profile(Struct, frozen=True, eq=False, dict=True):
    """An exporter over a period. Its tables are made when they are first asked for; none depends on the order of the movements. Rows of
    tables name the numbers of their lines, which `lines` bear.

    Attributes:
        merged: the exporter's names.
        table: its movements in the period, as `movements.to_table` makes them.
        first, last: the period; both are included.
        places: where it stands among others.
        known_since: first day on record of each of its receivers, also before the period.
        flags: FLAG rows of its lines, by their ids; verdicts: the last on each flag.
        days: on which anything of anybody is recorded.
        papers: what `reconcile` finds; objections: this exporter's notifications to which was objected, as the register has them.
        before: MOVEMENT rows of it in the year before the period.
    """

    merged: ExporterNames
    table: pd.DataFrame
    first: date
    last: date
    places: Rows
    basis: partners.Basis
    limits: Limits
    substances: Mapping[str, Substance]
    known_since: Mapping[str, date]
    flags: Sequence[Mapping[str, Any]]
    verdicts: Mapping[str, str]
    days: Sequence[date]
    papers: Rows
    before: pa.Table
    objections: Sequence[Mapping[str, Any]]

    name = cached_property[str](lambda p: p.merged.taken[0].name)  # as it is mostly written
    # Of everything. Messages about the same cargo are one movement.
    movements = cached_property[int](lambda p: len(set(p.table["movement_key"])))
    shipments = cached_property[int](lambda p: len(set(p.table["shipment_id"])))
    rows = cached_property[int](lambda p: len(lines_of(p.table)))
    kg = cached_property[Decimal](lambda p: known_kg(p.named))  # of all substances together, as far as it is known
    lines = cached_property[Rows](lambda p: to_tuples(p.table))
    named = cached_property[pd.DataFrame](lambda p: named(p.table))  # movements of a substance
    totals = cached_property[Rows](lambda p: partners.totals(p.named))
    by_destination = cached_property[Rows](lambda p: partners.volumes(p.named))
    months = cached_property[Rows](lambda p: partners.months(p.named, p.limits))
    jumps = cached_property[Rows](lambda p: partners.jumps(p.months))
    just_under = cached_property[Rows](lambda p: partners.just_under(p.named))
    receivers = cached_property[Rows](lambda p: partners.receivers(p.table, p.known_since, p.last, listed_by_line(p.flags)))
    routes = cached_property[Rows](lambda p: partners.routes(p.named))
    rerouted = cached_property[Rows](lambda p: partners.rerouted(p.table, p.objections))
    priced = cached_property[Mapping[str, Rows]](lambda p: priced_of(p.named))
    bands = cached_property[Rows](lambda p: bands(p.priced, p.substances))
    odd_prices = cached_property[Rows](lambda p: odd_prices(p.priced, p.bands))
    declared = cached_property[Rows](lambda p: declared(p.named, p.substances))
    duplicates = cached_property[Rows](lambda p: duplicates(p.named))
    years = cached_property[Rows](lambda p: partners.years(_two_years(p), _begin(p), p.last))
    families = cached_property[Rows](lambda p: families(p.flags, p.verdicts, p.table))
    episodes = cached_property[Rows](lambda p: episodes(p.flags, p.verdicts, p.table))
    not_evaluable = cached_property[Rows](lambda p: partners.not_evaluable(p.table))
    every_gap = cached_property[Rows](lambda p: partners.gaps(p.days, p.first, p.last))
    gaps = cached_property[Rows](lambda p: p.every_gap[: partners.MOST_GAPS])
    blind_spots = cached_property[tuple[str, ...]](
        lambda p: partners.blind_spots(p.basis, p.every_gap, p.first, p.last, p.not_evaluable)
    )
    names_of = cached_property[dict[str, str]](lambda p: _names_of(p))  # usual names of the substances


def _names_of(profile: Profile) -> dict[str, str]:
    moved = {*profile.table["substance"], *profile.before.column("substance_id").unique().to_pylist()}
    found = sorted(moved.union(paper.substance for paper in profile.papers) - {"", None})
    return {s: profile.substances[s].name if s in profile.substances else s for s in found}


def _two_years(profile: Profile) -> pd.DataFrame:
    """The movements of the period and of the year before it; the lines of that year have numbers of their own, below nought."""
    before = to_table(profile.before, profile.limits)
    return pd.concat([before.assign(line=-before["line"]), profile.table])


def _begin(profile: Profile) -> date:
    """The first day of what is looked at: of the year before the period as far as it is recorded, else of the period."""
    recorded = profile.basis.recorded[0] if profile.basis.recorded else profile.first
    return min(max(profile.first - timedelta(days=365), recorded), profile.first)
