"""What a line contradicts by itself: its days, and its place of delivery."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from precursor_screen.casework.reconcile import differences as kinds
from precursor_screen.casework.reconcile.differences import Difference
from precursor_screen.casework.reconcile.documents import EXPORT
from precursor_screen.casework.reconcile.movements import Movement

_DATE_LINE = timedelta(days=1)  # lies between the two
# Words of a line that say how the goods go on from a place (own proposal).
_ONWARD = re.compile(
    r"\b(?:in transit|transit to|via|on-?carriage|onwards?|onward carriage|on-?forward\w*|transship\w*|tranship\w*|durchfuhr|weiterleitung"
    r"|en tránsito|en tr[âa]nsit|transbordo|destino final|final destination)\b",
    re.I,
)


def judge_by_itself(movements: Iterable[Movement]) -> list[Difference]:
    """A difference a line that arrived before it left, or is to be delivered where its own papers do not go."""
    found = []
    for m in movements:
        beside = m.beside
        if beside.departure and beside.arrival and beside.arrival < beside.departure - _DATE_LINE:
            because = f"{m.bill} left on {beside.departure} and arrived on {beside.arrival}"
            found.append(_difference(kinds.CONTRADICTING, m, because))
        if m.direction == EXPORT and beside.elsewhere and not _ONWARD.search(f"{m.goods} {beside.delivery}"):
            because = (
                f"{m.bill} is for {m.destination}, to be delivered at {beside.delivery}, which other lines have in {beside.elsewhere};"
                " no onward carriage is stated"
            )
            found.append(_difference(kinds.OTHER_PLACE, m, because))
    return found


def _difference(kind: str, movement: Movement, because: str) -> Difference:
    return Difference(kind, "", None, (movement,), None, movement.kg, None, because, "the line by itself")
