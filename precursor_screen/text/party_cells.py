"""The grammar of a party's cell: role, name with its legal form, branch, code, contact, address and country.

Bills of lading write all of these into one cell, parted by commas, other signs, brackets, lines or nothing. `read_cell` gives the one
reading by which parties are told apart (`party_key`), and parts a cell only where something in it is surely not the name:
`SURNAME, Given` and `National Bank of India` stay whole. `name_parts` gives all that may be the name, for lists to be held against.
`data/names/party_cell_words.csv` has the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import Struct, field

from precursor_screen.core.tables import meanings_of, words_of
from precursor_screen.text.codes import LABELS
from precursor_screen.text.countries import find_country, is_country_code, is_country_name
from precursor_screen.text.party import GENERIC, LEGAL_FORM, kind_of, name_key, normalise_party
from precursor_screen.text.party_trades import given_names
from precursor_screen.text.party_words import ADDRESS_WORDS, FIRST_OR_LAST, LAST_ONLY, LEGAL_FORMS, PLACES
from precursor_screen.text.text import plain
from precursor_screen.text.us_ports import port_towns

_TABLE: Final = "party_cell_words"


class PartyCell(Struct, frozen=True):
    """What a cell says; empty where it says nothing of it.

    name: with its legal form, as written; role: of `schema.ROLES`, or `party` or `contact`; branch: head office, warehouse and the like;
    code: numbers with what they are called; address: what else stands behind the name; country: ISO 3166 alpha-2, of the address.
    """

    name: str
    role: str = ""
    branch: str = ""
    code: str = ""
    address: str = ""
    country: str = ""


# Words of the table as patterns.


def _any(words: Iterable[str]) -> str:
    """A pattern for any of some words, which may be patterns themselves; the longest first."""
    return "(?:" + "|".join(word.replace(" ", r"\s+") for word in sorted(set(words), key=lambda w: (-len(w), w))) + ")"


_ROLES: Final = {word: role for role, words in meanings_of(_TABLE, "label").items() for word in words}
_LABEL_WORDS: Final = _any(_ROLES)
_OF_NAME: Final = r"(?:\s*(?:['’]?s)?\s*(?:full\s+)?(?:name|details?|no|nr|code))?(?:\s*(?:&|and|,|/)\s*(?:full\s+)?address)?"
# `SHIPPER/EXPORTER (2):`, and what may begin a cell without a sign behind it.
_LABEL: Final = re.compile(
    rf"\W*(?:\(?\d{{1,2}}[a-z]?[.)]\s*)?({_LABEL_WORDS})(?:\s*(?:/|&|\+|\bor\b|\band\b|-)\s*{_LABEL_WORDS})*{_OF_NAME}\W{{0,2}}\d?\W?\s*"
    r"(?:[:：=|>#)\]]+|\s[-–—.]+\s?|[.-]+\s+|/\s)\s*(?=\w|\W+\w)",
    re.IGNORECASE,
)
_BARE_LABEL: Final = re.compile(rf"\W*({_any(words_of(_TABLE, 'bare label'))})[.,]?\s+(?=[^\W\d_])", re.IGNORECASE)
_IS_LABEL: Final = re.compile(rf"\W*(?:{_LABEL_WORDS}|{_any(words_of(_TABLE, 'bare label'))})\W*", re.IGNORECASE)
_CODE_WORDS: Final = _any(words_of(_TABLE, "code"))
_NUMBER: Final = r"(?=[\w./-]*\d)[\w./-]+"
_LONG_NUMBER: Final = r"(?=(?:[\w./-]*\d){3})[\w./-]+"  # `NO. 2` tells one of a series from the next
_CALLED: Final = r"(?:[\W_]{0,3}(?:no|nr|num|number|id|code)\b)?\W{0,3}"
_CODE: Final = rf"(?:\b(?:{LABELS})\b{_CALLED}{_NUMBER}|(?<!\w){_CODE_WORDS}(?!\w){_CALLED}{_LONG_NUMBER})"
_LEADING_CODE: Final = re.compile(
    rf"\W*(?:{_CODE}\W*|(?:[a-z]{{1,4}}[-_/]?)?(?:\d\s?[.)\]:]|\d\d[\w/-]*\s*[-–—:|/)\]>=*~.]+)\s*)(?=[^\W\d_]{{2}})",
    re.IGNORECASE,
)
_TRAILING_CODE: Final = re.compile(
    rf"[\s,;/|*(\[#:–—-]+(?:{_CODE}|[#№]\s*{_LONG_NUMBER}|(?:[a-z]{{1,4}}[-_/]?)?\d[\d/ -]{{4,}}\d\w?)\W*$", re.IGNORECASE
)
_TELEPHONE: Final = r"(?:tel|telephone|telefono|teléfono|telefon|phone|ph|mobile|mob|cell|cel|fax|telefax|tlx|whatsapp|тел)"
_CONTACT_WORDS: Final = _any(word for word, role in _ROLES.items() if role == "contact" and len(word) > 2)
# What stands behind these belongs to no name; behind the first kind stands another party.
_OTHER_PARTY: Final = re.compile(r"\b(?:also notify|notify party|notify|consignee|shipper)\s*[:;]", re.IGNORECASE)
_NO_NAME: Final = re.compile(
    rf"(?<=\w)(?:\W+(?:{_CODE}|\b(?:{_TELEPHONE}\b\s*(?:[.:#]+|(?=\W*\d))|[tmpf][.:]\s*(?=[+(]?\d))|\b(?:e-?mail|zip|www|http)\b\s*[.:#]?|[\w.-]+@\w|"
    rf"(?<!\w){_CONTACT_WORDS}(?!\w)\s*[.:-]?\s*(?=\w))|\s*[(\[/,;-]\s*(?:at|att|p\.?a|c/p)\b[.:]*\s)",
    re.IGNORECASE,
)
_PREMISES: Final = rf"(?:{_any(words_of(_TABLE, 'premises'))}\.?(?:\W+(?:no\W*)?\d{{1,4}}\w?)?|{_any(words_of(_TABLE, 'numbered premises'))}\.?\W{{0,3}}(?:no\W{{0,2}}|nr\W{{0,2}})?(?:\d{{1,4}}\w?|[a-z]))"
_TRAILING_PREMISES: Final = re.compile(rf"[\s,;(\[/|–—-]+{_PREMISES}\W*$", re.IGNORECASE)
_IS_PREMISES: Final = re.compile(rf"\W*(?:\w+\W+)?{_PREMISES}\W*", re.IGNORECASE)
# A branch is the firm's: `NAME, DUBAI BRANCH`.
_BRANCHES: Final = "branch|office|sucursal|filiale?|succursale|niederlassung"
_BRANCH: Final = re.compile(rf"[\s,(-]+(\w+)\s+(?:{_BRANCHES})\b\W*$", re.IGNORECASE)
_IN_SERIES: Final = re.compile(r"\W*(?:no|nr)?\W*\d{1,3}\W*", re.IGNORECASE)  # `TRADING CORP NO. 2` is another firm than No. 7

_FORM_WORDS: Final = "|".join(
    [
        *sorted({w for forms in LEGAL_FORMS.values() for w in forms if w.isalpha() and len(w) >= 3} - LAST_ONLY - FIRST_OR_LAST),
        "de c\\.?v",
    ]
)
_FORM_WITHIN: Final = re.compile(rf"\b(?:{_FORM_WORDS})\b\.?(?=\s+\w+\W+\w)", re.IGNORECASE)
# A number within a cell, with words before it: a house, a postcode; `3RD FLOOR` too.
_FIRST_NUMBER: Final = re.compile(r"(?<=\w\w)\W+(?:no\W{0,2})?(?=\d)", re.IGNORECASE)
_SPELLINGS: Final = frozenset(ADDRESS_WORDS) | frozenset(w for words in ADDRESS_WORDS.values() for w in words)
_STREET: Final = re.compile(
    r"\w{3,}(?:weg|strasse|straße|str|straat|gasse|allee|vej|vägen|gatan|gata|katu|utca|laan|kade)\.?", re.IGNORECASE
)
_NUMBERED: Final = re.compile(rf"{_any(words_of(_TABLE, 'numbered premises'))}\.?", re.IGNORECASE)
_DIRECTIONS: Final = frozenset(
    w for of in ("north", "south", "east", "west", "industrial") for w in (of, *ADDRESS_WORDS.get(of, ()))
)
_OF_ADDRESS: Final = re.compile(
    rf"(?<!\w){_any((*words_of(_TABLE, 'part of address'), *(w for w in _SPELLINGS - _DIRECTIONS if len(w) > 1)))}(?!\w)|[路街号號]",
    re.IGNORECASE,
)
_COUNTRY_LETTERS: Final = frozenset(words_of(_TABLE, "country letters"))
_ENDS: Final = PLACES | frozenset(words_of(_TABLE, "country end"))
_CODE_LETTERS: Final = 3  # as long as that the last word may be the code of a country, and is more often a part of the name
_OF: Final = frozenset(
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
_MARKUP: Final = re.compile(r"<[^<>]{1,12}>|\\[nrt]")
_BRACKETS: Final = re.compile(r"\s*([(\[{])([^()\[\]{}]*)[)\]}]\s*")
_BETWEEN: Final = re.compile(
    r"\s*(?:[,;|\t\r\n•·*_^~>+]|@{2,}|(?<=\w{3})[:/](?=\w{2})|\s[-–—/~>*]+\s?|(?<=\w)[-–—/]+\s|//+|\.\s+(?=\w{3})(?<=\w{4}\.\s)|\s{3,})[\s,;|/–—-]*"
)
_WORD: Final = re.compile(r"\w+")
# A name and nothing else, unless its words say more: words of Latin letters, with what parts them within names.
_FORM_BEHIND: Final = r", ?(?=(?:ltd|limited|inc|llc|l\.?l\.?c|co|corp|s\.?a|gmbh|jsc|plc|pvt|lda)\b)"
_PLAIN: Final = re.compile(rf"[a-z]+(?:(?: |[.'-]| & |&|\. |{_FORM_BEHIND})[a-z]+)*\.?", re.IGNORECASE)
_LEAST_LABEL: Final = 4  # letters, without a sign behind it
_FIRST_WORDS: Final = frozenset(
    [
        *(re.split(r"\W", word)[0] for word in words_of(_TABLE, "bare label")),
        *(first for word in (*_ROLES, *words_of(_TABLE, "premises")) if len(first := re.split(r"\W", word)[0]) >= _LEAST_LABEL),
    ]
)
_LAST_WORDS: Final = _ENDS.union(
    _BRANCHES.replace("filiale?", "filial|filiale").split("|"),
    *({word, word.split(" ")[-1]} for word in words_of(_TABLE, "premises")),
)
_INNER_WORDS: Final = (
    frozenset(_FORM_WORDS.split("|")[:-1])
    | frozenset(word.split(" ")[-1] for word, role in _ROLES.items() if role == "contact" and word.isascii())
    | {"tel", "telephone", "phone", "mobile", "fax", "email"}
)

_MOST_PARTS = 14
_MOST_LETTERS = 200
_MOST_ROUNDS = 4  # of labels, codes and premises that are taken off an end


# The one reading.


@lru_cache(maxsize=1 << 16)
def read_cell(cell: str) -> PartyCell:
    """The one reading of a cell; where nothing in it is surely not the name, the name is the cell as it is."""
    if not may_hold_more(cell):
        return PartyCell(cell)
    role, text = _without_labels(_tidy(cell))
    found = _Found(role)
    text = _without_brackets(_before_contact(text, found), found)
    name = _without_ends(_before_tail(text, found), found)
    if not any(map(str.isalpha, name)) or name.strip() == cell.strip():
        return PartyCell(cell)
    branch, code, address = map(", ".join, (found.branch, found.code, found.address))
    return PartyCell(name.strip(" ,;-–—/|"), found.role, branch, code, address, found.country)


def _tidy(cell: str) -> str:
    """A cell with the signs of ASCII for wide ones, and lines for the marks of a page."""
    text = cell.translate(_WIDE)
    return _MARKUP.sub("\n", text) if "<" in text or "\\" in text else text


def party_key(cell: str) -> str:
    """A comparable key of the party that a cell names: of its name, without what else it holds; empty if unscreenable."""
    return name_key(read_cell(cell).name)


def may_hold_more(cell: str) -> bool:
    """Whether a cell may hold more than a name: most are told to hold none from their first and last words."""
    if not cell.isascii() or not _PLAIN.fullmatch(cell):
        return True
    words = cell.lower().replace("&", " ").rstrip(".").split(" ")
    return (
        words[-1] in _LAST_WORDS
        or words[0].strip(".,") in _FIRST_WORDS
        or is_country_name(words[-1])
        or not _INNER_WORDS.isdisjoint(w.strip(".,") for w in words[:-1])
    )


class _Found(Struct):
    """What was taken off a name so far."""

    role: str = ""
    country: str = ""
    branch: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        """Puts a text where it belongs."""
        text = text.strip(" ,;/|()[]{}\r\n\t–—-")
        kind = _kind(text)
        if kind == _BRANCHED:
            self.branch.append(text)
        elif kind == _LABELLED:
            self.role = self.role or _ROLES.get(text.casefold(), "")
        elif _LEADING_CODE.match(text + " AA") and not _country(text):
            self.code.append(text)
        elif text:
            self.address.append(text)
            self.country = _country(text) or self.country


# What a part of a cell is. A firm's own name may be anything, so that only what is none of these is taken for a part of it.
_FORM, _SURE, _PLACE, _COUNTRY_CODE, _BRANCHED, _LABELLED, _UNKNOWN = "form", "address", "place", "code", "branch", "label", ""
_OF_COUNTRY: Final = 2  # letters
_MOST_GIVEN: Final = 3
_IS_NUMBERED: Final = re.compile(
    r"^\W*\d|\d\D?\d\D?\d"
)  # `12 DUNE ROAD`, `MUSTERAU 04711`; a part of the name may end in a figure
_LEAST_COUNTRY: Final = 4  # letters of a country's name that is no known abbreviation


@lru_cache(maxsize=1 << 14)
def _kind(text: str) -> str:
    words = _WORD.findall(text)
    if not words or not any(map(str.isalnum, text)):
        return _SURE
    if _IS_LABEL.fullmatch(text):
        return _LABELLED
    if _IS_PREMISES.fullmatch(text):
        return _BRANCHED
    if _IN_SERIES.fullmatch(text) or _is_form(text):
        return _FORM
    if (
        _IS_NUMBERED.search(text)
        or _is_country(text)
        or "@" in text
        or _OF_ADDRESS.search(text)
        or any(map(_STREET.match, words))
    ):
        return _SURE
    if len(text) == _OF_COUNTRY and is_country_code(text):
        return _COUNTRY_CODE
    return _PLACE if _is_town(text) else _UNKNOWN


def _is_form(text: str) -> bool:
    tokens = normalise_party(text).tokens
    return bool(tokens) and all(kind_of(token) == LEGAL_FORM for token in tokens)


def _is_country(text: str) -> bool:
    letters = text.strip(" .").replace(".", "")
    is_long = len(letters) >= _LEAST_COUNTRY or not letters.isascii() or letters.upper() in _COUNTRY_LETTERS
    return is_long and find_country(letters) is not None


@lru_cache(maxsize=1 << 14)
def _country(address: str) -> str:
    """The country in which an address ends, or that one of its parts names; empty where none does."""
    for part in reversed(_BETWEEN.split(address)):
        words = [w for w in re.findall(r"[^\W\d_][\w.'’-]*", part) if w.strip(".")]
        for size in range(min(_MOST_WORDS_OF_COUNTRY, len(words)), 0, -1):
            text = " ".join(words[-size:])
            if _is_country(text):
                return find_country(text.strip(" .").replace(".", "")) or ""
    return ""


_MOST_WORDS_OF_COUNTRY: Final = 4


def _without_labels(text: str) -> tuple[str, str]:
    """The role that stands before a name, and what follows it; numbers before it go too."""
    role = ""
    for _ in range(_MOST_ROUNDS):
        found = _LABEL.match(text) or _BARE_LABEL.match(text) or _LEADING_CODE.match(text)
        if not found:
            break
        if found.re is not _LEADING_CODE:
            role = role or _ROLES.get(" ".join(found[1].casefold().split()), "")
        text = text[found.end() :]
    return role, text


def _without_brackets(text: str, found: _Found) -> str:
    """The text without the brackets that surely hold no part of a name."""

    def part(match: re.Match[str]) -> str:
        said = match[2].strip()
        kinds = [_kind(piece) for piece in _BETWEEN.split(said) if piece]
        sure = any(kind in (_BRANCHED, _LABELLED) or (kind == _SURE and not _is_country(said)) for kind in kinds)
        if not sure or (match[1] == "(" and not any(map(str.isalnum, text[: match.start()] + text[match.end() :]))):
            return match[0]
        found.take(said)
        return " "

    return _BRACKETS.sub(part, text)


def _before_contact(text: str, found: _Found) -> str:
    """What stands before the first telephone, number or other person."""
    cut = _OTHER_PARTY.search(text) or _NO_NAME.search(text)
    if not cut or not any(map(str.isalpha, text[: cut.start()])):
        return text
    found.country = _country(text[cut.start() :])
    found.code.append(text[cut.start() :].strip(" ,;/|([-"))
    return text[: cut.start()]


class _Piece(NamedTuple):
    """A part of a cell: where it ends, what it is, the text."""

    end: int
    kind: str
    text: str


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    start = 0
    for match in (*_BETWEEN.finditer(text), None):
        end = match.start() if match else len(text)
        if text[start:end].strip():
            said = text[start:end].strip()
            kind = _kind(said)
            # A line alone goes on with a name as often as it begins an address: `New Silk` and `Road Trading`.
            in_lines = found and "\n" in text[found[-1].end : start] and kind == _SURE and not _is_country(said)
            found.append(_Piece(end, _UNKNOWN if in_lines else kind, said))
        start = match.end() if match else end
    return found


def _before_tail(text: str, found: _Found) -> str:
    """The name without what is parted from it, where that is surely an address, a branch, a role or a number."""
    if "\n" in text.strip() or "\r" in text.strip():
        name, address = part_address(text)
        if address:
            found.take(address)
            text = " ".join(name.split())
    pieces = _pieces(text)
    size = 1
    while size < len(pieces) and pieces[size].kind == _FORM:
        size += 1
    tail = pieces[size:]
    if not tail:
        return text
    name = text[: pieces[size - 1].end]
    alone = " " not in name.strip() and not _has_form(name)
    certain = any(p.kind in (_SURE, _BRANCHED, _LABELLED) for p in tail)
    ended = _has_form(name) and not any(_has_form(p.text) for p in tail)
    # `PORT KLANG, MY`: two letters alone are as often a legal form of somewhere.
    places = all(p.kind in (_PLACE, _COUNTRY_CODE) for p in tail) and any(p.kind == _PLACE for p in tail)
    if not (certain or ended or places) or (
        alone and len(tail) == 1 and tail[0].kind in (_SURE, _PLACE) and tail[0].text.isalpha()
    ):
        return text
    if len(tail) > 1 and tail[0].kind == _UNKNOWN and (alone or _is_given(tail[0].text)):  # `SURNAME, Given, COUNTRY`
        name, tail = text[: tail[0].end], tail[1:]
    elif not ended and any(p.kind == _UNKNOWN and _has_form(p.text) for p in tail):
        return text  # another firm
    found.take(", ".join(p.text for p in tail if p.kind not in (_BRANCHED, _LABELLED)))
    for piece in tail:
        if piece.kind in (_BRANCHED, _LABELLED):
            found.take(piece.text)
    return name


def _is_given(text: str) -> bool:
    """Whether a text is the given names of a person."""
    words = plain(text).split()
    return 0 < len(words) <= _MOST_GIVEN and words[0] in given_names()


def _without_ends(text: str, found: _Found) -> str:
    """The name without the numbers before it, and the numbers, branch or address behind it that nothing parts from it."""
    for _ in range(_MOST_ROUNDS):
        start = _LEADING_CODE.match(text)
        if start:
            found.code.append(start[0].strip(" -:|/()[]"))
            text = text[start.end() :]
        end = _TRAILING_CODE.search(text) or _TRAILING_PREMISES.search(text)
        short = before_address(text) or _before_branch(text) or _before_place(text) or (text[: end.start()] if end else "")
        if short and len(short.split()) + bool(end) > 1 and any(map(str.isalpha, short)):
            found.take(text[len(short) :])
            text = short
        elif not start:
            break
    return text


def _before_place(text: str) -> str:
    """What stands before a town and a country in which a name of two words or more ends; empty where it does not."""
    words = text.split()
    for size in range(1, _MOST_WORDS_OF_COUNTRY):
        rest = words[:-size]
        if len(rest) > 2 and _is_country(" ".join(words[-size:])) and _is_town(rest[-1]) and rest[-2].lower() not in _OF:
            return text[: text.rindex(rest[-1])].strip(" ,;-")
    return ""


# All that may be the name.


def name_parts(cell: str) -> list[str]:
    """What in a cell may be a name: the whole, the name of its one reading, and what else stands apart or before an address or a number.

    A cell without a line break, a label, a figure or a sign that parts is one part.
    """
    if not may_hold_more(cell):
        return [cell]
    wide = _tidy(cell)
    bare = _without_labels(wide)[1]
    pieces = list(_segments(bare))
    parts = [cell, read_cell(cell).name, *_lines_of(wide), bare, *pieces]
    parts += [short for text in pieces or [bare] for short in _shorter(text)]
    tidy = dict.fromkeys(p.strip(" ,;:/|-–—\t\r\n") for p in parts[1:])
    found = [
        p for p in tidy if any(map(str.isalpha, p)) and len(p) <= _MOST_LETTERS and not _is_address(p) and p != cell.strip(" ,;")
    ]
    return [cell, *found[: _MOST_PARTS - 1]]


def _lines_of(text: str) -> list[str]:
    """The lines of a cell, and the names of other parties that it says are in it."""
    pieces = [p for p in _OTHER_PARTY.split(text) if p.strip()]
    lines = [line for piece in pieces for line in piece.splitlines()]
    return lines if len(lines) > 1 else []


def _segments(text: str) -> Iterator[str]:
    """What stands between signs: the first part, the first two, and others of two words and more; and what stands out of brackets.

    A part of one word behind the first is a name only where the first is none.
    """
    without = _BRACKETS.sub(" ", text)
    pieces = [p for p in _BETWEEN.split(without) if p.strip()]
    kinds = [_kind(p) for p in pieces]
    if len(pieces) > 1:
        yield pieces[0]
        size = 1
        while size < len(pieces) and kinds[size] == _FORM:
            size += 1
        yield ", ".join(pieces[:size])
        yield ", ".join(pieces[: size + 1])
        may_be_one = kinds[0] not in (_UNKNOWN, _FORM) or _IS_CONTACT.match(text)
        yield from (
            _without_labels(p)[1]
            for p, kind in zip(pieces[1:], kinds[1:], strict=True)
            if (kind == _UNKNOWN or _LEADING_CODE.match(p)) and (" " in p or (may_be_one and len(p) >= _LEAST_ALONE))
        )
    if without != text:
        yield without
    yield from (match[1] for match in _QUOTED.finditer(text))
    inner = (match[2].strip() for match in _BRACKETS.finditer(text))
    yield from (_without_labels(said)[1] for said in inner if " " in said and _kind(said) == _UNKNOWN)


_QUOTED: Final = re.compile(r"[\"«“”„]\s*([^\"«»“”„]{4,})\s*[\"»“”]")
_IS_CONTACT: Final = re.compile(rf"\W*{_CONTACT_WORDS}", re.IGNORECASE)
_LEAST_LEFT: Final = 2  # words of a name before a town and a country that nothing parts from it; or one of so many letters
_LEAST_ALONE: Final = 8
_BARE_NUMBER: Final = re.compile(r"\W*(?:(?:[^\W\d]+\W+){0,2}[a-z]{0,4}[-_/]?\d[\w/-]{2,}\W+)+(?=[^\W\d_]{2})", re.IGNORECASE)
_ANY_LABEL: Final = re.compile(
    rf"\W*(?:{_LABEL_WORDS}|{_PREMISES}|{_any(words_of(_TABLE, 'premises'))})\W+(?=[^\W\d_])", re.IGNORECASE
)
_ANY_PREMISES: Final = re.compile(rf"\W*{_any(words_of(_TABLE, 'premises'))}\W+", re.IGNORECASE)
_PREMISES_WITHIN: Final = re.compile(rf"(?<=\w)\W+{_any(words_of(_TABLE, 'premises'))}(?:\W+\w+){{1,3}}\W*$", re.IGNORECASE)
_MOST_DROPPED: Final = 3  # words before a number, or of a town and a country


def _shorter(text: str) -> Iterator[str]:
    """A text without what may be a label, a number, a contact, a branch or an address at its ends."""
    for start in (_LEADING_CODE.match(text) or _BARE_NUMBER.match(text), _ANY_LABEL.match(text)):
        if start:
            yield text[start.end() :]
            yield from _before_where(text[start.end() :])
    if premises := _ANY_PREMISES.match(text):  # `Filiale di Trieste della ZORVAN`
        words = text[premises.end() :].split()
        yield from (" ".join(words[at + 1 :]) for at in range(min(_MOST_DROPPED + 1, len(words) - 1)) if words[at].lower() in _OF)
    if premises := _PREMISES_WITHIN.search(text):
        yield text[: premises.start()]
    head = _NO_NAME.split(text, maxsplit=1)[0]
    short = _without_ends(head, _Found())
    yield from (part for part in (head, short) if part != text)
    where = _OF_ADDRESS.search(head, 1)
    if where and any(map(str.isdigit, head[where.end() :])):
        yield head[: where.start()]
    yield from _before_where(head)
    yield from _before_where(short)


def _before_where(text: str) -> Iterator[str]:
    """What may be a name before a number, or before the town and country in which a text ends.

    A word of business or a legal form ends a name: nothing is dropped before it.
    """
    words = text.split()
    number = next((at for at, word in enumerate(words) if at and any(map(str.isdigit, word))), 0)
    before = words[number - 1] if number else ""
    if number and number + 1 == len(words) and len(words[number]) <= _MOST_DROPPED and not _is_of_address(before):
        return  # `TRADING CORP NO. 2`, or the like
    if not number and not (words and (words[-1].strip(".,").lower() in _LAST_WORDS or _is_country(words[-1]))):
        return
    if number:
        yield " ".join(words[:number])
    for end in range((number or len(words)) - 1, max((number or len(words)) - 1 - _MOST_DROPPED, 0), -1):
        dropped = words[end].strip(".,()").lower()
        if kind_of(dropped) == LEGAL_FORM or (
            kind_of(dropped) == GENERIC and dropped not in _ENDS and not _OF_ADDRESS.fullmatch(dropped)
        ):
            return
        if words[end - 1].lower() not in _OF and (end >= _LEAST_LEFT or len(words[0]) >= _LEAST_ALONE):
            yield " ".join(words[:end])


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
        signs = bool(_HOUSE.match(line)) + any(word in _SPELLINGS for word in re.findall(r"\w+", line.lower()))
        more = at + 1 < len(lines)
        if (
            signs > 1
            or (more and ((signs and _HOUSE.match(line)) or (_is_town(line) and find_country(lines[-1]))))
            or (_has_form(name) and (signs or find_country(line)))
        ):
            return name, ", ".join(lines[at:])
    return cell, ""


def _is_town(text: str) -> bool:
    return text.strip().casefold() in port_towns() or all(word in PLACES for word in _WORD.findall(text.lower()))


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
    before = _without_address(text[: number.start()].strip(" ,;-"))
    return before if " " in before else ""


def _without_address(text: str) -> str:
    """What stands before the words of an address in which a text ends: `PO BOX`, of which the number follows."""
    words = text.split()
    size = len(words)
    while size > 1 and _is_of_address(words[size - 1]):
        size -= 1
    return (
        text[: text.index(words[size - 1], len(" ".join(words[: size - 1]))) + len(words[size - 1])]
        if size < len(words)
        else text
    )


def _is_of_address(word: str) -> bool:
    """Whether a word is said of an address: a street, a box, a part of a building."""
    return any(pattern.fullmatch(word) for pattern in (_OF_ADDRESS, _STREET, _NUMBERED))


def _before_branch(text: str) -> str:
    """What stands before the branch in a town that a cell ends in; empty where it does not."""
    end = _BRANCH.search(text)
    return text[: end.start()].strip() if end and (end[1].lower() in PLACES or find_country(end[1])) else ""


def _says_where(text: str) -> bool:
    """Whether a text goes on as an address does: a word of addresses, a number, or a country at its end."""
    words = re.findall(r"\w+", text.lower())
    return any(w in _SPELLINGS or w.isdigit() for w in words) or bool(
        words and len(words[-1]) > _CODE_LETTERS and find_country(words[-1])
    )


def _is_address(text: str) -> bool:
    """Whether a part is not a name: figures alone, or figures and words of addresses (`3RD FLOOR`)."""
    words = re.findall(r"\w+", text.lower())
    return all(w in _SPELLINGS or not w.isalpha() for w in words) and not all(map(str.isalpha, words))
