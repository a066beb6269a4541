"""Words that resemble a name and are another word: other chemicals, medicines, brands, places, things."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.errors import SubstanceTableError, Where

COLUMNS: Final = ["word", "kind", "near"]
KINDS: Final = frozenset({"chemical", "medicine", "plant", "food", "word", "brand", "place"})
_TABLE: Final = Path(__file__).resolve().parents[1] / "data" / "substances" / "neighbours.csv"
# What may stand before a word and makes one word with it: dimethyl-, phenyl-, hydroxy-.
_PREFIXES: Final = (
    *("mono", "di", "tri", "tetra", "bis", "iso", "neo", "cyclo", "meta", "ortho", "para", "poly", "hydroxy", "methoxy", "ethoxy"),
    *("amino", "nitro", "chloro", "bromo", "fluoro", "iodo", "methyl", "ethyl", "propyl", "isopropyl", "butyl", "isobutyl"),
    *("phenyl", "phenoxy", "benzyl", "benzoyl", "acetyl", "acetoxy", "vinyl", "allyl", "cyano", "thio", "oxo", "keto"),
)


class Neighbours:
    """Words that are no misspelling of a name."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._listed = sorted(words)

    def is_nearer(self, word: str, part: str) -> bool:
        """Whether a word of a text is another word, or nearer to one than to the part of the name it would stand for.

        Args:
            word: Squashed, as found.
            part: The part of the name, squashed.
        """
        if self.is_word(word, part):
            return True
        edits = OSA.distance(word, part)
        if edits < 2:
            return False
        nearest = process.extractOne(
            word, self._listed, scorer=OSA.distance, score_cutoff=edits - 1, processor=None
        )
        return nearest is not None and nearest[0] != part

    def is_word(self, word: str, part: str) -> bool:
        """Whether it is a listed word, or one with substituents before it, and not the part of the name itself."""
        if word == part:
            return False
        if word in self._words:
            return True
        return any(
            word.startswith(p) and len(word) > len(p) + 2 and (word[len(p) :] == part or self.is_word(word[len(p) :], part))
            for p in _PREFIXES
        )


@cache
def load_neighbours(path: Path = _TABLE) -> Neighbours:
    """The table that ships, or another of its form.

    Raises:
        SubstanceTableError: It cannot be read, has other columns or a row that is not filled.
    """
    remedy = "Correct the table, or install the package again."
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != COLUMNS:
                raise SubstanceTableError(f"columns should be {', '.join(COLUMNS)}", where=Where(str(path), 1), remedy=remedy)
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(path)), remedy=remedy) from error
    for number, row in enumerate(rows, start=2):
        if not row["word"] or row["kind"] not in KINDS:
            raise SubstanceTableError(f"no word, or kind not one of {', '.join(sorted(KINDS))}", where=Where(str(path), number), remedy=remedy)
    return Neighbours(frozenset(row["word"] for row in rows))
