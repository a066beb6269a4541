"""Movements as they are compared: each of goods that moved once, in the direction that the countries suggest where none is filed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from precursor_screen.cases.reconcile import differences as kinds
from precursor_screen.cases.reconcile.alike import folded
from precursor_screen.cases.reconcile.differences import Difference, grouped, kilograms, show_kg
from precursor_screen.cases.reconcile.documents import DOMESTIC, EXPORT, IMPORT, is_number
from precursor_screen.cases.reconcile.movements import Movement
from precursor_screen.text.codes import plain_reference

_SAME_DAYS = 30  # between what two files state of one bill (own proposal)
_MOST_KINDS = 100  # of days, directions and parties under one bill: a number that everything bears is none of a consignment
_SHORTEST = 6  # letters and digits of a bill by which two files are taken to speak of one consignment (own proposal)


def without_codes(movements: Iterable[Movement]) -> list[Movement]:
    """Movements but those that are known by nothing but a code, where another substance of their line is known by more."""
    some = list(movements)
    named = {m.line_id for m in some if not m.by_code}
    return [m for m in some if not m.by_code or m.line_id not in named]


def direct(movements: Iterable[Movement], home: Sequence[str]) -> list[Movement]:
    """Movements with the direction that their countries suggest where none is filed.

    Args:
        movements: of an office.
        home: the countries of the office, its own first; none: nothing is supposed.
    """
    return [_directed(m, home) for m in movements] if home else list(movements)


def _directed(movement: Movement, home: Sequence[str]) -> Movement:
    here, there = movement.origin, movement.destination
    if movement.direction in (EXPORT, IMPORT) and there in home and here in home:
        return replace(movement, direction=DOMESTIC)
    if movement.direction == EXPORT and here is None:
        return replace(movement, origin=home[0])
    if movement.direction == IMPORT and there is None:
        return replace(movement, destination=home[0])
    if movement.direction is not None or (here is None and there is None):
        return movement
    if there is not None and there not in home and (here is None or here in home):
        return replace(movement, direction=EXPORT, supposed=True, origin=here or home[0])
    if here is not None and here not in home and (there is None or there in home):
        return replace(movement, direction=IMPORT, supposed=True, destination=there or home[0])
    return movement


def deliveries(movements: Sequence[Movement], licensed: Collection[str]) -> list[Movement]:
    """Movements, with those taken for deliveries at home that state neither direction nor country, of files in which half of such lines and
    more go from holders of licences to holders of licences: a list without countries may as well be one of exports.

    Args:
        movements: of all files.
        licensed: keys of the holders in the office's register of licences, as `alike.folded` has them joined.
    """

    def holds(keys: Sequence[str]) -> bool:
        return any(" ".join(folded(key)) in licensed for key in keys)

    plain = (m for m in movements if m.direction is None and m.origin is None and m.destination is None)
    of = grouped(plain, lambda m: m.file)
    home = {f for f, some in of.items() if 2 * sum(holds(m.sending) and holds(m.receiving) for m in some) >= len(some)}
    found = {id(m) for f in home for m in of[f]}
    return [replace(m, direction=DOMESTIC, supposed=True) if id(m) in found else m for m in movements]


def once(movements: Sequence[Movement], tolerance: Decimal) -> tuple[list[Movement], list[Movement], list[Difference]]:
    """One consignment in several files counts once, with the larger mass and the papers that any of them names.

    It is one where bill, substance and direction are the same, a party on either side agrees as far as both state one, and the days are near.

    Returns:
        What counts; what counts in another file; a difference for each consignment of which two files state masses that are not the same.
    """
    groups = grouped(movements, lambda m: (plain_reference(m.bill), m.substance_id))
    instead: dict[int, Movement] = {}
    twice: list[Movement] = []
    found: list[Difference] = []
    for (bill, _), group in groups.items():
        of = grouped(group, lambda m: m.file)
        if len(bill) < _SHORTEST or not is_number(bill) or len(of) < 2 or not _is_one(group):
            continue
        masses = {file: kilograms([m.kg for m in some]) for file, some in of.items()}
        kept = max(sorted(of), key=lambda file: (masses[file] or Decimal(-1), any(m.permit for m in of[file])))
        others = [m for m in group if m.file != kept]
        permit, pen = (next((v for m in (*of[kept], *others) if (v := getattr(m, name))), None) for name in ("permit", "pen"))
        instead |= {id(m): replace(m, permit=m.permit or permit, pen=m.pen or pen) for m in of[kept]}
        twice += others
        known = [kg for kg in masses.values() if kg is not None]
        if known and max(known) - min(known) > max(known) * tolerance:
            said = " and ".join(f"{show_kg(masses[file])} in {file}" for file in sorted(of))
            because = f"{group[0].bill} is in {len(of)} files: {said}. The larger counts"
            ordered = tuple(sorted(group, key=lambda m: m.rank))
            found.append(Difference(kinds.TWO_MASSES, "", None, ordered, None, max(known), max(known) - min(known), because))
    gone = {id(m) for m in twice}
    return [instead.get(id(m), m) for m in movements if id(m) not in gone], twice, found


def _is_one(group: Sequence[Movement]) -> bool:
    """Whether all of several files may be one consignment; what differs in too much to be compared pair by pair is none."""
    alike = {(m.file, m.day, m.direction, m.sending, m.receiving): m for m in group}
    different = list(alike.values())
    return len(different) <= _MOST_KINDS and all(
        _same(a, b) for n, a in enumerate(different) for b in different[n + 1 :] if a.file != b.file
    )


def _same(one: Movement, other: Movement) -> bool:
    near = abs((one.day - other.day).days) <= _SAME_DAYS
    apart = (one.direction, other.direction) in ((EXPORT, IMPORT), (IMPORT, EXPORT))
    return near and not apart and _meet(one.sending, other.sending) and _meet(one.receiving, other.receiving)


def _meet(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return not ours or not theirs or not {folded(k) for k in ours}.isdisjoint(folded(k) for k in theirs)
