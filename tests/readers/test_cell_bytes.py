"""What the bytes of a column tell before its cells are looked at one by one leaves nothing out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.arrow import holds
from precursor_screen.readers.cells import ends_with

CHUNKS = st.lists(st.lists(st.none() | st.text("a1.0\nд", max_size=4), max_size=6), max_size=4)
WANTED = np.isin(np.arange(256), list(b"1."))


@given(CHUNKS, st.integers(0, 3))
def test_no_cell_that_holds_a_text_is_passed_over(chunks: list[list[str | None]], start: int) -> None:
    column = pa.chunked_array(chunks, pa.string()).slice(start)
    cells = column.to_pylist()
    assert holds(column, b".0") >= any(".0" in cell for cell in cells if cell)
    assert holds(column, b"a") == any("a" in cell for cell in cells if cell)


@given(CHUNKS, st.integers(0, 3))
def test_cells_end_with_what_their_last_byte_is(chunks: list[list[str | None]], start: int) -> None:
    column = pa.chunked_array(chunks, pa.string()).slice(start)
    cells, found = column.to_pylist(), ends_with(column, WANTED)
    assert len(found) == len(cells)
    assert [end for cell, end in zip(cells, found.tolist(), strict=True) if cell] == [cell[-1] in "1." for cell in cells if cell]
