"""Numbers that decide by themselves: a party or a vessel that carries the number of a listed one, whatever its name."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.model import WatchlistEntry
from precursor_screen.names.identifiers import imo_numbers_in, numbers_in
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.schema import ROLES

_VESSEL_FIELDS = ("vessel", "voyage", "carrier_name")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("party_role", "value", "own_name", "list_id", "entry_id", "entry_name")),
        *((name, pa.string()) for name in ("matched_name", "name_kind", "entry_kind")),
    ]
)


def find_identified(lines: pa.Table, reference: Reference) -> pa.Table:
    """The entries whose number stands in a field of numbers, or, of a vessel, beside the letters IMO.

    Args:
        lines: LINE columns.
        reference: with the watchlists.

    Returns:
        One row a (role, distinct cell, entry): party_role, value (the cell), own_name (the number as filed), and what PARTY_MATCH says of an
        entry. The role `vessel` has a row for the cell of each field in which its number may stand: see `number_columns`.
    """
    rows: list[dict[str, str]] = []
    listed: dict[str, list[tuple[Watchlist, str]]] = defaultdict(list)
    for watchlist in reference.watchlists:
        for number, entry_ids in watchlist.numbers.items():
            listed[number] += [(watchlist, entry_id) for entry_id in entry_ids]
    for role, column in number_columns(lines.column_names) if listed else ():
        for cell in pc.unique(lines.column(column)).drop_null().to_pylist():
            for written, number in imo_numbers_in(cell) if role == "vessel" else numbers_in(cell):
                for one, entry_id in listed.get(number, ()):
                    entry = one.entry(entry_id)
                    if entry.delisted is None or entry.delisted > reference.as_of:
                        rows.append(_row(role, cell, written, entry, one.list_id))
    return pa.Table.from_pylist([r for r in rows if r["party_role"] != "vessel" or r["entry_kind"] == "vessel"], schema=_SCHEMA)


def number_columns(columns: list[str]) -> list[tuple[str, str]]:
    """(role, column) of the fields in which numbers of parties and vessels stand."""
    own = [(role, f"{role}_identifier") for role in ROLES]
    return [(role, column) for role, column in (*own, *(("vessel", c) for c in _VESSEL_FIELDS)) if column in columns]


def _row(role: str, cell: str, written: str, entry: WatchlistEntry, list_id: str) -> dict[str, str]:
    return {
        "party_role": role,
        "value": cell,
        "own_name": written,
        "list_id": list_id,
        "entry_id": entry.entry_id,
        "entry_name": entry.primary_name,
        "matched_name": entry.primary_name,
        "name_kind": "primary",
        "entry_kind": entry.kind,
    }
