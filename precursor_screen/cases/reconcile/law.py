"""Within what movements and documents are compared: days, tolerance, and what the law of an office asks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import SMALLEST_KG
from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.allocate import Unmatched
from precursor_screen.kernel.papers.differences import Difference, kilograms, show_kg, whole_mass
from precursor_screen.kernel.papers.documents import DOMESTIC, EXPORT, IMPORT, Document
from precursor_screen.kernel.papers.movements import Movement, named_numbers
from precursor_screen.kernel.papers.principals import GoBetweens, shipped_go_betweens
from precursor_screen.kernel.papers.similar_names import all_among
from precursor_screen.reference import shipped
from precursor_screen.reference.permit_law import LICENSES, PAPERS, PERMITS_OF_LAW, UNION, Need, known_permit_law
from precursor_screen.reference.substances import load_substances
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOT_SAID, NOTIFICATIONS, PERMITS, Scope
from precursor_screen.text.chemical import base_share

TOLERANCE = Decimal("0.02")  # of the document's mass: what drums, moisture and scales come to (own proposal)
_CONVENTION = "UN1988"


class OfficeLaw:
    """What the law that ships asks of the movements of an office. Of none (empty) the 1988 Convention's notifications are all that is asked for.

    Attributes:
        home: the countries of the office, its own first: for these directions are supposed where none is filed. None: it is no country.
    """

    def __init__(self, jurisdiction: str) -> None:
        self.jurisdiction = jurisdiction
        self._law = known_permit_law()
        self.home = self._law.home(jurisdiction)
        self._table_of = convention_table()
        self._formulas = {s.substance_id: s.formula or "" for s in self._law.substances}
        self._within_union = lru_cache(maxsize=65_536)(self._law.within_union)
        self._needs = lru_cache(maxsize=65_536)(self._find_needs)

    def _find_needs(self, substance_id: str, direction: str, day: date) -> tuple[tuple[Need, Decimal], ...]:
        return tuple(self._law.needs_of(self.jurisdiction, substance_id, direction, day)) if self.jurisdiction else ()

    def _needs_of(self, movement: Movement) -> tuple[tuple[Need, Decimal], ...]:
        return self._needs(movement.substance_id, movement.direction or "", movement.day)

    def notifiable(self, substance_id: str, day: date) -> bool:
        """Whether a notification is asked for of an export of a substance on a day."""
        by_law = any(need.need == "notification" and not least for need, least in self._needs(substance_id, EXPORT, day))
        return self._table_of(substance_id, day) == "I" or by_law

    def within_union(self, movement: Movement) -> bool:
        """Whether a movement stays within a customs union whose law asks neither permit nor notification of it."""
        return self._within_union(movement.origin, movement.destination, movement.day)

    def needs_permit(self, movement: Movement) -> bool:
        """Whether a permit is asked for of any quantity of a movement."""
        return any(need.need in PERMITS_OF_LAW and not least for need, least in self._needs_of(movement))

    def papers_from(self, movement: Movement) -> Decimal | None:
        """From how many kilograms on a paper is asked for of a movement; 0: of any quantity; None: none is."""
        needs = self._needs_of(movement)
        papers = [least for need, least in needs if need.need in PAPERS]
        return min(papers or [least for _, least in needs], default=None)

    def licence_from(self, movement: Movement) -> Decimal | None:
        """From how many kilograms a year on who sends (or receives) is asked for a licence or a registration; None: they are not."""
        if movement.direction not in (EXPORT, IMPORT, DOMESTIC):
            return None
        inside = movement.direction == DOMESTIC or self.within_union(movement)
        who = {EXPORT: "sender", IMPORT: "receiver", DOMESTIC: "receiver"}[movement.direction] if inside else "own"
        needs = self._needs(movement.substance_id, UNION if inside else movement.direction, movement.day)
        return min((least for need, least in needs if need.need in LICENSES and need.who == who), default=None)

    def of_receiver(self, movement: Movement) -> bool:
        """Whether papers are asked of the receiver of a movement within a customs union, which no register here holds."""
        if movement.direction == IMPORT or not movement.bulk or not self.within_union(movement):
            return False
        needs = self._needs(movement.substance_id, UNION, movement.day)
        return any(
            need.who == "receiver" and (movement.kg is None or movement.kg >= max(least, SMALLEST_KG)) for need, least in needs
        )

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
        set_aside_numbers: of registers the numbers of rows that their import set aside, in all their forms (`similar_names.number_forms`).
        known_from: the first day whose movements are known; None: that of the period. What moved between is used up, and not told of.
        notified: of movements the plain numbers of the notifications that they are under, by their rank.
        notifications: plain numbers of all that the register holds.
        go_betweens: who acts for others by its name.
        scopes: of registers, what they say of themselves.
        masses_missing: whether the goods mostly state no mass: then that is said once, not of each document.
    """

    first: date
    last: date
    law: OfficeLaw
    tolerance: Decimal = TOLERANCE
    set_aside_numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known_from: date | None = None
    notified: Mapping[Any, frozenset[str]] = field(default_factory=dict)
    notifications: frozenset[str] = frozenset()
    masses_missing: bool = False
    go_betweens: GoBetweens = field(default_factory=shipped_go_betweens)
    scopes: Mapping[str, Scope] = field(default_factory=dict)

    def inside(self, day: date | None) -> bool:
        """Whether a day is one of the period."""
        return day is not None and self.first <= day <= self.last


