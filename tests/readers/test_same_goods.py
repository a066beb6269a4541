"""Goods that are stated in two places: which of them are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from precursor_screen.readers.same_goods import are_among

FIVE, SEVEN = Decimal(5), Decimal(7)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("wool", None, None), ("wool", None, None), True),
        (("wool", None, None), ("woolraw", None, None), False),  # without a mass
        (("wool", FIVE, None), ("woolraw", FIVE, None), True),
        (("woolraw", FIVE, None), ("wool", FIVE, None), True),
        (("wool", FIVE, None), ("woolraw", FIVE, SEVEN), True),
        (("wool", FIVE, FIVE), ("woolraw", FIVE, SEVEN), False),
        (("wool", FIVE, None), ("tin", FIVE, None), False),
    ],
)
def test_the_same_words_or_the_same_mass_and_one_name_in_the_other(one, other, same) -> None:
    assert are_among(frozenset([one]), frozenset([other])) is same
