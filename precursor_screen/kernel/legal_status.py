"""What the law says of a substance that moves in a direction on a day: worked out once, and joined alike by lines and by windows.

The law changes on few days, so this is a table of spans of days: movements come in millions, spans in hundreds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.model import ANNOUNCED, CONVENTIONS, OWN_LIST, PROPOSED, SURVEILLANCE, Control, Substance, Threshold
from precursor_screen.core.schema import BY_NAME
from precursor_screen.matching.substance.classes import listed_as, load_classes
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import Country, known_countries, rows_of
from precursor_screen.reference.thresholds import ANY_DIRECTION, DIRECTIONS, PERIODS, threshold_for
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Expression
from precursor_screen.rulebook.sql import literal

# Where goods come from and go, and which law there lists them.

# The fields that tell the country of dispatch, and that of destination: the first that is filled.
SIDES = (
    ("country_of_dispatch", "consignor_country", "exporter_country"),
    ("country_of_destination", "consignee_country", "importer_country"),
)
_COUNTRIES = pa.schema(
    [("code", pa.string()), ("name", pa.string()), ("law", pa.string()), ("since", pa.date32()), ("until", pa.date32())]
)


def open_countries(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `countries`: code, name, law (no row where none is known), since (inclusive), until (exclusive)."""
    rows = [
        {"code": c.code, "name": c.name, "law": c.law, "since": c.dated.since or date.min, "until": c.dated.until or date.max}
        for c in known_countries()
        if c.law
    ]
    connection.register("countries", pa.Table.from_pylist(rows, schema=_COUNTRIES))


def country_of(side: tuple[str, ...], columns: list[str]) -> str:
    """SQL of the country of a side of a line; null: it names none."""
    there = [name for name in side if name in columns]
    return f"coalesce({', '.join(there)})" if there else "cast(null as varchar)"


def same_country(country: str, movement: str) -> str:
    """SQL that is true for the one row of the table `countries` called `country` that holds for a side of `movement` (as_of_date)."""
    return f"{country}.code = {movement}.{country} and {country}.since <= {movement}.as_of_date and {movement}.as_of_date < {country}.until"


def listings(country: str) -> str:
    """SQL of what the law of a country lists a substance under, `France (EU 1)`; empty: nothing, or its law is not known."""
    return f"""coalesce(list_transform(list_filter(law.control, lambda c: c.instrument = {country}.law),
            lambda c: {country}.name || ' (' || c.instrument || ' ' || c.schedule || ')'), [])"""


