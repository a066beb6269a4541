"""The shape of rule files: every fault is named with its place, all at once."""

from __future__ import annotations

import textwrap

import pytest

from precursor_screen.core.errors import ErrorGroup, RuleSyntaxError, WindowError
from precursor_screen.core.located import parse_yaml
from precursor_screen.rulebook.grammar import load_rules, parse_rule
from tests.rulebook.rules import make_rule

GOOD = textwrap.dedent("""\
    schema: 1
    id: PS-QTY-900
    version: 1.0.0
    title: A title
    status: test
    level: low
    confidence: low
    weight: 5
    subject: line
    scope: line
    detection:
      much: {gross_mass_kg|gt: 100}
      condition: much
    explain: "{gross_mass_kg} kg"
    """)


def errors_of(text: str) -> list[str]:
    with pytest.raises((ErrorGroup, RuleSyntaxError)) as caught:
        parse_rule(parse_yaml(text, "rule.yml"))
    error = caught.value
    return [str(e) for e in error.errors] if isinstance(error, ErrorGroup) else [str(error)]


def test_a_good_rule_keeps_what_it_says():
    rule = parse_rule(parse_yaml(GOOD, "rule.yml"))
    assert (rule.id, rule.weight, rule.subject, rule.condition, rule.family) == ("PS-QTY-900", 5, "line", "much", "quantity")
    assert rule.selections == {"much": {"gross_mass_kg|gt": 100}}
    assert rule.lines["detection.much"] == 12


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("level: low", "level: hihg"), "level 'hihg' is not known. Did you mean 'high'?"),
        (("status: test", "status: tset"), "Did you mean 'test'?"),
        (("title: A title", "titel: A title"), "unknown key 'titel'. Did you mean 'title'?"),
        (("id: PS-QTY-900", "id: QTY-900"), "is not a rule id"),
        (("id: PS-QTY-900", "id: PS-XYZ-900"), "is not a rule id"),
        (("schema: 1", "schema: 2"), "a newer one may be needed"),
        (("weight: 5", "weight: heavy"), "weight must be a whole number"),
        (("weight: 5", "weight: true"), "weight must be a whole number"),
        (("weight: 5", "weight: 101"), "between 0 and 100"),
        (("version: 1.0.0", "version: 1.0"), 'Quote it: version: "1.0"'),
        (("  condition: much\n", ""), "has no condition"),
        (("explain: \"{gross_mass_kg} kg\"\n", ""), "has no 'explain'"),
        (("scope: line", "scope: shipment"), "a shipment rule needs a correlation"),
        (("level: low", "level: low\nlevel: low"), "gives 'level' twice"),
        (("subject: line", "subject: line\ntests: [{rows: [{a: 1}], expect: []}]"), "needs a line_id"),
        (("subject: line", "subject: line\ntests: [{rows: [{line_id: A}], expect: [B]}]"), "none of its rows is called"),
        (("subject: line", "subject: line\nreferences: [{title: x}]"), "a reference needs a title and a mark"),
        (("subject: line", "subject: line\nrelated: [{id: x}]"), "needs an id and a type"),
        (("subject: line", "subject: line\ntests: [{rows: [{line_id: A}], expect: [], not_evaluable: 5}]"), "list of line ids"),
        (("subject: line", "subject: line\ntests: [{rows: [{line_id: A}], expect: [], since: [1]}]"), "since is a date"),
        (
            ("subject: line", "subject: line\ntests: [{rows: [{line_id: A}], expect: [], registers: {permits: 5}}]"),
            "registers maps names of registers to rows",
        ),
        (("version: 1.0.0", 'version: "1\\0"'), "it holds a NUL character"),
        (("subject: line", "subject: line\nreferences: 5"), "references must be a list"),
        (("subject: line", "subject: line\ntests: 5"), "tests must be a list"),
        (("scope: line", "scope: history\nparams: 5\ncorrelation: {type: first_seen, group-by: [hs6], min_history: $x}"), "a mapping"),
    ],
)  # fmt: skip
def test_a_fault_is_named(change, expected):
    text = GOOD.replace(*change)
    assert text != GOOD
    assert any(expected in e for e in errors_of(text)), errors_of(text)


def test_all_faults_are_named_at_once_each_with_line_and_column():
    errors = errors_of(GOOD.replace("level: low", "level: x").replace("status: test", "status: y"))
    assert len(errors) == 2
    assert errors[0].startswith("rule.yml:5:1, field status")
    assert errors[1].startswith("rule.yml:6:1, field level")


