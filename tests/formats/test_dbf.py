"""DBF tables, cell by cell, and damaged ones."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.formats.table import open_sheets
from precursor_screen.readers.registry import read
from tests.examples import examples
from tests.readers.outcomes import outcome

Column = tuple[str, str, int, int, list[bytes]]


def dbf(*columns: Column, deleted: tuple[int, ...] = (), driver: int = 0, version: int = 3, stated: int | None = None) -> bytes:
    """A table of columns: name, kind, length, decimals, cells as they stand in the file."""
    count = len(columns[0][4])
    size = 1 + sum(length for _, _, length, _, _ in columns)
    head = struct.pack("<BBBBIHH", version, 125, 11, 5, count if stated is None else stated, 32 + 32 * len(columns) + 1, size)
    head = head + bytes(17) + bytes((driver, 0, 0))
    for name, kind, length, decimals, _ in columns:
        low, high = (length % 256, length // 256) if kind == "C" else (length, decimals)
        head += name.encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes((low, high)) + bytes(14)
    rows = b"".join(
        (b"*" if row in deleted else b" ") + b"".join(cells[row].ljust(length) for _, _, length, _, cells in columns)
        for row in range(count)
    )
    return head + b"\r" + rows + b"\x1a"


def cells(data: bytes, encoding: str = "") -> list[list[str | None]]:
    (sheet,) = open_sheets(Blob("m.dbf", data), encoding)
    return [list(row.values()) for row in sheet.read(0, len(sheet.head[0])).table.to_pylist()]


@pytest.mark.parametrize(
    ("kind", "length", "decimals", "filed", "text"),
    [
        ("C", 8, 0, b" acetone", "acetone"),
        ("C", 300, 0, b"x" * 300, "x" * 300),  # FoxPro counts on in the byte of the decimals
        ("C", 4, 0, b"a\0bc", "a"),
        ("N", 10, 2, b"   1250.50", "1250.50"),
        ("N", 5, 0, b"*****", ""),  # a number that was too long for its field
        ("F", 6, 1, b"  -1.5", "-1.5"),
        ("D", 8, 0, b"20251105", "2025-11-05"),
        ("D", 8, 0, b"        ", ""),
        ("D", 8, 0, b"00000000", ""),
        ("L", 1, 0, b"T", "T"),
        ("L", 1, 0, b"?", ""),
        ("I", 4, 0, struct.pack("<i", -7), "-7"),
        ("B", 8, 2, struct.pack("<d", 12.5), "12.50"),
        ("B", 8, 0, struct.pack("<d", 12.5), "12.5"),
        ("Y", 8, 0, struct.pack("<q", 125_000), "12.5000"),
        ("T", 8, 0, struct.pack("<ii", 2_460_985, 0), "2025-11-05"),
        ("T", 8, 0, struct.pack("<ii", 2_460_985, 37_230_000), "2025-11-05T10:20:30"),
        ("T", 8, 0, bytes(8), ""),
        ("M", 10, 0, b"         7", ""),
    ],
)
def test_a_cell_of_each_kind(kind, length, decimals, filed, text):
    assert cells(dbf(("F", kind, length, decimals, [filed]))) == [[text]]


def test_a_table_becomes_lines():
    data = dbf(
        ("PART_NANDI", "C", 10, 0, [b"2914110000"] * 3),
        ("DESC_COMER", "C", 20, 0, ["ACETONA TÉCNICA".encode("cp1252"), b"LANA", b"VIDRIO"]),
        ("NUME_SERIE", "N", 4, 0, [b"1", b"2", b"3"]),
        ("DNOMBRE", "C", 20, 0, [b"QUIMICA DEL RIO SAC"] * 3),
        ("PESO_NETO", "N", 12, 3, [b"1200.500"] * 3),
        deleted=(1,),
    )
    assert sniff_kind(data) == "dbf"
    (table,) = read(data, "ma.dbf")
    assert (table.input.format, table.column_report.preset) == ("DBF", "peru-import")
    assert [(line["source_row"], line["description"]) for line in table.lines.to_pylist()] == [
        (1, "ACETONA TÉCNICA"),
        (3, "VIDRIO"),
    ]
    assert str(table.lines.column("net_mass_kg")[0].as_py()) == "1200.500000"
    assert [(i["code"], i["count"], i["source_row"]) for i in table.issues.to_pylist()] == [("deleted-record", 1, 2)]


@pytest.mark.parametrize(
    ("driver", "page", "encoding", "shown"),
    [(0, "cp1252", "", "cp1252 (code page"), (0xC9, "cp1251", "", "cp1251 (named in the header)"), (0x57, "cp1251", "", "cp1251 (code page"), (0xC9, "cp866", "cp866", "cp866 (as told)")],
)  # fmt: skip
def test_the_code_page(driver, page, encoding, shown):
    text = "ацетон технический в бочках" if page != "cp1252" else "acétone purifiée en fûts"
    data = dbf(("DESCR", "C", 30, 0, [text.encode(page)]), driver=driver)
    (sheet,) = open_sheets(Blob("m.dbf", data), encoding)
    assert sheet.encoding.startswith(shown)
    assert cells(data, encoding) == [[text]]


@pytest.mark.parametrize(
    ("data", "count", "says"),
    [
        (dbf(("GOODS", "C", 4, 0, [b"wool"] * 2), stated=5), 3, "the table ends after 2 of 5 records"),
        (dbf(("GOODS", "C", 4, 0, [b"wool"] * 3), stated=1), 2, "2 more records stand behind the 1 that the table says it has"),
        (dbf(("GOODS", "C", 4, 0, [b"wool", b"x"]), stated=1), 1, "1 more records stand behind"),
        (
            dbf(("GOODS", "C", 4, 0, [b"wool"]), ("MEMO", "M", 10, 0, [b"         7"])),
            1,
            "the texts of MEMO are in a memo file",
        ),
    ],
)
def test_what_is_missing_is_told(data, count, says):
    (sheet,) = open_sheets(Blob("m.dbf", data))
    (note,) = sheet.notes
    assert (note.code, note.count, note.reason.startswith(says)) == ("lost-rows", count, True)


def test_what_fills_the_last_block_is_no_record():
    (sheet,) = open_sheets(Blob("m.dbf", dbf(("GOODS", "C", 4, 0, [b"wool"])) + bytes(512)))
    assert sheet.notes == ()


def test_a_memo_that_points_nowhere_is_not_missing():
    (sheet,) = open_sheets(Blob("m.dbf", dbf(("GOODS", "C", 4, 0, [b"wool"]), ("MEMO", "M", 10, 0, [b" " * 10]))))
    assert sheet.notes == ()


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda d: b"\x07" + d[1:],  # no version
        lambda d: d[:10] + b"\x09\x00" + d[12:],  # records of another length
        lambda d: d[:32] + bytes(11) + d[43:],  # no name
        lambda d: d[:43] + b"\x01" + d[44:],  # no kind
        lambda d: d[:60],
    ],
)
def test_what_contradicts_itself_is_no_table(spoilt):
    data = dbf(("GOODS", "C", 4, 0, [b"wool"]))
    assert sniff_kind(data) == "dbf"
    assert sniff_kind(spoilt(data)) != "dbf"


@examples(80, 80)
@given(st.binary(max_size=40), st.integers(0, 200))
def test_any_damage_is_read_or_refused_in_words(noise, at):
    data = dbf(("GOODS", "C", 9, 0, [b"wool", b"tin"]), ("MASS", "N", 6, 1, [b"1.5", b"2"]), ("WHEN", "T", 8, 0, [bytes(8)] * 2))
    assert outcome(data[:at] + noise + data[at + len(noise) :], "m.dbf")


def test_cells_in_a_code_page_among_those_of_utf8_are_each_read_in_theirs() -> None:
    filed = [text.encode() for text in ("уксусный ангидрид", "толуол", "ацетон", "эфир", "стулья")]
    filed[1] = "серная кислота".encode("cp1251")
    table = dbf(("GOODS", "C", 40, 0, filed), ("PLACE", "C", 40, 0, [b"x"] * 4 + ["Würzburg".encode()]))
    (sheet,) = open_sheets(Blob("m.dbf", table), "")
    texts = sheet.read(0, 2).table.column(0).to_pylist()
    assert texts == ["уксусный ангидрид", "серная кислота", "ацетон", "эфир", "стулья"]
    assert [(note.code, note.row) for note in sheet.notes if note.code == "mixed-encoding"] == [("mixed-encoding", 2)]
    assert [aside.place for aside in sheet.out_of_table_texts] == ["record 2 read in utf-8"]


def test_a_letter_that_the_field_cuts_is_damage_and_no_other_code_page() -> None:
    filed = ["уксусный ангидрид".encode(), "толуолы".encode()[:-1], "ацетон".encode(), "стул".encode()]
    (sheet,) = open_sheets(Blob("m.dbf", dbf(("GOODS", "C", 40, 0, filed))), "")
    assert sheet.read(0, 1).table.column(0).to_pylist()[1] == "толуол\ufffd"
    assert "undecodable-text" in [note.code for note in sheet.notes]


@pytest.mark.parametrize("page", ["cp1252", "cp850"])
@pytest.mark.parametrize("text", ["Essigsäureanhydrid", "Salzsäure 37%", "Éther éthylique", "Anhydride acétique", "Äthyläther"])
def test_the_page_of_a_cell_is_told_in_the_light_of_the_others(text: str, page: str) -> None:
    others = [t.encode() for t in ("Behälter für Büro", "Säure", "glacé", "niño")] * 3
    (sheet,) = open_sheets(Blob("m.dbf", dbf(("GOODS", "C", 40, 0, [*others, text.encode(page)]))), "")
    assert sheet.read(0, 1).table.column(0).to_pylist()[-1] == text
