"""Countries as written (codes, names in many languages, both in one cell) to ISO 3166 alpha-2."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import babel
from babel import Locale
from babel.core import get_global

from precursor_screen.store.kept import kept

_LANGUAGES = [
    "en",
    "es",
    "fr",
    "pt",
    "de",
    "it",
    "nl",
    "pl",
    "ru",
    "uk",
    "zh_Hans",
    "zh_Hant",
    "ar",
    "tr",
    "vi",
    "fa",
    "ja",
    "ko",
    "id",
    "ro",
    "cs",
    "hu",
    "el",
    "he",
    "th",
    "sv",
    "hy",
    "ka",
    "uz",
    "az",
    "kk",
]
# A code of its own in trade data of the European Union (Implementing Regulation 2020/1470, annex I), beside GB.
NORTHERN_IRELAND = "XI"
_NO_COUNTRY = frozenset(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"])

# What manifests write beside the names of CLDR. Historical names go to the state that took over the code or the trade.
_ALIASES = {
    # Parts of states, and former or turned-about names, as customs lists have them; names of fifteen letters are India's.
    "ZANZIBAR": "TZ", "COLONFREEZONE": "PA", "ZONALIBREDECOLON": "PA", "VIRGINISLANDSUNITEDSTATES": "VI", "DUBAI": "AE", "MADEIRA": "PT",
    "VIETNAMDEMOCRATICREPUBLICOF": "VN", "VIETNAMSOCREP": "VN", "YEMENDEMOCRATIC": "YE",
    "MACEDONIATHEFORMERYUGOSLAVREPUBLICOF": "MK", "MACEDONIATHEFORMERYUGOSLAVREPUBLIC": "MK", "LIBYANARABREPUBLIC": "LY",
    "KOREAREP": "KR", "KOREARP": "KR", "KOREADPRP": "KP", "CHINAPRP": "CN", "UARABEMTS": "AE", "UTDKINGDOM": "GB", "SAUDIARAB": "SA",
    "SRILANKADSR": "LK", "RUSSIANFED": "RU", "CZECHREP": "CZ", "SLOVAKREP": "SK", "CENTRALAFRICANREP": "CF", "DOMINICANREP": "DO",
    "DEMREPOFCONGO": "CD", "CONGODREP": "CD", "CONGOPREP": "CG", "LAOPDRP": "LA", "EGYPTARP": "EG", "TANZANIAREP": "TZ", "PAKISTANIR": "PK",
    "BANGLADESHPR": "BD", "AFGHANISTANTIS": "AF", "YEMENREPUBLC": "YE", "BOSNIAHRZGOVIN": "BA", "HOLYSEEVATICANCITYSTATE": "VA",
    "USAUNITEDSTATES": "US", "UNITEDKINGDOMEXCLUDINGNORTHERNIRELAND": "GB", "КОРЕЯРЕСПУБЛИКА": "KR", "STVINCENT": "VC",
    "США": "US", "UK": "GB", "EL": "GR", "USA": "US", "USOFA": "US", "USOFAMERICA": "US", "UNITEDSTATESOFAMERICA": "US", "AMERICA": "US",
    "ESTADOSUNIDOSDEAMERICA": "US", "EEUU": "US", "EUA": "US", "ETATSUNISDAMERIQUE": "US", "СОЕДИНЕННЫЕШТАТЫАМЕРИКИ": "US",
    "GREATBRITAIN": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB", "NORTHERNIRELAND": "GB", "REINOUNIDO": "GB",
    "UNITEDKINGDOMOFGREATBRITAINANDNORTHERNIRELAND": "GB", "UNITEDKINGDOMOFGREATBRITAINANDNORTHERNIRELANDTHE": "GB",
    "HOLLAND": "NL", "THENETHERLANDS": "NL", "NETHERLANDSTHE": "NL", "HOLANDA": "NL", "PAYSBAS": "NL",
    "KOREA": "KR", "SOUTHKOREA": "KR", "REPUBLICOFKOREA": "KR", "KOREAREPUBLICOF": "KR", "KOREASOUTH": "KR", "REPOFKOREA": "KR",
    "KOREATHEREPUBLICOF": "KR", "COREADELSUR": "KR", "NORTHKOREA": "KP", "DPRK": "KP", "KOREADEMOCRATICPEOPLESREPUBLICOF": "KP",
    "DEMOCRATICPEOPLESREPUBLICOFKOREA": "KP", "KOREANORTH": "KP", "KOREATHEDEMOCRATICPEOPLESREPUBLICOF": "KP",
    "RUSSIANFEDERATION": "RU", "RUSSIANFEDERATIONTHE": "RU", "РОССИЙСКАЯФЕДЕРАЦИЯ": "RU", "РФ": "RU", "FEDERACIONRUSA": "RU", "USSR": "RU",
    "PRC": "CN", "PEOPLESREPUBLICOFCHINA": "CN", "PRCHINA": "CN", "CHINAMAINLAND": "CN", "MAINLANDCHINA": "CN", "КНР": "CN",
    "CHINAPEOPLESREPUBLICOF": "CN", "中华人民共和国": "CN", "REPUBLICAPOPULARCHINA": "CN", "KITAI": "CN", "КИТАЙСКАЯНАРОДНАЯРЕСПУБЛИКА": "CN",
    "TAIWANPROVINCEOFCHINA": "TW", "CHINESETAIPEI": "TW", "TAIWANROC": "TW", "REPUBLICOFCHINA": "TW", "中国台湾": "TW",
    "HONGKONG": "HK", "HONGKONGSAR": "HK", "HONGKONGCHINA": "HK", "CHINAHONGKONG": "HK", "中国香港": "HK", "MACAU": "MO", "MACAO": "MO", "中国澳门": "MO",
    "VIETNAM": "VN", "VIETNAMSOCIALISTREPUBLICOF": "VN", "SOCIALISTREPUBLICOFVIETNAM": "VN", "BURMA": "MM",
    "IVORYCOAST": "CI", "COTEDIVOIRE": "CI", "COTEDLVOIRE": "CI", "IRAN": "IR", "IRANISLAMICREPUBLICOF": "IR", "ISLAMICREPUBLICOFIRAN": "IR",
    "SYRIANARABREPUBLIC": "SY", "LAOPEOPLESDEMOCRATICREPUBLIC": "LA", "LAOPDR": "LA", "LAOPEOPLESDEMOCRATICREPUBLICTHE": "LA",
    "CZECHREPUBLIC": "CZ", "SLOVAKREPUBLIC": "SK", "MACEDONIA": "MK", "REPUBLICOFMACEDONIA": "MK", "FYROM": "MK", "NORTHMACEDONIA": "MK",
    "TURKEY": "TR", "TURKIYE": "TR", "SWAZILAND": "SZ", "CAPEVERDE": "CV", "EASTTIMOR": "TL", "ZAIRE": "CD", "DRC": "CD", "DRCONGO": "CD",
    "DEMOCRATICREPUBLICOFTHECONGO": "CD", "CONGODEMOCRATICREPUBLICOFTHE": "CD", "CONGOTHEDEMOCRATICREPUBLICOFTHE": "CD", "CONGOTHEDEMOCRATICREPUBLICOF": "CD", "CONGODEMOCRATICREPUBLICOF": "CD", "CONGODEMREPOF": "CD", "CONGOKINSHASA": "CD",
    "CONGO": "CG", "REPUBLICOFTHECONGO": "CG", "CONGOREPUBLICOF": "CG", "CONGOTHE": "CG", "RDCONGO": "CD",
    "UAE": "AE", "EMIRATES": "AE", "UNITEDARABEMIRATESTHE": "AE", "UTDARABEMIR": "AE", "EMIRATOSARABES": "AE", "ОАЭ": "AE", "KSA": "SA",
    "KINGDOMOFSAUDIARABIA": "SA", "TANZANIAUNITEDREPUBLICOF": "TZ", "UNITEDREPUBLICOFTANZANIA": "TZ", "BOLIVIAPLURINATIONALSTATEOF": "BO",
    "VENEZUELABOLIVARIANREPUBLICOF": "VE", "MOLDOVAREPUBLICOF": "MD", "REPUBLICOFMOLDOVA": "MD", "MICRONESIAFEDERATEDSTATESOF": "FM",
    "BRUNEIDARUSSALAM": "BN", "PALESTINE": "PS", "PALESTINESTATEOF": "PS", "STATEOFPALESTINE": "PS", "LIBYANARABJAMAHIRIYA": "LY",
    "PHILIPPINESTHE": "PH", "SUDANTHE": "SD", "NIGERTHE": "NE", "GAMBIATHE": "GM", "BAHAMASTHE": "BS", "DOMINICANREPUBLICTHE": "DO",
    "COMOROSTHE": "KM", "REUNION": "RE", "CURACAO": "CW", "HOLYSEE": "VA", "VATICAN": "VA", "KOSOVO": "XK", "BYELORUSSIA": "BY", "BELORUSSIA": "BY",
    "БЕЛОРУССИЯ": "BY", "RSA": "ZA", "REPUBLICOFSOUTHAFRICA": "ZA", "AFRIQUEDUSUD": "ZA", "BRASIL": "BR", "ALEMANIA": "DE", "GERMANYFEDERALREPUBLICOF": "DE",
    "KYRGYZREPUBLIC": "KG", "SAINTMARTIN": "MF", "TRINIDADTOBAGO": "TT", "BOSNIA": "BA", "BOSNIAHERZEGOVINA": "BA", "GUINEABISSAU": "GW",
    "VIRGINISLANDSBRITISH": "VG", "VIRGINISLANDSUS": "VI", "SAINTMARTINFRENCHPART": "MF", "SINTMAARTENDUTCHPART": "SX", "BONAIRESINTEUSTATIUSANDSABA": "BQ",
    "SAINTHELENAASCENSIONANDTRISTANDACUNHA": "SH", "FRENCHSOUTHERNTERRITORIESTHE": "TF", "UNITEDSTATESMINOROUTLYINGISLANDSTHE": "UM",
    "SOUTHGEORGIAANDTHESOUTHSANDWICHISLANDS": "GS", "FALKLANDISLANDSTHEMALVINAS": "FK", "FALKLANDISLANDSMALVINAS": "FK", "TANZANIATHEUNITEDREPUBLICOF": "TZ",
    # Codes of the Union's geonomenclature (Implementing Regulation 2020/1470): Serbia, Ceuta, Melilla; and a withdrawn one.
    "UNITEDKINGDOMNORTHERNIRELAND": NORTHERN_IRELAND, "XS": "RS", "XC": "ES", "XL": "ES", "TP": "TL", "NETHERLANDSKINGDOMOFTHE": "NL", "WESTINDIESBRITISH": "VG",
    "SERBIAANDMONTENEGRO": "RS", "YUGOSLAVIA": "RS", "SRILANKA": "LK", "CEYLON": "LK", "INDIAREPUBLICOF": "IN", "BHARAT": "IN", "NEDERLAND": "NL",
}  # fmt: skip
# What stands for no one country: unions, and the codes of the Union's geonomenclature for goods of an origin that is not stated.
_OF_NO_COUNTRY = frozenset(
    (
        *(
            "EU",
            "EUR",
            "EUROPEANUNION",
            "UNIONEUROPEA",
            "UNIONEUROPEENNE",
            "UNIAOEUROPEIA",
            "EUROPAISCHEUNION",
            "ЕС",
            "ЕВРОСОЮЗ",
            "欧盟",
            "AVRUPABIRLIGI",
        ),
        *(
            "QP",
            "QQ",
            "QR",
            "QS",
            "QU",
            "QV",
            "QW",
            "QX",
            "QY",
            "QZ",
            "XX",
            "ZZ",
            "HIGHSEAS",
            "NOTSPECIFIED",
            "UNSPECIFIED",
            "VARIOUS",
            "VARIOUSCOUNTRIES",
        ),
        *("OTHERCOUNTRIES", "DIVERSOS", "VARIOS", "DIVERS", "РАЗНЫЕ", "РАЗНЫЕСТРАНЫ", "STATELESS"),
    )
)
_SMALL_WORDS = frozenset(
    ("THE", "AND", "OF", "Y", "ET", "E", "LA", "LE", "LES", "DE", "DU", "DES", "DEL", "REPUBLIC", "REPUBLICA", "REPUBLIQUE", "KINGDOM", "REINO", "ROYAUME")
)  # fmt: skip
_SAINTS = {"SAINT": "ST", "SAINTE": "ST", "STE": "ST", "SINT": "ST"}
_LEAST_LETTERS = 4
_PAIR = re.compile(
    r"([A-Za-z]{2,3})\s*(?:[,;:/|]|\s-\s?|-)\s*(.{3,})|(.{3,}?)\s*(?:[,;:/|]|\s-\s?)\s*([A-Za-z]{2,3})|(.{3,}?)\s*[(\[]\s*([A-Za-z]{2,3})\s*[)\]]"
)


_LETTERS_OF_THEIR_OWN = frozenset("ЙЇЎ")  # not И, І and У with an accent, though Unicode takes them apart


def fold_country(text: str) -> str:
    """Letters only, in capitals, without accents: the form in which names are compared."""
    composed = unicodedata.normalize("NFKC", text.upper())
    bare = "".join(c if c in _LETTERS_OF_THEIR_OWN else unicodedata.normalize("NFD", c) for c in composed)
    return "".join(c for c in bare if c.isalpha() and not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    territories = Locale.parse("en").territories
    known = (c for c in map(str, territories) if len(c) == 2 and c.isalpha() and c not in _NO_COUNTRY)
    return frozenset((*known, NORTHERN_IRELAND))


def is_country_code(text: str) -> bool:
    """Whether a text is an ISO 3166 alpha-2 code, or Northern Ireland's, in capitals."""
    return text in _codes()


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Folded names to codes; to read 30 languages of the library takes a third of a second."""
    return kept("countries", dict[str, str], babel.__version__, _read_names)


def _read_names() -> dict[str, str]:
    codes, names = _codes(), dict[str, str]()
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in codes:
                # English comes first and wins: a name that means two countries in two languages goes by the English one.
                names.setdefault(fold_country(name), code)
                if " & " in name:
                    names.setdefault(fold_country(name.replace(" & ", " and ")), code)
    names.update(_ALIASES)
    return names


def _words(text: str) -> str:
    """A name without the words that official lists add or leave out: `Saint Kitts and Nevis`, `ST. KITTS & NEVIS`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.upper()) if not unicodedata.combining(c))
    words = re.findall(r"[^\W\d_]+", bare)
    return " ".join(_SAINTS.get(word, word) for word in words if word not in _SMALL_WORDS)


