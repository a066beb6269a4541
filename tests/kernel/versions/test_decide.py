"""Which bill a line is of, for many lines at once as for one."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.kernel.versions.decide import BILL, add_bills, bill_of
from tests.examples import examples

NAMES = (
    "declaration_id",
    "house_bill_of_lading",
    "bill_of_lading",
    "master_bill_of_lading",
    "bill_issuer",
    "shipment_id",
    "line_id",
)
TEXTS = st.sampled_from([None, "", "TBA", "0", "A1", "A2", "\u0661", "7"])
ROWS = st.lists(st.fixed_dictionaries({**dict.fromkeys(NAMES, TEXTS), "movement_key": st.sampled_from(["m1", "m2"])}), max_size=9)


@examples(200, 1000)
@given(ROWS, st.sets(st.sampled_from(NAMES[:-2])))
def test_bills_of_many_lines(rows: list[dict[str, str | None]], left_out: set[str]) -> None:
    schema = pa.schema([(name, pa.string()) for name in (*NAMES, "movement_key")])
    table = pa.Table.from_pylist(rows, schema=schema).drop_columns(sorted(left_out))
    stated = [{name: text for name, text in row.items() if name not in left_out} for row in rows]
    assert add_bills(table).column(BILL).to_pylist() == [bill_of(row) for row in stated]
