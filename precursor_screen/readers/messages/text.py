"""Texts of messages: fragments put together again, dates by their format code, figures with their units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import load_codes
from precursor_screen.text.countries import country_told
from precursor_screen.text.quantity_words import MASS, find_unit
from precursor_screen.text.us_ports import us_port

# Widths at which standards cut a text: names and addresses, N10, L5, FTX of two directories, and what others use.
_WIDTHS = frozenset((35, 45, 50, 65, 70, 256, 350, 512))
_LEAST_WIDTH = 18  # characters at which anyone would cut a text
_TWO_DIGIT_YEAR = ("101", "201", "202", "713")


def join_fragments(fragments: Sequence[str], *, apart: bool = False) -> str:
    """One text of fragments that were cut at the width of their field.

    A fragment that fills its field goes on without a blank, as words are cut anywhere; a shorter one ended with a word, or with the
    blank that was stripped from it. A full one may have ended with a word as well: `apart` is for that.
    """
    parts: list[str] = []
    full = False
    for fragment in fragments:
        if not fragment.strip():
            continue
        if parts:
            joined = full and not apart and not fragment.startswith(" ")
            parts.append("" if joined else " ")
            parts.append(fragment.rstrip() if joined else fragment.strip())
        else:
            parts.append(fragment.rstrip())
        full = is_full(fragment)
    return "".join(parts).strip()


def is_full(fragment: str) -> bool:
    """Whether a fragment fills its field; some systems count the release characters as well."""
    return len(fragment) in _WIDTHS or len(fragment) + sum(fragment.count(c) for c in "?:+'") in _WIDTHS


def joined_otherwise(fragments: Sequence[str]) -> str:
    """The text with a blank after every fragment, where that parts what `join_fragments` joins; else empty.

    Some cut at a width of their own: where the longest fragments fill no known field and end within what may be a word, the other text
    is the one without a blank there.
    """
    filled = [p for p in fragments if p.strip()]
    joints = [(a, b) for a, b in pairwise(filled) if a[-1:].isalnum() and b[:1].isalnum()]
    if any(is_full(a) for a, _ in joints):
        return join_fragments(filled, apart=True)
    widest = max(map(len, filled), default=0)
    if widest < _LEAST_WIDTH or not any(len(a) == widest for a, _ in joints):
        return ""
    text = filled[0].strip()
    for before, fragment in pairwise(filled):
        text += ("" if len(before) == widest else " ") + fragment.strip()
    return text


def as_date(text: str, code: str) -> str:
    """A date of DTM in ISO form, by its format code (UN/EDIFACT 2379); text in no known format as it stands."""
    digits = text.strip()
    size = int(load_codes("edifact").get(("DATE FORMAT", code), "0"))
    if not digits.isdigit() or not digits.isascii():
        return text
    if code == "2" and len(digits) == 6:  # day, month, year
        return f"20{digits[4:]}-{digits[2:4]}-{digits[:2]}"
    if code in _TWO_DIGIT_YEAR and len(digits) >= 6:
        digits = f"20{digits}"
    elif (not size and len(digits) not in (8, 12, 14)) or len(digits) < 8:
        return text
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def as_number(text: str, decimal: str = ".") -> str:
    """A figure with a point for its decimal mark; these messages have no mark for thousands."""
    plain = text.strip()
    if decimal == "," or ("," in plain and "." not in plain):
        plain = plain.replace(",", ".")
    return f"0{plain}" if plain.startswith(".") else plain


def is_nothing(text: str) -> bool:
    """Whether a figure is nought, which fills an obligatory element and states nothing."""
    try:
        return Decimal(text.strip() or "0") == 0
    except InvalidOperation:
        return False


def is_mass_unit(code: str) -> bool:
    """Whether a unit is one of mass."""
    unit = find_unit(code)
    return unit is not None and unit.kind == MASS


def with_unit(figure: str, unit: str) -> str:
    """A mass as a cell states it; kilograms are what no unit means."""
    return figure if not unit or unit.upper() in ("KGM", "KG", "KGS") else f"{figure} {unit}"


def country_of(place: str) -> str:
    """The country that a place tells; a country, and what tells none, as it stands."""
    return country_told(place) or place


def stated_port(code: str, schedule: str, place: int, issues: IssueList) -> str:
    """A port by its code in a schedule of the United States, as a cell states it; what is not such a code as it stands.

    Args:
        code: as filed.
        schedule: D or K.
        place: the number of the segment.
        issues: added to, where the table does not have the code.
    """
    port = us_port(code, schedule)
    if port is not None and not port.listed:
        says = f"segment {place} states the port {code}, which is not in the table of Schedule {schedule}"
        issues.add_one_of_many("unknown-code", says, row=place, value=code)
    return port.text if port else code
