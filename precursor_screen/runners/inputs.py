"""What the user named (files, folders, patterns, `-`) to the inputs of a run, in a fixed order."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path

from precursor_screen.errors import UsageError, Where
from precursor_screen.formats.blob import Blob


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to read: a path, or bytes that came through a pipe. name: how reports call it.
    pasted: what is no table is a list of descriptions."""

    name: str
    path: Path | None = None
    content: bytes | None = None
    pasted: bool = False

    def readable(self) -> Path | bytes:
        """What a reader is given: the path, or the bytes.

        Raises:
            UnreadableManifest: the file is gone or may not be read.
        """
        if self.path is None:
            return self.content or b""
        try:
            str(self.path).encode()
        except UnicodeEncodeError:  # Arrow opens only files whose names are UTF-8
            return Blob(self.name, self.path).read()
        return self.path


def find_sources(named: tuple[str, ...], stdin: bytes | None = None) -> tuple[Source, ...]:
    """Expands what the user named.

    Args:
        named: paths, folders (all files below, hidden ones left out), patterns, or `-`.
        stdin: what came through standard input, for `-`.

    Raises:
        UsageError: a path that does not exist, a pattern or folder without files.
    """
    found: list[Source] = []
    for name in dict.fromkeys(named):
        if name == "-":
            found.append(Source("standard input", content=stdin or b"", pasted=True))
        else:
            found.extend(_expand(name))
    return _distinct(found)


def _expand(name: str) -> list[Source]:
    path = Path(name)
    try:
        if name and path.is_dir():
            return _walk(path)
        if name and path.exists():
            return [_source(path.name, path)]
        matched = sorted(p for p in glob.glob(name, recursive=True) if Path(p).is_file()) if name else []
    except OSError as error:
        raise UsageError(
            f"cannot be opened: {error.strerror}", where=Where(_safe(name)[:200]), remedy="Check the path."
        ) from error
    if not matched:
        raise UsageError("does not exist", where=Where(_safe(name) or "''"), remedy="Check the path; `-` reads standard input.")
    return [_source(Path(p).name, Path(p)) for p in matched]


def _walk(folder: Path) -> list[Source]:
    """Every file below a folder, in a fixed order. A link that leads nowhere is one too: it is set aside, not passed over."""
    found: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        paths = (Path(place, f) for f in files if not f.startswith("."))
        found.extend(p for p in paths if p.is_file() or (p.is_symlink() and not p.exists()))
    if not found:
        raise UsageError(
            "the folder holds no files", where=Where(_safe(str(folder))), remedy="Name the folder with the manifests."
        )
    return [_source(p.relative_to(folder).as_posix(), p) for p in sorted(found)]


def _raise(error: OSError) -> None:
    # A folder within that may not be listed could hold anything; os.walk would pass over it.
    raise UsageError(
        f"cannot be listed: {error.strerror}", where=Where(_safe(str(error.filename))), remedy="Check who may read it."
    )


def _source(name: str, path: Path) -> Source:
    return Source(_safe(name), path)


def _safe(name: str) -> str:
    """A file name as text: bytes that are no UTF-8, which Python keeps as lone surrogates, fit into no report."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _distinct(sources: list[Source]) -> tuple[Source, ...]:
    """The same file is read once; different files of one name are told apart by their paths."""
    seen: set[Path] = set()
    kept = []
    for source in sources:
        if source.path is not None:
            key = source.path.resolve()
            if key in seen:
                continue
            seen.add(key)
        kept.append(source)
    names = [s.name for s in kept]
    return tuple(
        Source(_safe(str(s.path)), s.path, s.content) if s.path is not None and names.count(s.name) > 1 else s for s in kept
    )
