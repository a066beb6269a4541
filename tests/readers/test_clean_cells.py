"""Columns of text made clean in one pass, and what is said of cells that are not what they ought to be."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from precursor_screen.readers import cells, number_cells
from precursor_screen.readers.cells import (
    Distinct,
    all_match,
    clean_cell,
    clean_column,
    cut_long_cells,
    for_python,
    is_typed_null,
    join_texts,
    match_begun,
    match_cells,
    may_hold_words,
)
from precursor_screen.readers.interface import IssueList, TableIssues
from precursor_screen.readers.tabular import general_segment, headings, other_texts, rows, shorthand, sums
from precursor_screen.text.covered_languages import NOT_AVAILABLE

module_of_cells = cells


def chunked(*chunks: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(c, pa.string()) for c in chunks], pa.string())


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("tiles", "tiles"),
        ("  tiles\t", "tiles"),
        ("\u00a0tiles\u3000", "tiles"),
        ("\u2000tiles\u2000", "tiles"),
        ("tilesÀ", "tilesÀ"),
        ("\ufefftiles", "tiles"),
        ("\ufeff tiles \ufeff", "tiles"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a_x000D_\nb", "a\nb"),
        ("a\x0bb\x0cc", "a\nb\nc"),
        ("a\x1cb\x1db\x1ec", "a\nb\nb\nc"),
        ("ace\x01to\x1fne", "acetone"),
        ("a\tb", "a\tb"),
        ("A &amp; B", "A & B"),
        ("A & B", "A & B"),
        ("&lt;a&gt; &quot;b&apos;", "<a> \"b'"),
        ("", None),
        ("   ", None),
        ("&nbsp;", None),
        ("null", None),
        ("NULL", None),
        ("nulls", "nulls"),
        ("<null/>", None),
        ("<null />", None),
        ("<null  />", "<null  />"),
        ("(null)", None),
        ("\\N", None),
        ("undefined", None),
        ("none", None),
        ("nil", None),
        ("nan", None),
        ("n/a", None),
        ("n.a", None),
        ("n.a.", None),
        ("#N/A", None),
        ("NA", "NA"),
        ("---", None),
        ("___", None),
        ("...", None),
        ("???", None),
        ("''", None),
        ('""', None),
        ("-.", "-."),
        ("0", "0"),
        ("-5", "-5"),
    ],
)
def test_a_cell_is_clean_or_stands_for_nothing(text: str, clean: str | None) -> None:
    assert clean_cell(text) == clean
    for others in ([], ["12345", "wool"], ["a & b"], ["x\x01"], [None]):
        assert clean_column(chunked([*others, text])).to_pylist()[-1] == clean
        assert clean_column(chunked([text, *others])).to_pylist()[0] == clean


WRITTEN = st.one_of(
    st.none(),
    st.sampled_from(["12", "wool", "NULL", " x", "x ", "-", "é", "n/a", "", "x\u00a0", "undefined", "_x000D_", "&amp;", "9 "]),
    st.text(st.sampled_from(" ab09-&;.\n\t\r\x01\x0b\u00a0\ufeffé"), max_size=8),
)


@given(st.lists(WRITTEN, max_size=8), st.lists(WRITTEN, max_size=8), st.integers(0, 3))
def test_a_column_is_cleaned_as_its_cells_are(one: list[str | None], two: list[str | None], cut: int) -> None:
    column = chunked(one, two).slice(cut)
    expected = [None if t is None else clean_cell(t) for t in (*one, *two)][cut:]
    assert clean_column(column).to_pylist() == expected


BLANK_WORDS = (
    (rows._BLANK, cells.BLANKS),
    (rows._NOTHING, cells.NOTHINGS),
    (NOT_AVAILABLE, cells.NOTHINGS),
)
ANY_CELL = st.one_of(
    WRITTEN,
    st.sampled_from(
        [*"nu#<(-_.?'\\", "NIL ", "\u3000nan", "#N/A", "# n/a", "\u212a", "''", '""', "(null)\u00a0", "ACETONE", "\x1f", "10-"]
    ),
    st.text(max_size=5),
)


@pytest.mark.parametrize(("pattern", "beginnings"), BLANK_WORDS)
@given(st.lists(ANY_CELL, max_size=8), st.lists(ANY_CELL, max_size=8), st.integers(0, 3))
def test_what_begins_in_some_way_is_found_as_by_looking_at_all(
    pattern: str, beginnings: Any, one: list[str | None], two: list[str | None], cut: int
) -> None:
    column = chunked(one, two).slice(cut)
    found = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    assert match_begun(column, pattern, beginnings).tolist() == found.to_pylist()


@pytest.mark.parametrize(
    "pattern", [*dict.fromkeys(other_texts._OTHERS.values()), other_texts._MAY_NAME_SOMETHING, other_texts._NUMBER_OF_A_PARTY]
)
@given(ANY_CELL | st.text(st.sampled_from("Aab09 -\t\n\x0b\u00a0\u200bé烟中%=&#\\x"), max_size=14))
def test_few_cells_are_looked_at_as_many_are(pattern: str, cell: str | None) -> None:
    column = chunked([cell, "7"])
    assert (bool(cell) and for_python(pattern).search(cell or "") is not None) == bool(
        pc.match_substring_regex(column, pattern)[0].as_py()
    )


@given(st.lists(st.none() | st.sampled_from(["12", "1.5", "-3\n", "12\n", "x"]), max_size=4), st.booleans())
def test_whether_all_cells_match_of_few_and_of_many(some: list[str | None], many: bool) -> None:
    column = chunked(some * (cells.FEW if many else 1))
    expected = pc.all(pc.match_substring_regex(column, number_cells._PLAIN)).as_py() is not False
    assert all_match(column, number_cells._PLAIN) is expected


@example(["AAA1A"], ["éÄ"], 0)
@example(["12abcd"], [], 0)
@example(["zZaA3"], [], 0)
@example(["AB", "CDE"], ["ABCD"], 1)
@example(["DE", "CN"], [], 0)
@example(["ABC", "DEF"], [], 0)
@example(["AAA@", "1AAA"], ["ZzA9"], 0)
@example(["中文"], [], 0)
@given(st.lists(ANY_CELL, max_size=4), st.lists(ANY_CELL, max_size=4), st.integers(0, 2))
def test_only_columns_with_four_letters_in_a_row_hold_what_asks_for_words(
    one: list[str | None], two: list[str | None], cut: int
) -> None:
    column = chunked(one, two).slice(cut)
    filled = [[text.encode() for text in chunk.to_pylist() if text] for chunk in column.chunks]
    chunks = [b"".join(texts) for texts in filled if max(map(len, texts), default=0) >= 4]
    letters = re.compile(rb"[A-\xff]{4}")
    assert may_hold_words(column) is any(letters.search(texts) is not None for texts in chunks)
    if not may_hold_words(column):
        assert not any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for pattern in set(other_texts._OTHERS.values()))


@given(st.lists(st.none() | st.sampled_from(["a", "b", "", "é"]), max_size=6), st.lists(st.none() | st.just("b"), max_size=2))
def test_few_distinct_values_are_told_as_many_are(one: list[str | None], two: list[str | None]) -> None:
    few, many = (Distinct(chunked(*(part * times for part in (one, two)))) for times in (1, cells.FEW + 1))
    assert few.texts == list(dict.fromkeys(text for text in (*one, *two) if text is not None)) == many.texts
    upper = [text.upper() for text in few.texts]
    assert few.spread(upper, pa.string()).to_pylist() == [text and text.upper() for text in (*one, *two)]
    assert few.positions().tolist() == [few.texts.index(text) if text is not None else -1 for text in (*one, *two)]


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("NA", True),
        ("nd", True),
        ("n.d.", True),
        ("sin datos", True),
        ("sin dato", True),
        ("No Data", True),
        ("unknown", True),
        ("tbd", True),
        ("s/n", True),
        ("unknown x", False),
        ("5", False),
        ("", False),
    ],
)
def test_a_typed_cell_says_that_there_is_none(text: str, nothing: bool) -> None:
    assert is_typed_null(text) is nothing


def test_cells_are_cut_beyond_their_limit_and_only_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_CELL", 8)
    places = pa.array([11, 12, 13, 14])
    for column in (chunked([None, "x" * 8]), chunked([None, None]), chunked([])):
        issues = IssueList("m")
        assert cut_long_cells(column, "Ware", TableIssues(places, issues)) is column
        assert not issues.rows
    issues = IssueList("m")
    column = chunked(["x" * 8, "abcdefghi"], [None, "ééééé"])
    assert cut_long_cells(column, "Ware", TableIssues(places, issues)).to_pylist() == ["x" * 8, "ab", None, "éé"]
    assert [(code, row, index, count) for code, row, _, _, _, count, index in issues.rows] == [
        ("truncated-cell", 12, 1, 1),
        ("truncated-cell", 14, 3, 1),
    ]
    assert "'Ware' holds more than 8 bytes" in issues.rows[0][4]


def reported(column: pa.ChunkedArray, bad: list[tuple[int, str, str]], rows: list[int]) -> list[tuple[Any, ...]]:
    issues = IssueList("m")
    Distinct(column).report(bad, "quantity", TableIssues(pa.array(rows), issues))
    return [(code, row, value, count, index) for code, row, _, value, _, count, index in issues.rows]


def test_a_bad_value_is_said_once_with_its_first_row_in_the_order_of_the_rows() -> None:
    column = chunked([None, "b", "a"], ["b", None, "c"])
    texts = Distinct(column).texts
    assert texts == ["b", "a", "c"]
    said = reported(column, [(2, "one", "x"), (0, "two", "x")], [7, 8, 9, 10, 11, 12])
    assert said == [("two", 8, "b", 2, 1), ("one", 12, "c", 1, 5)]
    assert reported(column, [], [7, 8, 9, 10, 11, 12]) == []


def test_beyond_so_many_examples_bad_values_are_summed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MAX_EXAMPLES", 2)
    column = chunked(["a", "b", "c", "d", "c", "e"])
    bad = [(0, "one", "x"), (1, "one", "x"), (2, "one", "x"), (3, "two", "x"), (4, "one", "x")]
    rows = [1, 2, 3, 4, 5, 6]
    assert reported(column, bad[:2], rows) == [("one", 1, "a", 1, 0), ("one", 2, "b", 1, 1)]
    assert reported(column, bad, rows) == [
        ("one", 1, "a", 1, 0),
        ("one", 2, "b", 1, 1),
        ("one", 3, None, 3, 2),
        ("two", 4, None, 1, 3),
    ]
    long = chunked(["y" * 301])
    assert reported(long, [(0, "one", "x")], [1]) == [("one", 1, "y" * 300, 1, 0)]


def test_parsed_values_go_back_where_their_texts_stand() -> None:
    for column in (chunked(["b", None], ["a", "b"]), chunked(["b", None, "a", "b"])):
        distinct = Distinct(column)
        assert distinct.rows == 4
        assert distinct.positions().tolist() == [0, -1, 1, 0]
        assert distinct.spread([10, None], pa.int64()).to_pylist() == [10, None, None, 10]
        assert distinct.spread(["x", None], pa.string()).to_pylist() == ["x", None, None, "x"]
    assert np.array_equal(Distinct(chunked([None, None])).positions(), [-1, -1])


@pytest.mark.parametrize(
    ("columns", "joined"),
    [
        ([["a", None, None]], ["a", None, None]),
        ([["a", None, None], ["b", "c", None]], ["a+b", "c", None]),
        ([["a", None, "d"], [None, None, "e"], ["b", "c", None]], ["a+b", "c", "d+e"]),
    ],
)
def test_texts_are_joined_without_what_is_not_there(columns: list[list[str | None]], joined: list[str | None]) -> None:
    assert join_texts([chunked(c) for c in columns], "+").to_pylist() == joined


@pytest.mark.parametrize(
    "pattern",
    [
        *(sums.total_pattern(), sums.footer_pattern(), sums._calls_itself_sum(), shorthand._ditto(), shorthand._NOTHING, rows._WORDS, rows._DATUM),
        *(rows._AMOUNT, rows._WORDLESS, rows._BLANK, headings._BEGUN, headings._CODE, general_segment.CONTAINER),
    ],
    ids=lambda pattern: pattern[:20],
)  # fmt: skip
@given(
    st.lists(
        ANY_CELL.filter(lambda cell: max(cell or "a") <= "\uffff")  # beyond it are figures that Python takes for letters
        | st.text(st.sampled_from('TotalSum½¹Ⅷ 12.,/:-\t\n\x0b\u00a0\u3000合計總Итого"〃idem(同上)ABCU123456%'), max_size=16),
        max_size=4,
    )
)
def test_a_short_column_is_matched_as_a_long_one(pattern: str, cells: list[str | None]) -> None:
    column = chunked(cells, [])
    with pytest.MonkeyPatch.context() as patch:
        short = match_cells(column, pattern, null=True).tolist()
        patch.setattr(module_of_cells, "SHORT", -1)
        assert match_cells(column, pattern, null=True).tolist() == short
