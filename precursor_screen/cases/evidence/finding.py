"""Inputs of a bundle among the files of a folder, by SHA-256, whatever they are called and wherever they are packed into."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, field

from precursor_screen.cases.evidence.document import Row
from precursor_screen.core.errors import InputError, UnreadableManifest, UsageError, Where
from precursor_screen.formats.archive import gunzip, is_workbook, open_zip, unzip
from precursor_screen.formats.blob import CHUNK, Blob
from precursor_screen.formats.limits import MAX_NESTING
from precursor_screen.formats.mail import Mail
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.readers.mail import read_mail


class FoundInputs(Struct):
    """What was found.

    Attributes:
        found: path, or the bytes of a member, by SHA-256.
        missing: names of inputs that are not there.
        closed: files that could not be looked into, with why: an input may be in them.
    """

    found: dict[str, Path | bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def find_inputs(folder: Path, wanted: Sequence[Row]) -> FoundInputs:
    """The inputs of a bundle among the files of a folder, and in the archives and e-mails there.

    Args:
        folder: and all below it; links are not followed.
        wanted: name, sha256, bytes.

    Raises:
        UsageError: no such folder.
    """
    if not folder.is_dir():
        raise UsageError("is no folder", where=Where(str(folder)), remedy="Name the folder that holds the manifests.")
    sizes = {i["bytes"] for i in wanted}
    digests = {i["sha256"] for i in wanted}
    result = FoundInputs()
    paths = list(_files(folder))
    for path in paths:
        # A file of another size cannot be one of them: it need not be read. An unpacked one is sought by its digest alone.
        if sizes and None not in sizes and _size(path) not in sizes:
            continue
        if (digest := _digest(path)) in digests:
            result.found.setdefault(digest, path)
    for path in paths:
        if digests <= result.found.keys():
            break
        for content in _within(Blob(str(path.relative_to(folder)), path), result.closed, 0):
            digest = hashlib.sha256(content).hexdigest()
            if digest in digests:
                result.found.setdefault(digest, content)
    result.missing = [i["name"] for i in wanted if i["sha256"] not in result.found]
    return result


def _within(blob: Blob, closed: list[str], depth: int) -> Iterator[bytes]:
    """The members of an archive or an e-mail, and theirs; nothing of a file that is neither."""
    try:
        members = _members(blob, closed)
    except (InputError, OSError) as error:
        closed.append(str(error))
        return
    if members and depth >= MAX_NESTING:
        closed.append(f"{blob.name}: is nested too deeply")
        return
    for member in members:
        yield member.read()
        yield from _within(member, closed, depth + 1)


def _members(blob: Blob, closed: list[str]) -> Sequence[Blob]:
    """What a file holds.

    Raises:
        UnreadableManifest: damaged, or beyond the limits.
    """
    kind = sniff_kind(blob.head())
    errors: Sequence[UnreadableManifest] = ()
    blobs: Sequence[Blob] = ()
    if kind == "gzip":
        blobs = (gunzip(blob),)
    elif kind == "zip":
        with open_zip(blob) as archive:
            if not is_workbook(archive):
                held = unzip(archive, blob)
                blobs, errors = held.blobs, held.errors
    elif (mail := read_mail(blob, kind)) is not None:
        inner = list(_inner(mail))
        blobs = [*mail.blobs, *(b for message, held in inner for b in (message, *held.blobs))]
        errors = [*mail.errors, *(e for _, held in inner for e in held.errors)]
    closed += [str(e) for e in errors]
    return blobs


def _inner(mail: Mail) -> Iterator[tuple[Blob, Mail]]:
    """The messages within an e-mail that are no files of their own, and those within these."""
    for message, held in mail.inner:
        yield message, held
        yield from _inner(held)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            with suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except OSError:  # what cannot be read is not found, and is named as that
        return ""
    return digest.hexdigest()
