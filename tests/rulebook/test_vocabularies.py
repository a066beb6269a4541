"""Closed vocabularies: every one with a right word, a near miss and its suggestion, and a wrong word; and who writes the words."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.resolve import goods_facts
from precursor_screen.kernel.resolve.substances import METHODS
from precursor_screen.matching.party.index_file import ENTRY_KINDS, NAME_KINDS
from precursor_screen.matching.substance.evidence import STRENGTHS
from precursor_screen.readers import code_cells as filed_words
from precursor_screen.reference import thresholds
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.reference.recogniser import known_substances
from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.lint import lint
from precursor_screen.rulebook.lint_words import VOCABULARY_OF, vocabularies
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.text import quantity_words, substance_mass
from tests.rulebook.rules import make_rule

LISTS = load_rulebook(rule_folders()).lists
WORDS = vocabularies(known_substances(), LISTS)
with (Path(__file__).parents[1] / "judgements" / "rule_vocabularies.csv").open(encoding="utf-8", newline="") as stream:
    CASES = list(csv.DictReader(stream))


def findings(detection, *, subject="line", lists=LISTS, more="", substances=None):
    """What lint says of values; not of what a rule for a test lacks."""
    rule = make_rule(detection, subject=subject, more=more)
    found = lint((rule,), (compile_rule(rule, lists),), lists, date(2026, 11, 25), substances or known_substances())
    return [e for e in found if e.where.field.startswith(("detection.sel", "applies", "levels", "params", "tests."))]


def of_value(case, value):
    return findings(f"sel: {{{case['key']}: '{value}'}}\n  condition: sel", subject=case["subject"])


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['key']}-{c['right']}")
def test_a_right_word_passes_and_wrong_ones_are_named_with_place_and_remedy(case):
    assert of_value(case, case["right"]) == []
    for value, suggestion in ((case["near"], case["suggestion"]), (case["wrong"], "")):
        (error,) = of_value(case, value)
        assert error.where.field == f"detection.sel.{case['key']}"
        assert error.where.file == "rule.yml:12"
        assert f"{case['key'].partition('|')[0]}: {value!r} is not a valid " in error.message
        assert (f"Did you mean {suggestion!r}?" == error.remedy) if suggestion else "Did you mean" not in error.remedy


def test_every_vocabulary_has_a_case_and_every_field_exists():
    used = {VOCABULARY_OF.get(name, name) for name in BY_NAME}
    assert {case["vocabulary"] for case in CASES} == used & set(WORDS) >= set(VOCABULARY_OF.values())
    for case in CASES:
        field = case["key"].partition("|")[0]
        assert VOCABULARY_OF.get(field, field) == case["vocabulary"]
    assert [name for name in VOCABULARY_OF if name not in BY_NAME] == []
    assert [name for name in BY_NAME if name.endswith("_country") and VOCABULARY_OF.get(name) != "country"] == []


WRITERS = {
    "transport_mode": set(filed_words.meanings("mode").values()),
    "message_function": set(filed_words.meanings("function").values()),
    "direction": {*filed_words.meanings("direction").values(), *thresholds.DIRECTIONS},
    "method": set(METHODS),
    "match_strength": set(STRENGTHS),
    "entry_kind": set(ENTRY_KINDS),
    "name_kind": set(NAME_KINDS),
    "package_kind": set(quantity_words._by_code().values()),
    "threshold_counts": {thresholds.GOODS, thresholds.OF_SUBSTANCE, thresholds.OF_BASE},
    "goods_named": {goods_facts.GOODS, goods_facts.CODE_NAME, goods_facts.TRADE_NAME, goods_facts.PURPOSE},
    "mass_doubt": {
        *(substance_mass.TWO_READINGS, substance_mass.GROSS_ONLY, substance_mass.SIZE_ONLY),
        *(substance_mass.SEVERAL_MASSES, substance_mass.SEVERAL_GOODS, substance_mass.OTHER_GOODS, substance_mass.TEXT_EXCEEDS),
    },
}


@pytest.mark.parametrize("name", WRITERS)
def test_words_are_those_that_code_writes(name):
    assert set(WORDS[name].words) == WRITERS[name]


CONTROL = [
    ("{instrument: UN1988, schedule: [I, II]}", "", "", ""),
    ("{instrument: US, schedule: List I}", "", "", ""),
    ("{schedule: Class A}", "", "", ""),
    ("{instrument: UN1987, schedule: I}", "instrument", "'UN1987' is not a valid instrument", "Did you mean 'UN1988'?"),
    ("{instrument: UN1988, schedule: [I, 1]}", "schedule.1", "'1' is not a valid schedule of UN1988", "One of 'I', 'II'."),
    ("{instrument: [UN1988, UN1961], schedule: III}", "", "", ""),
    ("{instrument: UN1988, schedule: III}", "schedule", "'III' is not a valid schedule of UN1988", "Did you mean 'II'?"),
    ("{schedule: Clas A}", "schedule", "'Clas A' is not a valid schedule", "Did you mean 'Class A'?"),
]


@pytest.mark.parametrize(("value", "part", "message", "remedy"), CONTROL, ids=[c[0] for c in CONTROL])
def test_instruments_and_their_schedules(value, part, message, remedy):
    found = findings(f"sel: {{control: {value}}}\n  condition: sel", subject="substance")
    assert [(e.where.field, e.message, e.remedy) for e in found] == (
        [(f"detection.sel.control.{part}", f"control: {message}", remedy)] if part else []
    )


def test_a_value_is_told_where_it_is_said():
    (error,) = findings("sel: {country_of_origin: $from}\n  condition: sel", more="params:\n  from: [MX, Mexiko]\n")
    assert error.where.field == "params.from.1"
    assert error.where.file == "rule.yml:16"
    (error,) = findings("sel:\n    - {hs6: '291524'}\n    - {hs_chapter: ['29', '3O']}\n  condition: sel")
    assert (error.where.field, error.where.file) == ("detection.sel.1.hs_chapter.1", "rule.yml:14")


def test_levels_and_applies_are_looked_at():
    more = "applies: {direction: exprot}\nlevels: [{when: {transport_mode: shp}, level: high, weight: 5}]\n"
    found = findings("sel: {hs6: '291524'}\n  condition: sel", more=more)
    assert [e.where.field for e in found] == ["applies.direction", "levels.0.when.transport_mode"]


def test_terms_of_a_list_are_words_too():
    lists = {"far": NamedList("far", "t", "s", date(2026, 1, 1), None, ("MX", "Peru"), "")}
    (error,) = findings("sel: {country_of_origin|inlist: far}\n  condition: sel", lists=lists)
    assert "'Peru' of list 'far' is not a valid country code" in error.message
    assert error.remedy == "Did you mean 'PE'?"


def test_text_tests_of_words_must_be_part_of_one():
    assert findings("sel: {substance_route_roles|startswith: 'p-2-p:'}\n  condition: sel", subject="substance") == []
    assert findings("sel: {country_of_origin|re: '^M'}\n  condition: sel") == []
    (error,) = findings("sel: {direction|contains: exprot}\n  condition: sel")
    assert "'exprot' is not a valid direction" in error.message


QUOTES = [
    ("NO", 'Quote it: "NO". Without quotes YAML reads NO, off and false as false.'),
    ("[SE, NO]", 'Quote it: "NO". Without quotes YAML reads NO, off and false as false.'),
    ("yes", 'Quote it: "YES". Without quotes YAML reads YES, on and true as true.'),
    ("2915", 'Quote it: "2915". A leading 0 is lost without quotes.'),
    ("2026-03-01", 'Quote it: "2026-03-01".'),
]


@pytest.mark.parametrize(("value", "remedy"), QUOTES, ids=[q[0] for q in QUOTES])
def test_what_yaml_does_not_read_as_text_is_to_be_quoted(value, remedy):
    rule = make_rule(f"sel: {{country_of_destination: {value}}}\n  condition: sel")
    with pytest.raises(ErrorGroup) as caught:
        compile_rule(rule, LISTS)
    (error,) = caught.value.errors
    assert error.remedy == remedy
    assert error.where.field == "detection.sel.country_of_destination"


ROWS = [
    ("country_of_destination: NO", "tests.0.rows.0.country_of_destination", "text is expected, not False", 'Quote it: "NO".'),
    (
        "country_of_destinatoin: MX",
        "tests.0.rows.0.country_of_destinatoin",
        "unknown field",
        "Did you mean 'country_of_destination'?",
    ),
    ("net_mass_kg: '9'", "tests.0.rows.0.net_mass_kg", "a number is expected, not '9'", ""),
    ("packages: true", "tests.0.rows.0.packages", "a whole number is expected, not True", ""),
    ("transit_countries: [SE, NO]", "tests.0.rows.0.transit_countries", "False is none", 'Quote it: "NO".'),
    ("transit_countries: SE", "tests.0.rows.0.transit_countries", "a list of texts is expected, not 'SE'", ""),
    ("watched: 1", "tests.0.rows.0.watched", "true or false is expected, not 1", ""),
    ("net_mass_kg: 9, packages: null, transit_countries: [SE], recorded: true, cargo_id: X", "", "", ""),
]


@pytest.mark.parametrize(("cells", "part", "message", "remedy"), ROWS, ids=[r[0] for r in ROWS])
def test_rows_of_inline_tests_hold_what_lines_can_hold(cells, part, message, remedy):
    more = f"tests:\n  - name: t\n    rows: [{{line_id: A, {cells}}}]\n    expect: []\n"
    found = findings("sel: {hs6: '291524'}\n  condition: sel", more=more)
    assert [e.where.field for e in found] == ([part] if part else [])
    if found:
        assert found[0].where.file == "rule.yml:17"
        assert message in found[0].message
        assert found[0].remedy.startswith(remedy)


REGISTER = [
    ("permits: [{reference: P-1, status: valid, country: MX}]", ""),
    ("permits: [{reference: P-1, status: vaild}]", "Did you mean 'valid'?"),
    ("permits: [{reference: P-1, country: NO}]", 'Quote it: "NO".'),
    ("permits: [{referense: P-1}]", "Did you mean 'reference'?"),
]


@pytest.mark.parametrize(("register", "remedy"), REGISTER, ids=[r[0] for r in REGISTER])
def test_rows_of_registers_hold_what_registers_can_hold(register, remedy):
    more = f"tests:\n  - name: t\n    registers: {{{register}}}\n    rows: [{{line_id: A}}]\n    expect: []\n"
    found = findings("sel: {hs6: '291524'}\n  condition: sel", more=more)
    assert len(found) == bool(remedy)
    assert all(e.remedy.startswith(remedy) for e in found)


def test_without_substances_their_words_are_not_looked_at():
    rule = make_rule("sel: {substance_id: salt, form: vapour}\n  condition: sel", subject="substance")
    found = lint((rule,), (compile_rule(rule, LISTS),), LISTS, date(2026, 11, 25))
    assert [e.where.field for e in found if e.where.field.startswith("detection.sel")] == ["detection.sel.form"]
