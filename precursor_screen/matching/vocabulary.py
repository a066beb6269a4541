"""The words of an index, and which of them a word asked for may stand for: exactly those that `alignment` finds alike.

Words lie ordered by the length of their keys. Keys that differ by `d` errors (insertion, deletion, substitution, neighbours
swapped) differ in at most `2 d - difference of lengths` of their letters' counts; thermometer-coded into 64 bits, the counts'
distance can only shrink. What that leaves is compared, so nothing that is alike is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.matching.alignment import SAME_CONSONANTS, TRUNCATED, edit_similarity, edits_allowed, may_differ
from precursor_screen.matching.weights import CONSONANTS, FIRST_MAJOR, NAME
from precursor_screen.names.party_scripts import consonants

U64 = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_WIDTHS = dict(
    zip("abcdefghijklmnopqrstuvwxyz", (5, 2, 1, 2, 4, 2, 2, 2, 4, 1, 3, 3, 3, 4, 4, 2, 1, 3, 4, 3, 3, 2, 1, 1, 1, 1), strict=True)
)
_BINS = 26
_TILE_WORDS, _TILE_KEYS = 8192, 32
_SIGN_BLOCK = 1 << 15
_MOST_EDITS = 3
_SIGNED_LENGTH = 64  # letters of a key that its signature looks at; of longer keys nothing is ruled out


class Vocabulary:
    """Words by position: text, key, kind and weight, with the signatures of their keys."""

    def __init__(self, texts: pa.Array, keys: pa.Array, kinds: Any, weights: Any, rarities: Any, signatures: Any) -> None:
        self._texts, self._keys, self._rarities = texts, keys, rarities
        self.kinds, self.weights, self.signatures = kinds, weights, signatures

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
    def _lengths(self) -> Ints:
        return np.fromiter((len(k) for k in self.keys), np.int64, len(self.keys))

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

    def find_alike(self, text: str, kind: int) -> dict[int, float]:
        """Words that are alike across writing systems, with their similarity."""
        if kind == CONSONANTS:
            return dict.fromkeys(self._by_consonants.get(consonants(text[1:]), ()), SAME_CONSONANTS)
        if kind == NAME and self._marked_consonants and (skeleton := consonants(text)):
            return dict.fromkeys(self._marked_consonants.get(skeleton, ()), SAME_CONSONANTS)
        return {}

    def find_starting(self, start: str) -> dict[int, float]:
        """Informative words that a cut word may be the start of."""
        kinds = self.kinds
        return {i: TRUNCATED for i, text in enumerate(self.texts) if kinds[i] >= FIRST_MAJOR and text.startswith(start)}

    def find_similar(self, keys: Sequence[str]) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
        """(position in keys, position of the word, similarity) of all words whose key is equal or holds few enough errors.

        Args:
            keys: distinct keys.
        """
        order = sorted(range(len(keys)), key=lambda i: (len(keys[i]), i))
        signatures = sign([keys[i] for i in order])
        lengths = [len(keys[i]) for i in order]
        found: list[tuple[Ints, Ints]] = []
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and lengths[end] == lengths[start] and end - start < _TILE_KEYS:
                end += 1
            found += self._scan(signatures[start:end], lengths[start], start)
            start = end
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        asked = np.array(order, np.int64)[np.concatenate([f[0] for f in found])]
        words = np.concatenate([f[1] for f in found])
        return self._keep_similar(keys, asked, words)

    def _scan(self, signatures: U64, length: int, first: int) -> list[tuple[Ints, Ints]]:
        allowed = edits_allowed(length + _MOST_EDITS)
        low, high = np.searchsorted(self._lengths, (length - allowed, length + allowed + 1)).tolist()
        found = []
        for start in range(low, high, _TILE_WORDS):
            stop = min(start + _TILE_WORDS, high)
            longer = np.maximum(self._lengths[start:stop], length)
            most = np.where(longer <= 2, 0, np.where(longer <= 7, 1, np.where(longer <= 11, 2, 3)))
            apart = np.abs(self._lengths[start:stop] - length)
            limits = np.where(apart > most, -1, 2 * most - apart)
            if length > _SIGNED_LENGTH - _MOST_EDITS:
                limits = np.where(limits < 0, limits, 64)
            inside = np.flatnonzero(limits >= 0)
            if not len(inside):
                continue
            a, b = int(inside[0]), int(inside[-1]) + 1
            differing = np.bitwise_count(signatures[:, None] ^ self.signatures[None, start + a : start + b])
            asked, word = np.divmod(np.flatnonzero(differing <= np.maximum(limits[a:b], 0).astype(np.uint8)[None, :]), b - a)
            found.append((asked + first, word + start + a))
        return found

    def _keep_similar(self, keys: Sequence[str], asked: Ints, words: Ints) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
        mine = self.keys
        left, right = [keys[i] for i in asked.tolist()], [mine[j] for j in words.tolist()]
        distance = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=_MOST_EDITS, dtype=np.int32)
        longer = np.maximum(np.fromiter((len(k) for k in left), np.int64, len(left)), self._lengths[words])
        most = np.where(longer <= 2, 0, np.where(longer <= 7, 1, np.where(longer <= 11, 2, 3)))
        may = np.fromiter((may_differ(k) for k in keys), bool, len(keys))[asked]
        theirs, inverse = np.unique(words, return_inverse=True)
        may &= np.fromiter((may_differ(mine[j]) for j in theirs.tolist()), bool, len(theirs))[inverse]
        keep = (distance == 0) | ((distance <= most) & may)
        similarity = np.where(distance == 0, edit_similarity(0, 1), 1.0 - distance / longer)
        return asked[keep], words[keep], similarity[keep]


def sign(keys: Sequence[str]) -> U64:
    """Thermometer-coded letter counts of keys, 64 bits each, in their order; any text, lone surrogates included."""
    blocks = [_sign_block(keys[i : i + _SIGN_BLOCK]) for i in range(0, len(keys), _SIGN_BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty(0, np.uint64)


def _sign_block(keys: Sequence[str]) -> U64:
    cut = [k[:_SIGNED_LENGTH] for k in keys]
    codes = np.frombuffer("".join(cut).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(cut), dtype=np.int64), np.fromiter((len(k) for k in cut), np.int64, len(cut)))
    bins = (codes % 26).astype(np.int64)
    letter = (codes >= 97) & (codes <= 122)
    bins[letter] = codes[letter] - 97
    counts = np.bincount(owner * _BINS + bins, minlength=len(cut) * _BINS).reshape(len(cut), _BINS)
    bits = counts[:, _THERMOMETER_BIN] > _THERMOMETER_LEVEL
    packed: U64 = np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64).reshape(-1)
    return packed


def _thermometer() -> tuple[Ints, Ints]:
    widths = list(_WIDTHS.values())
    return np.repeat(np.arange(_BINS), widths), np.concatenate([np.arange(w) for w in widths])


_THERMOMETER_BIN, _THERMOMETER_LEVEL = _thermometer()
