"""Columns that mean one thing in a list of imports and another in one of exports: "Indian Port", "Foreign Port", "Country".

The other headers say which of the two the list is; where they do not, such a column stays what its header alone is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.tabular.content import Content
from precursor_screen.readers.tabular.words import split_header
from precursor_screen.text.countries import find_country

IMPORT: Final = "import"
EXPORT: Final = "export"
# Words of dates and documents, surer than parties: a list of imports may name the exporters too.
_SURE: Final = {
    IMPORT: frozenset(
        ("imp", "import", "imports", "boe", "be", "igm", "arrival", "importacion", "importacao", "импорт", "ithalat")
    ),
    EXPORT: frozenset(
        ("exp", "export", "exports", "sb", "egm", "shippingbill", "exportacion", "exportacao", "экспорт", "ihracat")
    ),
}
_PARTIES: Final = {IMPORT: "importer_name", EXPORT: "exporter_name"}
_COUNTRIES: Final = {IMPORT: "country_of_origin", EXPORT: "country_of_destination"}
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
_LAST: Final = frozenset(("countryoflastconsignment", "lastconsignmentcountry", "countrylastconsignment"))
_PORTS: Final = {IMPORT: ("port_of_discharge", "port_of_loading"), EXPORT: ("port_of_loading", "port_of_discharge")}
_PLACES: Final = {
    "country_of_origin": "port_of_loading",
    "country_of_dispatch": "port_of_loading",
    "country_of_destination": "port_of_discharge",
}
_OF_COUNTRIES: Final = frozenset(
    (
        "country",
        "countries",
        "pais",
        "pays",
        "land",
        "страна",
        "країна",
        "ulke",
        "ulkesi",
        "negara",
        "nation",
        "ctry",
        "cty",
        "paese",
        "kraj",
    )
)
_FEW, _NEARLY_ALL = 0.3, 0.9  # of the cells that are countries, so that a column is none of them
_LEAST: Final = 2


def direction_of(guesses: Sequence[Guess]) -> str:
    """Whether a table lists imports or exports, by its headers; empty where they do not say."""
    words = frozenset(word for guess in guesses for word in split_header(guess.header))
    fields = {guess.field for guess in guesses}
    for signs in (
        [way for way, some in _SURE.items() if some & words],
        [way for way, field in _PARTIES.items() if field in fields],
        [way for way, field in _COUNTRIES.items() if field in fields],
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
    places = any(_names_places(contents[g.position], _FEW) for g in guesses if g.field in _PLACES and not _names_a_country(g))
    for at, guess in enumerate(guesses):
        if guess.position in fixed or guess.preset:
            continue
        field, reason = _meant(guess, way, contents[guess.position], places)
        if field and field != guess.field and contents[guess.position].fits(field):
            taken = any(other.field == field and other.position != guess.position for other in made)
            made[at] = replace(guess, field="" if taken else field, reason=reason, exact=False)
    return made


def _meant(guess: Guess, way: str, content: Content, places: bool) -> tuple[str, str]:
    key = "".join(split_header(guess.header))
    by_header = f"by its header, in a list of {way}s"
    if way and key in _HERE | _THERE:
        return _PORTS[way][key in _THERE], by_header
    abroad = key in _ABROAD and not guess.field and (way == EXPORT or key.startswith("foreign"))
    if way and (key in _LAST or abroad):
        return ("country_of_destination" if way == EXPORT else "country_of_dispatch"), by_header
    # Some codes of airports are countries' as well; beside a column of places the other one holds places too.
    if guess.field in _PLACES and not _names_a_country(guess) and places and _names_places(content, _NEARLY_ALL):
        return _PLACES[guess.field], "its cells are places and no countries"
    return "", ""


def _names_a_country(guess: Guess) -> bool:
    return not _OF_COUNTRIES.isdisjoint(split_header(guess.header))


def _names_places(content: Content, most: float) -> bool:
    """Whether less than a share of the cells are countries."""
    words = [cell for cell in content.cells if any(c.isalpha() for c in cell)]
    known = sum(find_country(cell) is not None for cell in words)
    return len(words) >= _LEAST and known < most * len(words)
