"""Numbers that identify a substance or a kind of goods: CAS, EC, CUS, UN number, HS code. Find, validate, format.

A number is looked for in free text only where its own form gives it away: hyphens and check digit for CAS and EC, the prefix for
UN and CUS. Four bare digits mean nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import pattern_of, shipped_rows
from precursor_screen.text.text import late

# Numbers of papers, parties and vessels: without case, blanks and punctuation, and whether one is long enough to be one
# party's.


def plain_reference(text: str | None) -> str:
    """A number of a document in Unicode's form NFKC without case, blanks and punctuation, as `rulebook.sql.plain_reference` leaves it."""
    text = text or ""
    if not text.isascii():  # without marks such as №, of which NFKC makes letters
        text = unicodedata.normalize("NFKC", "".join(c for c in text if c.isalnum() or unicodedata.category(c).startswith("M")))
    return "".join(c for c in text if c.isalnum()).upper()


_TOKEN = re.compile(r"[^\s,;/|()]+")
_IMO = re.compile(r"\b(?:IMO|Lloyd.?s)\W{0,3}(?:NO\W{0,3}|NUMBER\W{0,3})?([0-9]{7})\b", re.IGNORECASE)
IMO_FIGURES = 7
_WEIGHTS = (7, 6, 5, 4, 3, 2)  # of the check digit of an IMO ship number, IMO resolution A.1117(30) (recalled)
# What States and registers call the numbers under which they know firms, and what stands before a ship's.
LABELS = (
    r"tax id|tax no|tin|vat(?: no)?|eori|rfc|nit|ruc|cnpj|cpf|cuit|gstin|gst|iec|uscc|usci|kvk|inn|ogrn|abn|siret|siren|nif|cif|trn|"
    r"vkn|cvr|ein|reg(?:istration)?\.? no|company no|passport(?: no)?|imo(?: no| number)?|lloyd'?s(?: no| number)?"
)
_LABELLED = re.compile(rf"\b(?:{LABELS})\b[\W_]{{0,4}}((?:[A-Z]{{1,3}}[ -]?)?[0-9][\w./-]{{4,24}})", re.IGNORECASE)
_CALLED = re.compile(rf"(?:^|[\W_])(?:{LABELS})(?:$|[\W_])", re.IGNORECASE)
# "CIF value", "VAT amount", "GST %": what is paid, or what the goods are worth.
_OF_MONEY: Final = late(lambda: pattern_of("cell_words", "money"), re.IGNORECASE)
# For RE2: everything that `labelled_numbers_in` finds, and little else.
MAY_HOLD_NUMBER = rf"(?i)(?:{LABELS})[^0-9a-z]{{0,4}}[a-z]{{0,3}}[ -]?[0-9]"
# Shorter numbers, of figures alone, are borne by many; the same figures are a tax number here and a telephone there.
_LEAST_FIGURES = 8
_LEAST_MIXED = 6


def plain_number(identifier: str) -> str:
    """A number without case, blanks and punctuation."""
    return "".join(c for c in identifier.casefold() if c.isalnum())


def tells_apart(number: str) -> bool:
    """Whether a plain number is long enough to be one party's: eight figures, or six characters with four figures and a letter."""
    figures = sum(c.isdigit() for c in number)
    return figures >= _LEAST_FIGURES or (4 <= figures < len(number) and len(number) >= _LEAST_MIXED)


def numbers_in(cell: str) -> Iterator[tuple[str, str]]:
    """(as written, plain) of a cell as a whole, and of its words: a prefix such as "VAT" or "RFC:" is no part of a number."""
    seen = set()
    words = _TOKEN.findall(cell)
    for written in (cell.strip(), *words, *(part for word in words for part in word.split(":")[1:])):
        number = plain_number(written)
        if number not in seen and tells_apart(number):
            seen.add(number)
            yield written, number


def says_whose_number(header: str) -> bool:
    """Whether a column's header is what numbers of parties or ships are called, and not a sum that is called after a tax."""
    return _CALLED.search(header) is not None and not _OF_MONEY.search(header.replace("_", " "))


def labelled_numbers_in(text: str) -> Iterator[tuple[str, str]]:
    """(as written, plain) of the numbers in a text that stand behind what such numbers are called; with and without a country before."""
    yield from imo_numbers_in(text)
    for found in _LABELLED.finditer(text):
        written = found[1].rstrip("./-")
        for number in dict.fromkeys((plain_number(written), plain_number(written).lstrip("abcdefghijklmnopqrstuvwxyz"))):
            if tells_apart(number):
                yield written, number


