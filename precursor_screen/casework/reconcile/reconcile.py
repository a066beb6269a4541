"""Movements against all registers that there are: allocation, differences, and what could not be judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from precursor_screen.casework.reconcile.alike import firm_keys, number_forms, widen
from precursor_screen.casework.reconcile.allocate import Allocated, allocate
from precursor_screen.casework.reconcile.differences import Difference, Unjudged, unjudged
from precursor_screen.casework.reconcile.documents import EXPORT, IMPORT, Document
from precursor_screen.casework.reconcile.movements import Movement
from precursor_screen.casework.reconcile.papers import TOLERANCE, Frame, judge_papers
from precursor_screen.casework.reconcile.versions import stand
from precursor_screen.casework.reconcile.yearly import judge_licences, judge_requirements
from precursor_screen.rulebook.registers import CONFIRMATIONS, LICENCES, NOTIFICATIONS, PERMITS, REGISTERS, REQUIREMENTS

ALLOCATED = (PERMITS, NOTIFICATIONS, CONFIRMATIONS)
VERSIONED = (PERMITS, NOTIFICATIONS, LICENCES)
_OF_EXPORTS = (NOTIFICATIONS, CONFIRMATIONS)
_OF_RECEIVER = (
    "movements within a customs union of which the law asks a declaration of the customer, or the receiver's own licence or registration: "
    "no register here holds these (permits.csv)"
)
_MANY = 10  # movements without a mass, more than half of all: a column is missing (own proposal)
RETURN_DAYS = 180  # from departure to return, at most (own proposal)


@dataclass(frozen=True, slots=True)
class Compared:
    """How a register came out.

    Attributes:
        documents: rows of it.
        movements: that could be under it; matched: that are; by_number: of these, by the number that they name.
    """

    register: str
    documents: int
    movements: int
    matched: int
    by_number: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it: differences, the gravest first; what could not be judged; the registers that took part."""

    differences: tuple[Difference, ...]
    unjudged: tuple[Unjudged, ...]
    compared: tuple[Compared, ...]


def reconcile(
    movements: Sequence[Movement], registers: Mapping[str, Sequence[Document]], frame: Frame, firm: str = ""
) -> Reconciled:
    """Compares movements with registers.

    Args:
        movements: of the frame's days.
        registers: documents by register. One that was not imported is not among them; an empty one is.
        frame: see there.
        firm: key of an exporter: only what concerns it is told; the others' movements still use up what they name.
    """
    found: list[Difference] = []
    doubts: list[Unjudged] = []
    compared: list[Compared] = []
    firms: frozenset[str] = frozenset((firm,)) - {""}
    movements = mark_returned(movements)
    unweighed = sum(m.kg is None for m in movements)
    frame = replace(frame, masses_missing=unweighed >= _MANY and 2 * unweighed > len(movements))
    frame = replace(frame, notifications=frozenset(d.number for d in registers.get(NOTIFICATIONS, ())))
    for register in REGISTERS:
        rows = registers.get(register)
        documents = rows if rows is None or register not in VERSIONED else stand(rows)
        if documents is not None:
            firms |= firm_keys(firm, documents)
        if documents is None:
            message = (
                f"the register was not imported: nothing was compared with it. precursor-screen registers import {register} FILE"
            )
            doubts.append(Unjudged("not-imported", register, len(movements), (), message))
        elif register in ALLOCATED:
            moving = widen((m for m in movements if m.direction in _directions(register)), documents, firm)
            allocated = allocate(register, moving, documents, frame.tolerance)
            some, told = judge_papers(register, documents, allocated, frame)
            if register == NOTIFICATIONS:
                frame = replace(frame, notified=_under(allocated))
            own = [m for m in moving if _sends(firms, m) and frame.inside(m.day)]
            matched = {
                a.movement.rank: a.by_number
                for a in allocated.allocations
                if _sends(firms, a.movement) and frame.inside(a.movement.day)
            }
            compared.append(Compared(register, len(documents), len(own), len(matched), sum(matched.values())))
            found += some
            doubts += told
        elif register == LICENCES or not firm:
            judge = {LICENCES: judge_licences, REQUIREMENTS: judge_requirements}[register]
            moving = widen((m for m in movements if frame.inside(m.day)), documents, firm)
            some, told = judge(documents, moving, frame)
            compared.append(Compared(register, len(documents), len(moving), 0, 0))
            found += some
            doubts += told
        else:
            message = "a country's requirement is for all exporters together: it is not judged for one of them"
            doubts.append(Unjudged("one-exporter", register, len(documents), (), message))
    inside = [m for m in movements if frame.inside(m.day)]
    unknown = [m.place for m in widen(inside, (), firm) if m.kg is None and _sends(firms, m)]
    doubts += unjudged("mass-unknown", "", unknown, "movements of unknown mass")
    of_receivers = [m.place for m in widen(inside, (), firm) if _sends(firms, m) and frame.of_receiver(m)]
    doubts += unjudged("of-receiver", "", of_receivers, _OF_RECEIVER)
    if firm:
        found = [d for d in found if concerns(d, firms)]
    return Reconciled(tuple(sorted(found, key=lambda d: d.rank)), tuple(doubts), tuple(compared))


