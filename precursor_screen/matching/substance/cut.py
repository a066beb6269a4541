"""Names that a system cut off at the length of its field: POTASSIUM PERMA, METHYL ETHYL KE.

Any text may end within a name, since every system has its own lengths. It is taken for that name if it shows enough of it, its last word
begun included, and no other substance begins so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from precursor_screen.matching.substance.dictionary import Pattern
from precursor_screen.text.text import Folded, squash

SHORTEST: Final = 15  # characters of the shortest field for goods that is in use: Cargo-IMP's house manifest
_FEWEST: Final = 8  # letters that show
_SHARE: Final = 0.6  # of the letters of a name of several words
_SHARE_OF_ONE: Final = 0.75  # of a name of one word: "batteries" begins Batteriesäure
_OF_LAST_WORD: Final = 1 / 3  # of the letters of its last word, where it has several: "potassium per" is many things
_LONGEST_WORD: Final = 24
_LAST_WORD: Final = re.compile(r"[\W\d_]")
_WORD: Final = re.compile(r"[^\W_]+")
_WORDS: Final = 6  # a name may have begun so many words before the cut


class CutName(Struct, frozen=True):
    """A name, and where the part of it begins that shows (in letters of the folded text)."""

    pattern: Pattern
    first: int


class CutNames:
    """The names by their beginnings.

    Args:
        patterns: all patterns; those that are sure count.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        sure = sorted(((p.squashed, i) for i, p in enumerate(patterns) if p.loose and p.words), key=lambda s: s)
        self._names = [name for name, _ in sure]
        self._patterns = [patterns[i] for _, i in sure]
        lasts = ((p.squashed[slice(*p.words[-1])], len(p.words) > 1) for p in self._patterns)
        self._last_words = sorted({(word, _least_of(word, several)) for word, several in lasts})

    def may_end(self, text: str) -> bool:
        """Whether a text is long enough to be cut and its last words begin a name: most texts need no more of a look."""
        if len(text) < SHORTEST or not text[-1].isalpha():
            return False
        if not self._is_begun(squash(_LAST_WORD.split(text[-_LONGEST_WORD:])[-1])):
            return False
        tail = ""
        for word in reversed(_WORD.findall(text)[-_WORDS:]):
            tail = squash(word) + tail
            if len(tail) >= _FEWEST and self._begun(tail):
                return True
        return False

    def find(self, text: str, folded: Folded) -> list[CutName]:
        """The names that a text ends within, one a substance; none if it may be several."""
        if not self.may_end(text):
            return []
        squashed, positions = folded.squashed, folded.positions
        starts = [i for i in range(len(squashed)) if i == 0 or positions[i] - positions[i - 1] > 1]
        for first in starts[-_WORDS:]:
            tail = squashed[first:]
            if len(tail) >= _FEWEST and (found := self._begun(tail)):
                owners = {o for p in found for o in p.owners}
                return [CutName(found[0], first)] if len(owners) == 1 else []
        return []

    def _is_begun(self, word: str) -> bool:
        """Whether a word is the beginning of the last word of one of the names, and enough of it."""
        for last, least in islice(self._last_words, bisect_left(self._last_words, (word, 0)), None):
            if not last.startswith(word):
                return False
            if least <= len(word) < len(last):
                return True
        return False

    def _begun(self, tail: str) -> list[Pattern]:
        """The names that begin so; the shortest first."""
        found = []
        for i in range(bisect_left(self._names, tail), len(self._names)):
            name, pattern = self._names[i], self._patterns[i]
            if not name.startswith(tail):
                break
            last, end = pattern.words[-1] if len(pattern.words) > 1 else (0, 0)
            if len(name) > len(tail) >= max((_SHARE if last else _SHARE_OF_ONE) * len(name), last + _OF_LAST_WORD * (end - last)):
                found.append(pattern)
        return sorted(found, key=lambda p: (len(p.squashed), p.squashed))


def _least_of(word: str, several: bool) -> int:
    """How many letters of the last word of a name must show, where it has several words or is the only one."""
    return max(int(_OF_LAST_WORD * len(word)) if several else min(_FEWEST, len(word)), 1)
