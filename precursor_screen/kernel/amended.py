"""What a message that stands says against the first one about the same cargo: with which mass of a substance, and which it no longer names.

Against the first and not the one before: small steps add up, and a further version that changes nothing takes nothing back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.history_seam import AMENDED_MOVEMENT
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.bills import Amendment, Decision, Item

_FACTS: Final = AMENDED_MOVEMENT.names[len(MOVEMENT.names) :]
_STEP: Final = Decimal("0.000001")


class _Gone(Struct, frozen=True):
    """A substance that a message no longer names: the line of the first version that named it, and the mass that all its lines stated."""

    substance_id: str
    kg: Decimal | None
    line_id: str


class _Link(Struct, frozen=True):
    """A line of the first version (of one substance, or of all where none is given) that a line that stands is held against."""

    now: Item
    first: str
    substance_id: str = ""


def lines_of(decision: Decision) -> set[str]:
    """The lines that stand in the place of others, and those of the first versions that they are held against."""
    found = {line for new in decision.previous if new not in decision.why for line in (new, decision.first_of(new))}
    for one in decision.amendments:
        if now := decision.standing(one):
            found |= {item.line_id for item in (*now, *one.first)}
    return found


def amended_rows(rows: pa.Table, decision: Decision, keys: Mapping[str, str]) -> pa.Table:
    """AMENDED_MOVEMENT: the rows of first versions, each under the movement_key of a line that stands in their place.

    Args:
        rows: MOVEMENT, one row a line and substance, at least those of `lines_of`.
        decision: on them.
        keys: line_id -> movement_key of the lines that were decided on.
    """
    places: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for place, (line_id, substance_id) in enumerate(
        zip(*(rows.column(n).to_pylist() for n in ("line_id", "substance_id")), strict=True)
    ):
        places[line_id].append((place, substance_id))
    said = rows.column("description").to_pylist()
    found: list[tuple[int, str, dict[str, object]]] = []
    for one in decision.amendments:
        now = sorted(decision.standing(one), key=lambda item: item.line_id)
        first, mine = _sums(one.first), _sums(now)
        gone = _gone(one, now)
        for link in _links(one, now, decision, gone):
            for place, substance_id in places.get(link.first, ()):
                if link.substance_id in ("", substance_id):
                    facts = _facts(first.get(substance_id or ""), mine.get(substance_id or ""))
                    facts |= _told(gone[link.now.line_id], places, said) if link.now.line_id in gone else {}
                    found.append((place, keys[link.now.line_id], facts))
    if not found:
        return AMENDED_MOVEMENT.empty_table()
    table = rows.select(MOVEMENT.names).take(pa.array([place for place, _, _ in found]))
    table = table.set_column(0, MOVEMENT.field(0), pa.array([key for _, key, _ in found], pa.string()))
    for name in _FACTS:
        field = AMENDED_MOVEMENT.field(name)
        table = table.append_column(field, pa.array([facts.get(name) for _, _, facts in found], field.type))
    return table


def _links(one: Amendment, now: list[Item], decision: Decision, gone: Mapping[str, _Gone]) -> Iterator[_Link]:
    """Every line that stands against its own first version; and what no line of the message is the later version of, against one of it."""
    first = {item.line_id: item for item in one.first}
    own = {item.line_id: decision.first_of(item.line_id) for item in now}
    for item in now:
        if own[item.line_id] != item.line_id:
            yield _Link(item, own[item.line_id])
            continue
        # A line that was added to the bill: more of what the first version named, or what stands there now instead of it.
        for substance in sorted(item.substances):
            holders = [line for line, other in sorted(first.items()) if substance in other.substances]
            if holders:
                yield _Link(item, holders[0], substance)
    for line in gone:
        if own[line] == line:
            yield _Link(next(i for i in now if i.line_id == line), gone[line].line_id)


def _sums(items: Collection[Item]) -> dict[str, Decimal | None]:
    """The mass of each substance over some lines, as stated; None where that of one of them is unknown."""
    sums: dict[str, Decimal | None] = {}
    for named in (named for item in items for named in item.named):
        before = sums.get(named.substance_id, Decimal(0))
        sums[named.substance_id] = None if before is None or named.kg is None else before + named.kg
    return sums


def _facts(first: Decimal | None, now: Decimal | None) -> dict[str, object]:
    growth = (now / first).quantize(_STEP) if first and now is not None else None
    return {"previous_bill_kg": first, "amended_kg": now, "amended_growth": growth}


def _gone(one: Amendment, now: list[Item]) -> dict[str, _Gone]:
    """By the line that stands instead, the heaviest substance of which the first version was sure and that no line that stands names.

    The line that stands instead is the first that is not sure of any substance, else the first.
    """
    still = {named.substance_id for item in now for named in item.named}
    masses = _sums(one.first)
    holders = {
        n.substance_id: item.line_id for item in reversed(one.first) for n in item.named if n.sure and n.substance_id not in still
    }
    if not holders or not now:
        return {}
    heaviest = max(sorted(holders), key=lambda s: masses[s] or Decimal(0))
    bare = [item for item in now if not any(named.sure for named in item.named)] or now
    return {bare[0].line_id: _Gone(heaviest, masses[heaviest], holders[heaviest])}


def _told(gone: _Gone, places: Mapping[str, list[tuple[int, str | None]]], said: list[str | None]) -> dict[str, object]:
    description = next((said[place] for place, _ in places.get(gone.line_id, ())), None)
    return {"dropped_substance_id": gone.substance_id, "dropped_kg": gone.kg, "dropped_description": description}
