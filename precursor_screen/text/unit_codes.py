"""Units as written to mass in kilograms, volume in litres, or a count.

`data/names/units.csv` has the codes of UN/ECE Recommendation 20 (revision 17) and, beside them, the spellings of manifests in several
languages; the factors are kilograms, litres or pieces.
Two codes mean different things in different messages and are never guessed across them:

- `L` is litres in tables, EDIFACT and XML, pounds in ANSI X12 and in IATA Cargo-IMP (`K` is kilograms there).
- `MT` is metric tonnes as a unit; before a drum, a tank or a container it is "empty", and packages of type MT are mats.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import shipped_rows

MASS, VOLUME, COUNT = "mass", "volume", "count"
TABLE, X12, IATA = "table", "x12", "iata"


class Unit(Struct, frozen=True):
    """A unit: its Rec. 20 code, kind (mass, volume, count), and how many kilograms, litres or pieces it is."""

    code: str
    kind: str
    factor: Decimal


def fold_unit(text: str) -> str:
    """Letters and digits in capitals, without accents, blanks and points."""
    bare = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in bare if c.isalnum() and not unicodedata.combining(c))


_COLUMNS: Final = ("code", "kind", "factor", "language", "words", "source")
_MESSAGE_UNITS: Final = {X12: {"L": "LBR", "K": "KGM", "G": "GRM", "N": "LBR"}, IATA: {"L": "LBR", "K": "KGM"}}
_QUALIFIED = re.compile(r"^(?P<unit>[^#(/,;-]+?)\s*(?:#[A-Z]|\([^)]*\)|[/,;-].*)$")


@cache
def _spellings() -> dict[str, Unit]:
    """Units by their spellings, folded."""
    found: dict[str, Unit] = {}
    for row in shipped_rows("units", _COLUMNS):
        unit = Unit(row["code"], row["kind"], row.read("factor", Decimal))
        found.update((fold_unit(spelling), unit) for spelling in row["words"].split("|"))
    return found


@lru_cache(maxsize=16_384)
def find_unit(text: str, message: str = TABLE) -> Unit | None:
    """The unit that a text names.

    Args:
        text: code or word: `KGM`, `kgs.`, `KGM#G`, `KILOGRAMOS (KG)`.
        message: table, x12 or iata; what `L`, `K` and `G` stand for depends on it.
    """
    if len(text) > 80:
        return None
    folded = fold_unit(text)
    found = _spellings().get(_MESSAGE_UNITS.get(message, {}).get(folded, folded))
    if found:
        return found
    match = _QUALIFIED.match(text.strip())
    return _spellings().get(fold_unit(match["unit"])) if match else None


def unit_in_header(words: tuple[str, ...]) -> Unit | None:
    """The unit of mass that ends a column's header: `GROSS_WEIGHT_LBS`, `Weight (MT)`; None where it names none."""
    for word in reversed(words[-2:]):
        unit = find_unit(word)
        if unit and unit.kind == MASS and len(word) <= 12:
            return unit
    return None


def to_base(value: Decimal, unit: Unit) -> Decimal:
    """The value in kilograms, litres or pieces, to six places (half to even)."""
    return (value * unit.factor).quantize(Decimal("0.000001"))
