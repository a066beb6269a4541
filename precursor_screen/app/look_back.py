"""Which recorded parties the new entries of a watchlist concern: a list that comes today is held against what passed before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.history.store import Ledger
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.reference.watchlists.snapshot_info import SnapshotInfo
from precursor_screen.text.key_numbers import numbers_of
from precursor_screen.text.party_name_parts import name_parts

_ROLES: Final = ("consignor", "consignee", "notify_party", "exporter", "importer", "vessel")
_KEYED: Final = tuple(f"{role}_key" for role in _ROLES if role != "vessel")
_NAMES: Final = {role: role if role == "vessel" else f"{role}_name" for role in _ROLES}


class Concerned(Struct, frozen=True):
    """A recorded party that an entry concerns: its name as filed, its roles, first and last day, movements; entry and score."""

    name: str
    roles: tuple[str, ...]
    days: tuple[date, date]
    movements: int
    entry_id: str
    matched_name: str
    score: float


class LookedBack(Struct, frozen=True):
    """What looking back found.

    first: the day from which on. entries: how many were held against what is recorded. names: how many recorded names. not_recorded: parties
    of those days that are counted in the ledger and whose names it does not hold, since nothing watched was on their lines.
    """

    first: date
    entries: int
    names: int
    not_recorded: int
    concerned: tuple[Concerned, ...]


def new_entries(store: WatchlistStore, now: SnapshotInfo, before: SnapshotInfo | None) -> frozenset[str] | None:
    """Ids of the entries that are new since a snapshot, or whose names, identifiers or addresses changed; None: all, since there is
    none to compare with."""
    if before is None or before.number == now.number or before.number not in store.snapshots(now.list_id):
        return None
    found = store.diff(now.list_id, before.number, now.number)
    return frozenset(entry_id for entry_id, _ in found.added) | found.content_changed


def look_back(ledger: Ledger, watchlist: Watchlist, entries: Collection[str] | None, days: int, today: date) -> LookedBack:
    """Holds entries of a list against the parties that a ledger has recorded.

    Args:
        ledger: opened.
        watchlist: the list as it is now.
        entries: ids of those that count; None: all.
        days: how far back from today.
        today: entries de-listed by that day do not count.

    Raises:
        LedgerError: a row that it reads is not what was recorded.
    """
    first = today - timedelta(days=days)
    rows = ledger.movements_between(first, date.max, columns=("as_of_date", *_NAMES.values(), *_KEYED))
    passed = _passed(rows)
    named = pa.chunked_array([chunk for column in _KEYED for chunk in rows.column(column).chunks], pa.string()).drop_null()
    unnamed = ledger.counted_parties(first, date.max) - frozenset(numbers_of(named).to_pylist())
    count = len(watchlist) if entries is None else len(entries)
    concerned = sorted(_match(watchlist, passed, entries, today), key=lambda c: (-c.score, c.name, c.entry_id))
    return LookedBack(first, count, len(passed), len(unnamed), tuple(concerned))


def _passed(rows: pa.Table) -> dict[str, dict[str, list[date]]]:
    """Name as filed -> role -> the days of its movements."""
    found: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    days = rows.column("as_of_date").to_pylist()
    for role, column in _NAMES.items():
        for name, day in zip(rows.column(column).to_pylist(), days, strict=True):
            if name:
                found[name][role].append(day)
    return found


def _match(
    watchlist: Watchlist, passed: dict[str, dict[str, list[date]]], entries: Collection[str] | None, today: date
) -> Iterator[Concerned]:
    # What may be a name -> the cells that hold it.
    parts = grouped((part, cell) for cell in passed for part in dict.fromkeys(name_parts(cell) or [cell]))
    best: dict[tuple[str, str], Concerned] = {}
    for match in watchlist.index.match_names(list(parts), as_of=today).matches.to_pylist():
        if entries is not None and match["entry_id"] not in entries:
            continue
        for cell in parts[match["value"]]:
            # A ship's name is compared with ships alone, as when lines are screened.
            roles = {r: days for r, days in passed[cell].items() if r != "vessel" or match["entry_kind"] == "vessel"}
            known = best.get((cell, match["entry_id"]))
            if roles and (known is None or match["score"] > known.score):
                days = [day for of_role in roles.values() for day in of_role]
                best[cell, match["entry_id"]] = Concerned(
                    cell,
                    tuple(roles),
                    (min(days), max(days)),
                    len(days),
                    match["entry_id"],
                    match["matched_name"],
                    match["score"],
                )
    yield from best.values()
