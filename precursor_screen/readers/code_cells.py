"""Columns of codes: HS codes, containers, and the numbers of substances."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale
from stdnum import casrn

from precursor_screen.core.tables import spellings_of, words_of
from precursor_screen.formats.sheet import string_array
from precursor_screen.readers.cells import Distinct, all_match, ends_with, is_typed_null
from precursor_screen.readers.interface import TableIssues
from precursor_screen.text.codes import is_ec
from precursor_screen.text.countries import fold_country

# What a cell says about direction, mode of transport, currency and the function of a message.

IMPORT, EXPORT, TRANSIT = "import", "export", "transit"

_CURRENCY = re.compile(r"[A-Z]{3}")


_PROCEDURE = re.compile(r"(\d{2})\d{2}(?:[A-Z0-9]{0,3})?")


@cache
def meanings(role: str) -> dict[str, str]:
    """What the words and codes of a role say, by `data/names/cell_words.csv`: direction, mode, function, currency, procedure."""
    return spellings_of("cell_words", role)


@cache
def one_of(role: str) -> str:
    """A pattern (RE2) for the words of a role."""
    return "|".join(words_of("cell_words", role))


def _fold(text: str) -> str:
    folded = fold_country(text)
    digits = "".join(c for c in text if c.isdigit())
    return folded + digits if folded and digits else folded or digits


def find_direction(text: str) -> str | None:
    """import, export, transit or transhipment, from a word or code in several languages; else None."""
    return meanings("direction").get(_fold(text)) if len(text) <= 60 else None


def direction_of_procedure(text: str) -> str | None:
    """The direction that a customs procedure implies, from its words or a four-digit code; None where it does not say."""
    folded = _fold(text)
    if len(text) > 80 or len(folded) < 2 or folded in ("22", "23", "24", "28"):
        return None
    if word := meanings("direction").get(folded):
        return word
    if match := _PROCEDURE.fullmatch(text.strip().replace(" ", "")):
        return meanings("procedure").get(match[1])
    head = re.match(r"(IM|EX|TR)\s?\d?\b", text.strip().upper())
    return {"IM": IMPORT, "EX": EXPORT, "TR": TRANSIT}[head[1]] if head else None


def find_mode(text: str) -> str | None:
    """sea, air, road, rail or post, from a word or code in several languages; else None (pipelines, several modes)."""
    return meanings("mode").get(_fold(re.sub(r"\.0+$", "", text))) if len(text) <= 60 else None


def find_function(text: str) -> str | None:
    """original, replacement or cancellation; else None."""
    return meanings("function").get(_fold(text)) if len(text) <= 60 else None


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """The codes of ISO 4217."""
    return frozenset(Locale.parse("en").currencies)


def find_currency(text: str) -> str:
    """The ISO 4217 code; what is no known currency stays as filed."""
    upper, words = text.strip().upper(), meanings("currency")
    if upper in words or upper in currencies():
        return words.get(upper, upper)
    if word := words.get(fold_country(text)):
        return word
    code = _CURRENCY.search(upper) if len(upper) <= 40 else None
    return code[0] if code and code[0] in currencies() else text


# Cells that stand for no reference: two bills that both read NA are not one shipment.

REFERENCES: Final = frozenset(
    [
        *("stated_shipment_id", "bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "bill_issuer"),
        *("declaration_id", "item_number", "container_numbers", "permit_reference", "pen_reference"),
        *(f"{role}_identifier" for role in ("consignor", "consignee", "notify_party", "exporter", "importer")),
    ]
)
_INFORMATIVE: Final = frozenset("12345678")  # none of the words for nothing holds one of these
_INFORMATIVE_PATTERN: Final = "[1-8]"
_ENDINGS: Final = np.isin(np.arange(256), list(b"12345678"))
_FEW: Final = 64  # cells, for which making the pattern ready takes longer than looking at them
_NONE: Final = pa.scalar(None, pa.string())


@cache
def _only(role: str) -> str:
    """A cell that says so or nothing at all, with blanks and punctuation around; of figures only those of one sign over and over."""
    return rf"(?i)^[\s\pP]*(?:{one_of(role)})?[\s\pP]*$"


def without_fillers(column: pa.ChunkedArray, field: str) -> pa.ChunkedArray:
    """A clean column of references without the cells that stand for none.

    Args:
        column: clean text.
        field: canonical field; columns of other fields come back as they are.
    """
    if field not in REFERENCES:
        return column
    if len(column) <= _FEW:
        perhaps_nothing = string_array(list(dict.fromkeys(t for t in column.to_pylist() if t and _INFORMATIVE.isdisjoint(t))))
    else:
        others = column.filter(pa.array(~ends_with(column, _ENDINGS)))  # of the numbers of bills four in five end so
        informative = pc.fill_null(pc.match_substring_regex(others, _INFORMATIVE_PATTERN), True)
        perhaps_nothing = pc.unique(others.filter(pc.invert(informative)))
    # Where goods are packed in no container, the column of containers says so.
    roles = ("nothing", "no container") if field == "container_numbers" else ("nothing",)
    for role in roles if len(perhaps_nothing) else ():
        nothing = perhaps_nothing.filter(pc.match_substring_regex(perhaps_nothing, _only(role)))
        if len(nothing):
            column = pc.if_else(pc.is_in(column, value_set=nothing), _NONE, column)
    return column


TEXTS = pa.list_(pa.string())
_SEPARATORS = re.compile(r"[;,|/\n\t]+")
# "9401.79; 2915.24", "940179 and 291524", "940179 - 291524", "940179-291524", "940179 (291524)"; not "2914.11-1000", which is one of Korea's.
_PARTS_OF_CODES = re.compile(
    r"[;,|/\n\t&+()\[\]:]+|\s{2,}|\s-\s|\s(?:and|or|und|oder|y|o|et|ou|e|и)\s|(?<=\d{6})\s?-\s?(?=\d{4}\.?\d\d)|(?<=\d{4}\.\d\d)\s?-\s?(?=\d{4}\.?\d\d)"
)
# By a narrow column: the second line is too short for a code, or goes on with pairs of figures.
_BROKEN = re.compile(r"[\d. ]{4,}\n\s*(?:\d[\d. ]{0,3}|\d\d(?:[ .]\d\d){1,3})")
_MOST_OF_CODES = 4_000
_NOTHING = "0.,;:/|&+- "  # what is left of a list of codes without one
_FLOAT = re.compile(r"\d{5,14}\.0+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_CODE = re.compile(r"\d[\d. \-]*")
_ISO_CONTAINER = re.compile(r"(?<![A-Z0-9])([A-Z]{3}[UJZR])[\s-]?(\d{3})[\s-]?(\d{3})[\s/-]?(\d)(?!\d)")
_ONE_CONTAINER = r"^[A-Z]{4}[0-9]{7}$"
_CAS = re.compile(r"(?<![\d-])(\d{2,7})\s?[-–—]\s?(\d{2})\s?[-–—]\s?(\d)(?!\d)")
_CUS = re.compile(r"(?<!\d)(\d{7})\s?-?\s?(\d)(?!\d)")
_UN = re.compile(r"(?<!\d)(\d{4}|\d{3})(?:\.0)?(?!\d)")


def parse_hs_codes(column: pa.ChunkedArray, issues: TableIssues) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
    """HS or tariff codes as digits: the first of each cell, and the others where a cell holds several (None where none does).

    A leading zero that a spreadsheet dropped comes back: seven digits always lack one; five, nine and eleven do where the column
    also holds codes of one digit more (Japan has nine digits, Bolivia and the Philippines eleven). Filler (`99999999`) is null.
    """
    distinct = Distinct(column)
    digits = [hs_digits(t) for t in distinct.texts]
    lengths = Counter(len(d[0]) for d in digits if d)
    parsed: list[list[str]] = []
    bad: list[tuple[int, str, str]] = []
    for position, codes in enumerate(digits):
        text = distinct.texts[position]
        restored = [restore_zero(code, lengths) for code in codes]
        good = [c for c in restored if not is_filler(c) and 6 <= len(c) <= 12 and is_chapter(c[:2])]
        parsed.append(good)
        if not good and not any(is_filler(c) for c in restored) and not is_typed_null(text) and text.strip(_NOTHING):
            bad.append((position, "invalid-hs-code", f"{text[:60]!r} is not an HS code of 6 to 12 digits"))
        if len(good) > 1:
            bad.append((position, "several-hs-codes", f"the cell holds {len(good)} codes; rules about the code use {good[0]}"))
    distinct.report(bad, "hs_code", issues)
    first = distinct.spread([codes[0] if codes else None for codes in parsed], pa.string())
    if all(len(codes) < 2 for codes in parsed):
        return first, None
    return first, distinct.spread([codes[1:] or None for codes in parsed], TEXTS)


def hs_digits(text: str) -> list[str]:
    """The codes in a cell, digits only, as written."""
    text = text.strip().strip("'\"")
    if not text.isascii():  # digits of Arabic, Persian, Devanagari and others
        text = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)
    if _FLOAT.fullmatch(text):
        return [text.partition(".")[0]]
    if _SCIENTIFIC.fullmatch(text):
        try:
            return [str(int(Decimal(text.replace(",", "."))))]
        except (InvalidOperation, ValueError):
            return []
    text = unbroken(text)
    codes = []
    for part in _PARTS_OF_CODES.split(unicodedata.normalize("NFKC", text)[:_MOST_OF_CODES]):
        if match := _CODE.search(part):
            # "7323.93 8215.99" are two codes, "6907 21 00" is one.
            words = [re.sub(r"\D", "", w) for w in match[0].split(" ")]
            whole = words if len(words) > 1 and all(len(w) >= 6 for w in words) else ["".join(words)]
            codes += [code for code in whole if code and code not in codes]
    return codes


def unbroken(text: str) -> str:
    """A code that a narrow column breaks (`3401 19`, and `00` below it), on one line; other texts as they are."""
    return text.replace("\n", " ") if _BROKEN.fullmatch(text) else text


def restore_zero(code: str, lengths: Counter[int]) -> str:
    """The code with the leading zero it lost; see `parse_hs_codes`."""
    size = len(code)
    # Headings of chapters 01 to 09 end at 14 (0814), so only 0 or 1 can follow: 2915240 is a cut code of chapter 29, not 02.
    may_be = not code.startswith("0") and code[1:2] in ("0", "1")
    return f"0{code}" if may_be and (size == 7 or (size in (5, 9, 11) and lengths[size + 1] > 0)) else code


def is_filler(code: str) -> bool:
    """Whether a code is one digit over and over: 99999999, 00000000."""
    return len(set(code)) == 1 and code[0] in ("0", "9")


def is_chapter(chapter: str) -> bool:
    """Whether the HS has this chapter: 01 to 97 without 77, which is reserved; 98 and 99 are national."""
    return chapter.isdigit() and 1 <= int(chapter) <= 99 and chapter != "77"


def parse_containers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists of container numbers; in one pass where every cell holds just one."""
    if all_match(column, _ONE_CONTAINER):
        return pa.chunked_array([lists_of_one(chunk) for chunk in column.chunks], TEXTS)
    distinct = Distinct(column)
    return distinct.spread([find_containers(t) or None for t in distinct.texts], TEXTS)


