"""A bundle: a zip of which every byte is given by its members, so that what was put anywhere into it can be found.

Members are stored, not compressed (how a compressor packs is no part of any format), in the order of their names, with one time, one
set of attributes and nothing beside them: whoever has the members can make the very same file again. `SHA256SUMS` names each with its
digest, as `sha256sum --check` reads it; `SHA256SUMS.sig`, where there is one, is a signature of that.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.archive import check_bomb
from precursor_screen.formats.blob import MB, Blob

EVIDENCE: Final = "evidence.json"
SEALED: Final = "sealed.json"
EXPLANATION: Final = "explanation.txt"
PAGE: Final = "index.html"
SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
LARGEST: Final = 256 * MB  # of a bundle: far beyond what a case comes to
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o100644 << 16  # a plain file that all may read
_UNIX: Final = 3
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*", re.ASCII)
Members = Mapping[str, bytes]


class NoBundleError(Exception):
    """Bytes that are no bundle; says why."""


def sums_of(members: Members) -> bytes:
    """The manifest of all members but itself and its signature."""
    names = sorted(set(members) - {SUMS, SIGNATURE})
    return "".join(f"{hashlib.sha256(members[n]).hexdigest()}  {n}\n" for n in names).encode()


def pack(members: Members) -> bytes:
    """The file that consists of these members and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system, info.external_attr, info.compress_type = _UNIX, _MODE, zipfile.ZIP_STORED
            archive.writestr(info, members[name])
    return out.getvalue()


def unpack(content: bytes, name: str = "") -> dict[str, bytes]:
    """The members of a bundle, after it has been seen that the file consists of them and nothing else.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        NoBundleError: it is not a whole zip, holds what no bundle holds, or a byte more, less or other than its members make.
    """
    if len(content) > LARGEST:
        raise NoBundleError(f"has more than {LARGEST // MB} MB, which no bundle has")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_bomb(archive, Blob(name, content))
            infos = archive.infolist()
            _check_infos(infos, archive.comment)
            members = {info.filename: archive.read(info) for info in infos}
    except UnreadableManifest as error:
        raise NoBundleError(error.message) from error
    except NoBundleError:
        raise
    except Exception as error:  # a zip that was tampered with breaks the library in whatever way it likes
        raise NoBundleError(f"is not a whole zip, or a member is not what its checksum says ({_said(error)})") from error
    again = pack(members)
    if again != content:
        raise NoBundleError(_where(content, again, infos))
    return members


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _check_infos(infos: list[zipfile.ZipInfo], comment: bytes) -> None:
    """That the directory is that of a bundle, before anything is unpacked.

    Raises:
        NoBundleError: it is not.
    """
    if comment:
        raise NoBundleError("holds a comment, which no bundle has")
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if not _NAME.fullmatch(name):
            raise NoBundleError(f"holds a member {name!r}, whose name leads out of its folder or is none of a bundle")
        if name.casefold() in seen:
            raise NoBundleError(f"holds two members {name}")
        if info.external_attr != _MODE or info.create_system != _UNIX:
            raise NoBundleError(f"holds {name} as a link, a folder or with attributes that no bundle gives")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise NoBundleError(f"holds {name} compressed, which no bundle does")
        seen.add(name.casefold())
    if [i.filename for i in infos] != sorted(i.filename for i in infos):
        raise NoBundleError("names its members in another order than a bundle does")


def _where(content: bytes, again: bytes, infos: list[zipfile.ZipInfo]) -> str:
    """Where a file is not what its members make."""
    at = next((i for i, (a, b) in enumerate(zip(content, again, strict=False)) if a != b), min(len(content), len(again)))
    before = [i.filename for i in infos if i.header_offset <= at]
    place = f"at or after the member {before[-1]}" if before else "before the first member"
    more = len(content) - len(again)
    length = f"; it has {abs(more):,} bytes {'more' if more > 0 else 'less'} than its members make" if more else ""
    return f"is not what its members make: byte {at:,}, {place}, is another{length}"
