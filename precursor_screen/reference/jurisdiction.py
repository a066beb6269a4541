"""For whom one screens: the countries that count as one's own."""

from __future__ import annotations

from precursor_screen.errors import UsageError
from precursor_screen.names.countries import NORTHERN_IRELAND, find_country

# Members of the customs union of the European Union (Treaty on European Union, article 52), as of 2026.
EU_MEMBERS = (
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
)


def own_countries(jurisdiction: str) -> tuple[str, ...]:
    """ISO 3166 codes of the jurisdiction's own countries; empty when none is set.

    Raises:
        UsageError: not a code.
    """
    if not jurisdiction:
        return ()
    if jurisdiction == "EU":
        return EU_MEMBERS
    if find_country(jurisdiction) != jurisdiction:
        known = find_country(jurisdiction)
        remedy = f"Did you mean {known!r}?" if known else "Use EU or an ISO 3166 code such as US, CA or AU."
        raise UsageError(f"{jurisdiction!r} is no jurisdiction", remedy=remedy)
    return (jurisdiction, NORTHERN_IRELAND) if jurisdiction == "GB" else (jurisdiction,)
