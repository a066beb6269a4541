"""Differences between the documents of a register and the movements under them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from precursor_screen.cases.reconcile.law import CONFIRMED_WITHIN, Frame, judge_missing
from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.allocate import AllocateResult
from precursor_screen.kernel.papers.book import Allocation
from precursor_screen.kernel.papers.differences import Difference, Unjudged, all_unjudged, kilograms, show_kg
from precursor_screen.kernel.papers.documents import USABLE, Document, is_number
from precursor_screen.kernel.papers.movements import Movement, sure_parts
from precursor_screen.kernel.papers.similar_names import number_forms, one_letter_aliases
from precursor_screen.kernel.papers.wrongs import find_wrongs, say_wrong
from precursor_screen.rulebook.registers import CONFIRMATIONS
from precursor_screen.text.codes import plain_reference


def judge_papers(
    register: str, documents: Sequence[Document], allocated: AllocateResult, frame: Frame
) -> tuple[list[Difference], list[Unjudged]]:
    """What differs between the documents of permits, notifications or confirmations and what was allocated to them."""
    frame = replace(frame, go_betweens=frame.go_betweens.beside(documents))
    under = grouped((id(a.document), a) for a in allocated.allocations)
    found: list[Difference] = []
    unjudged_places: dict[str, list[str]] = defaultdict(list)
    for group in grouped(((d.number, d.authority_key, d.substance_id), d) for d in documents).values():
        if len(group) > 1:
            found.append(_duplicate(group, [a for d in group for a in under.get(id(d), ())]))
        for document in group:
            some = under.get(id(document), [])
            if inside := [a for a in some if frame.inside(a.movement.day)]:
                found += _by_movement(document, inside, frame, unjudged_places)
            if len(group) == 1:
                found += _by_mass(document, some, frame, unjudged_places)
    unjudged_places["one-letter"] = sorted(
        {alias for a in allocated.allocations for alias in one_letter_aliases(a.movement, a.document)}
    )
    found += judge_missing(register, documents, allocated.unmatched, frame, unjudged_places)
    return found, all_unjudged(register, unjudged_places, _MESSAGES)


_MESSAGES = {
    "no-quantity": "documents that state no kilograms: what is over or left cannot be told",
    "not-comparable": "documents whose quantity is a volume of a substance of unknown density: it is compared with no kilograms",
    "document-set-aside": "movements that name a document whose row the import of the register set aside: mend the row and import it again",
    "one-letter": "names that differ in one letter were taken for the document's: look at them",
    "no-last-day": "documents that state no last day: what is left of them is not a difference yet",
    "begins-before": "documents that begin before the period: what moved under them before is not known; say an earlier --from",
    "masses-missing": "goods that state no mass, as most do: nothing was compared by mass. Give a column of the net mass (--mapping)",
    "no-reply-period": "movements before an answer: the period of reply is not known; pass --jurisdiction, or add the day of sending to the register",
    "no-country": "movements that state no country to compare with the document's",
    "no-party": "movements that name nobody on the side of the document's party",
    "no-direction": "movements of a direction that neither they nor --jurisdiction tell, without a document: whether one is asked for cannot be told",
    "not-held": "movements for which the law asks for a document, of a substance and direction of which the register holds none at all; it does not say that it is complete: import it with --complete if it is",
    "never-confirmed": "movements of substances of which their country confirms nothing, though it confirms others",
    "returned": "goods that came back: no document is asked of their return, no confirmation of what came back",
    "small-lot": "movements without a permit that stay, with all of their sender to their receiver in the year, within what the law asks nothing of, and far below every permit of the substance",
    "within-union": "movements within a customs union whose law asks neither permit nor notification of them (permits.csv)",
    "party-country": "movements that state no destination or origin: the country of the receiver or sender was compared",
}


def _duplicate(group: Sequence[Document], some: Sequence[Allocation]) -> Difference:
    masses = " and ".join(show_kg(d.kg) for d in group)
    because = f"{group[0].reference} is in {len(group)} rows, for {masses}: how much it allows is not known"
    return _difference(kinds.DUPLICATE, group[0], some, because)


def _difference(
    kind: str, document: Document, some: Sequence[Allocation], because: str, difference_kg: Decimal | None = None
) -> Difference:
    ordered = sorted(some, key=lambda a: a.movement.rank)
    movements, shipped = tuple(dict.fromkeys(a.movement for a in ordered)), kilograms(a.kg for a in ordered)
    paper = (document.register, document, movements, document.kg)
    return Difference(kind, *paper, shipped, difference_kg, because, _why(ordered))


def _why(some: Sequence[Allocation]) -> str:
    """How the goods were matched: a sentence for those that name the document, one for those that do not."""
    said = []
    for by_number in (True, False):
        of_kind = [a for a in some if a.by_number is by_number]
        if of_kind:
            said.append(of_kind[0].why + (f" (and {len(of_kind) - 1} more alike)" if len(of_kind) > 1 else ""))
    return " / ".join(said)


def _by_movement(
    document: Document, some: Sequence[Allocation], frame: Frame, unjudged_places: dict[str, list[str]]
) -> Iterator[Difference]:
    """What single movements do that the document does not allow."""
    wrong: dict[str, list[Allocation]] = defaultdict(list)
    for allocation in some:
        if allocation.movement.assumed and document.country:
            unjudged_places["party-country"].append(allocation.movement.place)
        for kind in dict.fromkeys(
            _wrongs(document, allocation, frame, unjudged_places)
        ):  # holder and exporter may both be others
            wrong[kind].append(allocation)
    for shipment in {a.movement.shipment_id: a for a in some if a.mistyped}.values():
        of_shipment = [a for a in some if a.mistyped and a.movement.shipment_id == shipment.movement.shipment_id]
        yield _difference(kinds.MISSING, document, of_shipment, shipment.why)
    for kind, those in wrong.items():
        movements = [a.movement for a in those]
        yield _difference(kind, document, those, say_wrong(kind, document, movements))
    bills = {a.movement.shipment_id for a in some}
    if document.single_use and len(bills) > 1:
        because = f"{document.reference} is good for one shipment and was used for {len(bills)}"
        yield _difference(kinds.USED_TWICE, document, some, because)


def _wrongs(document: Document, allocation: Allocation, frame: Frame, unjudged_places: dict[str, list[str]]) -> Iterator[str]:
    movement = allocation.movement
    if document.register == CONFIRMATIONS:
        if (
            allocation.by_number and document.first and document.first < movement.day - timedelta(days=1)
        ):  # the date line lies between
            yield kinds.CONTRADICTING
        if _confirms_another(document, movement, frame):
            yield kinds.OTHER_NOTIFICATION
    yield from find_wrongs(document, movement, frame.go_betweens, lambda code: unjudged_places[code].append(movement.place))


def _confirms_another(document: Document, movement: Movement, frame: Frame) -> bool:
    """Whether a confirmation names another notification than the goods do, or than they are under."""
    claimed = document.notification or (document.reference if document.number in frame.notifications else "")
    if not claimed:
        return False
    stated = sure_parts(movement.pen) or ((movement.pen,) if movement.pen and is_number(plain_reference(movement.pen)) else ())
    forms = frozenset(form for number in stated for form in number_forms(number)) | frame.notified.get(movement.rank, frozenset())
    return bool(forms) and forms.isdisjoint(number_forms(claimed))


def _by_mass(
    document: Document, some: Sequence[Allocation], frame: Frame, unjudged_places: dict[str, list[str]]
) -> Iterator[Difference]:
    """How much moved under a document, against how much it is for."""
    if document.contradicting:
        if some or any(map(frame.inside, (document.first, document.last))):
            because = f"{document.reference} is valid from {document.first} until {document.last}"
            yield _difference(kinds.CONTRADICTING, document, some, because)
        return
    if some and not any(frame.inside(a.movement.day) for a in some):
        return  # all of it was of an earlier period
    unknown = [a for a in some if a.kg is None]
    if unknown and frame.masses_missing:
        unjudged_places["masses-missing"] += [a.movement.place for a in unknown]
    elif unknown:
        because = f"under {document.reference} (for {show_kg(document.kg)}) moved goods of unknown mass"
        yield _difference(kinds.MASS_UNKNOWN, document, unknown, because)
    if document.kg is None and document.stated:
        unjudged_places["not-comparable"].append(f"{document.reference} ({document.stated})")
    elif document.kg is None:
        unjudged_places["no-quantity"].append(document.reference)
    shipped = kilograms([a.kg for a in some]) or Decimal(0)
    confirmed = document.register == CONFIRMATIONS
    if document.kg is not None and shipped > document.kg * (1 + frame.tolerance):
        verb = "confirmed" if confirmed else "allowed"
        basis = ", as anhydrous base" if document.base else ""
        because = f"{show_kg(shipped)} shipped{basis}, {_for(document)} {verb} by {document.reference}"
        yield _difference(kinds.MASS_DIFFERS if confirmed else kinds.OVER, document, some, because, shipped - document.kg)
    elif not unknown:
        yield from _left(document, some, shipped, frame, unjudged_places)


def _for(document: Document) -> str:
    """For how much a document is, with the register's own words where they are no kilograms."""
    return show_kg(document.kg) + (f" ({document.stated})" if document.stated else "")


