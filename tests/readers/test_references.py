"""Cells that stand for no reference are none: they make no shipment of lines that share nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest

from precursor_screen.readers.code_cells import REFERENCES, without_fillers
from precursor_screen.readers.registry import read

FILLERS = (
    "NA", "N/A", "n.a.", "N.A", "0", "00000", "0.0", "-", "--", ".", "TBA", "T.B.A.", "TBC", "TBD", "NIL", "None", "NULL", "unknown",
    "To be advised", "not available", "NO NUMBER", "S/N", "s/n", "sin numero", "SIN DATO", "no aplica", "NÉANT", "б/н", "нет", "无",
    "YOK", "(none)", "[N/A]", "XXX", "999999", "same", "PENDING", "N\\A", "'-",
)  # fmt: skip
REAL = (
    "NA12",
    "N1",
    "A0",
    "7",
    "12.0",
    "TBA-1",
    "B/L 77",
    "99999",
    "NILU1234567",
    "9",
    "SN77",
    "MAEU123",
    "无锡77",
    "X1",
    "NONESUCH",
    "001",
)


@pytest.mark.parametrize("cell", FILLERS)
def test_a_filler_is_no_reference(cell):
    assert without_fillers(pa.chunked_array([[cell]], pa.string()), "bill_of_lading").to_pylist() == [None]


@pytest.mark.parametrize("cell", REAL)
def test_a_number_is_one(cell):
    assert without_fillers(pa.chunked_array([[cell]], pa.string()), "bill_of_lading").to_pylist() == [cell]


@pytest.mark.parametrize(
    ("cell", "kept"), [("LCL", False), ("Break bulk", False), ("carga suelta", False), ("LCLU1234567", True)]
)
def test_a_column_of_containers_may_say_that_there_is_none(cell, kept):
    column = pa.chunked_array([[cell]], pa.string())
    assert without_fillers(column, "container_numbers").to_pylist() == ([cell] if kept else [None])
    assert without_fillers(column, "bill_of_lading").to_pylist() == [cell]


def test_other_columns_keep_their_words():
    column = pa.chunked_array([["NA", "none", "0"]], pa.string())
    assert without_fillers(column, "country_of_origin") is column
    assert "country_of_origin" not in REFERENCES


@pytest.mark.parametrize("filler", ["NA", "N/A", "TBA", "0", "-", "NIL"])
def test_lines_that_share_only_a_filler_are_apart(filler):
    data = f"Bill of Lading,Declaration No,Container No,Item No,Description,Country of Origin\n{filler},{filler},{filler},{filler},wool,NA\n{filler},{filler},{filler},{filler},tin,NA\n"
    (table,) = read(data.encode(), "m")
    lines = table.lines.to_pylist()
    assert len({line["shipment_id"] for line in lines}) == len({line["movement_key"] for line in lines}) == 2
    assert {line["country_of_origin"] for line in lines} == {"NA"}
    assert {line[name] for line in lines for name in ("bill_of_lading", "declaration_id", "item_number")} == {None}
    assert {line.get("container_numbers") for line in lines} == {None}
    assert table.raw.column("Bill of Lading").to_pylist() == [filler, filler]
    assert table.issues.num_rows == 0


def test_a_long_cell_is_looked_at_in_no_time():
    column = pa.chunked_array([["- " * 200_000 + "y", "n" * 400_000]], pa.string())
    assert without_fillers(column, "bill_of_lading").null_count == 0  # a pattern that goes back would take hours


def test_few_cells_are_judged_like_many():
    cells = ["NA", "0", "X", "999999", "B/N", "SGS9", "A1", "LCL", "C 9", "2", None, "-"]
    few = pa.chunked_array([cells], pa.string())
    many = pa.chunked_array([cells * 20], pa.string())
    for field in ("container_numbers", "bill_of_lading"):
        assert without_fillers(few, field).to_pylist() * 20 == without_fillers(many, field).to_pylist()
    assert without_fillers(few, "bill_of_lading").to_pylist().count(None) == 7