@lru_cache(maxsize=1)
def _by_words() -> dict[str, str]:
    """Names in these words to codes."""
    found: dict[str, str] = {}
    for language in ("en", "es", "fr", "pt"):
        for code, name in Locale.parse(language).territories.items():
            if code in _codes() and len(key := _words(name)) >= _LEAST_LETTERS:
                found.setdefault(key, code)  # English comes first and wins
    return found


def is_no_one_country(text: str) -> bool:
    """Whether a cell states that the goods are of no one country: `EU`, `QU` (not stated), `Various`."""
    return len(text) <= 60 and fold_country(text) in _OF_NO_COUNTRY


@lru_cache(maxsize=1)
def _other_codes() -> dict[str, str]:
    """Alpha-3 and numeric codes (three digits) to alpha-2, from CLDR's aliases; those of dissolved states name several."""
    codes = _codes()
    return {
        alias: targets[0]
        for alias, targets in get_global("territory_aliases").items()
        if len(alias) == 3 and len(targets) == 1 and targets[0] in codes
    }


@lru_cache(maxsize=65_536)
def find_country(text: str) -> str | None:
    """The alpha-2 code of what a cell names; None where it is neither code nor name.

    `NA` is Namibia. `IN, INDIA`, `INDIA (IN)` and `India - IND` are India; a pair that contradicts itself is nothing.
    """
    tidy = unicodedata.normalize("NFKC", text).strip().strip("'\"")
    if not tidy or len(tidy) > 200:
        return None
    plain = _plain(tidy)
    if plain:
        return plain
    match = _PAIR.fullmatch(tidy)
    if not match:
        return None
    code_text, name_text = (match[1], match[2]) if match[1] else (match[4], match[3]) if match[4] else (match[6], match[5])
    code, name = _plain(code_text), _plain(name_text)
    if code and name:
        return code if code == name else None
    return name


def _plain(text: str) -> str | None:
    upper = text.strip().upper().replace(".", "")
    if len(upper) == 2 and upper in _codes():
        return upper
    if len(upper) <= 3:
        other = _other_codes().get(upper.zfill(3) if upper.isdigit() else upper)
        if other:
            return other
    folded = fold_country(text)
    found = _names().get(folded)
    if found is None and folded.startswith("THE"):
        found = _names().get(folded[3:])
    return found or _by_words().get(_words(text))
