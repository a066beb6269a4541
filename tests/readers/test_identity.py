from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.readers import identity
from precursor_screen.readers.identity import add_identity, hash_texts, ordinals_of


def identified(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(n for r in rows for n in r))
    columns = {}
    for name in names:
        kind = pa.list_(pa.string()) if name == "container_numbers" else pa.string()
        columns[name] = pa.chunked_array([pa.array([r.get(name) for r in rows], kind)])
    return add_identity(pa.table(columns)).to_pylist()


GOODS = {"description": "acetone", "hs_code": "29141100"}


def test_a_null_and_a_missing_column_are_the_same() -> None:
    (bare,) = identified(GOODS)
    (with_null,) = identified({**GOODS, "vessel": None, "consignee_name": None})
    assert bare["line_id"] == with_null["line_id"]


def test_a_value_in_another_column_is_another_line() -> None:
    one, two = identified({**GOODS, "consignor_name": "A"}, {**GOODS, "consignee_name": "A"})
    assert one["line_id"] != two["line_id"]


def test_values_do_not_run_into_each_other() -> None:
    one, two = identified({"consignor_name": "AB", "consignor_address": "C"}, {"consignor_name": "A", "consignor_address": "BC"})
    assert one["line_id"] != two["line_id"]


def test_equal_lines_of_one_input_differ_by_their_ordinal() -> None:
    rows = identified(GOODS, {"description": "x"}, GOODS, GOODS)
    assert len({r["line_id"] for r in rows}) == 4
    again = identified({"description": "x"}, GOODS, GOODS)
    assert [again[1]["line_id"], again[2]["line_id"]] == [rows[0]["line_id"], rows[2]["line_id"]]


def test_ids_are_stable() -> None:
    (row,) = identified(GOODS)
    assert row["line_id"] == row["movement_key"] == row["shipment_id"] == "5dbf69d71e338e8c8b5ee8c1a67e180c"


@pytest.mark.parametrize(
    ("filed", "shipment"),
    [
        ({"stated_shipment_id": "S", "house_bill_of_lading": "H", "bill_of_lading": "B", "declaration_id": "D"}, "S"),
        ({"house_bill_of_lading": "H", "bill_of_lading": "B", "declaration_id": "D"}, "H"),
        ({"bill_of_lading": "B", "declaration_id": "D"}, "B"),
        ({"declaration_id": "D", "bill_of_lading": None}, "D"),
    ],
)
def test_the_shipment_is_as_stated_else_the_nearest_reference(filed: dict[str, str], shipment: str) -> None:
    (row,) = identified({**GOODS, **filed})
    assert row["shipment_id"] == shipment


def keys(*rows: dict[str, Any]) -> list[str]:
    return [r["movement_key"] for r in identified(*rows)]


def test_an_amended_line_keeps_its_movement() -> None:
    bill = {**GOODS, "bill_of_lading": "B", "item_number": "1", "container_numbers": ["C"]}
    (before,) = keys({**bill, "consignee_name": "A"})
    (after,) = keys({**bill, "consignee_name": "B", "description": "other"})
    assert before == after


@pytest.mark.parametrize(
    "change",
    [
        {"bill_of_lading": "B2"},
        {"item_number": "2"},
        {"container_numbers": ["C2"]},
        {"bill_issuer": "XYZU"},
        {"declaration_id": "D"},
    ],
)
def test_what_identifies_the_cargo_makes_another_movement(change: dict[str, Any]) -> None:
    bill = {**GOODS, "bill_of_lading": "B", "item_number": "1", "container_numbers": ["C"]}
    one, two = keys(bill, {**bill, **change})
    assert one != two


def test_without_an_item_number_an_item_is_what_its_line_states() -> None:
    bill = {"bill_of_lading": "B", "hs_code": "29141100"}
    rows = [
        {**bill, "description": "Acetone, pure"},
        {**bill, "description": "ACETONE - PURE"},
        {**bill, "description": "Toluene"},
    ]
    found = keys(*rows)
    assert len(set(found)) == 3
    assert keys(*reversed(rows)) == found[::-1]  # whatever their order, and whatever stands beside them
    assert [keys(row)[0] for row in rows] == found


def test_a_later_version_that_says_the_same_is_another_line() -> None:
    row = {"bill_of_lading": "B", "item_number": "1", **GOODS}
    versions = [identified({**row, "version": v})[0]["line_id"] for v in (None, "1", "2", "3")]
    assert versions[0] == versions[1] == identified(row)[0]["line_id"]
    assert len(set(versions[2:]) | {versions[0]}) == 3


def test_item_numbers_that_some_lines_lack() -> None:
    bill = {"bill_of_lading": "B", **GOODS}
    one, two, three = keys({**bill, "item_number": "1"}, bill, bill)
    assert len({one, two, three}) == 3
    assert keys(bill, bill) == [two, three]


def test_a_line_without_a_reference_is_its_own_movement() -> None:
    one, two = identified({**GOODS, "container_numbers": ["C"], "bill_of_lading": None}, {**GOODS, "bill_of_lading": "B"})
    assert one["movement_key"] == one["line_id"]
    assert two["movement_key"] != two["line_id"]


