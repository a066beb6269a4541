"""What a text names only once its encodings are taken back: medium evidence at most, standing for the whole text."""

from __future__ import annotations

import pytest

from precursor_screen.matching.substance import prefilter
from precursor_screen.text.decodings import further_readings
from tests.matching.substance.test_index import found, index


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("25 kg acetic; anhydride", [("acetic-anhydride", "medium", "normalised", True)]),
        ("ace; tone", [("acetone", "medium", "normalised", True)]),
        ("x; ace; tone; y", [("acetone", "medium", "normalised", True)]),
        ("methyl ethyl; ketone; ace; tone", [("acetone", "medium", "normalised", True), ("methyl-ethyl-ketone", "medium", "normalised", True)]),
        ("acetone; toluene", [("acetone", "strong", "name", False), ("toluene", "strong", "name", False)]),
        ("acetone; ace; tone", [("acetone", "strong", "name", False)]),
        ("no acetone; ace; tone", [("acetone", "medium", "normalised", True)]),
        ("ace;tone", []),
        ("ace; brown; tone", []),
        ("no ace; tone", []),
    ],
)  # fmt: skip
def test_a_name_may_go_on_in_the_next_column(text: str, told: list[tuple[str, str, str, bool]]) -> None:
    matches = found(text)
    assert sorted((m.substance_id, m.strength, m.method, (m.start, m.end) == (0, len(text))) for m in matches) == told


@pytest.mark.parametrize(("length", "is_found"), [(2_000, True), (2_001, False)])
def test_columns_are_joined_up_to_some_length(length: int, is_found: bool) -> None:
    text = "acetic; anhydride ".ljust(length, "x")
    assert bool([m for m in found(text) if m.substance_id == "acetic-anhydride"]) is is_found


def test_texts_are_looked_at_in_chunks_and_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["tiles", "acetone", "tolueno", "ацетон", "wool", "CAS 67-64-1", "T0LUENE", "é acetnoe", "UN1090", ""] * 3
    whole = index().recognise_texts(texts)
    for size in (1, 9, 10, 25):
        monkeypatch.setattr(prefilter, "_CHUNK", size)
        assert index().recognise_texts(texts).equals(whole)
    assert whole.num_rows >= 18