# Movements under no document, where the law or the register asks for one.

_SAMPLE_KG = Decimal(25)  # a canister or two: more is no sample, whatever the law leaves free (own proposal)
_FAR_BELOW = Decimal("0.1")  # of the smallest document of a substance: less is a sample (own proposal)
_A_HABIT = 3  # exports of a substance to a country, none confirmed: it confirms none of it (own proposal)
CONFIRMED_WITHIN = 90  # days after a movement within which the other side is expected to confirm it (own proposal)


def judge_missing(
    register: str,
    documents: Sequence[Document],
    unmatched: Sequence[Unmatched],
    frame: Frame,
    unjudged_places: dict[str, list[str]],
) -> Iterator[Difference]:
    """Movements without a document where one is asked for; a shipment and substance is one difference."""
    known = {(d.substance_id, d.country if register == CONFIRMATIONS else d.direction) for d in documents}
    pairs = Counter((u.movement.substance_id, u.movement.destination) for u in unmatched)
    shapes = {_shape(d.number) for d in documents}
    lots = {lot: whole_mass(some) for lot, some in grouped((_lot(u.movement), u.movement) for u in unmatched).items()}
    issued = grouped(((d.substance_id, d.direction), d) for d in documents if d.kg is not None)
    least = {key: min(d.kg for d in some if d.kg is not None) for key, some in issued.items() if len(some) >= _A_HABIT}
    lacking: dict[tuple[str, str, str, str], list[Unmatched]] = defaultdict(list)
    for one in unmatched:
        movement = one.movement
        if not frame.inside(movement.day):
            continue
        if one.others and register != CONFIRMATIONS:
            lacking[kinds.OTHER_SUBSTANCE, movement.shipment_id, movement.substance_id, one.named].append(one)
            continue
        if one.named and all_among(one.named, frame.set_aside_numbers.get(register, frozenset())):
            unjudged_places["document-set-aside"].append(movement.place)
            continue
        few = movement.rank in frame.notified and pairs[movement.substance_id, movement.destination] < _A_HABIT
        # Or else a number of another register, as customer declarations are.
        ours = any(_shape(n) in shapes for n in named_numbers(one.named))
        is_needed = _is_needed(register, one, known, frame, few)
        if is_needed and not one.named and is_beyond(register, movement, known, frame):
            unjudged_places["not-held"].append(movement.place)
        elif is_needed and not ours and (lawful := _lawful(register, movement, frame, lots[_lot(movement)], least)):
            unjudged_places[lawful].append(movement.place)
        elif is_needed:
            kind = kinds.MISSING
            if register == CONFIRMATIONS:
                open_still = movement.day > frame.last - timedelta(days=CONFIRMED_WITHIN)
                kind = kinds.AWAITED if open_still else kinds.UNCONFIRMED
            lacking[kind, movement.shipment_id, movement.substance_id, one.named].append(one)
        elif is_needed is None:
            unjudged_places["never-confirmed" if register == CONFIRMATIONS else "no-direction"].append(movement.place)
    for (kind, *_), those in lacking.items():
        movements = tuple(sorted((u.movement for u in those), key=lambda m: m.rank))
        shipped = kilograms([m.kg for m in movements])
        others = sorted((d for u in those for d in u.others), key=lambda d: d.rank)
        paper = others[0] if others else None  # a document whose number is merely near is not a paper of these goods
        because = f"{show_kg(shipped)} of {movements[0].substance_id} {_SAID[kind]}: {those[0].why}"
        yield Difference(kind, register, paper, movements, paper.kg if paper else None, shipped, shipped, because, "not matched")


