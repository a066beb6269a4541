"""Entries as an Arrow table, one row an entry, and the hash that tells whether an entry has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from precursor_screen.model import WatchlistEntry, WatchlistName

_NAME = pa.struct([("name", pa.string()), ("kind", pa.string())])
_IDENTIFIER = pa.struct([("kind", pa.string()), ("number", pa.string())])
ENTRIES = pa.schema(
    [
        ("entry_id", pa.string()),
        ("kind", pa.string()),
        ("names", pa.list_(_NAME)),
        ("countries", pa.list_(pa.string())),
        ("addresses", pa.list_(pa.string())),
        ("identifiers", pa.list_(_IDENTIFIER)),
        ("programmes", pa.list_(pa.string())),
        ("listed", pa.date32()),
        ("delisted", pa.date32()),
        ("note", pa.string()),
        ("content_hash", pa.string()),
    ]
)


def content_hash(entry: WatchlistEntry) -> str:
    """Changes when names, programmes, identifiers or addresses do, in whatever order the list gives them."""
    content = [
        sorted((n.name, n.kind) for n in entry.names),
        sorted(entry.programmes),
        sorted(entry.identifiers),
        sorted(entry.addresses),
        str(entry.delisted or ""),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()[:32]


def to_table(entries: Iterable[WatchlistEntry]) -> pa.Table:
    """Entries to a table with the schema `ENTRIES`, in their order."""
    rows = [_to_row(entry) for entry in entries]
    arrays = [pa.array([row[field.name] for row in rows], type=field.type) for field in ENTRIES]
    return pa.Table.from_arrays(arrays, schema=ENTRIES)


def from_table(table: pa.Table, list_id: str) -> Iterator[WatchlistEntry]:
    """The entries of a table, in its order."""
    for batch in table.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            yield _to_entry(row, list_id)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as one uncompressed Arrow file."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def map_table(path: Path) -> pa.Table:
    """Map a table into memory.

    Raises:
        OSError, pa.ArrowInvalid: missing or damaged.
    """
    with pa.memory_map(str(path), "r") as source:
        return pa.ipc.open_file(source).read_all()


def _to_row(entry: WatchlistEntry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "kind": entry.kind,
        "names": [{"name": n.name, "kind": n.kind} for n in entry.names],
        "countries": list(entry.countries),
        "addresses": list(entry.addresses),
        "identifiers": [{"kind": kind, "number": number} for kind, number in entry.identifiers],
        "programmes": list(entry.programmes),
        "listed": entry.listed,
        "delisted": entry.delisted,
        "note": entry.note,
        "content_hash": content_hash(entry),
    }


def _to_entry(row: dict[str, Any], list_id: str) -> WatchlistEntry:
    return WatchlistEntry(
        list_id=list_id,
        entry_id=row["entry_id"],
        kind=row["kind"],
        names=tuple(WatchlistName(n["name"], n["kind"]) for n in row["names"]),
        countries=tuple(row["countries"]),
        addresses=tuple(row["addresses"]),
        identifiers=tuple((i["kind"], i["number"]) for i in row["identifiers"]),
        programmes=tuple(row["programmes"]),
        listed=row["listed"],
        delisted=row["delisted"],
        note=row["note"],
    )
