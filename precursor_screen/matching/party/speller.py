"""Names asked for, read as a list writes them: words parted, joined, corrected or taken for cut, as far as the list bears it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise, product, repeat
from typing import NamedTuple

from rapidfuzz.distance import OSA

from precursor_screen.core.grouped import grouped
from precursor_screen.matching.party.alignment import TRUNCATED_LENGTHS
from precursor_screen.matching.party.weights import (
    CUT,
    LAST_CUT,
    LEGAL,
    NAME,
    NOT_CUT,
    Word,
    compared_words,
    describe,
    make_word,
)
from precursor_screen.text.party import GENERAL_SPELLINGS, LATIN, Interpretation, PartyName, canonical_tokens
from precursor_screen.text.party_words import COMMON, COMPOUNDS, FOLDED, SHORT_FORMS, fold_key, part_form, shape

_LEAST_PART, _LEAST_ALONE, _LEAST_PARTED, _LEAST_JOINED = 4, 3, 6, 5
_LONGEST_PARTED = 60
_LEAST_OF_THREE = 12
_LONGEST_WORD = 24  # of several run together
_MOST_READINGS = 4
_MOST_WORDS = 80
_MOST_FIGURES = 2
_CUT_WORD = 4  # letters to which some forms cut each word of a name
LOOK_ALIKES = {"0": "o", "1": "li", "5": "s", "8": "b"}  # the figures that machines take letters for
_LEAST_CORRECTED = 5
_FIGURES = re.compile(r"[0-9]+|[a-z]+")
_STARTS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3) | {"al", "el", "de", "la", "da", "di", *COMPOUNDS}
_SHORT_WORDS = frozenset(("al", "el", "de", "la", "da", "di", "of", "in", "co", "sa", "ag", "ao", "bv", "de", "cv", "rl"))
_ENDS = frozenset(w for w in GENERAL_SPELLINGS if len(w) >= 3)


class Marked(NamedTuple):
    """A word that joins neighbours, with what was written for it, or one that was cut, as `Word` has it."""

    text: str
    written: str = ""
    cut: int = NOT_CUT


Texts = tuple[str | Marked, ...]


def make_text(text: str | Marked, rarities: Mapping[str, float]) -> Word:
    """The word that a text stands for. rarities: of the keys that a list holds."""
    return make_word(text, rarities) if isinstance(text, str) else make_word(text.text, rarities, text.written, text.cut)


def is_truncated(name: str) -> bool:
    """Whether a name has the length at which many manifests cut names."""
    return len(name) in TRUNCATED_LENGTHS


class _Pair(NamedTuple):
    joined: str
    may_go_on: bool  # a third word may be joined to them


class _Single(NamedTuple):
    corrected: str
    parts: tuple[str, ...] | None
    general: str = ""  # the word of business that is spelt so, whether or not the list has a name of that spelling


class Speller:
    """Reads names as a list writes them. names: the keys of the list's names."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._sorted: list[str] | None = None
        # Worked out once for each pair of words, and for each word of a name of several, or of one.
        self._pair, self._word = cache(self._join_pair), cache(self._read_word)
        self._last = cache(_cut_off)

    def __len__(self) -> int:
        """How many words and pairs of words it remembers."""
        return self._pair.cache_info().currsize + self._word.cache_info().currsize

    def read(self, party: PartyName, may_be_cut: bool = True) -> list[Texts]:
        """All ways to read a name, each as the texts of its words; the last of a cut name may start a longer one, and so may all words of
        a name whose words were cut."""
        found = self._read(party)
        if may_be_cut and is_truncated(party.as_written):
            return [(*texts[:-1], self._last(texts[-1])) for texts in found]
        if may_be_cut and found and max(map(len, party.as_written.split())) == _CUT_WORD:
            found += [marked for marked in map(self._cut_words, found) if marked]
        return found

    def _cut_words(self, texts: Texts) -> Texts | None:
        """The same with all names of four letters cut, if there are two and the list does not have one of them."""
        cut = [t for t in texts if isinstance(t, str) and len(t) == _CUT_WORD and describe(t)[1] == NAME]
        if len(cut) < 2 or all(describe(t)[0] in self._names for t in cut):
            return None
        return tuple(Marked(t, cut=CUT) if isinstance(t, str) and t in cut else t for t in texts)

    def _read(self, party: PartyName) -> list[Texts]:
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
        pairs = list(map(self._pair, pairwise(texts)))
        words = list(map(self._word, texts, repeat(_LEAST_ALONE if len(texts) == 1 else _LEAST_PART)))
        return self._spell_otherwise(texts, pairs, words) if any(pairs) or any(words) else ()

    def _spell_otherwise(
        self, texts: tuple[str, ...], pairs: Sequence[_Pair | None], words: Sequence[_Single | None]
    ) -> Iterable[Texts]:
        found = 0
        for joined, i, size in self._join_neighbours(texts, pairs):
            if found < _MOST_READINGS:
                found += 1
                before, written, behind = texts[:i], " ".join(t.lstrip("~") for t in texts[i : i + size]), texts[i + size :]
                is_general = joined in GENERAL_SPELLINGS
                yield _spell((*before, joined, *behind)) if is_general else (*before, Marked(joined, written), *behind)
        for i, word in enumerate(words):
            if word and word.parts and found < _MOST_READINGS:
                found += 1
                yield _spell((*texts[:i], *word.parts, *texts[i + 1 :]))
        if sum(bool(word and word.parts) for word in words) > 1:
            several = zip(words, texts, strict=True)
            yield _spell(tuple(t for word, text in several for t in ((word and word.parts) or (text,))))
        if any(word and word.corrected for word in words):
            yield _spell(tuple([(word and word.corrected) or text for word, text in zip(words, texts, strict=True)]))
        if any(word and word.general for word in words):
            yield _spell(
                tuple([(word and (word.general or word.corrected)) or text for word, text in zip(words, texts, strict=True)])
            )

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
        if not text.isalpha() and text.isascii() and text[0] not in "~=":
            letters, parts = _letters_for_figures(text, self._names), _part_figures(text, self._names)
            return _Single(letters, parts) if letters or parts else None
        if len(text) < _LEAST_CORRECTED:
            return None
        corrected, parts = _correct(text, self._names), _part(text, least_part, self._names)
        key, kind, _ = describe(text)
        general = _GENERAL_BY_KEY.get(key, "") if kind == NAME else ""
        return _Single(corrected if corrected != text else "", parts, general) if corrected != text or parts or general else None


