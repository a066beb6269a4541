"""What a cell says about direction, mode of transport, currency and the function of a message."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale

from precursor_screen.core.tables import spellings_of, words_of
from precursor_screen.text.countries import fold_country

IMPORT, EXPORT, TRANSIT, TRANSHIPMENT = "import", "export", "transit", "transhipment"

_CODE = re.compile(r"[A-Z]{3}")


_PROCEDURE = re.compile(r"(\d{2})\d{2}(?:[A-Z0-9]{0,3})?")


@cache
def meanings(role: str) -> dict[str, str]:
    """What the words and codes of a role say, by `data/names/cell_words.csv`: direction, mode, function, currency, procedure."""
    return spellings_of("cell_words", role)


@cache
def one_of(role: str) -> str:
    """A pattern (RE2) for the words of a role."""
    return "|".join(words_of("cell_words", role))


def _fold(text: str) -> str:
    folded = fold_country(text)
    digits = "".join(c for c in text if c.isdigit())
    return folded + digits if folded and digits else folded or digits


def find_direction(text: str) -> str | None:
    """import, export, transit or transhipment, from a word or code in several languages; else None."""
    return meanings("direction").get(_fold(text)) if len(text) <= 60 else None


def direction_of_procedure(text: str) -> str | None:
    """The direction that a customs procedure implies, from its words or a four-digit code; None where it does not say."""
    folded = _fold(text)
    if len(text) > 80 or len(folded) < 2 or folded in ("22", "23", "24", "28"):
        return None
    word = meanings("direction").get(folded)
    if word:
        return word
    match = _PROCEDURE.fullmatch(text.strip().replace(" ", ""))
    if match:
        return meanings("procedure").get(match[1])
    head = re.match(r"(IM|EX|TR)\s?\d?\b", text.strip().upper())
    return {"IM": IMPORT, "EX": EXPORT, "TR": TRANSIT}[head[1]] if head else None


def find_mode(text: str) -> str | None:
    """sea, air, road, rail or post, from a word or code in several languages; else None (pipelines, several modes)."""
    tidy = re.sub(r"\.0+$", "", text)
    return meanings("mode").get(_fold(tidy)) if len(text) <= 60 else None


def find_function(text: str) -> str | None:
    """original, replacement or cancellation; else None."""
    return meanings("function").get(_fold(text)) if len(text) <= 60 else None


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(Locale.parse("en").currencies)


def find_currency(text: str) -> str:
    """The ISO 4217 code; what is no known currency stays as filed."""
    upper = text.strip().upper()
    if upper in meanings("currency"):
        return meanings("currency")[upper]
    if upper in _currencies():
        return upper
    word = meanings("currency").get(fold_country(text))
    if word:
        return word
    code = _CODE.search(upper) if len(upper) <= 40 else None
    return code[0] if code and code[0] in _currencies() else text
