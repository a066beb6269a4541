"""The documents of a register, by how goods may name them or fit them, and what of each is still to be used."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers.differences import EXPIRED, LATER, OBJECTED, TOO_EARLY
from precursor_screen.kernel.papers.documents import USABLE, Document
from precursor_screen.kernel.papers.movements import Movement, agrees, named_cells, sure_parts
from precursor_screen.kernel.papers.similar_names import aliases_in_words, near_forms, one_apart, same_but, struck_out, unpadded
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS
from precursor_screen.text.codes import plain_reference

# Whether goods may move under a document on a day.


def wrong_time(document: Document, day: date) -> str | None:
    """The kind of difference that goods make which move under a document on a day; None: none, or none that can be told.

    A permit that has run out since is `expired` in the register: goods that moved before its last day were in order. So were those that moved
    before a status began (`status_from`).
    """
    if document.register == CONFIRMATIONS:
        return None
    status = document.status_on(day)
    if status == "objected" and document.register == NOTIFICATIONS:
        return OBJECTED
    if status not in USABLE:
        return EXPIRED
    last = document.last if document.stated_last else None
    if status == "expired" and (last is None or day > last):
        return EXPIRED
    if document.first and day < document.first:
        return TOO_EARLY
    if document.issued and day < document.issued:  # dated back
        return TOO_EARLY
    if (status == "sent" or document.register == PERMITS) and document.reply_ends and day < document.reply_ends:
        return TOO_EARLY
    return LATER if last is not None and day > last else None


# Without a number, papers of which the days end or begin so near to a movement may still be its own (own proposal).
NEAR_DAYS = 30
_LONG_ENOUGH = 5  # characters of a number in which one may be a slip (own proposal)
BY_NUMBER, BY_PARTIES = "number", "parties"
_NONE = Decimal(0)


class Allocation(Struct, frozen=True):
    """Some or all of a movement under a document. kg: None where the movement's mass is not known. why: in a sentence."""

    movement: Movement
    document: Document
    kg: Decimal | None
    by: str
    why: str
    mistyped: str = ""  # the number that the goods name, which is the document's but for one character

    @property
    def by_number(self) -> bool:
        """Whether the goods name the document."""
        return self.by != BY_PARTIES


