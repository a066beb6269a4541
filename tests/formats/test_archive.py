from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats.archive import Members, gunzip, open_zip, unzip
from precursor_screen.formats.blob import Blob


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def test_gzip_parts_are_joined() -> None:
    data = gzip.compress(b"one,") + gzip.compress(b"two")
    assert gunzip(Blob("m.csv.gz", data)).read() == b"one,two"
    assert gunzip(Blob("m.csv.gz", data)).name == "m.csv"


@pytest.mark.parametrize("damage", [lambda d: d[: len(d) // 2], lambda d: d[:12] + b"\x00" * 20])
def test_a_damaged_gzip_is_refused(damage: object) -> None:
    data = gzip.compress(bytes(range(256)) * 40)
    assert callable(damage)
    with pytest.raises(UnreadableManifest, match="gzip"):
        gunzip(Blob("m.gz", damage(data)))


def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(b"\x00" * (80 << 20), 9)
    with pytest.raises(UnreadableManifest, match="far more"):
        gunzip(Blob("m.gz", bomb))


def test_a_zip_bomb_is_refused() -> None:
    data = zipped(a_csv=b"\x00" * (80 << 20))
    with pytest.raises(UnreadableManifest, match="far more"), open_zip(Blob("m.zip", data)) as archive:
        unzip(archive, Blob("m.zip", data))


def test_members_come_in_order_and_clutter_is_left_out() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("b.csv", "folder/", "folder/a.csv"):
            archive.writestr(name, b"" if name.endswith("/") else b"x")
        archive.writestr("__MACOSX/b.csv", b"\0\5\x16\7...")
        archive.writestr(".DS_Store", b"\0\0\0\1Bud1...")
    blob = Blob("m.zip", out.getvalue())
    with open_zip(blob) as archive:
        members = unzip(archive, blob)
    assert [b.name for b in members.blobs] == ["m.zip!b.csv", "m.zip!folder/a.csv"]


def test_a_locked_member_is_named() -> None:
    data = bytearray(zipped(a_csv=b"x,y"))
    data[data.find(b"PK\x01\x02") + 8] |= 1  # the flag of encryption, in the directory
    blob = Blob("m.zip", bytes(data))
    with open_zip(blob) as archive:
        members = unzip(archive, blob)
    assert [e.where.file for e in members.errors] == ["m.zip!a.csv"]
    assert "password" in members.errors[0].message


def test_a_damaged_member_does_not_hide_the_others() -> None:
    data = bytearray(zipped(a_csv=bytes(range(200)) * 3, b_csv=b"fine"))
    start = data.find(b"a.csv") + 5
    data[start : start + 8] = b"\xff" * 8
    blob = Blob("m.zip", bytes(data))
    with open_zip(blob) as archive:
        members = unzip(archive, blob)
    assert [b.name for b in members.blobs] == ["m.zip!b.csv"]
    assert [e.where.file for e in members.errors] == ["m.zip!a.csv"]


def test_a_cut_archive_is_refused() -> None:
    with pytest.raises(UnreadableManifest, match="damaged"):
        open_zip(Blob("m.zip", zipped(a_csv=b"x")[:30]))


@pytest.mark.parametrize("name", ["__MACOSX/b.csv", "folder/", ".DS_Store", "Thumbs.db", "__MACOSX/"])
def test_a_file_under_the_name_of_clutter_is_read(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", b"x")
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        archive.writestr(info, b"Description,HS Code")
    assert [b.read() for b in _unzip(out.getvalue()).blobs] == [b"x", b"Description,HS Code"]


def _unzip(data: bytes) -> Members:
    blob = Blob("m.zip", data)
    with open_zip(blob) as archive:
        return unzip(archive, blob)


def _streamed(**members: bytes) -> bytes:
    """An archive of which the writer could not go back: sizes stand behind the members."""

    class _Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _large(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as stream:
                stream.write(content)
    return out.getvalue()


def test_what_the_directory_does_not_list_is_reported() -> None:
    one, other = zipped(a_csv=b"x,y"), zipped(b_csv=b"v,w")
    cut = bytearray(zipped(a_csv=b"x,y", b_csv=b"v,w"))
    second = cut.rindex(b"PK\1\2")
    end = cut.rindex(b"PK\5\6")
    size = end - second
    unlisted = bytes(cut[:second] + cut[end : end + 8] + b"\1\0\1\0")
    unlisted += (int.from_bytes(cut[end + 12 : end + 16], "little") - size).to_bytes(4, "little") + bytes(cut[end + 16 :])
    for data, says in (
        (one + other, "1 unlisted member"),
        (b"v,w" + one, "3 bytes"),
        (one + b"20 drums", "8 bytes"),
        (unlisted, "1 unlisted member"),
    ):
        members = _unzip(data)
        assert len(members.blobs) == 1
        (error,) = members.errors
        assert says in error.message


def test_archives_as_programs_write_them_have_nothing_unlisted() -> None:
    for data in (zipped(a_csv=b"x,y"), _streamed(a=b"x,y" * 99, b=b"v"), _large(a=b"x", b=b"y"), zipped(a_csv=b"x") + b"\0" * 9):
        assert _unzip(data).errors == ()


def test_comments_are_handed_on() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", b"x")
        archive.comment = b"20 drums of wool"
    members = _unzip(out.getvalue())
    assert members.comments == ("20 drums of wool",)
    assert members.errors == ()
