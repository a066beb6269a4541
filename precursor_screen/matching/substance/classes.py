"""Classes that a law names as such: the esters, halides, carbamates, amides and acetals of a substance, by patterns of names.

The 1988 tables leave esters out where national law lists them, so most of these are weak: listed, never flagging alone. The match says
which class it is in place of a name of the tables.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from precursor_screen.errors import SubstanceTableError, Where
from precursor_screen.model import Control

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
_TABLE: Final = Path(__file__).resolve().parents[2] / "data" / "substances" / "classes.csv"


class NamedClass(Struct, frozen=True):
    """A class of compounds of a substance, the laws that list it, and how its names read (in text from `names.text.plain`)."""

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
def load_classes(path: Path = _TABLE) -> tuple[NamedClass, ...]:
    """The classes of the table that ships, or of another of its form.

    Raises:
        SubstanceTableError: it cannot be read, has other columns or a pattern that is none.
    """
    remedy = "Correct the table, or install the package again."
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != COLUMNS:
                raise SubstanceTableError(f"columns should be {', '.join(COLUMNS)}", where=Where(str(path), 1), remedy=remedy)
            return tuple(
                NamedClass(
                    *(
                        row["substance_id"],
                        row["class"],
                        tuple(row["instruments"].split("|")),
                        re.compile(rf"(?<![\w-])(?:{row['pattern']})(?![\w])"),
                    ),
                    *(row["strength"], row["verified"] == "true"),
                )
                for row in reader
            )
    except (OSError, UnicodeDecodeError, re.error) as error:
        raise SubstanceTableError(f"cannot be read ({error})", where=Where(str(path)), remedy=remedy) from error
