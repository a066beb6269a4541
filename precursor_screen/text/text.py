"""Folding text so that spellings of one name agree, without losing where each character stood.

Case, accents, dashes, spaces, full-width forms, Greek letters, look-alike letters of another script, soft hyphens and
zero-width characters are folded away. `str.lower` is never called on a whole non-ASCII text: "İ", "ß" and ligatures change
length and would shift every position after them.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Final, cast

from msgspec import Struct

# Regular expressions that are compiled at their first use: a look-up needs a third of those that judge names, and all take a
# tenth of a second.

_METHODS: Final = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class _Late:
    """Stands for a pattern; its methods are that of the compiled one once any is asked for."""

    __slots__ = ("_flags", "_source", "pattern", *_METHODS)

    def __init__(self, source: str | Callable[[], str], flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        if name == "pattern":
            self.pattern = self._source if isinstance(self._source, str) else self._source()
        elif name in _METHODS:
            compiled = re.compile(self.pattern, self._flags)
            for method in _METHODS:
                setattr(self, method, getattr(compiled, method))
        else:
            raise AttributeError(name)
        return getattr(self, name)


def late(source: str | Callable[[], str], flags: int = 0) -> re.Pattern[str]:
    """The pattern, compiled when first used; has `pattern` and the methods that search, split and replace.

    source: the pattern; or what writes it, where that takes words of a table, which is then read as late.
    """
    return cast("re.Pattern[str]", _Late(source, flags))


# Letters that are taken for one another: digits typed for letters, and what reading by machine confuses.

# For each letter or digit the one that stands for its group. Of the Cyrillic letters those that are read as digits.
FIRM: Final = dict(zip("01l582оз", "oiisbzo3", strict=True))
LOOSE: Final = FIRM | dict(zip("aefh6j9gvабипщесц", "occbbiqquobнлшccш", strict=True))
# Two letters that are read as one, after the firm fold: rn as m, cl (c1, ci) as d, ri (rl) as n.
PAIRS: Final = {"rn": "m", "ci": "d", "ri": "n"}
_FIRM_TABLE: Final = str.maketrans(FIRM)


def firm_fold(squashed: str) -> str:
    """Each digit that looks like a letter as that letter (and l as i); as long as before."""
    return squashed.translate(_FIRM_TABLE)


def loose_fold(spaced: str) -> tuple[str, list[int]]:
    """Everything that scanners confuse as one letter; a pair counts only where no gap parts it.

    Args:
        spaced: Text from `text.text.spaced`.

    Returns:
        The folded letters, and for each the index in the squashed text where it begins; at the end, the length of that text.
    """
    out: list[str] = []
    begins: list[int] = []
    firm = firm_fold(spaced)
    at, letter, n = 0, 0, len(spaced)
    while at < n:
        if spaced[at] == " ":
            at += 1
            continue
        begins.append(letter)
        pair = PAIRS.get(firm[at : at + 2])
        width = 2 if pair else 1
        char = pair or spaced[at]
        out.append(LOOSE.get(char, char))
        at += width
        letter += width
    begins.append(letter)
    return "".join(out), begins


def without_marks(text: str) -> str:
    """A text without accents and other marks, letters of special width as usual ones (Unicode: NFKD)."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


