"""Dates as filed to days, with one order of day and month for a whole column."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_month_names
from msgspec import Struct

from precursor_screen.text.text import without_marks

MIN_YEAR, MAX_YEAR = 1950, 2099
_EXCEL_EPOCH = date(1899, 12, 30)  # serials of the 1900 system, its leap year error included
# Without Croatian, whose listopad is October: in Polish, which more files are in, it is November.
_LOCALES = (
    *(
        "en",
        "es",
        "fr",
        "pt",
        "de",
        "it",
        "nl",
        "ru",
        "uk",
        "pl",
        "tr",
        "vi",
        "id",
        "ro",
        "cs",
        "sk",
        "sl",
        "sr",
        "sr_Latn",
        "bg",
        "mk",
    ),
    *("hu", "el", "lt", "lv", "et", "fi", "sv", "da", "nb", "ca", "az", "kk", "uz", "sq", "bs", "th"),
)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](.*))?")
# `16. 11. 2026.` and `2026. 11. 16.` in the Balkans, Hungary and Korea; `16.11.2026 г.` with the word for year, as in Bulgaria, Russia, Poland.
_OF_YEAR = r"(?:\s?(?:г|год|года|р|року|god|g|r)\.?)?"
_POINTED = re.compile(rf"(\d{{1,4}}([-/.])\s?\d{{1,2}}\2\s?\d{{1,4}})\.?{_OF_YEAR}((?:[\sT,]+\d{{1,2}}:.*)?)", re.IGNORECASE)
_TRIPLE = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,]+(.*))?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{4,6})(?:\.\d+)?\s*(?:Z|[+-]\d{2}:?\d{0,2})?)?")
_EIGHT = re.compile(r"(\d{1,2})(\d{2})(\d{4})")
_MONTH_ONLY = re.compile(r"(\d{4})[-/.]?(\d{2})(?:\.0+)?")
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?")
_MONTH = r"(?:[^\W\d_]|[\u0e30-\u0e4e]){3,12}|[\u0e01-\u0e4e]{1,3}\.[\u0e01-\u0e2e]"  # regular expressions do not count the vowels of Thai as letters; `พ.ย.`
_NAMED = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,\s*)?(?:(\d{1,2})(?:st|nd|rd|th|º)?[\s.,/-]+)?(?:de\s+)?"
    rf"({_MONTH})\.?[\s.,/-]+"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?:de\s+|พ\.ศ\.\s*)?(\d{4}|\d{2})\.?"
    rf"{_OF_YEAR}(?:,?\s+(?:[^\W\d_]{{1,3}}\s+)?\d{{1,2}}:.*)?",
    re.IGNORECASE,
)
# `2026-Nov-05`; Hungarian `2026. november 5.`, Lithuanian `2026 m. lapkričio 5 d.`, Latvian `2026. gada 5. novembris`, Kazakh `2026 жылғы 5 қараша`
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})\.?(?:\s?(?:m|gada|жылғы|жыл|ж)\b\.?)?[\s.,/-]+(?:(\d{{1,2}})\.?[\s/-]+)?({_MONTH})\.?"
    r"(?:[\s.,/-]+(\d{1,2})\.?(?:\s?d\b\.?)?)?(?:,?\s+\d{1,2}:.*)?",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(\d{1,2})([^\W\d_]{3})(\d{4}|\d{2})")  # `29JAN2026`, as air waybills have it
_CHINESE = re.compile(r"(\d{4})(?:年|년) ?(\d{1,2})(?:月|월) ?(?:(\d{1,2})[日号일])?.*")  # and Korean
# Years of other calendars, by their first Gregorian year less one: of the Republic of China (`115/01/05`), of the Japanese eras.
_MINGUO = re.compile(r"(1[0-4]\d)[-/.](\d{1,2})[-/.](\d{1,2})")
_ERA = re.compile(r"(令和|平成|R|H) ?(元|\d{1,2})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_BUDDHIST, _BUDDHIST_YEARS = 543, range(2493, 2643)  # Thailand: the same months and days
_JALALI_YEARS = range(1380, 1421)  # Iran and Afghanistan; lunar years of these numbers ended in 2001, those of today are not read
_JALALI_LEAPS = (1, 5, 9, 13, 17, 22, 26, 30)  # years of a cycle of 33 with a day more, right from 1244 to 1472
_JALALI_EPOCH = date(622, 3, 21).toordinal()  # 1 Farvardin 1
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{0,2})?")


class ParsedDate(Struct, frozen=True):
    """A day; or `ambiguous`, where the order of day and month decides and is not known."""

    day: date | None
    ambiguous: bool = False


UNREADABLE = ParsedDate(None)


def weigh_order(texts: Iterable[str]) -> Counter[str]:
    """How many of a column's values can only be read as `dmy` (25/11/2026), and how many as `mdy` (11/25/2026)."""
    return Counter(order for text in texts if (order := _only_order(_tidy(text))))


