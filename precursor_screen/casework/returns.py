"""A year's figures for the return on substances of the 1988 Convention, in the shape of the INCB's form D, with the lines behind each.

Form D asks for seizures, imports and exports by country, and licit use and needs. Its layout is recalled, not read. Seizures and licit
use are in no manifest and in no register that is read, so their cells stay blank; what the register of annual requirements states is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from precursor_screen.casework.reconcile.differences import Unjudged, unjudged
from precursor_screen.casework.reconcile.documents import EXPORT, IMPORT, Document
from precursor_screen.casework.reconcile.movements import Movement

NOT_STATED = "not stated"
BULK, PREPARATION = "substance", "preparation or mixture"
# Substance and day -> table of the 1988 Convention (I or II); None: none.
TableOf = Callable[[str, date], str | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell. country: the other one, ISO 3166 alpha-2, or `not stated`. kg: of what is known; unknown: movements beside it."""

    table: str
    substance_id: str
    form: str
    direction: str
    country: str
    kg: Decimal
    movements: tuple[Movement, ...]
    unknown: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A substance of the year: the requirement that a register states of one's own country; None: not stated."""

    table: str
    substance_id: str
    requirement_kg: Decimal | None


@dataclass(frozen=True, slots=True)
class YearlyReturn:
    """The return: figures in the order of table, substance, form, direction and country."""

    year: int
    jurisdiction: str
    figures: tuple[Figure, ...]
    needs: tuple[Need, ...]
    unjudged: tuple[Unjudged, ...]


_MESSAGES = {
    "mass-unknown": "movements of unknown mass: they are in no figure; those beside one are named there",
    "no-direction": "movements of a direction that neither they nor --jurisdiction tell: they are in no figure",
    "no-country": "movements that state no other country: their figure stands under `not stated`",
    "party-country": "movements that state no destination or origin: their figure is that of the country of the receiver or sender",
    "in-transit": "movements in transit or transhipment: the form asks for none",
    "several-substances": "lines whose text may be several substances: their one mass stands in the figure of each of these",
    "not-in-tables": "movements of substances that were in neither table of the 1988 Convention on their day",
}


def make_return(
    year: int, jurisdiction: str, movements: Sequence[Movement], table_of: TableOf, requirements: Sequence[Document] | None
) -> YearlyReturn:
    """The return of a calendar year.

    Args:
        year: the calendar year; movements of other years do not count.
        jurisdiction: whose; empty: not told, and no requirement is its own.
        movements: in any order.
        table_of: see TableOf.
        requirements: of the register; None: not imported.
    """
    cells: dict[tuple[str, str, str, str, str], list[Movement]] = defaultdict(list)
    told: dict[str, list[str]] = defaultdict(list)
    for movement in sorted(movements, key=lambda m: m.rank):
        if movement.day.year != year:
            continue
        table = table_of(movement.substance_id, movement.day)
        if table is None:
            told["not-in-tables"].append(movement.place)
        elif movement.direction is None:
            told["no-direction"].append(movement.place)
        elif movement.direction not in (IMPORT, EXPORT):
            told["in-transit"].append(movement.place)
        else:
            country = movement.other_country
            if country is None:
                told["no-country"].append(movement.place)
            elif movement.assumed:
                told["party-country"].append(movement.place)
            if movement.substance_kg is None:
                told["mass-unknown"].append(movement.place)
            form = BULK if movement.bulk else PREPARATION
            cells[table, movement.substance_id, form, movement.direction, country or NOT_STATED].append(movement)
    told["several-substances"] = _read_as_several([m for some in cells.values() for m in some])
    figures = tuple(_figure(key, some) for key, some in sorted(cells.items()))
    doubts = [u for code, message in _MESSAGES.items() for u in unjudged(code, "", told[code], message)]
    if requirements is None:
        message = "the register annual-requirements was not imported: needs stay blank"
        doubts.append(Unjudged("not-imported", "annual-requirements", 0, (), message))
    own = [d for d in requirements or () if d.country == jurisdiction and d.first and d.first.year == year]
    needs = {(f.table, f.substance_id) for f in figures}
    needs |= {(table, d.substance_id) for d in own if (table := table_of(d.substance_id, date(year, 12, 31)))}
    stated = {d.substance_id: d.kg for d in own}
    return YearlyReturn(year, jurisdiction, figures, tuple(Need(t, s, stated.get(s)) for t, s in sorted(needs)), tuple(doubts))


def _read_as_several(counted: Sequence[Movement]) -> list[str]:
    """Places of the lines whose mass is counted for more than one substance."""
    found: dict[tuple[str, Decimal], dict[str, str]] = defaultdict(dict)
    for movement in counted:
        if movement.substance_kg:
            found[movement.line_id, movement.substance_kg][movement.substance_id] = movement.place
    return sorted({place for read in found.values() if len(read) > 1 for place in read.values()})


def _figure(key: tuple[str, str, str, str, str], some: Sequence[Movement]) -> Figure:
    known = tuple(m for m in some if m.substance_kg is not None)
    total = sum((m.substance_kg for m in known if m.substance_kg is not None), Decimal(0))
    return Figure(*key, total, known, tuple(m for m in some if m.substance_kg is None))
