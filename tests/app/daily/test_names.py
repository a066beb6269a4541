"""Which file an input, a sheet or a member comes out of."""

from __future__ import annotations

import pytest

from precursor_screen.app.daily.delivering import _file_of

BASES = {n: n for n in ("a.csv", "b.xlsx", "c.zip", "odd!name.csv", "odd", "d.csv.gz")} | {"d.csv": "d.csv.gz"}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.csv", "a.csv"),
        ("b.xlsx#Sheet 1", "b.xlsx"),
        ("c.zip!in/b.xlsx#x!y", "c.zip"),
        ("odd!name.csv", "odd!name.csv"),
        ("odd!other", "odd"),
        ("d.csv", "d.csv.gz"),
        ("e.csv", ""),
        ("", ""),
    ],
)
def test_the_longest_name_that_fits(name, file):
    assert _file_of(name, BASES) == file
