"""Members of gzip and zip archives, with caps: an archive of a few kilobytes can unpack to terabytes."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.blob import CHUNK, FREE_BYTES, MB, MEMBERS, UNPACKED_BYTES, UNPACKED_RATIO, Blob, unreadable
from precursor_screen.formats.dbf import SUFFIXES, is_memo_of

# What file managers leave behind, by name and by how it begins; under such a name anything else is a file like others.
_LEFT_BEHIND = (
    (re.compile(r"(?:^|/)__MACOSX/"), b"\x00\x05\x16\x07"),  # AppleDouble, RFC 1740
    (re.compile(r"(?:^|/)\.DS_Store$"), b"\x00\x00\x00\x01Bud1"),
    (re.compile(r"(?:^|/)Thumbs\.db$"), b"\xd0\xcf\x11\xe0"),
)
_LOCAL, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"


class Members(Struct, frozen=True):
    """What an archive holds: the members that unpack, an error for each that does not, and what is written beside them."""

    blobs: tuple[Blob, ...]
    errors: tuple[UnreadableManifest, ...]
    comments: tuple[str, ...] = ()


def _most_unpacked(packed: int) -> int:
    return max(FREE_BYTES, min(UNPACKED_BYTES, packed * UNPACKED_RATIO))


def _too_large(name: str, packed: int) -> UnreadableManifest:
    says = f"unpacks to far more than a manifest holds (the limit for its size is {_most_unpacked(packed) // MB} MB)"
    return unreadable(name, says, "Unpack it yourself and look at what it holds.")


def gunzip(blob: Blob) -> Blob:
    """The content of a gzip file, all of its parts.

    Raises:
        UnreadableManifest: damaged, cut off, or beyond the caps.
    """
    out, packed = io.BytesIO(), 0
    engine = zlib.decompressobj(wbits=31)
    try:
        with blob.open() as stream:
            while chunk := stream.read(CHUNK):
                packed += len(chunk)
                while chunk:
                    out.write(engine.decompress(chunk, CHUNK))
                    chunk = engine.unconsumed_tail
                    if out.tell() > _most_unpacked(packed):
                        raise _too_large(blob.name, packed)
                    if engine.eof:
                        chunk = engine.unused_data.lstrip(b"\x00")
                        if chunk:
                            engine = zlib.decompressobj(wbits=31)
        out.write(engine.flush())
    except zlib.error as error:
        raise unreadable(blob.name, f"is a damaged gzip file ({error})", "Ask for it again.") from error
    if not engine.eof:
        raise unreadable(blob.name, "is a gzip file that was cut off", "Transfer it again, whole.")
    return Blob(blob.name.removesuffix(".gz"), out.getvalue())


def open_zip(blob: Blob) -> zipfile.ZipFile:
    """The archive's directory.

    Raises:
        UnreadableManifest: damaged or cut off.
    """
    source = io.BytesIO(blob.source) if isinstance(blob.source, bytes) else blob.source
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable(
            blob.name, f"is a damaged archive or workbook ({error})", "Open it in its own program, or ask for it again."
        ) from error


def check_bomb(archive: zipfile.ZipFile, blob: Blob) -> None:
    """Refuse an archive whose directory states more than the caps.

    Raises:
        UnreadableManifest: too many members, or too much in them.
    """
    infos = archive.infolist()
    packed = sum(i.compress_size for i in infos)
    unpacked = sum(i.file_size for i in infos)
    if len(infos) > MEMBERS:
        raise unreadable(blob.name, f"holds more than {MEMBERS:,} members", "Unpack it yourself and look at what it holds.")
    if unpacked > _most_unpacked(packed):
        raise _too_large(blob.name, packed)


@contextmanager
def open_whole(blob: Blob) -> Iterator[zipfile.ZipFile]:
    """An archive of which every member was read through, so that its checksum is compared: libraries that read workbooks do not all do so.

    Raises:
        UnreadableManifest: damaged, beyond the caps, or a member is damaged, locked, or longer than the directory states.
    """
    with open_zip(blob) as archive:
        check_bomb(archive, blob)
        for info in archive.infolist():
            try:
                with archive.open(info) as stream:
                    while stream.read(CHUNK):
                        pass
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
                remedy = "Open it in its own program and save it again, or ask for it again."
                raise unreadable(blob.name, f"is damaged: its part {info.filename} ({error})", remedy) from error
        yield archive


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is a spreadsheet (Open Packaging or OpenDocument)."""
    names = frozenset(archive.namelist())
    return any(n.startswith("xl/") for n in names) or {"mimetype", "content.xml"} <= names


