"""Mutants: what is changed, what is left out as it changes nothing, and which of them tests notice."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.app.rulecheck.mutants import mutants_of, mutate, share, show
from precursor_screen.rulebook.compile import compile_rule
from tests.rulebook.rules import LISTS, make_rule


def rule_of(detection, more="", **changes):
    return compile_rule(replace(make_rule(detection, more=more), **changes), LISTS)


def changes_of(one):
    return [(m.path, m.change) for m in mutants_of(one, LISTS, {})]


KG = "detection.sel.gross_mass_kg"
MADE = [
    ("sel: {gross_mass_kg|gte: 5}", "", [(f"{KG}|gte", "gte -> gt"), (f"{KG}|gte", "5 -> 4"), (f"{KG}|gte", "5 -> 6")]),
    ("sel: {gross_mass_kg|lt: 0.25}", "", [(f"{KG}|lt", "lt -> lte"), (f"{KG}|lt", "0.25 -> 0.24"), (f"{KG}|lt", "0.25 -> 0.26")]),
    ("sel: {gross_mass_kg|gte: 0}", "", [(f"{KG}|gte", "gte -> gt"), (f"{KG}|gte", "0 -> 1")]),
    ("sel: {gross_mass_kg|gt: 0}", "", [(f"{KG}|gt", c) for c in ("gt -> gte", "0 -> -1", "0 -> 1")]),
    ("sel: {packages|gt: 5}", "", [("detection.sel.packages|gt", "5 -> 4"), ("detection.sel.packages|gt", "5 -> 6")]),
    (
        "sel: {gross_mass_kg|lt: $most}",
        "params: {most: 3}\n",
        [("params.most", "3 -> 2"), ("params.most", "3 -> 4"), (f"{KG}|lt", "lt -> lte")],
    ),
    (
        "sel: {gross_mass_kg|gt: {field: net_mass_kg, times: 1.5}}",
        "",
        [(f"{KG}|gt", "gt -> gte"), (f"{KG}|gt.times", "1.5 -> 1.4"), (f"{KG}|gt.times", "1.5 -> 1.6")],
    ),
    (
        "sel: {gross_mass_kg|between: [2, 4]}",
        "",
        [(f"{KG}|between.{i}", f"{n} -> {m}") for i, n in enumerate((2, 4)) for m in (n - 1, n + 1)],
    ),
    (
        "sel: {date|gt: 2026-03-01}",
        "",
        [("detection.sel.date|gt", c) for c in ("gt -> gte", "2026-03-01 -> 2026-02-28", "2026-03-01 -> 2026-03-02")],
    ),
    (
        "sel: {direction: import, transport_mode: [sea, air]}",
        "",
        [
            ("detection.sel.direction", "dropped"),
            ("detection.sel.transport_mode", "dropped"),
            ("detection.sel.transport_mode.0", "without 'sea'"),
            ("detection.sel.transport_mode.1", "without 'air'"),
        ],
    ),
    ("sel: [{direction: import}, {transport_mode: sea}]", "", [("detection.sel.0", "dropped"), ("detection.sel.1", "dropped")]),
    ("sel: {direction: import}", "applies: {transport_mode: sea}\n", [("applies", "dropped")]),
    ("sel: {direction: import}", "levels: [{when: {transport_mode: sea}, level: high, weight: 9}]\n", [("levels.0", "dropped")]),
    ("sel: {direction: import}", "levels: [{when: {transport_mode: sea}, level: low, weight: 5}]\n", []),
    ("sel: {direction: import}", "requires: [vessel]\n", []),
    ("sel: {consignee_name|inlist: orders}", "", []),
    ("sel: {description: [acetone, acetone]}", "", [("detection.sel.description.0", "without 'acetone'")]),
]  # fmt: skip


@pytest.mark.parametrize(("selection", "more", "made"), MADE, ids=[m[0] for m in MADE])
def test_one_thing_is_changed_at_a_time(selection, more, made):
    assert changes_of(rule_of(f"{selection}\n  condition: sel", more)) == made


def test_clauses_of_a_condition_are_dropped_at_every_depth():
    sels = "a: {direction: import}\n  b: {transport_mode: sea}\n  c: {watched: true}"
    dropped = changes_of(rule_of(f"{sels}\n  condition: a and not (b or c)"))
    assert dropped == [("detection.condition", f"without {x}") for x in ("a", "not (b or c)", "b", "c")]
    assert changes_of(rule_of(f"{sels}\n  condition: 1 of them")) == [("detection.condition", f"without {x}") for x in "abc"]


def test_correlations():
    spec = {"type": "value_sum", "field": "substance_mass_kg", "group-by": ["receiver_key", "sender_key"], "timespan": "9d"}
    other = {"type": "value_count", "field": "vessel", "condition": {"gte": 2}}
    correlation = {**spec, "condition": {"gte": {"field": "threshold_kg"}}, "and": other}
    one = rule_of("sel: {tier: national}\n  condition: sel", scope="history", subject="substance", correlation=correlation)
    assert changes_of(one) == [
        ("correlation.timespan", "9d -> 8d"),
        ("correlation.timespan", "9d -> 10d"),
        ("correlation.group-by.0", "without receiver_key"),
        ("correlation.group-by.1", "without sender_key"),
        ("correlation.and", "dropped"),
        ("correlation.condition.gte", "gte -> gt"),
        ("correlation.and.condition.gte", "2 -> 1"),
        ("correlation.and.condition.gte", "2 -> 3"),
    ]


TESTS = """tests:
  - name: over
    each: {gross_mass_kg: 6}
    rows: [{line_id: A, direction: import}]
    expect: [A]