def _left(
    document: Document, some: Sequence[Allocation], shipped: Decimal, frame: Frame, unjudged_places: dict[str, list[str]]
) -> Iterator[Difference]:
    """What was not used of a document that has ended."""
    confirmed = document.register == CONFIRMATIONS
    if some and (document.kg is None or shipped >= document.kg * (1 - frame.tolerance)):
        return
    if confirmed:
        if some and document.kg is not None:
            because = f"{show_kg(shipped)} shipped, {_for(document)} confirmed by {document.reference}"
            yield _difference(kinds.MASS_DIFFERS, document, some, because, shipped - document.kg)
        elif document.first is None or frame.first + timedelta(days=CONFIRMED_WITHIN) <= document.first <= frame.last:
            because = f"{document.reference} confirms {show_kg(document.kg)}; no export under it is known"
            yield _difference(kinds.UNSHIPPED, document, (), because)
        else:
            unjudged_places["begins-before"].append(document.reference)
        return
    if document.status not in USABLE:
        return  # nobody should use it
    if document.last is None:
        unjudged_places["no-last-day"].append(document.reference)
    elif not frame.inside(document.last):
        return  # it may still be used, or ended before the period
    else:
        known = frame.known_from or frame.first
        before = "" if document.first and document.first >= known else f"; what moved under it before {known} is not known"
        if some and document.kg is not None:
            because = f"{show_kg(shipped)} shipped of {_for(document)} until {document.last}{before}"
            yield _difference(kinds.PART_USED, document, some, because, shipped - document.kg)
        else:
            ended = "until" if document.stated_last else "in the days that a notification is held to last, until"
            because = f"nothing moved under {document.reference} {ended} {document.last}{before}"
            yield _difference(kinds.UNUSED, document, (), because)
