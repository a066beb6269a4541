"""Windows at their first and last day, each type at its limits, and which movements of a window carry the flag."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.app.rulecheck.inline_tests import moves_from_rows, register_from_rows
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.judge.windows.judge import flag_movements
from precursor_screen.kernel.judge.windows.queries import begin_of
from precursor_screen.rulebook.compile import CompiledRule
from tests.kernel.judge.windows.test_judge import START, make_rule

GROUP = "group-by: [consignee_key]"


def moved(days: list[int], **columns: list[Any]) -> list[dict[str, Any]]:
    """Movements L0, L1 ... of one consignee, by their days; a day below 0 is a recorded movement of that many days on."""
    rows = []
    for n, day in enumerate(days):
        recorded, on = (True, -day) if day < 0 else (False, day)
        row = {
            "line_id": f"L{n}",
            "as_of_date": START + timedelta(days=on),
            "substance_id": "s",
            "consignee_key": "a",
            "recorded": recorded,
        }
        rows.append(row | {name: values[n] for name, values in columns.items()})
    return rows


def judged(
    rule: CompiledRule, rows: list[dict[str, Any]], since: date | None = START, **registers: Any
) -> tuple[list[str], dict[str, int]]:
    """Lines flagged, and how many movements could not be judged for want of what."""
    tables = {name.replace("_", "-"): register_from_rows(made) for name, made in registers.items()}
    flags, unjudged = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], since, tables)
    missing: dict[str, int] = {}
    for row in unjudged.to_pylist():
        missing[row["field"]] = missing.get(row["field"], 0) + row["count"]
    return flags.column("line_id").to_pylist(), missing


@pytest.mark.parametrize(
    ("days", "emit", "flagged"),
    [
        ([0, 10], "crossing", ["L1"]),
        ([0, 11], "crossing", []),
        ([0, 0], "crossing", ["L0"]),
        ([0, 5, 10], "crossing", ["L1"]),
        ([0, 5, 10], "trigger", ["L1", "L2"]),
        ([0, 5, 10], "group", ["L2"]),
        ([0, 5, 15], "crossing", ["L1"]),  # the episode goes on: ten days after the last
        ([0, 5, 16, 17], "crossing", ["L1", "L3"]),  # it had ended: nothing was true on day 16
        ([0, 5, 30, 35], "crossing", ["L1", "L3"]),
        ([-1, 11], "crossing", ["L1"]),
        ([-1, 12], "crossing", []),
        ([-20, 10], "crossing", ["L1"]),  # what is recorded ten days on is tipped by the one that comes late
        ([-21, 10], "crossing", []),
        ([-20, -21], "crossing", []),
    ],
)
def test_counts_within_ten_days(days, emit, flagged):
    rule = make_rule(f"type: event_count\n{GROUP}\ntimespan: 10d\ncondition: {{gte: 2}}\nemit: {emit}")
    assert judged(rule, moved(days)) == (flagged, {})


@pytest.mark.parametrize(
    ("kind", "condition", "masses", "flagged"),
    [
        ("value_sum", "{gte: 20}", [10, 10], True),
        ("value_sum", "{gt: 20}", [10, 10], False),
        ("value_sum", "{gt: 20}", [10, 10.000001], True),
        ("value_avg", "{gte: 15}", [10, 20], True),
        ("value_avg", "{gt: 15}", [10, 20], False),
        ("value_median", "{gte: 20}", [10, 20, 900], True),
        ("value_median", "{gt: 20}", [10, 20, 900], False),
        ("value_count", "{gte: 2}", [10, 10], False),
        ("value_count", "{gte: 2}", [10, 11], True),
        ("value_count", "{gte: 2, lt: 3}", [10, 11, 12], False),
        ("value_sum", "{lt: 20}", [10, 10], False),
        ("value_sum", "{lte: 20}", [10, 10], True),
        ("value_sum", "{gte: 1, lte: 20}", [10, 10], True),
    ],
)
def test_what_is_reckoned_over_a_window_at_its_limit(kind, condition, masses, flagged):
    rule = make_rule(f"type: {kind}\nfield: substance_mass_kg\n{GROUP}\ntimespan: 10d\ncondition: {condition}\nemit: trigger")
    found, _ = judged(rule, moved(list(range(len(masses))), substance_mass_kg=masses))
    assert (f"L{len(masses) - 1}" in found) is flagged


def test_a_limit_that_is_a_field_is_that_of_the_movement():
    rule = make_rule(
        f"type: value_sum\nfield: substance_mass_kg\n{GROUP}\ntimespan: 10d\ncondition: {{gte: {{field: threshold_kg, times: 2}}}}\nemit: trigger"
    )
    rows = moved([0, 1], substance_mass_kg=[10, 10], threshold_kg=[10, 10])
    assert judged(rule, rows)[0] == ["L1"]
    assert judged(rule, [rows[0], {**rows[1], "threshold_kg": 10.1}])[0] == []


@pytest.mark.parametrize(
    ("period", "days", "flagged"),
    [
        ("month", [30, 31], False),
        ("month", [31, 58], True),
        ("month", [31, 59], False),
        ("year", [0, 364], True),
        ("year", [0, 365], False),
    ],
)
def test_a_period_of_the_calendar_begins_anew(period, days, flagged):
    rule = make_rule(f"type: value_sum\nfield: substance_mass_kg\n{GROUP}\ncalendar: {period}\ncondition: {{gte: 20}}")
    assert bool(judged(rule, moved(days, substance_mass_kg=[10, 10]))[0]) is flagged


TWO = "small: {substance_mass_kg|lte: 1}\n  large: {substance_mass_kg|gte: 10}\n  condition: small or large"


@pytest.mark.parametrize(
    ("kind", "days", "masses", "flagged"),
    [
        ("temporal", [0, 10], [1, 10], ["L1"]),
        ("temporal", [0, 10], [10, 1], ["L1"]),
        ("temporal", [0, 11], [1, 10], []),
        ("temporal", [0, 0], [1, 10], ["L0", "L1"]),
        ("temporal", [0, 1], [1, 1], []),
        ("temporal", [0, 1], [1, 5], []),
        ("temporal_ordered", [0, 10], [1, 10], ["L1"]),
        ("temporal_ordered", [0, 11], [1, 10], []),
        ("temporal_ordered", [0, 10], [10, 1], []),
        ("temporal_ordered", [0, 0], [1, 10], []),  # a later day
        ("temporal_ordered", [0, 1], [1, 10], ["L1"]),
        ("temporal_ordered", [0, 9, 12], [1, 1, 10], ["L2"]),
        ("temporal_ordered", [-1, 5], [1, 10], ["L1"]),
        ("temporal_ordered", [3, -5], [1, 10], ["L0"]),
    ],
)
def test_two_kinds_within_ten_days_in_any_order_or_one_after_the_other(kind, days, masses, flagged):
    rule = make_rule(f"type: {kind}\nselections: [small, large]\n{GROUP}\ntimespan: 10d\nemit: trigger", detection=TWO)
    assert judged(rule, moved(days, substance_mass_kg=masses))[0] == flagged


@pytest.mark.parametrize(
    ("places", "flagged"), [((["DE", "FR"]), True), ((["DE", "DE"]), False), (([None, "FR"]), True), ((["DE", None]), True)]
)
def test_the_second_differs_from_the_first(places, flagged):
    rule = make_rule(
        f"type: temporal_ordered\nselections: [small, large]\n{GROUP}\ntimespan: 10d\ndiffers: [country_of_destination]\nemit: trigger",
        detection=TWO,
    )
    rows = moved([0, 3], substance_mass_kg=[1, 10], country_of_destination=places)
    assert bool(judged(rule, rows)[0]) is flagged


@pytest.mark.parametrize(
    ("days", "since", "timespan", "flagged", "early"),
    [
        ([30], 0, "", ["L0"], 0),
        ([29], 0, "", [], 1),
        ([40], 10, "", ["L0"], 0),
        ([40], 11, "", [], 1),
        ([40], None, "", [], 1),
        ([40, 40], 0, "", ["L0"], 0),
        ([40, 41], 0, "", ["L0"], 0),
        ([-1, 40], 0, "", [], 0),
        ([-1, 40], 0, "timespan: 39d", [], 0),
        ([-1, 40], 0, "timespan: 38d", ["L1"], 0),
        ([31, 70], 0, "timespan: 38d", ["L0", "L1"], 0),
        ([31, 69], 0, "timespan: 38d", ["L0"], 0),
    ],
)
def test_the_first_of_a_group_once_history_reaches_back_thirty_days(days, since, timespan, flagged, early):
    rule = make_rule(f"type: first_seen\n{GROUP}\nmin_history: 30d\n{timespan}")
    found = judged(rule, moved(days), None if since is None else START + timedelta(days=since))
    assert found == (flagged, {"history": early} if early else {})


@pytest.mark.parametrize(
    ("method", "past", "value", "condition", "flagged", "early"),
    [
        ("ratio", [10, 10], 20, "{gte: 2}", True, 0),
        ("ratio", [10, 10], 20, "{gt: 2}", False, 0),
        ("ratio", [10], 20, "{gte: 2}", False, 1),
        ("ratio", [8, 12], 20, "{gte: 2}", True, 0),
        ("ratio", [0, 0], 20, "{gte: 2}", False, 1),  # nothing can be compared with nought
        ("ratio", [10, 10], 5, "{lte: 0.5}", True, 0),
        ("robust_z", [8, 10, 12], 12.9652, "{gte: 1}", True, 0),
        ("robust_z", [8, 10, 12], 12.9651, "{gte: 1}", False, 0),
        ("robust_z", [10, 10, 10], 50, "{gte: 1}", False, 1),
    ],
)
def test_a_value_against_the_past_of_its_group(method, past, value, condition, flagged, early):
    rule = make_rule(
        f"type: baseline\nfield: substance_mass_kg\n{GROUP}\ntimespan: 20d\nmin_history: 2\nmethod: {method}\ncondition: {condition}"
    )
    rows = moved([*range(-1, -1 - len(past), -1), 15], substance_mass_kg=[*past, value])
    found, missing = judged(rule, rows)
    assert (bool(found), missing.get("history", 0)) == (flagged, early)


@pytest.mark.parametrize(("first", "flagged"), [(-1, False), (-2, True)])
def test_the_past_is_as_long_as_the_rule_says(first, flagged):
    rule = make_rule(f"type: baseline\nfield: substance_mass_kg\n{GROUP}\ntimespan: 20d\nmin_history: 2\ncondition: {{gte: 2}}")
    assert bool(judged(rule, moved([first, -3, 22], substance_mass_kg=[10, 10, 20]))[0]) is flagged


ALLOWED = (
    "type: reconcile\nregister: permits\nmatch: {permit_reference: reference}\nfield: substance_mass_kg\nagainst: quantity_kg"
)


@pytest.mark.parametrize(
    ("masses", "tolerance", "flagged"),
    [
        ([60, 40], 0, []),
        ([60, 40.000001], 0, ["L1"]),
        ([60, 45], 0.05, []),
        ([60, 45.000001], 0.05, ["L1"]),
        ([101, 1], 0, ["L0"]),
        ([-1, 1], 0, []),
    ],
)
def test_what_moves_under_a_permit_is_summed_up(masses, tolerance, flagged):
    rule = make_rule(f"{ALLOWED}\ntolerance: {tolerance}")
    rows = moved([0, 9], substance_mass_kg=masses, permit_reference=["P-1", "p 1"])
    assert judged(rule, rows, permits=({"reference": "P1", "quantity_kg": 100},))[0] == flagged
    # Two rows of one permit allow both together.
    half = ({"reference": "P1", "quantity_kg": 50}, {"reference": "P1", "quantity_kg": 50})
    assert judged(rule, rows, permits=half)[0] == flagged


def test_a_document_that_is_not_there_and_a_register_that_is_not_are_two_things():
    rule = make_rule("type: absence\nregister: permits\nmatch: {permit_reference: reference}")
    rows = moved([0, 1, 2], permit_reference=["P1", "P2", None])
    assert judged(rule, rows, permits=({"reference": "P1"},)) == (["L1"], {"permit_reference": 1})
    assert judged(rule, rows) == ([], {"permit_reference": 1, "register.permits": 2})


def test_a_year_s_requirement_is_that_of_the_year():
    rule = make_rule(
        "type: reconcile\nregister: annual-requirements\nmatch: {country_of_destination: country}\nfield: substance_mass_kg\nagainst: quantity_kg\ncalendar: year\nemit: trigger"
    )
    rows = moved([0, 364, 365], substance_mass_kg=[60, 60, 60], country_of_destination=["DE"] * 3)
    years = ({"country": "DE", "year": 2026, "quantity_kg": 100}, {"country": "DE", "year": 2027, "quantity_kg": 50})
    assert judged(rule, rows, annual_requirements=years)[0] == ["L1", "L2"]
    assert judged(rule, rows, annual_requirements=({**years[0], "quantity_kg": 120}, {**years[1], "quantity_kg": 60}))[0] == []


def flag_of(rule: CompiledRule, rows: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})[0].to_pylist()
    return {**found, "evidence": {e["field"]: e["as_written"] for e in json.loads(found["evidence"])}}


def test_a_flag_says_what_its_window_holds():
    rule = make_rule(f"type: event_count\n{GROUP}\ntimespan: 10d\ncondition: {{gte: 3}}")
    found = flag_of(rule, moved([0, 4, 10]))
    assert (found["line_id"], found["window_line_ids"], found["substance_id"]) == ("L2", ["L0", "L1"], "s")
    assert found["because"] == "3 within 10 days (2026-01-01 to 2026-01-11) 3 not stated"
    assert found["evidence"] == {
        "correlation_value": "3",
        "window": "within 10 days (2026-01-01 to 2026-01-11)",
        "window_lines": "3",
    }


@pytest.mark.parametrize(
    ("period", "window"),
    [
        ("timespan: 10d", "within 10 days (2026-01-01 to 2026-01-05)"),
        ("calendar: month", "in 2026-01 (2026-01-01 to 2026-01-05)"),
        ("calendar: year", "in 2026 (2026-01-01 to 2026-01-05)"),
    ],
)
def test_a_window_is_told_in_words(period, window):
    rule = make_rule(f"type: value_sum\nfield: substance_mass_kg\n{GROUP}\n{period}\ncondition: {{gte: 20}}")
    found = flag_of(rule, moved([0, 4], substance_mass_kg=[10.5, 10]))
    assert (found["evidence"]["window"], found["evidence"]["correlation_value"]) == (window, "20.5")


def test_the_members_of_a_window_are_named_ten_at_most():
    rule = make_rule(
        f"type: value_count\nfield: consignor_key\n{GROUP}\ntimespan: 90d\ncondition: {{gte: COUNT}}".replace("COUNT", "10")
    )
    names = [f"N{n:02}" for n in range(11)]
    keys = [f"k{n}" for n in range(11)]
    ten = flag_of(rule, moved(list(range(10)), consignor_key=keys[:10], consignor_name=names[:10]))
    assert ten["because"].endswith(" 10 " + ", ".join(names[:10]))
    rule = make_rule(f"type: value_count\nfield: consignor_key\n{GROUP}\ntimespan: 90d\ncondition: {{gte: 11}}")
    eleven = flag_of(rule, moved(list(range(11)), consignor_key=keys, consignor_name=names))
    assert eleven["because"].endswith(" 11 " + ", ".join(names[:10]) + " ...")


def test_a_key_that_is_a_list_is_a_group_an_element_and_a_flag_each():
    rule = make_rule("type: event_count\ngroup-by: [container_numbers]\ntimespan: 10d\ncondition: {gte: 2}\nemit: trigger")
    rows = moved([0, 1, 2], container_numbers=[["A", "B"], ["B", "C"], ["C", "B"]])
    flags, _ = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})
    assert flags.column("line_id").to_pylist() == ["L1", "L2", "L2"]
    assert len(set(flags.column("flag_id").to_pylist())) == 3


def test_a_movement_without_its_key_is_in_no_group():
    rule = make_rule(f"type: event_count\n{GROUP}\ntimespan: 10d\ncondition: {{gte: 2}}\nemit: trigger")
    rows = [{**r, "consignee_key": None} for r in moved([0, 1])]
    assert judged(rule, rows) == ([], {"consignee_key": 2})


@pytest.mark.parametrize(
    ("days", "begins"), [([], None), ([None], None), ([5, 3, 4], 3), ([0, *range(100, 119)], 100), ([0, *range(100, 118)], 0)]
)
def test_where_a_run_that_knows_no_other_begins(days, begins):
    column = pa.array([None if d is None else START + timedelta(days=d) for d in days], pa.date32())
    assert begin_of(pa.table({"as_of_date": column, "goods_key": pa.nulls(len(days), pa.string())})) == (
        None if begins is None else START + timedelta(days=begins)
    )
