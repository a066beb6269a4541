"""What each word of a party's name weighs: by its kind, its length, and how rare it is in the list.

Weights are relative to a rare word of six letters, which weighs 1. Legal forms weigh nothing: names add or drop them at will.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from precursor_screen.text import party
from precursor_screen.text.party_words import BUSINESS_WORDS, COMMON, VARIANTS, fold_key, shape
from precursor_screen.text.party_words import SLIGHT as SLIGHT_WORDS

# Kinds of words, as stored in an index. Those from NUMBER on can carry a match.
LEGAL, SLIGHT, GENERIC, INITIAL, SHORT_NUMBER, NUMBER, NAME, CONSONANTS, WHOLE = range(9)
FIRST_MAJOR = NUMBER
NOT_CUT, CUT, LAST_CUT = range(3)

FLAT = {LEGAL: 0.0, SLIGHT: 0.05, GENERIC: 0.25, INITIAL: 0.2, SHORT_NUMBER: 0.4, NUMBER: 0.9, WHOLE: 2.0}
_BY_LENGTH = (0.3, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0, 1.1, 1.2, 1.25, 1.3)
_LEAST_RARITY = 0.35
_COMMON_RARITY = 0.5  # of names that many people bear, however short the list
# As keys have them: what says a father's given name is left out at will, at a part of what another word costs.
_PATRONYMICS, _SPARED = ("ovix", "evix", "ovna", "evna"), 0.5
_LEAST_ENTRIES = 1000  # in a short list every word is rare; this keeps a word in one of three entries from counting as frequent
_COMMON_VARIANTS = frozenset(VARIANTS.get(name, name) for name in COMMON)
_COMMON_KEYS = frozenset(
    fold_key(name) for name in COMMON.union(v for v, canonical in VARIANTS.items() if canonical in _COMMON_VARIANTS)
)


class Word(Struct, frozen=True):
    """A word of a name: as compared (`text`), its key, kind, weight, and the weight it has by length alone.

    written: as in the canonical reading, where `text` joins several words of it. cut: whether it may be the start of a longer word,
    NOT_CUT, CUT, or LAST_CUT where the whole name ends there. shape: of a name, what it may be taken for; empty for short ones. may_differ: whether its
    key may hold errors.
    """

    text: str
    key: str
    kind: int
    weight: float
    length_weight: float
    written: str = ""
    cut: int = 0
    shape: str = ""
    may_differ: bool = False

    @property
    def omitted(self) -> float:
        """What it weighs where a person's other name leaves it out."""
        return weight_omitted(self.key, self.kind, self.weight)

    @property
    def shown(self) -> str:
        """The word for a person to read."""
        return self.written or self.text.lstrip("~=")


def classify(token: str) -> int:
    """The kind of a canonical token of a Latin or own-script reading."""
    if len(token) == 1 and token.isascii() and token.isalpha():
        return INITIAL
    kind = party.kind_of(token)
    if kind == party.LEGAL_FORM:
        return LEGAL
    if kind == party.GENERIC:
        return SLIGHT if token in SLIGHT_WORDS or (token in party.FORM_FRAGMENTS and token not in BUSINESS_WORDS) else GENERIC
    if kind == party.INITIAL:
        return INITIAL
    if kind == party.NUMBER:
        return NUMBER if len(token.lstrip("0")) >= 3 else SHORT_NUMBER
    return NAME


@lru_cache(maxsize=1 << 18)
def describe(text: str) -> tuple[str, int, float]:
    """Key, kind and length weight of a word as compared; `~` marks consonants, `=` a whole name of general words."""
    if text[0] == "~":
        return text, CONSONANTS, _by_length(len(text) + 1)
    if text[0] == "=":
        return text, WHOLE, FLAT[WHOLE]
    kind = classify(text)
    if kind in (NUMBER, SHORT_NUMBER):
        return text.lstrip("0") or "0", kind, FLAT[kind]
    key = fold_key(text)
    if kind != NAME:
        return key, kind, FLAT[kind]
    # Scripts that write syllables or words say more in a letter.
    return key, kind, _by_length(len(text) if text.isascii() else 2 * len(text) + 1)


def rarity(key: str, count: int, entries: int) -> float:
    """From 1 (in one entry at most) down to 0.35 (in one of 30 or so), halved for names that many people bear anyway."""
    size = math.log(max(entries, _LEAST_ENTRIES))
    found = max(_LEAST_RARITY, min(1.0, 1.0 - math.log(max(count, 1)) / size))
    return min(found, _COMMON_RARITY) if key in _COMMON_KEYS else found


def weight_omitted(key: str, kind: int, weight: float) -> float:
    """What a word of a person's name weighs where the other name leaves it out."""
    return _SPARED * weight if kind == NAME and key.endswith(_PATRONYMICS) else weight


def may_differ(key: str) -> bool:
    """Whether a key may hold errors: numbers and short words of other scripts may not."""
    return key.isalpha() and (key.isascii() or len(key) > 3)


def make_word(text: str, rarities: Mapping[str, float], written: str = "", cut: int = NOT_CUT) -> Word:
    """A word of a name that is asked for. rarities: of the keys that a list holds; any other key is rare."""
    key, kind, length_weight = describe(text)
    weight = length_weight
    if kind in (NAME, CONSONANTS):
        known = rarities.get(key)
        weight *= rarity(key, 0, 0) if known is None else known
    return Word(text, key, kind, weight, length_weight, written, cut, shape(text) if kind == NAME else "", may_differ(key))


def compared_words(reading: party.Interpretation) -> tuple[str, ...]:
    """The texts of a reading's words as compared: consonants marked; a name of general words alone is one word."""
    tokens = reading.tokens
    if reading.script == party.CONSONANTS:
        tokens = tuple("~" + t if classify(t) == NAME else t for t in tokens)
    for token in tokens:
        if describe(token)[1] >= FIRST_MAJOR:
            return tokens
    kinds = [describe(t)[1] for t in tokens]
    general = [t for t, kind in zip(tokens, kinds, strict=True) if kind != LEGAL]
    if not general:
        return ("=" + "".join(tokens),)  # no blank in it: legal forms alone identify nobody
    telling = [t for t in general if describe(t)[1] != SLIGHT]
    return (
        "=" + " ".join(sorted(telling if len(telling) >= 2 else general)),
        *(t for t, kind in zip(tokens, kinds, strict=True) if kind == LEGAL),
    )


def _by_length(length: int) -> float:
    return _BY_LENGTH[min(length, len(_BY_LENGTH) - 1)]
