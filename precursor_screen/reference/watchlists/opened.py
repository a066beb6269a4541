"""A watchlist opened for screening: its names' index, its entries by id, where it comes from, and whether it is what was imported."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from precursor_screen.core.arrow import map_arrow, tuples_of, write_arrow
from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.files import READABLE, Digests, digest_file, written_whole
from precursor_screen.core.model import WatchlistEntry
from precursor_screen.matching.party.index import PartyIndex, build_index, index_version
from precursor_screen.reference.snapshots import SUMS, DamagedError, check
from precursor_screen.reference.watchlists import interface as codec
from precursor_screen.reference.watchlists.builder import Importer
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList
from precursor_screen.reference.watchlists.private_csv import IMPORTER
from precursor_screen.reference.watchlists.registry import check_content, check_file, find_importer
from precursor_screen.reference.watchlists.snapshot_info import SnapshotInfo, SourceFile, digest_files, read_snapshot_info
from precursor_screen.text.codes import IMO_FIGURES, plain_number, tells_apart

ENTRIES_FILE, INFO_FILE, INDEX_PREFIX = "entries.arrow", "manifest.json", "names-"
SUMMED_FILES = (ENTRIES_FILE, INFO_FILE)


class Watchlist:
    """One snapshot. It goes on serving what it was opened with, whatever is imported meanwhile; pickles by its paths."""

    def __init__(self, snapshot: SnapshotInfo, entries: pa.Table, index: PartyIndex, folder: Path | None = None) -> None:
        self.snapshot = snapshot
        self.index = index
        self.entries = entries  # one row an entry, as `interface.ENTRIES` has it
        self.list_id = snapshot.list_id
        self._folder = folder

    @classmethod
    def open(cls, folder: Path, sums_sha256: str = "", digests: Digests | None = None) -> Watchlist:
        """Open a snapshot whose files are what was written; an index that is not, or is of another version, is built anew.

        Args:
            folder: of the snapshot.
            sums_sha256: what the digest of its SHA256SUMS must be; empty: not known.
            digests: what knows the digests of files; default: all are read in full.

        Raises:
            WatchlistError: missing or damaged.
        """
        digests = digests or Digests()
        snapshot = open_snapshot_info(folder, sums_sha256, digests)
        path = folder / ENTRIES_FILE
        try:
            table = map_arrow(path)
        except (OSError, pa.ArrowInvalid) as error:
            message = f"The entries of watchlist {snapshot.list_id} are missing or damaged: {error}."
            raise WatchlistError(message, where=path, remedy="Import the list again.") from error
        if table.num_rows != snapshot.entries or table.schema != codec.ENTRIES:
            message = (
                f"Watchlist {snapshot.list_id} holds {table.num_rows} entries, not the {snapshot.entries} that were imported."
            )
            raise WatchlistError(message, where=path, remedy="Import the list again.")
        opened = cls(snapshot, table, _open_index(folder, snapshot, table, digests), folder)
        if not (folder / SUMS).exists() and digest_entries(codec.to_table(opened)) != snapshot.entries_sha256:
            message = f"The entries of watchlist {snapshot.list_id} are not those that were imported."
            raise WatchlistError(message, where=path, remedy="Import the list again.")
        return opened

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by path where there is one, so that workers map the files instead of copying them."""
        if self._folder is not None:
            return (Watchlist.open, (self._folder,))
        return (Watchlist, (self.snapshot, self.entries, self.index))

    def __len__(self) -> int:
        """How many entries it holds."""
        rows: int = self.entries.num_rows
        return rows

    def __iter__(self) -> Iterator[WatchlistEntry]:
        """All entries, in the list's order."""
        return codec.from_table(self.entries, self.list_id)

    def entry(self, entry_id: str) -> WatchlistEntry:
        """One entry.

        Raises:
            KeyError: there is none with that id.
        """
        return next(codec.from_table(self.entries.slice(self._positions[entry_id], 1), self.list_id))

    @cached_property
    def numbers(self) -> Mapping[str, list[str]]:
        """Plain number -> ids of the entries that bear it; ship numbers, of seven figures, among them."""
        found: dict[str, list[str]] = defaultdict(list)
        for entry_id, identifiers in tuples_of(self.entries, "entry_id", "identifiers"):
            for identifier in identifiers or ():
                number = plain_number(identifier["number"])
                if tells_apart(number) or (identifier["kind"].casefold() == "imo" and len(number) == IMO_FIGURES):
                    found[number].append(entry_id)
        return {number: sorted(set(ids)) for number, ids in found.items()}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {entry_id: i for i, entry_id in enumerate(self.entries.column("entry_id").to_pylist())}


