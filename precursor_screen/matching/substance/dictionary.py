"""The dictionary of names, squashed and compiled: what a text is scanned for, and what each spelling stands for."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, islice, pairwise
from typing import Final

import ahocorasick_rs
from msgspec import Struct

from precursor_screen.core.model import BRAND, Substance, SubstanceName
from precursor_screen.matching.substance.boundaries import script
from precursor_screen.matching.substance.neighbours import Neighbours, ReadingIndex, load_neighbours
from precursor_screen.matching.substance.pieces import PieceIndex
from precursor_screen.text.text import Folded, fold, loose_fold, plain, spaced, squash

# Edits that a name bears, by its number of letters: fewer, and any short word would be one.
_ONE_EDIT, _TWO_EDITS = 6, 12
_WEAK, _DENSE = 2, 1  # so many letters more for a weak name, and for a script that leaves vowels out
# The neighbours of names of the 1988 tables were read; of drugs, heroin is one letter off heroic, and charas off charms.
_READ: Final = "UN1988"
_NO_VOWELS: Final = re.compile(r"[\u0590-\u06ff]")
_ROMAN: Final = re.compile(r"[ivx]{1,4}")
_WORDS: Final = re.compile(r"[^\W\d_]+|\d+")


class Pattern(Struct, frozen=True):
    """One squashed spelling. `owners` are the substances it may mean: more than one only for weak family names (PMK oil)."""

    squashed: str
    name: SubstanceName
    plain_name: str
    spellings: tuple[str, ...]  # all names that fold to it
    weak_spellings: frozenset[str]  # those that mean another substance as well, as `primed` writes them
    owners: tuple[int, ...]
    own_gaps: frozenset[int]
    open_ended: bool  # a name turned back to front ends in a hyphen: "2-propanone, 1-phenyl-"
    words: tuple[tuple[int, int], ...]  # bounds of its words and numbers
    fixed: frozenset[int]  # letters that are locants, the N of "N-phenethyl", and Roman numerals
    edits: int  # how many it bears: 0, 1 or 2
    reading: str  # the name with all letters that are confused as one
    no_edges: bool  # in a script that does not part words

    @property
    def loose(self) -> bool:
        """Long and sure enough for a digit or an ending to touch it."""
        return self.name.strength == "strong" and len(self.squashed) >= 6

    @property
    def tight(self) -> bool:
        """An abbreviation: no space may fall inside it."""
        return (self.name.strength == "weak" or self.name.kind == "code") and len(self.squashed) <= 5


class NameDictionary:
    """All names of all substances, ready to scan. Immutable."""

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self.patterns = patterns
        self._scanner = ahocorasick_rs.AhoCorasick(
            [p.squashed for p in self.patterns], store_patterns=False, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )
        self.near_patterns = tuple(p for p in self.patterns if p.edits)
        self.pieces = PieceIndex([(p.squashed, p.edits) for p in self.near_patterns])
        self.read_patterns = tuple(p for p in self.patterns if p.loose and not p.no_edges)
        self.readings = ReadingIndex([p.reading for p in self.read_patterns])
        parts = frozenset(p.squashed[a:b] for p in self.patterns for a, b in p.words)
        self.neighbours = Neighbours(load_neighbours(), frozenset(p.squashed for p in self.patterns if p.loose), parts)

    def scan(self, squashed: str) -> list[tuple[Pattern, int, int]]:
        """Every pattern in a squashed text, overlapping ones too, with its bounds in the squashed text."""
        return [(self.patterns[i], a, b) for i, a, b in self._scanner.find_matches_as_indexes(squashed, overlapping=True)]


def patterns_of(substances: Sequence[Substance]) -> tuple[Pattern, ...]:
    """The squashed spellings of the names of substances, each once; a second and a half for what ships."""
    read = {i for i, s in enumerate(substances) if any(c.instrument == _READ for c in s.controls)}
    best: dict[str, tuple[SubstanceName, list[SubstanceName], list[int], bool]] = {}
    for number, substance in enumerate(substances):
        for name in substance.names:
            key = fold(name.name).squashed
            open_ended = name.name.endswith("-")
            known = best.get(key)
            if known is None:
                best[key] = (name, [name], [number], open_ended)
                continue
            kept, spellings, owners, kept_open = known
            better = (name.strength == "strong", name.verified) > (kept.strength == "strong", kept.verified)
            chosen = name if better else kept
            best[key] = (chosen, [*spellings, name], sorted({*owners, number}), kept_open and open_ended)
    return tuple(
        _pattern(key, name, tuple(spellings), tuple(owners), open_ended, read=any(o in read for o in owners))
        for key, (name, spellings, owners, open_ended) in best.items()
    )


def _pattern(
    key: str, name: SubstanceName, spellings: tuple[SubstanceName, ...], owners: tuple[int, ...], open_ended: bool, *, read: bool
) -> Pattern:
    words = _words_of(name.name)
    weak, strong = ({primed(n.name) for n in spellings if n.strength == strength} for strength in ("weak", "strong"))
    return Pattern(
        squashed=key,
        name=name,
        plain_name=plain(name.name),
        spellings=tuple(n.name for n in spellings),
        weak_spellings=frozenset(weak - strong),
        owners=owners,
        own_gaps=_own_gaps(name.name),
        open_ended=open_ended,
        words=words,
        fixed=frozenset(i for a, b in words if b - a == 1 or _ROMAN.fullmatch(key, a, b) for i in range(a, b)),
        edits=_edits(key, name, read=read),
        reading=loose_fold(spaced(name.name))[0],
        no_edges=_has_no_edges(key),
    )


def primed(text: str) -> str:
    """Letters, digits and primes: squashing leaves primes out, but 3'-chloropropiophenone has its chlorine on the ring and
    3-chloropropiophenone on the chain."""
    return "".join(c for c in plain(text) if c.isalnum() or c == "'")


def _own_gaps(name: str) -> frozenset[int]:
    positions = fold(name).positions
    return frozenset(i for i in range(len(positions) - 1) if positions[i + 1] - positions[i] > 1)


def _words_of(name: str) -> tuple[tuple[int, int], ...]:
    ends = accumulate(map(len, _WORDS.findall(spaced(name))), initial=0)
    return tuple(pairwise(ends))


def _has_no_edges(squashed: str) -> bool:
    return not squashed.isascii() and any(script(c) in ("cjk", "thai") for c in squashed)


def _edits(squashed: str, name: SubstanceName, *, read: bool) -> int:
    """A Chinese character is a word of its own and bears none: one changed makes another substance. Nor does the trade name of a medicine: they are
    made of everyday words, or near them."""
    letters = sum(c.isalpha() for c in squashed)
    letters -= _WEAK * (name.strength == "weak" or not read) + _DENSE * (_NO_VOWELS.search(squashed) is not None)
    if name.kind == BRAND or _has_no_edges(squashed):
        return 0
    return (letters >= _ONE_EDIT) + (letters >= _TWO_EDITS)


def same_letters(found: str, spellings: Sequence[str]) -> bool:
    """Whether the text spells one of the names letter for letter, but for case, spacing and accents left out.

    An accent the name has not, a letter of another script or a full-width form is no plain spelling.
    """
    if found.isascii():
        return True
    spelled = _letters(found)
    return any(spelled in (wanted, _unaccented(wanted)) for wanted in map(_letters, spellings))


def _letters(text: str) -> str:
    text = text.replace("α", "alpha").replace("Α", "alpha").replace("β", "beta").replace("ß", "ss").replace("İ", "i")
    return "".join(c.lower() for c in unicodedata.normalize("NFC", text) if c.isalnum() or unicodedata.category(c) == "Mn")


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


# Names that a system cut off at the length of its field: POTASSIUM PERMA, METHYL ETHYL KE.

SHORTEST: Final = 15  # characters of the shortest field for goods that is in use: Cargo-IMP's house manifest
_FEWEST: Final = 8  # letters that show
_SHARE: Final = 0.6  # of the letters of a name of several words
_SHARE_OF_ONE: Final = 0.75  # of a name of one word: "batteries" begins Batteriesäure
_OF_LAST_WORD: Final = 1 / 3  # of the letters of its last word, where it has several: "potassium per" is many things
_LONGEST_WORD: Final = 24
_LAST_WORD: Final = re.compile(r"[\W\d_]")
_LETTERS_ONLY: Final = re.compile(r"[^\W_]+")
_MOST_BEGUN: Final = 6  # a name may have begun so many words before the cut


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
        for word in reversed(_LETTERS_ONLY.findall(text)[-_MOST_BEGUN:]):
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
        for first in starts[-_MOST_BEGUN:]:
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
