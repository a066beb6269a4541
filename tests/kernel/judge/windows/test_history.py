"""New movements and recorded ones read together: which are new, which are one cargo, what is looked up of each on its own day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.core.history_seam import AMENDED_MOVEMENT, KNOWN, History, VersionsResult
from precursor_screen.core.schema import MOVEMENT, with_columns
from precursor_screen.kernel.judge.windows.judge import judge_windows, request_history
from precursor_screen.kernel.judge.windows.queries import SPANS, plan_queries
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule
from tests.conftest import AS_OF
from tests.kernel.judge.windows.test_judge import START, make_rule

TWICE = make_rule("type: event_count\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 2}\nemit: trigger")


def rows(*made: dict[str, Any]) -> pa.Table:
    plain = {"substance_id": "acetone", "consignee_key": "a", "source_file": "m", "shipment_id": "S", "source_row": 1}
    full = [{"movement_key": f"k-{r['line_id']}", "as_of_date": START, **plain, **r} for r in made]
    return pa.Table.from_pylist(full, schema=MOVEMENT)


def flags(
    reference: Reference, rule: CompiledRule, live: pa.Table, recorded: pa.Table | None = None, *, known: list[tuple[str, str]] | None = None,
    amended: pa.Table | None = None, since: date | None = START,
) -> list[dict[str, Any]]:  # fmt: skip
    request = request_history(live, [rule], reference.registers)
    recorded = MOVEMENT.empty_table() if recorded is None else recorded
    answers = {ask: recorded.select(ask.columns) for ask in request.queries}
    lines = pa.table([pa.array([k[i] for k in known or []], pa.string()) for i in (0, 1)], schema=KNOWN)
    versions = VersionsResult() if amended is None else VersionsResult(amended=with_columns(amended, AMENDED_MOVEMENT))
    past = History(answers.__getitem__, lines, versions, since)
    found: list[dict[str, Any]] = judge_windows(live, past, [rule], reference)[0].to_pylist()
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(f["line_id"], f["window_line_ids"]) for f in found]


@pytest.mark.parametrize(
    ("live", "recorded", "known", "expected"),
    [
        ([{"line_id": "A"}, {"line_id": "B"}], [], [], [("A", ["B"]), ("B", ["A"])]),
        # Of one day each ends a window that holds the other: what ends at the recorded one is told of with the new one.
        ([{"line_id": "A"}], [{"line_id": "R"}], [], [("A", ["R"]), ("A", ["R"])]),
        ([{"line_id": "A"}], [], [], []),
        ([{"line_id": "A"}], [{"line_id": "A"}], [("k-A", "A")], []),  # sent again: it is the recorded one
        ([{"line_id": "A"}], [{"line_id": "A"}, {"line_id": "R"}], [("k-A", "A")], []),
        (
            [{"line_id": "A", "movement_key": "k"}],
            [{"line_id": "R"}],
            [("k", "R")],
            [("A", ["R"]), ("A", ["R"])],
        ),  # amended: another line
        ([{"line_id": "A"}], [{"line_id": "R"}], [("k-R", "A")], [("A", ["R"]), ("A", ["R"])]),
    ],
)
def test_a_movement_is_new_unless_it_is_recorded_under_its_line(reference, live, recorded, known, expected):
    assert told(flags(reference, TWICE, rows(*live), rows(*recorded), known=known)) == expected


def test_nothing_new_asks_nothing(reference):
    assert flags(reference, TWICE, rows()) == []


@pytest.mark.parametrize(
    ("documents", "cargoes"),
    [
        ([{"bill_of_lading": "B1"}, {"bill_of_lading": "B2"}], 2),
        ([{"bill_of_lading": "B1"}, {"bill_of_lading": "B1"}], 1),
        ([{"bill_of_lading": "B1"}, {"declaration_id": "D1", "bill_of_lading": "B1"}], 1),
        ([{"bill_of_lading": "B1"}, {"house_bill_of_lading": "H1", "bill_of_lading": "B1"}], 1),
        ([{"master_bill_of_lading": "B1"}, {"house_bill_of_lading": "H1", "master_bill_of_lading": "B1"}], 1),
        ([{"house_bill_of_lading": "H1"}, {"declaration_id": "D1", "house_bill_of_lading": "H1"}], 1),
        ([{"bill_of_lading": "B1"}, {"declaration_id": "D1", "bill_of_lading": "B2"}], 2),
        ([{"bill_of_lading": "TBA"}, {"declaration_id": "D1", "bill_of_lading": "TBA"}], 2),
        ([{"bill_of_lading": "B1", "bill_issuer": "X"}, {"bill_of_lading": "B1", "bill_issuer": "Y"}], 2),
        ([{"bill_of_lading": "B1", "substance_id": "toluene"}, {"declaration_id": "D1", "bill_of_lading": "B1"}], 2),
    ],
)
def test_two_documents_about_one_cargo_count_once_recorded_or_new(reference, documents, cargoes):
    one, other = ({**d, "line_id": n} for n, d in zip("AB", documents, strict=True))
    assert bool(flags(reference, TWICE, rows(one, other))) is (cargoes == 2)
    for new, old in ((one, other), (other, one)):
        assert bool(flags(reference, TWICE, rows(new), rows(old))) is (cargoes == 2)


def test_the_law_is_that_of_each_movements_own_day(reference):
    rule = make_rule(
        "type: event_count\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 1}\nemit: trigger",
        detection="listed: {tier: convention}\n  condition: listed",
    )
    days = (date(2022, 11, 22), date(2022, 11, 23))  # norfentanyl is listed from the second on
    found = flags(
        reference,
        rule,
        rows(*({"line_id": n, "substance_id": "norfentanyl", "as_of_date": d} for n, d in zip("AB", days, strict=True))),
    )
    assert [line for line, _ in told(found)] == ["B"]
    unlisted = make_rule(
        "type: event_count\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 1}\nemit: trigger",
        detection="none: {control|exists: false}\n  condition: none",
    )
    made = rows({"line_id": "A", "substance_id": None}, {"line_id": "B", "substance_id": "acetone"})
    assert [line for line, _ in told(flags(reference, unlisted, made))] == ["A"]


def test_a_threshold_is_that_of_the_direction(reference):
    rule = make_rule(
        "type: value_sum\nfield: substance_mass_kg\ngroup-by: [consignee_key, direction]\ntimespan: 10d\ncondition: {gte: {field: threshold_kg}}\nemit: trigger"
    )
    made = [
        {"line_id": f"{d}{kg}", "direction": d, "substance_mass_kg": kg, "consignee_key": f"{d}{kg}"}
        for d in ("import", "export")
        for kg in (1499, 1500)
    ]
    assert [line for line, _ in told(flags(reference, rule, rows(*made)))] == ["export1500", "import1500"]


@pytest.mark.parametrize(
    ("jurisdiction", "rule_id", "kg", "found"),
    [
        ("EU", "PS-QTY-017", "25", []),
        ("EU", "PS-QTY-017", "25.000001", ["D"]),
        ("US", "PS-QTY-005", "13.75", ["D"]),
        ("US", "PS-QTY-005", "13.749999", []),
    ],
)
def test_what_is_recorded_sums_up_to_the_limit_as_the_law_counts(jurisdiction, rule_id, kg, found):
    """The Union exempts 100 kg of potassium permanganate in a year, the United States regulate 55 kg in a month."""
    reference = load_reference(watchlists=None, jurisdiction=jurisdiction, as_of=AS_OF)
    (rule,) = (r for r in reference.rules if r.rule.id == rule_id)
    first = {"EU": "25", "US": "13.75"}[jurisdiction]
    plain = {
        "direction": "domestic",
        "sender_key": "p",
        "receiver_key": "a",
        "substance_id": "potassium-permanganate",
        "match_strength": "strong",
        "match_method": "name",
        "form": "substance",
    }
    made = [
        {"line_id": n, **plain, "substance_mass_kg": Decimal(m)} for n, m in zip("ABCD", (first, first, first, kg), strict=True)
    ]
    assert [line for line, _ in told(flags(reference, rule, rows(made[3]), rows(*made[:3])))] == found


def test_names_of_substances_are_shown(reference):
    rule = make_rule("type: value_sum\nfield: substance_mass_kg\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 2}")
    made = rows({"line_id": "A", "substance_mass_kg": 1}, {"line_id": "B", "substance_mass_kg": 1, "substance_id": "toluene"})
    (found,) = flags(reference, rule, made)
    assert found["because"].endswith("2 Acetone, Toluene")


AMENDED = make_rule(
    "type: event_count\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 1}\nemit: trigger",
    detection="other: {previous_country_of_destination: FR}\n  condition: other",
    more="fields: [previous_country_of_destination]",
)


@pytest.mark.parametrize(
    ("before", "flagged"),
    [
        ([{"country_of_destination": "FR"}], True),
        ([{"country_of_destination": "DE"}], False),
        ([{"country_of_destination": "FR", "movement_key": "j"}], False),
        (
            [{"country_of_destination": "DE", "substance_id": "toluene"}, {"country_of_destination": "FR"}],
            True,
        ),  # of the same substance first
        ([{"country_of_destination": "FR", "substance_id": "toluene"}, {"country_of_destination": "DE"}], False),
        ([{"country_of_destination": "FR", "substance_id": "toluene"}], True),
        (
            [{"country_of_destination": "DE", "substance_id": "zz"}, {"country_of_destination": "FR", "substance_id": "toluene"}],
            True,
        ),
    ],
)
def test_what_an_amended_movement_said_before_is_looked_up(reference, before, flagged):
    made = rows({"line_id": "A", "movement_key": "k", "country_of_destination": "DE"})
    amended = rows(*({"line_id": f"R{n}", "movement_key": "k", **b} for n, b in enumerate(before)))
    found = flags(reference, AMENDED, made, amended=amended)
    assert bool(found) is flagged
    if flagged:
        shown = {e["field"]: e["as_written"] for e in json.loads(found[0]["evidence"])}
        assert shown["previous_country_of_destination"] == "FR"


def test_rules_of_one_length_ask_together_and_the_longest_span_is_asked_for():
    def rule(number: int, correlation: str) -> CompiledRule:
        made = make_rule(correlation)
        return replace(made, rule=replace(made.rule, id=f"PS-QTY-{number}"))

    count = "type: event_count\ngroup-by: [consignee_key]\ncondition: {{gte: 2}}\ntimespan: {}d"
    days = [1, 31, 32, 92, 93, 366, 367, 3660]
    rules = [rule(900 + n, count.format(d)) for n, d in enumerate(days)]
    plan = plan_queries(rules, ())
    assert [(ask.span_days, [r.rule.id[-3:] for r in mine]) for ask, mine in plan] == [
        (31, ["900", "901"]), (92, ["902", "903"]), (366, ["904", "905"]), (3660, ["906", "907"]),
    ]  # fmt: skip
    assert SPANS == (31, 92, 366, 3660)
    assert plan_queries([rule(908, count.format(5)), rule(909, count.format(9))], ())[0][0].span_days == 9
    first = rule(910, "type: first_seen\ngroup-by: [consignee_key]\nmin_history: 9d")
    wide = rule(911, "type: event_count\ngroup-by: [substance_id]\ncondition: {gte: 2}\ntimespan: 9d")
    borne = rule(
        912,
        "type: baseline\nfield: substance_mass_kg\ngroup-by: [substance_id]\ntimespan: 9d\nmin_history: 2\ncondition: {gte: 2}",
    )
    narrow = rule(913, "type: event_count\ngroup-by: [substance_id, consignee_key]\ncondition: {gte: 2}\ntimespan: 9d")
    none = rule(914, "type: absence\nregister: permits\nmatch: {permit_reference: reference}")
    plan = plan_queries([first, wide, borne, narrow, none], ("permits",))
    assert [([r.rule.id[-3:] for r in mine], ask.span_days, len(ask.groupings)) for ask, mine in plan] == [
        (["914"], 0, 0), (["913"], 9, 1), (["911"], 9, 1), (["912"], 9, 1), (["910"], None, 1),
    ]  # fmt: skip
    assert [("bill_of_lading" in ask.columns) for ask, _ in plan] == [True, True, True, False, True]


def test_a_late_movement_tips_what_is_recorded_after_it(reference):
    later = {"line_id": "R", "as_of_date": START + timedelta(days=10)}
    assert told(flags(reference, TWICE, rows({"line_id": "A"}), rows(later))) == [("A", ["R"])]
    assert told(flags(reference, TWICE, rows({"line_id": "A"}), rows({**later, "as_of_date": START + timedelta(days=11)}))) == []
