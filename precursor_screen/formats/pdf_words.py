"""Words of a printed page: the lines and paragraphs that they make, and these as they are read.

Letters are known from left to right; Arabic, Hebrew and others run to the left. Source: Unicode Standard Annex 9, of which
`in_reading_order` is the way back for what lines of print hold: words of few scripts, names, figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

_SAME_LINE: Final = 3.0  # points between the feet of words on one line
_CLOSE: Final = 0.8  # heights of a line between two lines of one paragraph
_APART: Final = 1.5  # heights of a line between what belongs together
_TO_LEFT: Final = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"  # the blocks of these scripts, with the shapes that letters take within words
)
_HAS_SOME: Final = re.compile(f"[{_TO_LEFT}]")
_DIGITS: Final = "\u0660-\u0669\u06f0-\u06f9"
_RUN_TO_LEFT: Final = re.compile(rf"(?:(?![{_DIGITS}])[{_TO_LEFT}])(?:[^\w{_TO_LEFT}]*(?:(?![{_DIGITS}])[{_TO_LEFT}]))*")
_RUN_TO_RIGHT: Final = re.compile(
    rf"(?:[^\W{_TO_LEFT}]|[{_DIGITS}])(?:[^{_TO_LEFT}]*(?:[^\W{_TO_LEFT}]|[{_DIGITS}])|[{_DIGITS}.,٫٬])*"
)
_MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


class Word(Struct, frozen=True):
    """A word and its place."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


Line = list[Word]


def as_lines(words: Sequence[Word]) -> list[Line]:
    """Words by the line that they stand on, from left to right."""
    lines: list[Line] = []
    for word in sorted(words, key=lambda word: (word.bottom, word.left)):
        if lines and word.bottom - lines[-1][0].bottom <= _SAME_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def paragraphs(words: Sequence[Word]) -> list[str]:
    """Words as people read them: what stands close below other words goes on with these; a wide gap within a line parts it."""
    found: list[list[list[Word]]] = []
    open_ones: list[list[list[Word]]] = []
    for line in as_lines(words):
        open_ones = [one for one in open_ones if _gap(one[-1], line) < _CLOSE]
        started: list[list[list[Word]]] = []
        for part in parts_of_line(line):
            above = next(
                (one for one in open_ones if one[-1][0].left < part[-1].right and part[0].left < one[-1][-1].right), None
            )
            if above is None:
                found.append(above := [])
                started.append(above)
            above.append(part)
        open_ones += started
    return [" ".join(text_of_line(part) for part in one) for one in found]


def _gap(upper: Sequence[Word], lower: Sequence[Word]) -> float:
    """Between two lines, in heights of the upper one; what stands on one line has none."""
    height = max(upper[0].bottom - upper[0].top, 1.0)
    return max(lower[0].top - upper[0].bottom, 0.0) / height


def parts_of_line(line: Sequence[Word]) -> list[Line]:
    """A line, cut at wide gaps."""
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if word.left - before.right > _APART * (word.bottom - word.top):
            parts.append([])
        parts[-1].append(word)
    return parts


def text_of_line(line: Sequence[Word]) -> str:
    """What it says."""
    return in_reading_order(" ".join(word.text for word in line))


def in_reading_order(line: str) -> str:
    """A line as it is read, in letters without the shapes that they take within words."""
    if not _HAS_SOME.search(line):
        return line
    if len(_HAS_SOME.findall(line)) < sum(sign.isalpha() for sign in line) / 2:
        ordered = _RUN_TO_LEFT.sub(lambda run: _turned(run[0]), line)
    else:
        ordered = _RUN_TO_RIGHT.sub(lambda run: _turned(run[0]), _turned(line))
    return unicodedata.normalize("NFKC", ordered)


def _turned(text: str) -> str:
    return text[::-1].translate(_MIRRORED)
