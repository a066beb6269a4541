"""Whether a name is a listed one word by word, and whether such a name tells its bearer from others.

An exact name is never passed over. How much it says depends on its words: `Zorvan Mirage` is one firm, `Golden Gate Services`
and `Ministry of Defence` are many, and `Juan Lopez` is borne by thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from itertools import product

from precursor_screen.text.countries import find_country
from precursor_screen.text.party import (
    GENERAL_SPELLINGS,
    LATIN,
    NAME,
    OWN_SCRIPT,
    Interpretation,
    PartyName,
    kind_of,
    normalise_party,
)
from precursor_screen.text.party_name_parts import name_parts
from precursor_screen.text.party_words import COMMON, PARENTS, PLACES, STATE_WORDS, VARIANTS
from precursor_screen.text.text import sign_pairs

# Names that both stand in Chinese, Japanese or Korean writing: there one character makes another name, however alike they
# sound.

_WRITINGS = {
    "Hangul": re.compile("[\uac00-\ud7a3]+"),
    "kana": re.compile("[\u3040-\u30ff]+"),
    "Han": re.compile("[\u3040-\u30ff\u4e00-\u9fff]+"),
}


def differs_in_writing(name: str, listed: Iterable[str]) -> str:
    """The first name that a party has in the same writing, where a name differs from all of these; else empty. Names differ where
    neither holds what the other is called, words of business apart.

    Traditional and simplified characters are the same. A Korean name in Hangul and the same in Han say nothing about each other here.
    """
    writing, mine = ("", "") if name.isascii() else _called(name)
    theirs = [(other, called) for other in listed if mine for w, called in [_called(other)] if w == writing]
    return "" if any(mine in called or called in mine for _, called in theirs) else next((other for other, _ in theirs), "")


@lru_cache(maxsize=1 << 12)
def _called(name: str) -> tuple[str, str]:
    """The writing of a name, and its words that are neither legal form nor business, joined, in simplified characters; both empty in
    any other writing."""
    readings = normalise_party(name).readings
    own = next((r.tokens for r in readings if r.script == OWN_SCRIPT), ())
    words = "".join(t for t in own if kind_of(t) == NAME and not t.isascii())
    writing = next((w for w, letters in _WRITINGS.items() if letters.fullmatch(words)), "")
    return writing, words.translate(sign_pairs("han_variants")) if writing else ""


_LEAST_LETTERS = 4  # of a name that is to count as the same, its legal form apart: `TBS GmbH` and `TBS LLC` are two firms
_LEAST_JOINED = 6  # of one that is the same but for its blanks
_LEAST_ALONE = 8  # of a word that tells a party apart by itself
_LEAST_WORD = 3  # of one that does so beside another
_LEAST_HALF = 3  # of an ordinary word within another
_ENDINGS = frozenset(("com", "comp"))  # of names such as Telecom and Infocomp; no words by themselves
_LEAST_DESCRIBING = 3  # general words that say what a firm does: its own name stands before or behind them
_COMMON_ENOUGH = 4  # names of a person that together are rare, though each is common


def is_exact(name: str, listed: str, entry_kind: str) -> bool:
    """Whether a name, or what in its cell may be one, equals a listed name word by word after normalising, legal forms apart.

    In another order general words make another firm: two traders of one region are not one. Only the words that tell may stand before
    or behind what describes a firm (`Research and Design Centre ZORVAN`). Persons are written in either order.
    A name that the list has in its own script is compared in that script where it is filed in it: many read alike.
    """
    theirs = normalise_party(listed)
    if not theirs.screenable or _is_short(listed, theirs):
        return False
    for part in name_parts(name):
        mine = normalise_party(part)
        a_firm = entry_kind == "person" and mine.legal_forms and not theirs.legal_forms
        if not _is_short(part, mine) and not a_firm and any(_are_equal(*pair, entry_kind) for pair in _comparable(mine, theirs)):
            return True
    return False


def is_distinctive(listed: str, entry_kind: str) -> bool:
    """Whether a listed name, where it is exact, is likely to mean the one party: two words that tell, or one of eight letters.

    Words of business and of goods, ordinary words, two such words run together, bodies of a State and names that many persons bear do
    not tell.
    """
    party = normalise_party(listed)
    words = [w for w in (party.readings[0].scored_tokens if party.readings else ()) if kind_of(w) == NAME or _is_place(w)]
    if any(w in STATE_WORDS for w in (*words, *party.tokens)):
        return False
    names = [w for w in words if not _is_place(w) and (len(w) >= _LEAST_WORD or not w.isascii())]
    common = [w for w in names if VARIANTS.get(w, w) in COMMON]
    distinctive = [w for w in names if w not in common and (entry_kind == "person" or not _is_ordinary(w))]
    if entry_kind == "person":
        return (len(names) >= 2 and bool(distinctive)) or len(names) >= _COMMON_ENOUGH or _is_long(distinctive)
    others = len(common) + sum(map(_is_place, words))
    return (
        len(distinctive) >= 2 or (bool(distinctive) and others > 0) or _is_long([w for w in distinctive if not _is_compound(w)])
    )


@lru_cache(maxsize=1)
def goods_words() -> frozenset[str]:
    """What goods are called in the nomenclature of the Harmonized System."""
    return _read_words("goods_vocabulary.txt")


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words of goods, and ordinary words that firms' names hold."""
    return goods_words() | _read_words("ordinary_words.txt")


