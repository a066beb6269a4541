"""Segments of X12 about goods one by one: the mass of a container, and the value of an export."""

from __future__ import annotations

import pytest

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.scope import EXTRA
from precursor_screen.readers.messages.x12_base import Message
from precursor_screen.readers.messages.x12_goods import _l13, _n7


def segment(text: str) -> Segment:
    tag, *elements = text.split("*")
    return Segment(7, tag, tuple((element,) for element in elements))


def message(kind: str) -> Message:
    return Message(segment(f"ST*{kind}"), IssueList("m"))


@pytest.mark.parametrize(
    ("kind", "masses"),
    [
        ("", [("gross_mass", "500")]),
        ("G", [("gross_mass", "500")]),
        ("B", [("gross_mass", "500")]),
        ("N", [("net_mass", "500")]),
        ("T", [(EXTRA, "500")]),  # of the container itself
    ],
)
def test_the_mass_of_a_container_is_of_its_goods_where_its_kind_says_so(kind: str, masses: list[tuple[str, str]]) -> None:
    made = message("310")
    _n7(made, segment(f"N7*TSTU*1234567*500*{kind}"))
    assert [(c.field, c.text) for c in made.group.cells] == [("container_numbers", "TSTU1234567"), *masses]


def test_a_container_of_a_bill_has_no_mass_of_its_own() -> None:
    made = message("350")
    _n7(made, segment("N7*TSTU*1234567*500*G"))
    assert [(c.field, c.text) for c in made.scope.cells] == [("container_numbers", "TSTU1234567")]


@pytest.mark.parametrize(
    ("value", "count", "found"),
    [
        ("900", "5", {"quantity": "5", "value": "900", "currency": "USD"}),
        ("", "5", {"quantity": "5"}),
        ("900", "0", {"value": "900", "currency": "USD"}),
    ],
)
def test_an_export_has_a_currency_where_it_has_a_value(value: str, count: str, found: dict[str, str]) -> None:
    made = message("601")
    _l13(made, segment(f"L13*A*291411*KG*{count}*X*{value}*1"))
    cells = {c.field: c.text for c in made.scope.cells if c.field in ("quantity", "value", "currency")}
    assert cells == found
