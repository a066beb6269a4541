"""Texts that belong to no line: which cells are taken, which are read together, and the lines that they become."""

from __future__ import annotations

import pyarrow as pa
import pytest

from precursor_screen.formats.sheet import Body, OutOfTableText
from precursor_screen.readers.input_tables import input_id, no_lines
from precursor_screen.readers.interface import Digest
from precursor_screen.readers.tabular import other_texts
from precursor_screen.readers.tabular.other_texts import out_of_table_cells, out_of_table_lines, out_of_table_raw, rows_of
from precursor_screen.readers.tabular.reader import unique_names

DIGEST = Digest("0" * 64, 1)


def taken(*cells: str, joined: bool = True) -> list[str]:
    return [a.text for a in out_of_table_cells([(1, cells)], "row", joined=joined)]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (["ether"], ["ether"]),
        (["ether", "12"], ["ether"]),  # one cell alone says something
        (["ether", "wool"], ["ether", "wool", "ether wool"]),
        (["ether", "12", "wool"], ["ether", "wool", "ether 12 wool"]),
        (["ether", "", "  ", "wool"], ["ether", "wool", "ether wool"]),
        (["12", "ab"], []),
        ([], []),
        (["word"] * 60, ["word"] * 60 + [" ".join(["word"] * 60)]),
        (["word"] * 61, ["word"] * 61),
    ],
)
def test_cells_of_a_row_are_taken_alone_and_together(cells: list[str], texts: list[str]) -> None:
    assert taken(*cells) == texts
    assert taken(*cells, joined=False) == [t for t in texts if t in cells]


def test_each_text_says_where_it_stands() -> None:
    found = out_of_table_cells([(3, ["ether", "wool"]), (None, ["silk"])], "row of totals")
    assert found == [
        OutOfTableText(3, "row of totals", "ether"),
        OutOfTableText(3, "row of totals", "wool"),
        OutOfTableText(3, "row of totals, all cells", "ether wool"),
        OutOfTableText(None, "row of totals", "silk"),
    ]


def test_of_a_long_sheet_the_first_rows_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_texts, "MOST", 2)
    body = Body(pa.table({"0": ["a", None, "c"], "1": ["x", "y", "z"]}), pa.array([5, 6, 7]))
    assert list(rows_of(body)) == [(5, ["a", "x"]), (6, ["", "y"])]


def test_texts_of_one_row_are_one_line_and_texts_of_no_row_are_lines_of_their_own() -> None:
    given = [
        OutOfTableText(3, "row", "ether"),
        OutOfTableText(3, "row, all cells", "ether wool"),
        OutOfTableText(3, "row", "ether"),
        OutOfTableText(3, "comment at C3", "silk"),
        OutOfTableText(4, "row", " NULL "),
        OutOfTableText(None, "text box", "linen"),
        OutOfTableText(None, "text box", "linen"),
    ]
    lines = out_of_table_lines(given, "m.csv", DIGEST, no_lines())
    assert lines is not None
    assert list(zip(lines.column("source_row").to_pylist(), lines.column("other_texts").to_pylist(), lines.column("other_columns").to_pylist(), strict=True)) == [
        (3, ["ether", "ether wool"], ["row", "row, all cells"]),
        (3, ["silk"], ["comment at C3"]),
        (None, ["linen"], ["text box"]),
        (None, ["linen"], ["text box"]),
    ]  # fmt: skip
    assert set(lines.column("input_id").to_pylist()) == {f"{input_id('m.csv', DIGEST)}-beside"}
    assert set(lines.column("source_file").to_pylist()) == {"m.csv"}
    assert lines.column("line_id") == lines.column("movement_key") == lines.column("shipment_id")
    assert len(set(lines.column("line_id").to_pylist())) == 4
    assert out_of_table_raw(lines).to_pylist()[0] == {"text beside the table": "row: ether | row, all cells: ether wool"}


def test_texts_that_say_nothing_are_no_lines() -> None:
    lines = out_of_table_lines([OutOfTableText(1, "row", "-")], "m", DIGEST, no_lines())
    assert lines is not None
    assert lines.num_rows == 0
    assert out_of_table_raw(lines).num_rows == 0
    assert out_of_table_lines([], "m", DIGEST, no_lines()) is None


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        (["", ""], ["column 1", "column 2"]),
        (["a", "a (2)", "a"], ["a", "a (2)", "a (3)"]),
        (["column 2", ""], ["column 2", "column 2 (2)"]),
        ([], []),
    ],
)
def test_headers_are_told_apart(names: list[str], unique: list[str]) -> None:
    assert unique_names(names) == unique
