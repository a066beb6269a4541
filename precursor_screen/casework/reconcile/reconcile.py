"""Movements against all registers that there are: allocation, differences, and what could not be judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from precursor_screen.casework.reconcile.alike import by_old_names, firm_keys, folded, number_forms, widen
from precursor_screen.casework.reconcile.allocate import Allocated, allocate
from precursor_screen.casework.reconcile.arranged import deliveries, direct, once, without_codes
from precursor_screen.casework.reconcile.by_itself import judge_by_itself
from precursor_screen.casework.reconcile.differences import Difference, Unjudged, unjudged
from precursor_screen.casework.reconcile.documents import DOMESTIC, EXPORT, IMPORT, Document
from precursor_screen.casework.reconcile.law import Frame
from precursor_screen.casework.reconcile.movements import Movement, named_numbers
from precursor_screen.casework.reconcile.papers import judge_papers
from precursor_screen.casework.reconcile.returned import OfNumber, export_permits, judge_returned, mark_returned, named_export
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
    compared: list[Compared] = []
    firms: frozenset[str] = frozenset((firm,)) - {""}
    movements, found, doubts = _arranged(movements, registers, frame)
    exports = export_permits(registers.get(PERMITS, ()))
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
            moving = widen((m for m in movements if _is_compared(m, register, exports)), documents, firm)
            moving = _on_base(moving, documents, frame) if register != CONFIRMATIONS else moving
            allocated = allocate(register, moving, documents, frame.tolerance)
            some, told = judge_papers(register, documents, allocated, frame)
            if register == NOTIFICATIONS:
                frame = replace(frame, notified=_under(allocated))
            if register != CONFIRMATIONS:
                movements = _with_papers(movements, allocated)
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
    of_receivers = [m.place for m in widen(inside, (), firm) if _sends(firms, m) and frame.law.of_receiver(m)]
    doubts += unjudged("of-receiver", "", of_receivers, _OF_RECEIVER)
    if firm:
        found = [d for d in found if concerns(d, firms)]
    return Reconciled(tuple(sorted(found, key=lambda d: d.rank)), tuple(doubts), tuple(compared))


def _arranged(
    movements: Sequence[Movement], registers: Mapping[str, Sequence[Document]], frame: Frame
) -> tuple[list[Movement], list[Difference], list[Unjudged]]:
    """Movements as they are compared, what they contradict by themselves, and what was supposed of them or left out."""
    kept = without_codes(movements)
    staying = {m.rank for m in kept}
    codes = [f"{m.substance_id} in {m.place}" for m in movements if m.rank not in staying]
    counted, twice, found = once(direct(kept, frame.law.home), frame.tolerance)
    exports = export_permits(registers.get(PERMITS, ()))
    counted = by_old_names(counted, (d for rows in registers.values() for d in rows))
    holders = {" ".join(folded(d.holder.key)) for d in registers.get(LICENCES, ()) if d.holder}
    counted = deliveries(counted, holders) if frame.law.home else counted
    marked = mark_returned(counted, exports)
    found += judge_returned(marked, exports, frame.tolerance)
    found += judge_by_itself(marked)
    found = [d for d in found if any(frame.inside(m.day) for m in d.movements)]
    doubts = [
        *unjudged("code-only", "", codes, _CODE_ONLY),
        *unjudged("in-two-files", "", [m.place for m in twice], _IN_TWO_FILES),
        *unjudged("direction-supposed", "", [m.place for m in marked if m.supposed and m.direction != DOMESTIC], _SUPPOSED),
        *unjudged("delivery-supposed", "", [m.place for m in marked if m.supposed and m.direction == DOMESTIC], _DELIVERIES),
    ]
    return marked, found, doubts


_CODE_ONLY = (
    "substances that a code of the nomenclature alone suggests, of lines in which another one is known by more: not compared"
)
_IN_TWO_FILES = "lines of consignments that another file states too: they count there"
_DELIVERIES = "movements without a direction and without countries, in files whose lines go from licence holders to licence holders: taken for deliveries at home, of which no permit is asked"
_SUPPOSED = "movements without a country of dispatch and without a direction: to a foreign country they were compared as exports, from one as imports"


def _on_base(movements: Sequence[Movement], documents: Sequence[Document], frame: Frame) -> list[Movement]:
    """Movements of salts, with the mass of their base where the document that they name counts that."""
    bases = {(n, d.substance_id) for d in documents if d.base for n in d.numbers}
    if not bases:
        return list(movements)
    found = []
    for m in movements:
        numbers = (*named_numbers(m.permit), *named_numbers(m.pen), *m.under)
        share = frame.law.base_share(m) if any((n, m.substance_id) in bases for n in numbers) else None
        found.append(m if share is None or m.kg is None else replace(m, kg=m.kg * share))
    return found


def _with_papers(movements: Sequence[Movement], allocated: Allocated) -> list[Movement]:
    """Movements with the numbers of the documents that they are under."""
    numbers: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for a in allocated.allocations:
        numbers[a.movement.rank].add(a.document.number)
    return [replace(m, under=(*m.under, *sorted(numbers[m.rank]))) if m.rank in numbers else m for m in movements]


def _under(allocated: Allocated) -> dict[tuple[object, ...], frozenset[str]]:
    """Of movements the numbers of the documents that they are under, in all their forms, by their rank."""
    found: dict[tuple[object, ...], frozenset[str]] = {}
    for a in allocated.allocations:
        found[a.movement.rank] = found.get(a.movement.rank, frozenset()) | number_forms(a.document.reference)
    return found


def _is_compared(movement: Movement, register: str, exports: OfNumber) -> bool:
    """Whether a movement may be under documents of a register: what comes back under an export permit is no export and no import."""
    if movement.returned and named_export(movement, exports) is not None:
        return False
    return movement.direction in ((EXPORT, None) if register in _OF_EXPORTS else (EXPORT, IMPORT, None))


def _sends(firms: frozenset[str], movement: Movement) -> bool:
    """Whether one of some firms sends the goods; anybody, where none is asked for."""
    return not firms or not firms.isdisjoint(movement.sending)


def concerns(difference: Difference, firms: frozenset[str]) -> bool:
    """Whether a difference is about an exporter, by any of its keys: it holds the document, or sends the goods."""
    document = difference.document
    named = document is not None and any(p is not None and p.key in firms for p in (document.exporter, document.holder))
    return named or any(not firms.isdisjoint(m.sending) for m in difference.movements)
