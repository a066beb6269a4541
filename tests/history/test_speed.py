"""What would be slow at once if somebody made it grow with the square."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest

from precursor_screen.history.history import Groups
from tests.history.rows import movement, table


@pytest.mark.slow
def test_one_party_with_everything_costs_no_more_than_many():
    """Half of all movements go to one consignee, as they do at a free zone's forwarder."""
    count = 200_000
    rows = table(movement("x")).take(pa.array(np.zeros(count, np.int64)))
    parties = pa.array([f"c{n % 7_000}" if n % 2 else "forwarder" for n in range(count)])
    consignors = pa.array([f"s{n % 9_000}" for n in range(count)])
    for name, column in (("consignee_key", parties), ("consignor_key", consignors)):
        rows = rows.set_column(rows.column_names.index(name), name, column)
    began = time.process_time()
    groups = Groups(rows, [("consignee_key", "consignor_key"), ("container_numbers", "consignee_key")])
    assert groups.shared(rows).all()
    assert time.process_time() - began < 10
