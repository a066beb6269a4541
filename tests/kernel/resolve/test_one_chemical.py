"""What one word of a line may mean counts as one chemical, and so do the esters of one acid."""

from __future__ import annotations

import pytest

from tests.screening import screen_rows, with_rules

PMK, GLYCIDIC = "3-4-mdp-2-p", "3-4-mdp-2-p-methyl-glycidic-acid"


@pytest.mark.parametrize(
    ("cells", "chemicals"),
    [
        ({"description of goods": "PMK OIL"}, {PMK}),
        ({"description of goods": "PMK OIL", "cas number": "4676-39-5"}, {PMK}),
        ({"description of goods": "BMK", "cas number": "103-79-7"}, {"p-2-p"}),
        ({"description of goods": "PMK GLYCIDATE", "cas number": "13605-48-6"}, {GLYCIDIC}),
        ({"description of goods": "PMK ETHYL GLYCIDATE"}, {GLYCIDIC}),
        ({"description of goods": "BMK AND PIPERONAL"}, {"p-2-p", "piperonal"}),
    ],
)
def test_alternatives_of_one_match_are_one(reference, cells, chemicals):
    result = screen_rows([{**cells, "hs code": "293299"}], with_rules(reference, "PS-CHEM-014", "PS-CHEM-027"))
    assert {
        row["chemical"] for row in result.screened.resolved.substances.to_pylist() if row["match_strength"] != "weak"
    } == chemicals
    assert bool(result.report.flags.num_rows) == (len(chemicals) > 1 and "PIPERONAL" in cells["description of goods"])


@pytest.mark.parametrize(
    ("cells", "alone"),
    [
        ({"description of goods": "SULPHURIC ACID 98%", "un number": "UN1715"}, {"acetic-anhydride"}),
        ({"description of goods": "TOLUENE", "cas number": "67-64-1"}, {"acetone"}),
        ({"description of goods": "TOLUENE", "cas number": "108-88-3"}, set()),
        ({"description of goods": "CLEANING LIQUID", "cas number": "67-64-1"}, set()),  # nothing else is named
        ({"description of goods": "PMK GLYCIDATE", "cas number": "13605-48-6"}, set()),  # an ester of the acid
    ],
)
def test_a_substance_has_no_mass_of_another_that_is_named(reference, cells, alone):
    result = screen_rows([{**cells, "net weight kg": "24500"}], with_rules(reference, "PS-CHEM-001", "PS-CHEM-007"))
    rows = [row for row in result.screened.resolved.substances.to_pylist() if row["match_strength"] != "weak"]
    assert {row["substance_id"] for row in rows if row["number_alone"]} == alone
    assert {row["substance_id"] for row in rows if row["substance_mass_kg"] is None} == alone
    assert all(row["largest_mass_kg"] is not None for row in rows)
