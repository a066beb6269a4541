"""Words that resemble a name and are another word: other chemicals, medicines, brands, places, things."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import ahocorasick_rs
import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import DATA, spellings_of, whole_rows, words_of
from precursor_screen.matching.substance.stream import BREAK, Bytes, Near, Stream, byte_table, free_places, sketches
from precursor_screen.text.text import FIRM, LOOSE, PAIRS

# Names that a scanner or a typist spelled with look-alikes throughout: EPHEDR1NE, rnethylbenzene.

_FIRM: Final = byte_table(FIRM)
_LOOSE: Final = byte_table(LOOSE)


class ReadingIndex:
    """The loose forms of names. Immutable.

    Args:
        readings: Names with all letters that are confused as one (`loose_fold`).
    """

    def __init__(self, readings: Sequence[str]) -> None:
        keys = grouped((key, number) for number, key in enumerate(sketches(readings)))
        self._owners = list(keys.values())
        self._scanner = compile_bytes(list(keys))

    def find(self, stream: Stream) -> list[Near]:
        """Every stretch whose loose form is that of a name, by place; stand-ins may agree where letters do not."""
        letters = stream.letters
        if len(letters) < 2 or not self._owners:
            return []
        firm = _FIRM[letters]
        folded: Bytes = _LOOSE[letters]
        second = np.zeros(len(letters), dtype=np.bool_)
        for pair, one in PAIRS.items():
            at = np.flatnonzero((firm[:-1] == ord(pair[0])) & (firm[1:] == ord(pair[1])) & stream.touches[:-1])
            folded[at] = ord(one)
            second[at + 1] = True
        kept = np.append(np.flatnonzero(~second), len(letters))
        found = self._scanner.find_matches_as_indexes(folded[~second].tobytes(), overlapping=True)
        if not found:
            return []
        table = np.array(found, dtype=np.int64)
        table[:, 1], table[:, 2] = kept[table[:, 1]], kept[table[:, 2]]
        table = table[free_places(stream, table[:, 1], table[:, 2])]
        return [Near(name, a, b) for key, a, b in table.tolist() for name in self._owners[key]]


def compile_bytes(keys: list[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    """A scanner for byte strings; without any it finds nothing."""
    return ahocorasick_rs.BytesAhoCorasick(
        keys or [bytes([BREAK, BREAK, BREAK])], implementation=ahocorasick_rs.Implementation.ContiguousNFA
    )


COLUMNS: Final = ["word", "kind", "near"]
KINDS: Final = frozenset({"chemical", "medicine", "plant", "food", "word", "brand", "place"})
_TABLE: Final = DATA / "substances" / "neighbours.csv"
_WORDS: Final = "chemical_words"
_SHORTEST: Final = 5  # of a word, to be near another


class Neighbours:
    """Words that are no misspelling of a name.

    Args:
        words: Squashed words.
        names: Squashed names of the tables, which are words as well.
        parts: The words that these names are made of.
    """

    def __init__(self, words: frozenset[str], names: frozenset[str] = frozenset(), parts: frozenset[str] = frozenset()) -> None:
        self._parts = parts
        self._names = names
        self._words = words | names
        self._listed = sorted(w for w in words if len(w) >= _SHORTEST)

    def is_name(self, stretch: str) -> bool:
        """Whether it is a name of the tables, letter for letter."""
        return stretch in self._names

    def is_spelled_so(self, word: str, part: str) -> bool:
        """Whether a word is the part of the name as another tongue has it: permanganate for permanganat, ketone for cetone."""
        return word in self._parts and _spelling(word) == _spelling(part)

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
        nearest = process.extractOne(word, self._listed, scorer=OSA.distance, score_cutoff=edits - 1)
        return nearest is not None and _spelling(nearest[0]) != _spelling(part)

    def is_word(self, word: str, part: str) -> bool:
        """Whether it is a listed word, or one with substituents before it, and not the part of the name as another tongue has it."""
        if _spelling(word) == _spelling(part):
            return False
        if word in self._words:
            return True
        for s in words_of(_WORDS, "suffix"):
            if word.endswith(s) and part.endswith(s) and len(word) > len(s):
                return self.is_word(word[: -len(s)], part[: -len(s)])
        return any(
            word.startswith(p) and len(word) > len(p) + 2 and (word[len(p) :] == part or self.is_word(word[len(p) :], part))
            for p in words_of(_WORDS, "prefix")  # dimethyl-, phenyl-, hydroxy-
        )


@lru_cache(maxsize=4096)
def _spelling(word: str) -> str:
    """A word without what tongues spell otherwise: fenil as phenyl, metyl as methyl, -ona as -one."""
    for written, sound in spellings_of(_WORDS, "sound").items():
        word = word.replace(written, sound)
    return word.rstrip("ae")


@cache
def load_neighbours(path: Path = _TABLE) -> frozenset[str]:
    """The words of the table that ships, or of another of its form.

    Raises:
        SubstanceTableError: It cannot be read, has other columns or a row that is not filled.
    """
    words = set()
    for row in whole_rows(path, COLUMNS):
        if not row.cells["word"] or row.cells["kind"] not in KINDS:
            raise row.error(f"no word, or kind not one of {', '.join(sorted(KINDS))}")
        words.add(row.cells["word"])
    return frozenset(words)
