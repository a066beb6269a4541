"""Text from standard input: a table where it is one, else a description a line."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read

PASTED = ReadOptions(pasted=True)


def descriptions(text: str) -> list[tuple[int, str]]:
    (tables,) = read(text.encode(), "standard input", PASTED)
    lines = tables.lines
    return list(zip(lines.column("source_row").to_pylist(), lines.column("description").to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acetone 20 drums\n", [(1, "acetone 20 drums")]),
        ("acetone 20 drums\n\n  toluene, 3 IBC; urgent\n", [(1, "acetone 20 drums"), (3, "toluene, 3 IBC; urgent")]),
        ("20 drums, acetone, grade A\n5 boxes of chairs", [(1, "20 drums, acetone, grade A"), (2, "5 boxes of chairs")]),
        ('say "acetone\nand more', [(1, 'say "acetone'), (2, "and more")]),
        ("acetone\r\ntoluene\r\n", [(1, "acetone"), (2, "toluene")]),
    ],
)
def test_every_line_that_is_not_blank_is_a_description(text, expected):
    assert descriptions(text) == expected


def test_a_table_stays_a_table():
    (tables,) = read(b"bill of lading,description of goods,hs code\nB1,ACETONE,291411\n", "standard input", PASTED)
    assert tables.input.format == "CSV"
    assert tables.lines.column("hs_code").to_pylist() == ["291411"]


def test_a_file_of_such_lines_is_set_aside_as_ever():
    (tables,) = read(b"acetone 20 drums\ntoluene\n", "notes.txt")
    assert [i["code"] for i in tables.issues.to_pylist()] == ["no-usable-column"]


def test_characters_that_are_no_text_are_said():
    (tables,) = read(b"acetone \xff\xfe drums\ntoluene\n", "standard input", ReadOptions(pasted=True, encoding="utf-8"))
    assert tables.lines.num_rows == 2
    assert [(i["code"], i["count"]) for i in tables.issues.to_pylist()] == [("undecodable-text", 2)]


def test_nothing_is_an_error():
    with pytest.raises(UnreadableManifest):
        read(b"\n \n", "standard input", PASTED)
