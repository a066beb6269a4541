"""What speaks for a shipment: documents in force that cover it, and that the same pair trades such goods all year."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from precursor_screen.core.engine import connect
from precursor_screen.core.history_seam import HistoryQuery, columns_of
from precursor_screen.kernel.triage.goods import LICIT_USE, Goods, round_half_up

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
        points = min(round_half_up((LICIT_USE[goods.grade] + goods.weighed(evidence)[0]) * _UNCHECKED), spare)
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
        troubled: keys of movements with an open flag of high or critical; they speak for nobody.

    Returns:
        (shipment, substance) -> days; the least of the shipment's movements. Only those with one at least.
    """
    columns = ", ".join((*_PAIR, "as_of_date", "movement_key", "substance_mass_kg"))
    known = " and ".join(f"{c} is not null" for c in (*_PAIR, "as_of_date"))
    with connect() as connection:
        connection.register("live", live)
        connection.register("recorded", recorded.select([c for c in recorded.column_names if c in EARLIER.columns]))
        connection.register("troubled", pa.table({"movement_key": pa.array(sorted(with_open_serious_flag), pa.string())}))
        rows = connection.execute(f"""
            with asking as (
                select shipment_id, {columns}, {_STEP} as step from live where {known} and substance_mass_kg > 0),
            days as (
                select distinct {", ".join(_PAIR)}, as_of_date, unnest([step - 1, step, step + 1]) as step
                from (select *, {_STEP} as step from (
                        select {columns} from live where {known} and substance_mass_kg > 0
                        union all select {columns} from recorded where {known} and substance_mass_kg > 0)
                      anti join troubled using (movement_key))),
            counted as (
                select shipment_id, substance_id, sum(day) over (
                    partition by sender_key, receiver_key, substance_id, step order by as_of_date
                    range between interval {_YEAR} days preceding and interval 1 day preceding) as earlier
                from (select shipment_id, {", ".join(_PAIR)}, as_of_date, step, 0 as day from asking
                      union all select null, {", ".join(_PAIR)}, as_of_date, step, 1 as day from days))
            select shipment_id, substance_id, min(coalesce(earlier, 0))::integer from counted where shipment_id is not null
            group by all having min(coalesce(earlier, 0)) > 0 order by all""").fetchall()
    return {(shipment_id, substance_id): earlier for shipment_id, substance_id, earlier in rows}
