"""Molar masses of sum formulas."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

# Conventional atomic weights, IUPAC 2021, of the elements in the formulas of what is traded as molar or normal solutions.
_WEIGHTS: Final = {
    "H": Decimal("1.008"),
    "C": Decimal("12.011"),
    "N": Decimal("14.007"),
    "O": Decimal("15.999"),
    "P": Decimal("30.974"),
    "S": Decimal("32.06"),
    "Cl": Decimal("35.45"),
    "K": Decimal("39.098"),
    "Mn": Decimal("54.938"),
    "Br": Decimal("79.904"),
    "I": Decimal("126.904"),
    "Na": Decimal("22.990"),
    "F": Decimal("18.998"),
    "B": Decimal("10.81"),
}
_PART: Final = re.compile(r"([A-Z][a-z]?)(\d*)")


def molar_mass(formula: str) -> Decimal | None:
    """Grams a mole of a formula without brackets; None: it is none, or holds an element that is not known here."""
    if not re.fullmatch(rf"(?:{_PART.pattern})+", formula):
        return None
    parts = _PART.findall(formula)
    if any(symbol not in _WEIGHTS for symbol, _ in parts):
        return None
    return sum((_WEIGHTS[symbol] * int(count or 1) for symbol, count in parts), Decimal(0))
