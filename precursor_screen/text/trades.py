"""What a firm's name tells of its trade, and whether such a trade buys or sells goods of an HS code.

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
from precursor_screen.text.text import plain

_COLUMNS: Final = ("isic", "trade", "deals_in", "source")
_ANYTHING: Final = "*"
_WORD: Final = re.compile(r"[^\W_]+")
# Scripts that set no blanks within the name of a trade.
_UNPARTED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
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
