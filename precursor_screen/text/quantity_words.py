"""The words that a quantity is written with, in the languages of goods texts: units, packages, net and gross, each and per.

`data/names/quantity_words.csv` holds them as they look after `text.plain`; they mean the code of a unit or a kind of package.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import meanings_of, shipped_rows, shipped_words, spellings_of
from precursor_screen.text.text import plain, without_marks

# Units as written to mass in kilograms, volume in litres, or a count.

MASS, VOLUME, COUNT = "mass", "volume", "count"


class Unit(Struct, frozen=True):
    """A unit: its Rec. 20 code, kind (mass, volume, count), and how many kilograms, litres or pieces it is."""

    code: str
    kind: str
    factor: Decimal


def fold_unit(text: str) -> str:
    """Letters and digits in capitals, without accents, blanks and points."""
    return "".join(filter(str.isalnum, without_marks(text.upper())))


_COLUMNS: Final = ("code", "kind", "factor", "language", "words", "source")
_QUALIFIED = re.compile(r"^(?P<unit>[^#(/,;-]+?)\s*(?:#[A-Z]|\([^)]*\)|[/,;-].*)$")


@cache
def _spellings() -> dict[str, Unit]:
    """Units by their spellings, folded."""
    found: dict[str, Unit] = {}
    for row in shipped_rows("units", _COLUMNS):
        unit = Unit(row["code"], row["kind"], row.read("factor", Decimal))
        found.update((fold_unit(spelling), unit) for spelling in row["words"].split("|"))
    for said in shipped_words("quantity_words"):  # what says a unit in running text does so in a cell
        if said.role == "unit" and (known := found.get(fold_unit(said.meaning))):
            for spelling in said.words:
                found.setdefault(fold_unit(spelling), known)
    return found


@lru_cache(maxsize=16_384)
def find_unit(text: str) -> Unit | None:
    """The unit that a text names.

    Args:
        text: code or word: `KGM`, `kgs.`, `KGM#G`, `KILOGRAMOS (KG)`.
    """
    if len(text) > 80:
        return None
    if found := _spellings().get(fold_unit(text)):
        return found
    match = _QUALIFIED.match(text.strip())
    return _spellings().get(fold_unit(match["unit"])) if match else None


def unit_in_header(words: tuple[str, ...]) -> Unit | None:
    """The unit of mass that ends a column's header: `GROSS_WEIGHT_LBS`, `Weight (MT)`; None where it names none."""
    units = (find_unit(word) for word in reversed(words[-2:]) if len(word) <= 12)
    return next((unit for unit in units if unit and unit.kind == MASS), None)


def to_base(value: Decimal, unit: Unit) -> Decimal:
    """The value in kilograms, litres or pieces, to six places (half to even)."""
    return (value * unit.factor).quantize(Decimal("0.000001"))


# Where the comma is the decimal mark, so that a point before three figures parts thousands (CLDR; of Spanish the larger part).
COMMA_LANGUAGES: Final = frozenset(
    {"cs", "de", "el", "es", "fr", "hu", "id", "it", "nl", "pl", "pt", "ro", "ru", "sl", "tr", "vi"}
)
CHEMICAL_KINDS: Final = frozenset({"drum", "can", "ibc", "tank"})
_PACKAGES: Final = "package_words"
BOXES: Final = frozenset({"carton", "pallet", "container"})  # hold other packages
OUTER: Final = frozenset({"pallet", "container"})  # hold packages, so goods are not counted by them
DOSES: Final = frozenset({"dose", "ampoule"})  # of a medicine


class Word(Struct, frozen=True):
    """A word of a quantity. unit: only of units; meaning: kind of a package, else empty."""

    role: str
    meaning: str
    language: str
    unit: Unit | None = None


class Bounds(Struct, frozen=True):
    """What one package of a kind holds: kilograms at least and at most, litres at most, and litres of the usual sizes."""

    least: Decimal
    most: Decimal
    litres: Decimal | None
    usual_litres: tuple[Decimal, ...]


@cache
def holds() -> dict[str, Bounds]:
    """Bounds by which a figure beside "80 DRUMS" is told to be of each or of all; a kind that is not here may hold anything."""
    columns = ("kind", "least_kg", "most_kg", "most_litres", "usual_litres", "source")
    found: dict[str, Bounds] = {}
    for row in shipped_rows("packages", columns):
        bounds = (row.read("least_kg", Decimal), row.read("most_kg", Decimal))
        litres = row.read("most_litres", Decimal) if row["most_litres"] else None
        usual = row.read("usual_litres", lambda cell: tuple(Decimal(one) for one in cell.split("|") if one))
        found[row["kind"]] = Bounds(*bounds, litres, usual)
    return found


