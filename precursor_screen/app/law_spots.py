"""Blind spots of the law: tables that nobody compared with their source, and countries whose law is in no table."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from precursor_screen.app.coverage import own_editions
from precursor_screen.core.alike import rows_of as places_of
from precursor_screen.kernel.line_gaps import Gap
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.reference.bundle import Reference

HELD = "The countries whose law the tables hold are listed in docs/substances.md."
_MOST_NAMED = 5


def find_law_spots(noted: Resolved, unknown: Gap, reference: Reference) -> Iterator[tuple[str, str, str, int]]:
    """(code, message, remedy, shipments) of what the tables of the law lack: for the noted lines, and for all (`LineGaps.law`)."""
    unchecked = {e.instrument for e in own_editions(reference) if e.checked is None}
    for instrument in sorted(unchecked):
        message = f"Nobody has compared all tables of {instrument} with their source: a listing may be missing or have ended"
        yield f"unchecked-law-{instrument}", message, HELD, len(_listed(noted, instrument))
    if unknown.by_name:
        often = sorted(unknown.by_name, key=lambda code: (-unknown.by_name[code], code))
        more = f" and {len(often) - _MOST_NAMED} more" if len(often) > _MOST_NAMED else ""
        message = f"No law is known of {', '.join(often[:_MOST_NAMED])}{more}, where goods come from or go: what only that law lists is not seen"
        yield "unknown-law", message, HELD, unknown.shipments


def _listed(noted: Resolved, instrument: str) -> set[str]:
    """Shipments with a substance that an instrument lists."""
    controls = noted.substances.column("control").to_pylist()
    holds = [any(c["instrument"] == instrument for c in some or ()) for some in controls]
    lines = noted.substances.column(LINE_NO).filter(pa.array(holds, pa.bool_()))
    return set(noted.lines.column("shipment_id").take(places_of(lines, noted.lines.column(LINE_NO))).to_pylist())