def imo_numbers_in(text: str) -> Iterator[tuple[str, str]]:
    """(as written, seven figures) of the IMO ship numbers in a text, by their letters and check digit."""
    for found in _IMO.finditer(text):
        number = found[1]
        if sum(w * int(c) for w, c in zip(_WEIGHTS, number, strict=False)) % 10 == int(number[-1]):
            yield found[0], number


_DASHES: Final = "‐‑‒–—―−﹣－-"  # the hyphen last: these stand inside character classes
_LABEL: Final = (
    r"(?:(?<!\w)c\.?a\.?s\.?(?:[ -]?(?:rn|registry|reg)\b\.?)?"
    r"(?:[ -]?(?:no|nr|number|num|numero|número|numéro|nummer)(?![a-z])\.?|[ -]?n[°º]|[ -]?[№#])?[ ]{0,2}[:=#-]?[ ]{0,2})"
)
_CAS: Final = re.compile(
    rf"(?:(?P<label>{_LABEL})|(?<![\w.,/{_DASHES}]))(?P<a>0{{0,6}}[1-9]\d{{1,6}})[ ]?[{_DASHES}][ ]?(?P<b>\d\d)[ ]?[{_DASHES}][ ]?(?P<c>\d)"
    rf"(?![\d{_DASHES}]|[.,/]\d|[A-Za-z])",
    re.IGNORECASE,
)
# With strokes and without a label only where three figures or more begin it: else it is a date.
_CAS_STROKES: Final = re.compile(rf"(?<![\w.,/{_DASHES}])(?P<a>\d{{3,7}})/(?P<b>\d\d)/(?P<c>\d)(?![\w/{_DASHES}])")
_CAS_SPACED: Final = re.compile(
    rf"{_LABEL}(?P<a>0{{0,5}}[1-9]\d{{1,6}})(?P<gap>[ ./_])(?P<b>\d\d)(?P=gap)(?P<c>\d)(?![\d{_DASHES}])", re.IGNORECASE
)
_CAS_GLUED: Final = re.compile(rf"{_LABEL}(?P<all>[1-9]\d{{4,9}})(?![\d{_DASHES}])", re.IGNORECASE)
# What a label announces and none of these forms reads: letters for figures (1O3-79-7), a figure too many or too few, one struck out (103-79-x).
_CAS_SLIPPED: Final = re.compile(
    rf"{_LABEL}(?P<all>(?=[OIl]?\d)[\dOIl]{{2,9}}(?:[ ]?[{_DASHES}]{{1,2}}[ ]?[\dOIlX?]{{1,3}}){{1,3}})(?![\w{_DASHES}]|[.,/]\d)",
    re.IGNORECASE,
)
_FIGURE_FOR_LETTER: Final = str.maketrans("OoIil", "00111")
_MONTH: Final = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?", re.ASCII)
_UN: Final = re.compile(
    r"(?<![A-Za-z\d])(?:un|u\.n\.|o\.?n\.?u\.?|оон|ooh|yk|联合国|聯合國|国連|유엔|الأمم المتحدة)"
    r"[ ]?(?:[ -]?(?:no|nr|num|n[uú]mero|nummer|number|id)\b\.?|-?n?[°º]|[№#]|编号|編號|番号|번호)?[ ]?[-:：.#]?[ ]?(?P<n>\d{4})(?![\d])",
    re.IGNORECASE,
)
# The orange plate of ADR: the number of the hazard over that of the substance (Kemler, HIN).
_PLATE: Final = re.compile(r"(?<![\w/.,-])(?P<hazard>\d{2,3})[ ]?/[ ]?(?P<n>\d{4})(?![\w/]|[.,]\d)")
# Before the sizes and ratios of parts: GEARBOX RATIO 33/1090, TYRE 33/1294.
_OF_PARTS: Final = late(lambda: rf"(?<![\w]){pattern_of('goods_words', 'size of a part')}(?![\w])[^;|]*$", re.IGNORECASE)
_PART_REACH: Final = 24
# Under a word for such a plate, or as all that a cell holds, every number counts.
_PLATE_NAMED: Final = re.compile(
    r"(?<![A-Za-z\d])(?:kemler|hazchem|hin|adr|plate|placard|оон)[ ]?(?:(?:no|nr|number|code)\b\.?)?[ ]?[:#]?[ ]?x?[2-9]\d{1,2}[ ]?[/-][ ]?(?P<n>\d{4})(?!\d)"
    r"|^\s*x?[2-9]\d{1,2}[ ]?/[ ]?(?P<whole>\d{4})\s*$",
    re.IGNORECASE,
)
_CUS: Final = re.compile(
    rf"(?<![A-Za-z\d])cus[ ]?(?:(?:no|nr|number|code)\b\.?)?[ ]?[:#]?[ ]?(?P<n>\d{{7}}[{_DASHES}]\d)(?!\d)", re.IGNORECASE
)
# As safety data sheets name it: EC No., EINECS, EG-Nr. (German, Dutch, Swedish), CE and n° CE (French, Spanish, Italian), WE (Polish).
_EC_LABEL: Final = (
    r"(?:(?<!\w)(?:einecs|elincs|e\.?c\.?|eg|ce|we)(?:[ -]?(?:list )?(?:no|nr|number|num|numero|número|numéro|nummer)(?![a-z])\.?"
    r"|[ -]?n[°º]\.?|[ -]?[№#])?[ ]{0,2}[:=#-]?[ ]{0,2})"
)
_EC: Final = re.compile(
    rf"(?:(?P<label>{_EC_LABEL})|(?<![\w.,/+{_DASHES}]))(?P<a>[2-9]\d\d)[ ]?[{_DASHES}][ ]?(?P<b>\d{{3}})[ ]?[{_DASHES}][ ]?(?P<c>\d)"
    rf"(?![\d{_DASHES}]|[.,/]\d|[A-Za-z])",
    re.IGNORECASE,
)
_EC_SPACED: Final = re.compile(rf"{_EC_LABEL}(?P<a>[2-9]\d\d) (?P<b>\d{{3}}) (?P<c>\d)(?![\d{_DASHES}])", re.IGNORECASE)
# Values that people type to get past a mandatory field.
_PLACEHOLDERS: Final = frozenset(
    {"9876543-2", "9876543-1", "1234567-8", "0123456-7", *(f"{d * 7}-{d}" for d in "0123456789"), "0000000-1"}
)


