"""What is recorded of a snapshot of a list (which files, when, by what, how much of it), and what changed between two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import Struct, to_builtins

from precursor_screen.core.files import digest_file
from precursor_screen.reference.watchlists.interface import Remark, refused


class SourceFile(Struct, frozen=True):
    """A source file as kept in the snapshot."""

    name: str
    sha256: str
    bytes: int

    @classmethod
    def of(cls, path: Path) -> SourceFile:
        """A file as it is now."""
        return cls(path.name, digest_file(path), path.stat().st_size)


class SnapshotInfo(Struct, frozen=True):
    """One snapshot of one list.

    sha256: of the one source file, or of the sorted digests of several. list_date_from: `list` (it states its date) or
    `import` (given). imported_at: ISO 8601, UTC. forced: a refusal that `--force` overrode; empty if there was none.
    max_age_days: from what age the list counts as stale, where that was said at import.
    """

    list_id: str
    number: int
    content: str
    list_date: date
    list_date_from: str
    sha256: str
    bytes: int
    files: tuple[SourceFile, ...]
    importer: str
    importer_version: str
    imported_at: str
    entries: int
    names: int
    addresses: int
    by_source: tuple[tuple[str, int], ...]
    declared_count: int | None
    skipped: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    entries_sha256: str
    forced: str = ""
    max_age_days: int | None = None

    def age_days(self, as_of: date) -> int:
        """How many days the list's date lies before that day; negative if after."""
        return (as_of - self.list_date).days

    @property
    def read_by(self) -> tuple[str, str]:
        """The importer and its version."""
        return self.importer, self.importer_version

    def to_json(self) -> str:
        """As JSON with a fixed order of keys."""
        return json.dumps(to_builtins(self), indent=2, ensure_ascii=False) + "\n"


def read_snapshot_info(path: Path) -> SnapshotInfo:
    """Read a manifest.

    Raises:
        WatchlistError: missing or damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=SnapshotInfo)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise refused(f"The manifest of a watchlist is missing or damaged: {error}.", path, "Import the list again.") from error


def digest_files(files: Sequence[SourceFile]) -> str:
    """One digest for a set of files, whatever their names and order."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("\n".join(sorted(f.sha256 for f in files)).encode()).hexdigest()


# What changed between two snapshots of a list.


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
        return self.old.read_by == self.new.read_by

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "list_id": self.new.list_id,
            "old": _describe(self.old),
            "new": _describe(self.new),
            "same_reading": self.same_reading,
            "counts": {name: len(getattr(self, name)) for name in ("added", "removed", "changed", "content_changed")},
            "added": [{"entry_id": key, "name": name} for key, name in self.added],
            "removed": [{"entry_id": key, "name": name} for key, name in self.removed],
            "changed": [{"entry_id": key, "name": name, "content": key in self.content_changed} for key, name in self.changed],
        }


def compare_tables(old: pa.Table, new: pa.Table, snapshots: tuple[SnapshotInfo, SnapshotInfo]) -> ListDiff:
    """Compare the entries of two snapshots (`entries.ENTRIES`), by id."""
    before = {row["entry_id"]: row for row in old.to_pylist()}
    after = {row["entry_id"]: row for row in new.to_pylist()}
    changed = [row for key, row in after.items() if before.get(key, row) != row]
    return ListDiff(
        *snapshots,
        added=_named(row for key, row in after.items() if key not in before),
        removed=_named(row for key, row in before.items() if key not in after),
        changed=_named(changed),
        content_changed=frozenset(
            row["entry_id"] for row in changed if before[row["entry_id"]]["content_hash"] != row["content_hash"]
        ),
    )


def _named(rows: Iterable[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((row["entry_id"], row["names"][0]["name"] if row["names"] else "") for row in rows)


def _describe(snapshot: SnapshotInfo) -> dict[str, Any]:
    return {
        "snapshot": snapshot.number,
        "list_date": snapshot.list_date.isoformat(),
        "entries": snapshot.entries,
        "sha256": snapshot.sha256,
        "imported_at": snapshot.imported_at,
    }
