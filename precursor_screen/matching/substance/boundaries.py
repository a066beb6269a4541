"""Where a name may begin and end in a text, judged on the text itself, by script.

Latin and Cyrillic words have edges; Chinese has none; Arabic takes its article and prepositions as prefixes; Korean its
particles as suffixes; a katakana word ends where another script begins.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Final

from precursor_screen.core.tables import pattern_of, words_of
from precursor_screen.text.chemical import is_glued_ending
from precursor_screen.text.text import is_vowel_sign, late

_NO_EDGES: Final = frozenset({"cjk", "thai"})  # scripts that leave no gap between words
# Between letters that the name writes together: a break, a hyphen, a bracket; never a comma, which separates goods.
_SOFT_GAP: Final = re.compile(r"[\s\-‐‑‒–—―_/.·'’′\"()\[\]\u00ad\u200b-\u200f\u2060\ufeff\u0300-\u036f\u064b-\u065f\u0640]{1,6}")
_TIGHT_GAP: Final = re.compile(r"[\-‐‑‒–.\u00ad\u200b-\u200f\u2060\ufeff\u0300-\u036f\u064b-\u065f\u0640]{1,3}")
# Where the name has a separator of its own, the text may have any short one that does not end a clause.
_OWN_GAP: Final = re.compile(r"(?!.*\s[+&]\s)(?:[^\w;]|_){1,9}", re.DOTALL)
# A digit of the name may be one of several locants in the text: 1,2-butanone; 1-propanone, 2-chloro-; but UN1090,2-butanone.
_LOCANT_BEFORE: Final = re.compile(r"(?<!\d)\d{1,2}[a-z]?'*[,.]$|\d'$")
_LOCANT_GOES_ON: Final = re.compile(r"[,'-]+(?:[a-z(\[]|\d{1,2}[,'-])")
_KOREAN: Final = late(lambda: rf"(?:{'|'.join(sorted(words_of('chemical_words', 'particle of Korean')))})")
_KOREAN_SALT: Final = late(lambda: rf"{pattern_of('chemical_words', 'salt in Korean')}?{_KOREAN.pattern}?")
_LONGEST_QUALITY: Final = 12
_ELISION: Final = re.compile(r"[ ]?['’]")


def script(char: str) -> str:
    """cjk, thai, kana, hangul, arabic, digit, alpha (every other letter), or empty for what is no letter or digit."""
    if char.isascii():
        return "alpha" if char.isalpha() else "digit" if char.isdigit() else ""
    if "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff":
        return "cjk"
    if "\u3041" <= char <= "\u30ff" or "\uff66" <= char <= "\uff9f":
        return "kana"
    if "\uac00" <= char <= "\ud7a3":
        return "hangul"
    if "\u0e01" <= char <= "\u0eff":
        return "thai"
    if not char.isalnum():
        return "alpha" if is_vowel_sign(char) else ""
    if "\u0600" <= char <= "\u06ff":
        return "arabic"
    return "digit" if char.isdigit() else "alpha"


def edges(plain: str, start: int, end: int, *, loose: bool, covers_salts: bool) -> tuple[int, int] | None:
    """The bounds of a name if it stands free, else None.

    Args:
        plain: The text from `text.text.plain`.
        start, end: Where the letters of the name begin and end.
        loose: A strong name of six letters or more: a digit may touch it ("ACETONE99%"), and endings such as a plural
            may follow; then it belongs to the bounds, like an Arabic article.
        covers_salts: Whether endings that make a salt ("-hydrochlorid") may follow too.
    """
    begin = _begin(plain, start, loose=loose)
    if begin is None:
        return None
    stop = _stop(plain, end, loose=loose, covers_salts=covers_salts)
    return None if stop is None else (begin, stop)


def _begin(plain: str, start: int, *, loose: bool) -> int | None:
    if start == 0:
        return 0
    first, before = script(plain[start]), script(plain[start - 1])
    if first == "digit":
        if before in ("digit", "alpha") or _LOCANT_BEFORE.search(plain[max(0, start - 6) : start]):
            return None
        return start
    if not before or first in _NO_EDGES:
        return start
    if first == "arabic" and before == "arabic":
        prefix = start
        while prefix > 0 and start - prefix < 5 and script(plain[prefix - 1]) == "arabic":
            prefix -= 1
        return prefix if plain[prefix:start] in words_of("chemical_words", "prefix of Arabic") else None
    if before == first:
        return _quality_begins(plain, start) if loose else None
    return start if before != "digit" or loose else None


def _quality_begins(plain: str, start: int) -> int | None:
    """Where a word of quality begins that is written together with the name: Rein|aceton, Roh|toluol; None for any other word."""
    begin = start
    while begin > 0 and start - begin <= _LONGEST_QUALITY and script(plain[begin - 1]) == "alpha":
        begin -= 1
    return begin if plain[begin:start] in words_of("chemical_words", "quality before a name") else None


def _stop(plain: str, end: int, *, loose: bool, covers_salts: bool) -> int | None:
    if script(plain[end - 1]) == "digit" and script(plain[end - 2]) != "alpha" and _LOCANT_GOES_ON.match(plain, end):
        return None  # the digit is the locant of what follows: 1-propanone, 2-chloro-
    while end < len(plain) and unicodedata.category(plain[end]) in ("Mn", "Cf") and not is_vowel_sign(plain[end]):
        end += 1
    if end == len(plain):
        return end
    last, after = script(plain[end - 1]), script(plain[end])
    if last == "digit":
        return None if after in ("digit", "alpha") else end
    if not after or last in _NO_EDGES or (after != last and after != "digit"):
        return end
    if after == "digit":
        return end if loose else None
    rest = end
    while rest < len(plain) and rest - end < 24 and script(plain[rest]) == last:
        rest += 1
    word = plain[end:rest]
    if last == "hangul":
        return end if (_KOREAN_SALT if covers_salts else _KOREAN).fullmatch(word) else None
    return rest if loose and is_glued_ending(word, covers_salts) else None


def gaps_fit(text: str, where: list[int], own: frozenset[int], *, tight: bool) -> bool:
    """Whether what separates the letters in the text may stand inside this name.

    Args:
        text: The text as filed.
        where: The index in the text of each letter of the name.
        own: After which letters (counted from 0) the name itself has a separator.
        tight: An abbreviation: spaces may stand only where its own separators are.
    """
    for i, (here, there) in enumerate(itertools.pairwise(where)):
        if there - here > 1:
            gap = text[here + 1 : there]
            fits = _OWN_GAP if i in own else _TIGHT_GAP if tight else _SOFT_GAP
            if not fits.fullmatch(gap) or (i == 0 and text[here].isalpha() and _ELISION.match(gap)):
                return False  # d'éphédrine is no d-ephedrine
    return True
