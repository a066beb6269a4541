"""What the other columns say of one: texts that are the tariff's, numbers that are yes and no, whose number an identifier is.

A header alone misleads where a table copies the tariff's words under "Product", counts containers under "Containers", or heads a column
with nothing but TIN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import fmean
from typing import Final

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.schema import DATES
from precursor_screen.readers.column_map import IGNORED_BY_MAP, KINDS, PARTY_NAMES, Guess
from precursor_screen.readers.tabular.assign import UNKNOWN
from precursor_screen.readers.tabular.concepts import languages_of, meanings, says, split_header
from precursor_screen.readers.tabular.content import PROVEN, Content, holds_words, is_firm, kind_of, tariff_texts
from precursor_screen.text.countries import PORTS, find_country
from precursor_screen.text.dates import parse_date, weigh_order
from precursor_screen.text.numbers import decide
from precursor_screen.text.quantity_words import find_unit, is_package_kind

# Fields that a yes or no says nothing of. NO is Norway, 1 a class of dangerous goods, so neither countries nor classes stand here.
_NO_FLAGS: Final = ("container_numbers", "un_numbers", "cas_numbers", "cus_codes", "permit_reference", "pen_reference", "vessel")
_COUNTED, _COUNTS = re.compile(r"\s*\d[\d.,\s]*[^\W\d]{2}"), 0.7  # of the cells
_NUMBERED: Final = re.compile(r"[^\W\d]{1,3}\W?\d+$")  # P1, PAL-07
_WITH_FIGURES: Final = ("un_numbers", "cas_numbers", "cus_codes")
_SURE: Final = ("hs_code", "container_numbers", "cas_numbers")  # of these a table has one column, and nothing else looks like it
_WAYS: Final = {
    "country_of_dispatch": frozenset(("from", "von", "de", "desde", "da", "из", "od")),
    "country_of_destination": frozenset(("to", "nach", "a", "hacia", "para", "в", "do", "dest")),
}
_OF_GOODS: Final = frozenset(("goods", "text"))
_WORDS: Final = 0.8  # of the cells say something in words
_BEYOND_DOUBT: Final = 0.95  # of the cells are numbers of the kind
_DAYS: Final = 0.8  # of the cells, in the order that they leave
_COUNTRIES: Final = 0.8  # of the cells
_INITIALS: Final = 3  # letters of a header that may stand for a port, and for a country as well
_DOCUMENTS: Final = frozenset(
    ("document", "documents", "doc", "dokument", "documento", "dokumentes", "unterlage", "документ", "документа")
)
_AMOUNTS: Final = ("count", "mass", "value")  # below these 27000 is a number, and no day of 1973
_NOT_THE_DAY: Final = frozenset(
    ("invoice", "birth", "born", "expiry", "expires", "valid", "until", "due", "order", "contract", "permit", "licence")
)
_NAMES: Final = frozenset((*PARTY_NAMES, "declarant_name", "carrier_name", "other_parties"))
_FIRMS: Final = 0.3  # of the cells; many traders are persons
_LONG_NUMBER: Final = re.compile(r"[\d\s./-]{5,}")
_DIGIT: Final = re.compile(r"\d")
_UNITS: Final = 0.5  # of the cells
_LETTER: Final = re.compile(r"[^\W\d_]")
_NUMBERS: Final = frozenset(("tax_number", "number", "code", "qualifier"))
_ROLES: Final = {
    f"{role}_name": f"{role}_identifier" for role in ("importer", "exporter", "consignee", "consignor", "notify_party")
}
_BILLS: Final = ("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading")
_AIR: Final = frozenset(("awb", "hawb", "mawb", "airwaybill", "air"))
_TRADERS: Final = ("importer_name", "exporter_name")


def not_contradicted(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The guesses from spellings without what cells contradict; arguments as of `confirm`."""
    return [guess if guess.position in fixed else _possible(guess, contents[guess.position]) for guess in guesses]


