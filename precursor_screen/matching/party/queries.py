"""Names asked for, read as a list writes them: its words parted or joined as they are there, general ones corrected.

`PricewaterhouseCoopers` and `Pricewaterhouse Coopers` are one name. Which spelling a list has shows in its words: neighbours
that make one of its words when joined are read so as well, and a word that it does not hold is parted where it holds both parts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from rapidfuzz.distance import OSA

from precursor_screen.matching.party.alignment import TRUNCATED_LENGTHS
from precursor_screen.matching.party.weights import NAME, compared_words, describe
from precursor_screen.text.party import GENERAL_SPELLINGS, LATIN, Interpretation, PartyName, canonical_tokens
from precursor_screen.text.party_words import COMMON, SHORT_FORMS, fold_key, part_form

_LEAST_PART, _LEAST_ALONE, _LEAST_PARTED, _LEAST_JOINED = 4, 3, 6, 5
_LONGEST_PARTED = 40
_LEAST_OF_THREE = 12
_MOST_READINGS = 4
_MOST_WORDS = 80
_LEAST_CORRECTED = 5
_STARTS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3) | {"al", "el", "de", "la", "da", "di"}
_ENDS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3)


class Joined(NamedTuple):
    """A word that joins neighbours, and what was written for it."""

    text: str
    written: str


Texts = tuple[str | Joined, ...]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def is_truncated(name: str) -> bool:
    """Whether a name has the length at which many manifests cut names."""
    return len(name) in TRUNCATED_LENGTHS


class _Memo(dict[_Key, _Value], Generic[_Key, _Value]):
    """What a function gives, worked out once for each argument."""

    def __init__(self, function: Callable[[_Key], _Value]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: _Key) -> _Value:
        value = self[key] = self._function(key)
        return value


class _Pair(NamedTuple):
    joined: str
    may_go_on: bool  # a third word may be joined to them


class _Single(NamedTuple):
    corrected: str
    parts: tuple[str, ...] | None


class Speller:
    """Reads names as a list writes them. names: the keys of the list's names."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._sorted: list[str] | None = None
        self._pairs: _Memo[tuple[str, str], _Pair | None] = _Memo(self._join_pair)
        self._words: _Memo[str, _Single | None] = _Memo(lambda text: self._read_word(text, _LEAST_PART))
        self._alone: _Memo[str, _Single | None] = _Memo(lambda text: self._read_word(text, _LEAST_ALONE))

    def __len__(self) -> int:
        """How many words and pairs of words it remembers."""
        return len(self._pairs) + len(self._words) + len(self._alone)

    def read(self, party: PartyName) -> list[Texts]:
        """All ways to read a name, each as the texts of its words."""
        found: dict[Texts, None] = {}
        for reading in party.readings:
            texts = compared_words(reading)
            found.setdefault(texts)
            if len(texts) == 1 and texts[0][0] == "=":
                texts = reading.tokens
            for other in self._respell(texts):
                found.setdefault(other)
        return list(found)

    def _respell(self, texts: tuple[str, ...]) -> Iterable[Texts]:
        """The same words with neighbours joined, one parted, or general ones corrected, as far as the list bears it."""
        if len(texts) > _MOST_WORDS:
            return ()
        pairs = list(map(self._pairs.__getitem__, pairwise(texts)))
        words = list(map((self._alone if len(texts) == 1 else self._words).__getitem__, texts))
        return self._spell_otherwise(texts, pairs, words) if any(pairs) or any(words) else ()

    def _spell_otherwise(
        self, texts: tuple[str, ...], pairs: Sequence[_Pair | None], words: Sequence[_Single | None]
    ) -> Iterable[Texts]:
        found = 0
        for joined, i, size in self._join_neighbours(texts, pairs):
            if found < _MOST_READINGS:
                found += 1
                written = " ".join(t.lstrip("~") for t in texts[i : i + size])
                yield (*texts[:i], Joined(joined, written), *texts[i + size :])
        for i, word in enumerate(words):
            if word and word.parts and found < _MOST_READINGS:
                found += 1
                yield _spell((*texts[:i], *word.parts, *texts[i + 1 :]))
        if any(word and word.corrected for word in words):
            yield _spell(tuple([(word and word.corrected) or text for word, text in zip(words, texts, strict=True)]))

    def _join_neighbours(self, texts: tuple[str, ...], pairs: Sequence[_Pair | None]) -> Iterable[tuple[str, int, int]]:
        for i, pair in enumerate(pairs):
            if pair and pair.joined:
                yield pair.joined, i, 2
        for i, pair in enumerate(pairs[:-1]):
            if pair and pair.may_go_on and (joined := _join(texts[i : i + 3], self._names)):
                yield joined, i, 3

    def _join_pair(self, texts: tuple[str, str]) -> _Pair | None:
        is_marked = texts[0][0] == "~"
        if not is_marked and not (texts[0].isalpha() and texts[1].isalpha()):
            return None
        joined = _join(texts, self._names) or _join_form(texts, self._names)
        may_go_on = is_marked or self._starts_name(texts)
        return _Pair(joined, may_go_on) if joined or may_go_on else None

    def _starts_name(self, texts: tuple[str, str]) -> bool:
        """Whether a name of the list starts with the key of two words: a third may then make that name."""
        if not (texts[0].isascii() and texts[1].isascii()):
            return False
        if self._sorted is None:
            self._sorted = sorted(self._names)
        key = _join_keys(texts)
        place = bisect_left(self._sorted, key)
        return place < len(self._sorted) and self._sorted[place].startswith(key)

    def _read_word(self, text: str, least_part: int) -> _Single | None:
        if len(text) < _LEAST_CORRECTED:
            return None
        corrected, parts = _correct(text, self._names), _part(text, least_part, self._names)
        return _Single(corrected if corrected != text else "", parts) if corrected != text or parts else None


