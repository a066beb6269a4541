"""The words that say something of goods, `data/names/goods_words.csv`, by kind; "*" stands for any ending.

Words are compared as `names.text.plain` leaves texts.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from precursor_screen import tables
from precursor_screen.names.text import plain

_NO_EDGES: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")  # scripts that write words without gaps


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of a kind in all languages.

    Raises:
        KeyError: there is no such kind.
    """
    return frozenset(map(plain, tables.words_of("goods_words", kind)))


@cache
def one_of(kind: str, *, glued: bool = False) -> str:
    """A pattern for a word of a kind, longest first, which stands free where its script has gaps between words.

    Args:
        kind: of the table.
        glued: whether a letter may touch its beginning (endings that make a word: "-frei").
    """
    words = sorted(words_of(kind), key=lambda w: (-len(w), w))
    edged = "|".join(_pattern(w) for w in words if not _NO_EDGES.search(w))
    free = [re.escape(w) for w in words if _NO_EDGES.search(w)]
    begin = "" if glued else r"(?<!\w)"
    return "(?:" + "|".join([rf"{begin}(?:{edged})(?!\w)", *free]) + ")"


def _pattern(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", "[ -]")
