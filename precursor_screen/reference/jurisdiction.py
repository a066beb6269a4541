"""Whose law holds in a country, and on which days: read from `law/jurisdictions.csv`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.core.errors import UsageError
from precursor_screen.core.tables import Row
from precursor_screen.reference.shipped import law_folder, substances_folder
from precursor_screen.reference.table_rows import UNREAD, Edition, Span, at_once, holds, load_editions, read_span, read_table
from precursor_screen.text.countries import NORTHERN_IRELAND, find_country

COLUMNS: Final = ("code", "name", "law", "since", "until", "customs_union", "source", "read")
READ: Final = ("read", "copy", "secondary", "recalled")
UNION_OF_STATES: Final = "EU"  # as a jurisdiction, and in the column of countries
NO_LAW: Final = "no law known: only the conventions are judged"
_LENGTH: Final = 2  # of a code; what is longer names a country in other words


class Dated(Struct, frozen=True):
    """From when (inclusive, None: ever) and until when (exclusive, None: still) a row holds, its source, and what of it was read."""

    since: date | None
    until: date | None
    source: str
    read: str

    @property
    def span(self) -> Span:
        """Both days."""
        return self.since, self.until

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return holds(self.span, day)


class Country(Struct, frozen=True):
    """The law that holds in a country for some time (empty: none that is in the tables), and the customs unions that it is in."""

    code: str
    name: str
    law: str
    unions: tuple[str, ...]
    dated: Dated


def load_countries(folder: Path) -> tuple[Country, ...]:
    """Reads `jurisdictions.csv` of a folder, in the file's order.

    Raises:
        SubstanceTableError: it is missing or has not the expected columns.
        ErrorGroup: rows that make no sense, or two of one country and day.
    """
    same: dict[str, list[Country]] = {}

    def make(row: Row) -> Country:
        country = _country(row)
        others = same.setdefault(country.code, [])
        other = next((o for o in others if at_once(country.dated.span, o.dated.span)), None)
        if other is not None:
            says = f"law {other.law or 'empty'}, since {other.dated.since or 'empty'}, customs_union {'|'.join(other.unions) or 'empty'}"
            raise row.error(f"another row speaks of the same country and day: {country.code}, {says}")
        others.append(country)
        return country

    return read_table(folder / "jurisdictions.csv", COLUMNS, make, UNREAD)


def read_dated(row: Row) -> Dated:
    """The columns since, until, source and read.

    Raises:
        ValueError: they make no sense.
    """
    since, until = read_span(row, "since", "until")
    if since and until and until <= since:
        raise ValueError("it ends before it begins")
    if row["read"] not in READ or not row["source"].strip():
        raise ValueError(f"source is empty, or read is none of {', '.join(READ)}")
    return Dated(since, until, row["source"], row["read"])


def _country(row: Row) -> Country:
    code = row["code"]
    if code != UNION_OF_STATES and find_country(code) != code:
        raise ValueError(f"{code!r} is not a code of a country")
    unions = tuple(row["customs_union"].split("|")) if row["customs_union"] else ()
    return Country(code, row["name"], row["law"], unions, read_dated(row))


def known_countries() -> tuple[Country, ...]:
    """Those of the tables in use."""
    return _countries(law_folder())


_countries = cache(load_countries)


def rows_of(code: str) -> tuple[Country, ...]:
    """What the tables in use hold of a country, each for a time of its own; nothing: it is in no table."""
    return _rows(law_folder(), code)


@cache
def _rows(folder: Path, code: str) -> tuple[Country, ...]:
    return tuple(c for c in _countries(folder) if c.code == code)


def law_of(code: str, day: date) -> str:
    """The law that holds in a country on a day, as `controls.csv` and `thresholds.csv` name it; empty: none is known."""
    return next((c.law for c in rows_of(code) if c.dated.in_force(day)), "")


def laws_of(code: str) -> tuple[str, ...]:
    """All laws that have ever held in a country, each once."""
    return tuple(dict.fromkeys(c.law for c in rows_of(code) if c.law))


def check_jurisdiction(text: str) -> str:
    """The code of a jurisdiction as somebody wrote it (`uk`, `EL`, `XI`, `EU`); empty stays empty.

    Raises:
        UsageError: not a code.
    """
    code = text.strip().upper()
    if code in ("", UNION_OF_STATES):
        return code
    known = find_country(code)
    if known is None or len(code) != _LENGTH:
        remedy = f"Did you mean {known!r}?" if known else "Use EU or an ISO 3166 code such as US, FR or AU."
        raise UsageError(f"{code!r} is not a jurisdiction", remedy=remedy)
    return known


def own_countries(jurisdiction: str, day: date) -> tuple[str, ...]:
    """Codes of the countries between which the law of a jurisdiction knows no border, its own first; empty when none is set.

    Of a member of the Union these are all members and what else is of its customs territory: Regulation (EC) No 111/2005 is about
    goods that leave or enter that territory. Northern Ireland is the United Kingdom's own as well.
    """
    law = law_of(jurisdiction, day)
    same = [c.code for c in known_countries() if law and c.law == law and c.dated.in_force(day)]
    own = [jurisdiction, *same, *([NORTHERN_IRELAND] if jurisdiction == "GB" else [])]
    return tuple(dict.fromkeys(code for code in own if code not in ("", UNION_OF_STATES)))


def whose_law(jurisdiction: str, day: date) -> str:
    """One line for reports: `FR: EU law (EDITION)`; empty when no jurisdiction is set."""
    if not jurisdiction:
        return ""
    law = law_of(jurisdiction, day)
    if not law:
        return f"{jurisdiction}: {NO_LAW}"
    edition = next((e.edition for e in _editions(substances_folder()) if e.instrument == law), "edition not stated")
    return f"{jurisdiction}: {law} law ({edition})"


_editions: Callable[[Path], tuple[Edition, ...]] = cache(load_editions)