def _spell(tokens: tuple[str, ...]) -> Texts:
    return compared_words(Interpretation(canonical_tokens(tokens), LATIN))


def _join(texts: Sequence[str], names: Collection[str]) -> str:
    joined = "".join(texts)
    if joined[0] == "~":
        joined = joined.replace("~", "")
        return "~" + joined if len(joined) >= _LEAST_PART else ""  # consonants part as the writer likes: `bd llh`
    if not _LEAST_JOINED <= len(joined) <= _LONGEST_PARTED or not joined.isalpha() or not joined.isascii():
        return ""
    return joined if _join_keys(texts) in names else ""


def _join_form(texts: tuple[str, str], names: Collection[str]) -> str:
    """A name with a legal form of two letters run together with it, as a list in capitals has it: `SIEMENSAG`."""
    name, form = texts
    if len(name) < _LEAST_JOINED or not name.isascii():
        return ""
    return next((name + short for short in SHORT_FORMS.get(form, ()) if describe(name + short)[0] in names), "")


def _join_keys(texts: Sequence[str]) -> str:
    """The key of words that are joined: letters that repeat where they meet are written once."""
    key = ""
    for text in texts:
        part = describe(text)[0]
        key += part[1:] if key[-1:] == part[:1] else part
    return key


def _part(text: str, least: int, names: Collection[str]) -> tuple[str, ...] | None:
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
    if best:
        return best[2:] if best[0] or not known else None
    if not known and len(text) >= _LEAST_OF_THREE:
        for i in range(_LEAST_PART, len(text) - _LEAST_PARTED + 1):
            if fold_key(text[:i]) in names and (rest := _part(text[i:], _LEAST_PART, names)):
                return (text[:i], *rest)
    form = () if known else part_form(text)
    inner = _part("".join(form[:-1]), least, names) if form else None
    return (*inner, form[-1]) if inner else None


def _is_word(text: str, names: Collection[str]) -> bool:
    return text in GENERAL_SPELLINGS or fold_key(text) in names


def _correct(text: str, names: Collection[str]) -> str:
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
