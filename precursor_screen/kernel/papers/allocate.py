"""Movements to documents, many to many: by the number that goods name; without one by parties, substance, country and days.

Deterministic: movements are taken in the order of their rank (named ones first), documents in the order of theirs. What is allocated
of a movement is its mass, never more and never less; a movement that finds no document stays whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.book import BY_NUMBER, BY_PARTIES, Allocation, Book, a_party_agrees, cell_of
from precursor_screen.kernel.papers.differences import Difference, kilograms, show_kg
from precursor_screen.kernel.papers.documents import DOMESTIC, EXPORT, IMPORT, Document, is_number
from precursor_screen.kernel.papers.movements import Movement, agrees, named_numbers
from precursor_screen.kernel.papers.similar_names import folded
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS
from precursor_screen.text.codes import plain_reference

# Movements as they are compared: each of goods that moved once, in the direction that the countries suggest where none is
# filed.

_SAME_DAYS = 30  # between what two files state of one bill (own proposal)
_MOST_KINDS = 100  # of days, directions and parties under one bill: a number that everything bears is none of a consignment
_SHORTEST = 6  # letters and digits of a bill by which two files are taken to speak of one consignment (own proposal)


def without_codes(movements: Iterable[Movement]) -> list[Movement]:
    """Movements but those that are known by nothing but a code, where another substance of their line is known by more."""
    some = list(movements)
    named = {m.line_id for m in some if not m.by_code}
    return [m for m in some if not m.by_code or m.line_id not in named]


def direct(movements: Iterable[Movement], home: Sequence[str]) -> list[Movement]:
    """Movements with the direction that their countries suggest where none is filed.

    Args:
        movements: of an office.
        home: the countries of the office, its own first; none: nothing is supposed.
    """
    return [_directed(m, home) for m in movements] if home else list(movements)


def _directed(movement: Movement, home: Sequence[str]) -> Movement:
    here, there = movement.origin, movement.destination
    if movement.direction in (EXPORT, IMPORT) and there in home and here in home:
        return replace(movement, direction=DOMESTIC)
    if movement.direction == EXPORT and here is None:
        return replace(movement, origin=home[0])
    if movement.direction == IMPORT and there is None:
        return replace(movement, destination=home[0])
    if movement.direction is not None or (here is None and there is None):
        return movement
    if there is not None and there not in home and (here is None or here in home):
        return replace(movement, direction=EXPORT, supposed=True, origin=here or home[0])
    if here is not None and here not in home and (there is None or there in home):
        return replace(movement, direction=IMPORT, supposed=True, destination=there or home[0])
    return movement


def deliveries(movements: Sequence[Movement], licensed: Collection[str]) -> list[Movement]:
    """Movements, with those taken for deliveries at home that state neither direction nor country, of files in which half of such lines and
    more go from holders of licences to holders of licences: a list without countries may as well be one of exports.

    Args:
        movements: of all files.
        licensed: keys of the holders in the office's register of licences, as `similar_names.folded` has them joined.
    """

    def holds(keys: Sequence[str]) -> bool:
        return any(" ".join(folded(key)) in licensed for key in keys)

    plain = (m for m in movements if m.direction is None and m.origin is None and m.destination is None)
    of = grouped((m.file, m) for m in plain)
    home = {f for f, some in of.items() if 2 * sum(holds(m.sending) and holds(m.receiving) for m in some) >= len(some)}
    found = {id(m) for f in home for m in of[f]}
    return [replace(m, direction=DOMESTIC, supposed=True) if id(m) in found else m for m in movements]


def once(movements: Sequence[Movement], tolerance: Decimal) -> tuple[list[Movement], list[Movement], list[Difference]]:
    """One consignment in several files counts once, with the larger mass and the papers that any of them names.

    It is one where bill, substance and direction are the same, a party on either side agrees as far as both state one, and the days are near.

    Returns:
        What counts; what counts in another file; a difference for each consignment of which two files state masses that are not the same.
    """
    groups = grouped(((plain_reference(m.bill), m.substance_id), m) for m in movements)
    instead: dict[int, Movement] = {}
    twice: list[Movement] = []
    found: list[Difference] = []
    for (bill, _), group in groups.items():
        of = grouped((m.file, m) for m in group)
        if len(bill) < _SHORTEST or not is_number(bill) or len(of) < 2 or not _is_one(group):
            continue
        masses = {file: kilograms([m.kg for m in some]) for file, some in of.items()}
        kept = max(sorted(of), key=lambda file: (masses[file] or Decimal(-1), any(m.permit for m in of[file])))
        others = [m for m in group if m.file != kept]
        permit, pen = (next((v for m in (*of[kept], *others) if (v := getattr(m, name))), None) for name in ("permit", "pen"))
        instead |= {id(m): replace(m, permit=m.permit or permit, pen=m.pen or pen) for m in of[kept]}
        twice += others
        known = [kg for kg in masses.values() if kg]  # nought counts elsewhere
        if known and max(known) - min(known) > max(known) * tolerance:
            said = " and ".join(f"{show_kg(masses[file])} in {file}" for file in sorted(of))
            because = f"{group[0].bill} is in {len(of)} files: {said}. The larger counts"
            ordered = tuple(sorted(group, key=lambda m: m.rank))
            found.append(Difference(kinds.TWO_MASSES, "", None, ordered, None, max(known), max(known) - min(known), because))
    gone = {id(m) for m in twice}
    return [instead.get(id(m), m) for m in movements if id(m) not in gone], twice, found


def _is_one(group: Sequence[Movement]) -> bool:
    """Whether all of several files may be one consignment; what differs in too much to be compared pair by pair is none."""
    distinct = {(m.file, m.day, m.direction, m.sending, m.receiving): m for m in group}
    different = list(distinct.values())
    return len(different) <= _MOST_KINDS and all(
        _same(a, b) for n, a in enumerate(different) for b in different[n + 1 :] if a.file != b.file
    )


def _same(one: Movement, other: Movement) -> bool:
    near = abs((one.day - other.day).days) <= _SAME_DAYS
    apart = (one.direction, other.direction) in ((EXPORT, IMPORT), (IMPORT, EXPORT))
    return near and not apart and _meet(one.sending, other.sending) and _meet(one.receiving, other.receiving)


def _meet(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return not ours or not theirs or not {folded(k) for k in ours}.isdisjoint(folded(k) for k in theirs)


_NO_DOCUMENT = "does not give a number, and no document agrees in parties, substance, country and days"
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


class AllocateResult(Struct, frozen=True):
    """What came of a register: every movement is in `allocations` (in parts, perhaps) or in `unmatched`."""

    allocations: tuple[Allocation, ...]
    unmatched: tuple[Unmatched, ...]


def allocate(
    register: str, movements: Iterable[Movement], documents: Iterable[Document], tolerance: Decimal = Decimal(0)
) -> AllocateResult:
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
        found_by = find_named(register, movement, book)
        named, papers, cells, others = found_by.numbers, list(found_by.papers), found_by.cells, found_by.others
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
        nearest, sure = book.nearest(movement, cell)
        why = f"names {cell}, which the register does not hold"
        if papers or others:
            why = f"names {cell}, which is of {', '.join(p.name for d in (*papers, *others) for p in d.parties) or 'nobody who is named'}"
        if sure:
            fits = (
                f"{why}; {nearest[0].reference} differs from it in one character, and parties, substance, country and days agree"
            )
            found += [replace(a, mistyped=cell, why=fits) for a in book.place(movement, nearest, BY_NUMBER)]
        elif papers:
            found += book.place(movement, papers, BY_NUMBER, cells)
        elif others:
            unmatched.append(_for_another(register, movement, others))
        else:
            unmatched.append(Unmatched(movement, cell, (), why + _named_near(nearest, movement)))
    for movement in unnamed:
        if fitting := book.fitting(movement):
            found += book.place(movement, fitting, BY_PARTIES)
        else:
            why = _NO_CONFIRMATION if register == CONFIRMATIONS else _NO_DOCUMENT
            unmatched.append(Unmatched(movement, "", (), why))
    return AllocateResult(tuple(found), tuple(unmatched))


class NamedDocuments(Struct, frozen=True):
    """What goods name in a register.

    Attributes:
        numbers: plain numbers that they name.
        papers: documents of these numbers for their substance; cells: how those are written whose number is written otherwise, by id.
        others: documents of these numbers for other substances.
    """

    numbers: tuple[str, ...]
    papers: tuple[Document, ...]
    cells: dict[int, str]
    others: tuple[Document, ...]


def find_named(register: str, movement: Movement, book: Book) -> NamedDocuments:
    """The documents of a register that goods name."""
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
    papers = tuple({id(d): d for d in (*meant, *(d for some in near.values() for d in some))}.values())
    return NamedDocuments(named, papers, {id(d): cell for cell, some in near.items() for d in some}, others)


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
