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

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from precursor_screen.matching.alignment import DOUBT, ENOUGH, INITIAL_EVIDENCE, OMITTED
from precursor_screen.matching.bounds import Facts, LookedUp, Postings, add_skipped, keep_promising, sum_by_row
from precursor_screen.matching.weights import FIRST_MAJOR, FLAT, GENERIC, INITIAL, SHORT_NUMBER, Word

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BLOCK = 1 << 18  # postings that are summed at once
_WORTH = 4  # a word of many rows is looked up nevertheless while that costs no more than this many times the rest
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Alike:
    """The informative words of an index that a word may stand for.

    words, similarities: by falling similarity or not; heaviest: greatest weight of them; rows: how many rows hold one;
    may_be_general: whether it may stand for a general word too.
    """

    words: Ints
    similarities: Floats
    heaviest: float
    rows: int
    may_be_general: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading of a name asked for, with what the index holds for each of its informative words (None: a general word)."""

    words: tuple[Word, ...]
    alike: tuple[Alike | None, ...]
    general: int  # mask of its general words, as in `Postings.masks`
    shared_bits: int  # how many of them have no bit of their own
    letters: int  # mask of the letters that its names start with, and of its initials
    initial_letters: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is looked up for a reading, and what the bound allows for the words that are not."""

    looked_up: tuple[int, ...]
    skipped: tuple[int, ...]
    skipped_weight: float  # at most, of the list's words
    own_skipped: float
    own: float  # weight of own informative words that are left over unless something informative agrees
    general: float  # weight of general words that agree, at most
    general_own: float  # of its general words but initials
    unmasked: float  # of `general`, what the mask does not tell: slight words, and informative ones that may be general
    per_bit: float
    initials: int
    mask: int


def plan(asked: Asked, cut: float, list_initials: int) -> _Plan | None:
    """Which words to look up so that no match is lost; None if nothing can reach the cut."""
    general = general_own = unmasked = 0.0
    initials, per_bit = 0, FLAT[GENERIC]
    options: list[tuple[int, int, float, float]] = []  # rows, position, heaviest, own weight
    lost = 0.0
    for position, (word, alike) in enumerate(zip(asked.words, asked.alike, strict=True)):
        if word.kind < FIRST_MAJOR:
            general += word.weight
            if word.kind == INITIAL:
                initials += 1
            else:
                general_own += word.weight
            if word.kind == SHORT_NUMBER:
                per_bit = FLAT[SHORT_NUMBER]
            elif word.kind != GENERIC:
                unmasked += word.weight
            continue
        if alike is None:
            lost += word.weight
            continue
        own = 0.0 if alike.may_be_general else word.weight
        if alike.may_be_general:
            general += FLAT[GENERIC]
            unmasked += FLAT[GENERIC]
        if len(alike.words):
            options.append((alike.rows, position, alike.heaviest, own))
        else:
            lost += own
    if not options:
        return None
    reachable = sum(o[2] for o in options)
    needed = _least_agreement(cut, reachable + general + INITIAL_EVIDENCE * (initials + list_initials))
    if reachable + general < needed * lost - _SLACK:
        return None
    skipped: list[tuple[int, int, float, float]] = []
    weight, left_over = 0.0, lost + sum(o[3] for o in options)
    for option in sorted(options, reverse=True):
        if len(skipped) + 1 < len(options) and weight + option[2] + general < needed * (left_over - option[3]) - _SLACK:
            skipped.append(option)
            weight += option[2]
            left_over -= option[3]
    kept = [o for o in options if o not in skipped]
    cost = sum(o[0] for o in kept)
    for option in reversed(skipped[:]):
        if option[0] <= _WORTH * cost or option[0] < 64:
            skipped.remove(option)
            kept.append(option)
    return _Plan(
        tuple(o[1] for o in kept),
        tuple(o[1] for o in skipped),
        sum(o[2] for o in skipped),
        sum(o[3] for o in skipped),
        lost + sum(o[3] for o in options),
        general,
        general_own,
        unmasked + per_bit * asked.shared_bits,
        per_bit,
        initials,
        asked.general,
    )


def find_candidates(asked: Sequence[Asked], postings: Postings, cut: float) -> tuple[Ints, Ints]:
    """(position in `asked`, row) of all pairs whose score can reach the cut, 0 to 100; ordered."""
    plans = [plan(a, cut / 100.0, postings.most_initials) for a in asked]
    found: list[tuple[Ints, Ints]] = []
    start = 0
    while start < len(asked):
        end, size = start, 0
        while end < len(asked) and (size < _BLOCK or end == start):
            mine = plans[end]
            if mine is not None:
                size += sum(a.rows for p in mine.looked_up if (a := asked[end].alike[p]) is not None)
            end += 1
        if size:
            found.append(_bound(asked, plans, start, end, postings, cut / 100.0))
        start = end
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _bound(
    asked: Sequence[Asked], plans: Sequence[_Plan | None], start: int, end: int, postings: Postings, cut: float
) -> tuple[Ints, Ints]:
    made = [m or _NOTHING for m in plans[start:end]]
    facts = Facts(
        np.array([_facts(m) for m in made]).T,
        np.array([m.skipped_weight for m in made]),
        np.array([m.own_skipped for m in made]),
        np.array([m.mask for m in made], np.uint64),
        np.array([a.letters for a in asked[start:end]], np.uint64),
        np.array([a.initial_letters for a in asked[start:end]], np.uint64),
    )
    found = sum_by_row(_flatten(asked, start, [m.looked_up for m in made]), postings)
    found = keep_promising(found, facts, postings, cut - _SLACK)
    # What was not looked up was taken for agreeing; now that few rows are left, see whether it does.
    skipped = _flatten(asked, start, [m.skipped for m in made])
    if len(skipped.words) and len(found.rows):
        found = add_skipped(found, skipped, postings)
        found = keep_promising(found, facts.without_skipped(), postings, cut - _SLACK)
    return found.owners + start, found.rows


def _flatten(asked: Sequence[Asked], start: int, positions: Sequence[tuple[int, ...]]) -> LookedUp:
    words: list[Ints] = [np.empty(0, np.int64)]
    similarities: list[Floats] = [np.empty(0)]
    sizes: list[int] = []
    owners: list[int] = []
    own: list[float] = []
    for owner, mine in enumerate(positions):
        reading = asked[start + owner]
        for position in mine:
            alike = reading.alike[position]
            if alike is not None:
                words.append(alike.words)
                similarities.append(alike.similarities)
                sizes.append(len(alike.words))
                owners.append(owner)
                own.append(0.0 if alike.may_be_general else reading.words[position].weight)
    return LookedUp(
        np.concatenate(words),
        np.concatenate(similarities),
        np.repeat(np.array(owners, np.int64), sizes),
        np.repeat(np.array(own, np.float64), sizes),
    )


_NOTHING = _Plan((), (), *(0.0,) * 7, 0, 0)


def _facts(m: _Plan) -> tuple[float, ...]:
    return m.own, m.general, m.general_own, m.unmasked, m.per_bit, m.initials


def _least_agreement(cut: float, reachable: float) -> float:
    """The least ratio of weight that agrees to own weight left over with which the cut can be reached."""
    doubt = 1.0 + DOUBT * max(0.0, 1.0 - reachable / ENOUGH)
    missing = (1.0 - cut) / doubt
    return OMITTED * (1.0 - missing) / (2.0 * missing) if missing > 0.0 else float("inf")
