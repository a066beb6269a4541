"""Takes names out of texts however they are written there: in other case, without diacritics, with other marks between the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

from anyascii import anyascii

from precursor_screen.names import party_words
from precursor_screen.names.party import is_informative

_WORDS = re.compile(r"[^\W_]+")
_LEAST = 3  # letters and digits of a text that is taken out
_LEAST_ALONE = 5  # of a name without its legal form
_FORMS = frozenset(w for forms in party_words.LEGAL_FORMS.values() for form in forms for w in form.split())
_AND = frozenset(("and", "und", "et", "y", "e", "en", "og", "och"))
_BETWEEN = rf"[\W_]*(?:(?:{'|'.join(sorted(_AND))})[\W_]+)?"


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if character.isascii():
        return character.lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    kept = "".join(c for c in bare if unicodedata.category(c) != "Cf")
    return str(anyascii(kept)).lower() if kept.isalnum() else kept


def folded(text: str) -> str:
    """A text in small Latin letters without diacritics; what is between words stays."""
    return "".join(map(_fold, text))


def words_of(text: str) -> tuple[str, ...]:
    """Words of a folded text but for conjunctions."""
    words = _WORDS.findall(folded(text))
    return tuple(w for w in words if w not in _AND) or tuple(words)


def spellings(name: str) -> set[tuple[str, ...]]:
    """A name in words, and without its legal form where enough is left."""
    words = words_of(name)
    found = {words}
    while len(words) > 1 and words[-1] in _FORMS:
        words = words[:-1]
        if any(is_informative(w) and len(w) >= _LEAST_ALONE for w in words):
            found.add(words)
    return {w for w in found if sum(map(len, w)) >= _LEAST}


def blackout(names: Iterable[str], kept: Iterable[str], instead: str) -> Callable[[str], str]:
    """What takes names out of a text.

    Args:
        names: to be taken out.
        kept: names that stay: one that begins as one of them is not taken out, for it says no more than that.
        instead: what stands in their place.
    """
    stay = {words_of(k) for k in kept}
    hidden = {words for name in names for words in spellings(name)}
    hidden = {words for words in hidden if not any(k[: len(words)] == words for k in stay)}
    if not hidden:
        return lambda text: text
    ordered = sorted(hidden, key=lambda w: (-sum(map(len, w)), w))
    pattern = re.compile(r"(?<![^\W_])(?:" + "|".join(map(_pattern, ordered)) + r")(?![^\W_])")

    def take_out(text: str) -> str:
        pieces = [_fold(c) for c in text]
        at = [n for n, piece in enumerate(pieces) for _ in piece]
        found = [(at[m.start()], at[m.end() - 1] + 1) for m in pattern.finditer("".join(pieces))]
        for start, end in reversed(found):
            while end < len(text) and not _fold(text[end]):
                end += 1  # a mark that belongs to the last letter
            text = text[:start] + instead + text[end:]
        return text

    return take_out


def _pattern(words: tuple[str, ...]) -> str:
    """Of a name; between its words may stand any marks, a conjunction or nothing, and an umlaut may be written out or not."""
    return _BETWEEN.join(re.sub(r"([aou])e?", r"\1e?", re.escape(word)) for word in words)
