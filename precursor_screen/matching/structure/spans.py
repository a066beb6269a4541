"""Which stretches of a text may be one systematic name: words with locants or brackets, and the words of chemistry round them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

# A word of a name; "2 - propanone" and "1, 3-benzodioxole" stay together.
_TOKEN: Final = re.compile(r"(?:[0-9]['a-h]? ?[,-] ?(?=[\w(\[])|[^\s;:|/\"<>=+&*])+")
_LOCANTS: Final = r"[0-9]{1,2}['a-h]?(?:, ?[0-9]{1,2}['a-h]?)*"
_SEED: Final = re.compile(
    rf"(?<![0-9.]){_LOCANTS} ?- ?[a-z(\[]|[a-z)\]]-{_LOCANTS}(?=-|$)"
    r"|(?:^|[-(\[,])(?:[nops]|alpha|beta|gamma|omega|[αβγω]|tert|sec|iso|ortho|meta|para|cis|trans)(?:,n)*-[a-z(\[0-9]"
    r"|[(\[][^()\[\]]*[a-z]{3}"
)
_LETTERS: Final = re.compile(r"[a-z]{3}")
_PART: Final = re.compile(
    r"(?:[a-z(\[\])',0-9-]*(?:acid|ester|ether|ketone|salt|oxide|anhydride|yl|ic|ous|ate|ite|ide|ine|ene|ane|yne|ol|one|oxime|amid|nitrile"
    r"|aldehyde|acetal|ketal|hcl)|sodium|potassium|lithium|ammonium|calcium|magnesium|methyl|ethyl)"
)
_MOST_WORDS: Final = 5
_WIDEN_BY: Final = 2
_LONGEST: Final = 200


class _Token(Struct, frozen=True):
    start: int
    end: int
    is_seed: bool
    is_part: bool
    follows: bool  # only white space stands between it and the one before


def _tokens(flat: str) -> list[_Token]:
    tokens: list[_Token] = []
    last = 0
    for found in _TOKEN.finditer(flat):
        start, end = _trim(flat, found.start(), found.end())
        if start == end:
            continue
        word = flat[start:end]
        fits = end - start <= _LONGEST
        is_seed = fits and _LETTERS.search(word) is not None and _SEED.search(word) is not None
        is_part = fits and (is_seed or _PART.fullmatch(word) is not None)
        tokens.append(_Token(start, end, is_seed, is_part, not flat[last:start].strip(" ,")))
        last = end
    return tokens


def _trim(flat: str, start: int, end: int) -> tuple[int, int]:
    """Without punctuation at the edges and brackets that have no partner; a hyphen at the end stays: "acid, 2-amino-"."""
    while start < end and (
        flat[start] in " ,.'-)]}" or (flat[start] in "([{" and flat.find(_PARTNER[flat[start]], start, end) < 0)
    ):
        start += 1
    while end > start and (flat[end - 1] in " ,.'([{" or (flat[end - 1] in ")]}" and _unopened(flat, start, end))):
        end -= 1
    return start, end


_PARTNER: Final = {"(": ")", "[": "]", "{": "}"}
_OPENS: Final = {v: k for k, v in _PARTNER.items()}


def _unopened(flat: str, start: int, end: int) -> bool:
    close = flat[end - 1]
    return flat.count(close, start, min(end, start + _LONGEST)) > flat.count(_OPENS[close], start, min(end, start + _LONGEST))


def systematic_spans(flat: str) -> Iterator[list[tuple[int, int]]]:
    """For each run of words that may be a systematic name: the stretches to try, longest first.

    Args:
        flat: The text from `names.text.plain`. At most 15 stretches for a word: linear time.
    """
    run: list[_Token] = []
    for token in [*_tokens(flat), _Token(0, 0, False, False, False)]:
        if run and not (token.is_part and token.follows):
            if any(t.is_seed for t in run):
                yield _stretches(run)
            run = []
        if token.is_part:
            run.append(token)


def _stretches(run: Sequence[_Token]) -> list[tuple[int, int]]:
    found = [
        (run[i].start, run[j].end)
        for i in range(len(run))
        for j in range(i, min(len(run), i + _MOST_WORDS))
        if any(t.is_seed for t in run[i : j + 1]) and run[j].end - run[i].start <= _LONGEST
    ]
    return sorted(found, key=lambda s: (s[0] - s[1], s[0]))


def wider_spans(flat: str, places: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """For each place in a text: the stretches that hold it and up to two more words on either side, longest first.

    Args:
        flat: The text from `names.text.plain`.
        places: Bounds, in any order. The place itself is among its stretches if it is whole words.
    """
    tokens = _tokens(flat) if places else []
    starts = [t.start for t in tokens]
    return [_widen(tokens, starts, *place) for place in places]


def _widen(tokens: list[_Token], starts: list[int], start: int, end: int) -> list[tuple[int, int]]:
    first = max(0, bisect_right(starts, start) - 1)
    last = max(first, bisect_left(starts, end) - 1)
    if not tokens or tokens[first].end <= start:
        return []
    left, right = first, last
    while left > 0 and first - left < _WIDEN_BY and tokens[left - 1].is_part and tokens[left].follows:
        left -= 1
    while right + 1 < len(tokens) and right - last < _WIDEN_BY and tokens[right + 1].is_part and tokens[right + 1].follows:
        right += 1
    found = {
        (min(start, tokens[i].start), max(end, tokens[j].end)) for i in range(left, first + 1) for j in range(last, right + 1)
    }
    return sorted((s for s in found if s[1] - s[0] <= _LONGEST), key=lambda s: (s[0] - s[1], s[0]))
