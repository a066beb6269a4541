"""Ids of rules that were removed or joined stay valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.reference.shipped import rules_folder
from precursor_screen.rulebook.exceptions import load_exceptions
from precursor_screen.rulebook.successors import predecessors, successors, with_successors

RULES = {p.stem.upper() for p in rules_folder().glob("ps-*.yml")}


def test_every_successor_is_a_rule_and_no_rule_has_one():
    assert {new for one in successors().values() for new in one.new} <= RULES
    assert not RULES & set(successors())
    assert set(predecessors()["PS-DOC-028"]) == {"PS-DOC-005", "PS-DOC-006", "PS-DOC-021"}


def test_rule_ids_bring_their_successors():
    assert with_successors(("PS-DOC-006", "PS-CHEM-001")) == ("PS-DOC-006", "PS-DOC-028", "PS-CHEM-001")


@pytest.mark.parametrize(("rule_id", "valid"), [("PS-DOC-021", True), ("PS-DOC-421", False)])
def test_an_exception_may_name_a_rule_that_is_no_more(tmp_path: Path, rule_id: str, valid: bool):
    path = tmp_path / "exceptions.yml"
    path.write_text(
        f"- {{id: E1, rules: [{rule_id}], party: Acme, reason: known, author: me, since: 2026-11-01, until: 2027-03-01}}\n"
    )
    if not valid:
        with pytest.raises(ErrorGroup, match="there is no rule"):
            load_exceptions(path, frozenset(RULES), {})
        return
    (one,) = load_exceptions(path, frozenset(RULES), {})
    assert one.rules == ("PS-DOC-021", "PS-DOC-027", "PS-DOC-028")
