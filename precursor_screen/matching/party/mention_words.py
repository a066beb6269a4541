"""Texts as runs of words, and the words of listed names beside one another: what `mentions` looks through and looks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from ahocorasick_rs import BytesAhoCorasick
from anyascii import anyascii
from msgspec import Struct

from precursor_screen.core.arrow import Flags, Ints, expand
from precursor_screen.matching.party.index import PartyIndex
from precursor_screen.matching.party.index_file import NAME_KINDS
from precursor_screen.text.party import canonical_tokens
from precursor_screen.text.text import squash, unmask

_LEAST_HAN, _LEAST_OTHER = 4, 8  # letters of a name in its own script that is looked for as a whole
_PARTED: Final = {c: " " for c in range(128) if not chr(c).isalnum()} | dict.fromkeys(map(ord, "'`"), None)


class Partners(Struct, frozen=True):
    """For each word those that stand beside it in names, with the row of the name and on which side: 1 behind it, -1 before it,
    0 on either."""

    words: Ints
    partners: Ints
    rows: Ints
    sides: Ints

    @classmethod
    def of(cls, left: Ints, right: Ints, rows: Ints, either: Flags) -> Partners:
        """Of words that follow one another in rows of names; in some rows either may come first."""
        words = np.concatenate((left, right))
        sides = np.where(np.concatenate((either, either)), 0, np.repeat((1, -1), len(left)))
        order = np.argsort(words, kind="stable")
        return cls(words[order], np.concatenate((right, left))[order], np.concatenate((rows, rows))[order], sides[order])

    def range_of(self, word: Ints) -> tuple[Ints, Ints]:
        """Where the partners of each word stand."""
        return np.searchsorted(self.words, word, "left"), np.searchsorted(self.words, word, "right")

    def between(self, low: Ints, high: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """What stands in some ranges, one after another: the number of the range, partner, row and side."""
        at, place = expand(low, high - low)
        return at, self.partners[place], self.rows[place], self.sides[place]


_BREAK: Final = "|"


class Stream(Struct, frozen=True):
    """Texts as one run of words, parted by single blanks, with a bar between texts."""

    data: bytes
    words: Sequence[str]
    blanks: Ints
    bars: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Stream:
        """Of some texts, in their order."""
        words = f" {_BREAK} ".join(" ".join(parted(text).split()) for text in texts).split(" ")
        data = f" {' '.join(map(_canonical, words))} ".encode("ascii", "replace")
        raw = np.frombuffer(data, np.uint8)
        return cls(data, words, np.flatnonzero(raw == 32), np.flatnonzero(raw == ord(_BREAK)))

    def words_before(self, starts: Ints) -> Ints:
        """The number of the word behind each blank."""
        return np.searchsorted(self.blanks, starts)

    def text_of(self, starts: Ints) -> Ints:
        """The number of the text at each place."""
        return np.searchsorted(self.bars, starts)

    def lengths(self, numbers: Ints) -> Ints:
        """How many letters some words have."""
        return self.blanks[numbers + 1] - self.blanks[numbers] - 1

    def beside(self, places: Ints, step: int, least: int) -> Ints:
        """Which of some words have a word of at least that length so many steps away, in the same text; a bar is short."""
        there = places + step
        inside = np.flatnonzero((there >= 0) & (there < len(self.words)))
        there = there[inside]
        long = self.lengths(there) >= least
        same = np.searchsorted(self.bars, self.blanks[there]) == np.searchsorted(self.bars, self.blanks[places[inside]])
        found: Ints = inside[long & same]
        return found

    def stretch(self, start: int, end: int, inside: int) -> tuple[int, str]:
        """The words from start to end, cut at the ends of the text that a word of them stands in, and the number of the text."""
        while start < inside and (start < 0 or _BREAK in self.words[start:inside]):
            start += 1
        words = self.words[start:end]
        if _BREAK in words:
            words = words[: words.index(_BREAK)]
        text = int(np.searchsorted(self.bars, self.blanks[inside]))
        return text, " ".join(words)


@lru_cache(maxsize=1 << 18)
def _canonical(word: str) -> str:
    """A word as the index has it (grupo: group), where it stays one word."""
    if not word.isalpha():
        return word
    tokens = canonical_tokens((word,))
    return tokens[0] if len(tokens) == 1 and tokens[0].isascii() else word


def parted(text: str) -> str:
    """A text in small ASCII letters, with a blank for everything that parts words."""
    if not text.isascii():
        text = anyascii(unmask(text))
    return text.translate(_PARTED).lower()


class OwnScript:
    """Names in scripts that do not part words, or whose letters say too little: looked for as a whole, letter by letter."""

    def __init__(self, index: PartyIndex) -> None:
        names: dict[str, str] = {}
        kinds, owners = index.arrays["row_kind"].tolist(), index.arrays["row_entry"].tolist()
        listed, primary = index.arrays["row_name"].to_pylist(), index.arrays["entry_name"].to_pylist()
        for kind, owner, name in zip(kinds, owners, listed, strict=True):
            written = name or primary[owner]
            if written.isascii() or NAME_KINDS[kind] == "weak":
                continue
            key = squash(written)
            han = any("\u3400" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in key)
            if not key.isascii() and len(key) >= (_LEAST_HAN if han else _LEAST_OTHER):
                names.setdefault(key, written)
        self._names = list(names.values())
        self._finder = BytesAhoCorasick([key.encode() for key in names]) if names else None

    def find(self, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The number of each text, and the listed name in it."""
        foreign = [i for i, text in enumerate(texts) if not text.isascii()]
        if self._finder is None or not foreign:
            return
        squashed = [squash(texts[i]).encode() for i in foreign]
        ends = np.cumsum([len(s) + 1 for s in squashed])
        for name, start, _ in self._finder.find_matches_as_indexes(b"\0".join(squashed), overlapping=True):
            yield foreign[int(np.searchsorted(ends, start, "right"))], self._names[name]
