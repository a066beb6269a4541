"""UN/LOCODEs: two letters of the country and three of the place, as TOKYO and CHINA have them too. So the table decides.

`locodes.csv`: a country and the codes of its places in a row, 82,000 of UNECE's list (https://unece.org/trade/uncefact/unlocode): the edition of 2014-2 as
the package locode 0.1.1.1 carries it (BSD-3-Clause), which lacks places without a subdivision, and the 3,900 seaports of searoute 1.6.0 (Apache-2.0). Left
out are codes that are a word of a place's name in these (DELHI), and those of dissolved states.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files


def is_locode(text: str) -> bool:
    """Whether a text is a code of the table, in capitals; a blank may part the country from the place."""
    tidy = text.strip()
    country, place = tidy[:2], tidy[2:].lstrip()
    return len(place) == 3 and place in _places(country)


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    text = files("precursor_screen.names").joinpath("locodes.csv").read_text("utf-8")
    return {row["country"]: row["places"] for row in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=512)
def _places(country: str) -> frozenset[str]:
    joined = _table().get(country, "")
    return frozenset(joined[at : at + 3] for at in range(0, len(joined), 3))
