"""Kinds of packages as rules compare them: words of several languages and codes of UN/ECE Recommendation 21 to a few kinds."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CHEMICAL_KINDS: Final = frozenset({"drum", "can", "ibc", "tank"})
# Codes of two letters stand alone in their cell; words may stand among others ("200 L STEEL DRUMS").
_CODES: Final = {
    "drum": ("DR", "DI", "QA", "QB", "QC", "QD", "1A", "1A1", "1A2", "1B", "1D", "1G", "1H1", "1H2", "1W", "BA"),
    "can": ("JC", "JY", "3A", "3A1", "3A2", "3H", "3H1", "3H2", "CB", "CO", "CP"),
    "ibc": ("WA", "WB", "WC", "WD", "ZA", "ZC", "ZD", "31A", "31HA1"),
    "tank": ("TK", "TY", "TG", "VL"),
    "carton": ("CT", "BX", "4G", "CS", "4C", "4D", "4F"),
    "bag": ("BG", "SA", "5M", "5H", "5L", "5H1", "5M1", "PB"),
    "bottle": ("BO", "BQ", "BS", "GB"),
}
_BY_CODE: Final = {code: kind for kind, codes in _CODES.items() for code in codes}
_WORDS: Final = (
    ("ibc", r"IBCS?|INTERMEDIATE BULK CONTAINERS?|TOTES?"),
    ("tank", r"FLEXI ?TANKS?|FLEXI ?BAGS?|ISO ?TANKS?|TANK CONTAINERS?|TANKS?"),
    ("drum", r"(?:[A-Z]+)?DRUMS?|BARRELS?|TAMBOR(?:ES)?|FUTS?|FASS|FAESSER|FUSTI|БОЧК\w*"),
    ("can", r"JERR[YI] ?CANS?|JERRICANES?|CANS?|CANISTERS?|CARBOYS?|DEMIJOHNS?|BIDON(?:ES|S)?|KANISTER|GARRAFAS?|КАНИСТР\w*"),
    ("carton", r"CARTONS?|CTNS?|BOX(?:ES)?|CASES?|CAJAS?|CAIXAS?|CARTONES|KARTONS?|КОРОБ\w*"),
    ("bag", r"(?:[A-Z]+)?BAGS?|SACKS?|SACOS?|SACS?|BOLSAS?|МЕШК\w*"),
    ("bottle", r"BOTTLES?|BOTELLAS?|FLASCHEN?|FRASCOS?"),
)
_BY_WORD: Final = tuple((kind, re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for kind, words in _WORDS)


def package_kind(text: str) -> str | None:
    """drum, can, ibc, tank, carton, bag or bottle; None: another kind, several kinds, or not known."""
    plain = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).strip()[:200]
    if plain in _BY_CODE:
        return _BY_CODE[plain]
    found = [kind for kind, words in _BY_WORD if words.search(plain)]
    return found[0] if len(found) == 1 else None
