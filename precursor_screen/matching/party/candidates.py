"""Exact candidates: all pairs of a name and a row of the index whose score can reach the cut, without scoring them all.

Two bounds, both from the formula in `alignment`:

- *Which words must agree.* With A the weight that agrees, the score is at most `2 A / (2 A + omitted * U)`, so a match needs
  `A >= r U` with `r = omitted c / (2 (1 - c))`. A word for which the list holds nothing alike is left over for certain. Words
  that the list holds in many rows are looked up only if the others could not make a match without them.
- *How well a row can do.* The weights that agree are summed for each row that shares a looked-up word; the score that this
  allows at best, general words and all, must reach the cut.

What is left is scored. The tests hold the outcome against scoring every pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from precursor_screen.core.arrow import Flags, Floats, Ints, expand
from precursor_screen.matching.party.alignment import (
    CONFLICT,
    CUT_OMITTED,
    DOUBT,
    ENOUGH,
    INITIAL_EVIDENCE,
    INITIAL_OMITTED,
    OMITTED,
)
from precursor_screen.matching.party.bounds import (
    Bounded,
    LookedUp,
    Postings,
    add_skipped,
    blocks_of,
    keep_promising,
    score_at_most,
    sum_by_row,
)
from precursor_screen.matching.party.questions import (
    CUT,
    GENERAL,
    GENERAL_OWN,
    INITIALS,
    LOST,
    MASKED,
    OWN,
    REACH,
    UNMASKED,
    Facts,
    Questions,
)
from precursor_screen.matching.party.weights import FLAT, GENERIC, SHORT_NUMBER

_BLOCK = 1 << 18  # postings that are summed at once
# A word of many rows is looked up nevertheless while that costs no more than so many times the rest, or so few.
_WORTH, _FEW = 4, 64
_SLACK = 1e-9
_BEYOND = 1e300  # instead of infinity, of which nought times is not a number


class _Words(Struct, frozen=True):
    """Words of readings: position of the reading, ascending, and the word's number."""

    owners: Ints
    words: Ints

    def of(self, start: int, stop: int) -> _Words:
        """Those of some readings, counted from the first of these."""
        low, high = np.searchsorted(self.owners, (start, stop)).tolist()
        return _Words(self.owners[low:high] - start, self.words[low:high])


class _Plans(Struct, frozen=True):
    """What is looked up for the readings that can reach the cut, and what the bound allows for the words that are not."""

    readings: Ints  # their positions among all that are asked for
    looked_up: _Words
    skipped: _Words
    bounded: Bounded


def find_candidates(questions: Questions, postings: Postings, cut: float) -> tuple[Ints, Ints]:
    """(position in `questions`, row) of all pairs whose score can reach the cut, 0 to 100; ordered."""
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    if len(questions):
        plans = _plan(questions, cut / 100.0, postings.most_initials)
        found += [_bound(questions, plans, start, stop, postings, cut / 100.0) for start, stop in _blocks(questions.facts, plans)]
    positions, rows = zip(*found, strict=True)
    return np.concatenate(positions), np.concatenate(rows)


def _plan(questions: Questions, cut: float, list_initials: int) -> _Plans:
    """Which words to look up so that no match is lost; readings of which nothing can reach the cut are left out."""
    facts, begins = questions.facts, questions.starts[:-1]
    sums = np.add.reduceat(facts.sums[:, questions.words], begins, axis=1)
    general = sums[GENERAL]
    needed = _least_agreement(cut, sums[REACH] + general + INITIAL_EVIDENCE * (sums[INITIALS] + list_initials))
    alive = (sums[REACH] > 0.0) & (sums[REACH] + general >= needed * sums[LOST] - _SLACK)
    owners = np.repeat(np.arange(len(questions)), np.diff(questions.starts))
    held = np.flatnonzero(alive[owners] & (facts.rows[questions.words] > 0))
    readings = np.flatnonzero(alive)
    place = np.cumsum(alive) - 1
    options = _Words(place[owners[held]], questions.words[held])
    # Of each reading's words those in most rows first: what can be spared is spared there.
    order = np.lexsort((-facts.rows[options.words], options.owners))
    options = _Words(options.owners[order], options.words[order])
    sums = sums[:, readings]
    skipped = _choose_skipped(facts, options, sums, needed[readings])
    skipped_weight, own_skipped = (
        np.bincount(options.owners, np.where(skipped, facts.sums[row, options.words], 0.0), len(readings)).astype(np.float64)
        for row in (REACH, OWN)
    )
    masks = np.bitwise_or.reduceat(facts.masks[:, questions.words], begins, axis=1)[:, readings]
    short = np.bitwise_or.reduceat(facts.short_number[questions.words], begins)[readings]
    per_bit = np.where(short, FLAT[SHORT_NUMBER], FLAT[GENERIC])
    unmasked = sums[UNMASKED] + per_bit * (sums[MASKED] - np.bitwise_count(masks[0]))
    plain = np.stack((sums[OWN], sums[GENERAL], sums[GENERAL_OWN], unmasked, per_bit, sums[INITIALS], sums[CUT]))
    return _Plans(
        readings,
        _Words(options.owners[~skipped], options.words[~skipped]),
        _Words(options.owners[skipped], options.words[skipped]),
        Bounded(plain, skipped_weight, own_skipped, masks[0], masks[1], masks[2]),
    )


