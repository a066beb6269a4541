"""What bounds memory changes no flag: days and rules taken a few at a time, spans of first sight, questions to the past by span."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import moves_from_rows
from precursor_screen.core.arrow import set_columns
from precursor_screen.core.history_seam import AMENDED_MOVEMENT, REFERENCES
from precursor_screen.core.schema import MOVEMENT_COLUMNS
from precursor_screen.kernel.judge.flag import sum_unjudged
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.judge.windows import judge
from precursor_screen.kernel.judge.windows import layout as layout
from precursor_screen.kernel.judge.windows.judge import flag_movements, judge_windows, request_history
from precursor_screen.kernel.judge.windows.queries import GOODS, are_of_rules, judging_columns, plan_queries
from precursor_screen.kernel.screen import NoHistory
from precursor_screen.rulebook.compile import CompiledRule
from tests.examples import examples
from tests.kernel.judge.windows.test_judge import START, flagged, groups, histories, make_rule
from tests.kernel.judge.windows.test_judge import row as movement
from tests.screening import of_each_kind, screen_rows, to_movements, with_rules

REGISTERS = ("permits", "pre-export-notifications", "licences", "annual-requirements")


@examples(8, 60)
@given(rows=histories(), days=st.integers(1, 20))
def test_the_first_within_a_span_is_what_it_is_by_hand(rows, days):
    rule = make_rule(f"type: first_seen\ngroup-by: [consignee_key]\ntimespan: {days}d\nmin_history: 10d\nemit: trigger")
    expected = set()
    for group in groups(rows, "consignee_key").values():
        for row in (r for r in group if not r["recorded"] and r["as_of_date"] >= START + timedelta(days=10)):
            gaps = [row["as_of_date"] - r["as_of_date"] for r in group]
            if not any(timedelta(0) < gap <= timedelta(days=days) for gap in gaps):
                expected.add(row["line_id"])
    assert flagged(rule, rows) == expected


def test_rules_and_movements_a_few_at_a_time_give_the_flags_of_all_at_once(reference, monkeypatch):
    reference = of_each_kind(reference, "PS-QTY-002", "PS-QTY-005")
    rows = [
        {
            "description of goods": "ACETONE",
            "hs code": "29141100",
            "net weight kg": 1300 + n if n % 4 else None,  # a rule about sums cannot judge those without
            "date": f"2026-03-{n + 1:02}",
            "bill of lading": f"B{n}",
            "country of dispatch": "DE",
            "country of destination": "US",
        }
        for n in range(8)
    ]
    movements = to_movements(screen_rows(rows, with_rules(reference)).screened.resolved)
    request = request_history(movements.live, reference.rules, reference.registers)
    whole = judge_windows(movements.live, NoHistory().look_back(request), reference.rules, reference)[:2]
    assert {"PS-QTY-002", "PS-QTY-005"} <= set(whole[0].column("rule_id").to_pylist())
    assert {"PS-QTY-002", "PS-QTY-005"} <= set(whole[1].column("rule_id").to_pylist())
    monkeypatch.setattr(judge, "_JUDGED_AT_ONCE", 1)
    monkeypatch.setattr(judge, "_READ_AT_ONCE", 1)
    monkeypatch.setattr(layout, "_AT_ONCE", 1)
    flags, unjudged = judge_windows(movements.live, NoHistory().look_back(request), reference.rules, reference)[:2]
    assert (flags, sum_unjudged(unjudged)) == (whole[0], sum_unjudged(whole[1]))


def test_each_rule_asks_once_for_a_span_and_the_columns_that_hold_it(reference):
    plan = plan_queries(reference.rules, REGISTERS)
    asked = [rule.rule.id for _, rules in plan for rule in rules]
    assert sorted(asked) == sorted(r.rule.id for r in reference.rules if r.rule.scope == "history")
    stored = {c for ask, _ in plan for c in ask.columns}
    for ask, rules in plan:
        for window in (r.window for r in rules if r.window and ask.groupings):
            assert set(window.groupings) <= set(ask.groupings)
            assert ask.span_days is None or (window.reach is not None and window.reach <= ask.span_days)
        for rule in rules:
            assert judging_columns(rule) & stored <= set(ask.columns)


def test_sums_heed_that_two_documents_are_about_one_cargo(reference):
    for ask, rules in plan_queries(reference.rules, REGISTERS):
        if any(r.window and r.window.kind not in ("baseline", "first_seen") for r in rules):
            assert {*REFERENCES, "substance_mass_kg"} <= set(ask.columns)


def test_tests_made_once_a_substance_and_day_give_what_tests_of_every_movement_give(reference, monkeypatch):
    """Among the movements: substances that no law lists on their day, and goods without a substance, of which no law speaks."""
    of_goods = make_rule(
        "type: event_count\ngroup-by: [consignee_key]\ntimespan: 9d\ncondition: {gte: 2}",
        detection="none: {control|exists: false}\n  listed: {tier: convention}\n  condition: none or not listed",
    )
    rows = [
        {
            "description of goods": goods,
            "consignee": f"Firm {n % 2}",
            "date": f"{year}-03-{n + 1:02}",
            "bill of lading": f"B{n}{year}",
        }
        for n, goods in enumerate(["ACETONE", "NORFENTANYL", "PILL PRESS", "PILL PRESS", "SULPHURIC ACID", "PIPERONAL"])
        for year in (1980, 2026)
    ]
    movements = to_movements(screen_rows(rows, with_rules(reference)).screened.resolved)
    rules = [*of_each_kind(reference, "PS-CHEM-021").rules, of_goods]
    request = request_history(movements.live, rules, reference.registers)
    once = judge_windows(movements.live, NoHistory().look_back(request), rules, reference)[:2]
    assert judge.tests_of_law([of_goods])
    monkeypatch.setattr(judge, "tests_of_law", lambda _: {})
    assert judge_windows(movements.live, NoHistory().look_back(request), rules, reference)[:2] == once
    assert {of_goods.rule.id, "PS-CHEM-021"} <= set(once[0].column("rule_id").to_pylist())


@pytest.fixture(scope="module")
def acetone(reference):
    return to_movements(
        screen_rows([{"description of goods": "ACETONE", "date": "2026-03-01"}], with_rules(reference)).screened.resolved
    )


OF_OTHERS = (GOODS, "dropped_substance_id")  # by these a rule is about other movements than those of substances
FIELDS = [c.name for c in MOVEMENT_COLUMNS if c.kind == "text" and c.name not in OF_OTHERS]


def about(name: str, number: int) -> list[CompiledRule]:
    """Rules of which one requires a field, one counts its values, and one asks for it otherwise and is sure of nothing."""
    count = f"type: value_count\nfield: {name}\ngroup-by: [consignee_key]\ntimespan: 9d\ncondition: {{gte: 1}}"
    event = "type: event_count\ngroup-by: [consignee_key]\ntimespan: 9d\ncondition: {gte: 1}"
    unsure = make_rule(event, detection=f"a: {{{name}|exists: true, consignee_key: nobody}}\n  condition: a")
    rules = (unsure, make_rule(event, requires=f"[{name}]"), make_rule(count))
    return [replace_id(rule, f"PS-{kind}-{100 + number}") for rule, kind in zip(rules, ("COV", "QTY", "CHEM"), strict=True)]


@pytest.fixture(scope="module")
def told(reference, acetone) -> set[str]:
    """The rules about all fields that flag something or say that they cannot: beside each other, for what is known of the one is none of
    the other's business."""
    rules = [rule for number, name in enumerate(FIELDS) for rule in about(name, number)]
    request = request_history(acetone.live, rules, ())
    flags, unjudged = judge_windows(acetone.live, NoHistory().look_back(request), rules, reference)[:2]
    return set(flags.column("rule_id").to_pylist()) | set(unjudged.column("rule_id").to_pylist())


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_can_be_required_counted_and_named(told, name):
    mine = {rule.rule.id for rule in about(name, FIELDS.index(name))}
    assert told & mine == {rule_id for rule_id in mine if not rule_id.startswith("PS-COV")}


