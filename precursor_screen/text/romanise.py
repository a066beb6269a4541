"""Names in Arabic, Thai and Devanagari letters as they are customarily romanised: on passports, in registers and on lists.

`data/names/romanisations.csv` holds the letters with their source, and words that no rule spells: names that many bear, and words that
firms share, which are put into English. Each way to write a name is a reading of its own, since one writer keeps to one way.

Arabic and Persian leave short vowels out. A word that no table has stays its consonants, marked with `~`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Final

from precursor_screen.core.tables import spellings_of, words_of
from precursor_screen.text.party_words import FOLDED
from precursor_screen.text.text import late
from precursor_screen.text.thai import romanise_thai

_TABLE: Final = "romanisations"
_ARABIC: Final = "\u0600-\u06ff"
_DEVANAGARI: Final = "\u0900-\u097f"
_THAI: Final = "\u0e00-\u0e7f"


def romanise(part: str) -> tuple[str, ...]:
    """The usual romanisations of a name, each once, words parted by blanks; none where no table has its script.

    Args:
        part: as written, in NFKC and case folded; what is not in such a script stays.
    """
    for script, ways in _WAYS.items():
        if re.search(f"[{script}]", part):
            text = " ".join("".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in part).split())
            return tuple(dict.fromkeys(filter(None, (" ".join(way.split()) for way in ways(text)))))
    return ()


# What Unicode calls otherwise than most people do.
_CALLED: Final = {
    "CJK": "Chinese characters",
    "HANGUL": "Korean letters",
    "HIRAGANA": "Japanese letters",
    "KATAKANA": "Japanese letters",
}


def writing_of(name: str) -> str:
    """What a name is written in, for a person to read, by its first letter that is not Latin; empty where all are."""
    script = next((unicodedata.name(c, "").split(" ")[0] for c in name if c.isalpha() and not _is_latin(c)), "")
    return _CALLED.get(script, f"{script.capitalize()} letters") if script else ""


def _is_latin(c: str) -> bool:
    return c.isascii() or unicodedata.name(c, "LATIN").startswith(
        ("LATIN", "FULLWIDTH LATIN", "FEMININE", "MASCULINE", "MODIFIER")
    )


def is_thai(part: str) -> bool:
    """Whether a text holds Thai letters."""
    return re.search(f"[{_THAI}]", part) is not None


def _table(role: str, fold: Callable[[str], str] = lambda word: word) -> dict[str, str]:
    """Word as texts have it -> what it means."""
    return {fold(unicodedata.normalize("NFKC", word)): meaning for word, meaning in spellings_of(_TABLE, role).items()}


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


# Arabic letters. Nothing in a name says whether it is Arabic or Persian, and a few letters sound otherwise in the two.

_ONE_LETTER: Final = str.maketrans(dict(zip("أإآٱىیئۍېےکةۀەہھؤ", "ااااييييييكهههههو", strict=True)))
_MARKS: Final = late("[\u0610-\u061a\u0640\u064b-\u065f\u0670ء]")
_ARTICLE: Final = late("(و)?(?:ال|لل)(?=..)")
_BEHIND: Final = {"الدين": "uddin", "الله": "ullah"}  # second parts of names, as they are spelt within one word
_SERVANT: Final = "عبد"
_STARTS: Final = {_SERVANT: "abd", "ابو": "abu"}  # first parts of names, as they are spelt within one word
_BENALI: Final = _STARTS | {"بن": "ben"}  # in the Maghreb
_SERVANT_OF: Final = late(rf"(?<!\w){_SERVANT}\s*(?=ال..)")  # written as one word or as two
_BETWEEN: Final = r"\s+(?:ال)?"  # words of a phrase
_LONG_VOWELS: Final = {"ا": "a", "و": "u", "ي": "i", "ع": "a"}
_LEAST_CONSONANTS: Final = 3  # letters of a word of which only these are compared
_LEAST_PIECE, _LONGEST_OF_TWO = 2, 24  # letters of a name within a longer one, and of that


def _fold_arabic(text: str) -> str:
    """Forms that count as one letter, without vowel marks and hamza: writers use either."""
    return _MARKS.sub("", text.translate(_ONE_LETTER))


@cache
def _arabic_tables() -> tuple[tuple[dict[str, str], dict[str, str]], ...]:
    """The letters and the names, as an Arab spells them and as a Persian does."""
    letters = [_table(f"{language} letter", _fold_arabic) for language in ("arabic", "persian")]
    arabic, persian = (_table(f"{language} name", _fold_arabic) for language in ("arabic", "persian"))
    return (letters[0], persian | arabic), (letters[1], arabic | persian)


@cache
def _arabic_words() -> tuple[re.Pattern[str], dict[str, str]]:
    """Words of firms, in any of which the article may stand, behind `and` or `for`."""
    roles = (f"{language} {kind}" for language in ("persian", "arabic") for kind in ("firm word", "legal form"))
    words = {word: said for role in roles for word, said in _table(role, _fold_arabic).items()}
    return re.compile(rf"(?<!\w)(و)?(?:ال|لل|ل)?({_longest_first(words).replace(' ', _BETWEEN)})(?!\w)"), words


def _ways_of_arabic(text: str) -> list[str]:
    pattern, firms = _arabic_words()
    folded = _SERVANT_OF.sub(f"{_SERVANT} ", _fold_arabic(text)).replace(f"{_SERVANT} الله", f"{_SERVANT}الله")
    ways = []
    for names in ((), _arabic_tables()[0][1]):  # a word that is a name too (`Foolad`, steel) is either

        def translate(found: re.Match[str], kept: Collection[str] = names) -> str:
            word = re.sub(_BETWEEN, " ", found[2])
            return found[0] if word in kept else f" {'and ' if found[1] else ''}{firms[word]} "

        words = pattern.sub(translate, folded).split()
        ways += [_write_arabic(words, style, *tables) for tables, style in product(_arabic_tables(), _STYLES)]
    return ways


# How the article goes with its word: `al Rahman`, `alRahman`, `arRahman`; what it belongs to goes likewise: `abdul Rahman`, `abdulRahman`.
_STYLES: Final = ("apart", "joined", "assimilated", "Maghreb")


def _write_arabic(words: Sequence[str], style: str, letters: Mapping[str, str], names: Mapping[str, str]) -> str:
    """One spelling of a name in one style."""
    starts = _BENALI if style == "Maghreb" else _STARTS
    written: list[str] = []
    before = ""
    for word in words:
        article, rest = (False, word) if word in names else _part_article(word)
        pieces = _spell_pieces(rest, letters, names)
        if style == "apart":
            written += ["al"] * article + pieces
        elif word in _BEHIND and written:
            written[-1] = _join((written[-1], _BEHIND[word]))
        else:
            assimilates = style != "joined" and rest[0] in words_of(_TABLE, "sun letter")
            said = ("u" if before == _SERVANT else "a") + (letters[rest[0]] if assimilates else "l") if article else ""
            if before in starts:
                said = starts[before] + said
                written.pop()
            written.append(_join((said, *pieces)))
        before = word
    return " ".join(written)


def _part_article(word: str) -> tuple[bool, str]:
    found = _ARTICLE.match(word)
    return (True, word[found.end() :]) if found else (False, word)


def _join(pieces: Iterable[str]) -> str:
    """Pieces as one word: its consonants if of one piece only these are known."""
    word = "".join(pieces)
    return "~" * ("~" in word) + word.replace("~", "")


def _spell_pieces(word: str, letters: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """A word as names that are known, two at most; else its consonants. Other letters stay."""
    if known := _spell(word, names):
        return [known]
    for i in range(_LEAST_PIECE, len(word) - _LEAST_PIECE + 1) if len(word) <= _LONGEST_OF_TWO else ():
        two = [_spell(word[:i], names), _spell(word[i:], names)]
        if all(two):
            return two
    if word.isascii() or word.isdigit():
        return [word]
    spelt = ""
    for c in word:
        said = letters.get(c, "" if c in "اع" else c)
        # Two letters are not one sound, as `zh` would be. Of `ja`, which Slavs say `ya`, keys lose the j: of the two spellings one has it.
        meets = bool(spelt and said) and spelt[-1] + said[0] in FOLDED
        spelt += "a" * meets + said + "a" * (said == "j" and letters["و"] == "w")
    if sum(c not in "اوي" for c in word) >= _LEAST_CONSONANTS:
        return ["~" + spelt]
    return [_spell_vowels(word, letters)]


def _spell_vowels(word: str, letters: Mapping[str, str]) -> str:
    """A short word with its long vowels, and an `a` where consonants need one: too many words share its consonants."""
    said = [_LONG_VOWELS.get(c, "") if i else "" for i, c in enumerate(word)]
    for i, pair in enumerate(pairwise(word)):
        if pair in (("و", "ا"), ("و", "ي")):  # `Nawaf`, `Tawil`
            said[i] = ""
    if word.endswith("ه"):
        said[-1] = "a"
    sounds = [vowel or letters.get(c, "a") for vowel, c in zip(said, word, strict=True)]
    spelt = sounds[0]
    for i in range(1, len(sounds)):
        between_vowels = i > 1 and sounds[i - 2] in "aiu" and i + 1 < len(sounds) and sounds[i + 1] in "aiu"
        spelt += "a" * (sounds[i - 1] not in "aiu" and sounds[i] not in "aiu" and not between_vowels) + sounds[i]
    return spelt


def _spell(word: str, names: Mapping[str, str]) -> str:
    """A name that is known, or one with the ending that makes a surname of it; empty for others."""
    return names.get(word) or (names[word[:-1]] + "i" if word.endswith("ي") and word[:-1] in names else "")


# Devanagari writes all vowels but the short a, which each consonant has unless another vowel or the mark of silence follows; at the end of a
# word, and between a vowel and a consonant with one, it is not said.

_SILENT: Final = "\u094d"
_LABIALS: Final = "pbm"


@cache
def _devanagari_tables() -> tuple[tuple[re.Pattern[str], dict[str, str], dict[str, str]], ...]:
    """A pattern of letters, the letters and the names: as the rules have them, and as passports do."""
    letters, names = _table("devanagari letter"), _table("devanagari name")
    tables = letters, letters | _table("devanagari letter passport")
    return tuple((re.compile(f"({_longest_first(some)})|(.)"), some, names) for some in tables)


@cache
def _devanagari_firms() -> tuple[re.Pattern[str], dict[str, str]]:
    words = _table("devanagari legal form") | _table("devanagari firm word")
    return re.compile(rf"(?<![{_DEVANAGARI}])({_longest_first(words)})(?![{_DEVANAGARI}])"), words


def _ways_of_devanagari(text: str) -> list[str]:
    pattern, firms = _devanagari_firms()
    words = pattern.sub(lambda found: f" {firms[found[1]]} ", text).split()
    return [
        " ".join(names.get(word) or _spell_devanagari(word, letter, letters) for word in words)
        for letter, letters, names in _devanagari_tables()
    ]


def _spell_devanagari(word: str, pattern: re.Pattern[str], letters: Mapping[str, str]) -> str:
    """A word letter by letter, without the short vowels that are not said."""
    sounds: list[list[str]] = []  # consonant, or none; its vowel, `A` for the one that is not written; `n` where it is nasal
    for found in pattern.finditer(word):
        letter, other = found[1], found[2]
        if letter and unicodedata.category(letter[0]) == "Lo":
            vowel = letters[letter][0] in "aeiou" or letter == "ऋ"
            sounds.append(["", letters[letter], ""] if vowel else [letters[letter], "A", ""])
        elif letter and sounds and letter != "ः":
            sounds[-1][1] = letters[letter]
        elif other == _SILENT and sounds:
            sounds[-1][1] = ""
        elif other in ("ं", "ँ") and sounds:
            sounds[-1][2] = "n"
        elif other and other.isascii():
            sounds.append([other, "", ""])
    for i in range(len(sounds) - 1, -1, -1):
        if sounds[i][1] == "A":
            sounds[i][1] = "" if _is_unsaid(sounds, i) else "a"
    spelt = "".join(map("".join, sounds))
    return re.sub(f"n(?=[{_LABIALS}])", "m", spelt)


def _is_unsaid(sounds: Sequence[Sequence[str]], i: int) -> bool:
    """Whether the short a of a consonant is not said: behind a vowel, and at the end or before a consonant with a vowel."""
    if not i or not sounds[i - 1][1]:
        return False
    return i == len(sounds) - 1 or (bool(sounds[i + 1][0]) and sounds[i + 1][1] not in ("", "A"))


_WAYS: Final[Mapping[str, Callable[[str], Sequence[str]]]] = {
    _ARABIC: _ways_of_arabic,
    _DEVANAGARI: _ways_of_devanagari,
    _THAI: romanise_thai,
}
