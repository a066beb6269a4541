"""Word tables for parties' names: legal forms, business words and their abbreviations, places, manifest noise, names that many bear.

`data/names/party_words.csv` holds them: ASCII, lower case, without dots. A legal form is written as the sequence of tokens that is left
after dotted or spaced initials are joined (`S.A. de C.V.` is `sa de cv`). Forms with the same legal meaning share one canonical token over
all languages, so that `OOO Alfa` and `Alfa LLC` compare alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from precursor_screen.core.tables import meanings_of, spellings_of, words_of

# Writing systems in parties' names: what is comparable across them, and how one sound's spellings fold together.

_SCRIPTS: Final = "scripts"

# Letter groups of one sound to one letter; longer groups first, then doubled letters are written once.
FOLDED: Final = spellings_of(_SCRIPTS, "sound")
HAN_WORDS: Final = spellings_of(_SCRIPTS, "han word")  # words of Chinese firms' names, simplified and traditional
HANJA: Final = spellings_of(_SCRIPTS, "hanja")  # Korean readings of the characters most used in names there
# As the South writes them, and the North.
HANGUL_SURNAMES: Final = {word: tuple(said.split()) for word, said in spellings_of(_SCRIPTS, "hangul surname").items()}
JAPANESE_SURNAMES: Final = spellings_of(_SCRIPTS, "japanese surname")
JAPANESE_GIVEN_NAMES: Final = spellings_of(_SCRIPTS, "japanese given name")
HAN_DOUBLE_SURNAMES: Final = frozenset(words_of(_SCRIPTS, "double surname"))
WITHOUT_VOWELS: Final = (
    ("\u0590", "\u08ff"),
    ("\u0900", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\ufb1d", "\ufeff"),
)
# In the order in which Unicode composes Hangul syllables of them.
HANGUL_INITIALS: Final = "k kk n t tt r m p pp s ss - j jj ch k t p h".replace("-", "").split(" ")
SOUTHERN_VOWELS: Final = words_of(_SCRIPTS, "southern vowel")
NORTHERN_VOWELS: Final = words_of(_SCRIPTS, "northern vowel")
HANGUL_FINALS: Final = "- k k k n n n t l k m p t t t l m p p t t ng t t k t p t".replace("-", "").split(" ")

_PAIRS = re.compile("|".join(sorted(FOLDED, key=lambda pair: (-len(pair), pair))))
_VOWELS = re.compile("[aeiouv]")
_DOUBLED = re.compile(r"(.)\1+")
_LONG_VOWEL = re.compile(r"([aeiou])\1")
# Latvian and Lithuanian give a Slavic surname an ending of their own: `Lavrovs`, `Lavrovas`.
_BALTIC = re.compile("([aeo]v|ski)a?s$")
_LEAST_BALTIC = 6
_HAN_WORDS = re.compile("|".join(sorted(HAN_WORDS, key=lambda word: (-len(word), word))))
_SHORT = 3
_FIRST_HANGUL, _LAST_HANGUL = 0xAC00, 0xD7A3


@lru_cache(maxsize=1 << 16)
def fold_key(token: str) -> str:
    """The key of a canonical token: equal for spellings that differ by transliteration alone. Other scripts stay as they are."""
    if not token.isascii() or not token.isalpha():
        return token
    folded = _PAIRS.sub(lambda m: FOLDED[m.group()], token)
    # `LLS` and `LSS` are initials of two firms; a vowel that is doubled is a long one.
    folded = (_DOUBLED if len(token) > _SHORT else _LONG_VOWEL).sub(r"\1", folded)
    if len(token) > _LEAST_BALTIC:
        folded = _BALTIC.sub(r"\1", folded)
    # `Abdullah` and `Abdulla`, `Selenskyj` and `Zelensky`: a mute end.
    if len(folded) > 3 and folded[-1] in "hj" and folded[-2] in "aeiou":
        return folded[:-1]
    return folded or token


@lru_cache(maxsize=1 << 16)
def consonants(token: str) -> str:
    """What a Latin spelling shares with writing that leaves vowels out; `v` goes too, as it may stand for `o` or `u`."""
    skeleton = _DOUBLED.sub(r"\1", _VOWELS.sub("", fold_key(token)))
    return skeleton[:-1] if len(skeleton) > 1 and skeleton.endswith("h") else skeleton


def shape(token: str) -> str:
    """What machines that read print, and people who hide a name, take for the same: `rn` and `m`, `cl` and `d`.

    Empty for words of three letters or fewer, of which too many would be the same.
    """
    return token.replace("rn", "m").replace("cl", "d") if len(token) > _SHORT else ""


def read_wade_giles(words: Sequence[str]) -> tuple[str, ...]:
    """A Chinese name in Wade-Giles as Pinyin has it, syllable by syllable: `hsi chin ping` is `xi jin ping`, or `xi qin ping`.

    Without its apostrophes a syllable may be one of two. Names that may be Pinyin as they stand, and other words, give nothing.
    """
    if _WADE_GILES.keys().isdisjoint(words):
        return ()
    syllables = [part for word in words for part in _syllables(word)]
    if (
        not 2 <= len(syllables) <= 3
        or not any(s for s in syllables if s not in _PINYIN)
        or not all(s in _WADE_GILES for s in syllables)
    ):
        return ()
    return tuple(map(" ".join, product(*(_WADE_GILES[s] for s in syllables))))


def _syllables(word: str) -> tuple[str, ...]:
    """A word, or the two syllables of a given name that is written as one."""
    if word in _WADE_GILES or len(word) > _LONGEST_GIVEN:
        return (word,)
    halves = ((word[:i], word[i:]) for i in range(1, len(word)))
    return next((two for two in halves if two[0] in _WADE_GILES and two[1] in _WADE_GILES), (word,))


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


def _syllable(c: str, south: bool) -> str:
    index = ord(c) - _FIRST_HANGUL
    initial, rest = divmod(index, 588)
    vowel, final = divmod(rest, 28)
    vowels = SOUTHERN_VOWELS if south else NORTHERN_VOWELS
    return HANGUL_INITIALS[initial] + vowels[vowel] + HANGUL_FINALS[final]


_TABLE: Final = "party_words"


def _several(role: str) -> dict[str, tuple[str, ...]]:
    """Word -> the words that it stands for."""
    return {word: tuple(meaning.split()) for word, meaning in spellings_of(_TABLE, role).items()}


def _all(role: str) -> frozenset[str]:
    return frozenset(words_of(_TABLE, role))


LEGAL_FORMS: Final = meanings_of(_TABLE, "legal form")
# Legal forms as written, without blanks and points, that few countries have -> these countries.
FORMS_OF_COUNTRIES: Final = {
    form: frozenset(countries.split()) for form, countries in spellings_of(_TABLE, "form of countries").items()
}
# These are also words or names (`Iyad ag Ghali`, `Kim Se Gwan`), so they count as legal forms only as the last word of a name
# (other legal forms may follow), or as the first where that is where the form is customarily written.
LAST_ONLY: Final = _all("only last")
FIRST_OR_LAST: Final = _all("first or last")
# Spellings and abbreviations of business words by their canonical form. All canonical forms are generic.
BUSINESS_WORDS: Final = meanings_of(_TABLE, "business")
SECOND_READINGS: Final = _several("second reading")
COMPOUNDS: Final = _several("compound")
GENERIC: Final = _all("general")
PLACES: Final = _all("place")
# Words that may be added to a name or left out of it without making it another's: articles, particles, titles, serial numerals.
SLIGHT: Final = _all("slight")
NUMBER_WORDS: Final = spellings_of(_TABLE, "number")
# What manifests write between two parties or before one. Each part is a name of its own.
NOISE: Final = words_of(_TABLE, "between parties")
# "Son of" and "daughter of": what stands before is another person than what stands behind.
PARENTS: Final = _all("parent")
TITLES_OF_MEN: Final = _all("title of a man")
TITLES_OF_WOMEN: Final = _all("title of a woman")
# A body of a State bears a name that every State has a body for.
STATE_WORDS: Final = _all("state")
ADDRESS_WORDS: Final = meanings_of(_TABLE, "address")
ADDRESS_NOISE: Final = _all("address noise")
# Personal names that many people bear: variants that folding the spelling does not bring together, to one spelling.
VARIANTS: Final = spellings_of(_TABLE, "variant")
_SHORT_FORMS: Final = meanings_of("nicknames", "nickname")


def _forms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for full, shorts in _SHORT_FORMS.items():
        for name in (full, *shorts):
            found.setdefault(VARIANTS.get(name, name), set()).update((VARIANTS.get(name, name), VARIANTS.get(full, full)))
    spellings = {spelling: found[name] for spelling, name in VARIANTS.items() if name in found}
    return {name: frozenset(forms) for name, forms in (found | spellings).items()}


# A given name that has short forms, or is one -> the names that it may be, each in one spelling.
GIVEN_NAMES: Final = _forms()
# Syllables of Wade-Giles without their marks -> those of Pinyin that they may be.
_WADE_GILES: Final = {
    said: meant.split() or [said] for said, meant in spellings_of("romanisations", "wade-giles").items()
}  # fmt: skip
_LONGEST_GIVEN: Final = 2 * max(map(len, _WADE_GILES))
_PINYIN: Final = frozenset(syllable for meant in _WADE_GILES.values() for syllable in meant)
# Words that stand in many names beside others, in one spelling: these are put into canonical form.
STRUCTURE: Final = spellings_of(_TABLE, "particle")
# Borne by so many people or firms that they tell little even where a list holds them once.
COMMON: Final = _all("common name") | _all("brand")

_LEAST_NAME: Final = 4  # letters of the name itself
_LEAST_FORM, _LEAST_BUSINESS = 3, 5  # shorter ones end too many names by chance


def _longest_first(spellings: set[str]) -> tuple[str, ...]:
    return tuple(sorted(spellings, key=lambda s: (-len(s), s)))


_FORM_ENDS: Final = _longest_first(
    {f for forms in LEGAL_FORMS.values() for f in forms if f.isalpha() and len(f) >= _LEAST_FORM} - LAST_ONLY
)
_BUSINESS: Final = {s for word, others in BUSINESS_WORDS.items() for s in (word, *others) if len(s) >= _LEAST_BUSINESS}
_FIRM_ENDS: Final = _longest_first(_BUSINESS | set(_FORM_ENDS))

# Legal forms of two letters, by their canonical token: a list in capitals has `SIEMENSAG`.
SHORT_FORMS: Final = {form: [s for s in spellings if len(s) == 2] for form, spellings in LEGAL_FORMS.items()}


def part_form(word: str) -> tuple[str, ...]:
    """What a word consists of that ends in a legal form of three letters or more: name, words of business, legal form.

    Forms are run together with a firm's name: `acmetradingllc`. Empty if the word does not, or if fewer than four letters are left for the name.
    """
    if len(word) < _LEAST_NAME + _LEAST_FORM or not word.endswith(_FORM_ENDS) or not (word.isascii() and word.isalpha()):
        return ()
    parts: list[str] = []
    ends = _FORM_ENDS
    while end := next((e for e in ends if word.endswith(e) and len(word) - len(e) >= _LEAST_NAME), ""):
        parts.append(end)
        word = word[: -len(end)]
        ends = _FIRM_ENDS
    return (word, *reversed(parts)) if parts else ()
