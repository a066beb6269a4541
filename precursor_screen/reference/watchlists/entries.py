"""Entries as an Arrow table, one row an entry, and the hash that tells whether an entry has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from precursor_screen.core.model import WatchlistEntry, WatchlistName

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
    entries = list(entries)
    columns: dict[str, list[Any]] = {
        "names": [[(n.name, n.kind) for n in entry.names] for entry in entries],
        "content_hash": [content_hash(entry) for entry in entries],
    }
    columns |= {name: [getattr(entry, name) for entry in entries] for name in ENTRIES.names if name not in columns}
    return pa.Table.from_arrays([pa.array(columns[field.name], type=field.type) for field in ENTRIES], schema=ENTRIES)


def from_table(table: pa.Table, list_id: str) -> Iterator[WatchlistEntry]:
    """The entries of a table, in its order."""
    for batch in table.drop_columns("content_hash").to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
            values["names"] = tuple(WatchlistName(n["name"], n["kind"]) for n in row["names"])
            values["identifiers"] = tuple((i["kind"], i["number"]) for i in row["identifiers"])
            yield WatchlistEntry(list_id=list_id, **values)
