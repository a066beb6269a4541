"""Candidates of substances, of many lines at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from precursor_screen.core.engine import MEMORY_LIMIT, connect
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.resolve.substances import find_candidates
from precursor_screen.reference.bundle import Reference

LINES, NAMED = 60_000, 3_000


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Little memory, as if there were far more lines."""
    with connect() as connection:
        connection.execute("set memory_limit = '160MB'")
        yield connection
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")


def test_the_law_is_looked_up_for_the_goods_and_not_for_all_lines(
    connection: duckdb.DuckDBPyConnection, reference: Reference
) -> None:
    numbers = np.arange(LINES)
    texts = np.where(numbers % (LINES // NAMED) == 0, "ACETONE", "TILES").tolist()
    lines = {
        LINE_NO: numbers,
        "description": texts,
        "hs6": pa.nulls(LINES, pa.string()),
        "direction": pa.array(np.where(numbers % 2, "import", "export").tolist()),
        "as_of_date": pa.array([date(2026, 3, 1)] * LINES),
    }
    connection.register("lines", pa.table(lines))
    connection.register("matches", reference.substance_index.recognise_texts(["ACETONE", "TILES"]))
    find_candidates(connection, ["description", "hs6", "direction", "as_of_date"], reference)
    found = connection.execute("select count(*), min(substance_id), max(tier), count(threshold_kg) from candidates").fetchone()
    assert found is not None
    assert found[:3] == (NAMED, "acetone", "convention")
    assert found[3] == NAMED
