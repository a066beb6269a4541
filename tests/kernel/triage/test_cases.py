"""Shipments of one splitting stand together, below the first of them; nobody is lost or counted twice."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.model import retired_rule
from precursor_screen.core.schema import FLAG, SHIPMENT
from precursor_screen.kernel.shipment_order import SPLITTING, gather_cases
from tests.examples import examples

SPLIT = replace(retired_rule("SPLIT"), scope="history", tags=(SPLITTING, "un1988"))
LINE = replace(retired_rule("LINE"), scope="line", tags=(SPLITTING,))
ROUTE = replace(retired_rule("ROUTE"), scope="history", tags=("routing",))


def gathered(order: str, *flags: tuple[str, str, str], lines: str = "") -> list[tuple[str, str | None]]:
    """Shipments, one letter each, worst first; flags as rule, its shipment, and the shipments of the other lines in its window."""
    rows = [
        {"flag_id": f"{n}", "rule_id": rule, "shipment_id": of, "window_line_ids": [f"line-{s}" for s in beside]}
        for n, (rule, of, beside) in enumerate(flags)
    ]
    known = list(dict.fromkeys(lines or order))
    found = gather_cases(
        pa.Table.from_pylist([{"shipment_id": s} for s in order], schema=SHIPMENT),
        pa.Table.from_pylist(rows, schema=FLAG),
        pa.table({"line_id": [f"line-{s}" for s in known], "shipment_id": known}),
        (SPLIT, LINE, ROUTE),
    )
    assert found.schema == SHIPMENT
    return list(zip(found.column("shipment_id").to_pylist(), found.column("case_id").to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("order", "flags", "expected"),
    [
        ("abcd", [("SPLIT", "b", "d")], [("a", None), ("b", "b"), ("d", "b"), ("c", None)]),
        ("abcd", [("SPLIT", "d", "b")], [("a", None), ("b", "b"), ("d", "b"), ("c", None)]),
        ("abcd", [("SPLIT", "d", "ac")], [("a", "a"), ("c", "a"), ("d", "a"), ("b", None)]),
        # Two windows that share a bill are one case, in whatever order they are told.
        ("abcd", [("SPLIT", "a", "c"), ("SPLIT", "d", "c")], [("a", "a"), ("c", "a"), ("d", "a"), ("b", None)]),
        ("abcd", [("SPLIT", "a", "b"), ("SPLIT", "c", "d"), ("SPLIT", "d", "b")], [(s, "a") for s in "abcd"]),
        ("abcd", [("SPLIT", "a", "c"), ("SPLIT", "b", "d")], [("a", "a"), ("c", "a"), ("b", "b"), ("d", "b")]),
        # Rules of lines, other history rules, a window within one shipment, and lines of earlier runs join nothing.
        (
            "abcd",
            [("LINE", "a", "c"), ("ROUTE", "a", "d"), ("SPLIT", "b", "b"), ("SPLIT", "a", "z")],
            [(s, None) for s in "abcd"],
        ),
        ("abcd", [], [(s, None) for s in "abcd"]),
    ],
)
def test_shipments_of_one_splitting_stand_together(
    order: str, flags: list[tuple[str, str, str]], expected: list[tuple[str, str | None]]
) -> None:
    assert gathered(order, *flags) == expected


def test_a_line_of_this_run_without_a_row_of_its_own_joins_nothing() -> None:
    assert gathered("ab", ("SPLIT", "a", "z"), lines="abz") == [("a", None), ("b", None)]


@given(
    flags=st.lists(st.tuples(st.just("SPLIT"), st.sampled_from("abcdefgh"), st.text("abcdefgh", max_size=4)), max_size=6),
    order=st.permutations("abcdefgh"),
)
@examples(50, 500)
def test_cases_are_the_connected_shipments_whatever_the_order_of_flags(
    flags: list[tuple[str, str, str]], order: list[str]
) -> None:
    found = gathered("".join(order), *flags)
    assert found == gathered("".join(order), *reversed(flags))
    assert sorted(s for s, _ in found) == sorted(order)
    reach = {s: {s} for s in order}
    for _ in order:  # the slow way: until nothing changes
        for _, of, beside in flags:
            joined = set().union(*(reach[s] for s in {of, *beside}))
            for s in joined:
                reach[s] = reach[s] | joined
    for shipment, case in found:
        first = min(reach[shipment], key=order.index)
        assert case == (first if len(reach[shipment]) > 1 else None)
    heads = [case or shipment for shipment, case in found]
    assert [order.index(h) for h in heads] == sorted(order.index(h) for h in heads)
