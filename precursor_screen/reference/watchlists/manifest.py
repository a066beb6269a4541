"""What is recorded of a snapshot: which files, which list, when, by what, how much of it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct, to_builtins

from precursor_screen.core.arrow import write_arrow
from precursor_screen.core.digests import Digests, digest_file
from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.matching.party.index import build_index
from precursor_screen.reference.watchlists import entries as codec
from precursor_screen.reference.watchlists.interface import ListFile, Remark
from precursor_screen.reference.watchlists.opened import Watchlist, digest_entries, find_index, index_files, open_manifest
from precursor_screen.reference.watchlists.registry import find_importer

# Whether a snapshot is what was imported: its files are read in full and once more by their importer, its index built once
# more.


def find_problems(folder: Path, seal: str) -> tuple[str, ...]:
    """What differs between a snapshot and its manifest; empty if nothing. An index that is wrong is built anew.

    Raises:
        WatchlistError: it cannot even be opened.
    """
    manifest = open_manifest(folder, seal, Digests())
    wrong_index = bool(index_files(folder, manifest.sha256)) and find_index(folder, manifest.sha256, Digests()) is None
    watchlist = Watchlist.open(folder, seal)
    problems = []
    for source in manifest.files:
        path = folder / source.name
        if not path.is_file():
            problems.append(f"{source.name} is missing")
        elif digest_file(path) != source.sha256:
            problems.append(f"{source.name} is not the file that was imported")
    if digest_entries(codec.to_table(watchlist)) != manifest.entries_sha256:
        problems.append("the entries are not those that were imported")
    elif not problems and not _reads_alike(watchlist, folder):
        problems.append("the entries are not those that the files give")
    elif wrong_index or not _has_its_index(watchlist, folder):
        problems.append("the index of names is not that of the entries")
    return tuple(problems)


def _reads_alike(watchlist: Watchlist, folder: Path) -> bool:
    """Whether the files of a snapshot give its entries; True where another version of the importer read them."""
    files = [ListFile.of(folder / source.name) for source in watchlist.manifest.files]
    importer = find_importer(files)
    if (importer.name, importer.version) != (watchlist.manifest.importer, watchlist.manifest.importer_version):
        return True
    read: bool = codec.to_table(importer.parse(files, watchlist.list_id).entries).equals(watchlist.entries.combine_chunks())
    return read


def _has_its_index(watchlist: Watchlist, folder: Path) -> bool:
    path = find_index(folder, watchlist.manifest.sha256, Digests())
    if path is None:
        return True  # a home that may only be read: the index is built in memory
    with tempfile.TemporaryDirectory() as beside:
        fresh = Path(beside) / path.name
        write_arrow(build_index(watchlist.list_id, watchlist, watchlist.manifest.sha256), fresh)
        return digest_file(fresh) == digest_file(path)


class SourceFile(Struct, frozen=True):
    """A source file as kept in the snapshot."""

    name: str
    sha256: str
    bytes: int

    @classmethod
    def of(cls, path: Path) -> SourceFile:
        """A file as it is now."""
        return cls(path.name, digest_file(path), path.stat().st_size)


class Manifest(Struct, frozen=True):
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


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        WatchlistError: missing or damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        message = f"The manifest of a watchlist is missing or damaged: {error}."
        raise WatchlistError(message, where=Where(str(path)), remedy="Import the list again.") from error


def digest_files(files: Sequence[SourceFile]) -> str:
    """One digest for a set of files, whatever their names and order."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("\n".join(sorted(f.sha256 for f in files)).encode()).hexdigest()
