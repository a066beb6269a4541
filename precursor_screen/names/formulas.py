"""Molar masses of sum formulas."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Final

from precursor_screen.tables import DATA, read_rows

_PART: Final = re.compile(r"([A-Z][a-z]?)(\d*)")


@cache
def _weights() -> dict[str, Decimal]:
    """Conventional atomic weights of the elements in the formulas of what is traded as molar or normal solutions."""
    rows = read_rows(DATA / "names" / "elements.csv", ("symbol", "weight", "source"))
    return {row["symbol"]: Decimal(row["weight"]) for row in rows}


def molar_mass(formula: str) -> Decimal | None:
    """Grams a mole of a formula without brackets; None: it is none, or holds an element that is not known here."""
    if not re.fullmatch(rf"(?:{_PART.pattern})+", formula):
        return None
    parts = _PART.findall(formula)
    if any(symbol not in _weights() for symbol, _ in parts):
        return None
    return sum((_weights()[symbol] * int(count or 1) for symbol, count in parts), Decimal(0))