@pytest.mark.parametrize(
    ("correlation", "expected"),
    [
        ("{type: event_cuont, group-by: [shipment_id], condition: {gte: 2}}", "is not known"),
        ("{type: value_count, group-by: [shipment_id], condition: {gte: 2}}", "value_count needs field"),
        ("{type: event_count, group-by: [consignee_name], condition: {gte: 2}}", "groups by shipment_id"),
        ("{type: event_count, group-by: [shipment_id], condition: {gte: 2}, timespan: 30d}", "a shipment rule has no timespan"),
        ("{type: event_count, group-by: [shipment_id]}", "event_count needs condition"),
        ("{type: event_count, group-by: [shipment_id], condition: {gte: 2}, emti: group}", "Did you mean 'emit'?"),
        (
            "{type: baseline, field: value_usd, group-by: [shipment_id], timespan: 9d, min_history: 2, condition: {gte: 2}}",
            "looks back",
        ),
    ],
)
def test_a_correlation_that_cannot_be_evaluated_is_refused(correlation, expected):
    text = GOOD.replace("scope: line", f"scope: shipment\ncorrelation: {correlation}")
    assert any(expected in e for e in errors_of(text)), errors_of(text)


@pytest.mark.parametrize(
    ("correlation", "expected"),
    [
        ("{type: event_count, group-by: [consignee_key], condition: {gte: 2}}", "either a timespan or a calendar"),
        ("{type: event_count, group-by: [consignee_key], condition: {gte: 2}, timespan: 0d}", "'0d' is not a span of time"),
        ("{type: event_count, group-by: [consignee_key], condition: {gte: 2}, timespan: 30}", "30 is not a span of time"),
        ("{type: event_count, group-by: [consignee_key], condition: {gte: 2}, timespan: 99999d}", "is not a span of time"),
        ("{type: event_count, group-by: [consignee_key], condition: {gte: 2}, timespan: $window}", "'$window' is not a span"),
        ("{type: event_count, group-by: [consignee_key], condition: {gte: 2}, calendar: week}", "calendar 'week' is not known"),
        (
            "{type: event_count, group-by: [consignee_key], condition: {gte: 2}, timespan: 9d, emit: all}",
            "emit 'all' is not known",
        ),
        ("{type: event_count, condition: {gte: 2}, timespan: 9d}", "needs group-by"),
        ("{type: temporal, group-by: [consignee_key], timespan: 9d, selections: [a]}", "at least two selections"),
        ("{type: first_seen, group-by: [consignee_key]}", "first_seen needs min_history"),
        ("{type: first_seen, group-by: [consignee_key], min_history: 9d, emit: null}", "emit has no value"),
        ("{type: first_seen, group-by: [consignee_key], min_history: 9d, condition: {gte: 2}}", "movements that differ"),
        ("{type: first_seen, group-by: [consignee_key], min_history: 9d, only: a}", "movements that differ"),
        ("{type: event_count, group-by: [a], timespan: 9d, condition: {gte: 2}, unseen: 9d}", "event_count has no unseen"),
        ("{type: event_count, group-by: [a], timespan: 9d, condition: {gte: 2}, silence: soon}", "'soon' is not a span of time"),
        ("{type: event_count, group-by: [a], calendar: month, condition: {gte: 2}, silence: 9d}", "lies before a timespan"),
        ("{type: event_count, group-by: [a], timespan: 9d, condition: {gte: 2}, known: 9d}", "known is said of a silence"),
        ("{type: absence, register: permitts, match: {permit_reference: reference}}", "Did you mean 'permits'?"),
        ("{type: reconcile, register: permits, match: [a], field: value_usd, against: kg}", "match maps fields"),
        (
            "{type: baseline, field: value_usd, group-by: [a], timespan: 9d, min_history: 9d, condition: {gte: 2}}",
            "number of earlier lines",
        ),
        (
            "{type: value_sum, field: value_usd, group-by: [a], timespan: 9d, condition: {gte: 2}, and: {type: x}}",
            "second condition",
        ),
        ("{type: [event_count], group-by: [a], timespan: 9d, condition: {gte: 2}}", "is not known"),
        ("{type: event_count, group-by: [{a: b}], timespan: 9d, condition: {gte: 2}}", "needs group-by"),
        ("{type: event_count, group-by: [a], timespan: 9d, condition: {gte: 2}, emit: [group]}", "is not known"),
        (
            "{type: value_sum, field: a, group-by: [a], timespan: 9d, condition: {gte: 2}, and: {type: [event_count]}}",
            "second condition",
        ),
        (
            "{type: baseline, field: a, group-by: [a], timespan: 9d, min_history: 2, condition: {gte: 2}, method: [ratio]}",
            "method ['ratio'] is not known",
        ),
        (
            "{type: temporal_ordered, group-by: [a], timespan: 9d, selections: [a, b], differs: vessel_key}",
            "differs is a list of columns",
        ),
        ("{type: absence, register: permits, group-by: 5, match: {permit_reference: reference}}", "needs group-by"),
        ("{type: absence, register: [permits], match: {permit_reference: reference}}", "register ['permits'] is not known"),
        ("{type: absence, register: permits, match: {permit_reference: [reference]}}", "has no column ['reference']"),
        (
            "{type: absence, register: permits, match: {permit_reference: referense}}",
            "permits has no column 'referense'. Did you mean 'reference'?",
        ),
        (
            "{type: absence, register: permits, match: {permit_reference: zzz}}",
            "permits has no column 'zzz'. Columns: reference, ",
        ),
        (
            "{type: reconcile, register: permits, match: {permit_reference: reference}, field: a, against: quantity}",
            "permits has no column 'quantity'. Did you mean 'quantity_kg'?",
        ),
        (
            "{type: absence, register: permits, match: {permit_reference: valid_to}}",
            "'valid_to' of permits is not a column of texts",
        ),
        (
            "{type: reconcile, register: permits, match: {permit_reference: reference}, field: a, against: status}",
            "'status' of permits is not a column of numbers. Columns: quantity_kg.",
        ),
    ],
)
def test_a_window_that_cannot_be_evaluated_has_an_error_of_its_own(correlation, expected):
    text = GOOD.replace("scope: line", f"scope: history\ncorrelation: {correlation}")
    assert any(expected in e for e in errors_of(text)), errors_of(text)


