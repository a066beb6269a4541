"""Differences between the documents of a register and the movements under them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from precursor_screen.casework.reconcile import differences as kinds
from precursor_screen.casework.reconcile.alike import all_among, letters_taken
from precursor_screen.casework.reconcile.allocate import Allocated, Unmatched
from precursor_screen.casework.reconcile.book import Allocation, country_of
from precursor_screen.casework.reconcile.differences import Difference, Unjudged, kilograms, show_kg, unjudged
from precursor_screen.casework.reconcile.documents import EXPORT, USABLE, Document
from precursor_screen.casework.reconcile.movements import Movement, agrees
from precursor_screen.casework.reconcile.timing import wrong_time
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS

TOLERANCE = Decimal("0.02")  # of the document's mass: what drums, moisture and scales come to (own proposal)
CONFIRMED_WITHIN = 90  # days after a movement within which the other side is expected to confirm it (own proposal)


@dataclass(frozen=True, slots=True)
class Frame:
    """Within what is compared.

    Attributes:
        first, last: days of the movements that are known, both included.
        tolerance: share of the document's mass.
        notifiable: whether the law asks for a notification of an export of a substance on a day.
        aside: of registers the numbers of rows that their import set aside, in all their forms (`alike.number_forms`).
    """

    first: date
    last: date
    tolerance: Decimal = TOLERANCE
    notifiable: Callable[[str, date], bool] = lambda substance_id, day: False
    aside: Mapping[str, frozenset[str]] = field(default_factory=dict)


def judge_papers(
    register: str, documents: Sequence[Document], allocated: Allocated, frame: Frame
) -> tuple[list[Difference], list[Unjudged]]:
    """What differs between the documents of permits, notifications or confirmations and what was allocated to them."""
    under: dict[int, list[Allocation]] = defaultdict(list)
    for allocation in allocated.allocations:
        under[id(allocation.document)].append(allocation)
    groups: dict[tuple[str, str, str], list[Document]] = defaultdict(list)
    for document in documents:
        groups[document.number, document.authority_key, document.substance_id].append(document)
    found: list[Difference] = []
    told: dict[str, list[str]] = defaultdict(list)
    for group in groups.values():
        if len(group) > 1:
            found.append(_duplicate(group, [a for d in group for a in under.get(id(d), ())]))
        for document in group:
            some = under.get(id(document), [])
            if some:
                found += _by_movement(document, some, told)
            if len(group) == 1:
                found += _by_mass(document, some, frame, told)
    told["one-letter"] = sorted({taken for a in allocated.allocations for taken in letters_taken(a.movement, a.document)})
    found += _missing(register, documents, allocated.unmatched, frame, told)
    return found, [u for code, message in _MESSAGES.items() for u in unjudged(code, register, told[code], message)]


_MESSAGES = {
    "no-quantity": "documents that state no kilograms: what is over or left cannot be told",
    "not-comparable": "documents whose quantity is a volume of a substance of unknown density: it is compared with no kilograms",
    "document-set-aside": "movements that name a document whose row the import of the register set aside: mend the row and import it again",
    "one-letter": "names that differ in one letter were taken for the document's: look at them",
    "no-last-day": "documents that state no last day: what is left of them is no difference yet",
    "begins-before": "documents that begin before the period: what moved under them before is not known; say an earlier --from",
    "no-reply-period": "movements before an answer: the period of reply is not known; say --jurisdiction, or the register's day of sending",
    "no-country": "movements that state no country to compare with the document's",
    "no-party": "movements that name nobody on the side of the document's party",
    "no-direction": "movements of a direction that neither they nor --jurisdiction tell, without a document: whether one is asked for cannot be told",
    "awaited": f"movements of the last {CONFIRMED_WITHIN} days that the other side may still confirm",
}


def _duplicate(group: Sequence[Document], some: Sequence[Allocation]) -> Difference:
    masses = " and ".join(show_kg(d.kg) for d in group)
    first = group[0]
    return _difference(
        kinds.DUPLICATE,
        first,
        some,
        f"{first.reference} stands {len(group)} times, for {masses}: how much it allows is not known",
    )


def _difference(
    kind: str, document: Document, some: Sequence[Allocation], because: str, difference_kg: Decimal | None = None
) -> Difference:
    ordered = sorted(some, key=lambda a: a.movement.rank)
    return Difference(
        kind,
        document.register,
        document,
        tuple(dict.fromkeys(a.movement for a in ordered)),
        document.kg,
        kilograms([a.kg for a in ordered]),
        difference_kg,
        because,
        _why(ordered),
    )


def _why(some: Sequence[Allocation]) -> str:
    """How the goods were matched: a sentence for those that name the document, one for those that do not."""
    said = []
    for by_number in (True, False):
        alike = [a for a in some if a.by_number is by_number]
        if alike:
            said.append(alike[0].why + (f" (and {len(alike) - 1} more alike)" if len(alike) > 1 else ""))
    return " / ".join(said)


def _by_movement(document: Document, some: Sequence[Allocation], told: dict[str, list[str]]) -> Iterator[Difference]:
    """What single movements do that the document does not allow."""
    wrong: dict[str, list[Allocation]] = defaultdict(list)
    for allocation in some:
        for kind in _wrongs(document, allocation.movement, told):
            wrong[kind].append(allocation)
    for kind, those in wrong.items():
        yield _difference(kind, document, those, _because(kind, document, [a.movement for a in those]))
    bills = {a.movement.shipment_id for a in some}
    if document.single_use and len(bills) > 1:
        because = f"{document.reference} is good for one shipment and was used for {len(bills)}"
        yield _difference(kinds.USED_TWICE, document, some, because)


def _wrongs(document: Document, movement: Movement, told: dict[str, list[str]]) -> Iterator[str]:
    day = movement.day
    contradicting = document.first and document.last and document.last < document.first
    if document.register != CONFIRMATIONS and not contradicting:
        if (kind := wrong_time(document, day)) is not None:
            yield kind
        elif document.status == "sent" and document.reply_ends is None and document.register == NOTIFICATIONS:
            told["no-reply-period"].append(movement.place)
    for kind, party, keys in (
        (kinds.OTHER_CONSIGNEE, document.importer, movement.receiving),
        (kinds.OTHER_EXPORTER, document.exporter, movement.sending),
        (kinds.OTHER_EXPORTER, document.holder, (*movement.sending, *movement.receiving)),
    ):
        if agrees(party, keys) is False:
            yield kind
        elif party is not None and not keys:
            told["no-party"].append(movement.place)
    country = country_of(document.register, movement)
    if document.country and not country:
        told["no-country"].append(movement.place)
    elif document.country and country != document.country:
        yield kinds.OTHER_COUNTRY


def _because(kind: str, document: Document, movements: Sequence[Movement]) -> str:
    day = min(m.day for m in movements)
    if kind == kinds.TOO_EARLY:
        if document.first and day < document.first:
            verb = "was sent" if document.register == NOTIFICATIONS else "is valid from"
            return f"left on {day}; {document.reference} {verb} {document.first}"
        return f"left on {day}; without an answer not before {document.reply_ends} (sent {document.sent})"
    if kind == kinds.LATER:
        return f"left on {max(m.day for m in movements)}; {document.reference} was valid until {document.last}"
    if kind in (kinds.EXPIRED, kinds.OBJECTED):
        return f"{document.reference} is {document.status}; goods left under it on {day}"
    if kind == kinds.OTHER_CONSIGNEE and document.importer:
        return f"{document.reference} is for {document.importer.name}; the goods went to {_names(m.receiver for m in movements)}"
    if kind == kinds.OTHER_EXPORTER:
        holder = document.exporter or document.holder
        return f"{document.reference} is held by {holder.name if holder else ''}; the goods came from {_names(m.sender for m in movements)}"
    went = _names(country_of(document.register, m) or "" for m in movements)
    return f"{document.reference} is for {document.country}; the goods state {went}"


def _names(names: Iterator[str]) -> str:
    return ", ".join(sorted({n for n in names if n})) or "nobody who is named"


def _by_mass(document: Document, some: Sequence[Allocation], frame: Frame, told: dict[str, list[str]]) -> Iterator[Difference]:
    """How much moved under a document, against how much it is for."""
    if document.first and document.last and document.last < document.first:
        because = f"{document.reference} is valid from {document.first} until {document.last}"
        yield _difference(kinds.CONTRADICTING, document, some, because)
        return
    unknown = [a for a in some if a.kg is None]
    if unknown:
        because = f"under {document.reference} (for {show_kg(document.kg)}) moved goods of unknown mass"
        yield _difference(kinds.MASS_UNKNOWN, document, unknown, because)
    if document.kg is None and document.stated:
        told["not-comparable"].append(f"{document.reference} ({document.stated})")
    elif document.kg is None:
        told["no-quantity"].append(document.reference)
    shipped = kilograms([a.kg for a in some]) or Decimal(0)
    confirmed = document.register == CONFIRMATIONS
    if document.kg is not None and shipped > document.kg * (1 + frame.tolerance):
        verb = "confirmed" if confirmed else "allowed"
        because = f"{show_kg(shipped)} shipped, {_for(document)} {verb} by {document.reference}"
        yield _difference(kinds.MASS_DIFFERS if confirmed else kinds.OVER, document, some, because, shipped - document.kg)
    elif not unknown:
        yield from _left(document, some, shipped, frame, told)


def _for(document: Document) -> str:
    """For how much a document is, with the register's own words where they are no kilograms."""
    return show_kg(document.kg) + (f" ({document.stated})" if document.stated else "")


