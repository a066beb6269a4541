"""The words of an index, and which of them a word asked for may stand for: all that `alignment` finds alike, at least as alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from precursor_screen.matching.party.alignment import ERROR, SAME_CONSONANTS, SAME_NAME, TRUNCATED, may_differ
from precursor_screen.matching.party.bounds import letter_bit
from precursor_screen.matching.party.spellings import Spellings
from precursor_screen.matching.party.weights import CONSONANTS, GENERIC, NAME, SHORT_NUMBER
from precursor_screen.text.party_words import VARIANTS, consonants


class Vocabulary:
    """Words by position: text, key, kind and weight, with the signatures of their keys."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._texts, self._keys = arrays["word_text"], arrays["word_key"]
        self.kinds, self.weights, self._rarities = arrays["word_kind"], arrays["word_weight"], arrays["word_rarity"]
        self._key_signatures, self._text_signatures = arrays["word_signature"], arrays["text_signature"]
        self._text_order = arrays["text_order"]

    @cached_property
    def texts(self) -> list[str]:
        """Texts by position."""
        texts: list[str] = self._texts.to_pylist()
        return texts

    @cached_property
    def keys(self) -> list[str]:
        """Keys by position."""
        keys: list[str] = self._keys.to_pylist()
        return keys

    @cached_property
    def rarities(self) -> dict[str, float]:
        """Rarity of the keys of names: into these a name may be parted or joined."""
        named = np.flatnonzero((self.kinds == NAME) | (self.kinds == CONSONANTS)).tolist()
        rarities, keys = self._rarities.tolist(), self.keys
        return {keys[i]: rarities[i] for i in named}

    @cached_property
    def general_bits(self) -> npt.NDArray[np.uint64]:
        """The bit of each general word, 0 for other words."""
        bits = np.zeros(len(self.kinds), np.uint64)
        for i in np.flatnonzero((self.kinds == GENERIC) | (self.kinds == SHORT_NUMBER)).tolist():
            bits[i] = general_bit(self.keys[i])
        return bits

    @cached_property
    def first_letters(self) -> npt.NDArray[np.uint64]:
        """The bit of each word's first letter."""
        return np.fromiter((letter_bit(text) for text in self.texts), np.uint64, len(self.texts))

    @cached_property
    def key_lengths(self) -> npt.NDArray[np.int64]:
        """The length of each word's key."""
        return np.fromiter((len(key) for key in self.keys), np.int64, len(self.keys))

    @cached_property
    def by_key(self) -> Spellings:
        """Keys: words lie in their order."""
        return Spellings(self.keys, self._key_signatures)

    @cached_property
    def by_text(self) -> Spellings:
        """Texts, in the order of `_text_order`."""
        return Spellings([self.texts[i] for i in self._text_order.tolist()], self._text_signatures)

    @cached_property
    def _by_consonants(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, (text, kind) in enumerate(zip(self.texts, self.kinds.tolist(), strict=True)):
            if kind == NAME and (skeleton := consonants(text)):
                found.setdefault(skeleton, []).append(i)
        return found

    @cached_property
    def _marked_consonants(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i in np.flatnonzero(self.kinds == CONSONANTS).tolist():
            found.setdefault(consonants(self.texts[i][1:]), []).append(i)
        return found

    @cached_property
    def _variants(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, (text, kind) in enumerate(zip(self.texts, self.kinds.tolist(), strict=True)):
            if kind == NAME and text in VARIANTS:
                found.setdefault(VARIANTS[text], []).append(i)
        return found

    def find_alike(self, text: str, kind: int) -> dict[int, float]:
        """Words that are variants of the same name, or alike across writing systems, with their similarity."""
        if kind == NAME and text in VARIANTS:
            return dict.fromkeys(self._variants.get(VARIANTS[text], ()), SAME_NAME) | self._across_scripts(text, kind)
        return self._across_scripts(text, kind)

    def _across_scripts(self, text: str, kind: int) -> dict[int, float]:
        if kind == CONSONANTS:
            return dict.fromkeys(self._by_consonants.get(consonants(text[1:]), ()), SAME_CONSONANTS)
        if kind == NAME and self._marked_consonants and (skeleton := consonants(text)):
            return dict.fromkeys(self._marked_consonants.get(skeleton, ()), SAME_CONSONANTS)
        return {}

    @cached_property
    def _alphabetical(self) -> list[tuple[str, int]]:
        return sorted((self.texts[i], i) for i in np.flatnonzero(self.kinds == NAME).tolist())

    def find_starting(self, start: str) -> dict[int, float]:
        """Names that a cut word may be the start of."""
        words = self._alphabetical
        found: dict[int, float] = {}
        for i in range(bisect_left(words, (start, -1)), len(words)):
            if not words[i][0].startswith(start):
                break
            found[words[i][1]] = TRUNCATED
        return found

    def find_similar(self, words: Sequence[tuple[str, str]]) -> list[dict[int, float]]:
        """For each word (text, key), distinct: the words whose key or text is equal or holds few enough errors, with similarity."""
        found: list[dict[int, float]] = [{} for _ in words]
        texts = {text: i for i, (text, _) in enumerate(words) if may_differ(text)}
        similar = self.by_text.find_similar(list(texts))
        owners, positions = list(texts.values()), self._text_order[similar.found].tolist()
        likeness = (1.0 - ERROR * similar.errors / similar.longer).tolist()
        for asked, position, value in zip(similar.asked.tolist(), positions, likeness, strict=True):
            found[owners[asked]][position] = value
        keys: dict[str, list[int]] = {}
        for i, (_, key) in enumerate(words):
            keys.setdefault(key, []).append(i)
        similar = self.by_key.find_similar(list(keys))
        groups = list(keys.values())
        likeness = (1.0 - ERROR * similar.errors / similar.longer).tolist()
        for asked, position, value in zip(similar.asked.tolist(), similar.found.tolist(), likeness, strict=True):
            for i in groups[asked]:
                found[i][position] = max(value, found[i].get(position, 0.0))
        return found


def general_bit(key: str) -> int:
    """The bit, of 64, that stands for a general word."""
    return 1 << crc32(key.encode("utf-8", "surrogatepass")) % 64
