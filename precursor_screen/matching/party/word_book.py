"""Names asked for, read as a list writes them, and their words, each made once for a list: with its weight there and what the list holds alike.

Names share words, and one run asks in many blocks. So a book is kept with its index, and what the bounds need of each word
lies in arrays, by the word's number, which a block of names gathers at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np
from msgspec import Struct

from precursor_screen.matching.party.alignment import is_lost
from precursor_screen.matching.party.bounds import letter_bit
from precursor_screen.matching.party.questions import SUMMED, Facts, Questions
from precursor_screen.matching.party.speller import Marked, Speller, Texts, make_text
from precursor_screen.matching.party.vocabulary import Vocabulary, general_bit
from precursor_screen.matching.party.weights import (
    FIRST_MAJOR,
    FLAT,
    GENERIC,
    INITIAL,
    LAST_CUT,
    NAME,
    SHORT_NUMBER,
    Word,
)

_LOOKED_UP = 1024  # words that a thread looks up at once
FULL = 1 << 19  # words and pairs of words with which a book is closed and the next begun, so that memory stays bounded


class _SimilarWords(Struct, frozen=True):
    """The words of an index that a word may stand for, ascending; heaviest: the most that an informative one of them weighs, 0 where
    there is none; may_be_general: whether there are others."""

    words: list[int]
    similarities: list[float]
    heaviest: float
    may_be_general: bool


class WordBook:
    """Words by number. Texts of names become numbers (`make`), then `look_up` fills in what the list holds for new ones."""

    def __init__(self, vocabulary: Vocabulary, rows: Sequence[int]) -> None:
        self._vocabulary = vocabulary
        self._rows = rows
        self.speller = Speller(vocabulary.rarities)
        self.words: list[Word] = []
        self._numbers: dict[str | Marked, int] = {}
        self._similar: dict[str, _SimilarWords] = {}
        self.facts = Facts.of_none()

    def is_full(self) -> bool:
        """Whether it holds as much as a book should."""
        return len(self.words) + len(self.speller) > FULL

    def make(self, texts: Texts) -> list[int]:
        """The numbers of a reading's words."""
        known = self._numbers
        return [known[text] if text in known else self._make(text) for text in texts]

    def _make(self, text: str | Marked) -> int:
        self.words.append(make_text(text, self._vocabulary.rarities))
        self._numbers[text] = len(self.words) - 1
        return len(self.words) - 1

    def look_up(self, pool: Executor | None) -> None:
        """Find what the list holds alike for all words made since the last time."""
        first = self.facts.count
        if first == len(self.words):
            return
        fresh = {w.text: w for w in self.words[first:] if w.kind >= FIRST_MAJOR and w.text not in self._similar}
        words = sorted(fresh.values(), key=lambda w: (len(w.text), w.text))
        blocks = [words[i : i + _LOOKED_UP] for i in range(0, len(words), _LOOKED_UP)]
        for found in (pool.map if pool else map)(self._find_similar, blocks):
            self._similar.update(found)
        self.facts = self.facts.extend(self._describe(first))

    def questions_of(self, readings: Sequence[Sequence[int]]) -> Questions:
        """Some readings, as numbers of words, with what is known of these; none of them is empty."""
        sizes = np.fromiter(map(len, readings), np.int64, len(readings))
        words = np.fromiter((number for reading in readings for number in reading), np.int64, int(sizes.sum()))
        return Questions(self.facts, words, np.concatenate(([0], np.cumsum(sizes))))

    def _find_similar(self, words: Sequence[Word]) -> dict[str, _SimilarWords]:
        similar = {}
        for word, mine in zip(words, self._vocabulary.find_similar([(w.text, w.key) for w in words]), strict=True):
            for position, value in self._vocabulary.find_variants(word.text, word.kind).items():
                mine[position] = max(value, mine.get(position, 0.0))
            similar[word.text] = self._gather(mine)
        return similar

    def _gather(self, found: Mapping[int, float]) -> _SimilarWords:
        kinds, weights = self._vocabulary.kinds, self._vocabulary.weights
        informative = [float(weights[i]) for i in found if kinds[i] >= FIRST_MAJOR]
        words = sorted(found)
        return _SimilarWords(words, [found[i] for i in words], max(informative, default=0.0), len(informative) < len(found))

    def _of(self, word: Word) -> _SimilarWords:
        if word.kind < FIRST_MAJOR:
            return self._gather(dict.fromkeys(self._vocabulary.find_general(word.key, word.kind), 1.0))
        mine = self._similar[word.text]
        if not word.cut or word.kind != NAME:
            return mine
        found = self._vocabulary.find_starting(word.text)
        for position, value in zip(mine.words, mine.similarities, strict=True):
            found[position] = max(value, found.get(position, 0.0))
        return self._gather(found)

    def _describe(self, first: int) -> Facts:
        """The facts of all words from that number on."""
        words = self.words[first:]
        similar = [self._of(word) for word in words]
        sums = np.zeros((SUMMED, len(words)))
        masks = np.zeros((3, len(words)), np.uint64)
        for i, (word, mine) in enumerate(zip(words, similar, strict=True)):
            if word.kind < FIRST_MAJOR:
                is_masked = word.kind in (GENERIC, SHORT_NUMBER)
                is_initial = word.kind == INITIAL
                own, unmasked = (0.0 if left_out else word.weight for left_out in (is_initial or is_lost(word), is_masked))
                sums[:5, i] = (word.weight, own, unmasked, is_initial, is_masked)
                masks[0, i] = general_bit(word.key) if is_masked else 0
            else:
                own = 0.0 if mine.may_be_general or is_lost(word) else word.weight
                general = FLAT[GENERIC] if mine.may_be_general else 0.0
                sums[:8, i] = (general, 0.0, general, 0.0, 0.0, own, 0.0 if mine.heaviest else own, mine.heaviest)
            sums[8, i] = word.cut == LAST_CUT
            masks[1, i] = letter_bit(word.text) if word.kind == NAME else 0
            masks[2, i] = letter_bit(word.text) if word.kind == INITIAL else 0
        sizes = np.fromiter((len(a.words) for a in similar), np.int64, len(words))
        rows = self._rows
        return Facts(
            sums,
            masks,
            np.fromiter((0.0 if is_lost(w) else w.weight for w in words), np.float64, len(words)),
            np.fromiter((w.kind == SHORT_NUMBER for w in words), bool, len(words)),
            np.fromiter((sum(rows[j] for j in a.words) for a in similar), np.int64, len(words)),
            np.concatenate(([0], np.cumsum(sizes))),
            np.fromiter((j for a in similar for j in a.words), np.int64),
            np.fromiter((s for a in similar for s in a.similarities), np.float64),
        )
