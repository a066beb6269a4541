"""Words and signs that a party's cell holds beside the name, as patterns; `data/names/party_cell_words.csv` has the words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from precursor_screen.core.tables import meanings_of, words_of
from precursor_screen.text.codes import LABELS
from precursor_screen.text.countries import is_country_name
from precursor_screen.text.party_words import ADDRESS_WORDS, FIRST_OR_LAST, LAST_ONLY, LEGAL_FORMS, PLACES
from precursor_screen.text.text import late

TABLE: Final = "party_cell_words"


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, which may be patterns themselves; the longest first."""
    return "(?:" + "|".join(word.replace(" ", r"\s+") for word in sorted(set(words), key=lambda w: (-len(w), w))) + ")"


ROLES: Final = {word: role for role, words in meanings_of(TABLE, "label").items() for word in words}
LABEL_WORDS: Final = any_of(ROLES)
_OF_NAME: Final = r"(?:\s*(?:['’]?s)?\s*(?:full\s+)?(?:name|details?|no|nr|code))?(?:\s*(?:&|and|,|/)\s*(?:full\s+)?address)?"
# `SHIPPER/EXPORTER (2):`, and what may begin a cell without a sign behind it.
LABEL: Final = late(
    rf"\W*(?:\(?\d{{1,2}}[a-z]?[.)]\s*)?({LABEL_WORDS})(?:\s*(?:/|&|\+|\bor\b|\band\b|-)\s*{LABEL_WORDS})*{_OF_NAME}\W{{0,2}}\d?\W?\s*"
    r"(?:[:：=|>#)\]]+|\s[-–—.]+\s?|[.-]+\s+|/\s)\s*(?=\w|\W+\w)",
    re.IGNORECASE,
)
BARE_LABEL: Final = late(rf"\W*({any_of(words_of(TABLE, 'bare label'))})[.,]?\s+(?=[^\W\d_])", re.IGNORECASE)
IS_LABEL: Final = late(rf"\W*(?:{LABEL_WORDS}|{any_of(words_of(TABLE, 'bare label'))})\W*", re.IGNORECASE)
_CODE_WORDS: Final = any_of(words_of(TABLE, "code"))
_NUMBER: Final = r"(?=[\w./-]*\d)[\w./-]+"
_LONG_NUMBER: Final = r"(?=(?:[\w./-]*\d){3})[\w./-]+"  # `NO. 2` tells one of a series from the next
_CALLED: Final = r"(?:[\W_]{0,3}(?:no|nr|num|number|id|code)\b)?\W{0,3}"
_CODE: Final = rf"(?:\b(?:{LABELS})\b{_CALLED}{_NUMBER}|(?<!\w){_CODE_WORDS}(?!\w){_CALLED}{_LONG_NUMBER})"
LEADING_CODE: Final = late(
    rf"\W*(?:{_CODE}\W*|(?:[a-z]{{1,4}}[-_/]?)?(?:\d\s?[.)\]:]|\d\d[\w/-]*\s*[-–—:|/)\]>=*~.]+)\s*)(?=[^\W\d_]{{2}})",
    re.IGNORECASE,
)
TRAILING_CODE: Final = late(
    rf"[\s,;/|*(\[#:–—-]+(?:{_CODE}|[#№]\s*{_LONG_NUMBER}|(?:[a-z]{{1,4}}[-_/]?)?\d[\d/ -]{{4,}}\d\w?)\W*$", re.IGNORECASE
)
_TELEPHONE: Final = r"(?:tel|telephone|telefono|teléfono|telefon|phone|ph|mobile|mob|cell|cel|fax|telefax|tlx|whatsapp|тел)"
CONTACT_WORDS: Final = any_of(word for word, role in ROLES.items() if role == "contact" and len(word) > 2)
# What stands behind these belongs to no name; behind the first kind stands another party.
OTHER_PARTY: Final = late(r"\b(?:also notify|notify party|notify|consignee|shipper)\s*[:;]", re.IGNORECASE)
NO_NAME: Final = late(
    rf"(?<=\w)(?:\W+(?:{_CODE}|\b(?:{_TELEPHONE}\b\s*(?:[.:#]+|(?=\W*\d))|[tmpf][.:]\s*(?=[+(]?\d))|\b(?:e-?mail|zip|www|http)\b\s*[.:#]?|[\w.-]+@\w|"
    rf"(?<!\w){CONTACT_WORDS}(?!\w)\s*[.:-]?\s*(?=\w))|\s*[(\[/,;-]\s*(?:at|att|p\.?a|c/p)\b[.:]*\s)",
    re.IGNORECASE,
)
PREMISES: Final = rf"(?:{any_of(words_of(TABLE, 'premises'))}\.?(?:\W+(?:no\W*)?\d{{1,4}}\w?)?|{any_of(words_of(TABLE, 'numbered premises'))}\.?\W{{0,3}}(?:no\W{{0,2}}|nr\W{{0,2}})?(?:\d{{1,4}}\w?|[a-z]))"
TRAILING_PREMISES: Final = late(rf"[\s,;(\[/|–—-]+{PREMISES}\W*$", re.IGNORECASE)
IS_PREMISES: Final = late(rf"\W*(?:\w+\W+)?{PREMISES}\W*", re.IGNORECASE)
# A branch is the firm's: `NAME, DUBAI BRANCH`.
BRANCHES: Final = "branch|office|sucursal|filiale?|succursale|niederlassung"
IN_SERIES: Final = late(r"\W*(?:no|nr)?\W*\d{1,3}\W*", re.IGNORECASE)  # `TRADING CORP NO. 2` is another firm than No. 7
FORM_WORDS: Final = "|".join(
    [
        *sorted({w for forms in LEGAL_FORMS.values() for w in forms if w.isalpha() and len(w) >= 3} - LAST_ONLY - FIRST_OR_LAST),
        "de c\\.?v",
    ]
)
SPELLINGS: Final = frozenset(ADDRESS_WORDS) | frozenset(w for words in ADDRESS_WORDS.values() for w in words)
STREET: Final = late(
    r"\w{3,}(?:weg|strasse|straße|str|straat|gasse|allee|vej|vägen|gatan|gata|katu|utca|laan|kade)\.?", re.IGNORECASE
)
NUMBERED: Final = late(rf"{any_of(words_of(TABLE, 'numbered premises'))}\.?", re.IGNORECASE)
_DIRECTIONS: Final = frozenset(
    w for of in ("north", "south", "east", "west", "industrial") for w in (of, *ADDRESS_WORDS.get(of, ()))
)
OF_ADDRESS: Final = late(
    rf"(?<!\w){any_of((*words_of(TABLE, 'part of address'), *(w for w in SPELLINGS - _DIRECTIONS if len(w) > 1)))}(?!\w)|[路街号號]",
    re.IGNORECASE,
)
COUNTRY_LETTERS: Final = frozenset(words_of(TABLE, "country letters"))
ENDS: Final = PLACES | frozenset(words_of(TABLE, "country end"))
SMALL_WORDS: Final = frozenset(
    [
        "of",
        "de",
        "del",
        "du",
        "di",
        "do",
        "da",
        "della",
        "dell",
        "dei",
        "des",
        "der",
        "von",
        "van",
        "la",
        "in",
        "w",
        "and",
        "et",
        "y",
        "e",
        "und",
        "for",
        "the",
    ]
)
_WIDE: Final = str.maketrans("，；：（）［］【】／｜、　", ",;:()[][]/|, ")
_MARKUP: Final = late(r"<[^<>]{1,12}>|\\[nrt]")
BRACKETS: Final = late(r"\s*([(\[{])([^()\[\]{}]*)[)\]}]\s*")
BETWEEN: Final = late(
    r"\s*(?:[,;|\t\r\n•·*_^~>+]|@{2,}|(?<=\w{3})[:/](?=\w{2})|\s[-–—/~>*]+\s?|(?<=\w)[-–—/]+\s|//+|\.\s+(?=\w{3})(?<=\w{4}\.\s)|\s{3,})[\s,;|/–—-]*"
)
WORD: Final = late(r"\w+")
# A name and nothing else, unless its words say more: words of Latin letters, with what parts them within names.
_FORM_BEHIND: Final = r", ?(?=(?:ltd|limited|inc|llc|l\.?l\.?c|co|corp|s\.?a|gmbh|jsc|plc|pvt|lda)\b)"
_PLAIN: Final = late(rf"[a-z]+(?:(?: |[.'-]| & |&|\. |{_FORM_BEHIND})[a-z]+)*\.?", re.IGNORECASE)
_LEAST_LABEL: Final = 4  # letters, without a sign behind it
_FIRST_WORDS: Final = frozenset(
    [
        *(re.split(r"\W", word)[0] for word in words_of(TABLE, "bare label")),
        *(first for word in (*ROLES, *words_of(TABLE, "premises")) if len(first := re.split(r"\W", word)[0]) >= _LEAST_LABEL),
    ]
)
LAST_WORDS: Final = ENDS.union(
    BRANCHES.replace("filiale?", "filial|filiale").split("|"),
    *({word, word.split(" ")[-1]} for word in words_of(TABLE, "premises")),
)
_FORMS: Final = frozenset(FORM_WORDS.split("|")[:-1])
_INNER_WORDS: Final = frozenset(word.split(" ")[-1] for word, role in ROLES.items() if role == "contact" and word.isascii()) | {
    "tel",
    "telephone",
    "phone",
    "mobile",
    "fax",
    "email",
}
MOST_ROUNDS = 4  # of labels, codes and premises that are taken off an end


