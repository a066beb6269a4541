"""What a site may put over what ships: the grades and masses of substances (`concern.csv`), and the rates of currencies (`rates.csv`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from precursor_screen.core.errors import SubstanceTableError
from precursor_screen.core.model import LICIT_USES, Concern, Rate, Substance
from precursor_screen.core.tables import Row, read_boolean
from precursor_screen.core.words import did_you_mean
from precursor_screen.reference.table_rows import read_table

# How much a consignment of a substance is worth a look by itself: `concern.csv`, and a site's own file over it.

_SHIPPED_CONCERN: Final = ("substance_id", "licit_use", "small_kg", "large_kg", "bulk_trade", "dose_mg", "source", "verified")
_BULK_TRADE: Final = ("", "none", "licensed")
_OWN_CONCERN: Final = ("substance_id", "licit_use", "small_kg", "large_kg")
_REMEDY_CONCERN: Final = (
    "Columns: substance_id, licit_use (S, A, B, C, D or E), small_kg and large_kg in kilograms; one row a substance."
)


def load_concern(folder: Path, substances: Iterable[Substance], own: Path | None = None) -> Mapping[str, Concern]:
    """The grade and the masses of every substance.

    Args:
        folder: holds `concern.csv`: substance_id, licit_use, small_kg, large_kg, bulk_trade, dose_mg, source, verified.
        substances: all that there are; each must have a row.
        own: a site's CSV file: substance_id, licit_use, small_kg, large_kg; an empty cell leaves what ships.

    Raises:
        SubstanceTableError: a file cannot be read or has other columns.
        ErrorGroup: rows of unknown substances or grades, masses that are negative or in the wrong order, two rows for one substance,
            a substance without a row.
    """
    known = [s.substance_id for s in substances]
    shipped = _read_concern(folder / "concern.csv", _SHIPPED_CONCERN, known, {})
    if missing := [s for s in known if s not in shipped]:
        raise SubstanceTableError(f"concern.csv has no row for {', '.join(missing)}", remedy="Install the package again.")
    return {**shipped, **_read_concern(own, _OWN_CONCERN, known, shipped)} if own is not None else shipped


def _read_concern(file: Path, columns: tuple[str, ...], known: list[str], before: Mapping[str, Concern]) -> dict[str, Concern]:
    found: dict[str, Concern] = {}

    def make(row: Row) -> None:
        substance_id = row["substance_id"]
        if substance_id not in known:
            raise ValueError(f"there is no substance {substance_id!r}. {did_you_mean(substance_id, known)}".strip())
        if substance_id in found:
            raise ValueError(f"a second row for {substance_id}")
        found[substance_id] = _concern(row, before.get(substance_id))
        if "verified" in columns:
            read_boolean(row["verified"])

    read_table(file, columns, make, remedy=_REMEDY_CONCERN)
    return found


def _concern(row: Row, before: Concern | None) -> Concern:
    """Raises:
    ValueError: a cell says nothing that can be used.
    """
    start = before or Concern("", 0, 0)
    one = replace(
        start,
        licit_use=row["licit_use"] or start.licit_use,
        small_kg=_mass(row["small_kg"], start.small_kg),
        large_kg=_mass(row["large_kg"], start.large_kg),
        bulk_trade=row.cells.get("bulk_trade", start.bulk_trade),
    )
    if one.bulk_trade not in _BULK_TRADE:
        raise ValueError(f"bulk_trade {one.bulk_trade!r} is neither none nor licensed")
    if one.licit_use not in LICIT_USES:
        raise ValueError(f"licit_use {one.licit_use!r} is none of {', '.join(reversed(LICIT_USES))}")
    if not one.small_kg < one.large_kg:
        raise ValueError(f"small_kg {one.small_kg:g} is not below large_kg {one.large_kg:g}")
    return one


def _mass(cell: str, default: float) -> float:
    """Kilograms, above zero: the scale between two masses is one of ratios.

    Raises:
        ValueError: no number, or none above zero.
    """
    if not cell:
        return default
    try:
        kg = float(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a mass in kilograms") from None
    if not 0 < kg < float("inf"):
        raise ValueError(f"{cell!r} is not a mass above zero")
    return kg


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
        raise ValueError(f"{row['currency']!r} is not a code of another currency")
    try:
        usd = Decimal(row["usd"])
    except InvalidOperation:
        raise ValueError(f"{row['usd']!r} is not a number") from None
    if not usd.is_finite() or usd <= 0:
        raise ValueError(f"{row['usd']!r} is not a rate above zero")
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError(f"{row['date']!r} is not a day; write it as 2026-11-25") from None
    return Rate(row["currency"], day, usd)
