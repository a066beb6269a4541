"""Finds texts in a script, an alphabet or a language in which no substance name is known, so that nothing can be recognised in them.

Languages that share their letters with one of which names are known are told by what is written in them alone: a letter of their own,
or words of `unread_words.csv`: function words, and words of goods and packing. A language that is not in that table is not told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from functools import cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import shipped_rows, shipped_words, words_of
from precursor_screen.text.quantity_words import find_unit, is_package_kind
from precursor_screen.text.text import late, plain

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


# What can be judged: writings by their blocks, each with the languages of which names of substances are known, and their letters where
# languages that share the writing have others. Every other writing is unread.
class _Writing(Struct, frozen=True):
    """A writing that is judged: the ranges of its characters, and the letters that its languages write; empty: all."""

    blocks: tuple[tuple[int, int], ...]
    letters: str


@cache
def _judged() -> tuple[_Writing, ...]:
    rows = shipped_rows("judged_writings", ("writing", "blocks", "languages", "letters", "source"))
    return tuple(_Writing(tuple(_range(block) for block in row["blocks"].split("|")), row["letters"]) for row in rows)


def _range(block: str) -> tuple[int, int]:
    first, _, last = block.partition("-")
    return int(first, 16), int(last, 16)


def _unread_scripts() -> str:
    """All that is in no block, as a class of a pattern holds it."""
    ends, begin = [], 0
    for first, last in sorted(block for writing in _judged() for block in writing.blocks):
        ends += [f"{chr(begin)}-{chr(first - 1)}"] if first > begin else []
        begin = max(begin, last + 1)
    return "".join(ends)


def _others(writing: _Writing) -> str:
    """The letters in the first block of a writing that its languages do not write."""
    known = writing.letters + writing.letters.upper()
    first, last = writing.blocks[0]
    return "".join(chr(c) for c in range(first, last + 1) if chr(c).isalpha() and chr(c) not in known)


# Letters, or letters in such a place, that no language with known names writes: Azerbaijani, Maltese and Hausa; Marathi beside Hindi;
# Bulgarian beside Russian, where a hard sign stands before a vowel or, in old books, at an end.
_OWN_LETTERS: Final = "[əħɗƙɓ]|[ळऱॲ]|ъ[бвгджзклмнпрстфхцчшщ]"
_LEAST_WORDS: Final = 2
_LONG: Final = 5  # letters from which one word is enough: a shorter one may be a mark or a name

_OF_SCRIPTS: Final = late(lambda: f"[{_unread_scripts()}]")
_OF_OWN_LETTERS: Final = re.compile(_OWN_LETTERS)
_GAP: Final = r"[\s\d,.;:/()\[\]\"+*&=_|<>!?#%-]"
_GAPS: Final = re.compile(f"{_GAP}+")


def is_covered(text: str, known: Set[str] = frozenset()) -> bool:
    """Whether names of substances are known in the writing and the language that a text is in; a text without letters is covered.

    Args:
        text: of goods.
        known: words of languages that are read; a text with as many of these as of the other language says it in both.
    """
    if _is_in_unread_letters(text):
        return False
    words = set(_GAPS.split(plain(text)))
    unread = _unread_in(words) or [word for word in _GAPS.split(text.lower()) if _OF_OWN_LETTERS.search(word)]
    return len(unread) <= len(words & known)


def _is_in_unread_letters(text: str) -> bool:
    """Whether most of a text is in a writing that is not judged, or with letters that no language has which is; words of packing say nothing of the
    goods, in whatever writing."""
    if text.isascii():
        return False
    unread = [*_OF_SCRIPTS.findall(text)]
    for block, other in _alphabets():
        if other.search(text):
            unread += block.findall(text)
    count = sum(map(_is_letter, unread))
    if not count:
        return False
    others = (word for word in _GAPS.split(text) if len(word) > 2 and not is_package_kind(word) and find_unit(word) is None)
    return count * 2 > sum(map(_is_letter, "".join(others)))


def _is_letter(character: str) -> bool:
    """Whether it is a letter, or a mark that stands for a vowel."""
    return unicodedata.category(character)[0] in "LM"


@cache
def _alphabets() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Of writings that other languages share: a character of it, and a letter that is none of the languages with names."""
    found = [(writing.blocks[0], _others(writing)) for writing in _judged() if writing.letters]
    return tuple((re.compile(f"[{chr(first)}-{chr(last)}]"), re.compile(f"[{others}]")) for (first, last), others in found)


def _unread_in(words: Set[str]) -> list[str]:
    """Of some words those of the language of which most are, where they are enough to tell it."""
    found = grouped((language, word) for word in words for language in _unread_words().get(word, ()))
    most = max(found.values(), key=lambda mine: (len(mine), max(map(len, mine))), default=[])
    return most if len(most) >= _LEAST_WORDS or any(len(word) >= _LONG for word in most) else []


@cache
def foreign() -> str:
    """A pattern (RE2) that a text in small letters has to match to be not covered: cheap, for all texts at once."""
    words = "|".join(sorted(map(re.escape, {*_unread_words(), *words_of("unread_words", "unread")})))
    scripts = f"[{_unread_scripts()}{''.join(_others(writing) for writing in _judged() if writing.letters)}]"
    return f"{scripts}|{_OWN_LETTERS}|(?:^|{_GAP})(?:{words})(?:{_GAP}|$)"


@cache
def _unread_words() -> dict[str, frozenset[str]]:
    """The languages of each word, as `text.text.plain` leaves it."""
    found = grouped((plain(word), row.language) for row in shipped_words("unread_words") for word in row.words)
    return {word: frozenset(languages) for word, languages in found.items()}
