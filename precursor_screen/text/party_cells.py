"""What a cell of a party holds beside its name, and what the name tells: the trade of a firm, or that it is a private person.

Bills of lading write name, address, numbers and telephone into one cell. `trades.csv` has the trades by class of ISIC Rev.4 with the codes of what they deal in ("*": anything of a chemist's), `trade_words.csv` the
words of their names. A firm of several trades deals in the goods of each, so that a word of chemistry or medicine clears any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import shipped_rows, shipped_words
from precursor_screen.text.codes import LABELS
from precursor_screen.text.countries import find_country
from precursor_screen.text.party import GENERIC, LEGAL_FORM, kind_of, normalise_party
from precursor_screen.text.party_words import ADDRESS_WORDS, FIRST_OR_LAST, LAST_ONLY, LEGAL_FORMS, PLACES
from precursor_screen.text.text import plain

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
        candidates += [start for text in (*candidates, piece) if (start := before_address(text) or _before_branch(text))]
        parts += [c for c in candidates if any(map(str.isalpha, c)) and len(c) <= _MOST_LETTERS and not _is_address(c)]
    return list(dict.fromkeys(p for p in parts if p.strip()))[:_MOST_PARTS] or [cell]


_HOUSE: Final = re.compile(
    r"\W*\d+\w?\W+.*[^\W\d_]{3}|.*[^\W\d_]{3}.*\W\d+\w?\W*"
)  # a number before or behind words, or a postcode


def part_address(cell: str) -> tuple[str, str]:
    """The name and the address in a cell of several lines; the address is empty where no line looks like one, and the name is whole.

    An address begins with the number of a house, a postcode, a word of addresses or a country alone. Where no legal form ends the name,
    one of these alone may go on with it: `New Silk` and `Road Trading`, `Bank of` and `India`.
    """
    lines = [line for line in map(str.strip, cell.splitlines()) if line]
    for at, line in enumerate(lines[1:], start=1):
        name = " ".join(lines[:at])
        if _has_form(line) or " " not in name:
            continue
        signs = bool(_HOUSE.match(line)) + any(word in _ADDRESS for word in re.findall(r"\w+", line.lower()))
        if (
            signs > 1
            or (signs and _HOUSE.match(line) and at + 1 < len(lines))
            or (_has_form(name) and (signs or find_country(line)))
        ):
            return name, ", ".join(lines[at:])
    return cell, ""


def _has_form(text: str) -> bool:
    return any(kind_of(word) == LEGAL_FORM for word in normalise_party(text).tokens if len(word) > 1)


def before_address(text: str) -> str:
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


_COLUMNS: Final = ("isic", "trade", "deals_in", "source")
_ANYTHING: Final = "*"
_WORD: Final = re.compile(r"[^\W_]+")
# Scripts that set no blanks within the name of a trade.
_UNPARTED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_MOST_WORDS: Final = 3
_FIRST: Final = 3  # letters


class Trade(Struct, frozen=True):
    """title: as `trades.csv` calls it; deals_in: beginnings of the HS codes of its goods."""

    title: str
    deals_in: tuple[str, ...]

    def has(self, code: str) -> bool:
        """Whether it deals in goods of that code."""
        return _ANYTHING in self.deals_in or code.startswith(self.deals_in)


class _Words(Struct, frozen=True):
    """Words of trades -> class of ISIC: whole, of scripts without blanks, and by their first letters those with which one begins."""

    whole: dict[str, str]
    unparted: dict[str, str]
    begun: dict[str, dict[str, str]]


@lru_cache(maxsize=1 << 16)
def trades_of(name: str) -> tuple[Trade, ...]:
    """The trades that a firm's name tells of, in the order of its words."""
    folded = plain(name)
    return tuple(_trades()[isic] for isic in dict.fromkeys(_classes(folded)))


def other_trade(name: str, code: str) -> str:
    """The trade of a firm that by its name does not deal in goods of that HS code; '': it may, or tells of none."""
    found = trades_of(name)
    return "" if not found or any(trade.has(code) for trade in found) else found[0].title


def _classes(name: str) -> Iterator[str]:
    words, tokens = _words(), _WORD.findall(name)
    for at, token in enumerate(tokens):
        said = " ".join(tokens[at : at + _MOST_WORDS])
        yield from (isic for begin, isic in words.begun.get(token[:_FIRST], {}).items() if said.startswith(begin))
        for size in range(1, _MOST_WORDS + 1):
            if isic := words.whole.get(" ".join(tokens[at : at + size])):
                yield isic
    if _UNPARTED.search(name):
        yield from (isic for word, isic in words.unparted.items() if word in name)


@cache
def _trades() -> dict[str, Trade]:
    rows = shipped_rows("trades", _COLUMNS)
    return {row["isic"]: Trade(row["trade"], tuple(row["deals_in"].split())) for row in rows}


@cache
def _words() -> _Words:
    found = _Words({}, {}, {})
    for row in shipped_words("trade_words"):
        for word in row.words:
            folded = plain(word)
            said = " ".join(_WORD.findall(folded))
            begun = found.begun.setdefault(said[:_FIRST], {}) if word.endswith("*") else found.whole
            table = found.unparted if _UNPARTED.search(folded) else begun
            table.setdefault(said, row.meaning)
    return found


# Whether a name is that of a private person: by a word that says so, or by its shape.

SAID, SHAPE = "said", "shape"
_PERSON_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FEWEST, _MOST = 2, 4  # words of a person's name
_LEAST_SURNAME: Final = 3  # letters


def person(name: str) -> str:
    """`said`: a title or a word for private persons stands in the name; `shape`: a given name or initials and a surname; '': neither."""
    folded = plain(name)
    tokens = _PERSON_WORD.findall(folded)
    if not tokens or re.search(r"[\d&/+]", name) or trades_of(name):
        return ""
    told, given = _person_words()
    rest = tokens
    for words in told:
        for at in range(len(rest) - len(words) + 1):
            if tuple(rest[at : at + len(words)]) == words:
                rest = rest[:at] + rest[at + len(words) :]
                break
    said = len(rest) < len(tokens)
    if _is_of_business(rest):
        return ""
    if said:
        return SAID if rest else ""
    return SHAPE if _FEWEST <= len(rest) <= _MOST and _is_named(rest, given, "," in name) else ""


def _is_named(tokens: list[str], given: frozenset[str], turned: bool) -> bool:
    """Whether a given name or initials come before a surname, or after it and a comma."""
    first, surname = (tokens[1], tokens[0]) if turned else (tokens[0], tokens[-1])
    return len(surname) >= _LEAST_SURNAME and surname not in given and (first in given or len(first) == 1)


def _is_of_business(tokens: list[str]) -> bool:
    """Whether a legal form, a word of business or a place is among them, as written or in its usual spelling."""
    read = [token for reading in normalise_party(" ".join(tokens)).readings[:1] for token in reading.tokens]
    return any(kind_of(token) in (LEGAL_FORM, GENERIC) for token in (*tokens, *read))


@cache
def _person_words() -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    """Words of `person_words.csv`, folded: those that say it, longest first, and given names."""
    told: set[tuple[str, ...]] = set()
    given: set[str] = set()
    for row in shipped_words("person_words"):
        for word in row.words:
            said = tuple(_PERSON_WORD.findall(plain(word)))
            if row.role == SAID:
                told.add(said)
            else:
                given.update(said)
    return tuple(sorted(told, key=lambda w: (-len(w), w))), frozenset(given)
