"""The tree of expressions: what it reads, what it is made of, and what it is where some outcomes are known."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pytest

from precursor_screen.core.errors import ErrorGroup, UnknownField
from precursor_screen.core.located import parse_yaml
from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.evaluate import FALSE, TRUE, UNKNOWN, Rows
from precursor_screen.rulebook.expression import (
    Apply,
    Field,
    Literal,
    Operator,
    Supplied,
    all_of,
    any_of,
    apply,
    columns_in,
    smallest_tests,
)
from precursor_screen.rulebook.grammar import parse_rule
from tests.rulebook.rules import LISTS, make_rule

TIER = apply(Operator.EQ, Field("tier"), Literal("convention"))
GOODS = apply(Operator.EQ, Field("description"), Literal("(\"tier\" = 'convention')"))


def test_a_node_knows_the_columns_below_it():
    tree = all_of([TIER, apply(Operator.NOT, any_of([GOODS, Supplied("marks")]))])
    assert tree.columns == {"tier", "description", "marks"}
    assert columns_in([tree], known={TIER}) == {"description", "marks"}


def test_the_smallest_tests_are_what_the_logic_joins():
    assert list(smallest_tests(all_of([TIER, apply(Operator.NOT, any_of([GOODS, TIER]))]))) == [TIER, GOODS, TIER]


def test_a_known_outcome_takes_the_place_of_its_node():
    table = pa.table({"law_0": [True, False, None], "tier": ["national", "convention", "convention"], "hs6": ["1", "1", "1"]})
    rows = Rows.of(table, {TIER: "law_0"})
    assert rows.value(all_of([apply(Operator.NOT, TIER), apply(Operator.PRESENT, Field("hs6"))])).to_pylist() == [
        False,
        True,
        None,
    ]
    rule = compile_rule(make_rule("a: {tier: convention}\n  condition: not a", subject="substance"), LISTS)
    assert rows.verdicts(rule).tolist() == [FALSE, TRUE, UNKNOWN]
    assert Rows.of(table).verdicts(rule).tolist() == [TRUE, FALSE, FALSE]


@pytest.mark.parametrize("value", [float("nan"), "a\0b", [1]])
def test_what_has_no_form_in_sql_is_no_literal(value):
    with pytest.raises(ValueError, match=r"number|NUL|no form"):
        Literal(value)


def test_a_compiled_rule_survives_pickling():
    rule = compile_rule(make_rule("a: {hs6: '1', marks|blank: true}\n  condition: not a"), LISTS)
    assert isinstance(rule.selected, Apply)
    assert pickle.loads(pickle.dumps(rule)) == rule


@pytest.mark.parametrize("scope", ["group-by: [shipment_id]", "group-by: [consignee_key]\n  timespan: 9d"])
@pytest.mark.parametrize(
    ("limit", "message"), [("{field: nope}", "unknown field"), ("$nope", "unknown parameter"), (".nan", "no")]
)
def test_a_wrong_limit_is_named_where_it_stands(scope, limit, message):
    text = f"""schema: 1
id: PS-QTY-900
version: 1.0.0
title: A title
status: test
level: low
confidence: low
weight: 5
subject: line
scope: {"history" if "timespan" in scope else "shipment"}
detection: {{a: {{hs6: '1'}}, condition: a}}
explain: sentence
correlation:
  type: event_count
  condition: {{gte: {limit}}}
  {scope}
"""
    with pytest.raises(ErrorGroup, match=message) as caught:
        compile_rule(parse_rule(parse_yaml(text, "rule.yml")), LISTS)
    error = caught.value.errors[0]
    assert (error.where.file, error.where.field) == ("rule.yml:15", "correlation.condition")
    assert isinstance(error, UnknownField) == ("field" in limit)
