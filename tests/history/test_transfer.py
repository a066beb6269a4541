"""Values go into the database and come back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from precursor_screen.core.schema import DECIMAL
from precursor_screen.history.database import connected, create_database, parse_url
from precursor_screen.history.transfer import STEP, fetch, fetch_texts, stage
from tests.examples import examples

KINDS = pa.schema([("t", pa.string()), ("n", DECIMAL), ("d", pa.date32()), ("l", pa.list_(pa.string())), ("i", pa.int64())])
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
ROW = st.fixed_dictionaries(
    {
        "t": st.none() | TEXT,
        "n": st.none() | st.decimals(Decimal(-(10**11)), Decimal(10**11), places=6, allow_nan=False),
        "d": st.none() | st.dates(date.min, date.max),
        "l": st.none() | st.lists(st.none() | TEXT, max_size=3),
        "i": st.none() | st.integers(-(2**63), 2**63 - 1),
    }
)


@examples(15, 60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=5))
def test_round_trip(url, rows):
    table = pa.Table.from_pylist([{**row, "no": n} for n, row in enumerate(rows)], schema=pa.schema([("no", pa.int64()), *KINDS]))
    engine = create_database(parse_url(url), 1)
    with connected(engine) as connection:
        stage(connection, "kept", table, ["no"])
        assert fetch(connection, "select no, t, n, d, l, i from kept order by no", table.schema).equals(table)


def test_more_rows_than_fit_at_once(url):
    count = 2 * STEP + 1
    engine = create_database(parse_url(url), 1)
    with connected(engine) as connection:
        stage(connection, "kept", pa.table({"no": pa.array(range(count), pa.int64())}), ["no"])
        found = fetch_texts(connection, "select cast(k.no as text) from kept k where k.no >= 5 order by k.no")
        assert (len(found), found[0], found[-1]) == (count - 5, "5", str(count - 1))
