"""What the UK Sanctions List and the consolidated list that it replaced have in common."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from precursor_screen.reference.watchlists.draft import Draft, tidy
from precursor_screen.reference.watchlists.interface import Tally

KINDS = {"individual": "person", "entity": "organisation", "ship": "vessel", "vessel": "vessel"}
_NAMES = ("name1", "name2", "name3", "name4", "name5", "name6")
_NUMBERED = re.compile(r"(?:^|\s)\(\d+\)\s*")  # `(1) Tripoli (2) Tunis`


def join_name(cells: Mapping[str, str]) -> str:
    """Names 1 to 5 and then 6, which is the surname or the whole organisation."""
    return tidy(" ".join(cells.get(column, "") for column in _NAMES))


def split_numbered(text: str) -> list[str]:
    """The items of a cell that numbers them; a cell without numbers is one item."""
    return [item for part in _NUMBERED.split(text) if (item := part.strip(" ,;.-"))]


def unescape(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells with their HTML escapes resolved."""
    return {name: html.unescape(cell) if "&" in cell else cell for name, cell in cells.items()}


def add_numbered_countries(draft: Draft, cell: str, notes: Tally) -> None:
    """Add the countries of a cell that may number them."""
    for country in split_numbered(cell):
        draft.add_country(country, notes)