class Book:
    """The documents of a register, and what of each is still to be used."""

    def __init__(self, register: str, documents: Iterable[Document], tolerance: Decimal) -> None:
        self.register, self.tolerance = register, tolerance
        self.documents = sorted(documents, key=lambda d: d.rank)
        self.at = {id(d): n for n, d in enumerate(self.documents)}
        self.left = {id(d): None if d.kg is None else d.kg * (1 + tolerance) for d in self.documents}
        self.users: dict[int, str] = {}  # of each document the shipment that used it first
        self.named: set[int] = set()  # documents that goods name
        self.of_number = self._index(lambda d: d.numbers)
        self.of_form = self._index(lambda d: {f for n in (d.reference, d.bill, d.notification) for f in near_forms(n)})
        self.of_party = self._index(lambda d: {(p.key, d.substance_id) for p in d.parties})
        self.of_gap: dict[Hashable, list[Document]] = {}  # made when first asked

    def _index(self, keys: Callable[[Document], Iterable[Hashable]]) -> dict[Hashable, list[Document]]:
        return grouped((key, document) for document in self.documents for key in keys(document))

    def numbered(self, number: str, substance_id: str) -> list[Document]:
        """Documents of a plain number that are for a substance."""
        return [d for d in self.of_number.get(number, ()) if d.substance_id == substance_id]

    def meant(self, documents: Sequence[Document], movement: Movement) -> Sequence[Document]:
        """Of documents of one number those of the authority whose parties and country agree best; all where there is but one authority."""
        if len({d.authority_key for d in documents}) < 2:
            return documents
        off = [(*_support(d, movement), d) for d in documents]
        best = min((wrong, -right) for wrong, right, _ in off)
        return [d for wrong, right, d in off if (wrong, -right) == best]

    def written_otherwise(self, movement: Movement, same: Sequence[str], others: bool) -> dict[str, Sequence[Document]]:
        """Documents whose number is written otherwise in the goods, by the cell that names them.

        Where nothing but leading zeros differs the number tells it alone, unless it is a bill's, or others bear the number as it
        is written; else a party must agree.

        Args:
            movement: names a number.
            same: plain numbers that it names and that the register holds for its substance.
            others: whether the register holds a number that it names for other substances.
        """
        if same and self.register == CONFIRMATIONS:
            return {}
        cells = sure_parts(cell_of(self.register, movement)) if same else _cells(self.register, movement)
        found: dict[str, Sequence[Document]] = {}
        for n, cell in enumerate(c for c in cells if plain_reference(c) not in same):
            some = self._like(cell, movement, self.register != CONFIRMATIONS and not others)
            if some:
                found[cell] = some
                if n == 0 and not same:
                    break  # the whole of the cell
        return found

    def of_others(self, movement: Movement) -> tuple[Document, ...]:
        """Documents for other substances whose number is written otherwise in the goods, of a party of theirs."""
        cells = _cells(self.register, movement)
        some = [d for cell in cells for form in near_forms(cell) for d in self.of_form.get(form, ())]
        others = [d for d in some if d.substance_id != movement.substance_id and a_party_agrees(d, movement)]
        return tuple({id(d): d for d in others}.values())

    def _like(self, cell: str, movement: Movement, alone: bool) -> Sequence[Document]:
        for form in near_forms(cell):
            some = [d for d in self.of_form.get(form, ()) if d.substance_id == movement.substance_id]
            if agreeing := [d for d in some if a_party_agrees(d, movement)]:
                return self.meant(agreeing, movement)
            zeros = [d for d in some if alone and unpadded(d.reference) == unpadded(cell)]
            if len({d.number for d in zeros}) == 1:
                return self.meant(zeros, movement)
        return ()

    def nearest(self, movement: Movement, named: str) -> tuple[tuple[Document, ...], bool]:
        """Documents whose number differs in one character from one that goods name, and whether just one of them fits the goods and has
        room for them: then a slip of the pen is more likely than another document."""
        plain = plain_reference(named)
        if self.register == CONFIRMATIONS or len(plain) < _LONG_ENOUGH:
            return (), False
        self.of_gap = self.of_gap or self._index(lambda d: set(struck_out(d.number)))
        candidates = {id(d): d for gap in struck_out(plain) for d in self.of_gap.get(gap, ())}.values()
        near = sorted((d for d in candidates if one_apart(plain, d.number)), key=lambda d: d.rank)
        fitting = [d for d in near if d.substance_id == movement.substance_id and _fits(d, movement)]
        sure = len({d.number for d in fitting}) == 1 and movement.kg is not None
        return tuple(fitting or near), sure and self._room(fitting[0], movement) == movement.kg

    def fitting(self, movement: Movement) -> list[Document]:
        """Documents that a movement may have travelled under, if nobody says which."""
        keys = ((key, movement.substance_id) for key in (*movement.sending, *movement.receiving))
        near = {self.at[id(d)]: d for key in keys for d in self.of_party.get(key, ())}
        return [near[at] for at in sorted(near) if _fits(near[at], movement) and self._is_free(near[at], movement)]

    def _is_free(self, document: Document, movement: Movement) -> bool:
        """Whether a confirmation may be of goods that it does not name: it is of no others, or has room for them beside those."""
        if self.register != CONFIRMATIONS or id(document) not in self.users:
            return True
        named = id(document) in self.named
        return not named and movement.kg is not None and self._room(document, movement) == movement.kg

    def place(
        self, movement: Movement, documents: Sequence[Document], by: str, cells: Mapping[int, str] = MappingProxyType({})
    ) -> list[Allocation]:
        """A movement under some documents: the best takes what is left in it, then the next; what is over stands under the best.

        It is split only among documents that are in force: of the others only the best can be meant.

        cells: of documents whose number is written otherwise, by their id, how.
        """

        def said(document: Document) -> str:
            return cells.get(id(document), by)

        if len(documents) == 1:
            return [self._take(movement, documents[0], movement.kg, said(documents[0]), 1)]
        every = sorted(documents, key=lambda d: self._order(d, movement))
        ordered = [d for d in every if wrong_time(d, movement.day) is None] or every[:1]
        whole = movement.kg
        if whole is None or len(ordered) == 1 or self._room(ordered[0], movement) == whole:
            return [self._take(movement, ordered[0], whole, said(ordered[0]), len(every))]
        allocated: dict[int, Decimal] = {}
        remaining = whole
        for tolerated in (False, True):  # what a document states first: filled beyond it, it would leave another short
            for document in ordered:
                share = min(max(self._room(document, movement, tolerated) - allocated.get(id(document), _NONE), _NONE), remaining)
                if share > 0:
                    allocated[id(document)] = allocated.get(id(document), _NONE) + share
                    remaining -= share
        shares = [(d, allocated[id(d)]) for d in ordered if id(d) in allocated]
        if remaining or not shares:
            first = shares[0][1] if shares and shares[0][0] is ordered[0] else _NONE
            shares = [(ordered[0], first + remaining), *(s for s in shares if s[0] is not ordered[0])]
        return [self._take(movement, d, kg, said(d), len(every)) for d, kg in shares]

    def _order(self, document: Document, movement: Movement) -> tuple[bool, bool, int, Decimal]:
        """Of several documents: one in force before one that is not, a single use that is left, the nearest, the largest coverage."""
        user = self.users.get(id(document), movement.shipment_id)
        return (
            wrong_time(document, movement.day) is not None,
            bool(document.single_use) and user != movement.shipment_id,
            distance(document, movement.day),
            -self._room(document, movement),
        )

    def _room(self, document: Document, movement: Movement, tolerated: bool = True) -> Decimal:
        """How much of a movement a document has room for; tolerated: with its tolerance."""
        left = self.left[id(document)]
        if movement.kg is None:
            return _NONE
        if left is not None and document.kg is not None and not tolerated:
            left -= document.kg * self.tolerance
        return movement.kg if left is None else max(min(left, movement.kg), _NONE)

    def _take(self, movement: Movement, document: Document, kg: Decimal | None, by: str, among: int) -> Allocation:
        left = self.left[id(document)]
        self.users.setdefault(id(document), movement.shipment_id)
        if by != BY_PARTIES:
            self.named.add(id(document))
        if left is not None and kg is not None:
            self.left[id(document)] = left - kg
        room = left if left is None or document.kg is None else left - document.kg * self.tolerance
        return Allocation(movement, document, kg, by, _why(movement, document, kg, by, room, among))


