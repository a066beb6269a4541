"""A user's map: what each key may say, where a fault stands, and which headers it may name."""

from __future__ import annotations

import itertools
import time

import pytest

from precursor_screen.core.errors import ErrorGroup, MappingError
from precursor_screen.readers.column_map import ColumnMap, parse_column_map, unknown_headers

COLUMNS = "columns: {A: description}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COLUMNS, ColumnMap({"A": "description"}, name="m.yaml")),
        (COLUMNS + "date_order: dmy\ndecimal: ','\nheader_row: 0", ColumnMap({"A": "description"}, "dmy", ",", 0, "m.yaml")),
        (COLUMNS + "date_order: ymd\ndecimal: .\nheader_row: 3", ColumnMap({"A": "description"}, "ymd", ".", 3, "m.yaml")),
        (
            "columns: {1: description, B:, C: ignore}",
            ColumnMap({"1": "description", "B": "ignore", "C": "ignore"}, name="m.yaml"),
        ),
        (COLUMNS + "date_order:\ndecimal: ''\nheader_row:", ColumnMap({"A": "description"}, name="m.yaml")),
    ],
)
def test_a_map_says_what_it_says(text, expected):
    assert parse_column_map(text, "m.yaml") == expected


@pytest.mark.parametrize(
    ("text", "message", "remedy", "line"),
    [
        (
            "columns: [",
            "is not valid YAML: expected the node content, but found '<stream end>'",
            "Check the indentation and quotes on that line.",
            1,
        ),
        (
            "a: b\nc: d: e\n",
            "is not valid YAML: mapping values are not allowed here",
            "Check the indentation and quotes on that line.",
            2,
        ),
        (
            "columns: {A: &a x, B: *a}",
            "uses a YAML alias (*)",
            "Write that part out in full, or put it in quotes if it is text.",
            1,
        ),
        ("columns: {A: 2026-99-99}", "cannot be read: month must be in 1..12", "Put it in quotes if it is text.", 1),
        ("columns: {A: description, A: hs_code}", "gives 'A' twice", "Keep one of them.", 1),
        (
            "",
            "is not a column map: lines of `key: value` are expected",
            "Write it as `precursor-screen mapping list FILE --yaml` does: `columns:`, and below it a line `HEADER: FIELD` for each column.",
            1,
        ),
        (
            "columns:",
            "has no columns",
            "Write it as `precursor-screen mapping list FILE --yaml` does: `columns:`, and below it a line `HEADER: FIELD` for each column.",
            1,
        ),
        (COLUMNS + "date_order: ydm", "date_order 'ydm' is not known", "Did you mean 'ymd'?", 2),
        (COLUMNS + "date_order: american", "date_order 'american' is not known", "Write dmy, mdy or ymd.", 2),
        (COLUMNS + "decimal: ;", "decimal ';' is not known", 'Write "," or ".".', 2),
        (COLUMNS + "header_row: -1", "header_row -1 is not a row", "Write a number from 0.", 2),
        (COLUMNS + "header_row: true", "header_row True is not a row", "Write a number from 0.", 2),
        (COLUMNS + "header_row: x", "header_row 'x' is not a row", "Write a number from 0.", 2),
        (COLUMNS + "decimla: .", "unknown key 'decimla'", "Did you mean 'decimal'?", 2),
        ("columns: {A: zzz}", "column 'A': 'zzz' is not a field", "`mapping list` shows the fields.", 1),
        ("columns: {A: descripton}", "column 'A': 'descripton' is not a field", "Did you mean 'description'?", 1),
    ],
)
def test_a_fault_is_told_with_its_place_and_a_way_out(text, message, remedy, line):
    with pytest.raises(MappingError) as caught:
        parse_column_map(text, "m.yaml")
    told = caught.value
    assert (told.message, told.remedy) == (message, remedy)
    assert told.where.file.startswith(f"m.yaml:{line}:")


def test_a_map_that_would_never_end_is_refused_at_once():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in itertools.pairwise("abcdefghi")]
    for text in ("\n".join([*lines, "columns: {X: *i}"]), "columns: " + "[" * 100_000, "columns: " + "{a: " * 900):
        begin = time.process_time()
        with pytest.raises(MappingError) as caught:
            parse_column_map(text, "m.yaml")
        assert time.process_time() - begin < 10  # it would take hours
        assert len(str(caught.value)) < 400
    with pytest.raises(MappingError, match="larger than"):
        parse_column_map("columns: {A: description}\n" + "#" * 1_000_000, "m.yaml")


def test_what_is_not_text_is_refused_with_its_place():
    with pytest.raises(MappingError, match="save the file as plain UTF-8 text"):
        parse_column_map("columns: \x01", "m.yaml")


def test_two_faults_are_told_together():
    with pytest.raises(ErrorGroup) as caught:
        parse_column_map("columns: {A: zzz}\ndecimal: ;", "m.yaml")
    assert [e.message for e in caught.value.errors] == ["column 'A': 'zzz' is not a field", "decimal ';' is not known"]


@pytest.mark.parametrize(
    ("named", "wrong"),
    [
        (["Ware", "Code"], []),
        ([" Ware "], []),
        (["1", "2"], []),
        (["0"], ["0"]),
        (["3"], ["3"]),
        (["Waren", "4711"], ["Waren", "4711"]),
    ],
)
def test_headers_that_are_not_there_are_named(named, wrong):
    column_map = ColumnMap(dict.fromkeys(named, "description"), name="m.yaml")
    errors = unknown_headers(column_map, ("Ware ", "Code"), "goods.csv")
    assert [e.message for e in errors] == [
        f"the column map m.yaml names the column {w!r}, which the table does not have" for w in wrong
    ]
    assert all(e.where and e.where.file == "goods.csv" for e in errors)


def test_where_no_header_is_near_all_are_listed():
    (error,) = unknown_headers(ColumnMap({"4711": "description"}), ("Ware", " ", "Code"), "goods.csv")
    assert error.remedy == "The columns are: Ware, Code"
