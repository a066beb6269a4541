"""The digest of what decides changes with whatever of a rule may change a flag, and with nothing that is only said of it."""

from __future__ import annotations

import pytest
from msgspec.structs import fields, replace

from precursor_screen.core.model import Rule
from tests.screening import with_rules

SAID = {
    "version",
    "title",
    "description",
    "rationale",
    "references",
    "tags",
    "related",
    "falsepositives",
    "explain",
    "action",
    "tests",
    "path",
    "lines",
}


@pytest.fixture(scope="module")
def one(reference):
    return with_rules(reference, "PS-CHEM-001")


@pytest.mark.parametrize("name", [field.name for field in fields(Rule)])
def test_what_decides_and_what_is_only_said(one, name):
    (compiled,) = one.rules
    other = replace(one, rules=(replace(compiled, rule=replace(compiled.rule, **{name: "something else"})),))
    assert (other.digest_decisions() == one.digest_decisions()) is (name in SAID)


def test_lists_exceptions_and_parameters_decide_too(one):
    for changed in ({"lists": {}}, {"parameters": {"PS-CHEM-001": {"x": 1}}}, {"typologies": ()}, {"exceptions": ("one",)}):
        assert replace(one, **changed).digest_decisions() != one.digest_decisions()
