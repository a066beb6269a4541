"""Which lines bear the numbers of a cargo: the filter over columns against reading them one by one."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel.same_cargo import BILLS, CONTAINERS, CargoNumbers, ids_that_bear

NUMBERS = st.sampled_from(["A1", "B2", "C3", "D4"])
LINE = st.fixed_dictionaries({**dict.fromkeys(BILLS, st.none() | NUMBERS), CONTAINERS: st.none() | st.lists(NUMBERS, max_size=3)})
SCHEMA = pa.schema([("line_id", pa.string()), *((name, pa.string()) for name in BILLS), (CONTAINERS, pa.list_(pa.string()))])


@given(
    st.lists(LINE, max_size=8),
    st.integers(0, 8),
    st.sets(NUMBERS),
    st.sets(NUMBERS),
    st.sets(st.sampled_from((*BILLS, CONTAINERS))),
)
def test_the_lines_that_bear_a_number_are_those_found_one_by_one(rows, cut, bills, containers, lacking):
    rows = [{**row, "line_id": str(n)} for n, row in enumerate(rows)]
    table = pa.concat_tables([pa.Table.from_pylist(some, schema=SCHEMA) for some in (rows[:cut], rows[cut:])]).drop_columns(
        list(lacking)
    )
    numbers = CargoNumbers(*(pa.array(sorted(some), pa.string()) for some in (bills, containers)))
    expected = [
        row["line_id"]
        for row in rows
        if any(row[name] in bills for name in BILLS if name not in lacking)
        or (CONTAINERS not in lacking and containers.intersection(row[CONTAINERS] or ()))
    ]
    assert ids_that_bear(table, numbers).to_pylist() == expected
