"""Memo files of DBF tables: read where they came in one archive with the table, told of elsewhere, and in every damage."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from precursor_screen.formats.dbf import block_number, is_memo_of, memo_text
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.formats.test_dbf import dbf

TEXTS = (b"ACETIC ANHYDRIDE IN DRUMS", b"GREASY WOOL\r\nIN BALES")


def dbt(*texts: bytes) -> bytes:
    """dBase III: blocks of 512 bytes from the first on, two marks of the end."""
    return bytes(512) + b"".join((text + b"\x1a\x1a").ljust(512, b"\0") for text in texts)


def dbt4(*texts: bytes, size: int = 512) -> bytes:
    """dBase IV: each block begins with its length."""
    blocks = b"".join((b"\xff\xff\x08\x00" + struct.pack("<I", len(t) + 8) + t).ljust(size, b"\0") for t in texts)
    return (bytes(20) + struct.pack("<H", size)).ljust(size, b"\0") + blocks


def fpt(*texts: bytes, size: int = 512, kind: int = 1) -> bytes:
    """FoxPro: figures with the high byte first."""
    blocks = b"".join((struct.pack(">II", kind, len(t)) + t).ljust(size, b"\0") for t in texts)
    return (bytes(6) + struct.pack(">H", size)).ljust(size, b"\0") + blocks


def table(version: int, cells: list[bytes]) -> bytes:
    length = len(cells[0])
    codes = [b"29152400", b"51011100", b"51011100"][: len(cells)]
    return dbf(("HS_CODE", "C", 8, 0, codes), ("DESCR", "M", length, 0, cells), version=version)


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def texts(tables: list[InputTables]) -> list[str | None]:
    (found,) = tables
    column: list[str | None] = found.lines.column("description").to_pylist()
    return column


def told(tables: list[InputTables]) -> list[tuple[str, int]]:
    return [(i["code"], i["count"]) for one in tables for i in one.issues.to_pylist() if i["code"] == "lost-rows"]


DIGITS = [b"         1", b"         2"]
BINARY = [struct.pack("<I", 1), struct.pack("<I", 2)]


@pytest.mark.parametrize(
    ("version", "cells", "name", "memo"),
    [
        (0x83, DIGITS, "goods_DBT", dbt(*TEXTS)),
        (0x8B, DIGITS, "goods_dbt", dbt4(*TEXTS)),
        (0x8B, DIGITS, "goods_dbt", dbt4(*TEXTS, size=64)),
        (0xF5, DIGITS, "GOODS_FPT", fpt(*TEXTS)),
        (0x30, BINARY, "goods_fpt", fpt(*TEXTS, size=64)),
    ],
)
def test_a_memo_file_in_the_archive_of_its_table_is_read(version, cells, name, memo):
    tables = read(packed(goods_dbf=table(version, cells), **{name: memo}), "m.zip")
    assert texts(tables) == ["ACETIC ANHYDRIDE IN DRUMS", "GREASY WOOL\nIN BALES"]
    assert told(tables) == []


def test_a_record_without_a_memo_has_none():
    tables = read(packed(goods_dbf=table(0x83, [*DIGITS, b" " * 10]), goods_dbt=dbt(*TEXTS)), "m.zip")
    assert texts(tables)[2] is None
    assert told(tables) == []


def test_without_its_memo_file_the_column_is_told_of():
    assert told(read(table(0x83, DIGITS), "goods.dbf")) == [("lost-rows", 2)]
    other = read(packed(goods_dbf=table(0x83, DIGITS), other_dbt=dbt(*TEXTS)), "m.zip")
    assert told(other) == [("lost-rows", 2)]


def test_texts_that_the_memo_file_does_not_hold_are_told_of():
    tables = read(packed(goods_dbf=table(0x8B, [b"         1", b"       999"]), goods_dbt=dbt4(*TEXTS)), "m.zip")
    assert texts(tables) == ["ACETIC ANHYDRIDE IN DRUMS", None]
    assert told(tables) == [("lost-rows", 1)]


def test_the_code_page_is_told_by_the_memos_too():
    text = "уксусный ангидрид в бочках, кислота серная".encode("cp1251")
    tables = read(packed(goods_dbf=table(0x83, DIGITS), goods_dbt=dbt(text, text)), "m.zip")
    assert texts(tables) == ["уксусный ангидрид в бочках, кислота серная"] * 2


def test_another_memo_is_another_input():
    first, second = (
        read(packed(goods_dbf=table(0x83, DIGITS), goods_dbt=dbt(*some)), "m.zip")[0] for some in (TEXTS, TEXTS[::-1])
    )
    assert first.input.input_id != second.input.input_id


@pytest.mark.parametrize(("version", "memo"), [(0x83, dbt(*TEXTS)), (0x8B, dbt4(*TEXTS)), (0xF5, fpt(*TEXTS))])
def test_a_cut_memo_file_gives_no_other_text_and_no_traceback(version, memo):
    whole = [memo_text(memo, number, version) for number in (1, 2)]
    assert whole == list(TEXTS)
    for cut in range(0, len(memo), 7):
        for number, text in enumerate(whole, start=1):
            found = memo_text(memo[:cut], number, version)
            assert found is None or text is None or text.startswith(found)


@pytest.mark.parametrize(
    ("memo", "number", "version"),
    [(fpt(b"x", kind=0), 1, 0xF5), (fpt(b"x"), 9, 0xF5), (b"", 1, 0xF5), (b"", 1, 0x83), (dbt4(b"x"), 9, 0x8B)],
)
def test_what_is_no_text_is_none(memo, number, version):
    assert memo_text(memo, number, version) is None


def test_names_and_numbers():
    assert is_memo_of("A/goods.DBT", "a/GOODS.dbf")
    assert not is_memo_of("a/goods.dbt", "b/goods.dbf")
    assert not is_memo_of("goods.txt", "goods.dbf")
    assert not is_memo_of("goods.dbt", "goods.csv")
    cells = (b"       12 ", b"    ", b"\x02\0\0\0", b"    x7", b"          ")
    assert [block_number(cell) for cell in cells] == [12, 0, 2, 0, 0]
