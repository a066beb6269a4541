"""Country names as the lists write them, to ISO 3166 alpha-2 codes: what `names.countries` knows, and the lists' own ways."""

from __future__ import annotations

from precursor_screen.names.countries import find_country, fold_country

_LISTS = {
    "PS": ("Palestinian", "Region: Gaza", "Region: West Bank", "West Bank", "Gaza"),
    "HK": ("China, Hong Kong Special Administrative Region",),
    "VG": ("Virgin Islands, British",),
    "VI": ("Virgin Islands, U.S.",),
    "GM": ("The Gambia",),
    "BS": ("The Bahamas",),
    "MK": ("North Macedonia, The Republic of",),
    "IM": ("Man, Isle of",),
    "CI": ("Cote d Ivoire",),
}
_BY_NAME = {fold_country(name): code for code, names in _LISTS.items() for name in names}


def country_code(name: str) -> str:
    """The ISO 3166 alpha-2 code of a country's name, or of the code itself in any case; empty if not known."""
    # The locale data abbreviate `Saint`, the lists do not.
    return _BY_NAME.get(fold_country(name), "") or find_country(name) or find_country(name.replace("Saint ", "St. ")) or ""
