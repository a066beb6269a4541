"""A cell that holds more than a name: bills of lading write name, address, numbers and telephone into one."""

from __future__ import annotations

import re

from precursor_screen.text.codes import LABELS
from precursor_screen.text.countries import find_country
from precursor_screen.text.party_words import ADDRESS_WORDS, FIRST_OR_LAST, LAST_ONLY, LEGAL_FORMS, PLACES

# What stands behind these belongs to no name; behind the first kind stands another party.
_OTHER_PARTY = re.compile(r"\b(?:also notify|notify party|notify|consignee|shipper)\s*[:;]", re.IGNORECASE)
_NO_NAME = re.compile(
    rf"\b(?:tel|telephone|phone|mobile|fax|e-?mail|attn|zip)\b\s*[.:#;]?|\b(?:{LABELS})\b\W{{0,3}}(?=\w*\d)", re.IGNORECASE
)
# Without one of these there is nothing to part: most cells are done here.
_FORMS = "|".join(
    [
        *sorted({w for forms in LEGAL_FORMS.values() for w in forms if w.isalpha() and len(w) >= 3} - LAST_ONLY - FIRST_OR_LAST),
        "de c\\.?v",
    ]
)
_FORM_WITHIN = re.compile(rf"\b(?:{_FORMS})\b\.?(?=\s+\w+\W+\w)", re.IGNORECASE)
_SLASH = re.compile(r"\s/\s(?=[^/]*\d)")  # `NAME / 12 MILL LANE, TOWN`
# A branch is the firm's: `NAME, DUBAI BRANCH`.
_BRANCHES = "branch|office|sucursal|filiale?|succursale|niederlassung"
_BRANCH = re.compile(rf"[\s,(-]+(\w+)\s+(?:{_BRANCHES})\b\W*$", re.IGNORECASE)
_IN_SERIES = re.compile(r"\W*(?:no|nr)?\W*\d{1,3}\W*", re.IGNORECASE)  # `TRADING CORP NO. 2` is another firm than No. 7
_ENDS_IN_NUMBER = re.compile(r"(?<=\w)[\s,(]+\d{7,}\W*$")  # of a register or a telephone: no name ends in so many figures
_MORE = re.compile(
    rf"[\r\n:;\d]|\b(?:{_BRANCHES})\W*$|\b(?:tel|telephone|phone|mobile|fax|e-?mail|attn|zip)\b|" + _FORM_WITHIN.pattern,
    re.IGNORECASE,
)
# For RE2, on ASCII cells: everything that `_MORE` finds, and little else; a column of cells is searched at once. Without word
# borders, since RE2 has another idea of them.
MAY_HOLD_MORE = rf"(?i)[\r\n:;0-9]|(?:{_BRANCHES})\W*$|tel|phone|mobile|fax|e-?mail|attn|zip|" + rf"(?:{_FORMS})\.?\s+\w+\W+\w"
# A number within a cell, with words before it: a house, a postcode; `3RD FLOOR` too.
_FIRST_NUMBER = re.compile(r"(?<=\w\w)\W+(?:no\W{0,2})?(?=\d)", re.IGNORECASE)
_ADDRESS = frozenset(ADDRESS_WORDS) | frozenset(w for words in ADDRESS_WORDS.values() for w in words)
_CODE = 3  # letters; as long as that the last word may be the code of a country, and is more often a part of the name
_MOST_PARTS = 8
_MOST_LETTERS = 200


def name_parts(cell: str) -> list[str]:
    """What in a cell may be a name: the whole, and where an address or a number follows, what stands before it.

    A cell without a line break, a label or a figure is one part: `SURNAME, Given` stays whole.
    """
    if not _MORE.search(cell):
        return [cell]
    parts = [cell]
    pieces = [p for p in _OTHER_PARTY.split(cell) if p.strip()]
    for piece in pieces:
        lines = [line.strip(" ,;") for line in piece.splitlines() if line.strip(" ,;")]
        head = _NO_NAME.split(piece, maxsplit=1)[0]
        candidates = [*lines, head] if len(lines) > 1 or len(pieces) > 1 or head != piece else []
        for text in [*candidates, piece]:
            segments = [s.strip() for s in text.split(",")]
            if len(segments) > 1 and any(c.isdigit() for c in text):
                # "CO., LTD., 9 ROAD": the second comma may still be inside the name.
                candidates += [segments[0], ", ".join(segments[:2])]
        candidates += [_SLASH.split(text, maxsplit=1)[0].strip() for text in (*candidates, piece) if _SLASH.search(text)]
        candidates += [start for text in (*candidates, piece) if (start := _before_address(text) or _before_branch(text))]
        parts += [c for c in candidates if any(map(str.isalpha, c)) and len(c) <= _MOST_LETTERS and not _is_address(c)]
    return list(dict.fromkeys(p for p in parts if p.strip()))[:_MOST_PARTS] or [cell]


def _before_address(text: str) -> str:
    """What stands before the first number, or up to a legal form that more words follow; empty where neither parts it."""
    form = _FORM_WITHIN.search(text)
    rest = text[form.end() :] if form else ""
    if form and " " in text[: form.start()].strip() and _says_where(rest) and not _IN_SERIES.fullmatch(rest):
        return text[: form.end()]
    number = _FIRST_NUMBER.search(text)
    if not number or not _says_where(text[number.end() :].partition(" ")[2]):
        return ""  # `Al Noor 2 Trading` is one name
    before = text[: number.start()].strip(" ,;-")
    return before if " " in before else ""


def _before_branch(text: str) -> str:
    """What stands before the number or the branch that a cell ends in; empty where it does not."""
    end = (not _NO_NAME.search(text) and _ENDS_IN_NUMBER.search(text)) or _BRANCH.search(text)
    is_elsewhere = end and end.re is _BRANCH and not (end[1].lower() in PLACES or find_country(end[1]))
    return text[: end.start()].strip() if end and not is_elsewhere else ""


def _says_where(text: str) -> bool:
    """Whether a text goes on as an address does: a word of addresses, a number, or a country at its end."""
    words = re.findall(r"\w+", text.lower())
    return any(w in _ADDRESS or w.isdigit() for w in words) or bool(words and len(words[-1]) > _CODE and find_country(words[-1]))


def _is_address(text: str) -> bool:
    """Whether a part is not a name: figures alone, or figures and words of addresses (`3RD FLOOR`)."""
    words = re.findall(r"\w+", text.lower())
    return all(w in _ADDRESS or not w.isalpha() for w in words) and not all(map(str.isalpha, words))