class FoundCode(Struct, frozen=True):
    """A number found in a text: normalised form, place in the text (label included), whether a label names it, check digit."""

    number: str
    start: int
    end: int
    labelled: bool
    valid: bool


@cache
def _on_plates() -> dict[str, str]:
    """UN number -> number of its hazard on an orange plate, of listed substances only."""
    rows = shipped_rows("plates", ("un_number", "hazard", "source", "verified"))
    return {row["un_number"]: row["hazard"] for row in rows}


def is_cas(number: str) -> bool:
    """Whether the number has the form of a CAS registry number and its check digit is right."""
    if not re.fullmatch(r"[1-9]\d{1,6}-\d\d-\d", number, re.ASCII):
        return False
    from stdnum import casrn  # brings the modules of HTTP with it

    return bool(casrn.is_valid(number))


def find_cas(text: str) -> list[FoundCode]:
    """CAS numbers in a text, in order, in the usual spellings.

    `67-64-1`, `CAS 67-64-1`, `CAS NO. 67-64-1`, `CAS-No.: 67-64-1`, `CASRN 67-64-1`, `CAS#67-64-1`, with spaces round the
    hyphens, with other dashes, and (after the word CAS only) with spaces, strokes or points for hyphens or with none.

    Numbers whose check digit fails are returned with `valid=False`: a near miss of a listed number is worth saying. So are those that stand
    behind the label and cannot be read, as they are written; slips that leave one reading with a right check digit are mended: a letter
    for a figure (`1O3-79-7`), a zero before the check digit (`108-24-07`), a dash too many.
    """
    found = [_cas(m, bool(m["label"])) for m in _CAS.finditer(text)]
    spaced = [_cas(m, True) for m in _CAS_SPACED.finditer(text)]
    strokes = (_cas(m, False) for m in _CAS_STROKES.finditer(text) if f"{m['b']}{m['c']}".isascii())
    found += [one for one in strokes if one.valid and not any(other.start <= one.start < other.end for other in spaced)]
    for match in _CAS_GLUED.finditer(text):
        digits = str(int(match["all"]))
        number = f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"
        found.append(FoundCode(number, match.start(), match.end(), True, is_cas(number)))
    found += spaced
    read = {one.start for one in found}
    found += [one for m in _CAS_SLIPPED.finditer(text) if m.start() not in read and (one := _slipped_cas(m))]
    return sorted(found, key=lambda f: (f.start, f.end))


def _slipped_cas(match: re.Match[str]) -> FoundCode | None:
    """A number that a label announces, mended or as it is written; None for an EC number and for a day or month."""
    written = re.sub(rf"[ ]?[{_DASHES}]+[ ]?", "-", match["all"])
    number = re.sub(r"-0(\d)$", r"-\1", written.translate(_FIGURE_FOR_LETTER))
    if is_ec(number) or _MONTH.fullmatch(written):
        return None
    valid = is_cas(number)
    return FoundCode(number if valid else written, match.start(), match.end(), True, valid)


