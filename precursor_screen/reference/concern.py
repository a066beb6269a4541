"""How much a consignment of a substance is worth a look by itself: `concern.csv`, and a site's own file over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from precursor_screen.core.errors import SubstanceTableError
from precursor_screen.core.model import LICIT_USES, Concern, Substance
from precursor_screen.core.tables import Row, read_boolean
from precursor_screen.core.words import did_you_mean
from precursor_screen.reference.table_rows import read_table

_SHIPPED: Final = ("substance_id", "licit_use", "small_kg", "large_kg", "bulk_trade", "dose_mg", "source", "verified")
_BULK_TRADE: Final = ("", "none", "licensed")
_OWN: Final = ("substance_id", "licit_use", "small_kg", "large_kg")
_REMEDY: Final = "Columns: substance_id, licit_use (S, A, B, C, D or E), small_kg and large_kg in kilograms; one row a substance."


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
    shipped = _read(folder / "concern.csv", _SHIPPED, known, {})
    if missing := [s for s in known if s not in shipped]:
        raise SubstanceTableError(f"concern.csv has no row for {', '.join(missing)}", remedy="Install the package again.")
    return {**shipped, **_read(own, _OWN, known, shipped)} if own is not None else shipped


def _read(file: Path, columns: tuple[str, ...], known: list[str], before: Mapping[str, Concern]) -> dict[str, Concern]:
    found: dict[str, Concern] = {}

    def make(row: Row) -> None:
        substance_id = row["substance_id"]
        if substance_id not in known:
            raise ValueError(f"no substance is called {substance_id!r}. {did_you_mean(substance_id, known)}".strip())
        if substance_id in found:
            raise ValueError(f"a second row for {substance_id}")
        found[substance_id] = _concern(row, before.get(substance_id))
        if "verified" in columns:
            read_boolean(row["verified"])

    read_table(file, columns, make, remedy=_REMEDY)
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
        raise ValueError(f"{cell!r} is no mass in kilograms") from None
    if not 0 < kg < float("inf"):
        raise ValueError(f"{cell!r} is no mass above zero")
    return kg
