"""Quantities inside free text: `80 DRUMS X 25 KG`, `4x2.5L`, `20 PALLETS / 800 BAGS OF 25KGS`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from precursor_screen.names.unit_codes import COUNT, MASS, VOLUME, Unit, find_unit, to_base

MAX_TEXT = 20_000  # characters looked at: a goods text is shorter, and what is longer repeats itself
_LIMIT = Decimal(10) ** 12

_NUMBER = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_UNITS = (
    r"KILOGRAMMES?|KILOGRAM(?:S|OS?|AS?)?|QUILOS?|KILOS?|KGS?|KGM|KG\.|MGS?|MILLIGRAMS?|GRAMMES?|GRAMS?|GRAMOS?|GRAMAS?|GRMS?|GMS?|GRS?|G|"
    r"METRIC\s+TON(?:NE)?S?|M\.?\s?TONS?|TONNES?|TONS?|TONELADAS?|TNE|MTS?|T|POUNDS?|LBS?|LIBRAS?|OUNCES?|OZ|"
    r"MILLILIT(?:RE|ER)S?|MLS?|CC|LITROS?|LIT(?:RE|ER)S?|LTRS?|LTS?|L|HL|CBM|M3|GALLONS?|GALONES|GALS?|"
    r"КГ|Г|Т|ТОНН|МЛ|ЛИТРОВ|Л|千克|公斤|克|吨|升|毫升"
)
_PACKAGES = (
    r"DRUMS?|DRS?|DRM|BARRELS?|BBLS?|JERR?Y?\s?CANS?|JERR?I?CANS?|CANISTERS?|CANS?|CARBOYS?|IBCS?|TOTES?|FLEXI\s?TANKS?|ISO\s?TANKS?|TANKS?|BOTTLES?|BTLS?|BOTS?|"
    r"BAGS?|BGS?|SACKS?|JUMBO\s+BAGS?|BIG\s+BAGS?|FIBC|CARTONS?|CTNS?|CTN|CASES?|CS|BOXES|BOX|BXS?|PACKAGES?|PKGS?|PACKS?|PALLETS?|PLTS?|PLS?|TINS?|PAILS?|BUCKETS?|"
    r"CYLINDERS?|CYLS?|CONTAINERS?|UNITS?|PCS|PIECES?|AMPOULES?|VIALS?|KEGS?|TUBS?|"
    r"TAMBORES|TAMBOR|BIDONES|BIDON|SACOS?|SACAS?|CAJAS?|CAIXAS?|BOLSAS?|BOTELLAS?|BULTOS?|FRASCOS?|GARRAFAS?|F[UÛ]TS?|SACS?|CARTONS|BIDONS|BOUTEILLES?|"
    r"БОЧЕК|БОЧКИ|БОЧКА|МЕШКОВ|МЕШКИ|КАНИСТР|КОРОБОК|桶|袋|箱|瓶"
)
_TIMES = r"\s*(?:X|×|\*|✕)\s*"
_EACH = rf"(?:\s*(?:EACH|EA\.?|NET(?:T)?|NETO|C/U|CADA\s+UNO|PER\s+(?:{_PACKAGES})))?"
# Not a size: a density or strength (25 G/L, 80 G/M2), a dimension (5 M X), or a count of something that begins alike (5 TABS).
_SIZE = rf"(?P<size#>{_NUMBER})\s*(?P<unit#>{_UNITS})(?![A-ZА-Я0-9])(?!\s*/\s*(?:L|ML|M2|M²|SQM|KG|CM3|100|LTR|MOL)\b)"
_COUNT = rf"(?P<count#>{_NUMBER})\s*(?:(?:NEW|EMPTY|STEEL|PLASTIC|HDPE|PE|FIBRE|FIBER|PAPER|PP|WOVEN|IRON|BLUE)\s+){{0,3}}(?P<kind#>{_PACKAGES})"


def _size(n: int) -> str:
    return _SIZE.replace("#", str(n))


def _count(n: int) -> str:
    return _COUNT.replace("#", str(n))


_OF = r"\s*(?:[-:,(]?\s*(?:OF|@|AT|A|À|DE|EN|IN|CONTAINING|CONT\.?|NET|EACH)\s+|[-:(]\s*|@\s*)"
_PATTERNS = (
    # 80 DRUMS X 12 X 500 ML
    re.compile(
        rf"(?<![\w.,/-])(?:(?:{_count(1)}|(?P<plain>{_NUMBER})){_TIMES})?(?P<inner>{_NUMBER})(?:\s*(?:{_PACKAGES}))?{_TIMES}{_size(1)}{_EACH}"
    ),
    # 80 DRUMS X 25 KG; 80 X 25 KG; 4x2.5L
    re.compile(rf"(?<![\w.,/-])(?:{_count(1)}|(?P<plain>{_NUMBER})){_TIMES}{_size(1)}{_EACH}"),
    # 800 BAGS OF 25KGS; 80 DRUMS (25 KG EACH); 80 DRUMS @ 25 KG
    re.compile(rf"(?<![\w.,/-]){_count(1)}{_OF}{_size(1)}{_EACH}"),
    # 480 DRUMS, 50 KG NET EACH
    re.compile(rf"(?<![\w.,/-]){_count(1)}\s*[,;]\s*{_size(1)}\s*(?:NET(?:T|TO)?\s*)?(?:EACH|PER\s+(?:{_PACKAGES})|C/U)"),
    # 25 KG X 80 DRUMS; 25KG/BAG X 800; 25 KG BAGS X 800
    re.compile(
        rf"(?<![\w.,/-]){_size(1)}\s*(?:(?:/|PER\s+)?\s*(?:{_PACKAGES}))?{_TIMES}(?P<plain>{_NUMBER})(?![\d.,]*\s*(?:{_UNITS}|MM|CM|M)\b)"
    ),
    # 800 25KG BAGS
    re.compile(rf"(?<![\w.,/-])(?P<plain>\d{{1,5}})\s+{_size(1)}\s*(?:{_PACKAGES})\b"),
)
_PER_PACKAGE = re.compile(
    rf"(?<![\w.,/-]){_size(1)}\s*(?:(?:/|PER|P/|EACH|IN|NET)\s*(?:{_PACKAGES})?\b|[- ]?(?:{_PACKAGES})\b)|(?:{_PACKAGES})\s*(?:OF|@|DE|A)\s*{_size(2)}"
)
_TOTAL = re.compile(rf"(?<![\w.,/-]){_size(1)}")
_KIND = re.compile(rf"(?:{_PACKAGES})\.?")
_EMPTY_UNITS = ("MT", "MTS")
_EMPTY = re.compile(rf"\s*(?:EMPTY\s+)?(?:{_PACKAGES})\b")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A quantity found in a text.

    Attributes:
        form: counted (packages x size), each (the size of one package, their number unknown), or plain (a mass or volume alone).
        kind: mass or volume.
        total: kilograms or litres in all; for `each`, of one package.
        packages: how many packages, None where the text does not say.
        start, end: characters of the text.
    """

    form: str
    kind: str
    total: Decimal
    packages: Decimal | None
    start: int
    end: int