@cache
def _loaded() -> dict[str, Word]:
    found: dict[str, Word] = {}
    for row in shipped_words("quantity_words"):
        unit = find_unit(row.meaning) if row.role == "unit" else None
        found.update((plain(word), Word(row.role, row.meaning, row.language, unit)) for word in row.words)
    return found


@cache
def everyday() -> frozenset[str]:
    """Words that look like a chemical's name by their end and are none."""
    return frozenset(word for word, meaning in _loaded().items() if meaning.role == "everyday")


@cache
def words() -> dict[str, Word]:
    """All others."""
    return {word: meaning for word, meaning in _loaded().items() if word not in everyday()}


def is_package_kind(text: str) -> bool:
    """Whether a unit names a kind of package: a quantity of 80 in DRUMS is a number of packages."""
    word = words().get(plain(text).strip().rstrip(".")) if len(text) <= 40 else None
    return word is not None and word.role == "package"


_COUNTED: Final = re.compile(r"(\d{1,3}(?:[., ]\d{3})+|\d{1,6})\s+([^\W\d_].*)", re.S)
_CODED: Final = re.compile(r"([^\W\d][^\d(\n]{2,40}\((\d\w{1,3})\))\s*([^\W\d].*)", re.S)  # `fibreboard boxes (4G)`
_UN_NUMBER: Final = re.compile(r"UN \d{4}\b")
# What goods are counted by, and what many packages stand in.
_NOT_SHIPPED: Final = DOSES | {"blister", "piece", "dozen", "container"}
_MOST_WORDS: Final = 3  # of a kind of package


def counted(text: str) -> tuple[str, str]:
    """The number and kind of packages with which a text of goods begins, and the rest: `20 drums of acetone`. `200 L drums` and `12 drums` are not such texts."""
    match = _COUNTED.fullmatch(text.strip()) if text[:1].isdigit() else None
    kind, rest = kind_before(match[2]) if match else ("", "")
    return (f"{match[1]} {kind}", rest) if match and kind else ("", text)


def kind_before(text: str) -> tuple[str, str]:
    """The kind of package with which a text of goods begins, and the rest: `drums of acetone`. `drums` and `bags 25 kg` are not such texts."""
    meant, kind, rest = _led_by_packages(text)
    if meant in ("", *_NOT_SHIPPED):
        return "", text
    within = _led_by_packages(rest)
    if within[0] in CHEMICAL_KINDS:
        kind, rest = f"{kind} {within[1]}", within[2]
    first, _, others = rest.partition(" ")
    word = words().get(plain(first))
    if word and word.role == "of" and others:
        return kind, others
    return (kind, rest) if find_unit(first) is None or _UN_NUMBER.match(rest) else ("", text)


def _led_by_packages(text: str) -> tuple[str, str, str]:
    """The kind of package that the first words of a text, or the code behind them, mean; these words; and the rest, which begins with a letter.
    Three empty texts if they do not name a package."""
    if (coded := _CODED.fullmatch(text)) and (meant := package_kind(coded[2])):
        return meant, coded[1], coded[3]
    for count in range(_MOST_WORDS, 0, -1):
        *parts, rest = text.split(None, count)
        if len(parts) == count and rest[0].isalpha() and is_package_kind(kind := " ".join(parts)):
            return words()[plain(kind).strip().rstrip(".")].meaning, kind, rest
    return "", "", ""


def package_word(text: str) -> str:
    """The kind of package that a cell names, perhaps among other words; empty: none, or several."""
    kinds = {w.meaning for part in plain(text[:200]).split() if (w := words().get(part.strip(".,()"))) and w.role == "package"}
    return kinds.pop() if len(kinds) == 1 else ""


@cache
def _by_code() -> dict[str, str]:
    """Codes stand alone in their cell; words may stand among others ("200 L STEEL DRUMS")."""
    return spellings_of(_PACKAGES, "code")


@cache
def _by_word() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (kind, re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")) for kind, words in meanings_of(_PACKAGES, "pattern").items()
    )


def package_kind(text: str) -> str | None:
    """drum, can, ibc, tank, carton, bag or bottle; None: another kind, several kinds, or not known."""
    plain = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).strip()[:200]
    if plain in _by_code():
        return _by_code()[plain]
    found = [kind for kind, words in _by_word() if words.search(plain)]
    return found[0] if len(found) == 1 else None