@lru_cache(maxsize=1)
def _parts_of_names() -> frozenset[str]:
    return ordinary_words() | GENERAL_SPELLINGS


def _read_words(name: str) -> frozenset[str]:
    text = resources.files("precursor_screen.matching.party").joinpath(name).read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _is_short(name: str, party: PartyName) -> bool:
    """Whether a name has too few letters to count as the same, its legal form apart."""
    return len(name) < _LEAST_LETTERS or all(sum(map(len, r.scored_tokens)) < _LEAST_LETTERS for r in party.readings)


def _is_ordinary(word: str) -> bool:
    """Whether a word is ordinary, or more than one of an ordinary thing."""
    single = word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")
    return not ordinary_words().isdisjoint((word, single))


def _is_general(word: str) -> bool:
    """Whether many firms' names hold a word."""
    return kind_of(word) != NAME or _is_place(word) or _is_ordinary(word)


def _is_compound(word: str) -> bool:
    """Whether two ordinary words are run together in one: `Powertech` is the name of as many firms as `Power Tech`."""
    known = _parts_of_names()
    halves = ((word[:i], word[i:]) for i in range(_LEAST_HALF, len(word) - _LEAST_HALF + 1))
    return any(start in known and (end in known or end in _ENDINGS) for start, end in halves)


def _is_place(word: str) -> bool:
    return word in PLACES or (len(word) > 3 and find_country(word) is not None)  # shorter ones are codes


def _is_long(words: Sequence[str]) -> bool:
    return any(len(w) * (1 if w.isascii() else 2) >= _LEAST_ALONE for w in words)


def _comparable(mine: PartyName, theirs: PartyName) -> Iterator[tuple[Interpretation, Interpretation]]:
    """Pairs of readings in one script; in their own where both have one, since consonants and sounds alone are shared by many."""
    both_own = all(any(r.script == OWN_SCRIPT for r in name.readings) for name in (mine, theirs))
    scripts = (OWN_SCRIPT,) if both_own else (LATIN, OWN_SCRIPT)
    for script in scripts:
        ours, others = ([r for r in name.readings if r.script == script] for name in (mine, theirs))
        yield from product(ours, others)


def _are_equal(reading: Interpretation, other: Interpretation, entry_kind: str) -> bool:
    words, others = list(reading.scored_tokens), list(other.scored_tokens)
    if entry_kind == "person" and PARENTS.isdisjoint(words):
        words, others = sorted(words), sorted(others)
    elif entry_kind == "organisation" and sum(map(_is_general, words)) >= _LEAST_DESCRIBING:
        words, others = sorted(words, key=_is_general), sorted(others, key=_is_general)
    joined = "".join(words)
    return words == others or (len(joined) >= _LEAST_JOINED and joined == "".join(others))