def lists_of_one(chunk: pa.Array) -> pa.Array:
    """Each text as a list of one, null as null."""
    valid = pc.is_valid(chunk).to_numpy(zero_copy_only=False)
    offsets = np.zeros(len(chunk) + 1, np.int32)
    np.cumsum(valid, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), chunk.drop_null(), mask=pa.array(~valid))


def find_containers(text: str) -> list[str]:
    """Container numbers in a cell: ISO 6346 ones written together; else what stands between separators."""
    upper = text.upper()[:20_000]
    found = ["".join(parts) for parts in _ISO_CONTAINER.findall(upper)]
    return list(dict.fromkeys(found or filter(None, map(str.strip, _SEPARATORS.split(upper)))))


_NUMBERS: Final[dict[str, tuple[re.Pattern[str], Callable[[str | tuple[str, ...]], str]]]] = {
    "cas_numbers": (_CAS, "-".join),
    "cus_codes": (_CUS, "-".join),  # written `0010002-7`
    "un_numbers": (_UN, lambda digits: str(digits).zfill(4)),
}


def parse_substance_numbers(column: pa.ChunkedArray, field: str, issues: TableIssues) -> pa.ChunkedArray:
    """Lists of the CAS numbers, CUS codes or UN numbers in the cells of a column; a cell without one stays as filed.

    A CAS number with a wrong check digit stays and is an issue.
    """
    pattern, written = _NUMBERS[field]
    distinct = Distinct(column)
    parsed = [list(dict.fromkeys(map(written, pattern.findall(t[:20_000])))) or _as_filed(t[:20_000]) for t in distinct.texts]
    if field == "cas_numbers":
        wrong = [", ".join(v for v in values if not casrn.is_valid(v) and not is_ec(v)) for values in parsed]
        message = "the check digit is wrong, or it is not a CAS or EC number"
        distinct.report([(i, "invalid-cas-number", f"{message}: {w}"[:300]) for i, w in enumerate(wrong) if w], field, issues)
    return distinct.spread([v or None for v in parsed], TEXTS)


def _as_filed(text: str) -> list[str]:
    return [text.strip()] if text.strip(_NOTHING) and not is_typed_null(text) else []
