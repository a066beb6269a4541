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
from msgspec import Struct

from precursor_screen.core.arrow import Flags, Floats, Ints, expand
from precursor_screen.matching.party.alignment import DOUBT, ENOUGH, INITIAL_EVIDENCE, OMITTED
from precursor_screen.matching.party.bounds import Bounded, LookedUp, Postings, add_skipped, blocks_of, keep_promising, sum_by_row
from precursor_screen.matching.party.pair_bounds import keep_reaching
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
