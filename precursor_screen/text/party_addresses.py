"""Where the address begins in a party's cell of several lines, or in one that no sign parts."""

from __future__ import annotations

import re
from typing import Final

from precursor_screen.text.countries import find_country
from precursor_screen.text.party_cell_kinds import MOST_WORDS_OF_COUNTRY, has_form, is_country, is_of_address, is_town, says_where
from precursor_screen.text.party_cell_patterns import BRANCHES, FORM_WORDS, IN_SERIES, SMALL_WORDS, SPELLINGS
from precursor_screen.text.party_words import PLACES
from precursor_screen.text.text import late

_BRANCH: Final = late(rf"[\s,(-]+(\w+)\s+(?:{BRANCHES})\b\W*$", re.IGNORECASE)
_FORM_WITHIN: Final = late(rf"\b(?:{FORM_WORDS})\b\.?(?=\s+\w+\W+\w)", re.IGNORECASE)
# A number within a cell, with words before it: a house, a postcode; `3RD FLOOR` too.
_FIRST_NUMBER: Final = late(r"(?<=\w\w)\W+(?:no\W{0,2})?(?=\d)", re.IGNORECASE)
_HOUSE: Final = late(r"\W*\d+\w?\W+.*[^\W\d_]{3}|.*[^\W\d_]{3}.*\W\d+\w?\W*")  # a number before or behind words, or a postcode


def before_place(text: str) -> str:
    """What stands before a town and a country in which a name of two words or more ends; empty where it does not."""
    words = text.split()
    for size in range(1, MOST_WORDS_OF_COUNTRY):
        rest = words[:-size]
        if len(rest) > 2 and is_country(" ".join(words[-size:])) and is_town(rest[-1]) and rest[-2].lower() not in SMALL_WORDS:
            return text[: text.rindex(rest[-1])].strip(" ,;-")
    return ""


def part_address(cell: str) -> tuple[str, str]:
    """The name and the address in a cell of several lines; the address is empty where no line looks like one, and the name is whole.

    An address begins with the number of a house, a postcode, a word of addresses or a country alone. Where no legal form ends the name,
    one of these alone may go on with it: `New Silk` and `Road Trading`, `Bank of` and `India`.
    """
    lines = [line for line in map(str.strip, cell.splitlines()) if line]
    for at, line in enumerate(lines[1:], start=1):
        name = " ".join(lines[:at])
        if has_form(line) or " " not in name:
            continue
        signs = bool(_HOUSE.match(line)) + any(word in SPELLINGS for word in re.findall(r"\w+", line.lower()))
        more = at + 1 < len(lines)
        if (
            signs > 1
            or (more and ((signs and _HOUSE.match(line)) or (is_town(line) and find_country(lines[-1]))))
            or (has_form(name) and (signs or find_country(line)))
        ):
            return name, ", ".join(lines[at:])
    return cell, ""


def before_address(text: str) -> str:
    """What stands before the first number, or up to a legal form that more words follow; empty where neither parts it."""
    form = _FORM_WITHIN.search(text)
    rest = text[form.end() :] if form else ""
    if form and " " in text[: form.start()].strip() and says_where(rest) and not IN_SERIES.fullmatch(rest):
        return text[: form.end()]
    number = _FIRST_NUMBER.search(text)
    if not number or not says_where(text[number.end() :].partition(" ")[2]):
        return ""  # `Al Noor 2 Trading` is one name
    before = _without_address(text[: number.start()].strip(" ,;-"))
    return before if " " in before else ""


def _without_address(text: str) -> str:
    """What stands before the words of an address in which a text ends: `PO BOX`, of which the number follows."""
    words = text.split()
    size = len(words)
    while size > 1 and is_of_address(words[size - 1]):
        size -= 1
    return (
        text[: text.index(words[size - 1], len(" ".join(words[: size - 1]))) + len(words[size - 1])]
        if size < len(words)
        else text
    )


def before_branch(text: str) -> str:
    """What stands before the branch in a town that a cell ends in; empty where it does not."""
    end = _BRANCH.search(text)
    return text[: end.start()].strip() if end and (end[1].lower() in PLACES or find_country(end[1])) else ""
