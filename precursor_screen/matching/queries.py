"""Names asked for, made ready for an index: their words with the weights of that list, parted or joined as the list writes them.

`PricewaterhouseCoopers` and `Pricewaterhouse Coopers` are one name. Which spelling a list has shows in its words: neighbours
that make one of its words when joined are read so as well, and a word that it does not hold is parted where it holds both parts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from concurrent.futures import Executor

import numpy as np
from rapidfuzz.distance import OSA

from precursor_screen.matching.alignment import TRUNCATED_LENGTHS
from precursor_screen.matching.bounds import letter_bit
from precursor_screen.matching.candidates import Alike, Asked
from precursor_screen.matching.vocabulary import Vocabulary, general_bit
from precursor_screen.matching.weights import (
    FIRST_MAJOR,
    GENERIC,
    INITIAL,
    LEGAL,
    NAME,
    SHORT_NUMBER,
    Word,
    compared_words,
    describe,
    make_word,
)
from precursor_screen.names.party import GENERAL_SPELLINGS, LATIN, PartyName, Reading, canonical_tokens
from precursor_screen.names.party_names import COMMON
from precursor_screen.names.party_scripts import fold_key

_LEAST_PART, _LEAST_ALONE, _LEAST_PARTED, _LEAST_JOINED = 4, 3, 6, 5
_LONGEST_PARTED = 40
_MOST_READINGS = 4
_MOST_WORDS = 80
_LOOKED_UP = 1024  # words that a thread looks up at once
_LEAST_CORRECTED = 5
_STARTS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3) | {"al", "el", "de", "la", "da", "di"}
_ENDS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3)


Texts = tuple[tuple[str, str], ...]


def is_truncated(name: str) -> bool:
    """Whether a name has the length at which many manifests cut names."""
    return len(name) in TRUNCATED_LENGTHS


class Speller:
    """Reads names as a list writes them. names: the keys of the list's names."""

    def __init__(self, names: Container[str]) -> None:
        self._names = names
        self._joined: dict[tuple[str, ...], str] = {}
        self._parted: dict[tuple[str, int], tuple[str, str] | None] = {}
        self._corrected: dict[str, str] = {}

    def read(self, party: PartyName) -> list[Texts]:
        """All ways to read a name, as (text, as written if joined) of its words."""
        found: dict[Texts, None] = {}
        for reading in party.readings:
            texts = compared_words(reading)
            found.setdefault(tuple([(text, "") for text in texts]))
            if len(texts) == 1 and texts[0][0] == "=":
                texts = reading.tokens
            for other in self._respell(texts):
                found.setdefault(other)
        return list(found)

    def _respell(self, texts: tuple[str, ...]) -> Iterable[Texts]:
        """The same words with neighbours joined, one parted, or general ones corrected, as far as the list bears it."""
        if len(texts) > _MOST_WORDS:
            return
        found = 0
        for size in (2, 3):
            for i in range(len(texts) - size + 1):
                words = texts[i : i + size]
                joined = self._joined.get(words)
                if joined is None:
                    joined = self._joined[words] = _join(words, self._names)
                if joined and found < _MOST_READINGS:
                    found += 1
                    plain = [(text, "") for text in texts]
                    yield (*plain[:i], (joined, " ".join(t.lstrip("~") for t in words)), *plain[i + size :])
        for i, text in enumerate(texts):
            if len(text) < _LEAST_CORRECTED:
                continue
            if text not in self._corrected:
                self._corrected[text] = _correct(text, self._names)
            part = (text, _LEAST_ALONE if len(texts) == 1 else _LEAST_PART)
            if part not in self._parted:
                self._parted[part] = _part(*part, self._names)
            parts = self._parted[part]
            if parts and found < _MOST_READINGS:
                found += 1
                yield _spell((*texts[:i], *parts, *texts[i + 1 :]))
        corrected = tuple([self._corrected.get(text, text) for text in texts])
        if corrected != texts:
            yield _spell(corrected)


def _spell(tokens: tuple[str, ...]) -> Texts:
    return tuple([(text, "") for text in compared_words(Reading(canonical_tokens(tokens), LATIN))])


def _join(texts: Sequence[str], names: Container[str]) -> str:
    joined = "".join(texts)
    if joined[0] == "~":
        joined = joined.replace("~", "")
        return "~" + joined if len(joined) >= _LEAST_PART else ""  # consonants part as the writer likes: `bd llh`
    if not _LEAST_JOINED <= len(joined) <= _LONGEST_PARTED or not joined.isalpha() or not joined.isascii():
        return ""
    key = ""
    for text in texts:
        part = describe(text)[0]
        key += part[1:] if key[-1:] == part[:1] else part
    return joined if key in names else ""


