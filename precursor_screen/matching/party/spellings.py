"""Which of many spellings differ from a given one by few enough errors: all of them, without comparing with each.

Spellings lie ordered by length. Those that differ by `d` errors (insertion, deletion, substitution, neighbours swapped) differ in
at most `2 d - difference of lengths` of their letters' counts; thermometer-coded into 64 bits, the counts' distance can only
shrink. What that leaves is compared, so nothing that is alike is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.matching.party.alignment import edits_allowed, may_differ

U64 = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

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


class Spellings:
    """Spellings ordered by length, with their signatures."""

    def __init__(self, spellings: Sequence[str], signatures: U64) -> None:
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

    def _scan(self, signatures: U64, length: int, first: int) -> list[tuple[Ints, Ints]]:
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


def sign(keys: Sequence[str]) -> U64:
    """Thermometer-coded letter counts of spellings, 64 bits each, in their order; any text, lone surrogates included."""
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


def _allowed(lengths: Ints) -> Ints:
    allowed: Ints = _ALLOWED[np.minimum(lengths, _SIGNED_LENGTH - 1)]
    return allowed
