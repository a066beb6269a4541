"""Numbers as people write them to exact decimals, one convention for a whole column."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

# Figures in running text, where no column tells the decimal mark: every number that one may stand for.

_LONGEST: Final = 24  # characters of a figure
DIGITS: Final = re.compile(r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?!\d)|\d[\d.,]*\d|\d")
NUMERALS: Final = re.compile(r"[〇零一二两兩三四五六七八九十百千万萬]+")
_JOINED: Final = re.compile(r"(\d{1,3}(?:[ ']\d{3})+)([.,]\d+)?")
_INDIAN: Final = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}")  # lakh and crore
_ARABIC_MARKS: Final = {"٫": ".", "٬": "'"}
_BLANKS: Final = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_NUMERAL: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000}


def plain_figures(text: str) -> str:
    """A text with figures of other scripts and widths, and the marks of Arabic within them, as those of ASCII; as long as before.

    Blanks at which no line may break part thousands and never two figures, so they read like an apostrophe."""
    if text.isascii():
        return text
    return _BLANKS.sub("'", "".join(str(unicodedata.decimal(c)) if c.isdecimal() else _ARABIC_MARKS.get(c, c) for c in text))


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
        Readings from small to large; none where it is not a number.
    """
    if len(digits) > _LONGEST:
        return (), False
    if joined := _JOINED.fullmatch(digits):
        places = joined[2] or ""
        return _joined(joined[1], places.replace(",", "."), foreign or places.startswith(","))
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


MAX_DIGITS = 12  # before the point: decimal128(18, 6)
PLACES = Decimal("0.000001")
_LIMIT = Decimal(10) ** MAX_DIGITS

_SPACES = re.compile(r"(?:[^\S\r\n]|_)+")  # a break of lines parts two numbers
_MARKS = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "−": "-", "–": "-", "،": ","})
# A number, then perhaps a unit or a kind of package with its code: "639 PKG", "1.250,5 kg", "80 drums (1A1)". A currency may stand before it.
_CELL = re.compile(
    r"(?P<before>[A-Z]{3}(?=[\s\d.-])|[$€£¥₽₹])?\s*(?P<sign>[-+(]?)\s*(?P<digits>\d[\d.,' ]*|[.,]\d+)"
    r"(?P<exponent>[eE][+-]?\d{1,3})?(?P<close>\)?)(?P<trail>-?)\s*(?P<unit>[^\d\s+*/=-][^\d]{0,39}(?:\(\d[A-Z]{1,2}\d?\))?|[^\d\s+*/=-][^\d]{0,3}[23²³][^\d]{0,10})?"
)
_SUM = re.compile(r"[-+]?\d[\d.,']*(?:\s*[-+]\s*\d[\d.,']*)+")
_TERM = re.compile(r"([-+]?)\s*(\d[\d.,']*)")


class Number(Struct, frozen=True):
    """A parsed cell: its value, and the unit or currency that stood with it (empty if none)."""

    value: Decimal
    unit: str = ""


def decide(votes: Counter[str]) -> str:
    """What most of some votes are for; empty where there is none, or two are level."""
    first, second = [*votes.most_common(2), ("", 0), ("", 0)][:2]
    return first[0] if first[1] > second[1] else ""


def weigh_marks(texts: Iterable[str]) -> Counter[str]:
    """How many of a column's values can only be read with the decimal mark `.`, and how many with `,`.

    `1.234,56` speaks for the comma, `1,234.56` and `12.5` for the point; `1,234` and `1.234` say nothing.
    """
    found = (_CELL.match(_tidy(text)) for text in texts)
    return Counter(mark for match in found if match and (mark := _only_mark(match["digits"].rstrip(" "))))


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
    folded = text if text.isascii() else plain_figures(unicodedata.normalize("NFKC", text).translate(_MARKS))
    return _SPACES.sub(" ", folded).strip()


def parse_number(text: str, mark: str = ".") -> Number | None:
    """The number in a cell, rounded to six places (half to even).

    Args:
        text: the cell as filed.
        mark: decimal mark of its column, `.` or `,`.

    Returns:
        None where the cell is not a number, or one beyond twelve digits before the point.
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
    exponent = int((match["exponent"] or "e0")[1:])
    if value is None or (match["sign"] == "(") != bool(match["close"]) or abs(exponent) > 30:
        return None
    value = value.scaleb(exponent)
    unit = (match["unit"] or match["before"] or "").strip(" .:;")
    if unit.startswith("%") or abs(value) >= _LIMIT:
        return None
    return Number((-value if match["sign"] in ("-", "(") or match["trail"] else value).quantize(PLACES), unit)


def _parse_sum(tidy: str, mark: str) -> Decimal | None:
    """`1,618+0+0+0-0`: vendors add up mass by mode of transport and leave the sum undone."""
    if not _SUM.fullmatch(tidy) or "+" not in tidy:
        return None
    terms = [(sign, _parse_digits(digits, mark)) for sign, digits in _TERM.findall(tidy)]
    if any(value is None for _, value in terms):
        return None
    total = sum((-value if sign == "-" else value for sign, value in terms if value), Decimal(0))
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
    group = next((group for group in (separator, "'", " ") if group in whole), "")
    if not group or _INDIAN.fullmatch(whole):
        return True
    first, *rest = whole.split(group)
    return 1 <= len(first) <= 3 and all(len(part) == 3 and part.isdigit() for part in rest)
