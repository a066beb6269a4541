"""What rules mean: verdicts on rows."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.errors import ErrorGroup, UnknownField
from precursor_screen.kernel.judge.flag_rows import Wording
from precursor_screen.rulebook.atoms import re2_escape
from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import literal, null_column
from tests.rulebook.rules import LISTS, make_rule

FLAGGED, NOT_FLAGGED, NOT_EVALUABLE, NO_BUSINESS = 1, 0, 2, -1


def verdict(compiled, **values):
    """The verdict on one row; `supplied` names the fields the input has, by default those given."""
    supplied = values.pop("supplied", sorted(values))
    columns = []
    for name in sorted(compiled.columns):
        columns.append(f"{values[name]} as {name}" if name in values else null_column(name))
    with connect() as connection:
        table = fetch(connection, f"select {', '.join(columns)}")
    rows = Rows(table, pa.array([0], pa.int32()), pa.array([supplied], pa.list_(pa.string())))
    (found,) = rows.verdicts(compiled).tolist()
    return found, rows.missing(compiled, np.array([0]))[0].as_py(), Wording(rows).texts(compiled.sentence)[0]


def judge(detection, subject="line", **values):
    return verdict(compile_rule(make_rule(detection, subject=subject), LISTS), **values)[0]


CASES = [
    # atom, SQL of the field's value, verdict
    ("hs6: '290911'", {"hs6": "'290911'"}, FLAGGED),
    ("hs6: '290911'", {"hs6": "'290912'"}, NOT_FLAGGED),
    ("hs6: '290911'", {}, NOT_EVALUABLE),
    ("hs6|neq: '290911'", {"hs6": "'290911'"}, NOT_FLAGGED),
    ("hs6|neq: '290911'", {}, NOT_EVALUABLE),
    ("hs6: ['290911', '290912']", {"hs6": "'290912'"}, FLAGGED),
    ("description|contains: tolu", {"description": "'DRUMS OF TOLUENE'"}, FLAGGED),
    ("description|contains: 'C+'", {"description": "'grade c+ oil'"}, FLAGGED),
    ("description|contains: 'C+'", {"description": "'grade cc oil'"}, NOT_FLAGGED),
    ("description|contains: café", {"description": "'CAFE EN GRAIN'"}, FLAGGED),
    ("description|contains: cafe", {"description": "'CAFÉ EN GRAIN'"}, FLAGGED),
    ("description|contains|cased: Tolu", {"description": "'TOLUENE'"}, NOT_FLAGGED),
    ("description|contains|all: [red, oil]", {"description": "'oil, red'"}, FLAGGED),
    ("description|contains|all: [red, oil]", {"description": "'oil, blue'"}, NOT_FLAGGED),
    ("description|word: ether", {"description": "'ETHER, 20 L'"}, FLAGGED),
    ("description|word: ether", {"description": "'polyether leather'"}, NOT_FLAGGED),
    ("description|word: éther", {"description": "'(ether)'"}, FLAGGED),
    ("description|startswith: to order", {"description": "'TO ORDER OF'"}, FLAGGED),
    ("description|endswith: oil", {"description": "'PMK OIL'"}, FLAGGED),
    ("description|re: 'x{2,}'", {"description": "'XXL'"}, FLAGGED),
    ("gross_mass_kg|gte: 100", {"gross_mass_kg": "cast(100 as decimal(18,6))"}, FLAGGED),
    ("gross_mass_kg|gt: 100", {"gross_mass_kg": "cast(100 as decimal(18,6))"}, NOT_FLAGGED),
    ("gross_mass_kg|between: [1, 2]", {"gross_mass_kg": "cast(2 as decimal(18,6))"}, FLAGGED),
    ("gross_mass_kg|lt: {field: net_mass_kg}", {"gross_mass_kg": "1.0", "net_mass_kg": "2.0"}, FLAGGED),
    ("gross_mass_kg|lt: {field: net_mass_kg}", {"gross_mass_kg": "1.0"}, NOT_EVALUABLE),
    ("gross_mass_kg|gte: {field: net_mass_kg, times: 0.8}", {"gross_mass_kg": "0.8", "net_mass_kg": "1.0"}, FLAGGED),
    ("date|gte: 2026-01-01", {"date": "date '2026-01-01'"}, FLAGGED),
    ("un_numbers: '1715'", {"un_numbers": "['1090', '1715']"}, FLAGGED),
    ("un_numbers: '1715'", {"un_numbers": "cast([] as varchar[])"}, NOT_FLAGGED),
    ("un_numbers: '1715'", {}, NOT_EVALUABLE),
    ("un_numbers|startswith: '17'", {"un_numbers": "['1090', '1715']"}, FLAGGED),
    ("hs6: {field: substance_hs6s}", {"hs6": "'1'", "substance_hs6s": "['1', '2']"}, FLAGGED),
    ("hs6: {field: substance_hs6s}", {"hs6": "'3'", "substance_hs6s": "['1', '2']"}, NOT_FLAGGED),
    ("hs6: {field: substance_hs6s}", {"substance_hs6s": "['1', '2']"}, NOT_EVALUABLE),
    ("substance_ids: {field: substance_ids_by_cas}", {"substance_ids": "['a']", "substance_ids_by_cas": "['b', 'a']"}, FLAGGED),
    ("description|exists: false", {}, FLAGGED),
    ("substance_ids|exists: true", {"substance_ids": "cast([] as varchar[])"}, NOT_FLAGGED),
    ("marks|blank: true", {"marks": "null"}, FLAGGED),
    ("marks|blank: true", {"marks": "'  '"}, FLAGGED),
    ("marks|blank: true", {"marks": "'X'"}, NOT_FLAGGED),
    ("marks|blank: true", {}, NOT_EVALUABLE),
    ("marks|supplied: true", {}, NOT_EVALUABLE),
    ("consignee_name|startswith|inlist: orders", {"consignee_name": "'To Order'"}, FLAGGED),
    ("consignee_name|inlist: orders", {"consignee_name": "'to order of'"}, NOT_FLAGGED),
    ("is_vague: true", {"is_vague": "true"}, FLAGGED),
    ("is_vague: true", {"is_vague": "false"}, NOT_FLAGGED),
]  # fmt: skip


@pytest.mark.parametrize(("atom", "values", "expected"), CASES, ids=[f"{a} on {v}" for a, v, _ in CASES])
def test_atoms(atom, values, expected):
    assert judge(f"sel: {{{atom}}}\n  condition: sel", **values) == expected


def test_controls_match_instrument_and_schedule_together():
    control = "[{'instrument': 'UN1988', 'schedule': 'II'}, {'instrument': 'US', 'schedule': 'I'}]"
    for wanted, expected in (("[I]", NOT_FLAGGED), ("[I, II]", FLAGGED), ("II", FLAGGED)):
        detection = f"sel: {{control: {{instrument: UN1988, schedule: {wanted}}}}}\n  condition: sel"
        assert judge(detection, subject="substance", control=control) == expected


def test_a_map_is_and_and_a_list_is_or():
    both = "sel: {hs6: '1', vessel: x}\n  condition: sel"
    either = "sel: [{hs6: '1'}, {vessel: x}]\n  condition: sel"
    assert judge(both, hs6="'1'", vessel="'y'") == NOT_FLAGGED
    assert judge(either, hs6="'1'", vessel="'y'") == FLAGGED
    assert judge(both, vessel="'y'") == NOT_FLAGGED  # unknown and false
    assert judge(either, hs6="'1'") == FLAGGED  # true or unknown


def test_not_of_an_unknown_is_unknown():
    assert judge("sel: {hs6: '1'}\n  condition: not sel") == NOT_EVALUABLE


def test_applies_keeps_what_is_none_of_the_rules_business_out_of_the_count():
    rule = make_rule("sel: {hs6: '1'}\n  condition: sel", more="applies: {direction: export}\nrequires: [hs6]\n")
    compiled = compile_rule(rule, LISTS)
    assert verdict(compiled, direction="'import'")[0] is NO_BUSINESS
    assert verdict(compiled, direction="'export'", hs6="'1'")[0] == FLAGGED
    assert verdict(compiled, direction="'export'")[:2] == (NOT_EVALUABLE, "hs6")
    assert verdict(compiled, hs6="'1'")[:2] == (NOT_EVALUABLE, "direction")


def test_requires_takes_alternatives():
    rule = make_rule("sel: {hs6: '1'}\n  condition: sel", more="requires: [{any: ['marks|supplied', vessel]}]\n")
    compiled = compile_rule(rule, LISTS)
    assert verdict(compiled, hs6="'1'")[:2] == (NOT_EVALUABLE, "marks|supplied or vessel")
    assert verdict(compiled, hs6="'1'", marks="null")[0] == FLAGGED
    assert verdict(compiled, hs6="'1'", vessel="'v'", supplied=[])[0] == FLAGGED


def test_derived_columns_divide_by_zero_to_unknown():
    rule = make_rule("sel: {share|gt: 0.5}\n  condition: sel", more="derive: {share: {div: [net_mass_kg, gross_mass_kg]}}\n")
    compiled = compile_rule(rule, LISTS)
    assert verdict(compiled, net_mass_kg="3.0", gross_mass_kg="4.0")[0] == FLAGGED
    assert verdict(compiled, net_mass_kg="1.0", gross_mass_kg="4.0")[0] == NOT_FLAGGED
    assert verdict(compiled, net_mass_kg="1.0", gross_mass_kg="0.0")[0] == NOT_EVALUABLE


def test_parameters_can_be_overridden_and_stand_in_the_sentence():
    more = "params: {most: 800, share: 0.95}\n"
    rule = make_rule(
        "sel: {gross_mass_kg|gt: $most}\n  condition: sel",
        more=more,
        explain="over {most}, {share:%} %, {gross_mass_kg} kg, {vessel}",
    )
    value = {"gross_mass_kg": "cast(900.5 as decimal(18,6))"}
    assert verdict(compile_rule(rule, LISTS), **value) == (FLAGGED, "supplied", "over 800, 95 %, 900.5 kg, not stated")
    assert verdict(compile_rule(rule, LISTS, {"most": 1000}), **value)[0] == NOT_FLAGGED


WRONG = [
    ("sel: {gros_mass_kg|gt: 1}\n  condition: sel", "unknown field 'gros_mass_kg'. Did you mean 'gross_mass_kg'?"),
    ("sel: {substance_id: x}\n  condition: sel", "a field of the subject substance"),
    ("sel: {hs6|containz: x}\n  condition: sel", "unknown modifier 'containz'. Did you mean 'contains'?"),
    ("sel: {gross_mass_kg|gt: '100'}\n  condition: sel", "Write the number without quotes."),
    ("sel: {gross_mass_kg|gt: .nan}\n  condition: sel", "is not a number"),
    ("sel: {hs6: 290911}\n  condition: sel", 'Quote it: "290911"'),
    ("sel: {gross_mass_kg|contains: x}\n  condition: sel", "contains tests text"),
    ("sel: {hs6|gt: 1}\n  condition: sel", "compares numbers and dates"),
    ("sel: {hs6|inlist: nope}\n  condition: sel", "unknown list 'nope'"),
    ("sel: {hs6: $nope}\n  condition: sel", "unknown parameter '$nope'"),
    ("sel: {hs6|supplied: true}\n  condition: sel", "is derived, so no input supplies it"),
    ("sel: {marks|supplied: false}\n  condition: sel", "never false"),
    ("sel: {hs6: null}\n  condition: sel", "has no value to compare with"),
    ("sel: {hs6: []}\n  condition: sel", "an empty list matches nothing"),
    ("sel: {hs6|contains: []}\n  condition: sel", "an empty list matches nothing"),
    ("sel: {hs6|re: '(?<=a)b'}\n  condition: sel", "look-behind"),
    ("sel: {hs6|re: '(a)\\1'}\n  condition: sel", "no back reference"),
    ("sel: {hs6|re: ['a', '(']}\n  condition: sel", "'(' is not a pattern: missing ): ("),
    ("sel: {hs6: x}\n  other: {hs6: y}\n  condition: sel", "selection 'other' is not used"),
    ("sel: {hs6|contains|re: x}\n  condition: sel", "cannot be combined"),
    ("sel: {hs6: {field: nope}}\n  condition: sel", "unknown field 'nope'"),
    ("sel: text\n  condition: sel", "a selection is a mapping"),
]  # fmt: skip


@pytest.mark.parametrize(("detection", "expected"), WRONG, ids=[w[0][:40] for w in WRONG])
def test_what_does_not_compile_is_named(detection, expected):
    with pytest.raises(ErrorGroup) as caught:
        compile_rule(make_rule(detection), LISTS)
    assert any(expected in str(e) for e in caught.value.errors), str(caught.value)


@pytest.mark.parametrize(
    ("correlation", "expected"),
    [
        ({"type": "event_count", "group-by": ["container_numbers", "transit_countries"]}, "one list at most can group"),
        ({"type": "event_count", "group-by": ["hs6", "hs6"]}, "each field once"),
        (
            {
                "type": "reconcile",
                "register": "permits",
                "match": {"permit_reference": "reference"},
                "field": "value_usd",
                "against": "quantity_kg",
                "tolerance": 1000,
            },
            "not a share of at most 10",
        ),
    ],
)
def test_a_window_that_does_not_compile_is_named(correlation, expected):
    rule = replace(
        make_rule("sel: {hs6: x}\n  condition: sel"),
        scope="history",
        correlation={"timespan": "9d", "condition": {"gte": 2}, **correlation},
    )
    with pytest.raises(ErrorGroup, match=expected):
        compile_rule(rule, LISTS)


def test_an_unknown_field_has_an_error_of_its_own_kind_with_its_line():
    with pytest.raises(ErrorGroup) as caught:
        compile_rule(make_rule("sel: {nope: x}\n  condition: sel"), LISTS)
    error = caught.value.errors[0]
    assert isinstance(error, UnknownField)
    assert error.where.file == "rule.yml:12"


@given(st.text(max_size=40))
def test_no_text_in_a_rule_can_leave_its_literal(text):
    if "\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return
    assert duckdb.execute(f"select {literal(text)}").fetchone()[0] == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_an_escaped_term_matches_itself_and_nothing_more(text):
    pattern = literal(f"^(?:{re2_escape(text)})$")
    assert duckdb.execute(f"select regexp_matches({literal(text)}, {pattern}, 's')").fetchone()[0] is True
    assert duckdb.execute(f"select regexp_matches({literal(text + 'x')}, {pattern}, 's')").fetchone()[0] is False


def test_injection_through_every_place_that_takes_text():
    evil = "x'); drop table judged; --"
    detection = f'sel: {{description|contains: "{evil}", hs6: "{evil}"}}\n  condition: sel'
    rule = make_rule(detection, explain=f"{evil}")
    assert verdict(compile_rule(rule, LISTS), description=literal(f"a {evil} b"), hs6=literal(evil))[::2] == (FLAGGED, evil)
    with pytest.raises(ErrorGroup, match="unknown field"):
        compile_rule(make_rule('sel: {"hs6\\" or 1=1 --": x}\n  condition: sel'), LISTS)


def test_terms_of_lists_are_data_not_patterns():
    from datetime import date

    lists = {"evil": NamedList("evil", "t", "s", date(2026, 1, 1), None, ("a.c", "')||'"), "")}
    compiled = compile_rule(make_rule("sel: {description|contains|inlist: evil}\n  condition: sel"), lists)
    assert verdict(compiled, description="'abc'")[0] == NOT_FLAGGED
    assert verdict(compiled, description="'xa.cx'")[0] == FLAGGED


def test_the_likeness_of_two_texts_is_a_number():
    rule = make_rule(
        "alike: {same|gte: 90}\n  condition: alike", more="derive: {same: {likeness: [consignee_name, consignor_name]}}\n"
    )
    compiled = compile_rule(rule, LISTS)
    for one, other, expected in (
        ("'amalta chemicals'", "'amalta chemcials'", FLAGGED),
        ("'amalta'", "'amalta'", FLAGGED),
        ("'amalta chemicals'", "'borvik chemicals'", NOT_FLAGGED),
        ("'amalta'", "null::varchar", NOT_EVALUABLE),
    ):
        assert verdict(compiled, consignee_name=one, consignor_name=other)[0] == expected
    for wrong in ("[consignee_name]", "[consignee_name, net_mass_kg]", "[consignee_name, nobody]"):
        with pytest.raises(ErrorGroup):
            compile_rule(
                make_rule("alike: {same|gte: 90}\n  condition: alike", more=f"derive: {{same: {{likeness: {wrong}}}}}\n"), {}
            )
