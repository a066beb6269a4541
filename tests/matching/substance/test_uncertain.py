"""Near spellings that may be words of everyday language: weak by themselves, medium beside anything chemical."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.matching.substance.near import is_uncertain
from tests.matching.substance.test_near import substance

NAMES = SubstanceIndex(
    (substance("zorvanq"), substance("zorvanquil", substance_id="long"), substance("кремалон", substance_id="script"))
)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("zorvamq", "medium"),  # nobody declares an everyday word by itself
        ("zorvamq 200 kg", "medium"),
        ("zorvamq tiles", "weak"),
        ("tiles zorvamq 200 kg", "weak"),  # a mass may stand beside anything
        ("zorvamq in drums", "medium"),
        ("zorvamq 20 drums tiles", "medium"),
        ("technical grade zorvamq, tiles", "medium"),
        ("zorvamquil tiles", "medium"),  # a long name in its own script
        ("zorvanq tiles", "strong"),  # as written
    ],
)
def test_a_short_near_spelling_is_borne_out_by_what_is_chemical(text: str, strength: str) -> None:
    assert [m.strength for m in NAMES.match(text) if m.suppressed is None] == [strength]


@pytest.mark.parametrize(
    ("found", "name", "beside", "uncertain"),
    [
        ("толщена", "toluene", "", True),
        ("толщена", "toluene", " кг", True),
        ("toluena", "толуол", "", True),
        ("tolutne", "toluene", "", False),
        ("tolutne", "toluene", " 20 kg", False),
        ("tolutne", "toluene", " thick", True),
        ("толуал", "толуол", " плитка", True),
        ("толуолоо", "толуолов", " плитка", False),
    ],
)
def test_another_script_and_few_letters_are_doubtful(found: str, name: str, beside: str, uncertain: bool) -> None:
    assert is_uncertain(found, name, "", beside) == uncertain
    assert is_uncertain(found, name, beside, "") == uncertain
