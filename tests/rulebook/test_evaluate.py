"""What Arrow makes of a rule is what a slow reading makes of the same tree, over rows drawn round everything that the rules speak of."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import BY_NAME, LINE, PARTY, SUBSTANCE
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.rulebook import evaluate
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import NONE, TRUE, UNKNOWN, Rows
from precursor_screen.rulebook.expression import Apply, AtLeast, Expression, Field, Literal, Operator, Supplied, apply
from tests.examples import examples
from tests.rulebook import slow

MOST_BYTES = st.sampled_from([evaluate._MOST_BYTES, -1])  # texts that are too long for offsets of 32 bits are judged alike
RULES = load_rulebook(rule_folders()).compiled
COUNT = 40
TEXTS = ("", " ", "  x ", "Ácido Sulfúrico 98 %", "ÖZGÜR İŞ", "straße", "a\nb", "12.5", "Ⅷ ﬁ", "丙酮", "x" * 300)
NUMBERS = (Decimal(0), Decimal("0.000001"), Decimal("-3.5"), Decimal(99_999_999))


def nodes(node: Expression) -> Iterator[Expression]:
    yield node
    for part in node.parts:
        yield from nodes(part)


def values_of(rules: list[CompiledRule]) -> dict[str, list[Any]]:
    """What the rules compare each column with, and what is just beside it."""
    found: dict[str, list[Any]] = {}
    for test in (n for r in rules for t in r.tests for n in nodes(t) if isinstance(n, Apply)):
        below = list(nodes(test))
        columns = {n.name for n in below if isinstance(n, Field)}
        if len(columns) == 1:
            for value in (n.value for n in below if isinstance(n, Literal)):
                found.setdefault(*columns, []).extend(beside(value))
    return found


def beside(value: Any) -> list[Any]:
    if isinstance(value, str):
        plain = value.strip("^$(?:)").split("|")[0]
        return [value[:200], plain, plain.upper(), f"{plain} 5", plain[:-1]]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [value]
    exact = Decimal(str(value)).quantize(Decimal("0.000001"))
    return [exact, exact + Decimal("0.000001"), exact - Decimal("0.000001"), 2 * exact]


def cell(name: str, known: dict[str, list[Any]], draw: random.Random) -> Any:
    if draw.random() < 0.1:
        return None
    kind = BY_NAME[name].kind
    own = known.get(name, [])
    texts = [*TEXTS, *(t for t in own if isinstance(t, str))] if draw.random() < 0.1 or not own else own
    numbers = [n for n in own if isinstance(n, Decimal)] or list(NUMBERS)
    match kind:
        case "text":
            return draw.choice(texts)
        case "texts":
            return [draw.choice([*texts, None]) for _ in range(draw.randrange(4))]
        case "number":
            return draw.choice(numbers)
        case "integer":
            return int(draw.choice(numbers)) % 10_000
        case "score":
            return float(draw.choice(numbers))
        case "date":
            return date(2026, 1, 1) + timedelta(draw.randrange(400))
        case "boolean":
            return draw.random() < 0.5
        case "controls":
            pairs = [("UN1988", "I"), ("UN1988", "II"), ("UN1961", "I"), ("EU", "1")]
            return [dict(zip(("instrument", "schedule"), draw.choice(pairs), strict=True)) for _ in range(draw.randrange(3))]
    raise AssertionError(kind)


def drawn(columns: frozenset[str], known: dict[str, list[Any]], draw: random.Random) -> tuple[pa.Table, pa.Array, pa.Array]:
    """Rows, of which one column in six is not there; the input of each; the fields that each input supplies."""
    there = [c for c in sorted(columns) if draw.random() < 0.85]
    table = pa.table({c: pa.array([cell(c, known, draw) for _ in range(COUNT)], BY_NAME[c].arrow) for c in ["line_id", *there]})
    supplied = pa.array([[c for c in sorted(columns) if draw.random() < 0.6] for _ in range(2)], pa.list_(pa.string()))
    return table, pa.array([draw.randrange(2) for _ in range(COUNT)], pa.int32()), supplied


def one_by_one(table: pa.Table, inputs: pa.Array, supplied: pa.Array) -> list[dict[str, Any]]:
    return table.append_column("supplied_fields", supplied.take(inputs)).to_pylist()


@pytest.mark.parametrize("subject", [LINE, SUBSTANCE, PARTY])
@given(seed=st.integers(0, 2**32), most=MOST_BYTES)
@examples(4, 400)
def test_verdicts_and_what_is_missing_are_those_of_the_slow_reading(subject, seed, most):
    draw = random.Random(seed)
    rules = [r for r in RULES if r.rule.subject == subject and r.rule.scope in ("line", "shipment", "history")]
    columns = frozenset().union(*(r.columns for r in rules)) | {"line_id"}
    table, inputs, supplied = drawn(columns, values_of(rules), draw)
    rows = Rows(table, inputs, supplied)
    every = np.arange(COUNT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "_MOST_BYTES", most)
        ours = {
            r.rule.id: [
                field if verdict == UNKNOWN else str(verdict)
                for verdict, field in zip(rows.verdicts(r).tolist(), rows.missing(r, every).to_pylist(), strict=True)
            ]
            for r in rules
        }
    theirs = {
        r.rule.id: [
            slow.missing(r, row) if (verdict := slow.verdict(r, row)) == UNKNOWN else str(verdict)
            for row in one_by_one(table, inputs, supplied)
        ]
        for r in rules
    }
    assert {i: v for i, v in ours.items() if v != theirs[i]} == {i: v for i, v in theirs.items() if v != ours[i]}


def test_rows_are_drawn_that_rules_are_about():
    """Else the comparison above would prove nothing."""
    met = set()
    for seed in range(6):
        for subject in (LINE, SUBSTANCE, PARTY):
            rules = [r for r in RULES if r.rule.subject == subject and r.rule.scope != "history"]
            rows = Rows(*drawn(frozenset().union(*(r.columns for r in rules)), values_of(rules), random.Random(seed)))
            met |= {(r.rule.id, v) for r in rules for v in rows.verdicts(r).tolist()}
    counts = {verdict: sum(v == verdict for _, v in met) for verdict in (NONE, TRUE, UNKNOWN)}
    assert counts[NONE] > 20
    assert counts[UNKNOWN] > 60
    assert counts[TRUE] > 15


def test_each_distinct_text_is_folded_once_for_all_tests(monkeypatch):
    looked_at: list[list[str]] = []

    def told(texts: pa.Array) -> pa.Array:
        looked_at.append(texts.to_pylist())
        return fold(texts)

    fold = evaluate.folded
    monkeypatch.setattr(evaluate, "folded", told)
    rows = Rows.of(pa.table({"description": ["ACETONE", None, "Toys", "ACETONE"]}))
    for operator, word in ((Operator.EQ, "acetone"), (Operator.MATCHES, "^ace")):
        test = apply(operator, apply(Operator.FOLDED, Field("description")), Literal(word))
        assert rows.value(test).to_pylist() == [True, None, False, True]
    assert looked_at == [["ACETONE", "Toys"]]


def field(name: str) -> Field:
    return Field(name)


OPERATIONS = {
    "sum": apply(Operator.ADD, field("net_mass_kg"), field("gross_mass_kg")),
    "difference": apply(Operator.SUB, field("net_mass_kg"), Literal(1.5)),
    "product": apply(Operator.MUL, field("net_mass_kg"), field("gross_mass_kg")),
    "product of three": apply(Operator.MUL, field("net_mass_kg"), apply(Operator.MUL, field("gross_mass_kg"), Literal(1.1))),
    "quotient": apply(Operator.DIV, field("net_mass_kg"), field("gross_mass_kg")),
    "logarithm": apply(Operator.LN, field("net_mass_kg")),
    "distance from nought": apply(Operator.ABS, field("net_mass_kg")),
    "likeness": apply(Operator.LIKENESS, field("consignee_name"), field("consignor_name")),
}
TESTS = {
    **{
        name: apply(Operator.GT, value, Literal(bound))
        for name, value in OPERATIONS.items()
        for bound in ([0.5] if name != "likeness" else [40])
    },
    "between": apply(Operator.BETWEEN, field("net_mass_kg"), Literal(-4), field("gross_mass_kg")),
    "numbers": apply(Operator.IN, field("net_mass_kg"), Literal(0), Literal(-3.5)),
    "texts equal": apply(Operator.EQ, field("consignee_name"), field("consignor_name")),
    "one of a list": apply(Operator.CONTAINS, field("other_parties"), field("consignee_name")),
    "lists that meet": apply(Operator.HAS_ANY, field("other_parties"), field("un_numbers")),
    "blank": apply(Operator.WHEN, Supplied("marks"), apply(Operator.EMPTY_TEXT, field("marks"))),
    "no elements": apply(Operator.EMPTY_LIST, field("other_parties")),
    "surely": apply(Operator.SURELY, apply(Operator.EQ, field("marks"), Literal("x"))),
    "at least two": AtLeast(
        2, tuple(apply(Operator.GT, field(n), Literal(0)) for n in ("net_mass_kg", "gross_mass_kg", "packages"))
    ),
    "a date": apply(Operator.GTE, field("date"), Literal(date(2026, 3, 1))),
}


@pytest.mark.parametrize("name", TESTS)
@given(seed=st.integers(0, 2**32), most=MOST_BYTES)
@examples(4, 300)
def test_each_operator_is_that_of_the_slow_reading(name, seed, most):
    test = TESTS[name]
    few = ["", " ", "Zubrow", "ZUBROW", "Zúbrow", "x"]
    small = {name: few if BY_NAME[name].kind in ("text", "texts") else list(NUMBERS[:3]) for name in test.columns}
    table, inputs, supplied = drawn(test.columns, small, random.Random(seed))
    rows = Rows(table, inputs, supplied)
    theirs = [slow.value(test, row) for row in one_by_one(table, inputs, supplied)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "_MOST_BYTES", most)
        assert rows._test(test).to_pylist() == theirs


def test_every_operator_of_a_rule_is_compared():
    used = {n.operator for r in RULES for t in r.tests for n in nodes(t) if isinstance(n, Apply)}
    compared = {n.operator for t in TESTS.values() for n in nodes(t) if isinstance(n, Apply)}
    by_rules = {n.operator for r in RULES if r.rule.scope != "history" for t in r.tests for n in nodes(t) if isinstance(n, Apply)}
    assert used - compared - by_rules == set()
