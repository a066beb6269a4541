"""Molar masses of sum formulas, and how much of a salt is the base: ephedrine hydrochloride holds 82 % of ephedrine."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import DATA, shipped_rows, whole_rows
from precursor_screen.text.text import plain

_COLUMNS: Final = ("words", "formula", "bases", "source", "verified")
_WATER: Final = "H2O"
_ASIAN: Final = re.compile(r"[\u3400-\u9fff]")  # scripts without blanks between words
_PART: Final = re.compile(r"([A-Z][a-z]?)(\d*)")


@cache
def _weights() -> dict[str, Decimal]:
    """Conventional atomic weights of the elements in the formulas of what is traded as molar or normal solutions."""
    rows = shipped_rows("elements", ("symbol", "weight", "source"))
    return {row["symbol"]: row.read("weight", Decimal) for row in rows}


def molar_mass(formula: str) -> Decimal | None:
    """Grams a mole of a formula without brackets; None: it is none, or holds an element that is not known here."""
    if not re.fullmatch(rf"(?:{_PART.pattern})+", formula):
        return None
    parts = _PART.findall(formula)
    if any(symbol not in _weights() for symbol, _ in parts):
        return None
    return sum((_weights()[symbol] * int(count or 1) for symbol, count in parts), Decimal(0))


class _Acid(Struct, frozen=True):
    mass: Decimal  # grams a mole
    bases: int  # that one molecule of it binds


def base_share(formula: str, name: str) -> Decimal | None:
    """The share of the base in a salt by mass, 0 to 1.

    Args:
        formula: sum formula of the base.
        name: the name as filed, salt words included ("Ephedrine HCl").

    Returns:
        1 where the name holds no word of a salt; None where it holds several, or the formula is not known: then the salt counts whole.
    """
    flat = plain(name)
    acids, words = _acids()
    found = {acids[word[0]] for word in words.finditer(flat)}
    if not found:
        return Decimal(1)
    base = molar_mass(formula)
    if len(found) > 1 or base is None:
        return None
    (acid,) = found
    water = molar_mass(_WATER) if "monohydrate" in flat else Decimal(0)
    return base / (base + acid.mass / acid.bases + (water or Decimal(0)))


@cache
def _acids() -> tuple[dict[str, _Acid], re.Pattern[str]]:
    """The words of salts with what they add, and all of them as one pattern: of "hydrogen sulphate" the whole is meant."""
    acids = {}
    for row in whole_rows(DATA / "substances" / "salts.csv", _COLUMNS):
        mass = molar_mass(row["formula"])
        assert mass is not None, row["formula"]
        acids.update({word: _Acid(mass, row.read("bases", int)) for word in row["words"].split("|")})
    longest_first = sorted(acids, key=len, reverse=True)
    parts = (re.escape(w) if _ASIAN.match(w) else rf"(?<![^\W_]){re.escape(w)}(?![^\W_])" for w in longest_first)
    return acids, re.compile("|".join(parts))
