"""What the other fields of a line add to a near spelling that may be an everyday word."""

from __future__ import annotations

from typing import Any

import pytest

from precursor_screen.reference.bundle import Reference
from tests.screening import rules_of_row, screen_rows, with_rules

DOUBTFUL = "PLATES OF TOLUOEN"  # one letter from toluol, and a short word among others


@pytest.mark.parametrize(
    ("cells", "flagged"),
    [
        ({"hs code": "690721"}, False),
        ({"hs code": "392690"}, False),
        ({"hs code": "290511"}, True),
        ({"hs code": "281121"}, True),
        ({"hs code": "381400"}, True),
        ({"hs code": "690721", "package type": "DRUMS"}, True),
        ({"hs code": "690721", "un number": "1294"}, True),
        ({"hs code": "290230"}, True),
    ],
)
def test_a_chapter_of_chemicals_their_packages_and_a_un_number_bear_it_out(
    reference: Reference, cells: dict[str, Any], flagged: bool
) -> None:
    result = screen_rows([{"description of goods": DOUBTFUL, **cells}], with_rules(reference, "PS-CHEM-001"))
    found = [c for c in result.screened.resolved.substances.to_pylist() if c["substance_id"] == "toluene"]
    assert {c["match_strength"] == "weak" for c in found if "fuzzy" in c["match_methods"]} == {not flagged}
    assert ("PS-CHEM-001" in rules_of_row(result, 2)) == flagged


@pytest.mark.parametrize(
    ("text", "code", "flagged"),
    [
        ("AA 4 KGS", "080930", False),  # a grade of fruit
        ("AA 4 KGS", "240110", False),
        ("AA 4 KGS", "250100", True),
        ("AA 4 KGS", "", True),
        ("MEK 4 KGS", "080930", True),  # three letters
        ("丙酮 4 KGS", "080930", True),  # acetone
    ],
)
def test_two_letters_are_a_grade_in_the_chapters_of_food(reference: Reference, text: str, code: str, flagged: bool) -> None:
    row = {"description of goods": text, "hs code": code}
    assert ("PS-CHEM-001" in rules_of_row(screen_rows([row], with_rules(reference, "PS-CHEM-001")), 2)) == flagged


def test_a_near_spelling_of_a_long_name_counts_in_every_chapter(reference: Reference) -> None:
    row = {"description of goods": "PLATES OF PSEUDOEPHEDRIME", "hs code": "690721"}
    assert "PS-CHEM-001" in rules_of_row(screen_rows([row], with_rules(reference, "PS-CHEM-001")), 2)