def _left(
    document: Document, some: Sequence[Allocation], shipped: Decimal, frame: Frame, told: dict[str, list[str]]
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
            told["begins-before"].append(document.reference)
        return
    if document.status not in USABLE:
        return  # nobody should use it
    if document.last is None:
        told["no-last-day"].append(document.reference)
    elif document.last > frame.last:
        return  # it may still be used
    elif document.first is None or document.first < frame.first:
        told["begins-before"].append(document.reference)
    elif some and document.kg is not None:
        because = f"{show_kg(shipped)} shipped of {_for(document)} until {document.last}"
        yield _difference(kinds.PART_USED, document, some, because, shipped - document.kg)
    else:
        ended = "until" if document.stated_last else "in the days that a notification is held to last, until"
        yield _difference(kinds.UNUSED, document, (), f"nothing moved under {document.reference} {ended} {document.last}")


def _missing(
    register: str, documents: Sequence[Document], unmatched: Sequence[Unmatched], frame: Frame, told: dict[str, list[str]]
) -> Iterator[Difference]:
    """Movements without a document where one is asked for; a shipment and substance is one difference."""
    known = {(d.substance_id, d.direction) for d in documents}
    countries = {d.country for d in documents}
    lacking: dict[tuple[str, str, str, str], list[Unmatched]] = defaultdict(list)
    for one in unmatched:
        movement = one.movement
        if one.others and register != CONFIRMATIONS:
            lacking[kinds.OTHER_SUBSTANCE, movement.shipment_id, movement.substance_id, one.named].append(one)
            continue
        if one.named and all_among(one.named, frame.aside.get(register, frozenset())):
            told["document-set-aside"].append(movement.place)
            continue
        asked = _asked(register, one, known, countries, frame)
        if asked is None:
            told["no-direction"].append(movement.place)
        elif asked and register == CONFIRMATIONS and movement.day > frame.last - timedelta(days=CONFIRMED_WITHIN):
            told["awaited"].append(movement.place)
        elif asked:
            kind = kinds.UNCONFIRMED if register == CONFIRMATIONS else kinds.MISSING
            lacking[kind, movement.shipment_id, movement.substance_id, one.named].append(one)
    for (kind, *_), those in lacking.items():
        movements = tuple(sorted((u.movement for u in those), key=lambda m: m.rank))
        shipped = kilograms([m.kg for m in movements])
        others = sorted((d for u in those for d in u.others), key=lambda d: d.rank)
        paper = others[0] if others else None
        because = f"{show_kg(shipped)} of {movements[0].substance_id} {_SAID[kind]}: {those[0].why}"
        yield Difference(kind, register, paper, movements, paper.kg if paper else None, shipped, shipped, because, "not matched")


_SAID = {
    kinds.MISSING: "without a document",
    kinds.UNCONFIRMED: "left without a confirmation",
    kinds.OTHER_SUBSTANCE: "under a document for something else",
}


def _asked(
    register: str,
    one: Unmatched,
    known: set[tuple[str, str | None]],
    countries: set[str | None],
    frame: Frame,
) -> bool | None:
    """Whether a document is asked for: by the law, or by what the register is kept for; None: that cannot be told."""
    movement = one.movement
    if register == PERMITS:
        if movement.direction is None:
            return None if any(s == movement.substance_id for s, _ in known) else False
        of = {(movement.substance_id, movement.direction), (movement.substance_id, None)}
        return bool(of & known) and (movement.bulk or bool(one.named))
    if register == NOTIFICATIONS:
        by_law = movement.bulk and frame.notifiable(movement.substance_id, movement.day)
        if movement.direction is None:
            return None if by_law or one.named else False
        return movement.direction == EXPORT and (by_law or bool(one.named))
    return movement.direction == EXPORT and movement.destination in countries - {None}
