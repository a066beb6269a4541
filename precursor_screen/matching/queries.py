"""Names asked for, made ready for an index: their words with the weights of that list, parted or joined as the list writes them.

`PricewaterhouseCoopers` and `Pricewaterhouse Coopers` are one name. Which spelling a list has shows in its words: neighbours
that make one of its words when joined are read so as well, and a word that it does not hold is parted where it holds both parts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np

from precursor_screen.matching.alignment import TRUNCATED_LENGTHS
from precursor_screen.matching.candidates import Alike, Asked
from precursor_screen.matching.vocabulary import Vocabulary
from precursor_screen.matching.weights import FIRST_MAJOR, NAME, Word, compared_words, describe, make_word
from precursor_screen.names.party import PartyName
from precursor_screen.names.party_scripts import fold_key

_LEAST_PART, _LEAST_PARTED, _LEAST_JOINED = 3, 6, 5
_LONGEST_PARTED = 40
_MOST_READINGS = 4
_ARTICLES = frozenset(("al", "el", "de", "abu", "van", "von", "la", "da", "di", "bin"))


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
            yield (*plain[:i], *((part, "") for part in parts), *plain[i + 1 :])


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
    key, kind, _ = describe(text)
    if kind != NAME or key in names:
        return None
    best: tuple[int, str, str] | None = None
    for i in range(2, len(key) - 1):
        start, end = key[:i], key[i:]
        fits = end in names and ((start in names and i >= _LEAST_PART) or (start in _ARTICLES and len(end) >= 4))
        if fits and len(end) >= _LEAST_PART and (best is None or min(i, len(end)) > best[0]):
            best = min(i, len(end)), start, end
    return best[1:] if best else None


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
        keys = list(dict.fromkeys(word.key for word in fresh.values()))
        asked, found, similarity = self._vocabulary.find_similar(keys)
        order = np.argsort(asked, kind="stable")
        asked, found, similarity = asked[order], found[order], similarity[order]
        bounds = np.searchsorted(asked, np.arange(len(keys) + 1)).tolist()
        span = {key: (bounds[i], bounds[i + 1]) for i, key in enumerate(keys)}
        words, alike = found.tolist(), similarity.tolist()
        kinds = self._vocabulary.kinds
        for text, word in fresh.items():
            start, end = span[word.key]
            mine = dict(zip(words[start:end], alike[start:end], strict=True))
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
