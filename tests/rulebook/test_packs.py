"""Packs and a site's parameters: what they choose, and every way in which a file of them can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, RuleSyntaxError
from precursor_screen.rulebook.packs import load_packs, load_params
from tests.rulebook.rules import make_rule

RULE = make_rule("a: {gross_mass_kg|gt: 5}\n  condition: a")  # PS-QTY-900, status test, level low


def load(folder: Path, text: str, name: str = "own.yml"):
    (folder / "packs").mkdir(exist_ok=True)
    (folder / "packs" / name).write_text(text, encoding="utf-8")
    return load_packs([folder])


@pytest.mark.parametrize(
    ("pack", "holds"),
    [
        ("{id: own}", True),
        ("{id: own, statuses: [test]}", True),
        ("{id: own, statuses: [stable, experimental]}", False),
        ("{id: own, statuses: []}", False),
        ("{id: own, levels: [low, high]}", True),
        ("{id: own, levels: [high]}", False),
        ("{id: own, statuses: [test], levels: [high]}", False),
        ("{id: own, statuses: [stable], levels: [low]}", False),
        ("{id: own, without: [PS-QTY-900]}", False),
        ("{id: own, without: [PS-QTY-901]}", True),
    ],
)
def test_a_pack_holds_what_all_of_its_keys_admit(tmp_path, pack, holds):
    assert load(tmp_path, pack)["own"].holds(RULE) is holds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{id: other}", "'other' is in a file of another name.*Call the file other.yml"),
        ("{title: Own}", "has no 'id'"),
        ("[]", "is not a pack"),
        ("{}", "has no 'id'"),
        ("{id: own, status: [test]}", "unknown key 'status'.*Did you mean 'statuses'"),
        ("{id: own, statuses: test}", "statuses must be a list"),
        ("{id: own, levels: [1]}", "field levels.*1 is not known"),
        ("{id: own, levels: [zzz]}", "'zzz' is not known.*Use one of informational"),
        ("{id: own, levels: [hihg]}", "Did you mean 'high'"),
    ],
)
def test_a_faulty_pack_is_named_with_its_place(tmp_path, text, says):
    with pytest.raises(ErrorGroup) as caught:
        load(tmp_path, text)
    (error,) = caught.value.errors
    assert "packs/own.yml" in str(error)
    assert str(tmp_path) not in str(error)
    with pytest.raises(ErrorGroup, match=f"(?s){says}"):
        load_packs([tmp_path])


def test_what_is_no_yaml_does_not_hide_the_errors_of_other_files(tmp_path):
    with pytest.raises(ErrorGroup):
        load(tmp_path, "{id: ", "a.yml")
    with pytest.raises(ErrorGroup) as caught:
        load(tmp_path, "{id: other}", "b.yaml")
    assert [str(e).split(":")[0] for e in caught.value.errors] == ["packs/a.yml", "packs/b.yaml"]
    assert isinstance(caught.value.errors[0], RuleSyntaxError)


def test_the_pack_of_a_later_folder_takes_the_place_of_one_before(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, title in ((first, "One"), (second, "Two")):
        folder.mkdir()
        load(folder, f"{{id: own, title: {title}}}")
    assert load_packs([first, second])["own"].title == "Two"
    assert load_packs([second, first])["own"].title == "One"
    assert load_packs([tmp_path]) == {}


@pytest.mark.parametrize(
    ("own", "value", "fits"),
    [
        (50, "70", True),
        (50, "1", True),
        (50, "0", False),
        (50, "-1", False),
        (50, "0.5", False),
        (50, "true", False),
        (50, "heavy", False),
        (0, "0", True),
        (0, "-3", True),
        (-1, "0.5", True),
        (0.5, "1", True),
        (0.5, "0.01", True),
        (0.5, "0.0", False),
        (0.5, ".inf", False),
        (0.5, ".nan", False),
        (True, "false", True),
        (True, "1", False),
        ("30d", "45d", True),
        ("30d", "45", False),
        ("30d", "soon", False),
        ("text", "other", True),
        ("text", "5", False),
        (["a"], "[b, c]", True),
        (["a"], "b", False),
    ],
)
def test_a_parameter_is_of_the_kind_of_the_rules_own(tmp_path, own, value, fits):
    rule = replace(RULE, params={"most": own})
    path = tmp_path / "params.yml"
    path.write_text(f"PS-QTY-900: {{most: {value}}}")
    if fits:
        assert list(load_params(path, (rule,))) == ["PS-QTY-900"]
        return
    with pytest.raises(ErrorGroup, match="does not fit"):
        load_params(path, (rule,))


def test_all_faults_of_parameters_are_named_at_once(tmp_path):
    path = tmp_path / "params.yml"
    path.write_text("PS-QTY-900: {most: heavy, mots: 1}\nPS-QTY-901: {most: 1}\nPS-QTY-902: 3\n")
    with pytest.raises(ErrorGroup) as caught:
        load_params(path, (replace(RULE, params={"most": 50}), replace(RULE, id="PS-QTY-902")))
    assert len(caught.value.errors) == 4
