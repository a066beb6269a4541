"""Segments of X12 about goods one by one: the mass of a container, and the value of an export."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.scope import EXTRA, lines_of
from precursor_screen.readers.messages.x12_base import Message
from precursor_screen.readers.messages.x12_goods import _l13, _n7, take


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


@pytest.mark.parametrize(
    ("cars", "found"),
    [
        (["***500*G***10*DRM**K", "***60.5*G***2*DRM**K"], [("gross_mass", "560.5"), ("packages", "12"), ("package_type", "DRM")]),
        (["***500*G", "***60*G"], [("gross_mass", "560")]),
        (["***500*G", "***60*N***7"], [("gross_mass", "500"), ("net_mass", "60"), ("packages", "7")]),
        (["***500*G", "***60*G******L"], [("gross_mass", "500"), ("gross_mass", "60 LBR")]),
        (["***500*G***x", "***five*G***2"], [("gross_mass", "500"), ("packages", "x"), ("gross_mass", "five"), ("packages", "2")]),
    ],
)  # fmt: skip
def test_what_the_cars_of_a_rail_bill_hold_is_added_where_it_can_be(cars: list[str], found: list[tuple[str, str]]) -> None:
    made = message("404")
    for text in ("LX*1", "L5*1*SODA ASH", *(f"L0*{number}{car}" for number, car in enumerate(cars, 1))):
        take(made, segment(text))
    assert [(c.field, c.text) for c in made.scope.cells if c.field != "item_number"] == found


@pytest.mark.parametrize(
    ("levels", "lines"),
    [
        (["1*", "2*1", "2*1"], "23"),
        (["1*", "1*1", "1*1"], "23"),  # numbers that repeat
        (["*", "*"], "12"),
        (["*1", "2*"], "12"),
        ([f"{n}*{n - 1}" for n in range(1, 2_000)], ["1999"]),
    ],
)
def test_an_item_of_a_ship_notice_is_read_whatever_stands_above_it(levels: list[str], lines: Sequence[str]) -> None:
    made = message("856")
    for number, level in enumerate(levels, 1):
        take(made, segment(f"HL*{level}"))
        made.scope.add("item_number", "HL", str(number))
    assert [line.cells[0].text for line in lines_of(made.root)][-len(lines) :] == [*lines]


def test_quantities_and_descriptions_of_one_number_are_of_one_item() -> None:
    made = message("310")
    for text in ("LX*1", "L0*1***5*G", "L0*2***7*G", "L5*1*SODA ASH", "L5*2*TOYS", "LX*2"):
        take(made, segment(text))
    found = [(child.first("gross_mass"), child.first("description")) for child in made.root.children[0].children]
    assert found == [("5", "SODA ASH"), ("7", "TOYS")]


@pytest.mark.parametrize(("code", "field"), [("011", "dispatch_date"), ("067", "arrival_date"), ("999", EXTRA)])
def test_a_date_of_a_ship_notice_is_what_its_code_says(code: str, field: str) -> None:
    made = message("856")
    take(made, segment(f"DTM*{code}*20260102"))
    assert [(c.field, c.text) for c in made.root.cells] == [(field, "2026-01-02")]
