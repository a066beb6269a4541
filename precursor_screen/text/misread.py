"""Letters of names that were lost or misread on the way: `LIM?TED`, `Sech1n`."""

from __future__ import annotations

import re
from functools import cache

from precursor_screen.text import party_words as words

# What stands where a letter could not be written in a file's encoding.
LOST = frozenset("?\ufffd")
_TELLING = 3  # letters that are left: every word that fits is as general as the next one
_WORD = re.compile(r"[\w?\ufffd]+")
# Digits that stand between letters are letters misread or disguised.
_MISREAD = re.compile(r"(?<=[a-z])[0-9](?=[a-z])")
_LOOKALIKES = dict(zip("0123456789", "oizeasgtbg", strict=True))


def with_letters(word: str) -> str:
    """A word in small letters, each digit between two letters as the letter that it looks like."""
    return word if word.isalpha() or word.isdigit() else _MISREAD.sub(lambda m: _LOOKALIKES[m.group()], word)


def without_lost(text: str) -> str:
    """A text in small letters in which each lost letter matches any one letter: a word that can be one of legal forms or of business
    is that, any other one goes on without the letter and is so as far from every name that it can be."""
    return _WORD.sub(lambda found: _known(found[0]), text)


def _known(word: str) -> str:
    kept = "".join(c for c in word if c not in LOST)
    if not kept or kept == word:
        return word
    if len(word) not in _by_length():
        return kept
    shape = re.compile("".join("[^\\W_]" if c in LOST else c for c in word))
    fitting = [known for known in _by_length()[len(word)] if shape.fullmatch(known)]
    return fitting[0] if fitting and (len(kept) >= _TELLING or len(fitting) == 1) else kept


@cache
def _by_length() -> dict[int, list[str]]:
    forms = (w for forms in words.LEGAL_FORMS.values() for form in forms for w in form.split())
    business = (s for spellings in words.BUSINESS_WORDS.values() for s in spellings)
    found: dict[int, list[str]] = {}
    for word in sorted({*forms, *business, *words.BUSINESS_WORDS, *words.LEGAL_FORMS}):
        found.setdefault(len(word), []).append(word)
    return found
