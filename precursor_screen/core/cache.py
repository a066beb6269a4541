"""What was read and checked once, kept for the next start: tables, rules and names that ship take seconds to read, and change seldom.

A file's name says what it was made from: whatever could change the value changes the name, so nothing stale is taken. It holds plain
data behind its digest, and is used only where it and its folder belong to whoever runs the program (or to root: a container's image)
and nobody else may write to them. Where the folder is full, read-only or missing, the value is made anew and nothing is said.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib.resources
import os
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from precursor_screen.core.files import PART, remove_oldest, write_whole

T = TypeVar("T")

VARIABLE: Final = "PRECURSOR_SCREEN_CACHE"  # folders, read in turn; the first that can be written to is; empty: none
MOST_FILES: Final = 4  # of one name; the oldest are removed

_MAGIC: Final = b"precursor-screen kept 1\n"
_SUFFIX: Final = ".kept"
_TYPED, _MARKED = b"t", b"m"
_DATE: Final = 1  # the code of a date where the type does not say that it is one
_MOST_PARTS: Final = 32  # files that are being written, or were when their writers were killed
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def kept(name: str, kind: Any, made_from: str, make: Callable[[], T]) -> T:
    """What `make` returns, taken from an earlier start where that is possible.

    Args:
        name: of the value, for the file.
        kind: its type: structs, containers and scalars. What does not come back equal is not kept.
        made_from: a digest of all that `make` reads, but for the program itself.
        make: pure but for reading what `made_from` digests.
    """
    key = hashlib.sha256(f"{name}\0{program_digest()}\0{made_from}".encode()).hexdigest()[:32]
    file = f"{name}-{key}{_SUFFIX}"
    for folder in _folders():
        with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
            value: T = _decode(_read(folder / file), kind)
            return value
    value = make()
    _keep(file, value, kind)
    return value


def digest_files(files: Iterable[Path]) -> str:
    """One digest of the names and contents of some files."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def program_digest() -> str:
    """Changes with the program and what ships, with Python and with the libraries that fold, parse and compare.

    The sources themselves are digested, and the digests of what ships (`reference.shipped`): a number to be raised by hand would be
    forgotten once. 500 files take 15 ms.
    """
    return digest_package(Path(str(importlib.resources.files("precursor_screen"))))


def digest_package(package: Path) -> str:
    """The digest of the sources in a folder, of what ships with them, and of what runs them."""
    digest = hashlib.sha256()
    for source in sorted(_sources(package)):
        digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    digest.update(
        "\0".join(
            [sys.version, unicodedata.unidata_version, *map(version, ("anyascii", "numpy", "PyYAML", "msgspec", "rapidfuzz"))]
        ).encode()
    )
    return digest.hexdigest()


def _sources(package: Path) -> Iterator[Path]:
    yield package / "data" / "digests.json"
    for folder, below, files in os.walk(package):
        if Path(folder) == package / "data":  # of which the digests stand for all but the words, which are read unchecked too
            below[:] = {"names"}.intersection(below)
            continue
        yield from (Path(folder, name) for name in files if name.endswith((".py", ".csv", ".txt")))


def _folders() -> list[Path]:
    said = os.environ.get(VARIABLE)
    if said is not None:
        return [Path(part) for part in said.split(os.pathsep) if part]
    import platformdirs

    return [Path(platformdirs.user_cache_dir("precursor-screen", appauthor=False))]


def _read(path: Path) -> bytes:
    """The content of a file that nobody else can have written.

    Raises:
        OSError: there is none.
        ValueError: somebody else may have written it, or it is damaged.
    """
    with path.open("rb") as stream:
        if not (_is_private(os.fstat(stream.fileno())) and _is_private(path.parent.stat())):
            raise ValueError("others may write to it")
        content = stream.read()
    start = len(_MAGIC) + hashlib.sha256().digest_size
    if content[:start] != _MAGIC + hashlib.sha256(content[start:]).digest():
        raise ValueError("it is damaged")
    return content[start:]


def _is_private(state: os.stat_result) -> bool:
    """Windows knows neither owners nor such permissions here: the rights of the user's own folder hold."""
    return os.name != "posix" or (state.st_uid in (os.getuid(), 0) and not state.st_mode & _OTHERS_WRITE)


def _keep(file: str, value: object, kind: Any) -> None:
    contents = (encode(value) for encode in (_encode, _encode_marked))
    content = next((c for c in contents if _comes_back(c, kind, value)), None)
    if content is None:
        return
    for folder in _folders():
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(folder / file, _MAGIC + hashlib.sha256(content).digest() + content)
            remove_oldest(folder, f"{file.rsplit('-', 1)[0]}-*{_SUFFIX}", MOST_FILES)
            remove_oldest(folder, f".*{_SUFFIX}.*{PART}", _MOST_PARTS)
            return


def _comes_back(content: bytes, kind: Any, value: object) -> bool:
    with contextlib.suppress(msgspec.MsgspecError):
        return bool(_decode(content, kind) == value)
    return False


def _encode(value: object) -> bytes:
    """As its type reads it: quick, but a date whose type is not stated would come back as text."""
    return _TYPED + msgspec.msgpack.encode(value)


def _encode_marked(value: object) -> bytes:
    """With dates marked as such."""
    return _MARKED + msgspec.msgpack.encode(_marked(msgspec.to_builtins(value, builtin_types=(date,))))


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _marked(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(part) for part in value]
    return msgspec.msgpack.Ext(_DATE, value.isoformat().encode()) if isinstance(value, date) else value


def _decode(content: bytes, kind: Any) -> Any:
    form, content = content[:1], content[1:]
    with _no_collection():
        if form == _TYPED:
            return msgspec.msgpack.decode(content, type=kind)
        plain = msgspec.msgpack.decode(content, ext_hook=lambda _, day: date.fromisoformat(bytes(day).decode()))
        return msgspec.convert(plain, kind, builtin_types=(date,))


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing that is being built is garbage, and to look for some takes two thirds of the time.

    Where a command has taken its modules out of later searches, so is this; a program that calls the API decides that for itself.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if gc.get_freeze_count():
                gc.freeze()
            gc.enable()
