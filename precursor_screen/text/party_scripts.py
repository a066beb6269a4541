"""Writing systems in parties' names: what is comparable across them, and how one sound's spellings fold together.

Three devices, each for what transliteration letter by letter cannot do:

- a *key* folds the customary spellings of a sound (`Zhomart`, `Jomart`; `Volodymyr`, `Wolodymyr`) within Latin letters;
- *consonants* are all that Arabic, Hebrew and Indic writing has in common with a Latin spelling of the same name;
- Hangul and Han are read as names are customarily romanised: by syllable, family name apart, with the words of business
  and the legal forms of Chinese firms put into English.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from precursor_screen.core.tables import spellings_of, words_of

_TABLE: Final = "scripts"

# Letter groups of one sound to one letter; longer groups first, then doubled letters are written once.
FOLDED: Final = spellings_of(_TABLE, "sound")
HAN_WORDS: Final = spellings_of(_TABLE, "han word")  # words of Chinese firms' names, simplified and traditional
HANJA: Final = spellings_of(_TABLE, "hanja")  # Korean readings of the characters most used in names there
# As the South writes them, and the North.
HANGUL_SURNAMES: Final = {word: tuple(said.split()) for word, said in spellings_of(_TABLE, "hangul surname").items()}
JAPANESE_SURNAMES: Final = spellings_of(_TABLE, "japanese surname")
JAPANESE_GIVEN_NAMES: Final = spellings_of(_TABLE, "japanese given name")
HAN_DOUBLE_SURNAMES: Final = frozenset(words_of(_TABLE, "double surname"))
WITHOUT_VOWELS: Final = (
    ("\u0590", "\u08ff"),
    ("\u0900", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\ufb1d", "\ufeff"),
)
# In the order in which Unicode composes Hangul syllables of them.
HANGUL_INITIALS: Final = "k kk n t tt r m p pp s ss - j jj ch k t p h".replace("-", "").split(" ")
SOUTHERN_VOWELS: Final = words_of(_TABLE, "southern vowel")
NORTHERN_VOWELS: Final = words_of(_TABLE, "northern vowel")
HANGUL_FINALS: Final = "- k k k n n n t l k m p t t t l m p p t t ng t t k t p t".replace("-", "").split(" ")

_PAIRS = re.compile("|".join(sorted(FOLDED, key=lambda pair: (-len(pair), pair))))
_VOWELS = re.compile("[aeiouv]")
_DOUBLED = re.compile(r"(.)\1+")
_HAN_WORDS = re.compile("|".join(sorted(HAN_WORDS, key=lambda word: (-len(word), word))))
_SHORT = 3
_FIRST_HANGUL, _LAST_HANGUL = 0xAC00, 0xD7A3


@lru_cache(maxsize=1 << 16)
def fold_key(token: str) -> str:
    """The key of a canonical token: equal for spellings that differ by transliteration alone. Other scripts stay as they are."""
    if not token.isascii() or not token.isalpha():
        return token
    folded = _PAIRS.sub(lambda m: FOLDED[m.group()], token)
    if len(token) > _SHORT:  # `LLS` and `LSS` are initials of two firms
        folded = _DOUBLED.sub(r"\1", folded)
    # `Abdullah` and `Abdulla`, `Selenskyj` and `Zelensky`: a mute end.
    if len(folded) > 3 and folded[-1] in "hj" and folded[-2] in "aeiou":
        return folded[:-1]
    return folded or token


@lru_cache(maxsize=1 << 16)
def consonants(token: str) -> str:
    """What a Latin spelling shares with writing that leaves vowels out; `v` goes too, as it may stand for `o` or `u`."""
    skeleton = _DOUBLED.sub(r"\1", _VOWELS.sub("", fold_key(token)))
    return skeleton[:-1] if len(skeleton) > 1 and skeleton.endswith("h") else skeleton


def leaves_vowels_out(text: str) -> bool:
    """Whether a text holds letters of a script whose transliteration lacks vowels: Arabic, Hebrew, Indic, Thai, Khmer."""
    return any(any(low <= c <= high for low, high in WITHOUT_VOWELS) for c in text)


def romanise_hangul(word: str) -> tuple[str, ...]:
    """A Korean personal name of two to four syllables as it is written in the South and, if that differs, in the North.

    Other words and other scripts give nothing.
    """
    if not 2 <= len(word) <= 4 or not all(_FIRST_HANGUL <= ord(c) <= _LAST_HANGUL for c in word):
        return ()
    surname = 2 if len(word) == 4 and word[:2] in HANGUL_SURNAMES else 1
    found = []
    for south in (True, False):
        family = HANGUL_SURNAMES.get(word[:surname]) or (_syllable(word[0], south),) * 2
        found.append(" ".join((family[0 if south else 1], *(_syllable(c, south) for c in word[surname:]))))
    return tuple(dict.fromkeys(found))


def read_han(word: str) -> tuple[str, ...]:
    """How a word of Han characters may be read where not letter by letter: a Japanese or Korean name; else nothing."""
    if not 2 <= len(word) <= 6 or not all("\u4e00" <= c <= "\u9fff" for c in word):
        return ()
    found = []
    for split in range(1, len(word)):
        family, given = JAPANESE_SURNAMES.get(word[:split]), JAPANESE_GIVEN_NAMES.get(word[split:])
        if family and given:
            found.append(f"{family} {given}")
    if 2 <= len(word) <= 3 and all(c in HANJA for c in word):
        found.append(" ".join(HANJA[c] for c in word))
    return tuple(found)


def part_han(word: str) -> str:
    """Part a word of Han characters: words of business and legal forms apart; else family name and given name."""
    if not _HAN_WORDS.search(word):
        if 2 <= len(word) <= 4 and all("\u4e00" <= c <= "\u9fff" for c in word):
            surname = 2 if len(word) >= 3 and word[:2] in HAN_DOUBLE_SURNAMES else 1
            return f"{word[:surname]} {word[surname:]}"
        return word
    return _HAN_WORDS.sub(lambda m: f" {m.group()} ", word)


def translate_han(text: str) -> str:
    """Chinese words of business, places and legal forms into English ones, the rest as it is."""
    return _HAN_WORDS.sub(lambda m: f" {HAN_WORDS[m.group()]} ", text)


def is_han_word(word: str) -> bool:
    """Whether it is one of the words that `translate_han` translates."""
    return word in HAN_WORDS


def _syllable(c: str, south: bool) -> str:
    index = ord(c) - _FIRST_HANGUL
    initial, rest = divmod(index, 588)
    vowel, final = divmod(rest, 28)
    vowels = SOUTHERN_VOWELS if south else NORTHERN_VOWELS
    return HANGUL_INITIALS[initial] + vowels[vowel] + HANGUL_FINALS[final]
