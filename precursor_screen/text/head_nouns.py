"""The noun that English goods are named by: BRASS BALL VALVES FOR WATER, 40 PCS are valves; Horses; live, pure-bred are horses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

_WORD: Final = re.compile(r"[a-z]{3,}")
_PART: Final = re.compile(r"[,;:(/\[+&]| - |\b(?:for|with|of|in|to|from|by|and|or|as|per|not|containing)\b")
_NAMED: Final = re.compile(r",|\(|\b(?:and|or)\b")
_TOLD: Final = re.compile(r"\b(?:of|for|in|with|not|other|containing)\b")


def words_in(text: str) -> list[str]:
    """The words of a text, lower case, from three letters on."""
    return _WORD.findall(text.lower())


def head_noun(text: str, passed_over: Collection[str] = ()) -> str:
    """The last word of the first part of a description that holds any but those passed over; '' if there is none."""
    for part in _PART.split(text.lower()):
        words: list[str] = [word for word in _WORD.findall(part) if word not in passed_over]
        if words:
            return words[-1]
    return ""


def heading_nouns(heading: str) -> Iterator[str]:
    """The nouns that a heading of the nomenclature names its goods by: what stands before the semicolon, without what tells of them."""
    for part in _NAMED.split(heading.lower().partition(";")[0]):
        words = _WORD.findall(_TOLD.split(part)[0])
        if words:
            yield words[-1]
