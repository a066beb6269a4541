"""What the benchmark of labelled pairs counts. Nothing here says how well anything matches."""

from __future__ import annotations

import pytest
from name_pairs import differ, scores


@pytest.mark.parametrize(
    ("left", "right", "kind", "differs"),
    [
        ("Zorvan Fund V L.P.", "Zorvan Fund VI L.P.", "organisation", True),
        ("Zorvan Fund V L.P.", "Zorvan Fund 5", "organisation", False),
        ("Zorvan Trust 2004-1", "Zorvan Trust 2005-1", "organisation", True),
        ("Zorvan Fund", "Zorvan Fund I", "organisation", False),
        ("Brigade Forty-Four", "Brigade 44", "organisation", False),
        ("Xi Zorvan", "Vi Zorvan", "person", False),
        ("Zorvan Grid of Chile", "Zorvan Grid of China", "organisation", True),
        ("Zorvan Grid of Chile", "Zorvan Grid", "organisation", False),
        ("Zorvan Chile", "Zorvan China", "person", False),
        ("Zorvan 6", "Zorvan 5", "vessel", True),
    ],
)
def test_names_whose_number_numeral_or_country_differs_are_judged_apart(left: str, right: str, kind: str, differs: bool) -> None:
    assert differ(left, right, kind) is differs


def test_precision_recall_and_f1() -> None:
    assert scores([1, 2, 3, 4], [1, 2, 5]) == pytest.approx((50.0, 200.0 / 3.0, 400.0 / 7.0))
    assert scores([], [1]) == (0.0, 0.0, 0.0)
    assert scores([1], [2]) == (0.0, 0.0, 0.0)
