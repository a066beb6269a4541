"""What a shipment rule reckons of a group: each aggregate, what it is compared with, and what a line must have to be in a group."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.core.engine import connect
from precursor_screen.kernel.judge.flag_rows import groups_of
from precursor_screen.rulebook.atoms import AtomError, Scope
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.windows import Grouping, parse_grouping

ROWS = pa.table(
    {
        "shipment_id": ["S", "S", "S"],
        "line_id": ["a", "b", "b"],
        "packages": [1, 1, 2],
        "gross_mass_kg": [Decimal(10), Decimal(30), Decimal("20.5")],
        "net_mass_kg": [Decimal(5), Decimal(7), Decimal(9)],
    }
)


def grouping(subject: str = "line", params: dict[str, Any] | None = None, **spec: Any) -> tuple[Grouping, list[str]]:
    return parse_grouping({"group-by": ["shipment_id"], **spec}, Scope(subject, params or {}, {}))


def reckoned(**spec: Any) -> tuple[float, bool]:
    """What the rows come to, and whether that is as the condition says."""
    with connect() as connection:
        rows = Rows.of(ROWS)
        true = groups_of(connection, grouping(**spec)[0], rows).num_rows == 1
        first = {**{k: v for k, v in spec.items() if k != "and"}, "condition": {"gte": -1}}
        (told,) = groups_of(connection, grouping(**first)[0], rows).column("correlation_value").to_pylist()
    return float(told), true


@pytest.mark.parametrize(
    ("spec", "value", "true"),
    [
        ({"type": "event_count", "condition": {"gte": 2}}, 2, True),
        ({"type": "event_count", "condition": {"gt": 2}}, 2, False),
        ({"type": "value_count", "field": "packages", "condition": {"gte": 2}}, 2, True),
        ({"type": "value_count", "field": "gross_mass_kg", "condition": {"lt": 3}}, 3, False),
        ({"type": "value_sum", "field": "gross_mass_kg", "condition": {"gte": 60.5}}, 60.5, True),
        ({"type": "value_sum", "field": "gross_mass_kg", "condition": {"gt": 60.5}}, 60.5, False),
        ({"type": "value_avg", "field": "net_mass_kg", "condition": {"lte": 7}}, 7, True),
        ({"type": "value_avg", "field": "net_mass_kg", "condition": {"lt": 7}}, 7, False),
        ({"type": "value_median", "field": "gross_mass_kg", "condition": {"gte": 20.5}}, 20.5, True),
        ({"type": "value_sum", "field": "gross_mass_kg", "condition": {"gt": 60, "lt": 60.5}}, 60.5, False),
        ({"type": "value_sum", "field": "gross_mass_kg", "condition": {"gt": {"field": "net_mass_kg"}}}, 60.5, True),
        ({"type": "value_sum", "field": "packages", "condition": {"gte": {"field": "net_mass_kg"}}}, 4, False),
        ({"type": "value_avg", "field": "net_mass_kg", "condition": {"gt": {"field": "net_mass_kg"}}}, 7, True),  # the lowest
    ],
)
def test_what_is_reckoned_and_compared(spec: dict[str, Any], value: float, true: bool) -> None:
    assert reckoned(**spec) == (value, true)


@pytest.mark.parametrize(("least", "true"), [(2, True), (3, False)])
def test_both_conditions_must_hold_and_the_first_is_told(least: int, true: bool) -> None:
    more = {"type": "event_count", "condition": {"gte": least}}
    spec = {"type": "value_sum", "field": "gross_mass_kg", "condition": {"gte": 1}, "and": more}
    assert reckoned(**spec) == (60.5, true)
    assert grouping(**spec)[1] == ["shipment_id", "gross_mass_kg"]
    both = {**spec, "and": {"type": "value_count", "field": "packages", "condition": {"gte": least}}}
    assert reckoned(**both) == (60.5, true)
    assert grouping(**both)[1] == ["shipment_id", "gross_mass_kg", "packages"]


def test_a_limit_may_be_a_parameter() -> None:
    found, _ = grouping(params={"least": 2}, type="event_count", condition={"gte": "$least"})
    assert found == grouping(type="event_count", condition={"gte": 2})[0]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (
            {"type": "value_sum", "field": "description", "condition": {"gt": 1}},
            "value_sum needs a number, and 'description' is text",
        ),
        ({"type": "event_count", "condition": {"gt": "$none"}}, "unknown parameter"),
        ({"type": "event_count", "condition": {"gt": "many"}}, "many"),
        ({"type": "event_count", "condition": {"gt": 1}, "group-by": ["shipmentid"]}, "'shipmentid' cannot group"),
        ({"type": "event_count", "condition": {"gt": 1}, "group-by": ["shipment_id", "shipment_id"]}, "each field once"),
        ({"type": "event_count", "condition": {"gt": 1}, "group-by": ["container_numbers", "cas_numbers"]}, "one list at most"),
        ({"type": "value_count", "field": "entry_id", "condition": {"gt": 1}}, "is a field of the subject party"),
    ],
)
def test_what_no_group_can_be_made_of_is_refused(spec: dict[str, Any], says: str) -> None:
    with pytest.raises(AtomError, match=says):
        grouping(**spec)


def test_one_list_may_group() -> None:
    found, needed = grouping(type="event_count", condition={"gt": 1}, **{"group-by": ["shipment_id", "container_numbers"]})
    assert found.unnested == {"container_numbers"}
    assert found.keys == ("shipment_id", "container_numbers")
    assert needed == ["shipment_id", "container_numbers"]