def replace_id(rule, rule_id):
    return replace(rule, rule=replace(rule.rule, id=rule_id))


def test_a_telephone_number_in_the_address_is_found_again(reference):
    rows = [
        {
            "description of goods": "SAFROLE",
            "net weight kg": 25,
            "consignee": name,
            "consignee address": f"{n} Dock Street, Denby 13015000, Tel +442079460018",
            "date": f"2026-03-0{n}",
            "bill of lading": f"B{n}",
        }
        for n, name in enumerate(("Amalta Trading", "Borvik Supplies", "Corvane Imports"), 1)
    ]
    known = replace(reference, rules=tuple(r for r in reference.rules if r.rule.id == "PS-QTY-025"))
    movements = to_movements(screen_rows(rows, with_rules(known)).screened.resolved)
    request = request_history(movements.live, known.rules, known.registers)
    flags, _ = judge_windows(movements.live, NoHistory().look_back(request), known.rules, known)[:2]
    assert flags.num_rows == 1
    assert "442079460018" in flags.column("because").to_pylist()[0]


@pytest.mark.parametrize(("first", "flagged_days"), [("2025-11-20", ["2026-11-20"]), ("2026-11-01", [])])
def test_windows_over_watched_goods_begin_where_their_own_record_does(reference, first, flagged_days):
    """A ledger of years that kept none of these goods knows nothing of who received them: a first receiver is unknown, not new."""
    rows = [
        {
            "bill of lading": f"B{n}",
            "consignee": f"Firm {n} Ltd",
            "description of goods": "CITRIC ACID",
            "hs code": "291814",
            "date": day,
        }
        for n, day in enumerate((first, "2026-11-20"))
    ]
    movements = to_movements(screen_rows(rows, with_rules(reference)).screened.resolved)
    assert movements.live.column(GOODS).null_count == 0
    rules = [r for r in reference.rules if r.rule.id == "PS-COV-007"]
    request = request_history(movements.live, rules, ())
    past = replace(NoHistory().look_back(request), since=date(2020, 1, 1))
    flags, unjudged = judge_windows(movements.live, past, rules, reference)[:2]
    days = dict(zip(movements.live.column("line_id").to_pylist(), movements.live.column("as_of_date").to_pylist(), strict=True))
    assert [days[line].isoformat() for line in flags.column("line_id").to_pylist()] == flagged_days
    assert sum(unjudged.column("count").to_pylist()) == 2 - len(flagged_days)


