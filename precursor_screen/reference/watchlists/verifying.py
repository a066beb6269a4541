"""Whether a snapshot is what was imported: its files are read in full and once more by their importer, its index built once more."""

from __future__ import annotations

import tempfile
from pathlib import Path

from precursor_screen.core.arrow import write_arrow
from precursor_screen.core.files import Digests, digest_file
from precursor_screen.matching.party.index import build_index
from precursor_screen.reference.watchlists import interface as codec
from precursor_screen.reference.watchlists.interface import ListFile
from precursor_screen.reference.watchlists.opened import Watchlist, digest_entries, find_index, index_files, open_manifest
from precursor_screen.reference.watchlists.registry import find_importer


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
