"""For whom one screens: the countries that count as one's own."""

from __future__ import annotations

from functools import cache
from typing import Final

from precursor_screen.core.errors import UsageError
from precursor_screen.core.tables import whole_rows
from precursor_screen.reference.shipped import law_folder
from precursor_screen.text.countries import NORTHERN_IRELAND, find_country

COLUMNS: Final = ("code", "name", "law", "since", "until", "customs_union", "source", "read")  # of `law/jurisdictions.csv`
UNION_OF_STATES: Final = "EU"  # as a jurisdiction, and in the column of countries
_NO_MEMBERS: Final = (UNION_OF_STATES, "MC", NORTHERN_IRELAND)  # its customs territory and its law reach further than its members


@cache
def eu_members() -> tuple[str, ...]:
    """Members of the European Union today."""
    rows = whole_rows(law_folder() / "jurisdictions.csv", COLUMNS)
    return tuple(r["code"] for r in rows if r["law"] == UNION_OF_STATES and not r["until"] and r["code"] not in _NO_MEMBERS)


def own_countries(jurisdiction: str) -> tuple[str, ...]:
    """ISO 3166 codes of the jurisdiction's own countries; empty when none is set.

    Raises:
        UsageError: not a code.
    """
    if not jurisdiction:
        return ()
    if jurisdiction == UNION_OF_STATES:
        return eu_members()
    if find_country(jurisdiction) != jurisdiction:
        known = find_country(jurisdiction)
        remedy = f"Did you mean {known!r}?" if known else "Use EU or an ISO 3166 code such as US, CA or AU."
        raise UsageError(f"{jurisdiction!r} is no jurisdiction", remedy=remedy)
    return (jurisdiction, NORTHERN_IRELAND) if jurisdiction == "GB" else (jurisdiction,)
