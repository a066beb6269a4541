"""Differences between the documents of a register and the movements under them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from precursor_screen.casework.reconcile import differences as kinds
from precursor_screen.casework.reconcile.alike import all_among, letters_taken, number_forms
from precursor_screen.casework.reconcile.allocate import Allocated, Unmatched
from precursor_screen.casework.reconcile.book import Allocation, country_of
from precursor_screen.casework.reconcile.differences import Difference, Unjudged, kilograms, show_kg, unjudged
from precursor_screen.casework.reconcile.documents import EXPORT, USABLE, Document, is_number
from precursor_screen.casework.reconcile.law import Frame
from precursor_screen.casework.reconcile.movements import Movement, agrees, named_numbers, sure_parts
from precursor_screen.casework.reconcile.timing import wrong_time
from precursor_screen.names.identifiers import plain_reference
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS

_SAMPLE_KG = Decimal(25)  # a canister or two: more is no sample, whatever the law leaves free (own proposal)
_FAR_BELOW = Decimal("0.1")  # of the smallest document of a substance: less is a sample (own proposal)
_A_HABIT = 3  # exports of a substance to a country, none confirmed: it confirms none of it (own proposal)
CONFIRMED_WITHIN = 90  # days after a movement within which the other side is expected to confirm it (own proposal)


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
            if inside := [a for a in some if frame.inside(a.movement.day)]:
                found += _by_movement(document, inside, frame, told)
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
    "masses-missing": "goods that state no mass, as most do: nothing was compared by mass. Give a column of the net mass (--mapping)",
    "no-reply-period": "movements before an answer: the period of reply is not known; say --jurisdiction, or the register's day of sending",
    "no-country": "movements that state no country to compare with the document's",
    "no-party": "movements that name nobody on the side of the document's party",
    "no-direction": "movements of a direction that neither they nor --jurisdiction tell, without a document: whether one is asked for cannot be told",
    "never-confirmed": "movements of substances of which their country confirms nothing, though it confirms others",
    "returned": "goods that came back: no document is asked of their return, no confirmation of what came back",
    "small-lot": "movements without a permit that stay, with all of their sender to their receiver in the year, within what the law asks nothing of, and far below every permit of the substance",
    "within-union": "movements within a customs union whose law asks neither permit nor notification of them (permits.csv)",
    "party-country": "movements that state no destination or origin: the country of the receiver or sender was compared",
}


def _duplicate(group: Sequence[Document], some: Sequence[Allocation]) -> Difference:
    masses = " and ".join(show_kg(d.kg) for d in group)
    first = group[0]
    return _difference(
        kinds.DUPLICATE,
        first,
        some,
        f"{first.reference} is in {len(group)} rows, for {masses}: how much it allows is not known",
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


def _by_movement(
    document: Document, some: Sequence[Allocation], frame: Frame, told: dict[str, list[str]]
) -> Iterator[Difference]:
    """What single movements do that the document does not allow."""
    wrong: dict[str, list[Allocation]] = defaultdict(list)
    for allocation in some:
        if allocation.movement.assumed and document.country:
            told["party-country"].append(allocation.movement.place)
        for kind in _wrongs(document, allocation, frame, told):
            wrong[kind].append(allocation)
    for shipment in {a.movement.shipment_id: a for a in some if a.mistyped}.values():
        alike = [a for a in some if a.mistyped and a.movement.shipment_id == shipment.movement.shipment_id]
        yield _difference(kinds.MISSING, document, alike, shipment.why)
    for kind, those in wrong.items():
        yield _difference(kind, document, those, _because(kind, document, [a.movement for a in those]))
    bills = {a.movement.shipment_id for a in some}
    if document.single_use and len(bills) > 1:
        because = f"{document.reference} is good for one shipment and was used for {len(bills)}"
        yield _difference(kinds.USED_TWICE, document, some, because)


def _wrongs(document: Document, allocation: Allocation, frame: Frame, told: dict[str, list[str]]) -> Iterator[str]:
    movement = allocation.movement
    day = movement.day
    if document.register == CONFIRMATIONS:
        if allocation.by_number and document.first and document.first < day - timedelta(days=1):  # the date line lies between
            yield kinds.CONTRADICTING
        if _confirms_another(document, movement, frame):
            yield kinds.OTHER_NOTIFICATION
    elif not document.contradicting:
        if (kind := wrong_time(document, day)) is not None:
            yield kind
        elif document.status_on(day) == "sent" and document.reply_ends is None and document.register == NOTIFICATIONS:
            told["no-reply-period"].append(movement.place)
    if None not in (document.direction, movement.direction) and document.direction != movement.direction:
        yield kinds.OTHER_DIRECTION  # whose name stands where on such a paper says nothing more
        return
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


def _confirms_another(document: Document, movement: Movement, frame: Frame) -> bool:
    """Whether a confirmation names another notification than the goods do, or than they are under."""
    claimed = document.notification or (document.reference if document.number in frame.notifications else "")
    if not claimed:
        return False
    stated = sure_parts(movement.pen) or ((movement.pen,) if movement.pen and is_number(plain_reference(movement.pen)) else ())
    forms = frozenset(form for number in stated for form in number_forms(number)) | frame.notified.get(movement.rank, frozenset())
    return bool(forms) and forms.isdisjoint(number_forms(claimed))


def _because(kind: str, document: Document, movements: Sequence[Movement]) -> str:
    day = min(m.day for m in movements)
    if kind == kinds.TOO_EARLY:
        if document.issued and day < document.issued and (document.first is None or day >= document.first):
            return f"left on {day}; {document.reference} was issued on {document.issued}, though valid from {document.first}"
        if document.first and day < document.first:
            verb = "was sent" if document.register == NOTIFICATIONS else "is valid from"
            return f"left on {day}; {document.reference} {verb} {document.first}"
        if document.register == PERMITS:
            return f"left on {day}; {document.reference} was declared on {document.issued}, so that goods may leave from {document.reply_ends}"
        return f"left on {day}; without an answer not before {document.reply_ends} (sent {document.sent})"
    if kind == kinds.LATER:
        return f"left on {max(m.day for m in movements)}; {document.reference} was valid until {document.last}"
    if kind in (kinds.EXPIRED, kinds.OBJECTED):
        since = f" since {document.status_from}" if document.status_from else ""
        return f"{document.reference} is {document.status}{since}; goods left under it on {day}"
    if kind == kinds.CONTRADICTING:
        return (
            f"{document.reference} confirms that goods arrived on {document.first}; they left on {max(m.day for m in movements)}"
        )
    if kind == kinds.OTHER_NOTIFICATION:
        stated = _names(m.pen or "" for m in movements)
        return f"{document.reference} confirms goods of {document.notification or document.reference}; they left under {stated}"
    if kind == kinds.OTHER_DIRECTION:
        return f"{document.reference} is for an {document.direction}; the goods are an {movements[0].direction}"
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
    if document.contradicting:
        if some or any(map(frame.inside, (document.first, document.last))):
            because = f"{document.reference} is valid from {document.first} until {document.last}"
            yield _difference(kinds.CONTRADICTING, document, some, because)
        return
    if some and not any(frame.inside(a.movement.day) for a in some):
        return  # all of it was of an earlier period
    unknown = [a for a in some if a.kg is None]
    if unknown and frame.masses_missing:
        told["masses-missing"] += [a.movement.place for a in unknown]
    elif unknown:
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
        basis = ", as anhydrous base" if document.base else ""
        because = f"{show_kg(shipped)} shipped{basis}, {_for(document)} {verb} by {document.reference}"
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
            yield _difference(
                kinds.UNUSED, document, (), f"nothing moved under {document.reference} {ended} {document.last}{before}"
            )


def _missing(
    register: str, documents: Sequence[Document], unmatched: Sequence[Unmatched], frame: Frame, told: dict[str, list[str]]
) -> Iterator[Difference]:
    """Movements without a document where one is asked for; a shipment and substance is one difference."""
    known = {(d.substance_id, d.country if register == CONFIRMATIONS else d.direction) for d in documents}
    pairs = Counter((u.movement.substance_id, u.movement.destination) for u in unmatched)
    shapes = {_shape(d.number) for d in documents}
    lots = _lots(unmatched)
    issued = defaultdict[tuple[str, str | None], list[Decimal]](list)
    for d in documents:
        if d.kg is not None:
            issued[d.substance_id, d.direction].append(d.kg)
    least = {key: min(some) for key, some in issued.items() if len(some) >= _A_HABIT}
    lacking: dict[tuple[str, str, str, str], list[Unmatched]] = defaultdict(list)
    for one in unmatched:
        movement = one.movement
        if not frame.inside(movement.day):
            continue
        if one.others and register != CONFIRMATIONS:
            lacking[kinds.OTHER_SUBSTANCE, movement.shipment_id, movement.substance_id, one.named].append(one)
            continue
        if one.named and all_among(one.named, frame.aside.get(register, frozenset())):
            told["document-set-aside"].append(movement.place)
            continue
        few = movement.rank in frame.notified and pairs[movement.substance_id, movement.destination] < _A_HABIT
        ours = any(
            _shape(n) in shapes for n in named_numbers(one.named)
        )  # or else a number of another register, as customer declarations are
        small = (
            register == PERMITS
            and not ours
            and _is_small(lots[_lot(movement)], frame.law.papers_above(movement), least, movement)
        )
        asked = _asked(register, one, known, frame, few)
        if asked and not ours and (lawful := "small-lot" if small else _lawful(register, movement, frame)):
            told[lawful].append(movement.place)
        elif asked:
            kind = kinds.MISSING
            if register == CONFIRMATIONS:
                open_still = movement.day > frame.last - timedelta(days=CONFIRMED_WITHIN)
                kind = kinds.AWAITED if open_still else kinds.UNCONFIRMED
            lacking[kind, movement.shipment_id, movement.substance_id, one.named].append(one)
        elif asked is None:
            told["never-confirmed" if register == CONFIRMATIONS else "no-direction"].append(movement.place)
    for (kind, *_), those in lacking.items():
        movements = tuple(sorted((u.movement for u in those), key=lambda m: m.rank))
        shipped = kilograms([m.kg for m in movements])
        others = sorted((d for u in those for d in u.others), key=lambda d: d.rank)
        paper = others[0] if others else None  # whose number is the next one is no paper of these goods
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
    return (movement.sending, movement.receiving, movement.substance_id, movement.direction, movement.day.year)


def _lots(unmatched: Sequence[Unmatched]) -> dict[tuple[object, ...], Decimal | None]:
    """How much of a substance somebody sent to somebody in a year without a document; None: of some the mass is not known."""
    found: dict[tuple[object, ...], Decimal | None] = {}
    for movement in (u.movement for u in unmatched):
        before = found.get(_lot(movement), Decimal(0))
        found[_lot(movement)] = None if before is None or movement.kg is None else before + movement.kg
    return found


def _is_small(
    kg: Decimal | None, above: Decimal | None, least: Mapping[tuple[str, str | None], Decimal], movement: Movement
) -> bool:
    """Whether all of a lot stays within what the law asks nothing of, and far below every document of the substance that was ever issued."""
    issued = [least[key] for key in ((movement.substance_id, movement.direction), (movement.substance_id, None)) if key in least]
    if kg is None or not above or not issued:
        return False
    return kg <= min(above, _SAMPLE_KG) and kg < min(issued) * _FAR_BELOW


def _lawful(register: str, movement: Movement, frame: Frame) -> str:
    """Why no document is asked for although the register, or the law, asks one of others; empty: one is."""
    if movement.returned:
        return "returned"
    return "within-union" if register != CONFIRMATIONS and frame.law.within_union(movement) else ""


def _asked(register: str, one: Unmatched, known: set[tuple[str, str | None]], frame: Frame, few: bool) -> bool | None:
    """Whether a document is asked for: by the law, or by what the register is kept for; None: that cannot be told.

    A confirmation is expected of a country that confirms the substance. Of one that confirms only others it is expected where the goods were
    notified and are among the first of the substance (`few`): of more, none of them confirmed, the country seems to confirm nothing.
    """
    movement = one.movement
    if register == PERMITS:
        if movement.direction is None:
            return None if any(s == movement.substance_id for s, _ in known) else False
        of = {(movement.substance_id, movement.direction), (movement.substance_id, None)}
        asked = bool(of & known) or frame.law.permit_asked(movement)
        return asked and (movement.bulk or bool(one.named))
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
