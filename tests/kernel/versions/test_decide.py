"""Which bill a line is of, for many lines at once as for one; and that nothing is decided of the rows that are left out beforehand."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.versions import BILL, add_bills, decide
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


def bill_of(row: dict[str, str | None]) -> str:
    """The bill of one line: the declaration, else the bill with its issuer, else the shipment, else the line's own key."""
    issuer = row.get("bill_issuer") or ""
    stated = [("d", row.get("declaration_id"), "")]
    stated += [("b", row.get(n), issuer) for n in ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading")]
    shipment = row.get("shipment_id")
    parts = next((part for part in stated if part[1] and re.search("[1-9]", part[1])), ("k", row["movement_key"], ""))
    if parts[0] == "k" and shipment and shipment not in (row.get("line_id"), *(number for _, number, _ in stated)):
        parts = ("s", shipment, "")
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:32]


@examples(200, 1000)
@given(ROWS, st.sets(st.sampled_from(NAMES[:-2])))
def test_bills_of_many_lines(rows: list[dict[str, str | None]], left_out: set[str]) -> None:
    schema = pa.schema([(name, pa.string()) for name in (*NAMES, "movement_key")])
    table = pa.Table.from_pylist(rows, schema=schema).drop_columns(sorted(left_out))
    stated = [{name: text for name, text in row.items() if name not in left_out} for row in rows]
    assert add_bills(table).column(BILL).to_pylist() == [bill_of(row) for row in stated]


def few(*values: object) -> st.SearchStrategy[object]:
    """Mostly the first."""
    return st.sampled_from([*[values[0]] * 4, *values[1:]])


STATED = st.fixed_dictionaries(
    {
        "line_id": st.sampled_from(["l1", "l2", "l3", "l4", "l5", "l6"]),
        "movement_key": st.sampled_from(["k1", "k2", "k3", "k4", "k5"]),
        "shipment_id": st.sampled_from(["s1", "s2", "s3", None]),
        BILL: st.sampled_from(["b1", "b2", "b3"]),
        "message_function": few(None, "original", "replacement", "cancellation"),
        "version": few(None, "", "1", "2"),
        "as_of_date": few(date(2026, 3, 1), date(2026, 3, 2)),
        "description": st.sampled_from(["acetone", "toluene", None]),
        "substance_id": st.sampled_from(["acetone", "toluene", None]),
        "substance_mass_kg": few(10, 20, None),
        "mass_basis": st.sampled_from(["gross", "gross", "net", None]),
        "packages": few(4, 5),
        "container_numbers": few(None, ["C"]),
    }
)


@examples(300, 5000)
@given(st.lists(STATED, max_size=9))
def test_what_is_left_out_beforehand_changes_nothing(rows):
    table = pa.Table.from_pylist(rows, schema=MOVEMENT.append(pa.field(BILL, pa.string())))
    found = decide(table)
    with patch("precursor_screen.kernel.versions._undecided", lambda rows: np.ones(rows.num_rows, bool)):
        assert found == decide(table)


def test_a_shipment_is_looked_at_whole():
    """Two lines are doubted, for they are of two days; that the third, of another bill, states a net mass tells that none is the bill's."""
    rows = [
        {"line_id": f"l{n}", "movement_key": f"k{n}", "shipment_id": "s", "description": f"goods {n}", "substance_mass_kg": 10}
        | {"substance_id": "acetone", "as_of_date": date(2026, 3, day), BILL: bill, "mass_basis": basis}
        for n, (day, bill, basis) in enumerate([(1, "b1", "gross"), (2, "b1", "gross"), (1, "b2", "net")])
    ]
    schema = MOVEMENT.append(pa.field(BILL, pa.string()))
    assert not decide(pa.Table.from_pylist(rows, schema=schema)).uncounted
    assert decide(pa.Table.from_pylist(rows[:2], schema=schema)).uncounted == {1}
    gross = [{**row, "as_of_date": date(2026, 3, 1), "mass_basis": "gross"} for row in rows]
    assert decide(pa.Table.from_pylist(gross, schema=schema)).uncounted == {1, 2}


def test_of_lines_that_stand_by_themselves_nothing_is_decided():
    rows = [{"line_id": f"l{n}", "movement_key": f"k{n}", "shipment_id": "s", BILL: "b", "mass_basis": "net"} for n in range(3)]
    table = pa.Table.from_pylist(rows, schema=MOVEMENT.append(pa.field(BILL, pa.string())))
    with patch("precursor_screen.kernel.versions.connect", side_effect=AssertionError):
        decide(table)
