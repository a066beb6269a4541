"""Movements against all registers that there are: allocation, differences, and what could not be judged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.cases.reconcile.law import TOLERANCE, Frame
from precursor_screen.cases.reconcile.papers import judge_papers
from precursor_screen.cases.reconcile.yearly import judge_licences, judge_requirements
from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers import differences as kinds
from precursor_screen.kernel.papers.allocate import allocate, deliveries, direct, once, without_codes
from precursor_screen.kernel.papers.differences import Difference, Unjudged, all_unjudged, kilograms, show_kg, unjudged
from precursor_screen.kernel.papers.documents import DOMESTIC, EXPORT, IMPORT, Document, paper_words
from precursor_screen.kernel.papers.movements import Movement, named_numbers, with_witnesses
from precursor_screen.kernel.papers.similar_names import by_old_names, expand_aliases, firm_keys, folded, number_forms
from precursor_screen.kernel.papers.versions import stand
from precursor_screen.rulebook.registers import CONFIRMATIONS, LICENCES, NOTIFICATIONS, OF_LAW, PERMITS, REQUIREMENTS
from precursor_screen.text.text import late

# Goods that come back: no export and no import of their own; more than had left is a difference.

RETURN_DAYS = 180  # from departure to return, at most (own proposal)
OfNumber = Mapping[tuple[str, str], Document]  # export permits by plain number and substance


def export_permits(permits: Sequence[Document]) -> dict[tuple[str, str], Document]:
    """Export permits by plain number and substance."""
    return {(d.number, d.substance_id): d for d in permits if d.direction == EXPORT}


def named_export(movement: Movement, permits: OfNumber) -> Document | None:
    """The export permit that an import names; None: it names none, or an import permit too."""
    numbers = named_numbers(movement.permit) if movement.direction == IMPORT else ()
    found = [permits[n, movement.substance_id] for n in numbers if (n, movement.substance_id) in permits]
    return found[0] if found else None


def mark_returned(movements: Sequence[Movement], permits: OfNumber | None = None) -> list[Movement]:
    """Movements, with those marked that come back: imports that say so, or that bring from who had received it, to who had sent it, no more
    of the substance than left within the last `RETURN_DAYS` days; and exports all of which came back so.

    Args:
        movements: of both directions.
        permits: of `export_permits`. What names another permit comes in under that.
    """
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
        if back.direction != IMPORT or kg is None or (back.permit and named_export(back, permits or {}) is None):
            continue
        keys = ((back.substance_id, receiver, sender) for sender in back.sending for receiver in back.receiving)
        for at in sorted({at for key in keys for at in left.get(key, ())}, key=lambda at: movements[at].rank, reverse=True):
            remaining = still[at]
            if 0 <= (back.day - movements[at].day).days <= RETURN_DAYS and remaining and kg <= remaining * (1 + TOLERANCE):
                still[at] = max(remaining - kg, Decimal(0))
                marked.add(n)
                if remaining - kg <= (movements[at].kg or 0) * TOLERANCE:
                    marked.add(at)
                break
    return [replace(one, returned=True) if n in marked else one for n, one in enumerate(movements)]


def judge_returned(movements: Sequence[Movement], permits: OfNumber, tolerance: Decimal) -> list[Difference]:
    """Export permits under which more came back than had left."""
    named = [(permits.get((n, m.substance_id)), m) for m in movements for n in named_numbers(m.permit)]
    under = grouped((id(d), (d, m)) for d, m in named if d is not None)
    found = []
    for pairs in under.values():
        paper, some = pairs[0][0], list(dict.fromkeys(m for _, m in pairs))
        back = [m for m in some if m.returned and m.direction == IMPORT]
        out = [m for m in some if m.direction == EXPORT]
        came, went = kilograms([m.kg for m in back]), kilograms([m.kg for m in out]) or Decimal(0)
        if came is None or not back or came <= went * (1 + tolerance) or any(m.kg is None for m in out):
            continue
        because = f"{show_kg(came)} came back under {paper.reference}; {show_kg(went)} had left"
        lines = tuple(sorted((*out, *back), key=lambda m: m.rank))
        found.append(Difference(kinds.RETURNED_MORE, paper.register, paper, lines, paper.kg, came, came - went, because))
    return found


ALLOCATED = (PERMITS, NOTIFICATIONS, CONFIRMATIONS)
VERSIONED = (PERMITS, NOTIFICATIONS, LICENCES)
_OF_EXPORTS = (NOTIFICATIONS, CONFIRMATIONS)
_OF_RECEIVER = (
    "movements within a customs union of which the law asks a declaration of the customer, or the receiver's own licence or registration: "
    "no register here holds these (permits.csv)"
)
_NOT_IMPORTED = "the register was not imported: nothing was compared with it."
_MANY = 10  # movements without a mass, more than half of all: a column is missing (own proposal)


class ReconcileResult(Struct, frozen=True):
    """What came of it: differences, the gravest first; what could not be judged; how the registers came out.

    compared: register, how many documents it has, how many movements could be under it, how many are, and of these how many name a number.
    """

    differences: tuple[Difference, ...]
    unjudged: tuple[Unjudged, ...]
    compared: tuple[tuple[str, int, int, int, int], ...]


def reconcile(
    movements: Sequence[Movement], registers: Mapping[str, Sequence[Document]], frame: Frame, firm: str = ""
) -> ReconcileResult:
    """Compares movements with registers.

    Args:
        movements: of the frame's days.
        registers: documents by register. One that was not imported is not among them; an empty one is.
        frame: see there.
        firm: key of an exporter: only what concerns it is told; the others' movements still use up what they name.
    """
    compared: list[tuple[str, int, int, int, int]] = []
    firms: frozenset[str] = frozenset((firm,)) - {""}
    movements, found, not_judged = _arranged(movements, registers, frame)
    exports = export_permits(registers.get(PERMITS, ()))
    unweighed = sum(m.kg is None for m in movements)
    frame = replace(
        frame,
        masses_missing=unweighed >= _MANY and 2 * unweighed > len(movements),
        notifications=frozenset(d.number for d in registers.get(NOTIFICATIONS, ())),
    )
    for register in OF_LAW:
        documents = registers.get(register)
        if documents is None:
            message = f"{_NOT_IMPORTED} precursor-screen registers import {register} FILE"
            not_judged.append(Unjudged("not-imported", register, len(movements), (), message))
            continue
        documents = stand(documents) if register in VERSIONED else documents
        firms |= firm_keys(firm, documents)
        matched: dict[tuple[object, ...], bool] = {}
        if register in ALLOCATED:
            moving = expand_aliases((m for m in movements if _is_compared(m, register, exports)), documents, firm)
            moving = _on_base(moving, documents, frame) if register != CONFIRMATIONS else moving
            allocated = allocate(register, moving, documents, frame.tolerance)
            some, more_unjudged = judge_papers(register, documents, allocated, frame)
            papers = grouped((a.movement.rank, a) for a in allocated.allocations)
            if register == NOTIFICATIONS:
                forms = {
                    rank: frozenset(f for a in those for f in number_forms(a.document.reference))
                    for rank, those in papers.items()
                }
                frame = replace(frame, notified=forms)
            if register != CONFIRMATIONS:
                numbers = {rank: sorted({a.document.number for a in those}) for rank, those in papers.items()}
                movements = [replace(m, under=(*m.under, *numbers.get(m.rank, ()))) for m in movements]
            moving = [m for m in moving if _sends(firms, m) and frame.inside(m.day)]
            own = {m.rank for m in moving}
            matched = {a.movement.rank: a.by_number for a in allocated.allocations if a.movement.rank in own}
        elif register == REQUIREMENTS and firm:
            message = "a country's requirement is for all exporters together: it is not judged for one of them"
            not_judged.append(Unjudged("one-exporter", register, len(documents), (), message))
            continue
        else:
            moving = expand_aliases((m for m in movements if frame.inside(m.day)), documents, firm)
            some, more_unjudged = (judge_licences if register == LICENCES else judge_requirements)(documents, moving, frame)
        compared.append((register, len(documents), len(moving), len(matched), sum(matched.values())))
        found += some
        not_judged += more_unjudged
    sent = [m for m in expand_aliases((m for m in movements if frame.inside(m.day)), (), firm) if _sends(firms, m)]
    not_judged += unjudged("mass-unknown", "", [m.place for m in sent if m.kg is None], "movements of unknown mass")
    not_judged += unjudged("of-receiver", "", [m.place for m in sent if frame.law.of_receiver(m)], _OF_RECEIVER)
    if firm:
        found = [d for d in found if concerns(d, firms)]
    return ReconcileResult(tuple(sorted(found, key=lambda d: d.rank)), tuple(not_judged), tuple(compared))


def _arranged(
    movements: Sequence[Movement], registers: Mapping[str, Sequence[Document]], frame: Frame
) -> tuple[list[Movement], list[Difference], list[Unjudged]]:
    """Movements as they are compared, what they contradict by themselves, and what was supposed of them or left out."""
    kept = without_codes(with_witnesses(movements))
    staying = {m.rank for m in kept}
    counted, twice, found = once(direct(kept, frame.law.home), frame.tolerance)
    exports = export_permits(registers.get(PERMITS, ()))
    counted = by_old_names(counted, (d for rows in registers.values() for d in rows))
    holders = {" ".join(folded(d.holder.key)) for d in registers.get(LICENCES, ()) if d.holder}
    counted = deliveries(counted, holders) if frame.law.home else counted
    marked = mark_returned(counted, exports)
    found += judge_returned(marked, exports, frame.tolerance)
    found += judge_by_itself(marked)
    found = [d for d in found if any(frame.inside(m.day) for m in d.movements)]
    supposed = [m for m in marked if m.supposed]
    unjudged_places = {
        "code-only": [f"{m.substance_id} in {m.place}" for m in movements if m.rank not in staying],
        "in-two-files": [m.place for m in twice],
        "direction-supposed": [m.place for m in supposed if m.direction != DOMESTIC],
        "delivery-supposed": [m.place for m in supposed if m.direction == DOMESTIC],
    }
    return marked, found, all_unjudged("", unjudged_places, _MESSAGES)


_MESSAGES = {
    "code-only": "substances that a code of the nomenclature alone suggests, of lines in which another one is known by more: not compared",
    "in-two-files": "lines of consignments that another file states too: they count there",
    "direction-supposed": "movements without a country of dispatch and without a direction: to a foreign country they were compared as exports, from one as imports",
    "delivery-supposed": "movements without a direction and without countries, in files whose lines go from licence holders to licence holders: taken for deliveries at home, of which no permit is asked",
}


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


# What a line contradicts by itself: its days, and its place of delivery.

_DATE_LINE = timedelta(days=1)  # lies between the two
# Words of a line that say how the goods go on from a place (own proposal).
_ONWARD = late(lambda: rf"\b{paper_words('onward carriage')}\b", re.I)


def judge_by_itself(movements: Iterable[Movement]) -> list[Difference]:
    """A difference a line that arrived before it left, or is to be delivered where its own papers do not go."""
    found = []
    for m in movements:
        details = m.details
        if details.departure and details.arrival and details.arrival < details.departure - _DATE_LINE:
            because = f"{m.bill} left on {details.departure} and arrived on {details.arrival}"
            found.append(_difference(kinds.CONTRADICTING, m, because))
        if m.direction == EXPORT and details.elsewhere and not _ONWARD.search(f"{m.goods} {details.delivery}"):
            because = (
                f"{m.bill} is for {m.destination}, to be delivered at {details.delivery}, which other lines have in {details.elsewhere};"
                " no onward carriage is stated"
            )
            found.append(_difference(kinds.OTHER_PLACE, m, because))
    return found


def _difference(kind: str, movement: Movement, because: str) -> Difference:
    return Difference(kind, "", None, (movement,), None, movement.kg, None, because, "the line by itself")