_GREEK: Final = {
    c: unicodedata.name(c).rpartition(" ")[2].lower().replace("lamda", "lambda") for c in "αβγδεζηθικλμνξοπρστυφχψως"
}
# Letters that NFKD leaves alone, and forms that count as one letter in customs texts: Arabic alef maqsura and teh marbuta are
# written either way, Persian letters stand for Arabic ones, and Traditional Chinese and Japanese forms for Simplified ones.
_LOOSE_MARKS: Final = "\u093c\u09bc\u0a3c\u0abc\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4e"
_LIGATURES: Final = dict(zip("ßæœøđðłıþŧħ", ("ss", "ae", "oe", "o", "d", "d", "l", "i", "th", "t", "h"), strict=True))
_SAME_LETTER: Final = {"ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ە": "ه", "ـ": "", "ґ": "г"}
_SIMPLIFIED: Final = dict(
    zip(
        "錳鉀鹽塩黃麥氫醯無鈉銨樟腦偽僞亞縮羥鄰間對異環純溶劑試發煙過氯醫鹼堿鹸硫揮醱濃銅鐵鋁鎂鈣鋅亜鉛",
        "锰钾盐盐黄麦氢酰无钠铵樟脑伪伪亚缩羟邻间对异环纯溶剂试发烟过氯医碱碱碱硫挥酦浓铜铁铝镁钙锌亚铅",
        strict=True,
    )
)
# Letters that are there for their shape: small capitals, and Coptic ones, in which nobody writes goods.
_SHAPES: Final = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)) | dict(
    zip("ⲀⲂⲤⲈⲎⲒⲔⲘⲚⲞⲢⲦⲨⲬⲌⲁⲃⲥⲉⲏⲓⲕⲙⲛⲟⲣⲧⲩⲭⲍ", "abcehikmnoptyxzabcehikmnoptyxz", strict=True)
)
_SINGLE: Final = _LIGATURES | _SAME_LETTER | _SIMPLIFIED | _SHAPES
_ASCII_SQUASH: Final = {i: None for i in range(128) if not chr(i).isalnum()}
_ASCII_SPACED: Final = {i: " " for i in range(128) if not chr(i).isalnum()}
_ASCII_PLAIN: Final = dict.fromkeys(range(32), " ") | {127: " "}
# Look-alikes: the same shape in Cyrillic (or Greek capitals; small ones are names of isomers, but for omicron) and Latin.
_CYRILLIC: Final = "АВЕЅІЈКМНОРСТУХЗаеѕіјкмнорстухԁһԛԝԚԜ"
_LATIN: Final = "ABESIJKMHOPCTYX3aesijkmhopctyxdhqwQW"
_GREEK_SHAPES: Final = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΛΣο"
_GREEK_LATIN: Final = "ABEZHIKMNOPTYXAEo"
_TO_LATIN: Final = dict(zip(_CYRILLIC, _LATIN, strict=True)) | dict(zip(_GREEK_SHAPES, _GREEK_LATIN, strict=True))
_TO_CYRILLIC: Final = {latin: cyrillic for cyrillic, latin in zip(_CYRILLIC, _LATIN, strict=True) if cyrillic not in "ЅЈѕјԁһԛԝԚԜ"}
# An accent does not hide the shape: `Ё` looks like E.
_TO_LATIN.update(
    {c: _TO_LATIN[base] for c in map(chr, range(0x370, 0x530)) if (base := unicodedata.normalize("NFKD", c)[0]) in _TO_LATIN}
)
# What is not seen inside a word: accents, hyphens that show at the end of a line alone, spaces without width, directions, variants.
_UNSEEN: Final = r"\u0300-\u036f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_WORD: Final = re.compile(rf"[^\W_]+(?:[{_UNSEEN}]+[^\W_]+)*")
# A Latin letter and a Cyrillic or Greek one in the same word, digits between them left aside.
_LATIN_LETTER: Final = r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]"
_MIXED: Final = re.compile(rf"{_LATIN_LETTER}[\d{_UNSEEN}]*[\u0370-\u052f]|[\u0370-\u052f][\d{_UNSEEN}]*{_LATIN_LETTER}")


class Folded(Struct, frozen=True):
    """A text without separators: `positions[i]` is where in the original `squashed[i]` came from (never decreasing)."""

    squashed: str
    positions: Sequence[int]


def is_vowel_sign(char: str) -> bool:
    """Whether a mark is a letter to those who write with it: vowel signs of the scripts of India, of Thai and Lao.

    Marks that typists leave out or set otherwise are none: the dot that tells borrowed sounds (nukta), tone marks, the silencer of Thai.
    """
    return "\u0900" <= char <= "\u0eff" and char not in _LOOSE_MARKS and unicodedata.category(char) in ("Mn", "Mc")


@lru_cache(maxsize=65536)
def fold_char(char: str) -> str:
    """One character as its folded letters and digits: none for separators and marks, several for ligatures and Greek."""
    if "가" <= char <= "힣" or "ぁ" <= char <= "ヿ":
        # NFKD would take Hangul syllables apart and strip the voicing marks of kana, which tell letters apart.
        return char if char != "・" else ""
    if is_vowel_sign(char):
        return char
    out: list[str] = []
    for part in unicodedata.normalize("NFKD", _SINGLE.get(char, char)):
        if is_vowel_sign(part):
            out.append(part)
            continue
        if unicodedata.category(part) in ("Mn", "Me", "Cf", "Cs"):
            continue
        for low in part.lower():
            folded = _GREEK.get(low) or _SINGLE.get(low, low)
            out.extend(c for c in folded if c.isalnum())
    return "".join(out)