def _choose_skipped(facts: Facts, options: _Words, sums: Floats, needed: Floats) -> Flags:
    """Which words need not be looked up: a row that shares none of the others cannot reach the cut."""
    count = np.bincount(options.owners, minlength=len(needed))
    first = np.cumsum(count) - count
    weight, left_over, spared = np.zeros(len(needed)), sums[OWN].copy(), np.zeros(len(needed), np.int64)
    skipped = np.zeros(len(options.words), bool)
    mine = np.arange(len(needed))
    for rank in range(int(count.max(initial=0))):
        mine = mine[count[mine] > rank]
        option = first[mine] + rank
        heaviest, own = (facts.sums[row, options.words[option]] for row in (REACH, OWN))
        enough = weight[mine] + heaviest + sums[GENERAL, mine] < needed[mine] * (left_over[mine] - own) - _SLACK
        enough &= spared[mine] + 1 < count[mine]
        chosen = mine[enough]
        skipped[option[enough]] = True
        weight[chosen] += heaviest[enough]
        left_over[chosen] -= own[enough]
        spared[chosen] += 1
    rows = facts.rows[options.words]
    cost = np.bincount(options.owners, np.where(skipped, 0, rows), len(needed))
    few: Flags = (rows <= _WORTH * cost[options.owners]) | (rows < _FEW)
    return skipped & ~few


def _blocks(facts: Facts, plans: _Plans) -> Iterator[tuple[int, int]]:
    """Readings from and to which are dealt with at once."""
    sizes = np.bincount(plans.looked_up.owners, facts.rows[plans.looked_up.words], len(plans.readings))
    return blocks_of(sizes, _BLOCK)


def _bound(questions: Questions, plans: _Plans, start: int, stop: int, postings: Postings, cut: float) -> tuple[Ints, Ints]:
    facts, bounded = questions.facts, plans.bounded.of(start, stop)
    found = sum_by_row(_look_up(facts, plans.looked_up.of(start, stop), postings), bounded, postings, cut - _SLACK)
    found = keep_promising(found, bounded, postings, cut - _SLACK)
    # What was not looked up was taken for agreeing; now that few rows are left, see whether it does.
    skipped = _look_up(facts, plans.skipped.of(start, stop), postings)
    if len(skipped.words) and len(found.rows):
        found = add_skipped(found, skipped, postings)
        found = keep_promising(found, bounded.without_skipped(), postings, cut - _SLACK)
    return keep_reaching(questions, plans.readings[start:stop][found.owners], found.rows, postings, cut - _SLACK)


def _look_up(facts: Facts, questions: _Words, postings: Postings) -> LookedUp:
    """What rows of the index are found by, for some words of some readings."""
    starts = facts.starts[questions.words]
    of, places = expand(starts, facts.starts[questions.words + 1] - starts)
    own = facts.sums[OWN, questions.words][of]
    found = LookedUp(facts.similar[places], facts.similarities[places], questions.owners[of], own)
    return found.keep(postings.starts[found.words] < postings.starts[found.words + 1])


def _least_agreement(cut: float, reachable: Any) -> Floats:
    """The least ratio of weight that agrees to own weight left over with which the cut can be reached."""
    doubt = 1.0 + DOUBT * np.maximum(0.0, 1.0 - reachable / ENOUGH)
    missing = (1.0 - cut) / doubt
    if cut >= 1.0:
        return np.full_like(missing, _BEYOND)
    least: Floats = OMITTED * (1.0 - missing) / (2.0 * missing)
    return least


# How well a pair of a name and a row can score at best, word by word: the formula of `alignment`, without choosing who stands for whom.
#
# `bounds` knows of a row only sums, so that it can rule out millions; of those that it leaves, most hold initials that may stand for
# some word, and fall once it is asked for which. Each word here stands for whatever is most like it, even if several want the same.

_BLOCK = 1 << 20  # pairs of words that are looked at at once
_FEW = 8  # pairs that are scored as soon as they are looked at


