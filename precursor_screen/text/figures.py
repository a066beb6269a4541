"""Figures in running text, where no column tells the decimal mark: every number that one may stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_LONGEST: Final = 24  # characters of a figure
DIGITS: Final = re.compile(r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?!\d)|\d[\d.,]*\d|\d")
NUMERALS: Final = re.compile(r"[〇零一二两兩三四五六七八九十百千万萬]+")
_JOINED: Final = re.compile(r"(\d{1,3}(?:[ ']\d{3})+)([.,]\d+)?")
_INDIAN: Final = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}")  # lakh and crore
_NUMERAL: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}


def read_numeral(text: str) -> Decimal:
    """The number that Chinese numerals write: 二十 is 20, 一万二千 is 12,000."""
    total = section = digit = 0
    for char in text:
        if char in _NUMERAL:
            digit = digit * 10 + _NUMERAL[char]
        elif _POWERS[char] == 10_000:
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _POWERS[char], 0
    return Decimal(total + section + digit)


def read_figure(digits: str, foreign: bool) -> tuple[tuple[Decimal, ...], bool]:
    """What a figure may be, and whether three places stand behind a mark that may be the decimal mark.

    Args:
        digits: as `DIGITS` finds them.
        foreign: the text is one of a language in which the comma is the decimal mark.

    Returns:
        Readings from small to large; none where it is no number.
    """
    if len(digits) > _LONGEST:
        return (), False
    if joined := _JOINED.fullmatch(digits):
        return _joined(joined[1], (joined[2] or "").replace(",", "."), foreign)
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return (Decimal(digits),), False
    mark = marks[-1]
    whole, _, after = digits.rpartition(mark)
    if len(set(marks)) == 2:
        group = "," if mark == "." else "."
        sure = mark not in whole and _is_grouped(whole, group)
        return ((Decimal(whole.replace(group, "") + "." + after),), False) if sure else ((), False)
    if len(marks) > 1:
        return ((Decimal(digits.replace(mark, "")),), False) if _is_grouped(digits, mark) else ((), False)
    small, large = Decimal(f"{whole}.{after}"), Decimal(whole + after)
    if len(after) != 3 or len(whole) > 3 or not whole.strip("0"):
        return (small,), False
    if foreign == (mark == "."):
        return (large,), mark == "."
    return (small, large), True


def _joined(whole: str, places: str, foreign: bool) -> tuple[tuple[Decimal, ...], bool]:
    """`5 200 L` may be five of 200 litres; `20 000 L` and `1 250 000` are not, nor is anything where blanks part thousands by custom."""
    groups = re.split(r"[ ']", whole)
    number = Decimal("".join(groups) + places)
    if "'" in whole or len(groups) > 2 or groups[-1] == "000" or foreign:
        return (number,), False
    return (Decimal(groups[-1] + places), number), True


def _is_grouped(whole: str, separator: str) -> bool:
    first, *rest = whole.split(separator)
    return _INDIAN.fullmatch(whole) is not None or (1 <= len(first) <= 3 and all(len(part) == 3 for part in rest))


def readings_agree(values: Sequence[Decimal]) -> bool:
    """Whether all readings are the same quantity, within two per cent."""
    return not values or max(values) <= min(values) * Decimal("1.02")
