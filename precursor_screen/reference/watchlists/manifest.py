"""What is recorded of a snapshot: which files, which list, when, by what, how much of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct, to_builtins

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.core.files import digest_file
from precursor_screen.reference.watchlists.interface import Remark


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

    def to_json(self) -> str:
        """As JSON with a fixed order of keys."""
        return json.dumps(to_builtins(self), indent=2, ensure_ascii=False) + "\n"


def read_manifest(path: Path) -> SnapshotInfo:
    """Read a manifest.

    Raises:
        WatchlistError: missing or damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=SnapshotInfo)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        message = f"The manifest of a watchlist is missing or damaged: {error}."
        raise WatchlistError(message, where=Where(str(path)), remedy="Import the list again.") from error


def digest_files(files: Sequence[SourceFile]) -> str:
    """One digest for a set of files, whatever their names and order."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("\n".join(sorted(f.sha256 for f in files)).encode()).hexdigest()