class _Table(dict[int, str]):
    """What each character folds to, filled as characters are met: `str.translate` with it is many times faster than a loop."""

    def __init__(self, fold_one: Callable[[str], str]) -> None:
        super().__init__()
        self._fold_one = fold_one

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._fold_one(chr(code))
        return folded


def _spaced_char(char: str) -> str:
    """As `fold_char`, but a space for what parts words: everything that folds to nothing and is no mark."""
    return fold_char(char) or ("" if unicodedata.category(char) in ("Mn", "Me", "Cf") or char == "ـ" else " ")


@lru_cache(maxsize=65536)
def _plain_char(char: str) -> str:
    """One character as exactly one: a folded letter or digit, a space for white space and controls, "-" for every dash."""
    folded = fold_char(char)
    if folded:
        return folded[0] if len(folded) < 3 else char.lower()[0]
    if char.isspace() or unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if char in "′’‘´ʹʼ″":
        return "'"
    if unicodedata.category(char) in ("Pd", "Sm") and char in "‐‑‒–—―﹘﹣－−⁃":
        return "-"
    return unicodedata.normalize("NFKC", char)[0] if len(unicodedata.normalize("NFKC", char)) == 1 else char


_FOLDED: Final = _Table(fold_char)
_SPACED: Final = _Table(_spaced_char)
_PLAIN: Final = _Table(_plain_char)


def _mixed_word(word: str) -> str:
    """A word that mixes scripts, with the look-alikes of the minor script replaced, if all of that script's letters are such."""
    latin = re.findall(_LATIN_LETTER, word)
    other = [c for c in word if "\u0370" <= c <= "\u052f"]
    if not latin or not other:
        return word
    if all(c in _TO_LATIN for c in other):
        return "".join(_TO_LATIN.get(c, c) for c in word)
    if all(c in _TO_CYRILLIC for c in latin) and all(c >= "\u0400" for c in other):
        return "".join(_TO_CYRILLIC.get(c, c) for c in word)
    return word


def unmask(text: str) -> str:
    """The text with look-alike letters (a Cyrillic К inside a Latin word) put right; same length, same positions."""
    if text.isascii() or not _MIXED.search(text):
        return text
    return _WORD.sub(lambda m: m[0] if m[0].isascii() else _mixed_word(m[0]), text)


def fold(text: str) -> Folded:
    """Squash a text for matching.

    Args:
        text: Any string, control characters and lone surrogates included.

    Returns:
        The folded letters and digits in order, and for each the index in `text` that it came from. Linear time.
    """
    if text.isascii():
        squashed = text.lower().translate(_ASCII_SQUASH)
        return Folded(squashed, array("I", [i for i, c in enumerate(text) if c.isalnum()]))
    positions = array("I")
    unmasked = unmask(text)
    for i, char in enumerate(unmasked):
        width = len(_FOLDED[ord(char)])
        if width == 1:
            positions.append(i)
        elif width:
            positions.extend([i] * width)
    return Folded(unmasked.translate(_FOLDED), positions)


def spaced(text: str) -> str:
    """The squashed form with a space for every separator, so that words can still be told: equal to `squash` without its spaces."""
    if text.isascii():
        return text.lower().translate(_ASCII_SPACED)
    return unmask(text).translate(_SPACED)


def squash(text: str) -> str:
    """The squashed form alone, for building dictionaries."""
    if text.isascii():
        return text.lower().translate(_ASCII_SQUASH)
    return unmask(text).translate(_FOLDED)


def plain(text: str) -> str:
    """The text in lower case without accents, every dash as "-", control characters as spaces; same length as the text.

    Where one character folds to several, the first stands for it, so an index means the same in both.
    """
    if text.isascii():
        return text.lower().translate(_ASCII_PLAIN)
    return unmask(text).translate(_PLAIN)


@lru_cache(maxsize=4)
def sign_pairs(name: str) -> dict[int, str]:
    """Characters, each with the one that stands for it, for `str.translate`; name: of the table beside this module."""
    text = resources.files("precursor_screen.text").joinpath(f"{name}.txt").read_text("utf-8")
    pairs = (pair for line in text.splitlines() if not line.startswith("#") for pair in line.split())
    return {ord(pair[0]): pair[1] for pair in pairs}
