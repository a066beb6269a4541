"""Countries as written (codes, names in many languages, both in one cell) to ISO 3166 alpha-2."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import babel
from babel import Locale
from babel.core import get_global

from precursor_screen.core.cache import kept
from precursor_screen.core.tables import Row, shipped_rows, spellings_of, words_of
from precursor_screen.text.text import without_marks
from precursor_screen.text.us_ports import country_by_schedule

_LANGUAGES = (
    *("en", "es", "fr", "pt", "de", "it", "nl", "pl", "ru", "uk", "zh_Hans", "zh_Hant", "ar", "tr", "vi", "fa", "ja"),
    *("ko", "id", "ro", "cs", "hu", "el", "he", "th", "sv", "hy", "ka", "uz", "az", "kk"),
    *("bg", "hr", "sr", "sk", "sl", "fi", "da", "nb", "et", "lt", "lv", "ms", "hi", "ur"),
)
# A code of its own in trade data of the European Union (Implementing Regulation 2020/1470, annex I), beside GB.
NORTHERN_IRELAND = "XI"
_TABLE = "country_words"  # what manifests write beside the names of CLDR
_NO_COUNTRY = frozenset(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"])

_LEADS = ("THE", "ประเทศ")  # Thai: country of
_LEAST_LETTERS = 4
_PAIR = re.compile(
    r"([A-Za-z]{2,3})\s*(?:[,;:/|]|\s-\s?|-)\s*(.{3,})|(.{3,}?)\s*(?:[,;:/|]|\s-\s?)\s*([A-Za-z]{2,3})|(.{2,}?)\s*[(\[]\s*([A-Za-z]{2,3})\s*[)\]]"
)


_LETTERS_OF_THEIR_OWN = frozenset("ЙЇЎ")  # not И, І and У with an accent, though Unicode takes them apart


def fold_country(text: str) -> str:
    """Letters only, in capitals, without accents: the form in which names are compared."""
    composed = unicodedata.normalize("NFKC", text.upper())
    bare = "".join(c if c in _LETTERS_OF_THEIR_OWN else unicodedata.normalize("NFD", c) for c in composed)
    return "".join(c for c in bare if c.isalpha() and not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    territories = Locale.parse("en").territories
    known = (c for c in map(str, territories) if len(c) == 2 and c.isalpha() and c not in _NO_COUNTRY)
    return frozenset((*known, NORTHERN_IRELAND))


def is_country_code(text: str) -> bool:
    """Whether a text is an ISO 3166 alpha-2 code, or Northern Ireland's, in capitals."""
    return text in _codes()


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Folded names to codes; to read 45 languages of the library takes half a second."""
    return kept("countries", dict[str, str], babel.__version__, _read_names)


def _read_names() -> dict[str, str]:
    codes, names = _codes(), dict[str, str]()
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in codes:
                # English comes first and wins: a name that means two countries in two languages goes by the English one.
                names.setdefault(fold_country(name), code)
                if " & " in name:
                    names.setdefault(fold_country(name.replace(" & ", " and ")), code)
    names.update((fold_country(name), code) for name, code in spellings_of(_TABLE, "name").items())
    return names


@cache
def _words_of(role: str) -> frozenset[str]:
    return frozenset(words_of(_TABLE, role))


def is_country_name(word: str) -> bool:
    """Whether a word in ASCII letters is the whole name of a country in some language; no code is one."""
    return len(word) >= _LEAST_LETTERS and word.upper() in _names()


def _words(text: str) -> str:
    """A name without the words that official lists add or leave out: `Saint Kitts and Nevis`, `ST. KITTS & NEVIS`."""
    words = re.findall(r"[^\W\d_]+", without_marks(text.upper()))
    saints, small = _words_of("saint"), _words_of("small word")
    return " ".join("ST" if word in saints else word for word in words if word not in small)


@lru_cache(maxsize=1)
def _by_words() -> dict[str, str]:
    """Names in these words to codes."""
    found: dict[str, str] = {}
    for language in ("en", "es", "fr", "pt", "ru"):
        for code, name in Locale.parse(language).territories.items():
            if code in _codes() and len(key := _words(name)) >= _LEAST_LETTERS:
                found.setdefault(key, code)  # English comes first and wins
    return found


def is_no_one_country(text: str) -> bool:
    """Whether a cell states that the goods are of no one country: `EU`, `QU` (not stated), `Various`."""
    return len(text) <= 60 and fold_country(text) in _words_of("no one country")


@lru_cache(maxsize=1)
def _other_codes() -> dict[str, str]:
    """Alpha-3 and numeric codes (three digits) to alpha-2, from CLDR's aliases; those of dissolved states name several."""
    codes = _codes()
    return {
        alias: targets[0]
        for alias, targets in get_global("territory_aliases").items()
        if len(alias) == 3 and len(targets) == 1 and targets[0] in codes
    }


