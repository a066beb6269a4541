"""What a text names only once its encodings are taken back: medium evidence at most, standing for the whole text."""

from __future__ import annotations

import pytest

from precursor_screen.names.decodings import further_readings
from tests.matching.substance.test_index import found


@pytest.mark.parametrize(
    ("text", "substance", "strength"),
    [
        ("&#65;&#67;&#69;&#84;&#79;&#78;&#69; in drums", "acetone", "medium"),
        ("%41%43%45%54%4F%4E%45", "acetone", "medium"),
        ("%4D%45%4B", "methyl-ethyl-ketone", "weak"),
        ("CAS &#54;7-64-1", "acetone", "medium"),
    ],
)
def test_a_name_that_is_encoded_is_of_medium_strength_at_most(text: str, substance: str, strength: str) -> None:
    assert further_readings(text)
    (match,) = (m for m in found(text) if m.substance_id == substance)
    assert (match.strength, match.method) == (strength, "normalised")
    assert (match.start, match.end) == (0, len(text))


def test_a_substance_that_stands_there_as_written_is_not_told_again() -> None:
    (match,) = found("ACETONE &#65;&#67;&#69;&#84;&#79;&#78;&#69;")
    assert (match.strength, match.method, match.matched) == ("strong", "name", "ACETONE")


def test_what_is_denied_once_decoded_is_not_told() -> None:
    assert found("without &#65;&#67;&#69;&#84;&#79;&#78;&#69;") == []