def test_what_only_another_type_has_is_refused_and_not_looked_into():
    more = "register: permits, match: {a: zzz}"
    correlation = f"{{type: event_count, group-by: [consignee_key], timespan: 9d, condition: {{gte: 2}}, {more}}}"
    first, second = errors_of(GOOD.replace("scope: line", f"scope: history\ncorrelation: {correlation}"))
    assert "event_count has no register" in first
    assert "event_count has no match" in second


def test_windows_have_an_error_of_their_own_kind():
    with pytest.raises(ErrorGroup) as caught:
        parse_rule(parse_yaml(GOOD.replace("scope: line", "scope: shipment"), "rule.yml"))
    assert isinstance(caught.value.errors[0], WindowError)
    with pytest.raises(ErrorGroup) as caught:
        parse_rule(
            parse_yaml(GOOD.replace("scope: line", "scope: history").replace("subject: line", "subject: party"), "rule.yml")
        )
    assert isinstance(caught.value.errors[0], WindowError)


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "\ta: 1",
        "a: *missing",
        "- just\n- a list",
        "text",
        "",
        "a: !!python/object:os.system {}",
        "&a a: *a",
        "x: 2026-99-99",
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(text):
    assert all("bad.yml" in e or "rule.yml" in e for e in errors_of(text))


def test_tabs_have_their_own_remedy():
    assert "tabs are not allowed" in errors_of("a:\n\tb: 1\n")[0]


def test_loading_a_folder_collects_the_errors_of_all_files(tmp_path):
    (tmp_path / "ps-qty-900.yml").write_text(GOOD)
    (tmp_path / "ps-qty-901.yml").write_text(GOOD)
    (tmp_path / "ps-qty-902.yml").write_text(GOOD.replace("level: low", "level: x"))
    (tmp_path / "ps-qty-903.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ErrorGroup) as caught:
        load_rules([tmp_path])
    text = str(caught.value)
    assert "ps-qty-901.yml" in text
    assert "Call the file ps-qty-900.yml" in text
    assert "ps-qty-902.yml" in text
    assert "ps-qty-903.yml" in text


def test_a_duplicate_id_in_two_folders_is_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ps-qty-900.yml").write_text(GOOD)
    with pytest.raises(ErrorGroup, match=r"which the rule in .* has too"):
        load_rules([tmp_path / "a", tmp_path / "b"])


def test_rows_of_a_test_hold_what_they_share():
    more = "tests: [{name: t, each: {hs6: '291524', vessel: x}, rows: [{line_id: A}, {line_id: B, vessel: null}], expect: []}]\n"
    (test,) = make_rule("sel: {hs6: '291524'}\n  condition: sel", more=more).tests
    assert test.rows == ({"hs6": "291524", "vessel": "x", "line_id": "A"}, {"hs6": "291524", "vessel": None, "line_id": "B"})
