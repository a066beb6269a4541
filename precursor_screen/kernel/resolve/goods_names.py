"""By what a description names goods: by what they are, or by a code name, a trade name or a purpose in the place of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from typing import Final

from msgspec import Struct

from precursor_screen.reference.nomenclature import stem

GENERIC_LIST, FORM_LIST, PURPOSE_LIST, PACKING_LIST = "generic_goods", "form_words", "purpose_words", "packing_words"
COVER_LIST = "covers"
GOODS, CODE_NAME, TRADE_NAME, PURPOSE = "goods", "code name", "trade name", "purpose"
_MOST: Final = 400  # characters: what is longer tells more than a name
_HEAD: Final = 3  # words
_PARTS: Final = re.compile(r"[-/.]")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
# Letters and figures in one word: ACJC-240, TX118. A size, a share, a number of the UN or of a form is none.
_CODE: Final = re.compile(
    r"(?=[^\d]*\d)(?=[\d\W]*[a-z])[a-z]{1,6}[-/.]?[a-z]{0,4}\d{1,5}[a-z]{0,2}|\d{1,4}[-/.]?[a-z]{2,6}|[a-z]{1,5}-[a-z]{0,3}\d+[a-z]?"
)
_NO_CODE: Final = re.compile(
    r"\d[\d.,x*/-]*(?:k?gs?|m?g|lbs?|m?l|ltrs?|mm|cm|m|mt|mts|oz|w|v|ah|pct|ppm|pcs|ctns?|drums?|bags?|pkgs?|hp|kva|kw|x|ft|inch|st|nd|rd|th|days?)"
    r"|un-?\d{4}|(?:hs|cas|po|no|inv|lot|ref|ci|fob|cl|class|iso|en|din|astm|pg|imo|imdg)[-./]?\d+.*"
)


class Vocabulary(Struct, frozen=True):
    """Words, folded and without a plural s: of classes of goods, of forms, of purposes, of packing; and all that name goods."""

    generic: Set[str]
    forms: Set[str]
    purposes: Set[str]
    packing: Set[str]
    known: Set[str]


def fold_words(text: str) -> list[str]:
    """The words of a text, lower case and without accents; a word may hold figures and inner hyphens."""
    plain = text[:_MOST].lower()
    if plain.isascii():
        return _TOKEN.findall(plain)
    plain = unicodedata.normalize("NFKD", plain)
    return _TOKEN.findall("".join(c for c in plain if not unicodedata.combining(c)))


def name_kind(text: str, words: Vocabulary) -> str:
    """`goods`, or what stands in the place of their name: a code name, a trade name, a purpose.

    A code name counts only beside generic words, for part numbers are everywhere; a trade name is a word that no heading of
    the nomenclature knows, beside more than a form (`paracetamol powder`). In a text of more than six words, or of another script, nothing of the kind is said.
    """
    said = fold_words(text)
    if not any(stem(part) in words.generic for token in said for part in _PARTS.split(token)):
        return GOODS  # so it is of most texts, and what follows costs ten times as much
    tokens = [t for t in said if t not in words.packing and not t.replace(".", "").isdigit() and not _NO_CODE.fullmatch(t)]
    if not tokens or len(tokens) > 6 or not all(t.isascii() for t in tokens):
        return GOODS
    codes = [t for t in tokens if any(c.isdigit() for c in t) and _CODE.fullmatch(t)]
    plain = [stem(part) for t in tokens if t not in codes for part in _PARTS.split(t) if len(part) > 1]
    generic = [w for w in plain if w in words.generic]
    others = [w for w in plain if w not in words.generic and w not in words.purposes]
    if not generic:  # the word stood in a code
        return GOODS
    if not others:
        return CODE_NAME if codes else PURPOSE if any(w in words.purposes for w in plain) or len(plain) == len(generic) else GOODS
    told = any(w not in words.forms for w in generic) and len(others) <= 2 and not any(w in words.known for w in others)
    return TRADE_NAME if told else GOODS


def head_words(text: str, words: Vocabulary) -> str:
    """What stands for goods without a code: the first words of their description that are none of packing; '' if there are none."""
    tokens = [stem(t) for t in fold_words(text) if t not in words.packing and not any(c.isdigit() for c in t) and len(t) > 1]
    return " ".join(tokens[:_HEAD])
