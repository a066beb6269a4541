"""The parts of a shipment's score, reckoned again out of what the ledger keeps of it.

Three of the four parts can be: licit use, quantity, and what the rules say. What speaks for a shipment (documents in force on the day,
regular trade before it) cannot: the registers of that day and what was open then are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from precursor_screen.core.model import Concern, Rule, Typology
from precursor_screen.core.schema import DECIMAL
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.triage.triage import triage

Row = dict[str, Any]
_CANDIDATE = pa.schema(
    [
        (LINE_NO, pa.int64()),
        *((n, pa.string()) for n in ("substance_id", "substance_name", "form")),
        ("substance_mass_kg", DECIMAL),
    ]
)
NOTE = (
    "The ledger keeps no score of a shipment: its parts were reckoned again when this was sealed, from the flags and movements that are kept, by "
    "the rules and tables of this installation. What spoke for it (documents in force, regular trade) is not among them: the registers of "
    "that day are not kept."
)


def reckon(
    shipment_id: str,
    flags: pa.Table,
    movements: Sequence[Row],
    rules: tuple[Rule, ...],
    typologies: tuple[Typology, ...],
    concern: Mapping[str, Concern],
    names: Mapping[str, str],
) -> Row:
    """Score, band and parts of one shipment.

    Args:
        shipment_id: of it.
        flags: FLAG rows of it that are open.
        movements: MOVEMENT of its lines; of other shipments' lines they are passed over.
        rules, typologies, concern: see `triage`.
        names: of substances.

    Returns:
        With `reckoned`: that it is no score of the run.
    """
    mine = [m for m in movements if m["shipment_id"] == shipment_id and m["substance_id"]]
    numbers = {line_id: n for n, line_id in enumerate(sorted({m["line_id"] for m in mine}))}
    lines = pa.table(
        {LINE_NO: pa.array(numbers.values(), pa.int64()), "shipment_id": pa.array([shipment_id] * len(numbers), pa.string())}
    )
    distinct = {(m["line_id"], m["substance_id"]): m for m in mine}
    candidates = [
        {
            LINE_NO: numbers[m["line_id"]],
            "substance_id": m["substance_id"],
            "substance_name": names.get(m["substance_id"], m["substance_id"]),
            "form": m["form"],
            "substance_mass_kg": m["substance_mass_kg"],
        }
        for _, m in sorted(distinct.items())
    ]
    noted = Resolved(lines, pa.Table.from_pylist(candidates, schema=_CANDIDATE), pa.table({}), pa.table({}))
    unjudged = pa.table({"shipment_id": pa.array([], pa.string())})
    shipments = pa.table({"shipment_id": pa.array([shipment_id], pa.string())})
    (row,) = triage(flags, unjudged, shipments, noted, set(), rules, typologies, concern).to_pylist()
    kept = ("shipment_id", "score", "band", "typology", "parts", "families")
    return {**{k: row[k] for k in kept}, "reckoned": True}
