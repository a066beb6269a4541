"""Movements to documents, many to many: by the number that goods name; without one by parties, substance, country and days.

Deterministic: movements are taken in the order of their rank (named ones first), documents in the order of theirs. What is allocated
of a movement is its mass, never more and never less; a movement that finds no document stays whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from precursor_screen.casework.reconcile.documents import Document
from precursor_screen.casework.reconcile.movements import Movement, agrees, named_numbers
from precursor_screen.casework.reconcile.timing import wrong_time
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS

# Without a number, papers of which the days end or begin so near to a movement may still be its own (own proposal).
NEAR_DAYS = 30
_BY_NUMBER, _BY_PARTIES = "number", "parties"
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Some or all of a movement under a document. kg: None where the movement's mass is not known. why: in a sentence."""

    movement: Movement
    document: Document
    kg: Decimal | None
    by: str
    why: str

    @property
    def by_number(self) -> bool:
        """Whether the goods name the document."""
        return self.by == _BY_NUMBER


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A movement under no document.

    Attributes:
        named: the cell that names a document which there is not; empty: none is named.
        others: documents of that number that are for another substance.
        why: in a sentence.
    """

    movement: Movement
    named: str
    others: tuple[Document, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """What came of a register: every movement is in `allocations` (in parts, perhaps) or in `unmatched`."""

    allocations: tuple[Allocation, ...]
    unmatched: tuple[Unmatched, ...]


def allocate(
    register: str, movements: Iterable[Movement], documents: Iterable[Document], tolerance: Decimal = _NONE
) -> Allocated:
    """Allocates movements to the documents of one register.

    Args:
        register: whose number the movements name: permits, notifications or confirmations.
        movements: of any substances, in any order.
        documents: of that register, in any order.
        tolerance: share of its mass by which a document may be exceeded.
    """
    book = _Book(register, documents, tolerance)
    found: list[Allocation] = []
    unmatched: list[Unmatched] = []
    unnamed: list[Movement] = []
    for movement in sorted(movements, key=lambda m: m.rank):
        named = _named(register, movement)
        same = [n for n in named if (n, movement.substance_id) in book.by_number]
        others = tuple(d for n in named for d in book.of_number.get(n, ()))
        if same:
            found += book.place(movement, [d for n in same for d in book.by_number[n, movement.substance_id]], _BY_NUMBER)
        elif named and (register != CONFIRMATIONS or others):
            unmatched.append(_under_no_number(register, movement, others))
        else:
            unnamed.append(movement)
    for movement in unnamed:
        if fitting := book.fitting(movement):
            found += book.place(movement, fitting, _BY_PARTIES)
        else:
            why = "names no number, and no document agrees in parties, substance, country and days"
            unmatched.append(Unmatched(movement, "", (), why))
    return Allocated(tuple(found), tuple(unmatched))


def _named(register: str, movement: Movement) -> tuple[str, ...]:
    if register == PERMITS:
        return named_numbers(movement.permit)
    if register == NOTIFICATIONS:
        return named_numbers(movement.pen)
    return tuple(dict.fromkeys((*movement.bills, *named_numbers(movement.pen), *named_numbers(movement.permit))))


def _under_no_number(register: str, movement: Movement, others: tuple[Document, ...]) -> Unmatched:
    cell = {PERMITS: movement.permit, NOTIFICATIONS: movement.pen}.get(register) or movement.bill
    if others:
        substances = ", ".join(sorted({d.substance_id for d in others}))
        return Unmatched(movement, cell, others, f"names {cell}, which is for {substances}, not for {movement.substance_id}")
    return Unmatched(movement, cell, (), f"names {cell}, which the register does not hold")


class _Book:
    """The documents of a register, and what of each is still to be used."""

    def __init__(self, register: str, documents: Iterable[Document], tolerance: Decimal) -> None:
        self.register = register
        self.documents = sorted(documents, key=lambda d: d.rank)
        self.tolerance = tolerance
        self.left = [None if d.kg is None else d.kg * (1 + tolerance) for d in self.documents]
        self.any_country = any(d.country is None for d in self.documents)
        self.at = {id(d): n for n, d in enumerate(self.documents)}
        self.users: dict[int, str] = {}  # of each document the shipment that used it first
        self.by_number: dict[tuple[str, str], list[Document]] = defaultdict(list)
        self.of_number: dict[str, list[Document]] = defaultdict(list)
        self.by_party: dict[tuple[str, str, str | None], list[Document]] = defaultdict(list)  # with country; None: of any or none
        for document in self.documents:
            self.by_number[document.number, document.substance_id].append(document)
            self.of_number[document.number].append(document)
            for key in sorted({p.key for p in document.parties}):
                for country in {document.country, None}:
                    self.by_party[key, document.substance_id, country].append(document)
        self.by_number.default_factory = self.of_number.default_factory = None

    def fitting(self, movement: Movement) -> list[Document]:
        """Documents that a movement may have travelled under, if nobody says which."""
        near: dict[int, Document] = {}
        for key in {*movement.sending, *movement.receiving}:
            for country in self._countries(movement):
                near |= {self.at[id(d)]: d for d in self.by_party.get((key, movement.substance_id, country), ())}
        return [near[at] for at in sorted(near) if _fits(near[at], movement)]

    def _countries(self, movement: Movement) -> tuple[str | None, ...]:
        """Countries under which the documents of a movement may stand in the index."""
        country = country_of(self.register, movement)
        return (None,) if country is None or self.any_country else (country,)

    def place(self, movement: Movement, documents: Sequence[Document], by: str) -> list[Allocation]:
        """A movement under some documents: the best takes what is left in it, then the next; what is over stands under the best.

        It is split only among documents that are in force: of the others only the best can be meant.
        """
        if len(documents) == 1:
            return [self._take(movement, documents[0], movement.kg, by, 1)]
        every = sorted(documents, key=lambda d: self._order(d, movement))
        ordered = [d for d in every if wrong_time(d, movement.day) is None] or every[:1]
        whole = movement.kg
        if whole is None or len(ordered) == 1:
            return [self._take(movement, ordered[0], whole, by, len(every))]
        shares: list[tuple[Document, Decimal]] = []
        rest = whole
        for document in ordered:
            share = min(self._covers(document, movement), rest)
            if share > 0:
                shares.append((document, share))
                rest -= share
            if rest == 0:
                break
        if rest or not shares:
            first = shares[0][1] if shares and shares[0][0] is ordered[0] else _NONE
            shares = [(ordered[0], first + rest), *(s for s in shares if s[0] is not ordered[0])]
        return [self._take(movement, d, kg, by, len(every)) for d, kg in shares]

    def _order(self, document: Document, movement: Movement) -> tuple[bool, bool, int, Decimal]:
        """Of several documents: one in force before one that is not, a single use that is left, the nearest, the largest coverage."""
        user = self.users.get(id(document), movement.shipment_id)
        return (
            wrong_time(document, movement.day) is not None,
            document.single_use and user != movement.shipment_id,
            distance(document, movement.day),
            -self._covers(document, movement),
        )

    def _covers(self, document: Document, movement: Movement) -> Decimal:
        """How much of a movement a document has room for."""
        left = self.left[self.at[id(document)]]
        if movement.kg is None:
            return _NONE
        return movement.kg if left is None else max(min(left, movement.kg), _NONE)

    def _take(self, movement: Movement, document: Document, kg: Decimal | None, by: str, among: int) -> Allocation:
        at = self.at[id(document)]
        left = self.left[at]
        self.users.setdefault(id(document), movement.shipment_id)
        if left is not None and kg is not None:
            self.left[at] = left - kg
        room = left if left is None or document.kg is None else left - document.kg * self.tolerance
        return Allocation(movement, document, kg, by, _why(movement, document, kg, by, room, among))


def _fits(document: Document, movement: Movement) -> bool:
    if document.direction is not None and movement.direction not in (None, document.direction):
        return False
    sides = (
        agrees(document.exporter, movement.sending),
        agrees(document.importer, movement.receiving),
        agrees(document.holder, (*movement.sending, *movement.receiving)),
    )
    country = country_of(document.register, movement)
    elsewhere = document.country is not None and country is not None and country != document.country
    return False not in sides and True in sides and not elsewhere and _near(document, movement.day)


def country_of(register: str, movement: Movement) -> str | None:
    """Of a movement the country that is compared with that of a register's documents."""
    return movement.other_country if register == PERMITS else movement.destination


