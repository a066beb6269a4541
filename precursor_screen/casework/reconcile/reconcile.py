"""Movements against all registers that there are: allocation, differences, and what could not be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from precursor_screen.casework.reconcile.alike import firm_keys, widen
from precursor_screen.casework.reconcile.allocate import allocate
from precursor_screen.casework.reconcile.differences import Difference, Unjudged, unjudged
from precursor_screen.casework.reconcile.documents import EXPORT, IMPORT, Document
from precursor_screen.casework.reconcile.movements import Movement
from precursor_screen.casework.reconcile.papers import Frame, judge_papers
from precursor_screen.casework.reconcile.versions import stand
from precursor_screen.casework.reconcile.yearly import judge_licences, judge_requirements
from precursor_screen.rulebook.registers import CONFIRMATIONS, LICENCES, NOTIFICATIONS, PERMITS, REGISTERS, REQUIREMENTS

ALLOCATED = (PERMITS, NOTIFICATIONS, CONFIRMATIONS)
VERSIONED = (PERMITS, NOTIFICATIONS, LICENCES)
_OF_EXPORTS = (NOTIFICATIONS, CONFIRMATIONS)


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
            own = [m for m in moving if _sends(firms, m)]
            matched = {a.movement.rank: a.by_number for a in allocated.allocations if _sends(firms, a.movement)}
            compared.append(Compared(register, len(documents), len(own), len(matched), sum(matched.values())))
            found += some
            doubts += told
        elif register == LICENCES or not firm:
            judge = {LICENCES: judge_licences, REQUIREMENTS: judge_requirements}[register]
            some, told = judge(documents, widen(movements, documents, firm), frame)
            compared.append(Compared(register, len(documents), len(movements), 0, 0))
            found += some
            doubts += told
        else:
            message = "a country's requirement is for all exporters together: it is not judged for one of them"
            doubts.append(Unjudged("one-exporter", register, len(documents), (), message))
    unknown = [m.place for m in widen(movements, (), firm) if m.kg is None and _sends(firms, m)]
    doubts += unjudged("mass-unknown", "", unknown, "movements of unknown mass")
    if firm:
        found = [d for d in found if concerns(d, firms)]
    return Reconciled(tuple(sorted(found, key=lambda d: d.rank)), tuple(doubts), tuple(compared))


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