def tidy_cell(cell: str) -> str:
    """A cell with the signs of ASCII for wide ones, and lines for the marks of a page."""
    text = cell.translate(_WIDE)
    return _MARKUP.sub("\n", text) if "<" in text or "\\" in text else text


# The commonest legal forms with signs within, at the end of a name: they part nothing.
_CLOSED: Final = late(
    r",?\s+(?:co\.?,?\s*ltd|s\.?\s?a\.?\s+de\s+c\.?\s?v|pvt\.?,?\s*ltd|sp\.?\s*z\s*o\.?\s?o)\.?$", re.IGNORECASE
)


@lru_cache(1 << 15)  # asked of each name for its parts, and again for its key
def may_hold_more(cell: str) -> bool:
    """Whether a cell may hold more than a name: most are told to hold none from their first and last words."""
    cell = _CLOSED.sub("", cell)
    if not cell.isascii() or not _PLAIN.fullmatch(cell):
        return True
    words = [w.strip(".,") for w in cell.lower().replace("&", " ").split()]
    inner = words[:-1]
    while inner and (inner[-1] in _FORMS or inner[-1] == "co") and (words[-1] in _FORMS or words[-1] == "co"):
        inner = inner[:-1]  # `PVT LTD` ends one name
    return (
        words[-1] in LAST_WORDS
        or words[0] in _FIRST_WORDS
        or is_country_name(words[-1])
        or not _INNER_WORDS.isdisjoint(inner)
        or not _FORMS.isdisjoint(inner)
    )
