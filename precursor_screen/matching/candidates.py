"""Exact candidate filters: every pair of strings whose ratio reaches the cut, without scoring them all.

With `c = cut / 100`, Indel the number of insertions and deletions between two strings and L their summed length, the
ratio reaches the cut exactly when `Indel <= (1 - c) L`. Three bounds from below on Indel rule pairs out, cheapest first:

- the difference of the lengths, so that only a slice of the rows, which lie ordered by length, is looked at;
- the L1 distance of the character counts. Counts are thermometer-coded into 128 bits, which can only lessen it;
- a third of the differing bits of a 128-bit mask of bigrams, as one insertion or deletion changes at most three bigrams.

What survives is scored. No pair that brute force would find is lost; the tests hold it against brute force.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

SIGNATURE_VERSION = 1

U64 = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_Found = tuple[Ints, Ints, Floats]  # queries, rows, scores

# Bits for each character: the more often it repeats within a name, the more. Characters beyond ASCII share the letters' bits,
# which keeps the bound (merging counts only lessens their distance) and still tells names of one script apart.
_WIDTHS = dict(
    zip("abcdefghijklmnopqrstuvwxyz", (8, 3, 5, 4, 7, 3, 4, 4, 7, 2, 4, 6, 5, 7, 7, 3, 1, 6, 5, 6, 5, 3, 2, 2, 3, 3), strict=True)
)
_BLANK_WIDTH, _DIGIT_WIDTH = 5, 2
_BINS = 31  # 26 letters, blank, four for digits
_SIGN_BLOCK = 1 << 14  # strings whose character counts are held at once
_TILE_QUERIES, _TILE_ROWS = 32, 4096  # 1 MB of 64-bit words: stays in a core's second-level cache
_SCORE_BLOCK = 1 << 16


class Strings(Protocol):
    """Strings by position, such as a list, or a column of a mapped file."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Signatures:
    """What the filters look at: lengths (int64) and four 64-bit words a string, two of counts and two of bigrams."""

    lengths: Ints
    words: tuple[U64, ...]

    def take(self, order: Ints) -> Signatures:
        """The same in another order."""
        return Signatures(self.lengths[order], tuple(word[order] for word in self.words))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs at or above the cut, ordered by query, then row: positions in both inputs, and the ratio, 0 to 100."""

    queries: Ints
    rows: Ints
    scores: Floats


def sign(strings: Sequence[str]) -> Signatures:
    """The signatures of strings, in their order; any text, lone surrogates included."""
    lengths = np.fromiter((len(s) for s in strings), dtype=np.int64, count=len(strings))
    blocks = [
        _sign_block(strings[i : i + _SIGN_BLOCK], lengths[i : i + _SIGN_BLOCK]) for i in range(0, len(strings), _SIGN_BLOCK)
    ]
    columns = np.concatenate(blocks) if blocks else np.empty((0, 4), dtype=np.uint64)
    return Signatures(lengths, tuple(np.ascontiguousarray(columns[:, i]) for i in range(4)))


def find_pairs(
    queries: Sequence[str], rows: Strings, signatures: Signatures, cut: float = 85.0, workers: int | None = None
) -> Pairs:
    """All pairs whose ratio is at least `cut`.

    Args:
        queries: distinct strings, in any order.
        rows: the strings searched, ordered by length.
        signatures: theirs, from `sign`.
        cut: above 0, up to 100.
        workers: threads; default: as many as there are cores. The outcome is the same for any number.
    """
    asked = sign(queries)
    order = np.argsort(asked.lengths, kind="stable")
    ordered = asked.take(order)
    tasks = _tasks(ordered.lengths, signatures.lengths, cut)
    search = _Search(queries, order, ordered, rows, signatures, cut)
    threads = workers or os.cpu_count() or 1
    if threads > 1 and len(tasks) > 1:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(search.run, tasks))
    else:
        found = [search.run(task) for task in tasks]
    query, row, score = _join(found)
    rank = np.lexsort((row, query))
    return Pairs(query[rank], row[rank], score[rank])


def score_pairs(left: Sequence[str], right: Sequence[str], cut: float = 0.0) -> Floats:
    """The ratio (normalised Indel similarity, 0 to 100) of each pair; 0 below the cut."""
    scores: Floats = process.cpdist(left, right, scorer=fuzz.ratio, score_cutoff=cut, dtype=np.float64)
    return scores


def _join(found: Sequence[_Found]) -> _Found:
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
    queries, rows, scores = zip(*found, strict=True)
    return np.concatenate(queries), np.concatenate(rows), np.concatenate(scores)


def _sign_block(strings: Sequence[str], lengths: Ints) -> U64:
    count = len(strings)
    codes = np.frombuffer("".join(strings).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(count, dtype=np.int64), lengths)
    counts = np.bincount(owner * _BINS + _bin(codes), minlength=count * _BINS).reshape(count, _BINS)
    thermometer = counts[:, _THERMOMETER_BIN] > _THERMOMETER_LEVEL
    bigrams = np.zeros((count, 128), dtype=bool)
    if len(codes) > 1:
        pair = (codes[:-1].astype(np.uint64) * np.uint64(0x9E3779B1) + codes[1:]) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(57)
        inside = owner[:-1] == owner[1:]
        bigrams[owner[:-1][inside], pair[inside].astype(np.int64)] = True
    packed = np.packbits(np.concatenate((thermometer, bigrams), axis=1), axis=1)
    return packed.view(np.uint64)


def _bin(codes: npt.NDArray[np.uint32]) -> Ints:
    bins = (codes % 26).astype(np.int64)
    letter = (codes >= 97) & (codes <= 122)
    bins[letter] = codes[letter] - 97
    digit = (codes >= 48) & (codes <= 57)
    bins[digit] = 27 + (codes[digit] - 48) % 4
    bins[codes == 32] = 26
    return bins


def _thermometer() -> tuple[Ints, Ints]:
    widths = [*_WIDTHS.values(), _BLANK_WIDTH, *(4 * [_DIGIT_WIDTH])]
    bins = np.repeat(np.arange(_BINS), widths)
    levels = np.concatenate([np.arange(w) for w in widths])
    # Spread over both words, so that the first alone already tells most pairs apart.
    spread = np.concatenate((np.arange(0, 128, 2), np.arange(1, 128, 2)))
    return bins[spread], levels[spread]


_THERMOMETER_BIN, _THERMOMETER_LEVEL = _thermometer()


def _limits(summed_lengths: Ints, cut: float) -> Ints:
    # The summand keeps pairs that lie on the cut from being lost to rounding; scoring decides about them.
    limits: Ints = np.floor((1.0 - cut / 100.0) * summed_lengths + 1e-6).astype(np.int64)
    return limits


def _tasks(lengths: Ints, row_lengths: Ints, cut: float) -> list[tuple[int, int, int, int]]:
    """(first query, end, first row, end): queries of one length at a time, at most a tile of them, and their slice of rows."""
    share = cut / (200.0 - cut)
    tasks: list[tuple[int, int, int, int]] = []
    distinct, starts, counts = np.unique(lengths, return_index=True, return_counts=True)
    ends = starts + counts
    for length, start, end in zip(distinct.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if not length:
            continue
        low = int(np.searchsorted(row_lengths, np.ceil(length * share - 1e-6), side="left"))
        high = int(np.searchsorted(row_lengths, np.floor(length / share + 1e-6), side="right"))
        if low < high:
            tasks.extend((i, min(i + _TILE_QUERIES, end), low, high) for i in range(start, end, _TILE_QUERIES))
    return tasks


@dataclass(frozen=True, slots=True)
class _Search:
    queries: Sequence[str]
    order: Ints
    asked: Signatures
    rows: Strings
    signatures: Signatures
    cut: float

    def run(self, task: tuple[int, int, int, int]) -> _Found:
        """Queries, rows and scores of one task."""
        first, end, low, high = task
        found: list[_Found] = []
        length = int(self.asked.lengths[first])
        for start in range(low, high, _TILE_ROWS):
            stop = min(start + _TILE_ROWS, high)
            limits = _limits(self.signatures.lengths[start:stop] + length, self.cut)
            pairs = self._survivors(first, end, start, stop, limits)
            for i in range(0, len(pairs[0]), _SCORE_BLOCK):
                found.append(self._scored(pairs[0][i : i + _SCORE_BLOCK], pairs[1][i : i + _SCORE_BLOCK]))
        return _join(found)

    def _survivors(self, first: int, end: int, start: int, stop: int, limits: Ints) -> tuple[Ints, Ints]:
        asked, listed = self.asked.words, self.signatures.words
        differing = np.bitwise_count(asked[0][first:end, None] ^ listed[0][None, start:stop])
        flat = np.flatnonzero(differing <= np.minimum(limits, 255).astype(np.uint8)[None, :])
        query, row = np.divmod(flat, stop - start)
        allowed = limits[row]
        counts = differing.reshape(-1)[flat].astype(np.int64)
        query += first
        row += start
        counts += np.bitwise_count(asked[1][query] ^ listed[1][row])
        keep = counts <= allowed
        query, row, allowed = query[keep], row[keep], allowed[keep]
        bigrams = np.bitwise_count(asked[2][query] ^ listed[2][row]).astype(np.int64)
        bigrams += np.bitwise_count(asked[3][query] ^ listed[3][row])
        keep = bigrams <= 3 * allowed
        return query[keep], row[keep]

    def _scored(self, query: Ints, row: Ints) -> _Found:
        original = self.order[query]
        left = [self.queries[i] for i in original.tolist()]
        right = [self.rows[i] for i in row.tolist()]
        scores = score_pairs(left, right, self.cut)
        keep = scores >= self.cut
        return original[keep], row[keep], scores[keep]
