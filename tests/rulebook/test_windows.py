"""What a correlation over time is read as: spans, limits, defaults, what it needs, and how far back it looks."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.located import parse_yaml
from precursor_screen.rulebook.compile import CompiledRule, compile_rule
from precursor_screen.rulebook.correlation import days_of
from precursor_screen.rulebook.expression import Field
from precursor_screen.rulebook.grammar import parse_rule
from precursor_screen.rulebook.windows import Window
from tests.rulebook.rules import LISTS

RING = "type: chain, chain: [{by: receiver_key}, {by: sender_key}], group-by: [substance_id], gap: 60d"
COUNT = "type: event_count, group-by: [consignee_key], condition: {gte: 2}"


def compiled(correlation: str, *, subject: str = "substance", more: str = "", scope: str = "history") -> CompiledRule:
    text = f"""schema: 1
id: PS-QTY-900
version: 1.0.0
title: A title
status: test
level: low
confidence: low
weight: 5
subject: {subject}
scope: {scope}
{more}
detection: {{any: {{consignee_key|exists: true}}, other: {{consignor_key|exists: true}}, condition: any or other}}
explain: sentence
correlation: {{{correlation}}}
"""
    return compile_rule(parse_rule(parse_yaml(text, "rule.yml")), LISTS)


def window(correlation: str, **more: Any) -> Window:
    found = compiled(correlation, **more).window
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1d", 1),
        ("30d", 30),
        ("3660d", 3660),
        ("3661d", None),
        ("0d", None),
        ("30", None),
        ("d", None),
        (30, None),
        (None, None),
        ("1 d", None),
    ],
)
def test_a_span_is_a_number_of_days_up_to_ten_years(text, days):
    assert days_of(text) == days


@pytest.mark.parametrize(
    ("correlation", "reach"),
    [
        (COUNT + ", timespan: 30d", 30),
        (COUNT + ", calendar: month", 31),
        (COUNT + ", calendar: year", 366),
        ("type: first_seen, group-by: [consignee_key], min_history: 9d", None),
        ("type: first_seen, group-by: [consignee_key], min_history: 9d, timespan: 40d", 40),
        ("type: baseline, field: value_usd, group-by: [consignee_key], timespan: 50d, min_history: 2, condition: {gt: 2}", 50),
        ("type: temporal, group-by: [consignee_key], timespan: 7d, selections: [any, other]", 7),
        ("type: absence, register: permits, match: {permit_reference: reference}", 0),
        ("type: reconcile, register: permits, match: {permit_reference: reference}, field: substance_mass_kg, against: quantity_kg", None),
        ("type: reconcile, register: permits, match: {permit_reference: reference}, field: substance_mass_kg, against: quantity_kg, calendar: year", 366),
    ],
)  # fmt: skip
def test_how_many_days_of_history_a_movement_is_judged_with(correlation, reach):
    assert window(correlation).reach == reach


@pytest.mark.parametrize(
    ("correlation", "emit"),
    [
        (COUNT + ", timespan: 30d", "crossing"),
        (COUNT + ", timespan: 30d, emit: group", "group"),
        ("type: first_seen, group-by: [consignee_key], min_history: 9d", "crossing"),
        (
            "type: baseline, field: value_usd, group-by: [consignee_key], timespan: 50d, min_history: 2, condition: {gt: 2}",
            "trigger",
        ),
        ("type: absence, register: permits, match: {permit_reference: reference}", "trigger"),
        ("type: first_seen, group-by: [consignee_key], min_history: 9d, differs: [substance_id]", "trigger"),
        ("type: first_seen, group-by: [consignee_key], min_history: 9d, differs: [substance_id], emit: crossing", "crossing"),
        ("type: temporal_ordered, group-by: [consignee_key], timespan: 7d, selections: [any, other], differs: [substance_id]", "crossing"),
        ("type: temporal, group-by: [consignee_key], timespan: 7d, selections: [any, other]", "crossing"),
        ("type: reconcile, register: permits, match: {permit_reference: reference}, field: substance_mass_kg, against: quantity_kg", "crossing"),
    ],
)  # fmt: skip
def test_what_is_flagged_where_the_rule_does_not_say(correlation, emit):
    assert window(correlation).emit == emit


@pytest.mark.parametrize(
    ("correlation", "is_lower_bound"),
    [
        ("type: event_count, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", True),
        ("type: event_count, group-by: [consignee_key], condition: {gt: 2}, timespan: 9d", True),
        ("type: event_count, group-by: [consignee_key], condition: {lt: 2}, timespan: 9d", False),
        ("type: event_count, group-by: [consignee_key], condition: {gte: 2, lte: 9}, timespan: 9d", False),
        ("type: value_sum, field: value_usd, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", True),
        ("type: value_count, field: consignor_key, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", True),
        ("type: value_avg, field: value_usd, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", False),
        ("type: value_median, field: value_usd, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", False),
    ],
)
def test_what_more_knowledge_can_only_make_truer(correlation, is_lower_bound):
    assert [m.is_lower_bound for m in window(correlation).measures] == [is_lower_bound]


def test_two_conditions_are_two_measures_with_their_signs():
    found = window(
        "type: value_sum, field: value_usd, group-by: [consignee_key], timespan: 9d, condition: {gt: 1, lte: 5}, "
        "and: {type: event_count, condition: {gte: 2, lt: 9}}"
    )
    assert [(m.aggregate, m.of, [(s, limit.value) for s, limit in m.limits]) for m in found.measures] == [
        ("value_sum", Field("value_usd"), [(">", 1), ("<=", 5)]),
        ("event_count", None, [(">=", 2), ("<", 9)]),
    ]


@pytest.mark.parametrize(
    ("correlation", "subject", "named"),
    [
        (COUNT + ", timespan: 9d", "substance", "substance_name"),
        (COUNT + ", timespan: 9d", "line", None),
        ("type: value_count, field: consignor_key, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", "line", "consignor_name"),
        ("type: value_count, field: country_of_destination, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", "line", "country_of_destination"),
        ("type: value_sum, field: value_usd, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d, and: {type: value_count, field: consignor_key, condition: {gte: 2}}", "substance", "consignor_name"),
        ("type: value_count, field: value_usd, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", "substance", "substance_name"),
        ("type: value_count, field: value_usd, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", "line", None),
    ],
)  # fmt: skip
def test_a_group_is_told_by_names_where_there_are_names(correlation, subject, named):
    found = window(correlation, subject=subject).named_by
    assert found == (None if named is None else Field(named))


@pytest.mark.parametrize(
    ("min_history", "kind", "days"),
    [
        ("min_history: 9d", "first_seen", 9),
        ("min_history: $least", "first_seen", 21),
        ("min_history: 3", "baseline", 3),
        ("min_history: 1", "baseline", 1),
    ],
)
def test_the_least_history_is_days_or_movements(min_history, kind, days):
    rest = ", field: value_usd, timespan: 50d, condition: {gt: 2}" if kind == "baseline" else ""
    found = window(
        f"type: {kind}, group-by: [consignee_key], {min_history}{rest}", more="params: {least: 21d}" if "$" in min_history else ""
    )
    assert found.min_history == days


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("type: value_sum, field: consignor_key, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d", "value_sum needs a number, and 'consignor_key' is text"),
        ("type: baseline, field: value_usd, group-by: [consignee_key], timespan: 9d, min_history: 0, condition: {gt: 2}", "min_history is a number of earlier lines"),
        ("type: baseline, field: value_usd, group-by: [consignee_key], timespan: 9d, min_history: true, condition: {gt: 2}", "min_history is a number of earlier lines"),
        ("type: absence, register: permits, match: {substance_mass_kg: reference}", "match compares texts, and 'substance_mass_kg' is none"),
        ("type: value_sum, group-by: [consignee_key], field: value_usd, condition: {gte: 2}, timespan: 9d, calendar: month", "either a timespan or a calendar"),
        ("type: value_sum, group-by: [consignee_key], field: value_usd, condition: {gte: 2}, timespan: 9d, and: {type: value_sum, condition: {gte: 2}}", "value_sum needs a field"),
        ("type: event_count, group-by: [consignee_key], condition: {}, timespan: 9d", "needs a condition"),
        ("type: event_count, group-by: [], condition: {gte: 2}, timespan: 9d", "needs group-by"),
        ("type: temporal, group-by: [consignee_key], selections: [any, nope], timespan: 9d", "nope"),
        ("type: event_count, group-by: [nope], condition: {gte: 2}, timespan: 9d", "'nope' cannot group: it is not a field"),
        ("type: chain, chain: [{by: receiver_key}], group-by: [substance_id], gap: 60d", "chain names the end of one movement and the beginning of the next"),
        ("type: chain, chain: [{by: receiver_key}, {from: sender_key}], group-by: [substance_id], gap: 60d", "chain names the end of one movement"),
        ("type: chain, chain: [{by: receiver_key}, {by: [sender_key, vessel]}], group-by: [substance_id], gap: 60d", "a chain has two sides of as many fields"),
        ("type: chain, chain: [{by: receiver_key}, {by: sender_key}, {by: sender_key}], group-by: [substance_id], gap: 60d", "a chain has two sides"),
        ("type: chain, chain: [{by: receiver_key}, {by: receiver_key}], group-by: [substance_id], gap: 60d", "two sides of a chain are different fields"),
        ("type: chain, chain: [{by: receiver_key}, {by: nope}], group-by: [substance_id], gap: 60d", "unknown field 'nope'"),
        ("type: chain, chain: [{by: receiver_key}, {by: container_numbers}], group-by: [substance_id], gap: 60d", "'container_numbers' is nothing that two movements can share"),
        ("type: chain, chain: [{by: receiver_key}, {by: sender_key}], gap: 60d", "needs group-by"),
        ("type: chain, chain: [{by: receiver_key}, {by: sender_key}], group-by: [substance_id]", "chain needs gap"),
        ("type: chain, chain: [{by: receiver_key}, {by: sender_key}], group-by: [substance_id], gap: 60", "60 is not a span of time"),
        (RING + ", tolerance: 0.1", "tolerance is said of a field"),
        (RING + ", field: vessel", "chain compares numbers, and 'vessel' is text"),
        (RING + ", links: 3", "links 3 is not a number of links"),
        (RING + ", links: 4, closes: true", "links 4 is not a number of links"),
        (RING + ", links: 1, closes: true", "links 1 is not a number of links"),
        (RING + ", closes: 2", "closes is true or false"),
        (RING + ", timespan: 9d", "a correlation of type chain has no timespan"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(part, says):
    with pytest.raises(ErrorGroup) as caught:
        compiled(part)
    assert any(says in str(e) for e in caught.value.errors), caught.value


@pytest.mark.parametrize("tolerance", ["0", "0.05", "10", "10.5", "-0.01", "true", "text"])
def test_a_tolerance_is_a_share_of_at_most_ten(tolerance):
    text = f"type: reconcile, register: permits, match: {{permit_reference: reference}}, field: substance_mass_kg, against: quantity_kg, tolerance: {tolerance}"
    if tolerance in ("0", "0.05", "10"):
        assert window(text).tolerance == float(tolerance)
        return
    with pytest.raises(ErrorGroup, match="not a share of at most 10"):
        window(text)


def test_a_line_rule_has_no_correlation_and_a_shipment_rule_needs_one():
    with pytest.raises(ErrorGroup, match="a line rule has no correlation"):
        compiled(COUNT, scope="line")
    rule = compiled("type: event_count, group-by: [shipment_id], condition: {gte: 2}", scope="shipment", subject="line")
    assert rule.window is None
    assert rule.grouping is not None
    assert (rule.grouping.keys, rule.grouping.unnested) == (("shipment_id",), frozenset())


@pytest.mark.parametrize(
    ("more", "links", "reach", "read_by"),
    [
        ("", 2, 60, ("receiver_key", "sender_key")),
        (", closes: true", 2, 60, ("receiver_key", "sender_key")),
        (", closes: true, links: $most", 3, 120, ("receiver_key", "sender_key")),
    ],
)
def test_a_chain_reaches_over_all_its_gaps_and_asks_for_its_neighbours(more, links, reach, read_by):
    found = window(RING + more, more="params: {most: 3}" if "$" in more else "")
    assert found.chain is not None
    assert (found.chain.links, found.reach, found.grows, found.emit) == (links, reach, True, "crossing")
    onward, back, *alike = found.groupings
    assert (onward, back) == (("substance_id", "receiver_key>sender_key"), ("substance_id", "sender_key>receiver_key"))
    # Others between the same two; of a chain that need not close, whoever sends to it or receives from it.
    assert alike == ([("substance_id", *read_by)] if "closes" in more else [("substance_id", n) for n in read_by])
    assert {"sender_name", "receiver_name", "as_of_date"} <= found.columns


def test_a_chain_of_several_fields_a_side_compares_an_amount():
    found = window(
        "type: chain, chain: [{by: [receiver_key, country_of_destination]}, {by: [sender_key, country_of_dispatch]}], "
        "group-by: [substance_id], gap: 60d, field: substance_mass_kg, tolerance: 0.1"
    )
    assert found.chain is not None
    assert (found.chain.ends, found.chain.begins) == (
        ("receiver_key", "country_of_destination"),
        ("sender_key", "country_of_dispatch"),
    )
    assert (found.chain.carried, found.chain.tolerance) == (Field("substance_mass_kg"), 0.1)
    assert found.groupings[0] == ("substance_id", "receiver_key>sender_key", "country_of_destination>country_of_dispatch")


def test_what_a_window_reads_is_told_apart_from_what_it_only_names():
    found = window(
        "type: value_count, field: consignor_key, group-by: [consignee_key], condition: {gte: {field: packages}}, timespan: 9d",
        subject="line",
    )
    assert Field("consignor_name") not in found.expressions
    assert {"consignor_key", "consignee_key", "packages", "consignor_name"} <= found.columns
    assert "consignor_name" not in replace(found, named_by=None).columns
