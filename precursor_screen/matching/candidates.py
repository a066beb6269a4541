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
from typing import Any

import numpy as np
import numpy.typing as npt

from precursor_screen.matching.alignment import CONFLICT, DOUBT, ENOUGH, INITIAL_EVIDENCE, INITIAL_OMITTED, OMITTED
from precursor_screen.matching.weights import FIRST_MAJOR, INITIAL, LEGAL, Word

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


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows of each word, and for each row the weight of its informative words, of its general ones, and how many initials."""

    starts: Ints
    rows: npt.NDArray[np.int32]
    weights: Floats
    informative: Floats
    general: Floats
    initials: Floats
    most_initials: int


def summarise_rows(arrays: Any) -> Postings:
    """What the bounds need of an index."""
    kinds, weights, words = arrays["word_kind"], arrays["word_weight"], arrays["row_words"]
    starts = arrays["row_starts"].astype(np.int64)
    major = np.where(kinds >= FIRST_MAJOR, weights, 0.0)
    minor = np.where((kinds < FIRST_MAJOR) & (kinds > LEGAL), weights, 0.0)
    initial = (kinds == INITIAL).astype(np.float64)
    informative, general, initials = (
        np.add.reduceat(w[words], starts[:-1]) if len(words) else np.empty(0) for w in (major, minor, initial)
    )
    most = int(initials.max(initial=0.0))
    return Postings(
        arrays["posting_starts"].astype(np.int64), arrays["posting_rows"], weights, informative, general, initials, most
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is looked up for a reading, and what the bound allows for the words that are not."""

    looked_up: tuple[int, ...]
    skipped_weight: float  # at most, of the list's words
    own_skipped: float
    own: float  # weight of own informative words that are left over unless something informative agrees
    general: float
    initials: int


def plan(asked: Asked, cut: float, list_initials: int) -> _Plan | None:
    """Which words to look up so that no match is lost; None if nothing can reach the cut."""
    general = initials = 0.0
    options: list[tuple[int, int, float, float]] = []  # rows, position, heaviest, own weight
    lost = 0.0
    for position, (word, alike) in enumerate(zip(asked.words, asked.alike, strict=True)):
        if word.kind < FIRST_MAJOR:
            general += word.weight
            initials += word.kind == INITIAL
            continue
        if alike is None:
            lost += word.weight
            continue
        own = 0.0 if alike.may_be_general else word.weight
        general += 0.25 if alike.may_be_general else 0.0
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
        sum(o[2] for o in skipped),
        sum(o[3] for o in skipped),
        lost + sum(o[3] for o in options),
        general,
        int(initials),
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
    words: list[Ints] = []
    similarities: list[Floats] = []
    sizes: list[int] = []
    owners: list[int] = []
    own_weights: list[float] = []
    for i in range(start, end):
        mine = plans[i]
        if mine is None:
            continue
        for position in mine.looked_up:
            alike = asked[i].alike[position]
            if alike is not None:
                words.append(alike.words)
                similarities.append(alike.similarities)
                sizes.append(len(alike.words))
                owners.append(i - start)
                own_weights.append(0.0 if alike.may_be_general else asked[i].words[position].weight)
    word = np.concatenate(words)
    counts = postings.starts[word + 1] - postings.starts[word]
    total = int(counts.sum())
    offsets = np.repeat(postings.starts[word] - (np.cumsum(counts) - counts), counts)
    rows = postings.rows[offsets + np.arange(total)].astype(np.int64)
    owner = np.repeat(np.repeat(np.array(owners), sizes), counts)
    weight = np.repeat(postings.weights[word], counts)
    agreed = np.repeat(postings.weights[word] * np.concatenate(similarities), counts)
    own = np.repeat(np.repeat(np.array(own_weights), sizes), counts)
    keys = owner * len(postings.informative) + rows
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    owner, rows = np.divmod(keys[first], len(postings.informative))
    agreed, weight, own = (np.add.reduceat(a[order], first) for a in (agreed, weight, own))
    facts = np.array(
        [(m.skipped_weight, m.own_skipped, m.own, m.general, m.initials) if m else (0.0,) * 5 for m in plans[start:end]]
    )[owner].T
    best = _best_scores(agreed, weight, own, rows, postings, facts)
    keep = best >= cut - _SLACK
    return owner[keep] + start, rows[keep]


def _best_scores(agreed: Floats, weight: Floats, own: Floats, rows: Ints, postings: Postings, facts: Any) -> Floats:
    skipped, own_skipped, own_all, general, initials = facts
    most = agreed + skipped + np.minimum(general, postings.general[rows])
    evidence = most + INITIAL_EVIDENCE * (initials + postings.initials[rows])
    right_over = np.maximum(0.0, postings.informative[rows] - weight - skipped)
    left_over = np.maximum(0.0, own_all - own - own_skipped)
    abbreviated = (initials + postings.initials[rows]) > 0
    omitted = np.where(abbreviated, INITIAL_OMITTED, OMITTED) * (left_over + right_over)
    conflict = np.where(abbreviated, 0.0, 2.0 * CONFLICT * np.minimum(left_over, right_over))
    score = 2.0 * most / np.maximum(2.0 * most + omitted + conflict, _SLACK)
    doubt = 1.0 + DOUBT * np.maximum(0.0, 1.0 - evidence / ENOUGH)
    found: Floats = 1.0 - (1.0 - score) * doubt
    return found


def _least_agreement(cut: float, reachable: float) -> float:
    """The least ratio of weight that agrees to own weight left over with which the cut can be reached."""
    doubt = 1.0 + DOUBT * max(0.0, 1.0 - reachable / ENOUGH)
    missing = (1.0 - cut) / doubt
    return OMITTED * (1.0 - missing) / (2.0 * missing) if missing > 0.0 else float("inf")
