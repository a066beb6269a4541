"""What windows come to, against a plain reading of each type's definition; sums and middles against exact ones."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.rulecheck.inline_tests import moves_from_rows
from precursor_screen.core.engine import connect, fetch
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.judge.windows.amounts import Amounts, amounts_of, round_half_away, sums
from precursor_screen.kernel.judge.windows.groups import plain_references
from precursor_screen.kernel.judge.windows.history import WindowInput, derive, give, keep
from precursor_screen.kernel.judge.windows.kinds import compute, known_of
from precursor_screen.kernel.judge.windows.layout import judge_live, lay_out
from precursor_screen.kernel.judge.windows.selected import select_movements
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.sql import plain_reference
from tests.examples import examples
from tests.kernel.judge.windows import slow
from tests.kernel.judge.windows.test_judge import START, groups, make_rule

BY = "group-by: [consignee_key]\ntimespan: {}d\n"
MONTH = "group-by: [consignee_key]\ncalendar: month\n"
STAGES = "small: {substance_mass_kg|lte: 1}\n  mid: {substance_mass_kg|lte: 10}\n  large: {substance_mass_kg|gte: 10}\n  condition: small or mid or large"
MASS = "field: substance_mass_kg\n"
KINDS = {
    "events": "type: event_count\n" + BY + "condition: {gte: 2}",
    "events of a month": "type: event_count\n" + MONTH + "condition: {gte: 2, lt: 4}",
    "values": "type: value_count\nfield: consignor_key\n"
    + BY
    + "condition: {gt: 1}\nand: {type: event_count, condition: {gte: 3}}",
    "sum": "type: value_sum\n" + MASS + BY + "condition: {gte: {field: threshold_kg, times: 1.5}}",
    "sum of a month": "type: value_sum\n" + MASS + MONTH + "condition: {lte: 15.5}",
    "average": "type: value_avg\n" + MASS + BY + "condition: {gt: 5}",
    "median": "type: value_median\n" + MASS + BY + "condition: {lte: 5}",
    "new values": "type: value_count\nfield: consignor_key\n" + BY + "unseen: 12d\ncondition: {gte: 2}",
    "after silence": "type: value_sum\n" + MASS + BY + "silence: 6d\ncondition: {gte: 6}",
    "after known silence": "type: event_count\n" + BY + "silence: 4d\nknown: 15d\ncondition: {gte: 2}",
    "ratio": "type: baseline\n" + MASS + BY + "min_history: 2\ncondition: {gte: 1.5}",
    "robust z": "type: baseline\n" + MASS + BY + "min_history: 2\nmethod: robust_z\ncondition: {gt: 0.5}",
    "any order": "type: temporal\nselections: [small, large]\n" + BY,
    "one after another": "type: temporal_ordered\nselections: [small, mid, large]\n" + BY,
    "elsewhere": "type: temporal_ordered\nselections: [small, mid, large]\ndiffers: [country_of_destination]\n" + BY,
    "first": "type: first_seen\nmin_history: 5d\n" + BY,
    "first ever": "type: first_seen\nmin_history: 5d\ngroup-by: [consignee_key]",
    "first of its kind": "type: first_seen\nmin_history: 5d\ndiffers: [consignor_key, country_of_destination]\ncondition: {gte: 2}\n"
    + BY,
}


@st.composite
def movements(draw: st.DrawFn) -> list[dict[str, Any]]:
    def row(n: int) -> dict[str, Any]:
        return {
            "line_id": f"L{n:02}",
            "as_of_date": START + timedelta(days=draw(st.integers(0, 40))),
            "cargo_id": draw(st.sampled_from([f"L{n:02}", "X"])),
            "consignee_key": draw(st.sampled_from(["a", "a", "b"])),
            "consignor_key": draw(st.sampled_from(["p", "q", "r"])),
            "country_of_destination": draw(st.sampled_from(["DE", "FR", None])),
            "substance_id": "s",
            "substance_mass_kg": draw(st.sampled_from([Decimal(1), Decimal("2.000001"), Decimal(10), Decimal("10.5"), Decimal("0.000001"), None])),
            "threshold_kg": draw(st.sampled_from([Decimal(5), Decimal(10), None])),
            "recorded": draw(st.booleans()),
        }  # fmt: skip

    return [row(n) for n in range(draw(st.integers(1, 16)))]


def computed(rule: CompiledRule, rows: list[dict[str, Any]], since: Any) -> dict[str, slow.Found]:
    """What the window of each movement comes to that a rule is sure of, by its line."""
    in_order = sorted(rows, key=lambda r: (r["as_of_date"], r["line_id"]))
    with connect() as connection:
        table = give(connection, "given", moves_from_rows(in_order, columns_of_rule(rule)))
        every = keep(connection, derive("every", f"select *, hash(cargo_id) as cargo from {table}", table))
        seen = WindowInput(every, pa.table({}), every, every, {}, len(rows))
        layout = lay_out(connection, {0: rule}, seen, judge_live(connection, [rule], seen))
    selected = select_movements(rule, 0, layout)
    if not selected.count:
        return {}
    found = compute(rule.window, selected, known_of(since, {}))
    told = zip(selected.rows, selected.sure, found.ok, found.value, found.early, found.unknown, strict=True)
    return {
        in_order[row]["line_id"]: (bool(ok), None if np.isnan(value) else float(value), bool(early), int(unknown))
        for row, sure, ok, value, early, unknown in told
        if sure
    }


@pytest.mark.parametrize("kind", KINDS)
@examples(15, 150)
@given(rows=movements(), days=st.sampled_from([1, 7, 20]), since=st.sampled_from([None, -60, 0, 12]))
def test_windows_come_to_what_their_definition_says(kind, rows, days, since):
    text = KINDS[kind].replace("{}", str(days))
    rule = make_rule(
        text,
        detection=STAGES if "selections" in text else "any: {substance_id|exists: true}\n  condition: any",
        requires="[substance_mass_kg]",
    )
    window = rule.window
    assert window is not None
    begins = None if since is None else START + timedelta(days=since)
    needs = {"substance_mass_kg"} | ({"threshold_kg"} if "threshold" in text else set())
    needs |= {change.name for change in window.changes} if window.kind == "first_seen" else set()
    rows = [{**row, "sure": all(row[name] is not None for name in needs)} for row in rows]
    asked = [r for r in rows if r["sure"] and not (r["recorded"] and window.kind in ("baseline", "first_seen"))]
    of_group = groups(rows, "consignee_key")
    of_group = {key: group for key, group in of_group.items() if any(r["sure"] and not r["recorded"] for r in group)}
    found = computed(rule, rows, begins)
    assert set(found) == {r["line_id"] for group in of_group.values() for r in group if r["sure"]}
    for row in (r for r in asked if r["line_id"] in found):
        expected = slow.judge(window, of_group[row["consignee_key"],], row, begins)
        assert _told(found[row["line_id"]]) == pytest.approx(_told(expected), abs=1e-9), row["line_id"]


def _told(found: slow.Found) -> tuple[float, ...]:
    ok, value, early, unknown = found
    return (ok, -1.0 if value is None else value, early, unknown)


@examples(30, 500)
@given(
    units=st.lists(
        st.one_of(st.integers(-(10**6), 10**6), st.integers(-(10**18), 10**18), st.integers(-(10**30), 10**30)), max_size=12
    ),
    cuts=st.tuples(st.integers(0, 12), st.integers(0, 12)),
)
def test_sums_are_exact_whatever_their_size(units, cuts):
    fits = all(abs(u) < 2**63 for u in units)
    first, stop = (np.array([min(c, len(units))]) for c in sorted(cuts))
    assert int(sums(np.array(units, dtype=np.int64 if fits else object), first, stop)[0]) == sum(units[first[0] : stop[0]])


@examples(50, 500)
@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=6),
    st.sampled_from([">", ">=", "<", "<="]),
    st.decimals(-9, 9, places=8),
)
def test_amounts_are_compared_as_decimals_are(number, sign, limit):
    one = amounts_of(pa.array([number, None], pa.decimal128(38, 6)))
    other = amounts_of(pa.array([limit] * 2, pa.decimal128(38, 8)))
    assert one.meets(sign, other).tolist() == [slow.COMPARE[sign](number, limit), False]
    assert one.doubles[0] == float(number)
    assert other.rounded().doubles[0] == float(slow.rounded(limit))


def test_a_number_too_long_for_64_bits_is_kept():
    long = Decimal("12345678901234567890123456.789")
    assert amounts_of(pa.array([long, -long], pa.decimal128(38, 6))).units.tolist() == [int(long * 10**6), -int(long * 10**6)]


def test_doubles_are_rounded_as_the_engine_rounds_them():
    """Halves, what only looks like one, and numbers of any size."""
    drawn = np.random.default_rng(1)
    halves = (drawn.integers(-(10**8), 10**8, 2_000) + 0.5) / 10**6
    numbers = np.concatenate([halves, drawn.integers(-999, 999, 500) / 2**7, drawn.lognormal(0, 12, 1_000), [0.0, 1e300, 5e-324]])
    with connect() as connection:
        rows = give(connection, "drawn", pa.table({"number": numbers}))
        wanted = fetch(connection, f"select round(number, 6) as number from {rows}").column(0).to_numpy()
    assert (round_half_away(numbers) == wanted).all()


@pytest.mark.parametrize("texts", [["P-1", "p 1", "--", "", None], ["É-1", "ß1", "--", None, "ı"]])
def test_numbers_of_documents_are_made_plain_as_queries_make_them(texts):
    with connect() as connection:
        rows = connection.execute(f"select {plain_reference('t')} from (select unnest(?::varchar[]) as t)", [texts]).fetchall()
    assert plain_references(pa.array(texts)).to_pylist() == [text for (text,) in rows]


def test_what_is_not_there_meets_no_limit():
    nothing = Amounts(np.array([0]), 6, np.array([False]))
    assert not any(nothing.meets(sign, amounts_of(pa.array([0]))).any() for sign in slow.COMPARE)
