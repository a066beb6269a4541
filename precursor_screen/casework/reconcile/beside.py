"""Of the lines of manifests what movements keep nothing of, and what of it contradicts the line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from precursor_screen.casework.reconcile.movements import Beside
from precursor_screen.names.text import plain

_FIELDS: Final = ("line_id", "dispatch_date", "arrival_date", "place_of_delivery", "country_of_destination")
# A place of delivery is in a country where so many lines have it there, and none has it in another but the line that is looked at (own
# proposal): no table of towns is needed, and none tells which Cartagena is meant.
_LINES: Final = 2


def read_beside(lines: pa.Table) -> dict[str, Beside]:
    """By line_id, of lines that state any of it.

    Args:
        lines: LINE columns of all lines, also of those without a substance.
    """
    rows = lines.select([n for n in _FIELDS if n in lines.column_names]).to_pylist()
    countries: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.get("place_of_delivery") and row.get("country_of_destination"):
            countries[plain(row["place_of_delivery"])][row["country_of_destination"]] += 1
    found = {}
    for row in rows:
        place, country = row.get("place_of_delivery") or "", row.get("country_of_destination")
        made = Beside(
            row.get("dispatch_date"), row.get("arrival_date"), place, _elsewhere(countries.get(plain(place), {}), country)
        )
        if made != Beside():
            found[row["line_id"]] = made
    return found


def _elsewhere(countries: Mapping[str, int], own: str | None) -> str:
    """The country that a place is in by the other lines; empty: they do not tell, or it is the line's own."""
    others = {country: count for country, count in countries.items() if country != own}
    if own is None or len(others) != 1 or countries.get(own, 0) > 1:
        return ""
    ((country, count),) = others.items()
    return country if count >= _LINES else ""