def _under(allocated: Allocated) -> dict[tuple[object, ...], frozenset[str]]:
    """Of movements the numbers of the documents that they are under, in all their forms, by their rank."""
    found: dict[tuple[object, ...], frozenset[str]] = {}
    for a in allocated.allocations:
        found[a.movement.rank] = found.get(a.movement.rank, frozenset()) | number_forms(a.document.reference)
    return found


def mark_returned(movements: Sequence[Movement]) -> list[Movement]:
    """Movements, with those marked that come back: imports that say so, or that bring from who had received it, to who had sent it, no more
    of the substance than left within the last `RETURN_DAYS` days; and exports all of which came back so."""
    left: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for n, one in enumerate(movements):
        if one.direction == EXPORT:
            for sender in one.sending:
                for receiver in one.receiving:
                    left[one.substance_id, sender, receiver].append(n)
    still = {n: one.kg for n, one in enumerate(movements)}
    marked: set[int] = set()
    for n, back in sorted(enumerate(movements), key=lambda pair: pair[1].rank):
        kg = back.kg
        if back.direction != IMPORT or kg is None or back.permit:
            continue
        keys = ((back.substance_id, receiver, sender) for sender in back.sending for receiver in back.receiving)
        for at in sorted({at for key in keys for at in left.get(key, ())}, key=lambda at: movements[at].rank, reverse=True):
            rest = still[at]
            if 0 <= (back.day - movements[at].day).days <= RETURN_DAYS and rest and kg <= rest * (1 + TOLERANCE):
                still[at] = max(rest - kg, Decimal(0))
                marked.add(n)
                if rest - kg <= (movements[at].kg or 0) * TOLERANCE:
                    marked.add(at)
                break
    return [replace(one, returned=True) if n in marked else one for n, one in enumerate(movements)]


def _directions(register: str) -> tuple[str | None, ...]:
    return (EXPORT, None) if register in _OF_EXPORTS else (EXPORT, IMPORT, None)


def _sends(firms: frozenset[str], movement: Movement) -> bool:
    """Whether one of some firms sends the goods; anybody, where none is asked for."""
    return not firms or not firms.isdisjoint(movement.sending)


def concerns(difference: Difference, firms: frozenset[str]) -> bool:
    """Whether a difference is about an exporter, by any of its keys: it holds the document, or sends the goods."""
    document = difference.document
    named = document is not None and any(p is not None and p.key in firms for p in (document.exporter, document.holder))
    return named or any(not firms.isdisjoint(m.sending) for m in difference.movements)
