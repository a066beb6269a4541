"""Movements to documents, many to many: by the number that goods name; without one by parties, substance, country and days.

Deterministic: movements are taken in the order of their rank (named ones first), documents in the order of theirs. What is allocated
of a movement is its mass, never more and never less; a movement that finds no document stays whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.cases.reconcile.book import BY_NUMBER, BY_PARTIES, Allocation, Book, a_party_agrees, cell_of
from precursor_screen.cases.reconcile.documents import Document
from precursor_screen.cases.reconcile.movements import Movement, agrees, named_numbers
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS

_NO_DOCUMENT = "names no number, and no document agrees in parties, substance, country and days"
_NO_CONFIRMATION = "none is of its bill, and none that is free agrees in consignee, substance, country and days"
_NEAREST = 2  # numbers that are named


class Unmatched(Struct, frozen=True):
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


class Allocated(Struct, frozen=True):
    """What came of a register: every movement is in `allocations` (in parts, perhaps) or in `unmatched`."""

    allocations: tuple[Allocation, ...]
    unmatched: tuple[Unmatched, ...]


def allocate(
    register: str, movements: Iterable[Movement], documents: Iterable[Document], tolerance: Decimal = Decimal(0)
) -> Allocated:
    """Allocates movements to the documents of one register.

    Args:
        register: whose number the movements name: permits, notifications or confirmations.
        movements: of any substances, in any order.
        documents: of that register, in any order.
        tolerance: share of its mass by which a document may be exceeded.
    """
    book = Book(register, documents, tolerance)
    found: list[Allocation] = []
    unmatched: list[Unmatched] = []
    unnamed: list[Movement] = []
    unknown: list[tuple[Movement, list[Document], dict[int, str], tuple[Document, ...]]] = []
    ordered_movements = sorted(movements, key=lambda m: m.rank)
    if register == CONFIRMATIONS:  # one that names a bill is of no other shipment under the same papers
        ordered_movements.sort(key=lambda m: not any(book.numbered(bill, m.substance_id) for bill in m.bills))
    for movement in ordered_movements:
        named = _named(register, movement, book)
        same = [n for n in named if book.numbered(n, movement.substance_id)]
        if register == CONFIRMATIONS:  # a bill is nearer to one shipment than the papers that several have in common
            same = [n for n in same if n in movement.bills] or same
        others = tuple(d for n in named for d in book.of_number.get(n, ()) if d.substance_id != movement.substance_id)
        meant = [d for n in same for d in book.meant(book.numbered(n, movement.substance_id), movement)]
        near = book.written_otherwise(movement, same, bool(others)) if named else {}
        if register == CONFIRMATIONS and not any(n in movement.bills for n in same):
            meant = [d for d in meant if id(d) not in book.named]
            near = {cell: some for cell, docs in near.items() if (some := [d for d in docs if id(d) not in book.named])}
        if named and not same and not near and not others:
            others = book.of_others(movement)
        papers = list({id(d): d for d in (*meant, *(d for some in near.values() for d in some))}.values())
        cells = {id(d): cell for cell, some in near.items() for d in some}
        of_nobody = not any(a_party_agrees(d, movement) for d in (*papers, *others))
        if named and register != CONFIRMATIONS and (of_nobody or not papers):
            unknown.append((movement, papers, cells, others))
        elif papers:
            found += book.place(movement, papers, BY_NUMBER, cells)
        elif named and others:
            unmatched.append(_for_another(register, movement, others))
        else:
            unnamed.append(movement)
    for movement, papers, cells, others in unknown:  # when what is named rightly has its place
        cell = cell_of(register, movement) or movement.bill
        alike, sure = book.nearest(movement, cell)
        why = f"names {cell}, which the register does not hold"
        if papers or others:
            why = f"names {cell}, which is of {', '.join(p.name for d in (*papers, *others) for p in d.parties) or 'nobody who is named'}"
        if sure:
            fits = f"{why}; {alike[0].reference} differs from it in one character, and parties, substance, country and days agree"
            found += [replace(a, mistyped=cell, why=fits) for a in book.place(movement, alike, BY_NUMBER)]
        elif papers:
            found += book.place(movement, papers, BY_NUMBER, cells)
        elif others:
            unmatched.append(_for_another(register, movement, others))
        else:
            unmatched.append(Unmatched(movement, cell, (), why + _named_near(alike, movement)))
    for movement in unnamed:
        if fitting := book.fitting(movement):
            found += book.place(movement, fitting, BY_PARTIES)
        else:
            why = _NO_CONFIRMATION if register == CONFIRMATIONS else _NO_DOCUMENT
            unmatched.append(Unmatched(movement, "", (), why))
    return Allocated(tuple(found), tuple(unmatched))


def _named(register: str, movement: Movement, book: Book) -> tuple[str, ...]:
    """Plain numbers by which goods name documents: their own, or those of papers that a document says that it belongs to."""
    if register == PERMITS:
        return named_numbers(movement.permit)
    papers = (*named_numbers(movement.permit), *movement.under)
    if register == NOTIFICATIONS:
        through = tuple(dict.fromkeys(n for n in papers if book.numbered(n, movement.substance_id)))
        return named_numbers(movement.pen) or through
    return tuple(dict.fromkeys((*movement.bills, *named_numbers(movement.pen), *papers)))


def _for_another(register: str, movement: Movement, others: tuple[Document, ...]) -> Unmatched:
    cell, substances = cell_of(register, movement) or movement.bill, ", ".join(sorted({d.substance_id for d in others}))
    return Unmatched(movement, cell, others, f"names {cell}, which is for {substances}, not for {movement.substance_id}")


def _named_near(near: Iterable[Document], movement: Movement) -> str:
    some = [
        f"{d.reference} ({', '.join(p.name for p in d.parties) or 'no party'}, {d.substance_id}){_apart(d, movement)}"
        for d in near
    ]
    return f"; the nearest is {' and '.join(some[:_NEAREST])}" if some else ""


def _apart(document: Document, movement: Movement) -> str:
    """In what a document is not that of the goods: then its number was hardly meant."""
    off = {
        "sender": agrees(document.exporter, movement.sending) is False,
        "receiver": agrees(document.importer, movement.receiving) is False,
        "substance": document.substance_id != movement.substance_id,
    }
    said = " and ".join(name for name, wrong in off.items() if wrong)
    return f", of another {said}: hardly a slip" if said else ""
