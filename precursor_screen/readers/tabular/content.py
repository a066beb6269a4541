"""What the cells of a column say of it, where its header alone misleads: empty twins, yes and no.

A header is a promise. Of two columns that promise the same the filled one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Final

import pyarrow as pa
from msgspec import Struct

from precursor_screen.readers.cells import clean_cell
from precursor_screen.readers.fields import COUNTRIES, DATES
from precursor_screen.readers.words import find_mode
from precursor_screen.text.countries import find_country
from precursor_screen.text.dates import parse_date
from precursor_screen.text.party import normalise_party

SAMPLE: Final = 5_000  # rows from the top and as many from the end
_DISTINCT: Final = 300  # cells looked at one by one
_FLAGS: Final = frozenset(
    ("0", "1", "y", "n", "yes", "no", "t", "f", "true", "false", "si", "s", "да", "нет", "oui", "non", "ja", "nein", "是", "否")
)
_MASS: Final = re.compile(r"\d ?kgs?\b", re.I)
# What at least one cell of a column must hold to be the field.
_MUST_HOLD: Final = {
    "hs_code": re.compile(r"\d{4}|\d\d[. ]\d\d"),
    "currency": re.compile(r"[^\W\d_]|[$€£¥₽₹]"),
    # A column of noughts alone states nothing that another column would not state better.
    **dict.fromkeys(
        ("packages", "quantity", "value", "freight", "gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg"),
        re.compile(r"[1-9]"),
    ),
}


class Content(Struct, frozen=True):
    """The cells of a column that say something.

    Attributes:
        filled: how many there are among those looked at.
        cells: the distinct ones, as many as are looked at one by one.
        seen: how many cells were looked at.
    """

    filled: int
    cells: tuple[str, ...] = ()
    seen: int = 0

    def share(self, holds: Callable[[str], object]) -> float:
        """The share of the distinct cells of which something holds, 0 to 1."""
        return sum(bool(holds(cell)) for cell in self.cells) / len(self.cells) if self.cells else 0.0

    @property
    def flags(self) -> bool:
        """Whether they say yes or no and nothing else."""
        return bool(self.cells) and all(cell.casefold() in _FLAGS for cell in self.cells)

    def fits(self, field: str) -> bool:
        """Whether the cells can be what the field holds; what is not known here fits."""
        if not self.filled:
            return False
        if field == "container_numbers":
            return not self.flags
        if field in DATES:
            return any(parse_date(cell).day for cell in self.cells)
        if field == "transport_mode":
            return any(find_mode(cell) for cell in self.cells)
        if field in COUNTRIES:
            return any(find_country(cell) for cell in self.cells)
        needed = _MUST_HOLD.get(field)
        return needed is None or any(needed.search(cell) for cell in self.cells)


def content_of(column: pa.ChunkedArray) -> Content:
    """What the cells of a column are, by those at its ends; where these say nothing, by all of them."""
    if len(column) > 2 * SAMPLE:
        ends = pa.chunked_array([*column.slice(0, SAMPLE).chunks, *column.slice(len(column) - SAMPLE).chunks])
        found = _content(ends)
        if found.filled:
            return found
    return _content(column)


def _content(column: pa.ChunkedArray) -> Content:
    counts = [(clean_cell(c["values"]) if c["values"] else None, c["counts"]) for c in column.value_counts().to_pylist()]
    said = {text: None for text, _ in counts if text}
    return Content(sum(n for text, n in counts if text), tuple(islice(said, _DISTINCT)), len(column))


def is_firm(cell: str) -> bool:
    """Whether a cell holds the legal form of a firm; `20 DRUMS 50 KG` holds a mass, no Kommanditgesellschaft."""
    return bool(normalise_party(cell).legal_forms) and not _MASS.search(cell)
