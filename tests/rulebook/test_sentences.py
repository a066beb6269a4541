"""The sentence of a flag: what its braces may name, and how each kind of value is shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.rulebook.compile import compile_rule, compile_rules
from tests.rulebook.rules import LISTS, make_rule, said_of

DETECTION = "a: {hs6: x}\n  condition: a"
VALUES = {
    "gross_mass_kg": "cast({} as decimal(18,6))",
    "packages": "cast({} as bigint)",
    "sender_receiver_score": "cast({} as double)",
    "vessel": "cast({} as varchar)",
    "container_numbers": "cast({} as varchar[])",
    "as_of_date": "cast({} as date)",
}


def sentence(explain: str, field: str, value: str, **params: object) -> str:
    compiled = compile_rule(replace(make_rule(DETECTION, explain=explain), params=params), LISTS)
    return str(said_of(compiled, f"{VALUES[field].format(value)} as {field}"))


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("gross_mass_kg", "900.5", "900.5"),
        ("gross_mass_kg", "900", "900"),
        ("gross_mass_kg", "0.000001", "0.000001"),
        ("gross_mass_kg", "100.10", "100.1"),
        ("gross_mass_kg", "null", "not stated"),
        ("packages", "100", "100"),
        ("packages", "null", "not stated"),
        ("sender_receiver_score", "97.25", "97.2"),
        ("sender_receiver_score", "100", "100.0"),
        ("vessel", "'MV {x}'", "MV {x}"),
        ("vessel", "null", "not stated"),
        ("container_numbers", "['A', 'B']", "A, B"),
        ("container_numbers", "[]", "none"),
        ("container_numbers", "null", "not stated"),
        ("as_of_date", "'2026-03-01'", "2026-03-01"),
    ],
)
def test_a_value_is_shown_for_a_person_to_read(field, value, shown):
    assert sentence(f"it is {{{field}}}!", field, value) == f"it is {shown}!"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("gross_mass_kg", "900", "goods, 900 kg."),
        ("gross_mass_kg", "null", "goods."),
        ("vessel", "' '", "goods."),
        ("container_numbers", "['A', 'B']", "goods, A, B kg."),
        ("container_numbers", "[]", "goods."),
        ("container_numbers", "null", "goods."),
    ],
)
def test_what_stands_in_brackets_is_said_only_where_it_is_known(field, value, shown):
    assert sentence(f"goods[, {{{field}}} kg].", field, value) == shown


@pytest.mark.parametrize(("length", "cut"), [(1, False), (100, False), (10_000, True)])
def test_a_long_text_is_cut_and_says_so(length, cut):
    shown = sentence("{vessel}", "vessel", f"'{'x' * length}'")
    assert shown.endswith("...") is cut
    assert (len(shown) == length) is not cut
    again = sentence("{vessel}", "vessel", f"'{shown[:-3] + 'xxx' if cut else shown}'")
    assert len(again) == len(shown)  # what has just the length that is shown is not cut


@pytest.mark.parametrize(
    ("explain", "params", "shown"),
    [
        ("{share:%} %", {"share": 0.95}, "95 %"),
        ("{share:%} %", {"share": 2}, "200 %"),
        ("{share}", {"share": 0.5}, "0.5"),
        ("{most} and {most}", {"most": 800}, "800 and 800"),
        ("{gross_mass_kg:%} %", {}, "50 %"),
    ],
)
def test_parameters_and_shares_stand_in_the_sentence(explain, params, shown):
    assert sentence(explain, "gross_mass_kg", "0.5", **params) == shown


@pytest.mark.parametrize(
    ("explain", "params", "says"),
    [
        ("a { b", {}, "a brace without a name"),
        ("a } b", {}, "a brace without a name"),
        ("a [ b", {}, "a bracket without its fellow"),
        ("a [{vessel} [{vessel}]]", {}, "a bracket without its fellow"),
        ("a [, b]", {}, "no field between the brackets"),
        ("{correlation_value} kg", {}, "unknown field 'correlation_value'"),
        ("{group_members}", {}, "unknown field 'group_members'"),
        ("{window_text}", {}, "unknown field 'window_text'"),
        ("{gros_mass_kg}", {}, "Did you mean 'gross_mass_kg'"),
        ("{share:%}", {"share": "much"}, "is not a share"),
        ("{share:%}", {"share": True}, "is not a share"),
    ],
)
def test_a_sentence_that_cannot_be_said_is_refused(explain, params, says):
    with pytest.raises(ErrorGroup, match=says):
        compile_rule(replace(make_rule(DETECTION, explain=explain), params=params), LISTS)


def test_rules_are_compiled_together_and_those_out_of_use_are_left_out():
    one = make_rule(DETECTION, more="params: {most: 5}", explain="over {most}")
    rules = (one, replace(one, id="PS-QTY-901", status="deprecated"), replace(one, id="PS-QTY-902"))
    assert [c.rule.id for c in compile_rules(rules, LISTS)] == ["PS-QTY-900", "PS-QTY-902"]
    changed = compile_rules(rules, LISTS, {"PS-QTY-902": {"most": 9}})
    assert [said_of(c, "") for c in changed] == ["over 5", "over 9"]


def test_the_errors_of_all_rules_are_named_at_once():
    wrong = make_rule("a: {nope: x}\n  condition: a")
    with pytest.raises(ErrorGroup) as caught:
        compile_rules((wrong, make_rule(DETECTION), replace(wrong, id="PS-QTY-901")), LISTS)
    assert len(caught.value.errors) == 2


def test_a_sentence_about_a_group_says_what_judging_it_gave():
    correlation = {"type": "event_count", "group-by": ["shipment_id"], "condition": {"gte": 2}}
    rule = replace(
        make_rule(DETECTION, explain="{correlation_value} of {group_members}"), scope="shipment", correlation=correlation
    )
    compiled = compile_rule(rule, LISTS)
    assert said_of(compiled, "", correlation_value="2", group_members="a, b") == "2 of a, b"
    assert said_of(compiled, "", correlation_value=None, group_members="a, b") is None
