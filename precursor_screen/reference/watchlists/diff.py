"""What changed between two snapshots of a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from msgspec import Struct

from precursor_screen.reference.watchlists.manifest import SnapshotInfo


class ListDiff(Struct, frozen=True):
    """Entries that were added, removed or changed, each as (entry id, primary name), in the order of the lists.

    changed: anything in the entry is another. content_changed: those of them whose content hash is another (names,
    programmes, identifiers, addresses, day of de-listing); in the rest only remarks, countries, kind or day of listing are.
    """

    old: SnapshotInfo
    new: SnapshotInfo
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str], ...]
    content_changed: frozenset[str]

    @property
    def same_reading(self) -> bool:
        """Whether both were read by one importer in one version; if not, some changes may be of the reading."""
        ours, theirs = self.old, self.new
        return (ours.importer, ours.importer_version) == (theirs.importer, theirs.importer_version)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "list_id": self.new.list_id,
            "old": _describe(self.old),
            "new": _describe(self.new),
            "same_reading": self.same_reading,
            "counts": {
                "added": len(self.added),
                "removed": len(self.removed),
                "changed": len(self.changed),
                "content_changed": len(self.content_changed),
            },
            "added": [{"entry_id": key, "name": name} for key, name in self.added],
            "removed": [{"entry_id": key, "name": name} for key, name in self.removed],
            "changed": [{"entry_id": key, "name": name, "content": key in self.content_changed} for key, name in self.changed],
        }


def compare_tables(old: pa.Table, new: pa.Table, manifests: tuple[SnapshotInfo, SnapshotInfo]) -> ListDiff:
    """Compare the entries of two snapshots (`entries.ENTRIES`), by id."""
    before = {row["entry_id"]: row for row in old.to_pylist()}
    after = {row["entry_id"]: row for row in new.to_pylist()}
    changed = [row for key, row in after.items() if before.get(key, row) != row]
    return ListDiff(
        *manifests,
        added=_named(row for key, row in after.items() if key not in before),
        removed=_named(row for key, row in before.items() if key not in after),
        changed=_named(changed),
        content_changed=frozenset(
            row["entry_id"] for row in changed if before[row["entry_id"]]["content_hash"] != row["content_hash"]
        ),
    )


def _named(rows: Iterable[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((row["entry_id"], row["names"][0]["name"] if row["names"] else "") for row in rows)


def _describe(manifest: SnapshotInfo) -> dict[str, Any]:
    return {
        "snapshot": manifest.number,
        "list_date": manifest.list_date.isoformat(),
        "entries": manifest.entries,
        "sha256": manifest.sha256,
        "imported_at": manifest.imported_at,
    }
