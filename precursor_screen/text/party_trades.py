"""What a party's name tells: the trade of a firm, or that it is a private person.

`trades.csv` has the trades by class of ISIC Rev.4 with the codes of what they deal in ("*": anything of a chemist's), `trade_words.csv` the
words of their names. A firm of several trades deals in the goods of each, so that a word of chemistry or medicine clears any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import shipped_rows, shipped_words
from precursor_screen.text.party import GENERIC, LEGAL_FORM, kind_of, normalise_party
from precursor_screen.text.text import late, plain

_COLUMNS: Final = ("isic", "trade", "deals_in", "source")
_ANYTHING: Final = "*"
_WORD: Final = re.compile(r"[^\W_]+")
# Scripts that set no blanks within the name of a trade.
_UNPARTED: Final = late(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_MOST_WORDS: Final = 3
_FIRST: Final = 3  # letters


class Trade(Struct, frozen=True):
    """title: as `trades.csv` calls it; deals_in: beginnings of the HS codes of its goods."""

    title: str
    deals_in: tuple[str, ...]

    def has(self, code: str) -> bool:
        """Whether it deals in goods of that code."""
        return _ANYTHING in self.deals_in or code.startswith(self.deals_in)


class _Words(Struct, frozen=True):
    """Words of trades -> class of ISIC: whole, of scripts without blanks, and by their first letters those with which one begins."""

    whole: dict[str, str]
    unparted: dict[str, str]
    begun: dict[str, dict[str, str]]


@lru_cache(maxsize=1 << 16)
def trades_of(name: str) -> tuple[Trade, ...]:
    """The trades that a firm's name tells of, in the order of its words."""
    folded = plain(name)
    return tuple(_trades()[isic] for isic in dict.fromkeys(_classes(folded)))


def other_trade(name: str, code: str) -> str:
    """The trade of a firm that by its name does not deal in goods of that HS code; '': it may, or tells of none."""
    found = trades_of(name)
    return "" if not found or any(trade.has(code) for trade in found) else found[0].title


def _classes(name: str) -> Iterator[str]:
    words, tokens = _words(), _WORD.findall(name)
    for at, token in enumerate(tokens):
        said = " ".join(tokens[at : at + _MOST_WORDS])
        yield from (isic for begin, isic in words.begun.get(token[:_FIRST], {}).items() if said.startswith(begin))
        for size in range(1, _MOST_WORDS + 1):
            if isic := words.whole.get(" ".join(tokens[at : at + size])):
                yield isic
    if _UNPARTED.search(name):
        yield from (isic for word, isic in words.unparted.items() if word in name)


@cache
def _trades() -> dict[str, Trade]:
    rows = shipped_rows("trades", _COLUMNS)
    return {row["isic"]: Trade(row["trade"], tuple(row["deals_in"].split())) for row in rows}


@cache
def _words() -> _Words:
    found = _Words({}, {}, {})
    for row in shipped_words("trade_words"):
        for word in row.words:
            folded = plain(word)
            said = " ".join(_WORD.findall(folded))
            begun = found.begun.setdefault(said[:_FIRST], {}) if word.endswith("*") else found.whole
            table = found.unparted if _UNPARTED.search(folded) else begun
            table.setdefault(said, row.meaning)
    return found


# Whether a name is that of a private person: by a word that says so, or by its shape.

SAID, SHAPE = "said", "shape"
_PERSON_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FEWEST, _MOST = 2, 4  # words of a person's name
_LEAST_SURNAME: Final = 3  # letters


def person(name: str) -> str:
    """`said`: a title or a word for private persons stands in the name; `shape`: a given name or initials and a surname; '': neither."""
    folded = plain(name)
    tokens = _PERSON_WORD.findall(folded)
    if not tokens or re.search(r"[\d&/+]", name) or trades_of(name):
        return ""
    told, given = _person_words()
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


def given_names() -> frozenset[str]:
    """Given names of `person_words.csv`, folded."""
    return _person_words()[1]


@cache
def _person_words() -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    """Words of `person_words.csv`, folded: those that say it, longest first, and given names."""
    told: set[tuple[str, ...]] = set()
    given: set[str] = set()
    for row in shipped_words("person_words"):
        for word in row.words:
            said = tuple(_PERSON_WORD.findall(plain(word)))
            if row.role == SAID:
                told.add(said)
            else:
                given.update(said)
    return tuple(sorted(told, key=lambda w: (-len(w), w))), frozenset(given)
