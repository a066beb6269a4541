"""Snapshots that show any damage: a pointer with the digest of the snapshot's `SHA256SUMS`, which holds the digests of its files.

    <place>/current            `3 <SHA-256 of 3/SHA256SUMS>`
    <place>/3/SHA256SUMS       one line a file, as `sha256sum -c` reads it

A snapshot that was written before there were digests has a pointer of one word and no SHA256SUMS; `seal_late` gives it both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from precursor_screen.store.digests import Digests, digest_file
from precursor_screen.store.files import READABLE, write_whole

SUMS, POINTER = "SHA256SUMS", "current"
_POINTER = re.compile(rb"(0|[1-9]\d{0,17})(?: ([0-9a-f]{64}))?\n")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class DamagedError(Exception):
    """A file is not what was written; the message says which and how."""


class Pointer(Struct, frozen=True):
    """The current snapshot. seal: the digest of its SHA256SUMS; empty: it was written before there were any."""

    number: int
    seal: str


def seal(folder: Path, names: Iterable[str]) -> str:
    """Writes the digests of some files of a folder into its SHA256SUMS; returns the digest of that.

    Raises:
        OSError: a file cannot be read, or SHA256SUMS not be written.
    """
    text = "".join(f"{digest_file(folder / name)}  {name}\n" for name in sorted(names))
    write_whole(folder / SUMS, text, READABLE, durable=True)
    return hashlib.sha256(text.encode()).hexdigest()


def seal_late(place: Path, number: int, names: Iterable[str]) -> None:
    """Seals a snapshot of before there were digests, as it is now.

    Raises:
        OSError: it may not be written to.
    """
    point(place, Pointer(number, seal(place / str(number), names)))


def point(place: Path, pointer: Pointer) -> None:
    """Makes a snapshot the current one.

    Raises:
        OSError: the pointer cannot be written.
    """
    write_whole(place / POINTER, f"{pointer.number} {pointer.seal}".rstrip() + "\n", READABLE, durable=True)


def read_pointer(place: Path) -> Pointer:
    """Which snapshot is current.

    Raises:
        OSError: there is no pointer, or it cannot be read.
        DamagedError: it is no pointer.
    """
    found = _POINTER.fullmatch((place / POINTER).read_bytes())
    if found is None:
        raise DamagedError("the pointer to the current snapshot is damaged")
    return Pointer(int(found[1]), (found[2] or b"").decode())


def is_sealed(folder: Path) -> bool:
    """Whether a snapshot has digests."""
    return (folder / SUMS).exists()


def check(folder: Path, names: Iterable[str], digests: Digests, seal: str = "") -> None:
    """Checks some files of a sealed snapshot.

    Args:
        folder: of the snapshot.
        names: the files that are about to be read.
        digests: what knows the digests of files.
        seal: what the digest of SHA256SUMS must be; empty: not known, as of snapshots that are not current.

    Raises:
        DamagedError: one is not what was written.
        OSError: one is missing or cannot be read.
    """
    if seal and not digests.match(folder / SUMS, seal):
        raise DamagedError(f"{SUMS} is not what was written")
    known = read_sums(folder)
    for name in names:
        if name not in known:
            raise DamagedError(f"{SUMS} does not name {name}")
        if not digests.match(folder / name, known[name]):
            raise DamagedError(f"{name} is not what was written")


def read_sums(folder: Path) -> dict[str, str]:
    """The digests of a snapshot's files by name.

    Raises:
        DamagedError: SHA256SUMS is no list of digests.
        OSError: it is missing or cannot be read.
    """
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DamagedError(f"{SUMS} is damaged") from error
    found = [_LINE.fullmatch(line) for line in lines]
    if not all(found):
        raise DamagedError(f"{SUMS} is damaged")
    return {one[2]: one[1] for one in found if one}
