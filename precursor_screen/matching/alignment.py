"""Which words of two names stand for each other, and whether what agrees can carry a match.

A score says how alike two strings are; it cannot tell `GLOBAL TRADING CO LTD` from a name. So a pair at or above the cut
also needs substance: at least two aligned words that are neither legal form, business word, place nor single letter, or
one that is rare in the list. Numbers that differ are a difference, never a typing error (`11420 CORP` is not `11421 CORP`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from precursor_screen.names.party import LEGAL_FORM, is_informative, kind_of

TOKEN_CUT = 70.0
_LONE_TOKEN_CUT, _LONE_TOKEN_LENGTH = 85.0, 5  # a single rare word may differ only if it is long and differs little
_MOST_TOKENS = 40  # beyond this only equal words are aligned: keeps hostile names from costing quadratic time
_MOST_JOINED = 8


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Aligned words, of which one side may be two words written as one; similarity 0 to 100."""

    left: str
    right: str
    similarity: float

    @property
    def is_informative(self) -> bool:
        """Whether both sides hold a word that can carry a match."""
        return any(map(is_informative, self.left.split())) and any(map(is_informative, self.right.split()))


@dataclass(frozen=True, slots=True)
class Alignment:
    """Aligned pairs, best first, and what is left over on either side, in the order given."""

    pairs: tuple[TokenPair, ...]
    left_over: tuple[str, ...]
    right_over: tuple[str, ...]


def align(left: Sequence[str], right: Sequence[str]) -> Alignment:
    """Align the words of two names: equal ones first, then the most similar, also two words against one.

    Greedy and deterministic: among equals the first in the order given wins.
    """
    shared = Counter(left) & Counter(right)
    pairs = [TokenPair(token, token, 100.0) for token in sorted(shared.elements())]
    rest_left, rest_right = _without(left, shared), _without(right, shared)
    if rest_left and rest_right and max(len(rest_left), len(rest_right)) <= _MOST_TOKENS:
        pairs += _align_similar(rest_left, rest_right)
    return Alignment(tuple(pairs), tuple(rest_left), tuple(rest_right))


def count_informative(left: Sequence[str], right: Sequence[str], is_rare: Callable[[str], bool]) -> int | None:
    """How many informative words agree, or None where the pair has not the substance of a match.

    Args:
        left: scored tokens of the name asked for.
        right: those of the list's name.
        is_rare: whether a token of the list's name is rare there.
    """
    if _numbers_differ(left, right):
        return None
    informative = [pair for pair in align(left, right).pairs if pair.is_informative]
    if len(informative) >= 2 or (informative and _carries_alone(informative[0], is_rare)):
        return len(informative)
    # The very same name is a match though its one word is frequent (`Star JSC`), or all its words are generic, if there are
    # two: lists do hold such names. The count tells the rules that it carries little.
    if sorted(left) == sorted(right) and (informative or sum(kind_of(t) != LEGAL_FORM for t in left) >= 2):
        return len(informative)
    return None


def _without(tokens: Sequence[str], shared: Counter[str]) -> list[str]:
    left = Counter(shared)
    rest = []
    for token in tokens:
        if left[token]:
            left[token] -= 1
        else:
            rest.append(token)
    return rest


def _align_similar(left: list[str], right: list[str]) -> list[TokenPair]:
    """Align what is alike, best first, and take it out of both lists."""
    options: list[tuple[tuple[int, ...], tuple[int, ...], str, str]] = [
        ((i,), (j,), a, b) for i, a in enumerate(left) for j, b in enumerate(right)
    ]
    if max(len(left), len(right)) <= _MOST_JOINED:
        options += [(two, (j,), joined, b) for two, joined in _joined(left) for j, b in enumerate(right)]
        options += [((i,), two, a, joined) for i, a in enumerate(left) for two, joined in _joined(right)]
    scored = [
        (-fuzz.ratio(a, b), i, j) for i, j, a, b in options if len(a) > 1 and len(b) > 1 and not (_has_digit(a) or _has_digit(b))
    ]
    pairs: list[TokenPair] = []
    used_left: set[int] = set()
    used_right: set[int] = set()
    for falling, i, j in sorted(scored):
        if -falling < TOKEN_CUT:
            break
        if used_left.isdisjoint(i) and used_right.isdisjoint(j):
            used_left.update(i)
            used_right.update(j)
            pairs.append(TokenPair(" ".join(left[k] for k in i), " ".join(right[k] for k in j), -falling))
    left[:] = [t for i, t in enumerate(left) if i not in used_left]
    right[:] = [t for j, t in enumerate(right) if j not in used_right]
    return pairs


def _joined(tokens: Sequence[str]) -> list[tuple[tuple[int, ...], str]]:
    """Every two words written as one, in either order, as sorting has parted what stood side by side."""
    return [((i, j), a + b) for i, a in enumerate(tokens) for j, b in enumerate(tokens) if i != j]


def _carries_alone(pair: TokenPair, is_rare: Callable[[str], bool]) -> bool:
    if not all(map(is_rare, pair.right.split())):
        return False
    shorter = min(len(pair.left), len(pair.right))
    return pair.similarity == 100.0 or (pair.similarity >= _LONE_TOKEN_CUT and shorter >= _LONE_TOKEN_LENGTH)


def _numbers_differ(left: Sequence[str], right: Sequence[str]) -> bool:
    mine, theirs = _numbers(left), _numbers(right)
    return bool(mine - theirs) and bool(theirs - mine)


def _numbers(tokens: Sequence[str]) -> Counter[str]:
    digits = ("".join(c for c in token if c.isdigit()).lstrip("0") for token in tokens if not token.isalpha())
    return Counter(d for d in digits if d)


def _has_digit(token: str) -> bool:
    return not token.isalpha() and any(c.isdigit() for c in token)
