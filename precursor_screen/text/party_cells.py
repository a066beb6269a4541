"""The grammar of a party's cell: role, name with its legal form, branch, code, contact, address and country.

Bills of lading write all of these into one cell, parted by commas, other signs, brackets, lines or nothing. `read_cell` gives the one
reading by which parties are told apart (`party_key`), and parts a cell only where something in it is surely not the name:
`SURNAME, Given` and `National Bank of India` stay whole. `party_name_parts` gives all that may be the name,
for lists to be held against.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import Struct, field

from precursor_screen.text.party import name_key
from precursor_screen.text.party_addresses import before_address, before_branch, before_place, part_address
from precursor_screen.text.party_cell_kinds import (
    BRANCHED,
    COUNTRY_CODE,
    FORM,
    LABELLED,
    PLACE,
    SURE,
    UNKNOWN,
    country_of,
    has_form,
    is_country,
    piece_kind,
)
from precursor_screen.text.party_cell_patterns import (
    BARE_LABEL,
    BETWEEN,
    BRACKETS,
    LABEL,
    LEADING_CODE,
    MOST_ROUNDS,
    NO_NAME,
    OTHER_PARTY,
    ROLES,
    TRAILING_CODE,
    TRAILING_PREMISES,
    may_hold_more,
    tidy_cell,
)
from precursor_screen.text.party_trades import given_names
from precursor_screen.text.party_words import COMMON, GIVEN_NAMES
from precursor_screen.text.text import late, plain


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


@lru_cache(maxsize=1 << 16)
def read_cell(cell: str) -> PartyCell:
    """The one reading of a cell; where nothing in it is surely not the name, the name is the cell as it is."""
    if not may_hold_more(cell):
        return PartyCell(cell)
    role, text = without_labels(tidy_cell(cell))
    found = Found(role)
    text = _without_brackets(_before_contact(text, found), found)
    name = without_ends(_before_tail(text, found), found)
    if not any(map(str.isalpha, name)) or name.strip() == cell.strip():
        return PartyCell(cell)
    branch, code, address = map(", ".join, (found.branch, found.code, found.address))
    return PartyCell(name.strip(" ,;-–—/|"), found.role, branch, code, address, found.country)


def party_key(cell: str) -> str:
    """A comparable key of the party that a cell names: of its name, without what else it holds; empty if unscreenable."""
    return name_key(read_cell(cell).name)


def country_in(cell: str) -> str:
    """The country in which the address behind the name of a cell ends; empty where it has none."""
    return read_cell(cell).country


class Found(Struct):
    """What was taken off a name so far."""

    role: str = ""
    country: str = ""
    branch: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        """Puts a text where it belongs."""
        text = text.strip(" ,;/|()[]{}\r\n\t–—-")
        kind = piece_kind(text)
        if kind == BRANCHED:
            self.branch.append(text)
        elif kind == LABELLED:
            self.role = self.role or ROLES.get(text.casefold(), "")
        elif LEADING_CODE.match(text + " AA") and not country_of(text):
            self.code.append(text)
        elif text:
            self.address.append(text)
            self.country = country_of(text) or self.country


_MOST_GIVEN: Final = 3


def without_labels(text: str) -> tuple[str, str]:
    """The role that stands before a name, and what follows it; numbers before it go too."""
    role = ""
    for _ in range(MOST_ROUNDS):
        found = LABEL.match(text) or BARE_LABEL.match(text) or LEADING_CODE.match(text)
        if not found:
            break
        if found.re.groups:  # a label; a code has none
            role = role or ROLES.get(" ".join(found[1].casefold().split()), "")
        text = text[found.end() :]
    return role, text


def _without_brackets(text: str, found: Found) -> str:
    """The text without the brackets that surely hold no part of a name."""

    def part(match: re.Match[str]) -> str:
        said = match[2].strip()
        kinds = [piece_kind(piece) for piece in BETWEEN.split(said) if piece]
        where = SURE in kinds or kinds[1:][-1:] == [COUNTRY_CODE]  # `(TOWN, CC)`
        sure = BRANCHED in kinds or LABELLED in kinds or (where and (len(kinds) > 1 or not is_country(said)))
        if not sure or (match[1] == "(" and not any(map(str.isalnum, text[: match.start()] + text[match.end() :]))):
            return match[0]
        found.take(said)
        return " "

    return BRACKETS.sub(part, text)


def _before_contact(text: str, found: Found) -> str:
    """What stands before the first telephone, number or other person."""
    cut = OTHER_PARTY.search(text) or NO_NAME.search(text)
    if not cut or not any(map(str.isalpha, text[: cut.start()])):
        return text
    found.country = country_of(text[cut.start() :])
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
    for match in (*BETWEEN.finditer(text), None):
        end = match.start() if match else len(text)
        if text[start:end].strip():
            said = text[start:end].strip()
            kind = piece_kind(said)
            # A line alone goes on with a name as often as it begins an address: `New Silk` and `Road Trading`.
            in_lines = found and "\n" in text[found[-1].end : start] and kind == SURE and not is_country(said)
            found.append(_Piece(end, UNKNOWN if in_lines else kind, said))
        start = match.end() if match else end
    return found


# `NAME, TOWN (COUNTRY)`; a country in brackets behind the name itself may be a part of it.
_COUNTRY_BEHIND_TOWN: Final = late(rf"(?<=\w)\s*{BRACKETS.pattern}\W*$")


def _parted(match: re.Match[str]) -> str:
    """Brackets behind a piece that is not the name, with a sign in their place where they hold a country."""
    pieces = _pieces(match.string[: match.start()])
    behind = len(pieces) > 1 and pieces[-1].kind in (UNKNOWN, PLACE, SURE)
    said = match[2].strip()
    return f", {said}" if behind and (is_country(said) or piece_kind(said) == COUNTRY_CODE) else match[0]


def _before_tail(text: str, found: Found) -> str:
    """The name without what is parted from it, where that is surely an address, a branch, a role or a number."""
    if "\n" in text.strip() or "\r" in text.strip():
        name, address = part_address(text)
        if address:
            found.take(address)
            text = " ".join(name.split())
    pieces = _pieces(_COUNTRY_BEHIND_TOWN.sub(_parted, text))
    size = 1
    while size < len(pieces) and pieces[size].kind == FORM:
        size += 1
    tail = pieces[size:]
    if not tail:
        return text
    name = text[: pieces[size - 1].end]
    alone = " " not in name.strip() and not has_form(name)
    # `NAME, TOWN, CC`; one word before them is as often a surname.
    coded = not alone and len(tail) > 1 and tail[-1].kind == COUNTRY_CODE
    certain = coded or any(p.kind in (SURE, BRANCHED, LABELLED) for p in tail)
    ended = has_form(name) and not any(has_form(p.text) for p in tail)
    # `PORT KLANG, MY`: two letters alone are as often a legal form of somewhere.
    places = all(p.kind in (PLACE, COUNTRY_CODE) for p in tail) and any(p.kind == PLACE for p in tail)
    if not (certain or ended or places) or (
        alone and len(tail) == 1 and tail[0].kind in (SURE, PLACE) and tail[0].text.isalpha()
    ):
        return text
    if len(tail) > 1 and tail[0].kind == UNKNOWN and _is_person(name, tail[0].text, alone):  # `SURNAME, Given, COUNTRY`
        name, tail = text[: tail[0].end], tail[1:]
    elif not ended and any(p.kind == UNKNOWN and has_form(p.text) for p in tail):
        return text  # another firm
    found.take(", ".join(p.text for p in tail if p.kind not in (BRANCHED, LABELLED)))
    for piece in tail:
        if piece.kind in (BRANCHED, LABELLED):
            found.take(piece.text)
    return name


def _is_person(name: str, behind: str, alone: bool) -> bool:
    """Whether what stands behind a name goes on with it, as the given names of a person; else it is a town.

    A word alone is a surname where many people bear it, or where it alone is in capitals.
    """
    words = plain(behind).split()
    if not 0 < len(words) <= _MOST_GIVEN:
        return False
    if words[0] in given_names():
        return True
    return alone and (
        name.isupper() > behind.isupper() or not COMMON.union(GIVEN_NAMES).isdisjoint((*plain(name).split(), *words))
    )


def is_surname_first(cell: str) -> bool:
    """Whether a cell is the name of a person as registers write it, `SURNAME, Given Names`, and not a firm in a town."""
    name, comma, behind = (part.strip() for part in cell.partition(","))
    letters = behind.replace("-", "").replace(" ", "").isalpha()
    return (
        bool(comma)
        and " " not in name
        and letters
        and piece_kind(behind) == UNKNOWN
        and not any(map(is_country, behind.split()))
        and _is_person(name, behind, alone=True)
    )


def without_ends(text: str, found: Found) -> str:
    """The name without the numbers before it, and the numbers, branch or address behind it that nothing parts from it."""
    for _ in range(MOST_ROUNDS):
        start = LEADING_CODE.match(text)
        if start:
            found.code.append(start[0].strip(" -:|/()[]"))
            text = text[start.end() :]
        end = TRAILING_CODE.search(text) or TRAILING_PREMISES.search(text)
        short = before_address(text) or before_branch(text) or before_place(text) or (text[: end.start()] if end else "")
        if short and len(short.split()) + bool(end) > 1 and any(map(str.isalpha, short)):
            found.take(text[len(short) :])
            text = short
        elif not start:
            break
    return text
