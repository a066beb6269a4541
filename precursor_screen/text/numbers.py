"""Numbers as people write them to exact decimals, one convention for a whole column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

MAX_DIGITS = 12  # before the point: decimal128(18, 6)
PLACES = Decimal("0.000001")
_LIMIT = Decimal(10) ** MAX_DIGITS

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f_]+")
_MARKS = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "−": "-", "–": "-", "٫": ".", "٬": "'", "،": ","})
# A number, then perhaps a unit or a kind of package: "639 PKG", "1.250,5 kg". A currency may stand before it.
_CELL = re.compile(
    r"(?P<before>[A-Z]{3}(?=[\s\d.-])|[$€£¥₽₹])?\s*(?P<sign>[-+(]?)\s*(?P<digits>\d[\d.,' ]*|[.,]\d+)"
    r"(?P<exponent>[eE][+-]?\d{1,3})?(?P<close>\)?)(?P<trail>-?)\s*(?P<unit>[^\d\s+*/=-][^\d]{0,39}|[^\d\s+*/=-][^\d]{0,3}[23²³][^\d]{0,10})?"
)
_SUM = re.compile(r"[-+]?\d[\d.,']*(?:\s*[-+]\s*\d[\d.,']*)+")
_TERM = re.compile(r"([-+]?)\s*(\d[\d.,']*)")
_GROUPED_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}")


class Number(Struct, frozen=True):
    """A parsed cell: its value, and the unit or currency that stood with it (empty if none)."""

    value: Decimal
    unit: str = ""


class Evidence(Struct, frozen=True):
    """How many values of a column can only be read with that decimal mark."""

    point: int = 0
    comma: int = 0

    def decide(self) -> str:
        """The decimal mark, `.` or `,`; empty where nothing speaks for either."""
        if self.point == self.comma:
            return ""
        return "." if self.point > self.comma else ","

    def plus(self, other: Evidence) -> Evidence:
        """Both together."""
        return Evidence(self.point + other.point, self.comma + other.comma)


def weigh_marks(texts: Iterable[str]) -> Evidence:
    """What a column's values say about its decimal mark.

    `1.234,56` speaks for the comma, `1,234.56` and `12.5` for the point; `1,234` and `1.234` say nothing.
    """
    point = comma = 0
    for text in texts:
        match = _CELL.match(_tidy(text))
        if not match:
            continue
        mark = _only_mark(match["digits"].rstrip(" "))
        point += mark == "."
        comma += mark == ","
    return Evidence(point, comma)


def _only_mark(digits: str) -> str:
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = max(digits.rfind("."), digits.rfind(","))
        return digits[last] if digits.count(digits[last]) == 1 else ""
    if points + commas == 0:
        return ""
    mark = "." if points else ","
    if points + commas > 1:  # a mark that repeats groups thousands, so the other one is the decimal mark
        return "," if mark == "." else "."
    before, _, after = digits.partition(mark)
    ambiguous = len(after) == 3 and 1 <= len(before.strip("' ")) <= 3 and before.strip("' 0") != ""
    return "" if ambiguous else mark


def _tidy(text: str) -> str:
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_MARKS)
    if not folded.isascii():
        folded = "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in folded)
    return _SPACES.sub(" ", folded).strip()


def parse_number(text: str, mark: str = ".") -> Number | None:
    """The number in a cell, rounded to six places (half to even).

    Args:
        text: the cell as filed.
        mark: decimal mark of its column, `.` or `,`.

    Returns:
        None where the cell is no number, or one beyond twelve digits before the point.
    """
    if len(text) > 200:
        return None
    tidy = _tidy(text)
    total = _parse_sum(tidy, mark)
    if total is not None:
        return Number(total)
    match = _CELL.fullmatch(tidy)
    if not match:
        return None
    value = _parse_digits(match["digits"], mark)
    if value is None or (match["sign"] == "(") != bool(match["close"]):
        return None
    if match["exponent"]:
        if abs(int(match["exponent"][1:])) > 30:
            return None
        value = value.scaleb(int(match["exponent"][1:]))
    if match["sign"] in ("-", "(") or match["trail"]:
        value = -value
    unit = (match["unit"] or match["before"] or "").strip(" .:;")
    if unit.startswith("%"):
        return None
    if abs(value) >= _LIMIT:
        return None
    return Number(value.quantize(PLACES), unit)


def _parse_sum(tidy: str, mark: str) -> Decimal | None:
    """`1,618+0+0+0-0`: vendors add up mass by mode of transport and leave the sum undone."""
    if not _SUM.fullmatch(tidy) or "+" not in tidy:
        return None
    total = Decimal(0)
    for sign, digits in _TERM.findall(tidy):
        value = _parse_digits(digits, mark)
        if value is None:
            return None
        total += -value if sign == "-" else value
    return total.quantize(PLACES) if abs(total) < _LIMIT else None


def _parse_digits(digits: str, mark: str) -> Decimal | None:
    digits = digits.strip().strip("'")
    other = "," if mark == "." else "."
    whole, found, fraction = digits.partition(mark)
    if found and (mark in fraction or other in fraction or "'" in fraction or " " in fraction):
        return None
    if not _grouped(whole, other):
        return None
    for group in (other, "'", " "):
        whole = whole.replace(group, "")
    if len(whole.lstrip("0")) > 30 or len(fraction) > 60 or not (whole or fraction):
        return None
    return Decimal(f"{whole or '0'}.{fraction or '0'}")


def _grouped(whole: str, separator: str) -> bool:
    """Whether thousands are grouped as such: a stray mark means that the convention is the other one."""
    for group in (separator, "'", " "):
        if group in whole:
            if _GROUPED_INDIAN.fullmatch(whole):  # lakh and crore: 12,34,567
                return True
            parts = whole.split(group)
            return 1 <= len(parts[0]) <= 3 and all(len(p) == 3 and p.isdigit() for p in parts[1:])
    return True