def keep_reaching(questions: Questions, readings: Ints, rows: Ints, postings: Postings, least: float) -> tuple[Ints, Ints]:
    """Of pairs of a reading (its position in `questions`) and a row, those that can reach a score of `least`, 0 to 1; of a few, all."""
    if len(rows) <= _FEW:
        return readings, rows
    kept = np.zeros(len(rows), bool)
    sizes = _count_words(questions.starts, readings) * _count_words(postings.row_starts, rows)
    for start, stop in blocks_of(sizes, _BLOCK):
        kept[start:stop] = best_scores(questions, readings[start:stop], rows[start:stop], postings) >= least
    return readings[kept], rows[kept]


def best_scores(questions: Questions, readings: Ints, rows: Ints, postings: Postings) -> Floats:
    """What each pair of a reading and a row scores at most, 0 to 1."""
    facts, count = questions.facts, len(rows)
    ours, our_pairs = _words_of(questions.starts, questions.words, readings)
    theirs, their_pairs = _words_of(postings.row_starts, postings.row_words, rows)
    best, agree, shortened, shorten = _meet(facts, postings, (ours, our_pairs), (theirs, their_pairs))
    weights, our_initial, their_initial = postings.weights[theirs], facts.masks[2, ours] > 0, postings.word_initials[theirs] > 0

    def of_ours(values: npt.NDArray[Any]) -> Floats:
        return np.bincount(our_pairs, values, count).astype(np.float64, copy=False)

    def of_theirs(values: npt.NDArray[Any]) -> Floats:
        return np.bincount(their_pairs, values, count).astype(np.float64, copy=False)

    agreed = of_theirs(weights * best)
    initials = of_ours(our_initial & shorten) + of_theirs(their_initial & shortened)
    # What certainly is left over: alone, or beside a word of the other name, which makes a contradiction of it.
    own = np.where(agree | (our_initial & shorten), 0.0, facts.left_over[ours])
    other = np.where(their_initial & shortened, 0.0, postings.omitted[theirs])
    own_alone, other_alone = of_ours(np.where(shorten, 0.0, own)), of_theirs(np.where((best > 0.0) | shortened, 0.0, other))
    # A name that was cut begins the other where all its words agree: then what is left over costs little, and contradicts nothing.
    begins = (of_ours(facts.sums[CUT, ours]) > 0.0) & (own_alone <= 0.0)
    omitted = np.where(begins, CUT_OMITTED, OMITTED)
    dropped = np.where(shortened, np.minimum(INITIAL_OMITTED, omitted[their_pairs]), omitted[their_pairs]) * other
    # A word that is but nearly alike costs what it lacks, or what it costs to leave it out.
    cost = omitted * of_ours(own) + of_theirs(np.where(best > 0.0, np.minimum(2.0 * weights * (1.0 - best), dropped), dropped))
    cost += np.where(begins, 0.0, 2.0 * CONFLICT * np.minimum(own_alone, other_alone))
    return score_at_most(agreed, cost, agreed + INITIAL_EVIDENCE * initials)


def _count_words(starts: Ints, chosen: Ints) -> Ints:
    counts: Ints = starts[chosen + 1] - starts[chosen]
    return counts


def _words_of(starts: Ints, words: npt.NDArray[Any], chosen: Ints) -> tuple[Ints, Ints]:
    """The words of some names, and which of the names each is of."""
    of, places = expand(starts[chosen], _count_words(starts, chosen))
    return words[places].astype(np.int64), of


def _meet(
    facts: Facts, postings: Postings, ours: tuple[Ints, Ints], theirs: tuple[Ints, Ints]
) -> tuple[Floats, Flags, Flags, Flags]:
    """Each word of either name beside all of the other, both given as words and pairs: of each of theirs how alike the most alike is; of each of ours whether
    one is alike; of each of theirs, and of each of ours, whether an initial of one may stand for a word of the other."""
    sizes = np.bincount(ours[1], minlength=1)
    right, left = expand((np.cumsum(sizes) - sizes)[theirs[1]], sizes[theirs[1]])
    words, others = ours[0][left], theirs[0][right]
    similarities = facts.compare(words, others)
    best, agree = np.zeros(len(theirs[0])), np.zeros(len(ours[0]), bool)
    alike = np.flatnonzero(similarities)
    np.maximum.at(best, right[alike], similarities[alike])
    agree[left[alike]] = True
    may = (facts.masks[1, words] & postings.word_initials[others]) | (facts.masks[2, words] & postings.word_letters[others])
    shortened, shorten = np.zeros(len(theirs[0]), bool), np.zeros(len(ours[0]), bool)
    letters = np.flatnonzero(may)
    shortened[right[letters]] = True
    shorten[left[letters]] = True
    return best, agree, shortened, shorten
