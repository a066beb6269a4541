"""Within what movements and documents are compared: days, tolerance, and what the law of an office asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from precursor_screen.cases.reconcile.documents import DOMESTIC, EXPORT, IMPORT
from precursor_screen.cases.reconcile.movements import Movement
from precursor_screen.reference import shipped
from precursor_screen.reference.permit_law import LICENSES, PAPERS, PERMITS_OF_LAW, UNION, Need, shipped_permit_law
from precursor_screen.reference.substances import load_substances
from precursor_screen.text.formulas import base_share

TOLERANCE = Decimal("0.02")  # of the document's mass: what drums, moisture and scales come to (own proposal)
_CONVENTION = "UN1988"


class Law:
    """What the law that ships asks of the movements of an office. Of none (empty) the 1988 Convention's notifications are all that is asked for.

    Attributes:
        home: the countries of the office, its own first: for these directions are supposed where none is filed. None: it is no country.
    """

    def __init__(self, jurisdiction: str) -> None:
        self.jurisdiction = jurisdiction
        self._law = shipped_permit_law()
        self.home = self._law.home(jurisdiction)
        self._table_of = convention_table()
        self._formulas = {s.substance_id: s.formula or "" for s in self._law.substances}
        self._within_union = lru_cache(maxsize=65_536)(self._law.within_union)
        self._asked = lru_cache(maxsize=65_536)(self._ask)

    def _ask(self, substance_id: str, direction: str, day: date) -> tuple[tuple[Need, Decimal], ...]:
        return tuple(self._law.asked(self.jurisdiction, substance_id, direction, day)) if self.jurisdiction else ()

    def _asked_of(self, movement: Movement) -> tuple[tuple[Need, Decimal], ...]:
        return self._asked(movement.substance_id, movement.direction or "", movement.day)

    def notifiable(self, substance_id: str, day: date) -> bool:
        """Whether a notification is asked for of an export of a substance on a day."""
        by_law = any(need.need == "notification" and not least for need, least in self._asked(substance_id, EXPORT, day))
        return self._table_of(substance_id, day) == "I" or by_law

    def within_union(self, movement: Movement) -> bool:
        """Whether a movement stays within a customs union whose law asks neither permit nor notification of it."""
        return self._within_union(movement.origin, movement.destination, movement.day)

    def permit_asked(self, movement: Movement) -> bool:
        """Whether a permit is asked for of any quantity of a movement."""
        return any(need.need in PERMITS_OF_LAW and not least for need, least in self._asked_of(movement))

    def papers_above(self, movement: Movement) -> Decimal | None:
        """Above how many kilograms a paper is asked for of a movement; 0: of any quantity; None: none is."""
        needs = self._asked_of(movement)
        papers = [least for need, least in needs if need.need in PAPERS]
        return min(papers or [least for _, least in needs], default=None)

    def licence_above(self, movement: Movement) -> Decimal | None:
        """Above how many kilograms a year who sends (or receives) is asked for a licence or a registration; None: they are not."""
        if movement.direction not in (EXPORT, IMPORT, DOMESTIC):
            return None
        inside = movement.direction == DOMESTIC or self.within_union(movement)
        who = {EXPORT: "sender", IMPORT: "receiver", DOMESTIC: "receiver"}[movement.direction] if inside else "own"
        needs = self._asked(movement.substance_id, UNION if inside else movement.direction, movement.day)
        return min((least for need, least in needs if need.need in LICENSES and need.who == who), default=None)

    def of_receiver(self, movement: Movement) -> bool:
        """Whether papers are asked of the receiver of a movement within a customs union, which no register here holds."""
        if movement.direction == IMPORT or not movement.bulk or not self.within_union(movement):
            return False
        needs = self._asked(movement.substance_id, UNION, movement.day)
        return any(need.who == "receiver" and (movement.kg is None or movement.kg > least) for need, least in needs)

    def class_of(self, movement: Movement) -> str:
        """The class of the substance; empty: it is in none."""
        return self._law.class_of(self.jurisdiction, movement.substance_id, movement.day)

    def base_share(self, movement: Movement) -> Decimal | None:
        """Of the goods as traded the share that is the base; 1: they are not a salt; None: not known."""
        return base_share(self._formulas.get(movement.substance_id, ""), movement.goods)


def convention_table() -> Callable[[str, date], str | None]:
    """Substance and day -> I or II of the 1988 Convention's tables; None: neither on that day."""
    controls = {
        s.substance_id: [c for c in s.controls if c.instrument == _CONVENTION]
        for s in load_substances(shipped.substances_folder()).substances
    }

    def table_of(substance_id: str, day: date) -> str | None:
        return next((c.schedule for c in controls.get(substance_id, ()) if c.in_force(day)), None)

    return table_of


class Frame(Struct, frozen=True):
    """Within what is compared.

    Attributes:
        first, last: days of the period, both included: what moved in it is compared.
        law: of the office.
        tolerance: share of the document's mass.
        aside: of registers the numbers of rows that their import set aside, in all their forms (`alike.number_forms`).
        known_from: the first day whose movements are known; None: that of the period. What moved between is used up, and not told of.
        notified: of movements the plain numbers of the notifications that they are under, by their rank.
        notifications: plain numbers of all that the register holds.
        masses_missing: whether the goods mostly state no mass: then that is said once, not of each document.
    """

    first: date
    last: date
    law: Law
    tolerance: Decimal = TOLERANCE
    aside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known_from: date | None = None
    notified: Mapping[Any, frozenset[str]] = field(default_factory=dict)
    notifications: frozenset[str] = frozenset()
    masses_missing: bool = False

    def inside(self, day: date | None) -> bool:
        """Whether a day is one of the period."""
        return day is not None and self.first <= day <= self.last