def test_a_declaration_and_a_bill_of_one_number_are_two() -> None:
    one, two = keys({**GOODS, "bill_of_lading": "7", "item_number": "1"}, {**GOODS, "declaration_id": "7", "item_number": "1"})
    assert one != two


@given(st.lists(st.integers(min_value=0, max_value=4), max_size=40))
def test_ordinals_count_equal_rows_in_their_order(values: list[int]) -> None:
    digests = np.array([[v] * 16 for v in values], np.uint8).reshape(-1, 16)
    assert ordinals_of(digests).tolist() == [values[:i].count(v) for i, v in enumerate(values)]


def test_ordinals_where_only_the_second_half_differs() -> None:
    digests = np.zeros((4, 16), np.uint8)
    digests[1, 15] = digests[3, 15] = 1
    assert ordinals_of(digests).tolist() == [0, 0, 1, 1]


def test_rows_are_hashed_alike_in_steps_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**GOODS, "bill_of_lading": str(i // 2)} for i in range(10)]
    whole = identified(*rows)
    monkeypatch.setattr(identity, "_STEP", 3)
    assert identified(*rows) == whole


def test_a_bill_of_another_issuer_is_another_and_an_issuer_alone_is_no_reference() -> None:
    bill = {**GOODS, "bill_of_lading": "B", "item_number": "1"}
    one, two, bare = keys({**bill, "bill_issuer": "XYZU"}, {**bill, "bill_issuer": "ABCD"}, {**bill, "bill_issuer": None})
    assert len({one, two, bare}) == 3
    assert keys(bill) == [bare]
    (alone,) = identified({**GOODS, "bill_issuer": "XYZU", "bill_of_lading": None})
    assert alone["movement_key"] == alone["line_id"]


@pytest.mark.parametrize(
    ("filed", "nearest"),
    [
        ({"house_bill_of_lading": "H", "bill_of_lading": "B", "master_bill_of_lading": "M"}, {"bill_of_lading": "H"}),
        ({"bill_of_lading": "B", "master_bill_of_lading": "M", "stated_shipment_id": "S"}, {"bill_of_lading": "B"}),
        ({"master_bill_of_lading": "M", "stated_shipment_id": "S"}, {"bill_of_lading": "M"}),
        ({"stated_shipment_id": "S"}, {"bill_of_lading": "S"}),
        ({"declaration_id": "D", "house_bill_of_lading": "H"}, {"declaration_id": "D"}),
    ],
)
def test_the_cargo_goes_by_the_nearest_reference(filed: dict[str, str], nearest: dict[str, str]) -> None:
    item = {**GOODS, "item_number": "1"}
    assert keys({**item, **filed}) == keys({**item, **nearest})


def test_lines_of_a_bill_without_any_goods_differ_by_their_ordinal() -> None:
    rows = keys({"bill_of_lading": "B"}, {"bill_of_lading": "B"}, {"bill_of_lading": "C"})
    assert len(set(rows)) == 3
    assert keys({"bill_of_lading": "B"}) == [rows[0]]
    assert len(set(keys({"bill_of_lading": "B", "item_number": "1"}, {"bill_of_lading": "B", "item_number": "1"}))) == 1


def test_a_remark_beside_the_line_makes_another_line_and_its_header_does_not() -> None:
    (bare,) = identified(GOODS)
    rows = [
        add_identity(
            pa.table(
                {
                    "description": pa.chunked_array([["acetone"]]),
                    "hs_code": pa.chunked_array([["29141100"]]),
                    "other_texts": pa.chunked_array([pa.array([texts], pa.list_(pa.string()))]),
                    "other_columns": pa.chunked_array([pa.array([headers], pa.list_(pa.string()))]),
                }
            )
        ).to_pylist()[0]["line_id"]
        for texts, headers in ((None, None), (["wool"], ["x"]), (["wool"], ["y"]), (["wool", "silk"], ["x", "x"]))
    ]
    assert rows[0] == bare["line_id"]
    assert rows[1] == rows[2]
    assert len(set(rows)) == 3


@given(st.lists(st.lists(st.text(max_size=80), max_size=5), min_size=1, max_size=4), st.integers(0, 3))
def test_hashes_of_texts_are_sha256_wherever_their_chunks_begin(chunks: list[list[str]], skip: int) -> None:
    column = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks], pa.string()).slice(skip)
    wanted = [hashlib.sha256(text.encode()).digest()[:16] for text in column.to_pylist()]
    assert [row.tobytes() for row in hash_texts(column)] == wanted


CELL = st.none() | st.sampled_from(["", "A", "B\x1e", "é"])


@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5), st.tuples(*[st.booleans()] * 3), st.sampled_from(["", "\x1f"])
)
def test_parts_are_joined_as_texts_are(rows: list[tuple[str | None, ...]], fixed: tuple[bool, ...], separator: str) -> None:
    columns = [pa.chunked_array([pa.array(texts, pa.string())]) for texts in zip(*rows, strict=True)]
    parts = ["K" if same else column for same, column in zip(fixed, columns, strict=True)]
    expected = [separator.join("K" if same else text or "" for same, text in zip(fixed, row, strict=True)) for row in rows]
    assert pc.fill_null(identity._join(parts, len(rows), separator), "").to_pylist() == expected
