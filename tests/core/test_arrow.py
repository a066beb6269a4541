"""Rows of tables in many pieces are those that `take` gives, in whatever order and however often."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.arrow import take_rows
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