def open_snapshot_info(folder: Path, sums_sha256: str, digests: Digests) -> SnapshotInfo:
    """The manifest of a snapshot, once its files have been checked; one of before there were digests has none to check.

    Raises:
        WatchlistError: a file is missing, or not what was written.
    """
    try:
        check(folder, SUMMED_FILES, digests, sums_sha256)
    except (DamagedError, OSError) as error:
        list_id = folder.parent.name
        message = f"The copy of watchlist {list_id} is damaged: {error}."
        remedy = f"Import it again: precursor-screen watchlists import {list_id} FILE"
        raise WatchlistError(message, where=folder, remedy=remedy) from error
    return read_snapshot_info(folder / INFO_FILE)


def find_index(folder: Path, list_sha256: str, digests: Digests) -> Path | None:
    """The index for this version of the program; None where there is none, or it is not what was written.

    An index can be built anew at any time, also by another version, so that its digest stands in its own name.
    """
    for path in index_files(folder, list_sha256):
        with contextlib.suppress(OSError):
            if digests.match(path, path.stem.rpartition("-")[2]):
                return path
    return None


def index_files(folder: Path, list_sha256: str) -> list[Path]:
    """The indexes for this version of the program whose names hold a digest."""
    return sorted(folder.glob(f"{_index_stem(list_sha256)}-{'?' * 64}.arrow"))


def keep_index(table: pa.Table, folder: Path, list_sha256: str) -> Path:
    """Write an index into a snapshot, in place of any other for this version of the program.

    Raises:
        OSError: the folder may only be read.
    """
    stem = _index_stem(list_sha256)
    built = folder / f"{stem}.arrow"
    with written_whole(built, READABLE) as building:
        write_arrow(table, building)
    path = built.replace(folder / f"{stem}-{digest_file(built)}.arrow")
    for other in folder.glob(f"{stem}*.arrow"):
        if other != path:
            with contextlib.suppress(OSError):  # on Windows, while a run has it open
                other.unlink()
    return path


def _index_stem(list_sha256: str) -> str:
    return f"{INDEX_PREFIX}{list_sha256[:16]}-{index_version()}"


def open_private_csv(path: Path, list_id: str = "sample") -> Watchlist:
    """Open a CSV file in the private layout without importing it, such as the fictional list that ships.

    Its matches are reported under `list_id`; its date is the day of its latest listing.

    Raises:
        WatchlistError: it cannot be read, or is damaged or empty.
    """
    file = ListFile.of(path)
    check_file(file)
    parsed = IMPORTER.parse([file], list_id)
    check_content(parsed, list_id, path.name)
    stated = max((e.listed for e in parsed.entries if e.listed), default=date(1970, 1, 1))
    table = codec.to_table(parsed.entries)
    snapshot = describe(
        parsed,
        IMPORTER,
        (SourceFile.of(path),),
        table,
        datetime.combine(stated, datetime.min.time(), UTC),
        list_id=list_id,
        number=0,
        list_date=stated,
        list_date_from="import",
    )
    return Watchlist(snapshot, table, PartyIndex(build_index(list_id, parsed.entries, snapshot.sha256)))