def _tidy(text: str) -> str:
    """A cell without what stands round a day in some countries: blanks between its parts, a point or the word for year behind it."""
    tidy = unicodedata.normalize("NFKC", text).strip().strip("'\"")
    match = _POINTED.fullmatch(tidy)
    return re.sub(r"\s", "", match[1]) + match[3] if match else tidy


def _only_order(text: str) -> str:
    if match := _TRIPLE.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if match[2] == ".":  # nobody writes 11.25.2026
            return "dmy"
    elif compact := _year_last(text):
        first, second, _ = compact
    else:
        return ""
    return "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else ""


def shifts_to_midnight(texts: Iterable[str]) -> bool:
    """Whether the times of a column are local midnights told in UTC (`2025-03-28T18:30:00.000Z` is 29 March in India).

    True where every value is in UTC, all share one time of day (two, where clocks change), and it is a midnight of some zone.
    """
    clocks: set[str] = set()
    for text in texts:
        match = _ISO.fullmatch(text.strip())
        clock = match[4] if match else None
        if clock is None or not re.fullmatch(r"\d\d:(?:00|15|30|45):00(?:\.0+)?(?:Z|\+00:?00)", clock):
            return False
        clocks.add(clock[:5])
    return bool(clocks) and len(clocks) <= 2 and "00:00" not in clocks


def parse_date(text: str, order: str = "", shift: bool = False) -> ParsedDate:
    """The day that a cell states; the first of the month where it names only a month.

    Args:
        text: the cell as filed.
        order: `dmy`, `mdy` or `ymd`; empty: not known, so `03/04/2026` is ambiguous.
        shift: times are local midnights in UTC (`shifts_to_midnight`): take the nearest midnight.
    """
    if len(text) > 100:
        return UNREADABLE
    tidy = _tidy(text)
    if not tidy or len(tidy) > 60:
        return UNREADABLE
    if match := _ISO.fullmatch(tidy):
        return _iso(match, shift)
    if match := _TRIPLE.fullmatch(tidy):
        return _triple(match, order)
    if match := _MINGUO.fullmatch(tidy):
        return _day(1911 + int(match[1]), int(match[2]), int(match[3]))
    if match := _ERA.fullmatch(tidy):
        return _day(_ERAS[match[1]] + (1 if match[2] == "元" else int(match[2])), int(match[3]), int(match[4]))
    if tidy[0].isdigit() and tidy.replace(".", "").isdigit():
        return _digits(tidy, order)
    if match := _COMPACT.fullmatch(tidy) or _MONTH_ONLY.fullmatch(tidy) or _CHINESE.fullmatch(tidy):
        year, month, day, *_ = *match.groups(), None
        return _day(int(year), int(month), int(day or 1))
    if (match := _NAMED.fullmatch(_JOINED.sub(r"\1 \2 \3", tidy))) and (
        named := _months().get(without_marks(match[2].casefold()))
    ):
        is_short_thai = match[2] > "\u0e00" and len(match[4]) == 2  # 69 is 2569
        year = 2500 + int(match[4]) if is_short_thai else _year(match[4])
        if year not in _JALALI_YEARS:
            return _day(year, named, int(match[1] or match[3] or 1))
    match = _YEAR_FIRST.fullmatch(tidy)
    if (
        match
        and not (match[2] and match[4])
        and int(match[1]) not in _JALALI_YEARS
        and (named := _months().get(without_marks(match[3].casefold())))
    ):
        return _day(int(match[1]), named, int(match[2] or match[4] or 1))
    return UNREADABLE