def cell_of(register: str, movement: Movement) -> str | None:
    """The cell in which goods name documents of a register; None: they name none there, as a confirmation is named by its bill."""
    return {PERMITS: movement.permit, NOTIFICATIONS: movement.pen}.get(register)


def _cells(register: str, movement: Movement) -> tuple[str, ...]:
    """Numbers that goods name, as written, the whole cell before its parts."""
    if register != CONFIRMATIONS:
        return named_cells(cell_of(register, movement))
    return tuple(dict.fromkeys((*movement.bills, *named_cells(movement.pen), *named_cells(movement.permit))))


def _sides(document: Document, movement: Movement) -> tuple[bool | None, ...]:
    return (
        agrees(document.exporter, movement.sending),
        agrees(document.importer, movement.receiving),
        agrees(document.holder, (*movement.sending, *movement.receiving)),
    )


def a_party_agrees(document: Document, movement: Movement) -> bool:
    """Whether anybody whom a document names has a part in a movement."""
    return True in _sides(document, movement)


def _support(document: Document, movement: Movement) -> tuple[int, int]:
    """How many of parties, country and direction speak against a document, and how many for it."""
    country = country_of(document.register, movement)
    said = [*_sides(document, movement), None if document.country is None or country is None else document.country == country]
    said.append(None if None in (document.direction, movement.direction) else document.direction == movement.direction)
    return said.count(False), said.count(True)


def _fits(document: Document, movement: Movement) -> bool:
    country = country_of(document.register, movement)
    elsewhere = document.country is not None and country is not None and country != document.country
    if elsewhere or (document.direction is not None and movement.direction not in (None, document.direction)):
        return False
    of_another = document.permit != "" and movement.under != () and plain_reference(document.permit) not in movement.under
    sides = _sides(document, movement)
    return False not in sides and True in sides and not of_another and _near(document, movement.day)


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
    if by != BY_PARTIES:
        otherwise = f"names {by}, which is {document.reference} {same_but(by, document.reference)}"
        said = f"names {document.reference}" if by == BY_NUMBER else otherwise
        if among > 1:
            said += f", one of {among} rows with a number that it names"
    else:
        parties = " and ".join(p.name for p in document.parties)
        said = f"does not give a number; {parties}, {document.substance_id}"
        said += f" and {document.country} agree" if document.country else " agree"
        days = distance(document, movement.day)
        said += f", {days} days from its day" if days else ", within its days"
        if among > 1:
            said += f", the best of {among}"
    said += "".join(f"; {alias}" for alias in aliases_in_words(movement, document))
    if document.versions > 1:
        said += f"; of {document.versions} versions the last counts"
    if kg is not None and movement.kg is not None and kg < movement.kg:
        said += f"; takes {_kg(kg)} of {_kg(movement.kg)} kg"
    if left is not None and kg is not None and kg > left:
        said += f"; {_kg(max(left, _NONE))} kg were left in it"
    return said


def _kg(value: Decimal) -> str:
    return f"{value.normalize():,f}"
