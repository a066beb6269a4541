"""What a flag is worth: its level where nobody has checked what it rests on, what an unanswered rule bars, and which lines are asked."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.located import parse_yaml
from precursor_screen.core.model import Rule
from precursor_screen.kernel.judge.flag import flag_lines, flag_shipments
from precursor_screen.rulebook.compile import CompiledRule, compile_rule
from precursor_screen.rulebook.grammar import parse_rule

LEVELS = ("informational", "low", "medium", "high", "critical")


def rule(detection: str, subject: str = "substance", level: str = "high", **other: Any) -> CompiledRule:
    text = f"""
schema: 1
id: PS-QTY-900
version: 1.0.0
title: A title
status: test
level: {level}
confidence: low
weight: 5
subject: {subject}
scope: line
detection:
  a: {detection}
  condition: a
explain: "found"
"""
    parsed: Rule = parse_rule(parse_yaml(text, "rule.yml"))
    return compile_rule(replace(parsed, **other), {})


ANY = "{substance_id|exists: true}"
OVER = "{substance_mass_kg|gt: {field: threshold_kg}}"


def flags(compiled: CompiledRule, *rows: dict[str, Any], subject: str = "substance") -> list[dict[str, Any]]:
    found, _ = flag_lines(resolved_from_rows(list(rows), subject), [compiled])
    return found.to_pylist()


def unjudged(compiled: CompiledRule, *rows: dict[str, Any], subject: str = "substance") -> list[tuple[str, str | None, int]]:
    _, found = flag_lines(resolved_from_rows(list(rows), subject), [compiled])
    return [(r["field"], r["shipment_id"], r["count"]) for r in found.to_pylist()]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("verified", [True, False, None])
def test_what_rests_on_an_unchecked_list_is_medium_at_most(level, verified):
    (flag,) = flags(rule(ANY, level=level), {"line_id": "A", "substance_id": "acetone", "membership_verified": verified})
    assert flag["level"] == ("medium" if verified is False and level in ("high", "critical") else level)
    assert flag["because"] == ("found (membership unverified)" if verified is False else "found")


@pytest.mark.parametrize("known", [True, False, None])
def test_what_rests_on_a_listing_of_an_unknown_day_is_medium_at_most(known):
    (flag,) = flags(rule(ANY, level="critical"), {"line_id": "A", "substance_id": "acetone", "listing_known": known})
    assert flag["level"] == ("medium" if known is False else "critical")
    assert flag["because"] == ("found (unknown whether listed on that day)" if known is False else "found")


@pytest.mark.parametrize(
    ("detection", "membership", "threshold", "level", "said"),
    [
        (OVER, True, True, "high", ""),
        (OVER, True, False, "medium", " (threshold unverified)"),
        (OVER, False, True, "medium", " (membership unverified)"),
        (OVER, False, False, "medium", " (membership unverified) (threshold unverified)"),
        (ANY, True, False, "high", ""),
        ("{substance_mass_kg|gt: {field: threshold_month_kg}}", True, False, "medium", " (threshold unverified)"),
        ("{substance_mass_kg|gt: {field: threshold_year_kg}}", True, False, "medium", " (threshold unverified)"),
    ],
)
def test_an_unchecked_threshold_counts_where_the_rule_asks_for_it(detection, membership, threshold, level, said):
    row = {
        "line_id": "A",
        "substance_id": "acetone",
        "substance_mass_kg": 10,
        "threshold_kg": 1,
        "threshold_month_kg": 1,
        "threshold_year_kg": 1,
    }
    (flag,) = flags(rule(detection), {**row, "membership_verified": membership, "threshold_verified": threshold})
    assert (flag["level"], flag["because"]) == (level, f"found{said}")


def test_a_rule_about_lines_rests_on_no_list():
    (flag,) = flags(rule("{hs6: '291411'}", "line"), {"line_id": "A", "hs6": "291411"}, subject="line")
    assert (flag["level"], flag["because"], flag["weight"], flag["family"], flag["state"]) == (
        "high",
        "found",
        5,
        "quantity",
        "new",
    )


@pytest.mark.parametrize(("mass", "flagged"), [("0.999999", False), ("1", False), ("1.000001", True)])
def test_a_threshold_is_passed_above_it(mass, flagged):
    row = {"line_id": "A", "substance_id": "acetone", "substance_mass_kg": mass, "threshold_kg": 1}
    assert bool(flags(rule(OVER), row)) is flagged


@pytest.mark.parametrize("level", LEVELS)
def test_an_unanswered_rule_bars_a_shipment_only_where_its_level_is_high(level):
    row = {"line_id": "A", "substance_id": "acetone", "substance_mass_kg": None, "threshold_kg": 1}
    assert unjudged(rule(OVER, level=level), row) == [("substance_mass_kg", "A" if level in ("high", "critical") else None, 1)]


@pytest.mark.parametrize(("substances", "bars"), [(["acetone"], True), ([], False), (None, False)])
def test_an_unanswered_rule_about_lines_bars_where_a_substance_is_recognised(substances, bars):
    row = {"line_id": "A", "gross_mass_kg": None, "substance_ids": substances}
    compiled = rule("{gross_mass_kg|gt: 5}", "line")
    assert unjudged(compiled, row, subject="line") == [("gross_mass_kg", "A" if bars else None, 1)]


def test_unanswered_rows_are_counted_by_shipment():
    rows = [
        {"line_id": n, "shipment_id": s, "substance_id": "acetone", "substance_mass_kg": None, "threshold_kg": 1}
        for n, s in (("A", "S"), ("B", "S"), ("C", "T"))
    ]
    assert unjudged(rule(OVER), *rows) == [("substance_mass_kg", "S", 2), ("substance_mass_kg", "T", 1)]


def test_flags_keep_their_id_from_run_to_run_and_differ_by_what_they_are_about():
    row = {"line_id": "A", "movement_key": "k", "substance_id": "acetone", "gross_mass_kg": 5}
    (first,) = flags(rule(ANY), row)
    (again,) = flags(rule(ANY), {**row, "gross_mass_kg": 7})
    (other,) = flags(rule(ANY), {**row, "substance_id": "toluene"})
    (moved,) = flags(rule(ANY), {**row, "movement_key": "j"})
    (ruled,) = flags(rule(ANY, id="PS-QTY-901"), row)
    assert first["flag_id"] == again["flag_id"]
    assert len({f["flag_id"] for f in (first, other, moved, ruled)}) == 4
    assert len(first["flag_id"]) == 32


@pytest.mark.parametrize(
    ("noted", "asked"),
    [
        ({"substance_ids": ["acetone"]}, True),
        ({"substance_ids": []}, False),
        ({"substance_ids": None}, True),
        ({"substance_ids": [], "lexicon_terms": ["equipment"]}, True),
        ({"substance_ids": [], "lexicon_terms": []}, False),
        ({"substance_ids": [], "lexicon_terms": None}, False),
    ],
)
def test_rules_about_shipments_are_asked_where_something_was_recognised(noted, asked):
    compiled = rule("{hs6: '291411'}", "line", scope="shipment")
    plain = {"shipment_id": "S", "hs6": "291411", "substance_ids": [], "lexicon_terms": []}
    rows = [{**plain, "line_id": "A", **noted}, {**plain, "line_id": "B"}, {**plain, "line_id": "C", "shipment_id": "T"}]
    found, _ = flag_shipments(resolved_from_rows(rows, "line"), [compiled])
    assert {f["shipment_id"] for f in found.to_pylist()} == ({"S"} if asked else set())
    assert flag_lines(resolved_from_rows(rows, "line"), [compiled])[0].num_rows == 0