def describe(
    parsed: ParsedList, importer: Importer, files: tuple[SourceFile, ...], table: pa.Table, moment: datetime, **said: Any
) -> SnapshotInfo:
    """The manifest of a list: what was parsed, by what, of which files, to which table of entries, when; said: what else it holds."""
    said |= {name: getattr(parsed, name) for name in ("content", "by_source", "declared_count", "skipped", "notes")}
    return SnapshotInfo(
        importer=importer.name,
        importer_version=importer.version,
        sha256=digest_files(files),
        bytes=sum(f.bytes for f in files),
        files=files,
        imported_at=moment.astimezone(UTC).isoformat(timespec="seconds"),
        entries=len(parsed.entries),
        names=sum(len(e.names) for e in parsed.entries),
        addresses=sum(len(e.addresses) for e in parsed.entries),
        entries_sha256=digest_entries(table),
        **said,
    )


def digest_entries(table: pa.Table) -> str:
    """The sha256 over the content hashes of all entries, in their order."""
    pairs = tuples_of(table, "entry_id", "content_hash")
    return hashlib.sha256("\n".join(f"{a} {b}" for a, b in pairs).encode("utf-8", "surrogatepass")).hexdigest()


def _open_index(folder: Path, snapshot: SnapshotInfo, table: pa.Table, digests: Digests) -> PartyIndex:
    path = find_index(folder, snapshot.sha256, digests)
    if path is not None:
        return PartyIndex.open(path)
    built = build_index(snapshot.list_id, codec.from_table(table, snapshot.list_id), snapshot.sha256)
    try:
        return PartyIndex.open(keep_index(built, folder, snapshot.sha256))
    except OSError:
        # A home that may only be read: the index serves from memory, and is built again by the next run.
        return PartyIndex(built)


# Whether a snapshot is what was imported: its files are read in full and once more by their importer, its index built once
# more.


def find_problems(folder: Path, sums_sha256: str) -> tuple[str, ...]:
    """What differs between a snapshot and its manifest; empty if nothing. An index that is wrong is built anew.

    Raises:
        WatchlistError: it cannot even be opened.
    """
    snapshot = open_snapshot_info(folder, sums_sha256, Digests())
    wrong_index = bool(index_files(folder, snapshot.sha256)) and find_index(folder, snapshot.sha256, Digests()) is None
    watchlist = Watchlist.open(folder, sums_sha256)
    problems = []
    for source in snapshot.files:
        path = folder / source.name
        if not path.is_file():
            problems.append(f"{source.name} is missing")
        elif digest_file(path) != source.sha256:
            problems.append(f"{source.name} is not the file that was imported")
    if digest_entries(codec.to_table(watchlist)) != snapshot.entries_sha256:
        problems.append("the entries are not those that were imported")
    elif not problems and not _reads_the_same(watchlist, folder):
        problems.append("the entries are not those that the files give")
    elif wrong_index or not _has_its_index(watchlist, folder):
        problems.append("the index of names is not that of the entries")
    return tuple(problems)


def _reads_the_same(watchlist: Watchlist, folder: Path) -> bool:
    """Whether the files of a snapshot give its entries; True where another version of the importer read them."""
    files = [ListFile.of(folder / source.name) for source in watchlist.snapshot.files]
    importer = find_importer(files)
    if (importer.name, importer.version) != watchlist.snapshot.read_by:
        return True
    read: bool = codec.to_table(importer.parse(files, watchlist.list_id).entries).equals(watchlist.entries.combine_chunks())
    return read


def _has_its_index(watchlist: Watchlist, folder: Path) -> bool:
    path = find_index(folder, watchlist.snapshot.sha256, Digests())
    if path is None:
        return True  # a home that may only be read: the index is built in memory
    with tempfile.TemporaryDirectory() as building:
        fresh = Path(building) / path.name
        write_arrow(build_index(watchlist.list_id, watchlist, watchlist.snapshot.sha256), fresh)
        return digest_file(fresh) == digest_file(path)
