"""Whether a description names goods of the chapter that its code is of, as far as words of the nomenclature can say.

Asked of chemical codes alone: there the headings name hundreds of substances, and what is named by a noun of other trades is none of
them. Of articles they do not hold half the nouns: shower gels, ice chests and cable ties all seemed to be of other chapters.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from precursor_screen.names.head_nouns import head_noun, words_in
from precursor_screen.reference.nomenclature import Nomenclature, stem

CHEMICAL_CODES: Final = ("28", "29", "32", "38")
FITS: Final = "fits"
MANY_SENSES: Final = "many_sense_words"
_KIN: Final = frozenset(str(n) for n in range(25, 41))  # minerals to rubber: their words are in one another's headings
_ENGLISH: Final = 0.6  # of a text's words are the nomenclature's


def misfit(text: str, nomenclature: Nomenclature, packing: Set[str], senses: Set[str]) -> str | None:
    """The noun by which a text names goods that only chapters of other trades hold; `fits` if there is none.

    Args:
        text: a description of goods with one of CHEMICAL_CODES.
        nomenclature: whose words are English.
        packing: words that are passed over, as they are written.
        senses: words, without a plural s, that tell too little of goods.

    Returns:
        None where it cannot be told: the text is not English enough, or its noun is none of the nomenclature's.
    """
    words = [stem(word) for word in words_in(text) if word not in packing]
    written = head_noun(text, packing)
    noun = stem(written)
    known = [nomenclature.words[word] for word in words if word in nomenclature.words]
    if not text.isascii() or noun not in nomenclature.words or len(known) < _ENGLISH * len(words):
        return None
    if any(chapters.intersection(CHEMICAL_CODES) for chapters in known) or not _KIN.isdisjoint(nomenclature.words[noun]):
        return FITS
    return written if noun in nomenclature.nouns and noun not in senses else FITS
