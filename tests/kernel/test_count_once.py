"""What several papers state of one cargo counts once: bill and declaration, invoice and packing list; and nothing else is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.movements import count_once

BILL, DECLARATION, REFERENCE = "bill_of_lading", "declaration_id", "shipment_id"


def rows(*some: dict[str, Any]) -> pa.Table:
    plain = {"substance_id": "acetone", "as_of_date": date(2026, 3, 1), "sender_key": "acme", "receiver_key": "zenith"}
    made = []
    for number, row in enumerate(some):
        kg = Decimal(row.pop("kg", 1600))
        masses = dict.fromkeys(("substance_mass_kg", "content_mass_kg", "goods_mass_kg"), kg)
        made.append({**plain, "movement_key": f"m{number}", "line_id": f"l{number}", **masses, **row})
    return pa.Table.from_pylist(made, schema=MOVEMENT)


def masses(table: pa.Table) -> list[int]:
    counted = count_once(table)
    assert counted.column("content_mass_kg").equals(counted.column("substance_mass_kg"))
    assert counted.column("goods_mass_kg").equals(counted.column("substance_mass_kg"))
    return [int(kg) for kg in counted.column("substance_mass_kg").to_pylist()]


def test_a_declaration_goes_before_the_bill_that_it_names():
    assert masses(rows({BILL: "BL77001", "source_file": "a"}, {DECLARATION: "D1", BILL: "BL77001", "source_file": "b"})) == [
        0,
        1600,
    ]


def test_invoice_and_packing_list_of_one_number_count_once_also_where_one_states_parts():
    whole = {REFERENCE: "AX-2093", "source_file": "invoice"}
    parts = ({REFERENCE: "AX-2093", "source_file": "list", "kg": kg} for kg in (1000, 600))
    assert masses(rows(whole, *parts)) == [1600, 0, 0]


@pytest.mark.parametrize(
    "other",
    [
        {REFERENCE: "AX-2094"},  # another number
        {"kg": 1500},  # another mass
        {"substance_id": "toluene"},
        {"sender_key": "b", "receiver_key": "c"},  # other parties
        {"as_of_date": date(2026, 3, 9)},  # a week later, under what may be the number of a contract
        {"source_file": "invoice"},  # two lines of one paper
    ],
)
def test_what_differs_counts(other):
    one = {REFERENCE: "AX-2093", "source_file": "invoice"}
    kg = other.get("kg", 1600)
    assert masses(rows({**one}, {**one, "source_file": "list", **other})) == [1600, kg]


def test_a_short_number_is_none_of_a_consignment():
    assert masses(rows(*({REFERENCE: "001", "source_file": file} for file in "ab"))) == [1600, 1600]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(("NUM-1", "NUM-2")), st.sampled_from((5, 7))), max_size=6),
    st.randoms(),
)
def test_the_order_of_rows_does_not_count_and_one_file_keeps_all_of_it(some, random):
    given_rows = [
        {REFERENCE: number, "source_file": file, "kg": kg, "line_id": f"l{n}"} for n, (file, number, kg) in enumerate(some)
    ]
    shuffled = random.sample(given_rows, len(given_rows))
    one, other = (
        count_once(rows(*map(dict, r))).select(["line_id", "substance_mass_kg"]).sort_by("line_id")
        for r in (given_rows, shuffled)
    )
    assert one.equals(other)
    for number in ("NUM-1", "NUM-2"):
        of = {f: sum(kg for file, n, kg in some if (file, n) == (f, number)) for f in "ab"}
        kept = sum(int(row["substance_mass_kg"]) for row, (_, n, _) in zip(one.to_pylist(), some, strict=True) if n == number)
        assert kept == (of["a"] if of["a"] == of["b"] else of["a"] + of["b"])
