"""Flags to a score and a band a shipment, by typology. A band is an order of work, never a verdict."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from precursor_screen.engine import connect, fetch
from precursor_screen.model import BANDS, LEVELS, Rule, Typology
from precursor_screen.schema import SHIPMENT


@dataclass(slots=True)
class _Tally:
    """What the flags of one shipment come to."""

    weights: dict[str, tuple[str, int]] = field(default_factory=dict)  # rule or its similar group -> (family, weight)
    substances: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    flags: list[str] = field(default_factory=list)
    worst: int = 0


def score(
    flags: pa.Table,
    unjudged: pa.Table,
    lines: pa.Table,
    unscreened: set[str],
    rules: tuple[Rule, ...],
    typologies: tuple[Typology, ...],
) -> pa.Table:
    """Scores every shipment.

    Args:
        flags: FLAG rows that are open (not suppressed).
        unjudged: UNJUDGED rows; those with a shipment_id bar the band `none`.
        lines: at least the column shipment_id, one row a line.
        unscreened: shipments with a line or party that could not be screened; without a flag they have no band.
        rules: for `related: similar`, of which only the highest counts.
        typologies: one of them without `applies`.

    Returns:
        SHIPMENT, worst first.
    """
    tallies = _tally(flags, _similar(rules))
    barred = set(unjudged.column("shipment_id").drop_null().to_pylist())
    rows: dict[str, dict[str, Any]] = {}
    for shipment_id, tally in tallies.items():
        rows[shipment_id] = _row(shipment_id, tally, typologies, barred, unscreened)
    for shipment_id in (barred | unscreened) - set(rows):
        band = None if shipment_id in unscreened else "low"
        rows[shipment_id] = _empty_row(shipment_id, band, incomplete=True)
    scored = pa.Table.from_pylist([rows[k] for k in sorted(rows)], schema=SHIPMENT)
    return _with_the_rest(scored, lines)


def _similar(rules: tuple[Rule, ...]) -> dict[str, str]:
    """Rule id -> name of its group of similar rules."""
    group = {r.id: r.id for r in rules}
    for rule in rules:
        for other, kind in rule.related:
            if kind == "similar" and other in group:
                old, new = sorted((group[rule.id], group[other]), reverse=True)
                group = {k: new if v == old else v for k, v in group.items()}
    return group


def _tally(flags: pa.Table, similar: dict[str, str]) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    columns = ("shipment_id", "rule_id", "family", "weight", "level", "substance_id", "flag_id")
    for shipment_id, rule_id, family, weight, level, substance_id, flag_id in zip(
        *(flags.column(c).to_pylist() for c in columns), strict=True
    ):
        tally = tallies[shipment_id]
        tally.flags.append(flag_id)
        tally.worst = max(tally.worst, LEVELS.index(level))
        if substance_id:
            tally.substances.add(substance_id)
        if level == "informational":
            continue
        tally.rules.add(rule_id)
        tally.families.add(family)
        # A rule that flags several lines of a shipment is one fact; of similar rules the highest counts, of equal ones always the same.
        group = similar.get(rule_id, rule_id)
        known_family, known = tally.weights.get(group, (family, -1))
        if weight > known or (weight == known and family < known_family):
            tally.weights[group] = (family, weight)
    return tallies


def _row(
    shipment_id: str, tally: _Tally, typologies: tuple[Typology, ...], barred: set[str], unscreened: set[str]
) -> dict[str, Any]:
    claimed = [t for t in typologies if set(t.applies) & tally.substances] or [t for t in typologies if not t.applies]
    results = [(_points(tally, t), t) for t in claimed]
    points, typology = max(results, key=lambda pair: (pair[0], pair[1].id))
    band = max((_band(points, tally, t) for _, t in results), key=BANDS.index)
    incomplete = shipment_id in barred or shipment_id in unscreened
    if band == "none" and shipment_id in unscreened:
        return {**_empty_row(shipment_id, None, incomplete=True), "flags": tally.flags}
    if band == "none" and shipment_id in barred:
        band = "low"
    return {
        "shipment_id": shipment_id,
        "score": points,
        "band": band,
        "typology": typology.id,
        "families": sorted(tally.families),
        "flags": tally.flags,
        "lines": 0,
        "incomplete": incomplete,
    }


def _points(tally: _Tally, typology: Typology) -> int:
    sums: dict[str, int] = defaultdict(int)
    for family, weight in tally.weights.values():
        sums[family] += weight
    return sum(min(total, typology.caps[family]) for family, total in sums.items())


def _band(points: int, tally: _Tally, typology: Typology) -> str:
    band = "none"
    for name in BANDS[1:]:
        if points >= typology.bands[name]:
            band = name
    floors = [typology.floor[r] for r in tally.rules if r in typology.floor]
    if tally.worst >= LEVELS.index("high"):
        floors.append("review")
    return max([band, *floors], key=BANDS.index) if tally.rules else "none"


def _empty_row(shipment_id: str, band: str | None, *, incomplete: bool) -> dict[str, Any]:
    return {
        "shipment_id": shipment_id,
        "score": 0,
        "band": band,
        "typology": None,
        "families": [],
        "flags": [],
        "lines": 0,
        "incomplete": incomplete,
    }


def _with_the_rest(scored: pa.Table, lines: pa.Table) -> pa.Table:
    """Adds the shipments of which there is nothing to say, and counts the lines of each."""
    with connect() as connection:
        connection.register("scored", scored)
        connection.register("lines", lines.select(["shipment_id"]))
        query = """
            select * from (select l.shipment_id, coalesce(s.score, 0) as score, case when s.shipment_id is null then 'none' else s.band end as band,
                   s.typology, coalesce(s.families, []) as families, coalesce(s.flags, []) as flags, l.lines,
                   coalesce(s.incomplete, false) as incomplete
            from (select shipment_id, count(*) as lines from lines group by shipment_id) l left join scored s using (shipment_id))
            order by case band when 'hold' then 0 when 'review' then 1 when 'low' then 2 when 'none' then 4 else 3 end, score desc, shipment_id"""
        return fetch(connection, query, SHIPMENT)
