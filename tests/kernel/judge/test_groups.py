"""Rules about shipments: which lines make a group, what is counted in it, which line stands for it and what its flag says."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.located import parse_yaml
from precursor_screen.core.schema import FLAG
from precursor_screen.kernel.judge.flag import flag_lines, flag_shipments, merge_flags
from precursor_screen.rulebook.compile import CompiledRule, compile_rule
from precursor_screen.rulebook.grammar import parse_rule
from tests.examples import examples


def rule(
    correlation: str,
    subject: str = "line",
    detection: str = "a: {packages|gte: 1}",
    explain: str = "{correlation_value} of {group_members}",
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
scope: {"shipment" if correlation else "line"}
detection:
  {detection}
  condition: a
{f"correlation: {{{correlation}}}" if correlation else ""}
fields: [packages]
explain: "{explain}"
"""
    return compile_rule(parse_rule(parse_yaml(text, "rule.yml")), {})


COUNT = "type: event_count, group-by: [shipment_id], condition: {gte: 2}"


def flags(compiled: CompiledRule, *rows: dict[str, Any], subject: str = "line") -> list[dict[str, Any]]:
    plain = {"shipment_id": "S", "packages": 1, "substance_ids": ["x"]}
    made = [{**plain, "source_row": n, "line_id": f"L{n}", **row} for n, row in enumerate(rows, 1)]
    judge = flag_shipments if compiled.grouping else flag_lines
    found: list[dict[str, Any]] = judge(resolved_from_rows(made, subject), [compiled])[0].to_pylist()
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(f["line_id"], sorted(f["window_line_ids"])) for f in found]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{}, {}], [("L1", ["L2"])]),
        ([{}], []),
        ([{}, {"shipment_id": "T"}], []),
        ([{}, {}, {}], [("L1", ["L2", "L3"])]),
        ([{}, {"packages": 0}], []),  # not what the rule selects
        ([{}, {"packages": None}], []),
        ([{"source_row": 9}, {"source_row": 3}], [("L2", ["L1"])]),
        ([{"source_file": "n"}, {"source_file": "m"}], [("L2", ["L1"])]),
        ([{"source_row": 3}, {"source_row": 3}], [("L1", ["L2"])]),
        ([{}, {}, {"shipment_id": "T"}, {"shipment_id": "T"}], [("L1", ["L2"]), ("L3", ["L4"])]),
    ],
)
def test_the_first_line_of_a_group_stands_for_it_and_names_the_others(rows, expected):
    assert told(flags(rule(COUNT), *rows)) == expected


@pytest.mark.parametrize(
    ("correlation", "values", "flagged"),
    [
        ("type: value_sum, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: 10}", [4, 6], True),
        ("type: value_sum, field: gross_mass_kg, group-by: [shipment_id], condition: {gt: 10}", [4, 6], False),
        ("type: value_sum, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: 10}", [4, 5.999999], False),
        ("type: value_avg, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: 5}", [4, 6], True),
        ("type: value_avg, field: gross_mass_kg, group-by: [shipment_id], condition: {gt: 5}", [4, 6], False),
        ("type: value_median, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: 6}", [4, 6, 90], True),
        ("type: value_median, field: gross_mass_kg, group-by: [shipment_id], condition: {gt: 6}", [4, 6, 90], False),
        ("type: value_count, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: 2}", [4, 4], False),
        ("type: value_count, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: 2}", [4, 5], True),
        ("type: event_count, group-by: [shipment_id], condition: {lt: 2}", [4], True),
        ("type: event_count, group-by: [shipment_id], condition: {lt: 2}", [4, 4], False),
        ("type: event_count, group-by: [shipment_id], condition: {gte: 2, lte: 3}", [4, 4, 4], True),
        ("type: event_count, group-by: [shipment_id], condition: {gte: 2, lte: 3}", [4, 4, 4, 4], False),
        ("type: event_count, group-by: [shipment_id], condition: {gte: 2}, and: {type: value_sum, field: gross_mass_kg, condition: {gte: 9}}", [4, 5], True),
        ("type: event_count, group-by: [shipment_id], condition: {gte: 2}, and: {type: value_sum, field: gross_mass_kg, condition: {gte: 9}}", [4, 4], False),
    ],
)  # fmt: skip
def test_what_is_reckoned_of_a_group(correlation, values, flagged):
    assert bool(flags(rule(correlation), *({"gross_mass_kg": v} for v in values))) is flagged


def test_a_limit_that_is_a_field_is_the_lowest_of_the_group():
    compiled = rule("type: value_sum, field: gross_mass_kg, group-by: [shipment_id], condition: {gte: {field: net_mass_kg}}")
    rows = [{"gross_mass_kg": 4, "net_mass_kg": 9}, {"gross_mass_kg": 4, "net_mass_kg": 8}]
    assert flags(compiled, *rows)
    assert not flags(compiled, rows[0], {**rows[1], "net_mass_kg": 9})


def test_a_list_among_the_keys_is_a_group_an_element():
    compiled = rule(
        "type: event_count, group-by: [shipment_id, container_numbers], condition: {gte: 2}", explain="{container_numbers}"
    )
    rows = [
        {"container_numbers": ["A", "B"]},
        {"container_numbers": ["B"]},
        {"container_numbers": ["C"]},
        {"container_numbers": None},
    ]
    (found,) = flags(compiled, *rows)
    assert (found["because"], told([found])) == ("B", [("L1", ["L2"])])
    both = flags(compiled, rows[0], {"container_numbers": ["B", "A"]})
    assert [f["because"] for f in both] in (["A", "B"], ["B", "A"])
    assert len({f["flag_id"] for f in both}) == 2


