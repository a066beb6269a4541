"""What a reader must know by name before any count: substances of Table I or II in texts beside tables, or in tables read from print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from precursor_screen.core.report import Report, records
from precursor_screen.core.words import how_many_more, kilograms, printable

HEAD = "Table I and II substances at or above their threshold, or of unknown mass, beside tables or read from print:"
MOST, MOST_IN_FULL = 20, 500  # that are told one by one: in a mail, and in a report
_READ_FROM = {"print": "read from print", "words": "only its words were screened"}


def named_aside(report: Report, most: int = MOST) -> list[str]:
    """A head, then a line each, the largest mass first, then how many more there are; none where there is nothing."""
    found = report.listed_aside
    if not found.num_rows:
        return []
    left = found.slice(most)
    unknown = left.column("mass_kg").null_count
    more = how_many_more(left.num_rows, f"in the full report{f', {unknown:,} of them of unknown mass' if unknown else ''}")
    return [HEAD, *(f"  {_said(row)}" for row in records(found.slice(0, most))), *more]


def _said(row: Mapping[str, Any]) -> str:
    """`102 kg Ephedrine (Table I, threshold 1 kg)  offer.txt:1 (row of a sheet): only its words were screened`."""
    mass = "mass not stated:" if row["mass_kg"] is None else kilograms(row["mass_kg"])
    mass += f" of {kilograms(row['total_kg'])}" if row["mass_kg"] not in (None, row["total_kg"]) else ""
    limit = row["threshold_kg"]
    limit = "no threshold known" if limit is None else f"threshold {kilograms(limit)}" if limit else "any mass counts"
    at = f":{row['source_row']}" if row["source_row"] is not None else ""
    place = f" ({row['place']})" if row["place"] else ""
    said = f"{mass} {row['substance_name']} (Table {row['table']}, {limit})  {row['source_file']}{at}{place}"
    return printable(f"{said}: {_READ_FROM[row['read_from']]}")