def _part(text: str, least: int, names: Container[str]) -> tuple[str, str] | None:
    if not _LEAST_PARTED <= len(text) <= _LONGEST_PARTED or not text.isascii() or not text.isalpha():
        return None
    _, kind, _ = describe(text)
    if kind != NAME or text in COMMON:
        return None
    known = fold_key(text) in names
    best: tuple[bool, int, str, str] | None = None
    for i in range(2, len(text) - 1):
        start, end = text[:i], text[i:]
        shorter = min(i, len(end))
        named = shorter >= least and fold_key(end) in names and fold_key(start) in names
        if named or (end in _ENDS and _is_word(start, names)) or (start in _STARTS and len(end) >= 4 and _is_word(end, names)):
            best = max(best or (False, 0, "", ""), (named, shorter, start, end))
    return best[2:] if best and not (known and not best[0]) else None


def _is_word(text: str, names: Container[str]) -> bool:
    return text in GENERAL_SPELLINGS or fold_key(text) in names


def _correct(text: str, names: Container[str]) -> str:
    """A general word for one that the list does not hold and that is such a word but for an error."""
    if not _LEAST_CORRECTED <= len(text) <= _LONGEST_PARTED or not text.isascii() or not text.isalpha():
        return text
    key, kind, _ = describe(text)
    if kind != NAME or key in names:
        return text
    for shortened in (text, *(text[:i] + text[i + 1 :] for i in range(len(text)))):
        for word in _SHORTENED.get(shortened, ()):
            if OSA.distance(text, word, score_cutoff=1) <= 1:
                return word
    return text


def _shorten_general_words() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(GENERAL_SPELLINGS):
        if len(word) >= _LEAST_CORRECTED:
            for shortened in {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}:
                found.setdefault(shortened, []).append(word)
    return found


# Two words that differ by one error are equal or become equal when each loses at most one letter.
_SHORTENED = _shorten_general_words()


class WordBook:
    """The words that are asked for, each made once: with its weight in this list and what the list holds alike."""

    def __init__(self, vocabulary: Vocabulary, rows: Sequence[int]) -> None:
        self._vocabulary = vocabulary
        self._rows = rows
        self._words: dict[tuple[str, str], Word] = {}
        self._alike: dict[str, Alike] = {}
        self._bits: dict[str, int] = {}

    def make(self, texts: Texts) -> tuple[Word, ...]:
        """Words by text and what was written for it."""
        known = self._words
        return tuple([known.get(pair) or self._make(pair) for pair in texts])

    def _make(self, pair: tuple[str, str]) -> Word:
        return self._words.setdefault(pair, make_word(pair[0], self._vocabulary.rarities, pair[1]))

    def look_up(self, pool: Executor | None) -> None:
        """Find what the list holds alike for all words made so far."""
        fresh = {w.text: w for w in self._words.values() if w.kind >= FIRST_MAJOR and w.text not in self._alike}
        words = sorted(fresh.values(), key=lambda w: (len(w.text), w.text))
        blocks = [words[i : i + _LOOKED_UP] for i in range(0, len(words), _LOOKED_UP)]
        for found in (pool.map if pool else map)(self._find_alike, blocks):
            self._alike.update(found)

    def _find_alike(self, words: Sequence[Word]) -> dict[str, Alike]:
        kinds = self._vocabulary.kinds
        alike = {}
        for word, mine in zip(words, self._vocabulary.find_similar([(w.text, w.key) for w in words]), strict=True):
            for position, value in self._vocabulary.find_alike(word.text, word.kind).items():
                mine[position] = max(value, mine.get(position, 0.0))
            alike[word.text] = self._gather(mine, any(kinds[i] < FIRST_MAJOR for i in mine))
        return alike

    def ask(self, words: tuple[Word, ...], truncated: bool) -> Asked:
        """A reading with what is alike for each word."""
        found = self._alike
        alike = [found[w.text] if w.kind >= FIRST_MAJOR else None for w in words]
        if truncated:
            last = max((i for i, w in enumerate(words) if w.kind != LEGAL), default=-1)
            if last >= 0 and words[last].kind == NAME:
                mine = found[words[last].text]
                known = dict(zip(mine.words.tolist(), mine.similarities.tolist(), strict=True))
                alike[last] = self._gather(self._vocabulary.find_starting(words[last].text) | known, True)
        mask = count = letters = initials = 0
        for word in words:
            if word.kind == NAME:
                letters |= letter_bit(word.text)
            elif word.kind == INITIAL:
                initials |= letter_bit(word.text)
            elif word.kind in (GENERIC, SHORT_NUMBER):
                count += 1
                mask |= self._bit(word.key)
        return Asked(words, tuple(alike), mask, count - mask.bit_count(), letters, initials)

    def _bit(self, key: str) -> int:
        bit = self._bits.get(key)
        if bit is None:
            bit = self._bits[key] = general_bit(key)
        return bit

    def _gather(self, found: Mapping[int, float], may_be_general: bool) -> Alike:
        kinds, weights = self._vocabulary.kinds, self._vocabulary.weights
        informative = sorted(i for i in found if kinds[i] >= FIRST_MAJOR)
        return Alike(
            np.array(informative, np.int64),
            np.array([found[i] for i in informative], np.float64),
            max((float(weights[i]) for i in informative), default=0.0),
            sum(self._rows[i] for i in informative),
            may_be_general,
        )