def _near(document: Document, day: date) -> bool:
    early = (document.first - day).days if document.first else 0
    late = (day - document.last).days if document.last else 0
    if document.register == CONFIRMATIONS:  # the day of arrival: some time after that of the movement
        return early <= 3 * NEAR_DAYS and -early <= NEAR_DAYS
    return max(early, late) <= NEAR_DAYS


def distance(document: Document, day: date) -> int:
    """Days from a movement to a document: 0 within its days; of those of which only one day is told, from that day."""
    if not document.stated_last and document.first:
        return abs((day - document.first).days)
    if document.first and day < document.first:
        return (document.first - day).days
    return max((day - document.last).days, 0) if document.last else 0


def _why(movement: Movement, document: Document, kg: Decimal | None, by: str, left: Decimal | None, among: int) -> str:
    if by == _BY_NUMBER:
        said = f"names {document.reference}"
        if among > 1:
            said += f", one of {among} rows with a number that it names"
    else:
        parties = " and ".join(p.name for p in document.parties)
        said = f"names no number; {parties}, {document.substance_id}"
        said += f" and {document.country} agree" if document.country else " agree"
        days = distance(document, movement.day)
        said += f", {days} days from its day" if days else ", within its days"
        if among > 1:
            said += f", the best of {among}"
    if kg is not None and movement.kg is not None and kg < movement.kg:
        said += f"; takes {_kg(kg)} of {_kg(movement.kg)} kg"
    if left is not None and kg is not None and kg > left:
        said += f"; {_kg(max(left, _NONE))} kg were left in it"
    return said


def _kg(value: Decimal) -> str:
    return f"{value.normalize():,f}"
