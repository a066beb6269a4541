"""Files within files: how deep, what is said of members that cannot be read, and errors that are the user's own."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from precursor_screen.core.errors import InputError, MappingError, UnknownFormat, UnreadableManifest
from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read

TABLE = b"Description,HS Code,Shipper\nacetone,291411,x\n"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


@pytest.mark.parametrize(("depth", "read_at_all"), [(0, True), (1, True), (3, True), (4, False)])
def test_archives_are_opened_three_deep(depth: int, read_at_all: bool) -> None:
    data = TABLE
    for _ in range(depth):
        data = zipped(m_csv=data) if data == TABLE else zipped(m_zip=data)
    if read_at_all:
        assert [t.lines.num_rows for t in read(data, "m")] == [1]
        return
    with pytest.raises(UnreadableManifest, match="archives within archives"):
        read(data, "m")


@pytest.mark.parametrize(("depth", "read_at_all"), [(1, True), (3, True), (4, False)])
def test_compressed_files_are_opened_three_deep(depth: int, read_at_all: bool) -> None:
    data = TABLE
    for _ in range(depth):
        data = gzip.compress(data)
    if read_at_all:
        assert [t.lines.num_rows for t in read(data, "m")] == [1]
        return
    with pytest.raises(InputError):
        read(data, "m")


def test_a_member_that_cannot_be_read_is_an_input_without_lines() -> None:
    good, bad = read(zipped(a_csv=TABLE, b_png=b"\x89PNG"), "m.zip")
    assert good.lines.num_rows == 1
    assert (bad.lines.num_rows, bad.input.lines, bad.input.bytes, bad.input.sha256) == (0, 0, 0, "")
    assert bad.input.header_row is None
    (issue,) = bad.issues.to_pylist()
    assert (issue["code"], issue["source_file"], issue["count"]) == ("unknown-format", "m.zip!b.png", 1)
    assert issue["message"].count(". ") >= 1


def test_the_only_member_fails_with_its_own_error() -> None:
    with pytest.raises(UnknownFormat, match=r"(?s)a\.png"):
        read(zipped(a_png=b"\x89PNG"), "m.zip")


def test_a_map_that_fits_no_member_is_the_users_error() -> None:
    with pytest.raises(MappingError):
        read(zipped(a_csv=TABLE, b_csv=TABLE), "m.zip", ReadOptions(mapping=ColumnMap({"Ware": "description"})))


def test_bytes_without_a_name_are_called_input() -> None:
    assert read(TABLE)[0].input.name == "input"
