"""Finds texts in a script, an alphabet or a language in which no substance name is known, so that nothing can be recognised in them.

Languages that share their letters with one of which names are known are told by what is written in them alone: a letter of their own,
or words of `unread_words.csv`: function words, and words of goods and packing. A language that is not in that table is not told.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache
from typing import Final

from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import shipped_words, words_of
from precursor_screen.text.text import plain

# What a spreadsheet leaves in a cell that it could not work out: no text of goods, though it looks like one.

# For RE2. Letters beyond ASCII are a range: the class \pL fourteen times over takes 20 ms to compile, for each column. Error values as
# Excel writes them in English and other languages (#NAME?, #¿NOMBRE?, #ИМЯ?), those of
# LibreOffice (Err:502), and the mark that readers of workbooks put where a formula has no saved result.
CELL_ERROR: Final = (
    r"(?i)^\s*(?:(?:#\s?[¡¿]?[A-Z/0_\x{80}-\x{10FFFF}]{1,14}[!?]|#(?:N/A|N/D|NV|N/DISP|ZAHL|CALC|SPILL|GETTING_DATA|UNCACHED|REF|NAME|VALUE|NULL|NUM)!?|err:\d{3}|"
    r"error 20\d\d|#{3,}|\[object object\]|loading\.{3})\s*)+$|^\s*=\s*(?:[A-Z]{2,12}\(|['\w ]{1,40}![$A-Z])|#(?:REF|VALUE|NAME|DIV/0|UNCACHED)[!?]"
)
NOT_AVAILABLE: Final = r"(?i)^\s*#N/?A\s*$"  # the same as "no value" in most columns; among descriptions a look-up that failed
# In a column that is mapped to nothing an error is often a helper's; a text that was never worked out may be anything.
UNCACHED_CELL: Final = r"#UNCACHED!"


# Scripts by their blocks (Unicode 15.1, Blocks.txt) of which `data/substances/names.csv` has no name; a test compares both.
_SCRIPTS: Final = (
    "\u0530-\u058f\u0700-\u074f\u0780-\u07ff\u0980-\u0e00\u0e80-\u10ff\u1200-\u13ff\u1400-\u18af\u1950-\u19df\u1a00-\u1a1f\u1b00-\u1c4f\u1c90-\u1cbf"
    "\u2c80-\u2d2f\u2d30-\u2dff\ua000-\ua4cf\ua500-\ua63f\ua840-\ua87f\ua980-\uaadf\uab00-\uab2f\uab70-\uabff"
)
# Cyrillic and Arabic letters of languages of which no name is known: names are Russian, Ukrainian, Arabic and Persian.
_KNOWN_CYRILLIC: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґѣ"
_KNOWN_ARABIC: Final = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيٱپچژکگیۀەھ"


def _others(first: int, last: int, known: str) -> str:
    known += known.upper()
    return "".join(chr(c) for c in range(first, last) if chr(c).isalpha() and chr(c) not in known)


_ALPHABETS: Final = (
    ("\u0400-\u052f", _others(0x400, 0x530, _KNOWN_CYRILLIC)),
    ("\u0600-\u06ff", _others(0x600, 0x700, _KNOWN_ARABIC)),
)
# Letters, or letters in such a place, that no language with known names writes: Azerbaijani, Maltese and Hausa; Marathi beside Hindi;
# Bulgarian beside Russian, where a hard sign stands before a vowel or, in old books, at an end.
_OWN_LETTERS: Final = "[əħɗƙɓ]|[ळऱॲ]|ъ[бвгджзклмнпрстфхцчшщ]"
_LEAST_WORDS: Final = 2
_LONG: Final = 5  # letters from which one word is enough: a shorter one may be a mark or a name

_OF_SCRIPTS: Final = re.compile(f"[{_SCRIPTS}]")
_OF_ALPHABETS: Final = tuple((re.compile(f"[{block}]"), re.compile(f"[{letters}]")) for block, letters in _ALPHABETS)
_OF_OWN_LETTERS: Final = re.compile(_OWN_LETTERS)
_GAP: Final = r"[\s\d,.;:/()\[\]\"+*&=_|<>!?#%-]"
_GAPS: Final = re.compile(f"{_GAP}+")


def is_covered(text: str, known: Set[str] = frozenset()) -> bool:
    """Whether names of substances are known in the writing and the language that a text is in; a text without letters is covered.

    Args:
        text: of goods.
        known: words of languages that are read; a text with as many of these as of the other language says it in both.
    """
    letters = sum(c.isalpha() for c in text)
    if sum(c.isalpha() for c in _OF_SCRIPTS.findall(text)) * 2 > letters:
        return False
    if any(other.search(text) and len(block.findall(text)) * 2 > letters for block, other in _OF_ALPHABETS):
        return False
    words = set(_GAPS.split(plain(text)))
    unread = _unread_in(words) or [word for word in _GAPS.split(text.lower()) if _OF_OWN_LETTERS.search(word)]
    return len(unread) <= len(words & known)


def _unread_in(words: Set[str]) -> list[str]:
    """Of some words those of the language of which most are, where they are enough to tell it."""
    found = grouped((language, word) for word in words for language in _unread_words().get(word, ()))
    most = max(found.values(), key=lambda mine: (len(mine), max(map(len, mine))), default=[])
    return most if len(most) >= _LEAST_WORDS or any(len(word) >= _LONG for word in most) else []


@cache
def foreign() -> str:
    """A pattern (RE2) that a text in small letters has to match to be not covered: cheap, for all texts at once."""
    words = "|".join(sorted(map(re.escape, {*_unread_words(), *words_of("unread_words", "unread")})))
    scripts = f"[{_SCRIPTS}{''.join(letters for _, letters in _ALPHABETS)}]"
    return f"{scripts}|{_OWN_LETTERS}|(?:^|{_GAP})(?:{words})(?:{_GAP}|$)"


@cache
def _unread_words() -> dict[str, frozenset[str]]:
    """The languages of each word, as `text.text.plain` leaves it."""
    found = grouped((plain(word), row.language) for row in shipped_words("unread_words") for word in row.words)
    return {word: frozenset(languages) for word, languages in found.items()}