def _cut_off(text: str | Marked) -> str | Marked:
    """The last word of a name that was cut; legal forms are not."""
    word = Marked(text) if isinstance(text, str) else text
    if word.text[0] in "~=" or describe(word.text)[1] == LEGAL:
        return text
    return word._replace(cut=LAST_CUT)


def _spell(tokens: tuple[str, ...]) -> Texts:
    return compared_words(Interpretation(canonical_tokens(tokens), LATIN))


def _join(texts: Sequence[str], names: Collection[str]) -> str:
    joined = "".join(texts)
    if joined[0] == "~":
        joined = joined.replace("~", "")
        return "~" + joined if len(joined) >= _LEAST_PART else ""  # consonants part as the writer likes: `bd llh`
    if not _LEAST_JOINED <= len(joined) <= _LONGEST_PARTED or not joined.isalpha() or not joined.isascii():
        return ""
    if joined in GENERAL_SPELLINGS or _join_keys(texts) in names or (_may_fold(texts) and fold_key(joined) in names):
        return joined
    return ""


def _may_fold(texts: Sequence[str]) -> bool:
    """Whether words that are joined may have another key than their keys joined: letters fold where two meet."""
    for before, behind in pairwise(texts):
        if len(before) <= _LEAST_ALONE or len(behind) <= _LEAST_ALONE or before[-1] in "hj" or before[-1] + behind[0] in FOLDED:
            return True
    return False


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
    if not known and len(text) >= _LEAST_OF_THREE and (parts := _part_all(text, names)):
        return parts
    form = () if known else part_form(text)
    inner = _part("".join(form[:-1]), least, names) if form else None
    return (*inner, form[-1]) if inner else None


