"""How well each row of an index can score at best, from the words that it shares with a name: the formula of `alignment`, bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import Bits, Flags, Floats, Ints, expand
from precursor_screen.matching.party.alignment import (
    CONFLICT,
    CUT_OMITTED,
    DOUBT,
    ENOUGH,
    FAIR,
    INITIAL_EVIDENCE,
    INITIAL_OMITTED,
    LONG,
    OMITTED,
    RARE,
    SAME_CONSONANTS,
)
from precursor_screen.matching.party.weights import FIRST_MAJOR, FLAT, GENERIC, INITIAL, LEGAL, NAME

_TINY = 1e-9
_BITS = 63  # of a number


class Postings(Struct, frozen=True):
    """Rows of each word, and what the bounds need of each row.

    alone: least similarity with which a word can carry a match by itself; omitted: what it weighs where it is left out;
    word_letters, word_initials: the bit of the letter that it starts with or stands for as an initial, else 0; informative: weight of the row's informative words where they are left out; general: of all others; initials: how many initials it has; masks: a bit
    for each of its general words, which other words may share; letters, initial_letters: a bit
    for each letter that a word starts with, or that stands as an initial.
    """

    starts: Ints
    rows: npt.NDArray[np.int32]
    weights: Floats
    alone: Floats
    row_starts: Ints
    row_words: npt.NDArray[np.int32]
    omitted: Floats
    word_letters: Bits
    word_initials: Bits
    informative: Floats
    general: Floats
    initials: Floats
    masks: Bits
    letters: Bits
    initial_letters: Bits
    most_initials: int


def summarise_rows(arrays: Any, omitted: Floats, bits: Bits, first_letters: Bits, key_lengths: Ints) -> Postings:
    """What the bounds need of an index.

    omitted: the least that each word weighs where it is left out; bits: the bit of each general word, 0 for other words; first_letters: that of each word's first letter; key_lengths: the length of each word's key.
    """
    kinds, weights, words = arrays["word_kind"], arrays["word_weight"], arrays["row_words"]
    starts = arrays["row_starts"].astype(np.int64)
    major = np.where(kinds >= FIRST_MAJOR, omitted, 0.0)
    minor = np.where((kinds < FIRST_MAJOR) & (kinds > LEGAL), weights, 0.0)
    initial = (kinds == INITIAL).astype(np.float64)
    informative, general, initials = (
        np.add.reduceat(w[words], starts[:-1]) if len(words) else np.empty(0) for w in (major, minor, initial)
    )
    none = np.uint64(0)
    abbreviated = np.where((kinds == NAME) | (kinds == GENERIC), first_letters, none)
    abbreviating = np.where(kinds == INITIAL, first_letters, none)
    masks, letters, initial_letters = (
        np.bitwise_or.reduceat(w[words], starts[:-1]) if len(words) else np.empty(0, np.uint64)
        for w in (bits, abbreviated, abbreviating)
    )
    most = int(initials.max(initial=0.0))
    rows = arrays["posting_rows"]
    posting_starts = arrays["posting_starts"].astype(np.int64)
    # The least similarity with which a word may be the only one that agrees.
    alone = np.where(arrays["word_rarity"] < RARE, SAME_CONSONANTS, np.where(key_lengths >= LONG, 0.0, FAIR))
    of_words = (weights, alone, starts, words, omitted, abbreviated, abbreviating)
    return Postings(posting_starts, rows, *of_words, informative, general, initials, masks, letters, initial_letters, most)


class _Columns(Struct, frozen=True):
    """Arrays of one length."""

    def keep(self, kept: Flags) -> Self:
        """Only some of their rows."""
        return type(self)(*(getattr(self, name)[kept] for name in self.__struct_fields__))


class LookedUp(_Columns, frozen=True):
    """Words of the index that stand for words asked for: position, similarity, whose they are, and the own word's weight."""

    words: Ints
    similarities: Floats
    owners: Ints
    own: Floats


class Sums(_Columns, frozen=True):
    """For each pair of owner and row, ordered: weight that agrees, weight of the row's words that do, of the own words that do.

    carries: at least 2 where two words agree, or one that can carry a match by itself.
    """

    owners: Ints
    rows: Ints
    agreed: Floats
    weight: Floats
    own: Floats
    carries: Floats


