"""What a part of a party's cell is: a legal form, an address, a place, a country, a branch, a label, or what may be a name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from precursor_screen.text.countries import find_country, is_country_code
from precursor_screen.text.party import GENERIC, LEGAL_FORM, kind_of, normalise_party
from precursor_screen.text.party_cell_patterns import (
    BETWEEN,
    COUNTRY_LETTERS,
    IN_SERIES,
    IS_LABEL,
    IS_PREMISES,
    NUMBERED,
    OF_ADDRESS,
    SPELLINGS,
    STREET,
    WORD,
)
from precursor_screen.text.party_words import PLACES
from precursor_screen.text.text import late
from precursor_screen.text.us_ports import port_towns

_CODE_LETTERS: Final = 3  # as long as that the last word may be the code of a country, and is more often a part of the name
# What a part of a cell is. A firm's own name may be anything, so that only what is none of these is taken for a part of it.
FORM, SURE, PLACE, COUNTRY_CODE, BRANCHED, LABELLED, UNKNOWN = "form", "address", "place", "code", "branch", "label", ""
_OF_COUNTRY: Final = 2  # letters
_IS_NUMBERED: Final = late(r"^\W*\d|\d\D?\d\D?\d")  # `12 DUNE ROAD`, `MUSTERAU 04711`; a part of the name may end in a figure
_LEAST_COUNTRY: Final = 4  # letters of a country's name that is no known abbreviation
MOST_WORDS_OF_COUNTRY: Final = 4


@lru_cache(maxsize=1 << 14)
def piece_kind(text: str) -> str:
    """What a part of a cell is: one of the kinds above; UNKNOWN where it may be a name."""
    words = WORD.findall(text)
    if not words or not any(map(str.isalnum, text)):
        return SURE
    if IS_LABEL.fullmatch(text):
        return LABELLED
    if IS_PREMISES.fullmatch(text):
        return BRANCHED
    if IN_SERIES.fullmatch(text) or _is_form(text):
        return FORM
    if _IS_NUMBERED.search(text) or is_country(text) or "@" in text or OF_ADDRESS.search(text) or any(map(STREET.match, words)):
        return SURE
    if len(text) == _OF_COUNTRY and is_country_code(text):
        return COUNTRY_CODE
    return PLACE if is_town(text) else UNKNOWN


def _is_form(text: str) -> bool:
    tokens = normalise_party(text).tokens
    return bool(tokens) and all(kind_of(token) == LEGAL_FORM for token in tokens)


def is_country(text: str) -> bool:
    """Whether a text is a country: its name, or letters that are known for one (`UAE`)."""
    letters = text.strip(" .").replace(".", "")
    is_long = len(letters) >= _LEAST_COUNTRY or not letters.isascii() or letters.upper() in COUNTRY_LETTERS
    return is_long and find_country(letters) is not None


@lru_cache(maxsize=1 << 14)
def country_of(address: str) -> str:
    """The country in which an address ends; empty where it ends in none.

    Behind it may stand only what has a figure: a postcode, a box, a telephone. `Avenida Mexico 12, Lima` ends in no country.
    """
    for part in reversed([p for p in BETWEEN.split(address) if any(map(str.isalpha, p))]):
        words = [w for w in re.findall(r"[^\W\d_][\w.'’-]*", part) if w.strip(".") and not any(map(str.isdigit, w))]
        for size in range(min(MOST_WORDS_OF_COUNTRY, len(words)), 0, -1):
            text, before = " ".join(words[-size:]), words[: len(words) - size]
            if is_country(text) and not (before and _names_more(before[-1])):
                return find_country(text.strip(" .").replace(".", "")) or ""
        if not any(map(str.isdigit, part)):
            break
    return ""


def _names_more(word: str) -> bool:
    """Whether a word makes another name of the country behind it: `Avenida Mexico`, `New Mexico`."""
    return is_of_address(word) or (kind_of(word.lower()) == GENERIC and not is_town(word))


def is_town(text: str) -> bool:
    """Whether a text is a town of a port, or of words of places alone."""
    return text.strip().casefold() in port_towns() or all(word in PLACES for word in WORD.findall(text.lower()))


def has_form(text: str) -> bool:
    """Whether a legal form of two letters or more stands in a text."""
    return any(kind_of(word) == LEGAL_FORM for word in normalise_party(text).tokens if len(word) > 1)


def is_of_address(word: str) -> bool:
    """Whether a word is said of an address: a street, a box, a part of a building."""
    return any(pattern.fullmatch(word) for pattern in (OF_ADDRESS, STREET, NUMBERED))


def says_where(text: str) -> bool:
    """Whether a text goes on as an address does: a word of addresses, a number, or a country at its end."""
    words = re.findall(r"\w+", text.lower())
    return any(w in SPELLINGS or w.isdigit() for w in words) or bool(
        words and len(words[-1]) > _CODE_LETTERS and find_country(words[-1])
    )


def is_address(text: str) -> bool:
    """Whether a part is not a name: figures alone, or figures and words of addresses (`3RD FLOOR`)."""
    words = re.findall(r"\w+", text.lower())
    return all(w in SPELLINGS or not w.isalpha() for w in words) and not all(map(str.isalpha, words))
