"""Names asked for, made ready for an index: their words with the weights of that list, parted or joined as the list writes them.

`PricewaterhouseCoopers` and `Pricewaterhouse Coopers` are one name. Which spelling a list has shows in its words: neighbours
that make one of its words when joined are read so as well, and a word that it does not hold is parted where it holds both parts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np
from rapidfuzz.distance import OSA

from precursor_screen.matching.alignment import TRUNCATED_LENGTHS
from precursor_screen.matching.candidates import Alike, Asked
from precursor_screen.matching.vocabulary import Vocabulary
from precursor_screen.matching.weights import FIRST_MAJOR, NAME, Word, compared_words, describe, make_word
from precursor_screen.names.party import GENERAL_SPELLINGS, LATIN, PartyName, Reading, canonical_tokens
from precursor_screen.names.party_scripts import fold_key

_LEAST_PART, _LEAST_PARTED, _LEAST_JOINED = 3, 6, 5
_LONGEST_PARTED = 40
_MOST_READINGS = 4
_LEAST_CORRECTED = 5
_STARTS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3) | {"al", "el", "de", "la", "da", "di"}
_ENDS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3)


def is_truncated(name: str) -> bool:
    """Whether a name has the length at which many manifests cut names."""
    return len(name) in TRUNCATED_LENGTHS


def read_words(party: PartyName, names: Container[str]) -> list[tuple[tuple[str, str], ...]]:
    """All ways to read a name, as (text, as written if joined) of its words. names: the keys of the list's names."""
    found: dict[tuple[tuple[str, str], ...], None] = {}
    for reading in party.readings:
        texts = compared_words(reading)
        found.setdefault(tuple((text, "") for text in texts))
        if len(texts) == 1 and texts[0][0] == "=":
            texts = reading.tokens
        for other in _respell(texts, names):
            found.setdefault(other)
    return list(found)


def _respell(texts: Sequence[str], names: Container[str]) -> Iterable[tuple[tuple[str, str], ...]]:
    """The same words with neighbours joined or one parted, as far as the list has such words; a few at most."""
    if len(texts) > 2 * _LONGEST_PARTED:
        return
    plain = [(text, "") for text in texts]
    found = 0
    for size in (2, 3):
        for i in range(len(texts) - size + 1):
            if found < _MOST_READINGS and (joined := _join(texts[i : i + size], names)):
                found += 1
                yield (*plain[:i], (joined, " ".join(t.lstrip("~") for t in texts[i : i + size])), *plain[i + size :])
    for i, text in enumerate(texts):
        if found < _MOST_READINGS and (parts := _part(text, names)):
            found += 1
            yield _spell((*texts[:i], *parts, *texts[i + 1 :]))
    corrected = tuple(_correct(text, names) for text in texts)
    if corrected != tuple(texts):
        yield _spell(corrected)


def _spell(tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((text, "") for text in compared_words(Reading(canonical_tokens(tokens), LATIN)))


def _join(texts: Sequence[str], names: Container[str]) -> str:
    marked = texts[0][0] == "~"
    joined = "".join(t.lstrip("~") for t in texts)
    if marked:
        return "~" + joined if len(joined) >= 4 else ""  # consonants part as the writer likes: `bd llh`
    if not _LEAST_JOINED <= len(joined) <= _LONGEST_PARTED or not joined.isalpha() or not joined.isascii():
        return ""
    return joined if fold_key(joined) in names else ""


def _part(text: str, names: Container[str]) -> tuple[str, str] | None:
    if not _LEAST_PARTED <= len(text) <= _LONGEST_PARTED or not text.isascii() or not text.isalpha():
        return None
    _, kind, _ = describe(text)
    if kind != NAME:
        return None
    known = fold_key(text) in names
    best: tuple[bool, int, str, str] | None = None
    for i in range(2, len(text) - 1):
        start, end = text[:i], text[i:]
        shorter = min(i, len(end))
        named = shorter >= _LEAST_PART and fold_key(end) in names and fold_key(start) in names
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
        self._alike: dict[str, Alike | None] = {}

    def make(self, texts: Iterable[tuple[str, str]]) -> tuple[Word, ...]:
        """Words by text and what was written for it."""
        words = []
        for pair in texts:
            word = self._words.get(pair)
            if word is None:
                word = self._words[pair] = make_word(pair[0], self._vocabulary.rarities, pair[1])
            words.append(word)
        return tuple(words)

    def look_up(self, readings: Sequence[tuple[Word, ...]]) -> None:
        """Find what is alike for all words of some readings, together."""
        fresh = {w.text: w for words in readings for w in words if w.kind >= FIRST_MAJOR and w.text not in self._alike}
        kinds = self._vocabulary.kinds
        found = self._vocabulary.find_similar([(text, word.key) for text, word in fresh.items()])
        for (text, word), mine in zip(fresh.items(), found, strict=True):
            for position, value in self._vocabulary.find_alike(text, word.kind).items():
                mine[position] = max(value, mine.get(position, 0.0))
            self._alike[text] = self._gather(mine, any(kinds[i] < FIRST_MAJOR for i in mine))

    def ask(self, words: tuple[Word, ...], truncated: bool) -> Asked:
        """A reading with what is alike for each word."""
        alike = [self._alike[w.text] if w.kind >= FIRST_MAJOR else None for w in words]
        last = max((i for i, w in enumerate(words) if w.weight), default=-1)
        if truncated and last >= 0 and words[last].kind == NAME:
            mine = self._alike[words[last].text]
            known = dict(zip(mine.words.tolist(), mine.similarities.tolist(), strict=True)) if mine else {}
            alike[last] = self._gather(self._vocabulary.find_starting(words[last].text) | known, True)
        return Asked(words, tuple(alike))

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
