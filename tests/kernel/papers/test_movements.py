"""MOVEMENT rows as movements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.schema import MOVEMENT
from precursor_screen.kernel.papers.movements import agrees, named_numbers, read_movements
from tests.cases.reconcile.making import moved, party

ROW = {
    "movement_key": "m",
    "line_id": "l",
    "shipment_id": "S 1",
    "source_file": "x.csv",
    "source_row": 7,
    "as_of_date": date(2025, 3, 1),
    "direction": "export",
    "substance_id": "acetone",
    "substance_mass_kg": Decimal(5),
    "form": "substance",
    "match_method": "name",
    "match_strength": "strong",
    "sender_name": "Acme",
    "sender_key": "acme",
    "exporter_key": "acme trade",
    "receiver_key": "zenith",
    "country_of_destination": "MX",
    "country_of_origin": "DE",
    "house_bill_of_lading": "H-1",
    "bill_of_lading": "B 1",
    "container_numbers": ["CONT 1"],
}


def rows(*changed: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{**ROW, **c} for c in changed], schema=MOVEMENT)


def test_what_is_read():
    (one,) = read_movements(rows({}))
    assert (one.bill, one.bills, one.containers, one.place) == ("H-1", ("H1", "B1", "S1"), ("CONT1",), "x.csv:7")
    assert (one.sending, one.receiving, one.origin, one.other_country) == (("acme", "acme trade"), ("zenith",), "DE", "MX")
    assert (one.kg, one.bulk) == (Decimal(5), True)


def test_goods_without_a_substance_or_a_day_are_not():
    assert read_movements(rows({"substance_id": None}, {"as_of_date": None})) == ()


@pytest.mark.parametrize(
    ("changed", "bulk"),
    [
        ({"form": "preparation"}, False),
        ({"match_method": "hs"}, False),
        ({"match_strength": "weak"}, False),
        ({"form": None}, True),
    ],
)
def test_what_counts_as_the_substance_itself(changed: dict[str, Any], bulk: bool):
    assert [m.bulk for m in read_movements(rows(changed))] == [bulk]


def test_the_order_of_rows_does_not_count():
    late, early = {"as_of_date": date(2025, 5, 1)}, {"as_of_date": date(2025, 4, 1)}
    assert read_movements(rows(late, early)) == read_movements(rows(early, late))


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("P-1", ("P1",)),
        ("P-1, P-2", ("P1P2", "P1", "P2")),
        ("EXP/2025/7", ("EXP20257",)),
        ("P1 / P2", ("P1P2", "P1", "P2")),
        ("TBA", ()),
        (None, ()),
        ("P1; TBA", ("P1TBA", "P1")),
    ],
)
def test_numbers_that_a_cell_names(cell: str | None, numbers: tuple[str, ...]):
    assert named_numbers(cell) == numbers


def test_parties_agree_disagree_or_are_not_told():
    assert [agrees(party("Acme"), keys) for keys in (("acme", "b"), ("b",), ())] == [True, False, None]
    assert agrees(None, ("acme",)) is None


def test_the_other_country_is_that_of_the_other_side():
    assert [moved(direction=d).other_country for d in ("export", "import", None, "transit")] == ["MX", "US", None, None]


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("ZENITH TRADE / 12 MILL LANE, TOWN", "trading zenith"),
        ("Other Ltd o/b Zenith Trade", "trading zenith"),
        ("Zenith Trade, 12 Mill Lane", "trading zenith"),
    ],
)
def test_a_party_with_its_address_or_through_another(cell, key):
    (one,) = read_movements(rows({"receiver_name": cell, "receiver_key": "whatever"}))
    assert key in one.receiving
    (one,) = read_movements(rows({"sender_name": cell, "sender_key": "whatever"}))
    assert key in one.sending
