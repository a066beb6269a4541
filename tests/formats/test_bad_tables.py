"""Bad tables, kept: cut short at many bytes, far too wide or long, with bytes that are not text. No traceback, nothing lost without a word."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import InputError
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from tests.conftest import ROOT
from tests.examples import SOAK
from tests.formats.test_dbf import dbf

GOODS = [b"ACETIC ANHYDRIDE".ljust(20), b"GREASY WOOL".ljust(20), b"GLASS".ljust(20)]
TABLE = dbf(("DESCR", "C", 20, 0, GOODS), ("HS_CODE", "C", 8, 0, [b"29152400", b"51011100", b"70010000"]))
CSV = b"Description of goods;HS Code;Consignee\nacetic anhydride;29152400;Acme Ltd\nwool;51011100;Zeta Ltd\n"


def read_or_refused(data: bytes, name: str) -> list[InputTables]:
    """What is read; nothing where it is refused, in words."""
    try:
        tables = read(data, name)
    except InputError as error:
        if not error.message:
            raise
        return []
    assert all(table.input.name for table in tables)
    assert tables
    return tables


def codes(tables: list[InputTables]) -> set[str]:
    return {issue["code"] for table in tables for issue in table.issues.to_pylist()}


@pytest.mark.parametrize("cut", range(len(TABLE)))
def test_a_dbf_table_that_is_cut_at_any_byte_is_refused_or_says_what_is_lost(cut):
    tables = read_or_refused(TABLE[:cut], "m.dbf")
    lines = sum(table.lines.num_rows for table in tables)
    assert not tables or lines == 3 or codes(tables), f"{lines} of 3 lines, and not a word"


@pytest.mark.parametrize("cut", range(len(CSV)))
def test_a_text_table_that_is_cut_at_any_byte_keeps_what_is_whole(cut):
    tables = read_or_refused(CSV[:cut], "m.csv")
    if CSV[:cut].count(b"\n") >= 2:
        assert tables[0].lines.column("description")[0].as_py() == "acetic anhydride"


# Cuts among other damage are those of `test_mutants`; here each format is cut all along, at every byte in a soak.
@pytest.mark.parametrize(
    ("name", "step"), [("book.xlsx", 41), ("book.ods", 11), ("book.xls", 67), ("columns.parquet", 67), ("columns.arrow", 67)]
)
def test_a_workbook_cut_at_any_byte_is_refused_or_whole(name, step):
    content = (ROOT / "sample_data" / "formats" / name).read_bytes()
    end = len(content) - 40
    for cut in (*range(8, end, 1 if SOAK else step), *range(end, len(content))):  # eight bytes tell the kind
        tables = read_or_refused(content[:cut], name)
        assert not tables or tables[0].lines.num_rows == 9, cut  # all that is lost is what fills the last sector


def test_a_cell_of_ten_megabytes_is_cut_with_an_issue():
    tables = read(CSV + b"acetone " + b"x" * 10_000_000 + b";29141100;Acme Ltd\n", "m.csv")
    assert "truncated-cell" in codes(tables)
    assert tables[0].lines.num_rows == 3
    assert tables[0].lines.column("description")[2].as_py().startswith("acetone xxx")


def test_sixteen_thousand_columns_are_read():
    width = 16_384
    head = ";".join(["Description of goods", "HS Code", *(f"c{i}" for i in range(width - 2))])
    row = ";".join(["acetone", "29141100", *("7" for _ in range(width - 2))])
    (table,) = read(f"{head}\n{row}\n".encode(), "m.csv")
    assert table.lines.column("description").to_pylist() == ["acetone"]
    assert table.raw.num_columns == width


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (b"acetic anhydride", b"acetic\0 anhydride", ["acetic anhydride", "wool"]),
        (b"wool", b"w\x01ool", ["acetic anhydride", "wool"]),
    ],
)
def test_control_characters_part_no_word(old, new, texts):
    (table,) = read(CSV.replace(old, new), "m.csv")
    assert table.lines.column("description").to_pylist() == texts


def test_bytes_that_are_no_utf8_are_read_or_told_of():
    tables = read(
        "Description of goods;HS Code\nкислота серная;28070000\n".encode() + b"acetone \xff\xfe\xfa;29141100\n", "m.csv"
    )
    texts = [text for table in tables for text in table.lines.column("description").to_pylist()]
    assert len(texts) == 2
    assert texts[1].startswith("acetone")
    assert texts[0] == "кислота серная"
    assert codes(tables) & {"undecodable-text", "mixed-encoding"}


def test_a_file_of_two_encodings_is_told_of():
    text = "Description of goods;HS Code\n" + "кислота серная;28070000\n" * 9
    tables = read(text.encode() + "ацетон;29141100\n".encode("cp1251"), "m.csv")
    assert tables[0].lines.column("description")[0].as_py() == "кислота серная"
    assert tables[0].lines.column("description")[9].as_py() == "ацетон"
    assert tables[0].input.encoding == "utf-8 (UTF-8 line by line; some lines cp1251)"
    assert "mixed-encoding" in codes(tables)


@pytest.mark.parametrize("name", ["m.xlsx", "m.pdf", "m.dbf", "m", "m.eml", "m.json", "m.zip"])
def test_a_wrong_suffix_changes_nothing(name):
    (table,) = read(CSV, name)
    assert table.lines.column("description").to_pylist() == ["acetic anhydride", "wool"]
