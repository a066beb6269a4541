"""What changed in law between two days, or between two editions of the tables."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from precursor_screen.core.model import ABOVE, Control, Substance, Threshold
from precursor_screen.reference.table_rows import holds


class State(Struct, frozen=True):
    """The tables as they stand on a day; day None: with all listings that have no end."""

    substances: tuple[Substance, ...]
    thresholds: tuple[Threshold, ...]
    day: date | None

    def listings(self, substance: Substance) -> list[Control]:
        """The listings that hold, in the order of the tables."""
        return [c for c in substance.controls if (c.in_force(self.day) if self.day else c.until is None)]


class Change(Struct, frozen=True):
    """One change of a substance. what: began, ended, moved, corrected, added, removed, threshold, names; old and new as words."""

    what: str
    substance_id: str
    name: str
    instrument: str = ""
    old: str = ""
    new: str = ""
    since: date | None = None
    verified: bool = True


class Names(Struct, frozen=True):
    """Names of a substance that came and went, in the order of the tables."""

    substance_id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


class TableDiff(Struct, frozen=True):
    """Changes in a fixed order; names only between editions; `undated`: listings whose day nobody has found."""

    changes: tuple[Change, ...]
    names: tuple[Names, ...]
    undated: int


def diff_tables(old: State, new: State) -> TableDiff:
    """Compares two states: substances in the order of the new tables, those that are gone at the end.

    A substance is added or removed when it has no listing at all on the other side. Between editions, a listing that stays and says
    something else (dates, scope, check) is corrected.
    """
    before = {s.substance_id: s for s in old.substances}
    after = {s.substance_id: s for s in new.substances}
    changes: list[Change] = []
    names: list[Names] = []
    for substance_id in [*after, *(i for i in before if i not in after)]:
        a, b = before.get(substance_id), after.get(substance_id)
        changes.extend(_listing_changes(old, new, a, b))
        changes.extend(_threshold_changes(old, new, a, b))
        if a is not b and (found := _names(a, b)):
            names.append(found)
    undated = sum(c.since is None for s in new.substances for c in new.listings(s))
    return TableDiff(tuple(changes), tuple(names), undated)


def _listing_changes(old: State, new: State, a: Substance | None, b: Substance | None) -> list[Change]:
    substance = b or a
    if substance is None:
        return []
    before, after = (old.listings(a) if a else []), (new.listings(b) if b else [])
    found: list[Change] = []
    if bool(before) != bool(after):
        found.append(Change("added" if after else "removed", substance.substance_id, substance.name))
    for instrument in dict.fromkeys(c.instrument for c in (*after, *before)):
        was = {c.schedule: c for c in before if c.instrument == instrument}
        now = {c.schedule: c for c in after if c.instrument == instrument}
        gone, come = [s for s in was if s not in now], [s for s in now if s not in was]
        moves = list(zip(gone, come, strict=False))
        found += [_change("moved", substance, now[y], was[x].schedule, y) for x, y in moves]
        found += [_change("ended", substance, was[x], x, "") for x in gone[len(moves) :]]
        found += [_change("began", substance, now[y], "", y) for y in come[len(moves) :]]
        if a is not b:
            found += [
                _change("corrected", substance, now[x], _say(was[x]), _say(now[x]))
                for x in now
                if x in was and _say(was[x]) != _say(now[x])
            ]
    return found


def _change(what: str, substance: Substance, control: Control, old: str, new: str) -> Change:
    since = control.until if what == "ended" else control.since
    return Change(what, substance.substance_id, substance.name, control.instrument, old, new, since, control.verified)


def _say(control: Control) -> str:
    """A listing in words, without its source."""
    checked = "checked" if control.verified else "unverified"
    return ", ".join(filter(None, (control.schedule, f"from {control.since or 'unknown'}", control.scope, checked)))


def _threshold_changes(old: State, new: State, a: Substance | None, b: Substance | None) -> list[Change]:
    substance = b or a
    if substance is None:
        return []
    was, now = (_thresholds(state, substance.substance_id) for state in (old, new))
    found = []
    for key in dict.fromkeys((*now, *was)):
        before, after = _quantity(was.get(key)), _quantity(now.get(key))
        if before != after:
            of = now.get(key) or was[key]
            where = f"{key[0]} {key[1]}"
            found.append(
                Change("threshold", substance.substance_id, substance.name, where, before, after, of.valid_from, of.verified)
            )
    return found


def _thresholds(state: State, substance_id: str) -> dict[tuple[str, str, str], Threshold]:
    mine = (t for t in state.thresholds if t.substance_id == substance_id)
    return {
        (t.jurisdiction, t.direction, t.period): t
        for t in mine
        if (holds((t.valid_from, t.valid_to), state.day) if state.day else t.valid_to is None)
    }


def _quantity(threshold: Threshold | None) -> str:
    if threshold is None:
        return ""
    above = "above " if threshold.applies == ABOVE else ""
    return f"{above}{threshold.quantity} {threshold.unit} per {threshold.period}"


def _names(a: Substance | None, b: Substance | None) -> Names | None:
    was, now = ({n.name: None for n in s.names} if s else {} for s in (a, b))
    added, removed = tuple(n for n in now if n not in was), tuple(n for n in was if n not in now)
    substance = b or a
    return Names(substance.substance_id, added, removed) if substance and (added or removed) else None