# What a listing says, whichever way the goods move; null where nothing lists the substance.
LISTING = (
    *("control", "own_schedules", "tier", "membership_verified", "listing_known"),
    *("announced", "proposed", "controlled_from"),
)
# From which quantity a duty applies: a threshold a period of `PERIODS`, the smallest mass to which it does, and where that of a
# transaction stands.
THRESHOLDS = (
    *("threshold_kg", "threshold_month_kg", "threshold_year_kg"),
    *("regulated_kg", "regulated_month_kg", "regulated_year_kg"),
    *("threshold_verified", "threshold_source", "threshold_counts", "threshold_law"),
)
_SCHEMA = pa.schema(
    [
        ("substance_id", pa.string()),
        ("goods_class", pa.string()),
        ("direction", pa.string()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        *((name, BY_NAME[name].arrow) for name in (*LISTING, *THRESHOLDS)),
    ]
)


def law_table(reference: Reference) -> pa.Table:
    """One row a substance or class of its compounds, direction and span of days in which the law stays the same.

    Args:
        reference: substances, thresholds, tiers and jurisdiction.

    Returns:
        substance_id; goods_class (null: the substance itself); direction (import, export, domestic; null: any other, or unknown); since (inclusive; null: ever), until (exclusive;
        null: still); LISTING and THRESHOLDS in kg. A span of which nothing is said has no row.
    """
    return _law_table(reference.substances.substances, reference.thresholds, reference.tiers, rows_of(reference.jurisdiction))


@lru_cache(maxsize=4)  # lines and each look back ask for the same one
def _law_table(
    substances: tuple[Substance, ...], every: tuple[Threshold, ...], tiers: tuple[str, ...], office: tuple[Country, ...]
) -> pa.Table:
    laws = {OWN_LIST, *(c.law for c in office)}
    thresholds: dict[str, list[Threshold]] = defaultdict(list)
    for threshold in every:
        if threshold.jurisdiction in laws:
            thresholds[threshold.substance_id].append(threshold)
    listings = {s.substance_id: [c for c in s.controls if _tier(c) in tiers] for s in substances}
    rows: list[dict[str, Any]] = []
    classes = defaultdict[str, dict[str | None, None]](dict)  # of a substance, by name and each once
    for one in load_classes():
        classes[one.substance_id][one.name] = None
    for substance_id in dict.fromkeys([*listings, *thresholds]):
        limits = thresholds[substance_id]
        for goods_class in (None, *classes[substance_id]):
            controls = listed_as(goods_class or "", listings.get(substance_id, []))
            of = {"substance_id": substance_id, "goods_class": goods_class}
            rows += [of | row for row in _rows(controls, limits if controls else [], substance_id, office, tiers)]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _rows(
    controls: Sequence[Control], limits: Sequence[Threshold], substance_id: str, office: Sequence[Country], tiers: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for since, until in _spans(controls, limits, office):
        day = since or date.min
        law = next((c.law for c in office if c.dated.in_force(day)), "")
        in_force = [c for c in controls if c.in_force(day)]
        listing = _coming(controls, in_force, law, tiers, day) | _listing(in_force, law, day)
        for direction in (*DIRECTIONS, None):
            found = listing | _limits(limits, law, substance_id, direction, day)
            if found:
                yield {"direction": direction, "since": since, "until": until, **found}


def open_law(connection: duckdb.DuckDBPyConnection, reference: Reference, tests: Mapping[Expression, str] | None = None) -> None:
    """Makes the table `law` of `law_table`, and beside it the outcomes of tests of LISTING: test -> name of its column.

    A table, for its size is known: of rows that are only registered DuckDB kept the many candidates in memory to look these few up.
    """
    spans = law_table(reference)
    rows = Rows.of(spans)
    connection.register("spans", set_columns(spans, {name: rows.value(test) for test, name in (tests or {}).items()}))
    connection.execute("create or replace temp table law as select * from spans")


def same_law(goods: str, movement: str, goods_class: str = "null") -> str:
    """SQL that is true for the one row of a table `law` that holds for `goods` (has substance_id), `movement` (direction, as_of_date).

    goods_class: SQL of the matched name, which may be a class of compounds; of what is recorded the substance alone is known.
    """
    classes = ", ".join(literal(name) for name in dict.fromkeys(one.name for one in load_classes()))
    directions = ", ".join(literal(d) for d in DIRECTIONS)
    return f"""{goods}.substance_id = law.substance_id
        and case when {goods_class} in ({classes}) then {goods_class} end is not distinct from law.goods_class
        and case when {movement}.direction in ({directions}) then {movement}.direction end is not distinct from law.direction
        and (law.since is null or law.since <= {movement}.as_of_date) and (law.until is null or {movement}.as_of_date < law.until)"""


def _tier(control: Control) -> str:
    if control.instrument in CONVENTIONS:
        return "convention"
    return "surveillance" if control.instrument == SURVEILLANCE else "national"


def _spans(
    controls: Sequence[Control], limits: Sequence[Threshold], office: Sequence[Country]
) -> Iterator[tuple[date | None, date | None]]:
    """The spans between the days on which something begins or ends."""
    days = {d for c in controls for d in (c.since or c.seen, c.until, c.proposed, c.adopted, c.published)}
    days |= {d for t in limits for d in (t.valid_from, t.valid_to)}
    days |= {d for c in office for d in (c.dated.since, c.dated.until)}
    return pairwise([None, *sorted(d for d in days if d is not None), None])


def _listing(controls: Sequence[Control], law: str, day: date) -> dict[str, Any]:
    """LISTING of the listings that hold or may hold on a day; empty: there is none.

    What is listed by a convention rests on the convention's own listings, else on those of the law one screens for. What only other
    countries list is controlled if one of those listings was read.
    """
    if not controls:
        return {}
    # The office's own list decides where no law does; beside a law it takes nothing from what that says.
    decisive = _decisive(controls, law) or [c for c in controls if c.instrument == OWN_LIST]
    sure = [c for c in decisive or controls if c.known_on(day)]
    named = sorted((c.instrument, c.schedule) for c in controls)
    return {
        "control": [{"instrument": instrument, "schedule": schedule} for instrument, schedule in named],
        "own_schedules": [_shown(*listing) for listing in named if listing[0] in (law, OWN_LIST)] or None,
        "tier": min(_tier(c) for c in controls),
        "membership_verified": (all if decisive else any)(c.verified for c in decisive or sure or controls),
        "listing_known": all(c in sure for c in decisive) if decisive else bool(sure),
    }


def _shown(instrument: str, schedule: str) -> str:
    """A schedule, as the sentence of a flag on the office's law names it."""
    return f"{schedule} (the office's own list)" if instrument == OWN_LIST else schedule


def _decisive(controls: Sequence[Control], law: str) -> list[Control]:
    """The listings of the conventions, else those of the law one screens for."""
    return [c for c in controls if _tier(c) == "convention"] or [c for c in controls if c.instrument == law]


def _coming(
    controls: Sequence[Control], in_force: Sequence[Control], law: str, tiers: Sequence[str], day: date
) -> dict[str, Any]:
    """LISTING of the listings that the conventions or the law one screens for have announced on a day, and where that is asked for
    proposed; empty where either lists the substance already. What other countries announce is for them to say when it holds."""
    if _decisive(in_force, law):
        return {}
    stages = (ANNOUNCED, PROPOSED) if PROPOSED in tiers else (ANNOUNCED,)
    found = {stage: [c for c in controls if c.coming(day) == stage] for stage in stages}
    found = {stage: mine for stage, some in found.items() if (mine := _decisive(some, law))}
    if not found:
        return {}
    coming = [c for some in found.values() for c in some]
    return {
        **{stage: sorted(f"{c.instrument} {c.schedule}" for c in some) for stage, some in found.items()},
        "controlled_from": min((c.since for c in found.get(ANNOUNCED, []) if c.since), default=None),
        # Who watches what no law lists loses nothing by an announcement.
        "tier": "surveillance" if "surveillance" in tiers else next(iter(found)),
        "membership_verified": all(c.verified for c in coming),
    }


def _limits(limits: Sequence[Threshold], law: str, substance_id: str, direction: str | None, day: date) -> dict[str, Any]:
    """THRESHOLDS that hold on a day; empty: none does."""
    if not limits:  # of most substances
        return {}
    transaction, month, year = (
        threshold_for(limits, law, substance_id, direction or ANY_DIRECTION, day, period) for period in PERIODS
    )
    # A longer period's threshold stands in for a shorter one's, so that without one for a transaction there is none.
    return (
        {}
        if transaction is None
        else {
            "threshold_kg": transaction.kg,
            "threshold_month_kg": month.kg if month else None,
            "threshold_year_kg": year.kg if year else None,
            "regulated_kg": transaction.regulated_kg,
            "regulated_month_kg": month.regulated_kg if month else None,
            "regulated_year_kg": year.regulated_kg if year else None,
            "threshold_verified": transaction.verified,
            "threshold_source": transaction.source,
            "threshold_counts": transaction.counts,
            "threshold_law": transaction.jurisdiction,
        }
    )
