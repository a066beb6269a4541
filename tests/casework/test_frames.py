"""Frames keep exact decimals, and tell what is not known from nought."""

from decimal import Decimal

import pyarrow as pa
import pytest

from precursor_screen.casework.frames import sum_known, to_frame, to_rows

KG = pa.decimal128(18, 6)


@pytest.fixture
def frame():
    kg = [Decimal("0.1"), Decimal("0.2"), None, None, Decimal(0), Decimal("999999999999.999999"), Decimal("999999999999.999999")]
    goods = ["acetone", "acetone", "acetone", "toluene", "ephedrine", "ether", "ether"]
    return to_frame(pa.table({"goods": pa.array(goods, pa.string()), "kg": pa.array(kg, KG)}))


def test_sums_of_groups_are_exact_and_unknown_is_not_nought(frame):
    sums = sum_known(frame.groupby("goods")["kg"]).reset_index()
    assert {row["goods"]: row["kg"] for row in to_rows(sums)} == {
        "acetone": Decimal("0.3"),
        "toluene": None,
        "ephedrine": Decimal(0),
        "ether": Decimal("1999999999999.999998"),
    }


def test_rows_come_back_as_they_were(frame):
    assert to_rows(frame)[2] == {"goods": "acetone", "kg": None}
    assert to_rows(frame.iloc[:0]) == []
