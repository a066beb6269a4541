"""The words that a quantity is written with, in the languages of goods texts: units, packages, net and gross, each and per.

The table `quantity_words.csv` holds them as they look after `text.plain`: a role, what the word means in it (the code of a unit, a kind
of package), the language where it belongs to one alone, and the spellings.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from importlib.resources import files
from typing import Final

from msgspec import Struct

from precursor_screen.names.text import plain
from precursor_screen.names.unit_codes import Unit, find_unit

# Where the comma is the decimal mark, so that a point before three figures parts thousands (CLDR; of Spanish the larger part).
COMMA_LANGUAGES: Final = frozenset({"de", "es", "fr", "id", "it", "nl", "pl", "pt", "ru", "tr", "vi"})
# Kilograms that one package of a kind holds, at least and at most: generous bounds, our own, by which a figure beside "80 DRUMS" is told to
# be the mass of each or of all. Kinds that are not here may hold anything.
HOLDS: Final = {
    "drum": (Decimal(5), Decimal(450)),
    "can": (Decimal("0.2"), Decimal(70)),
    "pail": (Decimal("0.3"), Decimal(120)),
    "bag": (Decimal("0.4"), Decimal(2000)),
    "bigbag": (Decimal(250), Decimal(2000)),
    "ibc": (Decimal(150), Decimal(2200)),
    "tank": (Decimal(5000), Decimal(36000)),
    "container": (Decimal(800), Decimal(32000)),
    "pallet": (Decimal(30), Decimal(2000)),
    "carton": (Decimal("0.05"), Decimal(80)),
    "bottle": (Decimal("0.004"), Decimal(12)),
    "ampoule": (Decimal(0), Decimal("0.2")),
    "dose": (Decimal(0), Decimal("0.003")),
    "blister": (Decimal(0), Decimal("0.3")),
    "cylinder": (Decimal("0.3"), Decimal(1200)),
}
# Litres that one holds at most.
LITRES: Final = {"drum": Decimal(260), "can": Decimal(66), "bottle": Decimal(10), "ibc": Decimal(1300), "tank": Decimal(28000)}
# Litres of the usual sizes: so much beside a number of such packages is the size of each.
USUAL_LITRES: Final = {"drum": (200, 205, 208, 210, 216, 220), "ibc": (1000,), "bottle": (Decimal("2.5"),)}
BOXES: Final = frozenset({"carton", "pallet", "container"})  # hold other packages
OUTER: Final = frozenset({"pallet", "container"})  # hold packages, so goods are not counted by them
DOSES: Final = frozenset({"dose", "ampoule"})  # of a medicine


class Word(Struct, frozen=True):
    """A word of a quantity. unit: only of units; meaning: kind of a package, else empty."""

    role: str
    meaning: str
    language: str
    unit: Unit | None = None


def _load() -> dict[str, Word]:
    words = {}
    with (files("precursor_screen.names") / "quantity_words.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            unit = find_unit(row["meaning"]) if row["role"] == "unit" else None
            for spelling in row["words"].split("|"):
                words[plain(spelling)] = Word(row["role"], row["meaning"], row["language"], unit)
    return words


_LOADED: Final = _load()
# Words that look like a chemical's name by their end and are none.
EVERYDAY: Final = frozenset(word for word, meaning in _LOADED.items() if meaning.role == "everyday")
WORDS: Final = {word: meaning for word, meaning in _LOADED.items() if word not in EVERYDAY}


def is_package_kind(text: str) -> bool:
    """Whether a unit names a kind of package: a quantity of 80 in DRUMS is a number of packages."""
    word = WORDS.get(plain(text).strip().rstrip(".")) if len(text) <= 40 else None
    return word is not None and word.role == "package"


def package_word(text: str) -> str:
    """The kind of package that a cell names, perhaps among other words; empty: none, or several."""
    kinds = {w.meaning for part in plain(text[:200]).split() if (w := WORDS.get(part.strip(".,()"))) and w.role == "package"}
    return kinds.pop() if len(kinds) == 1 else ""
