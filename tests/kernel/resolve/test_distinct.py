"""Groups of rows that are alike, against a dictionary of the rows themselves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel.resolve.distinct import all_rows, begin_rows, number_alike, rows_of
from tests.examples import examples

CELLS = st.tuples(st.sampled_from([None, "", "a", "b"]), st.sampled_from([None, 0, 1, 7]), st.sampled_from([None, "b", "c"]))


@examples(150, 2000)
@given(st.lists(CELLS, max_size=12), st.integers(0, 12), st.integers(1, 3))
def test_rows_that_are_equal_in_all_columns_have_one_number(rows, cut, wide):
    values = list(zip(*rows, strict=True)) or [(), (), ()]
    kinds = (pa.string(), pa.int64(), pa.string())
    columns = [pa.chunked_array([v[:cut], v[cut:]], kind) for v, kind in zip(values[:wide], kinds, strict=False)]
    known: dict[tuple[object, ...], int] = {}
    expected = [known.setdefault(row[:wide], len(known)) for row in rows]
    numbers = number_alike(*columns)
    assert numbers.tolist() == expected
    assert begin_rows(numbers).tolist() == [expected.index(n) for n in range(len(known))]


TEXTS = st.lists(st.sampled_from([None, "", "a", "b", "c"]), max_size=8)


@examples(150, 2000)
@given(TEXTS, TEXTS, st.integers(0, 8), st.integers(0, 8))
def test_the_first_row_that_holds_each_value(values, column, cut, other):
    few, all_ = (pa.chunked_array([v[:c], v[c:]], pa.string()) for v, c in ((values, cut), (column, other)))
    assert rows_of(few, all_).to_pylist() == [column.index(v) if v in column else None for v in values]


@examples(60, 600)
@given(st.lists(st.lists(st.integers(0, 12), max_size=6), max_size=4))
def test_rows_of_some_lists_stand_once_and_ascend(lists):
    found = all_rows(np.array(rows, np.int64) for rows in lists)
    assert found.tolist() == sorted({row for rows in lists for row in rows})