def _part_all(text: str, names: Collection[str]) -> tuple[str, ...]:
    """Several words run together: as few as can be, of these the most unequal, since chance gives many short ones."""
    best: list[tuple[int, int, int] | None] = [
        (0, 0, 0),
        *[None] * len(text),
    ]  # words, less their squared lengths, where the last starts
    for start in range(len(text)):
        if (so_far := best[start]) is None:
            continue
        for end in range(start + 2, min(start + _LONGEST_WORD, len(text)) + 1):
            word = text[start:end]
            if word in _SHORT_WORDS if end - start == 2 else _is_word(word, names):
                one = (so_far[0] + 1, so_far[1] - (end - start) ** 2, start)
                best[end] = min(best[end] or one, one)
    parts: list[str] = []
    end = len(text)
    while end and (last := best[end]):
        parts.append(text[last[2] : end])
        end = last[2]
    return () if end else tuple(reversed(parts))


def _is_word(text: str, names: Collection[str]) -> bool:
    return text in GENERAL_SPELLINGS or fold_key(text) in names


def _correct(text: str, names: Collection[str]) -> str:
    """A general word for one that the list does not hold and that is such a word but for an error."""
    if not _LEAST_CORRECTED <= len(text) <= _LONGEST_PARTED or not text.isascii() or not text.isalpha():
        return text
    key, kind, _ = describe(text)
    if kind != NAME or key in names:
        return text
    if misread := _GENERAL_BY_SHAPE.get(shape(text)):
        return misread
    for shortened in (text, *(text[:i] + text[i + 1 :] for i in range(len(text)))):
        for word in _SHORTENED.get(shortened, ()):
            if OSA.distance(text, word, score_cutoff=1) <= 1:
                return word
    return text


def _letters_for_figures(text: str, names: Collection[str]) -> str:
    """A word in which figures stand for the letters that they look like (`SERG0`, `8ank`); empty where they may be figures.

    A figure at the end numbers what stands before, unless the list has the word.
    """
    figures = sum(map(str.isdigit, text))
    if not 1 <= figures <= _MOST_FIGURES or len(text) < 2 * figures + (len(text) > 2):
        return ""
    options = ("".join(letters) for letters in product(*(LOOK_ALIKES.get(c, c) for c in text)))
    words = [word for word in options if word.isalpha()]
    known = next((w for w in words if _is_word(w, names) or w in _STARTS), "")
    return known or (words[0] if words and len(text) > _LEAST_PART and not text[-1].isdigit() else "")


def _part_figures(text: str, names: Collection[str]) -> tuple[str, ...] | None:
    """A name of the list and the number run together with it: `SAKHALIN10`, `15KHORDAD`."""
    parts = _FIGURES.findall(text)
    return tuple(parts) if len(parts) == 2 and any(len(p) >= _LEAST_PART and _is_word(p, names) for p in parts) else None


def _shorten_general_words() -> dict[str, list[str]]:
    words = (word for word in sorted(GENERAL_SPELLINGS) if len(word) >= _LEAST_CORRECTED)
    return grouped((left, word) for word in words for left in {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))})


# `compani` is not a name, even where the list has a word of that sound.
_GENERAL_BY_KEY = {fold_key(word): word for word in sorted(GENERAL_SPELLINGS) if len(word) >= _LEAST_CORRECTED}
# Nor is what machines that read print take for one: `cornpany`.
_GENERAL_BY_SHAPE = {shape(word): word for word in sorted(GENERAL_SPELLINGS) if len(word) >= _LEAST_CORRECTED}
# Two words that differ by one error are equal or become equal when each loses at most one letter.
_SHORTENED = _shorten_general_words()
