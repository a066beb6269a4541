from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from precursor_screen.errors import UnreadableManifest
from precursor_screen.formats.archive import gunzip, open_zip, unzip
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
        for name in ("b.csv", "__MACOSX/b.csv", "folder/", "folder/a.csv", ".DS_Store"):
            archive.writestr(name, b"x")
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