class Bounded(Struct, frozen=True):
    """What is known of each owner.

    plain: in rows: weight of own informative words, weight of general words that agree at most, of own general words, the part of
    the former that masks do not tell, the most a bit of a mask stands for, number of initials, whether the name was cut.
    skipped: weight that words which were not looked up may add; own_skipped: of the own ones.
    """

    plain: Any
    skipped: Floats
    own_skipped: Floats
    masks: Bits
    letters: Bits
    initial_letters: Bits

    def of(self, start: int, stop: int) -> Bounded:
        """Of some owners only."""
        return Bounded(self.plain[:, start:stop], *(getattr(self, name)[start:stop] for name in self.__struct_fields__[1:]))

    def without_skipped(self) -> Bounded:
        """Once all words have been looked up."""
        return replace(self, skipped=np.zeros_like(self.skipped), own_skipped=np.zeros_like(self.own_skipped))


def sum_by_row(found: LookedUp, bounded: Bounded, postings: Postings, least: float) -> Sums:
    """The sums of all rows that hold one of the words, less those of which a single word cannot make a match of `least`, 0 to 1."""
    word = found.words
    each, places = expand(postings.starts[word], postings.starts[word + 1] - postings.starts[word])
    rows = postings.rows[places]
    keys, each = _sort_pairs(found.owners[each] * len(postings.informative) + rows, each)
    parts = _parts(found, postings)
    # Nearly all rows hold one word only: what that word gives is all there is to sum, and most of these fall at once.
    fresh = np.concatenate((np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]))
    single = fresh & np.concatenate((fresh[1:], np.ones(min(1, len(keys)), bool)))
    rest = np.flatnonzero(~single | _reaches_alone(found, parts, bounded, postings, least)[each])
    keys, each, first = keys[rest], each[rest], np.flatnonzero(fresh[rest])
    owners, positions = np.divmod(keys[first], len(postings.informative))
    sizes = np.diff(first, append=len(keys))
    several = sizes > 1
    kept = several | (parts[3][each[first]] >= 2.0)
    kept[~kept] = _may_stand_alone(owners[~kept], positions[~kept], bounded, postings)
    inside = each[np.repeat(several, sizes)]
    places = np.cumsum(sizes[several]) - sizes[several]
    summed = []
    for part in parts:
        values = part[each[first]]
        if len(places):
            values[several] = np.add.reduceat(part[inside], places)
        summed.append(values[kept])
    return Sums(owners[kept], positions[kept], *summed)


