"""A score and a band for every shipment. A band is an order of work, never a verdict.

The score is the sum of four parts, each shown with its reason: how rare lawful trade in the goods is, how much of them there is, what the
rules say, and what speaks for the shipment. What merely names or weighs the goods counts in the first two parts alone: such
rules have the weight 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.engine import ask
from precursor_screen.core.history_seam import HistoryQuery, columns_of
from precursor_screen.core.model import BANDS, LEVELS, Concern, Rule, Typology
from precursor_screen.core.schema import SHIPMENT
from precursor_screen.kernel.goods import Goods, find_goods, round_half_up
from precursor_screen.kernel.resolve.distinct import Resolved
from precursor_screen.kernel.shipment_order import add_unflagged

# What speaks for a shipment: documents in force that cover it, and that the same pair trades such goods all year.

_DOCUMENT = 10
_UNCHECKED = 0.2  # of the points of the goods, a number that no register was asked about: anybody can write one
_REGULAR = 15
_MOST = 30
_MUCH = 13  # points of a quantity: from the middle of its scale on
REGULAR = 6  # earlier consignments within a year
_PAIR = ("sender_key", "receiver_key", "substance_id")
_YEAR = 365  # days
# Two masses are of one order of size where they are nearer than a factor of about two to four: a third of a decade, and its neighbours.
_STEP = "cast(floor(log10(substance_mass_kg::double) * 3) as integer)"
# What must be known of earlier consignments.
EARLIER = HistoryQuery((_PAIR,), _YEAR, columns_of((*_PAIR, "movement_key", "line_id", "as_of_date", "substance_mass_kg")))


def standing_of(goods: Goods, earlier: int, evidence: int, spare: int) -> tuple[int, str]:
    """Points to take off, at most 30, and the reason. For a large quantity without a reason: no points, and which papers would decide.

    Nothing speaks for a substance that hardly anybody trades lawfully.

    Args:
        goods: that count in the shipment.
        earlier: consignments of the same pair, substance and order of size within a year before, without an open flag of high.
        evidence: points of it; beside any, a number that was not checked speaks for nothing.
        spare: points of the shipment above the least of `low`: such a number takes no shipment out of its band.
    """
    if goods.is_beyond_trade:
        return 0, ""
    reasons = [
        (_DOCUMENT, f"{name} in force covers it") for name in ("permit", "licence", "notification") if getattr(goods, name)
    ]
    for paper in goods.unchecked if not evidence else ():
        points = min(round_half_up((goods.licit_use + goods.weighed(evidence)[0]) * _UNCHECKED), spare)
        spare -= points
        if points:
            reasons.append((points, f"it names a {paper}, which no register was asked about"))
    if earlier >= REGULAR:
        reasons.append((_REGULAR, f"the same pair traded such a quantity on {earlier} days of the year before"))
    if not reasons and goods.quantity >= _MUCH and goods.grade != "E":
        return 0, "no permit, licence or notification in a register covers it; one would decide"
    return -min(sum(points for points, _ in reasons), _MOST), "; ".join(reason for _, reason in reasons)


def count_earlier(live: pa.Table, recorded: pa.Table, with_open_serious_flag: Collection[str]) -> dict[tuple[str, str], int]:
    """On how many days of the year before the same pair traded the same substance in such a quantity.

    Days are counted, for a declaration and its bill are one consignment.

    Args:
        live: MOVEMENT rows of this run.
        recorded: of earlier runs, as `EARLIER` asks for them.
        with_open_serious_flag: keys of movements with an open flag of high or critical; they speak for nobody.

    Returns:
        (shipment, substance) -> days; the least of the shipment's movements. Only those with one at least.
    """
    columns = ", ".join((*_PAIR, "as_of_date", "movement_key", "substance_mass_kg"))
    known = " and ".join(f"{c} is not null" for c in (*_PAIR, "as_of_date"))
    before = recorded.select([c for c in recorded.column_names if c in EARLIER.columns])
    doubtful = pa.table({"movement_key": pa.array(sorted(with_open_serious_flag), pa.string())})
    query = f"""
        with asking as (
            select shipment_id, {columns}, {_STEP} as step from live where {known} and substance_mass_kg > 0),
        days as (
            select distinct {", ".join(_PAIR)}, as_of_date, unnest([step - 1, step, step + 1]) as step
            from (select *, {_STEP} as step from (
                    select {columns} from live where {known} and substance_mass_kg > 0
                    union all select {columns} from before where {known} and substance_mass_kg > 0)
                  anti join doubtful using (movement_key))),
        counted as (
            select shipment_id, substance_id, sum(day) over (
                partition by sender_key, receiver_key, substance_id, step order by as_of_date
                range between interval {_YEAR} days preceding and interval 1 day preceding) as earlier
            from (select shipment_id, {", ".join(_PAIR)}, as_of_date, step, 0 as day from asking
                  union all select null, {", ".join(_PAIR)}, as_of_date, step, 1 as day from days))
        select shipment_id, substance_id, min(coalesce(earlier, 0))::integer from counted where shipment_id is not null
        group by all having min(coalesce(earlier, 0)) > 0 order by all"""
    rows = tuples_of(ask(query, live=live, before=before, doubtful=doubtful))
    return {(shipment_id, substance_id): earlier for shipment_id, substance_id, earlier in rows}


MOST = 100
REVIEW, HOLD = 40, 80
LOW = 16
# Solvents and acids go by the tank, so that most rules about quantities say of them what is so every day.
_QUANTITY_OF_COMMODITIES = 15
_LEAST_EVIDENCE = 15  # weight of what rules say, from which points alone make a review
_BY_LEVEL = {name: rank for rank, name in enumerate(LEVELS)}
_COVER = "cover"  # its rules are weak one by one: they count together, by points
_OF_NAMESAKES = frozenset({"party", _COVER})
_AGREEING = 1.5  # signs that need no substance and together reach low tell more than their sum


class _ShipmentFlags(Struct):
    """What the flags of one shipment come to."""

    weights: dict[str, tuple[str, int, str]] = field(default_factory=dict)  # rule or its similar group -> (family, weight, rule)
    substances: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    agreeing: dict[str, int] = field(default_factory=dict)  # family -> its highest level, of flags that weigh something
    flags: list[str] = field(default_factory=list)
    worst: int = 0
    worst_families: set[str] = field(default_factory=set)  # with a flag of high or critical
    shown: bool = False  # a flag of medium or above, outside `cover`


def triage(
    flags: pa.Table,
    unjudged: pa.Table,
    counted: pa.Table,
    relevant: Resolved,
    unscreened: set[str],
    rules: tuple[Rule, ...],
    typologies: tuple[Typology, ...],
    concern: Mapping[str, Concern],
    regular: Mapping[tuple[str, str], int] | None = None,
) -> pa.Table:
    """Scores every shipment.

    Args:
        flags: FLAG rows that are open (not suppressed).
        unjudged: UNJUDGED rows; those with a shipment_id bar the band `none`.
        counted: `shipment_order.LINES_OF_SHIPMENT`: every shipment once.
        relevant: the lines in which something was recognised, with their candidates.
        unscreened: shipments with a line or party that could not be screened; without a flag they have no band.
        rules: for `related: similar`, of which only the highest counts.
        typologies: caps and floors; one of them without `applies`.
        concern: grade and masses of each substance.
        regular: (shipment, substance) -> earlier consignments of the same pair and order of size, see `standing_of`.

    Returns:
        SHIPMENT, worst first.
    """
    found = _gather(flags, _similar(rules))
    goods = find_goods(flags, relevant, concern)
    barred = set(unjudged.column("shipment_id").drop_null().to_pylist())
    rows: dict[str, dict[str, Any]] = {}
    for shipment_id, mine in found.items():
        incomplete = shipment_id in barred or shipment_id in unscreened
        rows[shipment_id] = _row(shipment_id, mine, goods.get(shipment_id, []), typologies, regular or {}, incomplete=incomplete)
        if rows[shipment_id]["band"] == "none" and incomplete:
            rows[shipment_id]["band"] = None if shipment_id in unscreened else "low"
    return add_unflagged(pa.Table.from_pylist(list(rows.values()), schema=SHIPMENT), counted, barred, unscreened)


def _similar(rules: tuple[Rule, ...]) -> dict[str, str]:
    """Rule id -> name of its group of similar rules."""
    group = {r.id: r.id for r in rules}
    for rule in rules:
        for other, kind in rule.related:
            if kind == "similar" and other in group:
                old, new = sorted((group[rule.id], group[other]), reverse=True)
                group = {k: new if v == old else v for k, v in group.items()}
    return group


def _gather(flags: pa.Table, similar: dict[str, str]) -> dict[str, _ShipmentFlags]:
    found: dict[str, _ShipmentFlags] = defaultdict(_ShipmentFlags)
    columns = ("shipment_id", "rule_id", "family", "weight", "level", "substance_id", "flag_id")
    for shipment_id, rule_id, family, weight, level, substance_id, flag_id in tuples_of(flags, *columns):
        mine, rank = found[shipment_id], _BY_LEVEL[level]
        mine.flags.append(flag_id)
        mine.worst = max(mine.worst, rank)
        if substance_id:
            mine.substances.add(substance_id)
        if level == "informational":
            continue
        mine.rules.add(rule_id)
        mine.families.add(family)
        mine.shown = mine.shown or (rank >= _BY_LEVEL["medium"] and family != _COVER)
        if rank >= _BY_LEVEL["high"]:
            mine.worst_families.add(family)
        if weight:
            mine.agreeing[family] = max(mine.agreeing.get(family, 0), rank)
        # A rule that flags several lines of a shipment is one fact; of similar rules the highest counts, of equal ones always the same.
        group = similar.get(rule_id, rule_id)
        known_family, known, _ = mine.weights.get(group, (family, -1, rule_id))
        if weight > known or (weight == known and family < known_family):
            mine.weights[group] = (family, weight, rule_id)
    return found


def _row(
    shipment_id: str,
    mine: _ShipmentFlags,
    goods: list[Goods],
    typologies: tuple[Typology, ...],
    regular: Mapping[tuple[str, str], int],
    *,
    incomplete: bool,
) -> dict[str, Any]:
    first = goods[0] if goods else None
    claimed = [t for t in typologies if set(t.applies) & mine.substances] or [t for t in typologies if not t.applies]
    grade = first.grade if first else ""
    evidence, typology = max(
        ((_by_family(mine, t, grade), t) for t in claimed), key=lambda pair: (sum(pair[0].values()), pair[1].id)
    )
    parts = []
    if first:
        parts.append(_part("licit use", first.licit_use, first.why_licit_use()))
        parts.append(_part("quantity", *first.weighed(sum(evidence.values()))))
    if evidence:
        parts.append(_part("evidence", sum(evidence.values()), _why_evidence(evidence, mine)))
    if first and mine.worst < _BY_LEVEL["critical"]:
        # What speaks for one of the goods speaks not for the others.
        spare = max(sum(p["points"] for p in parts) - LOW, 0)
        points, because = max(
            standing_of(g, regular.get((shipment_id, g.substance_id), 0), sum(evidence.values()), spare) for g in goods
        )
        if because:
            parts.append(_part("standing", points, because))
    score = min(max(sum(p["points"] for p in parts), 0), MOST)
    return {
        "shipment_id": shipment_id,
        "score": score,
        "band": max((_band(score, mine, goods, t) for t in claimed), key=BANDS.index),
        "typology": typology.id,
        "parts": parts,
        "families": sorted(mine.families),
        "flags": mine.flags,
        "incomplete": incomplete,
        "case_id": None,
    }


def _part(part: str, points: int, because: str) -> dict[str, Any]:
    return {"part": part, "points": points, "because": because}


def _by_family(mine: _ShipmentFlags, typology: Typology, grade: str) -> dict[str, int]:
    """Points of each family that weighs something, capped."""
    sums: dict[str, int] = defaultdict(int)
    for family, weight, _ in mine.weights.values():
        sums[family] += weight
    caps = dict(typology.caps)
    if grade == "E":
        caps["quantity"] = min(caps["quantity"], _QUANTITY_OF_COMMODITIES)
    if sums[_COVER] >= LOW:
        sums[_COVER] = round_half_up(sums[_COVER] * _AGREEING)
    return {family: min(total, caps[family]) for family, total in sorted(sums.items()) if total}


def _why_evidence(evidence: Mapping[str, int], mine: _ShipmentFlags) -> str:
    def rules(family: str) -> str:
        return ", ".join(sorted(rule for of, weight, rule in mine.weights.values() if of == family and weight))

    return "; ".join(f"{family} {points} ({rules(family)})" for family, points in evidence.items())


def _band(score: int, mine: _ShipmentFlags, goods: list[Goods], typology: Typology) -> str:
    """By points, and by what needs no points: a floor of the typology, a level, the drug itself in bulk."""
    # Large lawful trade is what industry and makers of medicines live on: goods by themselves, or beside one weak sign, are no more than
    # low, however many points.
    by_points = "hold" if score >= HOLD else "review" if score >= REVIEW else "low" if score >= LOW or mine.shown else "none"
    evidence = sum(weight for _, weight, _ in mine.weights.values())
    if (
        not goods
        and mine.worst < _BY_LEVEL["critical"]
        and {family for family, weight, _ in mine.weights.values() if weight} <= _OF_NAMESAKES
    ):
        by_points = min(by_points, "low", key=BANDS.index)  # a name that others bear too is no surer for it
    bands = [by_points if evidence >= _LEAST_EVIDENCE else min(by_points, "low", key=BANDS.index)]
    bands += [typology.floor[r] for r in mine.rules if r in typology.floor]
    if mine.worst >= _BY_LEVEL["critical"] or any(g.is_beyond_trade and g.is_sure and not g.in_doses for g in goods):
        bands.append("review")
    if any(g.is_held for g in goods):
        bands.append("hold")
    if mine.worst_families:
        bands.append("review" if _has_second_family(mine) else "low")
    return max(bands, key=BANDS.index)


def _has_second_family(mine: _ShipmentFlags) -> bool:
    """Whether beside a flag of high another family has one of medium or above that does more than name or weigh the goods."""
    agreeing = {f for f, rank in mine.agreeing.items() if rank >= _BY_LEVEL["medium"] and f != _COVER}
    return any(agreeing - {family} for family in mine.worst_families)
