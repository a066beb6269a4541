"""Whether words within a text that agree with a listed name mean it, or something else of that name."""

from __future__ import annotations

import re
from typing import Any, Final

from precursor_screen.matching.party.exact_names import goods_words
from precursor_screen.matching.party.mention_words import parted
from precursor_screen.matching.party.weights import LEGAL, NAME, describe
from precursor_screen.names.party import normalise_party
from precursor_screen.names.party_words import COMMON, VARIANTS

EXACT: Final = 99.5
LEAST_WORDS: Final = 2
LEAST_EXACT: Final = 3


def is_name_by_itself(match: dict[str, Any]) -> bool:
    """Whether a text is a listed name as a whole, and not made of words that many names or goods have."""
    words = [w for w in parted(match["value"]).split() if describe(w)[1] == NAME]
    common = all(VARIANTS.get(w, w) in COMMON for w in words) or is_goods(match)
    return bool(match["score"] >= EXACT and match["informative_tokens"] >= 1 and not common)


# What may stand between the name of one party and that of another in a cell.
_BEFORE = re.compile(
    r"(?:[^\w\s&.'’-]|\s[-–—.·]|(?<![a-z])(?:[oca]/?[oabc](?:/o)?|obo|p\.?p|aka|alias|for|per|care|via|attn?|attention|of|to|by|behalf|account|agent|"
    r"notify|nominee|zhd|z\.?hd|namen? von|namens|nome de|nom de|nombre de|cuenta de|compte de|auftrag von|conto di|через|для|代)[.:]?)\s*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:[^\w\s&.'’-]|[-–—·]\s|(?:[oca]/?[oabc](?:/o)?|obo|aka|alias|for|per|via|on behalf|attn?)(?![a-z]))", re.IGNORECASE
)


def stands_apart(named: str, text: str) -> bool:
    """Whether a name within a cell of a party is another party's, not a part of a longer name of its own."""
    place = text.find(named)
    if place < 0:
        return True  # written otherwise: nobody does that within a name
    before, behind = text[:place], text[place + len(named) :]
    if not before.strip():
        return _BEHIND.match(behind) is not None
    if _BEFORE.search(before) or "\n" in before[-3:]:
        return True
    last = normalise_party(before[-60:]).tokens[-1:]
    return bool(last) and describe(last[0])[1] == LEGAL


def as_written(named: str, text: str) -> tuple[str, int | None]:
    """The words of a name as they stand in a text, and where they begin; as compared, and None, where the text writes them otherwise."""
    found = re.search(r"[\W_]+".join(map(re.escape, named.split())), text, re.IGNORECASE)
    return (found[0], found.start()) if found else (named, None)


def says_enough(match: dict[str, Any]) -> bool:
    """Whether the words are the whole of a listed name (Saint Petersburg is no bank of that name) and not all common.

    Two informative words; or one, and all the rest of a name of three words as it is listed.
    """
    named: str = match["value"]
    if not named.isascii():
        return True
    listed = normalise_party(match["matched_name"])
    if all(len(named.split()) < len(reading.scored_tokens) for reading in listed.readings):
        return False
    words = parted(named).split()
    if match["informative_tokens"] >= LEAST_WORDS:
        return not all(VARIANTS.get(word, word) in COMMON for word in words)
    return bool(match["score"] >= EXACT and len(words) >= LEAST_EXACT)


def is_goods(match: dict[str, Any]) -> bool:
    """Whether a firm's name is made of words for goods: within a text such words mean goods, unless a legal form stands beside."""
    if match["entry_kind"] == "person":
        return False
    words = [w for w in parted(match["value"]).split() if describe(w)[1] == NAME]
    return all(w in goods_words() for w in words)


def has_form(named: str, text: str) -> bool:
    """Whether a legal form stands next to the words of a name in a text."""
    around = parted(text).split()
    words = parted(named).split()
    for i in range(len(around) - len(words) + 1):
        if around[i : i + len(words)] == words:
            before, behind = around[max(0, i - 3) : i], around[i + len(words) : i + len(words) + 5]
            stretches = (normalise_party(" ".join(stretch)) for stretch in ((*before, *words), (*words, *behind)))
            if any(describe(token)[1] == LEGAL for stretch in stretches for token in stretch.tokens):
                return True
    return False
