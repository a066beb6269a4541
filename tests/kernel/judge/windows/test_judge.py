"""Windows against a row-by-row reading of the same definitions: whatever the order, the split, or what was recorded before."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.rulecheck.inline_tests import moves_from_rows, register_from_rows
from precursor_screen.core.located import parse_yaml
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.judge.windows.judge import flag_movements
from precursor_screen.rulebook.compile import CompiledRule, compile_rule
from precursor_screen.rulebook.grammar import parse_rule
from tests.examples import examples

START = date(2026, 1, 1)


def make_rule(
    correlation: str,
    *,
    detection: str = "any: {substance_id|exists: true}\n  condition: any",
    requires: str = "[]",
    subject: str = "substance",
    more: str = "",
) -> CompiledRule:
    text = f"""
schema: 1
id: PS-QTY-900
version: 1.0.0
title: A title
status: test
level: low
confidence: low
weight: 5
subject: {subject}
scope: history
requires: {requires}
{more}
detection:
  {detection}
correlation:
{textwrap.indent(textwrap.dedent(correlation), "  ")}
explain: "{{correlation_value}} {{window}} {{window_lines}} {{group_members}}"
"""
    return compile_rule(parse_rule(parse_yaml(text, "rule.yml")), {})


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    count = draw(st.integers(1, 14))
    rows = []
    for n in range(count):
        day = draw(st.integers(0, 40))
        rows.append(
            {
                "line_id": f"L{n:02}",
                "cargo_id": draw(st.sampled_from([f"L{n:02}", "X", "Y"])),
                "as_of_date": START + timedelta(days=day),
                "consignee_key": draw(st.sampled_from(["a", "b"])),
                "consignor_key": draw(st.sampled_from(["p", "q", "r"])),
                "country_of_destination": draw(st.sampled_from(["DE", "FR"])),
                "substance_id": draw(st.sampled_from(["s", "s", "t"])),
                "substance_mass_kg": draw(st.sampled_from([1, 5, 10, 10.5, None])),
                "recorded": draw(st.booleans()),
            }
        )
    return rows


def groups(rows: list[dict[str, Any]], *keys: str) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[k] for k in keys)].append(row)
    return found


def flagged(rule: CompiledRule, rows: list[dict[str, Any]], since: date | None = START) -> set[str]:
    moves = moves_from_rows(rows, columns_of_rule(rule))
    return set(flag_movements(moves, [rule], since, {})[0].column("line_id").to_pylist())


def by_hand(rows: list[dict[str, Any]], keys: tuple[str, ...], days: int, is_true: Any, emit: str) -> set[str]:
    """The definition of the rule format, said once more without SQL."""
    found = set()
    for group in groups(rows, *keys).values():

        def at(end: date, group: list[dict[str, Any]] = group) -> bool:
            return bool(is_true([r for r in group if end - timedelta(days=days) <= r["as_of_date"] <= end]))

        new = sorted((r for r in group if not r["recorded"]), key=gravity)
        span = timedelta(days=days)
        ends = sorted({r["as_of_date"] for r in group if r["recorded"] and at(r["as_of_date"])})
        reached = {
            r["line_id"]: [r["as_of_date"]]
            if at(r["as_of_date"])
            else [e for e in ends if r["as_of_date"] <= e <= r["as_of_date"] + span]
            for r in new
        }
        if emit == "trigger":
            # Each true window is told of: one that ends at a recorded movement by the gravest new one of the last day in it.
            found |= {r["line_id"] for r in new if at(r["as_of_date"])}
            within = ([r for r in new if e - span <= r["as_of_date"] <= e] for e in ends)
            found |= {of_last_day(inside)["line_id"] for inside in within if inside}
            continue
        # An episode goes on while true days follow each other within the span; the first new movement or that of the last day carries it.
        carriers: list[list[dict[str, Any]]] = []
        days_true = sorted(
            {r["as_of_date"] for r in group if new and at(r["as_of_date"]) and r["as_of_date"] >= new[0]["as_of_date"]}
        )
        number = {d: sum(b - a > span for a, b in pairwise(days_true[: n + 1])) for n, d in enumerate(days_true)}
        for row in new:
            if reached[row["line_id"]]:
                of = number[min(reached[row["line_id"]])]
                carriers += [[] for _ in range(of + 1 - len(carriers))]
                carriers[of].append(row)
        found |= {(c[0] if emit == "crossing" else of_last_day(c))["line_id"] for c in carriers if c}
    return found


def gravity(row: dict[str, Any]) -> tuple[Any, ...]:
    """By day, and of one day the gravest first."""
    mass = row.get("substance_mass_kg")
    return row["as_of_date"], mass is None, -(mass or 0), row["line_id"]


def of_last_day(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(r for r in rows if r["as_of_date"] == rows[-1]["as_of_date"])


@pytest.mark.parametrize("emit", ["crossing", "trigger", "group"])
@examples(8, 60)
@given(rows=histories())
def test_counts_of_cargo_are_what_they_are_by_hand(emit, rows):
    rule = make_rule(
        f"type: event_count\ngroup-by: [consignee_key, substance_id]\ntimespan: 10d\ncondition: {{gte: 3}}\nemit: {emit}"
    )
    expected = by_hand(rows, ("consignee_key", "substance_id"), 10, lambda w: len({r["cargo_id"] for r in w}) >= 3, emit)
    assert flagged(rule, rows) == expected


@examples(8, 60)
@given(rows=histories())
def test_sums_joined_with_counts_are_what_they_are_by_hand(rows):
    rule = make_rule(
        """\
        type: value_sum
        field: substance_mass_kg
        group-by: [consignee_key]
        timespan: 7d
        condition: {gte: 20}
        and: {type: value_count, field: consignor_key, condition: {gte: 2}}
        emit: trigger
        """
    )
    known = [r for r in rows if r["substance_mass_kg"] is not None]

    def is_true(window: list[dict[str, Any]]) -> bool:
        total = sum(Decimal(str(r["substance_mass_kg"])) for r in window)
        return total >= 20 and len({r["consignor_key"] for r in window}) >= 2

    # Both conditions hold in one window: the one that ends at the movement, or at a recorded one.
    assert flagged(rule, rows) == by_hand(known, ("consignee_key",), 7, is_true, "trigger")


@examples(8, 60)
@given(rows=histories(), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, seed):
    rule = make_rule(
        "type: value_count\nfield: consignor_key\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 2}\nemit: crossing"
    )
    shuffled = list(rows)
    seed.shuffle(shuffled)
    assert flagged(rule, rows) == flagged(rule, shuffled)


@examples(8, 60)
@given(rows=histories(), cut=st.integers(0, 40))
def test_two_runs_in_date_order_give_the_trigger_flags_of_one(rows, cut):
    rule = make_rule("type: event_count\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 3}\nemit: trigger")
    rows = [{**r, "recorded": False} for r in rows]
    day = START + timedelta(days=cut)
    first = [r for r in rows if r["as_of_date"] < day]
    second = [{**r, "recorded": True} for r in first] + [r for r in rows if r["as_of_date"] >= day]
    split = (flagged(rule, first) if first else set()) | flagged(rule, second)
    assert split == flagged(rule, rows)


@examples(8, 60)
@given(rows=histories())
def test_one_after_another_with_another_destination(rows):
    rule = make_rule(
        """\
        type: temporal_ordered
        selections: [small, large]
        group-by: [consignee_key]
        timespan: 10d
        differs: [country_of_destination]
        emit: trigger
        """,
        detection="small: {substance_mass_kg|lte: 1}\n  large: {substance_mass_kg|gte: 10}\n  condition: small or large",
    )
    expected = set()
    for group in groups([r for r in rows if r["substance_mass_kg"] in (1, 10, 10.5)], "consignee_key").values():

        def is_large(row: dict[str, Any], group: list[dict[str, Any]] = group) -> bool:
            return row["substance_mass_kg"] >= 10 and any(
                a["substance_mass_kg"] == 1
                and timedelta(0) < row["as_of_date"] - a["as_of_date"] <= timedelta(days=10)
                and a["country_of_destination"] != row["country_of_destination"]
                for a in group
            )

        new = sorted((r for r in group if not r["recorded"]), key=gravity)
        expected |= {r["line_id"] for r in new if is_large(r)}
        for end in (r["as_of_date"] for r in group if r["recorded"] and is_large(r)):  # told of by the last new one before it
            within = [r["line_id"] for r in new if timedelta(0) <= end - r["as_of_date"] <= timedelta(days=10)]
            expected.update(within[-1:])
    assert flagged(rule, rows) == expected


@examples(9, 40)
@given(rows=histories())
def test_a_jump_is_judged_against_the_past_without_its_own_day(rows):
    rule = make_rule(
        "type: baseline\nfield: substance_mass_kg\ngroup-by: [consignee_key]\ntimespan: 20d\nmin_history: 2\ncondition: {gte: 2}"
    )
    moves = moves_from_rows(rows, columns_of_rule(rule))
    flags, unjudged = flag_movements(moves, [rule], START, {})
    expected, early = set(), 0
    for group in groups([r for r in rows if r["substance_mass_kg"] is not None], "consignee_key").values():
        for row in group:
            past = sorted(
                Decimal(str(r["substance_mass_kg"]))
                for r in group
                if timedelta(0) < row["as_of_date"] - r["as_of_date"] <= timedelta(days=20)
            )
            if row["recorded"]:
                continue
            if len(past) < 2:
                early += 1
                continue
            half = len(past) // 2
            middle = past[half] if len(past) % 2 else (past[half - 1] + past[half]) / 2
            if Decimal(str(row["substance_mass_kg"])) / middle >= 2:
                expected.add(row["line_id"])
    assert set(flags.column("line_id").to_pylist()) == expected
    by_field = dict(zip(unjudged.column("field").to_pylist(), unjudged.column("count").to_pylist(), strict=True))
    assert by_field.get("history", 0) == early
    assert by_field.get("substance_mass_kg", 0) == sum(r["substance_mass_kg"] is None and not r["recorded"] for r in rows)


def row(line_id: str, day: int, **more: Any) -> dict[str, Any]:
    return {
        "line_id": line_id,
        "as_of_date": START + timedelta(days=day),
        "substance_id": "s",
        "consignee_key": "a",
        "recorded": False,
        **more,
    }


def test_the_first_of_a_pair_needs_a_history_that_reaches_back():
    rule = make_rule("type: first_seen\ngroup-by: [consignee_key]\nmin_history: 30d")
    rows = [row("A", 40), row("B", 41), row("C", 40, consignee_key="b")]
    assert flagged(rule, rows) == {"A", "C"}
    moves = moves_from_rows(rows, columns_of_rule(rule))
    flags, unjudged = flag_movements(moves, [rule], START + timedelta(days=20), {})
    assert flags.num_rows == 0
    assert unjudged.select(["field", "count"]).to_pylist() == [{"field": "history", "count": 2}]
    assert flagged(rule, [*rows, row("P", 2, recorded=True)]) == {"C"}


def test_a_calendar_month_begins_on_its_first_day():
    rule = make_rule(
        "type: value_sum\nfield: substance_mass_kg\ngroup-by: [consignee_key]\ncalendar: month\ncondition: {gte: 20}"
    )
    rows = [row("A", 30, substance_mass_kg=15), row("B", 31, substance_mass_kg=15), row("C", 40, substance_mass_kg=5)]
    assert flagged(rule, rows) == {"C"}  # 31 January belongs to another month


def test_what_could_not_be_judged_is_named_beside_a_flag_and_stops_one_that_it_could_undo():
    rows = [row("A", 1, substance_mass_kg=15), row("B", 2, substance_mass_kg=None), row("C", 3, substance_mass_kg=15)]
    over = make_rule("type: value_sum\nfield: substance_mass_kg\ngroup-by: [consignee_key]\ntimespan: 7d\ncondition: {gte: 20}")
    flags, _ = flag_movements(moves_from_rows(rows, columns_of_rule(over)), [over], START, {})
    assert flags.column("line_id").to_pylist() == ["C"]
    assert flags.column("window_line_ids").to_pylist() == [["A"]]
    assert '"field":"not_evaluable_lines","as_written":"1"' in flags.column("evidence")[0].as_py()
    under = make_rule("type: value_sum\nfield: substance_mass_kg\ngroup-by: [consignee_key]\ntimespan: 7d\ncondition: {lt: 40}")
    flags, unjudged = flag_movements(moves_from_rows(rows, columns_of_rule(under)), [under], START, {})
    assert flags.column("line_id").to_pylist() == ["A"]
    assert ("group", 1) in zip(unjudged.column("field").to_pylist(), unjudged.column("count").to_pylist(), strict=True)


def test_registers():
    absent = make_rule("type: absence\nregister: permits\nmatch: {permit_reference: reference}")
    over = make_rule(
        "type: reconcile\nregister: permits\nmatch: {permit_reference: reference}\nfield: substance_mass_kg\nagainst: quantity_kg\ntolerance: 0.02"
    )
    rows = [
        row("A", 1, permit_reference="P1", substance_mass_kg=60),
        row("B", 9, permit_reference="P1", substance_mass_kg=42.5),
        row("C", 9, permit_reference="P2", substance_mass_kg=1),
        row("D", 9, permit_reference=None, substance_mass_kg=1),
    ]
    registers = {"permits": register_from_rows(({"reference": "P1", "quantity_kg": 100},))}

    def judged(rule: CompiledRule, registers: dict[str, Any]) -> tuple[list[str], dict[str, int]]:
        flags, unjudged = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, registers)
        counts: dict[str, int] = {}
        for field, count in zip(unjudged.column("field").to_pylist(), unjudged.column("count").to_pylist(), strict=True):
            counts[field] = counts.get(field, 0) + count
        return flags.column("line_id").to_pylist(), counts

    assert judged(absent, registers) == (["C"], {"permit_reference": 1})
    assert judged(over, registers) == (["B"], {"permit_reference": 1, "register.permits": 1})  # 102.5 kg are over 100 + 2 %
    assert judged(absent, {}) == ([], {"permit_reference": 1, "register.permits": 3})


def test_a_heavy_group_names_the_latest_lines_and_counts_them_all():
    rule = make_rule("type: event_count\ngroup-by: [consignee_key]\ntimespan: 10d\ncondition: {gte: 300}")
    rows = [row(f"L{n:04}", n // 100) for n in range(400)]
    flags, _ = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})
    assert flags.num_rows == 1
    assert len(flags.column("window_line_ids")[0]) == 199
    assert flags.column("because")[0].as_py() == "300 within 10 days (2026-01-02 to 2026-01-03) 300 not stated"


def test_sums_of_divisions_do_not_depend_on_the_order_of_rows():
    found = []
    for condition in ("gt", "gte"):
        rule = make_rule(
            f"type: value_sum\nfield: price\ngroup-by: [consignee_key]\ntimespan: 9d\ncondition: {{{condition}: 0.6}}\nemit: trigger",
            more="derive: {price: {div: [value_usd, packages]}}",
        )
        for values in ((1, 2, 3), (3, 2, 1)):
            row = {"as_of_date": START, "consignee_key": "a", "substance_id": "s", "packages": 10}
            rows = [{**row, "line_id": f"L{n}", "value_usd": value} for n, value in enumerate(values)]
            flags, _ = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})
            found.append(flags.num_rows)
    assert found == [0, 0, 3, 3]


def test_a_rule_over_time_may_judge_lines_and_counts_each_once():
    rule = make_rule(
        "type: event_count\ngroup-by: [consignee_key]\ntimespan: 9d\ncondition: {gte: 2}\nemit: trigger",
        detection="any: {hs6|exists: true}\n  condition: any",
        subject="line",
    )
    row = {"as_of_date": START, "consignee_key": "a", "hs6": "290911"}
    two_substances = [{**row, "line_id": "A", "substance_id": s} for s in ("s", "t")]
    for rows, expected in ((two_substances, []), ([*two_substances, {**row, "line_id": "B", "substance_id": "s"}], ["A", "B"])):
        flags, _ = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})
        assert sorted(flags.column("line_id").to_pylist()) == expected


def test_no_rule_finds_nothing():
    flags, unjudged = flag_movements(moves_from_rows([{"line_id": "A", "as_of_date": START}], frozenset()), [], START, {})
    assert flags.num_rows == unjudged.num_rows == 0


@examples(8, 60)
@given(rows=histories())
def test_only_values_that_were_not_seen_before_are_counted(rows):
    """Of those that are told: the record covers the days before."""
    rule = make_rule(
        """\
        type: value_count
        field: consignor_key
        group-by: [consignee_key]
        timespan: 7d
        unseen: 12d
        condition: {gte: 2}
        emit: trigger
        """
    )

    def debuts(group: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            r
            for r in group
            if not any(
                o["consignor_key"] == r["consignor_key"] and 0 < (r["as_of_date"] - o["as_of_date"]).days <= 12 for o in group
            )
        ]

    new = [r for group in groups(rows, "consignee_key").values() for r in debuts(group)]
    ids = {r["line_id"] for r in new}
    expected = by_hand(
        rows, ("consignee_key",), 7, lambda w: len({r["consignor_key"] for r in w if r["line_id"] in ids}) >= 2, "trigger"
    )
    assert flagged(rule, rows, START - timedelta(days=60)) == expected


@examples(8, 60)
@given(rows=histories(), known=st.sampled_from(["", "known: 25d"]))
def test_a_burst_after_silence(rows, known):
    rule = make_rule(
        f"""\
        type: event_count
        group-by: [consignee_key]
        timespan: 7d
        silence: 9d
        {known}
        condition: {{gte: 2}}
        emit: trigger
        """
    )
    days = {key: sorted(r["as_of_date"] for r in group) for key, group in groups(rows, "consignee_key").items()}

    def is_true(window: list[dict[str, Any]]) -> bool:
        if len({r["cargo_id"] for r in window}) < 2:
            return False
        first = min(r["as_of_date"] for r in window)
        before = [d for d in days[(window[0]["consignee_key"],)] if d < first]
        gap = (first - before[-1]).days if before else 99
        return 9 < gap <= 25 if known else gap > 9

    assert flagged(rule, rows, START - timedelta(days=60)) == by_hand(rows, ("consignee_key",), 7, is_true, "trigger")


def test_what_lies_before_the_record_is_unknown():
    rows = [
        {"line_id": f"L{n}", "as_of_date": START + timedelta(days=n), "consignee_key": "a", "consignor_key": key}
        for n, key in enumerate("pqr")
    ]
    rows = [{**r, "substance_id": "s", "cargo_id": r["line_id"], "recorded": False} for r in rows]
    for more in ("unseen: 30d", "silence: 30d"):
        text = "type: value_count\nfield: consignor_key\ngroup-by: [consignee_key]\ntimespan: 7d\ncondition: {gte: 3}\n" + more
        moves = moves_from_rows(rows, columns_of_rule(make_rule(text)))
        for since, expected in ((START - timedelta(days=90), (1, 0)), (START - timedelta(days=9), (0, 1))):
            flags, unjudged = flag_movements(moves, [make_rule(text)], since, {})
            assert (flags.num_rows, sum(unjudged.column("count").to_pylist())) == expected


@examples(8, 60)
@given(rows=histories())
def test_the_first_of_its_kind_among_so_many_others(rows):
    rule = make_rule(
        """\
        type: first_seen
        group-by: [substance_id]
        differs: [consignee_key, country_of_destination]
        timespan: 20d
        min_history: 9d
        condition: {gte: 2}
        """
    )

    def kind(r: dict[str, Any]) -> tuple[str, str]:
        return r["consignee_key"], r["country_of_destination"]

    expected = set()
    for group in groups(rows, "substance_id").values():
        new = sorted((r for r in group if not r["recorded"]), key=gravity)
        done = set()
        for row in new:
            before = [o for o in group if 0 < (row["as_of_date"] - o["as_of_date"]).days <= 20]
            first = kind(row) not in {kind(o) for o in before} and (row["as_of_date"], kind(row)) not in done
            done.add((row["as_of_date"], kind(row)))
            if first and len({(o["as_of_date"], o["cargo_id"]) for o in before}) >= 2:
                expected.add(row["line_id"])
    assert flagged(rule, rows, START - timedelta(days=60)) == expected


def test_roles_count_within_their_own_route():
    rule = make_rule(
        """\
        type: value_count
        field: substance_route_roles
        group-by: [consignee_key, substance_route_roles]
        timespan: 9d
        condition: {gte: 2}
        emit: crossing
        """
    )
    base = {"cargo_id": None, "consignee_key": "a", "recorded": False, "as_of_date": START}

    def row(line: str, substance: str, *roles: str) -> dict[str, Any]:
        return {**base, "line_id": line, "cargo_id": line, "substance_id": substance, "substance_route_roles": list(roles)}

    anhydride, acid = row("A", "aa", "heroin:precursor", "p-2-p:reagent"), row("B", "hcl", "heroin:reagent", "cocaine:reagent")
    assert flagged(rule, [anhydride, acid]) == {"A"}
    assert flagged(rule, [acid, row("C", "permanganate", "cocaine:precursor")]) == {"B"}
    assert flagged(rule, [anhydride, row("C", "ephedrine", "ephedrine:precursor"), row("D", "x", "heroin:precursor")]) == set()


def test_a_number_of_punctuation_alone_is_in_no_group():
    rule = make_rule("type: event_count\ngroup-by: [permit_reference]\ntimespan: 9d\ncondition: {gte: 1}")
    assert flagged(rule, [row("A", 1, permit_reference="--")]) == set()
    assert flagged(rule, [row("A", 1, permit_reference="--"), row("B", 1, permit_reference="P-1")]) == {"B"}