_SAID = {
    kinds.MISSING: "without a document",
    kinds.UNCONFIRMED: "left without a confirmation",
    kinds.AWAITED: "left without a confirmation so far",
    kinds.OTHER_SUBSTANCE: "under a document for something else",
}


def _shape(number: str) -> str:
    return re.sub(r"\d+", "0", number)


def _lot(movement: Movement) -> tuple[object, ...]:
    """What somebody sends of a substance to somebody in a year."""
    return (movement.sending, movement.receiving, movement.substance_id, movement.direction, movement.day.year)


def _lawful(
    register: str, movement: Movement, frame: Frame, lot: Decimal | None, least: Mapping[tuple[str, str | None], Decimal]
) -> str:
    """Why no document is asked for although the register, or the law, asks one of others; empty: one is.

    A lot is small that stays, as a whole, within what the law asks nothing of, and far below every document of the substance that was ever
    issued (`least`).
    """
    asked, keys = frame.law.papers_from(movement), ((movement.substance_id, movement.direction), (movement.substance_id, None))
    issued = [least[key] for key in keys if key in least]
    far_below = bool(issued) and lot is not None and lot < min(issued) * _FAR_BELOW
    if register == PERMITS and asked and lot is not None and lot < asked and lot <= _SAMPLE_KG and far_below:
        return "small-lot"
    if movement.returned:
        return "returned"
    return "within-union" if register != CONFIRMATIONS and frame.law.within_union(movement) else ""


def is_beyond(register: str, movement: Movement, known: Collection[tuple[str, str | None]], frame: Frame) -> bool:
    """Whether a register that does not say that it is complete holds no document at all for such goods: it proves nothing."""
    if register == CONFIRMATIONS:
        return False
    held = {(movement.substance_id, movement.direction), (movement.substance_id, None)}.intersection(known)
    scope = frame.scopes.get(register, NOT_SAID)
    return not held and scope.is_complete_for(movement.substance_id, movement.direction, movement.day) is not True


def _is_needed(register: str, one: Unmatched, known: set[tuple[str, str | None]], frame: Frame, few: bool) -> bool | None:
    """Whether a document is asked for: by the law, or by what the register is kept for; None: that cannot be told.

    A confirmation is expected of a country that confirms the substance. Of one that confirms only others it is expected where the goods were
    notified and are among the first of the substance (`few`): of more, none of them confirmed, the country seems to confirm nothing.
    """
    movement = one.movement
    if register == PERMITS:
        if movement.direction is None:
            return None if any(s == movement.substance_id for s, _ in known) else False
        of = {(movement.substance_id, movement.direction), (movement.substance_id, None)}
        is_needed = bool(of & known) or frame.law.needs_permit(movement)
        return is_needed and (movement.bulk or bool(one.named))
    if register == NOTIFICATIONS:
        by_law = movement.bulk and frame.law.notifiable(movement.substance_id, movement.day)
        if movement.direction is None:
            return None if by_law or one.named else False
        return movement.direction == EXPORT and (by_law or bool(one.named))
    if movement.direction != EXPORT or movement.destination is None:
        return False
    if movement.rank not in frame.notified and (frame.notifications or not movement.bulk):
        return False  # what the country was not told of it is not asked to confirm
    if (movement.substance_id, movement.destination) in known:
        return True
    confirms = any(country == movement.destination for _, country in known)
    return (few or None) if confirms else False