@lru_cache(maxsize=65_536)
def find_country(text: str) -> str | None:
    """The alpha-2 code of what a cell names; None where it is neither code nor name.

    `NA` is Namibia. `IN, INDIA`, `INDIA (IN)` and `India - IND` are India; a pair that contradicts itself is nothing.
    """
    tidy = unicodedata.normalize("NFKC", text).strip().strip("'\"")
    if not tidy or len(tidy) > 200:
        return None
    if plain := _plain(tidy):
        return plain
    if not (match := _PAIR.fullmatch(tidy)):
        return None
    code_text, name_text = (match[1], match[2]) if match[1] else (match[4], match[3]) if match[4] else (match[6], match[5])
    code, name = _plain(code_text), _plain(name_text)
    return name if not code or code == name else None


def _plain(text: str) -> str | None:
    upper = text.strip().upper().replace(".", "")
    if len(upper) == 2 and upper in _codes():
        return upper
    if len(upper) <= 3 and (other := _other_codes().get(upper.zfill(3) if upper.isdigit() else upper)):
        return other
    folded = fold_country(text)
    found = _names().get(folded)
    if found is None and (lead := next(filter(folded.startswith, _LEADS), "")):
        found = _names().get(folded.removeprefix(lead))
    return found or _by_words().get(_words(text))


# UN/LOCODEs: two letters of the country and three of the place, as TOKYO and CHINA have them too. So the table decides.

# The fields of places, best first, whose code tells a country that is not stated.
PLACES_OF: Final = {
    "country_of_dispatch": ("port_of_loading",),
    "country_of_destination": ("place_of_delivery", "port_of_discharge"),
}
PORTS: Final = tuple(place for places in PLACES_OF.values() for place in places)
MOST: Final = 0.9  # of the filled cells of a column are codes of the table: then the others are codes as well, if written as one
_CODE: Final = re.compile(r"([A-Z]{2})[\s/-]?([A-Z2-9]{3})")


def is_locode(text: str) -> bool:
    """Whether a text is a code of the table, in capitals; a blank may part the country from the place."""
    tidy = text.strip()
    country, place = tidy[:2], tidy[2:].lstrip()
    return len(place) == 3 and place in _parts(country, "places")


def country_told(place: str) -> str:
    """The country of a code of the table, or of a port by a schedule of the United States; empty where it is neither."""
    return place.strip()[:2] if is_locode(place) else country_by_schedule(place) or ""


def country_of_cell(text: str, *, among_codes: bool = False) -> str | None:
    """The country of a cell that is a code of the table, in small letters too; None where it is not.

    Args:
        text: of a column of ports.
        among_codes: nearly all other cells of the column are codes, so that one counts which the table lacks; no name of a town or country does.
    """
    tidy = text.strip().upper()
    found = _CODE.fullmatch(tidy)
    if not found:
        return None
    country, place = found.groups()
    if place in _parts(country, "places"):
        return country
    # Only without a blank: AT SEA is not a place in Austria.
    unlisted = among_codes and len(tidy) == 5 and is_country_code(country) and place not in _parts(country, "words")
    return country if unlisted and find_country(tidy) is None else None


@lru_cache(maxsize=1)
def _table() -> dict[str, Row]:
    return {row["country"]: row for row in shipped_rows("locodes", ("country", "places", "words"))}


@lru_cache(maxsize=512)
def _parts(country: str, column: str) -> frozenset[str]:
    row = _table().get(country)
    joined = row[column] if row else ""
    return frozenset(joined[at : at + 3] for at in range(0, len(joined), 3))
