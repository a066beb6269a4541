"""Shipments of one splitting are one case: they stand together, below the one with the most reason to be opened."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.model import Rule

SPLITTING = "quantity.structuring"  # the tag of rules about one delivery, or one buyer, in several consignments


def gather_cases(shipments: pa.Table, flags: pa.Table, lines: pa.Table, rules: Iterable[Rule]) -> pa.Table:
    """Shipments that a flag of a splitting joins, put together.

    Args:
        shipments: SHIPMENT without cases, worst first.
        flags: FLAG rows that are open.
        lines: line_id and shipment_id, of this run.
        rules: those of scope history with the tag SPLITTING join shipments.

    Returns:
        SHIPMENT: those of a case follow its first, and have its id as `case_id`, the first as well; of others it is null.
    """
    joining = pa.array([r.id for r in rules if r.scope == "history" and SPLITTING in r.tags], pa.string())
    splittings = flags.filter(pc.is_in(flags.column("rule_id"), joining))
    if not splittings.num_rows:
        return shipments
    ids = shipments.column("shipment_id").combine_chunks()
    places = np.arange(len(ids))
    names: list[str | None] = [None] * len(ids)
    for case in _join(splittings, lines):
        members = sorted(pc.index_in(pa.array(case, pa.string()), ids).drop_null().to_pylist())
        if len(members) > 1:
            places[members] = members[0]
            for place in members:
                names[place] = ids[members[0]].as_py()
    found = shipments.set_column(shipments.schema.get_field_index("case_id"), "case_id", pa.array(names, pa.string()))
    return found.take(np.argsort(places, kind="stable"))


def _join(splittings: pa.Table, lines: pa.Table) -> list[list[str]]:
    """The shipments that share flags, directly or through others."""
    beside = splittings.column("window_line_ids").to_pylist()
    wanted = pa.array(sorted({line for some in beside for line in some}), pa.string())
    mine = lines.filter(pc.is_in(lines.column("line_id"), wanted))
    shipment_of = dict(zip(mine.column("line_id").to_pylist(), mine.column("shipment_id").to_pylist(), strict=True))
    case_of: dict[str, set[str]] = {}
    for first, some in zip(splittings.column("shipment_id").to_pylist(), beside, strict=True):
        joined = {first, *(shipment_of[line] for line in some if line in shipment_of)}
        for known in [case_of[shipment] for shipment in joined if shipment in case_of]:
            joined |= known
        case_of.update(dict.fromkeys(joined, joined))
    return [sorted(case) for case in {id(case): case for case in case_of.values()}.values()]
