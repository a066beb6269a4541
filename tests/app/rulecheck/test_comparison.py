"""What two versions of the rules flag on the same manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from precursor_screen.app.inputs import Source
from precursor_screen.app.rulecheck.statistics import Change, compare_rules, show_changes
from precursor_screen.app.run_settings import Settings
from precursor_screen.app.session import Session
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import Reference, load_rulebook
from tests.screening import table

ROWS = [
    {
        "bill of lading": "B1",
        "description of goods": "ACETONE",
        "hs code": "291411",
        "net weight kg": "1460",
        "direction": "import",
    },
    {
        "bill of lading": "B2",
        "description of goods": "ACETONE",
        "hs code": "291411",
        "net weight kg": "900",
        "direction": "import",
    },
]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two of the rules that ship, twice."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        for rule in ("ps-qty-003.yml", "ps-chem-001.yml"):
            shutil.copy(shipped.rules_folder() / rule, tmp_path / name)
    return tmp_path / "old", tmp_path / "new"


def changes(folders: tuple[Path, Path], reference: Reference) -> tuple[Change, ...]:
    sources = (Source("input.csv", content=table(ROWS)),)
    return compare_rules(sources, Session(Settings(), reference), load_rulebook([folders[0]]), load_rulebook([folders[1]]))


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "ps-qty-003.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_equal_rules_have_no_change(folders, reference):
    assert changes(folders, reference) == ()


def test_gained_flags_ask_for_a_minor_version(folders, reference):
    edit(folders[1], "0.95", "0.5")
    (change,) = changes(folders, reference)
    assert (change.rule_id, len(change.gained), len(change.lost), change.proposal) == ("PS-QTY-003", 1, 0, "minor")
    text = "\n".join(show_changes((change,)))
    assert "+ medium" in text
    assert "input.csv:3" in text


def test_lost_flags_ask_for_a_major_version(folders, reference):
    edit(folders[1], "0.95", "0.99")
    (change,) = changes(folders, reference)
    assert (len(change.gained), len(change.lost), change.proposal) == (0, 1, "major")


def test_another_level_is_a_change_of_the_same_flag(folders, reference):
    edit(folders[1], "level: medium", "level: low")
    (change,) = changes(folders, reference)
    assert (len(change.gained), len(change.lost), len(change.changed), change.proposal) == (0, 0, 1, "minor")


def test_another_wording_asks_for_a_patch(folders, reference):
    edit(folders[1], "action: ", "action: Please, ")
    (change,) = changes(folders, reference)
    assert (change.gained, change.lost, change.changed, change.proposal) == ((), (), (), "patch")


def test_a_rule_that_is_gone_loses_its_flags(folders, reference):
    (folders[1] / "ps-qty-003.yml").unlink()
    found = {c.rule_id: c for c in changes(folders, reference)}
    assert found["PS-QTY-003"].proposal == "major"
    assert "-> removed" in next(show_changes((found["PS-QTY-003"],)))
