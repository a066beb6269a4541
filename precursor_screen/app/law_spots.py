"""Blind spots of the law: tables that nobody compared with their source, and countries whose law is in no table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.app.coverage import own_editions
from precursor_screen.core.alike import rows_of as places_of
from precursor_screen.kernel.resolve.countries import SIDES
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import law_of

HELD = "The countries whose law the tables hold are listed in docs/substances.md."
_MOST_NAMED = 5


def find_law_spots(noted: Resolved, reference: Reference) -> Iterator[tuple[str, str, str, int]]:
    """(code, message, remedy, shipments) of what the tables of the law lack for the noted lines."""
    unchecked = {e.instrument for e in own_editions(reference) if e.checked is None}
    for instrument in sorted(unchecked):
        message = f"Nobody has compared all tables of {instrument} with their source: a listing may be missing or have ended"
        yield f"unchecked-law-{instrument}", message, HELD, len(_listed(noted, instrument))
    unknown = _of_unknown_law(noted)
    unknown.pop(reference.jurisdiction, None)  # said by itself
    if unknown:
        often = sorted(unknown, key=lambda code: (-len(unknown[code]), code))
        more = f" and {len(often) - _MOST_NAMED} more" if len(often) > _MOST_NAMED else ""
        message = f"No law is known of {', '.join(often[:_MOST_NAMED])}{more}, where goods come from or go: what only that law lists is not seen"
        yield "unknown-law", message, HELD, len(set().union(*unknown.values()))


def _listed(noted: Resolved, instrument: str) -> set[str]:
    """Shipments with a substance that an instrument lists."""
    controls = noted.substances.column("control").to_pylist()
    holds = [any(c["instrument"] == instrument for c in some or ()) for some in controls]
    lines = noted.substances.column(LINE_NO).filter(pa.array(holds, pa.bool_()))
    return set(noted.lines.column("shipment_id").take(places_of(lines, noted.lines.column(LINE_NO))).to_pylist())


def _of_unknown_law(noted: Resolved) -> dict[str, set[str]]:
    """Shipments by countries that they come from or go to and whose law on that day is not known."""
    found: dict[str, set[str]] = defaultdict(set)
    for side in SIDES:
        there = [noted.lines.column(name) for name in side if name in noted.lines.column_names]
        if not there:
            continue
        rows = noted.lines.select(["shipment_id", "as_of_date"]).append_column("country", pc.coalesce(*there))
        # Each country and day is looked up once: there may be a million lines of them.
        for group in rows.group_by(["country", "as_of_date"]).aggregate([("shipment_id", "distinct")]).to_pylist():
            if _unknown(group["country"], group["as_of_date"]):
                found[group["country"]].update(group["shipment_id_distinct"])
    return found


def _unknown(country: str | None, day: date) -> bool:
    return country is not None and not law_of(country, day)
