"""Units as written to mass in kilograms, volume in litres, or a count.

Codes are those of UN/ECE Recommendation 20 (revision 17); beside them stand the spellings of manifests in several languages.
Two codes mean different things in different messages and are never guessed across them:

- `L` is litres in tables, EDIFACT and XML, pounds in ANSI X12 and in IATA Cargo-IMP (`K` is kilograms there).
- `MT` is metric tonnes as a unit; before a drum, a tank or a container it is "empty", and packages of type MT are mats.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

MASS, VOLUME, COUNT = "mass", "volume", "count"
TABLE, X12, IATA = "table", "x12", "iata"


class Unit(Struct, frozen=True):
    """A unit: its Rec. 20 code, kind (mass, volume, count), and how many kilograms, litres or pieces it is."""

    code: str
    kind: str
    factor: Decimal


def _unit(code: str, kind: str, factor: str, spellings: str) -> list[tuple[str, Unit]]:
    unit = Unit(code, kind, Decimal(factor))
    return [(fold_unit(spelling), unit) for spelling in spellings.split(" | ")]


def fold_unit(text: str) -> str:
    """Letters and digits in capitals, without accents, blanks and points."""
    bare = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in bare if c.isalnum() and not unicodedata.combining(c))


# International avoirdupois pound: 0.45359237 kg exactly. US gallon 3.785411784 l, imperial gallon 4.54609 l.
_SPELLINGS: dict[str, Unit] = dict(
    [
        *_unit(
            "KGM",
            MASS,
            "1",
            "KGM | KG | KGS | KGR | KGRM | KILO | KILOS | KILOG | KILOGRAM | KILOGRAMS | KILOGRAMME | KILOGRAMMES | KILOGRAMO | "
            "KILOGRAMOS | KILOGRAMA | KILOGRAMAS | QUILOGRAMA | QUILOGRAMAS | QUILO | QUILOS | KILOGRAMM | KILOGRAMMI | KQ | "
            "КГ | КГ. | КИЛОГРАММ | КИЛОГРАММЫ | КИЛОГРАММОВ | КІЛОГРАМ | 千克 | 公斤 | KÍ LÔ GAM | KG NET | KG NETO | KG NETTO | KGN | "
            "KILOGRAMO NETO | KILOGRAMO BRUTO | KG BRUTO | NET KG | KILO NETO | KN | KB | 06 | K GS | KILOGRAMS NET | كجم | كيلوغرام | 킬로그램",
        ),
        *_unit(
            "GRM",
            MASS,
            "0.001",
            "GRM | G | GM | GMS | GR | GRS | GRAM | GRAMS | GRAMME | GRAMMES | GRAMO | GRAMOS | GRAMA | GRAMAS | ГР | Г | ГРАММ | 克",
        ),
        *_unit("MGM", MASS, "0.000001", "MGM | MG | MGS | MILLIGRAM | MILLIGRAMS | МГ | 毫克"),
        *_unit("MC", MASS, "0.000000001", "UG | MCG | MICROGRAM | MICROGRAMS"),
        *_unit(
            "TNE",
            MASS,
            "1000",
            "TNE | MT | MTS | M/T | T | TO | TN | TNS | TON | TONS | TONNE | TONNES | TONELADA | TONELADAS | TONELADA METRICA | TM | TMB | TMN | METRIC TON | "
            "METRIC TONS | METRIC TONNE | METRIC TONNES | MTON | MTONS | M TON | M TONS | MTN | Т | ТН | ТОННА | ТОНН | ТОННЫ | 吨 | 公吨 | TẤN | TONNELLATE | "
            "TONNEN | TNM | TONELADA METRICA NETA",
        ),
        *_unit("DTN", MASS, "100", "DTN | QUINTAL METRICO | QUINTAL | QUINTALES | QUINTALI | Q.LI | DECITONNE | ЦЕНТНЕР | DT"),
        # Measures of trade in China; they have no code of Rec. 20: half a kilogram and a hundred times as much.
        *_unit("", MASS, "0.5", "市斤"),
        *_unit("", MASS, "50", "市担"),
        *_unit("KTN", MASS, "1000000", "KTN | KT | KILOTONNE"),
        *_unit("LBR", MASS, "0.45359237", "LBR | LB | LBS | POUND | POUNDS | LIBRA | LIBRAS | LIVRE | LIVRES | ФУНТ | 磅"),
        *_unit("ONZ", MASS, "0.028349523125", "ONZ | OZ | OZS | OUNCE | OUNCES | ONZA | ONZAS | 盎司"),
        *_unit("STN", MASS, "907.18474", "STN | SHORT TON | SHORT TONS | US TON | NET TON"),
        *_unit("LTN", MASS, "1016.0469088", "LTN | LONG TON | LONG TONS | GROSS TON"),
        *_unit("CWI", MASS, "50.80234544", "CWI | HUNDREDWEIGHT | CWT UK"),
        *_unit("CWA", MASS, "45.359237", "CWA | CWT | HUNDRED POUND"),
        *_unit(
            "LTR",
            VOLUME,
            "1",
            "LTR | L | LT | LTS | LTRS | LIT | LITS | LITER | LITERS | LITRE | LITRES | LITRO | LITROS | Л | ЛИТР | ЛИТРОВ | ЛИТРЫ | ЛІТР | 升 | 公升 | LÍT | LITRI | DM3 | DMQ",
        ),
        *_unit(
            "MLT",
            VOLUME,
            "0.001",
            "MLT | ML | MLS | MILLILITER | MILLILITERS | MILLILITRE | MILLILITRES | MILILITRO | MILILITROS | МЛ | 毫升 | CC | CM3 | CMQ",
        ),
        *_unit("CLT", VOLUME, "0.01", "CLT | CL | CENTILITRE | CENTILITRO"),
        *_unit("DLT", VOLUME, "0.1", "DLT | DL | DECILITRE"),
        *_unit("HLT", VOLUME, "100", "HLT | HL | HECTOLITRE | HECTOLITER | HECTOLITRO | HECTOLITROS | ГЛ"),
        *_unit(
            "MTQ",
            VOLUME,
            "1000",
            "MTQ | M3 | M³ | CBM | CUM | CU M | CUBIC METER | CUBIC METRE | CUBIC METERS | CUBIC METRES | METRO CUBICO | METROS CUBICOS | М3 | 立方米 | KL | KILOLITRE | KILOLITER",
        ),
        *_unit(
            "GLL",
            VOLUME,
            "3.785411784",
            "GLL | GAL | GALS | GALLON | GALLONS | US GALLON | US GAL | USG | GALON | GALONES | GLN | 加仑",
        ),
        *_unit("GLI", VOLUME, "4.54609", "GLI | IMP GAL | IMPERIAL GALLON | UK GALLON"),
        *_unit("QT", VOLUME, "0.946352946", "QT | QTS | QUART | QUARTS | QTL"),
        *_unit("PT", VOLUME, "0.473176473", "PTL | PINT | PINTS"),
        *_unit("OZA", VOLUME, "0.0295735295625", "OZA | FL OZ | FLUID OUNCE | FLUID OUNCES"),
        *_unit("BLL", VOLUME, "158.987294928", "BLL | BBL | BARREL OF OIL"),
        *_unit(
            "H87",
            COUNT,
            "1",
            "H87 | C62 | EA | EACH | PCE | PCS | PC | PIECE | PIECES | PIEZA | PIEZAS | NMB | NO | NOS | NUMBER | NAR | UN | UNI | UNID | UNIDAD | UNIDADES | UNIDADE | "
            "UNIT | UNITS | UNT | UNITE | UNITES | U | UND | UDS | ШТ | ШТУК | ШТУКА | 个 | 件 | 台 | PIEZA UNIDAD | CÁI | CHIẾC | PÇ | PÇS | NAP | ST | STK | STUECK",
        ),
        *_unit("SET", COUNT, "1", "SET | SETS | JUEGO | JUEGOS | JEU | 套 | КОМПЛ"),
        *_unit("PR", COUNT, "2", "PR | PRS | PAIR | PAIRS | PAR | PARES | 双 | ПАР"),
        *_unit("DZN", COUNT, "12", "DZN | DOZ | DZ | DOZEN | DOZENS | DOCENA | DOCENAS | DUZIA"),
        *_unit("GRO", COUNT, "144", "GRO | GROSS"),
        *_unit("CEN", COUNT, "100", "CEN | HUNDRED | CIENTO"),
        *_unit("MIL", COUNT, "1000", "MIL | THOUSAND | THD | MILLAR | MILLARES | TU"),
    ]
)
_MESSAGE_UNITS = {
    X12: {"L": _SPELLINGS["LBR"], "K": _SPELLINGS["KGM"], "G": _SPELLINGS["GRM"], "N": _SPELLINGS["LBR"]},
    IATA: {"L": _SPELLINGS["LBR"], "K": _SPELLINGS["KGM"]},
}
_QUALIFIED = re.compile(r"^(?P<unit>[^#(/,;-]+?)\s*(?:#[A-Z]|\([^)]*\)|[/,;-].*)$")


@lru_cache(maxsize=16_384)
def find_unit(text: str, message: str = TABLE) -> Unit | None:
    """The unit that a text names.

    Args:
        text: code or word: `KGM`, `kgs.`, `KGM#G`, `KILOGRAMOS (KG)`.
        message: table, x12 or iata; what `L`, `K` and `G` stand for depends on it.
    """
    if len(text) > 80:
        return None
    folded = fold_unit(text)
    own = _MESSAGE_UNITS.get(message, {}).get(folded)
    if own:
        return own
    found = _SPELLINGS.get(folded)
    if found:
        return found
    match = _QUALIFIED.match(text.strip())
    return _SPELLINGS.get(fold_unit(match["unit"])) if match else None


def unit_in_header(words: tuple[str, ...]) -> Unit | None:
    """The unit of mass that ends a column's header: `GROSS_WEIGHT_LBS`, `Weight (MT)`; None where it names none."""
    for word in reversed(words[-2:]):
        unit = find_unit(word)
        if unit and unit.kind == MASS and len(word) <= 12:
            return unit
    return None


def to_base(value: Decimal, unit: Unit) -> Decimal:
    """The value in kilograms, litres or pieces, to six places (half to even)."""
    return (value * unit.factor).quantize(Decimal("0.000001"))