def _iso(match: re.Match[str], shift: bool) -> ParsedDate:
    parsed = _day(int(match[1]), int(match[2]), int(match[3]))
    rest = match[4]
    if rest is None or parsed.day is None:
        return parsed
    if not _CLOCK.fullmatch(rest.strip()):
        return UNREADABLE
    if shift and int(rest[:2]) >= 12:
        return ParsedDate(parsed.day + timedelta(days=1))
    return parsed


def _triple(match: re.Match[str], order: str) -> ParsedDate:
    if match[5] and not _CLOCK.fullmatch(match[5].strip()):
        return UNREADABLE
    first, second, year = int(match[1]), int(match[3]), match[4]
    if order == "ymd" and len(year) == 2:
        return _day(_year(match[1]), second, int(year))
    if first == second or match[2] == "." or (not order and int(year) in _BUDDHIST_YEARS):
        return _day(_year(year), second, first)
    if order:
        return _day(_year(year), first, second) if order == "mdy" else _day(_year(year), second, first)
    return ParsedDate(None, ambiguous=first <= 12 and second <= 12)


def _digits(tidy: str, order: str) -> ParsedDate:
    match = _COMPACT.fullmatch(tidy)
    if match and MIN_YEAR <= int(match[1]) <= MAX_YEAR and 1 <= int(match[2]) <= 12:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = _MONTH_ONLY.fullmatch(tidy)
    if match and MIN_YEAR <= int(match[1]) <= MAX_YEAR:
        return _day(int(match[1]), int(match[2]), 1)
    if compact := _year_last(tidy):
        first, second, year = compact
        if not order and first != second and first <= 12 and second <= 12:
            return ParsedDate(None, ambiguous=True)
        return _day(year, first, second) if order == "mdy" else _day(year, second, first)
    match = _SERIAL.fullmatch(tidy)
    return ParsedDate(_EXCEL_EPOCH + timedelta(days=int(match[1]))) if match else UNREADABLE


def _year_last(text: str) -> tuple[int, int, int] | None:
    """The parts of DDMMYYYY or MMDDYYYY; seven digits lost their leading zero in a spreadsheet."""
    match = _EIGHT.fullmatch(re.sub(r"\.0+$", "", text))
    if not match or not MIN_YEAR <= int(match[3]) <= MAX_YEAR:
        return None
    return int(match[1]), int(match[2]), int(match[3])


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _day(year: int, month: int, day: int) -> ParsedDate:
    if year in _JALALI_YEARS:
        return _jalali(year, month, day)
    if year in _BUDDHIST_YEARS:
        year -= _BUDDHIST
    if not MIN_YEAR <= year <= MAX_YEAR:
        return UNREADABLE
    try:
        return ParsedDate(date(year, month, day))
    except ValueError:
        return UNREADABLE


def _jalali(year: int, month: int, day: int) -> ParsedDate:
    """A day of the solar Hijri calendar: six months of 31 days, five of 30, and one of 29 or, in a leap year, 30."""
    leaps = len(_JALALI_LEAPS) * ((year - 1) // 33) + sum(of <= (year - 1) % 33 for of in _JALALI_LEAPS)
    last = 31 if month <= 6 else 30 if month < 12 or year % 33 in _JALALI_LEAPS else 29
    if not (1 <= month <= 12 and 1 <= day <= last):
        return UNREADABLE
    before = 31 * min(month - 1, 6) + 30 * max(month - 7, 0)
    return ParsedDate(date.fromordinal(_JALALI_EPOCH + 365 * (year - 1) + leaps + before + day - 1))


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Month names and abbreviations in the languages of `_LOCALES`; a word that two languages use for two months is left out."""
    names: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in get_month_names(width, context, locale).items():
                    if len(folded := without_marks(name.casefold()).strip(".")) >= 3:
                        names.setdefault(folded, set()).add(month)
    names["sept"] = {9}
    return {name: next(iter(months)) for name, months in names.items() if len(months) == 1}
