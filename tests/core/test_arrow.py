"""Rows of tables in many pieces are those that `take` gives, in whatever order and however often; packed tables come back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.arrow import pack_table, take_rows, unpack_table
from tests.examples import examples


@examples(100, 1000)
@given(st.data())
def test_rows_are_those_of_take(data):
    sizes = data.draw(st.lists(st.integers(0, 4), max_size=4))
    texts = [[f"{n}.{m}" if (n + m) % 3 else None for m in range(size)] for n, size in enumerate(sizes)]
    table = pa.table({"text": pa.chunked_array(texts, pa.string()), "n": range(sum(sizes))})
    wanted = st.lists(st.integers(0, sum(sizes) - 1), max_size=8) if sum(sizes) else st.just([])
    rows = np.array(data.draw(wanted), dtype=np.int64)
    assert take_rows(table, rows).equals(table.take(pa.array(rows)))


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_a_packed_table_comes_back_whole_or_with_the_columns_that_are_wanted(compression):
    table = pa.table({"a": ["x"] * 1000, "b": range(1000), "c": [None, "y"] * 500}).slice(7, 500)
    packed = pack_table(table, compression)
    assert unpack_table(packed).equals(table)
    assert unpack_table(packed, ["c", "a", "none such"]).equals(table.select(["a", "c"]))
    assert (len(packed) < len(pack_table(table))) == (compression is not None)
