"""Word tables for parties' names: legal forms, business words and their abbreviations, places, manifest noise, names that many bear.

`data/names/party_words.csv` holds them: ASCII, lower case, without dots. A legal form is written as the sequence of tokens that is left
after dotted or spaced initials are joined (`S.A. de C.V.` is `sa de cv`). Forms with the same legal meaning share one canonical token over
all languages, so that `OOO Alfa` and `Alfa LLC` compare alike.
"""

from __future__ import annotations

from typing import Final

from precursor_screen.core.tables import meanings_of, spellings_of, words_of

_TABLE: Final = "party_words"


def _several(role: str) -> dict[str, tuple[str, ...]]:
    """Word -> the words that it stands for."""
    return {word: tuple(meaning.split()) for word, meaning in spellings_of(_TABLE, role).items()}


def _all(role: str) -> frozenset[str]:
    return frozenset(words_of(_TABLE, role))


LEGAL_FORMS: Final = meanings_of(_TABLE, "legal form")
# These are also words or names (`Iyad ag Ghali`, `Kim Se Gwan`), so they count as legal forms only as the last word of a name
# (other legal forms may follow), or as the first where that is where the form is customarily written.
LAST_ONLY: Final = _all("only last")
FIRST_OR_LAST: Final = _all("first or last")
# Spellings and abbreviations of business words by their canonical form. All canonical forms are generic.
BUSINESS_WORDS: Final = meanings_of(_TABLE, "business")
SECOND_READINGS: Final = _several("second reading")
COMPOUNDS: Final = _several("compound")
GENERIC: Final = _all("general")
PLACES: Final = _all("place")
# Words that may be added to a name or left out of it without making it another's: articles, particles, titles, serial numerals.
SLIGHT: Final = _all("slight")
NUMBER_WORDS: Final = spellings_of(_TABLE, "number")
# What manifests write between two parties or before one. Each part is a name of its own.
NOISE: Final = words_of(_TABLE, "between parties")
# "Son of" and "daughter of": what stands before is another person than what stands behind.
PARENTS: Final = _all("parent")
# A body of a State bears a name that every State has a body for.
STATE_WORDS: Final = _all("state")
ADDRESS_WORDS: Final = meanings_of(_TABLE, "address")
ADDRESS_NOISE: Final = _all("address noise")
# Personal names that many people bear: variants that folding the spelling does not bring together, to one spelling.
VARIANTS: Final = spellings_of(_TABLE, "variant")
# Words that stand in many names beside others, in one spelling: these are put into canonical form.
STRUCTURE: Final = spellings_of(_TABLE, "particle")
# Borne by so many people or firms that they tell little even where a list holds them once.
COMMON: Final = _all("common name") | _all("brand")

_LEAST_NAME: Final = 4  # letters of the name itself
_LEAST_FORM, _LEAST_BUSINESS = 3, 5  # shorter ones end too many names by chance


def _longest_first(spellings: set[str]) -> tuple[str, ...]:
    return tuple(sorted(spellings, key=lambda s: (-len(s), s)))


_FORM_ENDS: Final = _longest_first(
    {f for forms in LEGAL_FORMS.values() for f in forms if f.isalpha() and len(f) >= _LEAST_FORM} - LAST_ONLY
)
_BUSINESS: Final = {s for word, others in BUSINESS_WORDS.items() for s in (word, *others) if len(s) >= _LEAST_BUSINESS}
_FIRM_ENDS: Final = _longest_first(_BUSINESS | set(_FORM_ENDS))

# Legal forms of two letters, by their canonical token: a list in capitals has `SIEMENSAG`.
SHORT_FORMS: Final = {form: [s for s in spellings if len(s) == 2] for form, spellings in LEGAL_FORMS.items()}


def part_form(word: str) -> tuple[str, ...]:
    """What a word consists of that ends in a legal form of three letters or more: name, words of business, legal form.

    Forms are run together with a firm's name: `acmetradingllc`. Empty if the word does not, or if fewer than four letters are left for the name.
    """
    if len(word) < _LEAST_NAME + _LEAST_FORM or not word.endswith(_FORM_ENDS) or not (word.isascii() and word.isalpha()):
        return ()
    parts: list[str] = []
    ends = _FORM_ENDS
    while end := next((e for e in ends if word.endswith(e) and len(word) - len(e) >= _LEAST_NAME), ""):
        parts.append(end)
        word = word[: -len(end)]
        ends = _FIRM_ENDS
    return (word, *reversed(parts)) if parts else ()
