"""Movements under no document, where the law or the register asks for one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from precursor_screen.cases.reconcile import differences as kinds
from precursor_screen.cases.reconcile.alike import all_among
from precursor_screen.cases.reconcile.allocate import Unmatched
from precursor_screen.cases.reconcile.differences import Difference, grouped, kilograms, show_kg, whole_mass
from precursor_screen.cases.reconcile.documents import EXPORT, Document
from precursor_screen.cases.reconcile.law import Frame
from precursor_screen.cases.reconcile.movements import Movement, named_numbers
from precursor_screen.rulebook.registers import CONFIRMATIONS, NOTIFICATIONS, PERMITS

_SAMPLE_KG = Decimal(25)  # a canister or two: more is no sample, whatever the law leaves free (own proposal)
_FAR_BELOW = Decimal("0.1")  # of the smallest document of a substance: less is a sample (own proposal)
_A_HABIT = 3  # exports of a substance to a country, none confirmed: it confirms none of it (own proposal)
CONFIRMED_WITHIN = 90  # days after a movement within which the other side is expected to confirm it (own proposal)


def judge_missing(
    register: str, documents: Sequence[Document], unmatched: Sequence[Unmatched], frame: Frame, told: dict[str, list[str]]
) -> Iterator[Difference]:
    """Movements without a document where one is asked for; a shipment and substance is one difference."""
    known = {(d.substance_id, d.country if register == CONFIRMATIONS else d.direction) for d in documents}
    pairs = Counter((u.movement.substance_id, u.movement.destination) for u in unmatched)
    shapes = {_shape(d.number) for d in documents}
    lots = {lot: whole_mass(some) for lot, some in grouped((u.movement for u in unmatched), _lot).items()}
    issued = grouped((d for d in documents if d.kg is not None), lambda d: (d.substance_id, d.direction))
    least = {key: min(d.kg for d in some if d.kg is not None) for key, some in issued.items() if len(some) >= _A_HABIT}
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
