"""What a unit of a currency was worth in US dollars on a day: `rates.csv`, and a site's own file over it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from precursor_screen.core.model import Rate
from precursor_screen.core.tables import Row, read_boolean
from precursor_screen.reference.table_rows import read_table

_SHIPPED: Final = ("currency", "date", "usd", "source", "verified")
_OWN: Final = ("currency", "date", "usd")
_CODE: Final = re.compile(r"[A-Z]{3}")
USD: Final = "USD"
STALE_DAYS: Final = 400
_REMEDY: Final = "Columns: currency (ISO 4217), date (YYYY-MM-DD), usd (US dollars for one unit); one row a currency and day."


def load_rates(shipped: Path, own: Path | None = None) -> tuple[Rate, ...]:
    """The rates by currency and day; those of a site stand in the place of all that ship of the same currency.

    Args:
        shipped: currency, date, usd, source, verified.
        own: a site's CSV file: currency, date, usd.

    Raises:
        SubstanceTableError: a file cannot be read or has other columns.
        ErrorGroup: rows that cannot be read, rates that are not above zero, two rows for one currency and day.
    """
    ours = _read(shipped, _SHIPPED)
    theirs = _read(own, _OWN) if own is not None else ()
    known = {r.currency for r in theirs}
    return tuple(sorted([*theirs, *(r for r in ours if r.currency not in known)], key=lambda r: (r.currency, r.day)))


def rate_of(rates: Sequence[Rate], currency: str, day: date) -> Rate | None:
    """The last rate on or before a day, else the first after it; None: the currency has none."""
    mine = [r for r in rates if r.currency == currency]
    return max((r for r in mine if r.day <= day), key=lambda r: r.day, default=min(mine, key=lambda r: r.day, default=None))


def _read(file: Path, columns: tuple[str, ...]) -> tuple[Rate, ...]:
    found: set[tuple[str, date]] = set()

    def make(row: Row) -> Rate:
        rate = _rate(row)
        if (rate.currency, rate.day) in found:
            raise ValueError(f"a second row for {rate.currency} on {rate.day}")
        found.add((rate.currency, rate.day))
        if "verified" in columns:
            read_boolean(row["verified"])
        return rate

    return read_table(file, columns, make, remedy=_REMEDY)


def _rate(row: Row) -> Rate:
    """Raises:
    ValueError: a cell says nothing that can be used.
    """
    if not _CODE.fullmatch(row["currency"]) or row["currency"] == USD:
        raise ValueError(f"{row['currency']!r} is no code of another currency")
    try:
        usd = Decimal(row["usd"])
    except InvalidOperation:
        raise ValueError(f"{row['usd']!r} is not a number") from None
    if not usd.is_finite() or usd <= 0:
        raise ValueError(f"{row['usd']!r} is no rate above zero")
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError(f"{row['date']!r} is no day; write it as 2026-11-25") from None
    return Rate(row["currency"], day, usd)
