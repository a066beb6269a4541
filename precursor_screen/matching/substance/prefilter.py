"""Which of many texts may name a substance at all: a scan of all of them at once, so that only those are looked at one by one.

Nothing that `SubstanceIndex.match` would find may be lost here (a test compares the two), while what it would not find may pass.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import Final

import numpy as np
from msgspec import Struct, field

from precursor_screen.core.tables import words_of
from precursor_screen.matching.substance.classes import TRIGGERS as CLASS_WORDS
from precursor_screen.matching.substance.dictionary import NameDictionary
from precursor_screen.matching.substance.neighbours import compile_bytes
from precursor_screen.matching.substance.pieces import stretch_keys
from precursor_screen.matching.substance.stream import (
    ALPHA,
    ARABIC,
    DIGIT,
    Near,
    Places,
    any_stream,
    ascii_stream,
    free_places,
    sketches,
)

_CHUNK: Final = 1_000_000  # characters at once: bounds the memory of the arrays
_STEREO: Final = re.compile(
    r"[(\[](?:\d{0,2}[RSEZrsez]\*?[,)\]]|[+\-±]{1,3}\)|[RSrs]?\(|(?:rac|rel|[dD][lL]?|[lL]|cis|trans)[,)])"
)
_NUMBER: Final = re.compile(r"\d ?[‐‑‒–—―−﹣－-] ?\d\d ?[‐‑‒–—―−﹣－-] ?\d|\d/\d\d/\d(?!\d)")
_EC_NUMBER: Final = re.compile(r"\d\d\d(?: | ?[‐‑‒–—―−﹣－-] ?)\d\d\d(?: | ?[‐‑‒–—―−﹣－-] ?)\d(?!\d)")
_PLATE: Final = re.compile(r"(?<!\d)[2-9]\d{1,2} ?[/-] ?\d{4}(?!\d)")  # KEMLER 33/1090


class Suspicion(Struct):
    """Why a text is worth a closer look: what resembles names in it, in letters of its squashed form.

    near: within an edit or two of a name. readings: read wrongly by machine. Both may be empty: then for its exact names or numbers.
    """

    near: list[Near] = field(default_factory=list)
    readings: list[Near] = field(default_factory=list)


class Prefilter:
    """Finds the texts worth a closer look."""

    def __init__(self, names: NameDictionary) -> None:
        self._names = names
        triggers = set(sketches([*words_of("chemical_words", "label of a number"), *CLASS_WORDS]))
        spelled = sketches([p.squashed for p in names.patterns])
        keys = sorted({*spelled, *triggers})
        self._exact = compile_bytes(keys)
        own = {key for key, p in zip(spelled, names.patterns, strict=True) if p.loose}
        self._is_name = np.array([k in own for k in keys], dtype=np.bool_)
        self._is_trigger = np.array([k in triggers for k in keys], dtype=np.bool_)

    def candidates(self, texts: Sequence[str]) -> Iterator[tuple[int, Suspicion]]:
        """The indexes of the texts that may hold a match, in order, each with what was found."""
        found: dict[int, Suspicion] = {}
        groups: tuple[list[int], list[int]] = ([], [])
        for i, text in enumerate(texts):
            groups[text.isascii()].append(i)
        for ascii_only, group in enumerate(groups):
            for chunk in _chunks(texts, group):
                for n, suspicion in self.scan([texts[c] for c in chunk], ascii_only=bool(ascii_only)).items():
                    found[chunk[n]] = suspicion
        yield from ((i, found[i]) for i in sorted(found))

    def scan(self, texts: Sequence[str], *, ascii_only: bool) -> dict[int, Suspicion]:
        """The texts of one chunk that may hold a match."""
        stream = ascii_stream(texts) if ascii_only else any_stream(texts)
        found: defaultdict[int, Suspicion] = defaultdict(Suspicion)
        first = np.flatnonzero(np.diff(stream.text_of, prepend=-1)).tolist()
        skipped: Places = np.zeros(0, dtype=np.int64)
        matches = self._exact.find_matches_as_indexes(stream.letters.tobytes(), overlapping=True)
        if matches:
            table = np.array(matches, dtype=np.int64)
            ends = table[:, 2] - 1
            free = free_places(stream, table[:, 1], table[:, 2])
            # A name of the tables is no misspelling of another one; letters that share a stand-in might be.
            own = self._is_name[table[:, 0]] & free & np.isin(stream.kind[table[:, 1]], (ALPHA, ARABIC)) & stream.ends[ends]
            skipped = np.unique(stretch_keys(table[own, 1], table[own, 2]))
            if not ascii_only:  # the word CAS may follow an accented letter
                free |= self._is_trigger[table[:, 0]] & (stream.ends[ends] | (stream.kind[ends] == DIGIT))
            for n in np.unique(stream.text_of[table[free, 1]]).tolist():
                found[n]
        for part, places in (("near", self._names.pieces.find(stream, skipped)), ("readings", self._names.readings.find(stream))):
            for near in places:
                n = int(stream.text_of[near.start])
                getattr(found[n], part).append(Near(near.name, near.start - first[n], near.end - first[n]))
        for n in _by_form(texts):
            found[n]
        return found


def _chunks(texts: Sequence[str], group: list[int]) -> Iterator[list[int]]:
    ends = accumulate(len(texts[i]) + 1 for i in group)
    for _, chunk in groupby(zip(ends, group, strict=True), key=lambda one: one[0] // _CHUNK):
        yield [i for _, i in chunk]


def _by_form(texts: Sequence[str]) -> list[int]:
    """Texts that write something like the end of a CAS number, an EC number, or stereochemistry in brackets, which may stand inside a name."""
    joined = "\0".join((*texts, ""))
    starts = np.cumsum(np.fromiter((len(t) + 1 for t in texts), dtype=np.int64, count=len(texts)))
    places: Places = np.fromiter(
        (m.start() for p in (_STEREO, _NUMBER, _EC_NUMBER, _PLATE) for m in p.finditer(joined)), dtype=np.int64
    )
    within: list[int] = np.unique(np.searchsorted(starts, places, side="right")).tolist()
    return within
