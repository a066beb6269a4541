"""Conditions that no row can meet, and fields under `not` that may be missing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.lint import find_absent, find_impossible
from tests.rulebook.rules import LISTS, make_rule

POSSIBLE = [
    "sel: {gross_mass_kg|gte: 5, gross_mass_kg|lt: 10}",
    "sel: {gross_mass_kg|gte: 5, gross_mass_kg|lte: 5}",
    "sel: {gross_mass_kg|gte: 10, net_mass_kg|lt: 5}",
    "sel: {gross_mass_kg|between: [5, 5]}",
    "sel: [{gross_mass_kg|gte: 10}, {gross_mass_kg|lt: 5}]",
    "sel: {gross_mass_kg|gte: {field: net_mass_kg}, gross_mass_kg|lt: {field: net_mass_kg, times: 1.5}}",
    "sel: {gross_mass_kg: [5, 50], gross_mass_kg|gt: 5}",
    "sel: {sender_receiver_score|gte: 100}",
    "sel: {hs6: ['291524', '291411'], hs6|in: ['291411']}",
    "sel: {gross_mass_kg|lte: 0}",
]
IMPOSSIBLE = [
    ("sel: {gross_mass_kg|gte: 10, gross_mass_kg|lt: 5}", "gross_mass_kg can never be both: gte 10 and lt 5"),
    ("sel: {gross_mass_kg|gt: 5, gross_mass_kg|lte: 5}", "gt 5 and lte 5"),
    ("sel: {gross_mass_kg|gte: 5, gross_mass_kg|lt: 5}", "gte 5 and lt 5"),
    ("sel: {gross_mass_kg|between: [10, 5]}", "between, low end 10 and between, high end 5"),
    ("sel: {gross_mass_kg|gte: $least, gross_mass_kg|lt: 5}", "gte 6 and lt 5"),
    ("sel: {date|gt: 2026-03-01, date|lt: 2026-02-01}", "gt 2026-03-01 and lt 2026-02-01"),
    (
        "sel: {gross_mass_kg|gte: {field: net_mass_kg, times: 1.5}, gross_mass_kg|lt: {field: net_mass_kg}}",
        "gte 1.5 times net_mass_kg and lt net_mass_kg",
    ),
    ("sel: {gross_mass_kg: [5, 50], gross_mass_kg|gt: 50}", "5 or 50 and gt 50"),
    ("sel: {sender_receiver_score|gt: 100}", "gt 100 and sender_receiver_score is never above 100"),
    ("sel: {gross_mass_kg|lt: 0}", "gross_mass_kg is never below 0 and lt 0"),
    ("sel: {hs6: '291524', hs6|in: ['291411']}", "'291524' and '291411'"),
    ("sel: {description: acetone, description|in: [toluene]}", "description can never be both: 'acetone' and 'toluene'"),
]  # fmt: skip


def rule_of(detection, more="", **changes):
    more = f"params: {{least: 6}}\n{more}" if "$least" in detection else more
    return compile_rule(replace(make_rule(detection, more=more), **changes), LISTS)


@pytest.mark.parametrize("selection", POSSIBLE)
def test_a_range_that_can_hold(selection):
    assert list(find_impossible(rule_of(f"{selection}\n  condition: sel"))) == []


@pytest.mark.parametrize(("selection", "told"), IMPOSSIBLE, ids=[i[0] for i in IMPOSSIBLE])
def test_a_range_that_cannot_hold_is_named_once(selection, told):
    ((part, message, remedy),) = find_impossible(rule_of(f"{selection}\n  condition: sel"))
    assert part == "detection.sel"
    assert told in message
    assert remedy


def test_a_contradiction_between_selections_and_with_applies():
    low, high = "low: {gross_mass_kg|lt: 5}", "high: {gross_mass_kg|gte: 10}"
    ((part, message, _),) = find_impossible(rule_of(f"{low}\n  {high}\n  condition: low and high"))
    assert (part, message) == ("detection.condition", "gross_mass_kg can never be both: gte 10 and lt 5")
    assert list(find_impossible(rule_of(f"{low}\n  {high}\n  condition: low or high"))) == []
    assert list(find_impossible(rule_of(f"{low}\n  {high}\n  condition: high and not low"))) == []
    ((part, _, _),) = find_impossible(rule_of(f"{low}\n  condition: low", "applies: {gross_mass_kg|gte: 10}\n"))
    assert part == "detection.condition"


@pytest.mark.parametrize(
    ("scope", "condition", "told"),
    [
        ("history", {"gte": 3, "lt": 3}, "gte 3 and lt 3"),
        ("history", {"lt": 1}, "is never below 1 and lt 1"),
        ("shipment", {"gte": 3, "lt": 2}, "gte 3 and lt 2"),
        ("history", {"gte": 3, "lt": 4}, ""),
        ("shipment", {"gte": 3}, ""),
    ],
)
def test_what_a_group_can_never_come_to(scope, condition, told):
    span = {"timespan": "9d", "group-by": ["receiver_key"]} if scope == "history" else {"group-by": ["shipment_id"]}
    correlation = {"type": "event_count", "condition": condition, **span}
    found = list(find_impossible(rule_of("sel: {transport_mode: sea}\n  condition: sel", scope=scope, correlation=correlation)))
    assert [part for part, _, _ in found] == ["correlation.condition"] * bool(told)
    assert all(told in message for _, message, _ in found)


NULL = "tests: [{{name: t, rows: [{{line_id: A, {cells}}}], expect: []}}]\n"
ABSENT = [
    ("sel: {hs6: '291524'}\n  condition: not sel", "", ["hs6"]),
    ("sel: {hs6: '291524'}\n  condition: not not sel", "", []),
    ("sel: {hs6|neq: '291524'}\n  condition: sel", "", ["hs6"]),
    ("sel: {hs6: '291524'}\n  condition: not sel", "requires: [hs6]\n", []),
    ("sel: {hs6: '291524'}\n  condition: not sel", "requires: [{any: [vessel, hs6]}]\n", []),
    ("sel: {hs6: '291524'}\n  condition: not sel", "applies: {hs6|exists: true}\n", []),
    ("sel: {hs6|exists: true}\n  condition: not sel", "", []),
    ("sel: {hs6: '291524'}\n  condition: not sel", NULL.format(cells="hs6: null"), []),
    ("sel: {hs6: '291524'}\n  condition: not sel", NULL.format(cells="hs6: '291524'"), ["hs6"]),
    ("sel: {hs6: '291524'}\n  own: {hs_chapter: '29'}\n  condition: own and not sel", "", ["hs6"]),
    ("sel: {hs6: '291524'}\n  own: {hs_chapter: '29'}\n  condition: not (own and sel)", "", ["hs6", "hs_chapter"]),
]


@pytest.mark.parametrize(("detection", "more", "names"), ABSENT)
def test_a_field_under_not_that_may_be_missing_is_named(detection, more, names):
    found = list(find_absent(rule_of(detection, more)))
    assert [message.split()[0] for _, message, _ in found] == names
    assert all(name in remedy and "requires" in remedy for name, (_, _, remedy) in zip(names, found, strict=True))
