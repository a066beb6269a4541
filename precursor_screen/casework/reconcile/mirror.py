"""The exports of one country against the imports of another: the same goods on two papers.

Consignments (a shipment's movements of one substance, together) are brought together one to one, in this order: by a number of a bill,
by a container, then by substance, a party, mass and days; each time the nearest in mass first, then in days, ties by number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from precursor_screen.casework.reconcile.alike import Likeness
from precursor_screen.casework.reconcile.differences import kilograms, show_kg
from precursor_screen.casework.reconcile.movements import Movement
from precursor_screen.casework.reconcile.papers import TOLERANCE

DAYS = 60  # from departure to arrival, at most (own proposal)
# Kind -> what it says, and what would settle it; the gravest first.
KINDS: dict[str, tuple[str, str]] = {
    "missing-import": ("Left, not seen to arrive", "Ask the country of destination whether it arrived, and where."),
    "missing-export": ("Arrived, not seen to leave", "Ask the country of dispatch for its export declaration."),
    "other-substance": ("The two papers name different substances", "Compare the papers; take a sample."),
    "other-consignee": (
        "The two papers name different consignees",
        "Ask both consignees; ask the carrier to whom it was handed over.",
    ),
    "mass-differs": ("The two papers state different masses", "Compare weigh notes of both sides."),
    "mass-unknown": ("Mass not known on one side", "Ask for the packing list or the weigh note."),
}
_ORDER = {kind: n for n, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Consignment:
    """A shipment's movements of one substance. kg: None where one of them is not known."""

    movements: tuple[Movement, ...]
    substance_id: str
    day: date
    kg: Decimal | None
    bills: frozenset[str]
    containers: frozenset[str]
    sending: frozenset[str]
    receiving: frozenset[str]

    @property
    def rank(self) -> tuple[object, ...]:
        """By what it says, so that the order of rows never counts."""
        return self.movements[0].rank


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A difference between an export and its import; None: there is none on that side. difference_kg: import less export."""

    kind: str
    left: Consignment | None
    arrived: Consignment | None
    difference_kg: Decimal | None
    because: str
    why: str

    @property
    def title(self) -> str:
        """What the kind says."""
        return KINDS[self.kind][0]

    @property
    def settle(self) -> str:
        """What would settle it."""
        return KINDS[self.kind][1]

    @property
    def rank(self) -> tuple[object, ...]:
        """The gravest kind first, then by day."""
        side = self.left or self.arrived
        return (_ORDER[self.kind], *(side.rank if side else ()))


@dataclass(frozen=True, slots=True)
class _Pair:
    left: Consignment
    arrived: Consignment
    why: str


def consignments(movements: Iterable[Movement]) -> list[Consignment]:
    """Movements of one shipment and substance together, in the order of their rank."""
    of: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for movement in sorted(movements, key=lambda m: m.rank):
        of[movement.shipment_id, movement.substance_id].append(movement)
    made = [
        Consignment(
            tuple(some),
            some[0].substance_id,
            min(m.day for m in some),
            None if any(m.kg is None for m in some) else kilograms([m.kg for m in some]),
            frozenset(b for m in some for b in m.bills),
            frozenset(c for m in some for c in m.containers),
            frozenset(k for m in some for k in m.sending),
            frozenset(k for m in some for k in m.receiving),
        )
        for some in of.values()
    ]
    return sorted(made, key=lambda c: c.rank)


def mirror(
    exports: Iterable[Movement], imports: Iterable[Movement], tolerance: Decimal = TOLERANCE, days: int = DAYS
) -> tuple[tuple[Mirrored, ...], int]:
    """Compares exports with imports.

    Args:
        exports, imports: movements of either side.
        tolerance: share of the exported mass within which two masses are the same.
        days: from departure to arrival, at most.

    Returns:
        Differences, the gravest first; and how many consignments were found on both sides.
    """
    exported = list(exports)
    likeness = Likeness({k for m in exported for k in (*m.sending, *m.receiving)})
    left, arrived = consignments(exported), consignments(likeness.widen(m) for m in imports)
    pairs: list[_Pair] = []
    steps: tuple[tuple[Callable[[Consignment], Iterable[Hashable]], Callable[[Consignment, Consignment], bool], str], ...] = (
        (lambda c: [(b, c.substance_id) for b in c.bills], lambda a, b: True, "one number of a bill"),
        (lambda c: [(x, c.substance_id) for x in c.containers], lambda a, b: _in_time(a, b, days), "one container"),
        (lambda c: c.bills, lambda a, b: True, "one number of a bill"),
        (lambda c: c.containers, lambda a, b: _in_time(a, b, days), "one container"),
        (
            lambda c: [(c.substance_id, k) for k in c.sending | c.receiving],
            lambda a, b: _in_time(a, b, days) and _same_mass(a, b, tolerance) is True and not _other_parties(a, b),
            "no number in common; substance, parties, mass and days agree",
        ),
    )
    for keys, fits, why in steps:
        new = _pair(left, arrived, keys, fits, why)
        taken = {id(c) for p in new for c in (p.left, p.arrived)}
        left, arrived = ([c for c in side if id(c) not in taken] for side in (left, arrived))
        pairs += new
    found = [d for p in pairs for d in _compare(p, tolerance)]
    found += [_alone("missing-import", c, None) for c in left]
    found += [_alone("missing-export", None, c) for c in arrived]
    return tuple(sorted(found, key=lambda d: d.rank)), len(pairs)


def _pair(
    left: Sequence[Consignment],
    arrived: Sequence[Consignment],
    keys: Callable[[Consignment], Iterable[Hashable]],
    fits: Callable[[Consignment, Consignment], bool],
    why: str,
) -> list[_Pair]:
    index: dict[Hashable, list[int]] = defaultdict(list)
    for n, one in enumerate(arrived):
        for key in set(keys(one)):
            index[key].append(n)
    near: list[tuple[Decimal, int, int, int]] = []
    for m, one in enumerate(left):
        for n in {n for key in keys(one) for n in index.get(key, ())}:
            if fits(one, arrived[n]):
                off = abs((one.kg or Decimal(0)) - (arrived[n].kg or Decimal(0)))
                near.append((off, abs((arrived[n].day - one.day).days), m, n))
    pairs, used_left, used_arrived = [], set[int](), set[int]()
    for _, _, m, n in sorted(near):
        if m not in used_left and n not in used_arrived:
            used_left.add(m)
            used_arrived.add(n)
            pairs.append(_Pair(left[m], arrived[n], why))
    return pairs


def _in_time(left: Consignment, arrived: Consignment, days: int) -> bool:
    return 0 <= (arrived.day - left.day).days <= days


def _same_mass(left: Consignment, arrived: Consignment, tolerance: Decimal) -> bool | None:
    if left.kg is None or arrived.kg is None:
        return None
    return abs(arrived.kg - left.kg) <= tolerance * left.kg


def _other_parties(left: Consignment, arrived: Consignment) -> bool:
    return any(a and b and not a & b for a, b in ((left.sending, arrived.sending), (left.receiving, arrived.receiving)))


def _compare(pair: _Pair, tolerance: Decimal) -> Iterable[Mirrored]:
    left, arrived = pair.left, pair.arrived
    if left.substance_id != arrived.substance_id:
        because = f"left as {left.substance_id}, arrived as {arrived.substance_id}"
        yield Mirrored("other-substance", left, arrived, None, because, pair.why)
    if left.receiving and arrived.receiving and not left.receiving & arrived.receiving:
        because = f"left for {left.movements[0].receiver}, arrived for {arrived.movements[0].receiver}"
        yield Mirrored("other-consignee", left, arrived, None, because, pair.why)
    same = _same_mass(left, arrived, tolerance)
    why = pair.why + _names_taken(left, arrived)
    if same is not True:
        kind = "mass-unknown" if same is None else "mass-differs"
        because = f"{show_kg(left.kg)} left, {show_kg(arrived.kg)} arrived"
        off = None if left.kg is None or arrived.kg is None else arrived.kg - left.kg
        yield Mirrored(kind, left, arrived, off, because, why)


def _names_taken(left: Consignment, arrived: Consignment) -> str:
    """Names of the import that were taken for those of the export, though they are written otherwise."""
    said = []
    for mine, name in ((left.sending, left.movements[0].sender), (left.receiving, left.movements[0].receiver)):
        said += [f"; {own} is taken for {name}" for m in arrived.movements for key, own in m.taken if key in mine]
    return "".join(dict.fromkeys(said))


def _alone(kind: str, left: Consignment | None, arrived: Consignment | None) -> Mirrored:
    one = left or arrived
    assert one is not None
    verb = "left for" if left else "arrived for"
    because = f"{show_kg(one.kg)} of {one.substance_id} {verb} {one.movements[0].receiver or 'nobody who is named'} on {one.day}"
    off = None if one.kg is None else (-one.kg if left else one.kg)
    return Mirrored(
        kind, left, arrived, off, because, "nothing on the other side has its number, or agrees in parties, mass and days"
    )
