"""Legal forms that are run together with a firm's name: `acmetradingllc`."""

from __future__ import annotations

from precursor_screen.names.party_words import BUSINESS_WORDS, LAST_ONLY, LEGAL_FORMS

_LEAST_NAME = 4  # letters of the name itself
_LEAST_FORM, _LEAST_BUSINESS = 3, 5  # shorter ones end too many names by chance


def _longest_first(spellings: set[str]) -> tuple[str, ...]:
    return tuple(sorted(spellings, key=lambda s: (-len(s), s)))


_FORM_ENDS = _longest_first(
    {f for forms in LEGAL_FORMS.values() for f in forms if f.isalpha() and len(f) >= _LEAST_FORM} - LAST_ONLY
)
_BUSINESS = {s for word, others in BUSINESS_WORDS.items() for s in (word, *others.split()) if len(s) >= _LEAST_BUSINESS}
_FIRM_ENDS = _longest_first(_BUSINESS | set(_FORM_ENDS))

# Legal forms of two letters, by their canonical token: a list in capitals has `SIEMENSAG`.
SHORT_FORMS = {form: [s for s in spellings if len(s) == 2] for form, spellings in LEGAL_FORMS.items()}


def part_form(word: str) -> tuple[str, ...]:
    """What a word consists of that ends in a legal form of three letters or more: name, words of business, legal form.

    Empty if it does not, or if fewer than four letters are left for the name.
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
