"""Reads one fictional list as an import does, up to the parsed list."""

import gzip
import zipfile
from pathlib import Path

from precursor_screen.core.model import WatchlistEntry
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList
from precursor_screen.reference.watchlists.registry import find_importer


def parse(folder: Path, name: str, content: str | bytes, layout: str, list_id: str = "x") -> ParsedList:
    """Parse a file of that name and content, which must be recognised as that layout."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    offered = [ListFile.of(path)]
    importer = find_importer(offered)
    assert importer.name == layout
    return importer.parse(offered, list_id)


def names(entry: WatchlistEntry) -> list[tuple[str, str]]:
    return [(n.name, n.kind) for n in entry.names]


def reasons(remarks) -> dict[str, int]:
    return {r.reason: r.count for r in remarks}


def zipped(*members: tuple[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data)