"""
AT = "  - {name: at, rows: [{line_id: A, direction: import, gross_mass_kg: 5}], expect: [A]}\n"
UNDER = "  - {name: under, rows: [{line_id: A, direction: import, gross_mass_kg: 4.999999}], expect: []}\n"
OUT = "  - {name: out, rows: [{line_id: A, direction: export, gross_mass_kg: 9}], expect: []}\n"


@pytest.mark.parametrize(
    ("tests", "survivors"),
    [
        ("", ["direction: dropped", "gross_mass_kg|gte: dropped", "gte: gte -> gt", "gte: 5 -> 4", "gte: 5 -> 6"]),
        (AT, ["direction: dropped", "gross_mass_kg|gte: dropped", "gte: 5 -> 4"]),
        (AT + UNDER, ["direction: dropped"]),
        (AT + UNDER + OUT, []),
        (UNDER.replace("}], expect", "}], gap: true, expect"), None),
    ],
)
def test_a_test_at_the_edge_notices_what_one_far_from_it_does_not(tests, survivors):
    detection = "sel: {direction: import, gross_mass_kg|gte: 5}\n  condition: sel"
    (found,) = mutate([rule_of(detection, TESTS + tests)], LISTS, {})
    if survivors is None:  # a known gap notices nothing
        survivors = ["direction: dropped", "gross_mass_kg|gte: dropped", "gte: gte -> gt", "gte: 5 -> 4", "gte: 5 -> 6"]
    told = [f"{m.path}: {m.change}" for m in found.survivors]
    assert len(told) == len(survivors)
    assert all(a.endswith(b) for a, b in zip(told, survivors, strict=True))
    assert (found.killed, found.total) == (5 - len(survivors), 5)
    lines = show([found])
    assert lines[0] == f"PS-QTY-900   {found.killed:>4} of    5 mutants killed ({20 * found.killed} %)"
    assert [line.removeprefix("  survives: ") for line in lines[1 : 1 + len(told)]] == told


def test_nothing_to_kill_is_all_of_it():
    assert share(0, 0) == 100
    assert share(9, 10) == 90
