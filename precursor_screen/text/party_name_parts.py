"""All that may be the name in a party's cell, for lists to be held against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from precursor_screen.core.tables import words_of
from precursor_screen.text.party import GENERIC, LEGAL_FORM, kind_of
from precursor_screen.text.party_cell_kinds import FORM, UNKNOWN, is_address, is_country, is_of_address, piece_kind
from precursor_screen.text.party_cell_patterns import (
    BETWEEN,
    BRACKETS,
    CONTACT_WORDS,
    ENDS,
    LABEL_WORDS,
    LAST_WORDS,
    LEADING_CODE,
    NO_NAME,
    OF_ADDRESS,
    OTHER_PARTY,
    PREMISES,
    SMALL_WORDS,
    TABLE,
    any_of,
    may_hold_more,
    tidy_cell,
)
from precursor_screen.text.party_cells import Found, is_surname_first, read_cell, without_ends, without_labels
from precursor_screen.text.text import late

_MOST_PARTS = 14
_MOST_LETTERS = 200
_AROUND: Final = " ,;:/|-–—\t\r\n"
_QUOTED: Final = late(r"[\"«“”„]\s*([^\"«»“”„]{4,})\s*[\"»“”]")
_IS_CONTACT: Final = late(rf"\W*{CONTACT_WORDS}", re.IGNORECASE)
_LEAST_LEFT: Final = 2  # words of a name before a town and a country that nothing parts from it; or one of so many letters
_LEAST_ALONE: Final = 8
_BARE_NUMBER: Final = late(r"\W*(?:(?:[^\W\d]+\W+){0,2}[a-z]{0,4}[-_/]?\d[\w/-]{2,}\W+)+(?=[^\W\d_]{2})", re.IGNORECASE)
_ANY_LABEL: Final = late(rf"\W*(?:{LABEL_WORDS}|{PREMISES}|{any_of(words_of(TABLE, 'premises'))})\W+(?=[^\W\d_])", re.IGNORECASE)
_ANY_PREMISES: Final = late(rf"\W*{any_of(words_of(TABLE, 'premises'))}\W+", re.IGNORECASE)
_PREMISES_WITHIN: Final = late(rf"(?<=\w)\W+{any_of(words_of(TABLE, 'premises'))}(?:\W+\w+){{1,3}}\W*$", re.IGNORECASE)
_MOST_DROPPED: Final = 3  # words before a number, or of a town and a country


def name_parts(cell: str) -> list[str]:
    """What in a cell may be a name: the whole, the name of its one reading, and what else stands apart or before an address or a number.

    A cell without a line break, a label, a figure or a sign that parts is one part, and so is a person's name with the surname first.
    """
    if not may_hold_more(cell) or is_surname_first(cell):
        return [cell]
    wide = tidy_cell(cell)
    bare = without_labels(wide)[1]
    pieces = list(_segments(bare))
    name = read_cell(cell).name.strip(_AROUND)
    parts = [cell, name, *_lines_of(wide), bare, *pieces]
    parts += [short for text in dict.fromkeys(pieces or [bare]) for short in _shortened(text)]
    tidy = dict.fromkeys(p.strip(_AROUND) for p in parts[1:])
    found = [
        p
        for p in tidy
        if any(map(str.isalpha, p)) and (p == name or (len(p) <= _MOST_LETTERS and not is_address(p))) and p != cell.strip(" ,;")
    ]
    return [cell, *found[: _MOST_PARTS - 1]]


def _lines_of(text: str) -> list[str]:
    """The lines of a cell, and the names of other parties that it says are in it."""
    pieces = [p for p in OTHER_PARTY.split(text) if p.strip()]
    lines = [line for piece in pieces for line in piece.splitlines()]
    return lines if len(lines) > 1 else []


def _segments(text: str) -> Iterator[str]:
    """What stands between signs: the first part, the first two, and others of two words and more; and what stands out of brackets.

    A part of one word behind the first is a name only where the first is none.
    """
    without = BRACKETS.sub(" ", text)
    pieces = [p for p in BETWEEN.split(without) if p.strip()]
    kinds = [piece_kind(p) for p in pieces]
    if len(pieces) > 1:
        yield pieces[0]
        size = 1
        while size < len(pieces) and kinds[size] == FORM:
            size += 1
        yield ", ".join(pieces[:size])
        yield ", ".join(pieces[: size + 1])
        may_be_one = kinds[0] not in (UNKNOWN, FORM) or _IS_CONTACT.match(text)
        yield from (
            without_labels(p)[1]
            for p, kind in zip(pieces[1:], kinds[1:], strict=True)
            if (kind == UNKNOWN or LEADING_CODE.match(p)) and (" " in p or (may_be_one and len(p) >= _LEAST_ALONE))
        )
    if without != text:
        yield without
    yield from (match[1] for match in _QUOTED.finditer(text))
    inner = (match[2].strip() for match in BRACKETS.finditer(text))
    yield from (without_labels(said)[1] for said in inner if " " in said and piece_kind(said) == UNKNOWN)


@lru_cache(maxsize=1 << 14)
def _shortened(text: str) -> tuple[str, ...]:
    """What `_shorter` gives; towns and streets repeat from cell to cell."""
    return tuple(_shorter(text))


def _shorter(text: str) -> Iterator[str]:
    """A text without what may be a label, a number, a contact, a branch or an address at its ends."""
    for start in (LEADING_CODE.match(text) or _BARE_NUMBER.match(text), _ANY_LABEL.match(text)):
        if start:
            yield text[start.end() :]
            yield from _before_where(text[start.end() :])
    if premises := _ANY_PREMISES.match(text):  # `Filiale di Trieste della ZORVAN`
        words = text[premises.end() :].split()
        yield from (
            " ".join(words[at + 1 :]) for at in range(min(_MOST_DROPPED + 1, len(words) - 1)) if words[at].lower() in SMALL_WORDS
        )
    if premises := _PREMISES_WITHIN.search(text):
        yield text[: premises.start()]
    head = NO_NAME.split(text, maxsplit=1)[0]
    short = without_ends(head, Found())
    yield from (part for part in (head, short) if part != text)
    where = OF_ADDRESS.search(head, 1)
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
    if number and number + 1 == len(words) and len(words[number]) <= _MOST_DROPPED and not is_of_address(before):
        return  # `TRADING CORP NO. 2`, or the like
    if number and piece_kind(" ".join(words[number + 1 :])) == FORM and len(words[number]) <= _MOST_DROPPED:
        return  # `RUNG RUEANG 99 CO LTD`
    if not number and not (words and (words[-1].strip(".,").lower() in LAST_WORDS or is_country(words[-1]))):
        return
    if number:
        yield " ".join(words[:number])
    for end in range((number or len(words)) - 1, max((number or len(words)) - 1 - _MOST_DROPPED, 0), -1):
        dropped = words[end].strip(".,()").lower()
        if kind_of(dropped) == LEGAL_FORM or (
            kind_of(dropped) == GENERIC and dropped not in ENDS and not OF_ADDRESS.fullmatch(dropped)
        ):
            return
        if words[end - 1].lower() not in SMALL_WORDS and (end >= _LEAST_LEFT or len(words[0]) >= _LEAST_ALONE):
            yield " ".join(words[:end])
