"""Goods that come back: no export and no import of their own; more than had left is a difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from precursor_screen.cases.reconcile import differences as kinds
from precursor_screen.cases.reconcile.differences import Difference, grouped, kilograms, show_kg
from precursor_screen.cases.reconcile.documents import EXPORT, IMPORT, Document
from precursor_screen.cases.reconcile.law import TOLERANCE
from precursor_screen.cases.reconcile.movements import Movement, named_numbers

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
            rest = still[at]
            if 0 <= (back.day - movements[at].day).days <= RETURN_DAYS and rest and kg <= rest * (1 + TOLERANCE):
                still[at] = max(rest - kg, Decimal(0))
                marked.add(n)
                if rest - kg <= (movements[at].kg or 0) * TOLERANCE:
                    marked.add(at)
                break
    return [replace(one, returned=True) if n in marked else one for n, one in enumerate(movements)]


def judge_returned(movements: Sequence[Movement], permits: OfNumber, tolerance: Decimal) -> list[Difference]:
    """Export permits under which more came back than had left."""
    named = [(permits.get((n, m.substance_id)), m) for m in movements for n in named_numbers(m.permit)]
    under = grouped(((d, m) for d, m in named if d is not None), lambda pair: id(pair[0]))
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