def _sort_pairs(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Both in the order of the keys, of equal keys in that of the values: as one number, which sorts several times as fast as two."""
    bits = int(values.max(initial=0)).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > _BITS:
        order = np.lexsort((values, keys))
        return keys[order], values[order]
    packed = np.sort((keys << bits) | values)
    return packed >> bits, packed & ((1 << bits) - 1)


def _reaches_alone(found: LookedUp, parts: Sequence[Floats], facts: Bounded, postings: Postings, least: float) -> Flags:
    """Whether each word can make a match of `least` where no other that was looked up agrees, whatever the row holds besides."""
    own_all, general, _, _, _, initials, _ = facts.plain[:, found.owners]
    most = parts[0] + facts.skipped[found.owners] + general
    left_over = np.maximum(0.0, own_all - found.own - facts.own_skipped[found.owners])
    evidence = most + INITIAL_EVIDENCE * (initials + postings.most_initials)
    reaches: Flags = score_at_most(most, OMITTED * left_over, evidence) >= least
    return reaches


def add_skipped(sums: Sums, skipped: LookedUp, postings: Postings) -> Sums:
    """The sums with the words that were not looked up at first, where a row holds them."""
    words = len(postings.weights)
    keys = skipped.owners * words + skipped.words
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = postings.row_starts[sums.rows]
    pair, places = expand(starts, postings.row_starts[sums.rows + 1] - starts)
    wanted = sums.owners[pair] * words + postings.row_words[places]
    low, high = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
    hit, places = expand(low, high - low)
    pair, entry = pair[hit], order[places]
    added = [np.bincount(pair, part[entry], len(sums.rows)) for part in _parts(skipped, postings)]
    return Sums(
        sums.owners, sums.rows, sums.agreed + added[0], sums.weight + added[1], sums.own + added[2], sums.carries + added[3]
    )


def keep_promising(sums: Sums, facts: Bounded, postings: Postings, least: float) -> Sums:
    """The pairs that can reach a score of `least`, 0 to 1, with substance."""
    lone = np.flatnonzero(sums.carries < 2.0)
    substantial = np.ones(len(sums.rows), bool)
    substantial[lone] = _may_stand_alone(sums.owners[lone], sums.rows[lone], facts, postings)
    sums = sums.keep(substantial)
    return sums.keep(_best_scores(sums, facts, postings) >= least)


def _may_stand_alone(owners: Ints, rows: Ints, facts: Bounded, postings: Postings) -> Flags:
    """Whether one word that agrees, and cannot carry a match, may be enough: another may be skipped, or an initial beside it."""
    may: Flags = facts.skipped[owners] > 0.0
    rest = np.flatnonzero(~may)
    may[rest] = _abbreviates(owners[rest], rows[rest], facts, postings)
    return may


def _abbreviates(owners: Ints, rows: Ints, facts: Bounded, postings: Postings) -> Flags:
    """Whether an initial of either may stand for a word of the other."""
    ours = facts.letters[owners] & postings.initial_letters[rows]
    found: Flags = (ours | (facts.initial_letters[owners] & postings.letters[rows])) > 0
    return found


def _best_scores(sums: Sums, facts: Bounded, postings: Postings) -> Floats:
    owners, rows = sums.owners, sums.rows
    own_all, general, general_own, unmasked, per_bit, initials, cut = facts.plain[:, owners]
    skipped, own_skipped = facts.skipped[owners], facts.own_skipped[owners]
    listed = postings.general[rows]
    shared = np.bitwise_count(facts.masks[owners] & postings.masks[rows])
    general = np.minimum(np.minimum(general, listed), per_bit * shared + unmasked)
    most = sums.agreed + skipped + general
    abbreviated = _abbreviates(owners, rows, facts, postings)
    initials = np.where(abbreviated, initials + postings.initials[rows], 0.0)
    evidence = most + INITIAL_EVIDENCE * initials
    right_over = np.maximum(0.0, postings.informative[rows] - sums.weight - skipped)
    right_over += np.maximum(0.0, listed - FLAT[INITIAL] * postings.initials[rows] - general)
    left_over = np.maximum(0.0, own_all - sums.own - own_skipped) + np.maximum(0.0, general_own - general)
    per_weight = np.where(abbreviated, INITIAL_OMITTED, OMITTED)
    cost = OMITTED * left_over + np.where((cut > 0.0) & (left_over < _TINY), CUT_OMITTED, per_weight) * right_over
    cost += np.where(abbreviated, 0.0, 2.0 * CONFLICT * np.minimum(left_over, right_over))
    return score_at_most(most, cost, evidence)


def score_at_most(agreed: Floats, cost: Floats, evidence: Floats) -> Floats:
    """The score, up to 1, by the most that agrees, the least that is left over costs, and the most that tells names apart."""
    score = 2.0 * agreed / np.maximum(2.0 * agreed + cost, _TINY)
    doubt = 1.0 + DOUBT * np.maximum(0.0, 1.0 - evidence / ENOUGH)
    best: Floats = 1.0 - (1.0 - score) * doubt
    return best


def _parts(found: LookedUp, postings: Postings) -> Sequence[Floats]:
    weights = postings.weights[found.words]
    carries = np.where(found.similarities >= postings.alone[found.words], 2.0, 1.0)
    return weights * found.similarities, weights, found.own, carries


def blocks_of(sizes: Ints | Floats, most: int) -> Iterator[tuple[int, int]]:
    """From and to which of several one after the other come to about as much as is dealt with at once."""
    ends = np.flatnonzero(np.diff(np.cumsum(sizes) // most)) + 1
    return pairwise([0, *ends.tolist(), len(sizes)]) if len(sizes) else iter(())


def letter_bit(text: str) -> int:
    """The bit that stands for a word's first letter; letters beyond ASCII share one."""
    place = ord(text[0]) - 97
    return 1 << (place if 0 <= place < 26 else 26)
