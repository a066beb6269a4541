"""How well a pair of a name and a row can score at best, word by word: the formula of `alignment`, without choosing who stands for whom.

`bounds` knows of a row only sums, so that it can rule out millions; of those that it leaves, most hold initials that may stand for
some word, and fall once it is asked for which. Each word here stands for whatever is most like it, even if several want the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from precursor_screen.core.arrow import Flags, Floats, Ints, expand
from precursor_screen.matching.party.alignment import CONFLICT, CUT_OMITTED, INITIAL_EVIDENCE, INITIAL_OMITTED, OMITTED
from precursor_screen.matching.party.bounds import Postings, blocks_of, score_at_most
from precursor_screen.matching.party.questions import CUT, Facts, Questions

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
