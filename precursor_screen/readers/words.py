"""What a cell says about direction, mode of transport, currency and the function of a message."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from precursor_screen.names.countries import fold_country

IMPORT, EXPORT, TRANSIT, TRANSHIPMENT = "import", "export", "transit", "transhipment"

# Bol_nature of ASYCUDA: 22 export, 23 import, 24 transit, 28 transhipment.
_DIRECTIONS = {
    IMPORT: "I|IM|IMP|IMPORT|IMPORTS|IMPORTATION|INBOUND|INWARD|IMPORTACION|IMPORTACAO|IMPORTACIONES|IMPORTATIONS|IM4|IM5|IM6|IM7|IM9|ИМ|ИМПОРТ|ІМПОРТ|ВВОЗ|进口|入境|"
    "NHAPKHAU|ITHALAT|EINFUHR|IMPORTAZIONE|INVOER|PRZYWOZ|HOMECONSUMPTION|HOMEUSE|RELEASEFORFREECIRCULATION|ВЫПУСКДЛЯВНУТРЕННЕГОПОТРЕБЛЕНИЯ|MISEALACONSOMMATION|"
    "IMPORTACIONDEFINITIVA|IMPORTACIONACONSUMO|CONSUMO|DEFINITIVEIMPORT|23",
    EXPORT: "E|EX|EXP|EXPORT|EXPORTS|EXPORTATION|OUTBOUND|OUTWARD|EXPORTACION|EXPORTACAO|EXPORTACIONES|EXPORTATIONS|EX1|EX2|EX3|EX8|ЭК|ЭКСПОРТ|ЕКСПОРТ|ВЫВОЗ|出口|出境|"
    "XUATKHAU|IHRACAT|AUSFUHR|ESPORTAZIONE|UITVOER|WYWOZ|EXPORTACIONDEFINITIVA|REEXPORT|REEXPORTACION|REEXPORTATION|РЕЭКСПОРТ|DEFINITIVEEXPORT|22",
    TRANSIT: "T|TR|T1|T2|TRN|TRANSIT|TRANSITO|TRANSITOADUANERO|ТРАНЗИТ|ТТ|过境|转关|QUACANH|INTRANSIT|THROUGHTRANSIT|24",
    TRANSHIPMENT: "TS|TRANSHIPMENT|TRANSSHIPMENT|TRANSHIP|TRANSBORDO|TRASBORDO|TRANSBORDEMENT|ПЕРЕГРУЗКА|转运|转口|28",
}
_MODES = {
    # UN/ECE Recommendation 19 (one digit), box 25 of the SAD (that digit and a zero).
    "sea": "1|10|SEA|S|SEAFREIGHT|BYSEA|OCEAN|MARITIME|MARITIMO|MARITIMA|VESSEL|SHIP|BARCO|ACUATICO|MER|MARITIMEMER|FLUVIAL|8|80|INLANDWATERWAY|МОРСКОЙ|МОРСКОЙТРАНСПОРТ|МОРЕ|水路运输|海运|江海运输|DUONGBIEN|DENIZYOLU|SEEVERKEHR|VIAMARITIMA|CONTAINERSHIP",
    "rail": "2|20|RAIL|RAILWAY|TRAIN|R|FERROVIARIO|FERROCARRIL|FERROVIAIRE|ЖЕЛЕЗНОДОРОЖНЫЙ|ЖД|ЖЕЛЕЗНОДОРОЖНЫЙТРАНСПОРТ|铁路运输|铁路|DEMIRYOLU|EISENBAHNVERKEHR|FERROVIARIA",
    "road": "3|30|ROAD|TRUCK|LAND|LORRY|CARRETERA|CARRETERO|TERRESTRE|CAMION|RODOVIARIO|RODOVIARIA|ROUTE|ROUTIER|АВТОМОБИЛЬНЫЙ|АВТО|АВТОМОБИЛЬНЫЙТРАНСПОРТ|公路运输|汽车运输|KARAYOLU|STRASSENVERKEHR|BYROAD|VIATERRESTRE",
    "air": "4|40|AIR|A|AIRFREIGHT|BYAIR|AEREO|AEREA|AERIEN|AERIENNE|ВОЗДУШНЫЙ|АВИА|ВОЗДУШНЫЙТРАНСПОРТ|航空运输|空运|DUONGHANGKHONG|HAVAYOLU|LUFTVERKEHR|VIAAEREA|PLANE|AIRCRAFT",
    "post": "5|50|POST|POSTAL|MAIL|CORREO|COURIER|EXPRESS|COURRIER|CORREIO|CORREOPOSTAL|ПОЧТА|ПОЧТОВЫЙ|邮件运输|邮政|快件|POSTSENDUNG|POSTA",
}
_FUNCTIONS = {
    "original": "9|ORIGINAL|O|NEW|N|A|ADD|ADDITION|CREATE|NUEVO|НОВЫЙ",
    "replacement": "5|4|REPLACEMENT|REPLACE|R|AMENDMENT|AMEND|AMENDED|CHANGE|C|M|MODIFY|MODIFICATION|UPDATE|CORRECTION|RECTIFICATION|RECTIFICACION",
    "cancellation": "1|3|CANCELLATION|CANCEL|CANCELLED|CANCELED|X|D|DELETE|DELETION|ANULACION|ANNULATION|VOID",
}
_CURRENCY_WORDS = {
    "$": "USD", "US$": "USD", "U$S": "USD", "USDOLLAR": "USD", "USDOLLARS": "USD", "DOLAR": "USD", "DOLARES": "USD", "DOLARESTADOUNIDENSE": "USD", "DOLARUSA": "USD",
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "RMB": "CNY", "CNH": "CNY", "YUAN": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR", "日元": "JPY", "RUR": "RUB",
    "ДОЛЛАРСША": "USD", "ЕВРО": "EUR", "РУБЛЬ": "RUB",
}  # fmt: skip
_CODE = re.compile(r"[A-Z]{3}")


def _index(words: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, line in words.items() for word in line.split("|")}


_DIRECTION_OF, _MODE_OF, _FUNCTION_OF = _index(_DIRECTIONS), _index(_MODES), _index(_FUNCTIONS)
_PROCEDURE = re.compile(r"(\d{2})\d{2}(?:[A-Z0-9]{0,3})?")
# Union customs code, Delegated Regulation 2015/2446, annex B, data element 1/10: the first two digits, as ASYCUDA uses them too.
_PROCEDURE_IMPORT = frozenset(
    ("01", "07", "40", "42", "43", "44", "45", "46", "48", "51", "53", "61", "63", "68", "71", "78", "91", "92")
)
_PROCEDURE_EXPORT = frozenset(("10", "11", "21", "22", "23", "31"))
_PROCEDURE_TRANSIT = frozenset(("80", "81"))


def _fold(text: str) -> str:
    folded = fold_country(text)
    digits = "".join(c for c in text if c.isdigit())
    return folded + digits if folded and digits else folded or digits


def find_direction(text: str) -> str | None:
    """import, export, transit or transhipment, from a word or code in several languages; else None."""
    return _DIRECTION_OF.get(_fold(text)) if len(text) <= 60 else None


def direction_of_procedure(text: str) -> str | None:
    """The direction that a customs procedure implies, from its words or a four-digit code; None where it does not say."""
    folded = _fold(text)
    if len(text) > 80 or len(folded) < 2 or folded in ("22", "23", "24", "28"):
        return None
    word = _DIRECTION_OF.get(folded)
    if word:
        return word
    match = _PROCEDURE.fullmatch(text.strip().replace(" ", ""))
    if match:
        code = match[1]
        if code in _PROCEDURE_IMPORT:
            return IMPORT
        if code in _PROCEDURE_EXPORT:
            return EXPORT
        return TRANSIT if code in _PROCEDURE_TRANSIT else None
    head = re.match(r"(IM|EX|TR)\s?\d?\b", text.strip().upper())
    return {"IM": IMPORT, "EX": EXPORT, "TR": TRANSIT}[head[1]] if head else None


def find_mode(text: str) -> str | None:
    """sea, air, road, rail or post, from a word or code in several languages; else None (pipelines, several modes)."""
    tidy = re.sub(r"\.0+$", "", text)
    return _MODE_OF.get(_fold(tidy)) if len(text) <= 60 else None


def find_function(text: str) -> str | None:
    """original, replacement or cancellation; else None."""
    return _FUNCTION_OF.get(_fold(text)) if len(text) <= 60 else None


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(Locale.parse("en").currencies)


def find_currency(text: str) -> str:
    """The ISO 4217 code; what is no known currency stays as filed."""
    upper = text.strip().upper()
    if upper in _CURRENCY_WORDS:
        return _CURRENCY_WORDS[upper]
    if upper in _currencies():
        return upper
    word = _CURRENCY_WORDS.get(fold_country(text))
    if word:
        return word
    code = _CODE.search(upper) if len(upper) <= 40 else None
    return code[0] if code and code[0] in _currencies() else text