def test_the_sentence_names_the_value_and_the_substances_each_once():
    compiled = rule(COUNT, "substance", "a: {substance_name|exists: true}")
    rows = [{"substance_name": n, "substance_id": n} for n in ("b", "a", "b")]
    (found,) = flags(compiled, *rows, subject="substance")
    assert found["because"] == "3 of a, b"
    assert (found["substance_id"], found["party_role"], found["score"], found["state"]) == (None, None, None, "new")
    assert flags(rule(COUNT), {}, {})[0]["because"] == "2 of not stated"


def test_a_group_keeps_its_flag_whichever_of_its_lines_come_first():
    one, other = flags(rule(COUNT), {}, {})[0], flags(rule(COUNT), {"source_row": 9}, {}, {})[0]
    assert one["flag_id"] == other["flag_id"]
    assert one["flag_id"] != flags(rule(COUNT), {"shipment_id": "T"}, {"shipment_id": "T"})[0]["flag_id"]
    by = rule("type: event_count, group-by: [shipment_id, hs6], condition: {gte: 2}")
    ids = {flags(by, {"hs6": h}, {"hs6": h})[0]["flag_id"] for h in ("290911", "291411")}
    assert len(ids) == 2


EACH = rule("", explain="found")


def merged(*args: Any) -> list[dict[str, Any]]:
    """The flags of lines of which each stands."""
    return merge_flags(pa.Table.from_pylist(flags(*args), schema=FLAG)).to_pylist()


def test_lines_of_one_movement_are_one_flag_a_shipment():
    same = {"movement_key": "k"}
    assert told(merged(EACH, same, same, {**same, "packages": 0})) == [("L1", ["L2"])]
    assert told(merged(EACH, {**same, "source_row": 9}, same, same)) == [("L2", ["L1", "L3"])]
    assert told(merged(EACH, same, {**same, "shipment_id": "T"})) == [("L1", []), ("L2", [])]
    assert told(merged(EACH, same, {"movement_key": "j"})) == [("L1", []), ("L2", [])]


PLACED = st.tuples(st.sampled_from("abc"), st.sampled_from([None, "S", "T"]), st.sampled_from("FG"), st.integers(1, 3))


@examples(150, 2000)
@given(st.lists(PLACED, max_size=9))
def test_flags_of_rows_are_merged_as_their_words_say(placed):
    rows = [
        {"flag_id": f, "rule_id": f"PS-{f}", "shipment_id": s, "source_file": file, "source_row": row, "line_id": f"L{n}"}
        for n, (f, s, file, row) in enumerate(placed)
    ]
    groups: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda r: (r["source_file"], r["source_row"], r["line_id"])):
        groups.setdefault((row["flag_id"], row["shipment_id"]), []).append(row)
    expected = [{**first, "window_line_ids": [o["line_id"] for o in others]} for first, *others in groups.values()]
    expected.sort(key=lambda r: (r["rule_id"], r["source_file"], r["source_row"], r["line_id"]))
    found = merge_flags(pa.Table.from_pylist(rows, schema=FLAG))
    assert found.schema == FLAG
    assert found.to_pylist() == [{**dict.fromkeys(FLAG.names), **row} for row in expected]


def test_flags_are_in_order_of_rule_and_place():
    other = replace(EACH, rule=replace(EACH.rule, id="PS-QTY-899"))
    made = [{"shipment_id": "S", "packages": 1, "line_id": f"L{n}", "source_row": n} for n in (3, 1, 2)]
    found = flag_lines(resolved_from_rows(made, "line"), [EACH, other])[0].to_pylist()
    assert [(f["rule_id"], f["source_row"]) for f in found] == [(r, n) for r in ("PS-QTY-899", "PS-QTY-900") for n in (1, 2, 3)]


def test_rules_of_another_scope_or_subject_or_without_rows_find_nothing():
    rows = resolved_from_rows([{"line_id": "A", "packages": 1, "substance_ids": ["x"]}], "line")
    assert flag_shipments(rows, [EACH])[0].num_rows == 0
    assert flag_lines(rows, [rule(COUNT)])[0].num_rows == 0
    assert flag_lines(rows, [rule("", "substance", "a: {substance_id|exists: true}", "x")])[0].num_rows == 0
    assert flag_lines(rows, [])[0].num_rows == 0


def test_the_evidence_of_a_party_says_where_its_match_stands():
    compiled = rule("", "party", "a: {watchlist_score|gte: 90}", "x")
    row = {
        "line_id": "A", "party_role": "consignee", "list_id": "demo", "entry_id": "E", "party_name": "Zorvan", "party_start": 2, "party_end": 8,
        "party_compared": "zorvan", "matched_entry_name": "Zorvan Mirage", "watchlist_score": 91.5,
    }  # fmt: skip
    (found,) = flags(compiled, row, subject="party")
    assert (found["party_role"], found["list_id"], found["entry_id"], found["score"], found["substance_id"]) == (
        "consignee",
        "demo",
        "E",
        91.5,
        None,
    )
    span = next(e for e in json.loads(found["evidence"]) if "candidate" in e)
    assert span == {
        "subject": "party", "field": "consignee", "as_written": "Zorvan", "start": 2, "end": 8, "compared_as": "zorvan", "candidate": "Zorvan Mirage",
        "method": "name", "score": 91.5,
    }  # fmt: skip
    (beside,) = flags(compiled, {**row, "party_column": "remarks"}, subject="party")
    assert next(e for e in json.loads(beside["evidence"]) if "candidate" in e)["field"] == "remarks"
    ids = {
        flags(compiled, {**row, **more}, subject="party")[0]["flag_id"]
        for more in ({}, {"party_role": "consignor"}, {"list_id": "l"}, {"entry_id": "F"})
    }
    assert len(ids) == 4
