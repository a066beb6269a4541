"""A synthetic country-year: each difference that was planted is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from country_year import found_of, make_year, reconcile_year, write_year

from precursor_screen.kernel.papers.differences import KINDS, NOT_VISIBLE, OTHER_PLACE, RETURNED_MORE, TWO_MASSES
from tests.examples import SOAK


@pytest.mark.parametrize("seed", range(1, 6 if SOAK else 3))
def test_every_planted_difference_is_found_and_nothing_else(seed: int, tmp_path: Path):
    year = make_year(exporters=4, substances=400, plants=2, seed=seed)
    write_year(year, tmp_path, lines=0)
    found = found_of(reconcile_year(year, tmp_path)[0].differences)
    assert found == year.planted


def test_every_kind_is_planted():
    planted = {kind for kind, _, _ in make_year(exporters=3, substances=0, plants=1, seed=1).planted}
    assert planted == set(KINDS) - {NOT_VISIBLE, TWO_MASSES, RETURNED_MORE, OTHER_PLACE}  # these come of several files and lines
