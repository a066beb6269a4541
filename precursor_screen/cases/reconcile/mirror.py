"""The exports of one country against the imports of another: the same goods on two papers.

Consignments (a shipment's movements of one substance, together) are brought together one to one, in this order: by a number of a bill,
by a container, then by substance, a party, mass and days; each time the nearest in mass first, then in days, ties by number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal

from precursor_screen.cases.reconcile.law import TOLERANCE
from precursor_screen.core.grouped import grouped
from precursor_screen.kernel.papers.differences import Told, show_kg, whole_mass
from precursor_screen.kernel.papers.movements import Movement
from precursor_screen.kernel.papers.similar_names import NameMatcher

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


# A shipment's movements of one substance, in the order of their rank.
Consignment = tuple[Movement, ...]


class MirrorDifference(Told, frozen=True):
    """A difference between an export and its import; empty: there is none on that side. difference_kg: import less export."""

    KINDS = KINDS

    left: Consignment
    arrived: Consignment
    difference_kg: Decimal | None
    because: str
    why: str

    @property
    def rank(self) -> tuple[object, ...]:
        """The gravest kind first, then by day."""
        return (_ORDER[self.kind], *(self.left or self.arrived)[0].rank)


def consignments(movements: Iterable[Movement]) -> list[Consignment]:
    """Movements of one shipment and substance together, in the order of their rank."""
    ordered = sorted(movements, key=lambda m: m.rank)
    return [tuple(some) for some in grouped(((m.shipment_id, m.substance_id), m) for m in ordered).values()]


def _all(one: Consignment, name: str) -> set[str]:
    return {key for m in one for key in getattr(m, name)}


def mirror(
    exports: Iterable[Movement], imports: Iterable[Movement], tolerance: Decimal = TOLERANCE, days: int = DAYS
) -> tuple[tuple[MirrorDifference, ...], int]:
    """Compares exports with imports.

    Args:
        exports, imports: movements of either side.
        tolerance: share of the exported mass within which two masses are the same.
        days: from departure to arrival, at most.

    Returns:
        Differences, the gravest first; and how many consignments were found on both sides.
    """
    exported = list(exports)
    matcher = NameMatcher({k for m in exported for k in (*m.sending, *m.receiving)})
    left = dict(enumerate(consignments(exported)))
    arrived = dict(enumerate(consignments(matcher.expand_aliases(m) for m in imports)))

    def in_time(left: Consignment, arrived: Consignment) -> bool:
        return 0 <= (arrived[0].day - left[0].day).days <= days

    def may_be_one(left: Consignment, arrived: Consignment) -> bool:
        others = _are_others(left, arrived, "sending") or _are_others(left, arrived, "receiving")
        return in_time(left, arrived) and _same_mass(left, arrived, tolerance) is True and not others

    steps: tuple[tuple[Callable[[Consignment], set[Hashable]], Callable[[Consignment, Consignment], bool], str], ...] = (
        (lambda c: {(b, c[0].substance_id) for b in _all(c, "bills")}, lambda *_: True, "one number of a bill"),
        (lambda c: {(x, c[0].substance_id) for x in _all(c, "containers")}, in_time, "one container"),
        (lambda c: {*_all(c, "bills")}, lambda *_: True, "one number of a bill"),
        (lambda c: {*_all(c, "containers")}, in_time, "one container"),
        (
            lambda c: {(k, c[0].substance_id) for k in _all(c, "sending") | _all(c, "receiving")},
            may_be_one,
            "no number in common; substance, parties, mass and days agree",
        ),
    )
    found: list[MirrorDifference] = []
    matched = 0
    for keys, fits, why in steps:
        pairs = _pair(left, arrived, keys, fits)
        found += [d for m, n in pairs for d in _compare(left.pop(m), arrived.pop(n), why, tolerance)]
        matched += len(pairs)
    found += [_alone("missing-import", one, ()) for one in left.values()]
    found += [_alone("missing-export", (), one) for one in arrived.values()]
    return tuple(sorted(found, key=lambda d: d.rank)), matched


def _pair(
    left: Mapping[int, Consignment],
    arrived: Mapping[int, Consignment],
    keys: Callable[[Consignment], set[Hashable]],
    fits: Callable[[Consignment, Consignment], bool],
) -> list[tuple[int, int]]:
    """Consignments with a key in common, each in one pair: the nearest in mass first, then in days."""
    index: dict[Hashable, set[int]] = defaultdict(set)
    for n, one in arrived.items():
        for key in keys(one):
            index[key].add(n)
    near = [
        (abs((whole_mass(one) or 0) - (whole_mass(arrived[n]) or 0)), abs((arrived[n][0].day - one[0].day).days), m, n)
        for m, one in left.items()
        for n in set[int]().union(*(index.get(key, ()) for key in keys(one)))
        if fits(one, arrived[n])
    ]
    pairs: dict[int, int] = {}
    paired: set[int] = set()
    for _, _, m, n in sorted(near):
        if m not in pairs and n not in paired:
            pairs[m] = n
            paired.add(n)
    return list(pairs.items())


def _same_mass(left: Consignment, arrived: Consignment, tolerance: Decimal) -> bool | None:
    went, came = whole_mass(left), whole_mass(arrived)
    return None if went is None or came is None else abs(came - went) <= tolerance * went


def _are_others(left: Consignment, arrived: Consignment, side: str) -> bool:
    """Whether the parties of a side, where both papers name any, have nobody in common."""
    ours, theirs = _all(left, side), _all(arrived, side)
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def _compare(left: Consignment, arrived: Consignment, why: str, tolerance: Decimal) -> Iterable[MirrorDifference]:
    if left[0].substance_id != arrived[0].substance_id:
        because = f"left as {left[0].substance_id}, arrived as {arrived[0].substance_id}"
        yield MirrorDifference("other-substance", left, arrived, None, because, why)
    if _are_others(left, arrived, "receiving"):
        because = f"left for {left[0].receiver}, arrived for {arrived[0].receiver}"
        yield MirrorDifference("other-consignee", left, arrived, None, because, why)
    same = _same_mass(left, arrived, tolerance)
    if same is not True:
        went, came = whole_mass(left), whole_mass(arrived)
        because = f"{show_kg(went)} left, {show_kg(came)} arrived"
        off = None if went is None or came is None else came - went
        kind = "mass-unknown" if same is None else "mass-differs"
        yield MirrorDifference(kind, left, arrived, off, because, why + _aliases_in_words(left, arrived))


def _aliases_in_words(left: Consignment, arrived: Consignment) -> str:
    """Names of the import that were taken for those of the export, though they are written otherwise."""
    said = []
    for side, name in (("sending", left[0].sender), ("receiving", left[0].receiver)):
        mine = _all(left, side)
        said += [f"; {own} is read as {name}" for m in arrived for key, own in m.aliases if key in mine]
    return "".join(dict.fromkeys(said))


def _alone(kind: str, left: Consignment, arrived: Consignment) -> MirrorDifference:
    first, kg = (left or arrived)[0], whole_mass(left or arrived)
    verb = "left for" if left else "arrived for"
    because = f"{show_kg(kg)} of {first.substance_id} {verb} {first.receiver or 'nobody who is named'} on {first.day}"
    off = None if kg is None else -kg if left else kg
    why = "nothing on the other side has its number, or agrees in parties, mass and days"
    return MirrorDifference(kind, left, arrived, off, because, why)
