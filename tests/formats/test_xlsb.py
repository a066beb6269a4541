"""XLSB workbooks: cells, errors and comments, and files that are cut short."""

from __future__ import annotations

import io
import zipfile

import pytest

from precursor_screen.readers.registry import read
from tests.formats.binary_book import xlsb
from tests.formats.books import ROWS, xlsx
from tests.readers.outcomes import outcome


def test_a_binary_workbook_gives_the_lines_of_the_plain_one():
    (binary,), (plain,) = read(xlsb(ROWS), "m.xlsb"), read(xlsx(ROWS), "m.xlsx")
    assert binary.input.format == "XLSB"
    assert binary.lines.column("line_id").to_pylist() == plain.lines.column("line_id").to_pylist()
    assert binary.issues.num_rows == 0


def test_cells_that_hold_an_error_say_so_as_in_a_plain_workbook():
    rows = [*ROWS[:2], ("B9", "#REF!", "2915240000", 5), ("B8", "wool", "2915240000", "#DIV/0!")]
    (table,) = read(xlsb(rows), "m.xlsb")
    raw = table.raw.to_pylist()
    assert (raw[1]["description"], raw[2]["net weight"]) == ("#REF!", "#DIV/0!")
    assert table.lines.column("description").to_pylist() == ["acetic anhydride", "#REF!", "wool"]
    assert [(i["code"], i["source_row"]) for i in table.issues.to_pylist()] == [("unparsed-mass", 4)]


def test_comments_are_screened():
    (table,) = read(xlsb(ROWS, "with TOLUENE", "and ACETONE"), "m.xlsb")
    said = [text for texts in table.out_of_table_texts.column("other_texts").to_pylist() for text in texts]
    assert said == ["with TOLUENE", "and ACETONE", "goods"]  # the name of the sheet as well


@pytest.mark.parametrize("part", ["xl/_rels/workbook.bin.rels", "xl/worksheets/_rels/sheet1.bin.rels"])
def test_a_list_of_parts_that_is_not_well_formed_costs_neither_rows_nor_comments(part):
    whole = xlsb(ROWS, "with TOLUENE")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"</Relationships>", b"") if name == part else content)
    assert damaged.getvalue() != whole
    (table,), (sound,) = read(damaged.getvalue(), "m.xlsb"), read(whole, "m.xlsb")
    assert table.lines.num_rows == sound.lines.num_rows
    assert table.out_of_table_texts.column("other_texts") == sound.out_of_table_texts.column("other_texts")
    assert table.issues.num_rows == 0


def test_a_workbook_that_is_cut_short_is_refused_in_words():
    data = xlsb(ROWS)
    for cut in range(4, len(data), 97):
        assert outcome(data[:cut], "m.xlsb")
