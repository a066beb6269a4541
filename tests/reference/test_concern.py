"""Grades and masses of substances: every substance has one, a site's own file goes before, and what is wrong in it is said with its place."""

from __future__ import annotations

import pytest

from precursor_screen.core.errors import ErrorGroup, SubstanceTableError
from precursor_screen.core.model import LICIT_USES
from precursor_screen.reference import shipped
from precursor_screen.reference.site_tables import load_concern
from precursor_screen.reference.substances import load_substances

FOLDER = shipped.substances_folder()
SUBSTANCES = load_substances(FOLDER).substances
HEAD = "substance_id,licit_use,small_kg,large_kg\n"


def load(tmp_path, rows: str):
    own = tmp_path / "concern.csv"
    own.write_text(HEAD + rows, encoding="utf-8")
    return load_concern(FOLDER, SUBSTANCES, own)


def test_every_substance_has_a_grade_and_two_masses():
    concern = load_concern(FOLDER, SUBSTANCES)
    assert set(concern) == {s.substance_id for s in SUBSTANCES}
    assert {c.licit_use for c in concern.values()} == set(LICIT_USES)
    assert all(0 < c.small_kg < c.large_kg for c in concern.values())


def test_drugs_of_the_conventions_and_nothing_else_are_graded_as_such():
    concern = load_concern(FOLDER, SUBSTANCES)
    drugs = {s.substance_id for s in SUBSTANCES if any(c.instrument in ("UN1961", "UN1971") for c in s.controls)}
    assert {i for i, c in concern.items() if c.licit_use == "S"} == drugs


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("acetone,D,10,20\n", ("D", 10, 20)),
        ("acetone,,,5000\n", ("E", 200, 5000)),
        ("acetone,C,,\n", ("C", 200, 100000)),
    ],
)
def test_a_sites_own_row_goes_before_and_an_empty_cell_leaves_what_ships(tmp_path, row, expected):
    concern = load(tmp_path, row)
    assert (concern["acetone"].licit_use, concern["acetone"].small_kg, concern["acetone"].large_kg) == expected
    assert concern["toluene"] == load_concern(FOLDER, SUBSTANCES)["toluene"]


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("acetone,E,1,2\nacetone,E,1,2\n", 3, "a second row for acetone"),
        ("acetonee,E,1,2\n", 2, "there is no substance 'acetonee'"),
        ("acetone,X,1,2\n", 2, "licit_use 'X' is none of S, A, B, C, D, E"),
        ("acetone,E,-1,2\n", 2, "'-1' is not a mass above zero"),
        ("acetone,E,0,2\n", 2, "'0' is not a mass above zero"),
        ("acetone,E,inf,2\n", 2, "'inf' is not a mass above zero"),
        ("acetone,E,nan,2\n", 2, "'nan' is not a mass above zero"),
        ("acetone,E,much,2\n", 2, "'much' is not a mass in kilograms"),
        ("acetone,E,2,2\n", 2, "small_kg 2 is not below large_kg 2"),
        ("acetone,E,300000,\n", 2, "small_kg 300000 is not below large_kg 100000"),
        ("acetone,E,1\n", 2, "a different number of cells"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_remedy(tmp_path, rows, line, says):
    with pytest.raises(ErrorGroup) as caught:
        load(tmp_path, rows)
    (error,) = caught.value.errors
    assert says in str(error)
    assert error.where is not None
    assert f"concern.csv:{line}" in str(error) or error.where.row == line
    assert "kilograms" in error.remedy


def test_all_errors_are_told_at_once(tmp_path):
    with pytest.raises(ErrorGroup) as caught:
        load(tmp_path, "nothing,E,1,2\nacetone,E,-1,2\ntoluene,D,1,2\n")
    assert len(caught.value.errors) == 2


def test_other_columns_are_an_error(tmp_path):
    own = tmp_path / "concern.csv"
    own.write_text("substance,grade\nacetone,E\n", encoding="utf-8")
    with pytest.raises(SubstanceTableError, match="columns should be substance_id"):
        load_concern(FOLDER, SUBSTANCES, own)
