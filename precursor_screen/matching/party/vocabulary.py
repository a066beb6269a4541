"""The words of an index, and which of them a word asked for may stand for: all that `alignment` finds alike, at least as alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, islice, takewhile
from typing import Any
from zlib import crc32

import numpy as np
from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.core.arrow import Bits, Floats, Ints
from precursor_screen.core.grouped import grouped
from precursor_screen.matching.party.alignment import (
    ERROR,
    LEAST_START,
    SAME_CONSONANTS,
    SAME_NAME,
    SAME_SHAPE,
    SHORT_FORM,
    TRUNCATED,
    edits_allowed,
)
from precursor_screen.matching.party.bounds import letter_bit
from precursor_screen.matching.party.weights import (
    CONSONANTS,
    FIRST_MAJOR,
    GENERIC,
    LEGAL,
    NAME,
    SHORT_NUMBER,
    Word,
    describe,
    may_differ,
    weight_omitted,
)
from precursor_screen.text.party_words import BUSINESS_WORDS, GIVEN_NAMES, VARIANTS, consonants, shape

# Which of many spellings differ from a given one by few enough errors: all of them, without comparing with each.


_WIDTHS = dict(
    zip("abcdefghijklmnopqrstuvwxyz", (5, 2, 1, 2, 4, 2, 2, 2, 4, 1, 3, 3, 3, 4, 4, 2, 1, 3, 4, 3, 3, 2, 1, 1, 1, 1), strict=True)
)
_BINS = 26
_TILE_WORDS, _TILE_KEYS = 8192, 32
_SIGN_BLOCK = 1 << 15
_MOST_EDITS = 3
_SIGNED_LENGTH = 64  # letters that a signature looks at; of longer spellings nothing is ruled out
_ALLOWED = np.array([edits_allowed(length) for length in range(_SIGNED_LENGTH)])


class Similar(Struct, frozen=True):
    """Positions of the spellings asked for and of those found, how many errors lie between, and the length of the longer."""

    asked: Ints
    found: Ints
    errors: Ints
    longer: Ints

    def likeness(self) -> list[float]:
        """How alike each pair is, 0 to 1."""
        alike: list[float] = (1.0 - ERROR * self.errors / self.longer).tolist()
        return alike


class Spellings:
    """Spellings ordered by length, with their signatures."""

    def __init__(self, spellings: Sequence[str], signatures: Bits) -> None:
        self._spellings, self._signatures = spellings, signatures
        self._lengths = np.fromiter((len(s) for s in spellings), np.int64, len(spellings))
        self._may_differ = np.fromiter((may_differ(s) for s in spellings), bool, len(spellings))

    def find_similar(self, asked: Sequence[str]) -> Similar:
        """All spellings that are equal to one of those asked for or differ by few enough errors.

        Args:
            asked: distinct spellings.
        """
        order = sorted(range(len(asked)), key=lambda i: (len(asked[i]), i))
        signatures = sign([asked[i] for i in order])
        lengths = [len(asked[i]) for i in order]
        found: list[tuple[Ints, Ints]] = []
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and lengths[end] == lengths[start] and end - start < _TILE_KEYS:
                end += 1
            found += self._scan(signatures[start:end], lengths[start], start)
            start = end
        if not found:
            empty = np.empty(0, np.int64)
            return Similar(empty, empty, empty, empty)
        positions = np.array(order, np.int64)[np.concatenate([f[0] for f in found])]
        return self._keep_similar(asked, positions, np.concatenate([f[1] for f in found]))

    def _scan(self, signatures: Bits, length: int, first: int) -> list[tuple[Ints, Ints]]:
        reach = edits_allowed(length + _MOST_EDITS)
        low, high = np.searchsorted(self._lengths, (length - reach, length + reach + 1)).tolist()
        found = []
        for start in range(low, high, _TILE_WORDS):
            stop = min(start + _TILE_WORDS, high)
            most = _allowed(np.maximum(self._lengths[start:stop], length))
            apart = np.abs(self._lengths[start:stop] - length)
            inside = np.flatnonzero(apart <= most)
            if not len(inside):
                continue
            a, b = int(inside[0]), int(inside[-1]) + 1
            limits = np.maximum(2 * most - apart, 0) if length <= _SIGNED_LENGTH - _MOST_EDITS else np.full(stop - start, 64)
            differing = np.bitwise_count(signatures[:, None] ^ self._signatures[None, start + a : start + b])
            asked, word = np.divmod(np.flatnonzero(differing <= limits[a:b].astype(np.uint8)[None, :]), b - a)
            found.append((asked + first, word + start + a))
        return found

    def _keep_similar(self, asked: Sequence[str], positions: Ints, found: Ints) -> Similar:
        mine = self._spellings
        left, right = [asked[i] for i in positions.tolist()], [mine[j] for j in found.tolist()]
        errors = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=_MOST_EDITS, dtype=np.int32).astype(np.int64)
        asked_lengths = np.fromiter((len(s) for s in asked), np.int64, len(asked))
        longer = np.maximum(asked_lengths[positions], self._lengths[found])
        may = np.fromiter((may_differ(s) for s in asked), bool, len(asked))[positions] & self._may_differ[found]
        keep = (errors == 0) | ((errors <= _allowed(longer)) & may)
        return Similar(positions[keep], found[keep], errors[keep], longer[keep])


def order_by_length(spellings: Sequence[str]) -> list[int]:
    """Positions of spellings in the order in which `Spellings` wants them."""
    return sorted(range(len(spellings)), key=lambda i: (len(spellings[i]), spellings[i]))


def sign(keys: Sequence[str]) -> Bits:
    """Thermometer-coded letter counts of spellings, 64 bits each, in their order; any text, lone surrogates included."""
    blocks = [_sign_block(keys[i : i + _SIGN_BLOCK]) for i in range(0, len(keys), _SIGN_BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty(0, np.uint64)


def _sign_block(keys: Sequence[str]) -> Bits:
    cut = [k[:_SIGNED_LENGTH] for k in keys]
    codes = np.frombuffer("".join(cut).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(cut), dtype=np.int64), np.fromiter((len(k) for k in cut), np.int64, len(cut)))
    bins = (codes % 26).astype(np.int64)
    letter = (codes >= 97) & (codes <= 122)
    bins[letter] = codes[letter] - 97
    counts = np.bincount(owner * _BINS + bins, minlength=len(cut) * _BINS).reshape(len(cut), _BINS)
    bits = counts[:, _THERMOMETER_BIN] > _THERMOMETER_LEVEL
    packed: Bits = np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64).reshape(-1)
    return packed


def _thermometer() -> tuple[Ints, Ints]:
    widths = list(_WIDTHS.values())
    return np.repeat(np.arange(_BINS), widths), np.concatenate([np.arange(w) for w in widths])


_THERMOMETER_BIN, _THERMOMETER_LEVEL = _thermometer()


def _allowed(lengths: Ints) -> Ints:
    allowed: Ints = _ALLOWED[np.minimum(lengths, _SIGNED_LENGTH - 1)]
    return allowed


class Vocabulary:
    """Words by position: text, key, kind and weight, with the signatures of their keys."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._texts, self._keys = arrays["word_text"], arrays["word_key"]
        self.kinds, self.weights, self._rarities = arrays["word_kind"], arrays["word_weight"], arrays["word_rarity"]
        self._key_signatures, self._text_signatures = arrays["word_signature"], arrays["text_signature"]
        self._text_order = arrays["text_order"]
        self._made: dict[int, Word] = {}

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

    def words(self, positions: Sequence[int]) -> list[Word]:
        """Some of its words, each made when first asked for."""
        made = self._made
        return [made.get(i) or self._make(i) for i in positions]

    def _make(self, i: int) -> Word:
        text = self.texts[i]
        kind = int(self.kinds[i])
        seen, key = shape(text) if kind == NAME else "", self.keys[i]
        word = Word(text, key, kind, float(self.weights[i]), describe(text)[2], shape=seen, may_differ=may_differ(key))
        return self._made.setdefault(i, word)

    @cached_property
    def omitted(self) -> Floats:
        """What each word weighs at least where it is left out."""
        words = zip(self.keys, self.kinds.tolist(), self.weights.tolist(), strict=True)
        return np.fromiter((weight_omitted(*word) for word in words), np.float64, len(self.kinds))

    @cached_property
    def general_bits(self) -> Bits:
        """The bit of each general word, 0 for other words."""
        bits = np.zeros(len(self.kinds), np.uint64)
        for i in np.flatnonzero((self.kinds == GENERIC) | (self.kinds == SHORT_NUMBER)).tolist():
            bits[i] = general_bit(self.keys[i])
        return bits

    @cached_property
    def first_letters(self) -> Bits:
        """The bit of each word's first letter."""
        return np.fromiter((letter_bit(text) for text in self.texts), np.uint64, len(self.texts))

    @cached_property
    def key_lengths(self) -> Ints:
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

    def _of_kind(self, kind: int) -> list[int]:
        positions: list[int] = np.flatnonzero(self.kinds == kind).tolist()
        return positions

    @cached_property
    def _by_consonants(self) -> dict[str, list[int]]:
        return grouped((skeleton, i) for i in self._of_kind(NAME) if (skeleton := consonants(self.texts[i])))

    @cached_property
    def _marked_consonants(self) -> dict[str, list[int]]:
        return grouped((consonants(self.texts[i][1:]), i) for i in self._of_kind(CONSONANTS))

    @cached_property
    def _variants(self) -> dict[str, list[int]]:
        return grouped((VARIANTS[text], i) for i in self._of_kind(NAME) if (text := self.texts[i]) in VARIANTS)

    @cached_property
    def _given_names(self) -> dict[str, list[int]]:
        return grouped((form, i) for i in self._of_kind(NAME) for form in GIVEN_NAMES.get(self.texts[i], ()))

    @cached_property
    def _general(self) -> dict[str, list[int]]:
        """General words by kind and key."""
        keys, kinds = self.keys, self.kinds
        return grouped((f"{kinds[i]} {keys[i]}", i) for i in np.flatnonzero(kinds < FIRST_MAJOR).tolist() if kinds[i] != LEGAL)

    def find_general(self, key: str, kind: int) -> list[int]:
        """General words that stand for a general word: those of its kind with its key."""
        return self._general.get(f"{kind} {key}", [])

    def find_variants(self, text: str, kind: int) -> dict[int, float]:
        """Words that are variants of the same name, or alike across writing systems, with their similarity."""
        if kind == CONSONANTS:
            return dict.fromkeys(self._by_consonants.get(consonants(text[1:]), ()), SAME_CONSONANTS)
        if kind != NAME:
            return {}
        alike = dict.fromkeys((i for form in GIVEN_NAMES.get(text, ()) for i in self._given_names.get(form, ())), SHORT_FORM)
        alike |= dict.fromkeys(self._find_shape(text), SAME_SHAPE)
        alike |= dict.fromkeys(self._variants.get(VARIANTS[text], ()), SAME_NAME) if text in VARIANTS else {}
        if self._marked_consonants and (skeleton := consonants(text)):
            alike |= dict.fromkeys(self._marked_consonants.get(skeleton, ()), SAME_CONSONANTS)
        return alike

    def _find_shape(self, text: str) -> list[int]:
        """Names that a word may be taken for."""
        seen = shape(text)
        found = self._reshaped.get(seen, []) if seen else []
        if seen in ("", text):
            return found
        place = bisect_left(self._alphabetical, seen, key=self.texts.__getitem__)
        return found + [i for i in self._alphabetical[place : place + 1] if self.texts[i] == seen]

    @cached_property
    def _reshaped(self) -> dict[str, list[int]]:
        """Names by what they may be taken for, where that is another word."""
        texts = self.texts
        return grouped((shape(texts[i]), i) for i in self._of_kind(NAME) if "rn" in texts[i] or "cl" in texts[i])

    @cached_property
    def _alphabetical(self) -> list[int]:
        return sorted(self._of_kind(NAME), key=self.texts.__getitem__)

    def find_starting(self, start: str) -> dict[int, float]:
        """Names, and words of business, that a cut word may be the start of."""
        words, texts = self._alphabetical, self.texts
        if len(start) < LEAST_START:
            return {}
        first = bisect_left(words, start, key=texts.__getitem__)
        names = takewhile(lambda i: texts[i].startswith(start), islice(words, first, None))
        return dict.fromkeys(chain(names, self._starts_of_general.get(start, ())), TRUNCATED)

    @cached_property
    def _starts_of_general(self) -> dict[str, list[int]]:
        """Words of business by what they, or a customary spelling of them, start with."""
        spelt = ((i, {self.texts[i], *BUSINESS_WORDS.get(self.texts[i], ())}) for i in self._of_kind(GENERIC))
        starts = ((i, {s[:end] for s in spellings for end in range(LEAST_START, len(s) + 1)}) for i, spellings in spelt)
        return grouped((start, i) for i, found in starts for start in found)

    def find_similar(self, words: Sequence[tuple[str, str]]) -> list[dict[int, float]]:
        """For each word (text, key), distinct: the words whose key or text is equal or holds few enough errors, with similarity."""
        found: list[dict[int, float]] = [{} for _ in words]
        texts = {text: i for i, (text, _) in enumerate(words) if may_differ(text)}
        similar = self.by_text.find_similar(list(texts))
        owners, positions = list(texts.values()), self._text_order[similar.found].tolist()
        for asked, position, value in zip(similar.asked.tolist(), positions, similar.likeness(), strict=True):
            found[owners[asked]][position] = value
        keys = grouped((key, i) for i, (_, key) in enumerate(words))
        similar = self.by_key.find_similar(list(keys))
        groups = list(keys.values())
        for asked, position, value in zip(similar.asked.tolist(), similar.found.tolist(), similar.likeness(), strict=True):
            for i in groups[asked]:
                found[i][position] = max(value, found[i].get(position, 0.0))
        return found


def general_bit(key: str) -> int:
    """The bit, of 64, that stands for a general word."""
    return 1 << crc32(key.encode("utf-8", "surrogatepass")) % 64
