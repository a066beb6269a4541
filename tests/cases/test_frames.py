"""Frames keep exact decimals, and tell what is not known from nought."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from precursor_screen.cases.frames import group, or_nought, row, sum_known, to_column, to_frame, to_rows, to_tuples, values

KG = pa.decimal128(18, 6)


@pytest.fixture
def frame():
    kg = [Decimal("0.1"), Decimal("0.2"), None, None, Decimal(0), Decimal("999999999999.999999"), Decimal("999999999999.999999")]
    goods = ["acetone", "acetone", "acetone", "toluene", "ephedrine", "ether", "ether"]
    return to_frame(pa.table({"goods": pa.array(goods, pa.string()), "kg": pa.array(kg, KG)}))


def test_sums_of_groups_are_exact_and_unknown_is_not_nought(frame):
    sums = frame.groupby("goods").agg(kg=("kg", sum_known)).reset_index()
    assert {row["goods"]: row["kg"] for row in to_rows(sums)} == {
        "acetone": Decimal("0.3"),
        "toluene": None,
        "ephedrine": Decimal(0),
        "ether": Decimal("1999999999999.999998"),
    }


def test_rows_come_back_as_they_were(frame):
    assert to_rows(frame)[2] == {"goods": "acetone", "kg": None}
    assert to_rows(frame.iloc[:0]) == []


def test_rows_are_named_tuples_of_plain_values(frame):
    first, *_, last = to_tuples(frame.assign(told=[("x",)] * 7))
    assert first == ("acetone", Decimal("0.1"), ("x",)) == row(goods="acetone", kg=Decimal("0.1"), told=("x",))
    assert (first.goods, last.kg, to_tuples(frame)[2].kg) == ("acetone", Decimal("999999999999.999999"), None)
    assert to_tuples(frame.iloc[:0]) == ()


def test_a_column_of_values_comes_back_as_it_was(frame):
    assert values(to_column([date(2026, 3, 1), None], pa.date32())) == [date(2026, 3, 1), None]
    assert values(frame["kg"])[2:5] == [None, None, Decimal(0)]
    assert values(frame.assign(told=[pd.NA] * 7)["told"]) == [None] * 7


def test_groups_are_in_the_order_of_their_keys_and_exact(frame):
    wanted = {"kg": ("kg", "sum"), "known": ("kg", "count"), "rows": ("goods", "count"), "masses": ("kg", "distinct")}
    found = group(frame, ["goods"], **wanted)
    assert list(found.columns) == ["goods", "kg", "known", "rows", "masses"]
    assert values(found["goods"]) == ["acetone", "ephedrine", "ether", "toluene"]
    assert values(found["kg"]) == [Decimal("0.3"), Decimal(0), Decimal("1999999999999.999998"), None]
    assert or_nought(found["kg"])[3] == Decimal(0)
    assert (values(found["known"]), values(found["rows"])) == ([2, 1, 2, 0], [3, 1, 2, 1])
    assert len(values(found["masses"])[2]) == 1


def test_a_key_that_is_not_known_is_a_group_and_the_order_of_rows_does_not_matter():
    kinds = {"a": pa.string(), "b": pa.int64()}
    rows = [{"a": "y", "b": 1}, {"a": None, "b": 2}, {"a": "x", "b": 3}, {"a": None, "b": 4}]
    there, back = (to_frame(pa.Table.from_pylist(some, schema=pa.schema(kinds.items()))) for some in (rows, rows[::-1]))
    assert to_tuples(group(there, ["a"], b=("b", "sum"))) == (("x", 3), ("y", 1), (None, 6))
    assert to_tuples(group(back, ["a"], b=("b", "sum"))) == to_tuples(group(there, ["a"], b=("b", "sum")))
    assert to_tuples(group(there.iloc[:0], ["a"], b=("b", "sum"))) == ()