def test_rules_about_substances_never_see_watched_goods_nor_the_other_way_round(reference):
    rows = [
        {"bill of lading": "B1", "description of goods": "ACETONE", "hs code": "291411", "date": "2026-11-20"},
        {"bill of lading": "B2", "description of goods": "CITRIC ACID", "hs code": "291814", "date": "2026-11-20"},
    ]
    movements = to_movements(screen_rows(rows, with_rules(reference)).screened.resolved).live
    two = [r for r in reference.rules if r.rule.id in ("PS-COV-007", "PS-QTY-005")]
    by_kind = {r.rule.id: movements.filter(are_of_rules(movements, [r], AMENDED_MOVEMENT.empty_table())) for r in two}
    assert by_kind["PS-COV-007"].column("shipment_id").to_pylist() == ["B2"]
    assert by_kind["PS-QTY-005"].column("shipment_id").to_pylist() == ["B1"]


def test_movements_are_counted_together_however_many_are_read_at_once(monkeypatch):
    rule = make_rule("type: event_count\ngroup-by: [permit_reference]\ntimespan: 9d\ncondition: {gte: 6000}")
    rows = [movement(f"L{n}", n % 5, permit_reference="P-1") for n in range(6_000)]
    monkeypatch.setattr(layout, "_AT_ONCE", 1_000)
    assert flagged(rule, rows) != set()
    assert flagged(rule, rows[1:]) == set()


def test_what_is_in_no_group_of_one_rule_may_be_in_one_of_another():
    count = "type: event_count\ngroup-by: [{}]\ntimespan: 9d\ncondition: {{gte: 2}}"
    rules = [
        replace_id(make_rule(count.format(key)), f"PS-QTY-{n}")
        for n, key in enumerate(("consignee_key", "permit_reference"), 901)
    ]
    rows = [movement(f"L{n}", n, permit_reference="--") for n in range(3)]
    flags, _ = flag_movements(moves_from_rows(rows, frozenset().union(*map(columns_of_rule, rules))), rules, START, {})
    assert flags.column("rule_id").to_pylist() == ["PS-QTY-901"]


def test_which_flag_stands_does_not_depend_on_ids(reference):
    """Ids are hashes: whoever changes one column of a file changes all of them."""
    goods = ["ACETONE", "TOLUENE", "SULPHURIC ACID 98 %", "POTASSIUM PERMANGANATE", "ACETIC ANHYDRIDE", "REACTION FLASK 20 L"]
    rows = [
        {
            "description of goods": goods[n % 6],
            "net weight kg": 100 + 90 * (n * 7 % 11),
            "date": f"2026-03-{1 + n % 3:02}",
            "bill of lading": f"B{n // 2}",
            "item no": n % 2,
            "consignor": f"Zorvan Chemie {n % 2}",
            "consignee": f"Mirage Trading {n % 4}",
            "country of dispatch": "DE",
            "country of destination": "US",
        }
        for n in range(72)
    ]
    live = to_movements(screen_rows(rows, with_rules(reference)).screened.resolved).live
    once = judged(live, reference)
    for salt in range(3):
        assert judged(renumbered(live, salt), reference) == once


def judged(live, reference):
    request = request_history(live, reference.rules, reference.registers)
    flags = judge_windows(live, NoHistory().look_back(request), reference.rules, reference).flags
    assert len(set(flags.column("rule_id").to_pylist())) > 3
    return sorted(zip(*(flags.column(c).to_pylist() for c in ("rule_id", "source_row", "because")), strict=True))


def renumbered(live, salt):
    def other(ids):
        return pa.array([hashlib.sha256(f"{salt} {one}".encode()).hexdigest()[:32] for one in ids.to_pylist()])

    ids, keys = live.column("line_id"), live.column("movement_key")
    own = pc.equal(keys, ids)  # without any reference
    return set_columns(live, {"line_id": other(ids), "movement_key": pc.if_else(own, other(ids), keys)})
