"""What the user named (files, folders, patterns, `-`) to the inputs of a run, in a fixed order."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path

from precursor_screen.errors import UsageError, Where


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to read: a path, or bytes that came through a pipe. name: how reports call it."""

    name: str
    path: Path | None = None
    content: bytes | None = None


def find_sources(named: tuple[str, ...], stdin: bytes | None = None) -> tuple[Source, ...]:
    """Expands what the user named.

    Args:
        named: paths, folders (all files below, hidden ones left out), patterns, or `-`.
        stdin: what came through standard input, for `-`.

    Raises:
        UsageError: a path that does not exist, a pattern or folder without files.
    """
    found: list[Source] = []
    for name in named:
        if name == "-":
            found.append(Source("standard input", content=stdin or b""))
        else:
            found.extend(_expand(name))
    return _distinct(found)


def _expand(name: str) -> list[Source]:
    path = Path(name)
    if path.is_dir():
        files = sorted(
            p for p in path.rglob("*") if p.is_file() and not any(part.startswith(".") for part in p.relative_to(path).parts)
        )
        if not files:
            raise UsageError("the folder holds no files", where=Where(name), remedy="Name the folder with the manifests.")
        return [Source(p.relative_to(path).as_posix(), p) for p in files]
    if path.exists():
        return [Source(path.name, path)]
    matched = sorted(p for p in glob.glob(name, recursive=True) if Path(p).is_file())
    if not matched:
        raise UsageError("does not exist", where=Where(name), remedy="Check the path; `-` reads standard input.")
    return [Source(Path(p).name, Path(p)) for p in matched]


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
    return tuple(Source(str(s.path), s.path, s.content) if s.path is not None and names.count(s.name) > 1 else s for s in kept)