def confirm(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content], table: pa.Table) -> list[Guess]:
    """The guesses with what neighbours add.

    Args:
        guesses: from headers and cells.
        fixed: positions that the user's map states; they stay.
        contents: what the cells of each column are.
        table: the rows below the header.
    """
    made = [guess if guess.position in fixed else _addressed(_owned(guess, guesses), guesses) for guess in guesses]
    made = [guess if guess.position in fixed else _of_air(guess, made) for guess in made]
    made = _with_numbers(_with_goods(_with_ways(made, fixed, contents), fixed, contents), fixed, contents)
    made = _with_counts(_with_documents(made, fixed, contents), fixed, contents)
    tariff = tariff_texts(made, table)
    return [
        replace(guess, field="", reason="one text for each HS code: the tariff's, not of these goods")
        if guess.position in tariff and guess.position not in fixed and not guess.preset
        else guess
        for guess in made
    ]


def _with_ways(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """Columns under From and To that hold countries, places of delivery that are countries, and the only column of days in a table that has no
    other."""
    made = list(guesses)
    for guess in (g for g in guesses if g.field == "place_of_delivery" and not g.preset and g.position not in fixed):
        content = contents[guess.position]
        countries = "country_of_destination" in kind_of(content)[:1] or content.share(find_country) >= _COUNTRIES
        if countries and not any(g.field == "country_of_destination" for g in made):
            made[guess.position] = replace(guess, field="country_of_destination", reason="countries under a header of a place")
    for guess in (g for g in guesses if g.reason == UNKNOWN and g.position not in fixed):
        words = "".join(split_header(guess.header))
        kind = kind_of(contents[guess.position])
        for field, headers in _WAYS.items():
            if words in headers and field in kind and not any(g.field == field for g in made):
                made[guess.position] = replace(guess, field=field, reason="countries under a header of where from or where to")
    if not any(g.field in DATES for g in made):
        days = [g for g in made if not g.field and g.position not in fixed and _are_days(contents[g.position])]
        days = [
            g
            for g in days
            if g.reason == UNKNOWN and not _NOT_THE_DAY & set(split_header(g.header)) and not says(g.header, *_AMOUNTS)
        ]
        if len(days) == 1:
            made[days[0].position] = replace(days[0], field="date", reason="by its cells: the only days of the table")
    return made


def _with_goods(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The only column of words whose header says goods or text, be it with words that nobody knows, in a table that has no other."""
    if any(g.field in ("description", "description_extra") for g in guesses):
        return guesses
    languages = languages_of(tuple(g.header for g in guesses))
    made = list(guesses)
    found = [
        g
        for g in guesses
        if g.reason == UNKNOWN
        and g.position not in fixed
        and any(not _OF_GOODS.isdisjoint(word) for word in meanings(g.header, languages))
        and not all(meanings(g.header, languages))  # else its cells have decided
        and contents[g.position].share(holds_words) >= _WORDS
        and kind_of(contents[g.position]) == ("description",)
    ]
    if len(found) == 1:
        made[found[0].position] = replace(found[0], field="description", reason="its header says goods or text, as no other does")
    return made


def _with_numbers(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The only column of an unknown header whose cells are HS codes, container numbers or CAS numbers beyond doubt, in a table that has no other."""
    made = list(guesses)
    for field, (least, told_apart, holds) in PROVEN.items():
        found = [
            g
            for g in made
            if g.reason == UNKNOWN
            and g.position not in fixed
            and len({cell[:told_apart] for cell in contents[g.position].cells}) >= least
            and contents[g.position].share(holds) >= _BEYOND_DOUBT
        ]
        if len(found) == 1 and not any(g.field == field for g in made):
            made[found[0].position] = replace(found[0], field=field, reason="by its cells: the only such numbers of the table")
    return made


def _are_days(content: Content) -> bool:
    order = decide(weigh_order(content.cells))
    return content.share(lambda cell: parse_date(cell, order).day) >= _DAYS


def _with_documents(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The column of a document's number beside one of its type that says nothing but permits: "precursor permit | EX-17"."""
    made = list(guesses)
    unknown = [g for g in guesses if g.reason == UNKNOWN and g.position not in fixed]
    about = [g for g in unknown if _DOCUMENTS & set(split_header(g.header))]
    types = [g for g in about if says(g.header, "kind") and contents[g.position].share(lambda cell: says(cell, "permit")) == 1]
    numbers = [g for g in about if says(g.header, "number", "reference")]
    if len(types) == 1 and len(numbers) == 1 and not any(g.field == "permit_reference" for g in made):
        reason = "number of a document that another column calls a permit"
        made[numbers[0].position] = replace(numbers[0], field="permit_reference", reason=reason)
    return made


def _with_counts(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The column of kinds of packages that says how many there are, too (`40 drums`), or the one of numbers beside it that says no more
    than that they are numbers, in a table where no other column counts packages."""
    kinds = [g for g in guesses if g.field == "package_type" and g.position not in fixed and not g.preset]
    if len(kinds) != 1 or any(g.field == "packages" for g in guesses):
        return guesses
    if contents[kinds[0].position].share(_COUNTED.match) >= _COUNTS:
        counting, reason = kinds, "its cells say how many packages of which kind"
    else:
        open_ones = (g for g in guesses if g.position not in fixed and not g.preset)
        counting = [g for g in open_ones if _counts_beside(g, kinds[0], guesses)]
        reason = f"its header says that it counts, and {kinds[0].header!r} beside it what"
    return [replace(g, field="packages", reason=reason) if [g] == counting else g for g in guesses]


def _counts_beside(guess: Guess, kind: Guess, guesses: Sequence[Guess]) -> bool:
    """Whether a column of quantities without a unit stands beside that of the kinds of packages, under a header that names neither goods
    nor a unit."""
    words = meanings(guess.header, languages_of(tuple(g.header for g in guesses)))
    return (
        guess.field == "quantity"
        and guess.unit is None
        and abs(guess.position - kind.position) == 1
        and not any(g.field == "quantity_unit" for g in guesses)
        and all("count" in word or not _NUMBERS.isdisjoint(word) for word in words)
    )


def by_content(guesses: Sequence[Guess], contents: Sequence[Content]) -> list[Guess]:
    """The columns of a table without a header: what their cells are sure to be, the longest texts as the goods, and firms as parties
    of an unknown role."""
    kinds = {g.position: kind_of(contents[g.position]) for g in guesses if not g.field and g.reason != IGNORED_BY_MAP}
    found: dict[int, str] = {}
    for field in _SURE:
        places = [position for position, fields in kinds.items() if fields[:1] == (field,)]
        if len(places) == 1 and not any(g.field == field for g in guesses):
            found[places[0]] = field
    found |= dict.fromkeys((p for p, fields in kinds.items() if fields[:1] == ("consignee_name",)), "other_parties")
    texts = [position for position, fields in kinds.items() if fields == ("description",)]
    if texts and not any(g.field == "description" for g in guesses):
        found[max(texts, key=lambda position: fmean(map(len, contents[position].cells)))] = "description"
    return [
        replace(g, field=found[g.position], reason="by its cells: there is no header") if g.position in found else g
        for g in guesses
    ]


def _possible(guess: Guess, content: Content) -> Guess:
    if guess.field in _NO_FLAGS and content.flags:
        return replace(guess, field="", reason="says yes or no and no number")
    if (
        guess.field in PORTS
        and len("".join(split_header(guess.header))) <= _INITIALS
        and content.share(find_country) >= _COUNTRIES
    ):
        return replace(guess, field="", reason=UNKNOWN)
    role, _, part = guess.field.rpartition("_")
    if guess.field in _NAMES and content.cells and all(_LONG_NUMBER.fullmatch(cell) for cell in content.cells):
        field = f"{role}_identifier"
        return replace(guess, field=field if field in KINDS else "", reason="holds numbers and no names")
    if part == "identifier" and f"{role}_name" in _NAMES and content.share(is_firm) >= _FIRMS:
        return replace(guess, field=f"{role}_name", reason="holds names of firms")
    if guess.field == "quantity" and content.cells and not any(_DIGIT.search(cell) for cell in content.cells):
        if content.share(find_unit) >= _UNITS:
            return replace(guess, field="quantity_unit", reason="its cells are units")
        return replace(guess, field="", reason="has no number")
    if guess.field == "packages" and content.cells and all(map(_NUMBERED.match, content.cells)):
        return replace(guess, field="", reason="names packages and does not count them")
    if guess.field in _WITH_FIGURES and content.cells and not any(_DIGIT.search(cell) for cell in content.cells):
        return replace(guess, field="", reason=UNKNOWN)  # `Unid.` of units, no UN number
    if guess.field == "container_numbers" and content.cells and not any(_LETTER.search(cell) for cell in content.cells):
        return replace(guess, field="", reason="counts them and names none")
    if guess.field == "description" and kind_of(content)[:1] in (("container_numbers",), ("date",)):
        return replace(guess, field="", reason=UNKNOWN)
    if guess.field in PORTS and content.share(is_firm) >= _FIRMS:
        return replace(guess, field="", reason="names firms")
    if part == "identifier" and content.share(holds_words) >= _WORDS and not any(map(_DIGIT.search, content.cells)):
        return replace(guess, field="", reason="has words and no numbers")
    if guess.field == "package_type" and content.share(find_unit) >= _UNITS > content.share(is_package_kind):
        return replace(guess, field="quantity_unit", reason="its cells are units")
    return guess


def _owned(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    """TIN, RUC, EORI or IEC alone: the number of the party whose name stands before it, else of the one behind it."""
    if guess.preset or not _is_own_number(guess.header, languages_of(tuple(g.header for g in guesses))):
        return guess
    before = [g for g in guesses[: guess.position] if g.field in _ROLES]
    behind = [g for g in guesses[guess.position + 1 :] if g.field in _ROLES]
    traders = [g for g in (*before, *behind) if g.field in _TRADERS]
    if guess.field and len({g.field for g in traders}) == 1:  # IEC is the number of whoever trades in India
        owner = traders[0]
    elif not guess.field and (before or behind):
        owner = before[-1] if before else behind[0]
    else:
        return guess
    field = _ROLES[owner.field]
    if any(g.field == field and g.position != guess.position for g in guesses):
        return guess
    return replace(guess, field=field, reason=f"the number of {owner.header!r}")


def _is_own_number(header: str, languages: frozenset[str]) -> bool:
    """Whether a header names a number of whom it concerns and nothing else."""
    words = meanings(header, languages)
    return any("tax_number" in word for word in words) and all(not _NUMBERS.isdisjoint(word) for word in words)


def _addressed(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    """ADDRESS alone: of the party whose name stands right before it; behind an importer it is the consignee's where no column is that."""
    if (
        guess.field != "consignee_address"
        or guess.preset
        or not all("address" in word for word in meanings(guess.header, languages_of((guess.header,))))
    ):
        return guess
    before = next((g.field for g in guesses if g.position == guess.position - 1), "")
    field = before.replace("_name", "_address") if before in _ROLES else ""
    if field not in KINDS or (field == "importer_address" and not any(g.field == "consignee_name" for g in guesses)):
        return guess
    return replace(guess, field=field, reason="the address of the party before it")


def _of_air(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    """KGS alone in a list of air waybills: these state the gross weight and no other (IATA resolution 600a)."""
    bare = guess.field == "net_mass" and guess.unit is not None and len(split_header(guess.header)) == 1
    if not bare or any(g.field in ("gross_mass", "gross_mass_kg") for g in guesses):
        return guess
    waybills = any(g.field in _BILLS and not _AIR.isdisjoint(split_header(g.header)) for g in guesses)
    return replace(guess, field="gross_mass", reason="an air waybill states the gross weight") if waybills else guess


# Columns that mean one thing in a list of imports and another in one of exports: "Indian Port", "Foreign Port", "Country". The other
# headers say which of the two the list is; where they do not, such a column stays what its header alone is.

IMPORT: Final = "import"
EXPORT: Final = "export"
# Words of dates and documents, surer than parties: a list of imports may name the exporters too.
_SIGNS: Final = {
    IMPORT: frozenset(
        ("imp", "import", "imports", "boe", "be", "igm", "arrival", "importacion", "importacao", "импорт", "ithalat")
    ),
    EXPORT: frozenset(
        ("exp", "export", "exports", "sb", "egm", "shippingbill", "exportacion", "exportacao", "экспорт", "ihracat")
    ),
}
_PARTIES: Final = {IMPORT: "importer_name", EXPORT: "exporter_name"}
_COUNTRY: Final = {IMPORT: "country_of_origin", EXPORT: "country_of_destination"}
_HERE: Final = frozenset(
    (
        "port",
        "portname",
        "indianport",
        "usport",
        "localport",
        "domesticport",
        "customsport",
        "customport",
        "nationalport",
        "homeport",
    )
)
_THERE: Final = frozenset(("foreignport", "overseasport", "foreignportname"))
_ABROAD: Final = frozenset(("country", "countryname", "foreigncountry", "foreigncountryname", "partnercountry", "partner"))
_LAST_CONSIGNED: Final = frozenset(("countryoflastconsignment", "lastconsignmentcountry", "countrylastconsignment"))
_PORTS: Final = {IMPORT: ("port_of_discharge", "port_of_loading"), EXPORT: ("port_of_loading", "port_of_discharge")}
_PLACES: Final = {
    "country_of_origin": "port_of_loading",
    "country_of_dispatch": "port_of_loading",
    "country_of_destination": "port_of_discharge",
}
_FEW, _NEARLY_ALL = 0.3, 0.9  # of the cells that are countries, so that a column is none of them
_LEAST_WORDS: Final = 2


def direction_of(guesses: Sequence[Guess]) -> str:
    """Whether a table lists imports or exports, by its headers; empty where they do not say."""
    words = frozenset(word for guess in guesses for word in split_header(guess.header))
    fields = {guess.field for guess in guesses}
    for signs in (
        [way for way, some in _SIGNS.items() if some & words],
        [way for way, field in _PARTIES.items() if field in fields],
        [way for way, field in _COUNTRY.items() if field in fields],
    ):
        if len(signs) == 1:
            return signs[0]
    return ""


def by_direction(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The guesses, with ports and countries here and abroad as the direction of the list has them.

    Args:
        guesses: from headers.
        fixed: positions that the user's map states; they stay.
        contents: what the cells of each column are.
    """
    way = direction_of(guesses)
    made = list(guesses)
    places = any(
        _names_places(contents[g.position], _FEW) for g in guesses if g.field in _PLACES and not says(g.header, "country")
    )
    for at, guess in enumerate(guesses):
        if guess.position in fixed or guess.preset:
            continue
        field, reason = _meant(guess, way, contents[guess.position], places)
        if field and field != guess.field and contents[guess.position].fits(field):
            elsewhere = any(other.field == field and other.position != guess.position for other in made)
            made[at] = replace(guess, field="" if elsewhere else field, reason=reason, exact=False)
    return made


def _meant(guess: Guess, way: str, content: Content, places: bool) -> tuple[str, str]:
    key = "".join(split_header(guess.header))
    by_header = f"by its header, in a list of {way}s"
    if way and key in _HERE | _THERE:
        return _PORTS[way][key in _THERE], by_header
    abroad = key in _ABROAD and not guess.field and (way == EXPORT or key.startswith("foreign"))
    if way and (key in _LAST_CONSIGNED or abroad):
        return ("country_of_destination" if way == EXPORT else "country_of_dispatch"), by_header
    # Some codes of airports are countries' as well; beside a column of places the other one holds places too.
    if guess.field in _PLACES and not says(guess.header, "country") and places and _names_places(content, _NEARLY_ALL):
        return _PLACES[guess.field], "its cells are places and no countries"
    return "", ""


def _names_places(content: Content, most: float) -> bool:
    """Whether less than a share of the cells are countries."""
    words = [cell for cell in content.cells if any(c.isalpha() for c in cell)]
    known = sum(find_country(cell) is not None for cell in words)
    return len(words) >= _LEAST_WORDS and known < most * len(words)
