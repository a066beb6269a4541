"""Ports as filings in the United States number them: their own by Schedule D (district and port), foreign ones by Schedule K.

A number says nothing without its schedule, so that a cell states both, and the name where `names/us_ports.csv` has it:
`57035 Shanghai (Schedule K)`. The first figures tell the country of a port that the table lacks: three of Schedule K as in Schedule C
of the census, where this has one country for them; the district of Schedule D.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import Row, shipped_rows

WIDTHS: Final = {"D": 4, "K": 5}
_FIRST: Final = {"D": 2, "K": 3}  # figures of the district, and of the country
_STATED: Final = re.compile(r"(\d{4,5})(?: .*)? \(Schedule ([DK])\)")


class UsPort(Struct, frozen=True):
    """A port by its code; text: as a cell states it; listed: whether the table has it."""

    text: str
    listed: bool


_LEAST_TOWN: Final = 4  # letters


def us_port(code: str, schedule: str) -> UsPort | None:
    """What a code of a schedule says; None where it is not of its form: a UN/LOCODE, a name.

    A code of which nothing is known, not even the country, stays as it is.
    """
    if not (code.isascii() and code.isdigit() and len(code) == WIDTHS[schedule]):
        return None
    row = _table().get((schedule, code))
    if row is not None:
        return UsPort(f"{code} {row['name']} (Schedule {schedule})", listed=True)
    known = (schedule, code[: _FIRST[schedule]]) in _table()
    return UsPort(f"{code} (Schedule {schedule})" if known else code, listed=False)


def is_us_port(text: str) -> bool:
    """Whether a cell states a code with its schedule, and nothing but the name that the table has for it."""
    stated = _STATED.fullmatch(text)
    port = us_port(*stated.groups()) if stated else None
    return port is not None and port.text == text


def country_by_schedule(text: str) -> str | None:
    """The country of a cell that states a code with its schedule; None where it does not, or the table tells no country."""
    if not is_us_port(text):
        return None
    code, schedule = text.partition(" ")[0], text[-2]
    row = _table().get((schedule, code)) or _table().get((schedule, code[: _FIRST[schedule]]))
    return (row["country"] or None) if row else None


@lru_cache(maxsize=1)
def port_towns() -> frozenset[str]:
    """The towns of the ports of both schedules, in small letters, without their state."""
    names = (part for row in _table().values() for part in re.split(r"[/(,;-]", row["name"].casefold()))
    return frozenset(name.strip(" )") for name in names if len(name.strip(" )")) >= _LEAST_TOWN)


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str], Row]:
    columns = ("schedule", "code", "name", "country", "source", "checked")
    return {(row["schedule"], row["code"]): row for row in shipped_rows("us_ports", columns)}
