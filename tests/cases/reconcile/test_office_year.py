"""Two offices that write the same contracts each in its own way: each difference that was planted is found, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from office_year import found_of, make_offices, reconcile_offices
from office_year_writing import write_offices

from precursor_screen.kernel.papers.differences import (
    AWAITED,
    KINDS,
    NOT_VISIBLE,
    OTHER_DIRECTION,
    OTHER_NOTIFICATION,
    OTHER_PLACE,
    RETURNED_MORE,
    TWO_MASSES,
)
from tests.examples import SOAK


@pytest.mark.parametrize("seed", [1, 6] if SOAK else [1])
def test_every_planted_difference_is_found_and_nothing_else(seed: int, tmp_path: Path):
    year = make_offices(seed, items=300, plants=1)
    write_offices(year, tmp_path, seed)
    result, _ = reconcile_offices(tmp_path, tmp_path / "home")
    assert found_of(result.differences) == year.planted
    told = Counter({(u.code, u.register): u.count for u in result.unjudged if u.code != "one-letter"})
    assert told == year.told


def test_every_kind_is_planted():
    planted = {kind for kind, _, _ in make_offices(1, items=0, plants=1).planted}
    assert planted == set(KINDS) - {
        NOT_VISIBLE,
        *(AWAITED, OTHER_DIRECTION, OTHER_NOTIFICATION),  # these are planted in the country-year
        *(TWO_MASSES, RETURNED_MORE, OTHER_PLACE),  # and these come of several files and lines
    }
