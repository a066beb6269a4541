"""What a site adds to the rules: exceptions, macros, packs and parameters; every fault is named with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, RuleSyntaxError, UsageError
from precursor_screen.reference.bundle import SiteRules, _untested_rulebook, load_rulebook, rule_folders
from precursor_screen.reference.shipped import rules_folder
from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.exceptions import load_exceptions
from precursor_screen.rulebook.expression import Field, Literal, Operator, any_of, apply
from precursor_screen.rulebook.lists import load_macros
from precursor_screen.rulebook.packs import load_packs, load_params
from tests.rulebook.rules import LISTS, make_rule, said_of

GOOD = """\
- id: EX-1
  rules: [PS-QTY-900]
  when: {consignee_name|contains: acme}
  reason: audited
  author: somebody
  since: 2026-11-01
  until: 2027-11-01
"""
IDS = frozenset({"PS-QTY-900"})


def write(folder: Path, text: str, name: str = "file.yml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_exception_keeps_what_it_says(tmp_path):
    (one,) = load_exceptions(write(tmp_path, GOOD), IDS, LISTS)
    assert (one.id, one.rules, one.until) == ("EX-1", ("PS-QTY-900",), date(2027, 11, 1))
    assert one.when is not None
    assert one.when.columns == {"consignee_name"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("  reason: audited\n", ""), "has no 'reason'"),
        (("  author: somebody\n", ""), "has no 'author'"),
        (("  until: 2027-11-01\n", ""), "has no 'until'"),
        (("until: 2027-11-01", "until: 2027-11-02"), "not within 365 days"),
        (("until: 2027-11-01", "until: 2026-10-31"), "not within 365 days"),
        (("until: 2027-11-01", "until: next year"), "until is not a date"),
        (("rules: [PS-QTY-900]", "rules: [PS-QTY-901]"), "Did you mean 'PS-QTY-900'?"),
        (("rules: [PS-QTY-900]", "rules: PS-QTY-900"), "rules is a list"),
        (("rules: [PS-QTY-900]", "party: '..'"), "names nobody"),
        (("rules: [PS-QTY-900]", "flag: 12"), "is not a flag id"),
        (("  rules: [PS-QTY-900]\n", ""), "does not name a flag, a party or rules"),
        (("consignee_name|contains", "consignee_nam|contains"), "Did you mean 'consignee_name'?"),
        (("consignee_name|contains: acme", "substance_id: acetone"), "a field of the subject substance"),
        (("reason: audited", "raeson: audited"), "Did you mean 'reason'?"),
        ((GOOD, GOOD + GOOD), "appears twice"),
        ((GOOD, "id: EX-1"), "is not a list"),
        ((GOOD, "- EX-1"), "is not an exception: lines of `key: value` are expected"),
        (("when: {consignee_name|contains: acme}", "when:"), "when has no value"),
        (("rules: [PS-QTY-900]", "flag:"), "flag has no value"),
    ],
)  # fmt: skip
def test_a_faulty_exception_is_named(tmp_path, change, expected):
    with pytest.raises(ErrorGroup) as caught:
        load_exceptions(write(tmp_path, GOOD.replace(*change)), IDS, LISTS)
    assert any(expected in str(e) and "file.yml:" in str(e) for e in caught.value.errors), caught.value


FLAG = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "does not name a flag, a party or rules"),
        ("when: {hs6: '291411'}", "does not name a flag, a party or rules"),
        ("rules: [PS-QTY-900]", "would suppress the rules everywhere"),
        ("rules: [PS-QTY-900]\n  when: {hs6: '291411'}", ""),
        ("rules: [PS-QTY-900]\n  party: Zorvan Chemie", ""),
        (f"rules: [PS-QTY-900]\n  flag: {FLAG}", ""),
        (f"flag: {FLAG}", ""),
        ("party: Zorvan Chemie", ""),
    ],
)
def test_an_exception_names_what_it_is_about_and_rules_never_everywhere(tmp_path, said, fault):
    text = GOOD.replace("  rules: [PS-QTY-900]\n  when: {consignee_name|contains: acme}\n", f"  {said}\n" if said else "")
    if not fault:
        (one,) = load_exceptions(write(tmp_path, text), IDS, LISTS)
        assert (bool(one.rules), bool(one.flag), bool(one.party), bool(one.when)) == tuple(
            f"{name}:" in said for name in ("rules", "flag", "party", "when")
        )
        return
    with pytest.raises(ErrorGroup) as caught:
        load_exceptions(write(tmp_path, text), IDS, LISTS)
    assert [e.message for e in caught.value.errors] == [fault]


def test_a_macro_is_used_like_a_selection_of_the_rule(tmp_path):
    write(tmp_path / "macros", "id: heavy\ntitle: Heavy\nselection: {gross_mass_kg|gt: 500}\n", "heavy.yml")
    macros = load_macros([tmp_path])
    rule = make_rule("light: {gross_mass_kg|lt: 1}\n  condition: light or heavy")
    compiled = compile_rule(rule, LISTS, {}, macros)
    light, heavy = (apply(o, Field("gross_mass_kg"), Literal(n)) for o, n in ((Operator.LT, 1), (Operator.GT, 500)))
    assert compiled.selected == any_of([light, heavy])
    with pytest.raises(ErrorGroup, match="does not name a selection: 'heavy'"):
        compile_rule(rule, LISTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: other\nselection: {a: 1}", "in a file of another name"),
        ("id: heavy", "has no 'selection'"),
        ("id: heavy\nselecton: {a: 1}", "Did you mean 'selection'?"),
        ("- a", "is not a macro"),
        ("a: [", "not valid YAML"),
    ],
)
def test_a_faulty_macro_is_named(tmp_path, text, expected):
    write(tmp_path / "macros", text, "heavy.yml")
    with pytest.raises((ErrorGroup, RuleSyntaxError), match=expected):
        load_macros([tmp_path])


def test_packs_choose_by_status_and_level(tmp_path):
    write(tmp_path / "packs", "id: own\ntitle: Own\nstatuses: [test]\nwithout: [PS-QTY-900]\n", "own.yml")
    pack = load_packs([tmp_path])["own"]
    assert not pack.holds(make_rule("a: {gross_mass_kg|gt: 5}\n  condition: a"))
    write(tmp_path / "packs", "id: own\ntitle: Own\nstatuses: [tset]\n", "own.yml")
    with pytest.raises(ErrorGroup, match="Did you mean 'test'"):
        load_packs([tmp_path])


def test_the_packs_that_ship_lie_within_each_other():
    sizes = [len(load_rulebook(rule_folders(), SiteRules(pack=p)).compiled) for p in ("core", "extended", "all", "")]
    assert 0 < sizes[0] < sizes[1] < sizes[2] == sizes[3]
    with pytest.raises(UsageError, match="Did you mean 'core'"):
        load_rulebook(rule_folders(), SiteRules(pack="cor"))


def test_a_site_s_parameters_take_the_place_of_the_rule_s(tmp_path):
    rule = make_rule("a: {gross_mass_kg|gt: $most}\n  condition: a", more="params: {most: 50}", explain="more than {most}")
    params = load_params(write(tmp_path, "PS-QTY-900: {most: 70}"), (rule,))
    compiled = compile_rule(rule, LISTS, params["PS-QTY-900"])
    assert compiled.selected == apply(Operator.GT, Field("gross_mass_kg"), Literal(70))
    assert said_of(compiled, "") == "more than 70"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PS-QTY-901: {most: 1}", "not a rule with parameters"),
        ("PS-QTY-900: {mots: 1}", "Did you mean 'most'?"),
        ("PS-QTY-900: {most: heavy}", "does not fit"),
        ("PS-QTY-900: {most: true}", "does not fit"),
        ("- PS-QTY-900", "is not a file of parameters: lines of `key: value` are expected"),
    ],
)
def test_a_faulty_parameter_is_named(tmp_path, text, expected):
    rule = make_rule("a: {gross_mass_kg|gt: $most}\n  condition: a", more="params: {most: 50}")
    with pytest.raises(ErrorGroup, match=expected):
        load_params(write(tmp_path, text), (rule,))


def test_rules_are_parsed_once_and_read_anew_when_a_file_changes(tmp_path: Path) -> None:
    name = "ps-chem-003.yml"
    text = (rules_folder() / name).read_text("utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    first = load_rulebook([tmp_path])
    assert load_rulebook([tmp_path]) is first
    (tmp_path / name).write_text(text.replace("\ntitle: ", "\ntitle: Again "), "utf-8")
    second = load_rulebook([tmp_path])
    assert second.sha256 != first.sha256
    assert second.rules[0].title == f"Again {first.rules[0].title}"


def test_a_rulebook_to_judge_by_is_taken_from_an_earlier_start(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path / "kept"))
    _untested_rulebook.cache_clear()
    whole, made = (load_rulebook(rule_folders(), tested=tested) for tested in (True, False))
    rules = {rule.id: replace(rule, tests=()) for rule in whole.rules}
    assert made.rules == tuple(rules.values())
    assert made == replace(whole, rules=made.rules, compiled=tuple(replace(c, rule=rules[c.rule.id]) for c in whole.compiled))
    _untested_rulebook.cache_clear()
    with patch("precursor_screen.reference.bundle._read_rulebook", side_effect=AssertionError):
        assert load_rulebook(rule_folders(), tested=False) == made


def test_a_file_counts_for_what_it_is_given_as(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PRECURSOR_SCREEN_CACHE", str(tmp_path / "kept"))
    file = write(tmp_path, "[]\n")
    load_rulebook(rule_folders(), SiteRules(exceptions=file), tested=False)
    with pytest.raises(ErrorGroup):
        load_rulebook(rule_folders(), SiteRules(params=file), tested=False)