def is_document(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is a document of Word."""
    names = frozenset(archive.namelist())
    return "[Content_Types].xml" in names and any(name.startswith("word/") for name in names)


def unzip(archive: zipfile.ZipFile, blob: Blob) -> Members:
    """Every member that is a file, in the order of the directory.

    Raises:
        UnreadableManifest: the whole archive is beyond the caps.
    """
    check_bomb(archive, blob)
    blobs: list[Blob] = []
    errors: list[UnreadableManifest] = []
    for info in archive.infolist():
        if info.filename.endswith("/") and not info.file_size and not info.compress_size:
            continue
        name = f"{blob.name}!{info.filename.rstrip('/') or 'unnamed'}"
        if info.flag_bits & 0x1:
            errors.append(unreadable(name, "is locked by a password", "Unpack it first."))
            continue
        try:
            data = _read_capped(archive, info, name)
        except UnreadableManifest as error:
            errors.append(error)
            continue
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            errors.append(unreadable(name, f"is damaged ({error})", "Ask for the archive again."))
            continue
        if not any(called.search(info.filename) and data.startswith(begins) for called, begins in _LEFT_BEHIND):
            blobs.append(Blob(name, data))
    errors += loose_parts(archive, blob)
    said = [archive.comment, *(info.comment for info in archive.infolist())]
    comments = tuple(comment.decode("utf-8", "replace") for comment in dict.fromkeys(said) if comment.strip())
    return Members(tuple(_with_memos(blobs)), tuple(errors), comments)


def loose_parts(archive: zipfile.ZipFile, blob: Blob) -> list[UnreadableManifest]:
    """An error where bytes of the file belong to nothing in its directory: another archive before it, a member that it does not list."""
    data = blob.read()
    try:
        loose = [(begin, data[begin:end]) for begin, end in _gaps(archive, data)]
    except struct.error:  # a header that ends with the file: opening the member says so
        loose = []
    loose = [(begin, part) for begin, part in loose if part.strip(b"\0 \t\r\n\x1a")]
    if not loose:
        return []
    size, members = sum(len(part) for _, part in loose), sum(part.count(_LOCAL) for _, part in loose)
    holds = f", with {members} unlisted member{'s' if members > 1 else ''}" if members else ""
    return [
        unreadable(
            f"{blob.name}!(unlisted)",
            f"has {size:,} bytes that its directory does not list, from byte {loose[0][0]:,}{holds}",
            "Ask for the files themselves, or for a new archive of them.",
        )
    ]


def _gaps(archive: zipfile.ZipFile, data: bytes) -> list[tuple[int, int]]:
    """Where the file holds what is neither a member, nor the directory, nor its end (APPNOTE 4.3.6)."""
    infos = archive.infolist()
    starts = {info.header_offset for info in infos} | {archive.start_dir}
    used = [(info.header_offset, _end_of(info, data, starts)) for info in infos]
    end = data.rfind(b"PK\x05\x06")
    directory, last = archive.start_dir, archive.start_dir
    for _ in infos:
        if data[last : last + 4] != b"PK\x01\x02":
            break
        last += 46 + sum(struct.unpack_from("<HHH", data, last + 28))
    if data[last : last + 4] == b"PK\x05\x05":  # a signature of the directory
        last += 6 + struct.unpack_from("<H", data, last + 4)[0]
    if data[last : last + 4] == b"PK\x06\x06" and last + 12 <= len(data):  # end of a large archive, and where that is
        last += 12 + struct.unpack_from("<Q", data, last + 4)[0] + 20
    used += [(directory, last), (end, end + 22 + len(archive.comment))]
    gaps, at = [], 0
    for begin, stop in sorted(used):
        if begin > at:
            gaps.append((at, begin))
        at = max(at, stop)
    return [*gaps, (at, len(data))] if at < len(data) else gaps


def _end_of(info: zipfile.ZipInfo, data: bytes, starts: set[int]) -> int:
    """Where a member ends: its header, its bytes, and sizes that stand behind them."""
    at = info.header_offset
    if data[at : at + 4] != _LOCAL or at + 30 > len(data):
        return at
    at += 30 + int(sum(struct.unpack_from("<HH", data, at + 26))) + info.compress_size
    if not info.flag_bits & 0x08:
        return at
    sizes = (16, 24) if data[at : at + 4] == _DESCRIPTOR else (12, 20)
    return next((at + size for size in sizes if at + size in starts), at + sizes[0])


def _with_memos(blobs: list[Blob]) -> list[Blob]:
    """The members, DBF tables with the memo files of their names."""
    memos = [blob for blob in blobs if blob.name.lower().endswith(SUFFIXES)]
    tables = [blob for blob in blobs if blob not in memos] if memos else blobs
    of_table = {table.name: memo for table in tables for memo in memos if is_memo_of(memo.name, table.name)}
    used = frozenset(memo.name for memo in of_table.values())
    return [
        replace(blob, memo=of_table[blob.name].read()) if blob.name in of_table else blob
        for blob in blobs
        if blob.name not in used
    ]


def _read_capped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    # The directory's sizes are the packer's word; the stream is counted as well.
    out, cap = io.BytesIO(), _most_unpacked(info.compress_size)
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            out.write(chunk)
            if out.tell() > cap:
                raise _too_large(name, info.compress_size)
    return out.getvalue()
