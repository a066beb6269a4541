"""Whether a name is that of a private person: by a word that says so, or by its shape.

A name with a legal form, a word for a business or a trade, or a digit is not a person's. Firms are also named after their founders
(`Thomas Cook`), so the shape alone proves little.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from precursor_screen.core.tables import shipped_words
from precursor_screen.text.party import GENERIC, LEGAL_FORM, kind_of, normalise_party
from precursor_screen.text.text import plain
from precursor_screen.text.trades import trades_of

SAID, SHAPE = "said", "shape"
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FEWEST, _MOST = 2, 4  # words of a person's name
_LEAST_SURNAME: Final = 3  # letters


def person(name: str) -> str:
    """`said`: a title or a word for private persons stands in the name; `shape`: a given name or initials and a surname; '': neither."""
    folded = plain(name)
    tokens = _WORD.findall(folded)
    if not tokens or re.search(r"[\d&/+]", name) or trades_of(name):
        return ""
    told, given = _words()
    rest = tokens
    for words in told:
        for at in range(len(rest) - len(words) + 1):
            if tuple(rest[at : at + len(words)]) == words:
                rest = rest[:at] + rest[at + len(words) :]
                break
    said = len(rest) < len(tokens)
    if _is_of_business(rest):
        return ""
    if said:
        return SAID if rest else ""
    return SHAPE if _FEWEST <= len(rest) <= _MOST and _is_named(rest, given, "," in name) else ""


def _is_named(tokens: list[str], given: frozenset[str], turned: bool) -> bool:
    """Whether a given name or initials come before a surname, or after it and a comma."""
    first, surname = (tokens[1], tokens[0]) if turned else (tokens[0], tokens[-1])
    return len(surname) >= _LEAST_SURNAME and surname not in given and (first in given or len(first) == 1)


def _is_of_business(tokens: list[str]) -> bool:
    """Whether a legal form, a word of business or a place is among them, as written or in its usual spelling."""
    read = [token for reading in normalise_party(" ".join(tokens)).readings[:1] for token in reading.tokens]
    return any(kind_of(token) in (LEGAL_FORM, GENERIC) for token in (*tokens, *read))


@cache
def _words() -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    """Words of `person_words.csv`, folded: those that say it, longest first, and given names."""
    told: set[tuple[str, ...]] = set()
    given: set[str] = set()
    for row in shipped_words("person_words"):
        for word in row.words:
            said = tuple(_WORD.findall(plain(word)))
            if row.role == SAID:
                told.add(said)
            else:
                given.update(said)
    return tuple(sorted(told, key=lambda w: (-len(w), w))), frozenset(given)