def _cas(match: re.Match[str], labelled: bool) -> FoundCode:
    number = f"{int(match['a'])}-{int(match['b']):02}-{int(match['c'])}"
    return FoundCode(number, match.start(), match.end(), labelled, is_cas(number))


def is_ec(number: str) -> bool:
    """Whether the number has the form of an EC number (EINECS, ELINCS, list number) and its check digit is right.

    The digit is the sum of the first six, each times its place, modulo 11; a remainder of 10 is never given out.
    """
    if not re.fullmatch(r"[2-9]\d\d-\d{3}-\d", number, re.ASCII):
        return False
    *digits, check = (int(c) for c in number if c != "-")
    return sum(place * digit for place, digit in enumerate(digits, start=1)) % 11 == check


def find_ec(text: str) -> list[FoundCode]:
    """EC numbers in a text, in order: `203-564-8`, `EC 203-564-8`, `EINECS: 203-564-8`, `EG-Nr.`, `CE n°`, after a label with spaces too.

    A bare number of that form is as often a telephone or part number; whoever asks must hold it against a table. Numbers whose check
    digit fails are returned with `valid=False`.
    """
    found = [_ec(m, bool(m["label"])) for m in _EC.finditer(text)]
    found += [_ec(m, True) for m in _EC_SPACED.finditer(text)]
    return sorted(found, key=lambda f: (f.start, f.end))


def _ec(match: re.Match[str], labelled: bool) -> FoundCode:
    number = f"{int(match['a'])}-{int(match['b']):03}-{int(match['c'])}"
    return FoundCode(number, match.start(), match.end(), labelled, is_ec(number))


def near_number(number: str, listed: frozenset[str]) -> str | None:
    """The listed CAS or EC number that differs from this one in exactly one digit, or in what stands for one (103-79-x); None if there is none, or more than one."""
    near = {
        changed
        for i, old in enumerate(number)
        if old.isalnum()
        for new in "0123456789"
        if new != old and (changed := number[:i] + new + number[i + 1 :]) in listed
    }
    return near.pop() if len(near) == 1 else None


def format_un(text: str) -> str | None:
    """A UN number as its four digits, with or without prefix; None if it is no such number (0004 to 3999 are in use)."""
    match = re.fullmatch(r"(?:un|onu)?[ ]?(?:no\.?)?[ .:#-]?(\d{4})", text.strip(), re.IGNORECASE | re.ASCII)
    return match[1] if match and "0004" <= match[1] <= "3999" else None


def find_un(text: str) -> list[FoundCode]:
    """UN numbers that a text writes with the prefix (UN1090, UN No. 1090, ONU 1090) or as on an orange plate (33/1090), in order."""
    plates = (
        (m.end(), m)
        for m in _PLATE.finditer(text)
        if _on_plates().get(m["n"]) == m["hazard"] and not _OF_PARTS.search(text, max(0, m.start() - _PART_REACH), m.start())
    )
    named = ((m.end(), m) for m in _PLATE_NAMED.finditer(text))
    shown = dict([*plates, *named]).values()  # one that is found both ways ends in one place
    numbers = [(f"{int(m['n']):04}", m) for m in _UN.finditer(text)] + [(m["n"] or m["whole"], m) for m in shown]
    found = [FoundCode(number, m.start(), m.end(), True, True) for number, m in numbers if 4 <= int(number) <= 3999]
    return sorted(found, key=lambda f: (f.start, f.end))


def format_cus(text: str) -> str | None:
    """A CUS code (European Customs Inventory of Chemical Substances) as `0012345-6`; None for other forms and placeholders."""
    digits = re.sub(rf"[\s{_DASHES}]", "", re.sub(r"(?i)^\s*cus\b\W*", "", text))
    if not re.fullmatch(r"\d{8}", digits, re.ASCII):
        return None
    code = f"{digits[:7]}-{digits[7]}"
    return None if code in _PLACEHOLDERS else code


def find_cus(text: str) -> list[FoundCode]:
    """CUS codes that a text writes with the prefix, in order; placeholders are left out."""
    found = [(format_cus(m["n"]), m) for m in _CUS.finditer(text)]
    return [FoundCode(code, m.start(), m.end(), True, True) for code, m in found if code]


def format_hs(text: str) -> str | None:
    """An HS or national tariff code as its digits (6 to 12); None for other lengths and for chapters that do not exist.

    Chapter 77 is reserved in every edition; 98 and 99 are for national use.
    """
    digits = re.sub(r"[\s.\-/]", "", text)
    return digits if re.fullmatch(r"\d{6,12}", digits, re.ASCII) and digits[:2] not in ("00", "77") else None


def hs6(text: str) -> str | None:
    """The subheading (six digits) of a code, or None."""
    digits = format_hs(text)
    return digits[:6] if digits else None
