"""Thai names as the Royal system of transcription has them, and as passports and registers write them.

Thai parts no words, leaves some vowels out and says letters at the end of a syllable otherwise than at its start. Names that no rule
spells, most of them from Sanskrit, and the words of firms are in `data/names/romanisations.csv`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import spellings_of
from precursor_screen.text.text import late

_TABLE: Final = "romanisations"
# Thai letters by what they are: consonants, vowel signs that stand behind or above them, and those that stand before.
_C: Final = "[\u0e01-\u0e2e]"
_SIGN: Final = "[\u0e30-\u0e3a]"
_BEFORE: Final = "[\u0e40-\u0e44]"
_I: Final = f"((?:[กขคตปพผ][รลว](?=[\u0e30-\u0e39]))|{_C})"  # what a syllable starts with
_I_BEFORE: Final = f"([กขคตปพผ][รลว](?={_C})|{_C})"  # behind a vowel that is written first

_OPEN, _MAY_CLOSE, _CLOSES = range(3)
# Syllables as written (`I`: what they start with, `<` behind a vowel that is written first) -> their vowel; whether a consonant may or must
# close them. The first that fits counts.
_WRITTEN: Final = (
    ("เ<ีย", "ia", _MAY_CLOSE),
    ("เ<ือ", "uea", _MAY_CLOSE),
    ("เ<าะ", "o", _OPEN),
    ("เ<า", "ao", _OPEN),
    (f"เ<ย(?!{_SIGN})", "oei", _OPEN),
    (f"เ<อ(?!{_SIGN})", "oe", _MAY_CLOSE),
    ("เ<ิ", "oe", _MAY_CLOSE),
    ("เ<ะ?", "e", _MAY_CLOSE),
    ("แ<ะ?", "ae", _MAY_CLOSE),
    ("โ<ะ?", "o", _MAY_CLOSE),
    (f"[ไใ]<(?:ย(?!{_SIGN}))?", "ai", _OPEN),
    ("Iัว", "ua", _OPEN),
    ("Iัย", "ai", _OPEN),
    ("Iั", "a", _CLOSES),
    (f"Iว(?={_C}(?!{_SIGN}|อ))", "ua", _CLOSES),
    ("Iะ", "a", _OPEN),
    ("Iำ", "am", _OPEN),
    ("Iา", "a", _MAY_CLOSE),
    ("I[ิี]", "i", _MAY_CLOSE),
    ("I[ึื]อ?", "ue", _MAY_CLOSE),
    ("I[ุู]", "u", _MAY_CLOSE),
    (f"((?!อ){_C})อ(?!{_SIGN})", "o", _MAY_CLOSE),
)
_SYLLABLES: Final = tuple((late(way.replace("<", _I_BEFORE).replace("I", _I)), vowel, closes) for way, vowel, closes in _WRITTEN)
# Marks of tone and length, which no romanisation has; letters that a mark silences, and others that are not said.
_REWRITTEN: Final = (
    (late("\u0e4d\u0e32"), "ำ"),
    (late("[\u0e45\u0e47-\u0e4b]"), ""),
    (late(f"(?<={_C})[ตทด]ร์|{_C}[ิุ]?์"), "|"),
    (late(f"รร(?={_C}(?!{_SIGN}))"), "ั"),
    (late("รร"), "ัน"),
    (late(f"ห(?=[งญนมยรลว]{_SIGN})|(?<={_BEFORE})ห(?=[งญนมยรลว])"), ""),
    (late(f"^อ(?=ย{_SIGN})"), ""),
    (late(f"ทร(?={_SIGN})"), "ซ"),
)
_CONSONANT: Final = late(_C)
_VOWELLED: Final = late(f"(?:[กขคตปพผ][รลว]|{_C})(?:{_SIGN}|อ(?!{_SIGN}))")


class _Spelling(Struct, frozen=True):
    """How one way of writing has initials, finals and names, and `r` behind a vowel that is not written."""

    initials: dict[str, str]
    finals: dict[str, str]
    names: dict[str, str]
    named: re.Pattern[str]
    open_r: str


def romanise_thai(text: str) -> list[str]:
    """A name by the Royal system and as passports have it; of each, words of business in English and as they sound."""
    forms, business = _firm_words("thai legal form"), _firm_words("thai firm word")
    ways = []
    for english in (True, False):
        parted = _part(text, forms, True)
        parted = [piece for said, word in parted for piece in ([(said, word)] if said else _part(word, business, english))]
        for spelling in _spellings():
            ways.append(" ".join(said or " ".join(_spell(part, spelling) for part in word.split()) for said, word in parted))
    return ways


def _part(text: str, words: tuple[re.Pattern[str], dict[str, str]], english: bool) -> list[tuple[str, str]]:
    """(what it means, if asked for, as written) of the words that a text consists of."""
    pattern, meanings = words
    return [(meanings.get(piece, "") if english else "", piece) for piece in pattern.split(text) if piece.strip()]


@cache
def _firm_words(role: str) -> tuple[re.Pattern[str], dict[str, str]]:
    words = _table(role)
    return re.compile(f"({_longest_first(words)})"), words


def _table(role: str) -> dict[str, str]:
    return {unicodedata.normalize("NFKC", word): meaning for word, meaning in spellings_of(_TABLE, role).items()}


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


@cache
def _spellings() -> tuple[_Spelling, ...]:
    initials, finals, names = (_table(f"thai {what}") for what in ("initial", "final", "name"))
    mine, ends, known = (_table(f"thai {what} passport") for what in ("initial", "final", "name"))
    return _spelling(initials, finals, names, "n"), _spelling(initials | mine, finals | ends, names | known, "rn")


def _spelling(initials: dict[str, str], finals: dict[str, str], names: dict[str, str], open_r: str) -> _Spelling:
    named = re.compile(rf"(?<!{_BEFORE})({_longest_first(names)})(?![\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])")
    return _Spelling(initials, finals, names, named, open_r)


def _spell(word: str, spelling: _Spelling) -> str:
    """A word: names that are known, and between them syllable by syllable."""
    return "".join(
        spelling.names[piece] if piece in spelling.names else _spell_syllables(piece, spelling)
        for piece in spelling.named.split(word)
    )


def _spell_syllables(word: str, spelling: _Spelling) -> str:
    for pattern, said in _REWRITTEN:
        word = pattern.sub(said, word)
    spelt, at = "", 0
    while at < len(word):
        found = next(((m, vowel, closes) for form, vowel, closes in _SYLLABLES if (m := form.match(word, at))), None)
        if found:
            match, vowel, closes = found
            spelt += _initial(match[1], spelling) + vowel
            at = match.end()
            run = _run(word, at)
            if closes and run and (len(run) % 2 or closes == _CLOSES):
                spelt += spelling.finals.get(run[0], "")
                at += 1
                run = run[1:]
        else:
            run = _run(word, at)
            if not run:
                spelt += word[at] if word[at].isascii() and word[at] != "|" else ""
                at += 1
        spelt += _spell_run(run, spelling)
        at += len(run)
    return spelt


def _run(word: str, at: int) -> str:
    """The consonants from a place on that have no vowel written."""
    end = at
    while end < len(word) and _CONSONANT.match(word[end]) and not _VOWELLED.match(word, end):
        end += 1
    return word[at:end]


def _spell_run(run: str, spelling: _Spelling) -> str:
    """Consonants without vowels: two by two with an o between, before them an odd one with an a."""
    odd, spelt = len(run) % 2, ""
    if odd:
        spelt = _initial(run[0], spelling) + "a"
    for first, last in zip(run[odd::2], run[odd + 1 :: 2], strict=True):
        spelt += _initial(first, spelling) + "o" + (spelling.open_r if last == "ร" else spelling.finals.get(last, ""))
    return spelt


def _initial(letters: str, spelling: _Spelling) -> str:
    return "".join(spelling.initials.get(c, "") for c in letters)
