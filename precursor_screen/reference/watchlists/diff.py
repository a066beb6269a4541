"""What changed between two snapshots of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from precursor_screen.reference.watchlists.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ListDiff:
    """Entries that were added, removed or changed, each as (entry id, primary name), in the order of the lists.

    Changed are those whose names, programmes, identifiers, addresses or day of de-listing are others.
    """

    old: Manifest
    new: Manifest
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str], ...]

    @property
    def same_reading(self) -> bool:
        """Whether both were read by one importer in one version; if not, some changes may be of the reading."""
        ours, theirs = self.old, self.new
        return (ours.importer, ours.importer_version) == (theirs.importer, theirs.importer_version)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        lists = {
            kind: [{"entry_id": entry_id, "name": name} for entry_id, name in getattr(self, kind)]
            for kind in ("added", "removed", "changed")
        }
        return {
            "list_id": self.new.list_id,
            "old": _describe(self.old),
            "new": _describe(self.new),
            "same_reading": self.same_reading,
            "counts": {kind: len(entries) for kind, entries in lists.items()},
            **lists,
        }


def compare_tables(old: pa.Table, new: pa.Table, manifests: tuple[Manifest, Manifest]) -> ListDiff:
    """Compare the entries of two snapshots (`entries.ENTRIES`), by id and content hash."""
    before, after = _hashes(old), _hashes(new)
    return ListDiff(
        *manifests,
        added=_named(new, [i for i, (key, _) in enumerate(after.items()) if key not in before]),
        removed=_named(old, [i for i, (key, _) in enumerate(before.items()) if key not in after]),
        changed=_named(new, [i for i, (key, value) in enumerate(after.items()) if before.get(key, value) != value]),
    )


def _hashes(table: pa.Table) -> dict[str, str]:
    return dict(zip(table.column("entry_id").to_pylist(), table.column("content_hash").to_pylist(), strict=True))


def _named(table: pa.Table, rows: list[int]) -> tuple[tuple[str, str], ...]:
    taken = table.select(["entry_id", "names"]).take(pa.array(rows, pa.int64())).to_pylist()
    return tuple((row["entry_id"], row["names"][0]["name"] if row["names"] else "") for row in taken)


def _describe(manifest: Manifest) -> dict[str, Any]:
    return {
        "snapshot": manifest.number,
        "list_date": manifest.list_date.isoformat(),
        "entries": manifest.entries,
        "sha256": manifest.sha256,
        "imported_at": manifest.imported_at,
    }