def parse_packages_text(text: str) -> tuple[Parsed, ...]:
    """Every quantity of mass or volume in a goods text, in order; they never overlap.

    Numbers are read with a decimal point, a comma before other than three digits being one too (`2,5 L`).
    """
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
    upper = text.upper()
    if len(upper) != len(text):  # `ß` grows in capitals and would shift the offsets
        upper = "".join(c.upper() if len(c.upper()) == 1 else c for c in text)
    if not any(c.isdigit() for c in upper):
        return ()
    taken: list[Parsed] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(upper):
            _take(taken, _counted(match))
    for match in _PER_PACKAGE.finditer(upper):
        n = "1" if match["size1"] else "2"
        if match[f"unit{n}"] not in _EMPTY_UNITS:
            _take(taken, _single(match, n, "each"))
    for match in _TOTAL.finditer(upper):
        # `20 MT DRUMS` are twenty empty drums, not twenty tonnes.
        if not (match["unit1"] in _EMPTY_UNITS and _EMPTY.match(upper, match.end())):
            _take(taken, _single(match, "1", "plain"))
    return tuple(sorted(taken, key=lambda p: p.start))


def is_package_kind(text: str) -> bool:
    """Whether a unit names a kind of package: a quantity of 80 in DRUMS is a number of packages."""
    return len(text) <= 40 and _KIND.fullmatch(text.strip().upper()) is not None


def _take(taken: list[Parsed], found: Parsed | None) -> None:
    if found and not any(found.start < other.end and other.start < found.end for other in taken):
        taken.append(found)


def _counted(match: re.Match[str]) -> Parsed | None:
    groups = match.groupdict()
    count_text = groups.get("count1") or groups.get("plain")
    unit = find_unit(_tidy_unit(groups["unit1"]))
    size = _number(groups["size1"])
    if unit is None or unit.kind == COUNT or size is None:
        return None
    inner = _number(groups["inner"]) if groups.get("inner") else Decimal(1)
    count = _number(count_text) if count_text else inner
    if not count_text:
        inner = Decimal(1)
    if not count or not inner or count != int(count):
        return None
    total = size * count * inner
    return _parsed("counted", total, unit, count, match)


def _single(match: re.Match[str], n: str, form: str) -> Parsed | None:
    unit = find_unit(_tidy_unit(match[f"unit{n}"]))
    size = _number(match[f"size{n}"])
    if unit is None or unit.kind == COUNT or size is None:
        return None
    return _parsed(form, size, unit, None, match)


def _parsed(form: str, value: Decimal, unit: Unit, packages: Decimal | None, match: re.Match[str]) -> Parsed | None:
    if value * unit.factor >= _LIMIT or value <= 0:
        return None
    return Parsed(form, MASS if unit.kind == MASS else VOLUME, to_base(value, unit), packages, match.start(), match.end())


def _tidy_unit(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _number(text: str) -> Decimal | None:
    text = text.replace(" ", "")
    whole, comma, after = text.rpartition(",")
    if comma and "." not in text and len(after) != 3:
        text = f"{whole.replace(',', '')}.{after}"
    text = text.replace(",", "")
    return Decimal(text) if len(text) <= 20 else None
