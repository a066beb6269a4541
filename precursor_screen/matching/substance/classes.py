"""Classes that a law names as such: the esters, halides, carbamates, amides and acetals of a substance, by patterns of names.

The 1988 tables leave esters out where national law lists them, so most of these are weak: listed, never flagging alone. The match says
which class it is in place of a name of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.model import Control
from precursor_screen.core.tables import DATA, Row, read_boolean, whole_rows

COLUMNS: Final = ["substance_id", "class", "instruments", "pattern", "strength", "source", "verified"]
# One of these words, in letters, stands in each name.
TRIGGERS: Final = (
    "phenylacetate",
    "anthranilate",
    "azaspiro45decane",
    "piperidine",
    "anilinopiperidine",
    "piperidin4amine",
    "piperidinamine",
    "oxopiperidine",
)
_ROOTS: Final = ("piperid", "azaspiro", "anthranil", "phenylacet", "phenyl acet", "4-ap", "4ap", "anpp")
_TABLE: Final = DATA / "substances" / "classes.csv"


class NamedClass(Struct, frozen=True):
    """A class of compounds of a substance, the laws that list it, and how its names read (in text from `text.text.plain`)."""

    substance_id: str
    name: str
    instruments: tuple[str, ...]
    pattern: re.Pattern[str]
    strength: str
    verified: bool


def find_classes(plain: str) -> Iterator[tuple[NamedClass, int, int]]:
    """Every name of a listed class in a text, with its bounds."""
    if not any(t in plain for t in _ROOTS):
        return
    for one in load_classes():
        for match in one.pattern.finditer(plain):
            yield one, match.start(), match.end()


def listed_as(name: str, controls: Sequence[Control]) -> tuple[Control, ...]:
    """Those listings of a substance that reach what was matched: of a class those of the laws that name it, of the substance all.

    Args:
        name: the matched name, or the class.
        controls: of the substance.
    """
    laws = {one.name: one.instruments for one in load_classes()}.get(name)
    return tuple(c for c in controls if laws is None or c.instrument in laws)


@cache
def load_classes() -> tuple[NamedClass, ...]:
    """The classes of the table that ships.

    Raises:
        SubstanceTableError: it cannot be read, has other columns or a pattern that is none.
    """
    return tuple(map(_read_class, whole_rows(_TABLE, COLUMNS)))


def _read_class(row: Row) -> NamedClass:
    try:
        pattern = re.compile(rf"(?<![\w-])(?:{row['pattern']})(?![\w])")
        laws = tuple(row["instruments"].split("|"))
        return NamedClass(row["substance_id"], row["class"], laws, pattern, row["strength"], row.read("verified", read_boolean))
    except (ValueError, re.error) as error:
        raise row.error(str(error)) from error
